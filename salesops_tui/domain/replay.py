"""A deal's past before the store knew it, put together from what the CRM's own history says of it.

A history speaks of single fields: it says what each became, and sometimes what it was before. Between two
such words a field stays as it is; before the first it was what that says of before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import Day, Moment
from salesops_tui.domain.deal import Category, Status


class Facts(NamedTuple):
    """What was claimed of a deal. `money` is currency and minor units of it; the status follows from the stage."""

    owner: int
    stage: str
    category: Category
    money: tuple[str, int]
    close_day: Day


FACTS = Facts._fields


class Told(NamedTuple):
    """One word of a history: from a moment on a field is `value`; before it was `before`, None where that is not said.

    Attributes:
        field: one of `FACTS`.
    """

    at: Moment
    field: str
    value: Any
    before: Any = None


class Past(NamedTuple):
    """What the store has of a deal.

    Attributes:
        first, first_at: its first claim by a file of deals; history ends there.
        replayed: claims that were replayed before that, in order.
    """

    first: Facts
    first_at: Moment
    replayed: Sequence[tuple[Moment, Facts]] = ()


StatusOf = Callable[[str], Status]


def replay(past: Past, told: Iterable[Told], status_of: StatusOf) -> list[tuple[Moment, Facts]]:
    """Return the claims that must be written so that the store says what a history tells, in order.

    What was replayed before holds on where the new words do not speak. Words from the first claim on are not heard.

    Args:
        past: what is known.
        told: in the order in which they were recorded, for those of one moment.
        status_of: from a stage to what a deal in it is.
    """
    words = [*_words_of(past), *(word for word in told if word.at < past.first_at)]
    lines = {name: _line(name, words, past) for name in FACTS}
    stored = dict(past.replayed)
    standing: Facts | None = None
    written: list[tuple[Moment, Facts]] = []
    for at in sorted({word.at for word in words} | set(stored)):
        wanted = _agreeing(Facts(*(lines[name](at) for name in FACTS)), status_of)
        standing = stored.get(at, standing)
        if wanted != standing:
            written.append((at, wanted))
            standing = wanted
    return written


def _words_of(past: Past) -> Iterable[Told]:
    """Return what was replayed before as words: what changed from claim to claim."""
    for (_, before), (at, facts) in pairwise(past.replayed):
        for name, was, value in zip(FACTS, before, facts, strict=True):
            if was != value:
                yield Told(at, name, value, was)


def _line(name: str, words: Iterable[Told], past: Past) -> Callable[[Moment], Any]:
    """Return how a field went: from a moment to its value then."""
    # Sorting keeps the order of words of one moment, so that the last one rules.
    steps = sorted((word for word in words if word.field == name), key=lambda word: word.at)
    moments = [word.at for word in steps]
    began = past.replayed[0][1] if past.replayed else past.first
    start = getattr(began, name)
    if steps:
        start = steps[0].value if steps[0].before is None else steps[0].before

    def value_at(at: Moment) -> Any:
        place = bisect_right(moments, at)
        return steps[place - 1].value if place else start

    return value_at


def _agreeing(facts: Facts, status_of: StatusOf) -> Facts:
    """Let no open deal claim that it is closed: that word came from later."""
    open_deal = status_of(facts.stage) is Status.OPEN
    return facts._replace(category=Category.PIPELINE) if open_deal and facts.category is Category.CLOSED else facts
