"""The call sheet as text that leaves the program."""

from __future__ import annotations

from salesops_tui.domain.calendar import iso_day
from salesops_tui.services.listing import describe_deals
from salesops_tui.store.deals import DealAt, deals_by_number
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.export import csv_text
from salesops_tui.ui.sheet_rows import deal_in_words
from salesops_tui.ui.sheet_view import SheetView

_COLUMNS = (
    "id", "account", "name", "owner_name", "amount", "currency", "close_date", "stage", "stage_name", "rep_category",
    "category", "inspection",
)  # fmt: skip


def sheet_csv(desk: Desk, view: SheetView) -> str:
    """Return the deals that are shown, in their order, with their exact figures."""
    context = desk.context
    at = context.now()
    with context.store.reading():
        found = deals_by_number(context.store.conn, view.order, at, current=True)
        numbers = [number for number in view.order if number in found]
        deals = describe_deals(context, [found[number] for number in numbers], at)
    group_of = {number: group.value for group, members in view.shown.items() for number in members}
    rows = [
        (group_of[number], *(deal[c] for c in _COLUMNS), _failed(deal["cap"]), " ".join(deal["flags"]))
        for number, deal in zip(numbers, deals, strict=True)
    ]
    return csv_text(("group", *_COLUMNS, "failed_questions", "flags"), rows)


def _failed(cap: dict[str, list[str]] | None) -> str:
    return " ".join(cap["failed_questions"]) if cap else ""


def deal_line(desk: Desk, deal: DealAt) -> str:
    """Return a deal in one line, as somebody would write it into a message."""
    return (
        f"{deal_in_words(deal.account, deal.name)}, {desk.exact(deal.amount)}, {deal.category.label}, "
        f"closes {iso_day(deal.close_day)}, {desk.person(deal.owner)} ({deal.key})"
    )
