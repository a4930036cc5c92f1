"""Giving answers: what a yes needs, going on, repeating, conflicts, undo, plans and backdating."""

from datetime import date
from typing import Any

import pytest

from salesops_tui.domain.calendar import Day, Moment, to_day
from salesops_tui.domain.inspection import AnswerDraft, AnswerValue, repeat
from salesops_tui.domain.projection import project
from salesops_tui.errors import Conflict, NotFound, Refused
from salesops_tui.services.acting import add_action
from salesops_tui.services.calls import current_call, end_call, start_call
from salesops_tui.services.inspecting import AnswerRequest, earlier_answers, facts_about, find_deal, give_answers
from salesops_tui.services.listing import deal_page
from salesops_tui.services.recording import list_record
from salesops_tui.services.undo import undo_last
from salesops_tui.services.verifying import verify_store
from salesops_tui.store import calls as store_calls
from salesops_tui.store import tracks
from salesops_tui.store.actions import action_by_id
from tests.company import QUESTIONS, Company

YES, NO, DONT_KNOW = AnswerValue.YES, AnswerValue.NO, AnswerValue.DONT_KNOW


def give(company: Company, draft: AnswerDraft, *, by: str = "dana", **request: Any) -> Any:
    return give_answers(company.acting_as(by), AnswerRequest("D1", [draft], **request))


@pytest.fixture
def deal(company: Company) -> Company:
    company.claim("D1", amount=1000, account="Northwind", last_meeting_day=to_day(date(2026, 11, 5)))
    return company.at("2026-11-11 10:00")


def test_every_question_needs_an_answer_before_a_pass(deal: Company) -> None:
    for question in QUESTIONS[:-1]:
        result = deal.answer("D1", by="dana", **{question: "yes"})
        assert result.ruling.verdict == "open"
    result = deal.answer("D1", by="dana", recent_meeting="yes")
    assert result.ruling.verdict == "passed"
    assert result.ruling.unsupported_yes == ("economic_buyer", "paper_process")


