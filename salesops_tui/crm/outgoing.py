"""Tables on their way out: as CSV that no spreadsheet runs, or as sheets of a workbook."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from salesops_tui.crm.guard import guarded

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | Decimal | date | None
"""Text, a number, an amount or a day; None for nothing."""

_SHEET_CELL = 32_767
_DIGITS = 15
_NOT_IN_XML = re.compile("[\ufffe\uffff]")
_WIDEST = 60


_CHECKSUM = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)


class Sealed(str):
    """Text that a CRM compares with what it wrote, so that an apostrophe would spoil it.

    It goes out as it is if it consists of a checksum's characters, of which no spreadsheet can make more than a sum.
    """

    __slots__ = ()


class OutTable(NamedTuple):
    """Rows under columns, with the name that its sheet gets."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def text_of(cell: Cell) -> str:
    """Return a cell as text: days as ISO dates, amounts with all of their places, nothing as ""."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _harmless(cell: Cell) -> str:
    text = text_of(cell)
    return text if isinstance(cell, Sealed) and _CHECKSUM.fullmatch(text) else guarded(text)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Cell]], shown: Callable[[str], str] | None = None) -> str:
    """Return rows under columns as CSV; what a spreadsheet would run is guarded, and comes back as it was.

    `shown` is what a cell is passed through at last, for a terminal that can only print.
    """
    lines = _Lines()
    # With this line ending the writer quotes a carriage return that stands alone; `_Lines` makes it a line feed.
    writer = csv.writer(lines, lineterminator="\r\n")
    show = shown or str
    writer.writerow([show(guarded(name)) for name in columns])
    writer.writerows([show(_harmless(cell)) for cell in row] for row in rows)
    return "".join(lines.written)


class _Lines:
    """Takes the rows of a writer of CSV."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, row: str) -> None:
        """Take one row."""
        self.written += (row[:-2], "\n")


class Workbook(NamedTuple):
    """A workbook's bytes, and how many of its cells could not be written whole.

    A cell can hold 32,767 characters, and not the two that XML has no room for; CSV has neither limit.
    """

    content: bytes
    lossy: int


def workbook(tables: Sequence[OutTable]) -> Workbook:
    """Return tables as the sheets of an XLSX workbook.

    Text is written as text whatever it looks like, and guarded all the same: whoever saves the sheet as CSV must not
    make formulas of it. Amounts and days are numbers and dates.
    """
    from xlsxwriter import Workbook as Writer

    target = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    writer = Writer(target, options)
    bold, amount, day = (
        writer.add_format(form) for form in ({"bold": True}, {"num_format": "#,##0.00#"}, {"num_format": "yyyy-mm-dd"})
    )
    lossy = 0
    for table in tables:
        lossy += _Sheet(writer.add_worksheet(table.name[:31]), amount, day).write(table, bold)
    writer.close()
    return Workbook(target.getvalue(), lossy)


class _Sheet:
    """One sheet, written from the top down."""

    def __init__(self, sheet: Worksheet, amount: Format, day: Format) -> None:
        self._sheet = sheet
        self._amount = amount
        self._day = day
        self._lossy = 0

    def write(self, table: OutTable, bold: Format) -> int:
        """Write a table and return how many cells could not be written whole."""
        self._sheet.freeze_panes(1, 0)
        for column, name in enumerate(table.columns):
            self._sheet.set_column(column, column, min(max(len(name) + 2, 11), _WIDEST))
        for column, name in enumerate(table.columns):
            self._sheet.write_string(0, column, self._bearable(guarded(name)), bold)
        for number, row in enumerate(table.rows, 1):
            for column, cell in enumerate(row):
                self._put(number, column, cell)
        return self._lossy

    def _put(self, row: int, column: int, cell: Cell) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, date):
            self._sheet.write_datetime(row, column, datetime.combine(cell, time.min), self._day)
        elif isinstance(cell, int):
            self._sheet.write_number(row, column, cell)
        elif isinstance(cell, Decimal) and len(cell.as_tuple().digits) <= _DIGITS:
            self._sheet.write_number(row, column, float(cell), self._amount)
        else:
            self._sheet.write_string(row, column, self._bearable(_harmless(cell)))

    def _bearable(self, text: str) -> str:
        """Return what a cell of a workbook can hold of a text."""
        whole = _NOT_IN_XML.sub("\ufffd", text)[:_SHEET_CELL]
        self._lossy += whole != text
        return whole
