"""The hour that the program is for, on a real terminal, at both sizes."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from salesops_tui.domain.calendar import to_day, to_moment
from salesops_tui.services.identity import login_name
from tests.company import Company
from tests.end_to_end.sitting import Sitting

SIZES = [(80, 24), (120, 40)]


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Three Commit deals, a meeting of yesterday on file for each; whoever runs the tests is their manager, Dana."""
    now = datetime.now(UTC)
    company = Company(tmp_path / "store.db")
    company.time = now - timedelta(days=12)
    close = date.fromordinal(min(to_day(now.date()) + 10, company.context.calendar.current_period(to_moment(now)).end))
    for key, amount in (("D1", 50_000), ("D2", 30_000), ("D3", 20_000)):
        met = to_day(now.date()) - 1
        company.claim(key, amount=amount, close=close.isoformat(), account=f"Account {key}", last_meeting_day=met)
    with company.store.write() as conn:
        conn.execute("UPDATE person SET login = '' WHERE login = ?", (login_name(),))
        conn.execute("UPDATE person SET login = ? WHERE key = 'dana'", (login_name(),))
    return company


@pytest.fixture
def store(company: Company) -> Path:
    """The company's store, as nobody has touched it yet."""
    company.store.close()
    return company.path


def commit_of(store: Path) -> tuple[str, dict[str, Any]]:
    """Ask from a second terminal what Commit is, and how the deals stand."""
    command = [sys.executable, "-m", "salesops_tui", "--store", str(store), "deals", "--all", "--format", "json"]
    document = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    amount = sum(float(d["amount"]) for d in document["deals"] if d["category"] == "commit")
    return f"{amount:.0f}", {d["id"]: d for d in document["deals"]}


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_call_from_the_sheet_to_a_downgrade_and_back(store: Path, columns: int, rows: int) -> None:
    with Sitting(store, columns=columns, rows=rows) as person:
        person.see("Commit 100k", "Account D1", "Inspect")
        person.type("i")
        person.see("1 of 3", "Account D1", "Economic buyer")
        person.type("y")
        person.see("✓ Economic")
        person.type("y")
        person.see("✓ Paper")
        person.type("y")
        person.see("Risk")
        person.type(*"DPA not signed", "\r")
        person.type(*"legal call on Tuesday", "\r")
        person.see("enter accepts")
        person.type("\r")
        person.see("2 of 3", "Account D2")
        assert commit_of(store)[1]["D1"]["inspection"] == "passed"
        person.type("n")
        person.see("Moved to Best Case", "100k → 70k")
        amount, deals = commit_of(store)
        assert (amount, deals["D2"]["category"]) == ("70000", "best_case")
        person.type("u")
        person.see("Undid: ", gone="Moved to Best Case ·")
        amount, deals = commit_of(store)
        assert (amount, deals["D2"]["category"]) == ("100000", "commit")
        person.type("\x1b")
        person.see("Commit 100k", "To ask", "Passed")
        person.type("q")
        person.wait(2)
        assert not person.running


def test_a_killed_call_goes_on_at_the_same_question(store: Path) -> None:
    with Sitting(store) as person:
        person.see("Account D1")
        person.type("i")
        person.see("1 of 3")
        person.type("y")
        person.see("✓ Economic")
        person.type("y")
        person.see("✓ Paper")
        person.type("y")
        person.see("Risk")
        person.type(*"half a risk")
        person.see("half a risk")
        person.wait(1.3)
        person.kill()
    assert commit_of(store)[1]["D1"]["inspection"] == "open"
    with Sitting(store, columns=80, rows=24) as person:
        seen = person.see("Account D1", "✓ Economic", "✓ Paper", "half a risk")
        assert "▸ Risk" in seen


def test_a_call_that_is_ended_from_outside_keeps_the_last_letter_and_gives_the_terminal_back(store: Path) -> None:
    """A box that shuts down says SIGTERM: the shell must not be left on the other screen, with a mouse that types."""
    with Sitting(store) as person:
        person.see("Account D1")
        person.type("i")
        person.see("1 of 3")
        person.type("e")
        person.type(*"the CFO, on Mon")
        person.see("the CFO, on Mon")
        person.type(*"day")
        person.see("the CFO, on Monday")
        person.ask_to_end()
        person.wait(2)
        assert "ended from outside" in person.screen
        assert b"\x1b[?1049l" in b"".join(chunk.data for chunk in person.chunks)
    with Sitting(store, columns=80, rows=24) as person:
        person.see("▸ Economic buyer", "the CFO, on Monday")


def test_last_weeks_answers_take_four_keys(company: Company) -> None:
    company.time = datetime.now(UTC) - timedelta(days=8)
    company.pass_("D1", by="olga")
    company.store.close()
    with Sitting(company.path) as person:
        person.see("expired")
        person.type("j", "j")
        person.see("▸ Account D1")
        person.type("i")
        person.see("Account D1", "Last time")
        for done in ("✓ Economic", "✓ Paper", "✓ Risk"):
            person.type("=")
            person.see(done)
        person.type("=")
        person.see("Account D2", "▸ Economic")
    assert commit_of(company.path)[1]["D1"]["inspection"] == "passed"


