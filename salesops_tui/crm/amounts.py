"""Amounts as people write them, with and without a currency."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from salesops_tui.crm.lookup import UnreadableError
from salesops_tui.domain.money import minor_digits

LARGEST = 100_000_000_000
"""Major units; more is taken for a mistake."""

_LONGEST = 40
_DOLLARS = ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD")
_SYMBOLS = {
    "US$": ("USD",), "CA$": ("CAD",), "C$": ("CAD",), "A$": ("AUD",), "AU$": ("AUD",), "NZ$": ("NZD",),
    "S$": ("SGD",), "HK$": ("HKD",), "R$": ("BRL",), "$": _DOLLARS, "€": ("EUR",), "£": ("GBP",),
    "¥": ("JPY", "CNY"), "₹": ("INR",), "₩": ("KRW",), "₪": ("ILS",), "zł": ("PLN",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
}  # fmt: skip
_NAMES = {
    "us dollar": "USD", "euro": "EUR", "pound sterling": "GBP", "british pound": "GBP", "uk pound sterling": "GBP",
    "canadian dollar": "CAD", "australian dollar": "AUD", "new zealand dollar": "NZD", "singapore dollar": "SGD",
    "hong kong dollar": "HKD", "swiss franc": "CHF", "yen": "JPY", "japanese yen": "JPY", "yuan renminbi": "CNY",
    "chinese yuan": "CNY", "indian rupee": "INR", "swedish krona": "SEK", "norwegian krone": "NOK",
    "danish krone": "DKK", "polish zloty": "PLN", "zloty": "PLN", "brazilian real": "BRL", "mexican peso": "MXN",
    "south african rand": "ZAR", "rand": "ZAR", "uae dirham": "AED", "saudi riyal": "SAR", "won": "KRW",
    "new israeli sheqel": "ILS", "czech koruna": "CZK", "forint": "HUF", "turkish lira": "TRY",
}  # fmt: skip
"""Currencies as CRMs that show their names call them, folded."""
_CODE_BEHIND = re.compile(r".+\(([A-Za-z]{3})\)", re.ASCII)
_CODE = re.compile(r"[A-Za-z]{3}", re.ASCII)
_AROUND = re.compile(r"([^\d().,'+\-]*)(.*?)([^\d().,'+\-]*)", re.ASCII | re.DOTALL)
_SCIENTIFIC = re.compile(r"\d+(?:\.\d+)?[eE]\+?\d{1,3}", re.ASCII)
_PLAIN = re.compile(r"(\d{1,15})(?:\.(\d*))?", re.ASCII)
_BLANKS = re.compile(r"[\s\u00a0\u202f\u2009]+")

AmountReader = Callable[[str, str], tuple[str, int]]


def amount_reader(default_currency: str, decimal: str = ".") -> AmountReader:
    """Return a reader of amounts: from a cell and a currency ("" where none is known) to currency and minor units.

    Args:
        default_currency: for amounts with no currency beside or inside them.
        decimal: "." or ","; what separates the decimals.

    Raises:
        UnreadableError: (by the reader) not an amount, negative, with more decimals than the currency has,
            beyond belief, or in two currencies at once.
    """
    number = _number_pattern(decimal)
    plain_decimal = decimal == "."

    def read(text: str, currency: str) -> tuple[str, int]:
        simple = _PLAIN.fullmatch(text) if plain_decimal or type(text) is not str else None
        if simple:
            return _minor(int(simple[1]), simple[2] or "", currency or default_currency)
        return _as_people_write(text, currency, default_currency, decimal, number)

    return read


def read_currency(text: str) -> str:
    """Return the three letters of a currency, "" for blank.

    Raises:
        UnreadableError: no such thing.
    """
    code = text.strip()
    if not code:
        return ""
    if _CODE.fullmatch(code):
        return code.upper()
    known = _SYMBOLS.get(code)
    if known and len(known) == 1:
        return known[0]
    behind = _CODE_BEHIND.fullmatch(code)
    named = behind[1].upper() if behind else _NAMES.get(" ".join(code.split()).casefold())
    if named:
        return named
    raise UnreadableError("is no currency; three letters are needed, such as USD")


def _as_people_write(text: str, currency: str, default: str, decimal: str, number: re.Pattern[str]) -> tuple[str, int]:
    written = _BLANKS.sub(" ", text.strip()).replace("−", "-")
    if not written:
        raise UnreadableError("is blank")
    if not written.isascii() and any(c.isdigit() and not c.isascii() for c in written):
        raise UnreadableError("is not a number; use the digits 0 to 9")
    if len(written) > _LONGEST:
        raise UnreadableError("is not a number")
    if _SCIENTIFIC.fullmatch(written):
        if Decimal(written) > LARGEST:
            raise UnreadableError(f"is implausible; the most that is taken is {LARGEST:,}")
        raise UnreadableError("has lost its last digits (scientific notation); write it out")
    body, inside = _currency_inside(written, currency or default)
    if currency and inside and inside != currency:
        raise UnreadableError(f"is in another currency than the row, which says {currency}")
    digits, negative = _sign(body)
    if not number.fullmatch(digits):
        raise UnreadableError(_why_no_number(digits, decimal))
    if negative and digits.strip("0.,' "):
        raise UnreadableError("is negative")
    whole, _, part = digits.partition(decimal)
    return _minor(int(re.sub(r"\D", "", whole) or "0"), part, currency or inside or default)


def _minor(whole: int, part: str, currency: str) -> tuple[str, int]:
    places = minor_digits(currency)
    if len(part) > places:
        if part[places:].strip("0"):
            raise UnreadableError(f"has more than the {places} decimals of {currency}")
        part = part[:places]
    if whole > LARGEST or (whole == LARGEST and part.strip("0")):
        raise UnreadableError(f"is implausible; the most that is taken is {LARGEST:,}")
    return currency, whole * 10**places + int(part.ljust(places, "0") or "0")


def _currency_inside(written: str, expected: str) -> tuple[str, str]:
    """Split the currency off an amount; "" where there is none."""
    outer_minus = written.startswith(("-", "+")) and not written[1:2].isdigit()
    sign, rest = (written[0], written[1:].strip()) if outer_minus else ("", written)
    match = _AROUND.fullmatch(rest)
    before, body, after = (part.strip() for part in match.groups()) if match else ("", rest, "")
    if before and after:
        raise UnreadableError("is not a number")
    mark = before or after
    if not mark:
        return sign + body, ""
    candidates = _SYMBOLS.get(mark) or ((mark.upper(),) if _CODE.fullmatch(mark) else ())
    if not candidates:
        raise UnreadableError("is not a number")
    return sign + body, expected if expected in candidates else candidates[0]


def _sign(body: str) -> tuple[str, bool]:
    if body.startswith("(") and body.endswith(")"):
        return body[1:-1].strip(), True
    if body.startswith("-"):
        return body[1:].strip(), True
    if body.endswith("-"):
        return body[:-1].strip(), True
    return body.removeprefix("+").strip(), False


def _number_pattern(decimal: str) -> re.Pattern[str]:
    point = re.escape(decimal)
    groups = "|".join(rf"\d{{1,3}}(?:{mark}\d{{3}})+" for mark in (",", r"\.", " ", "'") if mark != point)
    lakh = r"|\d{1,2}(?:,\d{2})+,\d{3}" if decimal == "." else ""
    return re.compile(rf"(?:\d+|{groups}{lakh})(?:{point}\d*)?|{point}\d+", re.ASCII)


def _why_no_number(digits: str, decimal: str) -> str:
    other = "," if decimal == "." else "."
    if _number_pattern(other).fullmatch(digits):
        return f"has its decimals after '{other}'; if all amounts do, say so in a map: [formats] decimal = '{other}'"
    return "is not a number"
