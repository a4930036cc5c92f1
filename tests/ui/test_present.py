import unicodedata
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from salesops_tui.ui import present
from tests.hostile import CORPUS

ANY_TEXT = st.text(st.characters(), max_size=60) | st.sampled_from(CORPUS)
REORDERING = [
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
    "\u200e",
    "\u200f",
    "\u061c",
]


def assert_printable_only(text: str) -> None:
    assert not {unicodedata.category(letter) for letter in text} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(text) & {*REORDERING, "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\xad", "\ufe0f"}
    text.encode("utf-8")


@given(ANY_TEXT)
def test_plain_text_can_only_be_printed(text: str) -> None:
    assert_printable_only(present.plain(text))


@given(ANY_TEXT)
def test_plain_text_stays_as_it_is(text: str) -> None:
    once = present.plain(text)
    assert present.plain(once) == once


@given(ANY_TEXT)
def test_no_letter_of_plain_text_changes_the_width_of_another(text: str) -> None:
    once = present.plain(text)
    assert cell_len(once) == sum(map(cell_len, once))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[red]x[/]", "[red]x[/]"),
        ("\x1b[31mred", "·[31mred"),
        ("\x9b31mred", "·31mred"),
        ("a\x00b", "a·b"),
        ("two\nlines", "two⏎lines"),
        ("old\r\nwindows\r\n", "old⏎windows⏎"),
        ("a\tb", "a b"),
        ("\u202egnp.exe", "gnp.exe"),
        ("zero\u200bwidth", "zerowidth"),
        ("\ud800", "�"),
        ("株式会社", "株式会社"),
        ("บริษัท น้ำ", "บริษัท น้ำ"),
        ("e\u0301te\u0301", "e\u0301te\u0301"),
        ("a\u0301\u0302\u0303\u0304\u0305b", "a\u0301\u0302\u0303b"),
        ("a\u0301\u0302\u0303\u200b\u0304b", "a\u0301\u0302\u0303b"),
        ("\u0301no base", "no base"),
        ("🚀", "🚀"),
        ("👍🏽", "👍"),
        ("🇩🇪", "DE"),
        ("%s {0}", "%s {0}"),
    ],
)
def test_what_becomes_of_it(text: str, shown: str) -> None:
    assert present.plain(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("new_business", "New business"),
        ("renewal", "Renewal"),
        ("newbusiness", "New business"),
        ("New Business", "New Business"),
        ("Existing – EMEA_2", "Existing – EMEA_2"),
        ("", ""),
    ],
)
def test_a_key_of_a_crm_in_words(text: str, shown: str) -> None:
    assert present.label_of(text) == shown


def test_every_symbol_has_an_ascii_stand_in_of_its_width() -> None:
    for symbol, stand_in in present.ASCII.items():
        assert stand_in.isascii(), symbol
        assert stand_in.isprintable(), symbol
        assert cell_len(symbol) == len(stand_in) == 1, symbol


def test_the_figures_of_people_have_stand_ins() -> None:
    shown = present.amount(-1) + present.sparkline(range(9)) + present.plain("\n\x1b\ud800") + present.ELLIPSIS
    assert present.to_ascii(shown).isascii()
    assert present.to_ascii("Łódź") == "Łódź"


@pytest.mark.parametrize(
    ("minor", "text"),
    [
        (0, "0"),
        (1, "0.01"),
        (-1, "−0.01"),
        (95_000, "950"),
        (99_999, "999.99"),
        (100_000, "1k"),
        (123_456, "1.2k"),
        (250_000, "2.5k"),
        (999_499, "10k"),
        (5_800_000, "58k"),
        (-5_800_000, "−58k"),
        (99_949_999, "999k"),
        (99_950_000, "1.00M"),
        (135_000_000, "1.35M"),
        (1_240_000_000, "12.4M"),
        (99_949_999_999, "999M"),
        (99_950_000_000, "1.00B"),
        (10**17, "1,000T"),
    ],
)
def test_short_amounts(minor: int, text: str) -> None:
    assert present.amount(minor) == text


@given(st.integers(-(10**15), 10**15), st.sampled_from([0, 2, 3]))
def test_a_short_amount_is_short_near_and_never_a_false_nothing(minor: int, digits: int) -> None:
    text = present.amount(minor, digits)
    assert len(text) <= 8 + digits
    assert (text == "0") == (minor == 0)
    assert text.startswith("−") == (minor < 0)
    figures, unit = (text.removeprefix("−").replace(",", ""), 1)
    if figures[-1] in "kMBT":
        unit = 10 ** (3 * ("kMBT".index(figures[-1]) + 1))
        figures = figures[:-1]
    shown = float(figures) * unit * 10**digits
    assert abs(shown - abs(minor)) <= abs(minor) * 0.051


