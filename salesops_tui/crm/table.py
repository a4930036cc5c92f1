"""A file as a header and rows of text, whatever it was on the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import NamedTuple, Protocol

from salesops_tui.crm.guard import unguarded
from salesops_tui.crm.lookup import RejectedError
from salesops_tui.crm.source import Kind, SourceFile
from salesops_tui.errors import BadInput

MAX_COLUMNS = 1_000
MAX_CELL = 64 * 1024
"""Characters that one cell may have; a row with a longer one is rejected."""

_REJECTS_COLUMNS = ("line", "reason")


class Plain(str):
    """A cell that the workbook holds as a number: written with a point and no grouping, whatever a map says."""

    __slots__ = ()


class Altered(Plain):
    """A number of more digits than a workbook keeps: its last ones are no longer those that were put in."""

    __slots__ = ()


class CutOffError(RejectedError):
    """The file ends in the middle of a row: where that was to be a deal, the file is not all there."""


class Row(NamedTuple):
    """One row of a file.

    Attributes:
        line: where it starts, counted from 1 (the row number of a workbook).
        cells: as many as the header has, unless there is a problem.
        size: characters, about.
        problem: why the row cannot be taken as it stands, to be raised; None for a sound one.
    """

    line: int
    cells: list[str]
    size: int
    problem: RejectedError | None = None


class Table(Protocol):
    """What is read from: the header at once, the rows one after the other.

    Attributes:
        notices: what a person should know of the file: a code, words, and how often.
    """

    header: Header
    notices: list[tuple[str, str, int]]

    def rows(self) -> Iterator[Row]:
        """Yield the rows that are not blank.

        Raises:
            BadInput: the file cannot be read any further; the message names the line.
        """

    def done(self) -> tuple[int, int]:
        """Return how far reading has come, and the whole: in bytes or rows."""

    def close(self) -> None:
        """Give the file back."""

    def __enter__(self) -> Table:
        """Close at the end of the block."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file.

    Attributes:
        names: as they stand, without blanks around them.
        line: where the header stands.
        skip: leading cells of each row that are no part of the data (a rejects file has line and reason there).
        repeated: columns of which there is more than one, each with what the others are called here.
    """

    names: tuple[str, ...]
    line: int
    skip: int = 0
    repeated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def open_table(source: SourceFile) -> Table:
    """Open a file that was looked through, and read its header.

    Raises:
        BadInput: there is no header, it has too many columns, or the workbook cannot be read.
    """
    if source.kind is Kind.WORKBOOK:
        from salesops_tui.crm.workbook_table import WorkbookTable

        return WorkbookTable(source)
    from salesops_tui.crm.text_table import TextTable

    return TextTable(source)


def read_header(name: str, line: int, cells: Sequence[str]) -> Header:
    """Make a header of a file's first row.

    Raises:
        BadInput: it cannot be one.
    """
    names = [" ".join(unguarded(cell.replace("\ufeff", "")).split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise BadInput(f"{name}, line {line}: {len(names):,} columns; at most {MAX_COLUMNS:,} can be taken")
    for number, column in enumerate(names, 1):
        if "\0" in column:
            raise BadInput(f"{name}, line {line}, column {number}: a NUL byte; this is no text file")
        if len(column) > MAX_CELL:
            raise BadInput(f"{name}, line {line}, column {number}: the column's name is too long")
    names = [column or f"column {number}" for number, column in enumerate(names, 1)]
    skip = 2 if tuple(n.casefold() for n in names[:2]) == _REJECTS_COLUMNS else 0
    names = names[skip:]
    names, repeated = _told_apart(names)
    return Header(tuple(names), line, skip, repeated)


def _told_apart(names: Sequence[str]) -> tuple[list[str], Mapping[str, tuple[str, ...]]]:
    """Number the columns of one name: `Type`, `Type (2)`; and return these by the first one's name."""
    first: dict[str, str] = {}
    taken = {name.casefold() for name in names}
    apart: list[str] = []
    repeated: dict[str, tuple[str, ...]] = {}
    for name in names:
        folded = name.casefold()
        if folded not in first:
            first[folded] = name
            apart.append(name)
            continue
        number = 2
        while f"{name} ({number})".casefold() in taken:
            number += 1
        apart.append(f"{name} ({number})")
        taken.add(apart[-1].casefold())
        repeated[first[folded]] = (*repeated.get(first[folded], ()), apart[-1])
    return apart, repeated


def shape_problem(header: Header, cells: list[str]) -> RejectedError | None:
    """Return what is wrong with the form of a row, or None. Blank cells beyond the header are taken off."""
    width = len(header.names)
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if len(cells) != width:
        return RejectedError("too many or too few cells", f"the row has {len(cells)} cells, the header {width}")
    for column, cell in zip(header.names, cells, strict=True):
        if "\0" in cell:
            return RejectedError("a NUL byte", f"column '{column}' holds a NUL byte")
        if len(cell) > MAX_CELL:
            reason = f"column '{column}' holds {len(cell):,} characters; at most {MAX_CELL:,} can be taken"
            return RejectedError("a cell without end", reason)
    return None
