"""What owners' texts were said to mean, and the deals that stand unassigned because a text means nobody."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from salesops_tui.domain.calendar import FOREVER, Moment
from salesops_tui.domain.people import folded
from salesops_tui.store.imports_staging import CLAIM_COLUMNS, DETAIL_COLUMNS

_STANDING = "NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.change = {0}.change)"


def meanings(conn: sqlite3.Connection) -> dict[str, int]:
    """Return the person's number by folded text; the newest that was not withdrawn rules."""
    sql = f"SELECT a.text, a.person FROM owner_alias a WHERE {_STANDING.format('a')} ORDER BY a.id"
    return {folded(text): person for text, person in conn.execute(sql)}


def standing(conn: sqlite3.Connection) -> list[tuple[str, int, int | None, Moment]]:
    """Return text, person, who said so and when, by text; each text as it was said last."""
    sql = f"""
        SELECT a.text, a.person, c.actor, c.recorded_at FROM owner_alias a JOIN change c ON c.id = a.change
        WHERE {_STANDING.format("a")} ORDER BY a.id
    """
    newest = {folded(row[0]): row for row in conn.execute(sql)}
    return [newest[text] for text in sorted(newest)]


def add(conn: sqlite3.Connection, text: str, person: int, change: int) -> None:
    """Write what a text means."""
    conn.execute("INSERT INTO owner_alias (text, person, change) VALUES (?, ?, ?)", (text, person, change))


def changes_of(conn: sqlite3.Connection, text: str) -> list[int]:
    """Return the changes that say what a folded text means and were not withdrawn."""
    sql = f"SELECT a.change, a.text FROM owner_alias a WHERE {_STANDING.format('a')} ORDER BY a.change"
    return [change for change, said in conn.execute(sql) if folded(said) == text]


def deals_of(conn: sqlite3.Connection, changes: Sequence[int]) -> set[int]:
    """Return the deals of which these changes made claims."""
    sql = "SELECT DISTINCT deal FROM claim WHERE change IN (SELECT value FROM json_each(?))"
    return {deal for (deal,) in conn.execute(sql, (json.dumps(changes),))}


def unassigned_by_text(conn: sqlite3.Connection, nobody: int) -> list[tuple[str, int, int, int]]:
    """Return the texts because of which deals are unassigned now: open deals, their sum, others; largest sum first."""
    sql = f"""
        SELECT min(x.owner_text), sum(s.status = 0), sum(iif(s.status = 0, s.amount, 0)), sum(s.status IN (1, 2))
        FROM deal_state s JOIN detail x ON x.id = s.detail
        WHERE s.valid_to = {FOREVER} AND s.owner = ? AND x.owner_text <> '' AND s.status <> 3
        GROUP BY x.owner_text
    """
    sums: dict[str, tuple[str, int, int, int]] = {}
    for text, deals, amount, closed in conn.execute(sql, (nobody,)):
        shown, *before = sums.get(folded(text), (text, 0, 0, 0))
        sums[folded(text)] = (shown, before[0] + deals, before[1] + amount, before[2] + closed)
    return sorted(sums.values(), key=lambda row: (-row[2], -row[1], row[0]))


class Stretch(NamedTuple):
    """A time in which a deal was unassigned because of a text.

    Attributes:
        origin: the change that brought the claim, or the text if that came later.
        again: the stretch before it had the same claim and details, so that there is nothing to correct.
    """

    deal: int
    valid_from: Moment
    claim: int
    detail: int
    origin: int
    detail_origin: int
    again: bool


def stretches(conn: sqlite3.Connection, text: str, nobody: int) -> list[Stretch]:
    """Return all times in which deals were unassigned because of a folded text."""
    sql = """
        SELECT s.deal, s.valid_from, s.claim, s.detail, max(c.change, x.change), x.change, x.owner_text,
            EXISTS (SELECT 1 FROM deal_state b WHERE b.deal = s.deal AND b.valid_to = s.valid_from
                AND b.claim = s.claim AND b.detail = s.detail)
        FROM deal_state s JOIN claim c ON c.id = s.claim JOIN detail x ON x.id = s.detail
        WHERE s.owner = ? AND x.owner_text <> '' ORDER BY s.deal, s.valid_from
    """
    rows = conn.execute(sql, (nobody,)).fetchall()
    return [Stretch._make([*row[:6], bool(row[7])]) for row in rows if folded(row[6]) == text]


def assign(conn: sqlite3.Connection, found: Sequence[Stretch], origin: int, person: int, change: int) -> set[int]:
    """Give deals to a person in the stretches that a change brought, and clear the text; return the deals."""
    claims = ", ".join(f"c.{name}" for name in CLAIM_COLUMNS[1:])
    details = ", ".join(f"x.{name}" if name != "owner_text" else "''" for name in DETAIL_COLUMNS)
    own = [s for s in found if s.origin == origin and not s.again]
    conn.executemany(
        f"INSERT INTO claim (deal, valid_from, change, {', '.join(CLAIM_COLUMNS)})"
        f" SELECT c.deal, ?, ?, ?, {claims} FROM claim c WHERE c.id = ?",
        [(s.valid_from, change, person, s.claim) for s in own],
    )
    conn.executemany(
        f"INSERT INTO detail (deal, valid_from, change, {', '.join(DETAIL_COLUMNS)})"
        f" SELECT x.deal, x.valid_from, ?, {details} FROM detail x WHERE x.id = ?",
        [(change, detail) for detail in sorted({s.detail for s in found if s.detail_origin == origin})],
    )
    return {s.deal for s in own}
