"""Taking imports back: afterwards the store is as if it had never seen them, and the record shows both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesops_tui.errors import NotFound, Refused
from salesops_tui.services.import_undo import list_imports, newest_import, one_import, undo_import
from salesops_tui.services.inspecting import find_deal
from salesops_tui.services.owner_mapping import map_owner
from salesops_tui.services.undo import undo_last
from salesops_tui.services.verifying import verify_store
from tests.company import Company
from tests.services.import_desk import GOOD, Desk, deal, undo_newest


@pytest.fixture
def desk(company: Company, tmp_path: Path) -> Desk:
    folder = tmp_path / "files"
    folder.mkdir()
    return Desk(company, folder)


def histories(company: Company) -> dict[str, list[tuple[Any, ...]]]:
    """What every known deal was at all times: by its id, without the numbers of rows."""
    rows = company.store.conn.execute(
        "SELECT d.key, s.valid_from, s.valid_to, s.owner, s.status, s.rep_category, s.hold, s.amount, s.close_day,"
        " s.stage, s.good_until, s.void, s.slips, x.name, x.owner_text, c.original"
        " FROM deal_state s JOIN deal d ON d.id = s.deal JOIN detail x ON x.id = s.detail"
        " JOIN claim c ON c.id = s.claim ORDER BY d.key, s.valid_from"
    )
    found: dict[str, list[tuple[Any, ...]]] = {}
    for key, *rest in rows:
        found.setdefault(key, []).append(tuple(rest))
    return found


def sources(company: Company) -> dict[str, str]:
    known = "SELECT d.key, d.source FROM deal d WHERE EXISTS (SELECT 1 FROM deal_state s WHERE s.deal = d.id)"
    return dict(company.store.conn.execute(known).fetchall())


def problems(company: Company) -> list[str]:
    return list(verify_store(company.context).problems)


def test_the_deals_are_as_before_and_the_new_ones_unknown(desk: Desk) -> None:
    desk.take(GOOD, deal("D2"))
    before = histories(desk.company), sources(desk.company)
    desk.company.later(days=7)
    desk.take(deal("D1", amount="1"), deal("D3"), full=True, yes=True)
    undone = undo_newest(desk.company.context)
    assert (histories(desk.company), sources(desk.company)) == before
    assert (undone.deals, undone.unknown) == (2, 1)
    assert "Undid: import 2 of" in undone.text
    assert "1 that it had brought in are unknown again" in undone.text
    with pytest.raises(NotFound):
        find_deal(desk.company.context, "D3", desk.company.clock())
    assert problems(desk.company) == []


def test_the_same_file_brings_them_back_cleanly(desk: Desk) -> None:
    desk.take(GOOD)
    desk.company.later(days=7)
    rows = (deal("D1", amount="1"), deal("D3"))
    first = desk.take(*rows, as_of="2026-11-16")
    after = histories(desk.company)
    undo_newest(desk.company.context)
    again = desk.take(*rows, as_of="2026-11-16")
    assert (again.new, again.changed, again.unchanged) == (first.new, first.changed, first.unchanged) == (1, 1, 0)
    assert "same_file" not in {w.code for w in again.warnings}
    assert histories(desk.company) == after
    assert problems(desk.company) == []


def test_the_record_and_the_list_show_both(desk: Desk) -> None:
    report = desk.take(GOOD, deal("D2", amount="x"))
    undo_newest(desk.company.context)
    conn = desk.company.store.conn
    kinds = [json.loads(body)["kind"] for (body,) in conn.execute("SELECT body FROM record ORDER BY seq DESC LIMIT 2")]
    assert kinds == ["undo_import", "import"]
    (listed,) = list_imports(desk.company.context)
    assert (listed.sha256, listed.by, listed.did) == (report.sha256, "Olga Ops", "1 new, 1 rejected")
    assert (listed.undone_by, listed.undoable) == ("Olga Ops", False)
    assert listed.undone_at == desk.company.clock()
    _, rejects = one_import(desk.company.context, listed.number)
    assert [(r.line, r.reason) for r in rejects] == [(3, "column 'amount': 'x' is not a number")]


def test_newest_first_and_each_once(desk: Desk) -> None:
    desk.take(GOOD)
    desk.company.later(days=7)
    desk.take(deal("D1", amount="1"))
    with pytest.raises(Refused, match=r"import 2 .* is newer than import 1"):
        undo_import(desk.company.context, 1)
    undo_import(desk.company.context, 2)
    with pytest.raises(Refused, match="was taken back already"):
        undo_import(desk.company.context, 2)
    assert undo_newest(desk.company.context).number == 1
    assert histories(desk.company) == {}
    with pytest.raises(NotFound, match="no import to take back"):
        undo_newest(desk.company.context)
    with pytest.raises(NotFound, match="no import 7"):
        undo_import(desk.company.context, 7)
    assert problems(desk.company) == []


def test_only_while_no_inspection_rests_on_a_deal_that_it_brought_in(desk: Desk) -> None:
    desk.take(GOOD)
    desk.company.later(hours=1).fail("D1")
    before = desk.tables()
    with pytest.raises(Refused, match="an inspection rests on D1, which import 1 brought in"):
        undo_newest(desk.company.context)
    assert desk.tables() == before
    undo_last(desk.company.context)
    assert undo_newest(desk.company.context).unknown == 1


def test_an_inspection_of_a_deal_that_it_only_changed_stays_and_counts(desk: Desk) -> None:
    desk.take(GOOD)
    desk.company.later(days=1)
    desk.take(deal("D1", amount="1"))
    desk.company.later(hours=1).fail("D1")
    undo_newest(desk.company.context)
    assert desk.now()["D1"] == ("lee", 4_200_000, "2026-12-11", 0, 2)
    assert problems(desk.company) == []


def test_a_deal_goes_back_to_the_source_it_was_taken_from(desk: Desk) -> None:
    desk.take(GOOD, source="west")
    desk.company.later(days=1)
    desk.take(GOOD, source="east")
    assert sources(desk.company) == {"D1": "east"}
    undo_newest(desk.company.context)
    assert sources(desk.company) == {"D1": "west"}


def test_a_source_that_no_import_gave_a_deal_is_noticed(desk: Desk) -> None:
    """A full file of the source that the deal really stands in would not remove it."""
    for source in ("west", "east"):
        desk.take(GOOD, source=source)
        desk.company.later(days=1)
    assert problems(desk.company) == []
    undo_newest(desk.company.context)
    assert problems(desk.company) == []
    desk.company.store.conn.execute("UPDATE deal SET source = 'east'")
    assert problems(desk.company) == ["the deal D1 stands in the source east, into which no import brought it"]


def test_owners_that_were_mapped_for_its_deals_fall_with_it(desk: Desk) -> None:
    desk.take(deal("D1", owner="Jo Doe"))
    desk.company.later(hours=1)
    map_owner(desk.company.context, "Jo Doe", "ana")
    assert desk.now()["D1"][0] == "ana"
    undo_newest(desk.company.context)
    assert histories(desk.company) == {}
    desk.take(deal("D1", owner="Jo Doe"))
    assert desk.now()["D1"][0] == "ana"
    assert problems(desk.company) == []


def test_who_takes_back_what_somebody_just_took_back_is_told_and_takes_nothing(desk: Desk) -> None:
    desk.take(GOOD)
    desk.company.later(days=7)
    desk.take(deal("D1", amount="1"))
    seen = [newest_import(desk.company.context).number for _ in range(2)]
    assert undo_import(desk.company.context, seen[0]).number == 2
    with pytest.raises(Refused, match=r"2 was taken back already, by Olga Ops on .* stands is 1 \(.*deals\.csv\)"):
        undo_import(desk.company.context, seen[1])
    assert set(desk.now()) == {"D1"}
    undo_import(desk.company.context, 1)
    with pytest.raises(Refused, match=r"import 1 was taken back already, .*, and no other stands"):
        undo_import(desk.company.context, 1)


def test_an_import_that_came_meanwhile_is_not_taken_back_unseen(desk: Desk) -> None:
    desk.take(GOOD)
    seen = newest_import(desk.company.context).number
    desk.company.later(days=7)
    desk.take(deal("D1", amount="1"))
    with pytest.raises(Refused, match=r"import 2 of .* is newer than import 1; .*nothing was undone"):
        undo_import(desk.company.context, seen)
    assert desk.now()["D1"][1] == 100


def test_it_is_for_ops_leads(desk: Desk) -> None:
    desk.take(GOOD)
    for who in ("dana", "lee"):
        with pytest.raises(Refused, match="for ops leads"):
            newest_import(desk.company.acting_as(who))
        with pytest.raises(Refused, match="for ops leads"):
            undo_import(desk.company.acting_as(who), 1)
        with pytest.raises(Refused, match="for ops leads"):
            list_imports(desk.company.acting_as(who))


KEYS = ("D1", "D2", "D3", "D4")
OWNERS = ("lee", "ana", "Jo Doe")
rows = st.lists(
    st.builds(
        lambda key, amount, category, owner, close: deal(
            key, amount=amount, category=category, owner=owner, close_date=close
        ),
        st.sampled_from(KEYS),
        st.sampled_from(("100", "200", "300")),
        st.sampled_from(("commit", "best_case", "pipeline")),
        st.sampled_from(OWNERS),
        st.sampled_from(("2026-12-11", "2027-01-15")),
    ),
    max_size=4,
    unique_by=lambda row: row[0],
)
files = st.tuples(rows, st.sampled_from(("west", "east")), st.booleans(), st.booleans())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=st.lists(files, max_size=3), undone=st.lists(files, min_size=1, max_size=3), inspect=st.booleans())
def test_undone_imports_leave_the_store_as_one_that_never_saw_them(
    tmp_path_factory: pytest.TempPathFactory, kept: list[Any], undone: list[Any], inspect: bool
) -> None:
    folder = tmp_path_factory.mktemp("undo")
    stores = [Company(folder / f"{name}.db") for name in ("never", "took")]
    desks = [Desk(company, folder) for company in stores]
    for desk in desks:
        for number, file in enumerate(kept):
            _take(desk, file, number)
        if inspect and "D1" in desk.now() and desk.now()["D1"][3] == 0 and desk.now()["D1"][0] != "unassigned":
            desk.company.fail("D1")
    before = len(list_imports(stores[1].context))
    for number, file in enumerate(undone, len(kept)):
        _take(desks[1], file, number)
    for _ in range(len(list_imports(stores[1].context)) - before):
        undo_newest(stores[1].context)
    assert histories(stores[1]) == histories(stores[0])
    assert sources(stores[1]) == sources(stores[0])
    assert problems(stores[1]) == []
    for number, file in enumerate(undone, len(kept)):
        for desk in desks:
            desk.company.at(f"2026-11-{number + 16:02d} 08:00")
            _take(desk, file, number)
    assert histories(stores[1]) == histories(stores[0])
    for company in stores:
        company.store.close()


def _take(desk: Desk, file: Any, number: int) -> None:
    taken, source, full, past = file
    desk.company.at(f"2026-11-{max(number + 9, desk.company.time.day):02d} 08:{number:02d}")
    # An older file of one source can come after a newer one of the other.
    moment = f"2026-11-{number + 5:02d} 07:0{int(source == 'west')}" if past else None
    try:
        desk.take(*taken, source=source, full=full, yes=True, as_of=moment)
    except Refused:
        # Older than its source's newest: it is in neither store, and stands for nothing that could be undone.
        desk.take(*taken, source=source, full=full, yes=True)
