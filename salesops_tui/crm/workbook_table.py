"""XLSX workbooks: the first visible sheet, read by a process of its own that may use only so much memory."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from salesops_tui.crm import workbook_child
from salesops_tui.crm.guard import unguarded
from salesops_tui.crm.source import SourceFile
from salesops_tui.crm.table import MAX_CELL, MAX_COLUMNS, Altered, Plain, Row, read_header, shape_problem
from salesops_tui.errors import BadInput

_UNPACKED_MEGABYTES = 400
_MEMORY_MEGABYTES = 256
_SECONDS = 120
_DIGITS = 15
_TOO_LONG = 10**_DIGITS
_OTHER_ARCHIVES = {
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "xl/workbook.bin": "a binary workbook (.xlsb)",
    "content.xml": "an OpenDocument file",
    "Index/Document.iwa": "a Numbers or Pages document",
}
_OPEN_FILES = Path("/proc/self/fd")
_ADVICE = "save the sheet as CSV, which may be of any length"


class WorkbookTable:
    """A sheet of a workbook."""

    def __init__(self, source: SourceFile) -> None:
        """Start reading, up to the header.

        Raises:
            BadInput: it is no workbook, too large unpacked, protected, or empty.
        """
        _check_archive(source)
        self.notices: list[tuple[str, str, int]] = []
        self._source = source
        self._read = 0
        self._altered = 0
        command = [sys.executable, "-P", str(Path(workbook_child.__file__)), str(source.path)]
        limits = [str(_MEMORY_MEGABYTES), str(_SECONDS), str(MAX_COLUMNS), str(MAX_CELL + 1)]
        self._child = subprocess.Popen(
            [*command, *limits],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            pass_fds=_handles(source.path),
        )
        try:
            about = self._next()
            self._height = int(about["rows"])
            if about["others"]:
                said = f"only the sheet '{about['sheet']}' was read; the other sheets were not"
                self.notices.append(("other_sheets", said, len(about["others"])))
            self._pending = self._records()
            line, cells = next(self._pending)
            self.header = read_header(source.name, line, cells)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> WorkbookTable:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the reading process."""
        self._child.kill()
        if self._child.stdout:
            self._child.stdout.close()
        self._child.wait()

    def done(self) -> tuple[int, int]:
        """Return how many rows were read, of how many."""
        return self._read, self._height

    def rows(self) -> Iterator[Row]:
        """Yield the rows that are not blank; at the end the file must still be the one that was looked through."""
        header = self.header
        width = len(header.names)
        for line, cells in self._pending:
            self._read = line
            data = cells[header.skip :]
            whole = "".join(data)
            if not whole.strip():
                continue
            sound = len(data) == width and len(whole) <= MAX_CELL and "\0" not in whole
            yield Row(line, data, len(whole), None if sound else shape_problem(header, data))
        if self._altered:
            said = f"numbers of more than {_DIGITS} digits, whose last ones Excel has changed; keep ids as text"
            self.notices.append(("altered_numbers", said, self._altered))
        self._source.check_unchanged()

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        while group := self._next():
            for line, *cells in group:
                yield line, [c if type(c) is str and c[:1] != "'" else self._text(c) for c in cells]

    def _text(self, cell: str | float) -> str:
        if isinstance(cell, str):
            return unguarded(cell)
        number = float(cell)
        if not number.is_integer():
            return Plain(format(number, ".15g"))
        if abs(number) < _TOO_LONG:
            return Plain(format(number, ".0f"))
        self._altered += 1
        return Altered(format(number, ".0f"))

    def _next(self) -> Any:
        assert self._child.stdout is not None
        text = self._child.stdout.readline()
        if not text.endswith("\n"):
            raise self._too_large()
        value = json.loads(text)
        if isinstance(value, dict) and "error" in value:
            if value["error"] == "memory":
                raise self._too_large()
            raise BadInput(f"{self._source.name}: {value['error']}")
        return value

    def _too_large(self) -> BadInput:
        return BadInput(
            f"{self._source.name} needs more than {_MEMORY_MEGABYTES} MB or {_SECONDS} seconds to unpack; {_ADVICE}"
        )


def _handles(path: Path) -> tuple[int, ...]:
    """Return what a process has to be given along with a path: a file without a name is known by an open handle."""
    return (int(path.name),) if path.parent == _OPEN_FILES and path.name.isdecimal() else ()


def _check_archive(source: SourceFile) -> None:
    """Look at what the archive says of itself before anything is unpacked."""
    try:
        with zipfile.ZipFile(source.path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BadInput(f"{source.name} is a damaged or incomplete workbook ({error})") from None
    if not any(entry.filename.casefold() == "xl/workbook.xml" for entry in entries):
        raise BadInput(f"{source.name} is {_other_archive(entries)}; a CSV or XLSX file is needed")
    unpacked = sum(entry.file_size for entry in entries) >> 20
    if unpacked > _UNPACKED_MEGABYTES:
        raise BadInput(
            f"{source.name} unpacks to {unpacked:,} MB; at most {_UNPACKED_MEGABYTES} are taken. {_ADVICE.capitalize()}"
        )


def _other_archive(entries: list[zipfile.ZipInfo]) -> str:
    names = {entry.filename for entry in entries}
    return next((what for name, what in _OTHER_ARCHIVES.items() if name in names), "a ZIP archive")
