"""Moments, days, weeks and fiscal periods.

A *moment* is an integer number of microseconds since 1970-01-01 UTC. A *day* is a proleptic Gregorian
ordinal (`datetime.date.toordinal`). Both are plain integers so that histories of 100,000 deals stay cheap.
Which day a moment falls on is always decided in the store's time zone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NewType
from zoneinfo import ZoneInfo

from salesops_tui.errors import WrongUsage

Moment = NewType("Moment", int)
Day = NewType("Day", int)
Clock = Callable[[], Moment]

FOREVER = Moment(9_000_000_000_000_000_000)
BEGINNING = Moment(-62_000_000_000_000_000)
SECOND = 1_000_000
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MOMENT = re.compile(r"(\d{4})-?\d{2}-?\d{2}([T ].*)?", re.ASCII)
_PERIOD_NAME = re.compile(r"FY(\d{2}|\d{4})[- ]?Q([1-4])", re.IGNORECASE)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def system_clock() -> Moment:
    """Return now, from the machine's clock."""
    return to_moment(datetime.now(UTC))


def to_moment(value: datetime) -> Moment:
    """Turn an aware datetime into a moment."""
    return Moment((value - _EPOCH) // _MICROSECOND)


def to_datetime(moment: Moment, zone: ZoneInfo | None = None) -> datetime:
    """Turn a moment into an aware datetime in `zone` (UTC by default)."""
    value = _EPOCH + moment * _MICROSECOND
    return value.astimezone(zone) if zone else value


def to_day(value: date) -> Day:
    """Turn a date into a day."""
    return Day(value.toordinal())


def to_date(day: Day) -> date:
    """Turn a day into a date."""
    return date.fromordinal(day)


def iso_day(day: Day | None) -> str | None:
    """Return `2026-11-16`, or None for no day."""
    return None if day is None else date.fromordinal(day).isoformat()


@dataclass(frozen=True, slots=True)
class Period:
    """A fiscal quarter; both ends are inclusive days. The year is the one in which the fiscal year ends."""

    name: str
    start: Day
    end: Day

    def __contains__(self, day: Day) -> bool:
        return self.start <= day <= self.end


@dataclass(frozen=True)
class Calendar:
    """The store's way of counting time: zone, week, fiscal year and business days.

    Attributes:
        zone_name: IANA name of the store's time zone.
        fiscal_start_month: 1 to 12, the month in which the fiscal year starts.
        week_start: 0 Monday to 6 Sunday.
        holidays: days off by region; the key `""` is the default region.
        grace_business_days: how long the default period stays the old one after a quarter has turned.
    """

    zone_name: str = "UTC"
    fiscal_start_month: int = 1
    week_start: int = 0
    holidays: Mapping[str, Collection[Day]] = field(default_factory=dict)
    grace_business_days: int = 3

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days and weeks are counted."""
        return ZoneInfo(self.zone_name)

    def day_of(self, moment: Moment) -> Day:
        """Return the local day on which `moment` falls."""
        return Day(to_datetime(moment, self.zone).toordinal())

    def start_of_day(self, day: Day) -> Moment:
        """Return the first moment of a local day."""
        return to_moment(datetime.combine(date.fromordinal(day), time.min, self.zone))

    def end_of_day(self, day: Day) -> Moment:
        """Return the last moment (microsecond) of a local day."""
        return Moment(self.start_of_day(Day(day + 1)) - 1)

    def week_of(self, day: Day) -> Day:
        """Return the first day of the week that holds `day`."""
        return Day(day - (day - 1 - self.week_start) % 7)

    def week_start_of(self, moment: Moment) -> Moment:
        """Return the moment at which the week of `moment` started."""
        return self.start_of_day(self.week_of(self.day_of(moment)))

    def week_end_of(self, moment: Moment) -> Moment:
        """Return the last moment of the week of `moment`."""
        return self.end_of_day(Day(self.week_of(self.day_of(moment)) + 6))

    def period_of(self, day: Day) -> Period:
        """Return the fiscal quarter that holds `day`."""
        when = date.fromordinal(day)
        months_in = (when.month - self.fiscal_start_month) % 12
        first_year = when.year if when.month >= self.fiscal_start_month else when.year - 1
        return self._period(first_year, months_in // 3)

    def period_named(self, name: str) -> Period:
        """Return the quarter called `FY26-Q4`.

        Raises:
            WrongUsage: the name is not of that form.
        """
        match = _PERIOD_NAME.fullmatch(name.strip())
        if not match:
            raise WrongUsage(f"'{name}' is not a period; write it as FY26-Q4")
        year = int(match[1]) + (2000 if len(match[1]) == 2 else 0)
        first_year = year if self.fiscal_start_month == 1 else year - 1
        return self._period(first_year, int(match[2]) - 1)

    def shifted(self, period: Period, quarters: int) -> Period:
        """Return the period `quarters` after `period` (before it, when negative)."""
        middle = Day((period.start + period.end) // 2 + round(quarters * 91.3))
        return self.period_of(middle)

    def current_period(self, moment: Moment) -> Period:
        """Return the default period: the old one while its bookings still come in (the grace days)."""
        today = self.day_of(moment)
        period = self.period_of(today)
        grace = self.grace_business_days
        if grace and self.business_days_between(Day(period.start - 1), today) <= grace:
            return self.shifted(period, -1)
        return period

    def grace_ends(self, period: Period) -> Day:
        """Return the last day on which a period's bookings still come in; its own last day where there is no grace."""
        day, grace = period.end, self.grace_business_days
        while grace and self.business_days_between(period.end, Day(day + 1)) <= grace:
            day = Day(day + 1)
        return day

    def is_business_day(self, day: Day, region: str = "") -> bool:
        """Say whether `day` is neither a weekend nor a holiday of the region."""
        return (day - 1) % 7 < 5 and day not in self._days_off(region)

    def next_business_day(self, day: Day, region: str = "") -> Day:
        """Return `day` itself, or where it is a day off the first business day after it."""
        while not self.is_business_day(day, region):
            day = Day(day + 1)
        return day

    def business_days_between(self, first: Day, last: Day, region: str = "") -> int:
        """Count the business days after `first` up to and including `last` (0 for the same day).

        Negative when `last` comes before `first`.
        """
        if last < first:
            return -self.business_days_between(last, first, region)
        weeks, rest = divmod(last - first, 7)
        count = weeks * 5 + sum((first + i - 1) % 7 < 5 for i in range(1, rest + 1))
        off = self._days_off(region)
        return count - sum(1 for d in off if first < d <= last and (d - 1) % 7 < 5)

    def read_moment(self, text: str, now: Moment) -> Moment:
        """Read a moment as people type it; a bare date means the end of that local day.

        Accepts `now`, `today`, `yesterday`, `2026-11-16`, `2026-11-16T09:30`, with or without an offset,
        from 1900 to 2199.

        Raises:
            WrongUsage: the text is no moment.
        """
        text = text.strip()
        word = text.casefold()
        if word == "now":
            return now
        if word in {"today", "yesterday"}:
            return self.end_of_day(Day(self.day_of(now) - (word == "yesterday")))
        match = _MOMENT.fullmatch(text)
        try:
            if not match or not 1900 <= int(match[1]) < 2200:
                raise ValueError
            if not match[2]:
                return self.end_of_day(to_day(date.fromisoformat(text)))
            value = datetime.fromisoformat(text)
        except ValueError:
            raise WrongUsage(f"'{text}' is not a moment; write 2026-11-16 or 2026-11-16T09:30") from None
        return to_moment(value if value.tzinfo else value.replace(tzinfo=self.zone))

    def iso(self, moment: Moment) -> str:
        """Return ISO 8601 with the store's offset."""
        return to_datetime(moment, self.zone).isoformat()

    def _days_off(self, region: str) -> Collection[Day]:
        days = self.holidays.get(region)
        return self.holidays.get("", ()) if days is None else days

    def _period(self, first_year: int, quarter: int) -> Period:
        start = _add_months(date(first_year, self.fiscal_start_month, 1), 3 * quarter)
        end = _add_months(start, 3)
        year = first_year if self.fiscal_start_month == 1 else first_year + 1
        name = f"FY{year % 100:02d}-Q{quarter + 1}"
        return Period(name, to_day(start), Day(end.toordinal() - 1))


def _add_months(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def weekday_number(name: str) -> int:
    """Return 0 for Monday to 6 for Sunday.

    Raises:
        ValueError: not the name of a weekday.
    """
    return _WEEKDAYS.index(name.strip().casefold()[:3])
