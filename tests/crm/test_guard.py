import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.crm.guard import guarded, unguarded
from tests.hostile import CORPUS


@given(st.text())
def test_what_is_guarded_comes_back(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


@given(st.text(alphabet="'=+-@\t\r\n0a,. ＝＋－＠"))
def test_what_is_guarded_comes_back_also_where_apostrophes_stand_already(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", [c for c in CORPUS if c.startswith(("=", "+", "-", "@", "\t", "\r", "'="))])
def test_no_formula_gets_out(cell: str) -> None:
    assert guarded(cell).startswith("'")


@pytest.mark.parametrize("sign", "＝＋－＠")
def test_full_width_signs_start_a_formula_in_some_spreadsheets(sign: str) -> None:
    assert guarded(f"{sign}1+1") == f"'{sign}1+1"
    assert unguarded(f"'{sign}1+1") == f"{sign}1+1"


@pytest.mark.parametrize("cell", ["-1", "+3.5", "-1,234.50", "12%", "abc", "", "'quoted'", " =x"])
def test_numbers_and_plain_words_stay(cell: str) -> None:
    assert guarded(cell) == cell
