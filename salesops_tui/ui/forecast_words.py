"""Shares, errors and stacked bars of the forecast in text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from salesops_tui.ui.present import MINUS
from salesops_tui.ui.widgets.source import Pieces

NONE = "–"
_BEYOND = 9.995
CLOSED, COMMIT, BEST_CASE, SHORT, QUOTA = "█", "▓", "░", "┄", "│"
"""What a bar of categories is made of; the marks tell the parts apart without colours."""

_INKS = {CLOSED: "good", COMMIT: "accent", BEST_CASE: "muted", SHORT: "muted", QUOTA: "strong"}


def percent(share: float | None, *, signed: bool = False) -> str:
    """Return a share (0 to 1) in whole percents: `92 %`; a dash for none, and no figure that has four digits."""
    if share is None:
        return NONE
    if abs(share) >= _BEYOND:
        return f"<{MINUS}999 %" if share < 0 else ">999 %"
    # Half away from zero, so that the same error up and down reads the same.
    whole = int(abs(share) * 100 + 0.5)
    sign = MINUS if share < 0 and whole else "+" if signed and whole else ""
    return f"{sign}{whole:,} %"


def ratio(value: float | None) -> str:
    """Return a coverage: `3.4×`; a dash for none."""
    return NONE if value is None else f"{value:.1f}×"


def days(value: float | None) -> str:
    """Return a length in whole days: `41 d`; a dash for none."""
    return NONE if value is None else f"{value:,.0f} d"


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: `1 deal`, `12 deals`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def stacked(parts: Sequence[tuple[str, int]], quota: int | None, top: int, width: int) -> Pieces:
    """Return amounts on top of each other to one scale, with a mark where the quota is.

    Args:
        parts: the marks with their amounts, in minor units.
        quota: in minor units; None where there is none.
        top: the amount at the right end of the scale.
        width: the cells of the bar.
    """
    room = max(1, width - 1)
    drawn, reached = "", 0
    for mark, amount in parts:
        reached += amount
        drawn += mark * (_at(reached, top, room) - len(drawn))
    if quota is not None:
        at = min(_at(quota, top, room), width - 1)
        drawn = drawn.ljust(at, SHORT)
        drawn = f"{drawn[:at]}{QUOTA}{drawn[at:]}"
    return Pieces([("".join(run), _INKS.get(mark, "")) for mark, run in groupby(drawn[:width])])


def _at(amount: int, top: int, room: int) -> int:
    return (2 * max(0, amount) * room + top) // (2 * max(1, top))
