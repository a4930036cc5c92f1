"""Amounts as somebody types them on a screen."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from salesops_tui.domain.money import to_minor
from salesops_tui.errors import WrongUsage

_TYPED = re.compile(r"(\d[\d ,_]*(?:\.\d+)?)\s*([kmb]?)", re.ASCII | re.IGNORECASE)
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
_LONGEST = 30


def typed_amount(text: str, currency: str) -> int:
    """Return minor units for `1.35M`, `640k` or `1,350,000`.

    Raises:
        WrongUsage: the text is no amount.
    """
    found = _TYPED.fullmatch(text.strip())
    try:
        if not found or len(text) > _LONGEST:
            raise ValueError
        value = Decimal(re.sub("[ ,_]", "", found[1])) * _UNITS[found[2].lower()]
        minor = to_minor(value, currency)
    except (ValueError, InvalidOperation):
        raise WrongUsage(f"'{text}' is no amount; write 1.35M, 640k or 1350000") from None
    if minor >= 10**17:
        raise WrongUsage(f"'{text}' is more than a number can be")
    return minor
