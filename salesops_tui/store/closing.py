"""The deals that a quarter's end is about: still open, last in Commit, left behind; and the frozen figures."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import Day, Moment, Period
from salesops_tui.store.quarter_sums import DAYS, bounds, owned


class OnFile(NamedTuple):
    """What is known of who signs a deal, and of what comes next."""

    buyer: str
    title: str
    next_step: str
    next_step_day: Day | None


class LastCommit(NamedTuple):
    """A deal when it was last in Commit of a period; minor units."""

    deal: int
    owner: int
    amount: int


class Close(NamedTuple):
    """The closing of a period's books.

    Attributes:
        by: who did it, by the store's number.
        figures: as they were written.
    """

    closed_at: Moment
    by: int | None
    figures: Mapping[str, Any]


def open_near_the_end(
    conn: sqlite3.Connection, period: Period, at: Moment, owners: Collection[int] | None, *, best_case: bool
) -> list[int]:
    """Return the open deals of a period in Commit and the capped ones, and on demand Best Case, by number."""
    also = "OR s.category = 2" if best_case else ""
    sql = f"""
        {DAYS}
        SELECT s.deal FROM day CROSS JOIN deal_state s INDEXED BY state_open
        WHERE s.close_day = day.number AND s.valid_to > :at AND s.valid_from <= :at AND s.status = 0
            AND (s.category = 3 OR (s.hold = 2 AND s.category = 2) {also}) {owned(owners)}
    """
    return [deal for (deal,) in conn.execute(sql, bounds(period, at, owners))]


def on_file(conn: sqlite3.Connection, numbers: Iterable[int], at: Moment) -> dict[int, OnFile]:
    """Return who signs and what comes next by deal, as known at a moment."""
    sql = """
        SELECT s.deal, x.economic_buyer, x.economic_buyer_title, x.next_step, x.next_step_day
        FROM json_each(:deals) wanted CROSS JOIN deal_state s CROSS JOIN detail x ON x.id = s.detail
        WHERE s.deal = wanted.value AND s.valid_from <= :at AND s.valid_to > :at
    """
    rows = conn.execute(sql, {"deals": json.dumps(list(numbers)), "at": at})
    return {deal: OnFile(*known) for deal, *known in rows}


def last_in_commit(
    conn: sqlite3.Connection, period: Period, start: Moment, end: Moment, owners: Collection[int] | None
) -> list[LastCommit]:
    """Return the deals that were in Commit of a period at some time from start to end, as they last were there."""
    # A bare column beside max() comes from the row that holds the maximum.
    sql = f"""
        {DAYS}
        SELECT s.deal, s.owner, s.amount, max(s.valid_from) FROM day CROSS JOIN deal_state s INDEXED BY state_commit
        WHERE s.close_day = day.number AND s.valid_to > :start AND s.valid_from <= :at AND s.category = 3
            {owned(owners)}
        GROUP BY s.deal
    """
    values = bounds(period, end, owners) | {"start": start}
    return [LastCommit(deal, owner, amount) for deal, owner, amount, _ in conn.execute(sql, values)]


def open_before(conn: sqlite3.Connection, day: Day, at: Moment, owners: Collection[int] | None) -> list[int]:
    """Return the open deals with a close date before a day, omitted ones left out, by number."""
    (first,) = conn.execute("SELECT min(close_day) FROM deal_state INDEXED BY state_open WHERE status = 0").fetchone()
    if first is None or first >= day:
        return []
    sql = f"""
        {DAYS}
        SELECT s.deal FROM day CROSS JOIN deal_state s INDEXED BY state_open
        WHERE s.close_day = day.number AND s.valid_to > :at AND s.valid_from <= :at AND s.status = 0
            AND s.category > 0 {owned(owners)}
    """
    return [deal for (deal,) in conn.execute(sql, bounds(Period("", first, Day(day - 1)), at, owners))]


def won_in(conn: sqlite3.Connection, period: Period, at: Moment) -> dict[int, tuple[int, int]]:
    """Return owner and amount of each deal that was won with a close date in a period, as of a moment."""
    sql = f"""
        {DAYS}
        SELECT s.deal, s.owner, s.amount FROM day CROSS JOIN deal_state s INDEXED BY state_won
        WHERE s.close_day = day.number AND s.valid_to > :at AND s.valid_from <= :at AND s.status = 1
    """
    return {deal: (owner, amount) for deal, owner, amount in conn.execute(sql, bounds(period, at, None))}


def add_close(
    conn: sqlite3.Connection, period: str, closed_at: Moment, figures: Mapping[str, Any], change: int
) -> None:
    """Write the final figures of a period."""
    conn.execute(
        "INSERT INTO period_close (period, closed_at, figures, change) VALUES (?, ?, ?, ?)",
        (period, closed_at, json.dumps(figures, separators=(",", ":"), sort_keys=True), change),
    )


def newest_close(conn: sqlite3.Connection, period: str, until: Moment) -> Close | None:
    """Return the last closing of a period's books by a moment; None where they were open."""
    row = conn.execute(
        """
        SELECT p.closed_at, c.actor, p.figures FROM period_close p JOIN change c ON c.id = p.change
        WHERE p.period = ? AND p.closed_at <= ? ORDER BY p.id DESC LIMIT 1
        """,
        (period, until),
    ).fetchone()
    return None if row is None else Close(Moment(row[0]), row[1], json.loads(row[2]))
