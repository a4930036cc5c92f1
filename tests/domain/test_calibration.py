import tomllib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.domain.calibration import StageCalibration
from salesops_tui.domain.policy import Stage
from salesops_tui.domain.policy_file import default_policy_text, read_policy
from salesops_tui.domain.policy_text import with_probabilities

STAGE = Stage("4", "Proving", 4, probability_bp=5000)


@given(st.integers(1, 500), st.data())
def test_the_figure_to_adopt_is_the_share_in_whole_percents(deals: int, data: st.DataObject) -> None:
    won = data.draw(st.integers(0, deals))
    assert StageCalibration(STAGE, deals, won, 30).probability_bp == 100 * round(Fraction(won * 100, deals))


def test_below_the_policys_count_its_figure_stays() -> None:
    few, many = StageCalibration(STAGE, 29, 3, 30), StageCalibration(STAGE, 30, 3, 30)
    assert (few.enough, few.adoptable, few.off) == (False, False, False)
    assert (many.enough, many.adoptable, many.off) == (True, True, True)
    assert not StageCalibration(STAGE, 30, 15, 30).adoptable, "it is what the policy says already"
    assert not StageCalibration(STAGE._replace(closed="won"), 90, 90, 30).adoptable


def test_no_deal_tells_nothing() -> None:
    none = StageCalibration(STAGE, 0, 0, 30, 0, 0)
    assert (none.share, none.probability_bp, none.reached_share) == (None, None, None)


def test_only_the_figures_change() -> None:
    text = default_policy_text()
    changed = with_probabilities(text, {"3": 900, "6": 8650, "0": 100})
    lines = [(a, b) for a, b in zip(text.splitlines(), changed.splitlines(), strict=True) if a != b]
    assert lines == [
        ("probability = 0", "probability = 1"),
        ("probability = 30", "probability = 9"),
        ("probability = 85", "probability = 86.5"),
    ]
    policy = read_policy(changed, "rules")
    assert [policy.stage_by_key[key].probability_bp for key in "0369"[:3]] == [100, 900, 8650]


def test_a_stage_without_a_figure_gets_one_and_comments_stay() -> None:
    text = (
        '# rules\n[[stages]]\nkey = "a"  # first\nname = "A"\n\n[[stages]]\nname = "B"\nkey = "b"\n'
        "probability  =  5   # guessed\n"
    )
    changed = with_probabilities(text, {"a": 700, "b": 1200})
    assert changed == (
        '# rules\n[[stages]]\nkey = "a"  # first\nprobability = 7\nname = "A"\n\n[[stages]]\nname = "B"\nkey = "b"\n'
        "probability  =  12   # guessed\n"
    )


def test_a_line_ends_where_toml_says_so() -> None:
    text = '# a\u2028b\n[[stages]]\nkey = "a"\nprobability = 5\n'
    assert with_probabilities(text, {"a": 700}) == text.replace("5", "7")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_stay(newline: str) -> None:
    text = newline.join(["[[stages]]", 'key = "a"', "probability = 5", ""])
    assert with_probabilities(text, {"a": 700}) == text.replace("5", "7")


@pytest.mark.parametrize(
    "text",
    [
        'stages = [{key = "a", probability = 5}]',
        'stages = [\n  {key = "a", probability = 5},\n  {key = "b", probability = 6},\n]',
        'stages = [{key = "a"}]',
    ],
)
def test_what_cannot_be_put_in_its_place_is_refused_and_never_half_done(text: str) -> None:
    assert tomllib.loads(text)
    with pytest.raises(ValueError, match="one line a figure"):
        with_probabilities(text, {"a": 700})
