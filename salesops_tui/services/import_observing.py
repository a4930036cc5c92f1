"""What stands in the columns of a file while it is read for an understanding: samples, words, dates, with counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from salesops_tui.crm.deal_map import DealMap
from salesops_tui.crm.fields import FIELDS
from salesops_tui.crm.layout import Layout
from salesops_tui.crm.table import Row

_SAMPLES = 3
_SAMPLED_ROWS = 200
_SHOWN = 80
_MOST_TEXTS = 5_000
"""Distinct texts of a column that are counted; a column with more holds no words that a person could map."""

WORD_FIELDS = ("stage", "category", "status")
DATE_FIELDS = (
    "close_date", "created_date", "next_step_date", "last_meeting_date", "last_activity_date", "requalified_on",
)  # fmt: skip
_COUNTED = (*WORD_FIELDS, *DATE_FIELDS)
_NUMBERS = re.compile(r"\s*(\d{1,2})([./-])(\d{1,2})\2(\d{2}|\d{4})(?:[ T].*)?", re.ASCII)
_ISO = re.compile(r"\s*\d{4}-\d{2}-\d{2}")


class DateForm(StrEnum):
    """How a date is written, as far as its text alone tells."""

    ISO = "iso"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    AMBIGUOUS = "ambiguous"
    OTHER = "other"


class DateForms(NamedTuple):
    """How the dates of a column are written: by form, in how many rows, and one of them."""

    counts: dict[DateForm, int]
    samples: dict[DateForm, str]


class Observer:
    """Looks at the rows of a file beside the reader.

    Attributes:
        words: by field of `WORD_FIELDS`, how often each text stands there; from some thousands on as "…".
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._samples: dict[str, dict[str, None]] = {}
        self._rows_sampled = 0
        given = [name for name in _COUNTED if layout.columns[name] is not None]
        self._places = [(name, FIELDS.index(name)) for name in given]
        self._texts: dict[str, Counter[str]] = {name: Counter() for name in given}

    def look(self, rows: Sequence[Row], header: Sequence[str]) -> None:
        """Look at some rows; those of another length than the header say nothing."""
        sound = [row.cells for row in rows if row.problem is None]
        if self._rows_sampled < _SAMPLED_ROWS:
            sample_cells(self._samples, header, sound[:_SAMPLED_ROWS])
            self._rows_sampled += len(sound)
        # Picking counts what had to be filled in, and the reader has counted it already.
        filled = self._layout.filled.copy()
        picked = list(zip(*map(self._layout.pick, sound), strict=True)) if sound and self._places else []
        self._layout.filled.clear()
        self._layout.filled.update(filled)
        for name, place in self._places if picked else ():
            _count(self._texts[name], picked[place])

    def samples(self, column: str) -> tuple[str, ...]:
        """Return some of the texts that stand in a column."""
        return tuple(self._samples.get(column, ()))

    @property
    def words(self) -> dict[str, Counter[str]]:
        """By field of words, how often each text stands there."""
        return {name: counts for name, counts in self._texts.items() if name in WORD_FIELDS}

    def dates(self) -> dict[str, DateForms]:
        """Return how the dates of each date column are written."""
        return {name: _forms(counts) for name, counts in self._texts.items() if name in DATE_FIELDS}


def sample_cells(found: dict[str, dict[str, None]], header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Collect for each column the first few different texts that are not blank."""
    for place, column in enumerate(header):
        seen = found.setdefault(column, {})
        for cells in rows:
            if len(seen) >= _SAMPLES:
                break
            text = " ".join(cells[place].split()) if place < len(cells) else ""
            if text:
                seen[text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"] = None


def _count(counts: Counter[str], texts: Sequence[str]) -> None:
    if len(counts) < _MOST_TEXTS:
        counts.update(texts)
        return
    for text in texts:
        counts[text if text in counts else "…"] += 1


def form_of(text: str) -> DateForm:
    """Return how a date is written."""
    if _ISO.match(text):
        return DateForm.ISO
    numbers = _NUMBERS.fullmatch(text)
    if not numbers:
        return DateForm.OTHER
    first, second = int(numbers[1]), int(numbers[3])
    if first > 12:
        return DateForm.DAY_FIRST
    if second > 12:
        return DateForm.MONTH_FIRST
    return DateForm.AMBIGUOUS if first != second else DateForm.OTHER


def _forms(counts: Counter[str]) -> DateForms:
    found: dict[DateForm, int] = {}
    samples: dict[DateForm, str] = {}
    for text, count in counts.items():
        if text.strip():
            form = form_of(text)
            found[form] = found.get(form, 0) + count
            samples.setdefault(form, text.strip()[:_SHOWN])
    return DateForms(found, samples)


def words_of_map(deal_map: DealMap, field: str) -> frozenset[str]:
    """Return the words of a field that a map explains, folded."""
    return frozenset(" ".join(word.split()).casefold() for word in deal_map.values.get(field, {}))
