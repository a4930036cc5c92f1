import pytest

from salesops_tui.domain.accuracy import Forecaster, QuarterForecast, scored
from salesops_tui.domain.calendar import Calendar
from salesops_tui.domain.velocity import Velocity
from salesops_tui.domain.yields import ClaimedState, Outcome, Yield, yields_at

QUARTERS = [Calendar().period_named(name) for name in ("FY26-Q1", "FY26-Q2", "FY26-Q3")]


def made(quarter: int, forecast: int, actual: int, forecaster: Forecaster = Forecaster.WEIGHTED) -> QuarterForecast:
    return QuarterForecast(QUARTERS[quarter], 7, None, forecaster, forecast, actual)


@pytest.mark.parametrize(
    ("forecast", "actual", "accuracy", "bias"),
    [(100, 100, 1, 0), (135, 100, 0.65, 0.35), (75, 100, 0.75, -0.25), (0, 100, 0, -1), (300, 100, -1, 2)],
)
def test_accuracy_and_bias(forecast: int, actual: int, accuracy: float, bias: float) -> None:
    one = made(0, forecast, actual)
    assert (one.accuracy, one.bias) == pytest.approx((accuracy, bias))


def test_nothing_came_in() -> None:
    assert (made(0, 100, 0).accuracy, made(0, 100, 0).bias) == (None, None)
    assert scored(Forecaster.WEIGHTED, [made(0, 100, 0)]) == (Forecaster.WEIGHTED, 0, None, None)


def test_a_score_rests_on_the_quarters_with_a_forecast_and_actuals() -> None:
    other = made(2, 1, 100, Forecaster.REP_CLAIM)
    score = scored(Forecaster.WEIGHTED, [made(0, 120, 100), made(1, 50, 0), made(2, 60, 100), other])
    assert score.quarters == 2
    assert (score.accuracy, score.bias) == pytest.approx((0.7, -0.1))


def test_yield_at_the_edges_of_a_state() -> None:
    states = [ClaimedState(1, 7, 10, 20, 15, 0, 100), ClaimedState(1, 7, 20, 30, 0, 1, 90)]
    found = yields_at(states, {1}, [9, 10, 15, 16, 19, 20, 29, 30], lambda _owner, _number: True)
    parts = ("passed", "failed", "uninspected")
    passed, failed, uninspected = ([getattr(one, part).deals for one in found] for part in parts)
    assert passed == [0, 1, 1, 0, 0, 0, 0, 0]
    assert uninspected == [0, 0, 0, 1, 1, 0, 0, 0]
    assert failed == [0, 0, 0, 0, 0, 1, 1, 0]
    assert found[5].failed == Outcome(1, 1, 90, 90)


def test_yield_counts_members_of_each_moment_only() -> None:
    states = [ClaimedState(1, 7, 0, 99, 99, 0, 100), ClaimedState(2, 8, 0, 99, 99, 0, 50)]
    found = yields_at(states, {2}, [1, 2], lambda owner, number: owner == 7 or number == 1)
    assert [one.claimed for one in found] == [Outcome(1, 0, 100, 0), Outcome(2, 1, 150, 50)]


def test_shares_of_nothing_are_none() -> None:
    assert (Outcome().share, Outcome().value_share) == (None, None)
    assert Yield().claimed.interval == (0.0, 1.0)


def test_velocity_by_hand() -> None:
    # 20 deals × 25 % × 300.00 ÷ 60 days
    found = Velocity(20, 1, 10, 30, 300_000, 8, 480)
    assert (found.win_rate, found.average_size, found.cycle, found.a_day) == (0.25, 30_000, 60.0, 2_500)


@pytest.mark.parametrize(
    "parts", [(5, 1, 0, 3, 0, 0, 0), (5, 1, 0, 0, 0, 0, 0), (5, 1, 2, 0, 9, 0, 0), (5, 1, 2, 0, 9, 2, 0)]
)
def test_no_velocity_without_all_of_its_parts(parts: tuple[int, ...]) -> None:
    assert Velocity(*parts).a_day is None
