"""The proof that nothing in the store was changed behind its back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from typing import NamedTuple

from salesops_tui.errors import SalesopsError
from salesops_tui.services.context import Context
from salesops_tui.services.inspecting import plain_answer
from salesops_tui.services.permission import whole_store
from salesops_tui.store import calls as store_calls
from salesops_tui.store import deals as store_deals
from salesops_tui.store import evidence, imports, record, strangers, tracks
from salesops_tui.store.record import RecordRow

_MOST_PROBLEMS = 50


class Verified(NamedTuple):
    """What a look at the whole store gave.

    Attributes:
        problems: what does not agree, each in words; none when all is well.
        rows: how many rows the record has.
        head: the hash of its newest row, which stands in the minutes too.
        known_at: the row whose hash was asked for, or None where no row has it.
    """

    problems: list[str]
    rows: int
    head: str
    known_at: int | None


def verify_store(context: Context, known_head: str = "") -> Verified:
    """Compare everything in the store with the record and with what follows from it.

    The chain is computed again; every change has a row in it, and all rows that came with a change have the hash
    that the row carries; people, ended calls and each deal's history are what they were said or follow to be; and
    the store has the tables and triggers of its schema and no others.

    Args:
        context: who looks.
        known_head: a head that was seen before, in minutes or a backup: a store that was written anew from an
            earlier point does not have it.
    """
    whole_store(context, "the proof")
    conn = context.store.conn
    with context.store.reading():
        problems, count = record.broken_links(conn)
        known_at = record.row_with_hash(conn, known_head) if known_head else None
        if known_head and known_at is None:
            problems.append(f"no row of the record has the hash {known_head}: the record was rewritten since, or cut")
        looks = (_strange_things, _rows_that_differ, _histories_that_differ)
        problems += islice(chain.from_iterable(_guarded(look, context) for look in looks), _MOST_PROBLEMS)
        return Verified(problems, count, record.head(conn), known_at)


def _guarded(look: Callable[[Context], Iterator[str]], context: Context) -> Iterator[str]:
    """Let a look end in a problem where the store holds what nobody can have written."""
    try:
        yield from look(context)
    except (SalesopsError, ValueError, LookupError, TypeError, AssertionError) as error:
        yield f"something in the store cannot be read, so that not all could be compared: {error}"


def _strange_things(context: Context) -> Iterator[str]:
    conn = context.store.conn
    yield from evidence.strange_schema(conn)
    yield from strangers.disorder(conn)
    yield from strangers.slipped_in(conn)
    for change in record.changes_without_record(conn):
        yield f"change {change} is in no row of the record"
    for seq in record.rows_without_change(conn):
        yield f"the change of row {seq} of the record is missing"
    for key in evidence.strange_deals(conn):
        yield f"the deal {key} came with no import"


def _histories_that_differ(context: Context) -> Iterator[str]:
    conn = context.store.conn
    keys = dict(store_deals.all_keys(conn))
    for deal in tracks.differing(conn, context.policies, keys):
        yield f"the history of {keys[deal]} is not what its claims and inspections give"


def _rows_that_differ(context: Context) -> Iterator[str]:
    keys = {person.id: person.key for person in context.people.values()}
    people_known = False
    for row in record.rows(context.store.conn):
        said = (row.body.get("kind"), row.body.get("valid_at"), row.body.get("recorded_at"), row.body.get("actor"))
        if said != (row.kind, row.valid_at, row.recorded_at, _actor(row, keys)):
            yield f"the change of row {row.seq} of the record was changed"
        problem = _rows_of(context, row) or _call_of(context, row)
        if problem:
            yield problem
        if "people_hash" in row.body and not people_known:
            people_known = True
            if row.body["people_hash"] != evidence.people_hash(context.store.conn):
                yield f"people or reporting lines were changed since row {row.seq} of the record"


def _actor(row: RecordRow, keys: Mapping[int, str]) -> str | None:
    return None if row.actor is None else keys.get(row.actor, "nobody")


def _rows_of(context: Context, row: RecordRow) -> str:
    """Say where the rows that came with a change are not those that the record was written over."""
    conn = context.store.conn
    if row.rows_hash.startswith(evidence.MARK):
        same = evidence.rows_hash(conn, row.change, row.kind) == row.rows_hash
    elif row.kind == "import":
        same = imports.rows_hash(conn, row.change) == row.rows_hash
    elif row.kind == "answer":
        drafts = store_calls.drafts_of_change(conn, row.change)
        same = row.body["answers"] == [plain_answer(draft) for draft in drafts]
    else:
        return ""
    if same:
        return ""
    about = f" ({row.body['deal']})" if "deal" in row.body else ""
    return f"rows that came with row {row.seq} of the record ({row.kind}{about}) were changed, removed or added to"


def _call_of(context: Context, row: RecordRow) -> str:
    if row.kind != "call_end":
        return ""
    call = store_calls.call_by_id(context.store.conn, row.body["call"])
    ended = (row.body["figures"], row.valid_at, None if row.body["lapsed"] else row.actor)
    if call is None or (call.figures, call.ended_at, call.ended_by) != ended:
        return f"the end of call {row.body['call']} is not what row {row.seq} of the record says"
    if (call.figures or {}).get("head", row.prev) != row.prev:
        return f"the head that call {row.body['call']} was given is not that of the row before row {row.seq}"
    return ""
