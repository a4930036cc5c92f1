"""What goes wrong during an inspection: dropped lines, a second person, ended calls, full disks, small terminals."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from textual.widgets import Input

from salesops_tui.domain.calendar import to_day
from salesops_tui.domain.inspection import AnswerDraft, AnswerValue
from salesops_tui.errors import StoreProblem
from salesops_tui.services import desk
from salesops_tui.services.acting import add_action
from salesops_tui.services.calls import end_call, find_call
from salesops_tui.services.context import Context
from salesops_tui.services.inspecting import AnswerRequest, give_answers
from salesops_tui.store.connection import open_store
from salesops_tui.ui import walk_screen
from salesops_tui.ui.screens.call_sheet import CallSheetScreen
from salesops_tui.ui.screens.inspection import InspectionScreen
from tests.company import QUESTIONS, Company
from tests.opened import closed_later
from tests.ui.snapshots import check, settled
from tests.ui.test_present import assert_printable_only
from tests.ui.walking import SIZES, STORED, Seat, at_sheet, seated


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path / "store.db")
    company.claim("D1", amount=45_000, account="Northwind", name="Renewal")
    company.claim("D2", amount=30_000, account="Contoso", name="EU roll-out", owner="ana")
    company.later(days=1)
    yield company
    company.store.close()


def said(company: Company, deal: str = "D1") -> list[tuple[str, str]]:
    """Every answer on disk in the order in which they were given."""
    sql = (
        "SELECT a.question, a.value FROM answer a JOIN inspection i ON i.id = a.inspection JOIN deal d ON d.id = i.deal"
    )
    return company.store.conn.execute(f"{sql} WHERE d.key = ? ORDER BY a.id", (deal,)).fetchall()


def typed(company: Company) -> list[str]:
    return [body for (body,) in company.store.conn.execute("SELECT body FROM draft ORDER BY field")]


# --- dropped lines


async def test_what_is_half_typed_is_on_disk_without_any_further_key_and_comes_back(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("]", "]", "y")
        await seat.type("their counsel is")
        await seat.until(lambda: typed(company) == ["their counsel is"])
        # What happens to a program that is killed: nothing of it runs any more, its store is read by the next.
        async with seated(company, context=replace(company.acting_as("dana"), session="another")) as again:
            await again.press("]", "]")
            assert again.screen.fields.texts()["risk"] == "their counsel is"
            await again.press("y", "enter")
            await again.type("call")
            await again.press("enter")
        assert typed(company) == []
    assert said(company) == [("risk_and_mitigation", "yes")]


async def test_a_killed_session_leaves_its_place_and_one_that_left_does_not(company: Company) -> None:
    other = replace(company.acting_as("dana"), session="another")
    async with seated(company) as seat:
        await seat.press("y", "y")
        await seat.until(lambda: (p := desk.broken_off(other)) is not None and p.question == "risk_and_mitigation")
        place = desk.broken_off(other)
        assert place is not None
        assert place.deal == "D1"
        await seat.press("escape")
        assert desk.broken_off(other) is None
    other.store.close()


async def test_a_place_is_opened_at_its_question(company: Company) -> None:
    dana = company.acting_as("dana")
    async with at_sheet(dana) as seat:
        seat.app.push_screen(InspectionScreen("D1", "risk_and_mitigation"))
        await settled(seat.pilot)
        assert seat.screen.step.question.key == "risk_and_mitigation"


async def test_leaving_the_program_keeps_the_place_and_what_was_typed(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("e")
        await seat.type("Priya")
        await seat.press("escape", "q")
    assert typed(company) == ["Priya"]
    assert company.store.conn.execute("SELECT count(*) FROM presence").fetchone() == (1,)


async def test_going_to_another_screen_takes_the_place_along(company: Company) -> None:
    async with seated(company) as seat:
        await seat.until(lambda: company.store.conn.execute("SELECT count(*) FROM presence").fetchone() == (1,))
        await seat.press("1")
        assert isinstance(seat.app.screen, CallSheetScreen)
        assert company.store.conn.execute("SELECT count(*) FROM presence").fetchone() == (0,)


async def test_every_answer_is_on_disk_before_it_is_painted(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    from salesops_tui.ui import walk_view

    seen: list[tuple[set[str], set[str]]] = []
    paint = walk_view.WalkView.paint

    def watched(view: walk_view.WalkView, scene: walk_view.Scene) -> None:
        shown = {step.question.key for step in scene.walk.steps if step.answer}
        if scene.walk.deal.key == "D1":
            seen.append((shown, {question for question, _ in said(company)}))
        paint(view, scene)

    monkeypatch.setattr(walk_view.WalkView, "paint", watched)
    async with seated(company) as seat:
        await seat.press("y", "n", "enter", "d", "enter", "n")
    assert seen[-1][0] == set(QUESTIONS)
    assert all(shown <= stored for shown, stored in seen)


# --- a second person


async def test_two_people_on_one_question_see_both_values_and_neither_is_lost(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesops_tui.ui.app._LOOK_EVERY", 3600)  # neither sees what the other does
    async with seated(company, by="dana") as dana, seated(company, by="olga") as olga:
        await olga.press("n", "1")
        await dana.press("y")
        band = "Olga Ops has answered economic buyer: no (only heard through the champion); yours, yes, was not written"
        assert band in dana.flat
        assert said(company) == [("economic_buyer", "no"), ("economic_buyer", "no")]
        assert "✗ no (only heard through the champion) · Olga Ops" in dana.flat
        await dana.press("y")
        assert said(company)[-1] == ("economic_buyer", "yes")


async def test_what_was_typed_outlives_a_conflict(company: Company) -> None:
    async with seated(company, by="dana") as dana:
        await dana.press("]", "]", "y")
        await dana.type("DPA")
        await dana.press("enter")
        await dana.type("call")
        company.answer("D1", by="olga", risk_and_mitigation="no")
        await dana.press("enter")
        assert "was not written" in dana.flat
        assert dana.screen.fields.texts()["risk"] == "DPA"
        await dana.press("y")
    assert said(company)[-1] == ("risk_and_mitigation", "yes")


async def test_somebody_elses_answer_appears_and_the_place_stays(company: Company) -> None:
    async with seated(company, by="dana") as dana:
        await dana.press("]", "e")
        await dana.type("half a wor")
        company.answer("D1", by="olga", economic_buyer="no")
        await dana.until(lambda: "✗ Economic buyer" in dana.text)
        assert dana.screen.step.question.key == "paper_process"
        assert dana.screen.fields.focused() == "evidence"
        assert dana.screen.fields.texts()["evidence"] == "half a wor"
        assert "Commit 30k" in dana.text


async def test_who_else_is_on_the_deal_is_named(company: Company) -> None:
    olga = company.acting_as("olga")
    desk.be_here(olga, 1, "paper_process", None)
    since = company.time
    company.later(minutes=20)
    async with seated(company, by="dana", size=(80, 24)) as dana:
        assert "Olga Ops is on this deal too, since" in " ".join(dana.flat.split())
        assert f"since {since.astimezone(company.context.calendar.zone):%H:%M}" in " ".join(dana.flat.split())
        assert "at Paper process" in dana.flat
    olga.store.close()


@pytest.mark.parametrize("size", [(40, 10), (120, 12), (80, 12)])
async def test_who_else_is_on_the_deal_has_a_place_on_a_very_small_terminal(
    company: Company, size: tuple[int, int]
) -> None:
    olga, erik = company.acting_as("olga"), company.acting_as("erik")
    async with seated(company, by="dana", size=size) as dana:
        assert "+1" not in dana.text
        desk.be_here(olga, 1, "paper_process", None)
        await dana.until(lambda: "+1 Olga  Commit 75k" in dana.text)
        assert "Northwind · Renewal"[: size[0] // 4] in dana.text
        desk.be_here(erik, 1, "paper_process", None)
        await dana.until(lambda: "+2 Olga" in dana.text)
        olga.store.close()  # as a kill would
        await dana.until(lambda: "+1 Erik" in dana.text)
        erik.store.close()
        await dana.until(lambda: "+1" not in dana.text)


async def test_a_hostile_name_takes_no_more_room_than_others(company: Company) -> None:
    olga = company.acting_as("olga")
    desk.be_here(olga, 1, "paper_process", None)
    async with seated(company, by="dana", size=(40, 10)) as dana:
        for name in STORED:
            with company.store.write() as conn:
                conn.execute("UPDATE person SET name = ? WHERE key = 'olga'", (name,))
            dana.app.desk.context.forget_people()
            dana.screen.refresh_from_store()
            await dana.pilot.pause()
            assert "+1 " in dana.text, repr(name)
            assert "Commit 75k" in dana.text, repr(name)
            look_at(dana, (40, 10))
    olga.store.close()


async def test_where_others_are_and_what_they_type_has_nobody_read_again(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    monkeypatch.setattr(CallSheetScreen, "refresh_from_store", lambda screen: read.append("sheet"))
    olga = company.acting_as("olga")
    async with at_sheet(company.acting_as("dana")) as seat:
        read.clear()
        desk.be_here(olga, 1, "paper_process", None)
        desk.keep_typed(olga, 1, {("paper_process", "evidence"): "half"})
        seat.app.look()
        assert read == []
        company.answer("D1", by="olga", economic_buyer="yes")
        seat.app.look()
        assert read == ["sheet"]
    olga.store.close()


async def test_who_comes_to_the_deal_is_named_while_one_looks_at_it(company: Company) -> None:
    olga = company.acting_as("olga")
    async with seated(company, by="dana", size=(120, 40)) as dana:
        desk.be_here(olga, 1, "paper_process", None)
        await dana.until(lambda: "Olga Ops is on this deal too" in dana.flat)
        desk.leave(olga)
        await dana.until(lambda: "Olga Ops" not in dana.flat)
    olga.store.close()


async def test_a_call_ended_by_somebody_else_is_one_line_and_nothing_typed_is_lost(company: Company) -> None:
    async with seated(company, by="dana") as dana:
        await dana.press("y", "e")
        await dana.type("with counsel")
        await dana.press("escape")
        (call,) = company.store.conn.execute("SELECT id FROM call").fetchone()
        end_call(company.context, find_call(company.context, call))
        await dana.press("n")
        assert "This call ended on Tue 10 Nov 08:00, by Olga Ops" in dana.flat
        assert dana.screen.fields.texts()["evidence"] == "with counsel"
        await dana.press("y")
    assert said(company) == [("economic_buyer", "yes")]
    assert company.store.conn.execute("SELECT count(*) FROM call").fetchone() == (1,)


async def test_a_deal_that_leaves_the_crm_meanwhile_says_so(company: Company) -> None:
    async with seated(company) as seat:
        company.claim("D1", status="removed")
        await seat.press("y")
        assert "D1 is removed; only open deals are inspected" in seat.flat
        await seat.press("n")
        assert "D1 is removed" in seat.flat
    assert said(company) == []


async def test_a_deal_that_moved_to_another_team_says_so(company: Company) -> None:
    async with seated(company) as seat:
        company.claim("D1", owner="sam")
        await seat.press("y")
        assert "No deal of yours has the id 'D1'" in seat.flat
    assert said(company) == []


async def test_who_may_not_inspect_reads_and_is_told_why(company: Company) -> None:
    company.pass_("D1", by="dana")
    async with seated(company, by="lee") as lee:
        assert "Nobody inspects their own deals" in lee.flat
        await lee.press("n", "d", "equals_sign", "asterisk", "e", "a", "]")
        assert lee.screen.step.question.key == "paper_process"
        assert lee.screen.fields.focused() is None
    assert company.store.conn.execute("SELECT count(*) FROM presence").fetchone() == (0,)


async def test_a_deal_that_is_not_there_is_told_and_the_screen_before_stays(company: Company) -> None:
    async with seated(company, "NOPE") as seat:
        assert isinstance(seat.app.screen, CallSheetScreen)


# --- the store


@contextmanager
def full_disk(context: Context, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    @contextmanager
    def no_room(*, durable: bool = True) -> Iterator[None]:
        raise StoreProblem("the disk is full; make room and do it again, nothing was written")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(context.store, "write", no_room)
        yield


async def test_a_full_disk_is_one_line_and_what_was_typed_goes_on_waiting(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with seated(company) as seat:
        await seat.press("e")
        with full_disk(seat.app.desk.context, monkeypatch):
            await seat.type("Priya")
            await seat.until(lambda: "What you type is not kept: the disk is full" in seat.flat)
            await seat.press("escape", "y")
            assert "The disk is full; make room and do it again, nothing was written" in seat.flat
            assert seat.screen.step.question.key == "economic_buyer"
            assert said(company) == []
        await seat.press("y")
    assert said(company) == [("economic_buyer", "yes")]
    assert company.store.conn.execute("SELECT evidence FROM answer").fetchone() == ("Priya",)


@pytest.mark.parametrize("typed_after", ["ya", ""])
async def test_what_was_not_kept_is_kept_later_and_no_longer_said(
    company: Company, monkeypatch: pytest.MonkeyPatch, typed_after: str
) -> None:
    monkeypatch.setattr(walk_screen, "_AGAIN", 0.2)
    async with seated(company) as seat:
        await seat.press("e")
        with full_disk(seat.app.desk.context, monkeypatch):
            await seat.type("Priya".removesuffix(typed_after))
            await seat.until(lambda: "What you type is not kept" in seat.flat)
        await seat.type(typed_after)
        await seat.until(lambda: "What you type is not kept" not in seat.flat)
        assert company.store.conn.execute("SELECT body FROM draft").fetchone() == ("Priya",)


async def test_a_read_only_store_is_read_and_says_why_nothing_is_written(company: Company) -> None:
    person = company.people["dana"]
    context = Context(closed_later(open_store(company.path, read_only=True)), person, company.clock, "reader")
    async with seated(company, context=context) as seat:
        await seat.press("]", "n")
        assert "read-only; nothing was written" in seat.flat
        await seat.press("u")
        assert "nothing was written" in seat.flat
    assert said(company) == []


# --- hostile text, small and odd terminals


@pytest.mark.parametrize("size", [*SIZES, (40, 10)])
async def test_hostile_text_is_text_wherever_it_stands(company: Company, size: tuple[int, int]) -> None:
    dana = company.acting_as("dana")
    day = to_day(date(2026, 11, 3))
    for number, text in enumerate(STORED):
        values = dict.fromkeys(
            ("name", "account", "next_step", "economic_buyer", "economic_buyer_title", "close_plan", "competitor"), text
        )
        company.claim(f"H{number}", owner="ana", next_step_day=day, **values)
        company.later(hours=1)
        if text.strip():
            add_action(dana, f"H{number}", company.people["lee"], day, text[:400])
            drafts = [
                AnswerDraft("economic_buyer", AnswerValue.NO, text),
                AnswerDraft("risk_and_mitigation", AnswerValue.YES, "", "", f"x{text}", f"x{text}"),
            ]
            give_answers(dana, AnswerRequest(f"H{number}", drafts))
    company.later(days=7)
    async with seated(company, "H0", context=dana, size=size) as seat:
        for number in range(len(STORED)):
            seat.screen.sitting.open(f"H{number}", QUESTIONS[number % len(QUESTIONS)])
            seat.screen.arrive()
            await seat.pilot.pause()
            look_at(seat, size)


def look_at(seat: Seat, size: tuple[int, int]) -> None:
    lines = seat.text.splitlines()
    for line in lines:
        assert_printable_only(line)
    assert len(lines) <= size[1]


async def test_hostile_text_can_be_typed_and_given(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("e")
        seat.screen.fields.line("evidence").value = "[/x] [red] \\[ $n"
        await seat.press("enter", "y", "[")
        assert "[/x] [red] \\[ $n" in seat.text


async def test_a_very_small_terminal_asks_and_answers(company: Company) -> None:
    async with seated(company, size=(40, 10)) as seat:
        assert "Has the owner of the budget told us" in seat.flat
        assert "Northwind · Renewal" in seat.text
        assert "y Yes  n No" in seat.text
        await seat.press("n")
        assert "Moved to Best Case" in seat.text
        assert "7 other" in seat.text, "every reason can be read"
        assert "Commit 30k" in seat.text
        await seat.press("enter", "f")
        assert "Next step" in seat.text
        await seat.press("escape", "]", "y")
        await seat.type("DPA")
        await seat.press("enter")
        await seat.type("call")
        assert "DPA" in seat.text
        assert "call" in seat.text


async def test_resizing_loses_nothing(company: Company) -> None:
    async with seated(company, size=(120, 40)) as seat:
        await seat.press("]", "]", "y")
        await seat.type("their counsel")
        for size in ((40, 10), (20, 5), (80, 24), (120, 40)):
            await seat.pilot.resize_terminal(*size)
            await settled(seat.pilot)
        assert "their counsel" in seat.text
        assert seat.screen.fields.focused() == "risk"
        assert "What is on file" in seat.text


async def test_ascii_is_enough(company: Company) -> None:
    company.pass_("D1", by="dana")
    company.later(days=7)
    async with seated(company, size=(120, 40), ascii_only=True) as seat:
        await seat.press("n")
        assert seat.text.isascii()
        assert "Moved to Best Case . economic buyer: no . Commit 75k > 30k . u undoes" in seat.flat


async def test_without_colours_everything_is_there(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with seated(company) as seat:
        await seat.press("n")
        assert "✗ Economic buyer" in seat.text
        assert "Moved to Best Case" in seat.text


@pytest.mark.parametrize("size", [*SIZES, (40, 10)])
async def test_the_screen_looks_as_it_did(company: Company, size: tuple[int, int]) -> None:
    dana = company.acting_as("dana")
    company.claim(
        "D1",
        close="2026-12-18",
        economic_buyer="Priya Rao",
        economic_buyer_title="CFO",
        next_step="redlines back",
        next_step_day=to_day(date(2026, 11, 19)),
        last_meeting_day=to_day(date(2026, 11, 5)),
    )
    company.pass_("D1", by="dana")
    company.later(days=7)
    add_action(dana, "D1", company.people["lee"], to_day(date(2026, 11, 13)), "call the CFO")
    async with seated(company, context=dana, size=size) as seat:
        check(seat.app, f"inspection-{size[0]}")
        await seat.press("]", "n")
        check(seat.app, f"inspection-failed-{size[0]}")
        await seat.press("1", "y")
        await seat.type("DPA not signed; their counsel is out until the 19th")
        check(seat.app, f"inspection-risk-{size[0]}")


async def test_a_letter_on_its_way_outlives_a_repaint(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("e")
        line = seat.screen.fields.line("evidence")
        with line.prevent(Input.Changed):  # the screen has not heard of it yet
            line.value = "Priya"
        seat.screen.paint()
        assert line.value == "Priya"
