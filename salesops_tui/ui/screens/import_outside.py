"""How a file comes in where the program opens none for its caller: through the caller's own shell."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from salesops_tui import wall
from salesops_tui.errors import SalesopsError
from salesops_tui.ui.dialog import Dialog
from salesops_tui.ui.export import copy_text
from salesops_tui.ui.widgets.board import Line
from salesops_tui.ui.widgets.columns import wrap
from salesops_tui.ui.widgets.prose import Prose

_WHY = "Your own shell opens the file, with your rights; --dry-run shows first what would change. Leave, and type"


class ImportOutside(Dialog[None]):
    """Says the command that brings a file in, and copies it."""

    BINDINGS = [
        Binding("c", "copy", "Copy", show=False),
        Binding("q,enter", "cancel", "Leave", show=False),
    ]
    DEFAULT_CSS = """
    ImportOutside > #window { padding: 1 2; }
    """

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield Prose(self._lines)

    @property
    def command(self) -> str:
        """What to type."""
        return f"{wall.way_in()} import - < deals.csv"

    def _lines(self, width: int) -> Sequence[Line]:
        return [
            *([line] for line in wrap(_WHY, width)),
            *([(line, "accent")] for line in wrap(self.command, width)),
            [],
            [("c", "key"), " Copy     ", ("esc", "key"), " Back"],
        ]

    def action_copy(self) -> None:
        """Hand the command to the terminal."""
        try:
            self.say(copy_text(self.app, self.command, self.desk))
        except SalesopsError as error:
            self.say(str(error), "warning")
