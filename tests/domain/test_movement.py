"""The rules of movement on bare states: causes, precedence, tags, teams; and what holds whatever the states are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.domain.calendar import BEGINNING, FOREVER, Day, Moment, Period
from salesops_tui.domain.deal import Category, Hold, State, Status, Void
from salesops_tui.domain.membership import (
    Membership,
    ReportingLine,
    managers_at,
    membership_over,
    sums_by_report,
)
from salesops_tui.domain.movement import Movement, Window, closed_over, movement_over, trace
from salesops_tui.domain.movement_causes import Cause, Sight, entry_cause, exit_cause, exit_cause_over, is_inside
from salesops_tui.domain.movement_tags import Also, Tag, tags

PERIOD = Period("FY26-Q4", Day(100), Day(191))
EVERYBODY = Membership()


def state(at: int = 0, **values: object) -> State:
    """A deal in Commit from a moment on, except for what is named."""
    base = State(
        Moment(at), FOREVER, 1, 1, None, 1, Status.OPEN, Category.COMMIT, Hold.NONE, 100, Day(150), "6", Moment(0),
        Void.NONE, 0,
    )  # fmt: skip
    return base._replace(**values)  # type: ignore[arg-type]


def moved(
    states: Sequence[State], start: int = 0, end: int = 100, members: Membership = EVERYBODY
) -> list[tuple[str, int]]:
    """Return the legs of one deal."""
    found = trace(Window(PERIOD, Moment(start), Moment(end), members), 1, _within(states, start, end))
    return [(leg.cause.value, leg.amount) for leg in found.legs] if found else []


def _within(states: Sequence[State], start: int, end: int) -> list[State]:
    return [s for s in _chained(states) if s.valid_to > start and s.valid_from <= end]


def _chained(states: Sequence[State]) -> list[State]:
    """States that follow each other without gaps."""
    ends = [s.valid_from for s in states[1:]] + [FOREVER]
    return [s._replace(valid_to=until) for s, until in zip(states, ends, strict=True)]


CAPPED = {"hold": Hold.CAPPED, "inspection": 7}
WON, LOST, REMOVED = ({"status": status} for status in (Status.WON, Status.LOST, Status.REMOVED))
AFTER, EARLIER = {"close_day": Day(192)}, {"close_day": Day(99)}
LOWER = {"rep_category": Category.BEST_CASE}


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ([LOWER], "downgraded"),
        ([CAPPED], "failed_inspection"),
        ([LOWER | CAPPED], "failed_inspection"),
        ([AFTER], "pushed_out"),
        ([AFTER | LOWER | CAPPED], "pushed_out"),
        ([EARLIER], "pulled_out"),
        ([LOST], "lost"),
        ([LOST | AFTER], "lost"),
        ([REMOVED], "removed"),
        ([REMOVED | AFTER], "removed"),
        ([WON | AFTER], "pushed_out"),
        ([WON | EARLIER], "pulled_out"),
        ([WON, WON | AFTER], "pushed_out"),
        ([WON, LOST], "lost"),
        ([WON, REMOVED], "removed"),
        ([WON, LOWER], "downgraded"),
        ([WON, CAPPED], "failed_inspection"),
        ([LOST, WON], "lost"),
        ([CAPPED, AFTER | CAPPED], "failed_inspection"),
        ([CAPPED, {}, LOWER], "downgraded"),
        ([LOWER, {}, CAPPED], "failed_inspection"),
        ([REMOVED, {}, LOST], "lost"),
    ],
)
def test_why_a_deal_left(changes: list[dict[str, object]], cause: str) -> None:
    states = [state(), *(state(10 * n, **change) for n, change in enumerate(changes, 1))]
    assert moved(states) == [(cause, -100)]


@pytest.mark.parametrize(
    ("before", "cause"),
    [
        (LOWER, "upgraded"),
        (CAPPED, "passed_inspection"),
        (CAPPED | LOWER, "passed_inspection"),
        (AFTER, "pulled_in"),
        (AFTER | LOWER, "pulled_in"),
        (EARLIER, "rolled_in"),
        (EARLIER | CAPPED, "rolled_in"),
        (LOST, "reopened"),
        (WON, "reopened"),
        (WON | AFTER, "reopened"),
        (REMOVED, "returned"),
        (REMOVED | AFTER, "returned"),
    ],
)
def test_why_a_deal_came(before: dict[str, object], cause: str) -> None:
    assert moved([state(**before), state(10)]) == [(cause, 100)]


def test_a_deal_that_was_not_known_is_new_whatever_happened_to_it() -> None:
    assert moved([state(10)]) == [("new", 100)]
    assert moved([state(10, **LOST), state(20, **LOWER), state(30, amount=70)]) == [("new", 70)]


def test_the_amount_of_a_deal_that_stays() -> None:
    assert moved([state(), state(10, amount=130)]) == [("increased", 30)]
    assert moved([state(), state(10, amount=0)]) == [("decreased", -100)]
    assert moved([state(), state(10, amount=1), state(20)]) == []
    assert moved([state(), state(10, stage="5")]) == []


@pytest.mark.parametrize(("amount", "before"), [(100, []), (120, [("increased", 20)]), (0, [("decreased", -100)])])
def test_what_is_won_leaves_as_it_was_booked(amount: int, before: list[tuple[str, int]]) -> None:
    assert moved([state(), state(10, amount=amount, **WON)]) == [*before, ("won", -amount)]
    assert moved([state(), state(10, **WON), state(20, amount=amount, **WON)]) == [*before, ("won", -amount)]


def test_a_win_dated_into_the_period_afterwards_is_won() -> None:
    assert moved([state(), state(10, **WON, **AFTER), state(20, **WON)]) == [("won", -100)]


def test_a_change_at_the_start_is_not_in_the_window_and_one_at_the_end_is() -> None:
    states = [state(-10), state(0, **LOWER)]
    assert moved(states, 0, 100) == []
    assert moved(states, -1, 0) == [("downgraded", -100)]


class TestTransfers:
    JOINS = membership_over(9, [ReportingLine(1, 9, Moment(50), FOREVER)], Moment(0), Moment(100))
    LEAVES = membership_over(9, [ReportingLine(1, 9, BEGINNING, Moment(50))], Moment(0), Moment(100))
    ALWAYS = membership_over(9, [ReportingLine(1, 9, BEGINNING, FOREVER)], Moment(0), Moment(100))

    def test_by_reporting_line_alone(self) -> None:
        assert moved([state()], members=self.JOINS) == [("transferred_in", 100)]
        assert moved([state()], members=self.LEAVES) == [("transferred_out", -100)]
        assert moved([state()], members=self.ALWAYS) == []

    def test_by_another_owner(self) -> None:
        assert moved([state(), state(10, owner=2)], members=self.ALWAYS) == [("transferred_out", -100)]
        assert moved([state(owner=2), state(10)], members=self.ALWAYS) == [("transferred_in", 100)]

    def test_at_the_moment_of_another_change(self) -> None:
        assert moved([state(), state(50, **LOWER)], members=self.LEAVES) == [("transferred_out", -100)]
        assert moved([state(**LOWER), state(50)], members=self.JOINS) == [("transferred_in", 100)]
        assert moved([state(), state(50, **REMOVED)], members=self.LEAVES) == [("removed", -100)]

    def test_what_came_before_the_transfer_is_the_cause(self) -> None:
        assert moved([state(), state(40, **LOWER)], members=self.LEAVES) == [("downgraded", -100)]
        assert moved([state(**LOWER), state(60)], members=self.JOINS) == [("upgraded", 100)]

    def test_a_win_stays_with_who_won_it(self) -> None:
        assert moved([state(), state(40, **WON)], members=self.LEAVES) == [("won", -100)]
        assert moved([state(), state(50, **WON)], members=self.LEAVES) == [("transferred_out", -100)]
        assert moved([state(), state(10, **WON), state(20, owner=2, **WON)], members=self.ALWAYS) == [("won", -100)]

    def test_a_new_deal_of_somebody_who_joins_is_new(self) -> None:
        assert moved([state(10)], members=self.JOINS) == [("new", 100)]

    def test_edges_of_the_window(self) -> None:
        lines = [ReportingLine(1, 9, Moment(0), Moment(100))]
        members = membership_over(9, lines, Moment(0), Moment(100))
        assert members.changes == (Moment(100),)
        assert members.holds(1, Moment(0))
        assert not members.holds(1, Moment(100))
        assert moved([state(-5)], members=members) == [("transferred_out", -100)]


class TestMembership:
    def test_everybody_is_everybody(self) -> None:
        assert EVERYBODY.everybody
        assert EVERYBODY.holds(77, Moment(5))
        assert (EVERYBODY.ever, EVERYBODY.moved, EVERYBODY.changes) == (frozenset(), frozenset(), ())

    def test_who_moved(self) -> None:
        lines = [
            ReportingLine(1, 9, BEGINNING, FOREVER),
            ReportingLine(2, 9, BEGINNING, Moment(10)),
            ReportingLine(2, 8, Moment(10), FOREVER),
            ReportingLine(3, 2, BEGINNING, FOREVER),
            ReportingLine(4, 8, BEGINNING, FOREVER),
        ]
        members = membership_over(9, lines, Moment(0), Moment(100))
        assert members.at(Moment(9)) == {9, 1, 2, 3}
        assert members.at(Moment(10)) == {9, 1}
        assert (members.moved, members.changes) == ({2, 3}, (Moment(10),))

    def test_shares_add_up_even_with_a_loop(self) -> None:
        managers = {1: 9, 2: 1, 3: 9, 5: 6, 6: 5}
        assert sums_by_report(9, managers, {1: 1, 2: 2, 3: 4, 9: 8}) == {1: 3, 3: 4, 9: 8}
        assert sums_by_report(None, managers, {1: 1, 2: 2, 3: 4, 9: 8, 7: 16}) == {9: 15, 7: 16}
        assert sum(sums_by_report(None, managers, {5: 1, 6: 2}).values()) == 3


class TestTags:
    def _tags(self, states: Sequence[State], members: Membership = EVERYBODY) -> list[Tag]:
        found = trace(Window(PERIOD, Moment(0), Moment(100), members), 1, _chained(states))
        assert found is not None
        return list(tags(found))

    def test_what_the_line_says_is_no_tag(self) -> None:
        for change in (LOWER, CAPPED, AFTER, LOST, REMOVED, WON, {"amount": 5}):
            assert self._tags([state(), state(10, **change)]) == []

    def test_what_else_changed(self) -> None:
        got = self._tags([state(), state(10, **CAPPED), state(20, amount=80, stage="5", owner=3, **AFTER, **CAPPED)])
        assert got == [
            (Also.AMOUNT, 100, 80), (Also.STAGE, "6", "5"), (Also.CLOSE_DATE, 150, 192), (Also.OWNER, 1, 3),
        ]  # fmt: skip

    def test_names_of_lines(self) -> None:
        assert self._tags([state(), state(10, **AFTER, **LOWER)]) == [Tag(Also.DOWNGRADED)]
        assert self._tags([state(), state(10, **CAPPED), state(20, **WON, **CAPPED)]) == [Tag(Also.WON)]
        assert self._tags([state(), state(10, **AFTER), state(20, **AFTER, **CAPPED)]) == [Tag(Also.FAILED_INSPECTION)]
        assert self._tags([state(**LOST), state(10, amount=3)]) == [Tag(Also.AMOUNT, 100, 3)]
        assert self._tags([state(**LOWER, **AFTER), state(10)]) == [Tag(Also.UPGRADED)]
        assert self._tags([state(**AFTER, **CAPPED), state(10)]) == [Tag(Also.PASSED_INSPECTION)]
        assert self._tags([state(**REMOVED, **AFTER), state(10)]) == [Tag(Also.CLOSE_DATE, 192, 150)]

    def test_a_team_left_after_the_deal_did(self) -> None:
        assert self._tags([state(), state(40, **LOWER)], TestTransfers.LEAVES) == [Tag(Also.TRANSFERRED_OUT)]

    def test_a_new_deal_since_it_was_first_seen(self) -> None:
        assert self._tags([state(10, **LOWER), state(20, amount=120)]) == [
            (Also.AMOUNT, 100, 120), (Also.UPGRADED, None, None),
        ]  # fmt: skip


def test_which_failure_is_told() -> None:
    window = Window(PERIOD, Moment(0), Moment(100), EVERYBODY)
    again = {"hold": Hold.FAILED, "inspection": 8, **LOWER}
    states = _chained([state(), state(10, **CAPPED), state(20, **LOWER), state(30, **again)])
    found = trace(window, 1, states)
    assert found is not None
    assert (found.legs, found.failure) == (((Cause.FAILED_INSPECTION, -100),), 7)
    later = trace(window, 1, _chained([state(), state(10, **AFTER), state(30, **again)]))
    assert later is not None
    assert (later.legs, later.failure) == (((Cause.PUSHED_OUT, -100),), 8)


def test_an_entry_needs_no_state_before() -> None:
    nothing = Sight(Moment(0), None, False, False)
    assert entry_cause(nothing, PERIOD) is Cause.NEW
    assert not is_inside(None, True, PERIOD)


def test_the_order_of_causes_is_that_of_the_waterfall() -> None:
    window = Window(PERIOD, Moment(0), Moment(100), EVERYBODY)
    histories = {
        1: _chained([state(), state(10, **WON)]),
        2: _chained([state(), state(10, amount=150)]),
        3: _chained([state(10)]),
        4: _chained([state(), state(10, amount=50)]),
    }
    lines = movement_over(window, 300, 300, histories).lines
    assert [line.cause for line in lines] == [Cause.INCREASED, Cause.NEW, Cause.DECREASED, Cause.WON]
    assert all(cause.label and cause.label[0].isupper() for cause in Cause)


# ------------------------------------------------------------------ whatever the states are

History = dict[int, list[State]]
OWNERS = (1, 2, 3, 4)
TIMES = st.integers(1, 60).map(Moment)

_states = st.builds(
    state,
    at=st.integers(-5, 60),
    owner=st.sampled_from(OWNERS),
    status=st.sampled_from([Status.OPEN, Status.OPEN, Status.OPEN, *Status]),
    rep_category=st.sampled_from([Category.COMMIT, Category.COMMIT, Category.BEST_CASE, Category.PIPELINE]),
    hold=st.sampled_from([Hold.NONE, Hold.NONE, *Hold]),
    inspection=st.none() | st.integers(1, 3),
    amount=st.integers(0, 5),
    close_day=st.sampled_from([Day(99), Day(100), Day(150), Day(191), Day(192)]),
)


def _history(states: list[State]) -> list[State]:
    by_moment = {s.valid_from: s for s in sorted(states, key=lambda s: s.valid_from)}
    return _chained(list(by_moment.values()))


HISTORIES = st.dictionaries(st.integers(1, 6), st.lists(_states, min_size=1, max_size=8).map(_history), max_size=5)


@st.composite
def reporting(draw: st.DrawFn) -> list[ReportingLine]:
    """Reps 1 to 4 report to 8 or 9, who report to 10, and change between them; 8 and 9 sell as well."""
    lines = [ReportingLine(boss, 10, BEGINNING, FOREVER) for boss in (8, 9)]
    for rep in OWNERS:
        times = [BEGINNING, *sorted(draw(st.sets(TIMES, max_size=3))), FOREVER]
        lines += [ReportingLine(rep, draw(st.sampled_from([8, 9])), since, until) for since, until in pairwise(times)]
    return lines


def _commit(histories: History, lines: list[ReportingLine], boss: int | None, at: int) -> int:
    """Commit at a moment, summed from the states by the definition and nothing else."""
    total = 0
    for states in histories.values():
        for s in states:
            if s.valid_from <= at < s.valid_to and s.category is Category.COMMIT and 100 <= s.close_day <= 191:
                managers = managers_at(lines, Moment(at))
                if boss in (None, 10, s.owner, managers.get(s.owner)):
                    total += s.amount
    return total


def _ask(histories: History, lines: list[ReportingLine], boss: int | None, start: int, end: int) -> Movement:
    members = membership_over(boss, lines, Moment(start), Moment(end))
    window = Window(PERIOD, Moment(start), Moment(end), members)
    ends = (_commit(histories, lines, boss, at) for at in (start, end))
    return movement_over(window, *ends, {deal: _within(states, start, end) for deal, states in histories.items()})


MOMENTS = st.lists(st.integers(-6, 61), min_size=3, max_size=3).map(sorted)


@given(histories=HISTORIES, lines=reporting(), moments=MOMENTS)
def test_movement_always_closes(histories: History, lines: list[ReportingLine], moments: list[int]) -> None:
    start, middle, end = moments
    for boss in (None, 10, 8, 9, 1):
        whole = _ask(histories, lines, boss, start, end)
        parts = [_ask(histories, lines, boss, *window) for window in ((start, middle), (middle, end))]
        for found in (whole, *parts):
            assert found.residual == 0
            assert sum(line.amount for line in found.gross) == found.net
            placed = [(deal.deal, leg.cause) for deal in found.deals for leg in deal.legs]
            assert len(placed) == len(set(placed))
        assert whole.net == sum(part.net for part in parts)
    team = [_ask(histories, lines, boss, start, end) for boss in (8, 9)]
    above = _ask(histories, lines, 10, start, end)
    assert above.start == sum(part.start for part in team)
    assert above.end == sum(part.end for part in team)


@given(histories=HISTORIES, lines=reporting(), moments=MOMENTS)
def test_a_line_fits_what_the_deal_was_at_both_ends(
    histories: History, lines: list[ReportingLine], moments: list[int]
) -> None:
    start, _, end = moments
    for deal in _ask(histories, lines, 8, start, end).deals:
        for cause, amount in deal.legs:
            assert (amount > 0) is (cause in list(Cause)[: list(Cause).index(Cause.DECREASED)]) or amount == 0
            if cause is Cause.WON:
                assert deal.after.status is Status.WON
                assert deal.after.close_day in PERIOD
                assert amount == -deal.after.amount
            if cause is Cause.NEW:
                assert deal.before is None
        assert len(deal.legs) <= 1 or deal.legs[-1].cause is Cause.WON


@given(histories=HISTORIES, lines=reporting(), moments=MOMENTS)
def test_closed_closes_beside_commit(histories: History, lines: list[ReportingLine], moments: list[int]) -> None:
    start, _, end = moments
    for boss in (None, 8):
        found = _ask(histories, lines, boss, start, end)
        members = found.window.members
        ends = [
            sum(
                s.amount
                for states in histories.values()
                for s in states
                if s.valid_from <= at < s.valid_to
                and s.status is Status.WON
                and s.close_day in PERIOD
                and members.holds(s.owner, Moment(at))
            )
            for at in (start, end)
        ]
        within = {deal: _within(states, start, end) for deal, states in histories.items()}
        closed = closed_over(found, *ends, within)
        assert closed.residual == 0
        assert closed.won_from_commit == -sum(line.amount for line in found.lines if line.cause is Cause.WON)
        assert closed.won_outside >= 0


def test_one_change_is_judged_by_what_it_left_behind() -> None:
    sights = [Sight(Moment(n), state(**values), True, False) for n, values in enumerate((WON, LOWER))]
    assert exit_cause(sights[0], PERIOD) is Cause.WON
    assert exit_cause_over(sights[0], sights[1], PERIOD) is Cause.DOWNGRADED
