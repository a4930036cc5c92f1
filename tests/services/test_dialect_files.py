"""What other CRMs write, from the first import to the CRM's agreement: every field of every deal is compared."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesops_tui.crm.outgoing import csv_text, workbook
from salesops_tui.errors import BadInput
from salesops_tui.services.context import find_scope
from salesops_tui.services.crm_changes import pending_changes
from salesops_tui.services.exporting_changes import export_changes
from salesops_tui.services.import_mapping import confirm, with_mapping
from salesops_tui.services.importing import ImportReport, ImportRequest, import_deals
from tests.company import Company
from tests.crm.reading import cells
from tests.crm.workbooks import Value, sheet_xml, write_workbook
from tests.services.delivered import facts

FIXTURES = Path(__file__).parents[2] / "fixtures"
FIELDS = (
    "owner", "stage", "rep_category", "amount", "close_day", "status", "name", "account", "created_day", "next_step",
    "next_step_day", "last_activity_day", "type", "loss_reason", "owner_text",
)  # fmt: skip

Deal = tuple[str | int, ...]


@dataclass(frozen=True)
class Export:
    """A file of a CRM, and what a person reads in it.

    Attributes:
        key, category: the columns of the id and of the forecast category.
        used: columns that became fields; all others are kept with the deal as they are.
        told: codes of what the import points out, and how often.
        words: what the CRM calls the categories.
        numbers, days: columns that a workbook holds as numbers and as dates.
    """

    file: str
    dialect: str
    key: str
    category: str
    used: frozenset[str]
    deals: Mapping[str, Deal]
    told: Mapping[str, int]
    words: Mapping[str, str]
    numbers: tuple[str, ...]
    days: tuple[str, ...]
    map: str = ""
    prefix: str = ""

    def rows(self) -> list[dict[str, str]]:
        with (FIXTURES / self.file).open(newline="", encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))

    def expected(self, rows: list[dict[str, str]]) -> dict[str, dict[str, Any]]:
        """What the store should hold, given that only the kept columns may differ from the fixture."""
        found = {}
        for row in rows:
            key = self.prefix + row[self.key]
            values = dict(zip(FIELDS, self.deals[row[self.key]], strict=True))
            values |= {"currency": "USD", "original": values["amount"]}
            extra = {name: text for name, text in row.items() if name not in self.used and text}
            found[key] = {n: v for n, v in values.items() if v != ""} | ({"extra": extra} if extra else {})
        return found


HUBSPOT = Export(
    file="hubspot/deals_export.csv",
    dialect="hubspot",
    key="Record ID",
    category="Forecast category",
    used=frozenset(
        {
            "Record ID", "Deal Name", "Deal Stage", "Close Date", "Deal owner", "Amount", "Currency",
            "Forecast category", "Create Date", "Last Activity Date", "Next step", "Deal Type",
            "Associated Company (Primary)", "Closed Lost Reason",
        }
    ),
    deals={
        "18204467001": (
            "lee", "6", "commit", 125000050, "2026-12-11", "open", "Northwind — platform renewal", "Northwind Traders",
            "2026-03-02", "redlines back from their counsel\nThursday", "", "2026-11-05", "Existing Business", "", "",
        ),
        "18204467002": (
            "ana", "4", "best_case", 8800000, "2026-12-18", "open", 'Contoso, EU roll-out "phase 2"', "Contoso, Ltd.",
            "2026-05-20", "", "", "", "New Business", "", "",
        ),
        "18204467003": (
            "sam", "3", "best_case", 3000000, "2027-01-08", "open", "=Fabrikam seats", "Fabrikam", "2026-08-11",
            "demo for the buying team", "", "2026-10-30", "New Business", "", "",
        ),
        "18204467004": (
            "unassigned", "2", "omitted", 0, "2026-12-30", "open", "株式会社アジュール 更新", "株式会社アジュール",
            "2026-09-01", "", "", "", "", "", "",
        ),
        "18204467005": (
            "unassigned", "1", "omitted", 1250000, "2026-12-22", "open", "Tailspin core", "Tailspin Toys",
            "2026-10-12", "", "", "2026-10-12", "New Business", "", "Nobody Known",
        ),
        "18204467006": (
            "lee", "7", "closed", 5500000, "2026-10-28", "won", "Wingtip analytics", "Wingtip", "2026-04-14", "", "",
            "2026-10-28", "New Business", "", "",
        ),
        "18204467007": (
            "ana", "8", "omitted", 2000000, "2026-11-03", "lost", "Litware pilot", "Litware", "2026-06-01", "", "",
            "2026-11-03", "New Business", "no budget before spring", "",
        ),
    },
    told={"most_likely": 1, "owner_unknown": 1, "filled_in": 2},
    words={"commit": "COMMIT", "best_case": "BEST_CASE"},
    numbers=("Record ID", "Amount", "Deal probability"),
    days=("Close Date", "Create Date", "Last Activity Date"),
)  # fmt: skip

HUBSPOT_API = Export(
    file="hubspot/deals_api.csv",
    dialect="hubspot",
    key="hs_object_id",
    category="hs_manual_forecast_category",
    used=frozenset(
        {
            "hs_object_id", "dealname", "dealstage", "closedate", "hubspot_owner_id", "amount", "deal_currency_code",
            "hs_manual_forecast_category", "createdate", "notes_last_updated", "hs_next_step", "dealtype",
            "closed_lost_reason",
        }
    ),
    deals={
        "9000000000001": (
            "lee", "6", "commit", 12500050, "2026-12-11", "open", "Northwind renewal", "", "2026-03-02", "redlines", "",
            "2026-11-05", "existingbusiness", "", "",
        ),
        "9000000000002": (
            "ana", "4", "best_case", 8800000, "2026-12-18", "open", "Contoso roll-out", "", "2026-05-20", "", "", "",
            "newbusiness", "", "",
        ),
        "9000000000003": (
            "sam", "3", "best_case", 3000000, "2027-01-08", "open", "Fabrikam seats", "", "2026-08-11", "", "", "",
            "newbusiness", "", "",
        ),
        "9000000000004": (
            "unassigned", "2", "omitted", 0, "2026-12-30", "open", "Azure renewal", "", "2026-09-01", "", "", "", "",
            "", "",
        ),
        "9000000000005": (
            "lee", "4", "pipeline", 4000000, "2026-12-22", "open", "Adatum partner deal", "", "2026-10-12", "", "", "",
            "newbusiness", "", "",
        ),
        "9000000000006": (
            "lee", "7", "closed", 5500000, "2026-10-28", "won", "Wingtip analytics", "", "2026-04-14", "", "", "",
            "newbusiness", "", "",
        ),
        "9000000000007": (
            "ana", "8", "omitted", 2000000, "2026-11-03", "lost", "Litware pilot", "", "2026-06-01", "", "", "",
            "newbusiness", "no budget", "",
        ),
    },
    told={"most_likely": 1, "filled_in": 2},
    words={"commit": "COMMIT", "best_case": "BEST_CASE"},
    numbers=("hs_object_id", "amount", "hubspot_owner_id"),
    days=("closedate", "createdate"),
    map="hubspot/portal.toml",
)  # fmt: skip

A = "a1b2c301-0000-4000-8000-0000000000"
DYNAMICS = Export(
    file="dynamics/view.csv",
    dialect="dynamics",
    key="(Do Not Modify) Opportunity",
    category="Forecast Category",
    used=frozenset(
        {
            "(Do Not Modify) Opportunity", "Topic", "Potential Customer", "Currency", "Forecast Category",
            "Sales Stage", "Status", "Owner", "Created On",
        }
    ),
    deals={
        f"{A}01": (
            "lee", "6", "commit", 48500000, "2026-12-11", "open", "Northwind renewal", "Northwind Traders",
            "2026-03-02", "", "", "", "", "", "",
        ),
        f"{A}02": (
            "ana", "5", "best_case", 8800000, "2027-01-08", "open", "Contoso EU roll-out", "Contoso", "2026-05-20", "",
            "", "", "", "", "",
        ),
        f"{A}03": (
            "sam", "3", "pipeline", 3000000, "2026-12-04", "open", "Fabrikam seats", "Fabrikam", "2026-08-11", "", "",
            "", "", "", "",
        ),
        f"{A}04": (
            "unassigned", "1", "omitted", 0, "2026-12-30", "open", "Azure, renewal", "Azure K.K.", "2026-09-01", "",
            "", "", "", "", "",
        ),
        f"{A}05": (
            "lee", "7", "closed", 5500000, "2026-10-28", "won", "Wingtip analytics", "Wingtip", "2026-04-14", "", "",
            "", "", "", "",
        ),
        f"{A}06": (
            "ana", "8", "omitted", 2000000, "2026-11-03", "lost", "Litware pilot", "Litware", "2026-06-01", "", "",
            "", "", "", "",
        ),
    },
    told={"date_order": 1, "filled_in": 2},
    words={"commit": "Committed", "best_case": "Best case"},
    numbers=("Probability",),
    days=("Est. Close Date", "Actual Close Date", "Created On", "(Do Not Modify) Modified On"),
)  # fmt: skip

B = "b1b2c301-0000-4000-8000-0000000000"
STAGES = ("5", "3", "6", "1", "1")
CLAIMS = ("pipeline", "best_case", "commit", "omitted", "pipeline")
DYNAMICS_LOGICAL = Export(
    file="dynamics/logical.csv",
    dialect="dynamics",
    key="opportunityid",
    category="msdyn_forecastcategory",
    used=frozenset(
        {
            "opportunityid", "name", "parentaccountidname", "transactioncurrencyidname", "msdyn_forecastcategory",
            "stepname", "statecode", "owneridname", "createdon",
        }
    ),
    deals={
        f"{B}0{n}": (
            "lee", stage, claim, n * 1000000, "2026-12-11", "open", f"Deal {n}", "Northwind", "2026-03-02", "", "", "",
            "", "", "",
        )
        for n, (stage, claim) in enumerate(zip(STAGES, CLAIMS, strict=True), 1)
    } | {
        f"{B}06": (
            "lee", "7", "closed", 5500000, "2026-10-28", "won", "Deal 6", "Wingtip", "2026-04-14", "", "", "", "", "",
            "",
        ),
        f"{B}07": (
            "ana", "8", "omitted", 2000000, "2026-11-03", "lost", "Deal 7", "Litware", "2026-06-01", "", "", "", "",
            "", "",
        ),
    },
    told={},
    words={"commit": "100000003", "best_case": "100000002"},
    numbers=("estimatedvalue", "actualvalue", "msdyn_forecastcategory", "statecode"),
    days=("estimatedclosedate", "actualclosedate", "createdon"),
)  # fmt: skip

PIPEDRIVE = Export(
    file="pipedrive/deals.csv",
    dialect="pipedrive",
    key="Deal - ID",
    category="Deal - Probability",
    used=frozenset(
        {
            "Deal - ID", "Deal - Title", "Deal - Value", "Deal - Currency", "Deal - Owner", "Deal - Stage",
            "Deal - Status", "Deal - Probability", "Deal - Lost reason", "Deal - Deal created",
            "Deal - Next activity date", "Deal - Last activity date", "Organization - Name",
        }
    ),
    deals={
        "101": (
            "lee", "6", "commit", 12500050, "2026-12-11", "open", "Northwind renewal", "Northwind Traders",
            "2026-03-02", "", "2026-11-12", "2026-11-05", "", "", "",
        ),
        "102": (
            "ana", "4", "best_case", 8800000, "2026-12-18", "open", 'Contoso; EU "roll-out"', "Contoso, Ltd.",
            "2026-05-20", "", "", "", "", "", "",
        ),
        "103": (
            "sam", "3", "pipeline", 3000000, "2027-01-08", "open", "Fabrikam seats", "Fabrikam", "2026-08-11", "", "",
            "", "", "", "",
        ),
        "104": (
            "unassigned", "1", "pipeline", 0, "2026-12-30", "open", "Azure renewal", "", "2026-09-01", "", "", "", "",
            "", "",
        ),
        "105": (
            "unassigned", "1", "omitted", 1250000, "2026-12-22", "open", "Tailspin core", "Tailspin Toys",
            "2026-10-12", "", "", "", "", "", "Nobody Known",
        ),
        "106": (
            "lee", "7", "closed", 5500000, "2026-10-28", "won", "Wingtip analytics", "Wingtip", "2026-04-14", "", "",
            "", "", "", "",
        ),
        "107": (
            "ana", "8", "omitted", 2000000, "2026-11-03", "lost", "Litware pilot", "Litware", "2026-06-01", "", "", "",
            "", "no budget", "",
        ),
    },
    told={"owner_unknown": 1, "filled_in": 2},
    words={"commit": "90", "best_case": "60"},
    numbers=("Deal - ID", "Deal - Value", "Deal - Probability"),
    days=("Deal - Expected close date", "Deal - Won time", "Deal - Lost time", "Deal - Deal created"),
    map="pipedrive/account.toml",
    prefix="pd-",
)  # fmt: skip

EXPORTS = [HUBSPOT, HUBSPOT_API, DYNAMICS, DYNAMICS_LOGICAL, PIPEDRIVE]
each_export = pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.file)


def take(company: Company, export: Export, path: Path) -> ImportReport:
    company.later(seconds=5)
    return import_deals(company.context, ImportRequest(path, map=FIXTURES / export.map if export.map else None))


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def counted(report: ImportReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.rejected


def told(report: ImportReport) -> dict[str, int]:
    found: dict[str, int] = {}
    for warning in report.warnings:
        found[warning.code] = found.get(warning.code, 0) + warning.count
    return {code: count for code, count in found.items() if code not in {"open_past_close", "look_alike"}}


@each_export
def test_every_field_of_an_export_goes_in_and_nothing_changes_the_second_time(company: Company, export: Export) -> None:
    expected = export.expected(export.rows())
    report = take(company, export, FIXTURES / export.file)
    assert (report.dialect, *counted(report)) == (export.dialect, len(expected), 0, 0, 0)
    assert told(report) == export.told
    assert facts(company) == expected
    again = take(company, export, FIXTURES / export.file)
    assert counted(again) == (0, 0, len(expected), 0)
    assert facts(company) == expected


@each_export
def test_the_same_export_as_a_workbook(company: Company, tmp_path: Path, export: Export) -> None:
    rows = export.rows()
    sheet: list[list[Value]] = [list(rows[0])]
    sheet += [[_typed(export, name, text, n) for name, text in row.items()] for n, row in enumerate(rows)]
    report = take(company, export, write_workbook(tmp_path / "deals.xlsx", sheet_xml(sheet)))
    assert (report.dialect, *counted(report)) == (export.dialect, len(rows), 0, 0, 0)
    assert _without_extra(facts(company)) == _without_extra(export.expected(rows))


def _typed(export: Export, name: str, text: str, number: int) -> Value:
    """A cell as a workbook holds it: days as dates in one row, as bare numbers with a time behind in the next."""
    if name in export.numbers and text:
        value = float(text.replace(",", ""))
        return int(value) if value.is_integer() else value
    if name not in export.days or not text:
        return text
    if "/" in text:
        month, day_of_month, year = text.split(maxsplit=1)[0].split("/")
        day = date(int(year), int(month), int(day_of_month))
    else:
        day = date.fromisoformat(text[:10])
    return day if number % 2 else (day - date(1899, 12, 30)).days + 0.75


def _without_extra(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {key: {name: value for name, value in deal.items() if name != "extra"} for key, deal in found.items()}


@each_export
def test_a_failed_inspection_goes_out_comes_back_and_is_lifted(
    company: Company, tmp_path: Path, export: Export
) -> None:
    rows = export.rows()
    take(company, export, FIXTURES / export.file)
    committed = next(key for key, deal in facts(company).items() if deal["rep_category"] == "commit")
    row = next(row for row in rows if export.prefix + row[export.key] == committed)
    company.later(minutes=5)
    company.fail(committed)
    for step, category in ((company.pass_, "best_case"), (None, "commit")):
        assert _changes(company)[committed][1] == category
        row[export.category] = export.words[category]
        report = take(company, export, written(tmp_path / "crm.csv", rows))
        assert counted(report) == (0, 1, len(rows) - 1, 0)
        expected = export.expected(rows)
        expected[committed]["rep_category"] = category
        assert facts(company) == expected
        assert _changes(company) == {}
        company.later(minutes=5)
        if step:
            step(committed)


def _changes(company: Company) -> dict[str, tuple[str, str]]:
    context = company.context
    found = pending_changes(context, find_scope(context, None, context.now()), None, context.now())
    return {change.deal.key: (change.before.key, change.after.key) for change in found}


@each_export
def test_the_file_of_changes_is_one_that_the_crm_takes(company: Company, export: Export) -> None:
    take(company, export, FIXTURES / export.file)
    committed = next(key for key, deal in facts(company).items() if deal["rep_category"] == "commit")
    company.later(minutes=5)
    company.fail(committed)
    context = company.context
    table = export_changes(context, find_scope(context, None, context.now()), None, context.now()).tables[0]
    (cells,) = table.rows
    changed = dict(zip(table.columns, cells, strict=True))
    keys = {"hubspot": "Record ID", "dynamics": "(Do Not Modify) Opportunity", "pipedrive": "Deal - ID"}
    words = {"hubspot": "BEST_CASE", "dynamics": "Best case", "pipedrive": "Best Case"}
    assert changed[keys[export.dialect]] == committed.removeprefix(export.prefix)
    assert list(changed.values())[-1] == words[export.dialect]
    if export is DYNAMICS:
        assert changed["(Do Not Modify) Row Checksum"] == "k1TqZ8d0/8Yx2v9m+Q=="


@pytest.mark.parametrize(
    ("checksum", "there"), [("+Gk9s0aB3cD/4e5F6g8H==", ""), ("=cmd|'/C calc'!A0", "'"), ("+1(2)", "'")]
)
def test_a_checksum_goes_back_to_dynamics_as_it_came(
    company: Company, tmp_path: Path, checksum: str, there: str
) -> None:
    row = DYNAMICS.rows()[0] | {"(Do Not Modify) Row Checksum": checksum, "Created On": "12/31/2025 9:05"}
    take(company, DYNAMICS, written(tmp_path / "deals.csv", [row]))
    company.later(minutes=5)
    company.fail(row[DYNAMICS.key])
    context = company.context
    table = export_changes(context, find_scope(context, None, context.now()), None, context.now()).tables[0]
    (tmp_path / "changes.csv").write_text(csv_text(table.columns, table.rows), newline="")
    with (tmp_path / "changes.csv").open(newline="") as file:
        (changed,) = csv.DictReader(file)
    assert changed["(Do Not Modify) Row Checksum"] == there + checksum
    (tmp_path / "changes.xlsx").write_bytes(workbook([table._replace(rows=list(table.rows))]).content)
    assert cells(tmp_path / "changes.xlsx")[0][1] == checksum


@each_export
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-8"])
def test_marks_line_ends_and_delimiters_make_no_difference(
    company: Company, tmp_path: Path, export: Export, end: str, codec: str
) -> None:
    with (tmp_path / "deals.csv").open("w", newline="", encoding=codec) as file:
        writer = csv.DictWriter(file, list(export.rows()[0]), delimiter=";", lineterminator=end)
        writer.writeheader()
        writer.writerows(export.rows())
    assert take(company, export, tmp_path / "deals.csv").dialect == export.dialect
    assert facts(company) == export.expected(export.rows())


def test_pipedrive_without_a_map_says_what_to_do(company: Company) -> None:
    with pytest.raises(BadInput, match=r"no column for category.*\[category_from_probability\] commit = 90"):
        import_deals(company.context, ImportRequest(FIXTURES / PIPEDRIVE.file))


def test_pipedrive_with_a_field_for_the_category_needs_no_map(company: Company, tmp_path: Path) -> None:
    rows = [row | {"Deal - Forecast category": "Commit"} for row in PIPEDRIVE.rows()]
    report = import_deals(company.context, ImportRequest(written(tmp_path / "deals.csv", rows)))
    assert counted(report) == (7, 0, 0, 0)
    claims = {deal["rep_category"] for deal in facts(company).values() if deal["status"] == "open"}
    assert claims == {"commit"}


def test_pipedrives_stages_may_say_the_category(company: Company, tmp_path: Path) -> None:
    words = '[values.category]\n"Negotiations Started" = "commit"\n"*" = "pipeline"\n'
    (tmp_path / "map.toml").write_text(words)
    import_deals(company.context, ImportRequest(FIXTURES / PIPEDRIVE.file, map=tmp_path / "map.toml"))
    claims = {key: deal["rep_category"] for key, deal in facts(company).items() if deal["status"] == "open"}
    assert claims == {"101": "commit", "102": "pipeline", "103": "pipeline", "104": "pipeline", "105": "pipeline"}


@each_export
@pytest.mark.parametrize("forced", ["salesforce", "hubspot", "dynamics", "pipedrive"])
def test_a_dialect_forced_wrongly_says_what_does_not_fit(company: Company, export: Export, forced: str) -> None:
    if forced == export.dialect:
        return
    with pytest.raises(BadInput) as refused:
        import_deals(company.context, ImportRequest(FIXTURES / export.file, dialect=forced))
    said = str(refused.value)
    assert "no column for" in said
    assert "it looks like a " in said
    assert {"hubspot": "HubSpot", "dynamics": "Dynamics", "pipedrive": "Pipedrive"}[export.dialect] in said


@pytest.mark.parametrize(
    ("number", "category", "status"),
    [
        ("100000001", "pipeline", "open"), ("100000002", "best_case", "open"), ("100000003", "commit", "open"),
        ("100000004", "omitted", "open"), ("100000005", "closed", "won"), ("100000006", "omitted", "lost"),
    ],
)  # fmt: skip
def test_each_option_number_of_dynamics(
    company: Company, tmp_path: Path, number: str, category: str, status: str
) -> None:
    code = {"open": "0", "won": "1", "lost": "2"}[status]
    row = DYNAMICS_LOGICAL.rows()[0] | {"msdyn_forecastcategory": number, "statecode": code}
    take(company, DYNAMICS_LOGICAL, written(tmp_path / "deals.csv", [row]))
    (found,) = facts(company).values()
    assert (found["rep_category"], found["status"]) == (category, status)


def test_a_text_file_of_dynamics_may_have_day_numbers(company: Company, tmp_path: Path) -> None:
    days = {"Est. Close Date": "46367", "Created On": "46083.378472222219"}
    take(company, DYNAMICS, written(tmp_path / "deals.csv", [DYNAMICS.rows()[0] | days]))
    (found,) = facts(company).values()
    assert (found["close_day"], found["created_day"]) == ("2026-12-11", "2026-03-02")


@pytest.mark.parametrize("number", ["100000005", "Won"])
def test_an_open_deal_of_dynamics_that_claims_won_is_rejected(company: Company, tmp_path: Path, number: str) -> None:
    row = DYNAMICS_LOGICAL.rows()[0] | {"msdyn_forecastcategory": number}
    report = take(company, DYNAMICS_LOGICAL, written(tmp_path / "deals.csv", [row]))
    assert told(report) == {"rejected": 1, "nothing_taken": 1}


@pytest.mark.parametrize("change", [lambda name: name.upper(), lambda name: f"  {name.lower()} "])
@each_export
def test_the_case_of_columns_makes_no_difference(
    company: Company, tmp_path: Path, export: Export, change: Callable[[str], str]
) -> None:
    rows = [{change(name): text for name, text in row.items()} for row in export.rows()]
    report = take(company, export, written(tmp_path / "deals.csv", rows))
    assert (report.dialect, report.accepted) == (export.dialect, len(rows))
    assert _without_extra(facts(company)) == _without_extra(export.expected(export.rows()))


def test_a_confirmed_mapping_remembers_how_the_category_follows_from_the_probability(company: Company) -> None:
    request = ImportRequest(FIXTURES / PIPEDRIVE.file, map=FIXTURES / PIPEDRIVE.map)
    confirm(company.context, with_mapping(request, values={"stage": {"Proposal Made": "5"}}))
    company.later(seconds=5)
    report = import_deals(company.context, ImportRequest(FIXTURES / PIPEDRIVE.file))
    assert (report.dialect, report.id_prefix, report.accepted) == ("pipedrive", "pd-", 7)
    found = facts(company)
    assert (found["pd-101"]["rep_category"], found["pd-102"]["rep_category"]) == ("commit", "best_case")
    assert (found["pd-102"]["stage"], found["pd-106"]["stage"]) == ("5", "7")
