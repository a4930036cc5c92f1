"""Commands that only read, from their start to their end, against an interpreter that does nothing."""

import subprocess
import sys
from collections.abc import Sequence
from time import perf_counter

from tests.benchmarks.figures import Figure
from tests.benchmarks.setting import Setting

READING = 8.0
"""How many times as long as `python -c pass` a reading command may take."""


def run(setting: Setting) -> list[Figure]:
    store = ["--store", str(setting.store)]
    return [
        compared(setting, "salesops --version", ["--version"], most_ratio=4.0),
        compared(setting, "salesops deals", [*store, "deals", "--format", "json"], most_ratio=READING),
        compared(setting, "salesops movement", [*store, "movement", "--format", "json"], most_ratio=READING),
    ]


def compared(setting: Setting, what: str, arguments: Sequence[str], most_ratio: float) -> Figure:
    ours: list[float] = []
    nothing: list[float] = []
    for number in range(setting.runs + 1):
        mine, other = took([*setting.program, *arguments]), took([sys.executable, "-c", "pass"])
        if number:
            ours.append(mine)
            nothing.append(other)
    return Figure(what, "ms", ours, nothing, most_ratio=most_ratio)


def took(command: Sequence[str]) -> float:
    """Milliseconds from before a process is made to after it has ended."""
    begun = perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    lasted = perf_counter() - begun
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()}")
    return lasted * 1000
