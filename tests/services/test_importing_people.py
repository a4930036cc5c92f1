"""People, reporting lines and quotas from files."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from salesops_tui.domain.calendar import BEGINNING, Moment, to_moment
from salesops_tui.domain.people import Role
from salesops_tui.errors import BadInput, Refused
from salesops_tui.services.importing_people import TableReport, import_people, import_quotas
from salesops_tui.services.verifying import verify_store
from salesops_tui.store import people as store_people
from tests.company import Company
from tests.crm.workbooks import sheet_xml, write_workbook

HEADER = ("id", "name", "email", "login", "manager", "role", "region", "segment")


class Staff:
    """Somebody with people and quotas files."""

    def __init__(self, company: Company, folder: Path) -> None:
        self.company = company
        self.folder = folder

    def file(self, *rows: Sequence[str], header: Sequence[str] = HEADER) -> Path:
        path = self.folder / "people.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *((*row, *[""] * (len(header) - len(row))) for row in rows)])
        return path

    def take(self, *rows: Sequence[str], header: Sequence[str] = HEADER, **options: Any) -> TableReport:
        return import_people(self.company.context, self.file(*rows, header=header), **options)

    def quotas(self, *rows: Sequence[str], **options: Any) -> TableReport:
        path = self.file(*rows, header=("person", "period", "amount"))
        return import_quotas(self.company.context, path, **options)

    def roles(self) -> dict[str, str]:
        return {p.key: p.role.value for p in store_people.all_people(self.company.store.conn)}

    def boss(self, key: str, at: Moment | None = None) -> str | None:
        """Who somebody reports to at a moment, by default now."""
        keys = {p.id: p.key for p in store_people.all_people(self.company.store.conn)}
        lines = store_people.managers_at(self.company.store.conn, self.company.clock() if at is None else at)
        found = {keys[p]: m for p, m in lines.items()}[key]
        return None if found is None else keys[found]

    def tables(self) -> list[Any]:
        conn = self.company.store.conn
        names = ("person", "reporting_line", "quota", "change", "record")
        return [conn.execute(f"SELECT * FROM {name}").fetchall() for name in names]


@pytest.fixture
def staff(company: Company, tmp_path: Path) -> Staff:
    folder = tmp_path / "files"
    folder.mkdir()
    return Staff(company, folder)


def moment(text: str) -> Moment:
    return to_moment(datetime.fromisoformat(text).replace(tzinfo=UTC))


def test_the_report_has_the_shape_of_the_contract(staff: Staff) -> None:
    plain = staff.take(("kim", "Kim Yu"), ("kim", "Kim Too")).as_plain()
    assert list(plain) == [
        "file", "rows", "accepted", "rejected", "rejects_file", "new", "changed", "unchanged", "warnings",
    ]  # fmt: skip
    assert json.loads(json.dumps(plain)) == plain
    assert (plain["rows"], plain["accepted"], plain["rejected"], plain["new"]) == (2, 1, 1, 1)
    assert Path(plain["rejects_file"]).read_text(encoding="utf-8-sig").startswith("line,reason,id,name")


def test_people_come_in_with_their_lines_and_roles(staff: Staff) -> None:
    report = staff.take(
        ("vera", "Vera Lang", "vera@example.com", "vlang", "", "ops", "DE", "enterprise"),
        ("kim", "Kim Yu", "", "", "Vera Lang"),
        ("jo", "Jo Mint", "", "", "kim"),
        ("al", "Al Fern", "", "", "VERA@example.com", "manager"),
    )
    assert (report.new, report.rejected) == (4, 0)
    roles = staff.roles()
    assert {k: roles[k] for k in ("vera", "kim", "jo", "al")} == {
        "vera": "ops", "kim": "manager", "jo": "rep", "al": "manager",
    }  # fmt: skip
    assert [staff.boss(k) for k in ("vera", "kim", "jo", "al")] == [None, "vera", "kim", "vera"]
    vera = store_people.person_by_key(staff.company.store.conn, "vera")
    assert vera is not None
    assert (vera.email, vera.login, vera.region, vera.segment) == ("vera@example.com", "vlang", "DE", "enterprise")
    assert verify_store(staff.company.context)[0] == []


def test_the_same_file_again_changes_nothing(staff: Staff) -> None:
    rows = (("kim", "Kim Yu", "", "", "dana"), ("lee", "Lee Park", "lee@example.com", "lee", "dana"))
    staff.take(*rows)
    before = staff.tables()
    staff.company.later(days=1)
    report = staff.take(*rows)
    assert (report.new, report.changed, report.unchanged) == (0, 0, 2)
    assert staff.tables() == before


def test_a_dry_run_writes_nothing_and_reports_the_same(staff: Staff) -> None:
    before, files = staff.tables(), 1
    rows = (("kim", "Kim Yu"), ("lee", "Lee Parker"), ("", "Nobody"))
    dry = staff.take(*rows, dry_run=True)
    assert staff.tables() == before
    assert len(list(staff.folder.iterdir())) == files
    wet = staff.take(*rows)
    assert (dry.new, dry.changed, dry.rejected) == (wet.new, wet.changed, wet.rejected) == (1, 1, 1)


def test_absent_columns_leave_what_is_there_and_blanks_clear_it(staff: Staff) -> None:
    staff.take(("lee", "Lee P."), header=("id", "name"))
    lee = store_people.person_by_key(staff.company.store.conn, "lee")
    assert lee is not None
    assert (lee.name, lee.email, lee.login, staff.boss("lee")) == ("Lee P.", "lee@example.com", "lee", "dana")
    staff.take(("lee", "Lee P.", "", ""), header=("id", "name", "email", "manager"))
    lee = store_people.person_by_key(staff.company.store.conn, "lee")
    assert lee is not None
    assert (lee.email, lee.login, staff.boss("lee")) == ("", "lee", None)


def test_a_new_line_holds_from_now_and_the_past_stays(staff: Staff) -> None:
    week_ago = moment("2026-11-02T08:00")
    staff.take(("lee", "Lee Park", "", "lee", "erik"), ("kim", "Kim Yu", "", "", "erik"))
    assert (staff.boss("lee", week_ago), staff.boss("lee")) == ("dana", "erik")
    assert staff.boss("kim", BEGINNING) == "erik"


def test_a_line_holds_from_the_day_in_the_file_or_from_as_of(staff: Staff) -> None:
    header = (*HEADER, "from")
    staff.take(("lee", "Lee Park", "", "lee", "erik", "", "", "", "2026-11-05"), header=header)
    assert [staff.boss("lee", moment(t)) for t in ("2026-11-04T23:59:59", "2026-11-05T00:00:00")] == ["dana", "erik"]
    staff.take(("ana", "Ana Diaz", "", "ana", "erik"), as_of="2026-11-06")
    assert [staff.boss("ana", moment(t)) for t in ("2026-11-06T23:59:59", "2026-11-07T00:00:00")] == ["dana", "erik"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("", "Kim"), "column 'id' is blank"),
        (("kim", " "), "column 'name' is blank"),
        (("Unassigned", "Kim"), "is kept for the deals of unknown owners"),
        (("kim", "Kim", "", "", "", "boss"), "'boss' is no role; there are rep, manager, ops"),
        (("kim", "Kim", "", "", "nobody"), "column 'manager': 'nobody' is nobody in this file or here"),
        (("kim", "K" * 201), "column 'name': 'K"),
        (("kim", "Kim", "", "", "", "", "", "", "2026-12-01"), "is still to come"),
        (("kim", "Kim", "", "", "", "", "", "", "31.02.2026"), "column 'from': '31.02.2026' is no day that exists"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(staff: Staff, row: tuple[str, ...], said: str) -> None:
    report = staff.take(row, ("good", "Good One"), header=(*HEADER, "from"))
    assert (report.accepted, report.rejected, report.new) == (1, 1, 1)
    assert report.rejects_file is not None
    with Path(report.rejects_file).open(encoding="utf-8-sig", newline="") as file:
        assert said in list(csv.reader(file))[1][1]


def test_a_login_has_one_person(staff: Staff) -> None:
    staff.take(("vera", "Vera Lang", "", "vlang"))
    report = staff.take(("kim", "Kim Yu", "", "vlang"))
    assert (report.rejected, [w.message for w in report.warnings]) == (1, ["login is the login of vera already"])


def test_an_id_or_login_that_stands_there_already_is_rejected(staff: Staff) -> None:
    report = staff.take(("kim", "Kim", "", "k"), ("kim", "Kim"), ("jo", "Jo", "", "k"))
    assert [w.message for w in report.warnings] == ["the id stands there already", "the login stands there already"]
    assert report.new == 1


def test_who_reports_to_somebody_rejected_is_rejected_too(staff: Staff) -> None:
    report = staff.take(("kim", ""), ("jo", "Jo", "", "", "kim"), ("al", "Al", "", "", "jo"), ("bo", "Bo"))
    assert (report.rejected, report.new) == (3, 1)


def test_a_loop_is_named_and_refuses_the_file(staff: Staff) -> None:
    before = staff.tables()
    with pytest.raises(
        BadInput, match=r"a loop in the reporting lines: (kim → jo → al|jo → al → kim|al → kim → jo) → "
    ):
        staff.take(("kim", "Kim", "", "", "jo"), ("jo", "Jo", "", "", "al"), ("al", "Al", "", "", "kim"))
    with pytest.raises(BadInput, match="kim → kim; nothing was written"):
        staff.take(("kim", "Kim", "", "", "kim"))
    with pytest.raises(BadInput, match="a loop"):
        staff.take(("olga", "Olga Ops", "", "olga", "lee"))
    assert staff.tables() == before


def test_a_loop_that_only_was_once_is_one_too(staff: Staff) -> None:
    header = (*HEADER, "from")
    row = ("dana", "Dana Ruiz", "", "dana", "lee", "", "", "", "2026-11-01")
    with pytest.raises(BadInput, match="a loop"):
        staff.take(row, ("lee", "Lee Park", "", "lee", "olga", "", "", "", "2026-11-05"), header=header)


def test_a_person_is_found_by_login_where_the_id_is_new(staff: Staff) -> None:
    report = staff.take(("p-100", "Olga Orlova", "", "olga"))
    assert (report.new, report.changed) == (0, 1)
    olga = store_people.person_by_login(staff.company.store.conn, "olga")
    assert olga is not None
    assert (olga.key, olga.name, olga.role) == ("p-100", "Olga Orlova", Role.OPS)
    assert "olga" not in staff.roles()


def test_logins_may_change_hands_in_one_file(staff: Staff) -> None:
    report = staff.take(("lee", "Lee Park", "", "ana"), ("ana", "Ana Diaz", "", "lee"))
    assert (report.changed, report.rejected) == (2, 0)
    found = {p.key: p.login for p in store_people.all_people(staff.company.store.conn)}
    assert (found["lee"], found["ana"]) == ("ana", "lee")


def test_the_store_is_never_left_without_an_ops_lead(staff: Staff) -> None:
    report = staff.take(("olga", "Olga Ops", "", "olga", "", "rep"))
    assert [w.code for w in report.warnings] == ["ops_kept"]
    assert staff.roles()["olga"] == "ops"
    staff.take(("olga", "Olga Ops", "", "olga", "", ""))
    assert staff.roles()["olga"] == "ops"
    report = staff.take(("olga", "Olga Ops", "", "olga", "", "rep"), ("vera", "Vera", "", "", "", "ops"))
    assert (report.warnings, staff.roles()["olga"]) == ([], "rep")


def test_a_role_follows_from_who_reports_also_to_those_who_are_here(staff: Staff) -> None:
    staff.take(("dana", "Dana Ruiz", "", "dana", "olga"), ("kim", "Kim", "", "", "lee"), ("lee", "Lee Park", "", "lee"))
    roles = staff.roles()
    assert (roles["dana"], roles["lee"], roles["kim"]) == ("manager", "manager", "rep")


def test_only_ops_leads_import_people_and_quotas(staff: Staff) -> None:
    context = staff.company.acting_as("dana")
    with pytest.raises(Refused, match="for ops leads"):
        import_people(context, staff.file(("kim", "Kim")))
    with pytest.raises(Refused, match="for ops leads"):
        import_quotas(context, staff.file(("lee", "FY26-Q4", "1"), header=("person", "period", "amount")))
    context.store.close()


def test_a_file_without_its_columns_is_refused(staff: Staff) -> None:
    with pytest.raises(BadInput, match=r"people\.csv, line 1: no column for id; the header has key, name"):
        staff.take(("a", "b"), header=("key", "name"))
    with pytest.raises(BadInput, match="no column for amount"):
        import_quotas(staff.company.context, staff.file(("lee", "FY26-Q4"), header=("person", "period")))


def test_columns_that_mean_nothing_are_said(staff: Staff) -> None:
    report = staff.take(("kim", "Kim", "x"), header=("id", "name", "shoe size"))
    assert [(w.code, w.count) for w in report.warnings] == [("columns_ignored", 1)]


def test_a_header_alone_is_said(staff: Staff) -> None:
    assert [w.code for w in staff.take().warnings] == ["no_rows"]
    assert [w.code for w in staff.quotas().warnings] == ["no_rows"]


def test_people_from_a_workbook(staff: Staff) -> None:
    path = write_workbook(staff.folder / "people.xlsx", sheet_xml([["id", "name"], [4711, "Kim Yu"]]))
    assert import_people(staff.company.context, path).new == 1
    assert "4711" in staff.roles()


def test_quotas_by_person_and_period(staff: Staff) -> None:
    report = staff.quotas(
        ("lee", "FY26-Q4", "$325,000.00"), ("Diaz, Ana", "fy26 q4", "200000"), ("lee", "FY27-Q1", "1")
    )
    assert (report.new, report.rejected) == (3, 0)
    standing = store_people.quotas(staff.company.store.conn, "FY26-Q4")
    people = staff.company.people
    assert standing == {people["lee"].id: 32_500_000, people["ana"].id: 20_000_000}
    again = staff.quotas(("lee", "FY26-Q4", "325000"), ("ana", "FY26-Q4", "210000"))
    assert (again.new, again.changed, again.unchanged) == (0, 1, 1)
    assert store_people.quotas(staff.company.store.conn, "FY26-Q4")[people["ana"].id] == 21_000_000
    assert verify_store(staff.company.context)[0] == []


def test_the_same_quotas_again_change_nothing(staff: Staff) -> None:
    staff.quotas(("lee", "FY26-Q4", "325000"))
    before = staff.tables()
    assert staff.quotas(("lee", "FY26-Q4", "325000")).unchanged == 1
    assert staff.quotas(("ana", "FY26-Q4", "1"), dry_run=True).new == 1
    assert staff.tables() == before


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("", "FY26-Q4", "1"), "column 'person' is blank"),
        (("who", "FY26-Q4", "1"), "column 'person': 'who' is nobody here"),
        (("unassigned", "FY26-Q4", "1"), "is nobody here"),
        (("lee", "Q4", "1"), "column 'period': 'Q4' is no period; write it as FY26-Q4"),
        (("lee", "FY26-Q4", ""), "column 'amount' is blank"),
        (("lee", "FY26-Q4", "-1"), "column 'amount': '-1' is negative"),
        (("lee", "FY26-Q4", "1e12"), "is implausible"),
        (("lee", "FY26-Q4", "€5"), "is not in USD, in which quotas are"),
    ],
)
def test_a_quota_that_cannot_be_taken_says_why(staff: Staff, row: tuple[str, ...], said: str) -> None:
    report = staff.quotas(row, ("ana", "FY26-Q4", "1"))
    assert (report.accepted, report.rejected) == (1, 1)
    assert report.rejects_file is not None
    assert said in Path(report.rejects_file).read_text(encoding="utf-8-sig")


def test_a_person_has_one_quota_a_period(staff: Staff) -> None:
    report = staff.quotas(("lee", "FY26-Q4", "1"), ("Lee Park", "FY2026Q4", "2"))
    assert [w.message for w in report.warnings] == ["the person and period stands there already"]


def test_a_login_is_only_free_if_its_holder_really_gives_it_up(staff: Staff) -> None:
    staff.take(("vera", "Vera Lang", "", "vlang"))
    report = staff.take(("vera", "", "", "other"), ("kim", "Kim Yu", "", "vlang"), ("jo", "Jo", "", "", "kim"))
    assert report.rejected == 3
    report = staff.take(("vera", "Vera Lang", "", "other"), ("kim", "Kim Yu", "", "vlang"), ("jo", "Jo", "", "", "kim"))
    assert (report.changed, report.new, report.rejected) == (1, 2, 0)


def test_a_loop_with_a_line_that_began_in_between_is_found(staff: Staff) -> None:
    header = (*HEADER, "from")
    staff.take(("dana", "Dana Ruiz", "", "dana", "lee", "", "", "", "2026-11-06"),
               ("lee", "Lee Park", "", "lee", "olga", "", "", "", "2026-11-06"), header=header)  # fmt: skip
    with pytest.raises(BadInput, match="a loop"):
        staff.take(("olga", "Olga Ops", "", "olga", "dana", "", "", "", "2026-11-03"),
                   ("lee", "Lee Park", "", "lee", "", "", "", "", "2026-11-08"), header=header)  # fmt: skip


def test_without_a_manager_column_whoever_led_still_leads(staff: Staff) -> None:
    staff.take(("dana", "Dana R."), ("lee", "Lee P."), ("ana", "Ana D."), header=("id", "name"))
    assert (staff.roles()["dana"], staff.roles()["lee"]) == ("manager", "rep")
