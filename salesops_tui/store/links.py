"""Deals that are the same business under another id: who might be, and who was said to be."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import FOREVER, Moment
from salesops_tui.domain.deal import Category, Hold, Status
from salesops_tui.store.imports_sight import STAGED, Seen


class Link(NamedTuple):
    """A deal that was said to be another's continuation or a part split off it.

    Attributes:
        change, actor, at: with which it was said, by whom, when.
    """

    deal: int
    earlier: int
    kind: str
    change: int
    actor: int | None
    at: Moment


class Former(NamedTuple):
    """A deal that may stand in a file again under another id: held down by a failed inspection, or gone."""

    deal: int
    seen: Seen
    capped: bool
    gone: bool


_HELD = f"{int(Hold.FAILED)}, {int(Hold.CAPPED)}"
_SEEN = "0, d.key, x.name, x.account, s.owner, s.stage, s.rep_category, s.amount, s.close_day, s.status"


_LINKS = """
    SELECT l.deal, l.earlier, l.kind, l.change, k.actor, k.recorded_at
    FROM deal_link l JOIN change k ON k.id = l.change
    WHERE NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.change = l.change)
"""


def link_of(conn: sqlite3.Connection, deal: int) -> Link | None:
    """Return what a deal was said to be; None where nothing was said, or it was taken back."""
    row = conn.execute(f"{_LINKS} AND l.deal = ?", (deal,)).fetchone()
    return Link._make(row) if row else None


def links_to(conn: sqlite3.Connection, deal: int) -> list[Link]:
    """Return the deals that were said to be a continuation of this one, or split off it."""
    return [Link._make(row) for row in conn.execute(f"{_LINKS} AND l.earlier = ? ORDER BY l.id", (deal,))]


def all_links(conn: sqlite3.Connection) -> list[Link]:
    """Return all links that stand, the newest first."""
    return [Link._make(row) for row in conn.execute(f"{_LINKS} ORDER BY l.id DESC")]


def add(conn: sqlite3.Connection, deal: int, earlier: int, kind: str, change: int) -> None:
    """Write that a deal continues an earlier one, or is a part of it."""
    conn.execute(
        "INSERT INTO deal_link (deal, earlier, kind, change) VALUES (?, ?, ?, ?)", (deal, earlier, kind, change)
    )


def newcomers(conn: sqlite3.Connection, since: Moment) -> list[Seen]:
    """Return the open deals that nobody has linked and that the store has known since a moment, not longer."""
    sql = f"""
        SELECT {_SEEN} FROM deal_state s JOIN deal d ON d.id = s.deal JOIN detail x ON x.id = s.detail
        WHERE s.valid_to = {FOREVER} AND s.status = {int(Status.OPEN)}
            AND NOT EXISTS (SELECT 1 FROM deal_state b WHERE b.deal = s.deal AND b.valid_from < :since)
            AND NOT EXISTS (SELECT 1 FROM deal_link l WHERE l.deal = s.deal
                AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.change = l.change))
    """
    return [_seen(row) for row in conn.execute(sql, {"since": since})]


def formers(conn: sqlite3.Connection, since: Moment, *, vanishing: bool) -> list[Former]:
    """Return the deals that are held down, or have gone since a moment.

    With `vanishing` also those that a full file lacks, after it was compared. Whether a deal that has gone was capped
    is read off its last state before.
    """
    lacks = "s.deal IN (SELECT deal FROM temp.vanished)" if vanishing else "0"
    sql = f"""
        SELECT s.deal, {_SEEN}, s.hold IN ({_HELD}) OR (s.status = {int(Status.REMOVED)} AND EXISTS (
                SELECT 1 FROM deal_state b
                WHERE b.deal = s.deal AND b.valid_to = s.valid_from AND b.hold IN ({_HELD}))),
            s.status = {int(Status.REMOVED)} OR {lacks}
        FROM deal_state s JOIN deal d ON d.id = s.deal JOIN detail x ON x.id = s.detail
        WHERE s.valid_to = {FOREVER} AND (
            (s.status = {int(Status.OPEN)} AND (s.hold IN ({_HELD}) OR {lacks}))
            OR (s.status = {int(Status.REMOVED)} AND s.valid_from >= ?))
    """
    return [
        Former(deal, _seen(rest[:-2]), bool(rest[-2]), bool(rest[-1])) for deal, *rest in conn.execute(sql, (since,))
    ]


def staged_open(conn: sqlite3.Connection) -> Iterator[Seen]:
    """Yield the staged deals that are open and that the store does not know."""
    sql = f"""
        SELECT {STAGED} FROM temp.planned p CROSS JOIN temp.staged s ON s.id = p.staged
        WHERE p.is_new AND s.status = {int(Status.OPEN)}
    """
    return map(_seen, conn.execute(sql))


def _seen(row: Any) -> Seen:
    return Seen._make([*row[:6], Category(row[6]), *row[7:9], Status(row[9])])
