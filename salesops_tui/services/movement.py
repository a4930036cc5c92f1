"""How Commit moved between two moments, for a scope and a period: read from the store in one consistent view."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from salesops_tui.domain.calendar import Day, Moment, Period
from salesops_tui.domain.inspection import rule
from salesops_tui.domain.membership import (
    Membership,
    ReportingLine,
    managers_at,
    membership_over,
    sums_by_report,
)
from salesops_tui.domain.movement import (
    ClosedMovement,
    DealMovement,
    Movement,
    Window,
    closed_over,
    movement_over,
)
from salesops_tui.domain.movement_causes import Cause
from salesops_tui.domain.people import Person, Scope
from salesops_tui.errors import NotFound, WrongUsage
from salesops_tui.services.context import Context
from salesops_tui.services.sheet import Baseline, default_baseline
from salesops_tui.store import calls as store_calls
from salesops_tui.store import import_log
from salesops_tui.store import movement as store_movement
from salesops_tui.store.tracks import standing_answers


class Structure(StrEnum):
    """Whose teams count: those of each moment, or today's."""

    THEN = "then"
    NOW = "now"


class Share(NamedTuple):
    """What one report of the scope's person, with everybody below, adds to both ends of a movement.

    Attributes:
        person: the store's number; the scope's person for what they own themselves.
    """

    person: int
    start: int
    end: int


class MovementReport(NamedTuple):
    """The movement of Commit over a window, with what stands beside it.

    Attributes:
        person: whose scope it is; None for everybody.
        baseline: what the window's start is ("call", "import", "week"), or "" for a moment that was named.
        failed: by inspection, the questions that failed it as of the window's end, in its policy's order.
        shares: by report; each of the two ends adds up to that of the movement.
        listed: whose deals and shares may be named, where the actor sees only the totals of the scope; else None.
    """

    person: Person | None
    movement: Movement
    closed: ClosedMovement
    structure: Structure
    baseline: str
    failed: Mapping[int, tuple[str, ...]]
    shares: Sequence[Share]
    listed: frozenset[int] | None = None

    def names(self, deal: DealMovement) -> bool:
        """Say whether a deal may be named, and not only counted."""
        return self.listed is None or deal.owner in self.listed

    @property
    def scope_name(self) -> str:
        """What the scope is called."""
        return Scope(self.person, frozenset()).name

    def failed_questions(self, deal: DealMovement) -> tuple[str, ...]:
        """Return the questions that a deal failed in the window, in the order in which they are asked."""
        return () if deal.failure is None else self.failed.get(deal.failure, ())

    def by_question(self) -> dict[str, int]:
        """Return the line `failed_inspection` by question, minor units: a deal counts for the first that it failed."""
        sums: dict[str, int] = {}
        for deal, amount in self.deals_of(Cause.FAILED_INSPECTION):
            question = next(iter(self.failed_questions(deal)), "")
            sums[question] = sums.get(question, 0) + amount
        return sums

    def deals_of(self, cause: Cause) -> list[tuple[DealMovement, int]]:
        """Return the deals of a line with what each adds to it, the largest first."""
        found = [(deal, leg.amount) for deal in self.movement.deals for leg in deal.legs if leg.cause is cause]
        return sorted(found, key=lambda part: (-abs(part[1]), part[0].deal))


def read_window(
    context: Context, scope: Scope, start: str | None = None, end: str | None = None
) -> tuple[Baseline, Moment]:
    """Return the two moments that `--from` and `--to` name; what lies in the future is now.

    The end is now by default. The start may be "last-call" (the end of the scope's last ended call), "last-import"
    (the import before the latest one) or "week" (the start of the week); by default it is the first of them that
    there is.

    Raises:
        WrongUsage: a moment cannot be read, or the two are the wrong way round.
        NotFound: there is no such call or import yet.
    """
    now = context.now()
    named_end = now if end is None else context.calendar.read_moment(end, now)
    at = min(now, named_end)
    if start is None:
        return default_baseline(context, scope, at), at
    known = _named_baseline(context, scope, start.strip().casefold(), at)
    if known:
        return known, at
    moment = context.calendar.read_moment(start, now)
    if min(moment, now) > at or (end is not None and moment > named_end):
        raise WrongUsage(f"--from {start} comes after {end or 'now'}; a movement goes from the earlier to the later")
    return Baseline(min(moment, now), ""), at


def period_of_movement(context: Context, name: str | None, end: Moment) -> Period:
    """Return the period called `name`, else the one that is current at the window's end, as its policy counts."""
    calendar = context.policies.at(end).calendar
    return calendar.period_named(name) if name else calendar.current_period(end)


def _named_baseline(context: Context, scope: Scope, name: str, at: Moment) -> Baseline | None:
    conn = context.store.conn
    if name == "week":
        return Baseline(context.calendar.week_start_of(at), "week")
    if name == "last-call":
        call = store_calls.last_ended_call(conn, scope.person.id if scope.person else None, at)
        if call is None:
            raise NotFound(f"no call over {scope.name} has ended yet; use --from last-import, week or a date")
        return Baseline(call.end, "call")
    if name == "last-import":
        moment = import_log.import_before_latest(conn, at)
        if moment is None:
            raise NotFound("there were not two imports yet; use --from week or a date")
        return Baseline(moment, "import")
    return None


