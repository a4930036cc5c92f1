"""What is exported comes back as it was: every field, whatever it holds."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesops_tui.crm.canonical_file import OTHER_COLUMNS
from salesops_tui.crm.outgoing import csv_text, workbook
from salesops_tui.services.context import find_scope
from salesops_tui.services.exporting import Export, export_deals, export_minutes, export_movement
from salesops_tui.services.importing import ImportReport, ImportRequest, import_deals
from salesops_tui.services.minutes import minutes_of
from salesops_tui.services.movement import commit_movement
from salesops_tui.services.movement_words import describe_movement
from tests.company import Company
from tests.hostile import CORPUS

TEXTS = (
    "id", "name", "account", "owner", "next_step", "economic_buyer", "economic_buyer_title", "type", "segment",
    "close_plan", "loss_reason", "competitor", "Region ", "=cmd|x", "stage name",
)  # fmt: skip
OTHERS = {
    "amount": ["1234.56", "0", "99999999999.99", "5"],
    "currency": ["USD", ""],
    "stage": ["5", "6", "4"],
    "category": ["commit", "best_case", "pipeline", "omitted"],
    "close_date": ["2026-12-11", "2027-02-28", "1990-01-01"],
    "created_date": ["2026-02-28", ""],
    "status": ["open", ""],
    "next_step_date": ["2026-11-20", ""],
    "last_meeting_date": ["2026-11-01", ""],
    "last_activity_date": ["2026-11-02", ""],
    "term_months": ["12", "", "0"],
    "close_date_confirmed": ["yes", "", "2026-12-01"],
    "requalified_on": ["2026-10-01", ""],
}
HEADER = (*TEXTS, *OTHERS)
WRITABLE = [text for text in CORPUS if "\0" not in text and not any(0xD800 <= ord(c) < 0xE000 for c in text)]


def bring(company: Company, path: Path, **options: Any) -> ImportReport:
    return import_deals(company.context, ImportRequest(path, dialect="canonical", **options))


def write_rows(path: Path, header: tuple[str, ...], rows: list[list[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def whole_export(company: Company) -> Export:
    context = company.context
    now = context.now()
    return export_deals(context, find_scope(context, None, now), None, now)


def save(export: Export, folder: Path, form: str) -> Path:
    path = folder / f"export.{form}"
    table = export.tables[0]
    if form == "csv":
        path.write_bytes(csv_text(table.columns, table.rows).encode())
    else:
        path.write_bytes(workbook([table]).content)
    return path


def known(company: Company) -> dict[str, Any]:
    """Everything that the store holds of its deals now, as the export's document has it."""
    return {deal["id"]: deal for deal in whole_export(company).document["deals"]}


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Company]:
    (tmp_path / "other").mkdir()
    company = Company(tmp_path / "other" / "store.db")
    yield company
    company.store.close()


def comes_back(company: Company, other: Company, folder: Path, form: str) -> None:
    """An import of the export changes nothing here, and makes the same deals elsewhere."""
    path = save(whole_export(company), folder, form)
    again = bring(company.later(hours=1), path)
    assert (again.new, again.changed, again.rejected) == (0, 0, 0)
    assert again.unchanged == len(known(company))
    elsewhere = bring(other.later(hours=1), path)
    assert elsewhere.rejected == 0
    assert known(other) == known(company)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_field_comes_back_whatever_it_holds(company: Company, other: Company, tmp_path: Path, form: str) -> None:
    texts = WRITABLE if form == "csv" else [t for t in WRITABLE if "\uffff" not in t]
    rows = []
    for number, text in enumerate(texts):
        cells = [f"D{number}", text.strip() or "named", text, text.strip() or "nobody", *[text] * (len(TEXTS) - 4)]
        cells += [values[number % len(values)] for values in OTHERS.values()]
        rows.append(cells)
    report = bring(company, write_rows(tmp_path / "in.csv", HEADER, rows))
    assert report.accepted == len(texts), report.warnings
    comes_back(company, other, tmp_path, form)


_cell = st.one_of(st.sampled_from(WRITABLE), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
_row = st.tuples(*[_cell] * len(TEXTS), *[st.sampled_from(values) for values in OTHERS.values()])


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=st.lists(_row, min_size=1, max_size=5))
def test_any_table_comes_back(tmp_path_factory: pytest.TempPathFactory, form: str, rows: list[tuple[str, ...]]) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "o").mkdir()
    here, there = Company(folder / "store.db"), Company(folder / "o" / "store.db")
    try:
        cells = [[f"D{n}{row[0]}", f"N{row[1]}", row[2], f"x{row[3]}", *row[4:]] for n, row in enumerate(rows)]
        if form == "xlsx":
            cells = [[_for_a_workbook(cell) for cell in row] for row in cells]
        bring(here, write_rows(folder / "in.csv", HEADER, cells))
        comes_back(here, there, folder, form)
    finally:
        here.store.close()
        there.store.close()


