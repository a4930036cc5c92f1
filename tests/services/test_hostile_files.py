"""Files as they should not be: each ends in an import with the bad rows counted, or in one clear line."""

import csv
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from salesops_tui.crm.fields import FIELDS
from salesops_tui.crm.map_file import read_map
from salesops_tui.errors import BadInput, SalesopsError
from salesops_tui.services.importing import ImportReport, ImportRequest, import_deals
from salesops_tui.services.importing_people import import_people
from tests.company import Company
from tests.crm.workbooks import Value, sheet_xml, write_workbook
from tests.hostile import CORPUS
from tests.services.import_desk import GOOD, HEADER, Desk, deal

HEAD = ",".join(HEADER)
FIRST = ",".join(GOOD)
WHOLE = {
    **dict(zip(HEADER, GOOD, strict=True)), "account": "Acme", "currency": "USD", "created_date": "2026-01-05",
    "status": "open", "next_step": "call", "next_step_date": "2026-11-20", "last_meeting_date": "2026-11-02",
    "last_activity_date": "2026-11-03", "economic_buyer": "Priya Rao", "economic_buyer_title": "CFO", "type": "new",
    "segment": "enterprise", "term_months": "12", "close_date_confirmed": "yes", "close_plan": "sign by Friday",
    "requalified_on": "2026-10-01", "loss_reason": "", "competitor": "none", "Region": "West",
}  # fmt: skip


def taken(company: Company, path: Path) -> ImportReport:
    return import_deals(company.context, ImportRequest(path))


def refused(company: Company, path: Path) -> str:
    before = Desk(company, path.parent).tables()
    with pytest.raises(SalesopsError) as error:
        taken(company, path)
    assert Desk(company, path.parent).tables() == before
    said = str(error.value)
    assert "\n" not in said
    return said.replace(str(path.parent) + "/", "")


def rejects(report: ImportReport) -> dict[str, int]:
    return {w.message: w.count for w in report.warnings if w.code == "rejected"}


def other(report: ImportReport) -> dict[str, int]:
    return {w.code: w.count for w in report.warnings if w.code != "rejected"}


@pytest.mark.parametrize("column", [*FIELDS, "Region"])
def test_the_hostile_corpus_in_every_column(company: Company, tmp_path: Path, column: str) -> None:
    path = tmp_path / "deals.csv"
    with path.open("w", newline="", encoding="utf-8", errors="surrogatepass") as file:
        writer = csv.writer(file)
        writer.writerow(WHOLE)
        for number, text in enumerate(CORPUS):
            writer.writerow({**WHOLE, "id": f"D{number}", column: text}.values())
    first = taken(company, path)
    assert first.rows == len(CORPUS) == first.accepted + first.rejected
    assert sum(rejects(first).values()) == first.rejected
    if column in {"name", "account", "next_step", "competitor", "Region", "owner"}:
        assert first.rejected <= 4  # a NUL, and blanks where one is needed
    tables = Desk(company, tmp_path).tables()
    company.later(seconds=5)
    again = taken(company, path)
    assert (again.new, again.changed, again.unchanged) == (0, 0, first.accepted)
    assert Desk(company, tmp_path).tables()["claim"] == tables["claim"]
    if first.rejects_file:
        mended = taken(company.later(seconds=5), Path(first.rejects_file))
        assert (mended.rows, mended.rejected) == (first.rejected, first.rejected)


BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n\r\n", "has no header"),
    "NULs": (b"\0" * 5000, "line 1, column 1: a NUL byte"),
    "mid-quote": (f'{HEAD}\n{FIRST}\nD2,"Acme, Inc'.encode(), "line 3, column 2: a quote opens here"),
    "mid-row": (f"{HEAD}\n{FIRST}\nD2,Acme,lee,4".encode(), "line 3: the file ends in the middle of this row"),
    "first cell of a row": (
        f"{HEAD}\n{FIRST}\nD2".encode(),
        "line 3: the file ends in the middle of this row, after 1 of 7",
    ),
    "mid-character": (f"{HEAD}\n{FIRST}\n".encode("utf-16")[:-1], "line 2: not valid UTF-16"),
    "lone surrogate": (f"{HEAD}\n".encode("utf-16") + b"\x00\xd8A\x00", "line 2: not valid UTF-16"),
    "10,000 columns": (",".join(f"c{i}" for i in range(10_000)).encode(), "10,000 columns; at most 1,000"),
    "twice": (f"{HEAD},ID\n{FIRST},x\n".encode(), "'id' is there more than once"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old (.xls) or password-protected workbook"),
    "compressed": (b"\x1f\x8b\x08" + b"\0" * 60, "compressed (gzip)"),
    "another table": (b"a,b\n1,2\n", "no column for id, name"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_cannot_be_read_is_one_line_and_writes_nothing(company: Company, tmp_path: Path, kind: str) -> None:
    data, said = BAD[kind]
    path = tmp_path / "deals.csv"
    path.write_bytes(data)
    line = refused(company, path)
    assert line.startswith("deals.csv")
    assert said in line


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    import socket

    old = Path.cwd()
    os.chdir(path.parent)  # the name of a socket may not be long
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path.name)
    finally:
        os.chdir(old)


def _zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_folder, "is a folder"),
        (_pipe, "is a pipe or a device"),
        (_socket, "is a socket"),
        (_zero, "is a pipe or a device"),
        (_loop, "cannot be read"),
    ],
)
def test_what_is_no_file_is_not_waited_for(
    company: Company, tmp_path: Path, make: Callable[[Path], None], said: str
) -> None:
    make(tmp_path / "deals.csv")
    assert said in refused(company, tmp_path / "deals.csv")


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ("word/document.xml", "a Word document"),
        ("ppt/presentation.xml", "a PowerPoint presentation"),
        ("xl/workbook.bin", "a binary workbook"),
        ("content.xml", "an OpenDocument file"),
        ("deals.csv", "a ZIP archive"),
    ],
)
def test_another_document_is_called_what_it_is(company: Company, tmp_path: Path, entry: str, what: str) -> None:
    with zipfile.ZipFile(tmp_path / "deals.xlsx", "w") as archive:
        archive.writestr(entry, "<x/>")
    line = refused(company, tmp_path / "deals.xlsx")
    assert line.startswith(f"deals.xlsx is {what}")
    assert line.endswith("a CSV or XLSX file is needed")


