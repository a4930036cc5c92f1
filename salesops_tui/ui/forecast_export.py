"""The forecast as text that leaves the program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from salesops_tui.domain.calendar import iso_day
from salesops_tui.domain.money import decimal_string
from salesops_tui.ui import present
from salesops_tui.ui.forecast_deals import BehindView
from salesops_tui.ui.forecast_page import Page
from salesops_tui.ui.sheet_rows import deal_in_words
from salesops_tui.ui.widgets.columns import cells
from salesops_tui.ui.widgets.source import Pieces, Row

_MOST_COPIED = 2000


def deals_table(shown: BehindView) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
    """Return the deals behind a figure in their order, with their exact figures."""
    desk, behind = shown.desk, shown.behind
    currency = desk.policy.currency
    deals = shown.deals(shown.order)
    columns = (
        "id",
        "account",
        "name",
        "owner_name",
        "stage",
        "category",
        "amount",
        "close_date",
        "status",
        "adds",
        "why",
    )
    rows = [
        (
            deal.key, deal.account, deal.name, desk.person(deal.owner), deal.stage, deal.category.key,
            decimal_string(deal.amount, currency), iso_day(deal.close_day), deal.status.key,
            None if behind.amounts is None else decimal_string(behind.amounts.get(number, 0), currency),
            None if behind.words is None else behind.words.get(number),
        )
        for number in shown.order
        if (deal := deals.get(number))
    ]  # fmt: skip
    return columns, rows


def deal_text(shown: BehindView, key: object) -> str:
    """Return one deal as a line of text; "" where there is none under this key."""
    deal = shown.deals([key]).get(key) if isinstance(key, int) else None
    if deal is None:
        return ""
    desk = shown.desk
    name = present.plain(deal_in_words(deal.account, deal.name))
    return f"{name}, {desk.exact(deal.amount)}, {desk.day(deal.close_day)}, {desk.person(deal.owner)} ({deal.key})"


def page_text(page: Page) -> str:
    """Return the rows that are shown as plain text in columns."""
    source = page.source
    rows = [[column.title for column in page.columns]]
    rows += [_texts(row, len(page.columns)) for row in source.window(0, min(source.count(), _MOST_COPIED))]
    if len(rows) < 2:
        return ""
    widths = [max(cells(row[n]) for row in rows) for n in range(len(page.columns))]
    right = [column.align == "right" for column in page.columns]
    lines = []
    for row in rows:
        parts = [
            " " * (width - cells(text)) + text if aligned else text + " " * (width - cells(text))
            for text, width, aligned in zip(row, widths, right, strict=True)
        ]
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines) + "\n"


def _texts(row: Row, count: int) -> list[str]:
    texts = [
        present.plain(cell if isinstance(cell, str) else cell.text if isinstance(cell, Pieces) else cell[0])
        for cell in row.cells
    ]
    return [*texts, *[""] * (count - len(texts))]
