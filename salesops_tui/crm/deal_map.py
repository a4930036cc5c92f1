"""How a file's columns and words are to be read: what a map file says, and what a dialect proposes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from salesops_tui.crm.odds import Odds

Locate = Callable[[tuple[str | int, ...]], str]


@dataclass(frozen=True, slots=True)
class Join:
    """Another file to look things up in.

    Attributes:
        path: the other file.
        key: the column of the deal file whose value is looked up.
        match: the column of the other file that holds these values.
    """

    path: Path
    key: str
    match: str


def _nowhere(_path: tuple[str | int, ...]) -> str:
    return "the map"


@dataclass(frozen=True, slots=True)
class DealMap:
    """A way of reading a deal file.

    Attributes:
        columns: by field, a column of the file, a template such as `{Account} · {Product}`, or "" for none;
            `{Won on|Expected on}` is the first of them that is not blank.
        defaults: by field, what stands where the column is missing or the cell is blank.
        values: by field (category, stage, status, owner), what the file's words mean; `*` is any other word.
        joins: by name; the columns of the file `Accounts` are called `Accounts.Name` and so on.
        date_formats: as for `strptime`; ISO dates are always read.
        day_first_if_unclear: the order of a date's numbers where neither the map nor the file itself says it.
        odds: how the category follows from a probability; None where a column says it.
        encoding: of text that is no Unicode; "" for Windows-1252.
        currency: of amounts that name none; "" for the policy's.
        id_prefix: goes in front of every id, so that a second CRM's ids cannot be taken for the first one's.
        sha256: of the map file, "" where there is none.
        locate: says where in the map something stands, for messages.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    joins: Mapping[str, Join] = field(default_factory=dict)
    odds: Odds | None = None
    date_formats: tuple[str, ...] = ()
    day_first: bool | None = None
    day_first_if_unclear: bool | None = None
    decimal: str = "."
    encoding: str = ""
    currency: str = ""
    id_prefix: str = ""
    sha256: str = ""
    locate: Locate = _nowhere

    def over(self, proposed: Mapping[str, str]) -> DealMap:
        """Return this map with columns proposed for the fields that it says nothing about."""
        return replace(self, columns={**proposed, **self.columns})
