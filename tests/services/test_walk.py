"""One deal's inspection as a screen shows it: order, last time's answers, proposals, facts, drafts and company."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from salesops_tui.domain.calendar import to_day
from salesops_tui.domain.inspection import AnswerDraft, AnswerValue, Verdict
from salesops_tui.errors import Conflict, NotFound, Refused
from salesops_tui.services import desk
from salesops_tui.services.acting import add_action, close_action
from salesops_tui.services.calls import end_call, find_call
from salesops_tui.services.context import Context, find_period, find_scope
from salesops_tui.services.inspecting import AnswerRequest, InspectionResult, give_answers
from salesops_tui.services.queue import Queue, next_deal, read_queue
from salesops_tui.services.starting import adopt_policy
from salesops_tui.services.undo import undo_last
from salesops_tui.services.walk import Walk, walk
from salesops_tui.store import living
from tests.company import QUESTIONS, Company

NO, YES, DONT_KNOW = AnswerValue.NO, AnswerValue.YES, AnswerValue.DONT_KNOW


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path / "store.db")
    company.claim("D1", amount=1000, account="Northwind", name="Platform")
    company.later(days=1)
    yield company
    company.store.close()


@pytest.fixture
def dana(company: Company) -> Iterator[Context]:
    context = company.acting_as("dana")
    yield context
    context.store.close()


def walk_of(context: Context, key: str = "D1") -> Walk:
    now = context.now()
    return walk(context, key, find_scope(context, None, now), find_period(context, None, now))


def queue_of(context: Context) -> Queue:
    now = context.now()
    return read_queue(context, find_scope(context, None, now), find_period(context, None, now))


def give(context: Context, *drafts: AnswerDraft, key: str = "D1", **more: object) -> InspectionResult:
    return give_answers(context, AnswerRequest(key, drafts, **more))  # type: ignore[arg-type]


# --- questions and their order


def test_questions_stand_in_the_policys_order_with_nothing_answered(dana: Context) -> None:
    seen = walk_of(dana)
    assert seen.keys == QUESTIONS
    assert (seen.inspection, seen.call, seen.ruling.verdict) == (None, None, Verdict.OPEN)
    assert (seen.first_open, seen.commit, seen.refusal) == ("economic_buyer", 1000_00, "")


def test_what_failed_last_time_is_asked_first(company: Company, dana: Context) -> None:
    company.fail("D1", "recent_meeting", by="dana")
    company.later(days=7)
    assert walk_of(dana).keys == ("recent_meeting", *QUESTIONS[:3])


def test_todays_answers_carry_their_author_and_version(company: Company, dana: Context) -> None:
    company.answer("D1", by="olga", economic_buyer="yes")
    company.answer("D1", by="olga", economic_buyer="no")
    step = walk_of(dana).step("economic_buyer")
    assert step.answer is not None
    assert (step.answer.value, step.by, step.seen) == (NO, "Olga Ops", 2)


def test_the_version_seen_counts_withdrawn_answers_too(company: Company, dana: Context) -> None:
    give(dana, company.draft("economic_buyer", "no"))
    undo_last(dana)
    step = walk_of(dana).step("economic_buyer")
    assert (step.answer, step.seen) == (None, 1)
    give(dana, company.draft("economic_buyer", "yes"), seen={"economic_buyer": step.seen})


def test_wording_is_that_of_the_inspections_first_answer(company: Company, dana: Context, tmp_path: Path) -> None:
    from salesops_tui.domain.policy_file import default_policy_text

    company.answer("D1", by="dana", economic_buyer="yes")
    reworded = tmp_path / "new.toml"
    reworded.write_text(
        default_policy_text().replace('label = "Economic buyer"', 'label = "Purse"', 1), encoding="utf-8"
    )
    adopt_policy(company.context, reworded)
    assert walk_of(company.acting_as("dana")).step("economic_buyer").question.label == "Economic buyer"
    company.claim("D2")
    assert walk_of(company.acting_as("dana"), "D2").step("economic_buyer").question.label == "Purse"


def test_the_next_open_question_goes_round(company: Company, dana: Context) -> None:
    company.answer("D1", by="dana", recent_meeting="yes", economic_buyer="yes")
    seen = walk_of(dana)
    assert seen.open_after("risk_and_mitigation") == "paper_process"
    company.pass_("D1", by="dana")
    assert walk_of(dana).open_after("economic_buyer") is None
    assert walk_of(dana).closed


def test_would_pass_counts_what_is_about_to_be_said(company: Company, dana: Context) -> None:
    company.answer("D1", by="dana", **dict.fromkeys(QUESTIONS[:3], "yes"))
    seen = walk_of(dana)
    assert seen.would_pass([AnswerDraft("recent_meeting", YES)])
    assert not seen.would_pass([AnswerDraft("recent_meeting", DONT_KNOW)])
    assert not seen.would_pass([])


def test_an_unknown_deal_is_named(dana: Context) -> None:
    with pytest.raises(NotFound, match="NOPE"):
        walk_of(dana, "NOPE")


# --- last time


def test_last_time_stands_beside_the_question_with_its_count(company: Company, dana: Context) -> None:
    company.fail("D1", "economic_buyer", by="dana")
    company.later(days=7)
    company.pass_("D1", by="olga")
    company.later(days=7)
    seen = walk_of(dana)
    last = seen.step("economic_buyer").last
    assert last is not None
    assert (last.answer.value, last.by, last.asked, last.yes) == (YES, "Olga Ops", 2, 1)
    assert last.day == seen.today - 7


def test_four_repeats_are_a_pass_and_count_how_often_unchanged(company: Company, dana: Context) -> None:
    company.pass_("D1", by="dana")
    company.later(days=7)
    seen = walk_of(dana)
    assert [d.question for d in seen.repeatable] == list(QUESTIONS)
    for step in seen.steps:
        assert step.repeat is not None
        result = give(dana, step.repeat, seen={step.question.key: step.seen})
    assert result.ruling.verdict is Verdict.PASSED
    company.later(days=7)
    last = walk_of(dana).step("economic_buyer").last
    assert last is not None
    assert last.answer.streak == 2


def test_all_at_once_repeats_only_what_was_yes(company: Company, dana: Context) -> None:
    company.answer("D1", by="dana", economic_buyer="yes", paper_process="no", recent_meeting="yes")
    company.later(days=7)
    seen = walk_of(dana)
    assert [d.question for d in seen.repeatable] == ["economic_buyer", "recent_meeting"]
    paper = seen.step("paper_process")
    assert paper.repeat is not None, "a no may be repeated, by its own key"
    assert seen.step("risk_and_mitigation").why_no_repeat == "there is no earlier answer to repeat"


def test_a_meeting_too_long_ago_cannot_be_repeated_and_says_why(company: Company, dana: Context) -> None:
    company.pass_("D1", by="dana")
    company.later(days=21)
    step = walk_of(dana).step("recent_meeting")
    assert step.repeat is None
    assert "business days ago" in step.why_no_repeat


def test_a_question_left_out_last_time_is_answered_by_the_time_before(company: Company, dana: Context) -> None:
    company.pass_("D1", by="dana")
    company.later(days=7)
    company.fail("D1", "paper_process", by="dana")
    company.later(days=7)
    seen = walk_of(dana)
    assert seen.keys[0] == "paper_process"
    step = seen.step("economic_buyer")
    assert step.last is not None
    assert (step.last.day, step.last.asked) == (seen.today - 14, 1)
    assert step.repeat is not None
    give(dana, step.repeat)
    assert [a.streak for a in [walk_of(dana).step("economic_buyer").answer] if a] == [2]


# --- proposals and facts


def test_a_meeting_on_file_is_proposed_until_it_is_answered(company: Company, dana: Context) -> None:
    met = to_day(date(2026, 11, 5))
    company.claim("D1", last_meeting_day=met)
    step = walk_of(dana).step("recent_meeting")
    assert step.proposed is not None
    assert (step.proposed.value, step.proposed.met_day) == (YES, met)
    assert [s.proposed for s in walk_of(dana).steps[:3]] == [None] * 3
    give(dana, step.proposed)
    assert walk_of(dana).step("recent_meeting").proposed is None


@pytest.mark.parametrize("day", [to_day(date(2026, 10, 1)), to_day(date(2026, 12, 1))])
def test_an_old_or_a_booked_meeting_is_shown_and_not_proposed(company: Company, dana: Context, day: int) -> None:
    company.claim("D1", last_meeting_day=day)
    seen = walk_of(dana)
    assert seen.step("recent_meeting").proposed is None
    assert seen.file.detail.last_meeting_day == day


def test_facts_say_how_the_deal_has_moved(company: Company, dana: Context) -> None:
    company.claim("D1", close="2026-12-18", stage="5")
    company.later(days=1)
    company.claim("D1", close="2026-12-16", amount=1200, owner="ana")
    company.later(days=1)
    company.claim("D1", close="2026-12-30", stage="6", last_meeting_day=to_day(date(2026, 11, 6)))
    found = walk_of(dana).file
    moves = found.moves
    assert (moves.slips, moves.slipped_days) == (2, 7 + 14)
    assert (moves.stage_before, moves.stage_since) == ("5", to_day(date(2026, 11, 12)))
    assert (moves.amount_changes, moves.amount_moved) == (1, 200_00)
    assert moves.owner_since == to_day(date(2026, 11, 11))
    assert found.met_ago == 3, "Veterans Day is a holiday"
    assert found.plan_missing


def test_a_plan_written_here_comes_before_the_crms(company: Company, dana: Context) -> None:
    company.claim("D1", close="2026-12-18", close_plan="old plan")
    company.later(days=1)
    company.claim("D1", close="2026-12-20")
    assert walk_of(dana).file.plan == "old plan"
    assert walk_of(dana).plan_due
    give(dana, close_plan="legal on Tuesday, signature on Friday")
    seen = walk_of(dana)
    assert (seen.file.plan, seen.plan_due) == ("legal on Tuesday, signature on Friday", False)


def test_open_actions_come_earliest_first_and_leave_when_closed(company: Company, dana: Context) -> None:
    lee = company.people["lee"]
    late = add_action(dana, "D1", lee, to_day(date(2026, 11, 20)), "send the redlines")
    due = add_action(dana, "D1", lee, to_day(date(2026, 11, 9)), "call the CFO")
    assert [a.id for a in walk_of(dana).actions] == [due, late]
    close_action(dana, due, done=True)
    assert [a.id for a in walk_of(dana).actions] == [late]


# --- who may


def test_a_reps_own_deal_says_why_it_cannot_be_answered(company: Company) -> None:
    assert "own deals" in walk_of(company.acting_as("lee")).refusal
    company.claim("D1", status="won")
    assert "won" in walk_of(company.acting_as("dana")).refusal


# --- the call it belongs to


def test_an_answer_for_a_call_that_has_ended_is_refused_and_opens_no_other(company: Company, dana: Context) -> None:
    call = company.answer("D1", by="dana", economic_buyer="yes").call
    seen = walk_of(dana)
    assert seen.call is not None
    assert seen.call.id == call
    end_call(company.context, find_call(company.context, call))
    with pytest.raises(Refused, match=r"ended on Tue 10 Nov 08:00, by Olga Ops"):
        give(dana, AnswerDraft("paper_process", YES), call=call)
    assert company.store.conn.execute("SELECT count(*) FROM call").fetchone() == (1,)
    give(dana, AnswerDraft("paper_process", YES))
    assert company.store.conn.execute("SELECT count(*) FROM call").fetchone() == (2,)


def test_the_open_call_that_covers_the_deal_is_known_before_the_first_answer(company: Company, dana: Context) -> None:
    call = company.answer("D1", by="dana", economic_buyer="yes").call
    company.claim("D2", owner="ana")
    company.claim("D3", owner="sam")
    seen = walk_of(dana, "D2")
    assert seen.call is not None
    assert seen.call.id == call
    erik = company.acting_as("erik")
    assert walk_of(erik, "D3").call is None


def test_two_people_on_one_question_are_a_conflict_with_both_values(company: Company, dana: Context) -> None:
    seen = walk_of(dana).step("economic_buyer").seen
    company.answer("D1", by="olga", economic_buyer="no")
    with pytest.raises(Conflict) as caught:
        give(dana, AnswerDraft("economic_buyer", YES), seen={"economic_buyer": seen})
    assert (caught.value.theirs, caught.value.yours) == ("no", "yes")


# --- undo of an answer and its reason


def test_undo_takes_an_answer_back_together_with_the_reason_given_after_it(company: Company, dana: Context) -> None:
    give(dana, AnswerDraft("paper_process", NO))
    company.later(seconds=3)
    give(dana, AnswerDraft("paper_process", NO, reason="procurement"))
    undone = undo_last(dana)
    assert (undone.text, undone.question) == ("Undid: Platform moved to Best Case", "paper_process")
    assert walk_of(dana).step("paper_process").answer is None
    assert walk_of(dana).commit == 1000_00


def test_undo_of_added_evidence_leaves_the_answer(company: Company, dana: Context) -> None:
    give(dana, AnswerDraft("paper_process", YES))
    give(dana, AnswerDraft("paper_process", YES, evidence="with their counsel"))
    undo_last(dana)
    answer = walk_of(dana).step("paper_process").answer
    assert answer is not None
    assert answer.evidence == ""


# --- drafts and presence


def test_half_typed_texts_come_back_until_they_are_given(company: Company, dana: Context) -> None:
    number = walk_of(dana).deal.id
    desk.keep_typed(dana, number, {("risk_and_mitigation", "risk"): "their cou", ("paper_process", "evidence"): "x"})
    dana.store.close()
    again = company.acting_as("dana")
    typed = walk_of(again).typed
    assert typed[("risk_and_mitigation", "risk")] == "their cou"
    desk.keep_typed(again, number, {("paper_process", "evidence"): " "})
    give(again, company.draft("risk_and_mitigation", "yes"))
    assert walk_of(again).typed == {}
    assert walk_of(company.acting_as("olga")).typed == {}


def test_a_killed_session_is_resumed_at_its_question_and_one_that_left_is_not(company: Company, dana: Context) -> None:
    desk.be_here(dana, walk_of(dana).deal.id, "paper_process", None)
    dana.store.close()
    again = replace(company.acting_as("dana"), session="another process")
    found = desk.broken_off(again)
    assert found is not None
    assert (found.deal, found.question) == ("D1", "paper_process")
    desk.be_here(again, 1, "recent_meeting", None)
    desk.leave(again)
    assert desk.broken_off(replace(again, session="a third")) is None


def test_a_place_of_last_week_is_not_resumed(company: Company, dana: Context) -> None:
    desk.be_here(dana, walk_of(dana).deal.id, "paper_process", None)
    company.later(days=7)
    assert desk.broken_off(replace(company.acting_as("dana"), session="another process")) is None


def test_others_are_on_the_deal_for_as_long_as_their_session_lives(company: Company, dana: Context) -> None:
    olga = company.acting_as("olga")
    desk.be_here(olga, walk_of(dana).deal.id, "paper_process", None)
    assert [(c.name, c.question) for c in walk_of(dana).companions] == [("Olga Ops", "paper_process")]
    assert walk_of(olga).companions == ()
    company.later(hours=3)
    (olga_seen,) = walk_of(dana).companions
    assert not desk.has_gone(dana, [olga_seen])
    olga.store.close()
    assert desk.has_gone(dana, [olga_seen])
    assert walk_of(dana).companions == ()


def test_nobody_is_named_on_a_deal_that_has_left_ones_sight(company: Company, dana: Context) -> None:
    olga, deal = company.acting_as("olga"), walk_of(dana).deal.id
    desk.be_here(olga, deal, "paper_process", None)
    assert len(desk.companions(dana, deal, dana.now())) == 1
    company.later(minutes=1)
    company.claim("D1", owner="sam")
    assert desk.companions(dana, deal, dana.now()) == ()


def test_where_the_system_does_not_tell_others_are_named_for_half_an_hour(
    company: Company, dana: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(living, "_ASK", 0)
    monkeypatch.setattr(living, "_HOLD", 0)
    olga = company.acting_as("olga")
    desk.be_here(olga, walk_of(dana).deal.id, "paper_process", None)
    olga.store.close()
    (olga_seen,) = walk_of(dana).companions
    assert not desk.has_gone(dana, [olga_seen]), "nobody knows"
    company.later(minutes=31)
    assert walk_of(dana).companions == ()


def test_somebody_at_two_windows_is_seen_at_both_and_named_once(company: Company, dana: Context) -> None:
    company.claim("D2", amount=3000)
    first = company.acting_as("olga")
    second = replace(company.acting_as("olga"), session="another window")
    for olga, deal in ((first, 1), (second, 2), (second, 1)):
        desk.be_here(olga, deal, "paper_process", None)
        assert [c.name for c in walk_of(dana).companions] == ["Olga Ops"]
    desk.leave(second)
    assert [c.name for c in walk_of(dana).companions] == ["Olga Ops"]
    first.store.close()
    assert walk_of(dana).companions == ()
    second.store.close()


# --- the queue


def test_the_queue_keeps_its_order_while_deals_leave_it(company: Company, dana: Context) -> None:
    company.claim("D2", amount=3000, owner="ana")
    company.claim("D3", amount=2000)
    queue = queue_of(dana)
    assert queue.waiting == (2, 3, 1)
    assert [queue.place_of(n) for n in (2, 1)] == [(1, 3), (1, 3)]
    assert next_deal(dana, queue, after=3) == "D1"
    company.pass_("D3", by="dana")
    assert queue_of(dana) == queue.settled(3) == Queue((2, 1), (3,))
    assert queue.settled(3).place_of(2) == (2, 3)
    assert next_deal(dana, queue.settled(3), after=1) == "D2", "round again, to what was skipped"


def test_a_deal_that_failed_in_the_call_is_not_asked_again_in_it(company: Company, dana: Context) -> None:
    company.fail("D1", by="dana")
    assert queue_of(dana) == Queue((), (1,))
    company.later(days=7)
    assert queue_of(dana) == Queue((1,), ()), "it claims Commit all the same"


def test_what_others_have_settled_is_passed_over(company: Company, dana: Context) -> None:
    company.claim("D2", amount=3000)
    company.claim("D3", amount=2000)
    queue = queue_of(dana)
    company.pass_("D3", by="olga")
    company.claim("D1", status="removed")
    assert next_deal(dana, queue, after=2) is None
