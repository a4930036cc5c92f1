"""How Commit moved between two moments, for a scope and a period, and why.

A deal is *inside* at a moment when it is open, its category is Commit, its close date lies in the period and its
owner belongs to the scope then. Commit is the sum of the amounts inside. A *crossing* is a change that put a deal
inside or outside; the cause of a line is read off the deal's last crossing in the window (`movement_causes`).

What holds for every scope, period and pair of moments, and is tested so:

* Start + the sum of the lines = end, to the minor unit. The ends are summed from what the deals were at the two
  moments, the lines from their changes; `Movement.residual` is what is left over, and is never assumed to be 0.
* The ends of a person's reports and of the person's own deals add up to the person's.
* The net of two windows that meet is the net of both as one. The lines are not: a deal that came and went has two
  lines in the weeks and none in the quarter.
* A deal stands in a line at most once.

All amounts are minor units of the store's currency. A change at t belongs to the window when start < t <= end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.deal import State, Status
from salesops_tui.domain.membership import Membership
from salesops_tui.domain.movement_causes import (
    HELD,
    Cause,
    Sight,
    entry_cause,
    exit_cause,
    exit_cause_over,
    is_inside,
)


class Window(NamedTuple):
    """What a movement is of: a period and a scope, from one moment to another."""

    period: Period
    start: Moment
    end: Moment
    members: Membership


class Leg(NamedTuple):
    """A deal's part in one line."""

    cause: Cause
    amount: int


class Step(NamedTuple):
    """One change of what a deal puts into Commit."""

    at: Moment
    cause: Cause
    amount: int


class Line(NamedTuple):
    """One line of the waterfall: its sum, and how many deals stand in it."""

    cause: Cause
    amount: int
    deals: int


class DealMovement(NamedTuple):
    """What one deal did in the window.

    Attributes:
        deal: the store's number.
        legs: its parts in the lines: none, one, or a change of amount followed by `won`.
        before, after: what it was at the two ends; `before` is None while it was not known.
        first: the first that is known of it in the window: `before`, or its first state.
        owner: who carries it, seen from the scope: the owner when it was last inside.
        was_member, is_member: whether its owner belonged to the scope at the two ends.
        churned: it left and came back.
        passed_through: it is inside at neither end, and was between them.
        failure: the inspection that failed it in the window: the one that took it out, else the last; None for none.
        steps: everything it did, oldest first.
    """

    deal: int
    legs: tuple[Leg, ...]
    before: State | None
    after: State
    first: State
    owner: int
    was_member: bool
    is_member: bool
    churned: bool
    passed_through: bool
    failure: int | None
    steps: tuple[Step, ...]

    @property
    def causes(self) -> frozenset[Cause]:
        """The lines that it stands in."""
        return frozenset(leg.cause for leg in self.legs)


class Movement(NamedTuple):
    """The movement of Commit over a window.

    Attributes:
        start, end: Commit at the two ends, summed from what the deals were then.
        deals: what each deal did, those that did nothing to the lines included.
        lines: the lines in which a deal stands, in the order of `Cause`.
        gross: every entry, exit and change of amount, each counted for itself; they add up to the net as well.
    """

    window: Window
    start: int
    end: int
    deals: tuple[DealMovement, ...]
    lines: tuple[Line, ...]
    gross: tuple[Line, ...]

    @property
    def net(self) -> int:
        """The sum of the lines."""
        return sum(line.amount for line in self.lines)

    @property
    def residual(self) -> int:
        """What the lines do not explain: 0, or something is wrong."""
        return self.end - self.start - self.net


def _lines(legs: Iterable[Leg]) -> tuple[Line, ...]:
    sums: dict[Cause, tuple[int, int]] = {}
    for cause, amount in legs:
        total, count = sums.get(cause, (0, 0))
        sums[cause] = (total + amount, count + 1)
    return tuple(Line(cause, *sums[cause]) for cause in Cause if cause in sums)


def movement_over(window: Window, start: int, end: int, histories: Mapping[int, Sequence[State]]) -> Movement:
    """Return the movement of Commit over a window.

    Args:
        window: scope, period and the two moments.
        start: Commit at the window's start, summed from the deals.
        end: Commit at its end, likewise.
        histories: of every deal that may have crossed, the states that held at some time in the window, oldest first.
    """
    traced = (trace(window, deal, states) for deal, states in histories.items())
    deals = tuple(deal for deal in traced if deal)
    lines = _lines(leg for deal in deals for leg in deal.legs)
    gross = _lines(Leg(step.cause, step.amount) for deal in deals for step in deal.steps)
    return Movement(window, start, end, deals, lines, gross)


def trace(window: Window, deal: int, states: Sequence[State]) -> DealMovement | None:
    """Return what a deal did in a window; None where it did nothing to Commit."""
    sights = list(_sights(window, states))
    steps = tuple(_steps(window.period, sights))
    if not steps:
        return None
    first, last = sights[0], sights[-1]
    last_inside = next(sight.state for sight in reversed(sights) if sight.inside)
    known = next(sight.state for sight in sights if sight.state)
    assert last_inside, "nothing unknown is inside"
    assert last.state, "a deal that was known stays known"
    crossings = [after.inside for before, after in pairwise(sights) if before.inside is not after.inside]
    return DealMovement(
        deal,
        _legs(window.period, sights),
        first.state,
        last.state,
        known,
        last_inside.owner,
        first.member,
        last.member,
        any(back and not out for out, back in pairwise(crossings)),
        not first.inside and not last.inside,
        _failure(sights),
        steps,
    )


