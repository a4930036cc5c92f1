"""The closed quarters that history is read from, and the point of a quarter at which they are compared."""

from __future__ import annotations

from collections.abc import Iterable

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.people import Scope
from salesops_tui.domain.quarter_weeks import AT_END, WEEKS, Point, moment_of, point_of
from salesops_tui.errors import WrongUsage
from salesops_tui.services.context import Context
from salesops_tui.store import flow as store_flow
from salesops_tui.store import people as store_people

LOOKED_BACK = 4
"""Over so many closed quarters a forecast is judged."""


def closed_quarters(context: Context, at: Moment, count: int | None = LOOKED_BACK) -> list[Period]:
    """Return the last quarters that were over at a moment, the oldest first; all that the store knows for None.

    A quarter is over when the default period has moved on (its days of grace are past). Quarters that had ended
    before the store knew of any deal are left out.
    """
    calendar = context.calendar
    began = store_flow.first_moment(context.store.conn)
    found: list[Period] = []
    if began is None:
        return found
    first = calendar.day_of(began)
    period = calendar.shifted(calendar.current_period(at), -1)
    while period.end >= first and (count is None or len(found) < count):
        found.append(period)
        period = calendar.shifted(period, -1)
    return found[::-1]


def last_quarter(context: Context, at: Moment) -> Period:
    """Return the quarter that ended last: in the days of grace already the one whose bookings still come in."""
    calendar = context.calendar
    return calendar.shifted(calendar.period_of(calendar.day_of(at)), -1)


def looked_at(context: Context, quarters: Iterable[Period], point: Point) -> list[tuple[Period, Moment]]:
    """Return at which moment each quarter was at a point; those are left out of which nothing was known by then."""
    began = store_flow.first_moment(context.store.conn)
    if began is None:
        return []
    moments = [(quarter, moment_of(context.calendar, quarter, point)) for quarter in quarters]
    return [(quarter, moment) for quarter, moment in moments if moment >= began]


def compared_at(context: Context, period: Period, at: Moment, week: int | None = None) -> Point:
    """Return the point at which quarters are compared: the end of a week that is named, else where `period` is now.

    A period that was over by then tells nothing; then the point is that of the running one.

    Raises:
        WrongUsage: no quarter has such a week.
    """
    if week is not None:
        return end_of(week)
    calendar = context.calendar
    if calendar.day_of(at) > period.end:
        period = calendar.current_period(at)
    return point_of(calendar, period, at)


def end_of(week: int) -> Point:
    """Return the end of a week of any quarter.

    Raises:
        WrongUsage: no quarter has such a week.
    """
    if not 1 <= week <= WEEKS:
        raise WrongUsage(f"a quarter has the weeks 1 to {WEEKS}, not {week}")
    return AT_END if week == WEEKS else Point(week, 7 * week - 1)


def members_then(context: Context, scope: Scope, at: Moment) -> frozenset[int] | None:
    """Return who belonged to a scope's person at a moment; None for everybody."""
    return None if scope.person is None else store_people.scope_of(context.store.conn, scope.person, at).members


def nameable(context: Context, scope: Scope, at: Moment) -> frozenset[int] | None:
    """Return whose deals of a scope may be named, of those who belonged to it at a moment; None for everybody's."""
    members = members_then(context, scope, at)
    if scope.listed is None:
        return members
    return scope.listed if members is None else members & scope.listed
