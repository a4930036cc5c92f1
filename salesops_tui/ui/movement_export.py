"""A movement as text that leaves the program: Markdown to send, CSV to reckon with. The figures are the command's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from salesops_tui.crm import outgoing
from salesops_tui.domain.calendar import iso_day
from salesops_tui.domain.money import decimal_string
from salesops_tui.services.exporting import export_movement
from salesops_tui.services.minutes_text import escaped
from salesops_tui.services.movement_words import describe_movement
from salesops_tui.ui import present
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.export import csv_text
from salesops_tui.ui.movement_deals import DealsView, also_in_short
from salesops_tui.ui.movement_view import MovementView
from salesops_tui.ui.movement_window import MovementWindow, window_in_words
from salesops_tui.ui.sheet_head import period_in_words
from salesops_tui.ui.sheet_rows import deal_in_words
from salesops_tui.ui.widgets.columns import cells


def movement_csv(view: MovementView) -> str:
    """Return a row for each part of a deal in a line, then the deals that left and came back without one."""
    deals = export_movement(describe_movement(view.desk.context, view.report)).tables[0]
    return outgoing.csv_text(deals.columns, deals.rows)


def movement_markdown(view: MovementView, window: MovementWindow) -> str:
    """Return the lines as a table, and the deals of each line below it."""
    return "\n".join(present.plain(line) for line in _markdown(view, window)) + "\n"


def _markdown(view: MovementView, window: MovementWindow) -> Iterator[str]:
    desk = view.desk
    yield f"# How Commit moved: {escaped(view.report.scope_name)}, {period_in_words(desk.period)}"
    yield ""
    yield next(window_in_words(desk, window)) + (", every entry and exit counted" if view.gross else "")
    yield ""
    yield f"| line | deals | {desk.policy.currency} |"
    yield "| --- | ---: | ---: |"
    for row in view.rows:
        count = "" if row.deals is None else f"{row.deals:,}"
        yield f"| {escaped(row.label.strip())} | {count} | {view.figure(row)} |"
    document = describe_movement(desk.context, view.report)
    if document["deals"]:
        yield ""
    for deal in document["deals"]:
        yield f"- {_deal(deal)}"


def _deal(deal: Mapping[str, Any]) -> str:
    name = escaped(deal_in_words(deal["account"], deal["name"]))
    cause = (deal["cause"] or "left and came back").replace("_", " ")
    also = [f"failed: {', '.join(deal['failed_questions'])}"] if deal["failed_questions"] else []
    also += deal["also"]
    said = f" ({escaped('; '.join(also))})" if also else ""
    return f"**{cause}** {deal['amount']}: {name}, {escaped(deal['owner_name'])}, `{deal['id']}`{said}"


def movement_text(view: MovementView, window: MovementWindow) -> str:
    """Return the lines as plain text in columns, as somebody would paste it into a message."""
    desk = view.desk
    title = f"Commit, {view.report.scope_name}, {period_in_words(desk.period)} ({desk.policy.currency})"
    rows = [(row.label, "" if row.deals is None else f"{row.deals:,}", view.figure(row)) for row in view.rows]
    first = max(cells(label) for label, _, _ in rows)
    last = max(cells(figure) for _, _, figure in rows)
    lines = [f"{label:<{first}}  {count:>5}  {figure:>{last}}" for label, count, figure in rows]
    return "\n".join([present.plain(title), next(window_in_words(desk, window)), "", *lines]) + "\n"


# ----------------------------------------------------------------- the deals of one line


def deals_csv(shown: DealsView) -> str:
    """Return the deals of a line in their order, with their exact figures."""
    desk, report = shown.view.desk, shown.view.report
    columns = ("line", "id", "account", "name", "owner_name", "amount", "at", "category", "close_date", "also")
    rows = [
        (
            shown.line.label.strip(),
            deal.key,
            deal.account,
            deal.name,
            desk.person(part.moved.owner if part.moved else deal.owner),
            decimal_string(part.amount, desk.policy.currency),
            None if part.at is None else desk.policy.calendar.iso(part.at),
            deal.category.key,
            iso_day(deal.close_day),
            ", ".join(also_in_short(desk, report, part.moved)) if part.moved else "",
        )
        for _, part, deal in shown.known
    ]
    return csv_text(columns, rows)


def deal_text(desk: Desk, shown: DealsView, key: object) -> str:
    """Return one deal of a line as a line of text; "" where there is none under this key."""
    for known, part, deal in shown.known:
        if known == key:
            amount = desk.exact(part.amount, signed=part.moved is not None)
            name = present.plain(deal_in_words(deal.account, deal.name))
            return f"{shown.line.label.strip()}: {name}, {amount}, {desk.person(deal.owner)} ({deal.key})"
    return ""
