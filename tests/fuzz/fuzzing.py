"""Command lines and files that nobody would write, drawn from a seed, and what has to hold whatever they are."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import click

from salesops_tui.cli.main import run
from salesops_tui.cli.main import salesops as commands
from tests.hostile import CORPUS

ROOT = Path(__file__).parents[2]
LONGEST = 30
"""Seconds after which a run counts as hanging."""

_NOT_RUN = {"demo"}
"""Commands that take their time however they are called."""

_WORDS = (
    "D1", "F1", "D9", "lee", "dana", "everybody", "unassigned", "2026-11-20", "yesterday", "tomorrow", "week", "now",
    "last-call", "last-import", "FY26-Q4", "FY99-Q9", "1999-02-30", "0", "-1", "1", "99999999999999999999", "1e999",
    "economic_buyer=yes", "recent_meeting=no", "paper_process=dont_know", "risk_and_mitigation=yes", "=", "a=b=c", "-",
    "--", "", "json", "csv", "md", "xlsx", "table", "nan", "auto", "salesforce", "hubspot", "x.csv", "deals.csv", ".",
    "..", "/dev/null", "/proc/self/mem", "no/such/folder/file.csv", "D1=sure", "commit", "open", "continuation",
)  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """How a run ended, and what it said."""

    code: int
    out: str
    err: str

    def check(self, arguments: Sequence[str]) -> None:
        """Hold what has to be so of any run: a known exit code, and one clear line where something is wrong."""
        said = (arguments, self.code, self.err[-2000:])
        assert self.code in (0, 1, 2, 3), said
        assert "Traceback" not in self.err, said
        assert "should not" not in self.err, said
        if self.code in (1, 2):
            assert self.err.strip(), said
            assert len(self.err) < 5_000 or self.code == 1, said


class Hanging(BaseException):
    """A run took too long; not an error that the program could catch."""


@contextmanager
def limited(seconds: int = LONGEST) -> Iterator[None]:
    """End what is inside after some seconds."""

    def too_long(_number: int, _frame: FrameType | None) -> None:
        raise Hanging(f"still running after {seconds} s")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def run_here(arguments: Sequence[str], given: bytes = b"") -> Ended:
    """Run a command line in this process, with bytes as standard input."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    kept, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(given), encoding="utf-8", errors="surrogateescape")
    try:
        with limited(), redirect_stdout(out), redirect_stderr(err):
            code = run(list(arguments))
            out.flush()
    finally:
        sys.stdin = kept
    return Ended(code, out.buffer.getvalue().decode("utf-8", "replace"), err.getvalue())  # type: ignore[attr-defined]


def run_apart(arguments: Sequence[str], folder: Path, given: bytes = b"") -> Ended:
    """Run a command line as a process of its own."""
    bare = [argument.encode("utf-8", "surrogatepass").replace(b"\0", b"") for argument in arguments]
    done = subprocess.run(
        [os.fsencode(sys.executable), b"-m", b"salesops_tui", *bare],
        input=given,
        capture_output=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=LONGEST,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def every_command() -> list[tuple[list[str], click.Command]]:
    """Return all commands with the words that lead to them."""
    found: list[tuple[list[str], click.Command]] = []
    waiting: list[tuple[list[str], click.Command]] = [([], commands)]
    while waiting:
        path, command = waiting.pop()
        if path and path[0] not in _NOT_RUN:
            found.append((path, command))
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                waiting.append(([*path, name], inner))
    return sorted(found, key=lambda pair: pair[0])


def command_line(draw: random.Random, known: Sequence[tuple[list[str], click.Command]], store: Path) -> list[str]:
    """Draw a command line: mostly of the right shape, with values that are not."""
    path, command = draw.choice(known)
    line = ["--store", str(store), *(["--read-only"] if draw.random() < 0.2 else []), *path]
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            if parameter.required or draw.random() < 0.5:
                line.append(_value(draw, parameter))
        elif draw.random() < 0.3:
            line.append(draw.choice(parameter.opts))
            if not getattr(parameter, "is_flag", False):
                line.append(_value(draw, parameter))
    for _ in range(draw.choice((0, 0, 0, 1, 2))):
        line.insert(draw.randrange(2, len(line) + 1), draw.choice((*_WORDS, *CORPUS, "--format", "--nonsense", "-h")))
    return [argument.replace("\0", "") for argument in line]


def _value(draw: random.Random, parameter: click.Parameter) -> str:
    choices = getattr(parameter.type, "choices", ())
    if choices and draw.random() < 0.7:
        return str(draw.choice(list(choices)))
    if draw.random() < 0.65:
        return draw.choice(_WORDS)
    return draw.choice(CORPUS) if draw.random() < 0.9 else draw.choice(CORPUS) * draw.randrange(1, 2000)


def damaged(draw: random.Random, whole: bytes) -> bytes:
    """Draw a file that was such a one before something happened to it."""
    data = bytearray(whole)
    for _ in range(draw.choice((1, 1, 2, 5))):
        _hurt(draw, data)
    return bytes(data)


def _hurt(draw: random.Random, data: bytearray) -> None:
    size = len(data)
    at = draw.randrange(size + 1)
    kind = draw.randrange(9)
    if kind == 0:
        del data[at:]
    elif kind == 1:
        del data[at : at + draw.randrange(1, 200)]
    elif kind == 2 and size:
        for _ in range(draw.randrange(1, 30)):
            data[draw.randrange(len(data))] = draw.randrange(256)
    elif kind == 3:
        data[at:at] = draw.choice(CORPUS).encode("utf-8", "surrogatepass")
    elif kind == 4:
        data[at:at] = draw.randbytes(draw.randrange(1, 2000))
    elif kind == 5:
        data[at:at] = draw.choice((b'"', b"\n", b"\r", b"\0", b",", b";", b"\t", b"\xef\xbb\xbf", b"\xff\xfe", b'"""'))
    elif kind == 6 and b"\n" in data:
        lines = bytes(data).split(b"\n")
        draw.shuffle(lines)
        data[:] = b"\n".join(lines)
    elif kind == 7:
        encoding = draw.choice(("utf-16", "utf-32", "cp1252", "utf-7"))
        data[:] = bytes(data).decode("utf-8", "replace").encode(encoding, "replace")
    else:
        data[at:at] = bytes(data[at : at + draw.randrange(1, 5000)]) * draw.randrange(1, 20)
