"""The forecast as a roll-up: what a person and everybody below them have closed, committed and still hold open.

Every figure of a node is the sum of what the person holds themselves and of the nodes below, to the cent. The
weighted figures keep that rule because each deal's weighted amount is rounded to the minor unit by itself: a figure
is then the same from whichever scope it is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from fractions import Fraction
from operator import add
from typing import NamedTuple

EVERYBODY = 0
"""The number of the node over everybody; people are numbered from 1."""


class Column(StrEnum):
    """What a cell of the roll-up counts."""

    CLOSED = "closed"
    COMMIT = "commit"
    INSPECTED = "commit_inspected"
    UNINSPECTED = "commit_uninspected"
    BEST_CASE = "best_case"
    PIPELINE = "pipeline"
    OMITTED = "omitted"
    LANDING = "landing"
    OPEN = "open"
    WEIGHTED = "weighted"
    OVER_CLAIM = "over_claim"
    UPSIDE = "upside"


class Figures(NamedTuple):
    """What a set of deals adds up to, in minor units; `…_deals` count them.

    Attributes:
        inspected, uninspected: the two parts of Commit: with a current pass, and without.
        omitted: open deals that the forecast leaves out on purpose; in no sum but the weighted one.
        over_claim: Σ over Commit of amount × (p − 1), where p is the probability of the stage; never above 0.
        upside: Σ over the other open deals of amount × p; never below 0.
    """

    closed: int = 0
    inspected: int = 0
    uninspected: int = 0
    best_case: int = 0
    pipeline: int = 0
    omitted: int = 0
    over_claim: int = 0
    upside: int = 0
    closed_deals: int = 0
    inspected_deals: int = 0
    uninspected_deals: int = 0
    best_case_deals: int = 0
    pipeline_deals: int = 0
    omitted_deals: int = 0

    @property
    def commit(self) -> int:
        """Commit, inspected and not."""
        return self.inspected + self.uninspected

    @property
    def commit_deals(self) -> int:
        """How many deals are in Commit."""
        return self.inspected_deals + self.uninspected_deals

    @property
    def landing(self) -> int:
        """Closed plus Commit."""
        return self.closed + self.inspected + self.uninspected

    @property
    def open(self) -> int:
        """The open pipeline, Commit and Best Case included; what is omitted is no pipeline."""
        return self.inspected + self.uninspected + self.best_case + self.pipeline

    @property
    def weighted_open(self) -> int:
        """Σ amount × probability of the stage, over the open deals."""
        return self.commit + self.over_claim + self.upside

    @property
    def weighted(self) -> int:
        """Closed plus the weighted open deals."""
        return self.closed + self.weighted_open

    @property
    def divergence(self) -> int:
        """Weighted open less Commit: over-claim plus upside."""
        return self.over_claim + self.upside

    def of(self, column: Column) -> int:
        """Return the amount in a column."""
        return int(getattr(self, _FIELDS.get(column, column.value)))

    def plus(self, other: Figures) -> Figures:
        """Return both sets of deals together."""
        return Figures(*map(add, self, other))


_FIELDS = {Column.INSPECTED: "inspected", Column.UNINSPECTED: "uninspected"}
NOTHING = Figures()


class Ladder(NamedTuple):
    """Closed, Commit, Best Case and Pipeline as one view shows them, minor units."""

    closed: int
    commit: int
    best_case: int
    pipeline: int


def ladder(figures: Figures, *, cumulative: bool) -> Ladder:
    """Return the four categories each for itself, or each with those above it (the field's usual view)."""
    single = Ladder(figures.closed, figures.commit, figures.best_case, figures.pipeline)
    if not cumulative:
        return single
    commit = single.closed + single.commit
    return Ladder(single.closed, commit, commit + single.best_case, commit + single.best_case + single.pipeline)


class Quota(NamedTuple):
    """What somebody has to bring in, minor units; None where nothing is on file.

    Attributes:
        own: the person's own row.
        reports: the sum of what the reports have; above the own row where quota is over-assigned.
    """

    own: int | None = None
    reports: int | None = None

    @property
    def value(self) -> int | None:
        """The quota that counts: the own row, else the sum of the reports."""
        return self.reports if self.own is None else self.own

    @property
    def differs(self) -> bool:
        """Whether both exist and say different things, so that both must be shown."""
        return None not in self and self.own != self.reports


class Node(NamedTuple):
    """One person in the roll-up (or everybody), with those who report to them.

    Attributes:
        person: the store's number; `EVERYBODY` for the node above those who report to nobody.
        above: the node that it hangs from; None for the top of this roll-up.
        reports: the nodes below, in the order of the people given.
        own: what the person holds themselves.
        whole: the same with everybody below.
    """

    person: int
    above: int | None
    depth: int
    reports: tuple[int, ...]
    quota: Quota
    own: Figures
    whole: Figures

    @property
    def gap(self) -> int | None:
        """Quota less landing; None without a quota."""
        return None if self.quota.value is None else self.quota.value - self.whole.landing

    @property
    def attainment(self) -> Fraction | None:
        """Closed ÷ quota; None without a quota, or with one of 0."""
        return Fraction(self.whole.closed, self.quota.value) if self.quota.value else None

    @property
    def landing_attainment(self) -> Fraction | None:
        """Landing ÷ quota; None likewise."""
        return Fraction(self.whole.landing, self.quota.value) if self.quota.value else None


def reports_of(managers: Mapping[int, int | None], order: Iterable[int]) -> dict[int, list[int]]:
    """Return who reports to whom, `EVERYBODY` holding those who report to nobody; each list in `order`."""
    below: dict[int, list[int]] = {EVERYBODY: []}
    named = dict.fromkeys(managers.values())
    for person in order:
        if person in managers or person in named:
            below.setdefault(managers.get(person) or EVERYBODY, []).append(person)
    return below


def roll_up(
    top: int, below: Mapping[int, list[int]], quotas: Mapping[int, int], by_owner: Mapping[int, Figures]
) -> dict[int, Node]:
    """Return the nodes from `top` down, each before those below it.

    Whoever holds deals and hangs from nobody in `below` (unknown owners, people without a reporting line, a loop that
    an import would have refused) is put right under `EVERYBODY`, so that the whole stays whole.
    """
    trail = _walk(top, below)
    if top == EVERYBODY:
        stray = [person for person in by_owner if person not in trail]
        below = {**below, EVERYBODY: [*below.get(EVERYBODY, ()), *stray]}
        trail |= dict.fromkeys(stray, (EVERYBODY, 1))
    nodes: dict[int, Node] = {}
    for person in reversed(trail):
        reports = [nodes[p] for p in below.get(person, ()) if trail.get(p, (None,))[0] == person]
        own = by_owner.get(person, NOTHING)
        whole = own
        for node in reports:
            whole = whole.plus(node.whole)
        above, depth = trail[person]
        numbers = tuple(node.person for node in reports)
        nodes[person] = Node(person, above, depth, numbers, _quota(person, quotas, reports), own, whole)
    return {person: nodes[person] for person in trail}


def _walk(top: int, below: Mapping[int, list[int]]) -> dict[int, tuple[int | None, int]]:
    """Return everybody under `top` with who is above and how deep, in the order in which a tree is read."""
    found: dict[int, tuple[int | None, int]] = {}
    waiting: list[tuple[int, int | None, int]] = [(top, None, 0)]
    while waiting:
        person, above, depth = waiting.pop()
        if person in found:
            continue
        found[person] = (above, depth)
        waiting.extend((report, person, depth + 1) for report in reversed(below.get(person, ())))
    return found


def _quota(person: int, rows: Mapping[int, int], reports: Iterable[Node]) -> Quota:
    quotas = [node.quota for node in reports]
    if person == EVERYBODY:
        # Nobody has a row for everybody: the rows of those at the top are its own.
        tops = [quota.own for quota in quotas if quota.own is not None]
        if not tops:
            return Quota(None, _sum(quota.value for quota in quotas))
        return Quota(
            _sum(quota.value for quota in quotas),
            _sum(quota.own if quota.reports is None else quota.reports for quota in quotas),
        )
    return Quota(rows.get(person), _sum(quota.value for quota in quotas))


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
