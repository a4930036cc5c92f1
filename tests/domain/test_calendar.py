"""Days, weeks and periods: against the plainest way of counting, and at the edges where clocks and years turn."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salesops_tui.domain.calendar import (
    BEGINNING,
    FOREVER,
    SECOND,
    Calendar,
    Day,
    Moment,
    iso_day,
    to_date,
    to_datetime,
    to_day,
    to_moment,
    weekday_number,
)
from salesops_tui.errors import WrongUsage

# Clocks that change at two, at one, at midnight and to midnight, by half an hour, by a whole day, or never.
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "Australia/Lord_Howe",
    "Asia/Tehran",
    "Asia/Beirut",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Asia/Kathmandu",
]
DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31)).map(to_day)
CALENDARS = st.builds(
    Calendar,
    zone_name=st.sampled_from(ZONES),
    fiscal_start_month=st.integers(1, 12),
    week_start=st.integers(0, 6),
)
MONTHS = range(1, 13)


def day(text: str) -> Day:
    return to_day(date.fromisoformat(text))


def moment(text: str, zone: str = "UTC") -> Moment:
    return to_moment(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


MOMENTS = st.integers(moment("1990-01-02"), moment("2099-12-30")).map(Moment)


class TestMoments:
    @given(MOMENTS, st.sampled_from(ZONES))
    def test_there_and_back(self, instant: Moment, zone: str) -> None:
        assert to_moment(to_datetime(instant)) == instant
        assert to_moment(to_datetime(instant, ZoneInfo(zone))) == instant
        assert to_moment(datetime.fromisoformat(Calendar(zone).iso(instant))) == instant

    def test_a_microsecond_is_not_lost(self) -> None:
        assert to_moment(datetime(2026, 11, 16, 9, 30, 0, 1, tzinfo=UTC)) == moment("2026-11-16T09:30:00") + 1

    def test_the_ends_of_time_lie_outside_of_what_anybody_can_name(self) -> None:
        assert to_moment(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)) < FOREVER
        assert to_moment(datetime(1900, 1, 1, tzinfo=UTC)) > BEGINNING

    def test_days(self) -> None:
        assert iso_day(day("2024-02-29")) == "2024-02-29"
        assert iso_day(None) is None
        assert to_date(Day(day("2024-02-29") + 1)) == date(2024, 3, 1)


class TestDays:
    @given(CALENDARS, MOMENTS)
    def test_a_moment_is_in_exactly_one_day(self, calendar: Calendar, instant: Moment) -> None:
        today = calendar.day_of(instant)
        assert calendar.start_of_day(today) <= instant <= calendar.end_of_day(today)
        assert today == to_datetime(instant, calendar.zone).toordinal()

    @given(CALENDARS, DAYS)
    def test_days_lie_side_by_side(self, calendar: Calendar, today: Day) -> None:
        assert calendar.end_of_day(today) + 1 == calendar.start_of_day(Day(today + 1))

    @given(CALENDARS, DAYS)
    def test_the_ends_of_a_day_are_of_that_day(self, calendar: Calendar, today: Day) -> None:
        if calendar.end_of_day(today) < calendar.start_of_day(today):
            return  # a day that never was there
        assert calendar.day_of(calendar.start_of_day(today)) == today
        assert calendar.day_of(calendar.end_of_day(today)) == today
        assert calendar.day_of(Moment(calendar.start_of_day(today) - 1)) < today

    @pytest.mark.parametrize(
        ("zone", "date_", "hours"),
        [
            ("Europe/Berlin", "2026-03-29", 23),
            ("Europe/Berlin", "2026-10-25", 25),
            ("America/New_York", "2026-03-08", 23),
            ("America/New_York", "2026-11-01", 25),
            ("America/Sao_Paulo", "2018-11-04", 23),  # there was no midnight
            ("America/Sao_Paulo", "2018-02-17", 25),  # back from midnight
            ("America/Havana", "2026-11-01", 25),  # midnight twice
            ("Australia/Lord_Howe", "2026-04-05", 24.5),
            ("Pacific/Apia", "2011-12-30", 0),  # left out on the way across the date line
            ("UTC", "2026-03-29", 24),
        ],
    )
    def test_a_day_is_as_long_as_its_clock_says(self, zone: str, date_: str, hours: float) -> None:
        calendar, today = Calendar(zone), day(date_)
        length = calendar.end_of_day(today) + 1 - calendar.start_of_day(today)
        assert length == hours * 3600 * SECOND

    def test_a_day_without_midnight_starts_when_it_starts(self) -> None:
        calendar = Calendar("America/Sao_Paulo")
        start = calendar.start_of_day(day("2018-11-04"))
        assert calendar.iso(start) == "2018-11-04T01:00:00-02:00"

    def test_the_last_moment_of_a_period_is_in_it_and_the_next_is_not(self) -> None:
        calendar = Calendar("Europe/Berlin")
        last = moment("2026-12-31T23:59:59.999999", "Europe/Berlin")
        assert calendar.period_of(calendar.day_of(last)).name == "FY26-Q4"
        assert calendar.period_of(calendar.day_of(Moment(last + 1))).name == "FY27-Q1"
        assert Calendar("Asia/Tokyo").period_of(Calendar("Asia/Tokyo").day_of(last)).name == "FY27-Q1"


class TestWeeks:
    @given(CALENDARS, DAYS)
    def test_a_day_is_in_exactly_one_week(self, calendar: Calendar, today: Day) -> None:
        first = calendar.week_of(today)
        assert 0 <= today - first < 7
        assert to_date(first).weekday() == calendar.week_start
        assert {calendar.week_of(Day(first + n)) for n in range(7)} == {first}
        assert calendar.week_of(Day(first + 7)) == first + 7

    @given(CALENDARS, MOMENTS)
    def test_a_moment_is_in_exactly_one_week(self, calendar: Calendar, instant: Moment) -> None:
        start, end = calendar.week_start_of(instant), calendar.week_end_of(instant)
        assert start <= instant <= end
        assert calendar.week_start_of(Moment(end + 1)) == end + 1
        assert calendar.week_end_of(Moment(start - 1)) == start - 1

    @pytest.mark.parametrize("date_", ["2020-12-28", "2020-12-31", "2021-01-01", "2021-01-03"])
    def test_the_53rd_week_is_one_week(self, date_: str) -> None:
        assert to_date(day(date_)).isocalendar()[:2] == (2020, 53)
        assert Calendar().week_of(day(date_)) == day("2020-12-28")

    def test_a_change_of_the_clock_on_the_edge_of_a_week(self) -> None:
        calendar = Calendar("America/New_York", week_start=6)  # Sundays, when the clocks change
        start = calendar.week_start_of(moment("2026-11-03T12:00", "America/New_York"))
        assert calendar.iso(start) == "2026-11-01T00:00:00-04:00"
        assert calendar.iso(Moment(start - 1)) == "2026-10-31T23:59:59.999999-04:00"
        assert calendar.iso(calendar.week_end_of(start)) == "2026-11-07T23:59:59.999999-05:00"
        again = to_moment(datetime(2026, 11, 1, 1, 30, tzinfo=calendar.zone, fold=1))
        assert calendar.week_start_of(again) == start

    @pytest.mark.parametrize(("name", "number"), [("Monday", 0), ("sunday", 6), (" Wed ", 2)])
    def test_names_of_weekdays(self, name: str, number: int) -> None:
        assert weekday_number(name) == number

    @pytest.mark.parametrize("name", ["", "mo", "Caturday", "0"])
    def test_what_is_no_weekday(self, name: str) -> None:
        with pytest.raises(ValueError, match="not in tuple"):
            weekday_number(name)


class TestPeriods:
    @pytest.mark.parametrize("month", MONTHS)
    def test_periods_cover_each_day_once_in_order(self, month: int) -> None:
        """Over 12 years, leap days and the turn of a century's year without one included."""
        calendar = Calendar(fiscal_start_month=month)
        for first, last in (("2019-01-01", "2028-12-31"), ("2099-01-01", "2099-12-31")):
            period = calendar.period_of(day(first))
            for today in range(day(first), day(last) + 1):
                if today > period.end:
                    following = calendar.period_of(Day(today))
                    assert following.start == period.end + 1
                    period = following
                assert today in period
                assert calendar.period_of(Day(today)) == period

    @pytest.mark.parametrize("month", MONTHS)
    def test_a_period_is_three_months_from_the_first_to_the_last_day(self, month: int) -> None:
        calendar = Calendar(fiscal_start_month=month)
        for year in (2023, 2024):
            for start_month in ((month - 1 + 3 * n) % 12 + 1 for n in range(4)):
                period = calendar.period_of(to_day(date(year, start_month, 15)))
                assert to_date(period.start) == date(year, start_month, 1)
                after = to_date(Day(period.end + 1))
                assert (after.day, (after.month - start_month) % 12) == (1, 3)

    @pytest.mark.parametrize("month", MONTHS)
    def test_a_fiscal_year_bears_the_year_of_its_end(self, month: int) -> None:
        calendar = Calendar(fiscal_start_month=month)
        for number in range(1, 5):
            period = calendar.period_named(f"FY26-Q{number}")
            assert period.name == f"FY26-Q{number}"
            if number == 4:
                assert to_date(period.end).year == 2026
        assert to_date(calendar.period_named("FY26-Q1").start) == date(2026 if month == 1 else 2025, month, 1)

    @given(CALENDARS, st.dates(date(2001, 1, 1), date(2098, 12, 31)).map(to_day))
    def test_the_name_leads_back_to_the_period(self, calendar: Calendar, today: Day) -> None:
        period = calendar.period_of(today)
        assert calendar.period_named(period.name) == period
        assert calendar.period_named(f" {period.name.lower().replace('-', ' ')} ") == period
        assert calendar.period_named(f"FY20{period.name[2:]}") == period

    @pytest.mark.parametrize(
        "name", ["", "2026-Q4", "FY26-Q5", "FY26-Q0", "FY2-Q1", "FY026-Q1", "FY26", "Q4", "FY26-Q4x"]
    )
    def test_what_is_no_period(self, name: str) -> None:
        with pytest.raises(WrongUsage, match="write it as FY26-Q4"):
            Calendar().period_named(name)

    @given(CALENDARS, DAYS, st.integers(-80, 80))
    @example(Calendar(), day("2024-02-29"), 40)
    def test_shifting_is_going_step_by_step(self, calendar: Calendar, today: Day, quarters: int) -> None:
        period = expected = calendar.period_of(today)
        for _ in range(abs(quarters)):
            expected = calendar.period_of(Day(expected.end + 1 if quarters > 0 else expected.start - 1))
        assert calendar.shifted(period, quarters) == expected
        assert calendar.shifted(expected, -quarters) == period

    def test_29_february_is_the_last_day_of_a_quarter_that_ends_with_february(self) -> None:
        calendar = Calendar(fiscal_start_month=3)
        assert iso_day(calendar.period_of(day("2024-02-29")).end) == "2024-02-29"
        assert iso_day(calendar.period_of(day("2023-02-28")).end) == "2023-02-28"
        assert calendar.period_of(day("2024-02-29")).name == "FY24-Q4"
        assert calendar.period_of(day("2024-03-01")).name == "FY25-Q1"


