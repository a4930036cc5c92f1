"""What a stage is worth by the store's own history, beside what the policy says."""

from __future__ import annotations

from typing import NamedTuple

from salesops_tui.domain.intervals import Interval, wilson
from salesops_tui.domain.policy import Stage


class StageCalibration(NamedTuple):
    """One stage by history.

    Attributes:
        deals: open deals that stood in it at the same point of past quarters, with a close date in that quarter.
        won: those of them that were won with a close date in that quarter.
        reached: deals that ever stood in it, or in a later one, and have closed; None where that was not asked.
        reached_won: those of them that were won.
        needed: how many deals the policy asks for before the figure may be adopted.
    """

    stage: Stage
    deals: int
    won: int
    needed: int
    reached: int | None = None
    reached_won: int | None = None

    @property
    def share(self) -> float | None:
        """The share won within the quarter; None where no deal stood there."""
        return self.won / self.deals if self.deals else None

    @property
    def interval(self) -> Interval:
        """Between which shares the true one lies, with a confidence of 95 %."""
        return wilson(self.won, self.deals)

    @property
    def probability_bp(self) -> int | None:
        """The share won in basis points, rounded to whole percents: what adopting would write; None for no deal."""
        # Half to even on integers, so that nothing depends on how a float prints.
        if not self.deals:
            return None
        whole, rest = divmod(self.won * 100, self.deals)
        return 100 * (whole + (2 * rest > self.deals or (2 * rest == self.deals and whole % 2)))

    @property
    def enough(self) -> bool:
        """Whether there are enough deals; below that the policy's figure stays in force."""
        return self.deals >= self.needed

    @property
    def adoptable(self) -> bool:
        """Whether adopting would change this stage."""
        return self.enough and not self.stage.closed and self.probability_bp != self.stage.probability_bp

    @property
    def reached_share(self) -> float | None:
        """Of all that reached the stage and have closed, the share won; None where there is none."""
        return self.reached_won / self.reached if self.reached and self.reached_won is not None else None

    @property
    def off(self) -> bool:
        """Whether the policy's figure lies outside the interval of enough deals."""
        return self.enough and not self.interval.low <= self.stage.probability_bp / 10_000 <= self.interval.high
