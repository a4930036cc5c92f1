"""Days as people type them."""

from __future__ import annotations

import re
from datetime import date

from salesops_tui.domain.calendar import Day, to_day, weekday_number
from salesops_tui.errors import WrongUsage


def read_day(text: str, today: Day, *, ahead: bool = False) -> Day:
    """Return the day that a text names.

    Reads `2026-11-16`, `16.11.` and `16.11.2026` (day first), `today`, `yesterday`, `tomorrow`, a weekday (the last
    one, or with `ahead` the next one), `-3` and `+5` (days from today).

    Raises:
        WrongUsage: the text names no day, or none between 1990 and 2100.
    """
    word = text.strip().casefold()
    day = _relative(word, today, ahead) or _dated(word, today, ahead)
    if day is None or not 1990 <= date.fromordinal(day).year <= 2100:
        raise WrongUsage(f"'{text}' is not a day; write 2026-11-16, mon, yesterday, -3 or +5")
    return day


def _relative(word: str, today: Day, ahead: bool) -> Day | None:
    named = {"today": 0, "yesterday": -1, "tomorrow": 1}
    if word in named:
        return Day(today + named[word])
    if re.fullmatch(r"[+-]\d{1,4}", word):
        return Day(today + int(word))
    if re.fullmatch(r"[a-z]{3,9}", word):
        try:
            back = (today - 1 - weekday_number(word)) % 7
        except ValueError:
            return None
        return Day(today + (7 - back if ahead else -back))
    return None


def _dated(word: str, today: Day, ahead: bool) -> Day | None:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word):
            return to_day(date.fromisoformat(word))
        if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.?(\d{4})?", word):
            day, month = int(match[1]), int(match[2])
            this_year = date.fromordinal(today).year
            if match[3]:
                return to_day(date(int(match[3]), month, day))
            found = to_day(date(this_year, month, day))
            if ahead and found < today:
                return to_day(date(this_year + 1, month, day))
            return to_day(date(this_year - 1, month, day)) if not ahead and found > today else found
    except (ValueError, OverflowError):
        return None
    return None
