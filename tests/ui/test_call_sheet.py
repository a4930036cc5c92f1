"""The call sheet on the screen: groups, figures, the panel, and what its keys do."""

import csv
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from salesops_tui.domain.calendar import to_day
from salesops_tui.services.acting import add_action
from salesops_tui.services.calls import current_call, end_call
from salesops_tui.store.actions import actions_of_deal
from salesops_tui.ui.screens.action_form import ActionForm
from salesops_tui.ui.screens.call_sheet import CallSheetScreen
from salesops_tui.ui.screens.deal import DealScreen
from salesops_tui.ui.screens.inspection import InspectionScreen
from tests.company import Company
from tests.hostile import CORPUS
from tests.ui.snapshots import check, settled
from tests.ui.test_present import assert_printable_only
from tests.ui.walking import SIZES, Seat, at_sheet


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """Two teams with nine deals in Commit: never asked, passed, void, expired, capped; Dana held a call on 4 Nov."""
    monkeypatch.chdir(tmp_path)
    company = Company(tmp_path / "store.db").at("2026-10-05 09:00")
    company.quota("dana", "FY26-Q4", 900_000)
    company.quota("erik", "FY26-Q4", 700_000)
    for key, account, name, owner, amount, close in (
        ("D1", "Northwind", "Platform renewal", "lee", 42_000, "2026-12-11"),
        ("D2", "Contoso", "EU roll-out", "ana", 88_000, "2026-12-18"),
        ("D3", "Fabrikam", "Seats", "lee", 30_000, "2026-12-12"),
        ("D4", "Tailspin", "Core", "sam", 61_000, "2026-12-30"),
        ("D5", "Wingtip", "Analytics", "ana", 55_000, "2026-12-17"),
        ("D6", "Litware", "Support", "lee", 9_500, "2026-10-28"),
    ):
        company.claim(
            key, account=account, name=name, owner=owner, amount=amount, close=close, category="commit",
            economic_buyer="Priya Rao", next_step="redlines back", next_step_day=to_day(date(2026, 11, 19)),
        )  # fmt: skip
    company.claim("W1", account="Blue Yonder", name="Core", owner="lee", amount=310_000, close="2026-10-20")
    company.claim("W1", status="won", category="closed")
    company.claim("B1", account="Best", name="Case", owner="ana", amount=40_000, category="best_case")
    company.at("2026-11-04 14:00")
    company.pass_("D3", by="dana")
    company.later(minutes=31)
    dana = company.acting_as("dana")
    call = current_call(dana)
    assert call is not None
    end_call(dana, call)
    dana.store.close()
    company.at("2026-11-10 10:00")
    company.pass_("D4", by="erik")
    company.pass_("D1", by="dana")
    company.fail("D5", "paper_process", by="dana")
    company.at("2026-11-11 08:00")
    company.claim("D1", amount=44_000)
    company.claim("D1", close="2026-12-20")
    company.claim("D7", account="Coho", name="Point of sale", owner="lee", amount=52_000, category="commit", stage="5")
    company.claim("D8", account="Adatum", name="Data", owner="sam", amount=20_000, category="commit")
    add_action(company.context, "D2", company.people["ana"], to_day(date(2026, 11, 10)), "call the CFO")
    company.at("2026-11-11 09:12")
    yield company
    company.store.close()


def sheet(seat: Seat) -> CallSheetScreen:
    assert isinstance(seat.app.screen, CallSheetScreen)
    return seat.app.screen


def under_cursor(seat: Seat) -> str:
    deal = sheet(seat).under_cursor
    assert deal is not None
    return deal.key


def told(seat: Seat) -> str:
    """What is said at the foot of the screen."""
    return " | ".join(notification.message for notification in seat.app._notifications)


# --- what is shown


@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_the_sheet_looks_as_somebody_has_seen_it(company: Company, size: tuple[int, int]) -> None:
    async with at_sheet(company.context, size=size) as seat:
        check(seat.app, f"call-sheet-{size[0]}")


