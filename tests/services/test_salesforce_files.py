"""Salesforce's own files, from the first import to the CRM's agreement: every field of every deal is compared."""

import csv
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesops_tui.errors import BadInput, NotFound
from salesops_tui.services.context import find_scope
from salesops_tui.services.crm_changes import pending_changes
from salesops_tui.services.exporting_changes import export_changes
from salesops_tui.services.importing import ImportReport, ImportRequest, import_deals
from salesops_tui.services.inspecting import find_deal
from tests.company import Company
from tests.company import test_policy as default_policy
from tests.crm.workbooks import Value, sheet_xml, write_workbook
from tests.hostile import CORPUS
from tests.services.delivered import facts

FIXTURES = Path(__file__).parents[2] / "fixtures" / "salesforce"
FIELDS = (
    "owner", "stage", "rep_category", "amount", "close_day", "status", "name", "account", "created_day", "next_step",
    "last_activity_day", "type", "loss_reason",
)  # fmt: skip
NORTHWIND, CONTOSO, FABRIKAM, TAILSPIN, WINGTIP, LITWARE = (
    "006Qk00000AbCdEIAV", "006Qk00000AbCdFIAV", "006Qk00000AbcDgIAJ", "006Qk00000aBCDhIAO", "006Qk00000ABcdIIAT",
    "006Qk00000abcDJIAY",
)  # fmt: skip
DEALS: dict[str, tuple[str | int, ...]] = {
    NORTHWIND: (
        "lee", "6", "commit", 48500000, "2026-12-11", "open", "Northwind renewal", "Northwind Traders", "2026-03-02",
        "Redlines back from counsel\nThursday", "2026-11-05", "Existing Business", "",
    ),
    CONTOSO: (
        "ana", "5", "best_case", 8800050, "2027-01-08", "open", 'Contoso EU roll-out, "phase 2"', "Contoso, Ltd.",
        "2026-05-20", "", "", "New Business", "",
    ),
    FABRIKAM: (
        "sam", "3", "best_case", 3000000, "2026-12-03", "open", "Fabrikam Sitzplätze – Zürich", "Fabrikam Zürich",
        "2026-11-08", "Demo for the buying team", "2026-10-30", "New Business", "",
    ),
    TAILSPIN: (
        "unassigned", "1", "pipeline", 0, "2026-12-30", "open", "=Tailspin core", "Tailspin Toys", "2026-10-12", "",
        "", "", "",
    ),
    WINGTIP: (
        "lee", "7", "closed", 5500000, "2026-10-28", "won", "Wingtip analytics", "Wingtip", "2026-04-14", "",
        "2026-10-28", "New Business", "",
    ),
    LITWARE: (
        "ana", "8", "omitted", 2000000, "2026-11-03", "lost", "Litware pilot", "Litware", "2026-06-01", "",
        "2026-11-03", "New Business", "No budget",
    ),
}  # fmt: skip
FILES = ("report.csv", "report_eu.csv", "data_loader.csv", "api.csv")
STRANGER = {
    "report.csv": "Jordan Field", "report_eu.csv": "Jordan Field", "data_loader.csv": "jordan.field@example.com",
    "api.csv": "005Qk00000JorAA",
}  # fmt: skip
TOLD = {
    "report.csv": {"repeated_columns": 1, "date_order": 1, "not_a_deal": 6},
    "report_eu.csv": {"encoding": 1, "repeated_columns": 1, "date_order": 1, "decimal_mark": 1, "not_a_deal": 6},
    "data_loader.csv": {"not_a_deal": 1},
    "api.csv": {"joined": 2},
}
ALWAYS_TOLD = {"most_likely": 1, "owner_unknown": 1, "filled_in": 1}
each_file = pytest.mark.parametrize("file", FILES)


