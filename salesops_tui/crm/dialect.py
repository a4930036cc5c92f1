"""What a CRM's way of writing consists of; `dialects/` has one module each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from salesops_tui.crm.fields import folded_column
from salesops_tui.domain.deal import Category

_SHOWN = 4
_NOTHING: Mapping[str, str] = MappingProxyType({})

ORDINARY, TELLING, CERTAIN = 1, 4, 12
"""What one clue is worth: a column that others have too, one that only this CRM has, values that only it writes."""


class Clues(NamedTuple):
    """How much speaks for a dialect, and what, in words that a person can check against the file."""

    score: int
    reasons: tuple[str, ...] = ()

    def __add__(self, other: object) -> Clues:
        """Return both together."""
        assert isinstance(other, Clues)
        return Clues(self.score + other.score, self.reasons + other.reasons)


class ChangesForm(NamedTuple):
    """How changes of forecast categories are handed to the CRM: two columns, and its word for each category."""

    key: str
    category: str
    words: Mapping[Category, str]


class Neighbour(NamedTuple):
    """A file that the CRM writes beside the deals' one, and that completes it.

    Attributes:
        files: names under which it is looked for; case makes no difference.
        key: the column of the deals' file whose value is looked up; case makes no difference.
        match: the column of the other file that holds these values.
        columns: by field, the column of the other file; taken where the deals' file has none for the field.
        key_stays: where nothing is found, the key itself stands in.
    """

    files: tuple[str, ...]
    key: str
    match: str
    columns: Mapping[str, str]
    key_stays: bool = False


def _no_aside(_cells: Sequence[str]) -> str:
    return ""


def _no_columns(_header: Sequence[str]) -> Mapping[str, str]:
    return _NOTHING


@dataclass(frozen=True, slots=True)
class Dialect:
    """A CRM's way of writing. A map has the last word on everything here.

    Attributes:
        title: goes on after "read as" in messages: "a Salesforce export".
        clues: from a header and some rows below it to what speaks for this dialect.
        columns: from a header to the columns of the fields that it recognises; also a template such as
            `{IsClosed} {IsWon}`, whose filled text `words` then explains.
        changes: how category changes are written for it; None where it has no forecast category of its own.
        words: by field (category, stage, status, owner), what its words mean beyond our own keys and labels: the
            meaning is written as in a map. What the policy does not have (a stage, say) is left out.
        blanks: cells that stand for nothing, such as "-".
        defaults: by field, what stands where a column or a value is missing; each use is counted and told.
        aside: from the cells of a row that cannot be taken to what it is instead of a deal ("a total", "a footer
            line"), "" where it should have been one. Such rows are counted and told, never rejected.
        id_of: from an id as it is written to the one under which the store knows the deal; None for itself.
        closed_by_status: a won or lost deal keeps the stage and the category that it had when it was open, so its
            status alone decides.
        day_numbers: dates may be numbers, as spreadsheets count the days.
        neighbours: files that complete this one.
        advice: by required field that it lacks, what a person can do.
    """

    name: str
    title: str
    clues: Callable[[Sequence[str], Sequence[Sequence[str]]], Clues]
    columns: Callable[[Sequence[str]], Mapping[str, str]] = _no_columns
    changes: ChangesForm | None = None
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    blanks: frozenset[str] = frozenset()
    defaults: Mapping[str, str] = field(default_factory=dict)
    aside: Callable[[Sequence[str]], str] = _no_aside
    id_of: Callable[[str], str] | None = None
    closed_by_status: bool = False
    day_numbers: bool = False
    neighbours: tuple[Neighbour, ...] = ()
    advice: Mapping[str, str] = field(default_factory=dict)


def column_clue(header: Sequence[str], known: Iterable[str], worth: int, what: str) -> Clues:
    """Return what the columns called like `known` (folded names) are worth.

    The reason reads "the columns 'A' and 'B' are `what`".
    """
    wanted = set(known)
    found = [name for name in header if folded_column(name) in wanted]
    if not found:
        return Clues(0)
    named = ", ".join(f"'{name}'" for name in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    one = len(found) == 1
    return Clues(worth * len(found), (f"the column{'' if one else 's'} {named}{more} {'is' if one else 'are'} {what}",))


def value_clue(column: str | None, values: Iterable[str], fits: Callable[[str], bool], what: str) -> Clues:
    """Return what the values of a column are worth: all that are not blank must fit.

    The reason reads "'value' in the column 'column' is `what`".
    """
    seen = [value.strip() for value in values if value.strip()]
    if column is None or not seen or not all(map(fits, seen)):
        return Clues(0)
    shown = seen[0] if len(seen[0]) <= 40 else seen[0][:39] + "…"
    return Clues(CERTAIN, (f"'{shown}' in the column '{column}' is {what}",))


def by_folded_name(header: Sequence[str], names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return for each field the first of its possible columns (folded names) that a header has."""
    there: dict[str, str] = {}
    for name in header:
        there.setdefault(folded_column(name), name)
    found = {}
    for wanted, possible in names.items():
        column = next((there[name] for name in possible if name in there), None)
        if column is not None:
            found[wanted] = column
    return found
