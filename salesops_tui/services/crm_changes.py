"""What inspections have changed and the CRM does not say yet: the category changes that somebody has to carry back.

A change is pending while a deal's category differs from what the CRM claims, and gone with the import that shows that
the CRM agrees. It is contested where the CRM had agreed once and claims Commit again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import Moment, Period, iso_day
from salesops_tui.domain.deal import Category, Hold
from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.people import Scope
from salesops_tui.services.context import Context
from salesops_tui.services.listing import describe_deals, plain_period
from salesops_tui.store import crm_changes as store_changes
from salesops_tui.store import tracks
from salesops_tui.store.crm_changes import Source
from salesops_tui.store.deals import DealAt, deals_by_number


class CrmChange(NamedTuple):
    """One change that the CRM has not taken up.

    Attributes:
        before, after: what the CRM claims, and what it should say.
        since: since when the two have differed.
        why: `failed_inspection`, or `passed_inspection` for a restored claim.
        failed: keys of the questions that failed.
        contested: how often the CRM claimed Commit again after it had followed.
    """

    deal: DealAt
    before: Category
    after: Category
    since: Moment
    why: str
    failed: tuple[str, ...]
    contested: int
    source: Source


def pending_changes(
    context: Context, scope: Scope, period: Period | None, at: Moment, source: str | None = None
) -> list[CrmChange]:
    """Return the changes of a scope that the CRM has not taken up at a moment, the larger amounts first.

    Args:
        context: the store and its clock.
        scope: whose deals.
        period: only deals that close in it; None for every period.
        at: the moment.
        source: only deals of this part of the CRM.
    """
    with context.store.reading() as conn:
        current = at >= context.seen_now
        numbers = store_changes.deals_ahead_of_crm(conn, at, current=current, period=period, scope=scope, source=source)
        deals = deals_by_number(conn, numbers, at, current=current)
        contested = store_changes.contested_by(conn, context.policies, numbers, at)
        sources = store_changes.sources_of(conn, numbers)
        described = describe_deals(context, [deals[n] for n in numbers], at)
        return [
            CrmChange(
                deals[n],
                deals[n].rep_category,
                deals[n].category,
                _since(context, deals[n], at),
                "passed_inspection" if deals[n].hold is Hold.RESTORED else "failed_inspection",
                tuple((plain["cap"] or {}).get("failed_questions", ())),
                contested.get(n, 0),
                sources[n],
            )
            for n, plain in zip(numbers, described, strict=True)
        ]


def describe_changes(
    context: Context, changes: Sequence[CrmChange], scope: Scope, period: Period | None, at: Moment
) -> dict[str, Any]:
    """Return pending changes as JSON values."""
    currency = context.policy.currency
    return {
        "as_of": context.calendar.iso(at),
        "scope": scope.name,
        "period": plain_period(period) if period else None,
        "currency": currency,
        "pending": len(changes),
        "contested": sum(change.contested > 0 for change in changes),
        "changes": [_plain(context, change, currency) for change in changes],
    }


def _plain(context: Context, change: CrmChange, currency: str) -> dict[str, Any]:
    deal = change.deal
    owner = context.people[deal.owner]
    return {
        "id": deal.key,
        "name": deal.name,
        "account": deal.account,
        "owner": owner.key,
        "owner_name": owner.name,
        "amount": decimal_string(deal.amount, currency),
        "close_date": iso_day(deal.close_day),
        "from": change.before.key,
        "to": change.after.key,
        "since": context.calendar.iso(change.since),
        "why": change.why,
        "failed_questions": list(change.failed),
        "contested": change.contested,
        "source": change.source.name,
        "dialect": change.source.dialect,
    }


def _since(context: Context, deal: DealAt, at: Moment) -> Moment:
    since = deal.since
    for state in reversed(tracks.states_of(context.store.conn, deal.id)):
        if state.valid_from > at:
            continue
        if state.category is state.rep_category or state.category is not deal.category:
            break
        since = state.valid_from
    return since