def expected(file: str, **differs: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = {}
    for key, deal in DEALS.items():
        values: dict[str, Any] = dict(zip(FIELDS, deal, strict=True)) | {"currency": "USD", "original": deal[3]}
        if key == TAILSPIN:
            values["owner_text"] = STRANGER[file]
        found[key] = {name: value for name, value in values.items() if value != ""} | differs.get(key, {})
    return found


def told(report: ImportReport) -> dict[str, int]:
    found: dict[str, int] = {}
    for warning in report.warnings:
        found[warning.code] = found.get(warning.code, 0) + warning.count
    return {code: count for code, count in found.items() if code != "open_past_close"}


def counted(report: ImportReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.rejected


def without_extra(company: Company) -> dict[str, dict[str, Any]]:
    return {key: {n: v for n, v in deal.items() if n != "extra"} for key, deal in facts(company).items()}


def put(company: Company, file: str) -> Path:
    """The fixture in a folder of its own, with its neighbours."""
    folder = company.path.parent / "crm"
    if not folder.exists():
        shutil.copytree(FIXTURES, folder)
    return folder / file


def take(company: Company, path: Path, **options: Any) -> ImportReport:
    company.later(seconds=5)
    return import_deals(company.context, ImportRequest(path, **options))


def mended(path: Path, old: str, new: str) -> Path:
    raw = path.read_bytes()
    codec = "cp1252" if path.name == "report_eu.csv" else "utf-8"
    assert old.encode(codec) in raw
    path.write_bytes(raw.replace(old.encode(codec), new.encode(codec)))
    return path


@each_file
def test_every_field_goes_in_and_nothing_changes_the_second_time(company: Company, file: str) -> None:
    path = put(company, file)
    report = take(company, path)
    assert (report.dialect, *counted(report)) == ("salesforce", 6, 0, 0, 0)
    assert told(report) == TOLD[file] | ALWAYS_TOLD
    assert without_extra(company) == expected(file)
    again = take(company, path)
    assert counted(again) == (0, 0, 6, 0)
    assert without_extra(company) == expected(file)


@each_file
def test_what_no_field_takes_is_kept_as_it_is(company: Company, file: str) -> None:
    take(company, put(company, file))
    extra = facts(company)[NORTHWIND]["extra"]
    wanted = {
        "report.csv": {
            "Probability (%)": "90%",
            "Last Modified Date": "11/8/2026",
            "Last Modified Date (2)": "11/1/2026",
        },
        "data_loader.csv": {"PUSHCOUNT": "3", "PROBABILITY": "90.0", "SYSTEMMODSTAMP": "2026-11-08T17:02:11.000Z"},
        "api.csv": {"PushCount": "3", "Probability": "90", "AccountId": "001Qk00000Nw001"},
    }.get(file, {"Probability (%)": "90%"})
    assert wanted.items() <= extra.items()


@pytest.mark.parametrize("other", [f for f in FILES if f != "report.csv"])
def test_short_and_full_ids_are_the_same_deals(company: Company, other: str) -> None:
    take(company, put(company, "report.csv"))
    claims = company.store.conn.execute("SELECT count(*) FROM claim").fetchone()
    report = take(company, put(company, other))
    assert report.new == 0
    assert company.store.conn.execute("SELECT count(*) FROM claim").fetchone() == claims


@pytest.mark.parametrize("written", [NORTHWIND, NORTHWIND[:15], NORTHWIND.upper()])
def test_a_deal_is_found_by_any_form_of_its_id(company: Company, written: str) -> None:
    take(company, put(company, "report.csv"))
    assert find_deal(company.context, written, company.context.now()).key == NORTHWIND
    with pytest.raises(NotFound, match="no deal has the id '006Qk00000AbCdZ'"):
        find_deal(company.context, "006Qk00000AbCdZ", company.context.now())


def test_a_full_id_that_has_lost_its_case_is_the_same_deal(company: Company) -> None:
    take(company, put(company, "api.csv"))
    path = mended(put(company, "api.csv"), NORTHWIND, NORTHWIND.upper())
    assert counted(take(company, path)) == (0, 0, 6, 0)


def test_a_report_of_15_characters_and_a_full_export_with_one_gone(company: Company) -> None:
    take(company, put(company, "data_loader.csv"), full=True)
    path = put(company, "report.csv")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "Tailspin" not in line), encoding="utf-8")
    report = take(company, path, full=True)
    assert (report.new, report.removed, report.rejected) == (0, 1, 0)
    assert without_extra(company)[TAILSPIN]["status"] == "removed"


