"""The lines above the forecast: whose, of which quarter, as of when; and which view of it is seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from salesops_tui.ui.desk import Desk
from salesops_tui.ui.forecast_page import Asked
from salesops_tui.ui.sheet_head import period_in_words, scope_in_words
from salesops_tui.ui.widgets.board import Line, clip, spread, widest, width_of
from salesops_tui.ui.widgets.source import Cell

Tab = tuple[str, str]
"""A view's key and title."""

TABS_LINE = 1
"""The line of the head in which the views stand."""
_GAP = 2


def title_line(desk: Desk, asked: Asked, trail: Sequence[str], width: int) -> Line:
    """Return where one is, whose figures these are, and as of when on the right."""
    where: list[Cell] = [(trail[0], "title")]
    for step in trail[1:]:
        where += [(" › ", "label"), (step, "title")]
    about: list[Cell] = [" ", *where, " · ", scope_in_words(desk.scope), " · ", period_in_words(asked.period)]
    moments = [[(f" {_moment(desk, asked)} ", style)] for style in [_moment_style(asked)]]
    if width_of(about) + width_of(moments[0]) + 10 <= width:
        return spread([(" salesops ", "accent"), *about], moments[0], width)
    return spread(about, moments[0], width) if width > 60 else clip(about, width)


def _moment(desk: Desk, asked: Asked) -> str:
    return "as of now" if asked.at is None else f"as of {desk.moment(asked.at)}"


def _moment_style(asked: Asked) -> str:
    return "label" if asked.at is None else "warn"


def tabs_line(tabs: Sequence[Tab], seen: str, width: int) -> Line:
    """Return the names of the views, the one that is seen standing out; where they do not fit, those around it."""
    at = next((n for n, (key, _) in enumerate(tabs) if key == seen), 0)
    return widest(_tab_lines(tabs, at), width)


def _tab_lines(tabs: Sequence[Tab], at: int) -> Iterator[Line]:
    yield [cell for n in range(len(tabs)) for cell in _tab(tabs[n][1], n == at)]
    for around in (2, 1):
        first, last = max(0, at - around), min(len(tabs), at + around + 1)
        shown = [cell for n in range(first, last) for cell in _tab(tabs[n][1], n == at)]
        yield [("‹" if first else " ", "muted"), *shown, ("›" if last < len(tabs) else " ", "muted")]
    yield [*_tab(tabs[at][1], True), (f" {at + 1} of {len(tabs)}", "muted")]


def _tab(title: str, seen: bool) -> list[Cell]:
    return [(f" {title} ", "band" if seen else "label")]


def tab_at(tabs: Sequence[Tab], x: int) -> str | None:
    """Return the view whose name stands at a cell of the line, where all names fit."""
    for key, title in tabs:
        x -= len(title) + _GAP
        if x < 0:
            return key
    return None
