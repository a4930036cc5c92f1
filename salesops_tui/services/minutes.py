"""The minutes of a call: what changed, what is left uninspected, what was agreed, how long it took."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

from salesops_tui.domain.calendar import Moment, iso_day
from salesops_tui.domain.deal import Category
from salesops_tui.domain.inspection import Verdict, rule
from salesops_tui.domain.money import decimal_string
from salesops_tui.services import calls
from salesops_tui.services.context import Context
from salesops_tui.store import actions as store_actions
from salesops_tui.store import calls as store_calls
from salesops_tui.store import deals as store_deals
from salesops_tui.store import people as store_people
from salesops_tui.store import record
from salesops_tui.store.calls import Call
from salesops_tui.store.tracks import standing_answers


def figures_of(context: Context, call: Call, at: Moment) -> dict[str, Any]:
    """Return what is said of a call at a moment, as JSON values (amounts as decimal strings).

    `head` is the record's head: minutes that carry it show a rewritten store.
    """
    period = context.calendar.period_named(call.period)
    scope = calls.scope_of_call(context, call, at)
    currency = context.policy.currency
    moments = (Moment(call.started_at - 1), at)
    then, now = (calls.headline(context, scope, period, m, current=False) for m in moments)
    inspected = [_inspected(context, number, call, at) for number in _asked(context, call)]
    return {
        "at": context.calendar.iso(at),
        "period": call.period,
        "scope": scope.name,
        "currency": currency,
        "before": calls.figures_in_words(then, currency),
        "after": calls.figures_in_words(now, currency),
        "deals": [row for row in inspected if row],
        "not_asked": _not_asked(context, call, at),
        "actions": _actions(context, call, at),
        "minutes": round((at - call.started_at) / 60_000_000, 1),
        "minutes_per_deal": _minutes_per_deal(context, call),
        "head": record.head(context.store.conn),
    }


def minutes_of(context: Context, call: Call) -> Mapping[str, Any]:
    """Return the frozen figures of an ended call, or what would be said of an open one now."""
    if call.figures is not None:
        return call.figures
    return figures_of(context, call, min(context.now(), call.lapses_at))


def _asked(context: Context, call: Call) -> list[int]:
    return [i.id for i in store_calls.inspections_in_call(context.store.conn, call.id)]


def _inspected(context: Context, number: int, call: Call, at: Moment) -> dict[str, Any] | None:
    conn = context.store.conn
    inspection = store_calls.inspection_by_id(conn, number)
    assert inspection is not None
    answers = store_calls.answers_of(conn, number)
    before = store_deals.deal_at(conn, inspection.deal, Moment(max(call.started_at, inspection.opened_at) - 1))
    after = store_deals.deal_at(conn, inspection.deal, at)
    if not answers or after is None:
        return None
    policy = context.policies.version(inspection.policy)
    ruling = rule(policy, answers)
    owner = context.people.get(after.owner)
    return {
        "id": after.key,
        "name": after.name,
        "account": after.account,
        "owner": owner.name if owner else "",
        "amount": decimal_string(after.amount, context.policy.currency),
        "verdict": ruling.verdict.value,
        "failed_questions": [_label(policy, q) for q in ruling.failed_questions],
        "unsupported_yes": [_label(policy, q) for q in ruling.unsupported_yes],
        "category_before": (before or after).category.key,
        "category_after": after.category.key,
        "answers": {q.label: answers[q.key].in_words for q in policy.questions if q.key in answers},
    }


def _label(policy: Any, key: str) -> str:
    question = policy.question(key)
    return question.label if question else key


def _not_asked(context: Context, call: Call, at: Moment) -> list[dict[str, str]]:
    conn = context.store.conn
    period = context.calendar.period_named(call.period)
    scope = calls.scope_of_call(context, call, at)
    rows = store_deals.deals_at(conn, at, current=False, period=period, scope=scope)
    ruled = {
        i.deal
        for i in store_calls.inspections_in_call(conn, call.id)
        if rule(context.policies.version(i.policy), store_calls.answers_of(conn, i.id)).verdict is not Verdict.OPEN
    }
    return [
        {"id": d.key, "name": d.name, "amount": decimal_string(d.amount, context.policy.currency)}
        for d in sorted(rows, key=lambda d: -d.amount)
        if d.category is Category.COMMIT and not d.inspected(at) and d.id not in ruled
    ]


def _actions(context: Context, call: Call, at: Moment) -> list[dict[str, str | None]]:
    conn = context.store.conn
    numbers = set(_asked(context, call))
    agreed = [a for a in store_actions.actions_since(conn, call.started_at, at) if a.inspection in numbers]
    deals = store_deals.deals_by_number(conn, {a.deal for a in agreed}, at, current=False)
    people = {p.id: p for p in store_people.all_people(conn)}
    return [
        {
            "id": str(a.id),
            "owner": people[a.owner].name,
            "due": iso_day(a.due_day),
            "text": a.body,
            "deal": deals[a.deal].name if a.deal in deals else "",
        }
        for a in sorted(agreed, key=lambda a: (people[a.owner].name, a.due_day, a.id))
    ]


def _minutes_per_deal(context: Context, call: Call) -> float | None:
    """Return the median time a deal took, in minutes: from the answer before it (or the call's start) to its last."""
    conn = context.store.conn
    numbers = [i.id for i in store_calls.inspections_in_call(conn, call.id)]
    ends = sorted(max(a.given_at for a in given.values()) for given in standing_answers(conn, numbers).values())
    if not ends:
        return None
    spans = [end - start for start, end in zip([call.started_at, *ends], ends, strict=False)]
    return round(median(spans) / 60_000_000, 1)
