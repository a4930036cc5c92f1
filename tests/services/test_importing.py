"""Deals from files through the service: the report, the store after it, and everything that is refused."""

import csv
import gc
import json
import tracemalloc
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesops_tui.domain.calendar import to_moment
from salesops_tui.domain.people import Person
from salesops_tui.errors import Refused, SalesopsError, StoreProblem, WrongUsage
from salesops_tui.services.context import Context
from salesops_tui.services.importing import ImportRequest, import_deals
from salesops_tui.services.verifying import verify_store
from salesops_tui.store import evidence
from salesops_tui.store import people as store_people
from tests.company import Company
from tests.crm.workbooks import sheet_xml, write_workbook
from tests.hostile import CORPUS
from tests.services.import_desk import GOOD, HEADER, Desk, deal


@pytest.fixture
def desk(company: Company, tmp_path: Path) -> Desk:
    folder = tmp_path / "files"
    folder.mkdir()
    return Desk(company, folder)


def test_the_report_has_the_shape_of_the_contract(desk: Desk) -> None:
    report = desk.take(GOOD, deal("D2", amount="x"), deal("D3", owner="Jo Doe"))
    plain = report.as_plain()
    assert list(plain) == [
        "file", "sha256", "dialect", "as_of", "full", "dry_run", "rows", "accepted", "rejected", "rejects_file", "new",
        "changed", "unchanged", "removed", "warnings", "columns", "dialect_reasons", "mapping", "id_prefix",
    ]  # fmt: skip
    assert json.loads(json.dumps(plain)) == plain
    assert (plain["file"], plain["dialect"]) == (str(desk.folder / "deals.csv"), "canonical")
    assert plain["as_of"] == "2026-11-09T08:00:00+00:00"
    assert (plain["rows"], plain["accepted"], plain["rejected"], plain["new"]) == (3, 2, 1, 2)
    assert plain["rejects_file"] == str(desk.folder / "deals.csv.rejects.csv")
    assert plain["columns"]["close_date"] == "close_date"
    assert plain["columns"]["account"] is None
    assert {w["code"]: w["count"] for w in plain["warnings"]} == {"owner_unknown": 1, "rejected": 1}
    assert "Jo Doe (1)" in plain["warnings"][0]["message"]


def test_deals_are_in_the_store_as_the_file_says(desk: Desk) -> None:
    desk.take(GOOD, deal("W", stage="7", category="closed"), deal("U", owner="Jo Doe"))
    assert desk.now() == {
        "D1": ("lee", 4_200_000, "2026-12-11", 0, 3),
        "W": ("lee", 4_200_000, "2026-12-11", 1, 4),
        "U": ("unassigned", 4_200_000, "2026-12-11", 0, 3),
    }
    kept = desk.company.store.conn.execute("SELECT owner_text FROM detail WHERE owner_text <> ''").fetchall()
    assert kept == [("Jo Doe",)]
    assert verify_store(desk.company.context)[0] == []


def test_the_record_and_the_import_hold_what_was_done(desk: Desk) -> None:
    report = desk.take(GOOD, deal("D2", amount="x"))
    conn = desk.company.store.conn
    change, body, digest = conn.execute("SELECT change, body, rows_hash FROM record ORDER BY seq DESC").fetchone()
    entry = json.loads(body)
    assert {
        "kind": "import",
        "actor": "olga",
        "sha256": report.sha256,
        "new": 1,
        "rejected": 1,
    }.items() <= entry.items()
    assert digest == evidence.rows_hash(conn, change, "import")
    row = conn.execute("SELECT rows, accepted, rejected, new, source, is_full, sha256 FROM import").fetchone()
    assert row == (2, 1, 1, 1, "crm", 0, report.sha256)
    line, reason, raw = conn.execute("SELECT line, reason, raw FROM reject").fetchone()
    assert (line, reason) == (3, "column 'amount': 'x' is not a number")
    assert raw == "D2,Acme,lee,x,6,commit,2026-12-11"


