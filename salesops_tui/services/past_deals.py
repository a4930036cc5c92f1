"""The deals behind what the past says of a forecast: accuracy, yield and calibration open as far as deals make them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from salesops_tui.domain.accuracy import Forecaster
from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.deal import Category, Hold, Status
from salesops_tui.domain.divergence import stage_odds, weigh
from salesops_tui.domain.people import Person, Scope
from salesops_tui.domain.quarter_weeks import moment_of
from salesops_tui.domain.yields import part_of
from salesops_tui.services.context import Context
from salesops_tui.services.quarters import closed_quarters, compared_at, looked_at, nameable
from salesops_tui.store import forecast as store_forecast
from salesops_tui.store import people as store_people
from salesops_tui.store import quarter_sums
from salesops_tui.store.forecast import ForecastDeal, Slice


class PastDeal(NamedTuple):
    """A deal as it counted in one closed quarter.

    Attributes:
        deal: the store's number.
        amount: what it counted for then, minor units.
        won: whether it was won with a close date in that quarter, as known now.
    """

    deal: int
    quarter: Period
    amount: int
    won: bool


class PastAsked(NamedTuple):
    """Which figures are meant.

    Attributes:
        scope: whose.
        period: the quarter that is being spoken of; it says which point is "now".
        at: the moment of knowledge.
        week: the end of this week of the quarter instead; None for where the quarter is now.
    """

    scope: Scope
    period: Period
    at: Moment
    week: int | None


def claimed_deals(context: Context, asked: PastAsked, part: str, below: Person | None = None) -> list[PastDeal]:
    """Return the deals behind a share of the yield, of the last four closed quarters, the largest first.

    Args:
        context: who asks.
        asked: whose yield, at which week.
        part: `claimed`, or what inspections had said by then: `passed`, `failed`, `uninspected`.
        below: only of this person in the scope, and of everybody below them then.
    """
    with context.store.reading() as conn:
        point = compared_at(context, asked.period, asked.at, asked.week)
        found: list[PastDeal] = []
        for quarter in closed_quarters(context, asked.at):
            moment = moment_of(context.calendar, quarter, point)
            counts = _counts(context, asked.scope, moment, below)
            won = quarter_sums.won_deals(conn, quarter, asked.at)
            found += [
                PastDeal(state.deal, quarter, state.amount, state.deal in won)
                for state in quarter_sums.claimed_states(conn, quarter, moment, moment)
                if counts(state.owner) and part in ("claimed", part_of(state, moment))
            ]
    return _largest_first(found)


def stage_deals(context: Context, asked: PastAsked, stage: str) -> list[PastDeal]:
    """Return the deals that a stage's measured share is counted from, of all closed quarters, the largest first."""
    with context.store.reading() as conn:
        point = compared_at(context, asked.period, asked.at, asked.week)
        found: list[PastDeal] = []
        for quarter, moment in looked_at(context, closed_quarters(context, asked.at, None), point):
            counts = _counts(context, asked.scope, moment)
            won = quarter_sums.won_deals(conn, quarter, asked.at)
            found += [
                PastDeal(deal.deal, quarter, deal.amount, deal.deal in won)
                for deal in _standing(context, quarter, moment)
                if deal.status is Status.OPEN and deal.stage == stage and counts(deal.owner)
            ]
    return _largest_first(found)


def forecast_deals(
    context: Context, asked: PastAsked, quarter: Period, who: Forecaster
) -> tuple[list[PastDeal], Moment]:
    """Return the deals that made a forecast of a closed quarter, with what each added to it, and when that was.

    `who` is not the manager, whose number is no sum of deals.
    """
    with context.store.reading() as conn:
        point = compared_at(context, asked.period, asked.at, asked.week)
        moment = moment_of(context.calendar, quarter, point)
        counts = _counts(context, asked.scope, moment)
        won = quarter_sums.won_deals(conn, quarter, asked.at)
        odds = stage_odds(context.policies.at(moment))
        found = [
            PastDeal(deal.deal, quarter, adds, deal.deal in won)
            for deal in _standing(context, quarter, moment)
            if counts(deal.owner) and (adds := _added(deal, who, odds.get(deal.stage, 0)))
        ]
    return _largest_first(found), moment


def actual_deals(context: Context, asked: PastAsked, quarter: Period) -> list[PastDeal]:
    """Return the deals that a closed quarter came in with, the largest first."""
    end = context.calendar.end_of_day(quarter.end)
    with context.store.reading():
        counts = _counts(context, asked.scope, end)
        deals = _standing(context, quarter, asked.at)
        found = [d for d in deals if d.status is Status.WON and counts(d.owner)]
    return _largest_first(PastDeal(d.deal, quarter, d.amount, True) for d in found)


def _added(deal: ForecastDeal, who: Forecaster, odds_bp: int) -> int:
    """Return what a deal added to a forecast."""
    if deal.status is Status.WON:
        return deal.amount
    if who is Forecaster.WEIGHTED:
        return weigh(deal.amount, odds_bp)
    overridden = deal.hold is Hold.CAPPED and deal.category is Category.BEST_CASE and not deal.given_up
    claimed = who is Forecaster.REP_CLAIM and overridden
    return deal.amount if claimed or deal.category is Category.COMMIT else 0


def _standing(context: Context, quarter: Period, moment: Moment) -> list[ForecastDeal]:
    return store_forecast.forecast_deals(context.store.conn, Slice(quarter, moment, False, None))


def _counts(context: Context, scope: Scope, at: Moment, below: Person | None = None) -> Callable[[int], bool]:
    """Return whose deals counted at a moment, of those that the actor may see named."""
    whom = nameable(context, scope, at)
    under = None if below is None else store_people.scope_of(context.store.conn, below, at).members
    return lambda owner: (whom is None or owner in whom) and (under is None or owner in under)


def _largest_first(deals: Iterable[PastDeal]) -> list[PastDeal]:
    return sorted(deals, key=lambda d: (-d.amount, d.deal, d.quarter.start))
