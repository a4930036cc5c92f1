"""The record as a list."""

from __future__ import annotations

from typing import Any

from salesops_tui.domain.calendar import FOREVER, Day
from salesops_tui.domain.people import Person
from salesops_tui.services.context import Context
from salesops_tui.services.permission import RecordSight
from salesops_tui.store import record


def list_record(
    context: Context,
    *,
    limit: int = 50,
    deal: str | None = None,
    person: Person | None = None,
    week: Day | None = None,
) -> list[dict[str, Any]]:
    """Return decisions and imports as JSON values, the newest first: those that the actor may see.

    Args:
        context: who reads.
        limit: how many.
        deal: only what concerns the deal with this id.
        person: only what this person did.
        week: only what was written down in the week of this day.
    """
    found: list[dict[str, Any]] = []
    sight = RecordSight(context)
    calendar = context.calendar
    since = None if week is None else calendar.start_of_day(calendar.week_of(week))
    until = FOREVER if since is None else calendar.week_end_of(since)
    for row in record.rows(context.store.conn, actor=person.id if person else None, since=since):
        if (deal is not None and row.body.get("deal") != deal) or row.recorded_at > until:
            continue
        if not sight.sees(row):
            continue
        found.append(_described(context, row))
        if len(found) == limit:
            break
    return found


def _described(context: Context, row: record.RecordRow) -> dict[str, Any]:
    who = context.people.get(row.actor) if row.actor is not None else None
    what = {k: v for k, v in row.body.items() if k not in {"kind", "valid_at", "recorded_at", "actor"}}
    return {
        "seq": row.seq,
        "at": context.calendar.iso(row.recorded_at),
        "valid_at": context.calendar.iso(row.valid_at),
        "by": who.name if who else "",
        "kind": row.kind,
        "what": what,
        "hash": row.hash,
    }
