"""Forecast categories read off a probability, for a CRM that has no category of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from salesops_tui.crm.fields import folded_column
from salesops_tui.crm.lookup import UnreadableError
from salesops_tui.domain.deal import Category

COLUMNS = ("probability", "probability_(%)", "deal_probability", "closeprobability", "hs_deal_stage_probability")
"""What a column of probabilities may be called, folded."""

_NAMES = ("prob", "wahrsch", "chance", "likel", "confiden")
"""What stands in the name of a column in which a person may look for probabilities."""

_NUMBER = re.compile(r"(\d{1,3}(?:[.,]\d+)?) ?(%?)", re.ASCII)


class Odds(NamedTuple):
    """From a probability to a category.

    Attributes:
        least: what a category needs at least, in percent, the highest first.
        rest: what is left for less.
        column: where the probability stands; "" for the column that is called so.
        out_of: what certainty is written as, 100 or 1, where no percent sign stands behind.
    """

    least: tuple[tuple[int, Category], ...]
    rest: Category
    column: str = ""
    out_of: int = 100

    def category(self, text: str) -> Category:
        """Return the category of a probability.

        Raises:
            UnreadableError: it is none, or written in another way than the map says.
        """
        match = _NUMBER.fullmatch(text.strip())
        value = Decimal(match[1].replace(",", ".")) if match else Decimal(-1)
        certain = 100 if match and match[2] else self.out_of
        if not 0 <= value <= certain:
            raise UnreadableError(f"is no probability from 0 to {certain}")
        if match and not match[2] and certain == 100 and 0 < value < 1:
            raise UnreadableError("is less than 1 %; where 1 is certain, say so: out_of = 1")
        percent = value * 100 / certain
        return next((category for least, category in self.least if percent >= least), self.rest)

    @property
    def words(self) -> str:
        """The rule in words."""
        least = ", ".join(f"{category.label} from {percent} %" for percent, category in self.least)
        return f"{least}, else {self.rest.label}"

    def column_in(self, header: Sequence[str]) -> str | None:
        """Return the column of a header that holds the probability; None where that is not clear."""
        if self.column:
            return self.column
        found = [name for name in header if folded_column(name) in COLUMNS]
        return found[0] if len(found) == 1 else None


def holds_odds(column: str, samples: Sequence[str]) -> bool:
    """Say whether a column, by its name and by some of its texts, holds probabilities."""
    named = any(name in folded_column(column) for name in _NAMES)
    return named and bool(samples) and all(_NUMBER.fullmatch(text.strip()) for text in samples)


def certain_in(samples: Sequence[str]) -> int:
    """Return as what certainty is written where these texts stand: 1 where there are parts of one, else 100."""
    found = [_NUMBER.fullmatch(text.strip()) for text in samples]
    if any(match is None or match[2] for match in found):
        return 100
    values = [Decimal(match[1].replace(",", ".")) for match in found if match]
    return 1 if values and max(values) <= 1 and any(0 < value < 1 for value in values) else 100
