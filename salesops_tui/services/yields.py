"""Yield of Commit: of what was claimed, passed and failed at each week, the share won. Whose yes holds?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.deal import Category
from salesops_tui.domain.people import Person, Scope
from salesops_tui.domain.quarter_weeks import WEEKS, end_of_week_moment, moment_of
from salesops_tui.domain.yields import ClaimedState, Yield, yields_at
from salesops_tui.services.chains import Chains
from salesops_tui.services.context import Context
from salesops_tui.services.quarters import closed_quarters, compared_at, members_then
from salesops_tui.store import flow as store_flow
from salesops_tui.store import quarter_sums


class YieldReport(NamedTuple):
    """What stood in Commit over the last closed quarters, and how much of it was won within its quarter.

    Attributes:
        person: whose scope it is; None for everybody.
        quarters: the closed quarters that it rests on, the oldest first.
        confidence: the percents that the policy's Commit claims, low and high; None where it claims none.
        week: the week of the quarter that `by_person` is about.
        weeks: by week of the quarter, 1 to 13, as at the week's end.
        by_person: the scope itself first, then everybody below who had any in Commit, by name, as at `week`.
    """

    person: Person | None
    quarters: tuple[Period, ...]
    confidence: tuple[int, int] | None
    week: int
    weeks: Mapping[int, Yield]
    by_person: Mapping[int | None, Yield]


def commit_yield(context: Context, scope: Scope, period: Period, at: Moment, week: int | None = None) -> YieldReport:
    """Return the yield of Commit of a scope over the last four closed quarters.

    Args:
        context: who asks.
        scope: whose deals; people count as they reported at each moment.
        period: the quarter that is being spoken of; it says which week is "now".
        at: the moment of knowledge: what was won by then.
        week: the week of the quarter for `by_person`; by default that of `at` in `period`, else of the running one.

    Raises:
        WrongUsage: no quarter has such a week.
    """
    with context.store.reading():
        point = compared_at(context, period, at, week)
        began = store_flow.first_moment(context.store.conn)
        quarters = closed_quarters(context, at)
        weeks = {number: Yield() for number in range(1, WEEKS + 1)}
        people: dict[int | None, Yield] = {}
        for quarter in quarters:
            look = _Quarter(context, scope, quarter, at)
            for number, found in look.weeks(began).items():
                weeks[number] = weeks[number].plus(found)
            moment = moment_of(context.calendar, quarter, point)
            for person, found in look.people(moment).items():
                people[person] = people.get(person, Yield()).plus(found)
    return YieldReport(
        scope.person, tuple(quarters), _confidence(context), point.week, weeks, _in_order(context, scope, people)
    )


def _confidence(context: Context) -> tuple[int, int] | None:
    meaning = next((c for c in context.policy.categories if c.key == Category.COMMIT.key), None)
    return (meaning.confidence_low, meaning.confidence_high) if meaning else None


def _in_order(context: Context, scope: Scope, people: Mapping[int | None, Yield]) -> dict[int | None, Yield]:
    top = scope.person.id if scope.person else None
    names = {person: context.people[person].name for person in people if person is not None}
    shown = [p for p in people if p == top or scope.listed is None or p in scope.listed]
    order = sorted(shown, key=lambda p: (p != top, names.get(p or 0, ""), p or 0))
    return {person: people[person] for person in order}


class _Quarter:
    """What was claimed in one closed quarter, at any of its moments."""

    def __init__(self, context: Context, scope: Scope, quarter: Period, known: Moment) -> None:
        self.context, self.scope, self.quarter = context, scope, quarter
        calendar, conn = context.calendar, context.store.conn
        self.moments = [end_of_week_moment(calendar, quarter, week) for week in range(1, WEEKS + 1)]
        self.won = quarter_sums.won_deals(conn, quarter, known)
        start = calendar.start_of_day(quarter.start)
        self.states: Sequence[ClaimedState] = quarter_sums.claimed_states(conn, quarter, start, self.moments[-1])

    def weeks(self, began: Moment | None) -> dict[int, Yield]:
        """Return the yield of the scope at the end of each week of which the store knows."""
        members = [members_then(self.context, self.scope, moment) for moment in self.moments]

        def counts(owner: int, number: int) -> bool:
            whom = members[number]
            return whom is None or owner in whom

        found = yields_at(self.states, self.won, self.moments, counts)
        known = (moment >= (began or moment) for moment in self.moments)
        return {week: one for week, (one, is_known) in enumerate(zip(found, known, strict=True), 1) if is_known}

    def people(self, moment: Moment) -> dict[int | None, Yield]:
        """Return the yield of everybody in the scope, with all below them, at one moment."""
        chains = Chains(self.context, moment, self.scope)
        members = members_then(self.context, self.scope, moment)
        by_owner: dict[int, list[ClaimedState]] = {}
        for state in self.states:
            if state.valid_from <= moment < state.valid_to and (members is None or state.owner in members):
                by_owner.setdefault(state.owner, []).append(state)
        own = {owner: self._own(states, moment) for owner, states in by_owner.items()}
        return chains.added(own, Yield.plus)

    def _own(self, states: Iterable[ClaimedState], moment: Moment) -> Yield:
        return yields_at(states, self.won, [moment], lambda _owner, _number: True)[0]
