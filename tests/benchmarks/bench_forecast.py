"""The forecast of a large store: 100,000 open deals, 2,000 people, 8 quarters."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.people import Scope
from salesops_tui.services.forecast import explanation, forecast
from salesops_tui.services.what_if import stakes
from tests.benchmarks.bench_commands import took
from tests.benchmarks.figures import Figure
from tests.benchmarks.large_forecast import DAY, large_forecast
from tests.benchmarks.setting import Setting

FIGURES_MS, COMMAND_MS = 300.0, 1000.0


def run(setting: Setting) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.db"
        context = large_forecast(path)
        everybody = Scope(None, frozenset())
        period = context.calendar.current_period(context.now())
        report = forecast(context, everybody, period, context.now())
        quarter_ago = Moment(context.now() - 92 * DAY)
        before = context.calendar.shifted(period, -1)
        asked: dict[str, Callable[[], object]] = {
            "forecast of everybody": lambda: forecast(context, everybody, period, context.now()),
            "forecast of everybody, without the band": lambda: forecast(
                context, everybody, period, context.now(), band=False
            ),
            "forecast of last quarter, as of then": lambda: forecast(context, everybody, before, quarter_ago),
            "why weighted and Commit differ, by deal": lambda: explanation(context, report),
            "what a landing is made of": lambda: stakes(context, report),
        }
        found = [Figure(what, "ms", timed(ask, setting.runs), most=FIGURES_MS) for what, ask in asked.items()]
        context.store.close()
        command = [*setting.program, "--store", str(path), "forecast", "--format", "json"]
        found.append(Figure("salesops forecast --format json", "ms", runs(command, setting.runs), most=COMMAND_MS))
        return found


def timed(ask: Callable[[], object], runs: int) -> list[float]:
    taken = []
    for _ in range(runs + 1):
        begun = perf_counter()
        ask()
        taken.append((perf_counter() - begun) * 1000)
    return taken[1:]


def runs(command: list[str], count: int) -> list[float]:
    return [took(command) for _ in range(count + 1)][1:]
