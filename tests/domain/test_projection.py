"""The projection: states without gaps, the same however they are built, and withdrawn events as if never given."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.domain.calendar import FOREVER, Day, Moment
from salesops_tui.domain.deal import Category, Claim, DetailVersion, Hold, Status, Void
from salesops_tui.domain.policy_file import default_policy
from salesops_tui.domain.projection import RulingEvent, project, project_single

DAY = 86_400 * 1_000_000
START = 20_400 * DAY
POLICY = default_policy()

moments = st.integers(0, 40).map(lambda n: Moment(START + n * DAY // 2))
claims = st.builds(
    Claim,
    id=st.integers(1, 10_000),
    valid_from=moments,
    change=st.integers(1, 500),
    owner=st.integers(1, 3),
    stage=st.sampled_from("3456"),
    rep_category=st.sampled_from([Category.PIPELINE, Category.BEST_CASE, Category.COMMIT]),
    amount=st.integers(0, 300),
    currency=st.just("USD"),
    original=st.just(0),
    close_day=st.integers(739_000, 739_150).map(Day),
    status=st.sampled_from([Status.OPEN, Status.OPEN, Status.OPEN, Status.WON, Status.LOST, Status.REMOVED]),
)
details = st.builds(
    DetailVersion, st.integers(1, 10_000), moments, st.integers(1, 500), st.sampled_from(["", "Ann", "Bo"])
)
rulings = st.builds(RulingEvent, moments, st.integers(1, 500), st.integers(1, 99), st.booleans(), st.just(POLICY))


@given(st.lists(claims, max_size=8), st.lists(details, max_size=4), st.lists(rulings, max_size=6))
def test_states_follow_each_other_without_gaps_and_say_something_new(
    said: Sequence[Claim], known: Sequence[DetailVersion], ruled: Sequence[RulingEvent]
) -> None:
    states = project(said, known, ruled).states
    assert bool(states) is bool(said)
    for before, after in pairwise(states):
        assert before.valid_from < before.valid_to == after.valid_from
        assert before != after
    if states:
        assert states[0].valid_from == min(claim.valid_from for claim in said)
        assert states[-1].valid_to == FOREVER


@given(st.lists(claims, min_size=1, max_size=6), st.lists(rulings, max_size=6))
def test_what_every_state_obeys(said: Sequence[Claim], ruled: Sequence[RulingEvent]) -> None:
    for state in project(said, [], ruled).states:
        if state.status in (Status.LOST, Status.REMOVED):
            assert state.hold is Hold.NONE
            assert state.inspection is None
        if state.hold in (Hold.FAILED, Hold.CAPPED):
            assert state.category is not Category.COMMIT
            assert state.good_until == 0
        if state.void is not Void.NONE:
            assert state.good_until == 0
        if state.hold is Hold.RESTORED and state.status is Status.OPEN:
            assert state.category is Category.COMMIT
            assert state.rep_category is Category.BEST_CASE


@given(st.lists(claims, min_size=1, max_size=6), st.lists(rulings, max_size=4), st.integers(0, 45))
def test_the_future_does_not_change_the_past(
    said: Sequence[Claim], ruled: Sequence[RulingEvent], half_days: int
) -> None:
    """The states up to a moment are the same whether or not what came later is known."""
    until = START + half_days * DAY // 2
    whole = project(said, [], ruled).states
    then = project([c for c in said if c.valid_from <= until], [], [r for r in ruled if r.valid_from <= until]).states
    seen = [(s.valid_from, s.category, s.amount, s.hold, s.good_until) for s in whole if s.valid_from <= until]
    assert seen == [(s.valid_from, s.category, s.amount, s.hold, s.good_until) for s in then]


@given(claims, st.integers(1, 9))
def test_the_short_cut_for_a_first_claim_gives_the_same(claim: Claim, detail: int) -> None:
    version = DetailVersion(detail, claim.valid_from, claim.change, "")
    assert project([claim], [version], []).states == (project_single(claim, detail),)


def test_a_claim_older_than_all_details_goes_by_the_earliest() -> None:
    claim = Claim(1, Moment(START), 1, 1, "6", Category.COMMIT, 5, "USD", 5, Day(739_100), Status.OPEN)
    later = DetailVersion(7, Moment(START + DAY), 2, "Ann")
    assert [state.detail for state in project([claim], [later], []).states] == [7]
