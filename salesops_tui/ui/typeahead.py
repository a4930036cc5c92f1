"""Keys one after the other: each finds what the one before it has done; and text that was pasted answers nothing.

Over a slow line several keys come in one packet. Textual hands each to whatever has the focus at that moment, before
the first of them has been acted on: the text after an `enter` would land in the field that the `enter` was to leave.

A terminal without bracketed paste sends pasted text as keys too. Where no field has the focus, its letters would be
commands, and several of them answers. Such text is known by what came in the same read of the terminal: letters that
are no commands of the screen, or more keys than anybody types while a line stands still. Whoever types ahead sends
commands only; one key that repeats is never text.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from typing import Any, NamedTuple, TypeVar

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.message_pump import MessagePump
from textual.timer import Timer
from textual.widgets import Input

_LONGEST_WAIT = 1.0
"""Seconds after which the next key goes on all the same: what the last one went to has left without an answer."""


_MOST_AHEAD = 12
"""Keys that somebody may have typed ahead: three deals' answers. More that come at once were pasted."""
_QUIET = 0.4
"""Seconds without a key after which text that was let go is over: what comes sooner is its rest, and no command."""


class Together(NamedTuple):
    """What came from the terminal at once.

    Attributes:
        number: of the read.
        text: all of its keys that are letters or signs.
        at: when the key itself came, in seconds of the monotonic clock.
    """

    number: int
    text: str
    at: float


def looks_pasted(text: str, commands: Collection[str]) -> bool:
    """Say whether keys that came at once are text, on a screen with these one-letter commands."""
    if len(set(text)) < 2:
        return False
    return len(text) > _MOST_AHEAD or any(letter not in commands for letter in text)


ReturnT = TypeVar("ReturnT")


class TypeAhead(App[ReturnT]):
    """An app in which a key waits until the one before it has gone its whole way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: deque[events.Key] = deque()
        self._busy = False
        self._turn = 0
        self._patience: Timer | None = None
        self._came: Together | None = None
        self._taken = self._begins = self._dropped = 0
        self._dropped_at = 0.0
        self._place: object = None
        self._into_field = False

    def drop_pasted(self, commands: Collection[str], *, whole: bool = False) -> int:
        """Let go of all that came with the key under way, if that is pasted text; return how many keys it was, or 0.

        Keys that went into a field are no commands, and what came before the screen was opened was for another one;
        `whole` looks at that too.
        """
        if self._came is None or self._into_field:
            return 0
        text = self._came.text if whole else self._came.text[self._begins :]
        if not looks_pasted(text, commands):
            return 0
        self._dropped, self._dropped_at = self._came.number, self._came.at
        self._waiting = deque(event for event in self._waiting if not self._let_go(event))
        return len(text)

    def _let_go(self, event: events.Key) -> bool:
        """Say whether a key belongs to text that was let go, and remember it as the last one of that."""
        came: Together | None = getattr(event, "together", None)
        if came is None or not self._dropped:
            return False
        belongs = came.number == self._dropped or came.at - self._dropped_at < _QUIET
        if belongs:
            self._dropped_at = came.at
        return belongs

    def _note(self, event: events.Key) -> None:
        """Remember what came with the key that is taken now, and from where on it is about the screen that is seen."""
        came: Together | None = getattr(event, "together", None)
        if came is not None and (self._came is None or came.number != self._came.number):
            self._taken = self._begins = 0
        elif self._place is not self.screen:
            self._begins = self._taken
        self._came, self._place = came, self.screen
        self._into_field = isinstance(self.focused, Input)
        self._taken += event.is_printable

    async def on_event(self, event: events.Event) -> None:
        """Let a key that comes from outside wait while another is under way."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._let_go(event):
            return
        elif self._busy:
            self._waiting.append(event)
        else:
            await self._take(event)

    async def _take(self, event: events.Key) -> None:
        self._busy = True
        self._turn += 1
        self._note(event)
        turn, target = self._turn, self.focused or self.screen
        await super().on_event(event)
        self._patience = self.set_timer(_LONGEST_WAIT, lambda: self._follow(turn))
        # Twice: what the key has said to others, such as that a line was left, comes one message behind it.
        _climb(target, lambda: _climb(target, lambda: self._follow(turn)))

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
