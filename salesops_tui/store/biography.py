"""What has happened to one deal: where each claim came from, what was known beside it, every answer ever given."""

from __future__ import annotations

import json
import sqlite3
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.deal import Detail
from salesops_tui.domain.inspection import Answer
from salesops_tui.store.tracks import ANSWER_COLUMNS, read_answer


class Origin(NamedTuple):
    """The change that a claim came with: its kind, who made it, and the file where it was an import."""

    kind: str
    actor: int | None
    file_name: str


class GivenAnswer(NamedTuple):
    """An answer as it was given; `undone` says that it was withdrawn."""

    inspection: int
    answer: Answer
    recorded_at: Moment
    undone: bool


def claim_origins(conn: sqlite3.Connection, deal: int) -> dict[int, Origin]:
    """Return where each claim of a deal came from, by the claim's number."""
    sql = """
        SELECT c.id, k.kind, k.actor, coalesce(i.file_name, '')
        FROM claim c JOIN change k ON k.id = c.change LEFT JOIN import i ON i.change = c.change
        WHERE c.deal = ?
    """
    return {number: Origin(*rest) for number, *rest in conn.execute(sql, (deal,))}


def details_of(conn: sqlite3.Connection, deal: int) -> dict[int, Detail]:
    """Return all that was ever known of a deal beside its claims, by number."""
    sql = """
        SELECT id, name, account, created_day, next_step, next_step_day, last_meeting_day, last_activity_day,
            economic_buyer, economic_buyer_title, type, segment, term_months, close_confirmed, close_plan,
            requalified_day, loss_reason, competitor, owner_text, extra
        FROM detail WHERE deal = ? ORDER BY id
    """
    rows = conn.execute(sql, (deal,))
    return {number: Detail._make([*rest[:-1], json.loads(rest[-1] or "{}")]) for number, *rest in rows}


def answers_ever_given(conn: sqlite3.Connection, deal: int) -> list[GivenAnswer]:
    """Return every answer to a deal's questions, oldest first, corrected and withdrawn ones too."""
    sql = f"""
        SELECT a.inspection, k.recorded_at, w.change IS NOT NULL, {ANSWER_COLUMNS}
        FROM answer a JOIN inspection i ON i.id = a.inspection JOIN change k ON k.id = a.change
            LEFT JOIN withdrawal w ON w.change = a.change
        WHERE i.deal = ? ORDER BY a.id
    """
    return [
        GivenAnswer(inspection, read_answer(rest), recorded_at, bool(undone))
        for inspection, recorded_at, undone, *rest in conn.execute(sql, (deal,))
    ]
