"""Whole copies of a store: consistent while it is in use, complete on disk before they have their name."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path

from salesops_tui.errors import StoreProblem

_COMPANIONS = ("", "-wal", "-shm", "-journal", "-lock")
_WAITING = ("-wal", "-journal")
"""What SQLite would write into whatever file it finds beside it, also into one that it does not belong to."""


@contextmanager
def fresh_file(target: Path) -> Iterator[Path]:
    """Give a path beside `target` to write to; afterwards nothing is left of it, whether or not it was placed.

    Raises:
        StoreProblem: something stands at `target` already, or what was waiting to be written to a store there.
    """
    if target.exists() or target.is_symlink():
        raise StoreProblem(f"{target} exists already; choose another path, nothing was changed")
    for left in (target.with_name(target.name + suffix) for suffix in _WAITING):
        if left.exists():
            raise StoreProblem(
                f"{left} belongs to the store that was at {target} and would damage another one there; "
                "keep it with that store (its last changes are in it), and do it again"
            )
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    remove(fresh)
    try:
        yield fresh
    finally:
        remove(fresh)


def place(fresh: Path, target: Path) -> None:
    """Give a finished file its name, on disk when this returns; whoever was there first stays.

    Raises:
        StoreProblem: something stands at `target` by now.
    """
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    try:
        # A link and not a rename, which would take the place of what somebody made there meanwhile.
        os.link(fresh, target)
    except FileExistsError:
        raise StoreProblem(f"{target} exists already; choose another path, nothing was changed") from None
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def free_name(wanted: Path) -> Path:
    """Return `wanted`, or the first of `wanted.2`, `wanted.3` … that nothing has."""
    numbered = (wanted.with_name(f"{wanted.name}.{number}") for number in count(2))
    return next(path for path in chain([wanted], numbered) if not (path.exists() or path.is_symlink()))


def copy_pages(source: sqlite3.Connection, fresh: Path) -> None:
    """Write what one moment's store holds to `fresh`, as a single file that SQLite finds whole.

    All pages in one step: copying in several begins anew whenever somebody writes meanwhile.

    Raises:
        StoreProblem: the copy is damaged, so its source is.
    """
    os.close(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    copy = sqlite3.connect(fresh, isolation_level=None)
    try:
        source.backup(copy)
        said = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        copy.close()
    if said != "ok":
        raise StoreProblem(f"the store is damaged ({said}); no copy was made, restore an earlier backup")


def remove(path: Path) -> None:
    """Take away a store's file and what SQLite keeps beside it."""
    for suffix in _COMPANIONS:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
