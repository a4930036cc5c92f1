"""How deals came and went over the quarters: endings, how far they got, ages, creation."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from salesops_tui.domain.calendar import Day, Moment, Period
from salesops_tui.domain.deal import Status
from salesops_tui.store.quarter_sums import DAYS, bounds, owned

_DAY = 86_400_000_000


class Ended(NamedTuple):
    """Deals that ended with a close date in some days.

    Attributes:
        amount: minor units.
        cycles, cycle_days: those whose creation is known, and their days from creation to close together.
    """

    deals: int
    amount: int
    cycles: int
    cycle_days: int


class Standing(NamedTuple):
    """Open deals of one stage: count, minor units, those with a known creation and their ages, days in the stage."""

    deals: int
    amount: int
    dated: int
    age_days: int
    stage_days: int


def first_moment(conn: sqlite3.Connection) -> Moment | None:
    """Return when the store's history begins; None for a store without deals.

    That is the moment of the earliest import, or of the first deal in Commit or won that history from elsewhere put
    before it: both are found without reading all of history.
    """
    (first,) = conn.execute(
        """
        SELECT min(at) FROM (
            SELECT min(valid_from) AS at FROM deal_state INDEXED BY state_commit_begins WHERE category = 3
            UNION ALL SELECT min(valid_from) FROM deal_state INDEXED BY state_won_begins WHERE status = 1
            UNION ALL SELECT min(c.valid_at) FROM change c LEFT JOIN withdrawal w ON w.change = c.id
                WHERE c.kind = 'import' AND w.change IS NULL AND EXISTS (SELECT 1 FROM deal_state)
        )
        """
    ).fetchone()
    return None if first is None else Moment(first)


def ended(
    conn: sqlite3.Connection, status: Status, days: tuple[Day, Day], at: Moment, owners: Collection[int] | None
) -> Ended:
    """Return the deals that were won (or lost) with a close date in some days, both included, as of a moment."""
    sql = f"""
        SELECT count(*), coalesce(sum(s.amount), 0), coalesce(sum(x.created_day <= s.close_day), 0),
            coalesce(sum(iif(x.created_day <= s.close_day, s.close_day - x.created_day, 0)), 0)
        {_ended_in(status, "CROSS JOIN detail x ON x.id = s.detail")} {owned(owners)}
    """
    return Ended(*conn.execute(sql, _days(days, at, owners)).fetchone())


def reached(
    conn: sqlite3.Connection,
    status: Status,
    days: tuple[Day, Day],
    at: Moment,
    owners: Collection[int] | None,
    ranks: Mapping[str, int],
) -> dict[int, int]:
    """Return how many deals that ended in some days had come as far as each stage, by the rank of the furthest.

    A deal that was never open in a stage of `ranks` counts under -1.
    """
    terms, values = _ranked(ranks)
    furthest = f"""
        SELECT max({terms.format("o")}) FROM deal_state o
        WHERE o.deal = s.deal AND o.status = 0 AND o.valid_from <= :at
    """
    sql = f"""
        SELECT coalesce(({furthest}), -1) AS rank, count(*) {_ended_in(status, "")} {owned(owners)} GROUP BY rank
    """
    return dict(conn.execute(sql, values | _days(days, at, owners)).fetchall())


def all_reached(
    conn: sqlite3.Connection, at: Moment, owners: Collection[int] | None, ranks: Mapping[str, int]
) -> dict[tuple[Status, int], int]:
    """Return how many deals that have ended by a moment had come how far, by how they ended: all in one pass."""
    terms, values = _ranked(ranks)
    members = "" if owners is None else "WHERE owner IN (SELECT value FROM json_each(:owners))"
    sql = f"""
        SELECT status, rank, count(*) FROM (
            SELECT max(iif(s.valid_to > :at, s.status, -1)) AS status, max(iif(s.valid_to > :at, s.owner, 0)) AS owner,
                max(iif(s.status = 0, {terms.format("s")}, -1)) AS rank
            FROM deal_state s WHERE s.valid_from <= :at GROUP BY s.deal
        ) {members} GROUP BY status, rank HAVING status IN (1, 2)
    """
    rows = conn.execute(sql, values | {"at": at, "owners": json.dumps(sorted(owners or ()))})
    return {(Status(status), rank): deals for status, rank, deals in rows}


def open_in(conn: sqlite3.Connection, period: Period, at: Moment, owners: Collection[int] | None) -> tuple[int, int]:
    """Return how many deals are open in a period at a moment, and what they come to; omitted ones are left out."""
    sql = f"""
        {DAYS}
        SELECT count(*), coalesce(sum(s.amount), 0) FROM day CROSS JOIN deal_state s INDEXED BY state_open
        WHERE s.close_day = day.number AND s.valid_to > :at AND s.valid_from <= :at AND s.status = 0
            AND s.category > 0 {owned(owners)}
    """
    deals, amount = conn.execute(sql, bounds(period, at, owners)).fetchone()
    return deals, amount


def standing(
    conn: sqlite3.Connection, period: Period, at: Moment, today: Day, owners: Collection[int] | None
) -> dict[str, Standing]:
    """Return the open deals of a period by stage with their ages; days in the stage count from the day of `at` back."""
    # The end of the last state in another stage, else the beginning of all.
    since = """(
        SELECT coalesce(max(iif(p.stage <> s.stage, p.valid_to, NULL)), min(p.valid_from)) FROM deal_state p
        WHERE p.deal = s.deal AND p.valid_from <= s.valid_from
    )"""
    sql = f"""
        {DAYS}
        SELECT s.stage, count(*), sum(s.amount), sum(x.created_day <= :today),
            sum(iif(x.created_day <= :today, :today - x.created_day, 0)), sum((:at - {since}) / {_DAY})
        FROM day CROSS JOIN deal_state s INDEXED BY state_open CROSS JOIN detail x ON x.id = s.detail
        WHERE s.close_day = day.number AND s.valid_to > :at AND s.valid_from <= :at AND s.status = 0
            AND s.category > 0 {owned(owners)}
        GROUP BY s.stage
    """
    rows = conn.execute(sql, bounds(period, at, owners) | {"today": today})
    return {stage: Standing(*(value or 0 for value in values)) for stage, *values in rows}


def created(
    conn: sqlite3.Connection, weeks: Sequence[tuple[Day, Moment]], at: Moment, owners: Collection[int] | None
) -> dict[int, tuple[int, int]]:
    """Return by number of the week how many deals were created in it, and what they came to when first known.

    A deal without a day of creation counts for the week in which it was first known.

    Args:
        conn: the store.
        weeks: the first day of each week and its first moment, ascending; the last one has no end.
        at: what came later is unknown.
        owners: whoever carried the deal first; all for None.
    """
    by_day = " + ".join(f"(x.created_day >= {int(day)})" for day, _ in weeks)
    by_moment = " + ".join(f"(s.valid_from >= {int(moment)})" for _, moment in weeks)
    # No import from before the first week can hold a deal that was created later.
    sql = f"""
        SELECT iif(x.created_day IS NULL, {by_moment}, {by_day}) - 1 AS week, count(*), sum(s.amount)
        FROM deal d CROSS JOIN deal_state s CROSS JOIN detail x ON x.id = s.detail
        WHERE d.change IN (SELECT id FROM change WHERE valid_at >= :since)
            AND s.id = (SELECT f.id FROM deal_state f WHERE f.deal = d.id ORDER BY f.valid_from LIMIT 1)
            AND s.valid_from <= :at AND week >= 0 {owned(owners)}
        GROUP BY week
    """
    values = {"since": weeks[0][1], "at": at, "owners": json.dumps(sorted(owners or ()))}
    return {week: (deals, amount) for week, deals, amount in conn.execute(sql, values)}


def _ranked(ranks: Mapping[str, int]) -> tuple[str, dict[str, int | str]]:
    """Return the SQL for the rank of the stage of `{}`, and its values."""
    values: dict[str, int | str] = {}
    for i, (stage, rank) in enumerate(ranks.items()):
        values |= {f"stage{i}": stage, f"rank{i}": rank}
    terms = " ".join(f"WHEN :stage{i} THEN :rank{i}" for i in range(len(ranks)))
    return f"CASE {{}}.stage {terms} ELSE -1 END", values


def _ended_in(status: Status, join: str) -> str:
    index = "state_won" if status is Status.WON else "state_lost"
    return f"""
        FROM deal_state s INDEXED BY {index} {join}
        WHERE s.close_day BETWEEN :first AND :last AND s.valid_to > :at AND s.valid_from <= :at
            AND s.status = {int(status)}
    """


def _days(days: tuple[Day, Day], at: Moment, owners: Collection[int] | None) -> dict[str, int | str]:
    first, last = days
    return {"first": first, "last": last, "at": at, "owners": json.dumps(sorted(owners or ()))}
