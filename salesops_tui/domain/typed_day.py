"""Days as people type them: `2026-11-16`, `16.11`, `16 nov`, `mon`, `-3`."""

from __future__ import annotations

import re
from datetime import date

from salesops_tui.domain.calendar import MONTHS, WEEKDAYS, Day, to_day
from salesops_tui.errors import WrongUsage

_NEAR = {"today": 0, "now": 0, "yesterday": -1, "tomorrow": 1}
_SHIFT = re.compile(r"([+\-−])\s*(\d{1,4})\s*d?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.?(?:\s*(\d{4}|\d{2}))?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?")
_DAY_FIRST = re.compile(r"(\d{1,2})\.?\s*([a-z]{3,9})\.?(?:\s+(\d{4}))?")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?\s*(\d{1,2})(?:,?\s+(\d{4}))?")
_OF_MONTH = re.compile(r"(\d{1,2})\.?(?:st|nd|rd|th)?")
_MONTH_KEYS = [name[:3].casefold() for name in MONTHS]


def read_day(text: str, today: Day, *, ahead: bool = False) -> Day:
    """Read a day as somebody types it.

    A weekday is the last one, today included; with `ahead` the next one after today. A day and month without a
    year is the nearest to today; with `ahead` the next one, today included.

    Raises:
        WrongUsage: the text is no day, or could be two.
    """
    word = " ".join(text.casefold().split())
    try:
        for reader in (_by_name, _by_shift, _by_figures, _by_month):
            day = reader(word, today, ahead)
            if day is not None:
                return day
    except (ValueError, OverflowError):
        raise WrongUsage(f"there is no such day as '{text.strip()}'") from None
    raise WrongUsage(f"'{text.strip()}' is not a day; write 2026-11-16, 16.11, mon or -3 (days ago)")


def _by_name(word: str, today: Day, ahead: bool) -> Day | None:
    if word in _NEAR:
        return Day(today + _NEAR[word])
    names = [name.casefold() for name in WEEKDAYS]
    found = [number for number, name in enumerate(names) if len(word) >= 2 and name.startswith(word)]
    if len(found) != 1:
        return None
    away = (found[0] - (today - 1)) % 7
    return Day(today + (away or 7)) if ahead else Day(today - (-away % 7))


def _by_shift(word: str, today: Day, _ahead: bool) -> Day | None:
    match = _SHIFT.fullmatch(word)
    if not match:
        return None
    days = int(match[2])
    return to_day(date.fromordinal(today + (days if match[1] == "+" else -days)))


def _by_figures(word: str, today: Day, ahead: bool) -> Day | None:
    if match := _ISO.fullmatch(word):
        return to_day(date(int(match[1]), int(match[2]), int(match[3])))
    if match := _DOTTED.fullmatch(word):
        return _dated(int(match[1]), int(match[2]), match[3], today, ahead)
    if match := _OF_MONTH.fullmatch(word):
        return _of_month(int(match[1]), today, ahead)
    if match := _SLASHED.fullmatch(word):
        first, second = int(match[1]), int(match[2])
        if first <= 12 and second <= 12 and first != second:
            raise WrongUsage(f"'{word}' could be two days; write {first}.{second} for day {first} of month {second}")
        day, month = (first, second) if second <= 12 else (second, first)
        return _dated(day, month, match[3], today, ahead)
    return None


def _by_month(word: str, today: Day, ahead: bool) -> Day | None:
    if match := _DAY_FIRST.fullmatch(word):
        number, name, year = match[1], match[2], match[3]
    elif match := _MONTH_FIRST.fullmatch(word):
        name, number, year = match[1], match[2], match[3]
    else:
        return None
    if name[:3] not in _MONTH_KEYS or not MONTHS[_MONTH_KEYS.index(name[:3])].casefold().startswith(name):
        return None
    return _dated(int(number), _MONTH_KEYS.index(name[:3]) + 1, year, today, ahead)


def _dated(day: int, month: int, year: str | None, today: Day, ahead: bool) -> Day:
    if year:
        return to_day(date(int(year) + (2000 if len(year) == 2 else 0), month, day))
    this = date.fromordinal(today).year
    # 29 February may be four years away, or eight around a century.
    found = [to_day(date(y, month, day)) for y in range(this - 8, this + 9) if _exists(y, month, day)]
    if not found:
        raise ValueError(f"no year has a {day}.{month}")
    if ahead:
        return min(d for d in found if d >= today)
    return min(found, key=lambda d: abs(d - today))


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _of_month(number: int, today: Day, ahead: bool) -> Day:
    if not 1 <= number <= 31:
        raise ValueError(number)
    day, step = today, 1 if ahead else -1
    while date.fromordinal(day).day != number:
        day = Day(day + step)
    return day
