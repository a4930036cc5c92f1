"""Caps that a deal inherits from the one that it was linked to: held down by a failed inspection, or when it went."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.deal import Hold, Status

_STANDING = "NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.change = {0}.change)"
_HELD = (int(Hold.FAILED), int(Hold.CAPPED))


class Inherited(NamedTuple):
    """A failure that counts for a deal though another one was asked.

    Attributes:
        since: from the deal's own first claim on, or from when the earlier one was held down, whichever is later.
        change: that of the link.
        inspection: of the earlier deal.
        policy: the version that it was taken under.
    """

    deal: int
    since: Moment
    change: int
    inspection: int
    policy: int


def inherited(conn: sqlite3.Connection, wanted: str) -> list[Inherited]:
    """Return what these deals (a JSON array) inherit from those that they are linked to."""
    sql = f"""
        SELECT l.deal, l.earlier, l.change, k.recorded_at, (
            SELECT min(c.valid_from) FROM claim c WHERE c.deal = l.deal AND {_STANDING.format("c")})
        FROM deal_link l JOIN change k ON k.id = l.change
        WHERE l.deal IN (SELECT value FROM json_each(?)) AND {_STANDING.format("l")}
    """
    found = []
    for deal, earlier, change, linked_at, first in conn.execute(sql, (wanted,)).fetchall():
        held = _held_down(conn, earlier, linked_at) if first is not None else None
        if held:
            since, inspection, policy = held
            found.append(Inherited(deal, max(first, since), change, inspection, policy))
    return found


def linked(conn: sqlite3.Connection) -> bool:
    """Say whether any deal was ever linked to another."""
    return conn.execute("SELECT 1 FROM deal_link LIMIT 1").fetchone() is not None


def heirs(conn: sqlite3.Connection, deals: Iterable[int]) -> list[int]:
    """Return the deals that are linked to any of these."""
    sql = f"""
        SELECT DISTINCT l.deal FROM deal_link l
        WHERE l.earlier IN (SELECT value FROM json_each(?)) AND {_STANDING.format("l")}
    """
    return [deal for (deal,) in conn.execute(sql, (json.dumps(list(deals)),))]


def _held_down(conn: sqlite3.Connection, deal: int, until: Moment) -> tuple[Moment, int, int] | None:
    """Return since when a deal was held down when it was last open, by which inspection, under which policy.

    Only what it was up to a moment counts: a failure of the earlier deal after the two were linked is its own.
    """
    sql = f"""
        SELECT s.valid_from, s.hold, s.inspection, i.policy FROM deal_state s
        LEFT JOIN inspection i ON i.id = s.inspection
        WHERE s.deal = ? AND s.valid_from <= ? AND s.status = {int(Status.OPEN)} ORDER BY s.valid_from DESC
    """
    found = None
    for since, hold, inspection, policy in conn.execute(sql, (deal, until)):
        if hold not in _HELD or inspection is None:
            break
        found = (Moment(since), *((inspection, policy) if found is None else found[1:]))
    return found
