"""The CRM's own history, laid before each deal's first claim."""

import csv
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from salesops_tui.domain.calendar import Moment, to_date
from salesops_tui.domain.deal import Category, Status
from salesops_tui.errors import BadInput, Refused, WrongUsage
from salesops_tui.services import importing
from salesops_tui.services.import_mapping import confirm
from salesops_tui.services.importing import ImportReport, ImportRequest, import_deals, import_with_history
from salesops_tui.services.importing_history import expect_history, import_history
from salesops_tui.services.verifying import verify_store
from salesops_tui.store import import_log
from salesops_tui.store.history_replay import HistoryStaging
from tests.company import Company
from tests.services.import_desk import undo_newest

FIXTURES = Path(__file__).parents[2] / "fixtures" / "salesforce"
NORTHWIND, CONTOSO, WINGTIP = "006Qk00000AbCdEIAV", "006Qk00000AbCdFIAV", "006Qk00000ABcdIIAT"
HEADER = ("Id", "OpportunityId", "CreatedDate", "StageName", "Amount", "CloseDate", "ForecastCategory")
State = tuple[str, str, str, int, str, str]


@pytest.fixture
def crm(company: Company) -> Path:
    """A folder with Salesforce's files; the deals are in."""
    folder = company.path.parent / "crm"
    shutil.copytree(FIXTURES, folder)
    import_deals(company.context, ImportRequest(folder / "report.csv"))
    company.later(seconds=5)
    return folder


def take(company: Company, path: Path, **options: Any) -> ImportReport:
    company.later(seconds=5)
    return import_deals(company.context, ImportRequest(path, **options))


def counted(report: ImportReport) -> tuple[int, int, int, int]:
    return report.rows, report.changed, report.unchanged, report.rejected


def told(report: ImportReport) -> dict[str, int]:
    return {warning.code: warning.count for warning in report.warnings}


def past(company: Company, key: str) -> list[tuple[str, State]]:
    """A deal's states: since when (UTC), owner, stage, claim, amount, close date, status."""
    names = {person.id: name for name, person in company.people.items()}
    rows = company.store.conn.execute(
        "SELECT s.valid_from, s.owner, s.stage, s.rep_category, s.amount, s.close_day, s.status"
        " FROM deal_state s JOIN deal d ON d.id = s.deal WHERE d.key = ? ORDER BY s.valid_from",
        (key,),
    )
    return [
        (iso(company, at), (names[o], stage, Category(c).key, a, to_date(day).isoformat(), Status(s).key))
        for at, o, stage, c, a, day, s in rows
    ]


def differing(states: list[tuple[str, State]]) -> list[tuple[str, State]]:
    """The states that are not as the one before."""
    return [now for place, now in enumerate(states) if place == 0 or now[1] != states[place - 1][1]]


def iso(company: Company, at: int) -> str:
    return company.context.calendar.iso(Moment(at))[:19]


def file(company: Company, *rows: Sequence[str], header: Sequence[str] = HEADER) -> Path:
    path = company.path.parent / "history.csv"
    with path.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([header, *rows])
    return path


NOW = "2026-11-09T08:00:00"


def test_an_opportunity_history_is_what_the_deals_were(company: Company, crm: Path) -> None:
    report = take(company, crm / "opportunity_history.csv")
    assert report.dialect == "salesforce_history"
    assert counted(report) == (12, 9, 2, 1)
    assert told(report) == {"history": 8, "no_deal": 1, "after_first_claim": 1, "rejected": 1}
    assert past(company, NORTHWIND) == [
        ("2026-03-02T09:15:00", ("lee", "1", "pipeline", 10000000, "2026-09-30", "open")),
        ("2026-06-15T14:00:00", ("lee", "5", "best_case", 40000000, "2026-09-30", "open")),
        ("2026-09-21T16:30:00", ("lee", "6", "commit", 40000000, "2026-10-30", "open")),
        ("2026-10-26T08:05:00", ("lee", "6", "commit", 48500000, "2026-12-11", "open")),
        (NOW, ("lee", "6", "commit", 48500000, "2026-12-11", "open")),
    ]
    assert past(company, CONTOSO)[:2] == [
        ("2026-05-20T09:15:00", ("ana", "1", "pipeline", 0, "2026-12-18", "open")),
        ("2026-08-03T11:00:00", ("ana", "5", "best_case", 8800050, "2026-12-18", "open")),
    ]
    assert [state for _, state in past(company, WINGTIP)][:2] == [
        ("lee", "1", "pipeline", 5000000, "2026-10-31", "open"),
        ("lee", "7", "closed", 5500000, "2026-10-28", "won"),
    ]
    slips = company.store.conn.execute("SELECT max(slips) FROM deal_state").fetchone()[0]
    assert slips == 2
    assert verify_store(company.context).problems == []


