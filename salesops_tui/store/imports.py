"""Imports in the store: what a file changes, and applying it in one go.

Everything here works on whole sets in SQL, on the rows that `imports_staging` holds.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from salesops_tui.domain.calendar import FOREVER, Moment
from salesops_tui.domain.deal import Category, Hold, Status, Void
from salesops_tui.store import deliveries, tracks
from salesops_tui.store.imports_staging import CLAIM_COLUMNS, DETAIL_COLUMNS
from salesops_tui.store.policies import Policies

_STANDING = "NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.change = t.change)"
_DAYS_AND_NUMBERS = {
    "created_day",
    "next_step_day",
    "last_meeting_day",
    "last_activity_day",
    "term_months",
    "requalified_day",
}
# A state names the claim and the details that were in force in it, so what a file is compared with is the state.
_STATE_THEN = (
    "(SELECT l.id FROM deal_state l WHERE l.deal = d.id AND l.valid_from <= :as_of ORDER BY l.valid_from DESC LIMIT 1)"
)
_EXTRA = "coalesce(nullif(x.extra, ''), '{}')"

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a file is: of which source, at which moment, the whole of it or a part.

    Attributes:
        details: columns of `DETAIL_COLUMNS` that the file speaks of; the others keep what they were.
    """

    source: str
    as_of: Moment
    full: bool
    details: frozenset[str]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a delivery does: numbers of deals, and how much of the source's present Commit it removes.

    Attributes:
        commit, vanishing: minor units: the source's Commit now, and the part of it that would be removed.
    """

    new: int
    changed: int
    unchanged: int
    removed: int
    commit: int
    vanishing: int


def newest_import(conn: sqlite3.Connection, source: str) -> tuple[Moment, str] | None:
    """Return moment and file name of the newest import of a source that still counts."""
    row = conn.execute(
        f"SELECT t.as_of, t.file_name FROM import t WHERE t.source = ? AND {_STANDING}"
        " ORDER BY t.as_of DESC, t.id DESC LIMIT 1",
        (source,),
    ).fetchone()
    return (row[0], row[1]) if row else None


def done_before(conn: sqlite3.Connection, delivery: Delivery, sha256: str, read_by: str) -> bool:
    """Say whether the same file, read in the same way, was imported for this moment and source, and still counts.

    `read_by` is what `add_import` was given: whatever else than the file decides on what it says.
    """
    sql = f"""
        SELECT 1 FROM import t
        WHERE t.source = ? AND t.as_of = ? AND t.sha256 = ? AND t.is_full >= ? AND {_STANDING}
            AND json_extract(t.report, '$.read_by') = ?
    """
    row = conn.execute(sql, (delivery.source, delivery.as_of, sha256, delivery.full, read_by)).fetchone()
    return row is not None


def currencies_other_than(conn: sqlite3.Connection, currency: str) -> dict[str, str]:
    """Return the deals that are in another currency now, by id."""
    sql = """
        SELECT d.key, c.currency FROM deal_state s JOIN claim c ON c.id = s.claim JOIN deal d ON d.id = s.deal
        WHERE s.valid_to = ? AND c.currency <> ?
    """
    return dict(conn.execute(sql, (FOREVER, currency)).fetchall())


def line_changes_since(conn: sqlite3.Connection, since: Moment) -> list[Moment]:
    """Return the moments from `since` on at which somebody began to report to somebody else."""
    sql = "SELECT DISTINCT valid_from FROM reporting_line WHERE valid_from >= ? ORDER BY valid_from"
    return [moment for (moment,) in conn.execute(sql, (since,))]


def compare(conn: sqlite3.Connection, delivery: Delivery) -> Effect:
    """Find out what the staged rows change, in the transaction that will apply them (or in one that only reads)."""
    for table in ("planned", "vanished", "later"):
        conn.execute(f"DROP TABLE IF EXISTS temp.{table}")
    conn.execute(
        "CREATE TEMP TABLE planned (staged INTEGER PRIMARY KEY, deal INTEGER NOT NULL, detail INTEGER, fresh INTEGER"
        " NOT NULL, is_new INTEGER NOT NULL, claim_differs INTEGER NOT NULL, detail_differs INTEGER NOT NULL)"
    )
    conn.execute("CREATE TEMP TABLE vanished (deal INTEGER PRIMARY KEY, claim INTEGER NOT NULL)")
    conn.execute("CREATE TEMP TABLE later (deal INTEGER PRIMARY KEY, at INTEGER NOT NULL)")
    conn.execute(_planning(delivery.details), {"as_of": delivery.as_of})
    deliveries.find_later(conn, delivery.source, delivery.as_of)
    if delivery.full:
        conn.execute(_VANISHING, {"as_of": delivery.as_of, "source": delivery.source, "open": int(Status.OPEN)})
    new, changed, unchanged = conn.execute(
        "SELECT coalesce(sum(is_new), 0), coalesce(sum(NOT is_new AND (claim_differs OR detail_differs)), 0),"
        " coalesce(sum(NOT is_new AND NOT claim_differs AND NOT detail_differs), 0) FROM temp.planned"
    ).fetchone()
    (removed,) = conn.execute("SELECT count(*) FROM temp.vanished").fetchone()
    commit, vanishing = (0, 0) if not removed else _commit(conn, delivery.source)
    return Effect(new, changed, unchanged, removed, commit, vanishing)


def apply(conn: sqlite3.Connection, delivery: Delivery, change: int, policies: Policies, step: Step) -> None:
    """Write what `compare` found.

    Args:
        conn: the connection on which `compare` ran, in the same write transaction.
        delivery: the one that was compared.
        change: the change of the import.
        policies: for the projection of deals that had a history.
        step: called with the name of each step before it begins.
    """
    values: dict[str, Any] = {"as_of": delivery.as_of, "change": change, "source": delivery.source}
    for table in ("claim", "detail"):
        (values[f"last_{table}"],) = conn.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
    step("writing deals")
    conn.execute(_NEW_DEALS, values)
    conn.execute(_TAKEN_OVER, values)
    conn.execute(_OTHER_SOURCE, values)
    deliveries.add(conn, change)
    step("writing claims")
    conn.execute(_NEW_CLAIMS, values)
    conn.execute(_REMOVALS, values | {"removed": int(Status.REMOVED)})
    conn.execute(_CLAIMED_SINCE, values)
    step("writing details")
    conn.execute(_new_details(delivery.details), values)
    conn.execute(_KNOWN_SINCE, values)
    step("writing history")
    conn.execute(_NEW_STATES, values | _UNTOUCHED)
    tracks.rebuild(conn, policies, (deal for (deal,) in conn.execute(_TOUCHED)))
    step("writing the record")


def add_import(
    conn: sqlite3.Connection,
    change: int,
    delivery: Delivery,
    report: Mapping[str, Any],
    read_by: str,
    rejects: str = "staged_reject",
) -> int:
    """Write the import itself with its rejected rows (of the temporary table `rejects`), and return its number."""
    cursor = conn.execute(
        "INSERT INTO import (change, source, file_name, sha256, as_of, is_full, dialect, rows, accepted, rejected,"
        " new, changed, unchanged, removed, report) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            change,
            delivery.source,
            report["file"],
            report["sha256"],
            delivery.as_of,
            int(delivery.full),
            report["dialect"],
            *(report[k] for k in ("rows", "accepted", "rejected", "new", "changed", "unchanged", "removed")),
            json.dumps({**report, "read_by": read_by}, ensure_ascii=False),
        ),
    )
    number = cursor.lastrowid
    assert number is not None
    conn.execute(
        f"INSERT INTO reject (import, line, reason, raw) SELECT ?, line, reason, raw FROM temp.{rejects}", (number,)
    )
    return number


def rows_hash(conn: sqlite3.Connection, change: int) -> str:
    """Return SHA-256 over the claims and details that came with a change, in the order in which they were written."""
    digest = hashlib.sha256()
    for table, columns in (("claim", CLAIM_COLUMNS), ("detail", DETAIL_COLUMNS)):
        sql = f"SELECT json_array(id, deal, valid_from, {', '.join(columns)}) FROM {table} WHERE change = ? ORDER BY id"
        for (row,) in conn.execute(sql, (change,)):
            digest.update(row.encode() + b"\n")
    return digest.hexdigest()


def _commit(conn: sqlite3.Connection, source: str) -> tuple[int, int]:
    sql = """
        SELECT coalesce(sum(s.amount), 0), coalesce(sum(CASE WHEN v.deal IS NULL THEN 0 ELSE s.amount END), 0)
        FROM deal_state s JOIN deal d ON d.id = s.deal LEFT JOIN temp.vanished v ON v.deal = s.deal
        WHERE s.category = ? AND s.valid_to = ? AND d.source = ?
    """
    commit, vanishing = conn.execute(sql, (int(Category.COMMIT), FOREVER, source)).fetchone()
    return commit, vanishing


def _planning(details: frozenset[str]) -> str:
    claim_differs = " OR ".join(f"c.{name} <> s.{name}" for name in CLAIM_COLUMNS)
    told = [name for name in DETAIL_COLUMNS if name in details and name != "extra"]
    detail_differs = " OR ".join(f"x.{name} IS NOT s.{name}" for name in told)
    if "extra" in details:
        detail_differs += f" OR json_patch({_EXTRA}, s.extra) <> {_EXTRA}"
    return f"""
        WITH known AS MATERIALIZED (
            SELECT s.id, d.id AS deal, {_STATE_THEN} AS state
            FROM temp.staged s LEFT JOIN deal d ON d.key = s.key
            WHERE s.accepted
        )
        INSERT INTO temp.planned (staged, deal, detail, fresh, is_new, claim_differs, detail_differs)
        SELECT k.id, coalesce(k.deal, k.id + (SELECT coalesce(max(id), 0) FROM deal)), t.detail, k.deal IS NULL,
            k.state IS NULL AND NOT EXISTS (SELECT 1 FROM deal_state l WHERE l.deal = k.deal),
            c.id IS NULL OR {claim_differs},
            x.id IS NULL OR {detail_differs}
        FROM known k CROSS JOIN temp.staged s ON s.id = k.id
        LEFT JOIN deal_state t ON t.id = k.state
        LEFT JOIN claim c ON c.id = t.claim
        LEFT JOIN detail x ON x.id = t.detail
    """


def _new_details(details: frozenset[str]) -> str:
    values = ", ".join(_value_of(name, name in details) for name in DETAIL_COLUMNS)
    return f"""
        INSERT INTO detail (id, deal, valid_from, change, {", ".join(DETAIL_COLUMNS)})
        SELECT :last_detail + p.staged, p.deal, :as_of, :change, {values}
        FROM temp.planned p CROSS JOIN temp.staged s ON s.id = p.staged
        LEFT JOIN detail x ON x.id = p.detail
        WHERE p.detail_differs ORDER BY p.staged
    """


def _value_of(column: str, told: bool) -> str:
    if column == "extra":
        return f"json_patch({_EXTRA}, s.extra)" if told else _EXTRA
    if told:
        return f"s.{column}"
    return f"x.{column}" if column in _DAYS_AND_NUMBERS else f"coalesce(x.{column}, '')"


_VANISHING = f"""
    INSERT INTO temp.vanished (deal, claim)
    SELECT d.id, t.claim FROM deal d JOIN deal_state t ON t.id = {_STATE_THEN}
    WHERE d.source = :source AND t.status = :open AND NOT EXISTS (SELECT 1 FROM temp.staged s WHERE s.key = d.key)