class TestCurrentPeriod:
    @pytest.mark.parametrize(
        ("instant", "name"),
        [
            ("2026-12-31T23:59:59", "FY26-Q4"),
            ("2027-01-01T00:00:00", "FY26-Q4"),  # a holiday
            ("2027-01-03T12:00:00", "FY26-Q4"),  # a Sunday
            ("2027-01-06T23:59:59", "FY26-Q4"),  # the third business day: Mon 4, Tue 5, Wed 6
            ("2027-01-07T00:00:00", "FY27-Q1"),
            ("2026-07-01T12:00:00", "FY26-Q2"),
            ("2026-07-07T12:00:00", "FY26-Q3"),  # Wed 1, Thu 2, Fri 3 off (for the 4th), Mon 6, so Tue 7
        ],
    )
    def test_a_new_quarter_shows_the_old_one_for_three_business_days(self, instant: str, name: str) -> None:
        calendar = Calendar(holidays={"": {day("2027-01-01"), day("2026-07-03")}})
        assert calendar.current_period(moment(instant)).name == name

    def test_the_zone_decides_when_a_quarter_turns(self) -> None:
        late = moment("2026-12-31T23:30:00")
        assert Calendar("Europe/Berlin", grace_business_days=0).current_period(late).name == "FY27-Q1"
        assert Calendar(grace_business_days=0).current_period(late).name == "FY26-Q4"

    @given(CALENDARS, MOMENTS)
    def test_it_is_the_period_of_today_or_the_one_before(self, calendar: Calendar, instant: Moment) -> None:
        period = calendar.period_of(calendar.day_of(instant))
        assert calendar.current_period(instant) in {period, calendar.shifted(period, -1)}
        in_the_middle = calendar.end_of_day(Day(period.start + 40))
        assert calendar.current_period(in_the_middle) == period


