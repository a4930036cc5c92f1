"""The schema, one append-only migration after the other.

`sqlite_utils` keeps the list of what was applied; `PRAGMA user_version` holds the count, so that opening a store
that is up to date costs nothing. All pending migrations run in one `BEGIN IMMEDIATE`, so two processes that start
at once do not meet half-way.

Conventions: a `_at` or `valid_` column is a moment (microseconds since 1970-01-01 UTC), a `_day` column is a day
ordinal, an `amount` is in minor units of the store's currency. A row is valid from `valid_from` (inclusive) to
`valid_to` (exclusive).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID = 0x53414C4F
"""Marks a SQLite file as a store of this program ("SALO")."""

SCHEMA_VERSION = 2
"""How many migrations this version of the program knows."""


def _never_change(table: str) -> str:
    return f"""
    CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN
        SELECT RAISE(ABORT, '{table} is append-only');
    END;
    CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN
        SELECT RAISE(ABORT, '{table} is append-only');
    END;
    """


def first(db: Database) -> None:
    """Create everything that inspection, history and movement stand on."""
    from salesops_tui.store.schema import first as schema

    _build(db.conn, schema.SQL, schema.IMMUTABLE)


def second(db: Database) -> None:
    """Add what imports taken back, remembered maps, submitted forecasts and closed periods need."""
    from salesops_tui.store.schema import second as schema

    _build(db.conn, schema.SQL, schema.IMMUTABLE)


def schema_there(conn: sqlite3.Connection) -> int:
    """Return which schema a store has by its tables, whatever number somebody gave it: the newest that is all there."""
    import re

    from salesops_tui.store.schema import first as oldest
    from salesops_tui.store.schema import second as newer

    there = {name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    found = 0
    for number, schema in enumerate((oldest, newer), 1):
        made = set(re.findall(r"CREATE TABLE (\w+)", schema.SQL))
        if made - set(re.findall(r"ALTER TABLE (\w+) RENAME", schema.SQL)) <= there:
            found = number
    return found


def migrate(conn: sqlite3.Connection) -> None:
    """Bring an open connection's store to the newest schema, in one transaction."""
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    migrations = Migrations("salesops")
    for step in (first, second):
        migrations(name=step.__name__)(step)
    db = Database(conn, execute_plugins=False)
    # A table that others point to can be made again only with their checks put off to the end.
    conn.execute("PRAGMA foreign_keys = OFF")
    conn.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(db)
        _check_references(conn)
        conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        conn.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise
    finally:
        conn.execute("PRAGMA foreign_keys = ON")


def _check_references(conn: sqlite3.Connection) -> None:
    broken = conn.execute("PRAGMA foreign_key_check").fetchone()
    if broken:
        raise sqlite3.IntegrityError(f"a row of {broken[0]} points to a row of {broken[2]} that is not there")


def _build(conn: sqlite3.Connection, script: str, immutable: Sequence[str]) -> None:
    _run(conn, script)
    for table in immutable:
        _run(conn, _never_change(table))


def _run(conn: sqlite3.Connection, script: str) -> None:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            conn.execute(statement)
            statement = ""
