"""Whose turn it is to write: one process after another, in the order in which they came.

SQLite's own waiting is by back-off, and a lock that all wait for goes to whoever happens to run when it is let go;
under load either lets somebody wait many times as long as the others. So each writer draws a number and waits for the
one before. The numbers are bytes of the lock file, each held by its writer's open file: the system gives them
back when a process dies, however it dies. Nothing is stored in the file but its length, which needs no room on a disk.
"""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import NoReturn

from salesops_tui.errors import StoreProblem
from salesops_tui.store.lock_file import NoLockFileError, byte_lock, lock_file_of, opened_lock

PATIENCE = 15.0
"""Seconds that a turn is waited for: longer than any decision takes, and a screen that stands still is not dead yet."""
SHORT_PATIENCE = 2.0
"""The same for what can go without, such as a draft that is written again a little later."""

_NUMBERS = 4096
"""As many can wait at once; then the numbers begin again."""
_DRAWING = 2**32
"""The byte that is held while a number is drawn, above all numbers."""
# Locks of the open file, not of the process: two stores in one process wait for each other as well. Not everywhere.
_WAIT_FOR_BYTE = getattr(fcntl, "F_OFD_SETLKW", None)
_TRY_BYTE = getattr(fcntl, "F_OFD_SETLK", None)
_BETWEEN_TRIES = 0.005


class Turns:
    """The queue of a store's writers, as one of them sees it."""

    def __init__(self, store: Path) -> None:
        """Queue before the store at this path; by whatever name it was opened, there is one queue."""
        self._store = store
        self._path = lock_file_of(store)

    @contextmanager
    def turn(self, *, hurried: bool = False) -> Iterator[None]:
        """Wait until nobody who came earlier writes, and keep others waiting.

        Args:
            hurried: wait for `SHORT_PATIENCE` only.

        Raises:
            StoreProblem: somebody has written for longer than our patience lasts.
        """
        # Ctrl+Z waits for the end of the turn: who is stopped in it, or in the line, would stop everybody behind.
        # So would who draws a progress in the background of a terminal that stops for that.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTSTP, signal.SIGTTOU, signal.SIGTTIN))
        try:
            handle = self._taken(SHORT_PATIENCE if hurried else PATIENCE)
            try:
                yield
            finally:
                os.close(handle)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    def _taken(self, seconds: float) -> int:
        """Wait, and return the open file that holds the turn."""
        handle = self._opened()
        try:
            _share_like(handle, self._store)
            with _patience(self._store, seconds) as wait:
                # Order is a courtesy. Where it cannot be had, writers still exclude each other.
                with suppress(OSError):
                    _wait_in_line(handle, wait)
                wait(lambda at_once: fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if at_once else 0)))
        except BaseException:
            os.close(handle)
            raise
        return handle

    def _opened(self) -> int:
        try:
            return opened_lock(self._path, os.O_RDWR | os.O_CREAT)
        except PermissionError as error:
            said = "no permission; ask for it, or remove the file where you may: it is made anew"
            raise StoreProblem(f"{self._path}: {said}") from error
        except NoLockFileError:
            said = "is no plain file, so nobody can queue to write; remove it: it is made anew, nothing was written"
            raise StoreProblem(f"{self._path} {said}") from None


Ask = Callable[[bool], object]
"""Takes a lock: waits for it, or with True fails at once where somebody else has it."""
Wait = Callable[[Ask], object]


def _wait_in_line(handle: int, wait: Wait) -> None:
    if _WAIT_FOR_BYTE is None:
        return
    _hold(handle, _DRAWING, wait)
    number = os.fstat(handle).st_size % _NUMBERS
    _hold(handle, number, wait)
    os.ftruncate(handle, (number + 1) % _NUMBERS)
    _ask(handle, _TRY_BYTE, fcntl.F_UNLCK, _DRAWING)
    _hold(handle, (number - 1) % _NUMBERS, wait)


@contextmanager
def _patience(store: Path, seconds: float) -> Iterator[Wait]:
    """Give what waits for a lock, for so many seconds in all.

    The system's own waiting is broken off by a signal, which only the main thread hears; others ask again and again.
    """

    def enough(*_: object) -> NoReturn:
        raise StoreProblem(f"{store}: somebody else has been writing for too long; try again, nothing was written")

    try:
        before = signal.signal(signal.SIGALRM, enough)
    except ValueError:
        end = monotonic() + seconds
        yield lambda ask: _asked_until(end, ask, enough)
        return
    try:
        # Whoever started us may have blocked it; the end of the turn puts the mask back as it was.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGALRM,))
        signal.setitimer(signal.ITIMER_REAL, seconds)
        yield lambda ask: ask(False)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _asked_until(end: float, ask: Ask, enough: Callable[[], NoReturn]) -> None:
    while True:
        try:
            ask(True)
        except BlockingIOError:
            if monotonic() > end:
                enough()
            sleep(_BETWEEN_TRIES)
        else:
            return


def _hold(handle: int, byte: int, wait: Wait) -> None:
    """Wait until nobody else holds a byte, and hold it until the handle is closed."""
    wait(lambda at_once: _ask(handle, _TRY_BYTE if at_once else _WAIT_FOR_BYTE, fcntl.F_WRLCK, byte))


def _ask(handle: int, how: int | None, kind: int, byte: int) -> None:
    assert how is not None
    fcntl.fcntl(handle, how, byte_lock(kind, byte))


def _share_like(handle: int, store: Path) -> None:
    """Let whoever may write the store take its lock, whatever the umask of whoever made the lock."""
    lock, found = os.fstat(handle), store.stat()
    if lock.st_uid == os.geteuid() and (lock.st_mode & 0o666, lock.st_gid) != (found.st_mode & 0o666, found.st_gid):
        os.fchown(handle, -1, found.st_gid)
        os.fchmod(handle, found.st_mode & 0o666)
