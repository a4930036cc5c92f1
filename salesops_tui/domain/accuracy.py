"""Whose number was right: forecasts made at one point of a quarter, held against what came in."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from salesops_tui.domain.calendar import Period


class Forecaster(StrEnum):
    """Whose number it is; each holds what was Closed by then.

    REP_CLAIM: Closed and what the reps claimed as Commit, as if nobody had inspected.
    INSPECTED_COMMIT: Closed and Commit as inspections left it.
    MANAGER_NUMBER: what was submitted.
    WEIGHTED: Closed and open amounts by the probability of their stage, under the policy of that moment.
    """

    REP_CLAIM = "rep_claim"
    INSPECTED_COMMIT = "inspected_commit"
    MANAGER_NUMBER = "manager_number"
    WEIGHTED = "weighted"

    @property
    def label(self) -> str:
        """The name that people read."""
        return _LABELS[self]


_LABELS = {
    Forecaster.REP_CLAIM: "Rep's claim",
    Forecaster.INSPECTED_COMMIT: "Inspected Commit",
    Forecaster.MANAGER_NUMBER: "Manager's number",
    Forecaster.WEIGHTED: "Weighted",
}


class QuarterForecast(NamedTuple):
    """One forecast of one quarter, held against what came in; minor units.

    Attributes:
        week: the week of the quarter at which it was made.
        person: whose scope it is about, by the store's number; None for everybody.
        actual: what was won with a close date in the quarter.
    """

    period: Period
    week: int
    person: int | None
    forecaster: Forecaster
    forecast: int
    actual: int

    @property
    def accuracy(self) -> float | None:
        """1 − |F − A| ÷ A; None where nothing came in, for then there is nothing to divide by."""
        return 1 - abs(self.forecast - self.actual) / self.actual if self.actual else None

    @property
    def bias(self) -> float | None:
        """(F − A) ÷ A, positive for a forecast that was too high; None where nothing came in."""
        return (self.forecast - self.actual) / self.actual if self.actual else None


class Score(NamedTuple):
    """How right one forecaster was about one scope, over some quarters.

    Attributes:
        quarters: how many quarters it rests on: those with a forecast and with actuals.
        accuracy, bias: the means over these quarters; None where there is none.
    """

    forecaster: Forecaster
    quarters: int
    accuracy: float | None
    bias: float | None


def scored(forecaster: Forecaster, forecasts: Iterable[QuarterForecast]) -> Score:
    """Return the mean accuracy and bias of one forecaster's forecasts; quarters without actuals do not count."""
    own = [f for f in forecasts if f.forecaster is forecaster and f.actual]
    if not own:
        return Score(forecaster, 0, None, None)
    accuracies, biases = [f.accuracy or 0.0 for f in own], [f.bias or 0.0 for f in own]
    return Score(forecaster, len(own), sum(accuracies) / len(own), sum(biases) / len(own))
