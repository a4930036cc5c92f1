"""The ground of the call sheet: what is read and shown, the filter, and the panel that follows the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from textual import on
from textual.app import ComposeResult

from salesops_tui.domain.inspection import Reach
from salesops_tui.services.calls import current_call
from salesops_tui.services.sheet import Sheet, call_sheet
from salesops_tui.store.actions import deals_with_due_action
from salesops_tui.store.calls import Call
from salesops_tui.store.deals import DealAt, deals_by_number
from salesops_tui.ui.commands import CALL_SHEET, footer_of
from salesops_tui.ui.filtering import FilterScreen
from salesops_tui.ui.sheet_head import call_in_minutes, head_lines, period_in_words
from salesops_tui.ui.sheet_rows import COLUMNS, RowReader
from salesops_tui.ui.sheet_view import DESCENDING, SheetView
from salesops_tui.ui.widgets.board import Board
from salesops_tui.ui.widgets.door import Door
from salesops_tui.ui.widgets.frame import Footer
from salesops_tui.ui.widgets.source import Key, Row
from salesops_tui.ui.widgets.table import Table

_QUIET = 0.06
"""Seconds without a key after which the panel follows the cursor."""


class SheetScreen(FilterScreen):
    """The call sheet on the screen."""

    CONTEXT = CALL_SHEET
    AUTO_FOCUS = "#deals"
    BEFORE = "#deals"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (116, "-wide"), (150, "-vast")]

    def __init__(self) -> None:
        super().__init__()
        self._view: SheetView | None = None
        self._call: Call | None = None
        self._minutes = ""
        self._following: asyncio.TimerHandle | None = None
        self._placed: Key | None = None
        self._own_changes = 0

    def compose(self) -> ComposeResult:
        yield Door(id="head")
        yield Table(COLUMNS, id="deals")
        yield Board(id="facts")
        yield Footer(footer_of(self.CONTEXT))

    def on_mount(self) -> None:
        with self.guarded():
            self.refresh_from_store()

    # ------------------------------------------------------------------ what is shown

    @property
    def table(self) -> Table:
        """The list of deals."""
        return self.query_one("#deals", Table)

    @property
    def view(self) -> SheetView:
        """The sheet as it was last read."""
        if self._view is None:
            self._view = SheetView(self.desk, self._read())
        return self._view

    def _read(self) -> Sheet:
        desk = self.desk
        since = None
        if desk.since:
            from salesops_tui.ui.movement_window import chosen_baseline

            since = chosen_baseline(desk)
        return call_sheet(self.context, desk.scope, desk.period, since)

    def refresh_from_store(self) -> None:
        text, sort = (self._view.filter, self._view.sort) if self._view else ("", "queue")
        sheet = self._read()
        self._call = current_call(self.context)
        self.show(SheetView(self.desk, sheet, text, sort))
        head = self.query_one("#head", Door)
        head.show(lambda width: head_lines(self.desk, sheet, self._call, width, head.has_focus))
        self._back_to_the_queue()
        self.count(self.view.count, self.view.total)
        self.call_after_refresh(self._follow)

    def _back_to_the_queue(self) -> None:
        """After an inspection of one's own has taken the deal under the cursor out of the queue, go to its front."""
        own, self._own_changes = self._own_changes, self.desk.own_changes
        first = self.first_to_ask
        left = self.table.key not in self.view.sheet.groups[Reach.TO_ASK]
        if own != self._own_changes and left and first is not None:
            self.table.move_to(first)
            self._placed = first

    def show(self, view: SheetView) -> None:
        """Show the sheet filtered and sorted like this; the cursor stays on its deal."""
        moved = self.moved_to
        self._view = view
        since = self._call.started_at if self._call else None
        due = deals_with_due_action(self.context.store.conn, self.desk.today)
        table = self.table
        table.sorted_by = None if view.sort == "queue" else (view.sort, view.sort in DESCENDING)
        table.empty = self._why_empty(view)
        table.source = view.source(self._safely(RowReader(self.desk, view.sheet, due, since)))
        if moved is None:
            self._placed = table.key

    def narrow(self, text: str) -> tuple[int, int]:
        self.show(self.view.narrowed(text))
        return self.view.count, self.view.total

    def _safely(self, reader: RowReader) -> Callable[[Sequence[int]], Mapping[int, Row]]:
        """Return how rows are read while the screen is painted: what goes wrong there is said, and rows stay blank."""

        def fetch(numbers: Sequence[int]) -> Mapping[int, Row]:
            with self.guarded():
                return reader.fetch(numbers)
            return {}

        return fetch

    def _why_empty(self, view: SheetView) -> str:
        if view.total:
            return f"None of {view.total:,} deals holds '{view.filter}'.\nesc shows them all."
        scope, period = self.desk.scope.name, period_in_words(self.desk.period)
        if any(view.sheet.figures[key] for key in ("closed", "commit", "best_case", "pipeline")):
            return f"No deal of {scope} is in Commit in {period}.\np chooses another person."
        return (
            f"No deal of {scope} closes in {period}.\np chooses another person. I brings in a file of deals; q leaves."
        )

    def tick(self) -> None:
        minutes = call_in_minutes(self.desk, self._call) if self._call else ""
        if minutes != self._minutes:
            self._minutes = minutes
            self.query_one("#head", Board).rewrite()

    # ------------------------------------------------------------------ where the cursor is

    @property
    def moved_to(self) -> int | None:
        """The deal that somebody moved the cursor to; None where it stands as the screen placed it."""
        key = self.table.key
        return key if isinstance(key, int) and key != self._placed else None

    def place_cursor(self) -> None:
        """Count the cursor as placed by the screen, wherever it is."""
        self._placed = self.table.key

    def leave_asked_deal(self) -> None:
        """Put the cursor on what is to be asked next, if the deal that it was on has been asked."""
        first = self.first_to_ask
        if first is not None and self.table.key not in self.view.sheet.groups[Reach.TO_ASK]:
            self.table.move_to(first)
        self.place_cursor()

    @property
    def under_cursor(self) -> DealAt | None:
        """The deal under the cursor."""
        key = self.table.key
        return self.deal(key) if isinstance(key, int) else None

    @property
    def first_to_ask(self) -> int | None:
        """The deal that the queue would ask first."""
        queue = self.view.sheet.groups[Reach.TO_ASK]
        return queue[0] if queue else None

    def deal(self, number: int) -> DealAt | None:
        """Return a deal as it is now, by its store number."""
        return deals_by_number(self.context.store.conn, [number], self.context.now(), current=True).get(number)

    # ------------------------------------------------------------------ the panel follows the cursor

    @on(Table.Moved, "#deals")
    def _moved(self) -> None:
        # Not a timer of Textual's, which is a task: one is begun and given up for each key.
        if self._following is not None:
            self._following.cancel()
        loop = asyncio.get_running_loop()
        self._following = loop.call_later(_QUIET, self.call_later, self._follow)

    def on_resize(self) -> None:
        self._follow()

    def _follow(self) -> None:
        panel = self.query_one("#facts", Board)
        key = self.table.key
        if not panel.display:
            return
        from salesops_tui.ui.deal_facts import fact_lines, read_facts

        with self.guarded():
            facts = read_facts(self.desk, key) if isinstance(key, int) else None
            panel.show(lambda width: fact_lines(self.desk, facts, width) if facts else ())
