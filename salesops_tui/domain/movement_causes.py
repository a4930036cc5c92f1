"""Why a deal came into Commit or left it: the cause of one change, by precedence.

A cause is asked of two sights of a deal, the one before a change and the one after it. The precedence decides only
between things that this one change altered together (an import that moved the date and lowered the category).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.deal import Category, Hold, State, Status


class Cause(StrEnum):
    """The lines of the waterfall in the order in which they are drawn: what came, then what went."""

    INCREASED = "increased"
    NEW = "new"
    TRANSFERRED_IN = "transferred_in"
    RETURNED = "returned"
    REOPENED = "reopened"
    PULLED_IN = "pulled_in"
    ROLLED_IN = "rolled_in"
    PASSED_INSPECTION = "passed_inspection"
    UPGRADED = "upgraded"
    DECREASED = "decreased"
    DOWNGRADED = "downgraded"
    FAILED_INSPECTION = "failed_inspection"
    PUSHED_OUT = "pushed_out"
    PULLED_OUT = "pulled_out"
    LOST = "lost"
    TRANSFERRED_OUT = "transferred_out"
    REMOVED = "removed"
    WON = "won"

    @property
    def label(self) -> str:
        """The line's name for people."""
        return self.value.replace("_", " ").capitalize()


class Sight(NamedTuple):
    """What a deal was at a moment, seen from a scope and a period.

    Attributes:
        state: None while the deal was not known.
        member: whether its owner belonged to the scope.
        inside: whether it counted towards Commit.
    """

    at: Moment
    state: State | None
    member: bool
    inside: bool


HELD = frozenset({Hold.FAILED, Hold.CAPPED})
"""What a failed inspection leaves on a deal until it passes one."""

_Test = Callable[[State, bool, Period], bool]

EXITS: tuple[tuple[Cause, _Test], ...] = (
    (Cause.REMOVED, lambda after, _member, _period: after.status is Status.REMOVED),
    (Cause.TRANSFERRED_OUT, lambda _after, member, _period: not member),
    # Only with a close date in the period, so that what leaves as won is booked in it.
    (Cause.WON, lambda after, _member, period: after.status is Status.WON and after.close_day in period),
    (Cause.LOST, lambda after, _member, _period: after.status is Status.LOST),
    (Cause.PUSHED_OUT, lambda after, _member, period: after.close_day > period.end),
    (Cause.PULLED_OUT, lambda after, _member, period: after.close_day < period.start),
    (Cause.FAILED_INSPECTION, lambda after, _member, _period: after.hold in HELD),
)
"""What takes a deal out, the first that is true of the sight *after* the change; else the rep downgraded it."""

ENTRIES: tuple[tuple[Cause, _Test], ...] = (
    (Cause.TRANSFERRED_IN, lambda _before, member, _period: not member),
    (Cause.RETURNED, lambda before, _member, _period: before.status is Status.REMOVED),
    (Cause.REOPENED, lambda before, _member, _period: before.status in (Status.WON, Status.LOST)),
    (Cause.PULLED_IN, lambda before, _member, period: before.close_day > period.end),
    (Cause.ROLLED_IN, lambda before, _member, period: before.close_day < period.start),
    (Cause.PASSED_INSPECTION, lambda before, _member, _period: before.hold in HELD),
)
"""What lets a deal in, the first that is true of the sight *before* the change; else the rep upgraded it."""


def is_inside(state: State | None, member: bool, period: Period) -> bool:
    """Say whether a deal counts: open, in Commit, closing in the period, owned in the scope."""
    if state is None or not member or state.close_day not in period:
        return False
    return state.status is Status.OPEN and state.category is Category.COMMIT


def entry_cause(before: Sight, period: Period) -> Cause:
    """Return why a deal came in by the change that followed `before`."""
    if before.state is None:
        return Cause.NEW
    for cause, holds in ENTRIES:
        if holds(before.state, before.member, period):
            return cause
    return Cause.UPGRADED


def exit_cause(after: Sight, period: Period) -> Cause:
    """Return why a deal went out by the change that led to `after`."""
    assert after.state, "what was inside stays known"
    for cause, holds in EXITS:
        if holds(after.state, after.member, period):
            return cause
    return Cause.DOWNGRADED


def exit_cause_over(after: Sight, end: Sight, period: Period) -> Cause:
    """Return why a deal that is out at a window's end went out by the change that led to `after`.

    A win counts as `won` only if it stands at the end, in the period, whoever owns the deal by then. A deal that was
    won and reopened, lost or moved to another period is judged by what it is at the end, as if that were the change.
    """
    cause = exit_cause(after, period)
    assert after.state, "what was inside stays known"
    assert end.state, "what was inside stays known"
    if after.state.status is not Status.WON or cause is Cause.TRANSFERRED_OUT:
        return cause
    if end.state.status is Status.WON and end.state.close_day in period:
        return Cause.WON
    return exit_cause(end, period)
