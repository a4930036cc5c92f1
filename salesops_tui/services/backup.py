"""Copies of a store while it is in use, and a store made again from one, checked before it has its name."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from salesops_tui.errors import Refused, StoreProblem
from salesops_tui.services.context import Context
from salesops_tui.services.verifying import verify_store
from salesops_tui.store import copies
from salesops_tui.store.connection import open_store, translated


class Copied(NamedTuple):
    """A copy of a store.

    Attributes:
        size: bytes.
        rows: rows of its record.
        head: the hash of the newest one, which `verify --head` knows again.
    """

    path: Path
    size: int
    rows: int
    head: str


def back_up(context: Context, target: Path) -> Copied:
    """Write a consistent copy of the store to `target`, while others go on working.

    Raises:
        Refused: the actor is no ops lead: the copy holds everything.
        StoreProblem: something stands at `target`, the disk is full, or the store is damaged; nothing is left there.
    """
    context.as_ops("a backup")
    with translated(target), copies.fresh_file(target) as fresh:
        copies.copy_pages(context.store.conn, fresh)
        copied = _checked(fresh, target)
        copies.place(fresh, target)
    return copied


def restore(backup: Path, target: Path, known_head: str = "") -> Copied:
    """Make a store at `target` from a backup, brought up to date and verified before it has its name.

    Args:
        backup: a copy that `back_up` made; it is only read.
        target: where the store will be; nothing may be there.
        known_head: a head that the backup must have in its record.

    Raises:
        StoreProblem: the backup is no store or damaged, or something stands at `target`; nothing was written.
        Refused: the backup does not agree with its record.
    """
    with translated(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with copies.fresh_file(target) as fresh:
            with open_store(backup, read_only=True, any_schema=True) as source, translated(backup):
                copies.copy_pages(source.conn, fresh)
            copied = _checked(fresh, target, known_head)
            copies.place(fresh, target)
    return copied


def _checked(fresh: Path, target: Path, known_head: str = "") -> Copied:
    with open_store(fresh, keep_older=False) as store:
        found = verify_store(Context(store, None), known_head)
        store.settle()
    if found.problems:
        more = f" (and {len(found.problems) - 1} more)" if len(found.problems) > 1 else ""
        raise Refused(f"it does not agree with its own record: {found.problems[0]}{more}; nothing was written")
    size = fresh.stat().st_size
    if not size:
        raise StoreProblem(f"{target}: nothing could be written")
    return Copied(target, size, found.rows, found.head)
