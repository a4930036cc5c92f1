"""Over a line at 80×24: the program through a real sshd on loopback against the same terminal beside it."""

import shlex
import subprocess
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pytest

from salesops_tui.services.identity import login_name
from tests.benchmarks.bench_screen import Samples, one_run
from tests.benchmarks.figures import Figure
from tests.benchmarks.setting import Setting
from tests.end_to_end.secure_shell import HERE, Server, server_of_ours

ROOT = Path(__file__).parents[2]


def run(setting: Setting) -> list[Figure]:
    """Start both in turn, and compare; nothing where there is no sshd, or none that gives terminals."""
    if not HERE:
        return []
    small = replace(setting, columns=80, rows=24)
    with ExitStack() as stack:
        server = server_of_ours(Path(stack.enter_context(tempfile.TemporaryDirectory())), stack)
        try:
            server.wait(login_name())
        except pytest.skip.Exception as reason:
            print(reason)
            return []
        return _figures(server, small)


def _figures(server: Server, setting: Setting) -> list[Figure]:
    there = f"cd {shlex.quote(str(ROOT))} && exec env LC_ALL=C.UTF-8 {shlex.join(setting.opened)}"
    over, beside, logins = defaultdict(list), defaultdict(list), list[float]()
    for number in range(setting.runs + 1):
        for samples, command in ((over, server.command(login_name(), there)), (beside, setting.opened)):
            one_run(samples if number else Samples(list), command, setting.finished, setting, idle=0)
        begun = perf_counter()
        subprocess.run(server.command(login_name(), "true"), check=True, capture_output=True, stdin=subprocess.DEVNULL)
        logins.append((perf_counter() - begun) * 1000)
    figures = [Figure("over ssh: a login alone", "ms", logins)]
    for what, unit, most in (
        ("first useful frame", "ms", None),
        ("bytes of the start", "bytes", None),
        ("cursor move", "ms", None),
        ("bytes of a cursor move", "bytes", 500),
        ("bytes of a one-row scroll", "bytes", 7000),
    ):
        if over[what]:
            figures.append(Figure(f"over ssh: {what}", unit, over[what], beside[what], most=most))
    return figures
