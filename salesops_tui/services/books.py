"""The books of a quarter: its final figures, frozen, and where the store has moved on since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import Moment, Period, iso_day
from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.people import Scope
from salesops_tui.errors import Refused
from salesops_tui.services.calls import quota_of
from salesops_tui.services.chains import Chains
from salesops_tui.services.context import Context
from salesops_tui.services.quarters import members_then
from salesops_tui.store import closing as store_closing
from salesops_tui.store import deals as store_deals
from salesops_tui.store import flow as store_flow
from salesops_tui.store import people as store_people
from salesops_tui.store import record

_EVERYBODY = Scope(None, frozenset())


class Difference(NamedTuple):
    """A deal of which the frozen figures and the store disagree; minor units, None where it is not in one of them."""

    deal: int
    key: str
    name: str
    account: str
    owner: int
    frozen: int | None
    now: int | None


class FrozenFigures(NamedTuple):
    """The final figures of a closed quarter, and where the store has moved on since.

    Attributes:
        quota, closed: by person down the reporting line of that moment (None for everybody); minor units.
        now: what the store says is closed by now, for the same people and the reporting line of then.
        differences: deals that the two disagree about, the largest first.
    """

    period: Period
    closed_at: Moment
    closed_by: int | None
    quota: Mapping[int | None, int]
    closed: Mapping[int | None, int]
    now: Mapping[int | None, int]
    differences: tuple[Difference, ...]


def close_quarter(context: Context, period: Period, *, again: bool = False) -> FrozenFigures:
    """Close a quarter's books: freeze its final figures as the store says them now.

    Args:
        context: who asks; an ops lead.
        period: a quarter that is over.
        again: replace figures that were frozen before; the record keeps both.

    Raises:
        Refused: the actor is no ops lead, the quarter is not over or its bookings still come in (the days of grace),
            nothing is known of it, or its books are closed already.
    """
    context.as_ops("closing a quarter's books")
    with context.store.write() as conn:
        now = context.now()
        calendar = context.calendar
        _check_that_it_can_be_closed(context, period, now)
        former = store_closing.newest_close(conn, period.name, now)
        if former is not None and not again:
            when = calendar.iso(former.closed_at)[:16].replace("T", " ")
            raise Refused(f"the books of {period.name} were closed on {when}; 'close-quarter --again' replaces them")
        figures = _figures(context, period, now)
        change = context.change("period_close")
        store_closing.add_close(conn, period.name, now, figures, change)
        total = decimal_string(figures["closed"].get("", 0), context.policy.currency)
        told = {"period": period.name, "closed": total, "deals": len(figures["deals"]), "again": former is not None}
        record.write_record(conn, change, told)
        frozen = frozen_figures(context, _EVERYBODY, period, now)
    assert frozen is not None, "written above"
    return frozen


def _check_that_it_can_be_closed(context: Context, period: Period, now: Moment) -> None:
    calendar = context.calendar
    today, last = calendar.day_of(now), calendar.grace_ends(period)
    if today <= period.end:
        raise Refused(f"{period.name} is not over; its books can be closed after {iso_day(last)}")
    if today <= last:
        raise Refused(
            f"bookings of {period.name} still come in until {iso_day(last)}, the policy's days of grace; "
            "its books can be closed after that"
        )
    began = store_flow.first_moment(context.store.conn)
    if began is None or calendar.day_of(began) > last:
        raise Refused(f"nothing is known of {period.name}: the store's history begins later; there is nothing to close")


def frozen_figures(context: Context, scope: Scope, period: Period, at: Moment) -> FrozenFigures | None:
    """Return the frozen figures of a quarter for a scope; None where its books were not closed by then."""
    with context.store.reading() as conn:
        found = store_closing.newest_close(conn, period.name, at)
        if found is None:
            return None
        end = context.calendar.end_of_day(period.end)
        then, now = _deals_of(found.figures), store_closing.won_in(conn, period, at)
        members = members_then(context, scope, end)
        by_now = _closed(context, scope, now, end)
        differences = _differences(context, members, then, now, at)
    top = scope.person.id if scope.person else None
    quota, closed = _by_person(found.figures["quota"]), _by_person(found.figures["closed"])
    shown = (closed.keys() | by_now.keys() | quota.keys()) if scope.listed is None else set(scope.listed)
    inside = [p for p in shown if p is not None and p != top and (members is None or p in members)]
    order = [top, *sorted(inside, key=lambda p: (context.people[p].name, p))]
    return FrozenFigures(
        period,
        found.closed_at,
        found.by,
        {p: quota[p] for p in order if p in quota},
        {p: closed.get(p, 0) for p in order},
        {p: by_now.get(p, 0) for p in order},
        tuple(d for d in differences if scope.listed is None or d.owner in scope.listed),
    )


def _figures(context: Context, period: Period, now: Moment) -> dict[str, Any]:
    conn = context.store.conn
    end = context.calendar.end_of_day(period.end)
    won = store_closing.won_in(conn, period, now)
    quota: dict[str, int] = {str(p): amount for p, amount in store_people.quotas(conn, period.name).items()}
    everybodys = quota_of(context, _EVERYBODY, period, end)
    if everybodys is not None:
        quota[""] = everybodys
    closed = _closed(context, _EVERYBODY, won, end)
    return {
        "quota": quota,
        "closed": {"" if p is None else str(p): amount for p, amount in closed.items()},
        "deals": {str(deal): list(value) for deal, value in won.items()},
    }


def _closed(context: Context, scope: Scope, won: Mapping[int, tuple[int, int]], end: Moment) -> dict[int | None, int]:
    """Add up what was won under everybody of a scope, as people reported at the quarter's end."""
    members = members_then(context, scope, end)
    by_owner: dict[int, int] = {}
    for owner, amount in won.values():
        if members is None or owner in members:
            by_owner[owner] = by_owner.get(owner, 0) + amount
    return Chains(context, end, scope).added(by_owner, int.__add__)


def _deals_of(figures: Mapping[str, Any]) -> dict[int, tuple[int, int]]:
    return {int(deal): (owner, amount) for deal, (owner, amount) in figures["deals"].items()}


def _by_person(amounts: Mapping[str, int]) -> dict[int | None, int]:
    return {int(person) if person else None: amount for person, amount in amounts.items()}


def _differences(
    context: Context,
    members: frozenset[int] | None,
    then: Mapping[int, tuple[int, int]],
    now: Mapping[int, tuple[int, int]],
    at: Moment,
) -> list[Difference]:
    conn = context.store.conn
    moved = [deal for deal in then.keys() | now.keys() if then.get(deal) != now.get(deal)]
    owners = {deal: (now.get(deal) or then[deal])[0] for deal in moved}
    moved = [deal for deal in moved if members is None or owners[deal] in members]
    known = store_deals.deals_by_number(conn, moved, at, current=False)
    found = []
    for deal in moved:
        was, is_now = then.get(deal), now.get(deal)
        one = known.get(deal)
        key, name, account = (one.key, one.name, one.account) if one else (store_deals.deal_key(conn, deal), "", "")
        amounts = was[1] if was else None, is_now[1] if is_now else None
        found.append(Difference(deal, key, name, account, owners[deal], *amounts))
    return sorted(found, key=lambda d: (-abs((d.now or 0) - (d.frozen or 0)), d.deal))
