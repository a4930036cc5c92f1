from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.crm.dates import date_reader, required_date_reader
from salesops_tui.crm.lookup import UnreadableError
from salesops_tui.crm.table import Plain
from salesops_tui.domain.calendar import to_day

ISO = date_reader()


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_every_day_is_read_back(day: date) -> None:
    assert ISO(day.isoformat()) == to_day(day)
    assert date_reader(["%d %b %Y"])(day.strftime("%d %b %Y")) == to_day(day)


@pytest.mark.parametrize(
    "text", ["2026-11-16T09:30:00.000+0000", "2026-11-16 09:30", "2026-11-16T00:00:00Z", " 2026-11-16 "]
)
def test_a_time_behind_the_date_is_let_go(text: str) -> None:
    assert ISO(text) == to_day(date(2026, 11, 16))


@pytest.mark.parametrize("text", ["3/4/2026 9:05", "03/04/2026 21:05:59", "3/4/2026 9:05 PM", "3/4/26 12:00 am"])
def test_a_time_behind_a_date_in_numbers_is_let_go(text: str) -> None:
    assert date_reader((), day_first=False)(text) == to_day(date(2026, 3, 4))
    with pytest.raises(UnreadableError, match="two ways"):
        ISO(text)


@pytest.mark.parametrize("text", ["46085", "46085.604166666664"])
def test_a_spreadsheets_day_number_is_one_where_it_can_be(text: str) -> None:
    assert ISO(Plain(text)) == date_reader(day_numbers=True)(text) == to_day(date(2026, 3, 4))
    with pytest.raises(UnreadableError, match="is not a date"):
        ISO(text)


@pytest.mark.parametrize(
    ("formats", "day_first", "text"),
    [
        (["%m/%d/%y"], None, "03/04/26"),
        (["%Y", "%m/%d/%Y"], None, "03/04/2026"),
        ([], False, "03/04/2026"),
        ([], True, "04/03/2026"),
        ([], True, "4.3.26"),
        ([], True, "04-03-2026"),
        ([], False, "2026-03-04"),
    ],
)
def test_the_map_says_which_number_is_the_month(formats: list[str], day_first: bool | None, text: str) -> None:
    assert date_reader(formats, day_first)(text) == to_day(date(2026, 3, 4))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-02-31", "is no day that exists"),
        ("2025-02-29", "is no day that exists"),
        ("2026-13-01", "is no day that exists"),
        ("2026-11-16T25:00", "is no day that exists"),
        ("03/04/2026", r"two ways; say in a map which: \[formats\] day_first"),
        ("31.02.2026", "is no day that exists"),
        ("tomorrow", "is not a date as 2026-11-16"),
        ("20261116", "is not a date"),
        ("２０２６-11-16", "digits 0 to 9"),
        ("1989-12-31", "not between 1990 and 2100"),
        ("2101-01-01", "not between 1990 and 2100"),
        ("0001-01-01", "not between"),
        ("46000", "is not a date"),
    ],
)
def test_what_is_no_date_says_why(text: str, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        ISO(text)


def test_a_date_that_fits_no_form_names_them() -> None:
    with pytest.raises(UnreadableError, match=r"not a date in the form %m/%d/%y or %d\.%m\.%Y, nor as 2026-11-16"):
        date_reader(["%m/%d/%y", "%d.%m.%Y", "%Y"])("31/31/26")
    with pytest.raises(UnreadableError, match="not between 1990 and 2100"):
        date_reader(["%m/%d/%Y"])("01/01/1900")


def test_a_blank_is_no_day_or_refused() -> None:
    assert ISO("  ") is None
    with pytest.raises(UnreadableError, match="is blank"):
        required_date_reader(ISO)(" ")


@given(st.text(max_size=25), st.sampled_from([None, True, False]))
def test_any_text_is_a_day_or_says_why(text: str, day_first: bool | None) -> None:
    try:
        day = date_reader((), day_first)(text)
    except UnreadableError:
        return
    assert day is None or 1990 <= date.fromordinal(day).year <= 2100


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("05/05/2026", date(2026, 5, 5)), ("16/11/2026", date(2026, 11, 16)), ("11/16/26 8:55 PM", date(2026, 11, 16)),
        ("16 Nov 2026", date(2026, 11, 16)), ("Nov 16, 2026", date(2026, 11, 16)), ("16-Nov-26", date(2026, 11, 16)),
        ("September 1 2026 9:05", date(2026, 9, 1)), ("1 sept 2026", date(2026, 9, 1))
    ],
)  # fmt: skip
def test_dates_that_have_one_reading_need_no_map(text: str, day: date) -> None:
    assert ISO(text) == to_day(day)


@pytest.mark.parametrize(
    ("text", "said"),
    [("16 Foo 2026", "is not a date"), ("16 Ma 2026", "is not a date"), ("16 Jun2026", "is not a date"),
     ("31 Nov 2026", "is no day that exists"), ("31/12/69", "not between"), ("16 M 2026", "is not a date")],
)  # fmt: skip
def test_months_that_are_none(text: str, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        ISO(text)


def test_a_date_in_the_other_order_says_so() -> None:
    with pytest.raises(UnreadableError, match="no date with the month first, as the others here have it"):
        date_reader((), False)("16/11/2026")
