"""Which inspection an answer belongs to: one that is going on, or a new one."""

from __future__ import annotations

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.inspection import rule
from salesops_tui.domain.people import Person
from salesops_tui.services.calls import open_call
from salesops_tui.services.context import Context
from salesops_tui.store import calls as store_calls
from salesops_tui.store import people as store_people
from salesops_tui.store.calls import Call, Inspection
from salesops_tui.store.deals import DealAt


def open_inspection(context: Context, deal: DealAt, at: Moment) -> Inspection | None:
    """Return the inspection of a deal that goes on at a moment, whoever opened it; None if there is none.

    It goes on while its call is open and its verdict has not settled. A verdict settles with the day, and when
    the deal changes: an answer after that is a new inspection, not the correction of a slip.
    """
    now = context.now()
    for call, inspection in store_calls.open_inspections(context.store.conn, deal.id, at):
        if call.takes_answers(at, now) and not _settled(context, call, inspection, deal, at):
            return inspection
    return None


def join_or_open(
    context: Context, deal: DealAt, actor: Person, at: Moment, *, backdated: bool, rep_present: bool | None
) -> Inspection:
    """Return the inspection that goes on, else a new one in a call of the actor's that covers the deal.

    Inside a write transaction; opens that call too where there is none.
    """
    joined = open_inspection(context, deal, at)
    if joined:
        return joined
    call = call_covering(context, actor, deal.owner, at) or open_call(context, None, at)
    version = context.policy.version
    fresh = Inspection(0, deal.id, call.id, version, at, actor.id, rep_present, backdated)
    return store_calls.add_inspection(context.store.conn, fresh)


def call_covering(context: Context, actor: Person, owner: int, at: Moment) -> Call | None:
    """Return the newest open call of the actor whose scope holds an owner, or None."""
    conn, now = context.store.conn, context.now()
    mine = (c for c in store_calls.open_calls(conn, at, actor.id) if c.takes_answers(at, now))
    return next((c for c in mine if c.scope is None or store_people.is_below(conn, owner, c.scope, at)), None)


def _settled(context: Context, call: Call, inspection: Inspection, deal: DealAt, at: Moment) -> bool:
    policy = context.policies.version(inspection.policy)
    ruling = rule(policy, store_calls.answers_of(context.store.conn, inspection.id))
    if ruling.moment is None:
        return False
    calendar = context.calendar
    day = calendar.day_of(ruling.moment)
    # What was only held on paper can be written down on any day; what was said in a call stands by that evening.
    over = day != calendar.day_of(at) or (not call.backdated and day != calendar.day_of(context.now()))
    return over or deal.since > ruling.moment
