"""Owners: found by id, login, e-mail and name, else unassigned, listed, and mapped by a person once."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesops_tui.errors import NotFound, Refused
from salesops_tui.services.owner_mapping import known_aliases, map_owner, unknown_owners
from salesops_tui.services.verifying import verify_store
from tests.company import Company
from tests.services.import_desk import Desk, deal


@pytest.fixture
def desk(company: Company, tmp_path: Path) -> Desk:
    folder = tmp_path / "files"
    folder.mkdir()
    company.hire("jose", "José Muñoz", boss="dana")
    return Desk(company, folder)


def owner(desk: Desk, key: str) -> str:
    return str(desk.now()[key][0])


def owners_at(desk: Desk, key: str) -> list[str]:
    """Who owned a deal, from first to last."""
    rows = desk.company.store.conn.execute(
        "SELECT p.key FROM deal_state s JOIN deal d ON d.id = s.deal JOIN person p ON p.id = s.owner"
        " WHERE d.key = ? ORDER BY s.valid_from",
        (key,),
    )
    return [person for (person,) in rows]


@pytest.mark.parametrize("text", ["jose", "JOSE@example.com", "José Muñoz", "munoz, jose", "MUÑOZ José", "Jose  Munoz"])
def test_whoever_is_meant_is_found(desk: Desk, text: str) -> None:
    desk.take(deal("D1", owner=text))
    assert owner(desk, "D1") == "jose"
    assert unknown_owners(desk.company.context) == []


def test_unknown_ones_are_unassigned_and_listed_by_amount(desk: Desk) -> None:
    desk.take(
        deal("D1", owner="Jo Doe", amount="10"), deal("D2", owner="doe,  JO", amount="20"),
        deal("D3", owner="X", amount="25"), deal("D4", owner="X", amount="9", stage="7", category="closed"),
    )  # fmt: skip
    assert [tuple(o) for o in unknown_owners(desk.company.context)] == [("Jo Doe", 2, 3_000, 0), ("X", 1, 2_500, 1)]
    assert owner(desk, "D1") == "unassigned"


def test_mapped_once_it_is_so_for_later_files_and_the_deals_that_stand_unassigned(desk: Desk) -> None:
    desk.take(deal("D1", owner="Jo Doe"), deal("D2", owner="Other"))
    desk.company.later(days=7)
    desk.take(deal("D1", owner="Jo Doe", amount="1"), deal("D3", owner="Jo Doe"))
    desk.company.later(days=1)
    mapped = map_owner(desk.company.context, "JO doe", "ana")
    assert (mapped.person.key, mapped.deals) == ("ana", 2)
    # From when they were unassigned: a name that was not understood is no transfer.
    assert owners_at(desk, "D1") == ["ana", "ana"]
    assert owner(desk, "D2") == "unassigned"
    assert [o.text for o in unknown_owners(desk.company.context)] == ["Other"]
    assert [(a.text, a.person.key, a.by) for a in known_aliases(desk.company.context)] == [
        ("JO doe", "ana", "Olga Ops")
    ]
    assert verify_store(desk.company.context).problems == []
    desk.company.later(days=1)
    report = desk.take(deal("D1", owner="Jo Doe", amount="1"), deal("D4", owner="Doe Jo"))
    assert (report.new, report.unchanged) == (1, 1)
    assert owner(desk, "D4") == "ana"


def test_each_change_is_in_the_record(desk: Desk) -> None:
    desk.take(deal("D1", owner="Jo Doe"))
    map_owner(desk.company.context, "Jo Doe", "ana")
    kinds = desk.company.store.conn.execute("SELECT kind FROM change ORDER BY id DESC LIMIT 3").fetchall()
    assert kinds == [("owner_alias",), ("owner_alias",), ("import",)]


def test_said_again_the_same_changes_nothing_and_another_replaces_it(desk: Desk) -> None:
    desk.take(deal("D1", owner="Jo Doe"))
    map_owner(desk.company.context, "Jo Doe", "ana")
    before = desk.tables()
    assert map_owner(desk.company.context, "jo doe", "ana").deals == 0
    assert desk.tables() == before
    assert map_owner(desk.company.later(hours=1).context, "Jo Doe", "sam").deals == 1
    assert owners_at(desk, "D1") == ["sam"]
    assert [a.person.key for a in known_aliases(desk.company.context)] == ["sam"]
    assert verify_store(desk.company.context).problems == []


def test_a_won_deal_counts_for_the_person_too(desk: Desk) -> None:
    desk.take(deal("W", owner="Jo Doe", stage="7", category="closed"))
    map_owner(desk.company.context, "Jo Doe", "ana")
    assert owner(desk, "W") == "ana"


def test_a_persons_own_name_goes_before_what_was_said_of_it(desk: Desk) -> None:
    map_owner(desk.company.context, "Jo Doe", "ana")
    desk.company.hire("jo", "Jo Doe", boss="erik")
    desk.take(deal("D1", owner="Jo Doe"))
    assert owner(desk, "D1") == "jo"


def test_what_cannot_be_mapped(desk: Desk) -> None:
    context = desk.company.context
    with pytest.raises(NotFound, match="nobody here"):
        map_owner(context, "Jo Doe", "nobody")
    with pytest.raises(NotFound, match="name a person"):
        map_owner(context, "Jo Doe", "unassigned")
    with pytest.raises(Refused, match="stands for owners whom nobody knows"):
        map_owner(context, "Unassigned", "lee")
    with pytest.raises(Refused, match="is Lee Park \\(lee\\) already"):
        map_owner(context, "park LEE", "ana")
    with pytest.raises(Refused, match="owner's text is needed"):
        map_owner(context, "  ", "ana")
    for who in ("dana", "lee"):
        with pytest.raises(Refused, match="for ops leads"):
            map_owner(desk.company.acting_as(who), "Jo Doe", "ana")
        with pytest.raises(Refused, match="for ops leads"):
            unknown_owners(desk.company.acting_as(who))