"""
_NEW_DEALS = """
    INSERT INTO deal (id, key, source, change)
    SELECT p.deal, s.key, :source, :change FROM temp.planned p CROSS JOIN temp.staged s ON s.id = p.staged
    WHERE p.fresh ORDER BY p.staged
"""
_OF_ANOTHER = """
    source <> :source AND id IN (SELECT deal FROM temp.planned WHERE NOT fresh)
        AND id NOT IN (SELECT deal FROM temp.later)
"""
_TAKEN_OVER = f"""
    INSERT INTO deal_taken_over (change, deal, former) SELECT :change, id, source FROM deal WHERE {_OF_ANOTHER}
"""
_OTHER_SOURCE = f"UPDATE deal SET source = :source WHERE {_OF_ANOTHER}"
_NEW_CLAIMS = f"""
    INSERT INTO claim (id, deal, valid_from, change, {", ".join(CLAIM_COLUMNS)})
    SELECT :last_claim + p.staged, p.deal, :as_of, :change, {", ".join(f"s.{name}" for name in CLAIM_COLUMNS)}
    FROM temp.planned p CROSS JOIN temp.staged s ON s.id = p.staged
    WHERE p.claim_differs ORDER BY p.staged
"""
_REMOVALS = f"""
    INSERT INTO claim (deal, valid_from, change, {", ".join(CLAIM_COLUMNS)})
    SELECT c.deal, :as_of, :change, {", ".join(f"c.{name}" for name in CLAIM_COLUMNS[:-1])}, :removed
    FROM temp.vanished v JOIN claim c ON c.id = v.claim ORDER BY v.deal
