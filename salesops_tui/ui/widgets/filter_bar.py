"""The line above a list in which somebody types what the rows are to hold, with the count beside it."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from salesops_tui.ui.widgets.board import Board
from salesops_tui.ui.widgets.fields import TextLine


class FilterBar(Horizontal):
    """Says what is typed at each letter; enter, esc and the arrows go back to the list."""

    DEFAULT_CSS = """
    FilterBar {
        height: 1;
        #slash { width: 3; }
        #filter { width: 1fr; border: none; }
        #count { width: 28; }
    }
    """

    class Changed(Message):
        """The text has changed; `text` is what the rows are to hold."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """Somebody is done with typing."""

    def compose(self) -> ComposeResult:
        yield Board(lambda _width: [[(" / ", "key")]], id="slash")
        yield TextLine(id="filter")
        yield Board(id="count")

    def on_mount(self) -> None:
        self.start()

    def start(self) -> None:
        """Put the cursor at the end of the text."""
        line = self.query_one(TextLine)
        line.focus(scroll_visible=False)
        line.cursor_position = len(line.value)

    def count(self, shown: int, total: int) -> None:
        """Show how many of all rows are left."""
        self.query_one("#count", Board).show(
            lambda width: [[(f"{f'{shown:,} of {total:,}':>{width - 1}}", "strong" if shown else "warn")]]
        )

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left())

    def on_key(self, event: events.Key) -> None:
        if event.key in ("escape", "down", "up", "tab"):
            event.stop()
            event.prevent_default()
            self.post_message(self.Left())
