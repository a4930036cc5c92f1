"""Small windows over a screen: they ask for one thing, and give back what was chosen or nothing."""

from __future__ import annotations

from typing import TypeVar

from textual.binding import Binding
from textual.screen import ModalScreen

from salesops_tui.ui.base import AtDesk

ResultT = TypeVar("ResultT")


class Dialog(AtDesk[ResultT | None], ModalScreen[ResultT | None]):
    """A window in the middle of the screen; esc leaves it without a result."""

    BINDINGS = [Binding("escape", "cancel", "Leave", show=False)]
    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 60%;
        &:ansi { background: transparent; }
        & > #window {
            width: 84;
            max-width: 100%;
            height: auto;
            max-height: 90%;
            padding: 0 1;
            border: round $border;
            background: $surface;
        }
        & Table { background: $surface; }
        &.-short > #window {
            height: 100%;
            max-height: 100%;
            border: none;
        }
    }
    """

    def action_cancel(self) -> None:
        """Leave without a result."""
        self.dismiss(None)
