"""A file brought in on the screen: found, understood, corrected, imported, taken back."""

from __future__ import annotations

import csv
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from salesops_tui.services.import_request import ImportRequest
from salesops_tui.services.import_undo import list_imports
from salesops_tui.services.importing import import_deals
from salesops_tui.ui import import_screen
from salesops_tui.ui.driver import ReadTogether
from salesops_tui.ui.import_files import entries
from salesops_tui.ui.import_work import StoppedError, import_apart
from salesops_tui.ui.screens.confirm import Confirm
from salesops_tui.ui.screens.deal import DealScreen
from salesops_tui.ui.screens.import_file import ImportFileScreen
from salesops_tui.ui.screens.import_list import ImportListScreen, WholeRow
from salesops_tui.ui.screens.import_page import ImportPageScreen
from salesops_tui.ui.screens.importing import ImportScreen
from salesops_tui.ui.screens.imports import ImportsScreen
from tests.company import Company
from tests.services.import_desk import HEADER, Desk, deal
from tests.ui.snapshots import check, settled
from tests.ui.test_present import assert_printable_only
from tests.ui.walking import SIZES, STORED, Seat, at_sheet

GERMAN = ("Vorgangsnr.", "Bezeichnung", "Betreuer", "Volumen", "Phase", "Prognose", "Abschluss bis", "Kunde")
ROWS = (
    ("V-1", "Lieferung", "Lee Park", "12.500,00", "Verhandlung", "Sicher", "11.12.2026", "Müller"),
    ("V-2", "Wartung", "Ana Diaz", "8.000,50", "Verhandlung", "Offen", "18.12.2026", "Söhne"),
    ("V-3", "Beratung", "Jörg Fremd", "1.000,00", "Angebot", "Offen", "03.04.2027", "Groß"),
)
TO_COLUMNS = ("Vorg", "Bez", "Betr", "Vol", "Phase", "Progn", "Absch")
"""What is typed for each field that is missing, in the order in which they are asked for."""


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    folder = tmp_path / "files"
    folder.mkdir()
    monkeypatch.chdir(folder)
    company = Company(tmp_path / "store.db").at("2026-11-11 09:12")
    yield company
    company.store.close()


@pytest.fixture
def desk(company: Company) -> Desk:
    return Desk(company, Path.cwd())


def german(rows: Sequence[Sequence[str]] = ROWS, name: str = "chancen.csv", codec: str = "cp1252") -> Path:
    path = Path(name)
    with path.open("w", newline="", encoding=codec) as file:
        csv.writer(file, delimiter=";").writerows([GERMAN, *rows])
    return path


async def open_file(seat: Seat, name: str) -> None:
    await seat.press("I")
    await seat.type(name)
    await seat.press("enter")


async def choose_columns(seat: Seat) -> None:
    for text in TO_COLUMNS:
        await seat.press("enter")
        await seat.type(text)
        await seat.press("enter")


async def choose_words(seat: Seat) -> None:
    """Verhandlung, Angebot; Offen, Sicher: the order is that of how often they stand there."""
    for text in ("6", "4", "pipel", "commit"):
        await seat.press("enter")
        await seat.type(text)
        await seat.press("enter")


def known(company: Company) -> dict[str, tuple[Any, ...]]:
    return Desk(company, Path.cwd()).now()


# ----------------------------------------------------------------- which file


@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_files_are_found_by_typing(company: Company, size: tuple[int, int]) -> None:
    for minute, name in enumerate(("deals.csv", "people.csv", "pipeline.xlsx", "notes.md", ".hidden.csv")):
        Path(name).write_text("x")
        os.utime(name, (60 * minute, 60 * minute))
    Path("older").mkdir()
    async with at_sheet(company.acting_as("olga"), size=size) as seat:
        await seat.press("I")
        assert isinstance(seat.app.screen, ImportFileScreen)
        shown = ("older/", "deals.csv", "people.csv", "pipeline.xlsx") if size[1] > 10 else ("pipeline.xlsx",)
        assert all(name in seat.text for name in shown)
        assert "notes.md" not in seat.text
        assert ".hidden.csv" not in seat.text
        await seat.type("pipe")
        assert "pipeline.xlsx" in seat.text
        assert "deals.csv" not in seat.text