@pytest.mark.parametrize("value", [NO, DONT_KNOW])
@pytest.mark.parametrize("question", QUESTIONS)
def test_any_failing_answer_fails_at_once(deal: Company, question: str, value: AnswerValue) -> None:
    result = give(deal, AnswerDraft(question, value))
    assert result.ruling.failed_questions == (question,)
    assert (result.category_before.key, result.category_after.key) == ("commit", "best_case")


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        (AnswerDraft("risk_and_mitigation", YES), "risk is blank"),
        (AnswerDraft("risk_and_mitigation", YES, risk="  ", mitigation="x"), "risk is blank"),
        (AnswerDraft("risk_and_mitigation", YES, risk="DPA", mitigation="\n"), "mitigation is blank"),
        (AnswerDraft("risk_and_mitigation", YES, risk="No risk.", mitigation="x"), "not an answer"),
        (AnswerDraft("risk_and_mitigation", YES, risk="none", mitigation="x"), "not an answer"),
        (AnswerDraft("risk_and_mitigation", YES, risk="\u200b", mitigation="x"), "risk is blank"),
        (AnswerDraft("risk_and_mitigation", YES, risk="no risk\u200b", mitigation="x"), "not an answer"),
        (AnswerDraft("risk_and_mitigation", YES, risk="a", mitigation="b", risk_kind="moon"), "kind of risk"),
        (AnswerDraft("recent_meeting", YES, met_day=Day(to_day(date(2026, 11, 12)))), "future"),
        (AnswerDraft("recent_meeting", YES, met_day=Day(to_day(date(2026, 9, 1)))), "business days ago"),
        (AnswerDraft("paper_process", NO, reason="moon"), "not a reason"),
        (AnswerDraft("moon", YES), "no question"),
    ],
)
def test_an_answer_that_lacks_something_is_refused_and_nothing_is_written(
    deal: Company, draft: AnswerDraft, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        give(deal, draft)
    assert store_calls.all_calls(deal.store.conn) == [], "not even the call was opened"
    assert find_deal(deal.context, "D1", deal.clock()).inspection is None


@pytest.mark.parametrize(
    ("met", "good"), [("2026-11-11", True), ("2026-10-28", True), ("2026-10-27", False), ("2026-10-24", False)]
)
def test_the_tenth_business_day_is_the_last_that_counts(deal: Company, met: str, good: bool) -> None:
    """11 November is a holiday in the default region and a Wednesday; so it is not counted as a day."""
    draft = AnswerDraft("recent_meeting", YES, met_day=to_day(date.fromisoformat(met)))
    calendar = deal.context.calendar
    days = calendar.business_days_between(to_day(date.fromisoformat(met)), calendar.day_of(deal.clock()))
    if days <= 10:
        assert give(deal, draft).ruling.failed_questions == ()
    else:
        with pytest.raises(Refused, match="business days ago"):
            give(deal, draft)
    assert (days <= 10) is good or met == "2026-10-27"


def test_a_meeting_on_file_stands_in_for_a_date(deal: Company) -> None:
    give(deal, AnswerDraft("recent_meeting", YES))
    (answers,) = tracks.standing_answers(deal.store.conn, [1]).values()
    assert answers["recent_meeting"].met_day == to_day(date(2026, 11, 5))


def test_the_same_answers_again_write_nothing(deal: Company) -> None:
    deal.pass_("D1", by="dana")
    before = list_record(deal.context)
    deal.later(seconds=5)
    draft = deal.draft("economic_buyer", "yes")
    assert give(deal, draft).ruling.verdict == "passed"
    assert list_record(deal.context) == before


def test_evidence_added_later_does_not_move_the_moment(deal: Company) -> None:
    failed = deal.fail("D1", "paper_process", by="dana")
    deal.later(seconds=20)
    result = give(deal, AnswerDraft("paper_process", NO, reason="procurement", evidence="third week"))
    assert result.ruling.moment == failed.ruling.moment
    (answers,) = tracks.standing_answers(deal.store.conn, [1]).values()
    assert answers["paper_process"].evidence == "third week"


# --- conflicts


def test_the_second_answer_of_another_person_is_a_conflict_with_both_values(deal: Company) -> None:
    give(deal, AnswerDraft("economic_buyer", YES, evidence="said so on Monday"))
    with pytest.raises(Conflict) as caught:
        give(deal, AnswerDraft("economic_buyer", NO), by="olga")
    assert caught.value.theirs == "yes (said so on Monday)"
    assert caught.value.yours == "no"
    assert find_deal(deal.context, "D1", deal.clock()).category.key == "commit"


def test_an_answer_on_what_is_no_longer_shown_is_a_conflict(deal: Company) -> None:
    give(deal, AnswerDraft("economic_buyer", YES))
    with pytest.raises(Conflict, match="Dana Ruiz has answered economic_buyer: yes"):
        give(deal, AnswerDraft("economic_buyer", NO), seen={"economic_buyer": 0})
    give(deal, AnswerDraft("economic_buyer", NO), seen={"economic_buyer": 1})
    undo_last(deal.acting_as("dana"))
    undo_last(deal.acting_as("dana"))
    with pytest.raises(Conflict, match="undone meanwhile"):
        give(deal, AnswerDraft("economic_buyer", NO), by="olga", seen={"economic_buyer": 1})


def test_a_second_person_joins_the_inspection(deal: Company) -> None:
    first = give(deal, AnswerDraft("economic_buyer", YES))
    second = give(deal, AnswerDraft("paper_process", YES), by="olga")
    assert first.inspection == second.inspection
    assert second.ruling.unanswered == ("risk_and_mitigation", "recent_meeting")


# --- undo


def test_undo_takes_a_downgrade_back_by_name(deal: Company) -> None:
    deal.fail("D1", by="dana")
    undone = undo_last(deal.acting_as("dana"))
    assert undone.text == "Undid: Deal D1 moved to Best Case"
    found = find_deal(deal.context, "D1", deal.clock())
    assert (found.category.key, found.inspection) == ("commit", None)
    kinds = [row["kind"] for row in list_record(deal.context)][:2]
    assert kinds == ["undo", "answer"], "the record keeps both"
    assert len(tracks.states_of(deal.store.conn, found.id)) == 1, "history is as if it had never been"


def test_undo_of_a_correction_brings_the_first_answer_back(deal: Company) -> None:
    deal.fail("D1", by="dana")
    moment = find_deal(deal.context, "D1", deal.clock()).since
    deal.later(minutes=1).answer("D1", by="dana", economic_buyer="yes")
    assert find_deal(deal.context, "D1", deal.clock()).category.key == "commit"
    undo_last(deal.acting_as("dana"))
    found = find_deal(deal.context, "D1", deal.clock())
    assert (found.category.key, found.since) == ("best_case", moment)


def test_undo_touches_only_what_is_ones_own_and_open(deal: Company) -> None:
    deal.fail("D1", by="dana")
    with pytest.raises(Refused, match="nothing of yours"):
        undo_last(deal.acting_as("olga"))
    dana = deal.acting_as("dana")
    call = current_call(dana)
    assert call is not None
    end_call(dana, call)
    with pytest.raises(Refused, match="new inspection"):
        undo_last(dana)


# --- calls


def test_an_inspection_joins_the_call_that_covers_the_deal(deal: Company) -> None:
    dana = deal.acting_as("dana")
    one_on_one = start_call(dana, deal.people["lee"])
    assert one_on_one.kind == "one_on_one"
    assert deal.pass_("D1", by="dana").call == one_on_one.id
    deal.claim("D2", owner="ana")
    assert deal.fail("D2", by="dana").call != one_on_one.id


def test_a_call_left_open_ends_with_its_week(deal: Company) -> None:
    first = deal.fail("D1", by="dana")
    deal.at("2026-11-16 00:00")
    second = deal.pass_("D1", by="dana")
    assert first.call != second.call
    lapsed = store_calls.call_by_id(deal.store.conn, first.call)
    assert lapsed is not None
    assert lapsed.figures is not None
    assert lapsed.figures["after"]["best_case"] == "1000.00"
    assert deal.context.calendar.iso(lapsed.end)[:19] == "2026-11-15T23:59:59"


def test_figures_of_an_ended_call_stay_as_they_were_said(deal: Company) -> None:
    deal.fail("D1", by="dana")
    dana = deal.acting_as("dana")
    call = current_call(dana)
    assert call is not None
    ended = end_call(dana, call)
    deal.later(days=1).claim("D1", amount=7)
    again = store_calls.call_by_id(deal.store.conn, ended.id)
    assert again is not None
    assert again.figures == ended.figures
    assert ended.figures is not None
    assert ended.figures["before"]["commit"] == "1000.00"
    with pytest.raises(Refused, match="ended on 2026-11-11"):
        end_call(dana, ended)


# --- repeating


def test_what_still_holds_can_be_repeated_and_is_counted(deal: Company) -> None:
    deal.pass_("D1", by="dana")
    for streak in (2, 3):
        deal.later(days=7)
        found = find_deal(deal.context, "D1", deal.clock())
        last = earlier_answers(deal.context, found.id, None)
        policy = deal.context.policy
        question = policy.question("economic_buyer")
        assert question is not None
        draft = repeat(policy, question, last["economic_buyer"], facts_about(deal.context, found, deal.clock()))
        give(deal, draft)
        now = earlier_answers(deal.context, found.id, None)
        assert now["economic_buyer"].streak == streak


def test_a_risk_must_be_said_anew_after_two_repeats(deal: Company) -> None:
    policy = deal.context.policy
    question = policy.question("risk_and_mitigation")
    assert question is not None
    deal.answer("D1", by="dana", risk_and_mitigation="yes")
    for _ in range(2):
        deal.later(days=7)
        found = find_deal(deal.context, "D1", deal.clock())
        facts = facts_about(deal.context, found, deal.clock())
        give(deal, repeat(policy, question, earlier_answers(deal.context, found.id, None)[question.key], facts))
    deal.later(days=7)
    with pytest.raises(Refused, match="say it anew"):
        repeat(policy, question, earlier_answers(deal.context, found.id, None)[question.key], facts)


def test_a_meeting_that_is_too_long_ago_cannot_be_repeated(deal: Company) -> None:
    policy = deal.context.policy
    question = policy.question("recent_meeting")
    assert question is not None
    give(deal, AnswerDraft("recent_meeting", YES))
    deal.later(days=14)
    found = find_deal(deal.context, "D1", deal.clock())
    last = earlier_answers(deal.context, found.id, None)["recent_meeting"]
    with pytest.raises(Refused, match="business days ago"):
        repeat(policy, question, last, facts_about(deal.context, found, deal.clock()))


# --- the close plan


def test_a_deal_that_slipped_twice_passes_only_with_a_fresh_plan(deal: Company) -> None:
    deal.later(days=1).claim("D1", close="2026-12-18", close_plan="sign by the 18th")
    deal.later(days=1).claim("D1", close="2026-12-22")
    deal.later(hours=1)
    with pytest.raises(Refused, match="moved later 2 times"):
        deal.pass_("D1", by="dana")
    drafts = [deal.draft(question, "yes") for question in QUESTIONS]
    result = give_answers(deal.acting_as("dana"), AnswerRequest("D1", drafts, close_plan="DPA Tue, signature Thu"))
    assert result.ruling.verdict == "passed"
    deal.later(days=3).claim("D1", close="2026-12-23")
    with pytest.raises(Refused, match="moved later 3 times"):
        deal.pass_("D1", by="dana")
    deal.later(days=1).claim("D1", close_plan="the CRM has a new one")
    assert deal.later(hours=1).pass_("D1", by="dana").ruling.verdict == "passed"


# --- backdating


def test_only_an_ops_lead_backdates_and_the_record_says_so(deal: Company) -> None:
    deal.at("2026-11-20 09:00")
    moment = deal.context.calendar.read_moment("2026-11-12T15:00", deal.clock())
    with pytest.raises(Refused, match="ops leads"):
        give(deal, AnswerDraft("economic_buyer", NO), at=moment)
    result = give(deal, AnswerDraft("economic_buyer", NO), by="olga", at=moment)
    assert result.deal.since == moment
    answer = next(row for row in list_record(deal.context) if row["kind"] == "answer")
    assert answer["what"]["backdated"] is True
    with pytest.raises(Refused, match="future"):
        give(deal, AnswerDraft("economic_buyer", NO), by="olga", at=Moment(deal.clock() + 1))


def test_unknown_deals_and_closed_ones_are_refused(deal: Company) -> None:
    with pytest.raises(NotFound, match="no deal of yours has the id 'D9'"):
        deal.fail("D9", by="dana")
    deal.later(days=1).claim("D1", status="won", stage="7")
    with pytest.raises(Refused, match="is won"):
        deal.fail("D1", by="dana")


# --- the store agrees with itself


def test_a_store_that_has_seen_everything_verifies(deal: Company) -> None:
    deal.fail("D1", by="dana")
    undo_last(deal.acting_as("dana"))
    deal.pass_("D1", by="dana")
    deal.later(days=2).claim("D1", amount=3000)
    deal.later(days=5).fail("D1", by="olga")
    problems, rows, *_ = verify_store(deal.context)
    assert problems == []
    assert rows > 5
    deal.store.conn.execute("UPDATE deal_state SET amount = amount + 1 WHERE id = 1")
    assert "the history of D1" in verify_store(deal.context)[0][0]


def test_the_record_cannot_be_edited_and_an_edit_by_force_is_found(deal: Company) -> None:
    deal.fail("D1", by="dana")
    conn = deal.store.conn
    with pytest.raises(Exception, match="append-only"):
        conn.execute("UPDATE record SET body = '{}' WHERE seq = 2")
    conn.execute("DROP TRIGGER record_no_update")
    conn.execute("UPDATE record SET body = replace(body, 'no', 'yes') WHERE seq = (SELECT max(seq) FROM record)")
    assert "was changed" in verify_store(deal.context)[0][0]


def test_projection_of_nothing_is_nothing() -> None:
    assert project([], [], []).states == ()


@pytest.mark.parametrize(
    ("table", "edit", "said"),
    [
        ("answer", "UPDATE answer SET reason = 'other'", "rows that came with row"),
        ("answer", "UPDATE answer SET value = 'yes'", "rows that came with row"),
        ("call", "UPDATE call SET figures = replace(figures, 'commit', 'commot')", "the end of call"),
    ],
)
def test_verify_names_what_was_edited_by_force(deal: Company, table: str, edit: str, said: str) -> None:
    deal.fail("D1", "paper_process", by="dana")
    dana = deal.acting_as("dana")
    call = current_call(dana)
    assert call is not None
    end_call(dana, call)
    assert verify_store(deal.context)[0] == []
    deal.store.conn.execute(f"DROP TRIGGER IF EXISTS {table}_no_update")
    deal.store.conn.execute(edit)
    assert any(said in problem for problem in verify_store(deal.context)[0])


def test_a_backdated_answer_does_not_reach_into_a_call_that_somebody_ended(deal: Company) -> None:
    failed = deal.fail("D1", by="dana")
    dana = deal.acting_as("dana")
    call = current_call(dana)
    assert call is not None
    moment = deal.clock()
    deal.later(hours=1)
    end_call(dana, call)
    deal.later(days=1)
    late = give(deal, AnswerDraft("economic_buyer", YES), by="olga", at=Moment(moment + 60_000_000))
    assert late.inspection != failed.inspection
    assert find_deal(deal.context, "D1", deal.clock()).category.key == "best_case"


def test_answers_given_on_paper_go_on_with_each_other(deal: Company) -> None:
    deal.at("2026-11-25 09:00")
    at = deal.context.calendar.read_moment("2026-11-12T15:00", deal.clock())
    first = give(deal, AnswerDraft("economic_buyer", YES), by="olga", at=at)
    second = give(deal, AnswerDraft("paper_process", YES), by="olga", at=Moment(at + 60_000_000))
    assert first.inspection == second.inspection


def test_a_bare_yes_takes_no_evidence_away(deal: Company) -> None:
    give(deal, AnswerDraft("economic_buyer", YES, evidence="the CFO said so"))
    give(deal, AnswerDraft("economic_buyer", YES), by="olga")
    (answers,) = tracks.standing_answers(deal.store.conn, [1]).values()
    assert answers["economic_buyer"].evidence == "the CFO said so"


def test_a_person_whose_role_was_taken_inspects_no_more(deal: Company) -> None:
    dana = deal.acting_as("dana")
    deal.store.conn.execute("UPDATE person SET role = 'rep' WHERE key = 'dana'")
    with pytest.raises(Refused, match="a rep"):
        give_answers(dana, AnswerRequest("D1", [AnswerDraft("economic_buyer", NO)]))


def test_a_deal_is_shown_as_it_was_known_then(deal: Company) -> None:
    before = deal.clock()
    deal.later(days=1).fail("D1", by="dana")
    found = find_deal(deal.context, "D1", before)
    page = deal_page(deal.context, found, before)
    assert (page["deal"]["inspection"], page["inspections"]) == ("never", [])


def test_an_action_ends_with_a_deal_that_is_lost(deal: Company) -> None:
    dana = deal.acting_as("dana")
    number = add_action(dana, "D1", deal.people["lee"], deal.context.calendar.day_of(deal.clock()), "call the CFO")
    deal.later(days=1).claim("D1", status="lost")
    deal.later(days=1).claim("D1", status="open")
    action = action_by_id(deal.store.conn, number)
    assert action is not None
    assert action.status == "ended"


def test_yesterdays_no_is_not_corrected_by_backdating(deal: Company) -> None:
    failed = deal.fail("D1", by="dana")
    moment = deal.clock()
    deal.later(days=1)
    late = give(deal, AnswerDraft("economic_buyer", YES), by="olga", at=Moment(moment + 60_000_000))
    assert late.inspection != failed.inspection
