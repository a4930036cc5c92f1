"""The screen of the program against a bare Textual app: its start, its keys, its memory, and what it does at rest."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from tests.benchmarks import bare_app
from tests.benchmarks.figures import Figure
from tests.benchmarks.setting import Setting
from tests.benchmarks.terminal import Emulator, Program

SETTLING = 2.0
"""Seconds after the start at which memory is looked at and the first key is pressed."""


class Pressed(NamedTuple):
    """A key: when it was pressed, and which chunks came of it."""

    at: float
    first: int
    last: int


Samples = defaultdict[str, list[float]]
"""Figures by name, of all runs of one program."""


def run(setting: Setting) -> list[Figure]:
    """Start both in turn, and compare."""
    ours, bare = Samples(list), Samples(list)
    for number in range(setting.runs + 1):
        for samples, command, finished in (
            (ours, setting.opened, setting.finished),
            (bare, [sys.executable, bare_app.__file__], bare_app.FINISHED),
        ):
            counted = samples if number else Samples(list)
            one_run(counted, command, finished, setting, idle=setting.idle if number == 1 else 0)
    return figures(ours, bare)


def figures(ours: Samples, bare: Samples) -> list[Figure]:
    def compared(what: str, unit: str, **budget: float) -> Figure:
        return Figure(what, unit, ours[what], bare[what], **budget)

    taken = [
        compared("first useful frame", "ms", most_ratio=1.0),
        compared("bytes of the start", "bytes"),
        compared("cursor move", "ms", most_ratio=1.0),
        compared("bytes of a cursor move", "bytes", most=500),
        compared("one-row scroll", "ms", most_ratio=1.0),
        compared("bytes of a one-row scroll", "bytes", most=7000),
        compared("memory after two seconds", "MB", most_ratio=1.3),
        compared("CPU at rest", "ms a second", most=3),
        compared("bytes at rest", "bytes a minute", most=0),
    ]
    return [figure for figure in taken if figure.ours]


def one_run(samples: Samples, command: Sequence[str], finished: str, setting: Setting, idle: float) -> None:
    """Start a program once, press its keys, leave it alone, and read afterwards what it wrote."""
    with Program(command, columns=setting.columns, rows=setting.rows) as program:
        program.wait(SETTLING)
        program.wait_quiet(0.5, 60)
        started = len(program.chunks)
        samples["memory after two seconds"].append(program.memory() / 2**20)
        keys = pressed(program, [*up_and_down(setting.keys), *["down"] * (setting.rows + setting.keys)])
        if idle:
            rest(samples, program, idle)
    emulator = Emulator(setting.columns, setting.rows)
    read_start(samples, program, emulator, started, finished)
    read_keys(samples, program, emulator, started, keys)


def up_and_down(count: int) -> list[str]:
    """Keys that stay among the first lines."""
    return [("down" if n // 5 % 2 == 0 else "up") for n in range(count)]


def pressed(program: Program, keys: Iterable[str]) -> list[Pressed]:
    """Press keys one after the other, each when the one before has had its effect, until one has none."""
    done = []
    for key in keys:
        first = len(program.chunks)
        at = program.press(key)
        program.wait_any()
        program.wait_quiet()
        if len(program.chunks) == first:
            break
        done.append(Pressed(at, first, len(program.chunks)))
    return done


def rest(samples: Samples, program: Program, seconds: float) -> None:
    program.wait(1.0)
    cpu, written, begun = program.cpu(), program.written, program.now
    program.wait(seconds)
    lasted = program.now - begun
    samples["CPU at rest"].append((program.cpu() - cpu) * 1000 / lasted)
    samples["bytes at rest"].append((program.written - written) * 60 / lasted)


def read_start(samples: Samples, program: Program, emulator: Emulator, until: int, finished: str) -> None:
    seen = None
    for chunk in program.chunks[:until]:
        if emulator.feed(chunk.data) and seen is None and finished in emulator.text:
            seen = chunk.at
    if seen is None:
        raise SystemExit(f"{finished!r} was never on the screen, which was:\n{emulator.text}")
    samples["first useful frame"].append(seen * 1000)
    samples["bytes of the start"].append(sum(len(chunk.data) for chunk in program.chunks[:until]))


def read_keys(samples: Samples, program: Program, emulator: Emulator, done: int, keys: Sequence[Pressed]) -> None:
    """Take the medians of a run: when the last cell changed after a key, and how many bytes came."""
    taken = Samples(list)
    for key in keys:
        for chunk in program.chunks[done : key.first]:
            emulator.feed(chunk.data)
        done = key.last
        answer = program.chunks[key.first : key.last]
        lines = [emulator.feed(chunk.data) for chunk in answer]
        if any(lines):
            what = "one-row scroll" if sum(lines) > emulator.rows / 2 else "cursor move"
            last = max(chunk.at for chunk, changed in zip(answer, lines, strict=True) if changed)
            taken[what].append((last - key.at) * 1000)
            taken[f"bytes of a {what}"].append(sum(len(chunk.data) for chunk in answer))
    for name, values in taken.items():
        samples[name].append(median(values))