async def test_the_newest_export_is_offered_first_and_our_own_files_last(company: Company) -> None:
    names = (
        "monday.csv", "tuesday.csv", "people.csv", "tuesday.csv.rejects.csv", "tuesday.csv.rejects-2.csv",
        "salesops-rejects-2026-11-11-0912.csv",
    )  # fmt: skip
    for minute, name in enumerate(names):
        Path(name).write_text("x")
        os.utime(name, (60 * minute, 60 * minute))
    Path("older").mkdir()
    async with at_sheet(company.acting_as("olga")) as seat:
        await seat.press("I")
        assert isinstance(seat.app.screen, ImportFileScreen)
        assert [entry.name for entry in entries("")] == ["tuesday.csv", "monday.csv", "older", *reversed(names[2:])]
        assert str(seat.app.screen.table.key).endswith("/tuesday.csv")
        await seat.type("tues")
        assert str(seat.app.screen.table.key).endswith("/tuesday.csv")
        await seat.type("day.csv.rej")
        assert str(seat.app.screen.table.key).endswith(".rejects-2.csv")


async def test_who_comes_back_types_the_next_name(company: Company, desk: Desk) -> None:
    desk.file(deal("D1"), name="one.csv")
    desk.file(deal("D2"), name="two.csv")
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "one")
        await seat.press("escape")
        await seat.type("two")
        await seat.press("enter")
        assert isinstance(seat.app.screen, ImportScreen)
        assert seat.app.screen.request.path.name == "two.csv"
        await seat.press("escape")
        await seat.type("three")
        assert "No file here fits 'three'." in seat.text


async def test_a_column_made_of_several_is_said_in_words(company: Company, desk: Desk) -> None:
    for name in ("view.csv",):
        shutil.copy(Path(__file__).parents[2] / "fixtures" / "dynamics" / name, name)
    async with at_sheet(company.acting_as("olga"), size=(120, 40)) as seat:
        await open_file(seat, "view")
        await go_to(seat, "column:close_date")
        assert "Actual Close Date, else Est. Close Date" in seat.flat
        assert "{" not in seat.text


async def test_a_folder_is_entered_and_a_file_in_it_taken(company: Company, desk: Desk) -> None:
    Path("older").mkdir()
    desk.file(deal("D1"), name="older/deals.csv")
    async with at_sheet(company.acting_as("olga")) as seat:
        await seat.press("I")
        await seat.type("old")
        await seat.press("enter")
        await seat.press("down", "up", "enter")
        assert isinstance(seat.app.screen, ImportScreen)


async def test_what_may_not_be_read_is_not_offered(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("deals.csv").write_text("x")
    Path("secret.csv").write_text("x")
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: "secret" not in str(path) and real(path, mode))
    async with at_sheet(company.acting_as("olga")) as seat:
        await seat.press("I")
        assert "deals.csv" in seat.text
        assert "secret.csv" not in seat.text
        await seat.type("nothing")
        await seat.press("enter")
        assert "There is no such file" in seat.toasts[-1]


async def test_only_an_ops_lead_may_import(company: Company) -> None:
    async with at_sheet(company.acting_as("dana")) as seat:
        await seat.press("I")
        assert not isinstance(seat.app.screen, ImportFileScreen)
        assert seat.toasts[-1] == "An import is for ops leads; you are here as manager"


async def test_the_start_may_lead_straight_to_a_file(company: Company) -> None:
    async with at_sheet(company.acting_as("olga"), then_import=True) as seat:
        assert isinstance(seat.app.screen, ImportFileScreen)


