"""The roll-up: who stands under whom, what the rows add up to, and which quota counts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.domain.forecast import NOTHING, Column, Figures, ladder, roll_up
from salesops_tui.domain.quota import EVERYBODY, Quota, reports_of

SUMS = Figures(
    closed=100, inspected=40, uninspected=20, best_case=30, pipeline=80, omitted=7, over_claim=-25, upside=50
)


def test_what_the_figures_say_together() -> None:
    assert (SUMS.commit, SUMS.landing, SUMS.open) == (60, 160, 170)
    assert (SUMS.weighted_open, SUMS.weighted, SUMS.divergence) == (85, 185, 25)
    assert [SUMS.of(column) for column in Column] == [100, 60, 40, 20, 30, 80, 7, 160, 170, 185, -25, 50]


def test_a_cumulative_category_holds_those_above_it() -> None:
    assert ladder(SUMS, cumulative=False) == (100, 60, 30, 80)
    assert ladder(SUMS, cumulative=True) == (100, 160, 190, 270)


def test_the_own_row_counts_and_both_are_known() -> None:
    nodes = roll_up(1, reports_of({1: None, 2: 1, 3: 1}, (1, 2, 3)), {1: 500, 2: 300, 3: 250}, {})
    assert nodes[1].quota == Quota(500, 550)
    assert nodes[1].quota.value == 500
    assert nodes[1].quota.differs


def test_without_an_own_row_the_reports_count_at_any_depth() -> None:
    nodes = roll_up(1, reports_of({1: None, 2: 1, 3: 2, 4: 1}, (1, 2, 3, 4)), {3: 300}, {})
    assert nodes[1].quota == Quota(None, 300)
    assert nodes[4].quota == Quota()
    assert not nodes[1].quota.differs


def test_everybody_has_the_rows_of_those_at_the_top() -> None:
    nodes = roll_up(EVERYBODY, reports_of({1: None, 2: 1, 3: None}, (1, 2, 3)), {1: 500, 2: 600, 3: 50}, {})
    assert nodes[EVERYBODY].quota == Quota(550, 650)


def test_no_quota_and_a_quota_of_nothing() -> None:
    nodes = roll_up(1, reports_of({1: None, 2: 1}, (1, 2)), {2: 0}, {2: SUMS})
    assert (nodes[2].gap, nodes[2].attainment, nodes[2].landing_attainment) == (-160, None, None)
    nodes = roll_up(1, reports_of({1: None, 2: 1}, (1, 2)), {}, {2: SUMS})
    assert (nodes[2].gap, nodes[2].attainment) == (None, None)


def test_owners_without_a_line_stand_under_everybody() -> None:
    nodes = roll_up(EVERYBODY, reports_of({1: None}, (1, 9)), {}, {1: SUMS, 9: SUMS})
    assert nodes[EVERYBODY].reports == (1, 9)
    assert nodes[EVERYBODY].whole.closed == 200


def test_a_manager_who_left_keeps_the_team_in_sight() -> None:
    # 2 reports to 1, who has no line any more.
    nodes = roll_up(EVERYBODY, reports_of({2: 1}, (1, 2)), {}, {2: SUMS})
    assert nodes[1].whole.closed == 100
    assert nodes[EVERYBODY].reports == (1,)


def test_a_loop_loses_nobody() -> None:
    nodes = roll_up(EVERYBODY, reports_of({1: 2, 2: 1}, (1, 2)), {}, {1: SUMS, 2: SUMS})
    assert nodes[EVERYBODY].whole.closed == 200


@st.composite
def companies(draw: st.DrawFn) -> tuple[dict[int, int | None], dict[int, Figures]]:
    """Reporting lines of any depth, some people without one, some managers without one, even loops."""
    people = range(1, draw(st.integers(2, 12)))
    lines = {p: draw(st.none() | st.sampled_from([q for q in people if q != p] or [p])) for p in people}
    lines = {p: m for p, m in lines.items() if m != p and draw(st.integers(0, 5))}
    amounts = st.integers(0, 10**9)
    held = {p: NOTHING._replace(closed=draw(amounts), upside=draw(amounts)) for p in people if draw(st.booleans())}
    return lines, held


@given(companies())
def test_rows_add_up_and_nobody_is_lost(company: tuple[dict[int, int | None], dict[int, Figures]]) -> None:
    lines, held = company
    nodes = roll_up(EVERYBODY, reports_of(lines, sorted({*lines, *held})), {}, held)
    assert nodes[EVERYBODY].whole.closed == sum(f.closed for f in held.values())
    assert nodes[EVERYBODY].whole.upside == sum(f.upside for f in held.values())
    for person, node in nodes.items():
        below = [nodes[p] for p in node.reports]
        assert all(report.above == person and report.depth == node.depth + 1 for report in below)
        assert node.whole.closed == node.own.closed + sum(report.whole.closed for report in below)
