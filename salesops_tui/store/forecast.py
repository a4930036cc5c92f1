"""The deals that a forecast is made of: open ones and won ones that close in a period, as of a moment."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from salesops_tui.domain.calendar import FOREVER, Moment, Period
from salesops_tui.domain.deal import Category, Hold, Status
from salesops_tui.domain.forecast import NOTHING, Figures
from salesops_tui.store.quarter_sums import GIVEN_UP

_CATEGORIES, _STATUSES, _HOLDS = tuple(Category), tuple(Status), tuple(Hold)
_NAMES = ("omitted", "pipeline", "best_case", "uninspected", "inspected", "closed")
# Which of these names a state goes by.
_KIND = """
    CASE WHEN s.status = 1 THEN 5 WHEN s.category = 3 THEN 3 + (s.good_until >= :at)
        WHEN s.category < 3 THEN s.category ELSE 0 END
"""
_DAYS = "WITH RECURSIVE day (number) AS (VALUES (:first) UNION ALL SELECT number + 1 FROM day WHERE number < :last)"

# A weighted amount in whole minor units, halves to even, of `part` = amount × basis points.
_ROUNDED = "(part / 10000 + (part % 10000 > 5000 OR (part % 10000 = 5000 AND part / 10000 % 2 = 1)))"


class ForecastDeal(NamedTuple):
    """An open or won deal of a period, as short as a forecast needs it.

    Attributes:
        deal: the store's number.
        inspected: whether a pass is current at the moment of the forecast.
        given_up: whether the rep let go, since, of the claim of Commit that a failed inspection overrode.
    """

    deal: int
    owner: int
    status: Status
    category: Category
    hold: Hold
    stage: str
    amount: int
    inspected: bool
    given_up: bool


class StageSum(NamedTuple):
    """The open or the won deals of a period that stand in one stage."""

    stage: str
    status: Status
    amount: int
    deals: int


class Slice(NamedTuple):
    """Which deals are meant: those that close in a period, as of a moment, of some owners.

    Attributes:
        current: the moment is now, which is quicker to read.
        owners: of these people only; None for all.
    """

    period: Period
    at: Moment
    current: bool
    owners: Collection[int] | None


def figures_by_owner(conn: sqlite3.Connection, wanted: Slice, odds: Mapping[str, int]) -> dict[int, Figures]:
    """Return what each owner has closed and holds open, weighted by the odds of each stage in basis points."""
    odds_bp, values = _odds(odds)
    # Owner and kind as one number: sorting by it takes two thirds of the time of sorting by both.
    columns = f"s.owner * 8 + {_KIND} AS owned, s.amount, s.amount * {odds_bp} AS part"
    rows, bound = _rows(wanted, columns)
    sql = f"SELECT owned, sum(amount), count(*), sum({_ROUNDED}) FROM ({rows}) GROUP BY owned"
    found: dict[int, dict[str, int]] = {}
    for owned, amount, deals, weighted in conn.execute(sql, values | bound):
        owner, kind = divmod(owned, 8)
        name = _NAMES[kind]
        sums = found.setdefault(owner, {})
        sums[name], sums[f"{name}_deals"] = amount, deals
        if name in ("inspected", "uninspected"):
            sums["over_claim"] = sums.get("over_claim", 0) + weighted - amount
        elif name != "closed":
            sums["upside"] = sums.get("upside", 0) + weighted
    return {owner: NOTHING._replace(**sums) for owner, sums in found.items()}


def commit_and_divergence(conn: sqlite3.Connection, wanted: Slice, odds: Mapping[str, int]) -> tuple[int, int]:
    """Return Commit, and how far the weighted open deals lie from it: the two sums alone, which is much quicker."""
    odds_bp, values = _odds(odds)
    rows, bound = _rows(wanted, f"s.status, iif(s.category = 3, s.amount, 0) AS counted, s.amount * {odds_bp} AS part")
    sql = f"SELECT coalesce(sum(counted), 0), coalesce(sum({_ROUNDED} - counted), 0) FROM ({rows}) WHERE status = 0"
    commit, divergence = conn.execute(sql, values | bound).fetchone()
    return commit, divergence


def forecast_deals(conn: sqlite3.Connection, wanted: Slice) -> list[ForecastDeal]:
    """Return the open and the won deals one by one."""
    given_up = f"iif(s.hold = 2 AND s.rep_category = 2, {GIVEN_UP}, 0)"
    columns = f"s.deal, s.owner, s.status, s.category, s.hold, s.stage, s.amount, s.good_until >= :at, {given_up}"
    sql, values = _rows(wanted, columns)
    return [
        ForecastDeal(deal, owner, _STATUSES[status], _CATEGORIES[category], _HOLDS[hold], stage, amount, *map(bool, so))
        for deal, owner, status, category, hold, stage, amount, *so in conn.execute(sql, values)
    ]


def stage_sums(conn: sqlite3.Connection, wanted: Slice) -> list[StageSum]:
    """Return what stands in each stage, open and won apart."""
    rows, values = _rows(wanted, "s.stage, s.status, s.amount")
    sql = f"SELECT stage, status, sum(amount), count(*) FROM ({rows}) GROUP BY stage, status"
    return [StageSum(stage, _STATUSES[status], *sums) for stage, status, *sums in conn.execute(sql, values)]


def keys_of(conn: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Return the CRM ids of deals by the store's number."""
    sql = "SELECT id, key FROM deal WHERE id IN (SELECT value FROM json_each(?))"
    return dict(conn.execute(sql, (json.dumps(list(numbers)),)).fetchall())


