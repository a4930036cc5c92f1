"""Landings that did not happen."""

from __future__ import annotations

import pytest

from salesops_tui.domain.people import Scope
from salesops_tui.errors import NotFound, WrongUsage
from salesops_tui.services.forecast import forecast
from salesops_tui.services.what_if import Stakes, as_it_is, cut, kept, open_deals_named, slipped, stakes
from salesops_tui.store.deals import deal_number
from tests.company import Company


@pytest.fixture
def team(company: Company) -> Company:
    company.claim("PASSED", amount=100)
    company.claim("UNASKED", amount=40, stage="5")
    company.claim("FAILED", amount=30)
    company.claim("TAKEN-UP", amount=20)
    company.claim("BEST", amount=80, category="best_case")
    company.claim("WON", amount=70, stage="7", category="closed", status="won")
    company.later(minutes=1)
    company.pass_("PASSED")
    for deal in ("FAILED", "TAKEN-UP", "BEST"):
        company.fail(deal)
    company.later(minutes=1).claim("TAKEN-UP", category="best_case")
    company.later(minutes=1)
    company.quota("lee", "FY26-Q4", 300)
    return company


def at_stake(company: Company) -> Stakes:
    context = company.context
    at = context.now()
    report = forecast(context, Scope(None, frozenset()), context.calendar.current_period(at), at)
    return stakes(context, report)


def numbers(company: Company, *keys: str) -> tuple[int | None, ...]:
    return tuple(deal_number(company.store.conn, key) for key in keys)


def test_as_it_is(team: Company) -> None:
    found = as_it_is(at_stake(team))
    assert (found.landing, found.change, found.gap, found.deals) == (210_00, 0, 90_00, ())


def test_kept_is_what_failed_while_claimed(team: Company) -> None:
    found = kept(at_stake(team))
    assert (found.landing, found.change) == (260_00, 50_00)
    assert found.deals == numbers(team, "FAILED", "TAKEN-UP"), "the deal that was never claimed stays out"


def test_what_the_rep_has_given_up_since_is_not_kept(team: Company) -> None:
    team.claim("FAILED", category="pipeline")
    team.later(minutes=1)
    assert kept(at_stake(team)).deals == numbers(team, "TAKEN-UP")


def test_a_claim_given_up_is_not_kept_when_the_deal_comes_back_to_best_case(team: Company) -> None:
    team.claim("FAILED", category="pipeline")
    team.later(minutes=1).claim("FAILED", category="best_case")
    team.later(minutes=1)
    assert kept(at_stake(team)).deals == numbers(team, "TAKEN-UP")
    team.claim("FAILED", category="commit")
    team.later(minutes=1).claim("FAILED", category="best_case")
    team.later(minutes=1)
    assert kept(at_stake(team)).deals == numbers(team, "FAILED", "TAKEN-UP"), "claimed anew, and taken up anew"


def test_cut_is_all_that_nobody_has_asked_about(team: Company) -> None:
    found = cut(at_stake(team))
    assert (found.landing, found.deals) == (170_00, numbers(team, "UNASKED"))
    team.later(days=30)
    assert cut(at_stake(team)).landing == 70_00, "passes expire"


def test_slipped_deals_leave_landing_and_weighted(team: Company) -> None:
    of = at_stake(team)
    found = slipped(of, open_deals_named(team.context, of, ["UNASKED", "BEST"]))
    assert found.landing == 170_00, "Best Case is in no landing"
    assert found.weighted == of.weighted - 28_00 - 68_00
    assert set(found.deals) == set(numbers(team, "UNASKED", "BEST"))


def test_only_open_deals_of_the_forecast_can_slip(team: Company) -> None:
    of = at_stake(team)
    for key in ("WON", "NOBODY"):
        with pytest.raises(NotFound, match=key):
            open_deals_named(team.context, of, [key])
    with pytest.raises(WrongUsage):
        open_deals_named(team.context, of, [])
    assert slipped(of, [deal_number(team.store.conn, "WON") or 0]).landing == 210_00


def test_where_only_totals_are_seen_others_deals_count_without_a_name(team: Company) -> None:
    context = team.context
    team.claim("EAST", owner="sam", amount=500)
    team.later(minutes=1)
    at = context.now()
    scope = Scope(None, frozenset(), frozenset({team.people["dana"].id, team.people["lee"].id}))
    of = stakes(context, forecast(context, scope, context.calendar.current_period(at), at))
    assert (as_it_is(of).landing, cut(of).landing) == (710_00, 170_00)
    assert cut(of).deals == numbers(team, "UNASKED")
    with pytest.raises(NotFound):
        open_deals_named(context, of, ["EAST"])


def test_nothing_is_stored(team: Company) -> None:
    of = at_stake(team)
    before = team.store.conn.total_changes
    for what in (kept(of), cut(of), slipped(of, of.deals)):
        assert what.quota == 300_00
    assert team.store.conn.total_changes == before
