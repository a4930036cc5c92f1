"""From what the store holds to what a person reads: where text is made safe, and figures become words.

Amounts are integers in minor units with the number of minor digits beside them, days are date ordinals
(`datetime.date.toordinal`), moments are microseconds since the epoch in UTC. Every function returns plain
text without markup, ready for a cell; none needs a terminal.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

MINUS = "−"
ELLIPSIS = "…"
LINE_BREAK = "⏎"
CONTROL = "·"
UNDECODABLE = "\N{REPLACEMENT CHARACTER}"

# ----------------------------------------------------------------- text that came from somewhere else

_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
"""Marks that may stand over any letter; those of a script (Thai, Hebrew, Devanagari) are not limited."""

_UNSAFE = re.compile(
    "(?P<newline>\r\n|[\n\v\f\r\x85\u2028\u2029])"
    "|(?P<control>[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f])"
    "|(?P<tab>\t)"
    # Nothing to see, but it can reorder, hide or glue what stands beside it: bidirectional controls,
    # zero-width characters, variation selectors, fillers and tags. Without joiners, selectors and skin tones
    # an emoji is as wide in one terminal as in the other; half a flag is not, so flags are spelt.
    "|(?P<flag>[\U0001f1e6-\U0001f1ff])"
    "|(?P<unseen>[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff])"
    "|(?P<broken>[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff])"
    f"|(?P<pile>(?:^{_MARKS}+)|(?<={_MARKS}{{3}}){_MARKS}+)"
)
_STAND_IN = {"newline": LINE_BREAK, "control": CONTROL, "tab": " ", "broken": UNDECODABLE}


def plain(text: str) -> str:
    """Return text that a terminal can only print: one line, nothing invisible, no control sequence.

    Line breaks become `⏎`, tabs a space, other control characters (ESC and C1 among them) `·`, lone
    surrogates `�`; characters without a shape of their own that reorder, join or hide others are left out.
    Letters of any script, combining marks (at most three on top of each other) and emoji stay. Text that
    has been made plain stays as it is.
    """
    if text.isascii() and text.isprintable():
        return text
    # What was taken out may have stood between two marks: look again until nothing is found.
    while (cleaned := _UNSAFE.sub(_stand_in, text)) != text:
        text = cleaned
    return text


_KEY = re.compile("[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_RUN_TOGETHER = {"newbusiness": "new business", "existingbusiness": "existing business"}


def label_of(text: str) -> str:
    """Return a key that a CRM writes (`new_business`, HubSpot's `newbusiness`) as words; other text as it is."""
    words = _RUN_TOGETHER.get(text, text.replace("_", " "))
    return words[:1].upper() + words[1:] if _KEY.fullmatch(text) else text


def _stand_in(found: re.Match[str]) -> str:
    if found.lastgroup == "flag":
        return chr(ord(found[0]) - 0x1F1E6 + ord("A"))
    return _STAND_IN.get(found.lastgroup or "", "")


# ----------------------------------------------------------------- symbols, where only ASCII can be shown

_BOXES = {
    **dict.fromkeys("─━┄┅┈┉╌╍═╴╶╸╺╼╾▔▁", "-"),
    **dict.fromkeys("│┃┆┇┊┋╎╏║╵╷╹╻╽╿▏▎▍▌▋▊▉▐▕", "|"),
}
ASCII: dict[str, str] = {
    **dict.fromkeys(map(chr, range(0x2500, 0x2580)), "+"),
    **_BOXES,
    **dict(zip("▁▂▃▄▅▆▇█", ".:-=+*%#", strict=True)),
    **dict(zip("▓▒░▀▲▼△▽◆◇■□▪▫", '=~."^v^v*o#o*o', strict=True)),
    **dict(zip("▸▹▶▷▾▿▴◂◃◀◁→←↑↓", ">+>>v-^<<<<><^v", strict=True)),
    **dict(zip("●○◐◉⏺✓✔✗✘×⚑⚐★☆", "*o@@*vvxxx!!**", strict=True)),
    **dict(zip("…·•−–—‐‑⏎≤≥≠≈±∞÷", "~.*-----/<>!~+8/", strict=True)),
    **dict(zip("‘’‚“”„«»‹›", "'''\"\"\"<><>", strict=True)),
    **dict(zip("¦§¶°€£¥\N{NO-BREAK SPACE}", "|SP*ELY ", strict=True)),
    UNDECODABLE: "?",
}
"""Every symbol that the program shows, and the ASCII character that stands in for it at the same width."""

_TO_ASCII = str.maketrans(ASCII)


def to_ascii(text: str) -> str:
    """Return the text with stand-ins for the program's symbols, cell for cell; other letters stay."""
    return text if text.isascii() else text.translate(_TO_ASCII)


# ----------------------------------------------------------------- amounts

_UNITS = ((10**3, "k"), (10**6, "M"), (10**9, "B"), (10**12, "T"))


MASKED = "•••"
_amounts_masked = False


def mask_amounts(on: bool) -> None:
    """Let every amount read as `MASKED` from here on, for a screen that strangers see; or no longer."""
    global _amounts_masked  # noqa: PLW0603 - a process has one screen
    _amounts_masked = on


def amount(minor: int, digits: int = 2, *, signed: bool = False) -> str:
    """Return an amount short enough for a column: `1.35M`, `58k`, `2.5k`, `950`, `−58k`.

    Below a thousand it is exact, so that only nothing at all reads as 0; above, rounded half up to two or
    three figures. The exact figure has to be one key away.

    Args:
        minor: the amount in minor units.
        digits: how many minor digits the currency has (USD 2).
        signed: write `+` before what is more than nothing, as a change has it.
    """
    return MASKED if _amounts_masked else _sign(minor, signed) + _shortened(abs(minor), 10**digits, digits)


def exact_amount(minor: int, digits: int = 2, currency: str = "", *, signed: bool = False) -> str:
    """Return the amount to the last minor unit with its currency: `42,000.00 USD`, `−0.01 USD`."""
    if _amounts_masked:
        return MASKED
    whole, part = divmod(abs(minor), 10**digits)
    decimals = f".{part:0{digits}d}" if digits else ""
    unit = f" {currency}" if currency else ""
    return f"{_sign(minor, signed)}{whole:,}{decimals}{unit}"


def _sign(minor: int, signed: bool) -> str:
    if minor < 0:
        return MINUS
    return "+" if signed and minor else ""


def _shortened(minor: int, scale: int, digits: int) -> str:
    if minor < 1000 * scale:
        whole, part = divmod(minor, scale)
        return f"{whole}.{part:0{digits}d}" if part else str(whole)
    for unit, letter in _UNITS:
        if figures := _figures(minor, unit * scale, letter):
            return figures + letter
    return f"{_rounded(minor, _UNITS[-1][0] * scale):,}{_UNITS[-1][1]}"


def _figures(minor: int, unit: int, letter: str) -> str:
    """The amount in one unit, or nothing where it takes four figures. Thousands are rounder than millions."""
    if letter == "k":
        tenths = _rounded(minor * 10, unit)
        if tenths < 100:
            return f"{tenths // 10}.{tenths % 10}".removesuffix(".0")
    else:
        for places in (2, 1):
            scaled = _rounded(minor * 10**places, unit)
            if scaled < 1000:
                whole, part = divmod(scaled, 10**places)
                return f"{whole}.{part:0{places}d}"
    whole = _rounded(minor, unit)
    return str(whole) if whole < 1000 else ""


def _rounded(value: int, unit: int) -> int:
    return (value * 2 + unit) // (2 * unit)


# ----------------------------------------------------------------- days and moments

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def day(ordinal: int, today: int) -> str:
    """Return a day as a person plans by it: `Fri 11 Dec`, with the year where it is not today's."""
    return f"{_DAYS[date.fromordinal(ordinal).weekday()]} {short_day(ordinal, today)}"


def short_day(ordinal: int, today: int) -> str:
    """Return a day without its weekday: `11 Dec`, `11 Dec 2027`."""
    that = date.fromordinal(ordinal)
    year = "" if that.year == date.fromordinal(today).year else f" {that.year}"
    return f"{that.day} {_MONTHS[that.month - 1]}{year}"


def without_weekday(text: str) -> str:
    """Return what `day` wrote without its weekday: for a column that has become narrow."""
    head, _, rest = text.partition(" ")
    return rest if head in _DAYS else text


def relative_day(ordinal: int, today: int) -> str:
    """Return how far a day is from today: `today`, `tomorrow`, `in 3 days`, `182 days ago`."""
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    away = ordinal - today
    if away in near:
        return near[away]
    return f"in {away:,} days" if away > 0 else f"{-away:,} days ago"


def business_days_ago(days: int, *, today: bool) -> str:
    """Return `3 business days ago`; a meeting of Saturday is 0 business days ago on Sunday, and not `today`."""
    if today:
        return "today"
    if days == 0:
        return "no business day since"
    return f"{days} business day{'s' if days > 1 else ''} ago"


def day_shift(days: int) -> str:
    """Return how far a date was moved: `+9d`, `−2d`, `0d`."""
    return f"{_sign(days, True)}{abs(days)}d"


def moment(microseconds: int, zone: tzinfo, now: int) -> str:
    """Return a moment on the clock of a zone: `Wed 11 Nov 15:42`, with the year where it is not now's."""
    today = _local(now, zone).date().toordinal()
    return f"{day(_local(microseconds, zone).date().toordinal(), today)} {clock(microseconds, zone)}"


def clock(microseconds: int, zone: tzinfo) -> str:
    """Return the time of day of a moment in a zone, to the minute: `15:42`."""
    return f"{_local(microseconds, zone):%H:%M}"


def span(microseconds: int) -> str:
    """Return a length of time as one would say it: `40 s`, `12 min`, `1 h 05 min`, `3 days`."""
    seconds = max(0, microseconds) // 1_000_000
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
    return f"{seconds // 86400:,} days"


def _local(microseconds: int, zone: tzinfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=microseconds)).astimezone(zone)


# ----------------------------------------------------------------- small pictures

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[int]) -> str:
    """Return one bar a value, from the least to the most of them; half height where all are the same."""
    if not values:
        return ""
    least, most = min(values), max(values)
    if least == most:
        return _BARS[3] * len(values)
    top = len(_BARS) - 1
    return "".join(_BARS[_rounded((value - least) * top, most - least)] for value in values)
