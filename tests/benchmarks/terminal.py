"""A program on a real terminal, seen from outside: what it wrote and when, what a person saw, what it cost.

While the program runs, its output is only noted with the time. An emulator reads the notes afterwards, so that what
it takes to emulate a terminal is in no figure.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

import pyte

KEYS = {"down": b"\x1b[B", "up": b"\x1b[A", "pagedown": b"\x1b[6~", "home": b"\x1b[H", "end": b"\x1b[F"}
QUIET = 0.03
"""Seconds without output after which a key has had its effect."""

# What programs ask a terminal at their start, and what a current one that keeps in-band resizing to itself says.
ANSWERS: list[tuple[re.Pattern[bytes], Callable[["Program"], bytes]]] = [
    (re.compile(rb"\x1b\[\?2026\$p"), lambda _: b"\x1b[?2026;2$y"),
    (re.compile(rb"\x1b\[\?2048\$p"), lambda _: b"\x1b[?2048;0$y"),
    (re.compile(rb"\x1b\[0?c"), lambda _: b"\x1b[?62;22c"),
    (re.compile(rb"\x1b\[>0?c"), lambda _: b"\x1b[>41;380;0c"),
    (re.compile(rb"\x1b\[>0?q"), lambda _: b"\x1bP>|benchmark 1\x1b\\"),
    (re.compile(rb"\x1b\[5n"), lambda _: b"\x1b[0n"),
    (re.compile(rb"\x1b\[6n"), lambda _: b"\x1b[1;1R"),
    (re.compile(rb"\x1b\[18t"), lambda program: b"\x1b[8;%d;%dt" % (program.rows, program.columns)),
    (re.compile(rb"\x1b\[\?u"), lambda _: b"\x1b[?0u"),
    (re.compile(rb"\x1b\]10;\?(?:\x07|\x1b\\)"), lambda _: b"\x1b]10;rgb:dddd/dddd/dddd\x1b\\"),
    (re.compile(rb"\x1b\]11;\?(?:\x07|\x1b\\)"), lambda _: b"\x1b]11;rgb:1111/1111/1111\x1b\\"),
]
_LONGEST_QUERY = 16


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes that came at once, and when: seconds after the program was started."""

    at: float
    data: bytes


class Program:
    """A program on a terminal of its own; leaving the context hangs up, as a closed window would."""

    columns: int
    rows: int

    def __init__(
        self, command: Sequence[str], *, columns: int = 120, rows: int = 40, env: Mapping[str, str] | None = None
    ) -> None:
        self.command = " ".join(command)
        self.columns, self.rows = columns, rows
        self.chunks: list[Chunk] = []
        self.running = True
        self._asked = b""
        self._start(command, {**os.environ, **(env or {})})

    def _start(self, command: Sequence[str], env: dict[str, str]) -> None:
        env |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        for name in ("COLUMNS", "LINES", "TMUX", "NO_COLOR", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"):
            env.pop(name, None)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))
        self._started = perf_counter()
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - there is one thread here
        )  # fmt: skip
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            self.wait(0.2)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
                break
        os.close(self._master)

    @property
    def now(self) -> float:
        """Seconds since the program was started."""
        return perf_counter() - self._started

    @property
    def written(self) -> int:
        """How many bytes the program has written."""
        return sum(len(chunk.data) for chunk in self.chunks)

    def press(self, key: str) -> float:
        """Press a key, and return when that was."""
        at = self.now
        os.write(self._master, KEYS.get(key, key.encode()))
        return at

    def wait(self, seconds: float) -> None:
        """Note what comes within a time."""
        end = self.now + seconds
        while self.running and (left := end - self.now) > 0:
            self._note(left)

    def wait_any(self, longest: float = 1.0) -> None:
        """Note the next that comes."""
        if self.running:
            self._note(longest)

    def wait_quiet(self, quiet: float = QUIET, longest: float = 5.0) -> None:
        """Note what comes until nothing has come for `quiet` seconds."""
        end = self.now + longest
        while self.running and self.now < end and self._note(quiet):
            pass

    def _note(self, longest: float) -> bool:
        """Note the next chunk; False where none came within the time."""
        if not select.select([self._master], [], [], longest)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # how Linux says that nobody has the other end open
            data = b""
        at = self.now
        if not data:
            self.running = False
            return False
        self.chunks.append(Chunk(at, data))
        self._answer(data)
        return True

    def _answer(self, data: bytes) -> None:
        seen = self._asked + data
        for query, answer in ANSWERS:
            for found in query.finditer(seen):
                if found.end() > len(self._asked):
                    os.write(self._master, answer(self))
        self._asked = seen[-_LONGEST_QUERY:]

    def memory(self) -> int:
        """Bytes of memory that are in use now (RSS)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) * 1024 if found else 0

    def cpu(self) -> float:
        """Seconds of CPU that all threads have used."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


# pyte prints what it does not know of the keyboard protocol.
_UNKNOWN = re.compile(rb"\x1b\[[<=>?][\d;]*u")


@dataclass
class Emulator:
    """What a person sees of the chunks that it is fed."""

    columns: int
    rows: int
    _screen: pyte.Screen = field(init=False)
    _stream: pyte.ByteStream = field(init=False)
    _seen: dict[int, tuple[pyte.screens.Char, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._screen = pyte.Screen(self.columns, self.rows)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, data: bytes) -> int:
        """Take in bytes; return on how many lines they changed a cell."""
        self._screen.dirty.clear()
        self._stream.feed(_UNKNOWN.sub(b"", data))
        changed = 0
        for y in self._screen.dirty:
            row = tuple(self._screen.buffer[y][x] for x in range(self.columns))
            changed += self._seen.get(y) != row
            self._seen[y] = row
        return changed

    @property
    def cells(self) -> list[list[pyte.screens.Char]]:
        """What stands in each cell, with its style."""
        buffer = self._screen.buffer
        return [[buffer[y][x] for x in range(self.columns)] for y in range(self.rows)]

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(self._screen.display)