def test_the_same_file_for_the_same_moment_changes_nothing_and_says_so(desk: Desk) -> None:
    desk.take(GOOD, deal("D2"), as_of="2026-11-08")
    before = desk.tables()
    desk.company.later(hours=3)
    again = desk.take(GOOD, deal("D2"), as_of="2026-11-08", yes=True)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    assert "same_file" in {w.code for w in again.warnings}
    assert desk.tables() == before


def test_it_also_changes_nothing_after_another_file_for_that_moment(desk: Desk) -> None:
    desk.take(GOOD, as_of="2026-11-08")
    desk.take(deal("D1", amount="1"), as_of="2026-11-08")
    assert desk.now()["D1"][1] == 100
    before = desk.tables()
    desk.take(GOOD, as_of="2026-11-08")
    assert desk.tables() == before


def test_the_same_file_read_by_another_map_is_another_delivery(desk: Desk) -> None:
    desk.take(GOOD, as_of="2026-11-08")
    (desk.folder / "map.toml").write_text('[values.category]\ncommit = "best_case"\n')
    assert desk.take(GOOD, as_of="2026-11-08", map=desk.folder / "map.toml").changed == 1


def test_a_week_later_only_what_differs_counts_as_changed(desk: Desk) -> None:
    desk.take(GOOD, deal("D2"), deal("D3"))
    desk.company.later(days=7)
    report = desk.take(GOOD, deal("D2", amount="1"), deal("D3"), deal("D4"))
    assert (report.new, report.changed, report.unchanged) == (1, 1, 2)
    assert desk.company.store.conn.execute("SELECT count(*) FROM claim").fetchone() == (5,)
    assert verify_store(desk.company.context)[0] == []


def test_a_dry_run_writes_nothing_and_reports_the_same(desk: Desk) -> None:
    desk.take(GOOD, deal("D2"))
    desk.company.later(days=7)
    before, files = desk.tables(), sorted(desk.folder.iterdir())
    rows = (deal("D1", amount="7"), deal("D3"), deal("D4", amount="x"))
    dry = desk.take(*rows, dry_run=True, full=True, yes=True)
    assert desk.tables() == before
    assert sorted(desk.folder.iterdir()) == files
    assert (dry.new, dry.changed, dry.unchanged, dry.removed, dry.rejected) == (1, 1, 0, 1, 1)
    wet = desk.take(*rows, full=True, yes=True)
    assert dry.as_plain() | {"dry_run": False, "rejects_file": wet.rejects_file} == wet.as_plain()


def test_a_dry_run_works_on_a_store_that_is_open_for_reading(desk: Desk) -> None:
    from salesops_tui.store.connection import open_store

    company = desk.company
    context = Context(open_store(company.path, read_only=True), company.people["olga"], company.clock)
    assert import_deals(context, ImportRequest(desk.file(GOOD), dry_run=True)).new == 1
    with pytest.raises(StoreProblem, match="read-only"):
        import_deals(context, ImportRequest(desk.file(GOOD)))
    context.store.close()


def test_only_ops_leads_import(desk: Desk) -> None:
    for who in ("dana", "lee"):
        context = desk.company.acting_as(who)
        with pytest.raises(Refused, match="an import is for ops leads"):
            import_deals(context, ImportRequest(desk.file(GOOD)))
        context.store.close()


@pytest.mark.parametrize(
    ("as_of", "kind", "said"),
    [
        ("2026-11-10", Refused, "still to come"),
        ("2026-11-09T08:00:01", Refused, "still to come"),
        ("2027-01-01", Refused, "still to come"),
        ("lately", WrongUsage, "not a moment"),
    ],
)
def test_a_moment_to_come_is_refused(desk: Desk, as_of: str, kind: type[SalesopsError], said: str) -> None:
    before = desk.tables()
    with pytest.raises(kind, match=said):
        desk.take(GOOD, as_of=as_of)
    assert desk.tables() == before


@pytest.mark.parametrize("as_of", ["2026-11-09", "today", None, "2026-11-09T08:00"])
def test_todays_date_is_cut_off_at_now(desk: Desk, as_of: str | None) -> None:
    assert desk.take(GOOD, as_of=as_of).as_of == "2026-11-09T08:00:00+00:00"


