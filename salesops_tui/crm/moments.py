"""Moments as files write them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from salesops_tui.crm.lookup import UnreadableError
from salesops_tui.domain.calendar import Calendar, Day, Moment, to_moment

_BOTH = re.compile(r"(.*?\d)(?:,?\s+|T)(\d{1,2}[:.]\d{2}.*)", re.ASCII | re.DOTALL)
_TIME = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*(?:([AP])\.?M\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.ASCII | re.IGNORECASE,
)
_NOON = 12


def moment_reader(read_day: Callable[[str], Day | None], calendar: Calendar) -> Callable[[str], Moment]:
    """Return a reader of moments: a date as `read_day` takes it, and a time of the day behind it.

    Without an offset it is a time in the store's zone; a bare date is the end of that day.

    Raises:
        UnreadableError: (by the reader) blank, no date, or no time of the day.
    """

    def read(text: str) -> Moment:
        both = _BOTH.fullmatch(text.strip())
        day = read_day(both[1] if both else text)
        if day is None:
            raise UnreadableError("is blank")
        return _at(day, both[2], calendar) if both else calendar.end_of_day(day)

    return read


def _at(day: Day, text: str, calendar: Calendar) -> Moment:
    match = _TIME.fullmatch(text.strip())
    if not match:
        raise UnreadableError("has no time of the day that can be read, such as 14:30 or 2:30 PM")
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[5]:
        if not 1 <= hour <= _NOON:
            raise UnreadableError("has no time of the day that exists")
        hour = hour % _NOON + (_NOON if match[5].upper() == "P" else 0)
    micro = int((match[4] or "0").ljust(6, "0")[:6])
    try:
        whole = datetime.combine(date.fromordinal(day), datetime.min.time(), _zone(match[6], calendar))
        return to_moment(whole.replace(hour=hour, minute=minute, second=second, microsecond=micro))
    except ValueError:
        raise UnreadableError("has no time of the day that exists") from None


def _zone(offset: str | None, calendar: Calendar) -> tzinfo:
    if not offset:
        return calendar.zone
    if offset[0] not in "+-":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    return timezone((1 if offset[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
