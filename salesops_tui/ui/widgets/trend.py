"""A board for bars over time, some of which stand back behind the others."""

from __future__ import annotations

from typing import ClassVar

from salesops_tui.ui.widgets.board import Board


class TrendBoard(Board):
    """Lines of text; beside the styles of a board there is `faint`, for what is drawn and does not matter now."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"board--faint"}
    DEFAULT_CSS = """
    TrendBoard > .board--faint { color: $scrollbar; }
    TrendBoard:ansi > .board--faint { color: ansi_bright_black; }
    """
