"""Small files, read as a whole: people and quotas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from salesops_tui.crm.fields import folded_column
from salesops_tui.crm.lookup import RejectedError, rejected
from salesops_tui.crm.source import look_through
from salesops_tui.crm.table import CutOffError, Row, open_table
from salesops_tui.errors import BadInput

_MOST_ROWS = 50_000
_MOST_CHARACTERS = 20_000_000


@dataclass(frozen=True, slots=True)
class WholeTable:
    """All rows of a file.

    Attributes:
        places: where each field stands in a row; a field that the file does not have is not in it.
        ignored: columns that mean nothing here.
        notices: what a person should know of the file: a code, words, and how often.
    """

    name: str
    sha256: str
    header: tuple[str, ...]
    places: dict[str, int]
    rows: list[Row]
    ignored: tuple[str, ...]
    notices: list[tuple[str, str, int]]

    def text(self, row: Row, field: str) -> str | None:
        """Return a cell without blanks around it; None where the file has no such column."""
        place = self.places.get(field)
        return None if place is None else row.cells[place].strip()

    def needed(self, row: Row, field: str) -> str:
        """Return a cell that may not be blank.

        Raises:
            RejectedError: it is.
        """
        text = self.text(row, field)
        if not text:
            raise self.refusal(row, field, "is blank")
        return text

    def refusal(self, row: Row, field: str, why: str) -> RejectedError:
        """Return the error for a cell, to be raised."""
        place = self.places[field]
        return rejected(self.header[place], row.cells[place], why)


def read_whole(path: Path, name: str, fields: Sequence[str], required: Sequence[str]) -> WholeTable:
    """Read a file whose columns are called as the fields are (case and blanks make no difference).

    Raises:
        NotFound: there is no such file.
        BadInput: it cannot be read, lacks a required column, or is too long for its kind.
    """
    source = look_through(path, name)
    with open_table(source) as table:
        header = table.header.names
        places: dict[str, int] = {}
        for column in table.header.repeated:
            if folded_column(column) in fields:
                raise BadInput(
                    f"{name}, line {table.header.line}: '{column}' is there more than once; rename one of them"
                )
        for place, column in enumerate(header):
            if folded_column(column) in fields:
                places.setdefault(folded_column(column), place)
        missing = [field for field in required if field not in places]
        if missing:
            raise BadInput(
                f"{name}, line {table.header.line}: no column for {', '.join(missing)}; the header has"
                f" {', '.join(column[:40] for column in header[:30])}"
            )
        rows: list[Row] = []
        size = 0
        for row in table.rows():
            if isinstance(row.problem, CutOffError):
                raise BadInput(f"{name}, line {row.line}: {row.problem}")
            rows.append(row)
            size += row.size
            if len(rows) > _MOST_ROWS or size > _MOST_CHARACTERS:
                raise BadInput(f"{name}, line {row.line}: more than {_MOST_ROWS:,} rows; is it the right file?")
        ignored = tuple(column for place, column in enumerate(header) if place not in places.values())
        return WholeTable(name, source.sha256, header, places, rows, ignored, table.notices)
