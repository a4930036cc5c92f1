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
from salesops_tui.ui.widgets.board import Board, clip
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.fields import TextLine
from salesops_tui.ui.widgets.messages import Moved, Opened
from salesops_tui.ui.widgets.source import Key, RowSource
from salesops_tui.ui.widgets.table import Table


class Picker(Dialog[Key]):
    """Asks for one of several things; the letters typed narrow them, the arrows move, enter chooses."""

    COLUMNS: ClassVar[Sequence[Column]]
    QUESTION: ClassVar[str]
    EMPTY = "Nothing fits; delete a letter."
    chosen_before: Key | None = None
    """Where the cursor stands at first."""

    BINDINGS = [
        Binding("down,ctrl+n", "to_list('move(1)')", show=False),
        Binding("up", "to_list('move(-1)')", show=False),
        Binding("pagedown", "to_list('page(1)')", show=False),
        Binding("pageup", "to_list('page(-1)')", show=False),
    ]
    DEFAULT_CSS = """
    Picker {
        #question, #hint { height: 1; }
        #choices { height: auto; max-height: 62vh; min-height: 4; margin-top: 1; }
        &.-short #choices { height: 1fr; margin-top: 0; }
        &.-short #hint { display: none; }
    }
    """

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield Board(lambda _width: [[(self.QUESTION, "title")]], id="question")
            yield TextLine(id="typed")
            yield Table(self.COLUMNS, id="choices", empty=self.EMPTY, titles=False)
            yield Board(lambda width: [clip([(self.hint(self.table.key), "muted")], width)], id="hint")

    def on_mount(self) -> None:
        self._narrow("")
        if self.chosen_before is not None:
            self.table.move_to(self.chosen_before)
        self.query_one(TextLine).focus()

    @property
    def table(self) -> Table:
        """What there is to choose from."""
        return self.query_one("#choices", Table)

    @abstractmethod
    def choices(self, text: str) -> RowSource[Key]:
        """Return what fits a text, the best first."""

    def hint(self, key: Key | None) -> str:  # noqa: ARG002 - its face
        """Return what the last line says of the choice under the cursor."""
        return "enter chooses · ↑ ↓ move · esc leaves"

    @on(Moved)
    def _moved(self) -> None:
        self.query_one("#hint", Board).rewrite()

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