def test_a_deal_that_the_crm_has_deleted_is_removed_by_a_full_file(company: Company) -> None:
    take(company, put(company, "data_loader.csv"), full=True)
    path = mended(put(company, "data_loader.csv"), f'"{TAILSPIN}","false"', f'"{TAILSPIN}","true"')
    report = take(company, path, full=True)
    assert (report.rows, report.removed, report.rejected) == (5, 1, 0)
    assert told(report)["not_a_deal"] == 2


CATEGORY_OF = {
    "report.csv": ("Commit", "Best Case"), "report_eu.csv": ("Commit", "Best Case"),
    "data_loader.csv": ("Commit", "Best Case"), "api.csv": (",Forecast,", ",BestCase,"),
}  # fmt: skip


@each_file
def test_a_failed_inspection_goes_out_comes_back_and_is_lifted(company: Company, file: str) -> None:
    path = put(company, file)
    take(company, path)
    company.later(minutes=5)
    company.fail(NORTHWIND)
    commit, best = CATEGORY_OF[file]
    assert changes(company) == {NORTHWIND: "best_case"}
    assert sent_out(company) == {"Id": NORTHWIND, "ForecastCategoryName": "Best Case"}
    first_best = path.read_bytes()
    report = take(company, swapped(path, commit, best))
    assert counted(report) == (0, 1, 5, 0)
    assert without_extra(company) == expected(file, **{NORTHWIND: {"rep_category": "best_case"}})
    assert changes(company) == {}
    company.later(minutes=5)
    company.pass_(NORTHWIND)
    assert changes(company) == {NORTHWIND: "commit"}
    assert sent_out(company) == {"Id": NORTHWIND, "ForecastCategoryName": "Commit"}
    path.write_bytes(first_best)
    assert counted(take(company, path)) == (0, 1, 5, 0)
    assert without_extra(company) == expected(file)
    assert changes(company) == {}


def swapped(path: Path, commit: str, best: str) -> Path:
    """The file with the first deal's category changed."""
    raw = path.read_bytes()
    path.write_bytes(raw.replace(commit.encode(), best.encode(), 1))
    assert path.read_bytes() != raw
    return path


def changes(company: Company) -> dict[str, str]:
    context = company.context
    found = pending_changes(context, find_scope(context, None, context.now()), None, context.now())
    return {change.deal.key: change.after.key for change in found}


def sent_out(company: Company) -> dict[str, Any]:
    context = company.context
    table = export_changes(context, find_scope(context, None, context.now()), None, context.now()).tables[0]
    (cells,) = table.rows
    return dict(zip(table.columns, cells, strict=True))


def test_changes_go_to_salesforce_though_a_history_came_last(company: Company) -> None:
    take(company, put(company, "report.csv"))
    take(company, put(company, "opportunity_history.csv"))
    company.later(minutes=5)
    company.fail(NORTHWIND)
    assert sent_out(company) == {"Id": NORTHWIND, "ForecastCategoryName": "Best Case"}


def test_renamed_categories_go_by_the_map(company: Company) -> None:
    path = mended(put(company, "report.csv"), '"Commit","USD"', '"Sure thing","USD"')
    report = take(company, path)
    assert (report.accepted, report.rejected) == (5, 1)
    words = company.path.parent / "words.toml"
    words.write_text('[values.category]\n"Sure thing" = "commit"\n')
    report = take(company, path, map=words)
    assert report.rejected == 0
    assert without_extra(company) == expected("report.csv")


@pytest.mark.parametrize("file", ["data_loader.csv", "api.csv"])
def test_the_boxes_say_what_a_stage_of_another_name_is(company: Company, file: str) -> None:
    path = mended(put(company, file), "Closed Won", "Signed")
    assert take(company, mended(path, "Closed Lost", "Went away")).rejected == 0
    assert without_extra(company) == expected(file)


