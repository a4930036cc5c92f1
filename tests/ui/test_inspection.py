"""The inspection on the screen: what keys do, what is on disk, what the same frame says."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from salesops_tui.domain.calendar import to_day
from salesops_tui.domain.inspection import Answer, AnswerValue
from salesops_tui.services.acting import add_action
from salesops_tui.services.calls import current_call
from salesops_tui.services.context import find_period, find_scope
from salesops_tui.services.listing import DealFilter, list_deals
from salesops_tui.services.walk import walk
from salesops_tui.ui.screens.action_form import ActionForm
from salesops_tui.ui.screens.call_sheet import CallSheetScreen
from salesops_tui.ui.screens.call_summary import CallSummaryScreen
from salesops_tui.ui.screens.deal import DealScreen
from tests.company import QUESTIONS, Company
from tests.ui.walking import SIZES, seated

YES, NO, DONT_KNOW = AnswerValue.YES, AnswerValue.NO, AnswerValue.DONT_KNOW


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """Northwind (45k, Lee) with a meeting on file and Contoso (88k, Ana) without one, in Dana's queue."""
    company = Company(tmp_path / "store.db")
    met = to_day(date(2026, 11, 5))
    company.claim("D1", amount=45_000, account="Northwind", name="Renewal", last_meeting_day=met)
    company.claim("D2", amount=30_000, account="Contoso", name="EU roll-out", owner="ana")
    company.later(days=1)
    yield company
    company.store.close()


def answers(company: Company, deal: str = "D1") -> dict[str, Answer]:
    """What stands on disk, read over a connection of its own."""
    context = company.acting_as("olga")
    now = context.now()
    found = walk(context, deal, find_scope(context, None, now), find_period(context, None, now))
    context.store.close()
    return {step.question.key: step.answer for step in found.steps if step.answer}


def said(company: Company, deal: str = "D1") -> dict[str, str]:
    return {question: answer.value.value for question, answer in answers(company, deal).items()}


def category(company: Company, deal: str = "D1") -> str:
    """What `salesops deals --format json` says in another terminal."""
    context = company.acting_as("olga")
    now = context.now()
    found = list_deals(context, find_scope(context, None, now), find_period(context, None, now), now, DealFilter())
    context.store.close()
    plain = json.loads(json.dumps(found))
    return next(str(d["category"]) for d in plain["deals"] if d["id"] == deal)


# --- the way through


@pytest.mark.parametrize("size", SIZES)
async def test_yes_yes_a_risk_typed_and_a_proposal_accepted_pass_the_deal(
    company: Company, size: tuple[int, int]
) -> None:
    async with seated(company, size=size) as seat:
        assert "1 of 2 · Northwind · Renewal" in seat.text
        await seat.press("y", "y", "y")
        await seat.type("DPA not signed")
        await seat.press("enter")
        await seat.type("exec call on Tuesday")
        await seat.press("enter")
        assert "enter accepts yes: meeting of Thu 5 Nov is on file" in seat.flat
        assert "recent_meeting" not in said(company), "a proposal is not given by itself"
        await seat.press("enter")
        assert "2 of 2 · Contoso · EU roll-out" in seat.text
        assert "Passed, good until Mon 16 Nov · Northwind · Renewal · u undoes" in seat.flat
    found = answers(company)
    assert said(company) == dict.fromkeys(QUESTIONS, "yes")
    assert (found["risk_and_mitigation"].risk, found["risk_and_mitigation"].mitigation) == (
        "DPA not signed",
        "exec call on Tuesday",
    )
    assert found["recent_meeting"].met_day == to_day(date(2026, 11, 5))


@pytest.mark.parametrize("size", SIZES)
async def test_a_no_moves_the_deal_in_the_frame_that_shows_it_and_u_brings_it_back(
    company: Company, size: tuple[int, int]
) -> None:
    async with seated(company, size=size) as seat:
        assert "Commit 75k" in seat.text
        await seat.pilot.press("n")
        assert "Moved to Best Case · economic buyer: no · Commit 75k → 30k · u undoes" in seat.flat
        assert "Commit 30k" in seat.text.splitlines()[0]
        assert category(company) == "best_case"
        await seat.press("u")
        assert "Undid: Renewal moved to Best Case · Commit 30k → 75k" in seat.flat
        assert "Commit 75k" in seat.text.splitlines()[0]
        assert (category(company), said(company)) == ("commit", {})


