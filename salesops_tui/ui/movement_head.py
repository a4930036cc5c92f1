"""The lines above a movement: whose, of what, from when to when, and what it came to."""

from __future__ import annotations

from collections.abc import Iterator

from salesops_tui.ui.desk import Desk
from salesops_tui.ui.movement_view import MovementView, exact
from salesops_tui.ui.movement_window import MovementWindow, window_in_words
from salesops_tui.ui.sheet_head import period_in_words, scope_in_words
from salesops_tui.ui.widgets.board import Line, clip, spread, widest, width_of
from salesops_tui.ui.widgets.source import Cell


def head_lines(desk: Desk, view: MovementView, window: MovementWindow, opened: str, width: int) -> Iterator[Line]:
    """Write the lines of the head; `opened` is the line whose deals are shown, "" for none."""
    yield _title(desk, view, opened, width)
    yield _moments(desk, view, window, width)
    yield _sums(desk, view, width)


def _title(desk: Desk, view: MovementView, opened: str, width: int) -> Line:
    where: list[Cell] = [("Movement", "title")]
    where += [(" › ", "label"), (opened, "title")] if opened else []
    where += [(" (gross)", "warn")] if view.gross else []
    about: list[Cell] = [" ", *where, " · ", scope_in_words(desk.scope), " · ", period_in_words(desk.period)]
    actor = desk.context.actor
    who = [f"{actor.name if actor else 'reading only'} "]
    if width_of(about) + width_of(who) + 12 <= width:
        return spread([(" salesops ", "accent"), *about], who, width)
    return spread(about, [], width)


def _moments(desk: Desk, view: MovementView, window: MovementWindow, width: int) -> Line:
    net = view.report.movement.net
    moved: list[Cell] = [("Commit ", "label"), _change(desk, net), " "]
    ways: list[list[Cell]] = [[" ", (words, "strong")] for words in window_in_words(desk, window)]
    if width_of(ways[-1]) + width_of(moved) >= width:
        return clip(ways[-1], width)
    return spread(widest(ways, width - width_of(moved) - 1), moved, width)


def _sums(desk: Desk, view: MovementView, width: int) -> Line:
    movement, closed = view.report.movement, view.report.closed
    before, after = movement.start + closed.start, movement.end + closed.end
    figures = (
        ("Commit", movement.start, movement.end),
        ("Closed", closed.start, closed.end),
        ("Landing", before, after),
    )
    long: list[Cell] = []
    short: list[Cell] = []
    for name, was, now in figures:
        gap = "    " if long else " "
        change = _change(desk, now - was)
        long += [gap, (f"{name} ", "label"), f"{desk.amount(was)} → ", (desk.amount(now), "strong"), "  ", change]
        short += [gap, (f"{name} ", "label"), (desk.amount(now), "strong"), " ", change]
    residual: list[Cell] = [
        ("Residual ", "label"),
        (exact(desk, movement.residual, view.minor_shown), "bad" if movement.residual else "good"),
        " ",
    ]
    return spread(widest([long, short], width - width_of(residual) - 1), residual, width)


def _change(desk: Desk, amount: int) -> Cell:
    if not amount:
        return "unchanged", "muted"
    return desk.amount(amount, signed=True), "good" if amount > 0 else "bad"