def test_a_truncated_workbook_writes_nothing(company: Company, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "deals.xlsx", sheet_xml([HEADER, GOOD]))
    whole = path.read_bytes()
    for length in (40, len(whole) // 2, len(whole) - 3):
        path.write_bytes(whole[:length])
        assert "damaged or incomplete workbook" in refused(company, path)


def test_a_footer_without_a_line_end_is_no_row_cut_off(company: Company, tmp_path: Path) -> None:
    header = "Opportunity ID,Opportunity Name,Opportunity Owner,Amount,Stage,Forecast Category,Close Date"
    foot = "Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."
    (tmp_path / "report.csv").write_text(f"{header}\n006000000000001,{FIRST.partition(',')[2]}\n{foot}")
    report = taken(company, tmp_path / "report.csv")
    assert (report.dialect, report.rows, report.accepted, other(report)["not_a_deal"]) == ("salesforce", 1, 1, 1)


def test_people_cut_off_are_refused(company: Company, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,name,role\nzoe,Zoe Lane,rep\nyan,Yan")
    with pytest.raises(BadInput, match=r"people\.csv, line 3: the file ends in the middle of this row, after 2 of 3"):
        import_people(company.context, tmp_path / "people.csv")


def test_a_file_that_grows_between_looking_and_reading_is_refused(company: Company, tmp_path: Path) -> None:
    path = Desk(company, tmp_path).file(*(deal(f"D{i}") for i in range(1_500)))

    def writer(_done: int, _of: int, what: str) -> None:
        if what == "reading":
            with path.open("a") as file:
                file.write(",".join(deal("late")) + "\n")

    before = Desk(company, tmp_path).tables()
    with pytest.raises(BadInput, match="changed while it was read; import it again once it is complete"):
        import_deals(company.context, ImportRequest(path), writer)
    assert Desk(company, tmp_path).tables() == before


def test_mixed_encodings_are_read_and_said(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    rows = [",".join(deal("D2", name="Łódź")), ",".join(deal("D3", name="Örebro"))]
    path.write_bytes(f"{HEAD}\n{rows[0]}\n{rows[1]}\n".encode() + ",".join(deal("D4", name="Café")).encode("cp1252"))
    report = taken(company, path)
    assert (report.accepted, other(report)["mixed_encodings"]) == (3, 1)
    names = [n for (n,) in company.store.conn.execute("SELECT name FROM detail ORDER BY id")]
    assert names == ["Łódź", "Örebro", "Café"]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_with_and_without_a_mark(company: Company, tmp_path: Path, codec: str) -> None:
    (tmp_path / "deals.csv").write_bytes(f"{HEAD}\r\n{','.join(deal('D1', name='Łódź 🚀'))}\r\n".encode(codec))
    assert taken(company, tmp_path / "deals.csv").accepted == 1
    assert company.store.conn.execute("SELECT name FROM detail").fetchone() == ("Łódź 🚀",)


def test_a_mark_in_the_middle_is_no_part_of_an_id(company: Company, tmp_path: Path) -> None:
    bom = "\ufeff"
    text = f"{bom}{bom}{HEAD}\n{FIRST}\n{bom}{','.join(deal('D2'))}\n{','.join(deal('D3', name=bom + 'A' + bom))}\n"
    (tmp_path / "deals.csv").write_text(text, encoding="utf-8")
    assert taken(company, tmp_path / "deals.csv").accepted == 3
    assert set(Desk(company, tmp_path).now()) == {"D1", "D2", "D3"}


def test_a_nul_and_a_cell_without_end_cost_their_rows(company: Company, tmp_path: Path) -> None:
    desk = Desk(company, tmp_path)
    report = desk.take(GOOD, deal("D2", name="a\0b"), deal("D3", name="x" * 5_000_000), deal("D4"))
    assert (report.accepted, rejects(report)) == (2, {"a NUL byte": 1, "a cell without end": 1})
    assert report.rejects_file
    assert Path(report.rejects_file).stat().st_size < 200_000


def test_a_thousand_rejects_are_counted_by_reason(company: Company, tmp_path: Path) -> None:
    bad = [deal(f"D{i}", amount="much") if i % 2 else deal(f"D{i}", stage=f"Stage {i}") for i in range(1, 1_001)]
    report = Desk(company, tmp_path).take(*bad, deal("LAST"))
    assert (report.rows, report.accepted, report.rejected) == (1_001, 1, 1_000)
    assert rejects(report) == {"amount is not a number": 500, "stage is no stage of the policy": 500}
    assert report.rejects_file
    with Path(report.rejects_file).open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1_001
    assert rows[2][:3] == ["3", "column 'stage': 'Stage 2' is no stage of the policy", "D2"]


def test_a_header_alone_is_an_import_of_nothing(company: Company, tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(HEAD)
    report = taken(company, tmp_path / "deals.csv")
    assert (report.rows, other(report)) == (0, {"no_rows": 1})


@pytest.mark.parametrize(
    ("form", "missing"),
    [
        ("%m/%Y", "no day"), ("%Y", "no day and no month"), ("%d %b", "no year"), ("%H:%M", "no day and no month"),
        ("%m%%d/%Y", "no day"), ("%B %y", "no day"), ("%a %d.%m.", "no year"), ("%j", "no year"),
        ("%d %%Y", "no month and no year"),
    ],
)  # fmt: skip
def test_a_form_of_dates_has_to_name_a_day(tmp_path: Path, form: str, missing: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(f'[columns]\nid = "Id"\n\n[formats]\ndate = "{form}"\n')
    with pytest.raises(BadInput, match=rf"map\.toml, line 5: formats\.date: that names {missing}[^(]*$"):
        read_map(path)


@pytest.mark.parametrize("form", ["%m/%d/%y", "%d. %B %Y", "%Y%m%d", "%Y-%j", "%d-%b-%Y %H:%M", "%x"])
def test_a_form_of_dates_that_names_one_is_taken(tmp_path: Path, form: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(f'[formats]\ndate = "{form}"\n')
    assert read_map(path).date_formats == (form,)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_a_large_file_is_not_held_in_memory(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    note = "the buyer asked for one more review before legal looks at it. " * 480
    with path.open("w") as file:
        file.write(HEAD + ",Note\n")
        file.writelines(f"{','.join(deal(f'D{i}'))},{note}\n" for i in range(3_000))
    assert path.stat().st_size > 85_000_000
    script = "\n".join(
        (
            "import sys; from salesops_tui.cli.main import main",
            "try: main()",
            "finally: print([l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')][0])",
        )
    )
    command = [sys.executable, "-c", script, "--store", str(tmp_path / "big.db")]
    subprocess.run([*command, "init"], check=True, capture_output=True)
    done = subprocess.run([*command, "import", str(path)], capture_output=True, text=True, check=True)
    assert "3,000 rows: 3,000 new" in done.stdout
    assert int(done.stdout.split()[-1]) < 150_000  # kB


def test_an_id_that_a_spreadsheet_has_changed_is_not_taken(company: Company, tmp_path: Path) -> None:
    rows: list[list[Value]] = [
        [12345678901234567, *GOOD[1:]],
        [123456789012345, *GOOD[1:]],
        ["12345678901234568", *GOOD[1:]],
    ]
    report = taken(company, write_workbook(tmp_path / "deals.xlsx", sheet_xml([HEADER, *rows])))
    assert set(Desk(company, tmp_path).now()) == {"123456789012345", "12345678901234568"}
    assert rejects(report) == {
        "id is a number of more than 15 digits, whose end Excel has changed; keep ids as text": 1
    }
    assert other(report)["altered_numbers"] == 1


def test_an_id_in_scientific_notation_is_not_taken(company: Company, tmp_path: Path) -> None:
    report = Desk(company, tmp_path).take(deal("1.23457E+11"), deal("1,23E+11"), deal("E+11"), deal("1E5"))
    assert report.rejected == 2
    assert set(Desk(company, tmp_path).now()) == {"E+11", "1E5"}
