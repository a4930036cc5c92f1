"""The public holidays of a country, from the `holidays` library, which is loaded when first needed."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from salesops_tui.domain.calendar import Day, to_day
from salesops_tui.domain.policy_problems import shown

_NAMED_PARTS = 20


class NoSuchCountryError(LookupError):
    """A country that the library does not know; the message says so in words."""


class NoSuchPartError(LookupError):
    """A part that the country does not have; the message names those that it has."""


@cache
def public_holidays(country: str, subdivision: str, first_year: int, last_year: int) -> frozenset[Day]:
    """Return the days off of a country (and of one of its parts, or "") in whole years, both inclusive.

    Where a holiday on a weekend is made up for, the day off in its place is among them.

    Raises:
        NoSuchCountryError: the country is not known.
        NoSuchPartError: the country has no such part.
    """
    import holidays

    parts = holidays.list_supported_countries().get(country)
    if parts is None:
        raise NoSuchCountryError(f"{shown(country)} is not a country code; write two capital letters, as in DE")
    if subdivision and subdivision not in parts:
        raise NoSuchPartError(f"{shown(subdivision)} is not a part of {country}{_choice(parts)}")
    days = holidays.country_holidays(country, subdiv=subdivision or None, years=range(first_year, last_year + 1))
    return frozenset(to_day(day) for day in days)


def _choice(parts: Collection[str]) -> str:
    if not parts:
        return ", which is not divided"
    named = ", ".join(list(parts)[:_NAMED_PARTS])
    return f"; its parts are {named}{' …' if len(parts) > _NAMED_PARTS else ''}"
