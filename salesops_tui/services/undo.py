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
    """What was taken back.

    Attributes:
        text: names it, as in "Undid: Acme moved to Best Case".
        question: the key of the question whose answer it was; "" for an action or a note.
    """

    text: str
    deal: str
    question: str = ""


def undo_last(context: Context) -> Undone:
    """Withdraw the actor's last decision of an open call; the record keeps both.

    Raises:
        Refused: there is nothing to undo, or its call has ended (the way then is a new inspection).
    """
    with context.store.write() as conn:
        rows = _last_decision(context)
        row = rows[-1]
        change = context.change("undo", valid_at=row.valid_at)
        if not all(record.withdraw(conn, r.change, change) for r in rows):
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
    answers = row.body.get("answers") or [{"question": ""}]
    return Undone(text, after.key, answers[0]["question"])


def _last_decision(context: Context) -> list[RecordRow]:
    """The last row to undo, newest first; a reason given after an answer goes together with it."""
    conn = context.store.conn
    actor = context.acting()
    calls = store_calls.open_calls(conn, context.now())
    since = min((c.started_at for c in calls), default=None)
    if since is None:
        raise Refused("there is nothing to undo: no call is open; after a call the way is a new inspection")
    open_numbers = {c.id for c in calls}
    withdrawn = record.withdrawn_since(conn, since)
    found: list[RecordRow] = []
    for row in record.rows(conn, since=since, actor=actor.id):
        if row.kind not in _UNDOABLE or row.change in withdrawn or row.body.get("call") not in open_numbers:
            continue
        if found and not _gave_the_reason(found[-1], row):
            break
        found.append(row)
    if not found:
        raise Refused("there is nothing of yours to undo in this call")
    return found


def _gave_the_reason(later: RecordRow, row: RecordRow) -> bool:
    """Whether the later row did nothing but give (or change) the reason of the answer in `row`."""
    if later.kind != "answer" or row.kind != "answer" or later.body["inspection"] != row.body["inspection"]:
        return False
    bare = [[{**a, "reason": ""} for a in r.body["answers"]] for r in (later, row)]
    return len(bare[0]) == 1 and bare[0] == bare[1]


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
