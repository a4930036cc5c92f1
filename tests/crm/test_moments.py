from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.crm.dates import date_reader
from salesops_tui.crm.lookup import UnreadableError
from salesops_tui.crm.moments import moment_reader
from salesops_tui.domain.calendar import Calendar, to_moment

BERLIN = Calendar(zone_name="Europe/Berlin")
READ = moment_reader(date_reader((), False), BERLIN)


@given(st.datetimes(datetime(1995, 1, 1), datetime(2090, 1, 1)), st.sampled_from(["Z", "+0000", "+05:30", "-0800"]))  # noqa: DTZ001
def test_moments_with_an_offset(when: datetime, offset: str) -> None:
    zone = {"Z": UTC, "+0000": UTC}.get(offset) or timezone(
        (1 if offset[0] == "+" else -1) * timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    )
    assert READ(f"{when:%Y-%m-%dT%H:%M:%S.%f}{offset}") == to_moment(when.replace(tzinfo=zone))


@given(st.datetimes(datetime(1995, 1, 1), datetime(2068, 1, 1)))  # noqa: DTZ001
def test_moments_as_people_write_them_are_local(when: datetime) -> None:
    wanted = to_moment(when.replace(second=0, microsecond=0, tzinfo=ZoneInfo("Europe/Berlin")))
    for text in (
        f"{when:%m/%d/%y %I:%M %p}",
        f"{when:%m/%d/%Y, %I:%M %p}",
        f"{when:%m/%d/%Y %H:%M}",
        f"{when:%Y-%m-%d %H:%M}",
    ):
        assert READ(text) == wanted


def test_a_bare_date_is_the_end_of_that_day() -> None:
    assert READ("2026-03-29") == to_moment(datetime(2026, 3, 29, 22, tzinfo=UTC)) - 1


@pytest.mark.parametrize(
    "text", ["", " ", "soon", "12:30", "2026-03-29T25:00", "2026-03-29 13:30 PM", "2026-03-29 0:30 AM", "3/4/26 x"]
)
def test_what_is_no_moment_says_so(text: str) -> None:
    with pytest.raises(UnreadableError):
        READ(text)


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_says_why(text: str) -> None:
    try:
        READ(text)
    except UnreadableError as error:
        assert str(error)  # noqa: PT017
