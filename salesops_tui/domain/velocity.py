"""How quickly pipeline becomes bookings: velocity and its parts, stage conversion, age, creation."""

from __future__ import annotations

from typing import NamedTuple

from salesops_tui.domain.calendar import Day
from salesops_tui.domain.policy import Stage


class Velocity(NamedTuple):
    """Open deals × win rate × average size ÷ cycle length, with what each of them is made of.

    Attributes:
        open_deals: open deals that close in the period, and what they come to in minor units.
        won, lost: deals that ended in the quarters looked back on, by close date.
        won_amount: what the won ones came to, minor units.
        cycles: won deals whose creation is known.
        cycle_days: days from creation to close of these, together.
    """

    open_deals: int
    open_amount: int
    won: int
    lost: int
    won_amount: int
    cycles: int
    cycle_days: int

    @property
    def win_rate(self) -> float | None:
        """The share of ended deals that was won, by count."""
        return self.won / (self.won + self.lost) if self.won + self.lost else None

    @property
    def average_size(self) -> int | None:
        """What a won deal comes to, minor units."""
        return round(self.won_amount / self.won) if self.won else None

    @property
    def cycle(self) -> float | None:
        """Days from creation to close of a won deal."""
        return self.cycle_days / self.cycles if self.cycles else None

    @property
    def a_day(self) -> int | None:
        """Velocity: minor units a day; None where one of its parts is missing."""
        if not self.won or not self.cycles or not self.cycle_days:
            return None
        # deals × (won ÷ ended) × (amount ÷ won) ÷ (days ÷ cycles), with one division at the end.
        above = self.open_deals * self.won_amount * self.cycles
        return round(above / ((self.won + self.lost) * self.cycle_days))


class Conversion(NamedTuple):
    """How far the deals came that ended in the quarters looked back on: a funnel of what is known to the end.

    Attributes:
        reached: ended deals that stood in this stage, or in a later one.
        advanced: those of them that reached a later stage or were won.
        won: those of them that were won.
    """

    stage: Stage
    reached: int
    advanced: int
    won: int

    @property
    def rate(self) -> float | None:
        """Of those that reached the stage, the share that went on."""
        return self.advanced / self.reached if self.reached else None

    @property
    def win_rate(self) -> float | None:
        """Of those that reached the stage, the share that was won."""
        return self.won / self.reached if self.reached else None


class StageAge(NamedTuple):
    """The open deals of one stage that close in the period.

    Attributes:
        amount: minor units.
        dated: deals whose creation is known.
        age_days: days since creation of these, together.
        stage_days: days in the stage of all deals, together.
    """

    stage: Stage
    deals: int
    amount: int
    dated: int
    age_days: int
    stage_days: int

    @property
    def age(self) -> float | None:
        """Mean days since creation."""
        return self.age_days / self.dated if self.dated else None

    @property
    def in_stage(self) -> float | None:
        """Mean days in the stage."""
        return self.stage_days / self.deals if self.deals else None


class Created(NamedTuple):
    """The deals created in one week of the calendar.

    Attributes:
        week: the week's first day.
        amount: what they came to when the store first knew them, minor units.
    """

    week: Day
    deals: int
    amount: int
