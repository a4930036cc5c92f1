"""What the plots draw: Closed, Commit and Best Case against quota, week by week."""

from __future__ import annotations

from typing import NamedTuple

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.people import Scope
from salesops_tui.domain.quarter_weeks import WEEKS, end_of_week_moment, week_of_quarter
from salesops_tui.services.calls import quota_of
from salesops_tui.services.context import Context
from salesops_tui.services.quarters import members_then
from salesops_tui.store import flow as store_flow
from salesops_tui.store import quarter_sums


class WeekFigures(NamedTuple):
    """A scope's figures of a period at one moment; minor units, each category by itself."""

    week: int
    moment: Moment
    closed: int
    commit: int
    best_case: int


class QuarterLine(NamedTuple):
    """A quarter week by week.

    Attributes:
        quota: minor units; None where there is none.
        points: week 0 is the quarter's start; then the end of each week that is over, and the moment asked about. What
            lies before the store's history is left out: nothing was known, which is not the same as 0.
        came_in: once the quarter is over, what was won in it as known at the moment asked about; bookings that came in
            during the days of grace are in it and in no point. Minor units; None before.
    """

    period: Period
    quota: int | None
    points: tuple[WeekFigures, ...]
    came_in: int | None


class ForecastTrend(NamedTuple):
    """A quarter and the one before it."""

    this: QuarterLine
    last: QuarterLine


def forecast_trend(context: Context, scope: Scope, period: Period, at: Moment) -> ForecastTrend:
    """Return Closed, Commit and Best Case through a period's weeks up to a moment, and those of the quarter before."""
    with context.store.reading():
        before = context.calendar.shifted(period, -1)
        return ForecastTrend(_line(context, scope, period, at), _line(context, scope, before, at))


def _line(context: Context, scope: Scope, period: Period, at: Moment) -> QuarterLine:
    calendar = context.calendar
    weeks = {week: end_of_week_moment(calendar, period, week) for week in range(WEEKS + 1)}
    end = weeks[WEEKS]
    moments = {week: moment for week, moment in weeks.items() if moment <= at}
    if calendar.start_of_day(period.start) <= at < end:
        moments[week_of_quarter(period, calendar.day_of(at))] = at
    began = store_flow.first_moment(context.store.conn)
    known = {week: moment for week, moment in moments.items() if began is not None and moment >= began}
    points = tuple(_figures(context, scope, period, week, moment) for week, moment in known.items())
    came_in = None
    if points and at > end:
        came_in = quarter_sums.won_sum(context.store.conn, period, at, members_then(context, scope, end))
    return QuarterLine(period, quota_of(context, scope, period, min(at, end)), points, came_in)


def _figures(context: Context, scope: Scope, period: Period, week: int, moment: Moment) -> WeekFigures:
    conn, owners = context.store.conn, members_then(context, scope, moment)
    sums = quarter_sums.open_sums(conn, period, moment, {}, owners)
    closed = quarter_sums.won_sum(conn, period, moment, owners)
    return WeekFigures(week, moment, closed, sums.commit, sums.best_case)