"""
# A file of another source that was imported before and describes a later moment has said of a deal that it was as
# before, which left no claim. It goes on to say so, now that this older file says otherwise.
_STATE_LATER = """
    (SELECT l.id FROM deal_state l WHERE l.deal = e.deal AND l.valid_from <= e.at ORDER BY l.valid_from DESC LIMIT 1)
"""
_CLAIMED_SINCE = f"""
    INSERT INTO claim (deal, valid_from, change, {", ".join(CLAIM_COLUMNS)})
    SELECT e.deal, e.at, :change, {", ".join(f"c.{name}" for name in CLAIM_COLUMNS)}
    FROM temp.later e JOIN temp.planned p ON p.deal = e.deal AND p.claim_differs
    JOIN deal_state t ON t.id = {_STATE_LATER} JOIN claim c ON c.id = t.claim
    WHERE c.valid_from <= :as_of ORDER BY e.deal
"""
_KNOWN_SINCE = f"""
    INSERT INTO detail (deal, valid_from, change, {", ".join(DETAIL_COLUMNS)})
    SELECT e.deal, e.at, :change, {", ".join(f"x.{name}" for name in DETAIL_COLUMNS)}
    FROM temp.later e JOIN temp.planned p ON p.deal = e.deal AND p.detail_differs
    JOIN deal_state t ON t.id = {_STATE_LATER} JOIN detail x ON x.id = t.detail
    WHERE x.valid_from <= :as_of ORDER BY e.deal
"""
# A deal that the store has never seen has one state, the one that `projection.project_single` gives.
_NEW_STATES = """
    INSERT INTO deal_state (deal, valid_from, valid_to, claim, detail, owner, status, rep_category, hold, amount,
        close_day, stage, good_until, void, slips)
    SELECT p.deal, :as_of, :forever, :last_claim + p.staged, :last_detail + p.staged, s.owner, s.status,
        s.rep_category, :hold, s.amount, s.close_day, s.stage, 0, :void, 0
    FROM temp.planned p CROSS JOIN temp.staged s ON s.id = p.staged
    WHERE p.fresh ORDER BY p.staged
"""
_UNTOUCHED = {"forever": FOREVER, "hold": int(Hold.NONE), "void": int(Void.NONE)}
_TOUCHED = """
    SELECT deal FROM temp.planned WHERE NOT fresh AND (claim_differs OR detail_differs)
    UNION SELECT deal FROM temp.vanished
"""
