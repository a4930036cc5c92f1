"""CSV files of any encoding and any length, a row at a time."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from salesops_tui.crm.guard import unguarded
from salesops_tui.crm.lookup import RejectedError
from salesops_tui.crm.source import SourceFile
from salesops_tui.crm.table import MAX_CELL, CutOffError, Header, Row, read_header, shape_problem
from salesops_tui.errors import BadInput

if TYPE_CHECKING:
    from _csv import Reader

_LONGEST_ROW = 6 * 1024 * 1024
_DELIMITERS = ",;\t"
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[\r\n]')
_BUFFER = 1 << 18
_WRONG_QUOTE = "text follows a closing quote; a quote inside of quotes must be doubled"


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
        header, lines = self.header, self._lines
        width, skip = len(header.names), header.skip
        for line, cells, wrong in self._records():
            size = lines.length
            if lines.unusual:
                cells[:] = [unguarded(cell) for cell in cells]
            if not cells or ((not cells[0] or cells[0].isspace()) and not "".join(cells).strip()):
                continue
            if skip:
                del cells[:skip]
            if wrong or len(cells) != width or size > MAX_CELL or lines.unusual:
                yield Row(line, cells, size, wrong or self._problem(cells))
            else:
                yield Row(line, cells, size)
        self._source.check_unchanged()

    def _problem(self, cells: list[str]) -> RejectedError | None:
        width = len(self.header.names)
        problem = shape_problem(self.header, cells)
        if problem and len(cells) < width and not self._lines.row[-1].endswith(("\n", "\r")):
            said = f"the file ends in the middle of this row, after {len(cells)} of {width} cells; is it complete?"
            return CutOffError("the file ends within the row", said)
        return problem

    def _begin(self) -> tuple[Reader, Header]:
        name, lines = self._source.name, self._lines
        sample = lines.sample()
        separator = _SEPARATOR_LINE.match(sample)
        if separator:
            lines.skip_one()
        delimiter = separator[1] if separator else _delimiter(sample, name)
        self._reader = csv.reader(lines, delimiter=delimiter, strict=True)
        for line, cells, problem in self._records():
            if problem:
                raise BadInput(f"{name}, line {line}: {problem}")
            if "".join(cells).strip():
                return self._reader, read_header(name, line, cells)
        raise BadInput(f"{name} has no header: every line is blank")

    def _records(self) -> Iterator[tuple[int, list[str], RejectedError | None]]:
        """Yield line, cells and what is wrong with the quotes.

        A row with a wrong quote is its first line alone: what its open quote ran over is read once more.
        """
        reader, lines = self._reader, self._lines
        while True:
            line = lines.begin_row()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                row = lines.row[:] if lines.ended else lines.take_back()
                cells = next(csv.reader(row, delimiter=reader.dialect.delimiter))
                if lines.ended:
                    raise self._truncated(line, cells) from None
                yield line, cells, RejectedError("a quote in the wrong place", _WRONG_QUOTE)
            else:
                yield line, cells, None

    def _truncated(self, line: int, cells: list[str]) -> BadInput:
        earlier = "".join(cells[:-1])
        opened = line + earlier.count("\n") + earlier.count("\r") - earlier.count("\r\n")
        return BadInput(
            f"{self._source.name}, line {opened}, column {len(cells)}: a quote opens here and never closes;"
            " is the file complete?"
        )


class _Lines:
    """The physical lines of a file, with what the reader of rows must know of them.

    Attributes:
        row: the lines of the present row, and `length`, their characters.
        unusual: one of them has a NUL or an apostrophe, so the cells deserve a second look.
        ended: there was no further line when one was asked for.
    """

    def __init__(self, source: SourceFile, raw: BinaryIO) -> None:
        self._name = source.name
        self._codec = source.codec
        self._raw = raw
        self._text = io.TextIOWrapper(raw, encoding=source.codec, errors=source.errors, newline="")
        self._number = 0
        self._again: deque[str] = deque()
        self.row: list[str] = []
        self.length = 0
        self.unusual = False
        self.ended = False

    def begin_row(self) -> int:
        """Forget the lines of the row before, and return the number of the next line."""
        self.row.clear()
        self.length = 0
        self.unusual = False
        return self._number + 1

    def take_back(self) -> list[str]:
        """Return the first line of the present row; the others will come once more."""
        again = self.row[1:]
        self._again.extendleft(reversed(again))
        self._number -= len(again)
        del self.row[1:]
        return self.row

    def __iter__(self) -> Iterator[str]:
        readline = self._text.readline
        while True:
            if self._again:
                line = self._again.popleft()
            else:
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
            if "'" in line or "\0" in line:
                self.unusual = True
            if "\ufeff" in line:
                line = line.lstrip("\ufeff")
            self.row.append(line)
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

    def _undecodable(self, error: UnicodeDecodeError) -> BadInput:
        line = self._number + 1 + error.object[: error.start].count(b"\n")
        what = self._codec.upper().removesuffix("-LE").removesuffix("-BE")
        return BadInput(f"{self._name}, line {line}: not valid {what} ({error.reason})")

    def _endless(self) -> BadInput:
        return BadInput(
            f"{self._name}, line {self._number - len(self.row)}: a row of more than {_LONGEST_ROW >> 20} million"
            " characters; is a closing quote missing, or is this no CSV?"
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
