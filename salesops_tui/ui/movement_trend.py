"""Commit over the last weeks: read, in a thread of its own where the store is large, and drawn as bars over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from salesops_tui.domain.calendar import Clock, Moment, Period
from salesops_tui.domain.people import Person, Scope
from salesops_tui.services.calls import quota_of
from salesops_tui.services.context import Context
from salesops_tui.services.movement import commit_trend, week_edges
from salesops_tui.store.connection import open_store
from salesops_tui.ui import present
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.movement_window import MovementWindow
from salesops_tui.ui.widgets.board import Line, clip, spread
from salesops_tui.ui.widgets.source import Cell
from salesops_tui.ui.widgets.waterfall import BREAK, MARK, chart

WEEKS = 13
_SUMS = WEEKS + 1
_LABEL = 7
_FAR = 2
"""A quota of more times the largest Commit would leave no room for the bars: its mark stands above a break."""


class TrendQuestion(NamedTuple):
    """What a trend is asked of."""

    scope: Scope
    period: Period
    moments: tuple[Moment, ...]
    until_now: bool


class Trend(NamedTuple):
    """Commit at some moments, minor units, and the quota of scope and period."""

    moments: tuple[Moment, ...]
    until_now: bool
    amounts: Sequence[int]
    quota: int | None


def trend_question(desk: Desk, window: MovementWindow) -> TrendQuestion:
    """Return the weeks up to now, or up to the window's end where it began before them."""
    now = desk.context.now()
    edges = week_edges(desk.context, WEEKS, now)
    until_now = window.until_now or window.start >= edges[0]
    if not until_now:
        edges = week_edges(desk.context, WEEKS, window.end)
    return TrendQuestion(desk.scope, desk.period, tuple(edges), until_now)


def read_trend(context: Context, asked: TrendQuestion) -> Trend:
    """Return the trend, over the connection of the context."""
    with context.store.reading():
        amounts = commit_trend(context, asked.scope, asked.period, asked.moments)
        quota = quota_of(context, asked.scope, asked.period, asked.moments[-1])
    return Trend(asked.moments, asked.until_now, amounts, quota)


def read_trend_apart(path: Path, actor: Person | None, clock: Clock, asked: TrendQuestion) -> Trend:
    """Return the trend over a connection that nobody else uses: for another thread than that of the screens."""
    with open_store(path, read_only=True) as store:
        return read_trend(Context(store, actor, clock), asked)


def would_take(movement_took: float) -> float:
    """Return about how many seconds a trend takes, from what a movement took, which sums Commit at two moments."""
    return movement_took * _SUMS / 2


# ----------------------------------------------------------------- drawn

_LEAST_ROOM = 3


def trend_lines(desk: Desk, trend: Trend | None, window: MovementWindow, width: int, height: int) -> Iterator[Line]:
    """Write the caption, the bars and their weeks on so many lines; bars within the window stand out."""
    if trend is None:
        yield [(f" Commit, {WEEKS} weeks: being added up", "muted")]
        return
    yield _caption(desk, trend, width)
    room = height - 2
    if room < 1:
        return
    step = max(1, (width - _LABEL - 2) // len(trend.amounts))
    most = max(*trend.amounts, 1)
    near = trend.quota is not None and trend.quota <= most * _FAR
    if trend.quota is not None and not near and room > _LEAST_ROOM:
        room -= 1
        yield [(f"{'quota':>{_LABEL}} ", "warn"), (_far_off(step * len(trend.amounts)), "warn")]
    top = max(most, trend.quota or 0) if near else most
    drawn = chart(trend.amounts, top, room, step, trend.quota if near else None)
    end = trend.moments[-1] if trend.until_now and window.until_now else window.end
    inside = [window.start <= moment <= end for moment in trend.moments]
    for number, row in enumerate(drawn.lines):
        label, style = (desk.amount(top), "label") if number == 0 else ("", "label")
        if number == drawn.mark:
            label, style = "quota", "warn"
        yield [(f"{label:>{_LABEL}} ", style), *_coloured(row, step, inside)]
    yield [" " * (_LABEL + 1), (_weeks(desk, trend, step), "label")]


def _far_off(width: int) -> str:
    """A mark that does not stand at its height."""
    side = (width - len(BREAK)) // 2
    return MARK * side + BREAK + MARK * (width - side - len(BREAK))


def _caption(desk: Desk, trend: Trend, width: int) -> Line:
    amounts = trend.amounts
    left: list[Cell] = [
        (f" Commit, {len(amounts) - 1} weeks ", "label"),
        (present.sparkline(amounts), "accent"),
        ("  from ", "label"),
        (desk.amount(amounts[0]), "strong"),
        (" to ", "label"),
        (desk.amount(amounts[-1]), "strong"),
    ]
    quota: list[Cell] = [("no quota ", "label")] if trend.quota is None else [
        (f"{MARK}{MARK} quota ", "warn"), (f"{desk.amount(trend.quota)} ", "strong")
    ]  # fmt: skip
    return spread(left, quota, width) if width > 40 else clip(left, width)


def _coloured(row: str, step: int, inside: Sequence[bool]) -> Iterator[Cell]:
    def style(place: tuple[int, str]) -> str:
        at, letter = place
        if letter == MARK:
            return "warn"
        return "accent" if inside[min(at // step, len(inside) - 1)] else "faint"

    for name, run in groupby(enumerate(row), key=style):
        yield "".join(letter for _, letter in run), name


def _weeks(desk: Desk, trend: Trend, step: int) -> str:
    """The days under the bars, as many as have room."""
    every = -(-_LABEL // step)
    line = ""
    last = len(trend.moments) - 1
    for number, moment in enumerate(trend.moments):
        if (last - number) % every == 0:
            day = present.short_day(desk.policy.calendar.day_of(moment), desk.today)
            said = "now" if number == last and trend.until_now else day
            line = line[: number * step].ljust(number * step) + said
    return line
