"""How quickly pipeline becomes bookings: velocity, stage conversion, age by stage, creation by week."""

from __future__ import annotations

from typing import NamedTuple

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.people import Scope
from salesops_tui.domain.velocity import Conversion, Created, StageAge, Velocity
from salesops_tui.services.context import Context


class VelocityReport(NamedTuple):
    """Velocity and the closed quarters that its win rate, size and cycle were counted over."""

    quarters: tuple[Period, ...]
    velocity: Velocity


class ConversionReport(NamedTuple):
    """Stage conversion over some closed quarters and the running one."""

    since: Moment
    stages: tuple[Conversion, ...]


def velocity(context: Context, scope: Scope, period: Period, at: Moment) -> VelocityReport:
    """Return the velocity of what is open in a period, by the win rate, size and cycle of the last closed quarters."""
    raise NotImplementedError


def stage_conversion(context: Context, scope: Scope, at: Moment) -> ConversionReport:
    """Return what became of the deals that came into each stage in the last four closed quarters or since."""
    raise NotImplementedError


def stage_ages(context: Context, scope: Scope, period: Period, at: Moment) -> tuple[StageAge, ...]:
    """Return how old the open deals of a period are, by stage in the policy's order."""
    raise NotImplementedError


def created_by_week(context: Context, scope: Scope, at: Moment, weeks: int = 13) -> tuple[Created, ...]:
    """Return the deals created in each of the last weeks, the oldest first; the running week is the last one."""
    raise NotImplementedError
