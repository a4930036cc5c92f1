"""Deals as a file of the CRM has them: what it claims and what is known beside it, to be written out again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import Day, Moment, Period
from salesops_tui.domain.deal import Category, Status
from salesops_tui.domain.people import Scope
from salesops_tui.store.deals import slice_of_states


class DealAsDelivered(NamedTuple):
    """A deal's row as a file would have it: what the CRM claims, and everything known beside it.

    Attributes:
        number: of the store.
        owner: of the claim; a won deal counts for its winner, whoever owns it now.
        original: minor units of `currency`.
        extra: the file's other columns.
    """

    number: int
    key: str
    owner: int
    stage: str
    rep_category: Category
    original: int
    currency: str
    close_day: Day
    status: Status
    name: str
    account: str
    created_day: Day | None
    next_step: str
    next_step_day: Day | None
    last_meeting_day: Day | None
    last_activity_day: Day | None
    economic_buyer: str
    economic_buyer_title: str
    type: str
    segment: str
    term_months: int | None
    close_confirmed: str
    close_plan: str
    requalified_day: Day | None
    loss_reason: str
    competitor: str
    owner_text: str
    extra: dict[str, str]


_DELIVERED = (
    "s.deal, d.key, c.owner, c.stage, c.rep_category, c.original, c.currency, c.close_day, c.status, x.name,"
    " x.account, x.created_day, x.next_step, x.next_step_day, x.last_meeting_day, x.last_activity_day,"
    " x.economic_buyer, x.economic_buyer_title, x.type, x.segment, x.term_months, x.close_confirmed, x.close_plan,"
    " x.requalified_day, x.loss_reason, x.competitor, x.owner_text, x.extra"
)


def deals_as_delivered(
    conn: sqlite3.Connection,
    at: Moment,
    *,
    current: bool,
    period: Period | None = None,
    scope: Scope | None = None,
    only: Collection[int] | None = None,
) -> Iterator[DealAsDelivered]:
    """Yield deals as a file would have them, by close date; those that are gone from the CRM are left out."""
    where, values = slice_of_states(at, current=current, period=period, scope=scope.named if scope else None)
    if only is not None:
        where += " AND s.deal IN (SELECT value FROM json_each(:only))"
        values["only"] = json.dumps(list(only))
    sql = f"""
        SELECT {_DELIVERED} FROM deal_state s JOIN deal d ON d.id = s.deal JOIN detail x ON x.id = s.detail
            JOIN claim c ON c.id = s.claim
        WHERE {where} AND s.status <> {int(Status.REMOVED)} ORDER BY s.close_day, d.key
    """
    for row in conn.execute(sql, values):
        yield _delivered(row)


def extra_columns(
    conn: sqlite3.Connection, at: Moment, *, current: bool, period: Period | None, scope: Scope | None
) -> list[str]:
    """Return the names of the other columns that any of these deals has, as their files had them, in order."""
    where, values = slice_of_states(at, current=current, period=period, scope=scope.named if scope else None)
    sql = f"""
        SELECT e.key
        FROM deal_state s JOIN detail x ON x.id = s.detail, json_each(coalesce(nullif(x.extra, ''), '{{}}')) e
        WHERE {where} AND s.status <> {int(Status.REMOVED)} GROUP BY e.key ORDER BY min(e.id), e.key
    """
    return [name for (name,) in conn.execute(sql, values)]


def _delivered(row: tuple[Any, ...]) -> DealAsDelivered:
    extra = {name: value for name, value in json.loads(row[-1] or "{}").items() if value is not None}
    return DealAsDelivered._make([*row[:4], Category(row[4]), *row[5:8], Status(row[8]), *row[9:-1], extra])