def _for_a_workbook(cell: str) -> str:
    """Leave out what no workbook can hold, and what its own escapes look like."""
    return cell.replace("\ufffe", "").replace("\uffff", "").replace("_x", "x")


def test_columns_that_cannot_stand_beside_the_fields_come_back(
    company: Company, other: Company, tmp_path: Path
) -> None:
    map_file = tmp_path / "map.toml"
    map_file.write_text('[columns]\ncategory = "Forecast"\n')
    header = ("id", "name", "owner", "amount", "stage", "Forecast", "close_date", "Category", "a;b", OTHER_COLUMNS)
    row = ["D1", "N", "lee", "5", "6", "commit", "2026-12-11", "Strategic", "x", "loose"]
    bring(company, write_rows(tmp_path / "in.csv", header, [row]), map=map_file)
    extra = {"Category": "Strategic", "a;b": "x", OTHER_COLUMNS: "loose"}
    assert known(company)["D1"]["extra"] == extra
    assert whole_export(company).tables[0].columns[-1] == OTHER_COLUMNS
    for form in ("csv", "xlsx"):
        comes_back(company, other, tmp_path, form)


def test_a_won_deal_keeps_the_owner_that_its_file_names(company: Company, other: Company, tmp_path: Path) -> None:
    company.claim("D1", status="won", stage="7", owner="lee")
    company.later(days=1).claim("D1", owner="ana")
    comes_back(company, other, tmp_path, "csv")
    assert known(company)["D1"]["owner"] == "ana"


def test_amounts_in_another_currency_go_out_as_they_came(company: Company, tmp_path: Path) -> None:
    company.claim("D1", amount=100)
    with company.store.write() as conn:
        conn.execute("DROP TRIGGER claim_no_update")
        conn.execute("UPDATE claim SET currency = 'JPY', original = 15000")
    row = known(company)["D1"]
    assert (row["amount"], row["currency"]) == ("15000", "JPY")


def test_deals_that_are_gone_from_the_crm_are_left_out(company: Company) -> None:
    company.claim("D1")
    company.claim("D2")
    company.later(days=1).claim("D2", status="removed")
    assert set(known(company)) == {"D1"}


def test_a_workbook_says_how_many_cells_it_could_not_hold(company: Company) -> None:
    company.claim("D1", name="x" * 40_000, account="\uffff")
    assert workbook(whole_export(company).tables).lossy == 2


def test_nothing_that_a_spreadsheet_runs_leaves_as_it_is(company: Company) -> None:
    company.claim("D1", name="=cmd|'/C calc'!A0", account="@SUM(A1)", competitor="-2+3")
    table = whole_export(company).tables[0]
    cells = next(iter(list(csv.reader(io.StringIO(csv_text(table.columns, table.rows))))[1:]))
    assert [c for c in cells if c[:1] in "=+-@\t\r" and c] == []


def test_a_movement_leaves_as_its_deals_and_its_lines(company: Company) -> None:
    company.claim("D1", amount=100)
    start = company.clock()
    company.later(days=1).claim("D1", amount=130, account="=1+1")
    period = company.context.calendar.current_period(start)
    scope = find_scope(company.context, None, start)
    document = describe_movement(
        company.context, commit_movement(company.context, scope, period, start, company.clock())
    )
    found = export_movement(document)
    deals, lines = found.tables
    row = dict(zip(deals.columns, next(iter(deals.rows)), strict=True))
    assert (row["cause"], str(row["amount"]), str(row["amount_after"])) == ("increased", "30.00", "130.00")
    assert [(line[0], str(line[1])) for line in lines.rows if line[1]] == [
        ("start", "100.00"), ("increased", "30.00"), ("end", "130.00"),
    ]  # fmt: skip
    assert "| increased | 30.00 | 1 |" in found.markdown()
    assert json.loads(json.dumps(found.document)) == document


def test_minutes_leave_as_what_was_asked_and_not_asked(company: Company) -> None:
    company.claim("D1", amount=100)
    company.claim("D2", amount=50, name="[/x] | *y*")
    company.later(hours=1).fail("D1", by="dana")
    from salesops_tui.services.calls import end_call
    from salesops_tui.store.calls import all_calls

    call = end_call(company.acting_as("dana"), all_calls(company.store.conn)[0])
    found = export_minutes(minutes_of(company.context, call))
    asked, missed, _, figures = (list(table.rows) for table in found.tables)
    assert [(row[0], row[5], row[7]) for row in asked] == [("D1", "failed", "best_case")]
    assert [(row[0], str(row[2])) for row in missed] == [("D2", "50.00")]
    assert ("commit", "150.00", "50.00") in [tuple(map(str, row)) for row in figures]
    assert found.markdown().startswith("# Dana Ruiz")
