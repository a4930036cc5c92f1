"""The turn of the quarter: the closing board, what was carried over, what lies in nobody's period."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from salesops_tui.domain.calendar import Day, Moment, Period
from salesops_tui.domain.deal import Category, Status
from salesops_tui.domain.inspection import Answer, rule
from salesops_tui.domain.people import Scope
from salesops_tui.errors import Refused
from salesops_tui.services.context import Context
from salesops_tui.services.quarters import nameable
from salesops_tui.store import closing as store_closing
from salesops_tui.store import deals as store_deals
from salesops_tui.store import movement as store_movement
from salesops_tui.store.closing import OnFile
from salesops_tui.store.deals import DealAt
from salesops_tui.store.tracks import standing_answers

LAST_DAYS = 7
"""How long before its end a quarter's last week begins."""
_SIGNS, _PAPER = "economic_buyer", "paper_process"


class ClosingRow(NamedTuple):
    """A deal that is still open near the quarter's end.

    Attributes:
        deal: as it is at that moment.
        passed: whether a pass is current.
        failed: the questions that its last inspection failed.
        signer, signer_title: the economic buyer on file.
        signs: the answer about the economic buyer: value and evidence, or "" where none was given.
        paper: the answer about the paper process: value and evidence, or "".
        next_step, next_step_day: on file.
        overdue: whether the close date is past.
    """

    deal: DealAt
    passed: bool
    failed: tuple[str, ...]
    signer: str
    signer_title: str
    signs: str
    paper: str
    next_step: str
    next_step_day: Day | None
    overdue: bool


class ClosingBoard(NamedTuple):
    """What is still open, by close date; the deals of Commit and the capped ones, and Best Case where asked.

    Attributes:
        days_left: days of the period that are left, today included; 0 or less once it is over.
        bookings_until: the last of the days of grace.
        last_week: whether the quarter's last seven days have begun.
    """

    period: Period
    at: Moment
    days_left: int
    bookings_until: Day
    last_week: bool
    rows: tuple[ClosingRow, ...]


class Went(StrEnum):
    """What became of a deal that was Commit at the quarter's end and was not won in it."""

    WON_LATER = "won_later"
    WON_EARLIER = "won_earlier"
    COMMIT = "commit"
    BEST_CASE = "best_case"
    PIPELINE = "pipeline"
    OMITTED = "omitted"
    NOBODYS = "nobodys_period"
    LOST = "lost"
    REMOVED = "removed"

    @property
    def label(self) -> str:
        """The words that people read."""
        return _WENT_LABELS[self]


_WENT_LABELS = {
    Went.WON_LATER: "won in a later quarter",
    Went.WON_EARLIER: "won, with a date in an earlier quarter",
    Went.COMMIT: "Commit of a later quarter",
    Went.BEST_CASE: "Best Case of a later quarter",
    Went.PIPELINE: "Pipeline of a later quarter",
    Went.OMITTED: "omitted, in a later quarter",
    Went.NOBODYS: "open, its date in a quarter that is over",
    Went.LOST: "lost",
    Went.REMOVED: "removed from the CRM",
}


class CarriedOver(NamedTuple):
    """A deal that was Commit in the quarter's last week and was not won in it.

    Attributes:
        amount: minor units when it was last in Commit of the quarter.
        owner: by the store's number, then.
        deal: as it is now.
        period: the name of the quarter in which its close date lies now.
    """

    deal: DealAt
    owner: int
    amount: int
    went: Went
    period: str


class NobodysDeal(NamedTuple):
    """An open deal whose close date lies in a quarter that is over: no forecast counts it any more."""

    deal: DealAt
    period: str


