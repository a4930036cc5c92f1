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
_NUMBERS = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}", re.ASCII)
_DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y")
_MONTH_FIRST = tuple(f"%m{form[2]}%d{form[5:]}" for form in _DAY_FIRST)

DateReader = Callable[[str], Day | None]


def date_reader(formats: Sequence[str] = (), day_first: bool | None = None, *, day_numbers: bool = False) -> DateReader:
    """Return a reader of dates.

    It takes ISO dates, and what `formats` (as for `strptime`, the first that fits) or `day_first` allow. A time of
    the day behind any of them is dropped. Blank is None. A number in a workbook is a day as spreadsheets count them;
    with `day_numbers` a text file's is too.

    Raises:
        UnreadableError: (by the reader) not a date, impossible, ambiguous, or outside of 1990 to 2100.
    """
    tried = tuple(formats) or (() if day_first is None else _DAY_FIRST if day_first else _MONTH_FIRST)

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
        return _iso(text, tried)

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


def _iso(text: str, tried: Sequence[str]) -> Day:
    match = _ISO.fullmatch(text)
    if not match:
        if tried:
            raise UnreadableError(f"is not a date in the form {' or '.join(tried[:2])}, nor as 2026-11-16")
        if _NUMBERS.fullmatch(text):
            raise UnreadableError("can be read in two ways; say in a map which: [formats] day_first = true or false")
        raise UnreadableError("is not a date as 2026-11-16; a map can name another form ([formats] date)")
    try:
        if match[4]:
            datetime.fromisoformat(text)
        return _in_range(date(int(match[1]), int(match[2]), int(match[3])))
    except ValueError as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError("is no day that exists") from None


def _in_range(day: date) -> Day:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise UnreadableError(f"is not between {FIRST_YEAR} and {LAST_YEAR}")
    return to_day(day)
