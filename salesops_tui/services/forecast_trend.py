"""What the plots draw: Closed, Commit and Best Case against quota, week by week."""

from __future__ import annotations

from typing import NamedTuple

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.people import Scope
from salesops_tui.services.context import Context


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
        points: week 0 is the quarter's start; then the end of each week that is over, and the moment asked about.
    """

    period: Period
    quota: int | None
    points: tuple[WeekFigures, ...]


class ForecastTrend(NamedTuple):
    """A quarter and the one before it."""

    this: QuarterLine
    last: QuarterLine


def forecast_trend(context: Context, scope: Scope, period: Period, at: Moment) -> ForecastTrend:
    """Return Closed, Commit and Best Case through a period's weeks up to a moment, and those of the quarter before."""
    raise NotImplementedError
