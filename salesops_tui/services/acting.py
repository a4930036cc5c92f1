"""Actions: what was agreed on a deal, by whom and until when."""

from __future__ import annotations

from typing import Any

from salesops_tui.domain.calendar import Day, iso_day
from salesops_tui.domain.people import Person, Scope
from salesops_tui.errors import NotFound, Refused
from salesops_tui.services import calls, permission
from salesops_tui.services.context import Context
from salesops_tui.services.inspecting import find_deal
from salesops_tui.services.joining import open_inspection
from salesops_tui.store import actions as store_actions
from salesops_tui.store import deals as store_deals
from salesops_tui.store import record
from salesops_tui.store.actions import Action

_LONGEST = 500


def add_action(context: Context, deal_key: str, owner: Person, due: Day, text: str) -> int:
    """Agree on an action and return its number; within an open inspection of the deal it belongs to that.

    Raises:
        Refused: the text is blank or long beyond reason, or the actor may not act on this deal, or not give anything
            to that person.
    """
    body = " ".join(text.split())
    if not body:
        raise Refused("an action needs a text: who does what")
    if len(body) > _LONGEST:
        raise Refused(f"an action is at most {_LONGEST} characters; this has {len(body)}")
    with context.store.write() as conn:
        now = context.now()
        deal = find_deal(context, deal_key, now)
        if deal.owner != context.acting().id:
            permission.inspector(context, deal.owner, now)
        permission.entrusted(context, owner)
        inspection = open_inspection(context, deal, now)
        change = context.change("action")
        number = store_actions.add_action(
            conn,
            deal=deal.id,
            inspection=inspection.id if inspection else None,
            owner=owner.id,
            due_day=due,
            body=body,
            created_at=now,
            change=change,
        )
        entry = {
            "deal": deal.key,
            "action": number,
            "did": "added",
            "owner": owner.key,
            "due": iso_day(due),
            "text": body,
        }
        record.write_record(conn, change, entry | _call_of(context, inspection.call if inspection else None))
    return number


def close_action(context: Context, number: int, *, done: bool) -> Action:
    """Mark an action done or not done and return it.

    Raises:
        NotFound: no such action.
        Refused: it is closed already, or neither the actor's nor below them.
    """
    with context.store.write() as conn:
        action = store_actions.action_by_id(conn, number)
        if action is None:
            raise NotFound(f"there is no action {number}; 'salesops actions' lists them")
        if action.status != "open":
            raise Refused(f"action {number} is {action.status.replace('_', ' ')} already")
        if action.owner != context.acting().id:
            permission.inspector(context, action.owner, context.now())
        status = "done" if done else "not_done"
        change = context.change("action")
        store_actions.close_action(conn, number, status, change)
        key = store_deals.deal_key(conn, action.deal)
        entry = {"deal": key, "action": number, "did": status.replace("_", " "), "text": action.body}
        record.write_record(conn, change, entry | _call_of(context, None))
        found = store_actions.action_by_id(conn, number)
    assert found is not None
    return found


def _call_of(context: Context, call: int | None) -> dict[str, int]:
    if call is None:
        current = calls.current_call(context)
        call = current.id if current else None
    return {} if call is None else {"call": call}


def list_actions(context: Context, scope: Scope, *, every: bool = False) -> list[dict[str, Any]]:
    """Return the actions on open deals whose owner is in a scope, as JSON values; open ones unless `every`."""
    conn = context.store.conn
    found = [a for a in store_actions.all_actions(conn) if a.owner in scope and (every or a.status == "open")]
    deals = store_deals.deals_by_number(conn, {a.deal for a in found}, context.now(), current=True)
    return [
        {
            "id": a.id,
            "deal": deals[a.deal].key,
            "deal_name": deals[a.deal].name,
            "owner": context.people[a.owner].key,
            "owner_name": context.people[a.owner].name,
            "due": iso_day(a.due_day),
            "text": a.body,
            "status": a.status,
        }
        for a in found
    ]
