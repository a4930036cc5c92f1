"""The cells of the roll-up: what a person's figures are, how they read, and which deals they add up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.forecast import Column as Counted
from salesops_tui.domain.forecast import Figures, Node, ladder
from salesops_tui.domain.quota import EVERYBODY
from salesops_tui.services.forecast import Cell as Figure
from salesops_tui.services.forecast import ForecastReport, deals_behind
from salesops_tui.services.manager_number import is_settled
from salesops_tui.store.forecast_numbers import SubmittedNumber
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.forecast_page import Behind
from salesops_tui.ui.forecast_words import percent, plural
from salesops_tui.ui.widgets.board import Line
from salesops_tui.ui.widgets.source import Cell, Key

OWN = "/own"
LADDER = ("closed", "commit", "best_case", "pipeline")
TITLES = {
    "quota": "Quota", "reports": "Below", "closed": "Closed", "commit": "Commit", "inspected": "Insp",
    "uninspected": "Unin", "best_case": "Best", "pipeline": "Pipe", "landing": "Landing", "number": "Number",
    "gap": "Gap", "attained": "Att", "weighted": "Weighted", "omitted": "Omitted",
}  # fmt: skip
_LONG = {
    "quota": "Quota", "reports": "Quota, sum of the reports", "closed": "Closed", "commit": "Commit",
    "inspected": "Commit, inspected", "uninspected": "Commit, uninspected", "best_case": "Best Case",
    "pipeline": "Pipeline", "landing": "Landing (Closed + Commit)", "gap": "Gap (quota less landing)",
    "attained": "Closed, share of the quota", "weighted": "Weighted", "omitted": "Omitted", "number": "Number",
}  # fmt: skip
UPWARDS = {"commit": "Closed + Commit", "best_case": "with Best Case", "pipeline": "with Pipeline"}
_COUNTS = {
    "closed": Counted.CLOSED, "commit": Counted.COMMIT, "inspected": Counted.INSPECTED,
    "uninspected": Counted.UNINSPECTED, "best_case": Counted.BEST_CASE, "pipeline": Counted.PIPELINE,
    "landing": Counted.LANDING, "weighted": Counted.WEIGHTED, "omitted": Counted.OMITTED,
}  # fmt: skip
_DEALS_OF = {"gap": "landing", "attained": "closed", "name": "landing"}
"""Whose deals a cell opens that is no sum of deals itself."""
_OF_QUOTA = ("quota", "reports", "gap", "attained")
_OWN_FIGURES = ("inspected", "uninspected", "landing", "weighted", "omitted")
STALE = "!"


class Rolled(NamedTuple):
    """A roll-up, and the numbers that have been said beside it, by person; None until they have been read."""

    report: ForecastReport
    numbers: Mapping[int, SubmittedNumber] | None = None


class TreeLine(NamedTuple):
    """One line of the tree: a person's whole, or what they hold themselves."""

    key: str
    node: Node
    own: bool
    depth: int
    mark: str