async def test_as_of_source_and_full_go_with_the_file(company: Company, desk: Desk) -> None:
    desk.file(deal("D1"))
    async with at_sheet(company.acting_as("olga")) as seat:
        await seat.press("I")
        await seat.type("deals")
        await seat.press("tab")
        await seat.type("mon")
        await seat.press("tab", "end", *["backspace"] * 5)
        await seat.type("emea")
        await seat.press("tab")
        await seat.type("yes")
        await seat.press("enter")
        assert isinstance(seat.app.screen, ImportScreen)
        request = seat.app.screen.request
        assert (request.as_of, request.source, request.full) == ("2026-11-09", "emea", True)


# ----------------------------------------------------------------- understood and corrected


@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_what_is_missing_looks_as_somebody_has_seen_it(company: Company, size: tuple[int, int]) -> None:
    german()
    async with at_sheet(company.acting_as("olga"), size=size) as seat:
        await open_file(seat, "chancen")
        check(seat.app, f"import-missing-{size[0]}")


@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_what_is_understood_looks_as_somebody_has_seen_it(
    company: Company, desk: Desk, size: tuple[int, int]
) -> None:
    desk.take(deal("D1"), deal("D2", category="pipeline"), deal("D3"))
    desk.file(
        deal("D1", amount="50000.00"), deal("D2"), deal("D4", owner="nobody"), deal("D5", stage="99"),
        deal("D6", close_date="2026-01-01"),
    )  # fmt: skip
    company.later(days=1)
    async with at_sheet(company.acting_as("olga"), size=size) as seat:
        await open_file(seat, "deals")
        check(seat.app, f"import-{size[0]}")


@pytest.mark.parametrize("size", SIZES)
async def test_a_file_of_no_known_crm_is_mapped_by_hand_and_imported(company: Company, size: tuple[int, int]) -> None:
    german()
    async with at_sheet(company.acting_as("olga"), size=size) as seat:
        await open_file(seat, "chancen")
        await choose_columns(seat)
        assert "4 to decide" in seat.text
        await choose_words(seat)
        assert "to decide" not in seat.text
        await seat.press("G")
        assert "the day stands first" in seat.flat
        await seat.press("g", "enter")
        assert isinstance(seat.app.screen, ImportPageScreen), seat.toasts
        assert "Done: 3 new" in seat.text
    assert known(company)["V-1"] == ("lee", 1_250_000, "2026-12-11", 0, 3)
    assert known(company)["V-3"] == ("unassigned", 100_000, "2027-04-03", 0, 1)


async def test_letters_that_look_wrong_are_put_right(company: Company) -> None:
    german([("V-1", "Dodávka – šňůra", "Lee Park", *ROWS[0][3:7], "Šťastná")], name="obchody.csv", codec="cp1250")
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "obchody")
        await choose_columns(seat)
        assert "S\u009dastná" not in seat.text
        assert isinstance(seat.app.screen, ImportScreen)
        assert seat.app.screen.view is not None
        seat.app.screen.table.move_to("encoding")
        await seat.press("enter")
        assert "Dodávka – šňůra" in seat.text
        await seat.type("central europe (w")
        await seat.press("enter")
        assert "Central Europe (Windows)" in seat.text
        await seat.press("g", "n")
        for text in ("6", "commit"):
            await seat.press("enter")
            await seat.type(text)
            await seat.press("enter")
        await seat.press("i")
        assert "Done: 1 new" in seat.text
        german([("V-2", "Tři", *ROWS[0][2:])], name="druhy.csv", codec="cp1250")
        company.later(days=7)
        await seat.press("escape")
        await open_file(seat, "druhy")
        assert "confirmed by Olga Ops" in seat.flat
        await seat.press("i")
    names = [name for (name,) in company.store.conn.execute("SELECT name FROM detail ORDER BY rowid")]
    assert names == ["Dodávka – šňůra", "Tři"]