HISTORIES = ("opportunity_history.csv", "opportunity_field_history.csv")


@pytest.fixture
def fresh(company: Company) -> Path:
    """A folder with Salesforce's files; nothing is in the store."""
    folder = company.path.parent / "fresh"
    shutil.copytree(FIXTURES, folder)
    return folder


def states(company: Company) -> list[tuple[Any, ...]]:
    columns = "d.key, s.valid_from, s.valid_to, s.owner, s.stage, s.rep_category, s.amount, s.close_day, s.status"
    sql = f"SELECT {columns} FROM deal_state s JOIN deal d ON d.id = s.deal ORDER BY 1, 2"
    return company.store.conn.execute(sql).fetchall()


def test_deals_and_their_history_together_are_as_one_after_the_other(
    company: Company, fresh: Path, tmp_path: Path
) -> None:
    paths = [fresh / name for name in HISTORIES]
    reports = import_with_history(company.context, ImportRequest(fresh / "report.csv"), paths)
    other = Company(tmp_path / "other.db")
    apart = [import_deals(other.context, ImportRequest(path)) for path in (fresh / "report.csv", *paths)]
    assert [counted(report) for report in reports] == [counted(report) for report in apart]
    assert [told(report) for report in reports[1:]] == [told(report) for report in apart[1:]]
    assert states(company) == states(other)
    assert [row.dialect for row in import_log.imports(company.store.conn)] == [r.dialect for r in reversed(reports)]
    rejected = [len(import_log.rejects_of(company.store.conn, number)) for number in (1, 2, 3)]
    assert rejected == [report.rejected for report in reports]
    assert verify_store(company.context).problems == []
    company.later(seconds=5)
    again = import_with_history(company.context, ImportRequest(fresh / "report.csv"), paths)
    assert [report.changed for report in again] == [0, 0, 0]
    for _ in range(len(import_log.imports(company.store.conn))):
        undo_newest(company.context)
    assert states(company) == []
    other.store.close()


