"""Weeks of a quarter, so that one quarter can be laid beside another at the same point.

Week 1 starts with the quarter's first day, whatever weekday that is: the weeks of the calendar would give one quarter
a first week of a day and the next one of seven. There are always thirteen; the last one takes what is left over.
"""

from __future__ import annotations

from typing import NamedTuple

from salesops_tui.domain.calendar import Calendar, Day, Moment, Period

WEEKS = 13


class Point(NamedTuple):
    """A point of any quarter.

    Attributes:
        week: 1 to 13; 0 before the quarter's start, 13 after its end.
        days: whole days since the quarter's first day, which is 0; negative before it.
        past_midnight: microseconds into that day; -1 for its very end.
    """

    week: int
    days: int
    past_midnight: int = -1


AT_END = Point(WEEKS, 7 * WEEKS + 7)
"""The end of a quarter, however many days it has."""


def week_of_quarter(period: Period, day: Day) -> int:
    """Return the week of a quarter that holds a day, 1 to 13; 0 for a day before it."""
    return max(0, min(WEEKS, 1 + (min(day, period.end) - period.start) // 7))


def end_of_week(period: Period, week: int) -> Day:
    """Return the last day of a week of a quarter; that of week 0 is the day before the quarter."""
    return period.end if week >= WEEKS else Day(period.start + 7 * week - 1)


def point_of(calendar: Calendar, period: Period, at: Moment) -> Point:
    """Return the point of a quarter at which a moment lies; its very end for a moment after it."""
    day = calendar.day_of(at)
    if day > period.end:
        return AT_END
    return Point(week_of_quarter(period, day), day - period.start, at - calendar.start_of_day(day))


def moment_of(calendar: Calendar, period: Period, point: Point) -> Moment:
    """Return the moment at which a quarter is at a point; a quarter that is shorter is at its end."""
    day = Day(period.start + point.days)
    if day > period.end or point.past_midnight < 0:
        return calendar.end_of_day(min(day, period.end))
    # A day on which the clocks change is an hour shorter or longer.
    return min(Moment(calendar.start_of_day(day) + point.past_midnight), calendar.end_of_day(day))


def end_of_week_moment(calendar: Calendar, period: Period, week: int) -> Moment:
    """Return the last moment of a week of a quarter."""
    return calendar.end_of_day(end_of_week(period, week))