def closing_board(
    context: Context, scope: Scope, period: Period, at: Moment, *, best_case: bool = False
) -> ClosingBoard:
    """Return what is still open of a period's Commit (and Best Case), who signs, and when."""
    calendar = context.calendar
    today = calendar.day_of(at)
    with context.store.reading() as conn:
        owners = nameable(context, scope, at)
        numbers = store_closing.open_near_the_end(conn, period, at, owners, best_case=best_case)
        deals = store_deals.deals_by_number(conn, numbers, at, current=False)
        known = store_closing.on_file(conn, numbers, at)
        inspections = {deal.inspection for deal in deals.values() if deal.inspection is not None}
        answers = standing_answers(conn, inspections)
        versions = store_movement.policies_of(conn, inspections)
    rows, current = [], context.policy
    for deal in deals.values():
        said = {q: a for q, a in answers.get(deal.inspection or 0, {}).items() if a.given_at <= at}
        policy = context.policies.version(versions[deal.inspection]) if deal.inspection in versions else current
        failed = rule(policy, said).failed_questions if said else ()
        rows.append(_closing_row(deal, said, failed, known[deal.id], at, today))
    rows.sort(key=lambda row: (row.deal.close_day, -row.deal.amount, row.deal.id))
    left = period.end - today + 1
    return ClosingBoard(period, at, left, calendar.grace_ends(period), 0 < left <= LAST_DAYS, tuple(rows))


def _closing_row(
    deal: DealAt, said: Mapping[str, Answer], failed: tuple[str, ...], known: OnFile, at: Moment, today: Day
) -> ClosingRow:
    return ClosingRow(
        deal=deal,
        passed=deal.inspected(at),
        failed=failed,
        signer=known.buyer,
        signer_title=known.title,
        signs=_in_words(said.get(_SIGNS)),
        paper=_in_words(said.get(_PAPER)),
        next_step=known.next_step,
        next_step_day=known.next_step_day,
        overdue=deal.close_day < today,
    )


def _in_words(answer: Answer | None) -> str:
    if answer is None:
        return ""
    value = answer.value.value.replace("dont_know", "don't know")
    return f"{value}: {answer.evidence}" if answer.evidence else value


def carry_over(context: Context, scope: Scope, period: Period, at: Moment) -> tuple[CarriedOver, ...]:
    """Return the deals that were Commit in a quarter's last week and not won in it, with where they went.

    Raises:
        Refused: the quarter is not over.
    """
    calendar = context.calendar
    if calendar.day_of(at) <= period.end:
        raise Refused(f"{period.name} is not over; what is carried over is known after its last day")
    start = calendar.start_of_day(Day(period.end - LAST_DAYS + 1))
    end = calendar.end_of_day(period.end)
    with context.store.reading() as conn:
        last = store_closing.last_in_commit(conn, period, start, end, nameable(context, scope, end))
        deals = store_deals.deals_by_number(conn, [one.deal for one in last], at, current=False)
    found = []
    for one in last:
        deal = deals.get(one.deal)
        if deal is not None and not (deal.status is Status.WON and deal.close_day in period):
            lies_in = calendar.period_of(deal.close_day)
            went = _went(deal, lies_in, calendar.period_of(calendar.day_of(at)))
            if went is Went.WON_LATER and lies_in.end < period.start:
                went = Went.WON_EARLIER
            found.append(CarriedOver(deal, one.owner, one.amount, went, lies_in.name))
    return tuple(sorted(found, key=lambda one: (list(Went).index(one.went), -one.amount, one.deal.id)))


def _went(deal: DealAt, lies_in: Period, running: Period) -> Went:
    if deal.status is not Status.OPEN:
        return {Status.WON: Went.WON_LATER, Status.LOST: Went.LOST}.get(deal.status, Went.REMOVED)
    if lies_in.start < running.start:
        return Went.NOBODYS
    return _STILL_OPEN.get(deal.category, Went.OMITTED)


_STILL_OPEN = {
    Category.COMMIT: Went.COMMIT,
    Category.BEST_CASE: Went.BEST_CASE,
    Category.PIPELINE: Went.PIPELINE,
}


def nobodys_deals(context: Context, scope: Scope, at: Moment) -> tuple[NobodysDeal, ...]:
    """Return the open deals whose close date lies before the quarter that is current, the largest first."""
    calendar = context.calendar
    start = calendar.current_period(at).start
    with context.store.reading() as conn:
        numbers = store_closing.open_before(conn, start, at, nameable(context, scope, at))
        deals = store_deals.deals_by_number(conn, numbers, at, current=False)
    found = [NobodysDeal(deal, calendar.period_of(deal.close_day).name) for deal in deals.values()]
    return tuple(sorted(found, key=lambda one: (-one.deal.amount, one.deal.id)))