class Cells(NamedTuple):
    """Reads single cells off a roll-up; `cumulative` counts in each category those above it."""

    desk: Desk
    data: Rolled
    cumulative: bool

    def name(self, node: Node) -> str:
        """Return what a line is called."""
        return "Everybody" if node.person == EVERYBODY else self.desk.person(node.person)

    def value(self, node: Node, own: bool, column: str) -> int | None:
        """Return a figure in minor units (a share in basis points), None where there is none."""
        figures = node.own if own else node.whole
        if column in LADDER:
            return int(getattr(ladder(figures, cumulative=self.cumulative), column))
        if column in _OWN_FIGURES:
            return int(getattr(figures, column))
        return None if own else self._of_person(node, column)

    def _of_person(self, node: Node, column: str) -> int | None:
        if column == "quota":
            return node.quota.value
        if column == "reports":
            return node.quota.reports
        if column == "gap":
            return node.gap
        if column == "number":
            number = (self.data.numbers or {}).get(node.person)
            return None if number is None else number.amount
        return None if column != "attained" or node.attainment is None else round(node.attainment * 10_000)

    def cell(self, line: TreeLine, column: str) -> Cell:
        """Return a figure as it stands in its column."""
        value = self.value(line.node, line.own, column)
        if value is None:
            return ("" if line.own or column == "number" else "–", "muted")
        if column == "attained":
            return attained(line.node)
        text = self.desk.amount(value)
        if column == "gap":
            return (text, "warn") if value > 0 else (self.desk.amount(-value, signed=True), "good")
        if column == "uninspected" and value:
            return text, "warn"
        if column == "quota" and line.node.quota.differs:
            return f"{text}*"
        if column == "number" and self._stale(line.node):
            return f"{text}{STALE}", "warn"
        return (text, "muted") if not value else text

    def _stale(self, node: Node) -> bool:
        number, report = (self.data.numbers or {}).get(node.person), self.data.report
        if number is None or number.landing == node.whole.landing:
            return False
        return not is_settled(self.desk.context, report.period, report.at)

    # ------------------------------------------------------------------ said in full, and opened

    def line_of(self, key: Key | None) -> tuple[Node | None, bool]:
        """Return whose line a row is, and whether it is only what they hold themselves."""
        person, own = person_of(key)
        return (None if person is None else self.data.report.nodes.get(person)), own

    def note(self, key: Key | None, column: str) -> Line:
        """Say of a cell what it is, exactly."""
        node, own = self.line_of(key)
        if node is None:
            return ()
        desk, value = self.desk, self.value(node, own, "landing" if column == "name" else column)
        who = f"{self.name(node)}{', own deals' if own else ''} · "
        if value is None:
            missing = "no quota: 'salesops import-quotas FILE' brings them in" if column in _OF_QUOTA else "none"
            return [(who, "label"), (missing, "warn")]
        said: list[Cell] = [(f"{who}{self._what(column)} ", "label")]
        said.append((attained(node) if column == "attained" else desk.exact(value), "strong"))
        if column in ("quota", "reports") and node.quota.differs:
            own_row, below = node.quota.own or 0, node.quota.reports or 0
            said.append((f" · * own row {desk.amount(own_row)}, the reports together {desk.amount(below)}", "label"))
        if column == "number" and self._stale(node):
            said.append((f" · {STALE} stale: Closed or Commit beneath it has changed since", "warn"))
        deals = _deals(node.own if own else node.whole, column, self.cumulative)
        if deals is not None:
            said.append((f" · {plural(deals, 'deal')}", "label"))
        return said

    def _what(self, column: str) -> str:
        return UPWARDS[column] if self.cumulative and column in UPWARDS else _LONG.get(column, _LONG["landing"])

    def behind(self, key: Key | None, column: str) -> Behind | None:
        """Return the deals behind a cell; None for a quota, and for a number that names none."""
        node, own = self.line_of(key)
        if node is None:
            return None
        report = self.data.report
        at = None if report.current else report.at
        if column == "number":
            number = (self.data.numbers or {}).get(node.person)
            return judged_deals(number, at) if number and number.judgments else None
        counted = _DEALS_OF.get(column, column)
        if counted not in _COUNTS:
            return None
        cumulative = self.cumulative and counted in LADDER
        numbers = deals_behind(self.desk.context, report, Figure(node.person, _COUNTS[counted], own, cumulative))
        title = f"{self.name(node)}{', own' if own else ''}: {self._what(counted)}"
        total = None if counted == "weighted" else self.value(node, own, counted)
        return Behind(title, numbers, at, total=total)


def judged_deals(number: SubmittedNumber, at: Moment | None) -> Behind:
    """Return the deals that a number names, with what each adds to it and why."""
    amounts = {j.deal: j.amount if j.puts_in else -j.amount for j in number.judgments}
    words = {j.deal: j.reason for j in number.judgments}
    return Behind("Judgments in the number", [*amounts], at, amounts, words, "Judged")


def attained(node: Node) -> str:
    """Return what is closed of the quota: `37 %`."""
    return percent(None if node.attainment is None else float(node.attainment))


def person_of(key: Key | None) -> tuple[int | None, bool]:
    """Return whose line a key is, and whether it is that of their own deals."""
    if key is None:
        return None, False
    text = str(key)
    return int(text.removesuffix(OWN)), text.endswith(OWN)


def _deals(figures: Figures, column: str, cumulative: bool) -> int | None:
    """How many deals a cell adds up; None where that is not known without looking."""
    if column in LADDER:
        counted = LADDER[: LADDER.index(column) + 1] if cumulative else (column,)
        return sum(int(getattr(figures, f"{one}_deals")) for one in counted)
    if column in ("inspected", "uninspected", "omitted"):
        return int(getattr(figures, f"{column}_deals"))
    return figures.closed_deals + figures.commit_deals if column in ("landing", "name") else None