def test_a_bare_date_is_the_end_of_its_day(desk: Desk) -> None:
    assert desk.take(GOOD, as_of="2026-11-01").as_of == "2026-11-01T23:59:59.999999+00:00"
    (valid_from,) = desk.company.store.conn.execute("SELECT valid_from FROM deal_state").fetchone()
    assert valid_from == to_moment(desk.company.time.replace(day=2, hour=0)) - 1


def test_an_older_file_of_the_same_source_is_refused(desk: Desk) -> None:
    desk.take(GOOD, as_of="2026-11-03")
    desk.take(GOOD, as_of="2026-11-05")
    before = desk.tables()
    for dry_run in (False, True):
        with pytest.raises(Refused, match=r"describes 2026-11-04T23:59.* of the source 'crm' is newer \(2026-11-05"):
            desk.take(deal("D2"), as_of="2026-11-04", dry_run=dry_run)
    assert desk.tables() == before
    assert desk.take(deal("D2"), as_of="2026-11-05").new == 1
    assert desk.take(deal("D3"), as_of="2026-11-01", source="emea").new == 1


@pytest.mark.parametrize("full", [False, True])
def test_a_file_of_which_no_row_can_be_taken_is_no_import_and_blocks_none(desk: Desk, full: bool) -> None:
    desk.take(GOOD, as_of="2026-11-03")
    before = desk.tables()
    told = desk.take(deal("D2", amount="x"), ("?",), as_of="2026-11-06", full=full)
    assert (told.accepted, told.rejected, told.removed) == (0, 2, 0)
    assert "nothing_taken" in [w.code for w in told.warnings]
    assert told.rejects_file is not None
    assert "'x' is not a number" in Path(told.rejects_file).read_text(encoding="utf-8-sig")
    assert desk.tables() == before
    looked = desk.take(deal("D2", amount="x"), ("?",), as_of="2026-11-06", full=full, dry_run=True)
    assert looked.removed == 0
    assert desk.take(deal("D2"), as_of="2026-11-05").new == 1
    assert set(desk.now()) == {"D1", "D2"}


def test_a_header_alone_blocks_no_older_file_unless_it_is_all_of_its_source(desk: Desk) -> None:
    desk.take(GOOD, as_of="2026-11-03")
    desk.take(as_of="2026-11-06")
    assert desk.take(deal("D2"), as_of="2026-11-05").new == 1
    assert desk.take(as_of="2026-11-06", full=True, yes=True).removed == 2
    with pytest.raises(Refused, match="is newer"):
        desk.take(deal("D2"), as_of="2026-11-05")


def test_an_undone_import_does_not_stand_in_the_way(desk: Desk) -> None:
    from salesops_tui.store import record, tracks

    desk.take(GOOD, as_of="2026-11-05")
    company = desk.company
    with company.store.write() as conn:
        (change,) = conn.execute("SELECT change FROM import").fetchone()
        undo = company.context.change("undo_import")
        record.withdraw(conn, change, undo)
        tracks.rebuild(conn, company.context.policies, [1])
        record.write_record(conn, undo, {})
    assert desk.now() == {}
    again = desk.take(GOOD, as_of="2026-11-05", dry_run=True)
    assert (again.new, again.changed) == (1, 0)
    again = desk.take(GOOD, deal("D2"), as_of="2026-11-04")
    assert (again.new, again.changed) == (2, 0)
    assert set(desk.now()) == {"D1", "D2"}
    assert verify_store(company.context)[0] == []


def test_strict_takes_all_or_nothing(desk: Desk) -> None:
    before = desk.tables()
    with pytest.raises(Refused, match=r"1 of 2 rows were rejected, so nothing was written \(--strict\)") as refused:
        desk.take(GOOD, deal("D2", amount="x"), strict=True)
    assert desk.tables() == before
    rejects = desk.folder / "deals.csv.rejects.csv"
    assert str(rejects) in str(refused.value)
    assert rejects.exists()
    assert desk.take(GOOD, strict=True).new == 1


