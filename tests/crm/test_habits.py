"""Days and months, points and commas: decided by the rest of the file, and said."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from salesops_tui.crm.deal_map import DealMap
from salesops_tui.crm.reading import Reading, begin
from salesops_tui.crm.source import look_through
from salesops_tui.crm.table import open_table
from salesops_tui.domain.calendar import to_day

HEADER = ("id", "name", "owner", "amount", "stage", "category", "close_date", "created_date")
TODAY = to_day(date(2026, 11, 16))


def begun(
    path: Path,
    *rows: tuple[str, str, str],
    told: DealMap | None = None,
    before: int = 0,
    header: Sequence[str] = HEADER,
) -> Reading:
    """A file whose rows have these amounts, close dates and creation dates, begun to be read."""
    plain = [("5", "2026-12-11", "2026-01-02")] * before
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for number, (amount, close, created) in enumerate([*plain, *rows]):
            writer.writerow([number, "Acme", "lee", amount, "6", "commit", close, created])
    source = look_through(path, "deals.csv")
    with open_table(source) as table:
        reading = begin(source, table, told or DealMap(), today=TODAY)
        assert len(list(reading.rows)) == before + len(rows)
        return reading


def said(reading: Reading) -> dict[str, str]:
    return {code: words for code, words, _ in reading.notices}


UNCLEAR = ("5", "03/04/2026", "")


@pytest.mark.parametrize(
    ("rows", "day_first", "why"),
    [
        ([UNCLEAR, ("5", "12/28/2026", "")], False, "the month first: 12/28/2026 on line 3 can only be that"),
        ([UNCLEAR, ("5", "28/12/2026", "")], True, "the day first: 28/12/2026 on line 3 can only be that"),
        ([UNCLEAR, ("5", "", "1/31/26 9:05 AM")], False, "the month first: 1/31/26 9:05 AM on line 3"),
        ([("5", "03.04.2026", "")], True, "the day first: 03.04.2026 on line 2 is written with points"),
        (
            [UNCLEAR, ("5", "2026-12-11", "02/12/2026")],
            False,
            "02/12/2026 on line 3 would else be a created date still",
        ),
        ([UNCLEAR, ("5", "2026-12-11", "12/02/2026")], True, "12/02/2026 on line 3 would else be a created date still"),
        ([("1.234,50", "03/04/2026", "")], True, "1.234,50 on line 2 has a decimal comma, and who writes so"),
        ([("1,234.50", "03/04/2026", "")], None, "such as 03/04/2026 can be read in two ways; a map can say which"),
        ([UNCLEAR], None, "dates such as 03/04/2026 can be read in two ways"),
        ([UNCLEAR, ("5", "28/12/2026", ""), ("5", "12/28/2026", "")], None, "28/12/2026 on line 3 and 12/28/2026 on"),
        ([("5", "05/05/2026", "")], None, ""),
        ([("5", "2026-12-11", "2026-12-11")], None, ""),
    ],
)
def test_the_order_of_dates(
    tmp_path: Path, rows: Sequence[tuple[str, str, str]], day_first: bool | None, why: str
) -> None:
    reading = begun(tmp_path / "deals.csv", *rows)
    assert reading.map.day_first is day_first
    assert why in said(reading).get("date_order", "")
    assert bool(why) == ("date_order" in said(reading))


@pytest.mark.parametrize(
    ("amounts", "decimal", "why"),
    [
        (["485.000,00"], ",", "485.000,00 on line 2 can only be that"),
        (["485.000", "EUR 12,5"], ",", "EUR 12,5 on line 3 can only be that"),
        (["1.234.567"], ",", "1.234.567 on line 2"),
        (["1,234,567"], ".", ""),
        (["485,000.00", "485.000"], ".", ""),
        (["485,000", "30,000"], ".", ""),
        (["485.000", "12500.500"], ".", ""),
        (["485,000", "12500,500"], ",", "12500,500 on line 3 can only be that"),
        (["485.000"], ".", "amounts such as 485.000 can be read in two ways"),
        (["485.000,00", "485,000.00"], ".", "485.000,00 on line 2 and 485,000.00 on line 3"),
        (["5", "1200", ""], ".", ""),
    ],
)
def test_the_decimal_mark(tmp_path: Path, amounts: list[str], decimal: str, why: str) -> None:
    reading = begun(tmp_path / "deals.csv", *((amount, "2026-12-11", "") for amount in amounts))
    assert reading.map.decimal == decimal
    assert why in said(reading).get("decimal_mark", "")
    assert bool(why) == ("decimal_mark" in said(reading))


def test_the_rest_of_a_long_file_decides(tmp_path: Path) -> None:
    unclear = [UNCLEAR] * 300
    reading = begun(tmp_path / "deals.csv", *unclear, ("5", "12/28/2026", ""))
    assert reading.map.day_first is False
    assert "12/28/2026 on line 302" in said(reading)["date_order"]
    assert reading.layout.map.day_first is False


def test_a_map_is_not_asked_twice(tmp_path: Path) -> None:
    rows = [UNCLEAR, ("5", "12/28/2026", "")]
    for told in (DealMap(day_first=True), DealMap(date_formats=("%d/%m/%Y",))):
        reading = begun(tmp_path / "deals.csv", *rows, told=told)
        assert (reading.map.day_first, said(reading)) == (told.day_first, {})
    assert begun(tmp_path / "deals.csv", ("1.234,50", "", ""), told=DealMap(decimal=",")).notices == []


@pytest.mark.parametrize(
    ("amounts", "decimal"),
    [(["485.000", "30.000", "900"], ","), (["485.000", "30.5"], "."), (["485.000", "12500.500"], ".")],
)
def test_points_before_three_digits_alone_are_thousands_but_in_a_canonical_file(
    tmp_path: Path, amounts: list[str], decimal: str
) -> None:
    told = DealMap(columns={"amount": "Betrag"})
    rows = [(amount, "2026-12-11", "") for amount in amounts]
    reading = begun(tmp_path / "deals.csv", *rows, told=told, header=(*HEADER[:3], "Betrag", *HEADER[4:]))
    assert reading.map.decimal == decimal
    assert ("no amount here has one or two" in said(reading).get("decimal_mark", "")) == (decimal == ",")
    assert begun(tmp_path / "deals.csv", *rows).map.decimal == "."


@pytest.mark.parametrize("kept", [True, False])
def test_a_kept_order_counts_only_where_nothing_in_the_file_tells(tmp_path: Path, kept: bool) -> None:
    told = DealMap(day_first_if_unclear=kept)
    reading = begun(tmp_path / "deals.csv", UNCLEAR, told=told)
    assert (reading.map.day_first, reading.order_kept) == (kept, True)
    for telling, order in ((("5", "28/12/2026", ""), True), (("5", "12/28/2026", ""), False)):
        reading = begun(tmp_path / "deals.csv", UNCLEAR, telling, told=told)
        assert (reading.map.day_first, reading.order_kept) == (order, False)
    both = begun(tmp_path / "deals.csv", UNCLEAR, ("5", "28/12/2026", ""), ("5", "12/28/2026", ""), told=told)
    assert (both.map.day_first, both.order_kept) == (None, False)
    none = begun(tmp_path / "deals.csv", ("5", "2026-12-11", ""), told=told)
    assert (none.map.day_first, none.order_kept) == (None, False)