@given(st.integers(0, 10**14), st.integers(0, 10**14))
def test_more_never_looks_like_less(less: int, more: int) -> None:
    less, more = sorted((less, more))
    units = "kMBT"

    def value(text: str) -> float:
        last = text[-1]
        return float(text[:-1]) * 1000.0 ** (units.index(last) + 1) if last in units else float(text)

    assert value(present.amount(less)) <= value(present.amount(more)) * (1 + 1e-12)


def test_changes_carry_their_sign() -> None:
    assert present.amount(200_000, signed=True) == "+2k"
    assert present.amount(-200_000, signed=True) == "−2k"
    assert present.amount(0, signed=True) == "0"


@pytest.mark.parametrize(
    ("minor", "digits", "currency", "text"),
    [
        (4_200_000, 2, "USD", "42,000.00 USD"),
        (-1, 2, "USD", "−0.01 USD"),
        (1_234_567, 0, "JPY", "1,234,567 JPY"),
        (5, 3, "KWD", "0.005 KWD"),
        (0, 2, "", "0.00"),
    ],
)
def test_exact_amounts(minor: int, digits: int, currency: str, text: str) -> None:
    assert present.exact_amount(minor, digits, currency) == text


TODAY = date(2026, 11, 14).toordinal()


def test_days() -> None:
    assert present.day(date(2026, 12, 11).toordinal(), TODAY) == "Fri 11 Dec"
    assert present.day(date(2027, 1, 4).toordinal(), TODAY) == "Mon 4 Jan 2027"
    assert present.day(date(2024, 2, 29).toordinal(), TODAY) == "Thu 29 Feb 2024"
    assert present.short_day(date(2026, 12, 11).toordinal(), TODAY) == "11 Dec"
    assert present.without_weekday("Fri 11 Dec") == "11 Dec"
    assert present.without_weekday("11 Dec") == "11 Dec"


@pytest.mark.parametrize(
    ("away", "text"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (-1, "yesterday"),
        (3, "in 3 days"),
        (-182, "182 days ago"),
        (1234, "in 1,234 days"),
    ],
)
def test_days_from_today(away: int, text: str) -> None:
    assert present.relative_day(TODAY + away, TODAY) == text


def test_moved_dates() -> None:
    assert [present.day_shift(days) for days in (9, -2, 0)] == ["+9d", "−2d", "0d"]


def micros(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[arg-type,misc]


def test_moments_are_told_on_the_clock_of_their_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = micros(2026, 11, 14, 12)
    assert present.moment(micros(2026, 11, 11, 14, 42), berlin, now) == "Wed 11 Nov 15:42"
    assert present.moment(micros(2025, 12, 31, 23, 30), berlin, now) == "Thu 1 Jan 00:30"
    assert present.moment(micros(2025, 12, 31, 22, 30), berlin, now) == "Wed 31 Dec 2025 23:30"
    # the hour that is there twice
    assert present.clock(micros(2026, 10, 25, 0, 30), berlin) == "02:30"
    assert present.clock(micros(2026, 10, 25, 1, 30), berlin) == "02:30"
    assert present.clock(micros(2026, 10, 25, 1, 30) + 59_999_999, berlin) == "02:30"
    assert present.clock(-1, berlin) == "00:59"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0 s"), (40, "40 s"), (60, "1 min"), (3599, "59 min"), (3900, "1 h 05 min"), (172_800, "2 days")],
)
def test_lengths_of_time(seconds: int, text: str) -> None:
    assert present.span(seconds * 1_000_000) == text


def test_sparklines() -> None:
    assert present.sparkline([]) == ""
    assert present.sparkline([7, 7]) == "▄▄"
    assert present.sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert present.sparkline([-100, 0, 100]) == "▁▅█"
    assert present.to_ascii(present.sparkline(range(8))) == ".:-=+*%#"


@pytest.mark.parametrize(
    ("days", "today", "said"),
    [
        (0, True, "today"),
        (0, False, "no business day since"),
        (1, False, "1 business day ago"),
        (5, False, "5 business days ago"),
    ],
)
def test_a_meeting_of_saturday_is_not_today_on_sunday(days: int, today: bool, said: str) -> None:
    assert present.business_days_ago(days, today=today) == said
