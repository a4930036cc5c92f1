"""Which deals have another category than the CRM claims, how often that was contested, and where they came from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.deal import Category, Hold, Status
from salesops_tui.domain.people import Scope
from salesops_tui.store import tracks
from salesops_tui.store.deals import slice_of_states
from salesops_tui.store.policies import Policies


class Source(NamedTuple):
    """A part of the CRM, by its newest import: the dialect that it was read in, and what was put before its ids."""

    name: str
    dialect: str
    id_prefix: str = ""

    def own_id(self, key: str) -> str:
        """Return the id by which the CRM itself knows a deal."""
        return key.removeprefix(self.id_prefix)


_HELD = f"s.hold IN ({int(Hold.CAPPED)}, {int(Hold.RESTORED)}, {int(Hold.FAILED)})"


def deals_ahead_of_crm(
    conn: sqlite3.Connection, at: Moment, *, current: bool, period: Period | None, scope: Scope, source: str | None
) -> list[int]:
    """Return the open deals whose category is not what the CRM claims, by store number, the larger amounts first."""
    where, values = slice_of_states(at, current=current, period=period, scope=scope.named)
    if source is not None:
        where += " AND d.source = :source"
        values["source"] = source
    sql = f"""
        SELECT s.deal FROM deal_state s JOIN deal d ON d.id = s.deal
        WHERE {where} AND {_HELD} AND s.status = {int(Status.OPEN)} AND s.category <> s.rep_category
        ORDER BY s.amount DESC, d.key
    """
    return [deal for (deal,) in conn.execute(sql, values)]


def contested_by(conn: sqlite3.Connection, policies: Policies, deals: Collection[int], at: Moment) -> dict[int, int]:
    """Return how often each of these deals' caps was contested up to a moment; deals without are left out.

    Only a deal whose downgrade the CRM had once taken up is projected.
    """
    sql = f"""
        SELECT DISTINCT deal FROM deal_state
        WHERE deal IN (SELECT value FROM json_each(?)) AND valid_from <= ? AND hold = {int(Hold.CAPPED)}
            AND rep_category = {int(Category.BEST_CASE)}
    """
    followed = [deal for (deal,) in conn.execute(sql, (json.dumps(list(deals)), at))] if deals else []
    counts = {deal: tracks.projection_of(conn, policies, deal).contested_by(at) for deal in followed}
    return {deal: count for deal, count in counts.items() if count}


def sources_of(conn: sqlite3.Connection, deals: Collection[int]) -> dict[int, Source]:
    """Return the source that each deal belongs to; the dialect is "" where nothing was imported from it."""
    sql = """
        SELECT d.id, d.source, coalesce(i.dialect, ''), coalesce(json_extract(i.report, '$.id_prefix'), '')
        FROM deal d LEFT JOIN import i ON i.id = (
            SELECT n.id FROM import n LEFT JOIN withdrawal w ON w.change = n.change
            WHERE n.source = d.source AND w.change IS NULL ORDER BY n.as_of DESC, n.id DESC LIMIT 1)
        WHERE d.id IN (SELECT value FROM json_each(?))
    """
    return {deal: Source(*rest) for deal, *rest in conn.execute(sql, (json.dumps(list(deals)),))}
