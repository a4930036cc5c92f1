import os
import zipfile
from datetime import date
from pathlib import Path

import pytest

from salesops_tui.crm.amounts import amount_reader
from salesops_tui.crm.source import look_through
from salesops_tui.crm.table import MAX_CELL, open_table
from salesops_tui.errors import BadInput
from tests.crm.reading import cells, problems, read
from tests.crm.workbooks import raw_sheet, sheet_xml, write_workbook
from tests.hostile import CORPUS


def test_typed_cells_become_plain_text(tmp_path: Path) -> None:
    rows = [
        ["id", "amount", "close", "flag", "note"],
        ["007", 15000, date(2026, 12, 11), True, " kept as it is "],
        [8, 1234.56, date(2024, 2, 29), False, None],
        [9, 0.1 + 0.2, None, None, "'=1+1"],
    ]
    path = write_workbook(tmp_path / "deals.xlsx", sheet_xml(rows))
    assert cells(path) == [
        ["007", "15000", "2026-12-11", "TRUE", " kept as it is "],
        ["8", "1234.56", "2024-02-29", "FALSE", ""],
        ["9", "0.3", "", "", "=1+1"],
    ]


def test_a_number_stays_one_under_a_decimal_comma(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "deals.xlsx", sheet_xml([["amount"], [1234.5], ["1.234,50"]]))
    read_amount = amount_reader("EUR", ",")
    assert [read_amount(row[0], "") for row in cells(path)] == [("EUR", 123450), ("EUR", 123450)]


def test_lines_are_rows_of_the_sheet(tmp_path: Path) -> None:
    rows = [[], [], ["", "id", "name"], [], ["", "1", "a"], ["", " ", ""], ["", "2", "b"]]
    header, found = read(write_workbook(tmp_path / "deals.xlsx", sheet_xml(rows)))
    assert header == ("id", "name")
    assert [(row.line, row.cells) for row in found] == [(5, ["1", "a"]), (7, ["2", "b"])]


def test_hostile_text_comes_through(tmp_path: Path) -> None:
    texts = [t for t in CORPUS if t.strip() and t.isprintable()]
    path = write_workbook(tmp_path / "deals.xlsx", sheet_xml([["id", "name"], *([i, t] for i, t in enumerate(texts))]))
    assert [row[1] for row in cells(path)] == texts


def test_the_first_visible_sheet_with_anything_on_it_is_read(tmp_path: Path) -> None:
    sheets = [sheet_xml([["secret"]]), sheet_xml([]), sheet_xml([["id"], ["1"]]), sheet_xml([["other"]])]
    path = write_workbook(tmp_path / "deals.xlsx", *sheets, hidden=[1])
    assert read(path)[0] == ("id",)


def test_other_sheets_are_said(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "deals.xlsx", sheet_xml([["id"], ["1"]]), sheet_xml([["x"]]))
    with open_table(look_through(path, "deals.xlsx")) as table:
        assert table.notices == [("other_sheets", "only the sheet 'S1' was read; the other sheets were not", 1)]


def test_a_huge_cell_costs_its_row(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "deals.xlsx", sheet_xml([["id", "name"], ["1", "x" * 5_000_000], ["2", "b"]]))
    _, rows = read(path)
    assert [bool(row.problem) for row in rows] == [True, False]
    assert f"at most {MAX_CELL:,}" in problems(rows)[0]


# A cell a million rows down: the library would hold every cell in between.
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (FAR, "needs more than 256 MB or 120 seconds to unpack; save the sheet as CSV"),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="ALM1"><v>1</v></c></row>', "1,001 columns; at most 1,000"),
        ("", "no sheet with anything on it"),
    ],
)
def test_a_sheet_that_cannot_be_taken(tmp_path: Path, rows: str, said: str) -> None:
    with pytest.raises(BadInput, match=r"^deals\.xlsx.*") as refused:
        read(write_workbook(tmp_path / "deals.xlsx", raw_sheet(rows)))
    assert said in str(refused.value)


def test_a_bomb_is_seen_before_it_is_unpacked(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "deals.xlsx", sheet_xml([["id"]]))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/x.bin", "w") as entry:
        for _ in range(450):
            entry.write(bytes(2**20))
    assert path.stat().st_size < 2_000_000
    with pytest.raises(BadInput, match="unpacks to 450 MB; at most 400 are taken"):
        read(path)


def test_a_bomb_that_lies_about_its_size_ends_with_its_own_process(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "deals.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        sheet = "xl/worksheets/sheet1.xml"
        with archive.open(sheet, "w") as entry:
            start, _, end = raw_sheet("|").encode().partition(b"|")
            entry.write(start)
            for _ in range(500):
                entry.write(b'<row><c t="inlineStr"><is><t>some text in a cell</t></is></c></row>' * 16_000)
            entry.write(end)
        size = archive.getinfo(sheet).file_size
    assert size > 400 << 20
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (10_000).to_bytes(4, "little")))
    with pytest.raises(BadInput, match=r"^deals\.xlsx"):
        read(path)


@pytest.mark.parametrize("keep", [10, 200, -30])
def test_a_truncated_workbook_is_one_line(tmp_path: Path, keep: int) -> None:
    path = write_workbook(tmp_path / "deals.xlsx", sheet_xml([["id"], ["1"]]))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadInput, match="damaged or incomplete workbook"):
        read(path)


def test_another_archive_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "deals.xlsx", "w") as archive:
        archive.writestr("deals.csv", "id\n1\n")
    with pytest.raises(BadInput, match="is a ZIP archive; a CSV or XLSX file is needed"):
        read(tmp_path / "deals.xlsx")


def test_a_workbook_without_its_sheet_is_one_line(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "deals.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook><nonsense")
    with pytest.raises(BadInput, match=r"no workbook that can be read|no sheet"):
        read(tmp_path / "deals.xlsx")


def test_a_workbook_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "deals.xlsx", sheet_xml([["id"], ["1"]]))
    with open_table(look_through(path, "deals.xlsx")) as table:
        os.utime(path, ns=(1, 1))
        with pytest.raises(BadInput, match="changed while it was read"):
            list(table.rows())
