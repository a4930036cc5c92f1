"""The deals behind a figure of closed quarters: what each counted for then, and whether it was won in its quarter."""

from __future__ import annotations

from collections.abc import Sequence

from salesops_tui.domain.calendar import Moment
from salesops_tui.services.context import Context
from salesops_tui.services.past_deals import PastAsked, PastDeal
from salesops_tui.ui.forecast_page import Asked, Behind, scope_asked
from salesops_tui.ui.sheet_head import period_in_words


def past_asked(context: Context, asked: Asked, week: int | None) -> PastAsked:
    """Return what is asked of closed quarters."""
    scope, at = scope_asked(context, asked)
    return PastAsked(scope, asked.period, at, week)


def behind_past(title: str, deals: Sequence[PastDeal], at: Moment | None = None) -> Behind:
    """Return deals to be listed; one that counted in two quarters stands there once, with both amounts together.

    Args:
        title: what the figure is.
        deals: in their order.
        at: the moment as of which they are shown; None for now.
    """
    amounts: dict[int, int] = {}
    words: dict[int, list[str]] = {}
    for deal in deals:
        amounts[deal.deal] = amounts.get(deal.deal, 0) + deal.amount
        said = f"{period_in_words(deal.quarter)}: {'won' if deal.won else 'not won'}"
        words.setdefault(deal.deal, []).append(said)
    numbers = sorted(amounts, key=lambda number: (-amounts[number], number))
    told = {number: ", ".join(said) for number, said in words.items()}
    return Behind(title, numbers, at, amounts, told, "Counted")
