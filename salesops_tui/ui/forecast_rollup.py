"""The roll-up: everybody's figures down the reporting line, each of which opens its deals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from salesops_tui.domain.forecast import Column as Counted
from salesops_tui.domain.forecast import Figures, Node, ladder
from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.quota import EVERYBODY
from salesops_tui.services.context import Context
from salesops_tui.services.forecast import Cell as Figure
from salesops_tui.services.forecast import ForecastReport, deals_behind, forecast
from salesops_tui.ui.forecast_page import Asked, Behind, Page, View, scope_asked
from salesops_tui.ui.forecast_rollup_head import summary_lines
from salesops_tui.ui.forecast_words import percent, plural
from salesops_tui.ui.widgets.board import Line
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.paint import FOLDED_MARK, OPEN_MARK
from salesops_tui.ui.widgets.source import Cell, Key, Row, RowSource

OWN = "/own"
_WIDE = 100
_TITLES = {
    "quota": "Quota", "reports": "Below", "closed": "Closed", "commit": "Commit", "inspected": "Insp",
    "uninspected": "Unin", "best_case": "Best", "pipeline": "Pipe", "landing": "Landing", "gap": "Gap",
    "attained": "Att", "weighted": "Weighted", "omitted": "Omitted",
}  # fmt: skip
_LONG = {
    "quota": "Quota", "reports": "Quota, sum of the reports", "closed": "Closed", "commit": "Commit",
    "inspected": "Commit, inspected", "uninspected": "Commit, uninspected", "best_case": "Best Case",
    "pipeline": "Pipeline", "landing": "Landing (Closed + Commit)", "gap": "Gap (quota less landing)",
    "attained": "Closed, share of the quota", "weighted": "Weighted", "omitted": "Omitted",
}  # fmt: skip
_COUNTS = {
    "closed": Counted.CLOSED, "commit": Counted.COMMIT, "inspected": Counted.INSPECTED,
    "uninspected": Counted.UNINSPECTED, "best_case": Counted.BEST_CASE, "pipeline": Counted.PIPELINE,
    "landing": Counted.LANDING, "gap": Counted.LANDING, "attained": Counted.CLOSED, "weighted": Counted.WEIGHTED,
    "omitted": Counted.OMITTED, "name": Counted.LANDING,
}  # fmt: skip
_LADDER = ("closed", "commit", "best_case", "pipeline")
_UPWARDS = {"commit": "Closed + Commit", "best_case": "with Best Case", "pipeline": "with Pipeline"}


class TreeLine(NamedTuple):
    """One line of the tree: a person's whole, or what they hold themselves."""

    key: str
    node: Node
    own: bool
    depth: int
    mark: str


def read_rollup(context: Context, asked: Asked) -> ForecastReport:
    """Read the roll-up of a scope."""
    scope, at = scope_asked(context, asked, totals=True)
    return forecast(context, scope, asked.period, at, band=False)