async def test_the_sheet_in_ascii(company: Company) -> None:
    async with at_sheet(company.context, size=(120, 40), ascii_only=True) as seat:
        assert seat.text.isascii()
        assert "# Closed 310k" in seat.text
        assert "**** " in seat.text, "passed: four dots"


async def test_groups_and_figures(company: Company) -> None:
    async with at_sheet(company.context, size=(120, 40)) as seat:
        assert "To ask  6 of 8" in seat.text
        assert "Passed  1  (61k)" in seat.text
        assert "Closed 310k" in seat.text
        assert "inspected 61k + ▒ uninspected" in seat.text
        assert "void date" in seat.text
        assert "expired" in seat.text
        assert "✗ paper" in seat.text
        assert "+2k" in seat.text
        assert "+9d" in seat.text
        assert "⚑" in seat.text


async def test_what_is_asked_again_shows_how_far_it_is(company: Company) -> None:
    company.answer("D5", by="dana", paper_process="yes")
    async with at_sheet(company.acting_as("dana"), size=(120, 40)) as seat:
        row = next(line for line in seat.text.splitlines() if "Wingtip" in line)
        assert "○●○○" in row


async def test_both_moments_of_the_comparison_stand_there_in_full(company: Company) -> None:
    context = company.acting_as("dana")
    async with at_sheet(context, size=(120, 40)) as seat:
        assert "since the call of Wed 4 Nov 14:31 → Wed 11 Nov 09:12" in seat.text
    async with at_sheet(company.acting_as("dana"), size=(80, 24)) as seat:
        assert "Wed 4 Nov 14:31 → Wed 11 Nov 09:12" in seat.text


async def test_the_open_call_counts_its_minutes(company: Company) -> None:
    context = company.acting_as("dana")
    async with at_sheet(context, size=(120, 40)) as seat:
        assert "call 23 h 12 min" in seat.text
        company.later(minutes=3)
        seat.app.look()
        await settled(seat.pilot)
        assert "call 23 h 15 min" in seat.text


async def test_the_panel_follows_the_cursor_when_it_rests(company: Company) -> None:
    async with at_sheet(company.context, size=(120, 40)) as seat:
        first = under_cursor(seat)
        await seat.until(lambda: "Last meeting" in seat.text)
        await seat.press("G")
        assert under_cursor(seat) != first
        await seat.until(lambda: "│ Wingtip · Analytics" in seat.text and "55,000.00 USD  Best Case" in seat.text)


async def test_on_a_small_screen_f_shows_the_facts_and_esc_takes_them_away(company: Company) -> None:
    async with at_sheet(company.context) as seat:
        assert "USD" not in seat.text
        await seat.press("f")
        await seat.until(lambda: "USD" in seat.text)
        await seat.press("escape")
        assert "USD" not in seat.text


# --- whose deals


async def test_a_person_is_found_by_a_few_letters(company: Company) -> None:
    async with at_sheet(company.context, size=(120, 40)) as seat:
        await seat.press("p")
        assert "Whose deals?" in seat.text
        await seat.type("anad")
        await seat.press("enter")
        assert "Ana Diaz · FY26 Q4" in seat.text
        assert {company.people["ana"].id} == seat.app.desk.scope.members
        assert "Contoso" in seat.text
        assert "Northwind" not in seat.text


async def test_the_tree_of_people_begins_where_the_sheet_stands(company: Company) -> None:
    async with at_sheet(company.acting_as("dana"), size=(80, 24)) as seat:
        assert "Dana Ruiz and 2 more · FY26 Q4" in seat.text
        await seat.press("p")
        assert "▸ Dana Ruiz" in seat.text
        assert "Everybody" not in seat.text, "nobody above or beside can be chosen"
        assert "Sam Cole" not in seat.text
        await seat.press("down", "down", "enter")
        assert "Lee Park · FY26 Q4" in seat.text
        await seat.press("p", "escape")
        assert "Lee Park · FY26 Q4" in seat.text


