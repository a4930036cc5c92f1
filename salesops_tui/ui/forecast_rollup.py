"""The roll-up: everybody's figures down the reporting line, each of which opens its deals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from salesops_tui.domain.forecast import Node
from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.people import Scope
from salesops_tui.services.context import Context
from salesops_tui.services.forecast import ForecastReport, forecast
from salesops_tui.services.manager_number import submitted_numbers
from salesops_tui.ui.forecast_page import Asked, Page, View, scope_asked
from salesops_tui.ui.forecast_rollup_cells import LADDER, OWN, TITLES, UPWARDS, Cells, Rolled, TreeLine, person_of
from salesops_tui.ui.forecast_rollup_head import summary_lines
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.paint import FOLDED_MARK, OPEN_MARK
from salesops_tui.ui.widgets.source import Cell, Key, Row, RowSource

_WIDE = 100
_RANKS = (
    ("quota", 2), ("reports", 10), ("closed", 2), ("commit", 1), ("inspected", 4), ("uninspected", 3),
    ("best_case", 3), ("pipeline", 5), ("landing", 1), ("number", 7), ("gap", 1), ("attained", 6), ("weighted", 8),
    ("omitted", 9),
)  # fmt: skip
"""The columns from left to right, with what gives way first."""
_EXPORTED = (
    "quota", "reports", *LADDER, "inspected", "uninspected", "landing", "number", "gap", "weighted", "omitted",
)  # fmt: skip


def read_rollup(context: Context, asked: Asked) -> Iterator[Rolled]:
    """Read the roll-up of a scope, then the numbers that have been said beside it."""
    scope, at = scope_asked(context, asked, totals=True)
    report = forecast(context, scope, asked.period, at, band=False)
    yield Rolled(report)
    numbers = {}
    for node in report.nodes.values():
        person = context.people.get(node.person)
        if node.reports:
            said = submitted_numbers(context, Scope(person, frozenset()), asked.period, at)
            if said:
                numbers[node.person] = said[0]
    if numbers:
        yield Rolled(report, numbers)


class RollUp(View[Rolled]):
    """A tree of people; teams fold, and any column sorts the reports of each."""

    KEY, TITLE = "rollup", "Roll-up"
    KEYS = ("forecast.open", "forecast.next", "forecast.mark", "forecast.single", "forecast.person")
    COLUMN = "commit"
    QUICK = True
    read = staticmethod(read_rollup)

    def __init__(self, desk: Any) -> None:
        super().__init__(desk)
        self.cumulative = True
        self.folded: set[int] = set()
        """Whose teams are not as they are at first."""
        self.sorted_by = ""

    def question(self, asked: Asked) -> Asked:
        return asked

    # ------------------------------------------------------------------ how it is looked at

    def mark(self, key: Key | None) -> str | None:
        """Fold the team of a line out, or in again; return why that cannot be."""
        person, own = person_of(key)
        if person is None or own:
            return "there is no team to fold"
        self.folded ^= {person}
        return None

    def toggle_single(self) -> None:
        """Count each category for itself, or with those above it."""
        self.cumulative = not self.cumulative

    def sort(self, column: str) -> None:
        """Sort the reports of each by a column, the largest first; by it already: as the people are named."""
        self.sorted_by = "" if column in (self.sorted_by, "name") else column

    # ------------------------------------------------------------------ laid out

    def page(self, data: Rolled, width: int) -> Page:
        cells = Cells(self.desk, data, self.cumulative)
        lines = {line.key: line for line in self._lines(cells)}
        columns = self._columns(data)
        step = 2 if width >= _WIDE else 1

        def fetch(keys: Sequence[str]) -> dict[str, Row]:
            return {key: self._row(cells, lines[key], columns, step) for key in keys}

        return Page(
            columns=columns,
            source=RowSource(list(lines), fetch),
            summary=lambda width: summary_lines(self.desk, data.report, width),
            note=cells.note,
            behind=cells.behind,
            why_not_open="no deals are behind it: quotas come from 'salesops import-quotas FILE', numbers from people",
            total=len(data.report.nodes) if self.filter else 0,
        )

    def _lines(self, cells: Cells) -> Iterator[TreeLine]:
        report = cells.data.report
        if wanted := self.filter.strip().casefold():
            for node in report.nodes.values():
                if wanted in cells.name(node).casefold():
                    yield TreeLine(str(node.person), node, False, 0, "")
            return
        root, at_first = report.root, _open_at_first(report)
        waiting = [root]
        while waiting:
            node = waiting.pop()
            unfolded = (node.person in self.folded) != (node.person in at_first)
            mark = (OPEN_MARK if unfolded else FOLDED_MARK) if node.reports else "  "
            depth = node.depth - root.depth
            yield TreeLine(str(node.person), node, False, depth, mark)
            if unfolded and node.reports:
                if any(node.own):
                    yield TreeLine(f"{node.person}{OWN}", node, True, depth + 1, "  ")
                waiting += reversed(self._ordered(cells, [report.nodes[person] for person in node.reports]))

    def _ordered(self, cells: Cells, nodes: list[Node]) -> list[Node]:
        if not self.sorted_by:
            return nodes
        return sorted(nodes, key=lambda node: -(cells.value(node, False, self.sorted_by) or 0))

    def _columns(self, data: Rolled) -> Sequence[Column]:
        left_out = set()
        if not any(node.quota.differs for node in data.report.nodes.values()):
            left_out.add("reports")
        if not data.numbers:
            left_out.add("number")
        if self.cumulative:
            left_out.add("landing")  # it is Closed + Commit, and need not stand there twice
        columns = [Column("name", "Who", 26, least=15, flex=True)]
        columns += [self._column(key, rank) for key, rank in _RANKS if key not in left_out]
        return columns

    def _column(self, key: str, rank: int) -> Column:
        title = TITLES[key]
        if self.cumulative and key in UPWARDS:
            title = f"+{title}"
        if key == self.sorted_by:
            title = f"{title[: max(4, len(title) - 1)]}▾"
        least = 5 if key == "attained" else max(len(title), 6 if key in ("quota", "number") else 5)
        return Column(key, title, max(least, 7), least=least, align="right", rank=rank)

    def _row(self, cells: Cells, line: TreeLine, columns: Sequence[Column], step: int) -> Row:
        name = "own deals" if line.own else cells.name(line.node)
        row: list[Cell] = [(" " * (step * line.depth) + line.mark + name, "muted" if line.own else "")]
        row += [cells.cell(line, column.key) for column in columns[1:]]
        return Row(row, "strong" if not line.depth and not line.own and not self.filter else "")

    def export(self, data: Rolled) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        currency, people = self.desk.policy.currency, self.desk.context.people
        cells = Cells(self.desk, data, cumulative=False)

        def row(node: Node) -> Sequence[object]:
            person, above = people.get(node.person), people.get(node.above or 0)
            values = (cells.value(node, False, column) for column in _EXPORTED)
            return (
                person.key if person else "", cells.name(node), above.key if above else "",
                *(None if value is None else decimal_string(value, currency) for value in values),
            )  # fmt: skip

        return ("person", "name", "manager", *_EXPORTED), map(row, data.report.nodes.values())


def _open_at_first(report: ForecastReport) -> set[int]:
    """The top is folded out, and what is below it as long as that is but one team."""
    teams = [report.root]
    found: set[int] = set()
    while len(teams) == 1:
        found.add(teams[0].person)
        teams = [node for person in teams[0].reports if (node := report.nodes[person]).reports]
    return found
