"""The policy as plain values: into the store as JSON and back, whatever it holds."""

import json
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from salesops_tui.domain.calendar import Calendar, Day
from salesops_tui.domain.policy import (
    CategoryMeaning,
    Coverage,
    InspectionRules,
    Policy,
    Question,
    QuestionKind,
    Reason,
    Stage,
    Thresholds,
    bare_phrase,
    policy_from_plain,
    policy_to_plain,
)
from salesops_tui.domain.policy_file import default_policy, policy_changes, read_policy
from tests.domain.small_policy import SMALL, TODAY

TEXTS = st.text(max_size=20)
SMALL_INTS = st.integers(0, 1000)
AMOUNTS = st.decimals(Decimal("0.000000001"), 10**9, places=9)
REASONS = st.lists(st.builds(Reason, TEXTS, TEXTS), max_size=3).map(tuple)
PHRASES = st.lists(TEXTS, max_size=3).map(tuple)
DAYS = st.frozensets(st.integers(1, 3_000_000).map(Day), max_size=5)
CALENDARS = st.builds(
    Calendar,
    zone_name=st.sampled_from(["UTC", "Europe/Berlin"]),
    fiscal_start_month=st.integers(1, 12),
    week_start=st.integers(0, 6),
    holidays=st.dictionaries(TEXTS, DAYS, max_size=3),
    grace_business_days=SMALL_INTS,
)
POLICIES = st.builds(
    Policy,
    name=TEXTS,
    currency=TEXTS,
    calendar=CALENDARS,
    questions=st.lists(
        st.builds(Question, TEXTS, TEXTS, TEXTS, st.sampled_from(QuestionKind), TEXTS, REASONS, SMALL_INTS, PHRASES),
        max_size=3,
    ).map(tuple),
    stages=st.lists(
        st.builds(Stage, TEXTS, TEXTS, SMALL_INTS, TEXTS, PHRASES, SMALL_INTS, st.sampled_from(["", "won", "lost"])),
        max_size=3,
    ).map(tuple),
    categories=st.lists(st.builds(CategoryMeaning, TEXTS, TEXTS, SMALL_INTS, SMALL_INTS), max_size=3).map(tuple),
    coverage=st.lists(st.builds(Coverage, TEXTS, AMOUNTS, AMOUNTS), max_size=3).map(tuple),
    inspection=st.builds(InspectionRules, *[SMALL_INTS] * 5, PHRASES, SMALL_INTS),
    thresholds=st.builds(Thresholds, SMALL_INTS, TEXTS, *[SMALL_INTS] * 6),
    risk_kinds=REASONS,
    loss_reasons=REASONS,
    vague_next_steps=PHRASES,
    plan_rates=st.dictionaries(TEXTS, st.dictionaries(TEXTS, AMOUNTS, max_size=2), max_size=2),
    measure=TEXTS,
    most_likely=TEXTS,
    unknown_login=TEXTS,
    totals_above=TEXTS,
    version=SMALL_INTS,
)


def through_json(policy: Policy) -> Policy:
    return policy_from_plain(json.loads(json.dumps(policy_to_plain(policy))), policy.version)


@given(POLICIES)
def test_a_policy_comes_back_from_the_store_as_it_went_in(policy: Policy) -> None:
    back = through_json(policy)
    assert back == policy
    assert policy_changes(policy, back) == []
    assert policy_to_plain(back) == policy_to_plain(policy)


def test_a_policy_from_a_file_comes_back_as_it_went_in() -> None:
    for policy in (default_policy(), read_policy(SMALL, "small.toml", TODAY)):
        assert through_json(policy) == policy
        assert type(through_json(policy).questions[0].kind) is QuestionKind


def test_a_policy_stored_before_a_field_was_thought_of_has_its_default() -> None:
    plain = policy_to_plain(default_policy())
    for key in ("thresholds", "inspection", "coverage", "loss_reasons", "plan_rates", "unknown_login"):
        del plain[key]
    del plain["calendar"]["grace_business_days"]
    old = policy_from_plain(json.loads(json.dumps(plain)), 3)
    assert (old.thresholds, old.inspection, old.coverage) == (Thresholds(), InspectionRules(), ())
    assert (old.calendar.grace_business_days, old.unknown_login, old.version) == (3, "read", 3)


def test_stages_and_questions_are_found_by_key() -> None:
    policy = default_policy()
    assert policy.stage_rank("6") == 6
    assert policy.stage_rank("nowhere") == -1
    question = policy.question("paper_process")
    assert question is not None
    assert question.label == "Paper process"
    assert policy.question("nothing") is None


@given(st.text(max_size=30))
@example("a.\n")
@example("! .a\t.b .")
def test_a_bare_phrase_is_bare(text: str) -> None:
    bare = bare_phrase(text)
    assert bare_phrase(f" {text.upper() if text.isascii() else text}. ") == bare
    assert bare_phrase(bare) == bare
