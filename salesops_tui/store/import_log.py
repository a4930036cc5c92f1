"""Which imports a store has taken in."""

from __future__ import annotations

import sqlite3

from salesops_tui.domain.calendar import Moment


def import_before_latest(conn: sqlite3.Connection, at: Moment) -> Moment | None:
    """Return the moment that the import before the latest one described; None where there were fewer than two."""
    sql = """
        SELECT DISTINCT i.as_of FROM import i LEFT JOIN withdrawal w ON w.change = i.change
        WHERE w.change IS NULL AND i.as_of <= ? ORDER BY i.as_of DESC LIMIT 2
    """
    found = [moment for (moment,) in conn.execute(sql, (at,))]
    return found[1] if len(found) > 1 else None
