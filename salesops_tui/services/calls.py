"""Calls: started, joined, ended, and what was said when they ended."""

from __future__ import annotations

from collections.abc import Mapping

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.deal import Category
from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.people import Person, Role, Scope
from salesops_tui.domain.quota import EVERYBODY, Quota, quota_under, reports_of
from salesops_tui.errors import NotFound, Refused
from salesops_tui.services import permission
from salesops_tui.services.context import Context
from salesops_tui.store import calls as store_calls
from salesops_tui.store import deals as store_deals
from salesops_tui.store import people as store_people
from salesops_tui.store import record
from salesops_tui.store.calls import Call


def start_call(context: Context, who: Person | None = None, *, everybody: bool = False) -> Call:
    """Start a call over a person's scope (the actor's own by default), or return the one that is open over it.

    Raises:
        Refused: the scope is not below the actor.
    """
    with context.store.write() as conn:
        close_lapsed_calls(context)
        actor = context.acting()
        person = None if everybody else who or (None if actor.role is Role.OPS else actor)
        now = context.now()
        wanted = None if person is None else person.id
        for call in store_calls.open_calls(conn, now):
            if call.started_by == actor.id and call.scope == wanted:
                return call
        return open_call(context, person, now, everybody=everybody)


def open_call(context: Context, who: Person | None, at: Moment, *, everybody: bool = False) -> Call:
    """Insert a call over a person's scope, within a write transaction; for None the actor's own scope."""
    conn = context.store.conn
    actor = context.acting()
    person = None if everybody else who or (None if actor.role is Role.OPS else actor)
    scope = store_people.scope_of(conn, person, at)
    permission.leads(context, scope, at)
    kind = "one_on_one" if person and person.role is Role.REP else "forecast"
    change = context.change("call_start", valid_at=at)
    call = store_calls.add_call(
        conn,
        scope=person.id if person else None,
        kind=kind,
        period=context.calendar.current_period(at).name,
        started_at=at,
        started_by=actor.id,
        change=change,
        lapses_at=context.calendar.week_end_of(at),
    )
    record.write_record(conn, change, {"call": call.id, "scope": scope.name, "kind_of_call": kind})
    return call


def end_call(context: Context, call: Call, *, at: Moment | None = None) -> Call:
    """End a call and freeze its figures as they are said now.

    Raises:
        Refused: it has ended already, or belongs to somebody else's scope.
    """
    with context.store.write():
        close_lapsed_calls(context)
        now = context.now() if at is None else at
        found = find_call(context, call.id)
        if not found.open_at(now):
            raise Refused(f"call {call.id} ended on {_when(context, found.end)}")
        if found.started_by != context.acting().id:
            permission.leads(context, scope_of_call(context, found, now), now)
        _close(context, found, now, context.acting().id)
        return find_call(context, call.id)


def close_lapsed_calls(context: Context) -> None:
    """End the calls whose week is over, with the figures of that week's end; inside a write transaction."""
    for call in store_calls.lapsed_calls(context.store.conn, context.now()):
        _close(context, call, call.lapses_at, None)


def find_call(context: Context, number: int) -> Call:
    """Return a call.

    Raises:
        NotFound: there is none with this number, or none that the actor may see.
    """
    call = store_calls.call_by_id(context.store.conn, number)
    if call is None or not permission.sees_call(context, call):
        raise NotFound(f"there is no call {number}; 'salesops call list' shows them")
    return call


def is_seen(context: Context, number: int) -> bool:
    """Say whether there is a call with this number that the actor may see."""
    call = store_calls.call_by_id(context.store.conn, number)
    return call is not None and permission.sees_call(context, call)


def list_calls(context: Context) -> list[Call]:
    """Return the calls that the actor may see, the newest first."""
    return [call for call in store_calls.all_calls(context.store.conn) if permission.sees_call(context, call)]


def current_call(context: Context) -> Call | None:
    """Return the call of the actor that is open now, the newest first; None if there is none."""
    if context.actor is None:
        return None
    calls = store_calls.open_calls(context.store.conn, context.now())
    return next((c for c in calls if c.started_by == context.acting().id), None)


def call_is_open(context: Context, number: int) -> bool:
    """Say whether a call, whoever opened it, is open now."""
    call = store_calls.call_by_id(context.store.conn, number)
    return call is not None and call.open_at(context.now())


def scope_of_call(context: Context, call: Call, at: Moment) -> Scope:
    """Return the people that a call is about, as they were at a moment."""
    person = None if call.scope is None else context.people.get(call.scope)
    return store_people.scope_of(context.store.conn, person, at)


def headline(context: Context, scope: Scope, period: Period, at: Moment, *, current: bool) -> Mapping[str, int | None]:
    """Return the figures that a call speaks of, minor units of the store's currency.

    Landing is Closed plus Commit; gap is quota less landing (None where there is no quota).
    """
    conn = context.store.conn
    totals = store_deals.totals_at(conn, at, current=current, period=period, scope=scope)
    none = (0, 0, 0)
    closed = totals.get(Category.CLOSED, none)[0]
    commit, _, inspected = totals.get(Category.COMMIT, none)
    quotas = quotas_of(context, scope, period, at)
    quota = quotas.value
    landing = closed + commit
    return {
        "closed": closed,
        "commit": commit,
        "commit_inspected": inspected,
        "commit_uninspected": commit - inspected,
        "best_case": totals.get(Category.BEST_CASE, none)[0],
        "pipeline": totals.get(Category.PIPELINE, none)[0],
        "landing": landing,
        "quota": quota,
        "quota_of_reports": quotas.reports,
        "gap": None if quota is None else quota - landing,
    }


def quota_of(context: Context, scope: Scope, period: Period, at: Moment) -> int | None:
    """Return the scope's quota: the person's own row, else the sum of their reports; None where there is none."""
    return quotas_of(context, scope, period, at).value


def quotas_of(context: Context, scope: Scope, period: Period, at: Moment) -> Quota:
    """Return the scope's own quota, and what the quotas of the reports add up to."""
    conn = context.store.conn
    below = reports_of(store_people.managers_at(conn, at), context.people)
    top = EVERYBODY if scope.person is None else scope.person.id
    return quota_under(top, below, store_people.quotas(conn, period.name))


def _close(context: Context, call: Call, at: Moment, by: int | None) -> None:
    from salesops_tui.services.minutes import figures_of

    conn = context.store.conn
    figures = figures_of(context, call, at)
    if store_calls.end_call(conn, call.id, at, by, figures):
        change = context.change("call_end", valid_at=at)
        record.write_record(conn, change, {"call": call.id, "lapsed": by is None, "figures": figures})


def _when(context: Context, moment: Moment) -> str:
    return context.calendar.iso(moment)[:16].replace("T", " ")


def figures_in_words(figures: Mapping[str, int | None], currency: str) -> dict[str, str | None]:
    """Turn minor units into decimal strings."""
    return {name: None if value is None else decimal_string(value, currency) for name, value in figures.items()}
