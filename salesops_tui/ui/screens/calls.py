"""Past and open calls: their minutes, going on with one, ending it."""

from __future__ import annotations

from textual import on

from salesops_tui.services.calls import end_call, list_calls
from salesops_tui.store.calls import Call
from salesops_tui.ui.base import BaseScreen
from salesops_tui.ui.call_rows import CALLS, CallReader, call_in_words
from salesops_tui.ui.commands import CALLS as CONTEXT
from salesops_tui.ui.listed import Fetch, ListScreen
from salesops_tui.ui.widgets.messages import Opened

_NONE_YET = "No call yet.\n1 opens the call sheet; i there asks the first deal, and so begins one."


class CallsScreen(ListScreen[Call]):
    """The calls that there were, the newest first."""

    CONTEXT = CONTEXT
    CSS_PATH = "calls.tcss"
    BEFORE = "#calls"
    TITLE_SHOWN = "Calls"
    COLUMNS = CALLS
    NONE_YET = _NONE_YET

    def read(self) -> dict[int, Call]:
        return {call.id: call for call in list_calls(self.context)}

    def words(self, item: Call) -> str:
        return call_in_words(self.desk, item)

    def fetch(self) -> Fetch:
        return CallReader(self.desk, self.items).fetch

    def none_holds(self, text: str) -> str:
        return f"No call is called '{text}'."

    def how_many(self) -> str:
        now, count = self.context.now(), len(self.items)
        running = sum(call.open_at(now) for call in self.items.values())
        return f"{count:,} call{'' if count == 1 else 's'}" + (f", {running} open" if running else "")

    @property
    def call(self) -> Call | None:
        """The call under the cursor."""
        return self.chosen

    # ------------------------------------------------------------------ commands

    def why_not(self, command_id: str) -> str | None:
        if command_id.startswith("calls.") or command_id in ("export", "copy"):
            if self.call is None:
                return "no call is under the cursor"
            ended = not self.call.open_at(self.context.now())
            if command_id in ("calls.end", "calls.resume") and ended:
                return f"this call ended on {self.desk.moment(self.call.end)}"
        return None

    @on(Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open the minutes of the call."""
        from salesops_tui.ui.screens.call_summary import CallSummaryScreen

        if self.call is not None:
            self.app.push_screen(CallSummaryScreen(self.call.id))

    def action_resume(self) -> None:
        """Go on with the call: its scope and period, and the first deal of its queue."""
        if self.call is not None:
            self.salesops.resume_call(self.call)

    def action_end(self) -> None:
        """Ask whether the call is to be ended for good."""
        if self.call is not None:
            confirm_end(self, self.call)

    def action_export(self) -> None:
        """Write the minutes of the call to a Markdown file."""
        from salesops_tui.ui.minutes_export import export_minutes

        if self.call is not None:
            self.say(f"minutes written to {export_minutes(self.desk, self.call)}")

    def action_copy(self) -> None:
        """Copy the minutes of the call."""
        from salesops_tui.ui.export import copy_text
        from salesops_tui.ui.minutes_export import minutes_as_text

        if self.call is not None:
            self.say(copy_text(self.app, minutes_as_text(self.desk, self.call), self.desk))


def confirm_end(screen: BaseScreen[None], call: Call) -> None:
    """Ask whether a call is to be ended, and end it."""
    from salesops_tui.ui.screens.confirm import Confirm

    def end(yes: bool | None) -> None:
        if yes:
            with screen.guarded():
                end_call(screen.context, call)
                screen.changed()
                screen.say("the call has ended; x exports its minutes")

    question = f"End the call of {screen.desk.moment(call.started_at)}?"
    consequence = "Its figures are kept as they are now, and its answers can no longer be undone."
    screen.app.push_screen(Confirm(question, consequence, "End it"), end)