def counted(first: int, last: int, off: frozenset[int]) -> int:
    """Count business days after the first day up to the last, one by one."""
    return sum(1 for n in range(first + 1, last + 1) if date.fromordinal(n).weekday() < 5 and n not in off)


NEAR = st.integers(day("2023-12-01"), day("2025-03-01"))


class TestBusinessDays:
    @given(NEAR, NEAR, st.frozensets(NEAR, max_size=30))
    def test_they_are_those_that_somebody_would_count(self, one: int, other: int, off: frozenset[int]) -> None:
        calendar = Calendar(holidays={"": frozenset(map(Day, off))})
        first, last = Day(min(one, other)), Day(max(one, other))
        assert calendar.business_days_between(first, last) == counted(first, last, off)
        assert calendar.business_days_between(last, first) == -counted(first, last, off)

    @given(NEAR, NEAR, NEAR, st.frozensets(NEAR.map(Day), max_size=30))
    def test_they_add_up(self, a: int, b: int, c: int, off: frozenset[Day]) -> None:
        calendar = Calendar(holidays={"": off})
        legs = calendar.business_days_between(Day(a), Day(b)) + calendar.business_days_between(Day(b), Day(c))
        assert legs == calendar.business_days_between(Day(a), Day(c))

    @given(NEAR, st.frozensets(NEAR.map(Day), max_size=30))
    def test_one_day_on_is_one_if_it_is_a_business_day(self, today: int, off: frozenset[Day]) -> None:
        calendar = Calendar(holidays={"": off})
        step = calendar.business_days_between(Day(today), Day(today + 1))
        assert step == calendar.is_business_day(Day(today + 1))

    @pytest.mark.parametrize(
        ("met", "today", "ago"),
        [
            ("2026-11-16", "2026-11-16", 0),  # the day of the call is day 0
            ("2026-11-13", "2026-11-16", 1),  # Friday to Monday
            ("2026-11-14", "2026-11-16", 1),
            ("2026-11-02", "2026-11-16", 10),
            ("2026-10-30", "2026-11-16", 11),
            ("2024-02-28", "2024-03-01", 2),  # over 29 February
            ("2023-02-28", "2023-03-01", 1),
            ("2026-12-24", "2027-01-04", 5),  # without Christmas and New Year
        ],
    )
    def test_how_long_ago_a_meeting_was(self, met: str, today: str, ago: int) -> None:
        calendar = Calendar(holidays={"": {day("2026-12-25"), day("2027-01-01")}})
        assert calendar.business_days_between(day(met), day(today)) == ago

    def test_the_region_decides_and_an_unknown_one_goes_by_the_default(self) -> None:
        thanksgiving = day("2026-11-26")
        calendar = Calendar(holidays={"": {thanksgiving}, "US": {thanksgiving}, "DE": frozenset()})
        assert not calendar.is_business_day(thanksgiving)
        assert not calendar.is_business_day(thanksgiving, "US")
        assert not calendar.is_business_day(thanksgiving, "Atlantis")
        assert calendar.is_business_day(thanksgiving, "DE")
        assert calendar.business_days_between(Day(thanksgiving - 1), thanksgiving, "DE") == 1
        assert Calendar().is_business_day(thanksgiving)

    @pytest.mark.parametrize(
        ("day_off", "next_day"),
        [
            ("2026-11-27", "2026-11-27"),
            ("2026-11-28", "2026-11-30"),
            ("2026-11-26", "2026-11-27"),
            ("2026-12-25", "2026-12-28"),
        ],
    )
    def test_the_next_business_day(self, day_off: str, next_day: str) -> None:
        calendar = Calendar(holidays={"": {day("2026-11-26"), day("2026-12-25")}, "DE": frozenset()})
        assert calendar.next_business_day(day(day_off)) == day(next_day)
        assert calendar.next_business_day(day("2026-11-26"), "DE") == day("2026-11-26")


