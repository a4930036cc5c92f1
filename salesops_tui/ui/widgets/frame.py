"""The first and last lines of every screen: what it is about, and the keys that count here."""

from __future__ import annotations

from collections.abc import Sequence

from salesops_tui.ui.commands import Command
from salesops_tui.ui.widgets.board import Board, Line, width_of
from salesops_tui.ui.widgets.source import Cell


class Footer(Board):
    """The keys of the present context, as many as fit, the most important first."""

    DEFAULT_CSS = """
    Footer { height: 1; }
    """

    def __init__(self, commands: Sequence[Command], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._commands = commands
        self._writer = self._keys

    def set_commands(self, commands: Sequence[Command]) -> None:
        """Show other commands."""
        self._commands = commands
        self.rewrite()

    def _keys(self, width: int) -> list[Line]:
        line: list[Cell] = []
        for command in self._commands:
            piece: list[Cell] = [" ", (command.key, "key"), f" {command.title} "]
            if width_of(line) + width_of(piece) > width:
                break
            line += piece
        return [line]
