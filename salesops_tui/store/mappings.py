"""Ways of reading files that were confirmed once, by the fingerprint of their header."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import Moment


class Confirmed(NamedTuple):
    """A confirmed mapping: `body` in the shape of a map file, empty for one that was forgotten."""

    id: int
    source: str
    dialect: str
    body: Mapping[str, Any]
    actor: int | None
    at: Moment


def newest(conn: sqlite3.Connection, fingerprint: str, source: str) -> Confirmed | None:
    """Return the newest mapping for a header: the source's own, else another's if it does not change ids.

    A prefix keeps one CRM's ids apart from another's, so it is never taken over from another source.
    """
    sql = """
        SELECT m.id, m.source, m.dialect, m.body, c.actor, c.recorded_at
        FROM mapping m JOIN change c ON c.id = m.change
        WHERE m.fingerprint = ? AND (m.source = ? OR coalesce(json_extract(m.body, '$.id_prefix'), '') = '')
        ORDER BY m.source = ? DESC, m.id DESC LIMIT 1
    """
    row = conn.execute(sql, (fingerprint, source, source)).fetchone()
    return Confirmed._make([*row[:3], json.loads(row[3]), *row[4:]]) if row else None


def newest_of(conn: sqlite3.Connection, source: str, dialect: str) -> Confirmed | None:
    """Return the newest mapping by which a source's files of a dialect are read, whatever their header."""
    sql = """
        SELECT m.id, m.source, m.dialect, m.body, c.actor, c.recorded_at
        FROM mapping m JOIN change c ON c.id = m.change
        WHERE m.source = ? AND m.dialect = ? ORDER BY m.id DESC LIMIT 1
    """
    row = conn.execute(sql, (source, dialect)).fetchone()
    return Confirmed._make([*row[:3], json.loads(row[3]), *row[4:]]) if row else None


def add(
    conn: sqlite3.Connection, fingerprint: str, source: str, dialect: str, body: Mapping[str, Any], change: int
) -> None:
    """Keep a mapping; the newest rules."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    conn.execute(
        "INSERT INTO mapping (fingerprint, source, dialect, body, change) VALUES (?, ?, ?, ?, ?)",
        (fingerprint, source, dialect, text, change),
    )