async def test_a_file_of_which_no_row_can_be_taken_is_not_imported_by_a_slip(company: Company, desk: Desk) -> None:
    desk.file(deal("D1", close_date="soon"), deal("D2", close_date="later"))
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "deals")
        await seat.press("i")
        assert "no row can be taken" in seat.flat
        assert isinstance(seat.app.screen, ImportScreen)
    assert not list_imports(company.context, 1)


async def test_pasted_text_imports_nothing(company: Company, desk: Desk) -> None:
    desk.file(deal("D1"))
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "deals")
        for event in ReadTogether().feed("this"):
            seat.app.post_message(event)
        await settled(seat.pilot)
        assert isinstance(seat.app.screen, ImportScreen)
        assert "4 keys came at once" in " ".join(seat.toasts)
    assert not list_imports(company.context, 1)


async def test_a_file_that_was_replaced_since_is_looked_at_again(company: Company, desk: Desk) -> None:
    desk.file(deal("D1"))
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "deals")
        assert "1 new" in seat.flat
        desk.file(deal("D1"), deal("D2", amount="999999"))
        await seat.press("i")
        assert any("no longer the file that you looked at" in toast for toast in seat.toasts), seat.toasts
        assert "2 new" in seat.flat
        assert not list_imports(company.context, 1)
        await seat.press("i")
        assert "Done: 2 new" in seat.text


async def test_a_mapping_is_remembered_for_the_next_file(company: Company) -> None:
    german()
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "chancen")
        await choose_columns(seat)
        await choose_words(seat)
        await seat.press("i")
        german([("V-1", "Lieferung", "Lee Park", "13.000,00", *ROWS[0][4:])], name="woche2.csv")
        company.later(days=7)
        await seat.press("escape")
        await open_file(seat, "woche2")
        assert "confirmed by Olga Ops" in seat.flat
        assert "1 changed" in seat.flat
        await seat.press("d")
        assert "7 to decide" in seat.text


CHANCES = ("Nr", "Titel", "Wer", "Betrag", "Stufe", "Wahrscheinlichkeit", "Datum")
CHANCE_ROWS = (
    ("D1", "Acme", "lee", "100", "6", "95", "2026-12-11"),
    ("D2", "Beta", "lee", "100", "6", "60", "2026-12-11"),
    ("D3", "Core", "lee", "100", "5", "", "2026-12-11"),
)


async def choose_chances(seat: Seat) -> None:
    """All fields but the category, which is the last one that is missing."""
    for column, field in zip(CHANCES, HEADER, strict=True):
        if field != "category":
            await go_to(seat, f"column:{field}")
            await seat.press("enter")
            await seat.type(column)
            await seat.press("enter")
    await go_to(seat, "column:category")


@pytest.mark.parametrize(
    ("size", "typed", "categories"),
    [
        ((40, 10), "70 65", (3, 1, 1)),
        ((80, 24), "", (3, 2, 1)),
        ((80, 24), "70 65", (3, 1, 1)),
        ((80, 24), "97 50 20", (2, 2, 1)),
        ((120, 40), "70 65", (3, 1, 1)),
    ],
)
async def test_the_category_may_follow_from_a_probability(
    company: Company, desk: Desk, size: tuple[int, int], typed: str, categories: tuple[int, ...]
) -> None:
    desk.file(*CHANCE_ROWS, header=CHANCES)
    async with at_sheet(company.acting_as("olga"), size=size) as seat:
        await open_file(seat, "deals")
        await choose_chances(seat)
        await seat.press("enter")
        assert "Wahrscheinlichkeit" in seat.text
        await seat.type("Wahr")
        await seat.press("enter")
        assert "Commit 90, Best Case 60, Pipeline" in seat.text
        await seat.type(typed)
        await seat.press("enter")
        assert isinstance(seat.app.screen, ImportScreen)
        assert seat.app.screen.view is not None
        assert seat.app.screen.view.problems == []
        await seat.press("i")
    assert tuple(known(company)[key][-1] for key in ("D1", "D2", "D3")) == categories
    following = desk.file(("D4", *CHANCE_ROWS[0][1:]), header=CHANCES, name="next.csv")
    company.later(days=1)
    import_deals(company.acting_as("olga"), ImportRequest(following))
    assert known(company)["D4"][-1] == categories[0], "remembered"


