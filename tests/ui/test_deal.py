"""One deal's page: each row of what caps, claims and passes do to one another, in words; who said what, and when."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from salesops_tui.domain.calendar import to_day
from salesops_tui.domain.inspection import AnswerDraft, AnswerValue
from salesops_tui.services.acting import add_action, close_action
from salesops_tui.services.inspecting import AnswerRequest, give_answers
from salesops_tui.services.linking import link_deals
from salesops_tui.services.undo import undo_last
from salesops_tui.ui.screens.action_form import ActionForm
from salesops_tui.ui.screens.call_sheet import CallSheetScreen
from salesops_tui.ui.screens.deal import DealScreen
from salesops_tui.ui.screens.inspection import InspectionScreen
from tests.company import QUESTIONS, Company
from tests.ui.snapshots import check, settled
from tests.ui.test_present import assert_printable_only
from tests.ui.walking import SIZES, STORED, Seat, at_sheet

YES, NO = AnswerValue.YES, AnswerValue.NO


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path / "store.db")
    company.claim("D1", amount=45_000, account="Northwind", name="Renewal")
    company.at("2026-11-11 10:00")
    yield company
    company.store.close()


async def page(company: Company, *, size: tuple[int, int] = (220, 60), by: str = "dana", deal: str = "D1") -> str:
    """What the page of a deal says, its lines joined."""
    async with at_sheet(company.acting_as(by), size=size) as seat:
        await open_page(seat, deal)
        return seat.flat


async def open_page(seat: Seat, deal: str = "D1") -> None:
    seat.app.push_screen(DealScreen(deal))
    await settled(seat.pilot)


def failed(company: Company) -> None:
    answer = AnswerDraft("paper_process", NO, reason="procurement")
    give_answers(company.acting_as("dana"), AnswerRequest("D1", [answer]))


# --- each row of the table


def still_claims(company: Company) -> None:
    failed(company)
    company.later(days=1).claim("D1", next_step="x")


def taken_up(company: Company) -> None:
    failed(company)
    company.later(days=1).claim("D1", category="best_case")


def contested(company: Company) -> None:
    taken_up(company)
    company.later(days=1).claim("D1", category="commit")


def passed_while_claimed(company: Company) -> None:
    failed(company)
    company.later(days=1).pass_("D1", by="dana")


def restored(company: Company) -> None:
    taken_up(company)
    company.later(hours=1).pass_("D1", by="dana")


def restored_claim_ended(company: Company) -> None:
    restored(company)
    company.later(days=1).claim("D1", category="pipeline")


def fallen(company: Company) -> None:
    failed(company)
    company.later(days=1).claim("D1", category="pipeline")


def out_of_the_period(company: Company) -> None:
    failed(company)
    company.later(days=1).claim("D1", close="2027-02-01")


def won(company: Company) -> None:
    failed(company)
    company.later(days=1).claim("D1", status="won", category="closed", stage="7")


def lost(company: Company) -> None:
    failed(company)
    company.later(days=1).claim("D1", status="lost")


def reopened(company: Company) -> None:
    lost(company)
    company.later(days=1).claim("D1", status="open")


def failed_outside_commit(company: Company) -> None:
    company.claim("D1", category="best_case")
    company.later(hours=1)
    failed(company)


def claimed_after_failing(company: Company) -> None:
    failed_outside_commit(company)
    company.later(days=1).claim("D1", category="commit")


def voided(company: Company) -> None:
    company.pass_("D1", by="dana")
    company.later(days=1).claim("D1", close="2026-12-20")


def expired(company: Company) -> None:
    company.pass_("D1", by="dana")
    company.later(days=8)


def begun(company: Company) -> None:
    company.answer("D1", by="dana", economic_buyer="yes", paper_process="yes")


WHY = "paper process: no (stuck in procurement)"
ROWS: list[tuple[Callable[[Company], None], list[str]]] = [
    (failed, [f"Capped since Wed 11 Nov: {WHY} · the CRM still claims Commit", "comes back to Commit with"]),
    (still_claims, [f"Capped since Wed 11 Nov: {WHY} · the CRM still claims Commit"]),
    (taken_up, [f"{WHY} · the CRM has taken it up, and says Best Case", "CRM: Commit → Best Case"]),
    (contested, ["Contested: claimed as Commit again once", "claimed again although capped (contested)"]),
    (passed_while_claimed, ["Passed, good until Wed 18 Nov", "Best Case → Commit · passed"]),
    (restored, ["Commit restored by the pass of Thu 12 Nov · the CRM still says Best Case", "passed; claim restored"]),
    (restored_claim_ended, ["the restored claim ended with a new word from the CRM", "Commit → Pipeline"]),
    (fallen, [f"{WHY} · the rep now says Pipeline", "Best Case → Pipeline"]),
    (out_of_the_period, ["It closes outside FY26-Q4; the cap stays until an inspection passes"]),
    (won, [f"Won against a failed inspection: {WHY}", "45,000 USD · Closed"]),
    (lost, ["Lost since Thu 12 Nov; its cap, its claim and its actions have ended", "the cap ended with the deal"]),
    (reopened, ["Never inspected", "reopened"]),
    (
        failed_outside_commit,
        [f"Failed on Wed 11 Nov while in Best Case: {WHY}", "A claim of Commit counts only after an inspection"],
    ),
    (claimed_after_failing, [f"Capped since Thu 12 Nov: {WHY}", "the cap applies to the new claim of Commit"]),
    (voided, ["Its pass no longer holds: the close date moved later", "pass void: the close date moved later"]),
    (expired, ["Its pass ended on Tue 17 Nov; ask again"]),
    (begun, ["Begun: 2 of 4 questions answered"]),
]


@pytest.mark.parametrize(("events", "words"), ROWS, ids=[events.__name__ for events, _ in ROWS])
async def test_the_page_says_how_the_deal_stands_and_why(
    company: Company, events: Callable[[Company], None], words: list[str]
) -> None:
    events(company)
    text = await page(company)
    for sentence in words:
        assert sentence in text


async def test_a_deal_that_nobody_has_asked_says_so(company: Company) -> None:
    assert "Never inspected" in await page(company)


async def test_bare_yeses_are_counted_apart(company: Company) -> None:
    company.pass_("D1", by="dana")
    assert "2 of 4 without anything beside the yes" in await page(company)


# --- history


async def test_every_change_says_when_what_and_where_it_came_from(company: Company) -> None:
    company.claim("D1", close="2026-12-20", amount=50_000, stage="5", owner="ana", economic_buyer="Priya")
    company.later(days=1)
    failed(company)
    text = await page(company)
    change = (
        "closes Fri 11 Dec → Sun 20 Dec (+9d) · 45,000 USD → 50,000 USD (+5k) · stage 6 → 5 · owner Lee Park → Ana Diaz"
    )
    assert "Wed 11 Nov 10:00" in text
    for part in change.split(" · "):
        assert part in text
    assert "buyer: Priya" in text
    assert "Dana Ruiz (inspection)" in text
    assert "First seen: Commit, 45,000 USD" in text


async def test_corrected_and_undone_answers_stay_and_say_so(company: Company) -> None:
    dana = company.acting_as("dana")
    give_answers(dana, AnswerRequest("D1", [AnswerDraft("economic_buyer", NO)]))
    company.later(minutes=1)
    give_answers(dana, AnswerRequest("D1", [AnswerDraft("economic_buyer", YES, "Priya, on Monday")]))
    company.later(minutes=1)
    give_answers(dana, AnswerRequest("D1", [AnswerDraft("paper_process", NO)]))
    undo_last(dana)
    company.answer("D1", by="olga", paper_process="dont_know")
    text = await page(company)
    assert "10:00 ✗ Economic buyer: corrected · no" in text
    assert "10:01 ✓ Economic buyer: yes · “Priya, on Monday”" in text
    assert "✗ Paper process: undone · no" in text
    assert "? Paper process: don't know Olga Ops" in text


async def test_actions_show_who_and_until_when_the_open_ones_first(company: Company) -> None:
    dana = company.acting_as("dana")
    done = add_action(dana, "D1", company.people["lee"], to_day(date(2026, 11, 1)), "sent the redlines")
    close_action(dana, done, done=True)
    add_action(dana, "D1", company.people["lee"], to_day(date(2026, 11, 10)), "call the CFO")
    text = await page(company)
    assert "Tue 10 Nov call the CFO · overdue Lee Park" in text
    assert text.index("call the CFO") < text.index("sent the redlines · done")


# --- keys


async def test_the_page_leads_to_the_inspection_and_back(company: Company) -> None:
    async with at_sheet(company.acting_as("dana")) as seat:
        await open_page(seat)
        await seat.press("i")
        assert isinstance(seat.app.screen, InspectionScreen)
        await seat.press("n", "escape", "escape")
        assert isinstance(seat.app.screen, DealScreen)
        assert "Capped since Wed 11 Nov: economic buyer: no" in seat.flat
        await seat.press("escape")
        assert isinstance(seat.app.screen, CallSheetScreen)


async def test_from_an_inspection_the_page_leads_back_to_it(company: Company) -> None:
    async with at_sheet(company.acting_as("dana")) as seat:
        seat.app.push_screen(InspectionScreen("D1"))
        await settled(seat.pilot)
        await seat.press("h", "i")
        assert [type(screen) for screen in seat.app.screen_stack] == [CallSheetScreen, InspectionScreen]


async def test_who_may_not_inspect_is_told_why(company: Company) -> None:
    async with at_sheet(company.acting_as("lee")) as seat:
        await open_page(seat)
        await seat.press("i")
        assert isinstance(seat.app.screen, DealScreen)
        assert "Nobody inspects their own deals" in seat.toasts[-1]


async def test_an_action_is_put_down_on_the_page(company: Company) -> None:
    async with at_sheet(company.acting_as("dana")) as seat:
        await open_page(seat)
        await seat.press("a")
        assert isinstance(seat.app.screen, ActionForm)
        await seat.type("call the CFO")
        await seat.press("enter", "enter", "enter")
        assert "call the CFO · open" in seat.flat


async def test_the_page_is_written_to_a_file(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    failed(company)
    async with at_sheet(company.acting_as("dana")) as seat:
        await open_page(seat)
        await seat.press("x")
    (path,) = tmp_path.glob("salesops-deal-*.txt")
    text = path.read_text(encoding="utf-8")
    assert f"Capped since Wed 11 Nov: {WHY}" in text
    assert "First seen: Commit" in text


async def test_the_page_is_copied_whole(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("TMUX", raising=False)
    async with at_sheet(company.acting_as("dana")) as seat:
        await open_page(seat)
        await seat.press("c")
        assert "First seen: Commit" in seat.app.clipboard


@pytest.mark.parametrize("size", SIZES)
async def test_what_it_was_under_another_id_stands_on_the_page_too(company: Company, size: tuple[int, int]) -> None:
    failed(company)
    company.later(days=7).claim("D1", status="removed")
    company.claim("N1", amount=44_000, account="Northwind", name="Renewal again")
    link_deals(company.acting_as("dana"), "N1", "D1", "continuation")
    said = await page(company, deal="N1")
    assert "Capped since" in said
    assert "Before, as D1" in said
    assert "Continues Northwind · Renewal" in said
    assert "procurement" in said
    assert "gone from the CRM" in said
    assert "Goes on as N1 · Renewal again" in await page(company)
    async with at_sheet(company.acting_as("dana"), size=size) as seat:
        await open_page(seat, "N1")
        await seat.pilot.press("G")
        await settled(seat.pilot)
        assert "First seen: Commit" in seat.flat


async def test_an_unknown_deal_is_told_and_the_screen_before_stays(company: Company) -> None:
    async with at_sheet(company.acting_as("dana")) as seat:
        await open_page(seat, "NOPE")
        assert isinstance(seat.app.screen, CallSheetScreen)


async def test_somebody_elses_answer_appears(company: Company) -> None:
    async with at_sheet(company.acting_as("dana")) as seat:
        await open_page(seat)
        company.fail("D1", by="olga")
        await seat.until(lambda: "Capped since" in seat.text)


# --- looks


@pytest.mark.parametrize("size", [*SIZES, (40, 10)])
async def test_hostile_text_is_text(company: Company, size: tuple[int, int]) -> None:
    for text in STORED:
        company.later(minutes=1)
        company.claim("D1", name=text, account=text, next_step=text, economic_buyer=text, competitor=text)
        if text.strip():
            answers = [AnswerDraft("economic_buyer", NO, text)]
            answers += [AnswerDraft("risk_and_mitigation", YES, "", "", f"x{text}", f"x{text}")]
            give_answers(company.acting_as("dana"), AnswerRequest("D1", answers))
    async with at_sheet(company.acting_as("dana"), size=size) as seat:
        await open_page(seat)
        for _ in range(30):
            for line in seat.text.splitlines():
                assert_printable_only(line)
            await seat.pilot.press("pagedown")
        await seat.press("c")


@pytest.mark.parametrize("size", [*SIZES, (40, 10)])
async def test_the_page_looks_as_it_did(company: Company, size: tuple[int, int]) -> None:
    add_action(company.acting_as("dana"), "D1", company.people["lee"], to_day(date(2026, 11, 10)), "call the CFO")
    contested(company)
    assert QUESTIONS
    async with at_sheet(company.acting_as("dana"), size=size) as seat:
        await open_page(seat)
        check(seat.app, f"deal-{size[0]}")
        await seat.press("G")
        check(seat.app, f"deal-end-{size[0]}")
