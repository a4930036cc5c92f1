from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.domain.calendar import Day, to_day
from salesops_tui.domain.typed_day import read_day
from salesops_tui.errors import WrongUsage
from tests.hostile import CORPUS

MONDAY = to_day(date(2026, 11, 16))


def read(text: str, *, ahead: bool = False) -> str:
    return date.fromordinal(read_day(text, MONDAY, ahead=ahead)).isoformat()


@pytest.mark.parametrize(
    ("text", "behind", "ahead"),
    [
        ("2026-11-12", "2026-11-12", "2026-11-12"),
        ("16.11", "2026-11-16", "2026-11-16"),
        ("12.11.", "2026-11-12", "2027-11-12"),
        ("12. 11. 2025", "2025-11-12", "2025-11-12"),
        ("12.11.25", "2025-11-12", "2025-11-12"),
        ("11/13", "2026-11-13", "2027-11-13"),
        ("13/11", "2026-11-13", "2027-11-13"),
        ("11/11", "2026-11-11", "2027-11-11"),
        ("12 Nov", "2026-11-12", "2027-11-12"),
        ("nov 12", "2026-11-12", "2027-11-12"),
        ("12nov", "2026-11-12", "2027-11-12"),
        ("November 12, 2026", "2026-11-12", "2026-11-12"),
        ("5 jan", "2027-01-05", "2027-01-05"),
        ("29.2", "2028-02-29", "2028-02-29"),
        ("mon", "2026-11-16", "2026-11-23"),
        ("Tuesday", "2026-11-10", "2026-11-17"),
        ("su", "2026-11-15", "2026-11-22"),
        ("12", "2026-11-12", "2026-12-12"),
        ("31st", "2026-10-31", "2026-12-31"),
        ("-3", "2026-11-13", "2026-11-13"),
        ("−3d", "2026-11-13", "2026-11-13"),
        ("+3", "2026-11-19", "2026-11-19"),
        (" today ", "2026-11-16", "2026-11-16"),
        ("yesterday", "2026-11-15", "2026-11-15"),
        ("tomorrow", "2026-11-17", "2026-11-17"),
    ],
)
def test_reads_days_as_people_type_them(text: str, behind: str, ahead: str) -> None:
    assert (read(text), read(text, ahead=True)) == (behind, ahead)


@pytest.mark.parametrize("text", ["31.2", "2026-02-30", "0", "32", "13.13", "30 feb", "t", "", "12 foo", "5.5.5.5"])
def test_refuses_what_is_no_day(text: str) -> None:
    with pytest.raises(WrongUsage, match="day"):
        read(text)


def test_a_day_that_could_be_two_is_refused() -> None:
    with pytest.raises(WrongUsage, match="two days"):
        read("5/6")


@pytest.mark.parametrize("text", CORPUS)
def test_hostile_text_is_no_day(text: str) -> None:
    with pytest.raises(WrongUsage):
        read(text)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.dates(date(2000, 1, 1), date(2080, 1, 1)))
def test_every_iso_day_is_read_back(that: date, today: date) -> None:
    assert read_day(that.isoformat(), Day(today.toordinal())) == that.toordinal()
