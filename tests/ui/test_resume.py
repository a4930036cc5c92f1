"""Going on where a session was cut off."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from salesops_tui.services.calls import current_call, end_call
from salesops_tui.services.desk import be_here, keep_typed
from salesops_tui.store import living
from salesops_tui.ui.resume import place_to_resume
from salesops_tui.ui.screens.call_sheet import CallSheetScreen
from salesops_tui.ui.screens.inspection import InspectionScreen
from tests.company import Company
from tests.ui.walking import at_sheet


def number_of_nobody() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """Dana has answered one question of D1."""
    company = Company(tmp_path / "store.db")
    company.claim("D1", account="Northwind", name="Renewal")
    company.claim("D2", account="Contoso", name="EU roll-out", owner="ana", amount=500)
    company.later(minutes=5)
    company.answer("D1", by="dana", economic_buyer="yes")
    yield company
    company.store.close()


def cut_off(company: Company, session: str, question: str = "risk_and_mitigation") -> None:
    """Leave what a session leaves that is killed at a question of D1."""
    context = company.acting_as("dana")
    context.session = session
    call = current_call(context)
    number = context.store.conn.execute("SELECT id FROM deal WHERE key = 'D1'").fetchone()[0]
    be_here(context, number, question, call.id if call else None)
    context.store.close()


async def test_the_program_opens_at_the_deal_and_question_where_it_was_killed(company: Company) -> None:
    cut_off(company, f"{number_of_nobody()}-abcd")
    async with at_sheet(company.acting_as("dana")) as seat:
        assert isinstance(seat.app.screen, InspectionScreen)
        assert seat.app.screen.walk.deal.key == "D1"
        assert seat.app.screen.sitting.question == "risk_and_mitigation"
        assert "broke off" in " ".join(n.message for n in seat.app._notifications)
        await seat.press("escape")
        assert isinstance(seat.app.screen, CallSheetScreen)


@pytest.mark.parametrize(
    ("question", "texts", "cursor"),
    [
        ("risk_and_mitigation", {"risk": "their counsel"}, "risk"),
        ("risk_and_mitigation", {"risk": "their counsel is out", "mitigation": "a call o"}, "mitigation"),
        ("paper_process", {"evidence": "their counsel"}, "evidence"),
        ("risk_and_mitigation", {}, None),
    ],
)
async def test_the_cursor_stands_where_a_text_was_half_typed(
    company: Company, question: str, texts: dict[str, str], cursor: str | None
) -> None:
    typist = company.acting_as("dana")
    keep_typed(typist, 1, {(question, field): text for field, text in texts.items()})
    typist.store.close()
    cut_off(company, f"{number_of_nobody()}-abcd", question)
    async with at_sheet(company.acting_as("dana")) as seat:
        screen = seat.app.screen
        assert isinstance(screen, InspectionScreen)
        assert screen.fields.focused() == cursor
        if cursor:
            await seat.press(*" sick")
            assert screen.fields.texts()[cursor] == f"{texts[cursor]} sick"
            assert screen.sitting.walk.step(question).answer is None


async def test_a_session_that_is_alive_is_left_alone(company: Company) -> None:
    other = company.acting_as("dana")
    other.session = f"{number_of_nobody()}-abcd"  # no matter what its process is called
    be_here(other, 1, "risk_and_mitigation", None)
    async with at_sheet(company.acting_as("dana")) as seat:
        assert isinstance(seat.app.screen, CallSheetScreen)
    other.store.close()


async def test_a_session_that_ended_is_dead_though_its_number_is_somebodys_again(company: Company) -> None:
    cut_off(company, f"{os.getpid()}-abcd")
    async with at_sheet(company.acting_as("dana")) as seat:
        assert isinstance(seat.app.screen, InspectionScreen)


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system does not tell which sessions are there."""
    monkeypatch.setattr(living, "_ASK", 0)
    monkeypatch.setattr(living, "_HOLD", 0)


