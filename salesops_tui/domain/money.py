"""Money: an integer number of minor units inside, a decimal string at the edges. Never a float."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import NewType

Minor = NewType("Minor", int)

_DIGITS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
    "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip


def minor_digits(currency: str) -> int:
    """Return how many decimals the currency has (ISO 4217; 2 unless listed)."""
    return _DIGITS.get(currency.upper(), 2)


def to_minor(value: Decimal, currency: str) -> Minor:
    """Turn an exact decimal amount into minor units.

    Raises:
        ValueError: the amount has more decimals than the currency.
    """
    scaled = value.scaleb(minor_digits(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"more than {minor_digits(currency)} decimals for {currency}")
    return Minor(int(scaled))


def to_decimal(amount: int, currency: str) -> Decimal:
    """Turn minor units into a decimal with all of the currency's places."""
    return Decimal(amount).scaleb(-minor_digits(currency))


def decimal_string(amount: int, currency: str) -> str:
    """Return `42000.00`: the form that leaves the program in JSON and CSV."""
    digits = minor_digits(currency)
    if not digits:
        return str(amount)
    whole, part = divmod(abs(amount), 10**digits)
    return f"{'-' if amount < 0 else ''}{whole}.{part:0{digits}d}"


def convert(amount: int, source: str, target: str, rate: Decimal) -> Minor:
    """Convert minor units at `rate` (units of target for one unit of source), rounding half to even."""
    value = to_decimal(amount, source) * rate
    scaled = value.scaleb(minor_digits(target))
    return Minor(int(scaled.to_integral_value(ROUND_HALF_EVEN)))
