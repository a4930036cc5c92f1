"""The first and last lines of every screen: what it is about, and the keys that count here."""

from __future__ import annotations

from collections.abc import Sequence

from salesops_tui.ui.commands import FIELD_FOOTER, Command
from salesops_tui.ui.widgets.board import Board, Line, width_of
from salesops_tui.ui.widgets.source import Cell


class Footer(Board):
    """The keys of the present context, as many as fit, the most important first.

    While letters go into a field, the keys that count in it: no other is a command then.
    """

    DEFAULT_CSS = """
    Footer { height: 1; }
    """

    def __init__(self, commands: Sequence[Command], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._commands = commands
        self._writer = self._keys

    def on_mount(self) -> None:
        self.watch(self.screen, "focused", self.rewrite, init=False)

    def set_commands(self, commands: Sequence[Command]) -> None:
        """Show other commands."""
        self._commands = commands
        self.rewrite()

    @property
    def _typing(self) -> bool:
        return getattr(self.screen.focused, "TAKES_TEXT", False)

    def _keys(self, width: int) -> list[Line]:
        line: list[Cell] = []
        for command in FIELD_FOOTER if self._typing else self._commands:
            piece: list[Cell] = [" ", (command.key, "key"), f" {command.title} "]
            if width_of(line) + width_of(piece) > width:
                break
            line += piece
        return [line]
