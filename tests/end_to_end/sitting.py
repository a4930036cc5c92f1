"""A person at a real terminal: types keys, waits until something stands on the screen."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tests.benchmarks.terminal import Emulator, Program

LONGEST = 20.0
"""Seconds after which a text will not come any more; generous, since machines are slow and noisy."""


class Sitting(Program):
    """The program on a store, on a pty, with a screen that can be read at any time."""

    def __init__(
        self,
        store: Path,
        *,
        columns: int = 120,
        rows: int = 40,
        env: dict[str, str] | None = None,
        command: Sequence[str] = (),
    ) -> None:
        usual = [sys.executable, "-m", "salesops_tui", "--store", str(store)]
        super().__init__(command or usual, columns=columns, rows=rows, env=env)
        self._emulator = Emulator(columns, rows)
        self._fed = 0

    @property
    def screen(self) -> str:
        """What stands on the screen now."""
        for chunk in self.chunks[self._fed :]:
            self._emulator.feed(chunk.data)
        self._fed = len(self.chunks)
        return self._emulator.text

    def see(self, *texts: str, gone: str = "") -> str:
        """Wait until all of these stand on the screen at once (and `gone` does not), and return it."""
        end = self.now + LONGEST
        while not (all(text in self.screen for text in texts) and (not gone or gone not in self.screen)):
            assert self.now < end, f"{texts} did not come (gone: {gone!r}):\n{self.screen}"
            assert self.running, f"the program has ended:\n{self.screen}"
            self.wait_any(0.2)
        self.wait_quiet()
        return self.screen

    def type(self, *keys: str) -> None:
        """Press keys, one after the other, as fast as a terminal takes them."""
        for key in keys:
            self.press(key)

    def ask_to_end(self) -> None:
        """End the program as a box that shuts down would."""
        os.kill(self._process.pid, signal.SIGTERM)

    def fall_silent(self) -> None:
        """Stop reading and answering, as a laptop that is closed does."""
        os.killpg(self._process.pid, signal.SIGSTOP)

    def wait_until(self, done: Callable[[], bool]) -> None:
        """Wait until something has come about elsewhere."""
        end = self.now + LONGEST
        while not done():
            assert self.now < end, f"it did not come about:\n{self.screen}"
            self.wait(0.1)

    def kill(self) -> None:
        """End the program as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(5)
