"""Dates as files write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from salesops_tui.crm.lookup import UnreadableError
from salesops_tui.crm.table import Plain
from salesops_tui.domain.calendar import Day, to_day

FIRST_YEAR = 1990
LAST_YEAR = 2100

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](.+))?", re.ASCII)
_CLOCK = re.compile(r"(?<=\d) +\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?\Z", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_SERIAL_FROM = date(1899, 12, 30)
_TIME = r"(?:,?\s+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?(?:\s*[AP]\.?M\.?)?)?"
_NUMBERS = re.compile(rf"(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.ASCII | re.IGNORECASE)
_NAMED = re.compile(
    rf"(?:(\d{{1,2}})[ -]([A-Z]{{3,9}})\.?|([A-Z]{{3,9}})\.?[ -](\d{{1,2}}))(?:,? |-)(\d{{4}}|\d{{2}}){_TIME}",
    re.ASCII | re.IGNORECASE,
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_CENTURY_TURNS = 69
"""Years of two digits from here on are of the 1900s, as for `strptime`."""

DateReader = Callable[[str], Day | None]


def date_reader(formats: Sequence[str] = (), day_first: bool | None = None, *, day_numbers: bool = False) -> DateReader:
    """Return a reader of dates.

    It takes what `formats` allow (as for `strptime`, the first that fits), ISO dates, dates with the month's English
    name, and numbers such as 16/11/2026 in the order that `day_first` names; where it names none, only those that
    have one order. A time of the day behind any of them is dropped. Blank is None. A number in a workbook is a day
    as spreadsheets count them; with `day_numbers` a text file's is too.

    Raises:
        UnreadableError: (by the reader) not a date, impossible, ambiguous, or outside of 1990 to 2100.
    """
    tried = tuple(formats)

    def read(text: str) -> Day | None:
        numbered = day_numbers or type(text) is Plain
        text = text.strip()
        if not text:
            return None
        if not text.isascii():
            raise UnreadableError("is not a date; use the digits 0 to 9")
        day = _formed(text, tried)
        if day is None and _CLOCK.search(text) and not _ISO.fullmatch(text):
            text = _CLOCK.sub("", text)
            day = _formed(text, tried)
        if day is not None:
            return day
        if numbered and _SERIAL.fullmatch(text):
            return _in_range(_SERIAL_FROM + timedelta(days=int(text[:5])))
        return _without_form(text, tried, day_first)

    return read


def required_date_reader(read: DateReader) -> Callable[[str], Day]:
    """Return a reader to which a blank is no date either."""

    def read_required(text: str) -> Day:
        day = read(text)
        if day is None:
            raise UnreadableError("is blank")
        return day

    return read_required


def _formed(text: str, forms: Sequence[str]) -> Day | None:
    for form in forms:
        try:
            return _in_range(datetime.strptime(text, form).date())  # noqa: DTZ007 - a day has no zone
        except ValueError as error:
            if isinstance(error, UnreadableError):
                raise
    return None


def numbers_of(text: str) -> tuple[int, int, str] | None:
    """Return what is day and month in a date such as 16/11/2026, and the mark between; None for other dates."""
    match = _NUMBERS.fullmatch(text.strip())
    return (int(match[1]), int(match[3]), match[2]) if match else None


def _without_form(text: str, tried: Sequence[str], day_first: bool | None) -> Day:
    match = _ISO.fullmatch(text)
    try:
        if match:
            if match[4]:
                datetime.fromisoformat(text)
            return _in_range(date(int(match[1]), int(match[2]), int(match[3])))
        if tried:
            raise UnreadableError(f"is not a date in the form {' or '.join(tried[:2])}, nor as 2026-11-16")
        return _in_range(_of_numbers(text, day_first) or _with_month(text))
    except ValueError as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError("is no day that exists") from None


def _of_numbers(text: str, day_first: bool | None) -> date | None:
    match = _NUMBERS.fullmatch(text)
    if not match:
        return None
    first, second, year = int(match[1]), int(match[3]), _year(match[4])
    if day_first is None:
        if first <= 12 and second <= 12 and first != second:
            raise UnreadableError("can be read in two ways; say in a map which: [formats] day_first = true or false")
        day_first = first > 12
    day, month = (first, second) if day_first else (second, first)
    if month > 12 and day <= 12:
        order = "day" if day_first else "month"
        raise UnreadableError(f"is no date with the {order} first, as the others here have it")
    return date(year, month, day)


def _with_month(text: str) -> date:
    match = _NAMED.fullmatch(text)
    name = (match[2] or match[3]).lower() if match else ""
    months = [number for number, month in enumerate(_MONTHS, 1) if month.startswith(name)]
    if not match or len(months) != 1:
        raise UnreadableError("is not a date as 2026-11-16; a map can name another form ([formats] date)")
    return date(_year(match[5]), months[0], int(match[1] or match[4]))


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) > 2 else year + (1900 if year >= _CENTURY_TURNS else 2000)


def _in_range(day: date) -> Day:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise UnreadableError(f"is not between {FIRST_YEAR} and {LAST_YEAR}")
    return to_day(day)