async def test_a_category_of_its_own_goes_again_before_the_probability(company: Company, desk: Desk) -> None:
    rows = [(*deal("D1", category="pipeline"), "95"), (*deal("D2", category=""), "95")]
    desk.file(*rows, header=(*HEADER, "Probability"))
    async with at_sheet(company.acting_as("olga"), size=(120, 40)) as seat:
        await open_file(seat, "deals")
        for typed, found in (("prob", [3, 3]), ("categ", [1])):
            await go_to(seat, "column:category")
            await seat.press("enter")
            await seat.type(typed)
            await seat.press("enter")
            if typed == "prob":
                await seat.press("enter")
                assert "Commit from 90 %, Best Case" in seat.flat
            assert isinstance(seat.app.screen, ImportScreen)
            assert seat.app.screen.view is not None
            assert [d.category for d in seat.app.screen.view.found.new] == found


async def test_each_figure_of_a_probability_can_be_a_word(company: Company, desk: Desk) -> None:
    desk.file((*deal("D1"), "95"), header=(*HEADER, "Probability"))
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "deals")
        await go_to(seat, "left:Probability")
        await seat.press("enter")
        await seat.type("category")
        await seat.press("enter")
        await seat.type("each")
        await seat.press("enter")
        assert "Category: 95" in seat.text
        assert "1 to decide" in seat.text


async def test_an_owner_is_mapped_once(company: Company, desk: Desk) -> None:
    desk.file(deal("D1", owner="Jörg"))
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "deals")
        await go_to(seat, "owner:0")
        await seat.press("enter")
        await seat.type("sam")
        await seat.press("enter")
        assert "Owners whom nobody here knows" not in seat.text
        await seat.press("i")
    assert known(company)["D1"][0] == "sam"


async def go_to(seat: Seat, key: str) -> None:
    assert isinstance(seat.app.screen, ImportScreen)
    assert seat.app.screen.table.move_to(key), key
    await settled(seat.pilot)


async def test_a_left_column_can_become_a_field(company: Company, desk: Desk) -> None:
    header = (*HEADER, "Firma")
    desk.file((*deal("D1"), "Acme"), header=header)
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "deals")
        await go_to(seat, "left:Firma")
        await seat.press("enter")
        await seat.type("acc")
        await seat.press("enter")
        await seat.press("i")
    row = company.store.conn.execute("SELECT account, extra FROM detail").fetchone()
    assert row == ("Acme", "{}")


async def test_a_column_can_be_taken_from_a_field(company: Company, desk: Desk) -> None:
    desk.file((*deal("D1"), "a note of no account"), header=(*HEADER, "account"))
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "deals")
        await go_to(seat, "column:account")
        await seat.press("enter")
        await seat.type("none")
        await seat.press("enter")
        await seat.press("i")
    row = company.store.conn.execute("SELECT account, extra FROM detail").fetchone()
    assert row == ("", '{"account":"a note of no account"}')


async def test_the_order_of_day_and_month_is_asked_where_nothing_tells(company: Company, desk: Desk) -> None:
    desk.file(deal("D1", close_date="03/04/2027"))
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "deals")
        assert "which comes first?" in seat.text
        assert isinstance(seat.app.screen, ImportScreen)
        await go_to(seat, "date:close_date")
        await seat.press("enter", "enter")
        assert "the day stands first" in seat.flat
        await seat.press("i")
    assert known(company)["D1"][2] == "2027-04-03"


# ----------------------------------------------------------------- what is behind the lines


