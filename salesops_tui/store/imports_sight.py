"""What an import would do, deal by deal: read from the staged rows after `imports.compare`, before anything is written.

Lists are bounded; the largest amounts come first.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import FOREVER, Day, Moment
from salesops_tui.domain.deal import Category, Claim, DetailVersion, State, Status
from salesops_tui.store import tracks
from salesops_tui.store.imports_staging import CLAIM_COLUMNS
from salesops_tui.store.policies import Policies

_NO_ROW = 1 << 60
"""Numbers of rows that are not in the store yet: later than all that are."""

_CHUNK = 2_000


class Seen(NamedTuple):
    """A deal as the file, or as the store has it.

    Attributes:
        line: of the file; 0 for a deal that stands in the store.
        owner: the store's number of the person.
        category: what the CRM says.
        amount: minor units of the store's currency.
    """

    line: int
    key: str
    name: str
    account: str
    owner: int
    stage: str
    category: Category
    amount: int
    close_day: Day
    status: Status


class Difference(NamedTuple):
    """A deal that the file changes: what it was, what it becomes, and the columns of claim and details that differ."""

    before: Seen
    after: Seen
    differs: tuple[str, ...]


class Suspect(NamedTuple):
    """A row that deserves a look: where it stands, which deal, and its figure where there is one."""

    line: int
    key: str
    name: str
    amount: int


STAGED = "s.line, s.key, s.name, s.account, s.owner, s.stage, s.rep_category, s.amount, s.close_day, s.status"
_STORED = "0, d.key, x.name, x.account, t.owner, t.stage, t.rep_category, t.amount, t.close_day, t.status"
_STATE_THEN = """
    (SELECT l.id FROM deal_state l WHERE l.deal = p.deal AND l.valid_from <= :as_of ORDER BY l.valid_from DESC LIMIT 1)
