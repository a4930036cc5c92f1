"""Which imports a store has taken in, what they did, and taking the newest one back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import Moment


class ImportRow(NamedTuple):
    """One import.

    Attributes:
        change: the change that it made.
        actor: the store's number of the person, None for nobody.
        report: as it was given then, in JSON values.
        undone_at, undone_by: None while it counts.
    """

    id: int
    change: int
    source: str
    file_name: str
    sha256: str
    as_of: Moment
    recorded_at: Moment
    actor: int | None
    full: bool
    dialect: str
    rows: int
    accepted: int
    rejected: int
    new: int
    changed: int
    unchanged: int
    removed: int
    report: Mapping[str, Any]
    undone_at: Moment | None
    undone_by: int | None


class Reject(NamedTuple):
    """A row that was not taken: its line, why, and the row as CSV."""

    line: int
    reason: str
    row: str


_IMPORTS = """
    SELECT i.id, i.change, i.source, i.file_name, i.sha256, i.as_of, c.recorded_at, c.actor, i.is_full, i.dialect,
        i.rows, i.accepted, i.rejected, i.new, i.changed, i.unchanged, i.removed, i.report, u.recorded_at, u.actor
    FROM import i JOIN change c ON c.id = i.change
    LEFT JOIN withdrawal w ON w.change = i.change LEFT JOIN change u ON u.id = w.by_change
"""


def import_before_latest(conn: sqlite3.Connection, at: Moment) -> Moment | None:
    """Return the moment that the import before the latest one described; None where there were fewer than two.

    A CRM's own history is none of them: it tells of many moments.
    """
    sql = """
        SELECT DISTINCT i.as_of FROM import i LEFT JOIN withdrawal w ON w.change = i.change
        WHERE w.change IS NULL AND i.as_of <= ? AND i.dialect NOT LIKE '%\\_history' ESCAPE '\\'
        ORDER BY i.as_of DESC LIMIT 2
    """
    found = [moment for (moment,) in conn.execute(sql, (at,))]
    return found[1] if len(found) > 1 else None


def imports(conn: sqlite3.Connection, limit: int | None = None) -> list[ImportRow]:
    """Return the imports, the last recorded first, those taken back too."""
    rows = conn.execute(f"{_IMPORTS} ORDER BY i.change DESC LIMIT ?", (-1 if limit is None else limit,))
    return [_import(row) for row in rows]


def import_by_number(conn: sqlite3.Connection, number: int) -> ImportRow | None:
    """Return one import."""
    row = conn.execute(f"{_IMPORTS} WHERE i.id = ?", (number,)).fetchone()
    return _import(row) if row else None


def has_change(conn: sqlite3.Connection, change: int) -> bool:
    """Say whether an import made this change, outside of a transaction that may still come to nothing."""
    if conn.in_transaction:
        return False
    return conn.execute("SELECT 1 FROM import WHERE change = ?", (change,)).fetchone() is not None


def newest_standing(conn: sqlite3.Connection) -> ImportRow | None:
    """Return the import that was recorded last, of those that were not taken back."""
    row = conn.execute(f"{_IMPORTS} WHERE w.change IS NULL ORDER BY i.change DESC LIMIT 1").fetchone()
    return _import(row) if row else None


def rejects_of(conn: sqlite3.Connection, number: int) -> list[Reject]:
    """Return the rows that an import did not take; of very many the first ten thousand."""
    rows = conn.execute("SELECT line, reason, raw FROM reject WHERE import = ? ORDER BY line", (number,))
    return [Reject(*row) for row in rows]


def resting_on(conn: sqlite3.Connection, change: int) -> list[int]:
    """Return the changes that corrected owners in what an import brought, and fall with it."""
    sql = """
        SELECT r.change FROM change k JOIN record r ON r.change = k.id
        WHERE k.kind = 'owner_alias' AND json_extract(r.body, '$.of_change') = ?
            AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.change = k.id) ORDER BY k.id
    """
    return [found for (found,) in conn.execute(sql, (change,))]


def find_touched(conn: sqlite3.Connection, changes: list[int]) -> int:
    """Fill temp.touched with the deals of which these changes say something; return how many nothing else speaks of.

    `only` marks those: without these changes the store does not know them.
    """
    conn.execute("DROP TABLE IF EXISTS temp.touched")
    conn.execute("CREATE TEMP TABLE touched (deal INTEGER PRIMARY KEY, only INTEGER NOT NULL)")
    conn.execute(
        """
        INSERT INTO temp.touched (deal, only)
        WITH taken AS MATERIALIZED (SELECT value AS change FROM json_each(:changes)), said AS (
            SELECT deal FROM claim WHERE change IN (SELECT change FROM taken)
            UNION SELECT deal FROM detail WHERE change IN (SELECT change FROM taken))
        SELECT deal, NOT EXISTS (
            SELECT 1 FROM claim c WHERE c.deal = said.deal AND c.change NOT IN (SELECT change FROM taken)
                AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.change = c.change))
        FROM said
        """,
        {"changes": json.dumps(changes)},
    )
    return int(conn.execute("SELECT coalesce(sum(only), 0) FROM temp.touched").fetchone()[0])


def what_rests_on_new(conn: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """Return what people have put on deals of temp.touched that would be unknown: what, an id, on how many deals."""
    standing = "NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.change = r.change)"
    kinds = {
        "an inspection": "answer r JOIN inspection i ON i.id = r.inspection JOIN temp.touched t ON t.deal = i.deal",
        "an action": "action r JOIN temp.touched t ON t.deal = r.deal",
        "a note": "note r JOIN temp.touched t ON t.deal = r.deal",
        "a link": "deal_link r JOIN temp.touched t ON t.deal IN (r.deal, r.earlier)",
        "a forecast's judgment": "forecast_number r JOIN judgment j ON j.number = r.id"
        " JOIN temp.touched t ON t.deal = j.deal",
    }
    found = []
    for what, tables in kinds.items():
        sql = f"""
            SELECT min(d.key), count(DISTINCT d.id) FROM {tables} JOIN deal d ON d.id = t.deal
            WHERE t.only AND {standing}
        """
        key, count = conn.execute(sql).fetchone()
        if count:
            found.append((what, str(key), int(count)))
    return found


def give_back(conn: sqlite3.Connection, change: int) -> None:
    """Let the deals that an import had taken over from other sources belong to these again."""
    conn.execute(
        """
        UPDATE deal SET source = o.former FROM deal_taken_over o
        WHERE o.change = ? AND o.deal = deal.id
        """,
        (change,),
    )


def forget_new(conn: sqlite3.Connection) -> None:
    """Take away the states of the deals in temp.touched that would be unknown."""
    conn.execute("DELETE FROM deal_state WHERE deal IN (SELECT deal FROM temp.touched WHERE only)")


def known_touched(conn: sqlite3.Connection) -> list[int]:
    """Return the deals in temp.touched that stay known, and drop the table."""
    found = [deal for (deal,) in conn.execute("SELECT deal FROM temp.touched WHERE NOT only ORDER BY deal")]
    conn.execute("DROP TABLE temp.touched")
    return found


def _import(row: tuple[Any, ...]) -> ImportRow:
    return ImportRow._make([*row[:8], bool(row[8]), *row[9:17], json.loads(row[17]), *row[18:]])
