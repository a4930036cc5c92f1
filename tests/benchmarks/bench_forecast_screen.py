"""The forecast screen from outside: how soon it is there after its key, on the demo store and on a large one."""

import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import bare_app
from tests.benchmarks.bench_screen import Samples, read_start
from tests.benchmarks.figures import Figure
from tests.benchmarks.large_forecast import large_forecast
from tests.benchmarks.setting import Setting
from tests.benchmarks.terminal import Emulator, Program

VIEWS = ("roll-up", "weeks", "why", "what if", "number", "accuracy", "yield", "stages", "flow", "closing")
OPENING_MS, FIGURES_MS, CELL_BYTES = 60.0, 300.0, 500
_SETTLED = 0.4
"""Seconds without output after which a view has all its figures."""


def run(setting: Setting) -> list[Figure]:
    bare = Samples(list)
    for _ in range(3):
        with Program([sys.executable, bare_app.__file__], columns=setting.columns, rows=setting.rows) as program:
            program.wait_quiet(0.5, 30)
        emulator = Emulator(setting.columns, setting.rows)
        read_start(bare, program, emulator, len(program.chunks), bare_app.FINISHED)
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.db"
        large_forecast(large).store.close()
        demo = measured(setting, setting.opened, setting.runs)
        much = measured(setting, [*setting.program, "--store", str(large)], max(2, setting.runs // 3))
    start = bare["first useful frame"]
    return [
        Figure("forecast opens, last change", "ms", demo["roll-up: last"], most=OPENING_MS),
        Figure("forecast: a cell to the right", "bytes", demo["cell: bytes"], most=CELL_BYTES),
        Figure("forecast of 100,000 deals: first frame", "ms", much["roll-up: first"], start, most_ratio=1.5),
        *(Figure(f"forecast of 100,000 deals: {view}, all figures", "ms", much[f"{view}: last"]) for view in VIEWS[1:]),
        Figure("forecast of 100,000 deals: the roll-up's figures", "ms", much["roll-up: last"], most=FIGURES_MS),
        Figure("forecast: at rest", "bytes a minute", demo["rest"], most=0),
    ]


def measured(setting: Setting, command: Sequence[str], runs: int) -> dict[str, list[float]]:
    """Open the forecast in fresh programs and go through its views."""
    taken: dict[str, list[float]] = defaultdict(list)
    for _ in range(runs):
        one_run(taken, setting, command)
    return taken


def one_run(taken: dict[str, list[float]], setting: Setting, command: Sequence[str]) -> None:
    with Program(command, columns=setting.columns, rows=setting.rows) as program:
        program.wait(1.0)
        program.wait_quiet(0.5, 60)
        done = len(program.chunks)
        pressed = []
        for view in VIEWS:
            at = program.press("3" if view == VIEWS[0] else "\t")
            program.wait_any(5)
            program.wait_quiet(_SETTLED, 20)
            pressed.append((view, at, len(program.chunks)))
        program.press("\t")
        program.wait_quiet(_SETTLED, 20)
        before = program.written
        program.press("l")
        program.wait_any()
        program.wait_quiet()
        taken["cell: bytes"].append(float(program.written - before))
        program.wait(1.0)
        before, begun = program.written, program.now
        program.wait(5)
        taken["rest"].append((program.written - before) * 60 / (program.now - begun))
    emulator = Emulator(setting.columns, setting.rows)
    for chunk in program.chunks[:done]:
        emulator.feed(chunk.data)
    for view, at, until in pressed:
        changed = [chunk.at for chunk in program.chunks[done:until] if emulator.feed(chunk.data)]
        done = until
        if changed:
            taken[f"{view}: first"].append((changed[0] - at) * 1000)
            taken[f"{view}: last"].append((changed[-1] - at) * 1000)