def test_a_history_that_fails_leaves_nothing_of_the_deals(
    company: Company, fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [fresh / name for name in HISTORIES]
    request = ImportRequest(fresh / "report.csv")
    with pytest.raises(Refused, match="rows were rejected, so nothing was written"):
        import_with_history(company.context, replace(request, strict=True), paths)
    (fresh / f"{HISTORIES[0]}.rejects.csv").unlink()

    def full(_words: HistoryStaging) -> None:
        assert len(import_log.imports(company.store.conn)) == 1, "the deals are there by now"
        raise Refused("the disk is gone")

    monkeypatch.setattr(HistoryStaging, "settle", full)
    with pytest.raises(Refused, match="the disk is gone"):
        import_with_history(company.context, request, paths)
    assert states(company) == []
    assert import_log.imports(company.store.conn) == []
    assert sorted(path.name for path in fresh.glob("*.rejects*")) == []


@pytest.mark.parametrize("dry", [True, False])
def test_where_no_deal_can_be_taken_its_history_is_not_laid_either(company: Company, crm: Path, dry: bool) -> None:
    """The deals are there from an earlier file; the one that comes with the history is broken from its first row on."""
    before, imported = states(company), len(import_log.imports(company.store.conn))
    broken = company.path.parent / "broken.csv"
    broken.write_text("Id,Name,OwnerId,StageName,ForecastCategory,Amount,CloseDate\n,a,b,6,Forecast,x,2026-12-01\n")
    history = crm / "opportunity_history.csv"
    (deals,) = import_with_history(company.context, ImportRequest(broken, dry_run=dry), [history])
    assert (deals.rows, deals.rejected) == (1, 1)
    assert told(deals) == {"rejected": 1, "nothing_taken": 1, "history_left_alone": 1}
    assert (states(company), len(import_log.imports(company.store.conn))) == (before, imported)
    assert bool(deals.rejects_file) is not dry
    assert [path.name for path in crm.glob("*.rejects*")] == [], "of what was left alone nothing is said"
    assert take(company, history).changed == 9


def test_somebody_else_imports_the_same_deals_while_their_history_is_read(
    company: Company, fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, real = company.acting_as("olga"), importing._apply_all

    def meanwhile(*given: Any) -> list[ImportReport]:
        monkeypatch.setattr(importing, "_apply_all", real)
        import_deals(other, ImportRequest(fresh / "report.csv"))
        return real(*given)

    monkeypatch.setattr(importing, "_apply_all", meanwhile)
    deals, history = import_with_history(company.context, ImportRequest(fresh / "report.csv"), [fresh / HISTORIES[0]])
    other.store.close()
    assert (told(deals)["same_file"], history.changed) == (1, 9)
    assert verify_store(company.context).problems == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from salesops_tui.services.context import Context
from salesops_tui.services.import_request import ImportRequest
from salesops_tui.services.importing import import_with_history
from salesops_tui.store import history_replay, import_log, imports
from salesops_tui.store.connection import open_store
from salesops_tui.store.people import person_by_key

store = open_store(Path(sys.argv[1]))
real = history_replay.HistoryStaging.settle

def between(self):
    assert store.conn.execute("SELECT count(*) FROM import").fetchone() == (1,), "the deals are there by now"
    os.kill(os.getpid(), signal.SIGKILL)

history_replay.HistoryStaging.settle = between
folder = Path(sys.argv[2])
histories = [folder / name for name in sys.argv[3:]]
import_with_history(Context(store, person_by_key(store.conn, "olga")), ImportRequest(folder / "report.csv"), histories)
"""


def test_a_kill_between_the_deals_and_their_history_leaves_neither(company: Company, fresh: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(company.path), str(fresh), *HISTORIES], check=False, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert states(company) == []
    assert import_log.imports(company.store.conn) == []
    assert verify_store(company.context).problems == []
    paths = [fresh / name for name in HISTORIES]
    assert import_with_history(company.context, ImportRequest(fresh / "report.csv"), paths)[1].changed > 0


def test_a_history_is_no_file_of_deals(company: Company, fresh: Path) -> None:
    with pytest.raises(WrongUsage, match="is a history itself"):
        import_with_history(company.context, ImportRequest(fresh / HISTORIES[0]), [fresh / HISTORIES[1]])


def test_the_same_history_again_changes_nothing(company: Company, crm: Path) -> None:
    for name in ("opportunity_history.csv", "opportunity_field_history.csv"):
        take(company, crm / name)
    states = {key: past(company, key) for key in (NORTHWIND, CONTOSO, WINGTIP)}
    records = company.store.conn.execute("SELECT count(*) FROM record").fetchone()
    for name in ("opportunity_history.csv", "opportunity_field_history.csv", "opportunity_history.csv"):
        assert take(company, crm / name).changed == 0
    assert {key: past(company, key) for key in (NORTHWIND, CONTOSO, WINGTIP)} == states
    assert company.store.conn.execute("SELECT count(*) FROM record").fetchone() == records


@pytest.mark.parametrize(
    "order", [("opportunity_history.csv", "opportunity_field_history.csv"), ("opportunity_field_history.csv",)]
)
def test_a_field_history_tells_of_one_field_at_a_time(company: Company, crm: Path, order: tuple[str, ...]) -> None:
    for name in order:
        report = take(company, crm / name)
    assert (report.dialect, report.rejected) == ("salesforce_field_history", 1)
    assert told(report)["other_fields"] == 1
    assert "owner_unknown" not in told(report)
    both = len(order) > 1
    assert past(company, CONTOSO)[:-1] == [
        (
            "2026-05-20T09:15:00",
            ("sam", "1" if both else "2", "pipeline", 0 if both else 6000000, "2026-12-18", "open"),
        ),
        (
            "2026-07-06T10:00:00",
            ("ana", "1" if both else "2", "pipeline", 0 if both else 6000000, "2026-12-18", "open"),
        ),
        ("2026-08-03T11:00:00", ("ana", "5", "best_case", 8800050 if both else 6000000, "2026-12-18", "open")),
        *([] if both else [("2026-09-14T09:30:00", ("ana", "5", "best_case", 8800050, "2026-12-18", "open"))]),
        ("2026-10-05T13:00:00", ("ana", "5", "best_case", 8800050, "2027-01-08", "open")),
    ]
    assert verify_store(company.context).problems == []


def test_either_order_of_the_two_histories_ends_alike(company: Company, crm: Path, tmp_path: Path) -> None:
    other = Company(tmp_path / "other.db")
    import_deals(other.context, ImportRequest(crm / "report.csv"))
    names = ("opportunity_history.csv", "opportunity_field_history.csv")
    for name in names:
        take(company, crm / name)
    for name in reversed(names):
        take(other, crm / name)
    for key in (NORTHWIND, CONTOSO, WINGTIP):
        assert differing(past(company, key)) == differing(past(other, key))
    other.store.close()


def test_a_history_is_undone_as_a_whole_and_can_come_again(company: Company, crm: Path) -> None:
    before = {key: past(company, key) for key in (NORTHWIND, CONTOSO, WINGTIP)}
    take(company, crm / "opportunity_history.csv")
    after = {key: past(company, key) for key in (NORTHWIND, CONTOSO, WINGTIP)}
    company.later(seconds=5)
    undo_newest(company.context)
    assert {key: past(company, key) for key in (NORTHWIND, CONTOSO, WINGTIP)} == before
    assert take(company, crm / "opportunity_history.csv").changed == 9
    assert {key: past(company, key) for key in (NORTHWIND, CONTOSO, WINGTIP)} == after
    assert verify_store(company.context).problems == []


def test_what_was_inspected_stays_inspected(company: Company, crm: Path) -> None:
    company.fail(NORTHWIND)
    held = past(company, NORTHWIND)[-1], company.store.conn.execute("SELECT sum(hold) FROM deal_state").fetchone()
    take(company, crm / "opportunity_history.csv")
    assert past(company, NORTHWIND)[-1] == held[0]
    assert company.store.conn.execute("SELECT sum(hold) FROM deal_state").fetchone() == held[1]


def test_a_later_file_of_deals_is_not_older_than_a_history(company: Company, crm: Path) -> None:
    take(company, crm / "opportunity_history.csv")
    assert import_log.import_before_latest(company.store.conn, company.context.now()) is None
    company.at("2026-11-16 08:00")
    assert take(company, crm / "report.csv").unchanged == 6
    assert iso(company, import_log.import_before_latest(company.store.conn, company.context.now()) or 0) == NOW


def test_categories_go_by_stages_where_the_map_says_so(company: Company, crm: Path) -> None:
    words = crm / "words.toml"
    words.write_text('[values.category]\n"Needs Analysis" = "commit"\n"*" = "omitted"\n')
    row = ("1", NORTHWIND, "2026-05-04T10:00:00Z", "Needs Analysis", "5", "2026-12-11", "Pipeline")
    take(company, file(company, row), map=words)
    assert past(company, NORTHWIND)[0][1][:3] == ("lee", "2", "commit")


def test_a_map_of_renamed_categories_is_not_about_stages(company: Company, crm: Path) -> None:
    words = crm / "words.toml"
    words.write_text('[values.category]\n"Upside" = "best_case"\n')
    row = ("1", NORTHWIND, "2026-05-04T10:00:00Z", "Needs Analysis", "5", "2026-12-11", "Upside")
    take(company, file(company, row), map=words)
    assert past(company, NORTHWIND)[0][1][:3] == ("lee", "2", "best_case")


def test_the_map_confirmed_for_the_deals_counts_for_their_history(company: Company, crm: Path) -> None:
    words = crm / "words.toml"
    words.write_text('[values.category]\n"Needs Analysis" = "commit"\n"*" = "omitted"\n')
    confirm(company.context, ImportRequest(crm / "report.csv", map=words))
    row = ("1", NORTHWIND, "2026-05-04T10:00:00Z", "Needs Analysis", "5", "2026-12-11", "Pipeline")
    report = take(company, file(company, row), dry_run=True, forget_map=True)
    assert "mapping" not in told(report)
    report = take(company, file(company, row))
    assert told(report)["mapping"] == 1
    assert past(company, NORTHWIND)[0][1][:3] == ("lee", "2", "commit")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("1", "", "2026-05-04T10:00:00Z", "Prospecting", "5", "2026-12-11", "Pipeline"), "OpportunityId' is blank"),
        (("1", NORTHWIND, "", "Prospecting", "5", "2026-12-11", "Pipeline"), "CreatedDate' is blank"),
        (("1", NORTHWIND, "2026-05-04T25:00:00Z", "Prospecting", "5", "2026-12-11", "Pipeline"), "no time of the day"),
        (
            ("1", NORTHWIND, "2026-05-04T10:00:00Z", "Somewhere", "5", "2026-12-11", "Pipeline"),
            "no stage of the policy",
        ),
        (("1", NORTHWIND, "2026-05-04T10:00:00Z", "Prospecting", "x", "2026-12-11", "Pipeline"), "is not a number"),
        (("1", NORTHWIND, "2026-05-04T10:00:00Z", "Prospecting", "5", "soon", "Pipeline"), "is not a date"),
        (("1", NORTHWIND, "2026-05-04T10:00:00Z", "Prospecting", "5", "2026-12-11", "Closed"), "the deal is open"),
        (("1", NORTHWIND), "the row has 2 cells"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(company: Company, crm: Path, row: Sequence[str], said: str) -> None:
    report = take(company, file(company, row))
    assert counted(report) == (1, 0, 0, 1)
    assert report.rejects_file
    with Path(report.rejects_file).open(newline="", encoding="utf-8-sig") as rejects:
        assert said in list(csv.reader(rejects))[1][1]
    with pytest.raises(Refused, match="1 of 1 rows were rejected"):
        take(company, file(company, row), strict=True)


def test_a_dry_run_writes_nothing(company: Company, crm: Path) -> None:
    before = past(company, NORTHWIND)
    report = take(company, crm / "opportunity_history.csv", dry_run=True)
    assert (report.changed, report.dry_run, report.rejects_file) == (9, True, None)
    assert past(company, NORTHWIND) == before


def test_moments_without_an_offset_are_local(company: Company, crm: Path) -> None:
    row = ("1", NORTHWIND, "05/28/26 08:55 PM", "Prospecting", "5", "12/11/26", "Pipeline")
    take(company, file(company, row))
    assert past(company, NORTHWIND)[0][0] == "2026-05-28T20:55:00"


def test_a_stage_history_report_has_labels(company: Company, crm: Path) -> None:
    header = ("Opportunity ID", "Opportunity Name", "From Stage", "To Stage", "Amount", "Close Date", "Last Modified",
              "Forecast Category")  # fmt: skip
    row = (NORTHWIND[:15], "Northwind renewal", "Prospecting", "Needs Analysis", "USD 7.00", "12/31/2026",
           "5/28/2026, 2:30 PM", "Pipeline")  # fmt: skip
    footer = ("Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved.",)
    report = take(company, file(company, row, footer, header=header))
    assert counted(report) == (1, 1, 0, 0)
    assert past(company, NORTHWIND)[0] == (
        "2026-05-28T14:30:00", ("lee", "2", "pipeline", 700, "2026-12-31", "open"),
    )  # fmt: skip


@pytest.mark.parametrize("options", [{"full": True}, {"as_of": "2026-11-01"}])
def test_a_history_has_its_own_moments(company: Company, crm: Path, options: dict[str, Any]) -> None:
    with pytest.raises(WrongUsage, match="each row of a history has its own moment"):
        import_history(company.context, ImportRequest(crm / "opportunity_history.csv", **options))


def test_progress_moves_and_stopping_leaves_nothing(company: Company, crm: Path) -> None:
    before = past(company, NORTHWIND)

    def stop(done: int, of: int, what: str) -> None:
        if what == "writing history":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_deals(company.context, ImportRequest(crm / "opportunity_history.csv"), stop)
    assert past(company, NORTHWIND) == before
    assert take(company, crm / "opportunity_history.csv").changed == 9


def test_a_header_alone_is_said(company: Company, crm: Path) -> None:
    assert told(take(company, file(company))) == {"no_rows": 1}


def test_only_ops_leads_lay_history(company: Company, crm: Path) -> None:
    context = company.acting_as("lee")
    with pytest.raises(Refused, match="for ops leads"):
        import_history(context, ImportRequest(crm / "opportunity_history.csv"))
    context.store.close()


def test_what_is_no_history_says_what_one_has(company: Company, crm: Path) -> None:
    with pytest.raises(BadInput, match=r"report\.csv is no history: an OpportunityHistory has OpportunityId"):
        expect_history(crm / "report.csv")
    with pytest.raises(BadInput, match="is no history"):
        import_history(company.context, ImportRequest(crm / "report.csv"))
