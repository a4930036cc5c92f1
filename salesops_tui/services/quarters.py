"""The closed quarters that history is read from, and the point of a quarter at which they are compared."""

from __future__ import annotations

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.quarter_weeks import Point, end_of_week, point_of
from salesops_tui.errors import WrongUsage
from salesops_tui.services.context import Context
from salesops_tui.store import flow as store_flow

LOOKED_BACK = 4
"""Over so many closed quarters a forecast is judged."""


def closed_quarters(context: Context, at: Moment, count: int | None = LOOKED_BACK) -> list[Period]:
    """Return the last quarters that were over at a moment, the oldest first; all that the store knows for None.

    A quarter is over when the default period has moved on (its days of grace are past). Quarters that had ended
    before the store's history begins are left out.
    """
    calendar = context.calendar
    began = store_flow.first_moment(context.store.conn)
    found: list[Period] = []
    if began is None:
        return found
    period = calendar.shifted(calendar.current_period(at), -1)
    while period.end >= calendar.day_of(began) and (count is None or len(found) < count):
        found.append(period)
        period = calendar.shifted(period, -1)
    return found[::-1]


def compared_at(context: Context, period: Period, at: Moment, week: int | None = None) -> Point:
    """Return the point at which quarters are compared: the end of a week that is named, else where `period` is now.

    A period that was over by then tells nothing; then the point is that of the running one.

    Raises:
        WrongUsage: no quarter has such a week.
    """
    if week is not None:
        if not 1 <= week <= 13:
            raise WrongUsage(f"a quarter has the weeks 1 to 13, not {week}")
        return Point(week, end_of_week(period, week) - period.start)
    calendar = context.calendar
    if calendar.day_of(at) > period.end:
        period = calendar.current_period(at)
    return point_of(calendar, period, at)
