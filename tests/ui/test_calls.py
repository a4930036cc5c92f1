"""Calls and their minutes on the screen."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from salesops_tui.services.calls import current_call, end_call
from salesops_tui.store.calls import all_calls
from salesops_tui.ui.screens.call_sheet import CallSheetScreen
from salesops_tui.ui.screens.call_summary import CallSummaryScreen
from salesops_tui.ui.screens.calls import CallsScreen
from salesops_tui.ui.screens.confirm import Confirm
from salesops_tui.ui.screens.deal import DealScreen
from salesops_tui.ui.screens.inspection import InspectionScreen
from tests.company import Company
from tests.hostile import CORPUS
from tests.ui.snapshots import check
from tests.ui.test_present import assert_printable_only
from tests.ui.walking import SIZES, Seat, at_sheet


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """Dana's call of last week is over; in this week's she failed D2 (500k) and passed D1."""
    monkeypatch.chdir(tmp_path)
    company = Company(tmp_path / "store.db").at("2026-11-02 09:00")
    company.claim("D1", account="Northwind", name="Renewal", owner="lee", amount=45_000)
    company.claim("D2", account="Contoso", name="EU roll-out", owner="ana", amount=500_000)
    company.claim("D3", account="Fabrikam", name="Seats", owner="lee", amount=30_000)
    company.claim("D4", account="Tailspin", name="Core", owner="sam", amount=61_000)
    company.at("2026-11-04 14:00")
    company.pass_("D2", by="dana")
    company.later(minutes=20)
    dana = company.acting_as("dana")
    call = current_call(dana)
    assert call is not None
    end_call(dana, call)
    dana.store.close()
    company.at("2026-11-11 14:00")
    company.fail("D2", "paper_process", by="dana")
    company.later(minutes=4)
    company.pass_("D1", by="dana")
    company.later(minutes=8)
    yield company
    company.store.close()


def told(seat: Seat) -> str:
    return " | ".join(notification.message for notification in seat.app._notifications)


@pytest.mark.parametrize("size", [(40, 10), *SIZES])
async def test_calls_look_as_somebody_has_seen_them(company: Company, size: tuple[int, int]) -> None:
    async with at_sheet(company.acting_as("dana"), size=size) as seat:
        await seat.press("6")
        check(seat.app, f"calls-{size[0]}")


@pytest.mark.parametrize("size", SIZES)
async def test_minutes_look_as_somebody_has_seen_them(company: Company, size: tuple[int, int]) -> None:
    async with at_sheet(company.acting_as("dana"), size=size) as seat:
        await seat.press("6", "enter")
        check(seat.app, f"minutes-{size[0]}")


async def test_what_a_call_changed_stands_in_its_row(company: Company) -> None:
    async with at_sheet(company.acting_as("dana"), size=(120, 40)) as seat:
        await seat.press("6")
        row = next(line for line in seat.text.splitlines() if "Wed 11 Nov 14:00" in line)
        assert "575k → 75k" in row
        assert "−500k" in row
        assert "● open" in row


async def test_minutes_open_the_deal_behind_each_line(company: Company) -> None:
    async with at_sheet(company.acting_as("dana"), size=(120, 40)) as seat:
        await seat.press("6", "enter")
        assert isinstance(seat.app.screen, CallSummaryScreen)
        assert "Commit → Best Case" in seat.text
        assert "paper process: no" in seat.text
        assert "Left uninspected  1" in seat.text
        await seat.press("enter")
        assert isinstance(seat.app.screen, DealScreen)
        assert "Contoso" in seat.text
        await seat.press("escape", "escape", "escape")
        assert isinstance(seat.app.screen, CallSheetScreen)


async def test_ending_a_call_asks_first_and_keeps_its_figures(company: Company) -> None:
    async with at_sheet(company.acting_as("dana")) as seat:
        await seat.press("6", "e")
        assert isinstance(seat.app.screen, Confirm)
        await seat.press("n")
        await seat.press("e", "enter")
        assert isinstance(seat.app.screen, Confirm), "only y ends it"
        await seat.press("escape")
        newest = all_calls(company.store.conn)[0]
        assert newest.ended_at is None
        await seat.press("e", "y")
        newest = all_calls(company.store.conn)[0]
        assert newest.ended_at is not None
        assert newest.figures is not None
        assert "● open" not in seat.text
        await seat.press("e")
        assert isinstance(seat.app.screen, CallsScreen)
        assert "This call ended on Wed 11 Nov 14:12" in told(seat)


async def test_an_open_call_goes_on_at_the_first_deal_of_its_queue(company: Company) -> None:
    async with at_sheet(company.acting_as("olga")) as seat:
        seat.app.desk.scope = seat.app.desk.scope  # ops begins with everybody
        await seat.press("6", "i")
        assert isinstance(seat.app.screen, InspectionScreen)
        assert seat.app.desk.scope.name == "Dana Ruiz"
        assert "Fabrikam · Seats" in seat.text
        await seat.press("escape")
        assert isinstance(seat.app.screen, CallSheetScreen)


async def test_an_ended_call_cannot_go_on(company: Company) -> None:
    async with at_sheet(company.acting_as("dana")) as seat:
        await seat.press("6", "j", "i")
        assert isinstance(seat.app.screen, CallsScreen)
        assert "This call ended on Wed 4 Nov 14:20" in told(seat)


async def test_minutes_leave_as_markdown(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("TMUX", raising=False)
    async with at_sheet(company.acting_as("dana")) as seat:
        await seat.press("6", "x")
        (path,) = tmp_path.glob("salesops-minutes-*.md")
        assert path.name in told(seat)
        assert "**Contoso · EU roll-out** (Ana Diaz, 500,000.00): Commit → Best Case, failed Paper process" in (
            path.read_text(encoding="utf-8")
        )
        await seat.press("enter", "c")
        assert seat.app.clipboard == path.read_text(encoding="utf-8")


async def test_calls_are_filtered(company: Company) -> None:
    async with at_sheet(company.acting_as("dana")) as seat:
        await seat.press("6", "slash")
        await seat.type("4 nov")
        assert "1 of 2" in seat.text
        await seat.press("escape", "escape")
        assert "of 2" not in seat.text
        await seat.press("1")
        assert isinstance(seat.app.screen, CallSheetScreen)


async def test_without_a_call_it_is_said_how_one_begins(tmp_path: Path) -> None:
    company = Company(tmp_path / "store.db")
    async with at_sheet(company.context) as seat:
        await seat.press("6")
        assert "No call yet." in seat.text
        await seat.press("enter", "e", "x", "c", "i")
        assert isinstance(seat.app.screen, CallsScreen)
        assert "No call is under the cursor" in told(seat)
    company.store.close()


async def test_text_of_the_crm_is_text_in_the_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    company = Company(tmp_path / "store.db")
    texts = [text for text in CORPUS if "\ud800" not in text]
    for number, text in enumerate(texts):
        company.claim(f"D{number}", name=text, account=text, owner="lee", category="commit")
    company.later(minutes=1)
    for number in range(0, len(texts), 2):
        company.fail(f"D{number}", by="dana")
    async with at_sheet(company.acting_as("dana"), size=(120, 40)) as seat:
        await seat.press("6", "enter")
        for _ in range(4):
            assert_printable_only(seat.text.replace("\n", ""))
            await seat.press("pagedown")
        await seat.press("x")
    text = next(tmp_path.glob("*.md")).read_text(encoding="utf-8")
    assert_printable_only(text.replace("\n", ""))
    company.store.close()
