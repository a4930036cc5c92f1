"""Finding names by a few of their letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")

_LONGEST = 300
"""Characters of a name that are looked at; the time that one takes grows with them."""

_WORD = re.compile(r"\w+")


def best_first(text: str, things: Iterable[T], name: Callable[[T], str]) -> list[T]:
    """Return the things whose names hold the letters of `text` in this order, the best match first.

    Accents and case are folded; without a text all of them come, as they are.
    """
    wanted = _bare(text)
    listed = list(things)
    if not wanted:
        return listed
    scored = [(_score(wanted, _bare(name(thing)[:_LONGEST])), place) for place, thing in enumerate(listed)]
    return [listed[place] for score, place in sorted(scored, key=lambda s: (-s[0], s[1])) if score > 0]


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold().strip()


def _score(wanted: str, name: str) -> float:
    """Return how well a name fits, 0 where its letters do not: words begun, and letters that stand together, count.

    Not every way of finding the letters is tried: there are as many as the letters stand often, multiplied.
    """
    at = name.find(wanted)
    if at < 0 and _first(wanted, name) is None:
        return 0.0
    begins = {found.start() for found in _WORD.finditer(name)}
    if at >= 0:
        at = next((place for place in begins if name.startswith(wanted, place)), at)
        return _worth(range(at, at + len(wanted)), begins) * (2.0 if name == wanted else 1.5)
    ways = (_closest(wanted, name), _by_beginnings(wanted, name, begins))
    return max(_worth(way, begins) for way in ways if way)


def _worth(places: Sequence[int], begins: set[int]) -> float:
    count = len(places)
    apart = sum(1 for before, after in pairwise(places) if after != before + 1)
    together = (count - apart) / count
    return (count + len(begins.intersection(places))) * (1 + together * together)


def _first(wanted: str, name: str) -> list[int] | None:
    """Return the first places at which the letters stand in their order."""
    places: list[int] = []
    at = -1
    for letter in wanted:
        at = name.find(letter, at + 1)
        if at < 0:
            return None
        places.append(at)
    return places


def _closest(wanted: str, name: str) -> list[int] | None:
    """Return the first places, drawn together from their end."""
    places = _first(wanted, name)
    if places is None:
        return None
    at = places[-1] + 1
    for number in range(len(wanted) - 1, -1, -1):
        at = name.rfind(wanted[number], 0, at)
        places[number] = at
    return places


def _by_beginnings(wanted: str, name: str, begins: set[int]) -> list[int] | None:
    """Return places of which each begins a word where one can, or follows the one before."""
    places: list[int] = []
    at = -1
    for letter in wanted:
        beside = at + 1 < len(name) and name[at + 1] == letter and at >= 0
        beginning = min((place for place in begins if place > at and name[place] == letter), default=-1)
        at = at + 1 if beside else beginning if beginning >= 0 else name.find(letter, at + 1)
        if at < 0:
            return None
        places.append(at)
    return places