async def test_somebody_who_reads_only_is_told_so(company: Company) -> None:
    context = company.acting_as("dana")
    context.actor = None
    async with at_sheet(context, size=(120, 40)) as seat:
        assert "your login is not in this store" in seat.text
        await seat.press("i")
        assert isinstance(seat.app.screen, CallSheetScreen)
        assert "may only read" in told(seat)


# --- order and filter


async def test_o_goes_through_the_orders_and_the_cursor_stays_on_its_deal(company: Company) -> None:
    async with at_sheet(company.context) as seat:
        await seat.press("j")
        deal = under_cursor(seat)
        seen = []
        for order in ("amount", "close", "owner", "name", "queue"):
            await seat.press("o")
            assert f"sort: {order}" in seat.text
            assert under_cursor(seat) == deal
            seen.append(tuple(sheet(seat).view.order))
        assert len(set(seen)) > 3
        amounts = [sheet(seat).view.sheet.entries[n].amount for n in seen[0]][:6]
        assert amounts == sorted(amounts, reverse=True)


async def test_the_filter_is_live_and_counts(company: Company) -> None:
    async with at_sheet(company.context) as seat:
        await seat.press("slash")
        await seat.type("lee")
        assert "4 of 8" in seat.text
        assert "Tailspin" not in seat.text
        await seat.press("enter", "escape")
        assert "4 of 8" not in seat.text
        assert "Tailspin" in seat.text


async def test_a_letter_taken_back_brings_back_what_it_took(company: Company) -> None:
    async with at_sheet(company.context) as seat:
        await seat.press("slash")
        await seat.type("lee")
        await seat.type("x")
        assert "0 of 8" in seat.text
        await seat.press("backspace")
        assert "4 of 8" in seat.text
        await seat.press("backspace", "backspace", "backspace")
        assert "8 of 8" in seat.text


async def test_letters_do_nothing_while_a_field_has_the_focus(company: Company) -> None:
    async with at_sheet(company.context) as seat:
        await seat.press("slash")
        await seat.type("qipoaxc1")
        assert isinstance(seat.app.screen, CallSheetScreen)
        assert seat.app.is_running
        assert sheet(seat).filtered_by == "qipoaxc1"
        assert "None of 8 deals holds 'qipoaxc1'" in seat.text


async def test_esc_peels_one_layer_at_a_time(company: Company) -> None:
    async with at_sheet(company.context) as seat:
        await seat.press("f", "slash")
        await seat.type("lee")
        await seat.press("escape")  # the field
        assert sheet(seat).filtered_by == "lee"
        await seat.press("escape")  # the filter
        assert sheet(seat).filtered_by == ""
        assert sheet(seat).has_class("-facts")
        await seat.press("escape")  # the panel
        assert not sheet(seat).has_class("-facts")
        await seat.press("escape")
        assert seat.app.is_running
        assert "Q leaves the program" in told(seat)


async def test_the_cursor_goes_back_where_a_filter_left_it_nowhere(company: Company) -> None:
    async with at_sheet(company.context) as seat:
        await seat.press("j", "j")
        deal = under_cursor(seat)
        await seat.press("slash")
        await seat.type("zzzz")
        await seat.press("escape", "escape")
        assert under_cursor(seat) == deal


# --- the deal


async def test_i_asks_the_first_of_the_queue_until_somebody_moves_the_cursor(company: Company) -> None:
    async with at_sheet(company.acting_as("dana")) as seat:
        await seat.press("o")  # another order does not change the queue
        await seat.press("i")
        assert isinstance(seat.app.screen, InspectionScreen)
        assert "Coho · Point of sale" in seat.text
        await seat.press("escape")
        await seat.press("o", "o", "o", "o", "j", "j")
        deal = under_cursor(seat)
        assert deal != "D7"
        await seat.press("i")
        assert isinstance(seat.app.screen, InspectionScreen)
        assert seat.app.screen.walk.deal.key == deal


async def test_behind_an_inspection_the_cursor_stands_on_what_is_asked_next(company: Company) -> None:
    async with at_sheet(company.acting_as("dana")) as seat:
        await seat.press("i", "n", "escape", "escape")
        assert isinstance(seat.app.screen, CallSheetScreen)
        assert "✗ economic" in seat.text, "the deal that failed is among the capped"
        deal = sheet(seat).under_cursor
        assert deal is not None
        assert deal.id == sheet(seat).first_to_ask
        assert deal.key != "D7"


