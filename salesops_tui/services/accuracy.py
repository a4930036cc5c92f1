"""Accuracy and bias over the last closed quarters, for four numbers side by side: whose was right?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from salesops_tui.domain.accuracy import Forecaster, QuarterForecast, Score, scored
from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.people import Person, Scope
from salesops_tui.services.context import Context


class PersonAccuracy(NamedTuple):
    """How right four numbers were about one person's scope.

    Attributes:
        person: the store's number; None for everybody.
        forecasts: by quarter, the oldest first, and forecaster; one that made no number has none.
    """

    person: int | None
    forecasts: tuple[QuarterForecast, ...]

    @property
    def scores(self) -> dict[Forecaster, Score]:
        """Mean accuracy and bias by forecaster, with the number of quarters that each rests on."""
        return {forecaster: scored(forecaster, self.forecasts) for forecaster in Forecaster}


class AccuracyReport(NamedTuple):
    """Forecasts of the last closed quarters at one point, held against what came in.

    Attributes:
        person: whose scope it is; None for everybody.
        week: the week of the quarter at which the forecasts are looked at.
        quarters: the closed quarters looked back on, the oldest first; at most four.
        people: the scope itself first, then everybody below who had a forecast or actuals, by name.
    """

    person: Person | None
    week: int
    quarters: tuple[Period, ...]
    people: tuple[PersonAccuracy, ...]

    @property
    def whole(self) -> PersonAccuracy:
        """The scope itself."""
        return self.people[0]


class TrendPoint(NamedTuple):
    """Mean accuracy and bias by forecaster, looked at the end of one week of the quarter."""

    week: int
    scores: Mapping[Forecaster, Score]


def accuracy(
    context: Context, scope: Scope, period: Period, at: Moment, week: int | None = None, *, below: bool = True
) -> AccuracyReport:
    """Return forecasts of the last four closed quarters at one week, for a scope and (`below`) everybody in it.

    Who belonged to a person is read at the forecast's moment for the forecast, at the quarter's end for the actuals.

    Args:
        context: who asks.
        scope: whose forecasts.
        period: the quarter that is being spoken of; it says which point is "now".
        at: the moment of knowledge: what was won by then.
        week: the end of this week of the quarter instead.
        below: also for everybody in the scope.

    Raises:
        WrongUsage: no quarter has such a week.
    """
    raise NotImplementedError


def accuracy_trend(context: Context, scope: Scope, at: Moment) -> list[TrendPoint]:
    """Return mean accuracy and bias at the end of each week of the quarter, over the last four closed quarters."""
    raise NotImplementedError


def accuracy_rows(context: Context, forecasts: PersonAccuracy) -> list[dict[str, Any]]:
    """Return the list "accuracy" of `forecast --format json`: amounts as decimal strings, shares as numbers."""
    raise NotImplementedError
