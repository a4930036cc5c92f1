"""Full files: what is missing from them, and the question that stands before much of Commit goes."""

from pathlib import Path

import pytest

from salesops_tui.errors import Refused
from salesops_tui.services.importing import ImportRequest, NeedsConfirmation, import_deals
from salesops_tui.services.verifying import verify_store
from tests.company import Company
from tests.services.import_desk import Desk, deal

HUNDRED = [deal(f"D{i:03d}", amount="1000") for i in range(100)]


@pytest.fixture
def desk(company: Company, tmp_path: Path) -> Desk:
    folder = tmp_path / "files"
    folder.mkdir()
    desk = Desk(company, folder)
    desk.take(*HUNDRED)
    company.later(days=7)
    return desk


def test_what_is_missing_is_removed_and_leaves_every_total(desk: Desk) -> None:
    report = desk.take(*HUNDRED[5:], full=True)
    assert (report.unchanged, report.removed, report.full) == (95, 5, True)
    assert [desk.now()[f"D00{i}"][-2:] for i in range(6)] == [(3, 0)] * 5 + [(0, 3)]
    assert verify_store(desk.company.context)[0] == []


def test_a_partial_file_removes_nothing(desk: Desk) -> None:
    assert desk.take(HUNDRED[0]).removed == 0
    assert {status for *_, status, _ in desk.now().values()} == {0}


def test_more_than_the_policys_share_of_commit_asks_first(desk: Desk) -> None:
    before = desk.tables()
    with pytest.raises(NeedsConfirmation) as question:
        desk.take(*HUNDRED[6:], full=True)
    said = str(question.value)
    assert (
        "lacks 6 open deals of the source 'crm', with 6000.00 of 100000.00 USD in Commit (6 %, more than 5 %)" in said
    )
    assert "--yes" in said
    assert issubclass(NeedsConfirmation, Refused)
    assert desk.tables() == before
    assert desk.take(*HUNDRED[6:], full=True, yes=True).removed == 6


def test_the_share_is_of_commit_and_not_of_deals(desk: Desk) -> None:
    desk.take(*(deal(f"P{i}", amount="90000", category="pipeline") for i in range(50)))
    desk.company.later(days=7)
    assert desk.take(*HUNDRED, full=True).removed == 50


def test_the_share_is_of_the_sources_own_commit(desk: Desk) -> None:
    desk.take(*(deal(f"E{i}", amount="1000000") for i in range(20)), source="emea")
    desk.company.later(days=7)
    with pytest.raises(NeedsConfirmation, match=r"100000\.00 USD in Commit"):
        desk.take(*HUNDRED[6:], full=True)


def test_a_dry_run_says_the_question_as_a_warning(desk: Desk) -> None:
    report = desk.take(*HUNDRED[6:], full=True, dry_run=True)
    assert report.removed == 6
    (warning,) = [w for w in report.warnings if w.code == "vanished_commit"]
    assert (warning.count, "6 %" in warning.message) == (6, True)


def test_a_capped_deal_that_vanishes_is_no_commit(desk: Desk) -> None:
    for i in range(6):
        desk.company.fail(f"D00{i}")
    desk.company.later(days=1)
    assert desk.take(*HUNDRED[6:], full=True).removed == 6


@pytest.mark.parametrize("broken", [{"amount": "x"}, {"close_date": "2026-02-31"}, {"name": ""}])
def test_a_deal_whose_row_is_rejected_is_not_removed(desk: Desk, broken: dict[str, str]) -> None:
    report = desk.take(deal("D000", **broken), *HUNDRED[1:], full=True)
    assert (report.rejected, report.removed) == (1, 0)
    assert desk.now()["D000"][1:] == (100_000, "2026-12-11", 0, 3)


def test_a_malformed_row_counts_as_delivered(desk: Desk) -> None:
    report = desk.take(("D000", "Acme", "Inc", *HUNDRED[0][2:]), *HUNDRED[1:], full=True)
    assert (report.rejected, report.removed) == (1, 0)


def test_closed_deals_may_be_missing(desk: Desk) -> None:
    desk.take(deal("D000", stage="7", category="closed"))
    desk.company.later(days=7)
    assert desk.take(*HUNDRED[1:], full=True).removed == 0
    assert desk.now()["D000"][-2:] == (1, 4)


def test_what_comes_back_is_a_change(desk: Desk) -> None:
    desk.take(*HUNDRED[1:], full=True)
    desk.company.later(days=7)
    report = desk.take(*HUNDRED, full=True)
    assert (report.new, report.changed, report.removed) == (0, 1, 0)
    assert desk.now()["D000"][-2:] == (0, 3)


def test_a_full_file_after_the_same_partial_one_still_removes(desk: Desk) -> None:
    moment = "2026-11-15"
    desk.take(*HUNDRED[1:], as_of=moment)
    assert desk.take(*HUNDRED[1:], as_of=moment, full=True).removed == 1
    before = desk.tables()
    assert desk.take(*HUNDRED[1:], as_of=moment, full=True).unchanged == 99
    assert desk.take(*HUNDRED[1:], as_of=moment).unchanged == 99
    assert desk.tables() == before


def test_what_differs_is_judged_when_it_is_written(desk: Desk) -> None:
    """Somebody else's import lands between our reading and our writing."""
    moment = "2026-11-15"
    other = desk.company.acting_as("olga")
    path = desk.file(deal("D000", amount="7"))

    def meanwhile(_done: int, _of: int, what: str) -> None:
        if what == "comparing":
            assert import_deals(other, ImportRequest(path, as_of=moment)).changed == 1

    report = import_deals(desk.company.context, ImportRequest(path, as_of=moment), meanwhile)
    assert (report.changed, report.unchanged) == (0, 1)
    assert "same_file" in {w.code for w in report.warnings}

    def newer(_done: int, _of: int, what: str) -> None:
        if what == "comparing":
            import_deals(other, ImportRequest(path, as_of="2026-11-16T07:00"))

    with pytest.raises(Refused, match="is newer"):
        import_deals(desk.company.context, ImportRequest(path, as_of=moment), newer)
    other.store.close()
