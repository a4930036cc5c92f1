"""What the past says of forecasts, in a large store: 100,000 open deals, 2,000 people, 8 quarters."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from salesops_tui.domain.people import Scope
from salesops_tui.services.accuracy import accuracy, accuracy_trend
from salesops_tui.services.calibration import calibration
from salesops_tui.services.flow import created_by_week, stage_ages, stage_conversion, velocity
from salesops_tui.services.forecast_trend import forecast_trend
from salesops_tui.services.quarter_turn import carry_over, closing_board, nobodys_deals
from salesops_tui.services.yields import commit_yield
from tests.benchmarks.bench_forecast import timed
from tests.benchmarks.figures import Figure
from tests.benchmarks.large_forecast import large_forecast
from tests.benchmarks.setting import Setting

FIGURES_MS, BEHIND_MS = 300.0, 1000.0
"""A view's first figures, and what a view may put in after them."""


def run(setting: Setting) -> list[Figure]:
    """The figures of the forecast's views, for the runner."""
    with tempfile.TemporaryDirectory() as folder:
        context = large_forecast(Path(folder) / "large.db")
        everybody, now = Scope(None, frozenset()), context.now()
        period = context.calendar.current_period(now)
        before = context.calendar.shifted(period, -1)
        first: dict[str, Callable[[], object]] = {
            "accuracy of everybody, by person": lambda: accuracy(context, everybody, period, now),
            "accuracy of the whole, for the command": lambda: accuracy(context, everybody, period, now, below=False),
            "yield of Commit by week and person": lambda: commit_yield(context, everybody, period, now),
            "calibration": lambda: calibration(context, everybody, period, now, reached=False),
            "velocity": lambda: velocity(context, everybody, period, now),
            "two quarters by week": lambda: forecast_trend(context, everybody, period, now),
            "carried over": lambda: carry_over(context, everybody, before, now),
            "in nobody's period": lambda: nobodys_deals(context, everybody, now),
        }
        behind: dict[str, Callable[[], object]] = {
            "accuracy by week": lambda: accuracy_trend(context, everybody, now),
            "calibration with all that reached a stage": lambda: calibration(context, everybody, period, now),
            "stage conversion": lambda: stage_conversion(context, everybody, now),
            "age by stage": lambda: stage_ages(context, everybody, period, now),
            "created by week": lambda: created_by_week(context, everybody, now),
            "closing board": lambda: closing_board(context, everybody, period, now),
        }
        found = [Figure(what, "ms", timed(ask, setting.runs), most=FIGURES_MS) for what, ask in first.items()]
        found += [Figure(what, "ms", timed(ask, setting.runs), most=BEHIND_MS) for what, ask in behind.items()]
        context.store.close()
        return found
