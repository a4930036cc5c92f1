"""The verdict and the queue."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.inspection import (
    Answer,
    AnswerValue,
    QueueFacts,
    Reach,
    Verdict,
    in_asking_order,
    queue_key,
    reach,
    rule,
)
from salesops_tui.domain.policy_file import default_policy

POLICY = default_policy()
KEYS = POLICY.question_keys

answers = st.dictionaries(
    st.sampled_from(KEYS), st.tuples(st.sampled_from(list(AnswerValue)), st.integers(1, 100)), max_size=4
).map(lambda given_: {key: Answer(1, key, value, Moment(at), 1) for key, (value, at) in given_.items()})


@given(answers)
def test_the_verdict_is_what_the_answers_say(given_: dict[str, Answer]) -> None:
    ruling = rule(POLICY, given_)
    failing = [a for a in given_.values() if a.value is not AnswerValue.YES]
    if failing:
        assert ruling.verdict is Verdict.FAILED
        assert ruling.moment == min(a.given_at for a in failing)
        assert set(ruling.failed_questions) == {a.question for a in failing}
    elif len(given_) == len(KEYS):
        assert ruling.verdict is Verdict.PASSED
        assert ruling.moment == max(a.given_at for a in given_.values())
    else:
        assert (ruling.verdict, ruling.moment) == (Verdict.OPEN, None)
    assert set(ruling.unanswered) == set(KEYS) - set(given_)


def facts(**values: object) -> QueueFacts:
    plain = {
        "amount": 10, "capped": False, "claims_commit": False, "action_due": False, "ever_inspected": True,
        "current_pass": False, "new_since_call": False, "slips": 0, "failed_in_call": False,
    }  # fmt: skip
    return QueueFacts(**{**plain, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("deal", "group"),
    [
        (facts(), Reach.TO_ASK),
        (facts(current_pass=True), Reach.PASSED),
        (facts(capped=True), Reach.CAPPED),
        (facts(capped=True, claims_commit=True), Reach.TO_ASK),
        (facts(capped=True, action_due=True), Reach.TO_ASK),
        (facts(capped=True, claims_commit=True, failed_in_call=True), Reach.CAPPED),
    ],
)
def test_the_groups_of_the_call_sheet(deal: QueueFacts, group: Reach) -> None:
    assert reach(deal) is group


def test_the_queue_puts_first_what_matters_first() -> None:
    in_order = [
        facts(capped=True, claims_commit=True, amount=1),
        facts(ever_inspected=False, amount=1),
        facts(new_since_call=True, amount=1),
        facts(slips=2, amount=1),
        facts(amount=99),
        facts(amount=98),
    ]
    keys = [queue_key(deal) for deal in in_order]
    assert all(first < second for first, second in pairwise(keys))


def test_the_way_back_leads_through_the_failed_question() -> None:
    last = [Answer(1, "recent_meeting", AnswerValue.NO, Moment(1), 1)]
    assert in_asking_order(POLICY, last)[0] == "recent_meeting"
    assert sorted(in_asking_order(POLICY, last)) == sorted(KEYS)
    assert in_asking_order(POLICY, []) == KEYS