def test_the_category_that_cannot_be_renamed_counts(company: Company) -> None:
    path = mended(put(company, "api.csv"), "PushCount", "ForecastCategoryName")
    assert take(company, path).columns["category"] == "ForecastCategory"
    assert without_extra(company) == expected("api.csv")


def test_a_map_has_the_last_word_on_the_dialect(company: Company) -> None:
    words = company.path.parent / "words.toml"
    words.write_text('[columns]\nnext_step = "Loss Reason"\n[values.category]\n"Best Case" = "pipeline"\n')
    take(company, put(company, "report.csv"), map=words)
    found = facts(company)
    assert (found[LITWARE]["next_step"], found[CONTOSO]["rep_category"]) == ("No budget", "pipeline")


def test_stages_say_the_category_where_no_column_does(company: Company) -> None:
    path = mended(put(company, "api.csv"), "ForecastCategory", "Fiscal")
    with pytest.raises(BadInput, match=r"no column for category; .*which forecast category each stage has"):
        take(company, path)
    words = company.path.parent / "words.toml"
    words.write_text('[values.category]\n"Value Proposition" = "commit"\n"*" = "pipeline"\n')
    take(company, path, map=words)
    claims = {key: deal["rep_category"] for key, deal in without_extra(company).items() if deal["status"] == "open"}
    assert claims == {NORTHWIND: "pipeline", CONTOSO: "pipeline", FABRIKAM: "commit", TAILSPIN: "pipeline"}


def test_any_other_word_of_a_map_is_any_word_of_the_dialect_too(company: Company) -> None:
    words = company.path.parent / "words.toml"
    words.write_text('[values.category]\nPipeline = "pipeline"\n"*" = "omitted"\n')
    take(company, put(company, "api.csv"), map=words)
    assert without_extra(company)[NORTHWIND]["rep_category"] == "omitted"


def test_the_policys_own_stages_come_before_the_dialects(tmp_path: Path) -> None:
    policy = default_policy()
    named = {"2": "Qualification", "1": "Engaged"}
    stages = tuple(stage._replace(name=named.get(stage.key, stage.name)) for stage in policy.stages)
    company = Company(tmp_path / "other.db", replace(policy, stages=stages))
    take(company, put(company, "report.csv"))
    assert without_extra(company)[TAILSPIN]["stage"] == "2"
    company.store.close()


def test_a_report_without_ids_says_what_to_add(company: Company) -> None:
    path = mended(put(company, "report.csv"), "Opportunity ID", "Fiscal Period")
    with pytest.raises(BadInput, match=r"no column for id.*Add 'Opportunity ID' to the report's columns"):
        take(company, path)


def test_two_amounts_that_differ_are_asked_about(company: Company) -> None:
    path = put(company, "report.csv")
    mended(path, '"Probability (%)"', '"Amount"')
    with pytest.raises(BadInput, match=r"'Amount' is there more than once, and both could be amount; on line 2"):
        take(company, path)
    words = company.path.parent / "words.toml"
    words.write_text('[columns]\namount = "Amount"\n')
    assert take(company, path, map=words).accepted == 6


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("data_loader.csv", str.lower),
        ("data_loader.csv", str.title),
        ("api.csv", str.upper),
        ("report.csv", str.lower),
        ("report.csv", str.upper),
    ],
)
def test_the_case_of_columns_makes_no_difference(company: Company, name: str, change: Callable[[str], str]) -> None:
    path = put(company, name)
    header, _, rest = path.read_text(encoding="utf-8").partition("\n")
    path.write_text(change(header) + "\n" + rest, encoding="utf-8")
    assert take(company, path).dialect == "salesforce"
    assert without_extra(company) == expected(name)


@each_file
@pytest.mark.parametrize("forced", ["canonical", "hubspot", "dynamics", "pipedrive"])
def test_a_dialect_forced_wrongly_says_what_does_not_fit(company: Company, file: str, forced: str) -> None:
    with pytest.raises(BadInput) as refused:
        take(company, put(company, file), dialect=forced)
    said = str(refused.value)
    assert "no column for" in said
    assert "it looks like a Salesforce export: the columns " in said