async def test_new_changed_and_gone_deals_open(company: Company, desk: Desk) -> None:
    desk.take(deal("D1"), deal("D2"))
    desk.file(deal("D1", amount="50000.00"), deal("D3"))
    company.later(days=1)
    async with at_sheet(company.acting_as("olga"), size=(120, 40)) as seat:
        await open_file(seat, "deals")
        await seat.press("f")
        for key, words in (
            ("effect:new", "D3"),
            ("effect:changed", "42,000.00 USD → 50,000.00 USD"),
            ("effect:removed", "D2"),
        ):
            await go_to(seat, key)
            await seat.press("enter")
            assert isinstance(seat.app.screen, ImportListScreen)
            await seat.press("enter")
            assert isinstance(seat.app.screen, WholeRow)
            assert words in seat.flat
            await seat.press("escape", "escape")
        await go_to(seat, "effect:changed")
        await seat.press("enter", "enter", "enter")
        assert isinstance(seat.app.screen, DealScreen)


async def test_rejects_open_and_can_be_mended(company: Company, desk: Desk) -> None:
    desk.file(deal("D1"), deal("D2", stage="99", name="=evil"))
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "deals")
        await seat.press("x")
        written = next(Path.cwd().glob("salesops-rejects-*.csv"))
        await seat.press("i")
        assert "1 row: enter shows them" in seat.flat
        await seat.press("escape")
    rows = list(csv.reader(written.read_text(encoding="utf-8").splitlines()))
    assert rows[0][:3] == ["line", "reason", "id"]
    mended = written.with_name("mended.csv")
    mended.write_text(written.read_text(encoding="utf-8").replace(",99,", ",6,"), encoding="utf-8")
    import_deals(company.later(days=1).context, ImportRequest(mended))
    assert set(known(company)) == {"D1", "D2"}
    name = company.store.conn.execute("SELECT name FROM detail ORDER BY id DESC").fetchone()[0]
    assert name == "=evil"


async def test_much_of_commit_gone_asks_first(company: Company, desk: Desk) -> None:
    desk.take(deal("D1"), deal("D2"))
    desk.file(deal("D1"))
    company.later(days=1)
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "deals")
        await seat.press("f")
        await seat.press("i")
        assert isinstance(seat.app.screen, Confirm)
        await seat.press("n")
        assert len(list_imports(company.context)) == 1
        await seat.press("i", "y")
        assert isinstance(seat.app.screen, ImportPageScreen)
    assert known(company)["D2"][3] == 3


async def test_a_look_alike_is_linked_with_the_import(company: Company, desk: Desk) -> None:
    header = (*HEADER, "account")
    desk.take((*deal("D1"), "Acme"), header=header)
    company.later(hours=1).fail("D1", by="dana")
    desk.file((*deal("D9"), "Acme"), header=header)
    company.later(days=1)
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "deals")
        await go_to(seat, "alike:0")
        await seat.press("enter", "enter")
        assert "will be its" in seat.text
        await seat.press("i")
        assert isinstance(seat.app.screen, ImportPageScreen)
    assert company.store.conn.execute("SELECT count(*) FROM deal_link").fetchone() == (1,)
    assert known(company)["D9"][4] == 2, "the cap went over"


async def test_what_was_noticed_is_shown_in_full(company: Company, desk: Desk) -> None:
    desk.file(deal("D1", category="Most Likely"))
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "deals")
        await go_to(seat, "notice:0")
        await seat.press("enter")
        assert isinstance(seat.app.screen, WholeRow)
        assert "'Most Likely' was read as the policy says" in seat.flat


async def test_another_dialect_can_be_said(company: Company, desk: Desk) -> None:
    desk.file(deal("D1"))
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "deals")
        await seat.press("a", "up", "end", *["backspace"] * 4)
        await seat.type("siebel")
        await seat.press("enter")
        assert "There is no dialect 'siebel'" in seat.flat
        await seat.press(*["backspace"] * 6)
        await seat.type("pipe")
        await seat.press("enter")
        assert isinstance(seat.app.screen, ImportScreen)
        assert seat.app.screen.request.dialect == "pipedrive"
        assert "to decide" in seat.text


