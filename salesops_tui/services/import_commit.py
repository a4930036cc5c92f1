"""How an import would move Commit, before it is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from salesops_tui.domain.calendar import Day, Moment, Period
from salesops_tui.domain.deal import State
from salesops_tui.domain.membership import Membership
from salesops_tui.domain.movement import Line, Window, trace
from salesops_tui.domain.movement_causes import Cause, is_inside
from salesops_tui.services.context import Context
from salesops_tui.store import imports_sight as sight

_START, _END, _LATER = Moment(1), Moment(3), Moment(2)
_EVER = Period("", Day(1), Day(10_000_000))


class CommitMove(NamedTuple):
    """Commit before and after an import, in minor units, and the causes in between.

    Attributes:
        period: its name; "" for all periods together.
        residual: what the lines do not explain: 0, or something is wrong.
    """

    period: str
    start: int
    end: int
    lines: tuple[Line, ...]

    @property
    def net(self) -> int:
        """The sum of the lines."""
        return sum(line.amount for line in self.lines)

    @property
    def residual(self) -> int:
        """What the lines do not explain: 0, or something is wrong."""
        return self.end - self.start - self.net


def commit_moves(context: Context, as_of: Moment, *, nothing: bool) -> tuple[CommitMove, ...]:
    """Return how Commit moves by the compared rows: over all periods, then in the current one.

    Args:
        context: whose store has the rows staged and compared.
        as_of: the moment that the file describes.
        nothing: the file changes nothing, and was not compared.
    """
    conn = context.store.conn
    current = context.calendar.current_period(context.now())
    tallies = [_Tally(period, sight.commit_by_day(conn)) for period in (_EVER, current)]
    if not nothing:
        fresh = sight.fresh_commit(conn)
        for tally in tallies:
            tally.add_fresh(fresh)
        for before, after in sight.touched_commit(conn, context.policies, as_of):
            for tally in tallies:
                tally.add(before, after)
    return tuple(tally.move() for tally in tallies)


class _Tally:
    """Adds up how Commit moves in a period."""

    def __init__(self, period: Period, now: Iterable[tuple[Day, int]]) -> None:
        self._period = period
        self._window = Window(period, _START, _END, Membership())
        self._start = self._end = sum(amount for day, amount in now if day in period)
        self._sums: dict[Cause, tuple[int, int]] = {}

    def add_fresh(self, fresh: Iterable[tuple[Day, int, int]]) -> None:
        """Count deals without any history: close day, amount, number."""
        for day, amount, deals in fresh:
            if day in self._period:
                self._end += amount
                self._add(Cause.NEW, amount, deals)

    def add(self, before: State | None, after: State | None) -> None:
        """Count what a deal is, and what it would be."""
        self._end += _inside(after, self._period) - _inside(before, self._period)
        states = [s._replace(valid_from=at) for s, at in ((before, Moment(0)), (after, _LATER)) if s is not None]
        moved = trace(self._window, 0, states) if states else None
        for leg in moved.legs if moved else ():
            self._add(leg.cause, leg.amount, 1)

    def move(self) -> CommitMove:
        """Return what was counted."""
        lines = tuple(Line(cause, *self._sums[cause]) for cause in Cause if cause in self._sums)
        return CommitMove(self._period.name, self._start, self._end, lines)

    def _add(self, cause: Cause, amount: int, deals: int) -> None:
        total, count = self._sums.get(cause, (0, 0))
        self._sums[cause] = (total + amount, count + deals)


def _inside(state: State | None, period: Period) -> int:
    return state.amount if state is not None and is_inside(state, True, period) else 0