def test_the_second_row_of_an_id_is_rejected_also_far_apart(desk: Desk) -> None:
    rows = [deal(f"D{i}") for i in range(2_500)]
    report = desk.take(*rows, deal("D3", amount="1"), rows[2_400], rows[2_400])
    assert (report.rows, report.accepted, report.rejected) == (2_503, 2_500, 3)
    assert report.warnings[-1].message == "an id that stands there already"
    assert report.rejects_file is not None
    with Path(report.rejects_file).open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert [line[:3] for line in lines[1:]] == [
        ["2502", "the id stands on line 5 already", "D3"],
        ["2503", "the id stands on line 2402 already", "D2400"],
        ["2504", "the id stands on line 2402 already", "D2400"],
    ]
    assert desk.now()["D3"][1] == 4_200_000


def test_a_header_in_the_middle_is_called_so(desk: Desk) -> None:
    report = desk.take(GOOD, HEADER, deal("D2"))
    assert (report.accepted, report.rejected) == (2, 1)
    assert report.warnings[-1].message == "the header once more"


def test_a_mended_rejects_file_goes_in(desk: Desk) -> None:
    report = desk.take(GOOD, deal("D2", amount="x", name="=cmd|'/C calc'!A0"))
    assert report.rejects_file is not None
    mended = Path(report.rejects_file)
    text = mended.read_text(encoding="utf-8-sig").replace(",x,", ",17,", 1)
    mended.write_text(text, encoding="utf-8-sig")
    desk.company.later(minutes=5)
    again = import_deals(desk.company.context, ImportRequest(mended))
    assert (again.new, again.rejected) == (1, 0)
    names = {n for (n,) in desk.company.store.conn.execute("SELECT name FROM detail")}
    assert names == {"Acme", "=cmd|'/C calc'!A0"}


def test_a_header_alone_is_said(desk: Desk) -> None:
    report = desk.take()
    assert (report.rows, report.accepted) == (0, 0)
    assert [w.code for w in report.warnings] == ["no_rows"]


def test_hostile_names_are_stored_as_they_are(desk: Desk) -> None:
    texts = [t for t in CORPUS if t.strip() and "\0" not in t and "\ud800" not in t and len(t) < 60_000]
    report = desk.take(*(deal(f"D{i}", name=t) for i, t in enumerate(texts)), deal("N", name="a\0b"))
    assert (report.new, report.rejected) == (len(texts), 1)
    names = [n for (n,) in desk.company.store.conn.execute("SELECT name FROM detail ORDER BY id")]
    assert names == [t.strip() for t in texts]


def test_a_workbook_is_taken_like_a_csv(desk: Desk) -> None:
    rows: list[list[Any]] = [list(HEADER), ["D1", "Acme", "lee", 42000, 6, "commit", date(2026, 12, 11)]]
    path = write_workbook(desk.folder / "deals.xlsx", sheet_xml(rows))
    assert import_deals(desk.company.context, ImportRequest(path)).new == 1
    desk.company.later(days=1)
    assert desk.take(GOOD).unchanged == 1


def test_extra_columns_are_kept_and_absent_ones_left_alone(desk: Desk) -> None:
    header = (*HEADER, "next_step", "Region")
    desk.take((*GOOD, "call", "West"), header=header)
    desk.company.later(days=1)
    assert desk.take(GOOD).unchanged == 1
    desk.company.later(days=1)
    assert desk.take((*GOOD, "", "West"), header=header).changed == 1
    kept = desk.company.store.conn.execute("SELECT next_step, extra FROM detail ORDER BY id DESC").fetchone()
    assert kept == ("", '{"Region":"West"}')


@pytest.mark.parametrize(("dialect", "kind"), [("zoho", WrongUsage), ("", WrongUsage)])
def test_an_unknown_dialect_is_wrong_usage(desk: Desk, dialect: str, kind: type[SalesopsError]) -> None:
    with pytest.raises(kind, match="there are auto, canonical"):
        desk.take(GOOD, dialect=dialect)