async def test_a_history_is_laid_before_the_first_import(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    from salesops_tui.paths import fixtures_dir

    shutil.copytree(fixtures_dir() / "salesforce", "salesforce")
    monkeypatch.chdir("salesforce")
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "api")
        await seat.press("i")
        await seat.press("escape")
        await open_file(seat, "opportunity_history")
        assert "History of deals: 11 rows, 1 rejected" in seat.text
        await seat.press("enter")
        assert isinstance(seat.app.screen, ImportPageScreen), seat.toasts
    states = company.store.conn.execute("SELECT count(*) FROM deal_state").fetchone()[0]
    assert states > 6


# ----------------------------------------------------------------- under way


def _write_long(rows: int) -> Path:
    path = Path("long.csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *(deal(f"D{n}", name="x" * 60) for n in range(rows))])
    assert path.stat().st_size > import_screen.SMALL
    return path


async def test_a_long_file_is_read_in_another_thread(company: Company) -> None:
    _write_long(3_000)
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "long")
        assert "3,000 new" in seat.flat
        await seat.press("i")
        assert isinstance(seat.app.screen, ImportPageScreen)
    assert len(known(company)) == 3_000


@pytest.mark.parametrize("what", ["understood_apart", "import_apart"])
async def test_reading_and_writing_are_stopped_by_esc(
    company: Company, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    _write_long(2_000)
    real, begun, ended, never = getattr(import_screen, what), threading.Event(), [], threading.Event()

    def slow(*given: Any) -> Any:
        progress = given[-1]
        try:
            for step in range(20_000):
                progress(step % 100, 100, "reading")
                begun.set()
                never.wait(0.001)  # the screen's thread is to have its turn, however busy the machine is
        except StoppedError:
            ended.append("stopped")
            raise
        return real(*given)

    async with at_sheet(company.acting_as("olga")) as seat:
        if what == "understood_apart":
            monkeypatch.setattr(import_screen, what, slow)
            await seat.press("I")
            await seat.type("long")
            await seat.pilot.press("enter")
        else:
            await open_file(seat, "long")
            monkeypatch.setattr(import_screen, what, slow)
            await seat.pilot.press("i")
        await seat.until(begun.is_set)
        await seat.until(lambda: "esc stops it" in seat.text)
        await seat.pilot.press("escape")
        await seat.until(lambda: bool(seat.toasts))
        assert ended == ["stopped"]
        assert "Stopped; nothing was written" in seat.toasts[-1]
    assert known(company) == {}


async def test_what_is_written_before_somebody_stops_it_is_shown_as_written(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_long(2_000)
    real, begun, go_on = import_screen.import_apart, threading.Event(), threading.Event()

    def too_late(context: Any, request: Any, links: Any, _progress: Any) -> Any:
        begun.set()
        assert go_on.wait(10)
        return real(context, request, links, lambda *_: None)

    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "long")
        monkeypatch.setattr(import_screen, "import_apart", too_late)
        await seat.pilot.press("i")
        await seat.until(begun.is_set)
        await seat.pilot.press("escape")
        go_on.set()
        await seat.until(lambda: isinstance(seat.app.screen, ImportPageScreen))
        await settled(seat.pilot)
        assert "Done: 2,000 new" in seat.text
    assert len(known(company)) == 2_000


@pytest.mark.parametrize("step", ["reading", "comparing", "writing deals", "writing claims", "writing history"])
def test_a_stopped_import_leaves_nothing(company: Company, desk: Desk, step: str) -> None:
    desk.take(deal("D1"))
    company.later(days=1)
    before = desk.tables()
    path = desk.file(deal("D1", amount="1.00"), deal("D2"), deal("D3", stage="99"))

    def progress(_done: int, _total: int, what: str) -> None:
        if what == step:
            raise StoppedError

    with pytest.raises(StoppedError):
        import_apart(company.context, ImportRequest(path), [], progress)
    assert desk.tables() == before
    assert list(Path.cwd().glob("*rejects*")) == []


# ----------------------------------------------------------------- what there was


@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_imports_look_as_somebody_has_seen_them(company: Company, desk: Desk, size: tuple[int, int]) -> None:
    for number, name in enumerate(("mon.csv", "tue.csv")):
        path = desk.file(deal("D1", amount=f"{number + 1}000.00"), deal(f"D{number + 2}"), name=name)
        import_deals(company.later(days=1).context, ImportRequest(path))
    async with at_sheet(company.acting_as("olga"), size=size) as seat:
        await seat.press("7")
        assert isinstance(seat.app.screen, ImportsScreen)
        check(seat.app, f"imports-{size[0]}")


async def test_the_newest_import_is_taken_back_and_no_other(company: Company, desk: Desk) -> None:
    for amount in ("1000.00", "2000.00"):
        desk.take(deal("D1", amount=amount))
        company.later(days=1)
    async with at_sheet(company.acting_as("olga")) as seat:
        await seat.press("7", "j", "u")
        assert "newest first" in seat.toasts[-1]
        await seat.press("k", "u")
        assert isinstance(seat.app.screen, Confirm)
        await seat.press("y")
        assert "Undid: import 2" in seat.toasts[-1]
        assert "undone" in seat.text
        await seat.press("enter")
        assert isinstance(seat.app.screen, ImportPageScreen)
        assert "Undone by Olga Ops" in seat.text
        await seat.press("u")
        assert "taken back already" in seat.toasts[-1]
    assert known(company)["D1"][1] == 100_000


async def test_an_import_is_taken_back_from_its_own_page(company: Company, desk: Desk) -> None:
    desk.file(deal("D1"))
    async with at_sheet(company.acting_as("olga")) as seat:
        await open_file(seat, "deals")
        await seat.press("enter", "u", "y")
        assert "Undone by Olga Ops" in seat.text
    assert known(company) == {}


async def test_the_imports_are_for_ops_leads(company: Company, desk: Desk) -> None:
    desk.take(deal("D1"))
    async with at_sheet(company.acting_as("dana")) as seat:
        await seat.press("7")
        assert not isinstance(seat.app.screen, ImportsScreen)
        assert "list of imports is for ops leads" in seat.toasts[-1]
    assert set(known(company)) == {"D1"}


async def test_an_empty_list_says_what_would_fill_it(company: Company) -> None:
    async with at_sheet(company.acting_as("olga")) as seat:
        await seat.press("7")
        assert "No import yet" in seat.text


# ----------------------------------------------------------------- hostile


@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_hostile_text_is_only_text(company: Company, size: tuple[int, int]) -> None:
    texts = [text for text in STORED if "\0" not in text]
    header = (*HEADER, *dict.fromkeys(" ".join(text.split())[:100] or "blank" for text in texts))
    header = tuple(dict.fromkeys(name for name in header if name.casefold() == name or name in HEADER))[:60]
    rows = [
        (*(f"D{n}", text or "x", text or "x", "5", text or "x", text or "x", "2026-12-11"), *[text] * (len(header) - 7))
        for n, text in enumerate(texts)
    ]
    path = Path("evil.csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    async with at_sheet(company.acting_as("olga"), size=size) as seat:
        await open_file(seat, "evil")
        assert isinstance(seat.app.screen, ImportScreen), seat.toasts
        for _ in range(12):
            assert_printable_only(seat.text.replace("\n", ""))
            await seat.press("pagedown")
        await seat.press("g", "n", "enter")
        assert_printable_only(seat.text.replace("\n", ""))
        await seat.press("escape")
        await go_to(seat, next(k for k in (f"reject:{kind}" for kind, _ in seat.app.screen.view.found.reject_kinds)))  # type: ignore[union-attr]
        await seat.press("enter")
        assert_printable_only(seat.text.replace("\n", ""))
        await seat.press("enter")
        assert_printable_only(seat.text.replace("\n", ""))
