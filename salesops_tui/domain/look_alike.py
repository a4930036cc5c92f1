"""When a deal under a new id looks like an earlier one of the same account and owner."""

from __future__ import annotations

from typing import NamedTuple

from salesops_tui.domain.calendar import Day

NEAR_AMOUNT_PERCENT = 20
NEAR_DAYS = 31

CONTINUATION, SPLIT = "continuation", "split"


class Likeness(NamedTuple):
    """How alike two deals are: what the new one looks like, in words why, and how far apart they are (0 is equal).

    `near_amount`: the amounts are near, and not the close dates alone.
    """

    kind: str
    words: str
    distance: float
    near_amount: bool


def likeness(new: tuple[int, Day], earlier: tuple[int, Day], *, gone: bool) -> Likeness | None:
    """Return how alike two deals are by amount (minor units) and close date; None where neither is near.

    A smaller part of a deal that is still there looks like a split of it, everything else like its continuation.
    """
    amount, day = new
    former, former_day = earlier
    largest = max(amount, former)
    apart = abs(amount - former) * 100 / largest if largest else 0.0
    days = abs(day - former_day)
    near_amount, near_day = apart <= NEAR_AMOUNT_PERCENT, days <= NEAR_DAYS
    if not near_amount and not near_day:
        return None
    words = " and ".join(
        said
        for said, holds in (
            ("the same amount" if not apart else "an amount near it", near_amount),
            ("the same close date" if not days else f"a close date {days} days off", near_day),
        )
        if holds
    )
    kind = SPLIT if amount < former and not near_amount and not gone else CONTINUATION
    return Likeness(kind, words, apart / NEAR_AMOUNT_PERCENT + days / NEAR_DAYS, near_amount)