@pytest.mark.usefixtures("untold")
async def test_a_session_whose_process_is_alive_is_left_alone(company: Company) -> None:
    cut_off(company, f"{os.getpid()}-abcd")
    async with at_sheet(company.acting_as("dana")) as seat:
        assert isinstance(seat.app.screen, CallSheetScreen)


@pytest.mark.usefixtures("untold")
async def test_a_session_that_was_killed_and_not_yet_buried_is_dead(company: Company) -> None:
    killed = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    killed.kill()
    os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody has asked for its exit code
    cut_off(company, f"{killed.pid}-abcd")
    async with at_sheet(company.acting_as("dana")) as seat:
        assert isinstance(seat.app.screen, InspectionScreen)
    killed.wait()


async def test_somebody_elses_place_is_not_mine(company: Company) -> None:
    cut_off(company, f"{number_of_nobody()}-abcd")
    async with at_sheet(company.acting_as("olga")) as seat:
        assert isinstance(seat.app.screen, CallSheetScreen)


def test_nowhere_to_go_on_once_the_call_has_ended(company: Company) -> None:
    cut_off(company, f"{number_of_nobody()}-abcd")
    context = company.acting_as("dana")
    assert place_to_resume(context) is not None
    call = current_call(context)
    assert call is not None
    end_call(context, call)
    assert place_to_resume(context) is None
    context.store.close()


@pytest.mark.usefixtures("untold")
@pytest.mark.parametrize("session", ["", "x", "-1-a", "99999999999999999999-a"])
def test_a_session_of_another_making_is_taken_for_dead_or_left(company: Company, session: str) -> None:
    cut_off(company, session)
    context = company.acting_as("dana")
    place_to_resume(context)
    context.store.close()


def cut_off_in_somebody_elses_call(company: Company) -> None:
    context = company.acting_as("olga")
    assert current_call(context) is None
    context.session = f"{number_of_nobody()}-abcd"
    be_here(context, 1, "risk_and_mitigation", 1)
    context.store.close()


async def test_who_had_joined_somebody_elses_call_goes_on_in_it_too(company: Company) -> None:
    cut_off_in_somebody_elses_call(company)
    async with at_sheet(company.acting_as("olga")) as seat:
        assert isinstance(seat.app.screen, InspectionScreen)
        assert seat.app.screen.sitting.question == "risk_and_mitigation"


def test_a_call_that_was_joined_is_over_when_its_owner_ends_it(company: Company) -> None:
    cut_off_in_somebody_elses_call(company)
    dana = company.acting_as("dana")
    call = current_call(dana)
    assert call is not None
    end_call(dana, call)
    olga = company.acting_as("olga")
    assert place_to_resume(olga) is None
    for context in (dana, olga):
        context.store.close()


def test_half_typed_text_is_gone_back_to_before_any_call_has_begun(tmp_path: Path) -> None:
    company = Company(tmp_path / "store.db")
    company.claim("D1")
    context, again = company.acting_as("dana"), company.acting_as("dana")
    context.session = f"{number_of_nobody()}-abcd"
    be_here(context, 1, "economic_buyer", None)
    assert place_to_resume(again) is None
    keep_typed(context, 1, {("economic_buyer", "evidence"): "the CFO sa"})
    assert place_to_resume(again) is None, "it is being typed in another window"
    context.store.close()
    place = place_to_resume(again)
    assert place is not None
    assert place.question == "economic_buyer"
    for seat in (again, company.context):
        seat.store.close()


@pytest.mark.usefixtures("untold")
def test_a_process_that_got_the_number_after_a_reboot_is_not_the_session(company: Company) -> None:
    began_later = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    cut_off(company, f"{began_later.pid}-abcd")
    context = company.acting_as("dana")
    try:
        assert place_to_resume(context) is None, "as old as the place: it may be the session"
        company.later(minutes=30)
        assert place_to_resume(context) is not None, "younger than the place"
    finally:
        context.store.close()
        began_later.communicate()
