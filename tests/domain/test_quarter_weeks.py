"""Points of a quarter: the same place in one quarter and in another."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.domain.calendar import SECOND, Calendar, Day, Moment, to_day
from salesops_tui.domain.quarter_weeks import (
    AT_END,
    WEEKS,
    end_of_week,
    end_of_week_moment,
    moment_of,
    point_of,
    week_of_quarter,
)

CALENDARS = [Calendar(), Calendar("Europe/Berlin", 2), Calendar("America/New_York", 7), Calendar("Asia/Kolkata")]
moments = st.integers(631_152_000, 3_786_912_000).map(lambda second: Moment(second * SECOND))  # 1990 to 2090


def test_weeks_start_with_the_quarter() -> None:
    quarter = Calendar().period_of(to_day(date(2026, 11, 18)))
    assert quarter.name == "FY26-Q4"
    days = {day: week_of_quarter(quarter, to_day(date(2026, *day))) for day in ((9, 30), (10, 1), (10, 7), (10, 8))}
    assert days == {(9, 30): 0, (10, 1): 1, (10, 7): 1, (10, 8): 2}
    assert week_of_quarter(quarter, to_day(date(2026, 12, 31))) == 13
    assert week_of_quarter(quarter, to_day(date(2027, 5, 1))) == 13


@given(moments, st.sampled_from(CALENDARS))
def test_a_quarter_has_thirteen_weeks(at: Moment, calendar: Calendar) -> None:
    quarter = calendar.period_of(calendar.day_of(at))
    weeks = [week_of_quarter(quarter, Day(day)) for day in range(quarter.start, quarter.end + 1)]
    assert sorted(set(weeks)) == list(range(1, 14))
    assert weeks == sorted(weeks)
    ends = [end_of_week(quarter, week) for week in range(1, WEEKS + 1)]
    assert ends[-1] == quarter.end
    assert [week_of_quarter(quarter, day) for day in ends] == list(range(1, 14))
    assert all(week_of_quarter(quarter, Day(day + 1)) == week + 1 for week, day in enumerate(ends[:-1], 1))


@given(moments, st.sampled_from(CALENDARS))
def test_a_point_leads_back_to_its_moment(at: Moment, calendar: Calendar) -> None:
    quarter = calendar.period_of(calendar.day_of(at))
    assert moment_of(calendar, quarter, point_of(calendar, quarter, at)) == at


@given(moments, st.sampled_from(CALENDARS), st.integers(-9, -1))
def test_the_same_point_of_an_earlier_quarter_lies_in_it(at: Moment, calendar: Calendar, back: int) -> None:
    quarter = calendar.period_of(calendar.day_of(at))
    point, earlier = point_of(calendar, quarter, at), calendar.shifted(quarter, back)
    then = moment_of(calendar, earlier, point)
    assert calendar.day_of(then) == min(earlier.start + point.days, earlier.end)
    assert then < at


def test_past_the_end_is_the_end_of_any_quarter() -> None:
    calendar = Calendar()
    long, short = (calendar.period_named(name) for name in ("FY26-Q4", "FY26-Q1"))
    after = calendar.start_of_day(Day(long.end + 5))
    assert point_of(calendar, long, after) == AT_END
    assert moment_of(calendar, short, AT_END) == calendar.end_of_day(short.end)
    assert end_of_week_moment(calendar, short, 13) == calendar.end_of_day(short.end)


def test_before_the_start_days_count_back() -> None:
    calendar = Calendar()
    following, this = calendar.period_named("FY27-Q1"), calendar.period_named("FY26-Q4")
    point = point_of(calendar, following, calendar.start_of_day(to_day(date(2026, 11, 17))))
    assert (point.week, point.days) == (0, -45)
    assert calendar.day_of(moment_of(calendar, this, point)) == this.start - 45


@pytest.mark.parametrize("hour", [1, 2, 3, 23])
def test_a_day_on_which_the_clocks_change(hour: int) -> None:
    calendar = Calendar("Europe/Berlin")
    quarter, before = calendar.period_named("FY26-Q2"), calendar.period_named("FY26-Q1")
    day = Day(quarter.start + (date(2026, 3, 29) - date(2026, 1, 1)).days)
    point = point_of(calendar, quarter, Moment(calendar.start_of_day(day) + hour * 3_600_000_000))
    then = moment_of(calendar, before, point)
    assert calendar.day_of(then) == to_day(date(2026, 3, 29))
