"""The forecast as a roll-up: what a person and everybody below them have closed, committed and still hold open.

Every figure of a node is the sum of what the person holds themselves and of the nodes below, to the cent. The
weighted figures keep that rule because each deal's weighted amount is rounded to the minor unit by itself: a figure
is then the same from whichever scope it is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from operator import add
from typing import NamedTuple

from salesops_tui.domain.quota import EVERYBODY, Quota, quota_of, tree_under, with_strays


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


def roll_up(
    top: int, below: Mapping[int, list[int]], quotas: Mapping[int, int], by_owner: Mapping[int, Figures]
) -> dict[int, Node]:
    """Return the nodes from `top` down, each before those below it.

    Args:
        top: a person, or `EVERYBODY`.
        below: who reports to whom, as `reports_of` gives it.
        quotas: the rows on file by person.
        by_owner: what people hold themselves.
    """
    if top == EVERYBODY:
        below = with_strays(below, [*by_owner, *quotas])
    tree = tree_under(top, below)
    nodes: dict[int, Node] = {}
    for person in reversed(tree):
        reports = [nodes[p] for p in below.get(person, ()) if tree[p][0] == person]
        own = by_owner.get(person, NOTHING)
        whole = own
        for node in reports:
            whole = whole.plus(node.whole)
        above, depth = tree[person]
        quota = quota_of(person, quotas, [node.quota for node in reports])
        nodes[person] = Node(person, above, depth, tuple(node.person for node in reports), quota, own, whole)
    return {person: nodes[person] for person in tree}
