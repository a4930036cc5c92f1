"""Changes and the record: who did what and when, append-only and hash-chained."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import Moment
from salesops_tui.store import evidence

GENESIS = "0" * 64
_OF_PEOPLE = frozenset({"init", "people"})


class RecordRow(NamedTuple):
    """One line of the record. `body` is the decision or import as JSON values."""

    seq: int
    change: int
    kind: str
    valid_at: Moment
    recorded_at: Moment
    actor: int | None
    body: Mapping[str, Any]
    rows_hash: str
    prev: str
    hash: str


def open_change(
    conn: sqlite3.Connection, kind: str, *, valid_at: Moment, recorded_at: Moment, actor: int | None
) -> int:
    """Write the change that the rows of one decision will point to, and return its id."""
    cursor = conn.execute(
        "INSERT INTO change (kind, valid_at, recorded_at, actor) VALUES (?, ?, ?, ?)",
        (kind, valid_at, recorded_at, actor),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def newest_change(conn: sqlite3.Connection) -> int:
    """Return the number of the newest change; it grows with whatever is decided, imported or undone."""
    return int(conn.execute("SELECT coalesce(max(id), 0) FROM change").fetchone()[0])


def write_record(conn: sqlite3.Connection, change: int, body: Mapping[str, Any]) -> str:
    """Append a decision to the record and return the chain's new head.

    The last thing to do in a decision's transaction: the row carries a hash over all that came with the change.

    Args:
        conn: a connection inside a write transaction.
        change: the change that the decision made.
        body: what was decided, as JSON values.
    """
    seq, prev = _head(conn)
    kind, text = _body_text(conn, change, body)
    rows_hash = evidence.rows_hash(conn, change, kind)
    digest = chain_hash(prev, seq + 1, text, rows_hash)
    conn.execute(
        "INSERT INTO record (seq, change, body, rows_hash, prev, hash) VALUES (?, ?, ?, ?, ?, ?)",
        (seq + 1, change, text, rows_hash, prev, digest),
    )
    return digest


def withdraw(conn: sqlite3.Connection, change: int, by_change: int) -> bool:
    """Let a change count as if it had never been; False if it was withdrawn already."""
    cursor = conn.execute(
        "INSERT INTO withdrawal (change, by_change) VALUES (?, ?) ON CONFLICT DO NOTHING", (change, by_change)
    )
    return cursor.rowcount == 1


def withdrawn_since(conn: sqlite3.Connection, since: Moment) -> frozenset[int]:
    """Return the changes recorded since a moment that have been withdrawn."""
    sql = "SELECT w.change FROM withdrawal w JOIN change c ON c.id = w.change WHERE c.recorded_at >= ?"
    return frozenset(change for (change,) in conn.execute(sql, (since,)))


def changes_without_record(conn: sqlite3.Connection) -> list[int]:
    """Return the changes that no row of the record tells of."""
    sql = "SELECT c.id FROM change c LEFT JOIN record r ON r.change = c.id WHERE r.change IS NULL ORDER BY c.id"
    return [change for (change,) in conn.execute(sql)]


def rows_without_change(conn: sqlite3.Connection) -> list[int]:
    """Return the rows of the record whose change is not there."""
    sql = "SELECT r.seq FROM record r LEFT JOIN change c ON c.id = r.change WHERE c.id IS NULL ORDER BY r.seq"
    return [seq for (seq,) in conn.execute(sql)]


def broken_links(conn: sqlite3.Connection) -> tuple[list[str], int]:
    """Compute the chain again; return what does not agree, in words, and the number of rows."""
    problems: list[str] = []
    prev, count = GENESIS, 0
    for seq, body, rows_hash, said_prev, said_hash in conn.execute(
        "SELECT seq, body, rows_hash, prev, hash FROM record ORDER BY seq"
    ):
        count += 1
        if seq != count:
            problems.append(f"row {count} of the record is missing")
            count = seq
        if said_prev != prev or chain_hash(said_prev, seq, body, rows_hash) != said_hash:
            problems.append(f"row {seq} of the record was changed, or one before it was")
        prev = said_hash
    return problems, count


def chain_hash(prev: str, seq: int, body: str, rows_hash: str) -> str:
    """Return the hash of a record row: SHA-256 over the former hash, the number, the body and the rows' hash."""
    from hashlib import sha256

    return sha256("\n".join((prev, str(seq), body, rows_hash)).encode()).hexdigest()


def head(conn: sqlite3.Connection) -> str:
    """Return the hash of the newest row of the record; `GENESIS` for an empty one."""
    return _head(conn)[1]


def row_with_hash(conn: sqlite3.Connection, digest: str) -> int | None:
    """Return the number of the row with this hash, or its first eight characters and more; None for none."""
    sql = "SELECT seq FROM record WHERE substr(hash, 1, length(:it)) = :it AND length(:it) >= 8 ORDER BY seq LIMIT 1"
    row = conn.execute(sql, {"it": digest.lower()}).fetchone()
    return int(row[0]) if row else None


def rows(
    conn: sqlite3.Connection,
    *,
    limit: int | None = None,
    since: Moment | None = None,
    actor: int | None = None,
) -> Iterator[RecordRow]:
    """Yield the record, newest first."""
    sql = """
        SELECT r.seq, r.change, c.kind, c.valid_at, c.recorded_at, c.actor, r.body, r.rows_hash, r.prev, r.hash
        FROM record r JOIN change c ON c.id = r.change
        WHERE (:since IS NULL OR c.recorded_at >= :since) AND (:actor IS NULL OR c.actor = :actor)
        ORDER BY r.seq DESC LIMIT :limit
    """
    for row in conn.execute(sql, {"since": since, "actor": actor, "limit": -1 if limit is None else limit}):
        yield RecordRow(*[*row[:6], json.loads(row[6]), *row[7:]])


def _head(conn: sqlite3.Connection) -> tuple[int, str]:
    row = conn.execute("SELECT seq, hash FROM record ORDER BY seq DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)


def _body_text(conn: sqlite3.Connection, change: int, body: Mapping[str, Any]) -> tuple[str, str]:
    kind, valid_at, recorded_at, actor = conn.execute(
        "SELECT c.kind, c.valid_at, c.recorded_at, p.key FROM change c LEFT JOIN person p ON p.id = c.actor"
        " WHERE c.id = ?",
        (change,),
    ).fetchone()
    whole = {"kind": kind, "valid_at": valid_at, "recorded_at": recorded_at, "actor": actor, **body}
    if kind in _OF_PEOPLE:
        whole["people_hash"] = evidence.people_hash(conn)
    return kind, json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
