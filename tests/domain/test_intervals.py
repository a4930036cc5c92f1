"""The Wilson interval, held against SciPy's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from salesops_tui.domain.intervals import Z95, wilson


def test_the_quantile() -> None:
    assert pytest.approx(norm.ppf(0.975), abs=1e-15) == Z95


@given(st.data())
def test_it_is_what_the_library_says(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 3_000))
    won = data.draw(st.integers(0, count))
    reference = binomtest(won, count).proportion_ci(0.95, method="wilson")
    assert wilson(won, count) == pytest.approx((reference.low, reference.high), abs=1e-12)


@pytest.mark.parametrize("count", range(1, 41))
def test_every_share_of_a_few(count: int) -> None:
    for won in range(count + 1):
        reference = binomtest(won, count).proportion_ci(0.95, method="wilson")
        found = wilson(won, count)
        assert found == pytest.approx((reference.low, reference.high), abs=1e-12)
        assert 0 <= found.low <= won / count <= found.high <= 1


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.99])
def test_other_confidences(confidence: float) -> None:
    reference = binomtest(17, 60).proportion_ci(confidence, method="wilson")
    found = wilson(17, 60, norm.ppf(0.5 + confidence / 2))
    assert found == pytest.approx((reference.low, reference.high), abs=1e-12)


def test_of_nothing_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("won", "count"), [(-1, 3), (4, 3), (0, -1)])
def test_what_is_no_share(won: int, count: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(won, count)