def _sights(window: Window, states: Sequence[State]) -> Iterator[Sight]:
    """Yield what the deal was at the start, and after each change of the deal or of the scope; one for a moment."""
    moments = {window.start, *window.members.changes}
    moments.update(state.valid_from for state in states if state.valid_from > window.start)
    index = -1
    for moment in sorted(moments):
        while index + 1 < len(states) and states[index + 1].valid_from <= moment:
            index += 1
        state = states[index] if index >= 0 else None
        member = state is not None and window.members.holds(state.owner, moment)
        yield Sight(moment, state, member, is_inside(state, member, window.period))


def _legs(period: Period, sights: Sequence[Sight]) -> tuple[Leg, ...]:
    first, last = sights[0], sights[-1]
    was, now = _amount(first), _amount(last)
    if first.inside and last.inside:
        return _change_of_amount(was, now)
    if last.inside:
        before, _ = _last_crossing(sights)
        return (Leg(Cause.NEW if first.state is None else entry_cause(before, period), now),)
    if not first.inside:
        return ()
    _, after = _last_crossing(sights)
    cause = exit_cause_over(after, last, period)
    if cause is Cause.WON:
        # The change of amount has its own line, so that what leaves as won is what was booked.
        return (*_change_of_amount(was, now), Leg(Cause.WON, -now))
    return (Leg(cause, -was),)


def _steps(period: Period, sights: Sequence[Sight]) -> Iterator[Step]:
    for before, after in pairwise(sights):
        was, now = _amount(before), _amount(after)
        if before.inside and after.inside:
            legs = _change_of_amount(was, now)
        elif after.inside:
            legs = (Leg(entry_cause(before, period), now),)
        elif not before.inside:
            continue
        elif (cause := exit_cause(after, period)) is Cause.WON:
            legs = (*_change_of_amount(was, now), Leg(Cause.WON, -now))
        else:
            legs = (Leg(cause, -was),)
        yield from (Step(after.at, cause, amount) for cause, amount in legs)


def _last_crossing(sights: Sequence[Sight]) -> tuple[Sight, Sight]:
    pairs = ((sights[i - 1], sights[i]) for i in range(len(sights) - 1, 0, -1))
    return next((before, after) for before, after in pairs if before.inside is not after.inside)


def _change_of_amount(was: int, now: int) -> tuple[Leg, ...]:
    if was == now:
        return ()
    return (Leg(Cause.INCREASED if now > was else Cause.DECREASED, now - was),)


def _amount(sight: Sight) -> int:
    return sight.state.amount if sight.state else 0


def _failure(sights: Sequence[Sight]) -> int | None:
    """Return the inspection that failed a deal not held down before: at its last crossing, else the last of all."""
    found, at_crossing = None, None
    for before, after in pairwise(sights):
        failed = before.state and after.state and after.state.hold in HELD and before.state.hold not in HELD
        inspection = after.state.inspection if after.state and failed else None
        found = inspection or found
        if before.inside is not after.inside:
            at_crossing = inspection
    return at_crossing or found


class ClosedMovement(NamedTuple):
    """How Closed moved beside Commit, so that Landing (Closed + Commit) can be followed too.

    Attributes:
        start, end: won deals that close in the period, by owner in the scope, summed from what the deals were.
        won_from_commit: what left Commit as won; the line `won` with the other sign.
        won_outside: won in the window without standing in that line: new, Best Case, or in another team's Commit.
        other: what was won before and has changed since (reopened, corrected, its owner in another team).
    """

    start: int
    end: int
    won_from_commit: int
    won_outside: int
    other: int

    @property
    def residual(self) -> int:
        """What the parts do not explain: 0, or something is wrong."""
        return self.end - self.start - self.won_from_commit - self.won_outside - self.other


def closed_over(movement: Movement, start: int, end: int, histories: Mapping[int, Sequence[State]]) -> ClosedMovement:
    """Return the movement of Closed over the window of a movement of Commit.

    Args:
        movement: of Commit.
        start: Closed at the window's start, summed from the deals.
        end: Closed at its end, likewise.
        histories: as given to `movement_over`, with every deal whose part in Closed may have changed.
    """
    window = movement.window
    won_legs = {d.deal: -leg.amount for d in movement.deals for leg in d.legs if leg.cause is Cause.WON}
    won_outside = other = 0
    for deal in histories.keys() | won_legs.keys():
        sights = list(_sights(window, histories.get(deal, ())))
        first, last = sights[0], sights[-1]
        moved = _booked(window.period, last) - _booked(window.period, first) - won_legs.get(deal, 0)
        newly_won = deal not in won_legs and not _is_won(window.period, first) and _is_won(window.period, last)
        won_outside += moved if newly_won else 0
        other += 0 if newly_won else moved
    return ClosedMovement(start, end, sum(won_legs.values()), won_outside, other)


def _is_won(period: Period, sight: Sight) -> bool:
    return sight.state is not None and sight.state.status is Status.WON and sight.state.close_day in period


def _booked(period: Period, sight: Sight) -> int:
    return _amount(sight) if sight.member and _is_won(period, sight) else 0