def is_foreseen(conn: sqlite3.Connection, period: Period) -> bool:
    """Say whether an open deal closes in a period, or somebody has a quota for it."""
    sql = f"""
        SELECT EXISTS (SELECT 1 FROM quota WHERE period = ?) OR EXISTS (
            SELECT 1 FROM deal_state
            WHERE valid_to = {FOREVER} AND close_day BETWEEN ? AND ? AND status = {Status.OPEN:d}
        )
    """
    return bool(conn.execute(sql, (period.name, period.start, period.end)).fetchone()[0])


def known_since(conn: sqlite3.Connection) -> Moment | None:
    """Return when the store first knew a deal; None while it knows none."""
    first = conn.execute("SELECT min(valid_from) FROM deal_state").fetchone()[0]
    return None if first is None else Moment(first)


def _odds(odds: Mapping[str, int]) -> tuple[str, dict[str, int | str]]:
    """Return the SQL for the odds of a state's stage in basis points, and its values."""
    given = [(stage, odds_bp) for stage, odds_bp in odds.items() if odds_bp]
    values: dict[str, int | str] = {}
    for i, (stage, odds_bp) in enumerate(given):
        values |= {f"stage{i}": stage, f"odds{i}": odds_bp}
    terms = " ".join(f"WHEN :stage{i} THEN :odds{i}" for i in range(len(given)))
    return (f"CASE s.stage {terms} ELSE 0 END" if given else "0"), values


def _rows(wanted: Slice, columns: str) -> tuple[str, dict[str, int | str]]:
    """Return the query for the open and the won states that are meant, and its values."""
    values: dict[str, int | str] = {"at": wanted.at, "first": wanted.period.start, "last": wanted.period.end}
    owned = ""
    if wanted.owners is not None:
        owned = "AND s.owner IN (SELECT value FROM json_each(:owners))"
        values["owners"] = json.dumps(sorted(wanted.owners))
    if wanted.current:
        sql = f"""
            SELECT {columns} FROM deal_state s
            WHERE s.valid_to = {FOREVER} AND s.close_day BETWEEN :first AND :last AND s.status IN (0, 1) {owned}
        """
        return sql, values
    # Of the past, one seek a day in an index that is in the order of days: a scan reads every state there ever was.
    parts = (
        f"""
            SELECT {columns} FROM day CROSS JOIN deal_state s INDEXED BY {index}
            WHERE s.status = {status:d} AND s.close_day = day.number AND s.valid_to > :at AND s.valid_from <= :at
                {owned}
        """
        for index, status in (("state_open", Status.OPEN), ("state_won", Status.WON))
    )
    return f"{_DAYS} {' UNION ALL '.join(parts)}", values