async def test_a_digit_after_a_no_gives_its_reason_and_goes_on(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("]", "d")
        assert "1 stuck in procurement" in seat.flat
        moment = answers(company)["paper_process"].given_at
        company.later(seconds=5)
        await seat.press("1")
        assert "paper process: don't know (stuck in procurement) · Commit 75k → 30k" in seat.flat
        assert seat.screen.step.question.key == "risk_and_mitigation"
        answer = answers(company)["paper_process"]
        assert (answer.value, answer.reason, answer.given_at) == (DONT_KNOW, "procurement", moment)
        await seat.press("u")
        assert said(company) == {}, "the reason and the answer go together"


@pytest.mark.parametrize("key", ["enter", "y", "n", "d", "equals_sign", "space"])
async def test_any_other_key_after_a_no_goes_on_and_answers_nothing(company: Company, key: str) -> None:
    async with seated(company) as seat:
        await seat.press("n", key)
        assert seat.screen.step.question.key == "paper_process"
        assert said(company) == {"economic_buyer": "no"}


async def test_a_digit_without_a_reason_is_told_and_nothing_happens(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("n", "9")
        assert "The reasons are 1 to 7" in seat.text
        assert answers(company)["economic_buyer"].reason == ""


async def test_digits_lead_to_screens_while_no_reason_is_asked_for(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("1")
        assert isinstance(seat.app.screen, CallSheetScreen)


async def test_four_keys_repeat_last_weeks_answers(company: Company) -> None:
    company.pass_("D1", by="dana")
    company.later(days=7)
    async with seated(company) as seat:
        await seat.press(*["equals_sign"] * 4)
        assert "Contoso" in seat.text
        assert "Passed" in seat.text
    assert {a.streak for a in answers(company).values()} == {2}


async def test_one_key_repeats_all_that_holds(company: Company) -> None:
    company.pass_("D1", by="dana")
    company.later(days=7)
    async with seated(company) as seat:
        assert "* All as before" in seat.text
        await seat.press("asterisk")
        assert "Passed" in seat.text
    assert said(company) == dict.fromkeys(QUESTIONS, "yes")


async def test_what_cannot_be_repeated_says_why(company: Company) -> None:
    async with seated(company) as seat:
        assert "* All as before" not in seat.text
        await seat.press("equals_sign")
        assert "There is no earlier answer to repeat" in seat.text
        await seat.press("asterisk")
        assert "No yes of last time can be repeated here" in seat.text
    assert said(company) == {}


async def test_what_failed_last_time_is_asked_first(company: Company) -> None:
    company.fail("D1", "recent_meeting", by="dana")
    company.later(days=7)
    async with seated(company) as seat:
        assert seat.screen.step.question.key == "recent_meeting"
        strip = next(line for line in seat.text.splitlines() if "Paper process" in line)
        assert strip.index("Recent meeting") < strip.index("Economic buyer")


async def test_a_failed_deal_waits_and_enter_opens_the_next(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("n", "enter", "n", "enter", "n", "enter", "n", "enter")
        assert "Northwind" in seat.text, "the band is to be read"
        assert "enter Next deal" in seat.text
        await seat.press("enter")
        assert "2 of 2 · Contoso" in seat.text


async def test_the_remaining_questions_can_be_skipped_only_after_a_failure(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("s")
        assert "only after a failure" in seat.flat
        await seat.press("n", "s")
        assert "Contoso" in seat.text
    assert said(company) == {"economic_buyer": "no"}


async def test_behind_the_last_deal_comes_the_calls_summary(company: Company) -> None:
    async with seated(company, "D2") as seat:
        await seat.press("n", "s")
        assert "Northwind" in seat.text
        await seat.press("n", "s")
        assert isinstance(seat.app.screen, CallSummaryScreen)


async def test_a_deal_can_be_left_for_later(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("greater_than_sign")
        assert "1 of 2 · Contoso" in seat.text
        await seat.press("greater_than_sign")
        assert "1 of 2 · Northwind" in seat.text
        await seat.press("n", "s", "greater_than_sign")
        assert "No other deal is left to ask" in seat.text


async def test_a_deal_whose_pass_still_holds_can_be_asked_all_the_same(company: Company) -> None:
    company.pass_("D1", by="olga")
    company.later(days=2)
    async with seated(company) as seat:
        assert "not in the queue · Northwind" in seat.text
        await seat.press("n")
        assert category(company) == "best_case"


async def test_a_pass_brings_a_capped_deal_back(company: Company) -> None:
    company.fail("D1", by="dana")
    company.claim("D1", category="best_case")
    company.later(days=1)
    company.answer("D1", by="dana", **dict.fromkeys(QUESTIONS[1:], "yes"))
    async with seated(company) as seat:
        await seat.press("y")
        assert "Back in Commit; the CRM has yet to follow · Northwind · Renewal · Commit 30k → 75k" in seat.flat
    assert category(company) == "commit"


# --- from question to question


@pytest.mark.parametrize(("forward", "back"), [("right", "left"), ("tab", "shift+tab"), ("]", "[")])
async def test_questions_are_gone_through_both_ways(company: Company, forward: str, back: str) -> None:
    async with seated(company) as seat:
        await seat.press(forward, forward)
        assert seat.screen.step.question.key == "risk_and_mitigation"
        await seat.press(back, back, back)
        assert seat.screen.step.question.key == "recent_meeting"
    assert said(company) == {}


async def test_enter_without_a_proposal_gives_nothing(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("enter")
        assert "Answer with y, n or d" in seat.text
    assert said(company) == {}


async def test_an_answer_can_be_corrected(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("n", "enter", "[", "y")
        assert "Back in Commit" in seat.text
    assert said(company) == {"economic_buyer": "yes"}
    assert category(company) == "commit"


async def test_escape_takes_one_layer_after_the_other(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("e")
        assert seat.screen.fields.focused() == "evidence"
        await seat.press("escape")
        assert seat.screen.fields.focused() is None
        await seat.press("escape")
        assert isinstance(seat.app.screen, CallSheetScreen)


async def test_undo_leads_back_to_the_deal_it_was_about(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("n", "s")
        assert "Contoso" in seat.text
        await seat.press("u")
        assert "Northwind" in seat.text
        assert seat.screen.step.question.key == "economic_buyer"
        await seat.press("u")
        assert "Nothing to undo" in seat.text or "nothing of yours to undo" in seat.text


# --- what is typed


async def test_keys_are_letters_in_a_field(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("e")
        await seat.type("yes, n d = * 1 s u q")
        assert seat.screen.fields.texts()["evidence"] == "yes, n d = * 1 s u q"
    assert said(company) == {}


async def test_evidence_goes_with_the_answer_and_can_be_added_later(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("e")
        await seat.type("Priya on Monday")
        await seat.press("enter")
        assert "Kept; now answer with y, n or d" in seat.text
        await seat.press("y")
        assert answers(company)["economic_buyer"].evidence == "Priya on Monday"
        moment = answers(company)["economic_buyer"].given_at
        company.later(minutes=1)
        await seat.press("[", "e")
        await seat.type(" again")
        await seat.press("enter")
        answer = answers(company)["economic_buyer"]
        assert (answer.evidence, answer.given_at) == ("Priya on Monday again", moment)
        assert seat.screen.step.question.key == "economic_buyer", "an added word moves nobody on"


async def test_a_yes_to_the_risk_asks_for_both_texts(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("]", "]", "y")
        assert seat.screen.fields.focused() == "risk"
        await seat.type("legal")
        await seat.press("enter", "enter")
        assert seat.screen.fields.focused() == "mitigation"
        assert "who is doing what about it" in seat.text
    assert said(company) == {}


async def test_no_risk_is_no_answer_and_what_was_typed_stays(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("]", "]", "y")
        await seat.type("no risk")
        await seat.press("enter")
        await seat.type("all fine here")
        await seat.press("enter")
        assert "'no risk' is not an answer" in seat.flat
        assert seat.screen.fields.focused() == "risk"
        assert seat.screen.fields.texts()["mitigation"] == "all fine here"
    assert said(company) == {}


async def test_the_arrows_choose_the_kind_of_risk(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("]", "]", "y", "down", "down")
        assert "[who signs, and when]" in seat.text
        await seat.press("up", "up")
        assert "[other]" in seat.text
        await seat.press("down")
        await seat.type("DPA")
        await seat.press("enter")
        await seat.type("call")
        await seat.press("enter")
    assert answers(company)["risk_and_mitigation"].risk_kind == "legal"


@pytest.mark.parametrize(("typed", "day"), [("2026-11-06", 6), ("6.11", 6), ("mon", 9), ("-4", 6)])
async def test_the_day_of_a_meeting_is_typed_as_people_say_it(company: Company, typed: str, day: int) -> None:
    async with seated(company, "D2") as seat:
        await seat.press("[", "y")
        assert "No meeting is on file: on which day did they meet?" in seat.flat
        assert seat.screen.fields.focused() == "met"
        await seat.type(typed)
        await seat.press("enter")
    assert answers(company, "D2")["recent_meeting"].met_day == to_day(date(2026, 11, day))


@pytest.mark.parametrize("typed", ["31.2", "soon", "2026-10-01", "tomorrow"])
async def test_a_day_that_does_not_count_says_why_and_stays(company: Company, typed: str) -> None:
    async with seated(company, "D2") as seat:
        await seat.press("[", "y")
        await seat.type(typed)
        await seat.press("enter")
        assert seat.screen.fields.focused() == "met"
        assert seat.screen.fields.texts()["met"] == typed
    assert said(company, "D2") == {}


async def test_a_yes_against_the_facts_asks_for_the_fact_that_is_missing(company: Company) -> None:
    company.claim("D2", last_meeting_day=to_day(date(2026, 10, 1)))
    async with seated(company, "D2") as seat:
        await seat.press("[", "y")
        text = "The last meeting on file was Thu 1 Oct, 27 business days ago: on which day did they meet since?"
        assert text in seat.flat
    assert said(company, "D2") == {}


async def test_a_deal_that_slipped_twice_asks_for_its_plan_before_the_last_yes(company: Company) -> None:
    for close in ("2026-12-16", "2026-12-18"):
        company.later(hours=1).claim("D1", close=close)
    async with seated(company) as seat:
        await seat.press("n", "enter", "[", "y")
        await seat.press("y", "y")
        await seat.type("DPA")
        await seat.press("enter")
        await seat.type("call")
        await seat.press("enter", "enter")
        assert "has moved later 2 times: what is the plan" in seat.flat
        assert seat.screen.fields.focused() == "plan"
        assert len(said(company)) == 3
        await seat.type("redlines Tue, signature Fri")
        await seat.press("enter")
        assert "Contoso" in seat.text
    assert said(company) == dict.fromkeys(QUESTIONS, "yes")


async def test_all_at_once_waits_for_the_plan_too(company: Company) -> None:
    company.pass_("D1", by="dana")
    for close in ("2026-12-16", "2026-12-18"):
        company.later(days=1).claim("D1", close=close)
    async with seated(company) as seat:
        await seat.press("asterisk")
        assert seat.screen.fields.focused() == "plan"
        assert said(company) == {}
        await seat.press("enter")
        assert said(company) == {}, "a blank plan is none"
        await seat.type("signature Fri")
        await seat.press("enter")
    assert said(company) == dict.fromkeys(QUESTIONS, "yes")


async def test_a_paste_of_several_lines_is_one_line_and_nothing_of_it_is_lost(company: Company) -> None:
    from textual import events

    async with seated(company) as seat:
        await seat.press("e")
        seat.app.post_message(events.Paste("first line\r\nsecond\x1b[31m line"))
        await seat.press("end")
        assert seat.screen.fields.texts()["evidence"] == "first line second·[31m line"


# --- actions


async def test_actions_stand_first_and_close_by_one_key(company: Company) -> None:
    dana = company.acting_as("dana")
    for day, text in ((12, "send the redlines"), (9, "call the CFO")):
        add_action(dana, "D1", company.people["lee"], to_day(date(2026, 11, day)), text)
    async with seated(company, context=dana) as seat:
        assert "action · 1 of 2: call the CFO · overdue" in seat.flat
        await seat.press("space")
        assert "Done: call the CFO" in seat.text
        assert "action: send the redlines" in seat.flat
        await seat.press("minus")
        assert "Not done: send the redlines" in seat.text
        await seat.press("space")
        assert "No action is open on this deal" in seat.text
    assert said(company) == {}


async def test_an_action_is_put_down_without_leaving_the_question(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("n", "enter", "a")
        assert isinstance(seat.app.screen, ActionForm)
        await seat.type("call the CFO")
        await seat.press("enter", "enter")
        await seat.type("fri")
        await seat.press("enter")
        assert "Agreed: call the CFO · Lee Park, Fri 13 Nov" in seat.text
        assert seat.screen.step.question.key == "paper_process"
        actions = seat.screen.walk.actions
        assert [(a.body, a.owner, a.due_day) for a in actions] == [
            ("call the CFO", company.people["lee"].id, to_day(date(2026, 11, 13)))
        ]
        assert actions[0].inspection is not None


@pytest.mark.parametrize(("today", "due"), [("2026-11-12", (2026, 11, 19)), ("2026-11-14", (2026, 11, 23))])
async def test_an_action_without_a_day_is_due_on_a_working_day(
    company: Company, today: str, due: tuple[int, int, int]
) -> None:
    company.at(f"{today} 10:00")
    async with seated(company) as seat:
        await seat.press("a")
        await seat.type("call the CFO")
        await seat.press("enter", "enter", "enter")
        assert [a.due_day for a in seat.screen.walk.actions] == [to_day(date(*due))]


async def test_an_action_half_typed_stands_there_again(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("a")
        await seat.type("call the")
        await seat.press("escape", "a")
        assert "call the" in seat.text
        await seat.press("enter")
        await seat.press("ctrl+u")
        await seat.type("Nobody")
        await seat.press("enter", "enter")
        assert "nobody here is called 'Nobody'".casefold() in seat.text.casefold()
        assert isinstance(seat.app.screen, ActionForm)


async def test_h_opens_the_deals_page(company: Company) -> None:
    async with seated(company) as seat:
        await seat.press("h")
        assert isinstance(seat.app.screen, DealScreen)
        await seat.press("escape")
        assert seat.screen.step.question.key == "economic_buyer"


async def test_the_call_is_opened_by_the_first_answer_only(company: Company) -> None:
    dana = company.acting_as("dana")
    async with seated(company) as seat:
        assert current_call(dana) is None
        await seat.press("y")
        assert current_call(dana) is not None
    dana.store.close()
