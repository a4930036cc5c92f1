"""Stores that tests open: each is closed with the test, or with the fixture, in which it was opened.

A connection that is only forgotten is a warning from Python 3.13 on, and so a failure. Only what tests open is
written down here: what the program itself leaves open is to be found.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar


class Closes(Protocol):
    """A store or a bare connection: it may be closed twice."""

    def close(self) -> None: ...


_Closes = TypeVar("_Closes", bound=Closes)
_OPEN: list[list[Closes]] = []


def closed_later(store: _Closes) -> _Closes:
    """Close this where the innermost running test or fixture ends, and return it."""
    if _OPEN:
        _OPEN[-1].append(store)
    return store


def begin() -> Callable[[], None]:
    """Let what is opened from here until `end` belong together; return what closes it."""
    stores: list[Closes] = []
    _OPEN.append(stores)

    def close() -> None:
        while stores:
            stores.pop().close()

    return close


def end() -> None:
    """What is opened from here on belongs to whoever began before."""
    _OPEN.pop()
