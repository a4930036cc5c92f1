"""Bars in eighths of a cell: they meet where values meet, are never invisible, and never leave their room."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.ui.widgets.waterfall import BREAK, MARK, Scale, chart, floating, ruler, scale_over, standing

VALUES = st.lists(st.integers(0, 10**13), min_size=1, max_size=12)
WIDTHS = st.integers(8, 200)


@pytest.mark.parametrize(
    ("one", "other", "bar"),
    [
        (0, 80, "█" * 10),
        (80, 0, "█" * 10),
        (0, 4, "▌"),
        (16, 40, "  ███"),
        (4, 16, "▐█"),
        (8, 20, " █▌"),
        (8, 9, " ▏"),
        (15, 16, " ▕"),
        (12, 16, " ▐"),
        (80, 80, " " * 9 + "▕"),
        (0, 0, "▏"),
    ],
)
def test_a_bar_lies_between_its_two_values(one: int, other: int, bar: str) -> None:
    assert floating(Scale(0, 80, 10), one, other) == bar


@given(VALUES, WIDTHS)
def test_bars_stay_in_their_room_are_seen_and_meet(values: list[int], width: int) -> None:
    scale = scale_over(values, width)
    assert 0 <= scale.low <= min(values)
    assert scale.high >= max(values)
    for one, other in pairwise(values):
        bar = floating(scale, one, other)
        assert len(bar) <= width
        assert bar.strip(), "something moved, and nothing is seen"
        first = len(bar) - len(bar.lstrip())
        assert abs(first - scale.at(min(one, other)) // 8) <= 1
        assert abs(len(bar) - -(-scale.at(max(one, other)) // 8)) <= 1


@given(VALUES, WIDTHS)
def test_standing_bars_end_at_their_value_and_show_a_cut_scale(values: list[int], width: int) -> None:
    scale = scale_over(values, width)
    bar = standing(scale, max(values))
    assert len(bar) == (width if max(values) else 0)
    assert (BREAK in bar) == (scale.cut and width > len(BREAK) + 1)


def test_small_changes_of_a_large_sum_are_drawn_large() -> None:
    scale = scale_over([1_780_000_00, 2_170_000_00, 1_900_000_00], 50)
    assert scale.cut
    assert len(floating(scale, 1_780_000_00, 2_170_000_00).strip()) > 25


def test_a_scale_begins_at_nothing_where_changes_are_large_or_there_are_none() -> None:
    assert scale_over([0, 500, 200], 50).low == 0
    assert scale_over([300, 1000], 50).low == 0
    assert scale_over([1000, 1000], 50).low == 0
    assert scale_over([0, 0], 50) == Scale(0, 1, 50)
    assert scale_over([], 50).high > 0


def test_a_level_below_nothing_has_its_place() -> None:
    scale = scale_over([100, -50], 30)
    assert scale.low == -50
    assert floating(scale, -50, 0) == "█" * 10


def test_a_ruler_names_both_ends_as_far_as_there_is_room() -> None:
    assert ruler(Scale(0, 1, 12), "1.50M", "2.17M") == "1.50M  2.17M"
    assert ruler(Scale(0, 1, 9), "1.50M", "2.17M") == "1.50M"
    assert ruler(Scale(0, 1, 3), "1.50M", "2.17M") == "1.5"


def test_a_chart_has_full_bars_for_the_most_and_none_for_nothing() -> None:
    drawn = chart([0, 1, 50, 100], 100, 4, 3)
    assert drawn.lines == ["         ██ ", "         ██ ", "      ██ ██ ", "   ▁▁ ██ ██ "]
    assert drawn.mark is None


def test_a_chart_marks_a_level_beside_the_bars() -> None:
    drawn = chart([100, 40], 100, 4, 3, level=80)
    assert drawn.mark == 0
    assert drawn.lines[0] == "██" + MARK * 4
    assert MARK not in "".join(drawn.lines[1:])
    assert chart([100], 100, 4, 3, level=120).mark is None


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=20), st.integers(1, 12), st.integers(1, 9))
def test_every_line_of_a_chart_is_as_wide_as_its_bars(values: list[int], height: int, step: int) -> None:
    lines = chart(values, max(values), height, step).lines
    assert len(lines) == height
    assert {len(line) for line in lines} == {len(values) * step}
