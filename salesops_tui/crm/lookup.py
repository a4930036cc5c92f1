"""Reading cells: each distinct text of a column is understood once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_KEPT = 50_000
_SHOWN = 60


class RejectedError(Exception):
    """A row cannot be taken.

    Attributes:
        kind: the same words for every row with this trouble, so that rejects can be counted.
    """

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


class UnreadableError(ValueError):
    """A cell's text cannot be understood; the message goes on after the text itself: `'abc' is no number`."""


def shown(text: str) -> str:
    """Return a cell for a message: on one line, and not longer than a line can bear."""
    flat = " ".join(text.split())
    return f"'{flat[:_SHOWN]}…'" if len(flat) > _SHOWN else f"'{flat}'"


def rejected(column: str, text: str, why: str) -> RejectedError:
    """Return the error for a cell of a column."""
    if not text.strip():
        return RejectedError(f"{column} {why}", f"column '{column}' {why}")
    return RejectedError(f"{column} {why}", f"column '{column}': {shown(text)} {why}")


def folded_text(text: str) -> str:
    """Return a text for comparing: case and surplus blanks make no difference."""
    return " ".join(text.split()).casefold()


class Lookup(dict[str, T]):
    """What the texts of one column mean: `lookup[text]`, understood at the first use and remembered.

    Raises:
        RejectedError: the text cannot be understood; such texts are not remembered.
    """

    def __init__(self, column: str, understand: Callable[[str], T]) -> None:
        """Understand texts of `column` by `understand`, which raises `UnreadableError`."""
        super().__init__()
        self.column = column
        self._understand = understand

    def __missing__(self, text: str) -> T:
        try:
            value = self._understand(text)
        except UnreadableError as error:
            raise rejected(self.column, text, str(error)) from None
        if len(self) < _KEPT:
            self[text] = value
        return value
