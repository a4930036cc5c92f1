"""What owners' texts were said to mean, and the deals that stand unassigned because a text means nobody."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

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


def unassigned_by_text(conn: sqlite3.Connection) -> list[tuple[str, int, int, int]]:
    """Return the owners' texts that deals carry now: open deals, their sum, other deals; the largest sum first."""
    sql = f"""
        SELECT min(x.owner_text), sum(s.status = 0), sum(iif(s.status = 0, s.amount, 0)), sum(s.status IN (1, 2))
        FROM deal_state s JOIN detail x ON x.id = s.detail
        WHERE s.valid_to = {FOREVER} AND x.owner_text <> '' AND s.status <> 3
        GROUP BY x.owner_text
    """
    sums: dict[str, tuple[str, int, int, int]] = {}
    for text, deals, amount, closed in conn.execute(sql):
        shown, *before = sums.get(folded(text), (text, 0, 0, 0))
        sums[folded(text)] = (shown, before[0] + deals, before[1] + amount, before[2] + closed)
    return sorted(sums.values(), key=lambda row: (-row[2], -row[1], row[0]))


def waiting(conn: sqlite3.Connection, text: str) -> bool:
    """Say whether a deal stands unassigned because of a folded text."""
    return any(folded(found) == text for found, *_ in unassigned_by_text(conn))


def origins(conn: sqlite3.Connection, text: str, nobody: int) -> list[tuple[int, Moment]]:
    """Return the changes that brought claims without an owner because of a folded text, with their moments."""
    rows = conn.execute(f"{_UNASSIGNED} ORDER BY c.valid_from DESC", {"nobody": nobody})
    return sorted({change: valid_from for change, valid_from, said in rows if folded(said) == text}.items())


def assign(conn: sqlite3.Connection, origin: int, text: str, nobody: int, person: int, change: int) -> set[int]:
    """Give the deals that a change brought without an owner to a person, from the same moment; return the deals."""
    claims = ", ".join(f"c.{name}" for name in CLAIM_COLUMNS[1:])
    details = ", ".join(f"x.{name}" if name != "owner_text" else "''" for name in DETAIL_COLUMNS)
    sql = f"{_CLAIMS_WITH_TEXT} AND c.change = :origin"
    rows = [
        (claim, detail, deal)
        for claim, detail, deal, owner_text in conn.execute(sql, {"nobody": nobody, "origin": origin})
        if folded(owner_text) == text
    ]
    conn.executemany(
        f"INSERT INTO claim (deal, valid_from, change, {', '.join(CLAIM_COLUMNS)})"
        f" SELECT c.deal, c.valid_from, ?, ?, {claims} FROM claim c WHERE c.id = ?",
        [(change, person, claim) for claim, _, _ in rows],
    )
    conn.executemany(
        f"INSERT INTO detail (deal, valid_from, change, {', '.join(DETAIL_COLUMNS)})"
        f" SELECT x.deal, c.valid_from, ?, {details} FROM detail x, claim c WHERE x.id = ? AND c.id = ?",
        [(change, detail, claim) for claim, detail, _ in rows],
    )
    return {deal for _, _, deal in rows}


_CLAIMS_WITH_TEXT = f"""
    SELECT c.id, x.id, c.deal, x.owner_text FROM claim c JOIN detail x ON x.id = (
        SELECT d.id FROM detail d WHERE d.deal = c.deal AND d.valid_from <= c.valid_from AND {_STANDING.format("d")}
        ORDER BY d.valid_from DESC, d.id DESC LIMIT 1)
    WHERE c.owner = :nobody AND x.owner_text <> '' AND {_STANDING.format("c")}
"""
_UNASSIGNED = _CLAIMS_WITH_TEXT.replace("c.id, x.id, c.deal, x.owner_text", "c.change, c.valid_from, x.owner_text")
