"""A shared box: 50 people answering at once, then one answer a second each, then 30 screens at rest.

`python -m tests.benchmarks load` prints the figures; errors and lost answers are figures too, with a budget of none.
"""

import tempfile
from pathlib import Path

from tests import crowd
from tests.benchmarks.figures import Figure
from tests.benchmarks.setting import Setting
from tests.benchmarks.terminal import Program

PEOPLE, DEALS, SECONDS = 50, 40, 20
SCREENS = 30


def run(setting: Setting) -> list[Figure]:
    """The figures, for the runner."""
    return [*at_full_speed(), *at_a_persons_pace(), *screens_at_rest(setting)]


def at_full_speed() -> list[Figure]:
    """50 processes, 40 deals each, as fast as they can."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store.db"
        crowd.build(store, PEOPLE, DEALS)
        outcome = crowd.work(store, PEOPLE, DEALS)
        wrong = crowd.lost_or_doubled(store, outcome)
    expected = PEOPLE * DEALS * 4
    return [
        Figure("50 at full speed: answers missing", "answers", [expected - len(outcome.given)], most=0),
        Figure("50 at full speed: errors", "errors", [len(outcome.errors)], most=0),
        Figure("50 at full speed: lost, doubled, not verified", "answers", [len(wrong)], most=0),
        Figure("50 at full speed: an answer, median", "ms", [outcome.percentile(50)]),
        Figure("50 at full speed: an answer, p99", "ms", [outcome.percentile(99)], most=250),
    ]


def at_a_persons_pace() -> list[Figure]:
    """50 people, one answer a second each."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store.db"
        crowd.build(store, PEOPLE, SECONDS // 4)
        outcome = crowd.work(store, PEOPLE, SECONDS // 4, pace=1.0)
    return [
        Figure("50 at one answer a second: errors", "errors", [len(outcome.errors)], most=0),
        Figure("50 at one answer a second: p99", "ms", [outcome.percentile(99)], most=50),
    ]


def screens_at_rest(setting: Setting) -> list[Figure]:
    """30 call sheets on terminals of their own while nothing changes."""
    opened = []
    try:
        for _ in range(SCREENS):
            program = Program(setting.opened, columns=80, rows=24)
            opened.append(program.__enter__())
            program.wait_quiet(quiet=1.0, longest=60.0)
        for program in opened:
            program.wait_quiet(quiet=2.0, longest=10.0)
        before = [(program.cpu(), program.written) for program in opened]
        opened[0].wait(setting.idle)
        for program in opened:
            program.wait(0.01)
        after = [(program.cpu(), program.written) for program in opened]
    finally:
        for program in opened:
            program.__exit__(None, None, None)
    used = [1000 * (b[0] - a[0]) / setting.idle for a, b in zip(before, after, strict=True)]
    wrote = [b[1] - a[1] for a, b in zip(before, after, strict=True)]
    return [
        Figure("30 screens at rest: CPU of each, a second", "ms", used, most=3.0),
        Figure("30 screens at rest: bytes written by all", "bytes", [sum(wrote)], most=0),
    ]