@pytest.mark.parametrize("source", ["", " ", "x" * 61])
def test_a_source_needs_a_name(desk: Desk, source: str) -> None:
    with pytest.raises(WrongUsage, match="a source needs a name"):
        desk.take(GOOD, source=source)


def test_progress_is_told_often_and_may_stop_it(desk: Desk) -> None:
    rows = [deal(f"D{i}") for i in range(20_000)]
    told: list[tuple[int, int, str]] = []
    path = desk.file(*rows)
    import_deals(desk.company.context, ImportRequest(path, dry_run=True), lambda *step: told.append(step))
    assert len(told) >= 20
    assert all(0 <= done <= of for done, of, _ in told)
    before = desk.tables()
    for stop_at in ("reading", "writing deals", "writing history", "writing the record"):

        def stopping(done: int, of: int, what: str, stop_at: str = stop_at) -> None:
            if what == stop_at:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            import_deals(desk.company.context, ImportRequest(path), stopping)
        assert desk.tables() == before
        assert desk.company.store.conn.execute("SELECT count(*) FROM temp.sqlite_master").fetchone() == (0,)
    assert import_deals(desk.company.context, ImportRequest(path)).new == 20_000


def test_an_import_lays_its_claims_under_inspections_held_since(desk: Desk) -> None:
    desk.take(GOOD, as_of="2026-11-08")
    desk.company.fail("D1")
    assert desk.now()["D1"][-1] == 2
    desk.company.later(hours=1)
    desk.take(deal("D1", amount="50000"), as_of="2026-11-09T07:00")
    assert desk.now()["D1"][1:] == (5_000_000, "2026-12-11", 0, 2)
    desk.company.later(hours=1)
    desk.take(deal("D1", amount="60000"))
    assert desk.now()["D1"][1:] == (6_000_000, "2026-12-11", 0, 2)
    assert verify_store(desk.company.context)[0] == []


def test_a_rejected_row_is_kept_as_one_row_of_csv(desk: Desk) -> None:
    desk.take(GOOD, deal("D2", name="two\nlines\r", amount='a,"b'))
    (raw,) = desk.company.store.conn.execute("SELECT raw FROM reject").fetchone()
    assert list(csv.reader([raw])) == [list(deal("D2", name="two\nlines\r", amount='a,"b'))]


def test_a_joined_file_that_changed_makes_another_delivery(desk: Desk) -> None:
    header = (*HEADER, "AccountId")
    accounts = desk.folder / "Account.csv"
    (desk.folder / "map.toml").write_text(
        '[columns]\naccount = "A.Name"\n[join.A]\nfile = "Account.csv"\nkey = "AccountId"\nmatch = "Id"\n'
    )
    options: dict[str, Any] = {"header": header, "map": desk.folder / "map.toml", "as_of": "2026-11-08"}
    accounts.write_text("Id,Name\nA1,Acme\n")
    desk.take((*GOOD, "A1"), **options)
    assert desk.take((*GOOD, "A1"), **options).unchanged == 1
    accounts.write_text("Id,Name\nA1,Acme Ltd\n")
    assert desk.take((*GOOD, "A1"), **options).changed == 1
    assert desk.company.store.conn.execute("SELECT account FROM detail ORDER BY id DESC").fetchone() == ("Acme Ltd",)


def test_memory_does_not_grow_with_rows_that_are_rejected(desk: Desk) -> None:
    path = desk.folder / "deals.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADER) + "\n")
        file.writelines(f"D{i},{'🚀' * 1_000_000},lee,1,6,commit,2026-12-11\n" for i in range(30))
    gc.disable()
    tracemalloc.start()
    try:
        report = import_deals(desk.company.context, ImportRequest(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.enable()
    assert report.rejected == 30
    assert peak < 80_000_000


def test_people_who_came_meanwhile_are_known(desk: Desk) -> None:
    assert len(desk.company.context.people) > 1
    other = desk.company.acting_as("olga")
    with other.store.write() as conn:
        store_people.add_person(conn, Person(0, "kim", "Kim Yu"))
    assert desk.take(deal("D1", owner="Kim Yu")).warnings == []
    other.store.close()
