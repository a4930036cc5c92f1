"""What has become of deals over the quarters: reads over the whole of the history."""

from __future__ import annotations

import sqlite3

from salesops_tui.domain.calendar import Moment


def first_moment(conn: sqlite3.Connection) -> Moment | None:
    """Return when the store's history of deals begins; None for a store without deals."""
    row = conn.execute("SELECT min(valid_from) FROM deal_state").fetchone()
    return None if row is None or row[0] is None else Moment(row[0])
