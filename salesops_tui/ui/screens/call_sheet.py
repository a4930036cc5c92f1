"""The call sheet: the Commit deals of a scope, what to ask first, and the figures above them."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer

from salesops_tui.services.calls import current_call
from salesops_tui.services.sheet import Sheet, call_sheet
from salesops_tui.store.actions import deals_with_due_action
from salesops_tui.ui.base import BaseScreen
from salesops_tui.ui.commands import CALL_SHEET, footer_of
from salesops_tui.ui.deal_facts import fact_lines, read_facts
from salesops_tui.ui.sheet_head import head_lines
from salesops_tui.ui.sheet_rows import COLUMNS, RowReader
from salesops_tui.ui.sheet_view import DESCENDING, SORTS, SheetView
from salesops_tui.ui.widgets.board import Board
from salesops_tui.ui.widgets.frame import Footer
from salesops_tui.ui.widgets.table import Table

_QUIET = 0.06
"""Seconds without a key after which the panel follows the cursor."""


class CallSheetScreen(BaseScreen[None]):
    """The first screen: three groups of deals, the panel of facts, and the figures."""

    CONTEXT = CALL_SHEET

    def __init__(self) -> None:
        super().__init__()
        self._view: SheetView | None = None
        self._following: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Board(id="head")
        with Horizontal(id="body"):
            yield Table(COLUMNS, id="deals")
            yield Board(id="facts")
        yield Footer(footer_of(self.CONTEXT))

    def on_mount(self) -> None:
        self.refresh_from_store()

    # ------------------------------------------------------------------ reading

    @property
    def table(self) -> Table:
        """The list of deals."""
        return self.query_one("#deals", Table)

    def refresh_from_store(self) -> None:
        sheet = call_sheet(self.context, self.desk.scope, self.desk.period)
        text, sort = (self._view.filter, self._view.sort) if self._view else ("", "queue")
        self._show(SheetView(self.desk, sheet, text, sort))
        call = current_call(self.context)
        self.query_one("#head", Board).show(lambda width: head_lines(self.desk, sheet, call, width))
        self._follow()

    def _show(self, view: SheetView) -> None:
        self._view = view
        self.table.sorted_by = None if view.sort == "queue" else (view.sort, view.sort in DESCENDING)
        self.table.empty = self._why_empty(view)
        self.table.source = view.source(self._reader(view.sheet).fetch)

    def _reader(self, sheet: Sheet) -> RowReader:
        context = self.context
        call = current_call(context)
        due = deals_with_due_action(context.store.conn, context.calendar.day_of(sheet.at))
        return RowReader(self.desk, sheet, due, call.started_at if call else None)

    def _why_empty(self, view: SheetView) -> str:
        if view.total:
            return f"None of {view.total} deals holds '{view.filter}'; esc shows them all."
        return "No deal of this scope and period is in Commit.\np chooses another person."

    # ------------------------------------------------------------------ the panel follows the cursor

    @on(Table.Moved, "#deals")
    def _moved(self) -> None:
        if self._following is not None:
            self._following.stop()
        self._following = self.set_timer(_QUIET, self._follow)

    def _follow(self) -> None:
        panel = self.query_one("#facts", Board)
        key = self.table.key
        if not panel.display or not isinstance(key, int):
            panel.show(lambda _width: ())
            return
        with self.guarded():
            facts = read_facts(self.desk, key)
            panel.show(lambda width: fact_lines(self.desk, facts, width) if facts else ())

    # ------------------------------------------------------------------ commands

    def action_sort(self) -> None:
        """Take the next order."""
        if self._view:
            following = SORTS[(SORTS.index(self._view.sort) + 1) % len(SORTS)]
            self._show(SheetView(self.desk, self._view.sheet, self._view.filter, following))
