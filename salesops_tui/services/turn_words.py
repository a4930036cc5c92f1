"""The turn of the quarter as JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salesops_tui.domain.calendar import Period, iso_day
from salesops_tui.domain.money import decimal_string
from salesops_tui.services.books import FrozenFigures
from salesops_tui.services.context import Context
from salesops_tui.services.listing import plain_period
from salesops_tui.services.quarter_turn import CarriedOver, ClosingBoard, ClosingRow, NobodysDeal
from salesops_tui.store.deals import DealAt


def describe_board(context: Context, board: ClosingBoard) -> dict[str, Any]:
    """Return what is still open, deal by deal."""
    return {
        "period": plain_period(board.period),
        "as_of": context.calendar.iso(board.at),
        "days_left": max(0, board.days_left),
        "bookings_until": iso_day(board.bookings_until),
        "last_week": board.last_week,
        "deals": [_closing(context, row) for row in board.rows],
    }


def describe_carried(
    context: Context, period: Period, carried: Sequence[CarriedOver], nobodys: Sequence[NobodysDeal]
) -> dict[str, Any]:
    """Return what a quarter left behind, and the deals that no forecast counts any more."""
    currency = context.policy.currency
    return {
        "period": plain_period(period),
        "deals": [
            {
                **_deal(context, one.deal),
                "owner": context.people[one.owner].key,
                "owner_name": context.people[one.owner].name,
                "amount": decimal_string(one.amount, currency),
                "amount_now": decimal_string(one.deal.amount, currency),
                "went": one.went.value,
                "period": one.period,
            }
            for one in carried
        ],
        "nobodys_period": [{**_deal(context, one.deal), "period": one.period} for one in nobodys],
    }


def describe_books(context: Context, books: FrozenFigures) -> dict[str, Any]:
    """Return the frozen figures beside what the store says now."""
    currency = context.policy.currency

    def amount(value: int | None) -> str | None:
        return None if value is None else decimal_string(value, currency)

    def who(person: int | None) -> dict[str, Any]:
        known = None if person is None else context.people[person]
        return {"person": known and known.key, "person_name": known.name if known else "Everybody"}

    by = context.people.get(books.closed_by) if books.closed_by else None
    return {
        "period": plain_period(books.period),
        "closed_at": context.calendar.iso(books.closed_at),
        "closed_by": by.key if by else None,
        "closed_by_name": by.name if by else "somebody unknown",
        "currency": currency,
        "by_person": [
            {
                **who(person),
                "quota": amount(books.quota.get(person)),
                "closed": amount(closed),
                "now": amount(books.now[person]),
            }
            for person, closed in books.closed.items()
        ],
        "differences": [
            {
                "id": one.key,
                "name": one.name,
                "account": one.account,
                "frozen": amount(one.frozen),
                "now": amount(one.now),
            }
            for one in books.differences
        ],
    }


def _closing(context: Context, row: ClosingRow) -> dict[str, Any]:
    verdict = "passed" if row.passed else "failed" if row.failed else "none current"
    return {
        **_deal(context, row.deal),
        "inspection": verdict,
        "failed_questions": list(row.failed),
        "signer": f"{row.signer}, {row.signer_title}".strip(", "),
        "signs": row.signs,
        "paper": row.paper,
        "next_step": row.next_step,
        "next_step_date": iso_day(row.next_step_day),
        "overdue": row.overdue,
    }


def _deal(context: Context, deal: DealAt) -> dict[str, Any]:
    owner = context.people[deal.owner]
    return {
        "id": deal.key,
        "name": deal.name,
        "account": deal.account,
        "owner": owner.key,
        "owner_name": owner.name,
        "amount": decimal_string(deal.amount, context.policy.currency),
        "category": deal.category.key,
        "status": deal.status.key,
        "stage": deal.stage,
        "close_date": iso_day(deal.close_day),
    }
