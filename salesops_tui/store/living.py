"""Whether a session is still there: exactly, and without writing anything.

A session holds a lock on one byte of the file beside the store, in which writers queue as well. The system lets it go
with the process, however that ends, and tells whoever asks. It is one of the locks that belong to an open file
(Linux), so that what else this process opens and closes does not touch it; nobody waits for it.
"""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path

from salesops_tui.store.lock_file import byte_lock, kind_of_lock, lock_file_of, opened_lock

_FAR = 1 << 40
"""Where the bytes of sessions begin, far from those that writers take."""
_HOLD = getattr(fcntl, "F_OFD_SETLK", 0) if sys.platform == "linux" else 0
_ASK = getattr(fcntl, "F_OFD_GETLK", 0) if sys.platform == "linux" else 0


class Living:
    """The sessions that hold their byte beside one store: those of this connection, and what is asked of others."""

    def __init__(self, store: Path) -> None:
        """Look beside the store at this path; the file is opened when it is first needed, for reading only."""
        self._store = store
        self._file: Path | None = None
        self._handle = -1
        self._mine: set[str] = set()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """End the sessions of this connection for all who ask; safe to call twice."""
        self._mine.clear()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def hold(self, session: str) -> None:
        """Let others see that a session is there, until `close` or until the process ends.

        Where the system knows no such locks nothing is done, and nobody who asks is told anything.
        """
        try:
            self._look()
            self._take(session)
        except OSError:
            return
        self._mine.add(session)

    def holds(self, session: str) -> bool | None:
        """Say whether a session is there; None where the system does not tell."""
        if not _ASK:
            return None
        try:
            self._look()
            if session in self._mine:
                return True
            if self._handle < 0:
                return False  # nobody has ever written to this store
            found = fcntl.fcntl(self._handle, _ASK, byte_lock(fcntl.F_WRLCK, _byte_of(session)))
        except OSError:
            return None
        return kind_of_lock(found) != fcntl.F_UNLCK

    def _take(self, session: str) -> None:
        if not _HOLD or self._handle < 0:
            raise OSError
        # A lock for reading: it needs no right to write, and two sessions of one number do not shut each other out.
        fcntl.fcntl(self._handle, _HOLD, byte_lock(fcntl.F_RDLCK, _byte_of(session)))

    def _look(self) -> None:
        """Open the file; again where another one lies in its place, and hold there what was held."""
        if self._file is None:
            self._file = lock_file_of(self._store)
        try:
            there = self._file.lstat()
        except FileNotFoundError:
            return  # what is open, if anything, is what all others have
        if self._handle >= 0:
            here = os.fstat(self._handle)
            if (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino):
                return
            os.close(self._handle)
            self._handle = -1
        self._handle = opened_lock(self._file, os.O_RDONLY)
        for session in self._mine:
            self._take(session)


def _byte_of(session: str) -> int:
    from zlib import crc32

    return _FAR + crc32(session.encode("utf-8", "surrogatepass"))
