"""A board that can be opened: by enter where the focus is on it, or by a click."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from salesops_tui.ui.widgets.board import Board


class Door(Board, can_focus=True):
    """Lines of text behind which there is more; tab comes here, and down goes on to what stands below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", show=False),
        Binding("down,j,escape", "leave", "Leave", show=False),
    ]

    class Opened(Message):
        """Somebody wants to see what is behind; `line` is the line that was clicked, None for a key."""

        def __init__(self, door: Door, line: int | None) -> None:
            super().__init__()
            self.door = door
            self.line = line

        @property
        def control(self) -> Door:
            return self.door

    def action_open(self) -> None:
        self.post_message(self.Opened(self, None))

    def action_leave(self) -> None:
        self.screen.focus_next()

    def on_focus(self) -> None:
        self.rewrite()

    def on_blur(self) -> None:
        self.rewrite()

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Opened(self, event.y))
