"""Which changes the CRM has not taken up: what is pending, until when, and what is contested."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesops_tui.crm.dialects import DIALECTS
from salesops_tui.domain.calendar import Moment
from salesops_tui.errors import Refused, WrongUsage
from salesops_tui.services.context import find_period, find_scope
from salesops_tui.services.crm_changes import pending_changes
from salesops_tui.services.exporting_changes import export_changes
from salesops_tui.services.import_mapping import confirm, with_mapping
from salesops_tui.services.importing import ImportRequest, import_deals
from salesops_tui.services.not_in_crm import NotInCrm, count_of
from tests.company import Company
from tests.services.import_desk import HEADER, Desk, deal

Pending = list[tuple[str, str, str, int]]


def pending(company: Company, at: Moment | None = None, **narrowed: str) -> Pending:
    """Id, from, to and how often contested."""
    context = company.context
    now = context.now()
    scope = find_scope(context, narrowed.get("scope"), now)
    period = find_period(context, narrowed["period"], now) if "period" in narrowed else None
    found = pending_changes(context, scope, period, now if at is None else at, narrowed.get("source"))
    return [(c.deal.key, c.before.key, c.after.key, c.contested) for c in found]


@pytest.fixture
def capped(company: Company) -> Company:
    company.claim("D1", category="commit", amount=500)
    company.claim("D2", category="best_case", amount=900)
    company.later(days=2)
    company.fail("D1", "paper_process", by="dana")
    return company


def test_nothing_is_pending_where_nobody_has_failed(company: Company) -> None:
    company.claim("D1", category="commit")
    assert pending(company) == []


def test_a_capped_claim_of_commit_is_to_become_best_case(capped: Company) -> None:
    assert pending(capped) == [("D1", "commit", "best_case", 0)]
    found = pending_changes(capped.context, find_scope(capped.context, None, capped.clock()), None, capped.clock())
    assert found[0].failed == ("paper_process",)
    assert found[0].since == capped.clock()


def test_it_stays_pending_while_the_crm_claims_commit(capped: Company) -> None:
    failed_at = capped.clock()
    capped.later(days=5).claim("D1", category="commit", amount=501)
    assert pending(capped) == [("D1", "commit", "best_case", 0)]
    scope = find_scope(capped.context, None, capped.clock())
    assert pending_changes(capped.context, scope, None, capped.clock())[0].since == failed_at


def test_it_ends_with_the_import_that_shows_it(capped: Company) -> None:
    before = capped.clock()
    capped.later(days=5).claim("D1", category="best_case")
    assert pending(capped) == []
    assert pending(capped, at=before) == [("D1", "commit", "best_case", 0)]


def test_a_claim_that_comes_back_is_contested_and_counted(capped: Company) -> None:
    capped.later(days=1).claim("D1", category="best_case")
    capped.later(days=1).claim("D1", category="commit")
    once = capped.clock()
    assert pending(capped) == [("D1", "commit", "best_case", 1)]
    capped.later(days=1).claim("D1", category="best_case")
    capped.later(days=1).claim("D1", category="commit")
    assert pending(capped) == [("D1", "commit", "best_case", 2)]
    assert pending(capped, at=once) == [("D1", "commit", "best_case", 1)]


def test_a_claim_that_fell_further_and_came_back_is_not_contested(capped: Company) -> None:
    for category in ("best_case", "pipeline", "best_case", "commit"):
        capped.later(days=1).claim("D1", category=category)
    assert pending(capped) == [("D1", "commit", "best_case", 0)]


def test_a_restored_claim_is_to_become_commit_until_the_rep_says_something_new(capped: Company) -> None:
    capped.later(days=1).claim("D1", category="best_case")
    capped.later(days=1).pass_("D1", by="dana")
    assert pending(capped) == [("D1", "best_case", "commit", 0)]
    capped.later(days=1).claim("D1", category="pipeline")
    assert pending(capped) == []


@pytest.mark.parametrize("fate", ["won", "lost", "removed"])
def test_a_deal_that_is_out_needs_no_change(capped: Company, fate: str) -> None:
    capped.later(days=1).claim("D1", status=fate)
    assert pending(capped) == []


def test_a_deal_that_failed_outside_of_commit_needs_no_change(capped: Company) -> None:
    capped.fail("D2", "economic_buyer", by="dana")
    assert pending(capped) == [("D1", "commit", "best_case", 0)]


def test_scope_and_period_narrow(capped: Company) -> None:
    capped.claim("D3", owner="sam", category="commit", amount=700, close="2027-01-15")
    capped.fail("D3", "economic_buyer", by="erik")
    assert [row[0] for row in pending(capped)] == ["D3", "D1"]
    assert [row[0] for row in pending(capped, scope="dana")] == ["D1"]
    assert [row[0] for row in pending(capped, period="FY26-Q4")] == ["D1"]
    assert pending(capped, source="emea") == []


def test_the_count_in_words(capped: Company) -> None:
    number = capped.store.conn.execute("SELECT id FROM deal WHERE key = 'D1'").fetchone()[0]
    assert str(count_of(capped.context, [number], capped.clock())) == "1 change not yet in the CRM"
    assert str(NotInCrm(3, 1)) == "3 changes not yet in the CRM, 1 contested"
    assert str(NotInCrm(0, 0)) == ""


# ----------------------------------------------------------------- as a file


def exported(company: Company, dialect: str | None = None) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    context = company.context
    now = context.now()
    table = export_changes(context, find_scope(context, None, now), None, now, dialect=dialect).tables[0]
    return tuple(table.columns), [tuple(row) for row in table.rows]


def test_by_default_the_form_is_that_of_the_deals_last_import(company: Company, tmp_path: Path) -> None:
    desk = Desk(company, tmp_path)
    desk.take(deal("D1"))
    company.later(hours=1).fail("D1", by="dana")
    columns, rows = exported(company)
    assert columns[:2] == ("id", "name")
    assert rows[0][columns.index("category")] == "best_case"


def test_an_import_of_the_canonical_form_is_the_crm_agreeing(company: Company, tmp_path: Path) -> None:
    desk = Desk(company, tmp_path)
    desk.take(deal("D1"), deal("D2"))
    company.later(hours=1).fail("D1", by="dana")
    columns, rows = exported(company)
    back = desk.file(*[[str(cell or "") for cell in row] for row in rows], header=columns, name="back.csv")
    report = import_deals(company.later(hours=1).context, ImportRequest(back))
    assert (report.accepted, report.changed, report.rejected) == (1, 1, 0)
    assert pending(company) == []


@pytest.mark.parametrize(
    ("dialect", "columns", "word"),
    [
        ("salesforce", ("Id", "ForecastCategoryName"), "Best Case"),
        ("hubspot", ("Record ID", "Forecast category"), "BEST_CASE"),
    ],
)
def test_other_crms_get_the_id_and_the_category(
    company: Company, tmp_path: Path, dialect: str, columns: tuple[str, ...], word: str
) -> None:
    if dialect not in DIALECTS:
        pytest.skip(f"no dialect {dialect} yet")
    Desk(company, tmp_path).take(deal("006000000000001AAA"))
    company.later(hours=1).fail("006000000000001AAA", by="dana")
    found, rows = exported(company, dialect)
    assert found == columns
    assert rows == [("006000000000001AAA", word)]


def test_a_renamed_category_goes_back_in_the_crms_own_word(company: Company, tmp_path: Path) -> None:
    desk = Desk(company, tmp_path)
    header = ("Id", "Name", "Owner", "Amount", "StageName", "ForecastCategoryName", "CloseDate")
    row = ["006000000000001AAA", "Acme", "lee", "5.00", "6", "Sure", "2026-12-11"]
    path = desk.file(row, header=header)
    request = with_mapping(
        ImportRequest(path, dialect="salesforce"), values={"category": {"Sure": "commit", "Upside": "best_case"}}
    )
    import_deals(company.context, request)
    confirm(company.context, request)
    company.later(hours=1).fail("006000000000001AAA", by="dana")
    assert exported(company)[1] == [("006000000000001AAA", "Upside")]


def test_deals_of_two_dialects_need_a_word(company: Company, tmp_path: Path) -> None:
    desk = Desk(company, tmp_path)
    for key, source in (("D1", "crm"), ("D2", "emea")):
        desk.take(deal(key), source=source)
        company.later(hours=1).fail(key, by="dana")
    with company.store.write() as conn:
        conn.execute("DROP TRIGGER import_no_update")
        conn.execute("UPDATE import SET dialect = 'hubspot' WHERE source = 'emea'")
    with pytest.raises(Refused, match=r"several dialects: canonical \(1\), hubspot \(1\)"):
        exported(company)
    assert len(exported(company, "canonical")[1]) == 2


def test_an_unknown_dialect_is_wrong_usage(capped: Company) -> None:
    with pytest.raises(WrongUsage, match="no dialect 'siebel'"):
        exported(capped, "siebel")


def test_the_header_stands_even_where_nothing_is_pending(company: Company, tmp_path: Path) -> None:
    Desk(company, tmp_path).take(deal("D1"))
    columns, rows = exported(company)
    assert set(HEADER) <= set(columns)
    assert rows == []
