"""The record as a list, and the proof that nothing in the store was changed behind its back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from salesops_tui.domain.people import Person
from salesops_tui.services.context import Context
from salesops_tui.services.inspecting import plain_answer
from salesops_tui.store import calls as store_calls
from salesops_tui.store import deals as store_deals
from salesops_tui.store import imports, record, tracks

_MOST_PROBLEMS = 50


def list_record(
    context: Context, *, limit: int = 50, deal: str | None = None, person: Person | None = None
) -> list[dict[str, Any]]:
    """Return decisions and imports as JSON values, the newest first."""
    found: list[dict[str, Any]] = []
    for row in record.rows(context.store.conn, actor=person.id if person else None):
        if deal is not None and row.body.get("deal") != deal:
            continue
        who = context.people.get(row.actor) if row.actor is not None else None
        what = {k: v for k, v in row.body.items() if k not in {"kind", "valid_at", "recorded_at", "actor"}}
        found.append(
            {
                "seq": row.seq,
                "at": context.calendar.iso(row.recorded_at),
                "valid_at": context.calendar.iso(row.valid_at),
                "by": who.name if who else "",
                "kind": row.kind,
                "what": what,
                "hash": row.hash,
            }
        )
        if len(found) == limit:
            break
    return found


def verify_store(context: Context) -> tuple[list[str], int, str]:
    """Return what does not agree (nothing, when all is well), the number of record rows, and the chain's head.

    The chain is computed again, every change must be in the record, and every deal's history must be what its
    tracks give.
    """
    conn = context.store.conn
    with context.store.reading():
        problems, count = record.broken_links(conn)
        problems += [f"change {change} is in no row of the record" for change in record.changes_without_record(conn)]
        problems += _rows_that_differ(context)
        for number, key in store_deals.all_keys(conn):
            if list(tracks.projection_of(conn, context.policies, number).states) != tracks.states_of(conn, number):
                problems.append(f"the history of {key} is not what its claims and inspections give")
            if len(problems) >= _MOST_PROBLEMS:
                break
        return problems, count, record.head(conn)


def _rows_that_differ(context: Context) -> Iterator[str]:
    """Yield where answers, imported rows and the figures of ended calls are not what the record says they were."""
    conn = context.store.conn
    for row in record.rows(conn):
        said = (row.body.get("kind"), row.body.get("valid_at"), row.body.get("recorded_at"))
        if said != (row.kind, row.valid_at, row.recorded_at):
            yield f"the change of row {row.seq} of the record was changed"
        elif row.rows_hash and row.kind == "import" and imports.rows_hash(conn, row.change) != row.rows_hash:
            yield f"rows of the import in row {row.seq} of the record were changed"
        elif row.kind == "answer" and row.body["answers"] != [
            plain_answer(draft) for draft in store_calls.drafts_of_change(conn, row.change)
        ]:
            yield f"answers of row {row.seq} of the record were changed"
        elif row.kind == "call_end":
            call = store_calls.call_by_id(conn, row.body["call"])
            if call is None or call.figures != row.body["figures"]:
                yield f"the figures of call {row.body['call']} are not what row {row.seq} of the record says"
