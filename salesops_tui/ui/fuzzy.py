"""Finding names by a few of their letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import TypeVar

from textual.fuzzy import FuzzySearch

T = TypeVar("T")


def best_first(text: str, things: Iterable[T], name: Callable[[T], str]) -> list[T]:
    """Return the things whose names hold the letters of `text` in this order, the best match first.

    Accents and case are folded; without a text all of them come, as they are.
    """
    wanted = _bare(text)
    listed = list(things)
    if not wanted:
        return listed
    search = FuzzySearch(case_sensitive=False)
    scored = [(search.match(wanted, _bare(name(thing)))[0], place) for place, thing in enumerate(listed)]
    return [listed[place] for score, place in sorted(scored, key=lambda s: (-s[0], s[1])) if score > 0]


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold().strip()
