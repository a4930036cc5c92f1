"""A list to choose one thing from, which grows shorter as somebody types."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input

from salesops_tui.ui.dialog import Dialog
from salesops_tui.ui.widgets.board import Board
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.fields import TextLine
from salesops_tui.ui.widgets.messages import Opened
from salesops_tui.ui.widgets.source import Key, RowSource
from salesops_tui.ui.widgets.table import Table


class Picker(Dialog[Key]):
    """Asks for one of several things; the letters typed narrow them, the arrows move, enter chooses."""

    COLUMNS: ClassVar[Sequence[Column]]
    QUESTION: ClassVar[str]
    EMPTY = "Nothing fits; delete a letter."

    BINDINGS = [
        Binding("down,ctrl+n", "to_list('move(1)')", show=False),
        Binding("up", "to_list('move(-1)')", show=False),
        Binding("pagedown", "to_list('page(1)')", show=False),
        Binding("pageup", "to_list('page(-1)')", show=False),
    ]
    DEFAULT_CSS = """
    Picker {
        #question, #hint { height: 1; }
        #choices { height: auto; max-height: 24; min-height: 4; margin-top: 1; }
        &.-short #choices { height: 1fr; margin-top: 0; }
        &.-short #hint { display: none; }
    }
    """

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield Board(lambda _width: [[(self.QUESTION, "title")]], id="question")
            yield TextLine(id="typed")
            yield Table(self.COLUMNS, id="choices", empty=self.EMPTY, titles=False)
            yield Board(lambda _width: [[("enter chooses · ↑ ↓ move · esc leaves", "muted")]], id="hint")

    def on_mount(self) -> None:
        self._narrow("")
        self.query_one(TextLine).focus()

    @property
    def table(self) -> Table:
        """What there is to choose from."""
        return self.query_one("#choices", Table)

    @abstractmethod
    def choices(self, text: str) -> RowSource[Key]:
        """Return what fits a text, the best first."""

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._narrow(event.value)

    def _narrow(self, text: str) -> None:
        with self.guarded():
            self.table.source = self.choices(text.strip())
            self.table.action_first()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.table.action_open()

    @on(Opened)
    def _chosen(self, event: Opened) -> None:
        self.dismiss(event.key)

    async def action_to_list(self, action: str) -> None:
        """Hand a key on to the list, while the letters go into the line above it."""
        await self.table.run_action(action)
