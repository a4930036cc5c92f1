"""Accuracy, yield and calibration of the demo company: the deals behind each figure add up to it."""

from __future__ import annotations

from typing import Any

import pytest

from salesops_tui.domain.accuracy import Forecaster
from salesops_tui.domain.people import Scope
from salesops_tui.domain.yields import Outcome
from salesops_tui.services.accuracy import accuracy
from salesops_tui.services.calibration import calibration
from salesops_tui.services.context import Context
from salesops_tui.services.past_deals import (
    PastAsked,
    PastDeal,
    actual_deals,
    claimed_deals,
    forecast_deals,
    stage_deals,
)
from salesops_tui.services.yields import commit_yield
from salesops_tui.store import people as store_people
from salesops_tui.store.connection import open_store
from tests import demo_store
from tests.opened import closed_later

WEEKS = [None, 1, 8, 13]
PARTS = ["claimed", "passed", "failed", "uninspected"]


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    store = closed_later(open_store(demo_store.of_a_fixed_day(tmp_path_factory), read_only=True))
    return Context(store, None, demo_store.clock)


@pytest.fixture(scope="module", params=["everybody", "a manager"])
def scope(request: pytest.FixtureRequest, context: Context) -> Scope:
    if request.param == "everybody":
        return Scope(None, frozenset())
    lines = store_people.managers_at(context.store.conn, context.now())
    boss = next(boss for boss in lines.values() if boss is not None and lines.get(boss) is not None)
    return store_people.scope_of(context.store.conn, context.people[boss], context.now())


def asked_of(context: Context, scope: Scope, week: int | None) -> PastAsked:
    now = context.now()
    return PastAsked(scope, context.calendar.current_period(now), now, week)


def added_up(deals: list[PastDeal]) -> Outcome:
    won = [deal for deal in deals if deal.won]
    return Outcome(len(deals), len(won), sum(d.amount for d in deals), sum(d.amount for d in won))


@pytest.mark.parametrize("week", WEEKS)
@pytest.mark.parametrize("part", PARTS)
def test_the_deals_behind_a_share_of_the_yield(context: Context, scope: Scope, part: str, week: int | None) -> None:
    asked = asked_of(context, scope, week)
    report = commit_yield(context, scope, asked.period, asked.at, week)
    if week is not None:
        assert added_up(claimed_deals(context, asked, part)) == getattr(report.weeks[week], part)
    top = scope.person.id if scope.person else None
    found = 0
    for number, one in report.by_person.items():
        below = None if number is None or number == top else context.people[number]
        outcome: Any = getattr(one, part)
        assert added_up(claimed_deals(context, asked, part, below)) == outcome, number
        found += outcome.deals
    assert found or (part, week) == ("passed", 1)


@pytest.mark.parametrize("week", WEEKS)
def test_the_deals_behind_a_forecast_and_what_came_in(context: Context, scope: Scope, week: int | None) -> None:
    asked = asked_of(context, scope, week)
    forecasts = accuracy(context, scope, asked.period, asked.at, week, below=False).whole.forecasts
    assert len(forecasts) >= 4
    for one in forecasts:
        assert sum(d.amount for d in actual_deals(context, asked, one.period)) == one.actual
        if one.forecaster is not Forecaster.MANAGER_NUMBER:
            deals, _ = forecast_deals(context, asked, one.period, one.forecaster)
            assert sum(d.amount for d in deals) == one.forecast, one.forecaster


@pytest.mark.parametrize("week", WEEKS)
def test_the_deals_behind_a_stage(context: Context, scope: Scope, week: int | None) -> None:
    asked = asked_of(context, scope, week)
    report = calibration(context, scope, asked.period, asked.at, week, reached=False)
    for one in report.stages:
        found = added_up(stage_deals(context, asked, one.stage.key))
        assert (found.deals, found.won) == (one.deals, one.won), one.stage.key
    assert sum(one.deals for one in report.stages)


def test_who_sees_only_totals_is_named_no_deal(context: Context) -> None:
    listed = Scope(None, frozenset(), frozenset())
    asked = asked_of(context, listed, 8)
    assert claimed_deals(context, asked, "claimed") == []
    assert forecast_deals(context, asked, asked.period, Forecaster.WEIGHTED)[0] == []