class TestReadingMoments:
    NOW = moment("2026-11-16T15:42", "Europe/Berlin")
    CALENDAR = Calendar("Europe/Berlin")

    @pytest.mark.parametrize(
        ("text", "means"),
        [
            ("2026-11-09", "2026-11-09T23:59:59.999999+01:00"),
            ("20261109", "2026-11-09T23:59:59.999999+01:00"),
            (" 2026-03-29 ", "2026-03-29T23:59:59.999999+02:00"),
            ("2024-02-29", "2024-02-29T23:59:59.999999+01:00"),
            ("2026-11-09T09:30", "2026-11-09T09:30:00+01:00"),
            ("2026-11-09 09:30:15", "2026-11-09T09:30:15+01:00"),
            ("2026-11-09T09:30Z", "2026-11-09T10:30:00+01:00"),
            ("2026-11-09T09:30-05:00", "2026-11-09T15:30:00+01:00"),
            ("now", "2026-11-16T15:42:00+01:00"),
            ("TODAY", "2026-11-16T23:59:59.999999+01:00"),
            ("yesterday", "2026-11-15T23:59:59.999999+01:00"),
        ],
    )
    def test_a_moment_as_people_type_it(self, text: str, means: str) -> None:
        assert self.CALENDAR.iso(self.CALENDAR.read_moment(text, self.NOW)) == means

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "tomorrow?",
            "2026-13-01",
            "2023-02-29",
            "2026-1-1",
            "16.11.2026",
            "9999-12-31",
            "10:30",
            "\x1b[2J",
            "2026-W47",
            "2026-W47-1",
            "1899-12-31",
            "2200-01-01",
            "٢٠٢٦-١١-١٦",
        ],
    )
    def test_what_is_no_moment(self, text: str) -> None:
        with pytest.raises(WrongUsage, match="is not a moment"):
            self.CALENDAR.read_moment(text, self.NOW)

    @given(st.text(max_size=30))
    @example("0001-01-01T00:00+23:59")
    @example("9999-12-31T23:59-23:59")
    @example("1900-01-01T00:00+23:59")
    @example("2199-12-31T23:59-23:59")
    def test_any_text_is_a_moment_or_is_refused(self, text: str) -> None:
        try:
            instant = self.CALENDAR.read_moment(text, self.NOW)
        except WrongUsage:
            return
        assert self.CALENDAR.period_of(self.CALENDAR.day_of(instant)).start <= self.CALENDAR.day_of(instant)

    @given(CALENDARS, DAYS)
    def test_a_bare_date_is_the_last_moment_of_that_day(self, calendar: Calendar, today: Day) -> None:
        text = iso_day(today) or ""
        assert calendar.read_moment(text, Moment(0)) == calendar.end_of_day(today)


@given(CALENDARS, MOMENTS)
def test_each_moment_has_one_week_and_one_period(calendar: Calendar, instant: Moment) -> None:
    """The next microsecond is in the same week and period, unless one ends here; then it opens the next."""
    following = Moment(instant + 1)
    for start_of in (
        calendar.week_start_of,
        lambda m: calendar.start_of_day(calendar.period_of(calendar.day_of(m)).start),
    ):
        assert start_of(instant) <= instant
        assert start_of(following) in {start_of(instant), following}


def test_a_year_of_weeks_has_no_gap_and_no_overlap_in_any_zone() -> None:
    for zone in ZONES:
        calendar = Calendar(zone)
        start = calendar.week_start_of(moment("2020-01-01"))
        for _ in range(106):
            end = calendar.week_end_of(start)
            assert timedelta(microseconds=end + 1 - start) in {
                timedelta(days=7, hours=h) for h in (-1, -0.5, 0, 0.5, 1)
            }
            start = Moment(end + 1)
            assert calendar.week_start_of(start) == start
