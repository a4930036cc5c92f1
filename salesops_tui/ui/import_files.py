"""The files of a folder that could be imported, as somebody types their way to one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from salesops_tui.ui import present
from salesops_tui.ui.fuzzy import best_first
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Key, Row, RowSource

FILES = (
    Column("name", "File", 40, least=16, flex=True),
    Column("size", "Size", 7, rank=1, align="right"),
    Column("changed", "Changed", 12, rank=2),
)
_ENDINGS = (".csv", ".xlsx", ".txt", ".tsv")
_MOST = 5_000
_OTHERS = re.compile(r".+\.rejects(-\d+)?\.csv|salesops-.+|(people|quotas)\.\w+", re.IGNORECASE)
"""Files that are offered last: rejected rows, what was exported here, people and quotas."""


class Entry(NamedTuple):
    """Something in a folder: a folder that can be entered, or a file that can be read."""

    name: str
    path: Path
    folder: bool
    size: int
    changed: float


def folder_and_rest(text: str) -> tuple[Path, str]:
    """Split what was typed into the folder that it lies in and the beginning of a name there."""
    head, slash, rest = text.rpartition("/")
    if text == "~":
        return Path.home(), ""
    try:
        return Path(head + slash or ".").expanduser(), rest
    except RuntimeError:
        return Path(head + slash), rest


def entries(text: str) -> list[Entry]:
    """Return what fits what was typed, the best first: files that deals may be in and that can be read, and folders.

    The newest file comes first, then the others and the folders; last what this program has written itself, and files
    of people and quotas, which no deals are in. Hidden ones come only where a dot was typed. A folder that cannot be
    read is empty.
    """
    folder, rest = folder_and_rest(text)
    found = sorted(_in(folder, hidden=rest.startswith(".")), key=_order)
    if not rest:
        return found
    begun = [e for e in found if e.name.casefold().startswith(rest.casefold())]
    others = [e for e in best_first(rest, found, lambda e: e.name) if e not in begun]
    return begun + others


def _order(entry: Entry) -> tuple[int, float, str]:
    if entry.folder:
        return 1, 0.0, entry.name.casefold()
    return (2 if _OTHERS.fullmatch(entry.name) else 0), -entry.changed, entry.name


def _in(folder: Path, *, hidden: bool) -> Iterator[Entry]:
    try:
        with os.scandir(folder) as listing:
            for number, item in enumerate(listing):
                if number >= _MOST:
                    return
                entry = _entry(item) if item.name.startswith(".") <= hidden else None
                if entry:
                    yield entry
    except (OSError, ValueError):
        return


def _entry(item: os.DirEntry[str]) -> Entry | None:
    try:
        folder = item.is_dir()
        if not folder and not (item.is_file() and item.name.casefold().endswith(_ENDINGS)):
            return None
        if not os.access(item.path, os.R_OK | os.X_OK if folder else os.R_OK):
            return None
        found = item.stat()
    except OSError:
        return None
    return Entry(item.name, Path(item.path), folder, found.st_size, found.st_mtime)


def file_rows(found: list[Entry]) -> RowSource[Key]:
    """Return entries as rows; the key is the path."""
    return RowSource.of({str(entry.path): _row(entry) for entry in found})


def _row(entry: Entry) -> Row:
    if entry.folder:
        return Row((f"{entry.name}/", ("", "muted"), ""), "accent")
    changed = datetime.fromtimestamp(entry.changed)  # noqa: DTZ006 - a file is as old as the wall clock says
    return Row((entry.name, (_size(entry.size), "muted"), (_when(changed), "muted")))


def _when(changed: datetime) -> str:
    return f"{present.short_day(changed.toordinal(), datetime.now().toordinal())} {changed:%H:%M}"  # noqa: DTZ005


def _size(size: int) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size} {unit}"
        size //= 1000
    return f"{size:,} GB"