def test_a_report_as_a_workbook(company: Company) -> None:
    with put(company, "report.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row]
    days = {place for place, name in enumerate(rows[0]) if "Date" in name or name == "Last Activity"}
    sheet: list[list[Value]] = [list(rows[0])]
    for number, row in enumerate(rows[1:7]):
        cells: list[Value] = list(row)
        for place in days:
            month, day, year = row[place].split("/") if row[place] != "-" else ("", "", "")
            if month and number % 2:
                cells[place] = date(int(year), int(month), int(day))
        amount = row[7].removeprefix("USD ").replace(",", "")
        cells[7] = float(amount) if amount != "-" and number % 2 else row[7]
        sheet.append(cells)
    sheet += [list(row) for row in rows[7:]]
    report = take(company, write_workbook(company.path.parent / "report.xlsx", sheet_xml(sheet)))
    assert (report.dialect, *counted(report)) == ("salesforce", 6, 0, 0, 0)
    assert told(report)["not_a_deal"] == 6
    assert without_extra(company) == expected("report.csv")


def test_a_title_above_the_columns_is_explained(company: Company) -> None:
    path = put(company, "report.csv")
    path.write_text("Commit call\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(BadInput, match=r"Is that the title of a report\? Export it once more with its details only"):
        take(company, path)


def test_any_text_in_any_column_is_a_deal_or_a_reason(company: Company) -> None:
    with put(company, "report.csv").open(newline="", encoding="utf-8") as file:
        header, deal = list(csv.reader(file))[:2]
    deal[header.index("Close Date")] = "12/31/2026"
    rows = []
    for place in range(len(header)):
        for number, text in enumerate(CORPUS):
            key = f"006Qk{place:03}{number:05}AA"
            rows.append([key if place else f"{text}", *deal[1:place], text, *deal[place + 1 :]][: len(header)])
    path = company.path.parent / "hostile.csv"
    with path.open("w", newline="", encoding="utf-8", errors="replace") as file:
        csv.writer(file).writerows([header, deal, *rows])
    report = take(company, path)
    assert report.dialect == "salesforce"
    left_out = sum(w.count for w in report.warnings if w.code == "not_a_deal")
    assert report.rows + left_out == len(rows) + 1
    names = {row[1].encode("utf-8", "replace").decode() for row in rows if row[0].startswith("006Qk001")}
    kept = {found["name"] for key, found in facts(company).items() if key.startswith("006Qk001")}
    assert kept <= {name.strip() for name in names}
    assert len(kept) > len(CORPUS) // 2


def test_reasons_are_in_the_report(company: Company) -> None:
    reasons = "; ".join(take(company, put(company, "report.csv")).dialect_reasons)
    assert "'Opportunity ID'" in reasons
    assert "what a Salesforce report calls them" in reasons
    assert "'006Qk00000AbCdE' in the column 'Opportunity ID' is the id of a Salesforce opportunity" in reasons


def test_a_file_through_a_pipe_has_no_neighbours(company: Company) -> None:
    report = take(company, put(company, "api.csv"), name="-")
    assert "joined" not in told(report)
    assert facts(company)[NORTHWIND]["owner"] == "unassigned"


def test_dates_that_nothing_decides_are_rejected_with_advice(company: Company) -> None:
    path = put(company, "report.csv")
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()[:1]))
    deal = ["006Qk00000AbCdE", "Northwind", "N", "Lee Park", "Prospecting", "Pipeline", "USD", "5", "1%", "11/12/2026"]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([*rows, [*deal, *[""] * 7]])
    report = take(company, path)
    assert report.rejected == 1
    notice = next(w.message for w in report.warnings if w.code == "date_order")
    assert notice.startswith("dates such as 11/12/2026 can be read in two ways")
    days = company.path.parent / "days.toml"
    days.write_text("[formats]\nday_first = true\n")
    take(company, path, map=days)
    assert facts(company)[NORTHWIND]["close_day"] == "2026-12-11"