async def test_who_only_looks_at_an_inspection_comes_back_to_the_same_deal(company: Company) -> None:
    async with at_sheet(company.acting_as("dana")) as seat:
        await seat.press("j", "j")
        deal = under_cursor(seat)
        await seat.press("i", "escape")
        assert under_cursor(seat) == deal


async def test_enter_opens_the_page_of_the_deal_and_esc_comes_back(company: Company) -> None:
    async with at_sheet(company.context) as seat:
        await seat.press("j", "enter")
        assert isinstance(seat.app.screen, DealScreen)
        await seat.press("escape")
        assert isinstance(seat.app.screen, CallSheetScreen)


async def test_a_rep_is_told_why_there_is_nothing_to_inspect(company: Company) -> None:
    async with at_sheet(company.acting_as("lee")) as seat:
        await seat.press("i")
        assert isinstance(seat.app.screen, CallSheetScreen)
        assert "Nobody inspects their own deals" in told(seat)


async def test_an_action_is_put_down_and_undone(company: Company) -> None:
    async with at_sheet(company.acting_as("dana")) as seat:
        await seat.press("j", "a")
        assert isinstance(seat.app.screen, ActionForm)
        await seat.type("send the DPA")
        await seat.press("enter", "enter", "enter")
        assert isinstance(seat.app.screen, CallSheetScreen)
        number = sheet(seat).under_cursor
        assert number is not None
        assert "send the DPA" in [a.body for a in actions_of_deal(company.store.conn, number.id)]
        assert "Agreed: send the DPA" in told(seat)
        await seat.press("u")
        assert "send the DPA" not in [a.body for a in actions_of_deal(company.store.conn, number.id)]
        assert "Undid:" in told(seat)


# --- somebody else, and things that fail


async def test_what_somebody_else_changes_appears_and_the_cursor_stays(company: Company) -> None:
    async with at_sheet(company.context, size=(120, 40)) as seat:
        await seat.press("j", "j")
        deal = under_cursor(seat)
        other = company.acting_as("erik")
        other.store.close()
        company.later(minutes=1)
        company.fail("D8", by="erik")
        seat.app.look()
        await settled(seat.pilot)
        assert under_cursor(seat) == deal
        assert "✗ econ" in seat.text


async def test_a_timer_looks_whether_the_store_has_changed(company: Company) -> None:
    async with at_sheet(company.acting_as("olga"), size=(120, 40)) as seat:
        company.later(minutes=1)
        company.fail("D8", by="erik")
        for _ in range(300):
            if "✗ econ" in seat.text:
                break
            await seat.pilot.pause(0.01)
        assert "✗ econ" in seat.text