def test_a_deal_whose_pass_is_good_is_not_asked(company: Company) -> None:
    company.time = datetime.now(UTC) - timedelta(minutes=5)
    company.pass_("D1", by="olga")
    company.store.close()
    with Sitting(company.path) as person:
        person.see("To ask  2", "Passed  1")
        person.type("i")
        person.see("1 of 2", "Account D2", gone="Account D1")


@pytest.mark.parametrize(("columns", "rows"), [(40, 10), (80, 24)])
def test_a_small_terminal_shows_what_it_can(store: Path, columns: int, rows: int) -> None:
    with Sitting(store, columns=columns, rows=rows) as person:
        person.see("Account D1")
        person.type("i")
        person.see("Economic")
        person.type("\x1b")
        person.see("Account D2")


def test_ascii_and_no_colour(store: Path) -> None:
    with Sitting(store, env={"SALESOPS_ASCII": "1"}) as person:
        assert person.see("Account D1", "Inspect").isascii()


def test_a_fault_of_the_program_is_one_line_and_no_picture_of_code(store: Path) -> None:
    code = (
        "import sys; from salesops_tui.ui.screens.call_sheet import CallSheetScreen as S;"
        "S.action_filter = lambda self: 1 / 0; from salesops_tui.cli.main import run;"
        f"sys.exit(run(['--store', {str(store)!r}]))"
    )
    with Sitting(store, command=[sys.executable, "-c", code]) as person:
        person.see("Account D1")
        person.type("/")
        person.wait(3)
        assert not person.running
        assert "something went wrong that should not (ZeroDivisionError" in person.screen
        assert "Traceback" not in person.screen


def test_after_an_inspection_the_cursor_is_at_the_front_of_the_queue(store: Path) -> None:
    with Sitting(store) as person:
        person.see("▸ Account D1")
        person.type("i")
        person.see("1 of 3")
        person.type("n")
        person.see("Moved to Best Case")
        person.type("\x1b", "\x1b")
        person.see("Capped  1", "▸ Account D2")


@pytest.mark.parametrize(
    "pasted", ["no idea, ask them; yes and yes", "did they sign? yes\rnot yet\rno\r", "nyd" * 5, "/x yes and no"]
)
def test_text_that_is_pasted_answers_nothing(store: Path, pasted: str) -> None:
    """Without bracketed paste a terminal sends text as keys, in one go."""
    with Sitting(store) as person:
        person.see("Account D1")
        person.type("i")
        person.see("1 of 3", "▸ Economic buyer")
        person.press(pasted)
        person.see("keys came at once, as pasted text does")
        person.wait(0.5)
        person.see("▸ Economic buyer")
        assert {deal["inspection"] for deal in commit_of(store)[1].values()} == {"never"}
        person.type("n")
        person.see("Moved to Best Case")


def test_a_question_is_not_answered_by_the_text_that_opened_it(store: Path) -> None:
    with Sitting(store) as person:
        person.see("Account D1")
        person.press("i")
        person.see("▸ Economic buyer")
        person.press("n")
        person.see("Moved to Best Case")
        person.press("s")
        person.see("2 of 3")
        person.press("6")
        person.see("1 call, 1 open")
        person.press("they")
        person.see("4 keys came at once, as pasted text does", "End call")
        person.wait(0.5)
        person.press("y")
        person.see("The call has ended")


def test_the_rest_of_what_was_let_go_is_no_command(store: Path) -> None:
    """Whoever types on while the line stands still goes on a moment longer: `n` there is a letter and no answer."""
    with Sitting(store) as person:
        person.see("Account D1")
        person.press("i")
        person.see("▸ Economic buyer")
        person.press("yyDia")
        for letter in "n d y\r":
            person.wait(0.1)
            person.press(letter)
        person.see("5 keys came at once, as pasted text does")
        person.wait(0.5)
        assert {deal["inspection"] for deal in commit_of(store)[1].values()} == {"never"}
        person.press("n")
        person.see("Moved to Best Case")


def test_answers_that_are_typed_ahead_are_taken(store: Path) -> None:
    """A line that stood still delivers at once what was typed meanwhile."""
    with Sitting(store) as person:
        person.see("Account D1")
        person.press("iyy")
        person.see("✓ Economic", "✓ Paper", "▸ Risk")
        person.press("yDPA not signed\rlegal call\r")
        person.see("enter accepts")
        person.press("\rn")
        person.see("2 of 3", "Account D2", "Moved to Best Case")
    assert {key: deal["inspection"] for key, deal in commit_of(store)[1].items()} == {
        "D1": "passed", "D2": "failed", "D3": "never"
    }  # fmt: skip


@pytest.mark.parametrize("columns", [60, 80])
def test_the_bar_of_a_demo_that_is_built_stays_on_one_line(tmp_path: Path, columns: int) -> None:
    store = tmp_path / "demo.db"
    command = [sys.executable, "-m", "salesops_tui", "--store", str(store), "demo", "--build-only", "--scale", "300"]
    with Sitting(store, columns=columns, rows=24, command=command) as person:
        while person.running:
            person.wait_any()
        assert "100%" in person.screen
        assert person.screen.count("Building the demo company") == 1