class RollUp(View[ForecastReport]):
    """A tree of people; teams fold, and any column sorts the reports of each."""

    KEY, TITLE = "rollup", "Roll-up"
    KEYS = ("forecast.open", "forecast.next", "forecast.mark", "forecast.single", "forecast.person")
    COLUMN = "commit"
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
        person, own = _person_of(key)
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

    def page(self, data: ForecastReport, width: int) -> Page:
        lines = {line.key: line for line in self._lines(data)}
        columns = self._columns(data)
        shown, step = [column.key for column in columns[1:]], 2 if width >= _WIDE else 1
        return Page(
            columns=columns,
            source=RowSource(list(lines), lambda keys: {key: self._row(lines[str(key)], shown, step) for key in keys}),
            summary=lambda width: summary_lines(self.desk, data, width),
            note=lambda key, column: self._note(data, key, column),
            behind=lambda key, column: self._behind(data, key, column),
            why_not_open="a quota comes from 'salesops import-quotas FILE'; no deals are behind it",
            total=len(data.nodes) if self.filter else 0,
        )

    def _lines(self, data: ForecastReport) -> Iterator[TreeLine]:
        if wanted := self.filter.strip().casefold():
            for node in data.nodes.values():
                if wanted in self._name(node).casefold():
                    yield TreeLine(str(node.person), node, False, 0, "")
            return
        root, at_first = data.root, _open_at_first(data)
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
                waiting += reversed(self._ordered([data.nodes[person] for person in node.reports]))

    def _ordered(self, nodes: list[Node]) -> list[Node]:
        if not self.sorted_by:
            return nodes
        return sorted(nodes, key=lambda node: -(self._value(node, False, self.sorted_by) or 0))

    def _name(self, node: Node) -> str:
        return "Everybody" if node.person == EVERYBODY else self.desk.person(node.person)

    def _columns(self, data: ForecastReport) -> Sequence[Column]:
        differs = any(node.quota.differs for node in data.nodes.values())
        columns = [Column("name", "Who", 26, least=15, flex=True)]
        for key, rank in self._ranks():
            if key != "reports" or differs:
                title = _TITLES[key]
                if self.cumulative and key in _UPWARDS:
                    title = f"+{title}"
                if key == self.sorted_by:
                    title = f"{title[: max(4, len(title) - 1)]}▾"
                least = 5 if key == "attained" else max(len(title), 6 if key == "quota" else 5)
                columns.append(Column(key, title, max(least, 7), least=least, align="right", rank=rank))
        return columns

    def _ranks(self) -> Sequence[tuple[str, int]]:
        """The columns from left to right, with what gives way first."""
        ranks = [
            ("quota", 2), ("reports", 9), ("closed", 2), ("commit", 1), ("inspected", 4), ("uninspected", 3),
            ("best_case", 3), ("pipeline", 5), ("landing", 1), ("gap", 1), ("attained", 6), ("weighted", 7),
            ("omitted", 8),
        ]  # fmt: skip
        # Closed + Commit is the landing: in the cumulative view it need not stand there twice.
        return [(key, rank) for key, rank in ranks if key != "landing" or not self.cumulative]

    # ------------------------------------------------------------------ one line

    def _value(self, node: Node, own: bool, column: str) -> int | None:
        figures = node.own if own else node.whole
        quota = None if own else node.quota.value
        if column in _LADDER:
            return int(getattr(ladder(figures, cumulative=self.cumulative), column))
        if column == "quota":
            return quota
        if column == "reports":
            return None if own else node.quota.reports
        if column == "gap":
            return None if quota is None else quota - figures.landing
        if column == "attained":
            return None if own or node.attainment is None else round(node.attainment * 10_000)
        return int(getattr(figures, column)) if column in _OWN_FIGURES else None

    def _row(self, line: TreeLine, columns: Sequence[str], step: int) -> Row:
        name = "own deals" if line.own else self._name(line.node)
        cells: list[Cell] = [(" " * (step * line.depth) + line.mark + name, "muted" if line.own else "")]
        cells += [self._cell(line, column) for column in columns]
        return Row(cells, "strong" if not line.depth and not line.own and not self.filter else "")

    def _cell(self, line: TreeLine, column: str) -> Cell:
        value = self._value(line.node, line.own, column)
        if value is None:
            return ("–" if not line.own else "", "muted")
        if column == "attained":
            return _attained(line.node)
        text = self.desk.amount(value)
        if column == "gap":
            return (text, "warn") if value > 0 else (self.desk.amount(-value, signed=True), "good")
        if column == "uninspected" and value:
            return text, "warn"
        if column == "quota" and line.node.quota.differs:
            return f"{text}*"
        return (text, "muted") if not value else text

    # ------------------------------------------------------------------ one cell

    def _line_of(self, data: ForecastReport, key: Key | None) -> tuple[Node | None, bool]:
        person, own = _person_of(key)
        return (None if person is None else data.nodes.get(person)), own

    def _note(self, data: ForecastReport, key: Key | None, column: str) -> Line:
        node, own = self._line_of(data, key)
        if node is None:
            return ()
        desk, value = self.desk, self._value(node, own, column if column != "name" else "landing")
        who = f"{self._name(node)}{', own deals' if own else ''} · "
        what = _LONG.get(column, _LONG["landing"])
        if self.cumulative and column in _UPWARDS:
            what = _UPWARDS[column]
        if value is None:
            missing = "no quota: 'salesops import-quotas FILE' brings them in" if column in _OF_QUOTA else "–"
            return [(who, "label"), (missing, "warn")]
        said: list[Cell] = [(f"{who}{what} ", "label")]
        said.append((_attained(node) if column == "attained" else desk.exact(value), "strong"))
        if column in ("quota", "reports") and node.quota.differs:
            own_row, below = node.quota.own or 0, node.quota.reports or 0
            said.append((f" · * own row {desk.amount(own_row)}, the reports together {desk.amount(below)}", "label"))
        deals = _deals(node.own if own else node.whole, column, self.cumulative)
        if deals is not None:
            said.append((f" · {plural(deals, 'deal')}", "label"))
        return said

    def _behind(self, data: ForecastReport, key: Key | None, column: str) -> Behind | None:
        node, own = self._line_of(data, key)
        if node is None or column not in _COUNTS:
            return None
        cumulative = self.cumulative and column in _LADDER
        cell = Figure(node.person, _COUNTS[column], own, cumulative)
        numbers = deals_behind(self.desk.context, data, cell)
        what = _UPWARDS[column] if self.cumulative and column in _UPWARDS else _LONG[_LONG_OF.get(column, column)]
        title = f"{self._name(node)}{', own' if own else ''}: {what}"
        shown = self._value(node, own, _LONG_OF.get(column, column)) if column != "weighted" else None
        return Behind(title, numbers, None if data.current else data.at, total=shown)

    def export(self, data: ForecastReport) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        currency = self.desk.policy.currency
        shown = ("quota", "reports", *_LADDER, "inspected", "uninspected", "landing", "gap", "weighted", "omitted")
        people = self.desk.context.people

        def row(node: Node) -> Sequence[object]:
            person, above = people.get(node.person), people.get(node.above or 0)
            values = (self._value(node, False, column) for column in shown)
            return (
                person.key if person else "", self._name(node), above.key if above else "",
                *(None if value is None else decimal_string(value, currency) for value in values),
            )  # fmt: skip

        return ("person", "name", "manager", *shown), map(row, data.nodes.values())