def commit_movement(
    context: Context,
    scope: Scope,
    period: Period,
    start: Moment,
    end: Moment,
    structure: Structure = Structure.THEN,
    baseline: str = "",
) -> MovementReport:
    """Return how Commit of a scope and period moved from one moment to a later one.

    Only the scope's person counts here: who belongs to it is read for every moment of the window, or as of now with
    `Structure.NOW`. The period's days are those of the policy in force at the end.

    Raises:
        WrongUsage: `start` is later than `end`.
    """
    now = context.now()
    start, end = min(start, now), min(end, now)
    if start > end:
        raise WrongUsage("a movement goes from the earlier moment to the later one")
    with context.store.reading() as conn:
        lines = _lines_in(context, start, end, structure)
        window = _window(context, scope.person, period, start, end, lines)
        histories = store_movement.histories(conn, store_movement.touched(conn, window), start, end)
        commit, won = ([_sums(context, window, at, of_won) for at in (start, end)] for of_won in (False, True))
        movement = movement_over(window, sum(commit[0].values()), sum(commit[1].values()), histories)
        closed = closed_over(movement, sum(won[0].values()), sum(won[1].values()), histories)
        failed = _failed_questions(context, movement.deals, end)
    shares = _shares(scope.person, lines, window, commit[0], commit[1])
    if scope.listed is not None:
        shares = [share for share in shares if share.person in scope.listed]
    return MovementReport(scope.person, movement, closed, structure, baseline, failed, shares, scope.listed)


def weekly_movements(
    context: Context, scope: Scope, period: Period, weeks: int, end: Moment, structure: Structure = Structure.THEN
) -> list[MovementReport]:
    """Return the movements of the last weeks up to `end`, the oldest first; the last one may be a part of a week."""
    edges = week_edges(context, weeks, end)
    with context.store.reading():
        return [
            commit_movement(context, scope, period, first, last, structure, "week") for first, last in pairwise(edges)
        ]


def commit_trend(
    context: Context, scope: Scope, period: Period, moments: Sequence[Moment], structure: Structure = Structure.THEN
) -> list[int]:
    """Return Commit of a scope and period at each of some moments, which ascend, in minor units."""
    if not moments:
        return []
    with context.store.reading():
        lines = _lines_in(context, moments[0], moments[-1], structure)
        window = _window(context, scope.person, period, moments[0], moments[-1], lines)
        return [sum(_sums(context, window, at, of_won=False).values()) for at in moments]


def week_edges(context: Context, weeks: int, end: Moment) -> list[Moment]:
    """Return the starts of the last `weeks` weeks up to `end`, the oldest first, and `end` itself."""
    calendar = context.calendar
    first = calendar.week_of(calendar.day_of(Moment(end - 1)))
    return [calendar.start_of_day(Day(first - 7 * back)) for back in range(weeks - 1, -1, -1)] + [end]


def _lines_in(context: Context, start: Moment, end: Moment, structure: Structure) -> list[ReportingLine]:
    conn = context.store.conn
    if structure is Structure.THEN:
        return store_movement.reporting_lines(conn, start, end)
    now = context.now()
    # Today's lines, as if they had always been.
    return [
        ReportingLine(line.person, line.manager, start, Moment(end + 1))
        for line in store_movement.reporting_lines(conn, now, now)
    ]


def _window(
    context: Context, person: Person | None, period: Period, start: Moment, end: Moment, lines: Sequence[ReportingLine]
) -> Window:
    bounds = context.policies.at(end).calendar.period_named(period.name)
    members = membership_over(person.id if person else None, lines, start, end)
    return Window(bounds, start, end, members)


def _sums(context: Context, window: Window, at: Moment, of_won: bool) -> dict[int, int]:
    read = store_movement.won_by_owner if of_won else store_movement.commit_by_owner
    return read(context.store.conn, window.period, at, _owners(window.members, at))


def _owners(members: Membership, at: Moment) -> Collection[int] | None:
    return None if members.everybody else members.at(at)


def _failed_questions(context: Context, deals: Collection[DealMovement], end: Moment) -> dict[int, tuple[str, ...]]:
    """Return the questions that failed each inspection, of the answers that stand and were given by `end`."""
    conn = context.store.conn
    wanted = {deal.failure for deal in deals if deal.failure is not None}
    versions = store_movement.policies_of(conn, wanted)
    return {
        inspection: rule(
            context.policies.version(versions[inspection]),
            {question: answer for question, answer in answers.items() if answer.given_at <= end},
        ).failed_questions
        for inspection, answers in standing_answers(conn, wanted).items()
    }


def _shares(
    person: Person | None,
    lines: Sequence[ReportingLine],
    window: Window,
    at_start: Mapping[int, int],
    at_end: Mapping[int, int],
) -> list[Share]:
    number = person.id if person else None
    before = sums_by_report(number, managers_at(lines, window.start), at_start)
    after = sums_by_report(number, managers_at(lines, window.end), at_end)
    shares = [Share(report, before.get(report, 0), after.get(report, 0)) for report in before.keys() | after.keys()]
    return sorted(shares, key=lambda share: (share.person == number, -share.end, share.person))
