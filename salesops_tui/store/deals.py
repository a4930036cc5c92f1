"""Reading deals as of a moment."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import FOREVER, Day, Moment, Period
from salesops_tui.domain.deal import Category, Detail, Hold, Status, Void
from salesops_tui.domain.people import Scope

_DETAIL_COLUMNS = (
    "x.name, x.account, x.created_day, x.next_step, x.next_step_day, x.last_meeting_day, x.last_activity_day,"
    " x.economic_buyer, x.economic_buyer_title, x.type, x.segment, x.term_months, x.close_confirmed, x.close_plan,"
    " x.requalified_day, x.loss_reason, x.competitor, x.owner_text"
)
_DEAL_COLUMNS = (
    "s.deal, d.key, x.name, x.account, s.owner, s.stage, s.amount, c.currency, c.original, s.close_day, s.status,"
    " s.rep_category, s.category, s.hold, s.inspection, s.good_until, s.void, s.slips, s.valid_from"
)
_JOINS = """
    FROM deal_state s
    JOIN deal d ON d.id = s.deal
    JOIN detail x ON x.id = s.detail
    JOIN claim c ON c.id = s.claim
"""


# Looking a member up is five times quicker than calling its class, and lists do so by the ten thousand.
_STATUSES, _CATEGORIES, _HOLDS, _VOIDS = tuple(Status), tuple(Category), tuple(Hold), tuple(Void)


class DealAt(NamedTuple):
    """A deal as it was at one moment, with what a list shows.

    Attributes:
        amount: minor units of the store's currency; `original` of the deal's own `currency`.
        since: when this state began.
    """

    id: int
    key: str
    name: str
    account: str
    owner: int
    stage: str
    amount: int
    currency: str
    original: int
    close_day: Day
    status: Status
    rep_category: Category
    category: Category
    hold: Hold
    inspection: int | None
    good_until: Moment
    void: Void
    slips: int
    since: Moment

    @property
    def capped(self) -> bool:
        """Whether a failed inspection holds this deal down."""
        return self.hold is Hold.CAPPED

    @property
    def claims_commit(self) -> bool:
        """Whether it is held down while the CRM claims Commit all the same."""
        return self.capped and self.rep_category is Category.COMMIT

    def inspected(self, at: Moment) -> bool:
        """Whether a pass is current at a moment."""
        return self.good_until >= at


class SheetEntry(NamedTuple):
    """What the call sheet needs to know of every Commit or capped deal before it shows any.

    Attributes:
        before_category, before_amount: the deal at the baseline; None where it did not exist or lay elsewhere.
    """

    deal: int
    owner: int
    amount: int
    close_day: Day
    stage: str
    category: Category
    rep_category: Category
    hold: Hold
    inspection: int | None
    good_until: Moment
    void: Void
    slips: int
    before_category: Category | None
    before_amount: int | None


def deal_number(conn: sqlite3.Connection, key: str) -> int | None:
    """Return the store's number of the deal with this CRM id, or None."""
    row = conn.execute("SELECT id FROM deal WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def deal_key(conn: sqlite3.Connection, number: int) -> str:
    """Return the CRM id of a deal that exists."""
    return str(conn.execute("SELECT key FROM deal WHERE id = ?", (number,)).fetchone()[0])


def all_keys(conn: sqlite3.Connection) -> list[tuple[int, str]]:
    """Return the store's number and the CRM id of every deal."""
    return conn.execute("SELECT id, key FROM deal ORDER BY id").fetchall()


def deals_at(
    conn: sqlite3.Connection,
    at: Moment,
    *,
    current: bool,
    period: Period | None = None,
    scope: Scope | None = None,
) -> list[DealAt]:
    """Return the deals as they were at `at`, ordered by close date.

    Args:
        conn: the store.
        at: the moment; ignored where `current` says that it is now.
        current: read the states that hold now, which is quicker.
        period: only deals that close in it.
        scope: only deals whose owner is in it, and may be named.
    """
    where, values = slice_of_states(at, current=current, period=period, scope=scope.named if scope else None)
    sql = f"SELECT {_DEAL_COLUMNS} {_JOINS} WHERE {where} ORDER BY s.close_day, d.key"
    return [_deal(row) for row in conn.execute(sql, values)]


def deals_by_number(
    conn: sqlite3.Connection, numbers: Iterable[int], at: Moment, *, current: bool
) -> dict[int, DealAt]:
    """Return some deals as they were at a moment, by the store's number."""
    where, values = slice_of_states(at, current=current)
    sql = f"SELECT {_DEAL_COLUMNS} {_JOINS} WHERE s.deal IN (SELECT value FROM json_each(:wanted)) AND {where}"
    rows = conn.execute(sql, values | {"wanted": json.dumps(list(numbers))})
    return {row[0]: _deal(row) for row in rows}


def deal_at(conn: sqlite3.Connection, number: int, at: Moment) -> DealAt | None:
    """Return one deal as it was at a moment; None before its first claim."""
    return deals_by_number(conn, [number], at, current=False).get(number)


def detail_at(conn: sqlite3.Connection, number: int, at: Moment) -> Detail | None:
    """Return what was known of a deal beside its claim at a moment."""
    sql = f"""
        SELECT {_DETAIL_COLUMNS}, x.extra FROM deal_state s JOIN detail x ON x.id = s.detail
        WHERE s.deal = ? AND s.valid_from <= ? AND s.valid_to > ?
    """
    row = conn.execute(sql, (number, at, at)).fetchone()
    return Detail(*[*row[:-1], json.loads(row[-1] or "{}")]) if row else None


def totals_at(
    conn: sqlite3.Connection, at: Moment, *, current: bool, period: Period, scope: Scope
) -> Mapping[Category, tuple[int, int, int]]:
    """Return amount, number of deals and amount with a current pass by category, of open and won deals."""
    where, values = slice_of_states(at, current=current, period=period, scope=scope)
    sql = f"""
        SELECT s.category, sum(s.amount), count(*), sum(iif(s.good_until >= :at, s.amount, 0))
        FROM deal_state s WHERE {where} AND s.status IN (0, 1) GROUP BY s.category
    """
    return {Category(c): (a, n, i) for c, a, n, i in conn.execute(sql, values)}


def commit_now(conn: sqlite3.Connection, period: Period, scope: Scope) -> int:
    """Return the sum of what is in Commit now, in minor units: one range of the index over Commit."""
    where, values = slice_of_states(Moment(0), current=True, period=period, scope=scope)
    sql = f"SELECT coalesce(sum(s.amount), 0) FROM deal_state s WHERE s.category = 3 AND {where}"
    return int(conn.execute(sql, values).fetchone()[0])


def sheet_entries(
    conn: sqlite3.Connection,
    at: Moment,
    *,
    current: bool,
    period: Period,
    scope: Scope,
    baseline: Moment | None,
) -> list[SheetEntry]:
    """Return the deals in Commit and the capped ones of a scope and period, with what they were at `baseline`."""
    where, values = slice_of_states(at, current=current, period=period, scope=scope.named)
    sql = f"""
        SELECT s.deal, s.owner, s.amount, s.close_day, s.stage, s.category, s.rep_category, s.hold, s.inspection,
            s.good_until, s.void, s.slips, b.category, b.amount
        FROM deal_state s
        LEFT JOIN deal_state b ON b.deal = s.deal AND b.valid_from <= :base AND b.valid_to > :base
            AND b.close_day BETWEEN :first AND :last
        WHERE {where} AND s.status = 0 AND (s.category = 3 OR (s.hold = 2 AND s.category = 2))
    """
    values["base"] = -1 if baseline is None else baseline
    return [_sheet_entry(row) for row in conn.execute(sql, values)]


def matching(conn: sqlite3.Connection, numbers: Collection[int], text: str) -> set[int]:
    """Return which of these deals hold `text` now: in the name, account, CRM id or owner's name, case folded."""
    wanted = text.casefold()
    sql = f"""
        SELECT s.deal, d.key || char(10) || x.name || char(10) || x.account || char(10) || p.name
        {_JOINS} JOIN person p ON p.id = s.owner
        WHERE s.valid_to = {FOREVER} AND s.deal IN (SELECT value FROM json_each(?))
    """
    return {deal for deal, words in conn.execute(sql, (json.dumps(list(numbers)),)) if wanted in words.casefold()}


def sort_texts(conn: sqlite3.Connection, numbers: Collection[int]) -> Mapping[int, tuple[str, str]]:
    """Return the name of the deal and of its owner, for sorting lists by them."""
    sql = f"""
        SELECT s.deal, x.account || ' ' || x.name, p.name {_JOINS} JOIN person p ON p.id = s.owner
        WHERE s.valid_to = {FOREVER} AND s.deal IN (SELECT value FROM json_each(?))
    """
    return {deal: (name, owner) for deal, name, owner in conn.execute(sql, (json.dumps(list(numbers)),))}


def slice_of_states(
    at: Moment, *, current: bool, period: Period | None = None, scope: Scope | None = None
) -> tuple[str, dict[str, object]]:
    """Return the condition on states `s` (and its values) that keeps those of a moment, a period and a scope."""
    terms = [f"s.valid_to = {FOREVER}" if current else "s.valid_from <= :at AND s.valid_to > :at"]
    values: dict[str, object] = {"at": at}
    if period:
        terms.append("s.close_day BETWEEN :first AND :last")
        values |= {"first": period.start, "last": period.end}
    if scope and not scope.everybody:
        terms.append("s.owner IN (SELECT value FROM json_each(:owners))")
        values["owners"] = json.dumps(sorted(scope.members))
    return " AND ".join(terms), values


def _deal(row: tuple[Any, ...]) -> DealAt:
    status, rep_category, category, hold = row[10:14]
    enumerations = _STATUSES[status], _CATEGORIES[rep_category], _CATEGORIES[category], _HOLDS[hold]
    inspection, good_until, void, slips, since = row[14:]
    return DealAt(*[*row[:10], *enumerations, inspection, good_until, _VOIDS[void], slips, since])


def _sheet_entry(row: tuple[Any, ...]) -> SheetEntry:
    category, rep_category, hold = _CATEGORIES[row[5]], _CATEGORIES[row[6]], _HOLDS[row[7]]
    before = None if row[12] is None else _CATEGORIES[row[12]]
    return SheetEntry(*[*row[:5], category, rep_category, hold, *row[8:10], _VOIDS[row[10]], row[11], before, row[13]])
