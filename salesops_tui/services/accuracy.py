"""Accuracy and bias over the last closed quarters, for four numbers side by side: whose was right?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from salesops_tui.domain.accuracy import Forecaster, QuarterForecast, Score, scored
from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.divergence import stage_odds
from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.people import Person, Role, Scope
from salesops_tui.domain.quarter_weeks import WEEKS
from salesops_tui.services.chains import Chains
from salesops_tui.services.context import Context
from salesops_tui.services.quarters import closed_quarters, compared_at, end_of, looked_at, members_then
from salesops_tui.store import forecast_numbers as store_numbers
from salesops_tui.store import movement as store_movement
from salesops_tui.store import quarter_sums
from salesops_tui.store.quarter_sums import Sums


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
    found: dict[int | None, list[QuarterForecast]] = {_top(scope): []}
    with context.store.reading():
        point = compared_at(context, period, at, week)
        quarters = looked_at(context, closed_quarters(context, at), point)
        for quarter, moment in quarters:
            look = _Look(context, scope, quarter, moment, at)
            for person, forecasts in look.forecasts(point.week, below=below).items():
                found.setdefault(person, []).extend(forecasts)
    top = _top(scope)
    names = {person: context.people[person].name for person in found if person is not None}
    shown = [p for p in found if p == top or scope.listed is None or p in scope.listed]
    order = sorted(shown, key=lambda p: (p != top, names.get(p or 0, ""), p or 0))
    people = tuple(PersonAccuracy(person, tuple(found[person])) for person in order)
    return AccuracyReport(scope.person, point.week, tuple(quarter for quarter, _ in quarters), people)


def accuracy_trend(context: Context, scope: Scope, at: Moment) -> list[TrendPoint]:
    """Return mean accuracy and bias at the end of each week of the quarter, over the last four closed quarters."""
    points = []
    with context.store.reading():
        quarters = closed_quarters(context, at)
        actuals = {quarter: _actual(context, scope, quarter, at) for quarter in quarters}
        for week in range(1, WEEKS + 1):
            forecasts = [
                forecast
                for quarter, moment in looked_at(context, quarters, end_of(week))
                for forecast in _Look(context, scope, quarter, moment, at).whole(week, actuals[quarter])
            ]
            points.append(TrendPoint(week, {who: scored(who, forecasts) for who in Forecaster}))
    return points


def accuracy_rows(context: Context, forecasts: PersonAccuracy) -> list[dict[str, Any]]:
    """Return the list "accuracy" of `forecast --format json`: amounts as decimal strings, shares as numbers."""
    currency = context.policy.currency
    return [
        {
            "period": one.period.name,
            "week": one.week,
            "forecaster": one.forecaster.value,
            "forecast": decimal_string(one.forecast, currency),
            "actual": decimal_string(one.actual, currency),
            "accuracy": None if one.accuracy is None else round(one.accuracy, 4),
            "bias": None if one.bias is None else round(one.bias, 4),
        }
        for one in forecasts.forecasts
    ]


def _actual(context: Context, scope: Scope, quarter: Period, known: Moment) -> int:
    last = members_then(context, scope, context.calendar.end_of_day(quarter.end))
    return quarter_sums.won_sum(context.store.conn, quarter, known, last)


def _top(scope: Scope) -> int | None:
    return None if scope.person is None else scope.person.id


class _Look:
    """One closed quarter as it stood at a moment, and as it ended by what is known now."""

    def __init__(self, context: Context, scope: Scope, quarter: Period, moment: Moment, known: Moment) -> None:
        self.context, self.scope, self.quarter, self.moment, self.known = context, scope, quarter, moment, known
        self.conn = context.store.conn
        self.end = context.calendar.end_of_day(quarter.end)
        self.odds = stage_odds(context.policies.at(moment))

    def whole(self, week: int, actual: int) -> list[QuarterForecast]:
        """Return the forecasts about the scope alone, held against what came in."""
        then = members_then(self.context, self.scope, self.moment)
        sums = quarter_sums.open_sums(self.conn, self.quarter, self.moment, self.odds, then)
        closed = quarter_sums.won_sum(self.conn, self.quarter, self.moment, then)
        number = self._numbers(set() if self.scope.person is None else {self.scope.person.id})
        return self._four(week, _top(self.scope), closed, sums, number.get(_top(self.scope)), actual)

    def forecasts(self, week: int, *, below: bool) -> dict[int | None, list[QuarterForecast]]:
        """Return the forecasts by person: the scope, and everybody below who had any."""
        if not below:
            actual = _actual(self.context, self.scope, self.quarter, self.known)
            return {_top(self.scope): self.whole(week, actual)}
        then = members_then(self.context, self.scope, self.moment)
        last = members_then(self.context, self.scope, self.end)
        sums = quarter_sums.open_by_owner(self.conn, self.quarter, self.moment, self.odds, then)
        closed = store_movement.won_by_owner(self.conn, self.quarter, self.moment, then)
        actuals = store_movement.won_by_owner(self.conn, self.quarter, self.known, last)
        up, up_last = (Chains(self.context, at, self.scope) for at in (self.moment, self.end))
        open_sums, won, came = (
            up.added(sums, Sums.plus),
            up.added(closed, int.__add__),
            up_last.added(actuals, int.__add__),
        )
        numbers = self._numbers({*open_sums, *came} - {None})
        people = open_sums.keys() | won.keys() | came.keys() | numbers.keys() | {_top(self.scope)}
        return {
            person: self._four(
                week,
                person,
                won.get(person, 0),
                open_sums.get(person, Sums()),
                numbers.get(person),
                came.get(person, 0),
            )
            for person in people
        }

    def _numbers(self, people: Collection[int | None]) -> dict[int | None, int]:
        """Return the number that stood for each person's scope; those of the ops leads are about everybody."""
        leads = {p.id for p in self.context.people.values() if p.role is Role.OPS}
        wanted = {p for p in people if p is not None}
        if self.scope.person is None:
            wanted |= leads
        found: dict[int | None, int] = {}
        for number in store_numbers.numbers_of(self.conn, wanted, self.quarter.name, self.moment):
            found.setdefault(number.person, number.amount)
            if self.scope.person is None and number.person in leads:
                found.setdefault(None, number.amount)
        return found

    def _four(
        self, week: int, person: int | None, closed: int, sums: Sums, number: int | None, actual: int
    ) -> list[QuarterForecast]:
        said = {
            Forecaster.REP_CLAIM: closed + sums.claimed,
            Forecaster.INSPECTED_COMMIT: closed + sums.commit,
            Forecaster.MANAGER_NUMBER: number,
            Forecaster.WEIGHTED: closed + sums.weighted,
        }
        return [
            QuarterForecast(self.quarter, week, person, forecaster, forecast, actual)
            for forecaster, forecast in said.items()
            if forecast is not None
        ]
