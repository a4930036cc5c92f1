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
    now = sight.commit_by_day(conn)
    fresh = [] if nothing else sight.fresh_commit(conn)
    known = [] if nothing else list(sight.touched_commit(conn, context.policies, as_of))
    current = context.calendar.current_period(context.now())
    return tuple(_move(period, now, fresh, known) for period in (_EVER, current))


def _move(
    period: Period,
    now: Iterable[tuple[Day, int]],
    fresh: Iterable[tuple[Day, int, int]],
    known: Iterable[tuple[State | None, State | None]],
) -> CommitMove:
    start = end = sum(amount for day, amount in now if day in period)
    sums: dict[Cause, tuple[int, int]] = {}
    for day, amount, deals in fresh:
        if day in period:
            end += amount
            _add(sums, Cause.NEW, amount, deals)
    window = Window(period, _START, _END, Membership())
    for before, after in known:
        end += _inside(after, period) - _inside(before, period)
        states = [s._replace(valid_from=at) for s, at in ((before, Moment(0)), (after, _LATER)) if s is not None]
        moved = trace(window, 0, states) if states else None
        for leg in moved.legs if moved else ():
            _add(sums, leg.cause, leg.amount, 1)
    lines = tuple(Line(cause, *sums[cause]) for cause in Cause if cause in sums)
    return CommitMove(period.name, start, end, lines)


def _inside(state: State | None, period: Period) -> int:
    return state.amount if state is not None and is_inside(state, True, period) else 0


def _add(sums: dict[Cause, tuple[int, int]], cause: Cause, amount: int, deals: int) -> None:
    total, count = sums.get(cause, (0, 0))
    sums[cause] = (total + amount, count + deals)
