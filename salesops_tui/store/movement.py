"""What movement asks of the store: both ends, and the deals whose part in them may have changed in between.

Nothing here reads all deals or all of the past: the ends cost what Commit (or Closed) of one period holds, the rest
what changed between the two moments.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable

from salesops_tui.domain.calendar import FOREVER, Day, Moment, Period
from salesops_tui.domain.deal import Category, Hold, State, Status, Void
from salesops_tui.domain.membership import ReportingLine
from salesops_tui.domain.movement import Window

_CLASSES = {"commit": "category = 3", "won": "status = 1"}
"""The two sums that move, as the partial indexes of `deal_state` have them."""

# One seek a day of the period: with a range of days the index could not skip the states that were over by then.
_DAYS = "WITH RECURSIVE day (number) AS (VALUES (:first) UNION ALL SELECT number + 1 FROM day WHERE number < :last)"

_STATE = (
    "s.deal, s.valid_from, s.valid_to, s.claim, s.detail, s.inspection, s.owner, s.status, s.rep_category, s.hold,"
    " s.amount, s.close_day, s.stage, s.good_until, s.void, s.slips"
)


def reporting_lines(conn: sqlite3.Connection, start: Moment, end: Moment) -> list[ReportingLine]:
    """Return the reporting lines that held at some time from `start` to `end`."""
    sql = "SELECT person, manager, valid_from, valid_to FROM reporting_line WHERE valid_from <= ? AND valid_to > ?"
    return [ReportingLine(*row) for row in conn.execute(sql, (end, start))]


def commit_by_owner(
    conn: sqlite3.Connection, period: Period, at: Moment, owners: Collection[int] | None
) -> dict[int, int]:
    """Return Commit of a period at a moment by owner, in minor units; of all owners for None."""
    return _sums(conn, "commit", period, at, owners)


def won_by_owner(
    conn: sqlite3.Connection, period: Period, at: Moment, owners: Collection[int] | None
) -> dict[int, int]:
    """Return what was won with a close date in a period, as of a moment, by owner; of all owners for None."""
    return _sums(conn, "won", period, at, owners)


def _sums(
    conn: sqlite3.Connection, which: str, period: Period, at: Moment, owners: Collection[int] | None
) -> dict[int, int]:
    sql = f"""
        {_DAYS}
        SELECT s.owner, sum(s.amount)
        FROM day CROSS JOIN deal_state s INDEXED BY state_{which}
        WHERE s.close_day = day.number AND s.valid_to > :at AND s.valid_from <= :at AND s.{_CLASSES[which]}
            {_owned(owners)}
        GROUP BY s.owner
    """
    values = {"first": period.start, "last": period.end, "at": at, "owners": _listed(owners)}
    return dict(conn.execute(sql, values).fetchall())


def touched(conn: sqlite3.Connection, window: Window) -> set[int]:
    """Return the deals whose part in Commit or Closed may differ somewhere in a window, by the store's number.

    That takes a state in Commit (or won) in the period that begins or ends in the window under an owner who belongs
    to the scope at some time in it, or such a state of an owner who joins or leaves the scope meanwhile.
    """
    found: set[int] = set()
    owners = None if window.members.everybody else window.members.ever
    for which in _CLASSES:
        for edge in ("begins", "ends"):
            found |= _edged(conn, which, edge, window, owners)
        if window.members.moved:
            found |= _owned_meanwhile(conn, which, window, window.members.moved)
    return found


def _edged(conn: sqlite3.Connection, which: str, edge: str, window: Window, owners: Collection[int] | None) -> set[int]:
    moment = "valid_from" if edge == "begins" else "valid_to"
    ended = "" if edge == "begins" else f"AND s.valid_to < {FOREVER}"
    sql = f"""
        SELECT s.deal FROM deal_state s INDEXED BY state_{which}_{edge}
        WHERE s.{_CLASSES[which]} AND s.{moment} > :start AND s.{moment} <= :end {ended}
            AND s.close_day BETWEEN :first AND :last {_owned(owners)}
    """
    return {deal for (deal,) in conn.execute(sql, _values(window, owners))}


def _owned_meanwhile(conn: sqlite3.Connection, which: str, window: Window, owners: Collection[int]) -> set[int]:
    sql = f"""
        {_DAYS}
        SELECT s.deal FROM day CROSS JOIN deal_state s INDEXED BY state_{which}
        WHERE s.close_day = day.number AND s.valid_to > :start AND s.valid_from <= :end AND s.{_CLASSES[which]}
            {_owned(owners)}
    """
    return {deal for (deal,) in conn.execute(sql, _values(window, owners))}


def histories(conn: sqlite3.Connection, deals: Iterable[int], start: Moment, end: Moment) -> dict[int, list[State]]:
    """Return the states of deals that held at some time from `start` to `end`, oldest first."""
    sql = f"""
        SELECT {_STATE} FROM json_each(:deals) wanted CROSS JOIN deal_state s
        WHERE s.deal = wanted.value AND s.valid_from <= :end AND s.valid_from >= coalesce(
            (SELECT max(e.valid_from) FROM deal_state e WHERE e.deal = wanted.value AND e.valid_from <= :start), :start)
        ORDER BY s.deal, s.valid_from
    """
    found: dict[int, list[State]] = {}
    values = {"deals": json.dumps(sorted(deals)), "start": start, "end": end}
    for deal, *v in conn.execute(sql, values):
        state = State(*[*v[:6], Status(v[6]), Category(v[7]), Hold(v[8]), *v[9:13], Void(v[13]), v[14]])
        found.setdefault(deal, []).append(state)
    return found


def policies_of(conn: sqlite3.Connection, inspections: Iterable[int]) -> dict[int, int]:
    """Return the policy version that inspections were taken under."""
    sql = "SELECT id, policy FROM inspection WHERE id IN (SELECT value FROM json_each(?))"
    return dict(conn.execute(sql, (json.dumps(sorted(inspections)),)).fetchall())


def _owned(owners: Collection[int] | None) -> str:
    return "" if owners is None else "AND s.owner IN (SELECT value FROM json_each(:owners))"


def _listed(owners: Collection[int] | None) -> str:
    return json.dumps(sorted(owners or ()))


def _values(window: Window, owners: Collection[int] | None) -> dict[str, int | str | Day]:
    return {
        "start": window.start,
        "end": window.end,
        "first": window.period.start,
        "last": window.period.end,
        "owners": _listed(owners),
    }
