"""What a period held at past moments, added up: what accuracy, yield and calibration are counted from.

Each read costs what was open in that period at that moment, and not what has become of it since: one seek a day of
the period, as with Commit and Closed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.yields import ClaimedState

DAYS = "WITH RECURSIVE day (number) AS (VALUES (:first) UNION ALL SELECT number + 1 FROM day WHERE number < :last)"

# Whether the rep let go of the claim that an inspection overrode: below Best Case since, and not Commit again.
GIVEN_UP = """coalesce((
    SELECT p.hold = 2 AND p.rep_category < 2 FROM deal_state p
    WHERE p.deal = s.deal AND p.valid_from < s.valid_from AND NOT (p.hold = 2 AND p.rep_category = 2)
    ORDER BY p.valid_from DESC LIMIT 1
), 0)"""

# Commit as the rep claims it: also where the CRM took a downgrade up, for that was the inspection's word.
CLAIMED = f"(s.rep_category = 3 OR (s.rep_category = 2 AND (s.hold = 3 OR (s.hold = 2 AND NOT {GIVEN_UP}))))"

_OPEN = """
    FROM day CROSS JOIN deal_state s INDEXED BY state_open
    WHERE s.close_day = day.number AND s.valid_to > :at AND s.valid_from <= :at AND s.status = 0
"""


class Sums(NamedTuple):
    """What was open in a period at a moment, minor units.

    Attributes:
        claimed: what reps claimed as Commit, as if nobody had inspected.
        commit, best_case: by effective category.
        weighted: each open deal by the probability of its stage, rounded by itself.
    """

    claimed: int = 0
    commit: int = 0
    best_case: int = 0
    weighted: int = 0

    def plus(self, other: Sums) -> Sums:
        """Return both together."""
        return Sums(*(a + b for a, b in zip(self, other, strict=True)))


class StageCount(NamedTuple):
    """Open deals of a period in one stage, and those of them that were won in the period."""

    deals: int
    won: int


def open_by_owner(
    conn: sqlite3.Connection,
    period: Period,
    at: Moment,
    odds: Mapping[str, int],
    owners: Collection[int] | None,
) -> dict[int, Sums]:
    """Return what was open in a period at a moment by owner; of all owners for None."""
    select, values = _sums(odds)
    sql = f"""
        {DAYS}
        SELECT owner, {select}
        FROM (SELECT s.owner, s.amount, s.category, {CLAIMED} AS claimed, {_part(odds)} AS part {_OPEN} {owned(owners)})
        GROUP BY owner
    """
    rows = conn.execute(sql, values | bounds(period, at, owners))
    return {owner: Sums(*sums) for owner, *sums in rows}


def open_sums(
    conn: sqlite3.Connection,
    period: Period,
    at: Moment,
    odds: Mapping[str, int],
    owners: Collection[int] | None,
) -> Sums:
    """Return what was open in a period at a moment, of some owners together; of all for None."""
    select, values = _sums(odds)
    sql = f"""
        {DAYS}
        SELECT {select}
        FROM (SELECT s.amount, s.category, {CLAIMED} AS claimed, {_part(odds)} AS part {_OPEN} {owned(owners)})
    """
    return Sums(*conn.execute(sql, values | bounds(period, at, owners)).fetchone())


def won_sum(conn: sqlite3.Connection, period: Period, at: Moment, owners: Collection[int] | None) -> int:
    """Return what was won with a close date in a period, as of a moment, in minor units."""
    sql = f"""
        {DAYS}
        SELECT coalesce(sum(s.amount), 0) FROM day CROSS JOIN deal_state s INDEXED BY state_won
        WHERE s.close_day = day.number AND s.valid_to > :at AND s.valid_from <= :at AND s.status = 1 {owned(owners)}
    """
    return int(conn.execute(sql, bounds(period, at, owners)).fetchone()[0])


def won_deals(conn: sqlite3.Connection, period: Period, at: Moment) -> set[int]:
    """Return the deals that were won with a close date in a period, as of a moment, by the store's number."""
    sql = f"{_won_in()} SELECT deal FROM won"
    return {deal for (deal,) in conn.execute(sql, {"first": period.start, "last": period.end, "known": at})}


def claimed_states(conn: sqlite3.Connection, period: Period, start: Moment, end: Moment) -> list[ClaimedState]:
    """Return the states in which Commit of a period was claimed and that held at some time from start to end."""
    sql = f"""
        SELECT s.deal, s.owner, s.valid_from, s.valid_to, s.good_until, s.hold = 2, s.amount
        FROM deal_state s INDEXED BY state_open
        WHERE s.close_day BETWEEN :first AND :last AND s.status = 0 AND s.valid_to > :start AND s.valid_from <= :end
            AND {CLAIMED}
    """
    values = {"first": period.start, "last": period.end, "start": start, "end": end}
    return [ClaimedState._make(row) for row in conn.execute(sql, values)]


def stage_counts(
    conn: sqlite3.Connection, period: Period, at: Moment, known: Moment, owners: Collection[int] | None
) -> dict[str, StageCount]:
    """Return by stage how many deals were open in a period at a moment, and how many were won in it, as known later."""
    sql = f"""
        {DAYS}, {_won_in().removeprefix("WITH ")}
        SELECT s.stage, count(*), sum(s.deal IN (SELECT deal FROM won)) {_OPEN} {owned(owners)} GROUP BY s.stage
    """
    rows = conn.execute(sql, bounds(period, at, owners) | {"known": known})
    return {stage: StageCount(*counts) for stage, *counts in rows}


def _won_in() -> str:
    return """WITH won AS MATERIALIZED (
        SELECT w.deal FROM deal_state w INDEXED BY state_won
        WHERE w.close_day BETWEEN :first AND :last AND w.valid_to > :known AND w.valid_from <= :known AND w.status = 1
    )"""


def _sums(odds: Mapping[str, int]) -> tuple[str, dict[str, int | str]]:
    select = """
        coalesce(sum(iif(claimed, amount, 0)), 0), coalesce(sum(iif(category = 3, amount, 0)), 0),
        coalesce(sum(iif(category = 2, amount, 0)), 0),
        coalesce(sum(part / 10000 + (part % 10000 > 5000 OR (part % 10000 = 5000 AND part / 10000 % 2 = 1))), 0)
    """
    values: dict[str, int | str] = {}
    for i, (stage, odds_bp) in enumerate(_given(odds)):
        values |= {f"stage{i}": stage, f"odds{i}": odds_bp}
    return select, values


def _part(odds: Mapping[str, int]) -> str:
    terms = " ".join(f"WHEN :stage{i} THEN :odds{i}" for i in range(len(_given(odds))))
    return f"s.amount * CASE s.stage {terms} ELSE 0 END" if terms else "0"


def _given(odds: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(stage, odds_bp) for stage, odds_bp in odds.items() if odds_bp]


def owned(owners: Collection[int] | None) -> str:
    """Return the condition on owners; "" for all of them."""
    return "" if owners is None else "AND s.owner IN (SELECT value FROM json_each(:owners))"


def bounds(period: Period, at: Moment, owners: Collection[int] | None) -> dict[str, int | str]:
    """Return the values of a period, a moment and owners."""
    return {"first": period.start, "last": period.end, "at": at, "owners": json.dumps(sorted(owners or ()))}
