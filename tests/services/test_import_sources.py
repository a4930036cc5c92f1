"""Several files a week from several places, each with its own moment, in whatever order they come."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesops_tui.domain.calendar import Moment, to_moment
from salesops_tui.errors import Refused
from salesops_tui.services.import_request import ImportRequest
from salesops_tui.services.import_understanding import understand
from salesops_tui.services.importing import import_deals
from salesops_tui.services.verifying import verify_store
from salesops_tui.store.deliveries import packed
from tests.company import Company
from tests.services.import_desk import GOOD, Desk, deal, undo_newest


@pytest.fixture
def desk(company: Company, tmp_path: Path) -> Desk:
    folder = tmp_path / "files"
    folder.mkdir()
    return Desk(company, folder)


def amounts(desk: Desk, key: str) -> list[int]:
    """What a deal was worth, from first to last, in whole units."""
    rows = desk.company.store.conn.execute(
        "SELECT s.amount FROM deal_state s JOIN deal d ON d.id = s.deal WHERE d.key = ? ORDER BY s.valid_from", (key,)
    )
    return [amount // 100 for (amount,) in rows]


def source_of(desk: Desk, key: str) -> str:
    return str(desk.company.store.conn.execute("SELECT source FROM deal WHERE key = ?", (key,)).fetchone()[0])


def test_four_regions_deliver_each_with_its_own_moment(desk: Desk) -> None:
    for number, region in enumerate(("west", "east", "north", "south")):
        desk.take(deal(f"{region}1"), source=region, as_of=f"2026-11-0{number + 4}", full=True)
    # A full file speaks for its own source, whatever the others delivered.
    report = desk.take(deal("west2"), source="west", full=True, yes=True)
    assert (report.new, report.removed) == (1, 1)
    with pytest.raises(Refused, match=r"'west'.* is newer"):
        desk.take(deal("west3"), source="west", as_of="2026-11-05")
    assert desk.take(deal("south2"), source="south", as_of="2026-11-08").new == 1


def test_an_older_file_of_another_source_does_not_speak_over_a_newer_unchanged_one(desk: Desk) -> None:
    desk.take(deal("D1", amount="100"), as_of="2026-11-02", source="west")
    desk.take(deal("D1", amount="100"), as_of="2026-11-08", source="west")
    report = desk.take(deal("D1", amount="90"), as_of="2026-11-05", source="east")
    assert report.changed == 1
    assert amounts(desk, "D1") == [100, 90, 100]
    # It still belongs to the one that delivered it last.
    assert source_of(desk, "D1") == "west"
    assert verify_store(desk.company.context).problems == []


def test_what_the_dry_run_says_of_it_is_so(desk: Desk) -> None:
    desk.take(deal("D1", amount="100"), as_of="2026-11-02", source="west")
    desk.take(deal("D1", amount="100"), as_of="2026-11-08", source="west")
    path = desk.file(deal("D1", amount="90", category="best_case"))
    found = understand(desk.company.context, ImportRequest(path, as_of="2026-11-05", source="east"))
    assert (found.commit[0].start, found.commit[0].end, found.commit[0].lines) == (10_000, 10_000, ())


def test_where_nothing_newer_spoke_of_the_deal_the_older_file_rules(desk: Desk) -> None:
    desk.take(deal("D1", amount="100"), as_of="2026-11-02", source="west")
    desk.take(deal("D2"), as_of="2026-11-08", source="west")
    desk.take(deal("D1", amount="90"), as_of="2026-11-05", source="east")
    assert amounts(desk, "D1") == [100, 90]
    assert source_of(desk, "D1") == "east"


def test_a_newer_file_that_was_taken_back_says_nothing_any_more(desk: Desk) -> None:
    desk.take(deal("D1", amount="100"), as_of="2026-11-02", source="west")
    desk.take(deal("D1", amount="100"), as_of="2026-11-08", source="west")
    undo_newest(desk.company.context)
    desk.take(deal("D1", amount="90"), as_of="2026-11-05", source="east")
    assert amounts(desk, "D1") == [100, 90]


def test_a_later_claim_of_its_own_is_not_repeated(desk: Desk) -> None:
    desk.take(deal("D1", amount="100"), as_of="2026-11-02", source="west")
    desk.take(deal("D1", amount="110"), as_of="2026-11-07", source="west")
    desk.take(deal("D1", amount="110"), as_of="2026-11-08", source="west")
    desk.take(deal("D1", amount="90"), as_of="2026-11-05", source="east")
    assert amounts(desk, "D1") == [100, 90, 110]


def test_the_bits_of_a_delivery_find_its_deals() -> None:
    import zlib

    bits = zlib.decompress(packed([1, 8, 9, 1000], 1000))
    assert [n for n in range(len(bits) * 8) if bits[n >> 3] >> (n & 7) & 1] == [1, 8, 9, 1000]
    assert zlib.decompress(packed([], 0)) == b"\0"


def test_two_files_for_one_moment_add_up_deal_by_deal(desk: Desk) -> None:
    desk.take(GOOD, deal("D2"), as_of="2026-11-08")
    desk.take(deal("D2", amount="5"), deal("D3"), as_of="2026-11-08")
    assert (amounts(desk, "D1"), amounts(desk, "D2"), amounts(desk, "D3")) == ([42_000], [5], [42_000])


def test_a_second_crms_ids_are_kept_apart_by_a_prefix(desk: Desk) -> None:
    desk.take(GOOD)
    (desk.folder / "second.toml").write_text('id_prefix = "HS-"\n')
    report = desk.take(deal("D1", amount="7"), source="hubspot", map=desk.folder / "second.toml", full=True)
    assert (report.new, report.removed) == (1, 0)
    assert (amounts(desk, "D1"), amounts(desk, "HS-D1")) == ([42_000], [7])


def test_this_mornings_file_at_noon_lies_under_the_inspections_held_since(desk: Desk) -> None:
    desk.take(GOOD, as_of="2026-11-02")
    desk.company.at("2026-11-09 10:00").fail("D1")
    desk.company.at("2026-11-09 12:00")
    desk.take(deal("D1", amount="50000"), as_of="2026-11-09 08:00")
    rows = desk.company.store.conn.execute("SELECT amount, hold FROM deal_state ORDER BY valid_from").fetchall()
    assert rows == [(4_200_000, 0), (5_000_000, 0), (5_000_000, 2)]


def test_of_two_imports_of_the_present_the_slower_is_the_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second begins after the first and is written before it; neither is refused."""
    first, second = desk.file(deal("D1", amount="1"), name="1.csv"), desk.file(deal("D1", amount="2"), name="2.csv")
    from salesops_tui.services import importing

    reads = importing.read_rows
    asked: list[int] = []

    def slowly(*arguments: object) -> object:
        found = reads(*arguments)  # type: ignore[arg-type]
        if not asked:
            asked.append(1)
            desk.company.later(minutes=1)
            other = desk.company.acting_as("olga")
            import_deals(other, ImportRequest(second))
            other.store.close()
            desk.company.later(minutes=1)
        return found

    monkeypatch.setattr(importing, "read_rows", slowly)
    report = import_deals(desk.company.context, ImportRequest(first))
    assert amounts(desk, "D1") == [2, 1]
    assert Moment(to_moment(desk.company.time)) == desk.company.clock()
    assert report.as_of == desk.company.context.calendar.iso(desk.company.clock())
    assert verify_store(desk.company.context).problems == []
