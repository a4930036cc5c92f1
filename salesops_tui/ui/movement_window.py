"""From when to when a movement is looked at: since a baseline, in one week, or between any two moments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from salesops_tui.domain.calendar import Day, Moment
from salesops_tui.domain.typed_day import read_day
from salesops_tui.errors import NotFound, WrongUsage
from salesops_tui.services.movement import read_window
from salesops_tui.services.sheet import Baseline, default_baseline
from salesops_tui.ui.desk import Desk

CALL, IMPORT, WEEK, QUARTER = "call", "import", "week", "quarter"
BASELINES = {
    CALL: ("Last call", "the end of the last call over these deals"),
    IMPORT: ("Last import", "the import before the latest one"),
    WEEK: ("Week's start", "the start of this week"),
    QUARTER: ("Quarter's start", "the first day of the quarter"),
}
"""What changes can be counted from: the name, and what moment that is."""

_IN_SERVICE = {CALL: "last-call", IMPORT: "last-import", WEEK: "week"}
_STARTS = {
    CALL: "last call", IMPORT: "last import but one", WEEK: "week began", QUARTER: "quarter began"
}  # fmt: skip
_WEEK = 7


Between = tuple[Moment, Moment | None]
"""Two moments that somebody named; None is now, whenever that is looked at."""


class Asked(NamedTuple):
    """What somebody wants to see.

    Attributes:
        week: the first day of a week; None for another window.
        between: the two moments that were named; None for another window. With neither, it is since the baseline.
    """

    week: Day | None = None
    between: Between | None = None


class MovementWindow(NamedTuple):
    """The two moments of a movement, and what the first one is: `call`, `import`, `week`, `quarter` or ""."""

    start: Moment
    end: Moment
    what: str
    until_now: bool


def baseline(desk: Desk, what: str = "") -> Baseline | None:
    """Return since when changes count, None where there is no such moment.

    Args:
        desk: whose deals, in which quarter.
        what: one of `BASELINES`; "" for the first of call, import and week that there is.
    """
    context, now = desk.context, desk.context.now()
    if not what:
        return default_baseline(context, desk.scope, now)
    if what == QUARTER:
        return Baseline(min(now, context.calendar.start_of_day(desk.period.start)), QUARTER)
    try:
        return read_window(context, desk.scope, _IN_SERVICE[what])[0]
    except NotFound:
        return None


def chosen_baseline(desk: Desk) -> Baseline:
    """Return the baseline that was picked, else the default; likewise where the picked one does not exist here."""
    return baseline(desk, desk.since) or default_baseline(desk.context, desk.scope, desk.context.now())


def window_of(desk: Desk, asked: Asked) -> MovementWindow:
    """Return the two moments of what somebody wants to see; nothing lies beyond now."""
    calendar, now = desk.policy.calendar, desk.context.now()
    if asked.between is not None:
        start, last = asked.between
        end = now if last is None else min(last, now)
        return MovementWindow(min(start, end), end, "", end >= now)
    if asked.week is not None:
        end = min(now, calendar.start_of_day(Day(asked.week + _WEEK)))
        return MovementWindow(min(end, calendar.start_of_day(asked.week)), end, WEEK, end >= now)
    since = chosen_baseline(desk)
    return MovementWindow(min(since.moment, now), now, since.what, True)


def stepped(desk: Desk, asked: Asked, seen: MovementWindow, weeks: int) -> Asked:
    """Return a week so many weeks from the one that is seen; from another window, that of its end counts as seen.

    Raises:
        WrongUsage: that week has not begun.
    """
    calendar = desk.policy.calendar
    this = asked.week if asked.week is not None else calendar.week_of(calendar.day_of(Moment(seen.end - 1)))
    week = Day(this + weeks * _WEEK)
    if week > desk.today:
        raise WrongUsage("the week after this one has not begun; b counts from a baseline up to now")
    if week < desk.today - 520 * _WEEK:
        raise WrongUsage("that is ten years back; w picks any two dates")
    return Asked(week=week)


def read_between(desk: Desk, start: str, end: str) -> Between:
    """Return the two moments that somebody typed; no end is now.

    Raises:
        WrongUsage: one of them cannot be read, or they are the wrong way round.
    """
    if not start.strip():
        raise WrongUsage("say from when: 2026-11-16, mon, 16 nov, -7, or 2026-11-16T09:30")
    first = _read(desk, start)
    last = _read(desk, end) if end.strip() else None
    until = desk.context.now() if last is None else last
    if first > until:
        raise WrongUsage(f"{desk.moment(first)} comes after {desk.moment(until)}; the earlier comes first")
    return first, last


def _read(desk: Desk, text: str) -> Moment:
    calendar = desk.policy.calendar
    try:
        return calendar.read_moment(text, desk.context.now())
    except WrongUsage:
        return calendar.end_of_day(read_day(text, desk.today))


# ----------------------------------------------------------------- in words


def window_in_words(desk: Desk, window: MovementWindow) -> Iterator[str]:
    """Yield both moments in full with what they are, the longest way to say it first."""
    start, end = desk.moment(window.start), desk.moment(window.end)
    known = f" ({_STARTS[window.what]})" if window.what else ""
    now = " (now)" if window.until_now else ""
    yield f"{start}{known} → {end}{now}"
    yield f"{start}{known} → {end}"
    yield f"{start} → {end}"