_OF_QUOTA = ("quota", "reports", "gap", "attained")
_OWN_FIGURES = ("inspected", "uninspected", "landing", "weighted", "omitted")
_LONG_OF = {"gap": "landing", "attained": "closed", "name": "landing"}


def _attained(node: Node) -> str:
    return percent(None if node.attainment is None else float(node.attainment))


def _open_at_first(data: ForecastReport) -> set[int]:
    """The top is folded out, and what is below it as long as that is but one team."""
    teams = [data.root]
    found: set[int] = set()
    while len(teams) == 1:
        found.add(teams[0].person)
        teams = [node for person in teams[0].reports if (node := data.nodes[person]).reports]
    return found


def _person_of(key: Key | None) -> tuple[int | None, bool]:
    if key is None:
        return None, False
    text = str(key)
    return int(text.removesuffix(OWN)), text.endswith(OWN)


def _deals(figures: Figures, column: str, cumulative: bool) -> int | None:
    """How many deals a cell adds up; None where that is not known without looking."""
    if column in _LADDER:
        counted = _LADDER[: _LADDER.index(column) + 1] if cumulative else (column,)
        return sum(int(getattr(figures, f"{one}_deals")) for one in counted)
    if column in ("inspected", "uninspected", "omitted"):
        return int(getattr(figures, f"{column}_deals"))
    if column in ("landing", "name"):
        return figures.closed_deals + figures.commit_deals
    return None
