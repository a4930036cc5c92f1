"""Run as a program of its own: reads a workbook under a limit on memory, and writes its rows as JSON lines.

The library that reads XLSX holds a whole sheet in memory and ends the process when there is none left. A small
file can ask for as much as it likes, so that process must not be ours.

First line: `{"sheet", "others", "rows"}`, or `{"error"}`. Then lists of rows, each `[line, cell, ...]`, where a cell
is a string, or a number for what the workbook holds as a number. An empty list says that this was all.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

_ROWS_A_LINE = 500
_CHARACTERS_A_LINE = 1 << 20


def main(path: str, megabytes: int, seconds: int, max_columns: int, max_cell: int) -> None:
    """Write the first visible sheet that has anything on it to standard output; cells are cut at `max_cell`."""
    _limit(megabytes, seconds)
    try:
        _convert(path, max_columns, max_cell)
    except MemoryError:
        _say({"error": "memory"})
    except BaseException as error:
        _say({"error": _in_words(error)})


def _limit(megabytes: int, seconds: int) -> None:
    import resource

    for kind, value in ((resource.RLIMIT_DATA, megabytes << 20), (resource.RLIMIT_CPU, seconds)):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _convert(path: str, max_columns: int, max_cell: int) -> None:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    with CalamineWorkbook.from_path(path) as book:
        known = [s for s in book.sheets_metadata if s.typ is SheetTypeEnum.WorkSheet]
        names = [s.name for s in known if s.visible is SheetVisibleEnum.Visible] or [s.name for s in known]
        for name in names:
            sheet = book.get_sheet_by_name(name)
            if sheet.end:
                last = sheet.end[0] + 1
                break
        else:
            _say({"error": "it has no sheet with anything on it"})
            return
        if sheet.width > max_columns:
            _say({"error": f"sheet '{name}' has {sheet.width:,} columns; at most {max_columns:,} can be taken"})
            return
        _say({"sheet": name, "others": [n for n in names if n != name], "rows": last})
        rows = (
            [number, *[v[:max_cell] if type(v) is str else _cell(v) for v in row]]
            for number, row in enumerate(sheet.iter_rows(), 1)
        )
        for some in _grouped(rows):
            _say(some)
        _say([])


def _grouped(rows: Iterator[list[Any]]) -> Iterator[list[list[Any]]]:
    group: list[list[Any]] = []
    size = 0
    for row in rows:
        if row.count("") == len(row) - 1:
            continue
        group.append(row)
        size += sum([len(cell) for cell in row if type(cell) is str])
        if len(group) == _ROWS_A_LINE or size > _CHARACTERS_A_LINE:
            yield group
            group, size = [], 0
    if group:
        yield group


def _cell(value: Any) -> str | float:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return value
    if isinstance(value, datetime):
        midnight = value.time() == time.min
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)


def _in_words(error: BaseException) -> str:
    from python_calamine import PasswordError

    if isinstance(error, PasswordError):
        return "it is protected by a password"
    return f"it is no workbook that can be read ({' '.join(str(error).split())[:200]})"


def _say(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
