"""Undo: the last thing that somebody did in an open call, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from salesops_tui.errors import Refused
from salesops_tui.services.context import Context
from salesops_tui.services.inspecting import find_deal
from salesops_tui.store import calls as store_calls
from salesops_tui.store import deals as store_deals
from salesops_tui.store import record, tracks
from salesops_tui.store.record import RecordRow

_UNDOABLE = {"answer", "action", "note"}


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back. `text` names it: "Undid: Acme moved to Best Case"."""

    text: str
    deal: str


def undo_last(context: Context) -> Undone:
    """Withdraw the actor's last decision of an open call; the record keeps both.

    Raises:
        Refused: there is nothing to undo, or its call has ended (the way then is a new inspection).
    """
    with context.store.write() as conn:
        row = _last_decision(context)
        change = context.change("undo", valid_at=row.valid_at)
        if not record.withdraw(conn, row.change, change):
            raise Refused("somebody else has undone that meanwhile")
        number = store_deals.deal_number(conn, row.body["deal"])
        assert number is not None
        before = store_deals.deal_at(conn, number, context.now())
        if row.kind == "answer":
            tracks.rebuild(conn, context.policies, [number])
        after = find_deal(context, row.body["deal"], context.now())
        text = f"Undid: {after.name} {_what(context, row)}"
        record.write_record(
            conn,
            change,
            {
                "deal": row.body["deal"],
                "undid": row.seq,
                "category_before": before.category.key if before else None,
                "category_after": after.category.key,
            },
        )
    return Undone(text, after.key)


def _last_decision(context: Context) -> RecordRow:
    conn = context.store.conn
    actor = context.acting()
    calls = store_calls.open_calls(conn, context.now())
    since = min((c.started_at for c in calls), default=None)
    if since is None:
        raise Refused("there is nothing to undo: no call is open; after a call the way is a new inspection")
    open_numbers = {c.id for c in calls}
    withdrawn = record.withdrawn_since(conn, since)
    for row in record.rows(conn, since=since, actor=actor.id):
        if row.kind in _UNDOABLE and row.change not in withdrawn and row.body.get("call") in open_numbers:
            return row
    raise Refused("there is nothing of yours to undo in this call")


def _what(context: Context, row: RecordRow) -> str:
    body: dict[str, Any] = dict(row.body)
    if row.kind == "action":
        return f"· action {body.get('did', '')}: {body.get('text', '')}"
    if body.get("category_before") != body.get("category_after"):
        return f"moved to {str(body['category_after']).replace('_', ' ').title()}"
    answers = body.get("answers") or []
    if not answers:
        return "· close plan"
    labels = {q.key: q.label for q in context.policy.questions}
    said = [f"{labels.get(a['question'], a['question'])}: {a['value'].replace('_', ' ')}" for a in answers]
    return "· " + ", ".join(said)
