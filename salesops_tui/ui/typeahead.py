"""Keys one after the other: each finds what the one before it has done.

Over a slow line several keys come in one packet. Textual hands each to whatever has the focus at that moment, before
the first of them has been acted on: the text after an `enter` would land in the field that the `enter` was to leave.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.message_pump import MessagePump
from textual.timer import Timer

_LONGEST_WAIT = 1.0
"""Seconds after which the next key goes on all the same: what the last one went to has left without an answer."""


ReturnT = TypeVar("ReturnT")


class TypeAhead(App[ReturnT]):
    """An app in which a key waits until the one before it has gone its whole way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: deque[events.Key] = deque()
        self._busy = False
        self._turn = 0
        self._patience: Timer | None = None

    async def on_event(self, event: events.Event) -> None:
        """Let a key that comes from outside wait while another is under way."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._busy:
            self._waiting.append(event)
        else:
            await self._take(event)

    async def _take(self, event: events.Key) -> None:
        self._busy = True
        self._turn += 1
        turn, target = self._turn, self.focused or self.screen
        await super().on_event(event)
        self._patience = self.set_timer(_LONGEST_WAIT, lambda: self._follow(turn))
        _climb(target, lambda: self._follow(turn))

    def _follow(self, turn: int) -> None:
        if turn != self._turn or not self._busy:
            return
        if self._patience:
            self._patience.stop()
        if self._waiting:
            self._turn += 1
            self.call_later(self._take, self._waiting.popleft())
        else:
            self._busy = False


def _climb(node: DOMNode | MessagePump, then: Callable[[], None]) -> None:
    """Call `then` once everything that is queued for a node, and for each node above it in turn, is done.

    A key bubbles up by the same queues, so when this arrives at the top the key has been acted on.
    """
    above = node.parent if isinstance(node, DOMNode) else None

    def arrived() -> None:
        if above is None:
            then()
        else:
            _climb(above, then)

    if not node.call_later(arrived):
        then()
