"""What an import understood of its file: the shapes that a dry run prints and the screen shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from salesops_tui.domain.calendar import Day
from salesops_tui.domain.deal import Category, Status
from salesops_tui.services.import_commit import CommitMove
from salesops_tui.services.import_mapping import Origin
from salesops_tui.services.import_observing import DateForm
from salesops_tui.services.import_request import ImportReport, ImportRequest
from salesops_tui.services.linking import LookAlike


class ColumnUse(NamedTuple):
    """A field, and the column (or template) that it comes from; None where the file has none.

    Attributes:
        required: no import without it.
        said_by: "map", "remembered", "you", "dialect", or "" for a field without a column.
    """

    field: str
    column: str | None
    required: bool
    samples: tuple[str, ...]
    said_by: str


class LeftColumn(NamedTuple):
    """A column that no field takes; it is kept with the deals as it is."""

    column: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordUse:
    """A word of the file: its meaning as a key ("" for a blank status; None where it means nothing yet), how often.

    Attributes:
        by_map: a map or a person says so, and not the policy or the dialect.
    """

    field: str
    word: str
    meaning: str | None
    count: int
    by_map: bool


class DateColumn(NamedTuple):
    """How the dates of a column are written and read.

    Attributes:
        ambiguous: how many could be read in two ways by themselves, such as `sample`.
        decided: in words, how these are read, and by what.
    """

    field: str
    column: str
    forms: Mapping[DateForm, int]
    ambiguous: int
    sample: str
    decided: str


class UnknownOwner(NamedTuple):
    """An owner's text that names nobody: number of deals, and the amount of the open ones in minor units."""

    text: str
    deals: int
    amount: int


class DealSeen(NamedTuple):
    """A deal as the file has it, or (line 0) as the store does. Amounts in minor units of the store's currency."""

    line: int
    key: str
    name: str
    account: str
    owner: str
    owner_name: str
    stage: str
    category: Category
    amount: int
    close_day: Day
    status: Status


class DealChange(NamedTuple):
    """A known deal that the file changes; `differs` names the fields."""

    before: DealSeen
    after: DealSeen
    differs: tuple[str, ...]


class SuspectRow(NamedTuple):
    """A row that deserves a look."""

    line: int
    key: str
    name: str
    amount: int
    what: str


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Rows that deserve a look for one reason: the warning's code, words, how many, the first of them."""

    kind: str
    words: str
    count: int
    rows: tuple[SuspectRow, ...]


class RejectedRow(NamedTuple):
    """A row that cannot be taken: its line, why, and the row as CSV."""

    line: int
    reason: str
    row: str


class Understanding(NamedTuple):
    """What a file was understood to say, and what its import would do.

    Attributes:
        report: as a dry run's, its numbers those of all rows; zeros where `missing` is not empty.
        header: the file's columns as they stand.
        missing: required fields that no column gives yet; until they are mapped, nothing below `left` is known.
        problem: why the rows cannot be read at all as they are mapped now, "" where they can.
        origin: the remembered mapping that was used; None where there is none.
        fingerprint: of the header; a confirmed mapping is kept under it.
        dates: columns with dates that say something about the order of day and month.
        gone: open deals that a full file lacks.
        commit: how Commit would move: over all periods, then in the current one.
        question: what has to be answered with yes before it is written, "" for nothing.
        history: the file is the CRM's own history of deals, laid before their first import; only `report` speaks.
        encoding: in which text was read that does not say it itself, one of `crm.encodings`; "" where it does.
        odds: how the category follows from a probability, in words; "" where a column says it.
        reject_kinds: the reasons for rejects with their counts, the most frequent first.
    """

    request: ImportRequest
    report: ImportReport
    header: tuple[str, ...]
    missing: tuple[str, ...]
    problem: str
    origin: Origin | None
    fingerprint: str
    columns: tuple[ColumnUse, ...]
    left: tuple[LeftColumn, ...]
    words: tuple[WordUse, ...] = ()
    dates: tuple[DateColumn, ...] = ()
    owners: tuple[UnknownOwner, ...] = ()
    new: tuple[DealSeen, ...] = ()
    changed: tuple[DealChange, ...] = ()
    gone: tuple[DealSeen, ...] = ()
    commit: tuple[CommitMove, ...] = ()
    suspicious: tuple[Suspicion, ...] = ()
    look_alikes: tuple[LookAlike, ...] = ()
    rejects: tuple[RejectedRow, ...] = ()
    reject_kinds: tuple[tuple[str, int], ...] = ()
    question: str = ""
    history: bool = False
    encoding: str = ""
    odds: str = ""

    def samples_of(self, column: str) -> tuple[str, ...]:
        """Return some of the texts in a column; none where there is no such column."""
        taken = ((use.column, use.samples) for use in self.columns)
        left = ((use.column, use.samples) for use in self.left)
        return next((samples for name, samples in (*taken, *left) if name == column), ())

    @property
    def unknown_words(self) -> tuple[WordUse, ...]:
        """The words that mean nothing yet; their rows are rejected."""
        return tuple(word for word in self.words if word.meaning is None)
