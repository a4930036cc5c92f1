"""A call's summary, which is its minutes: what changed, what is left uninspected, what was agreed."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.app import ComposeResult

from salesops_tui.services.calls import find_call
from salesops_tui.services.minutes import minutes_of
from salesops_tui.store.calls import Call
from salesops_tui.ui.base import BaseScreen
from salesops_tui.ui.call_rows import MINUTES, Minutes, minutes_head
from salesops_tui.ui.commands import SUMMARY, footer_of
from salesops_tui.ui.widgets.board import Board, Line
from salesops_tui.ui.widgets.frame import Footer
from salesops_tui.ui.widgets.messages import Opened
from salesops_tui.ui.widgets.table import Table


class CallSummaryScreen(BaseScreen[None]):
    """What one call came to; of an open one, what it has come to so far."""

    CONTEXT = SUMMARY
    CSS_PATH = "call_summary.tcss"

    def __init__(self, call: int) -> None:
        """Show the call with this number."""
        super().__init__()
        self._number = call
        self._call: Call | None = None
        self._minutes: Minutes | None = None

    def compose(self) -> ComposeResult:
        yield Board(self._head, id="head")
        yield Table(MINUTES, id="minutes")
        yield Footer(footer_of(self.CONTEXT))

    def on_mount(self) -> None:
        with self.guarded():
            self.refresh_from_store()

    def refresh_from_store(self) -> None:
        with self.context.store.reading():
            self._call = find_call(self.context, self._number)
            self._minutes = Minutes(self.desk, minutes_of(self.context, self._call))
        self.query_one("#minutes", Table).source = self._minutes.source()
        self.query_one("#head", Board).rewrite()

    def _head(self, width: int) -> Iterable[Line]:
        if self._call is None or self._minutes is None:
            return ()
        return minutes_head(self.desk, self._call, self._minutes.figures, width)

    # ------------------------------------------------------------------ commands

    def why_not(self, command_id: str) -> str | None:
        if command_id == "summary.open" and self._deal is None:
            return "this line is about no deal"
        call = self._call
        if command_id in ("summary.end", "summary.resume") and call and not call.open_at(self.context.now()):
            return f"this call ended on {self.desk.moment(call.end)}"
        return None

    @property
    def _deal(self) -> str | None:
        key = self.query_one("#minutes", Table).key
        return self._minutes.deal_of(key) if self._minutes and isinstance(key, str) else None

    @on(Opened)
    async def _opened(self) -> None:
        await self.action_run("summary.open")

    def action_open(self) -> None:
        """Open the page of the deal that the line is about."""
        from salesops_tui.ui.screens.deal import DealScreen

        if self._deal is not None:
            self.app.push_screen(DealScreen(self._deal))

    def action_resume(self) -> None:
        """Go on with the call."""
        if self._call is not None:
            self.salesops.resume_call(self._call)

    def action_end(self) -> None:
        """Ask whether the call is to be ended for good."""
        from salesops_tui.ui.screens.calls import confirm_end

        if self._call is not None:
            confirm_end(self, self._call)

    def action_export(self) -> None:
        """Write the minutes to a Markdown file."""
        from salesops_tui.ui.minutes_export import export_minutes

        if self._call is not None:
            self.say(f"minutes written to {export_minutes(self.desk, self._call)}")

    def action_copy(self) -> None:
        """Copy the minutes."""
        from salesops_tui.ui.export import copy_text
        from salesops_tui.ui.minutes_export import minutes_as_text

        if self._call is not None:
            self.say(copy_text(self.app, minutes_as_text(self.desk, self._call), self.desk))
