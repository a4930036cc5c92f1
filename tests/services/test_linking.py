"""A deal under a new id: pointed out, linked, and held down as the earlier one was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from salesops_tui.domain.calendar import Day
from salesops_tui.domain.look_alike import likeness
from salesops_tui.errors import NotFound, Refused, WrongUsage
from salesops_tui.services.import_request import ImportRequest
from salesops_tui.services.import_understanding import understand
from salesops_tui.services.linking import all_links, link_deals, links_of, look_alikes, unlink_deal
from salesops_tui.services.undo import undo_last
from salesops_tui.services.verifying import verify_store
from salesops_tui.store.deals import deal_number
from tests.company import Company
from tests.services.import_desk import HEADER, Desk, deal

WITH_ACCOUNT = (*HEADER, "account")


def of(account: str, key: str, **values: str) -> tuple[str, ...]:
    return (*deal(key, **values), account)


@pytest.fixture
def desk(company: Company, tmp_path: Path) -> Desk:
    """Somebody at a store whose deal D1 (Acme, lee, 42,000) was failed."""
    folder = tmp_path / "files"
    folder.mkdir()
    desk = Desk(company, folder)
    desk.take(of("Acme Inc", "D1"), of("Beta", "D2"), header=WITH_ACCOUNT)
    company.later(days=1).fail("D1")
    company.later(days=6)
    return desk


def category(desk: Desk, key: str) -> int:
    return int(desk.now()[key][-1])


def problems(desk: Desk) -> list[str]:
    return list(verify_store(desk.company.context).problems)


BEST_CASE, COMMIT = 2, 3


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (of("ACME  inc", "N", amount="41000"), "continuation"),
        (of("Acme Inc", "N", amount="20000"), "split"),
        (of("Acme Inc", "N", close_date="2027-06-30"), "continuation"),
        (of("Acme Inc", "N", amount="9000", close_date="2027-06-30"), None),
        (of("Acme Inc", "N", owner="ana"), None),
        (of("Other", "N"), None),
        (of("", "N"), None),
        (of("Beta", "N"), None),
        (of("Acme Inc", "N", stage="7", category="closed"), None),
    ],
    ids=[
        "near amount", "a part", "near amount only", "neither", "another owner", "another account", "no account",
        "one that is not capped", "won",
    ],
)  # fmt: skip
def test_what_looks_like_a_capped_deal_is_pointed_out(desk: Desk, row: tuple[str, ...], kind: str | None) -> None:
    path = desk.file(row, header=WITH_ACCOUNT)
    found = understand(desk.company.context, ImportRequest(path)).look_alikes
    assert [(a.new.key, a.earlier.key, a.kind, a.capped, a.gone) for a in found] == (
        [("N", "D1", kind, True, False)] if kind else []
    )
    report = desk.take(row, header=WITH_ACCOUNT)
    assert ("look_alike" in {w.code for w in report.warnings}) is bool(kind)
    assert [a.new.key for a in look_alikes(desk.company.context)] == (["N"] if kind else [])


@pytest.mark.parametrize(
    ("values", "alike"),
    [
        ({"name": "ACME  renewal"}, True),
        ({"name": "Acme renewal", "amount": "41000", "close_date": "2027-06-30"}, True),
        ({"name": "Acme renewal", "amount": "9000"}, False),
        ({"name": "Acme"}, False),
        ({"name": "Acme renewal", "owner": "ana"}, False),
    ],
    ids=["the same", "another date", "another amount", "another name", "another owner"],
)
def test_without_accounts_name_owner_and_a_near_amount_are_a_hint(
    company: Company, tmp_path: Path, values: dict[str, str], alike: bool
) -> None:
    desk = Desk(company, tmp_path)
    desk.take(deal("D1", name="Acme renewal"))
    company.later(days=1).fail("D1")
    company.later(days=6)
    found = understand(company.context, ImportRequest(desk.file(deal("N", **values)))).look_alikes
    assert [(a.earlier.key, a.kind) for a in found] == ([("D1", "continuation")] if alike else [])
    if alike:
        assert found[0].why.startswith("same name and owner (neither has an account), ")


def test_what_looks_like_a_deal_that_vanishes_with_this_file_is_too(desk: Desk) -> None:
    path = desk.file(of("Acme Inc", "D1"), of("Beta", "N2"), header=WITH_ACCOUNT)
    (found,) = understand(desk.company.context, ImportRequest(path, full=True)).look_alikes
    assert (found.new.key, found.earlier.key, found.capped, found.gone) == ("N2", "D2", False, True)


def test_the_cap_is_inherited_until_a_pass(desk: Desk) -> None:
    desk.take(of("Acme Inc", "N"), of("Beta", "D2"), header=WITH_ACCOUNT, full=True, yes=True)
    assert category(desk, "N") == COMMIT
    made = link_deals(desk.company.later(days=1).context, "N", "D1", "continuation")
    assert (made.before, made.after) == ("commit", "best_case")
    assert "moved to Best Case: it inherits the cap" in made.text
    # From its first claim on: it never stood in Commit.
    states = desk.company.store.conn.execute(
        "SELECT category FROM deal_state WHERE deal = ?", (deal_number(desk.company.store.conn, "N"),)
    ).fetchall()
    assert states == [(BEST_CASE,)]
    assert problems(desk) == []
    desk.take(of("Acme Inc", "N", amount="43000"), header=WITH_ACCOUNT)
    assert category(desk, "N") == BEST_CASE
    desk.company.later(hours=1).pass_("N")
    assert category(desk, "N") == COMMIT
    assert problems(desk) == []


def test_a_link_to_one_that_was_never_capped_holds_nothing_down(desk: Desk) -> None:
    desk.take(of("Beta", "N"), header=WITH_ACCOUNT)
    made = link_deals(desk.company.context, "N", "D2", "split")
    assert (made.before, made.after) == ("commit", "commit")


def test_one_that_passed_before_it_went_gives_no_cap_on(desk: Desk) -> None:
    desk.company.pass_("D1")
    desk.company.later(hours=1)
    desk.take(of("Acme Inc", "N"), header=WITH_ACCOUNT, full=True, yes=True)
    assert link_deals(desk.company.context, "N", "D1", "continuation").after == "commit"


def test_a_failure_after_the_link_is_the_other_ones_own(desk: Desk) -> None:
    desk.take(of("Beta", "N"), header=WITH_ACCOUNT)
    link_deals(desk.company.context, "N", "D2", "split")
    desk.company.later(hours=1).fail("D2")
    assert category(desk, "N") == COMMIT
    assert problems(desk) == []


def test_what_is_undone_on_the_earlier_one_is_undone_on_its_heirs(desk: Desk) -> None:
    desk.company.fail("D2")
    desk.take(of("Beta", "N"), of("Beta", "M"), header=WITH_ACCOUNT)
    link_deals(desk.company.context, "N", "D2", "split")
    link_deals(desk.company.context, "M", "N", "continuation")
    assert (category(desk, "N"), category(desk, "M")) == (BEST_CASE, BEST_CASE)
    undo_last(desk.company.context)
    assert (category(desk, "N"), category(desk, "M")) == (COMMIT, COMMIT)
    assert problems(desk) == []


def test_a_link_is_undone_by_name_and_can_be_made_again(desk: Desk) -> None:
    desk.take(of("Acme Inc", "N"), header=WITH_ACCOUNT)
    link_deals(desk.company.context, "N", "D1", "split")
    (listed,) = all_links(desk.company.context)
    assert (listed.deal.key, listed.earlier.key, listed.kind, listed.by) == ("N", "D1", "split", "Olga Ops")
    undone = unlink_deal(desk.company.later(hours=1).context, "N")
    assert undone.text == "Undid: N is split off D1; moved to Commit"
    assert all_links(desk.company.context) == []
    assert category(desk, "N") == COMMIT
    with pytest.raises(Refused, match="linked to no other deal"):
        unlink_deal(desk.company.context, "N")
    link_deals(desk.company.context, "N", "D1", "continuation")
    own, _ = links_of(desk.company.context, deal_number(desk.company.store.conn, "N") or 0)
    _, later = links_of(desk.company.context, deal_number(desk.company.store.conn, "D1") or 0)
    assert own is not None
    assert own.words == "N is a continuation of D1 (Acme)"
    assert [e.deal.key for e in later] == ["N"]
    assert problems(desk) == []


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (("N", "D1", "copy"), WrongUsage, "not as 'copy'"),
        (("N", "N", "split"), Refused, "linked to itself"),
        (("N", "nobody", "split"), NotFound, "nobody"),
        (("D1", "N", "split"), Refused, "would make a ring"),
        (("N", "D2", "split"), Refused, "N is split off D1 already"),
    ],
)
def test_what_cannot_be_linked(desk: Desk, arguments: Any, error: type[Exception], said: str) -> None:
    desk.take(of("Acme Inc", "N"), header=WITH_ACCOUNT)
    link_deals(desk.company.context, "N", "D1", "split")
    before = desk.tables()
    with pytest.raises(error, match=said):
        link_deals(desk.company.context, *arguments)
    assert desk.tables() == before


def test_who_may_link(desk: Desk) -> None:
    desk.take(of("Acme Inc", "N"), of("Gamma", "S", owner="sam"), header=WITH_ACCOUNT)
    dana = desk.company.acting_as("dana")
    for who, new in (("lee", "N"), ("erik", "N")):
        with pytest.raises((Refused, NotFound)):
            link_deals(desk.company.acting_as(who), new, "D1", "split")
    with pytest.raises((Refused, NotFound)):
        link_deals(dana, "S", "D1", "split")
    assert link_deals(dana, "N", "D1", "split").after == "best_case"
    with pytest.raises(Refused, match="for ops leads"):
        look_alikes(dana)


def test_the_nearest_of_several_is_named(desk: Desk) -> None:
    desk.take(of("Acme Inc", "D7", amount="40000"), header=WITH_ACCOUNT)
    desk.company.fail("D7")
    desk.company.later(hours=1)
    path = desk.file(of("Acme Inc", "N", amount="40100"), header=WITH_ACCOUNT)
    (found,) = understand(desk.company.context, ImportRequest(path)).look_alikes
    assert found.earlier.key == "D7"


def test_likeness_counts_equal_deals_as_nearest() -> None:
    same = likeness((100, Day(7)), (100, Day(7)), gone=True)
    assert same is not None
    assert (same.distance, same.words) == (0, "the same amount and the same close date")
    assert likeness((0, Day(7)), (0, Day(900)), gone=True) is not None
    assert likeness((1, Day(7)), (100, Day(900)), gone=True) is None
