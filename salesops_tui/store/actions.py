"""What was agreed on a deal: actions with an owner and a day, and the notes people wrote."""

import json
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from salesops_tui.domain.calendar import FOREVER, Day, Moment

_SQL = """
    SELECT a.id, a.deal, a.inspection, a.owner, a.due_day, a.body, a.created_at,
        CASE WHEN EXISTS (
            SELECT 1 FROM deal_state s
            WHERE s.deal = a.deal AND s.status IN (2, 3) AND s.valid_from > a.created_at) THEN 'ended'
        ELSE coalesce((
            SELECT k.status FROM action_closing k LEFT JOIN withdrawal w ON w.change = k.change
            WHERE k.action = a.id AND w.change IS NULL ORDER BY k.change DESC LIMIT 1), 'open') END AS status
    FROM action a LEFT JOIN withdrawal aw ON aw.change = a.change
    WHERE aw.change IS NULL
"""


class Action(NamedTuple):
    """Something that somebody will do about a deal by a day.

    Attributes:
        status: "open", "done", "not_done", or "ended" with a deal that was lost or removed.
    """

    id: int
    deal: int
    inspection: int | None
    owner: int
    due_day: Day
    body: str
    created_at: Moment
    status: str


class Note(NamedTuple):
    """A text of one kind that somebody here wrote on a deal."""

    kind: str
    body: str
    day: Day | None
    written_at: Moment


def add_action(
    conn: sqlite3.Connection,
    *,
    deal: int,
    inspection: int | None,
    owner: int,
    due_day: Day,
    body: str,
    created_at: Moment,
    change: int,
) -> int:
    """Insert an open action and return its id."""
    cursor = conn.execute(
        "INSERT INTO action (deal, inspection, owner, due_day, body, created_at, change) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (deal, inspection, owner, due_day, body, created_at, change),
    )
    return cursor.lastrowid or 0


def close_action(conn: sqlite3.Connection, action: int, status: str, change: int) -> None:
    """Mark an action done or not done."""
    conn.execute("INSERT INTO action_closing (action, change, status) VALUES (?, ?, ?)", (action, change, status))


def action_by_id(conn: sqlite3.Connection, number: int) -> Action | None:
    """Return one action, or None (also for one whose making was undone)."""
    row = conn.execute(_SQL + " AND a.id = ?", (number,)).fetchone()
    return Action(*row) if row else None


def actions_of_deal(conn: sqlite3.Connection, deal: int) -> list[Action]:
    """Return a deal's actions, the earliest due first."""
    return [Action(*row) for row in conn.execute(_SQL + " AND a.deal = ? ORDER BY a.due_day, a.id", (deal,))]


def actions_since(conn: sqlite3.Connection, since: Moment, until: Moment) -> list[Action]:
    """Return the actions that were agreed between two moments."""
    sql = _SQL + " AND a.created_at BETWEEN ? AND ? ORDER BY a.id"
    return [Action(*row) for row in conn.execute(sql, (since, until))]


def all_actions(conn: sqlite3.Connection) -> list[Action]:
    """Return all actions on deals that are open, the earliest due first."""
    sql = f"""{_SQL} AND EXISTS (
            SELECT 1 FROM deal_state s WHERE s.deal = a.deal AND s.valid_to = {FOREVER} AND s.status = 0)
        ORDER BY a.due_day, a.id"""
    return [Action(*row) for row in conn.execute(sql)]


def deals_with_due_action(conn: sqlite3.Connection, today: Day) -> frozenset[int]:
    """Return the deals on which an open action is due today or was due before."""
    sql = f"SELECT DISTINCT deal FROM ({_SQL} AND a.due_day <= ?) WHERE status = 'open'"
    return frozenset(deal for (deal,) in conn.execute(sql, (today,)))


def add_note(
    conn: sqlite3.Connection,
    *,
    deal: int,
    kind: str,
    body: str,
    day: Day | None,
    valid_from: Moment,
    change: int,
) -> None:
    """Write a note on a deal; the newest of its kind counts."""
    conn.execute(
        "INSERT INTO note (deal, valid_from, change, kind, body, note_day) VALUES (?, ?, ?, ?, ?, ?)",
        (deal, valid_from, change, kind, body, day),
    )


def notes_of(conn: sqlite3.Connection, deals: Iterable[int], kind: str) -> dict[int, Note]:
    """Return the newest note of a kind by deal."""
    sql = """
        SELECT n.deal, n.kind, n.body, n.note_day, n.valid_from
        FROM note n LEFT JOIN withdrawal w ON w.change = n.change
        WHERE n.deal IN (SELECT value FROM json_each(?)) AND n.kind = ? AND w.change IS NULL
        ORDER BY n.valid_from, n.id
    """
    return {deal: Note(*rest) for deal, *rest in conn.execute(sql, (json.dumps(list(deals)), kind))}
