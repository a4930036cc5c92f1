"""The manager's number: Commit plus judgments, each a named deal with a reason; it changes no deal and no category."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.deal import Category, Status
from salesops_tui.domain.membership import membership_over
from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.movement import Window
from salesops_tui.domain.people import Person, Role, Scope
from salesops_tui.errors import Refused, WrongUsage
from salesops_tui.services.context import Context
from salesops_tui.services.inspecting import find_deal
from salesops_tui.store import deals as store_deals
from salesops_tui.store import forecast as store_forecast
from salesops_tui.store import forecast_numbers as store_numbers
from salesops_tui.store import movement as store_movement
from salesops_tui.store import people as store_people
from salesops_tui.store import record
from salesops_tui.store.deals import DealAt
from salesops_tui.store.forecast_numbers import Judgment, SubmittedNumber

_LONGEST = 500
_QUARTERS_AHEAD = 4
"""How far ahead somebody may speak of a quarter of which the store knows nothing."""


class JudgmentRequest(NamedTuple):
    """A deal, by its CRM id, to put into a number or to take out of it, and why."""

    deal: str
    puts_in: bool
    reason: str


class NumberRequest(NamedTuple):
    """What somebody wants to submit.

    Attributes:
        amount: minor units; None for Closed plus Commit plus the judgments.
    """

    scope: Scope
    period: Period
    amount: int | None = None
    note: str = ""
    judgments: Sequence[JudgmentRequest] = ()


class Difference(NamedTuple):
    """A deal beneath a number that is no longer what it was when the number was submitted; minor units.

    Attributes:
        before, after: what it counted for in Closed plus Commit, then and now.
        judged: the number's own judgment is about it.
    """

    deal: int
    before: int
    after: int
    judged: bool


class StandingNumber(NamedTuple):
    """The number that counts for a scope and period, beside what lies beneath it now.

    Attributes:
        landing: Closed plus Commit now, minor units.
        differences: the deals that changed beneath it, the largest first.
        settled: the period is over with its days of grace: nobody can say another number any more.
    """

    number: SubmittedNumber
    landing: int
    differences: tuple[Difference, ...]
    settled: bool = False

    @property
    def stale(self) -> bool:
        """Whether what lies beneath has changed since, while another number can still be said."""
        return not self.settled and (bool(self.differences) or self.landing != self.number.landing)


def submit_number(context: Context, request: NumberRequest) -> SubmittedNumber:
    """Write down what somebody says that a scope will bring in, and return it.

    Raises:
        Refused: the scope is not the actor's own and they are no ops lead, the period is over, or a judgment says
            nothing: a blank reason, a deal of another scope or period, one put in that is in Commit already or
            taken out that is not.
        NotFound: a judgment names a deal that nobody knows.
    """
    with context.store.write():
        now = context.now()
        person = _subject(context, request.scope)
        scope = _scope_of(context, person, now)
        if why := _no_time_for(context, request.period):
            raise Refused(why)
        judgments = tuple(_judged(context, scope, request.period, wanted, now) for wanted in request.judgments)
        if len({j.deal for j in judgments}) < len(judgments):
            raise WrongUsage("a deal is judged once: put in, or taken out")
        closed, committed = _beneath(context, scope, request.period, now)
        amount = request.amount
        if amount is None:
            amount = closed + committed + sum(j.amount if j.puts_in else -j.amount for j in judgments)
        if amount < 0:
            raise WrongUsage("a number is 0 or more")
        number = SubmittedNumber(
            0,
            person.id,
            context.acting().id,
            request.period.name,
            amount,
            closed,
            committed,
            _text(request.note, "note"),
            now,
            judgments,
        )
        return _written(context, number)


def may_submit(context: Context, scope: Scope, period: Period) -> str | None:
    """Return why the actor may submit no number for a scope and period; None where they may."""
    try:
        _subject(context, scope)
    except Refused as refusal:
        return str(refusal)
    return _no_time_for(context, period)


def _no_time_for(context: Context, period: Period) -> str | None:
    """Return why nobody can say a number for a period: it is over, or nothing is known of it yet; else None."""
    now = context.now()
    if is_settled(context, period, now):
        return f"{period.name} is over; a number is for a period that is still open"
    current = context.calendar.current_period(now)
    last = context.calendar.shifted(current, _QUARTERS_AHEAD)
    if period.start <= last.start or store_forecast.is_foreseen(context.store.conn, period):
        return None
    return (
        f"{period.name} is too far ahead: a number is for {current.name} to {last.name},"
        " or for a later quarter in which an open deal closes or somebody has a quota"
    )


def standing_number(context: Context, scope: Scope, period: Period, at: Moment) -> StandingNumber | None:
    """Return the newest number of a scope and period as of a moment, and whether it is stale; None for none."""
    with context.store.reading():
        found = submitted_numbers(context, scope, period, at)
        if not found:
            return None
        number = found[0]
        whole = _scope_of(context, context.people[number.person], at)
        landing = sum(_beneath(context, whole, period, at))
        differences = _differences(context, whole, period, number, at)
        return StandingNumber(number, landing, differences, is_settled(context, period, at))


def is_settled(context: Context, period: Period, at: Moment) -> bool:
    """Say whether nobody could say a number any more: the period was over, with its days of grace, at a moment."""
    return context.calendar.current_period(at).start > period.start


def submitted_numbers(context: Context, scope: Scope, period: Period, at: Moment) -> list[SubmittedNumber]:
    """Return every number of a scope and period that was submitted by a moment, the newest first."""
    if scope.person is None:
        # Everybody is an ops lead's own scope, whoever of them speaks for it.
        people: Collection[int] = [p.id for p in context.people.values() if p.role is Role.OPS]
    else:
        people = [scope.person.id]
    return store_numbers.numbers_of(context.store.conn, people, period.name, at)


def read_amount(context: Context, text: str) -> int:
    """Read an amount as people type it, in the store's currency: `1,250,000` or `1250000.00`; minor units.

    Raises:
        WrongUsage: it is no amount, or of another currency.
    """
    from salesops_tui.crm.amounts import amount_reader
    from salesops_tui.crm.lookup import UnreadableError

    currency = context.policy.currency
    try:
        found, amount = amount_reader(currency)(text.strip(), "")
    except UnreadableError as error:
        raise WrongUsage(f"the amount '{text}' {error}") from None
    if found != currency:
        raise WrongUsage(f"the amount '{text}' is not in {currency}, in which this store counts")
    return amount


def _subject(context: Context, scope: Scope) -> Person:
    """Return the person whose scope the number is about, if the actor may speak for it."""
    if scope.person is None:
        return context.as_ops("a number for everybody")
    actor = context.acting()
    own = actor.role is Role.MANAGER and scope.person.id == actor.id
    if actor.role is not Role.OPS and not own:
        raise Refused(f"a manager submits a number for their own scope, an ops lead for any; not you for {scope.name}")
    return scope.person


def _scope_of(context: Context, person: Person, at: Moment) -> Scope:
    return store_people.scope_of(context.store.conn, None if person.role is Role.OPS else person, at)


def _judged(context: Context, scope: Scope, period: Period, wanted: JudgmentRequest, at: Moment) -> Judgment:
    deal = find_deal(context, wanted.deal, at)
    reason = _text(wanted.reason, "reason")
    if not reason:
        raise Refused(f"say why {deal.key} is put in or taken out: a judgment has a reason")
    if deal.owner not in scope or deal.close_day not in period or deal.status is not Status.OPEN:
        raise Refused(f"{deal.key} is no open deal of {scope.name} that closes in {period.name}")
    in_commit = deal.category is Category.COMMIT
    if in_commit == wanted.puts_in:
        why = "is in Commit already and counts" if in_commit else "is not in Commit and does not count"
        raise Refused(f"{deal.key} {why}; there is nothing to {'put in' if wanted.puts_in else 'take out'}")
    return Judgment(deal.id, wanted.puts_in, deal.amount, reason)


def _text(text: str, what: str) -> str:
    body = " ".join(text.split())
    if len(body) > _LONGEST:
        raise Refused(f"a {what} is at most {_LONGEST} characters; this has {len(body)}")
    return body


def _beneath(context: Context, scope: Scope, period: Period, at: Moment) -> tuple[int, int]:
    """Return Closed and Commit of a scope and period at a moment."""
    owners = None if scope.everybody else scope.members
    conn = context.store.conn
    closed = store_movement.won_by_owner(conn, period, at, owners)
    return sum(closed.values()), sum(store_movement.commit_by_owner(conn, period, at, owners).values())


def _written(context: Context, number: SubmittedNumber) -> SubmittedNumber:
    conn = context.store.conn
    change = context.change("number")
    added = number._replace(id=store_numbers.add_number(conn, number, change))
    currency = context.policy.currency
    record.write_record(
        conn,
        change,
        {
            "number": added.id,
            "person": context.people[added.person].key,
            "period": added.period,
            "amount": decimal_string(added.amount, currency),
            "closed": decimal_string(added.closed, currency),
            "commit": decimal_string(added.committed, currency),
            "note": added.note,
            "judgments": [
                {
                    "deal": store_deals.deal_key(conn, j.deal),
                    "puts": "in" if j.puts_in else "out",
                    "amount": decimal_string(j.amount, currency),
                    "reason": j.reason,
                }
                for j in added.judgments
            ],
        },
    )
    return added


def _differences(
    context: Context, scope: Scope, period: Period, number: SubmittedNumber, at: Moment
) -> tuple[Difference, ...]:
    """Return which deals count otherwise than when the number was submitted; judged ones when anything did."""
    conn = context.store.conn
    then = number.submitted_at
    person = None if scope.person is None else scope.person.id
    members = membership_over(person, store_movement.reporting_lines(conn, then, at), then, at)
    window = Window(period, then, at, members)
    judged = {j.deal for j in number.judgments}
    wanted = store_movement.touched(conn, window) | judged
    before = store_deals.deals_by_number(conn, wanted, then, current=False)
    after = store_deals.deals_by_number(conn, wanted, at, current=at >= context.seen_now)

    def counted(deal: DealAt | None, moment: Moment) -> int:
        if deal is None or deal.close_day not in period or not members.holds(deal.owner, moment):
            return 0
        return deal.amount if deal.category >= Category.COMMIT else 0

    found = []
    for number_of_deal in wanted:
        old, new = before.get(number_of_deal), after.get(number_of_deal)
        difference = Difference(number_of_deal, counted(old, then), counted(new, at), number_of_deal in judged)
        told = difference.judged and _said(old) != _said(new)
        if difference.before != difference.after or told:
            found.append(difference)
    return tuple(sorted(found, key=lambda d: (-abs(d.after - d.before), d.deal)))


def _said(deal: DealAt | None) -> tuple[object, ...]:
    """Return of a deal what a judgment about it rests on."""
    return () if deal is None else (deal.status, deal.category, deal.amount, deal.close_day, deal.owner, deal.stage)