"""
SUSPICIONS = {
    "created_after_close": "s.created_day > s.close_day",
    "open_past_close": "s.status = 0 AND s.close_day < :today",
    "won_without_amount": "s.status = 1 AND s.original = 0",
    "closed_stage": "s.status = 0 AND s.stage IN (SELECT value FROM json_each(:closed))",
    "owner_unknown": "s.owner_text <> ''",
}
"""By warning code, which staged rows deserve a look."""


def new_deals(conn: sqlite3.Connection, limit: int) -> list[Seen]:
    """Return the deals that the store does not know."""
    sql = f"""
        SELECT {STAGED} FROM temp.planned p CROSS JOIN temp.staged s ON s.id = p.staged
        WHERE p.is_new ORDER BY s.amount DESC, s.id LIMIT ?
    """
    return [_seen(row) for row in conn.execute(sql, (limit,))]


def changed_deals(conn: sqlite3.Connection, as_of: Moment, details: Iterable[str], limit: int) -> list[Difference]:
    """Return the known deals that the file changes, with what differs in their claims and in these `details`."""
    compared = [*CLAIM_COLUMNS, *(name for name in details if name != "extra")]
    pairs = ", ".join(f"{'c' if name in CLAIM_COLUMNS else 'x'}.{name} IS NOT s.{name}" for name in compared)
    sql = f"""
        SELECT {_STORED}, {STAGED}, {pairs} FROM temp.planned p
        CROSS JOIN temp.staged s ON s.id = p.staged
        JOIN deal d ON d.id = p.deal
        JOIN deal_state t ON t.id = {_STATE_THEN}
        JOIN claim c ON c.id = t.claim
        JOIN detail x ON x.id = t.detail
        WHERE NOT p.is_new AND (p.claim_differs OR p.detail_differs)
        ORDER BY p.claim_differs DESC, abs(s.amount - t.amount) DESC, s.amount DESC, s.id LIMIT :limit
    """
    width = len(Seen._fields)
    found = []
    for row in conn.execute(sql, {"as_of": as_of, "limit": limit}):
        flags = row[2 * width :]
        differs = tuple(name for name, flag in zip(compared, flags, strict=True) if flag)
        found.append(Difference(_seen(row[:width]), _seen(row[width : 2 * width]), differs or ("extra",)))
    return found


def gone_deals(conn: sqlite3.Connection, as_of: Moment, limit: int) -> list[Seen]:
    """Return the open deals that a full file lacks, those in Commit first."""
    sql = f"""
        SELECT {_STORED} FROM temp.vanished p JOIN deal d ON d.id = p.deal
        JOIN deal_state t ON t.id = {_STATE_THEN} JOIN detail x ON x.id = t.detail
        ORDER BY t.rep_category = {int(Category.COMMIT)} DESC, t.amount DESC, d.id LIMIT :limit
    """
    return [_seen(row) for row in conn.execute(sql, {"as_of": as_of, "limit": limit})]


def suspects(conn: sqlite3.Connection, values: Mapping[str, Any], limit: int) -> list[tuple[str, int, list[Suspect]]]:
    """Return by code how many staged rows deserve a look, and the first of them; codes without any are left out."""
    sums = ", ".join(f"coalesce(sum({test}), 0)" for test in SUSPICIONS.values())
    counts = conn.execute(f"SELECT {sums} FROM temp.staged s WHERE s.accepted", values).fetchone()
    found = []
    for (code, test), count in zip(SUSPICIONS.items(), counts, strict=True):
        if count:
            # The number of a staged row is its place in the file.
            sql = (
                f"SELECT line, key, name, amount FROM temp.staged s WHERE accepted AND {test} ORDER BY id LIMIT :limit"
            )
            rows = conn.execute(sql, {**values, "limit": limit})
            found.append((code, count, [Suspect(*row) for row in rows]))
    return found


def odd_probabilities(
    conn: sqlite3.Connection, column: str, usual: Mapping[str, float], far: float, limit: int
) -> tuple[int, list[tuple[Suspect, str, str]]]:
    """Return rows whose probability (an extra column, in percent) lies `far` from what is usual at their stage.

    Each with what the file says, and its stage. A fraction such as 0.9 means 90.
    """
    sql = """
        WITH said AS (
            SELECT s.line, s.key, s.name, s.amount, s.stage, json_extract(s.extra, :path) AS raw,
                CAST(rtrim(trim(json_extract(s.extra, :path)), '% ') AS REAL) AS p, u.value AS usual
            FROM temp.staged s JOIN json_each(:usual) u ON u.key = s.stage
            WHERE s.accepted AND json_extract(s.extra, :path) GLOB '[0-9]*'
        )
        SELECT line, key, name, amount, raw, stage FROM said
        WHERE abs(iif(p <= 1 AND raw LIKE '%.%', p * 100, p) - usual) > :far ORDER BY line
    """
    path = f'$."{column}"'
    rows = conn.execute(sql, {"path": path, "usual": json.dumps(usual), "far": far}).fetchall()
    return len(rows), [(Suspect(*row[:4]), str(row[4]), str(row[5])) for row in rows[:limit]]


def unknown_owners(conn: sqlite3.Connection, limit: int) -> list[tuple[str, int, int]]:
    """Return the owners whom nobody here knows: as the file writes them, number of deals, their amount if open."""
    sql = """
        SELECT owner_text, count(*), coalesce(sum(iif(status = 0, amount, 0)), 0) FROM temp.staged
        WHERE accepted AND owner_text <> '' GROUP BY owner_text ORDER BY 3 DESC, 2 DESC, 1 LIMIT ?
    """
    return conn.execute(sql, (limit,)).fetchall()


def rejects(conn: sqlite3.Connection, limit: int) -> list[tuple[int, str, str]]:
    """Return the first rejected rows: line, reason, the row as CSV."""
    return conn.execute("SELECT line, reason, raw FROM temp.staged_reject ORDER BY line LIMIT ?", (limit,)).fetchall()


def fresh_commit(conn: sqlite3.Connection) -> list[tuple[Day, int, int]]:
    """Return what deals without any history bring into Commit: by close day, amount and number."""
    sql = """
        SELECT s.close_day, sum(s.amount), count(*)
        FROM temp.planned p CROSS JOIN temp.staged s ON s.id = p.staged
        WHERE p.fresh AND s.status = :open AND s.rep_category = :commit GROUP BY s.close_day
    """
    return conn.execute(sql, {"open": int(Status.OPEN), "commit": int(Category.COMMIT)}).fetchall()


def commit_by_day(conn: sqlite3.Connection) -> list[tuple[Day, int]]:
    """Return what is in Commit now, by close day."""
    sql = "SELECT close_day, sum(amount) FROM deal_state WHERE category = 3 AND valid_to = ? GROUP BY close_day"
    return conn.execute(sql, (FOREVER,)).fetchall()


def touched_commit(
    conn: sqlite3.Connection, policies: Policies, as_of: Moment
) -> Iterator[tuple[State | None, State | None]]:
    """Yield what each known deal that the file changes is now, and what it would be, where Commit is concerned."""
    for chunk in _in_chunks(_concerned(conn, as_of)):
        extra = {deal: (claim, detail) for deal, claim, detail in chunk}
        yield from tracks.ends_with(conn, policies, extra)


def _concerned(conn: sqlite3.Connection, as_of: Moment) -> Iterator[tuple[int, Claim | None, DetailVersion | None]]:
    columns = ", ".join(f"s.{name}" for name in CLAIM_COLUMNS)
    sql = f"""
        SELECT p.deal, p.claim_differs, p.detail_differs, s.economic_buyer, {columns}
        FROM temp.planned p CROSS JOIN temp.staged s ON s.id = p.staged
        WHERE NOT p.fresh AND (p.claim_differs OR p.detail_differs) AND p.deal NOT IN (SELECT deal FROM temp.later)
            AND (s.rep_category = 3 OR EXISTS (
            SELECT 1 FROM deal_state t WHERE t.deal = p.deal AND t.valid_to = {FOREVER} AND t.category = 3))
    """
    for deal, claimed, detailed, buyer, *values in conn.execute(sql):
        claim = _claim(as_of, values) if claimed else None
        detail = DetailVersion(_NO_ROW, as_of, _NO_ROW, buyer or "") if detailed else None
        yield deal, claim, detail
    columns = ", ".join(f"c.{name}" for name in CLAIM_COLUMNS)
    gone = f"SELECT v.deal, {columns} FROM temp.vanished v JOIN claim c ON c.id = v.claim"
    for deal, *values in conn.execute(gone):
        yield deal, _claim(as_of, [*values[:-1], int(Status.REMOVED)]), None


def _claim(as_of: Moment, values: list[Any]) -> Claim:
    owner, stage, category, amount, currency, original, close_day, status = values
    return Claim(
        _NO_ROW, as_of, _NO_ROW, owner, stage, Category(category), amount, currency, original, close_day,
        Status(status),
    )  # fmt: skip


def _in_chunks(items: Iterator[tuple[int, Any, Any]]) -> Iterator[list[tuple[int, Any, Any]]]:
    chunk: list[tuple[int, Any, Any]] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _seen(row: tuple[Any, ...]) -> Seen:
    return Seen._make([*row[:6], Category(row[6]), *row[7:9], Status(row[9])])
