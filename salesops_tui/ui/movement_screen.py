"""The ground of the movement screen: what is read and shown, and which of its two lists is seen."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from time import perf_counter

from textual import on
from textual.app import ComposeResult
from textual.worker import Worker, WorkerState

from salesops_tui.services.movement import commit_movement
from salesops_tui.ui.base import BaseScreen
from salesops_tui.ui.commands import MOVEMENT, footer_of
from salesops_tui.ui.movement_deals import DealsView, deals_of
from salesops_tui.ui.movement_head import head_lines
from salesops_tui.ui.movement_trend import (
    Trend,
    TrendQuestion,
    read_trend,
    read_trend_apart,
    trend_lines,
    trend_question,
    would_take,
)
from salesops_tui.ui.movement_view import LineRow, MovementView
from salesops_tui.ui.movement_window import Asked, MovementWindow, window_of
from salesops_tui.ui.widgets.board import Board, Line
from salesops_tui.ui.widgets.frame import Footer
from salesops_tui.ui.widgets.source import NOTHING
from salesops_tui.ui.widgets.table import Table
from salesops_tui.ui.widgets.trend import TrendBoard

LONG = 0.02
"""Seconds that the trend may hold up a key; where it would take longer, another thread reads it."""


class MovementGround(BaseScreen[None]):
    """The waterfall, or the deals of one of its lines; above it the moments, below it the weeks."""

    CONTEXT = MOVEMENT
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall"), (32, "-roomy")]

    def __init__(self) -> None:
        super().__init__()
        self.asked = Asked()
        self.gross = self.by_question = False
        self._window: MovementWindow | None = None
        self._view: MovementView | None = None
        self._width = 0
        self._opened = ""
        self._shown: DealsView | None = None
        self._trend: Trend | None = None
        self._trend_of: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield Board(id="head")
        yield Table((), id="lines")
        yield Table((), id="deals", empty="No deal any more.\nesc goes back to the lines.")
        yield TrendBoard(id="trend")
        yield Footer(footer_of(self.CONTEXT))

    def on_mount(self) -> None:
        self.query_one("#head", Board).show(self._head)
        self.query_one("#trend", Board).show(self._weeks)
        with self.guarded():
            self.refresh_from_store()

    # ------------------------------------------------------------------ what is seen

    @property
    def table(self) -> Table:
        """The list that is seen."""
        return self.deals if self._opened else self.lines

    @property
    def lines(self) -> Table:
        """The lines of the movement."""
        return self.query_one("#lines", Table)

    @property
    def deals(self) -> Table:
        """The deals of a line."""
        return self.query_one("#deals", Table)

    @property
    def window(self) -> MovementWindow:
        """The two moments that are seen."""
        assert self._window is not None, "read when the screen was mounted"
        return self._window

    @property
    def view(self) -> MovementView:
        """The movement that is seen."""
        assert self._view is not None, "read when the screen was mounted"
        return self._view

    @property
    def shown(self) -> DealsView | None:
        """The deals that are seen, if any are."""
        return self._shown if self._opened else None

    @property
    def line(self) -> LineRow | None:
        """The line that the cursor is on, or whose deals are seen."""
        key = self._opened or self.lines.key
        return next((row for row in self.view.rows if row.key == key), None)

    # ------------------------------------------------------------------ reading

    def refresh_from_store(self) -> None:
        window = self._window = window_of(self.desk, self.asked)
        desk, begun = self.desk, perf_counter()
        report = commit_movement(self.context, desk.scope, desk.period, window.start, window.end, baseline=window.what)
        took = perf_counter() - begun
        self._view = MovementView(desk, report, self.gross, self.by_question)
        self.lay_out()
        self._read_trend(window, would_take(took) > LONG)

    def lay_out(self) -> None:
        """Show what was read, for the size that the screen has now."""
        if self._view is None:
            return
        self._width = self.app.size.width
        width = self._width - 1
        view = self._view = MovementView(self.desk, self._view.report, self.gross, self.by_question)
        self.lines.columns = view.columns(width)
        self.lines.source = view.source(width)
        if self._opened:
            self._show_deals()
        self.query_one("#head", Board).rewrite()

    def on_resize(self) -> None:
        if self.app.size.width != self._width:
            self.lay_out()

    def _head(self, width: int) -> Iterable[Line]:
        if self._view is None or self._window is None:
            return ()
        line = self.line if self._opened else None
        return head_lines(self.desk, self._view, self._window, line.label.strip() if line else "", width)

    # ------------------------------------------------------------------ the deals of a line

    def open_line(self, key: str) -> bool:
        """Show the deals of a line; False where there is nothing behind it."""
        self._opened = key
        if not self._show_deals():
            self._opened = ""
            return False
        self.set_class(True, "-deals")
        self.deals.action_first()
        self.deals.focus()
        self.query_one("#head", Board).rewrite()
        return True

    def close_line(self) -> bool:
        """Go back to the lines; False where they are seen already."""
        if not self._opened:
            return False
        self._opened = ""
        self.set_class(False, "-deals")
        self.deals.source = NOTHING
        self.lines.focus()
        self.query_one("#head", Board).rewrite()
        return True

    def _show_deals(self) -> bool:
        line = self.line
        shown = self._shown = deals_of(self.view, line) if line else None
        if shown is None:
            self.deals.source = NOTHING
            return False
        self.deals.columns = shown.columns()
        self.deals.source = shown.source()
        return True

    # ------------------------------------------------------------------ the weeks below

    def _weeks(self, width: int) -> Iterable[Line]:
        board = self.query_one("#trend", Board)
        if self._window is None or not board.display:
            return ()
        return trend_lines(self.desk, self._trend, self._window, width, board.size.height)

    def _read_trend(self, window: MovementWindow, apart: bool) -> None:
        asked = trend_question(self.desk, window)
        of = (self.desk.scope, self.desk.period, asked.moments[:-1], self.desk.stamp())
        if of == self._trend_of:
            self.query_one("#trend", Board).rewrite()
        elif apart:
            self._trend, self._trend_of = None, of
            self._read_trend_apart(asked)
        else:
            self._trend, self._trend_of = read_trend(self.context, asked), of
            self.query_one("#trend", Board).rewrite()

    def _read_trend_apart(self, asked: TrendQuestion) -> None:
        context = self.context
        read = partial(read_trend_apart, context.store.path, context.actor, context.clock, asked)
        self.query_one("#trend", Board).rewrite()
        self.run_worker(read, name="trend", group="trend", exclusive=True, thread=True, exit_on_error=False)

    @on(Worker.StateChanged)
    def _trend_read(self, event: Worker.StateChanged) -> None:
        if event.worker.name == "trend" and event.state is WorkerState.SUCCESS:
            self._trend = event.worker.result
            self.query_one("#trend", Board).rewrite()
        elif event.worker.name == "trend" and event.state is WorkerState.ERROR:
            self.say(f"the weeks could not be read: {event.worker.error}", "error")
