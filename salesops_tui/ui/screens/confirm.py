"""A question before something that cannot be undone."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from salesops_tui.ui.dialog import Dialog
from salesops_tui.ui.widgets.board import Line
from salesops_tui.ui.widgets.columns import wrap
from salesops_tui.ui.widgets.prose import Prose


class Confirm(Dialog[bool]):
    """Asks once; only `y` does it, so that a key too many does nothing."""

    BINDINGS = [
        Binding("y", "yes", "Yes", show=False),
        Binding("n,q", "cancel", "No", show=False),
    ]
    DEFAULT_CSS = """
    Confirm > #window { width: 64; padding: 1 2; }
    """

    def __init__(self, question: str, consequence: str, yes: str) -> None:
        """Ask a question; `yes` says in a word or two what `y` does."""
        super().__init__()
        self._question, self._consequence, self._yes = question, consequence, yes

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield Prose(self._lines)

    def _lines(self, width: int) -> Sequence[Line]:
        return [
            *([(line, "title")] for line in wrap(self._question, width)),
            [],
            *([line] for line in wrap(self._consequence, width)),
            [],
            [("y", "key"), f" {self._yes}     ", ("esc", "key"), " No"],
        ]

    def action_yes(self) -> None:
        """Do it."""
        # Whoever typed ahead has not read the question: `they`, pasted, would open it by its `e` and answer it.
        if not self.was_pasted(whole=True):
            self.dismiss(True)

    def letters(self) -> Collection[str]:
        return "ynq"
