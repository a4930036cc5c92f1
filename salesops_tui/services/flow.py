"""How quickly pipeline becomes bookings: velocity, stage conversion, age by stage, creation by week."""

from __future__ import annotations

from typing import NamedTuple

from salesops_tui.domain.calendar import Day, Moment, Period
from salesops_tui.domain.deal import Status
from salesops_tui.domain.people import Scope
from salesops_tui.domain.velocity import Conversion, Created, StageAge, Velocity
from salesops_tui.services.calibration import funnel
from salesops_tui.services.context import Context
from salesops_tui.services.quarters import closed_quarters, members_then
from salesops_tui.store import flow as store_flow


class VelocityReport(NamedTuple):
    """Velocity and the closed quarters that its win rate, size and cycle were counted over."""

    quarters: tuple[Period, ...]
    velocity: Velocity


class ConversionReport(NamedTuple):
    """Stage conversion of the deals that ended with a close date in some closed quarters; open stages in order."""

    quarters: tuple[Period, ...]
    stages: tuple[Conversion, ...]


def velocity(context: Context, scope: Scope, period: Period, at: Moment) -> VelocityReport:
    """Return the velocity of what is open in a period, by the win rate, size and cycle of the last closed quarters."""
    conn = context.store.conn
    with context.store.reading():
        owners = members_then(context, scope, at)
        quarters = closed_quarters(context, at)
        deals, amount = store_flow.open_in(conn, period, at, owners)
        if not quarters:
            return VelocityReport((), Velocity(deals, amount, 0, 0, 0, 0, 0))
        days = (quarters[0].start, quarters[-1].end)
        won = store_flow.ended(conn, Status.WON, days, at, owners)
        lost = store_flow.ended(conn, Status.LOST, days, at, owners)
    made = Velocity(deals, amount, won.deals, lost.deals, won.amount, won.cycles, won.cycle_days)
    return VelocityReport(tuple(quarters), made)


def stage_conversion(context: Context, scope: Scope, at: Moment) -> ConversionReport:
    """Return how far the deals came that ended in the last four closed quarters."""
    stages = [stage for stage in context.policies.at(at).stages if not stage.closed]
    with context.store.reading():
        quarters = closed_quarters(context, at)
        far = funnel(context, scope, stages, (quarters[0], quarters[-1]), at) if quarters else {}
    found = []
    for i, stage in enumerate(stages):
        reached, won = far.get(stage.key, (0, 0))
        later = far.get(stages[i + 1].key, (0, 0)) if i + 1 < len(stages) else (won, won)
        # A deal that was won went on, wherever it stood before.
        found.append(Conversion(stage, reached, later[0] - later[1] + won, won))
    return ConversionReport(tuple(quarters), tuple(found))


def stage_ages(context: Context, scope: Scope, period: Period, at: Moment) -> tuple[StageAge, ...]:
    """Return how old the open deals of a period are, by stage in the policy's order; stages without deals too."""
    with context.store.reading() as conn:
        owners = members_then(context, scope, at)
        found = store_flow.standing(conn, period, at, context.calendar.day_of(at), owners)
    nothing = store_flow.Standing(0, 0, 0, 0, 0)
    stages = [stage for stage in context.policies.at(at).stages if not stage.closed]
    return tuple(StageAge(stage, *found.get(stage.key, nothing)) for stage in stages)


def created_by_week(context: Context, scope: Scope, at: Moment, weeks: int = 13) -> tuple[Created, ...]:
    """Return the deals created in each of the last weeks, the oldest first; the running week is the last one.

    A deal without a day of creation counts for the day on which the store first knew it. The amount is what the deal
    came to then, and it counts for whoever carried it then, as people report at `at`.
    """
    calendar = context.calendar
    last = calendar.week_of(calendar.day_of(at))
    days = [Day(last - 7 * back) for back in range(weeks - 1, -1, -1)]
    with context.store.reading() as conn:
        owners = members_then(context, scope, at)
        found = store_flow.created(conn, [(day, calendar.start_of_day(day)) for day in days], at, owners)
    return tuple(Created(day, *found.get(number, (0, 0))) for number, day in enumerate(days))