async def test_nothing_is_read_again_while_nothing_changes(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_sheet(company.context) as seat:
        monkeypatch.setattr(CallSheetScreen, "refresh_from_store", lambda _self: pytest.fail("read without a reason"))
        for _ in range(3):
            seat.app.look()
        await settled(seat.pilot)


async def test_a_store_that_goes_away_is_said_once_and_what_was_read_stays(company: Company) -> None:
    context = company.acting_as("dana")
    async with at_sheet(context) as seat:
        context.store.close()
        seat.app.look()
        seat.app.look()
        await settled(seat.pilot)
        told = [n.message for n in seat.app._notifications]
        assert len([m for m in told if m.startswith("The store cannot be read")]) == 1


async def test_who_only_reads_hears_that_another_store_lies_there_now(company: Company, tmp_path: Path) -> None:
    async with at_sheet(company.acting_as("dana")) as seat:
        seat.app.look()
        shutil.copy(company.path, tmp_path / "restored.db")
        (tmp_path / "restored.db").rename(company.path)
        seat.app.look()
        seat.app.look()
        await settled(seat.pilot)
        told = [n.message for n in seat.app._notifications]
        assert len([m for m in told if "was replaced by another file; start again" in m]) == 1
        assert "Wingtip" in seat.text


async def test_an_empty_sheet_says_what_would_fill_it(tmp_path: Path) -> None:
    company = Company(tmp_path / "store.db")
    async with at_sheet(company.context) as seat:
        assert "No deal of Everybody closes in FY26 Q4." in seat.text
        assert "p chooses another person" in seat.text
        assert "I brings in a file of deals" in seat.flat
        await seat.press("i")
        assert "No deal is left to ask" in told(seat)
        await seat.press("enter", "a", "o", "x", "c", "f", "G", "space")
        assert isinstance(seat.app.screen, CallSheetScreen)
    company.store.close()


# --- taking it along


async def test_x_writes_what_is_shown_to_a_file_of_ones_own(company: Company, tmp_path: Path) -> None:
    async with at_sheet(company.context) as seat:
        await seat.press("slash")
        await seat.type("lee")
        await seat.press("enter", "x")
        assert "call-sheet-2026-11-11-0912.csv" in told(seat)
        await seat.press("x")
        assert "call-sheet-2026-11-11-0912-2.csv" in told(seat), "nothing is overwritten"
        files = sorted(tmp_path.glob("salesops-call-sheet-*.csv"))
        assert len(files) == 2
    rows = list(csv.DictReader(files[0].read_text(encoding="utf-8").splitlines()))
    assert {row["owner_name"] for row in rows} == {"Lee Park"}
    assert len(rows) == 4
    assert {row["id"]: row["amount"] for row in rows if row["id"] == "D1"} == {"D1": "44000.00"}
    assert files[0].stat().st_mode & 0o077 == 0


async def test_x_finds_another_folder_where_this_one_cannot_be_written(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(Path, "cwd", lambda: tmp_path / "gone")
    monkeypatch.setenv("HOME", str(home))
    async with at_sheet(company.context) as seat:
        await seat.press("x")
    assert len(list(home.glob("*.csv"))) == 1


async def test_c_copies_the_deal_or_writes_it_where_there_is_no_clipboard(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    async with at_sheet(company.context) as seat:
        await seat.press("c")
        assert "(D7)" in seat.app.clipboard
        assert "52,000.00 USD" in seat.app.clipboard
        monkeypatch.setenv("TERM", "linux")
        await seat.press("c")
    assert "(D7)" in next(tmp_path.glob("salesops-copy-*.txt")).read_text()


# --- hostile text


def hostile_company(path: Path) -> Company:
    company = Company(path)
    for number, text in enumerate(CORPUS):
        if "\ud800" not in text:
            company.claim(
                f"D{number}", name=text, account=text[::-1], category="commit", amount=100 + number,
                economic_buyer=text, next_step=text, economic_buyer_title=text,
            )  # fmt: skip
    return company


async def test_text_of_the_crm_is_text_in_the_panel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salesops_tui.ui.sheet_screen._QUIET", 0.001)
    company = hostile_company(tmp_path / "store.db")
    async with at_sheet(company.context, size=(120, 40)) as seat:
        seen = set()
        for _ in CORPUS:
            await seat.until(lambda: "USD" in seat.text)
            assert_printable_only(seat.text.replace("\n", ""))
            seen.add(under_cursor(seat))
            await seat.press("j")
        assert len(seen) > len(CORPUS) * 0.9
    company.store.close()


async def test_text_of_the_crm_is_text_in_the_list_and_in_what_leaves_it(tmp_path: Path) -> None:
    company = hostile_company(tmp_path / "store.db")
    async with at_sheet(company.context) as seat:
        for _ in range(len(CORPUS) // 10):
            assert_printable_only(seat.text.replace("\n", ""))
            await seat.press("pagedown", "c")
            assert "\x1b" not in seat.app.clipboard
        await seat.press("a")
        assert_printable_only(seat.text.replace("\n", ""))
        await seat.press("escape", "slash")
        await seat.type("red")
        assert_printable_only(seat.text.replace("\n", ""))
    company.store.close()
