"""The imports that a store has taken in, and taking the newest one back as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import Moment
from salesops_tui.errors import NotFound, Refused
from salesops_tui.services.context import Context
from salesops_tui.store import import_log, record, tracks
from salesops_tui.store.import_log import ImportRow, Reject


class ImportDone(NamedTuple):
    """One import as people see it.

    Attributes:
        by: who did it.
        undone_at, undone_by: when and by whom it was taken back; None and "" while it counts.
        undoable: it is the newest that counts, so that it can be taken back.
    """

    number: int
    file: str
    sha256: str
    source: str
    dialect: str
    as_of: Moment
    at: Moment
    by: str
    full: bool
    rows: int
    accepted: int
    rejected: int
    new: int
    changed: int
    unchanged: int
    removed: int
    warnings: tuple[Mapping[str, Any], ...]
    undone_at: Moment | None
    undone_by: str
    undoable: bool

    @property
    def did(self) -> str:
        """What it did, in words."""
        parts = [
            f"{n:,} {w}" for n, w in ((self.new, "new"), (self.changed, "changed"), (self.removed, "removed")) if n
        ]
        parts += [f"{self.rejected:,} rejected"] if self.rejected else []
        return ", ".join(parts) or "nothing"


class UndoneImport(NamedTuple):
    """An import that was taken back.

    Attributes:
        deals: deals that it had changed.
        unknown: deals that it had brought in, and that the store does not know any more.
    """

    number: int
    file: str
    deals: int
    unknown: int

    @property
    def text(self) -> str:
        """What was undone, by name."""
        brought = f"; {self.unknown:,} that it had brought in are unknown again" if self.unknown else ""
        return f"Undid: import {self.number} of {self.file} ({self.deals:,} deals as they were before{brought})"


def list_imports(context: Context, limit: int | None = None) -> list[ImportDone]:
    """Return the imports, the last first, those that were taken back too.

    Raises:
        Refused: the actor is no ops lead.
    """
    context.as_ops("the list of imports")
    conn = context.store.conn
    newest = import_log.newest_standing(conn)
    return [_done(context, row, newest) for row in import_log.imports(conn, limit)]


def one_import(context: Context, number: int) -> tuple[ImportDone, list[Reject]]:
    """Return one import with the rows that it did not take.

    Raises:
        NotFound: there is none of that number.
        Refused: the actor is no ops lead.
    """
    context.as_ops("the list of imports")
    conn = context.store.conn
    row = import_log.import_by_number(conn, number)
    if row is None:
        raise NotFound(f"there is no import {number}; see 'salesops imports'")
    return _done(context, row, import_log.newest_standing(conn)), import_log.rejects_of(conn, number)


def newest_import(context: Context) -> ImportDone:
    """Return the import that would be taken back next, so that it can be named before that is done.

    Raises:
        Refused: the actor is no ops lead.
        NotFound: there is none.
    """
    context.as_ops("taking an import back")
    newest = import_log.newest_standing(context.store.conn)
    if newest is None:
        raise NotFound("there is no import to take back")
    return _done(context, newest, newest)


def undo_import(context: Context, number: int) -> UndoneImport:
    """Take the newest import back as a whole: withdrawn, not deleted, so that the record shows both.

    It is named by its number: of two people who take "the newest" back at one moment, the second would else take
    back another one than they saw.

    Deals that only it speaks of are unknown afterwards, until the file is imported again; deals that it had taken
    over from another source belong to that one again. Owners that were mapped for its deals fall with it.

    Raises:
        Refused: the actor is no ops lead; it was taken back meanwhile, or a newer import stands; an inspection, or
            something else that a person did, rests on a deal that it brought in.
        NotFound: there is none of that number.
    """
    context.as_ops("taking an import back")
    with context.store.write() as conn:
        row = _undoable(context, number)
        changes = [row.change, *import_log.resting_on(conn, row.change)]
        unknown = import_log.find_touched(conn, changes)
        _refuse_what_rests(conn, row)
        change = context.change("undo_import", valid_at=row.as_of)
        for taken in changes:
            record.withdraw(conn, taken, change)
        import_log.give_back(conn, row.change)
        import_log.forget_new(conn)
        known = import_log.known_touched(conn)
        tracks.rebuild(conn, context.policies, known)
        undone = UndoneImport(row.id, row.file_name, len(known), unknown)
        body = {
            "import": row.id, "file": row.file_name, "source": row.source, "sha256": row.sha256,
            "withdrawn": changes, "deals": len(known), "unknown": unknown,
        }  # fmt: skip
        record.write_record(conn, change, body)
    return undone


def _undoable(context: Context, number: int) -> ImportRow:
    conn = context.store.conn
    row = import_log.import_by_number(conn, number)
    if row is None:
        raise NotFound(f"there is no import {number}; see 'salesops imports'")
    newest = import_log.newest_standing(conn)
    if row.undone_at is not None:
        when = context.calendar.iso(row.undone_at)[:16].replace("T", " ")
        now = f"the newest that stands is {newest.id} ({newest.file_name})" if newest else "no other stands"
        raise Refused(
            f"import {number} was taken back already, by {_name(context, row.undone_by)} on {when};"
            f" nothing more was undone, and {now}"
        )
    assert newest is not None, "this one stands"
    if row.change != newest.change:
        raise Refused(
            f"import {newest.id} of {newest.file_name} is newer than import {number};"
            " imports are taken back newest first, and nothing was undone"
        )
    return row


def _refuse_what_rests(conn: Any, row: ImportRow) -> None:
    rests = import_log.what_rests_on_new(conn)
    if rests:
        what, key, count = rests[0]
        more = f" and {count - 1} more" if count > 1 else ""
        raise Refused(
            f"{what} rests on {key}{more}, which import {row.id} brought in; without it nobody would know that deal."
            " Nothing was undone"
        )


def _done(context: Context, row: ImportRow, newest: ImportRow | None) -> ImportDone:
    return ImportDone(
        row.id, row.file_name, row.sha256, row.source, row.dialect, row.as_of, row.recorded_at,
        _name(context, row.actor), row.full, row.rows, row.accepted, row.rejected, row.new, row.changed,
        row.unchanged, row.removed, tuple(row.report.get("warnings", ())), row.undone_at,
        _name(context, row.undone_by) if row.undone_at is not None else "",
        newest is not None and newest.change == row.change,
    )  # fmt: skip


def _name(context: Context, number: int | None) -> str:
    person = context.people.get(number) if number is not None else None
    return person.name if person else "?"
