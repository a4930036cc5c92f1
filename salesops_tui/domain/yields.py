"""Yield: of what stood in Commit, how much was won within the quarter."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.intervals import Interval, wilson


class Outcome(NamedTuple):
    """Some deals at one point of a quarter, and how many of them were won with a close date in it.

    Attributes:
        amount, won_amount: minor units, as they stood at that point.
    """

    deals: int = 0
    won: int = 0
    amount: int = 0
    won_amount: int = 0

    @property
    def share(self) -> float | None:
        """The share won, by count; None where there was no deal."""
        return self.won / self.deals if self.deals else None

    @property
    def value_share(self) -> float | None:
        """The share won, by amount at that point; None where there was none."""
        return self.won_amount / self.amount if self.amount else None

    @property
    def interval(self) -> Interval:
        """Between which shares the true one lies, by count, with a confidence of 95 %."""
        return wilson(self.won, self.deals)

    def plus(self, other: Outcome) -> Outcome:
        """Return both together."""
        return Outcome(
            self.deals + other.deals,
            self.won + other.won,
            self.amount + other.amount,
            self.won_amount + other.won_amount,
        )


class Yield(NamedTuple):
    """What was claimed as Commit, by what inspections had said of it; the three parts add up to `claimed`.

    Attributes:
        claimed: all that reps claimed as Commit, whatever inspections made of it.
        passed: with a current pass at that point.
        failed: capped by a failed inspection, whether or not the CRM had taken that up.
        uninspected: never inspected, or no longer.
    """

    passed: Outcome = Outcome()
    failed: Outcome = Outcome()
    uninspected: Outcome = Outcome()

    @property
    def claimed(self) -> Outcome:
        """All that reps claimed as Commit."""
        return self.passed.plus(self.failed).plus(self.uninspected)

    def plus(self, other: Yield) -> Yield:
        """Return both together."""
        return Yield(
            self.passed.plus(other.passed), self.failed.plus(other.failed), self.uninspected.plus(other.uninspected)
        )


class ClaimedState(NamedTuple):
    """A stretch of time in which a deal was claimed as Commit of one period.

    Attributes:
        good_until: until when a pass was current; 0 for none.
        failed: whether a failed inspection capped it.
        amount: minor units.
    """

    deal: int
    owner: int
    valid_from: Moment
    valid_to: Moment
    good_until: Moment
    failed: int
    amount: int


def part_of(state: ClaimedState, moment: Moment) -> str:
    """Return which part of what was claimed a state belonged to at a moment: `passed`, `failed` or `uninspected`."""
    return "failed" if state.failed else "passed" if state.good_until >= moment else "uninspected"


def yields_at(
    states: Iterable[ClaimedState],
    won: Collection[int],
    moments: Sequence[Moment],
    counts: Callable[[int, int], bool],
) -> list[Yield]:
    """Return the yield of what was claimed at each of some moments, which ascend.

    Args:
        states: of one period.
        won: the deals that were won in that period.
        moments: at which moments.
        counts: says of an owner and the number of a moment whether the owner belonged to the scope then.
    """
    tallies = [[[0, 0, 0, 0] for _ in range(3)] for _ in moments]
    for deal, owner, since, until, good, failed, amount in states:
        hit = deal in won
        for i in range(bisect_left(moments, since), bisect_left(moments, until)):
            if counts(owner, i):
                cell = tallies[i][1 if failed else 0 if good >= moments[i] else 2]
                cell[0] += 1
                cell[1] += hit
                cell[2] += amount
                cell[3] += amount if hit else 0
    return [Yield(*(Outcome(*cell) for cell in cells)) for cells in tallies]
