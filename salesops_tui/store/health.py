"""The condition of a store's file."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Health:
    """What SQLite says of a store.

    Attributes:
        integrity: "ok", or the first thing that is broken.
    """

    schema: int
    journal: str
    integrity: str
    deals: int
    changes: int


def health_of(conn: sqlite3.Connection) -> Health:
    """Look at the whole file; takes about a second for each GB."""

    def one(sql: str) -> object:
        return conn.execute(sql).fetchone()[0]

    return Health(
        int(str(one("PRAGMA user_version"))),
        str(one("PRAGMA journal_mode")),
        str(one("PRAGMA quick_check(1)")),
        int(str(one("SELECT count(*) FROM deal"))),
        int(str(one("SELECT count(*) FROM change"))),
    )
