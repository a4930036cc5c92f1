"""CSV files of any encoding and any length, a row at a time."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from salesops_tui.crm.guard import unguarded
from salesops_tui.crm.source import SourceFile
from salesops_tui.crm.table import MAX_CELL, Header, Row, read_header, shape_problem
from salesops_tui.errors import BadInput

if TYPE_CHECKING:
    from _csv import Reader

_LONGEST_ROW = 6 * 1024 * 1024
_DELIMITERS = ",;\t"
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[\r\n]')
_BUFFER = 1 << 18


class TextTable:
    """A CSV file, its delimiter found out from the header."""

    def __init__(self, source: SourceFile) -> None:
        """Open the file and read the header.

        Raises:
            BadInput: the file cannot be opened or has no header.
        """
        self.notices: list[tuple[str, str, int]] = []
        if source.odd_bytes:
            said = "bytes that are no UTF-8, in a file that otherwise is, were read as Windows-1252"
            self.notices.append(("mixed_encodings", said, source.odd_bytes))
        self._source = source
        csv.field_size_limit(max(csv.field_size_limit(), 2 * _LONGEST_ROW))
        try:
            self._raw = source.path.open("rb", buffering=_BUFFER)
        except OSError as error:
            raise BadInput(f"{source.name} cannot be read: {error.strerror or error}") from None
        self._lines = _Lines(source, self._raw)
        try:
            self._reader, self.header = self._begin()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> TextTable:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._raw.close()

    def done(self) -> tuple[int, int]:
        """Return how many bytes were read, of how many."""
        return self._raw.tell(), self._source.size

    def rows(self) -> Iterator[Row]:
        """Yield the rows that are not blank; at the end the file must still be the one that was looked through."""
        header, lines, reader = self.header, self._lines, self._reader
        width, skip, offset = len(header.names), header.skip, lines.before
        before = reader.line_num
        for cells in self._records():
            line = before + offset + 1
            before = reader.line_num
            if lines.ended:
                self._refuse_truncated(line, cells)
            size = lines.length
            sound = size <= MAX_CELL and not lines.unusual
            if lines.unusual:
                _tidy(cells)
            lines.length, lines.unusual = 0, False
            if not cells or ((not cells[0] or cells[0].isspace()) and not "".join(cells).strip()):
                continue
            if skip:
                del cells[:skip]
            if sound and len(cells) == width:
                yield Row(line, cells, size)
            else:
                yield Row(line, cells, size, shape_problem(header, cells))
        self._source.check_unchanged()

    def _begin(self) -> tuple[Reader, Header]:
        lines = self._lines
        sample = lines.sample()
        separator = _SEPARATOR_LINE.match(sample)
        if separator:
            lines.skip_one()
        delimiter = separator[1] if separator else _delimiter(sample, self._source.name)
        reader = csv.reader(lines, delimiter=delimiter)
        self._reader = reader
        before = 0
        for cells in self._records():
            line = before + lines.before + 1
            before = reader.line_num
            if lines.ended:
                self._refuse_truncated(line, cells)
            lines.length, lines.unusual = 0, False
            if "".join(cells).strip(" \t\ufeff"):
                return reader, read_header(self._source.name, line, cells)
        raise BadInput(f"{self._source.name} has no header: every line is blank")

    def _records(self) -> Iterator[list[str]]:
        try:
            yield from self._reader
        except csv.Error as error:
            line = self._reader.line_num + self._lines.before
            raise BadInput(f"{self._source.name}, line {line}: not readable as CSV ({error})") from None

    def _refuse_truncated(self, line: int, cells: list[str]) -> None:
        earlier = "".join(cells[:-1])
        opened = line + earlier.count("\n") + earlier.count("\r") - earlier.count("\r\n")
        raise BadInput(
            f"{self._source.name}, line {opened}, column {len(cells)}: a quote opens here and never closes;"
            " is the file complete?"
        )


class _Lines:
    """The physical lines of a file, with what the reader of rows must know of them.

    Attributes:
        before: lines in front of what the CSV reader sees.
        length: characters since the row began; the reader of rows sets it back.
        unusual: a line had a NUL, an apostrophe or a byte order mark, so the cells deserve a second look.
        ended: there was no further line when one was asked for.
    """

    def __init__(self, source: SourceFile, raw: BinaryIO) -> None:
        self._name = source.name
        self._codec = source.codec
        self._raw = raw
        self._text = io.TextIOWrapper(raw, encoding=source.codec, errors=source.errors, newline="")
        self._number = 0
        self.before = 0
        self.length = 0
        self.unusual = False
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        readline = self._text.readline
        while True:
            try:
                line = readline(_LONGEST_ROW)
            except UnicodeDecodeError as error:
                raise self._undecodable(error) from None
            if not line:
                break
            self._number += 1
            self.length += len(line)
            if self.length >= _LONGEST_ROW:
                raise self._endless()
            if "'" in line or "\0" in line or "\ufeff" in line:
                self.unusual = True
            yield line
        self.ended = True

    def sample(self) -> str:
        """Return the beginning of the file; only before anything else is read."""
        start = self._raw.read(MAX_CELL).decode(self._codec, "replace")
        self._raw.seek(0)
        return start.lstrip("\ufeff")

    def skip_one(self) -> None:
        """Leave out the first line."""
        next(iter(self))
        self.before, self.length, self.unusual = 1, 0, False

    def _undecodable(self, error: UnicodeDecodeError) -> BadInput:
        line = self._number + 1 + error.object[: error.start].count(b"\n")
        what = self._codec.upper().removesuffix("-LE").removesuffix("-BE")
        return BadInput(f"{self._name}, line {line}: not valid {what} ({error.reason})")

    def _endless(self) -> BadInput:
        return BadInput(
            f"{self._name}, line {self._number}: a row of more than {_LONGEST_ROW >> 20} million characters;"
            " is a closing quote missing, or is this no CSV?"
        )


def _delimiter(sample: str, name: str) -> str:
    """Return the delimiter that makes the most columns of the first line that is not blank."""
    columns = {}
    for delimiter in _DELIMITERS:
        try:
            reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
            columns[delimiter] = next((len(cells) for cells in reader if "".join(cells).strip()), 0)
        except csv.Error as error:
            raise BadInput(f"{name}, line 1: not readable as CSV ({error})") from None
    return max(_DELIMITERS, key=lambda d: columns[d])


def _tidy(cells: list[str]) -> None:
    """Take guards against formulas off the cells, and a byte order mark off the first."""
    cells[:] = [unguarded(cell) for cell in cells]
    if cells:
        cells[0] = cells[0].lstrip("\ufeff")
