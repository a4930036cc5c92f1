"""Rows and things in a store's file that nothing in the record brought, and that no hash of a change is over."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from salesops_tui.store.evidence import MARK
from salesops_tui.store.migrations import SCHEMA_VERSION

_MIGRATIONS = ("first", "second")
_MOST = 20

# A source changes in place with each import; what an import of the first schema took over is not written down.
_SOURCES = f"""
    SELECT d.key, d.source FROM deal d
    WHERE d.source <> coalesce(
            (SELECT i.source FROM deal_taken_over o JOIN import i ON i.change = o.change
             WHERE o.deal = d.id AND o.change NOT IN (SELECT change FROM withdrawal) ORDER BY o.change DESC LIMIT 1),
            (SELECT i.source FROM import i WHERE i.change = d.change),
            d.source)
        AND d.source NOT IN (SELECT i.source FROM import i JOIN record r ON r.change = i.change
                             WHERE r.rows_hash NOT LIKE '{MARK}%')
    ORDER BY d.id LIMIT {_MOST}
"""
_INSPECTIONS = f"""
    SELECT d.key, i.id FROM inspection i LEFT JOIN deal d ON d.id = i.deal
    WHERE i.id NOT IN (SELECT inspection FROM answer) ORDER BY i.id LIMIT {_MOST}
"""
# Later rows of a deal's history are written later, so their numbers grow; none comes near to where SQLite gives them
# out at random.
_NUMBERED_ANEW = f"""
    SELECT d.key, s.id FROM (
        SELECT deal, id, lag(id, 1, 0) OVER (PARTITION BY deal ORDER BY valid_from) AS before FROM deal_state
    ) s JOIN deal d ON d.id = s.deal
    WHERE s.id <= s.before OR s.id > 1 << 48
    ORDER BY s.deal, s.id LIMIT {_MOST}
"""


def slipped_in(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield in words what points to something that is not there, or came with nothing.

    A row with the number of a change that does not exist would be in no hash, and still be read.
    """
    seen: dict[tuple[str, str], int] = {}
    for table, _row, other, _key in conn.execute("PRAGMA foreign_key_check"):
        seen[table, other] = seen.get((table, other), 0) + 1
    for (table, other), count in sorted(seen.items()):
        yield f"{count} rows of {table} point to a {other} that is not there: slipped in, or what they stood on is gone"
    for deal, number in conn.execute(_INSPECTIONS):
        yield f"inspection {number} of {deal} has no answer: it was slipped in, or its answers were removed"
    for deal, source in conn.execute(_SOURCES):
        yield f"the deal {deal} stands in the source {source}, into which no import brought it"
    for deal, number in conn.execute(_NUMBERED_ANEW):
        yield f"row {number} of the history of {deal} is out of order: it was given another number"


def disorder(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield in words what is wrong with the file itself: an index that leaves rows out answers with other figures."""
    for (said,) in conn.execute("PRAGMA integrity_check(5)"):
        if said != "ok":
            yield f"the store's file is not in order: {said}"
    number = conn.execute("PRAGMA user_version").fetchone()[0]
    if number != SCHEMA_VERSION:
        yield (
            f"the store has schema {SCHEMA_VERSION}, and its number (user_version) was set to {number}: "
            f"'PRAGMA user_version = {SCHEMA_VERSION}' puts it back"
        )
    applied = [name for (name,) in conn.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
    if applied != list(_MIGRATIONS):
        yield f"the list of schemas that were applied is not {', '.join(_MIGRATIONS)}"
