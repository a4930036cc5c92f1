"""The three streams that a process begins with: there, and said so where they cannot be written."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress

CANNOT = "standard output cannot be written"

_closed: set[int] = set()


def fill_closed() -> None:
    """Put something harmless in the place of a closed stream: else the store would be opened there, and printed on."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
            _closed.add(number)
    if _closed:
        sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def flushed() -> str:
    """Bring what was printed to where it goes; return why that was not possible, or ""."""
    if 1 in _closed:
        return f"{CANNOT}: it is closed"
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        give_up()
    except OSError as error:
        give_up()
        return f"{CANNOT}: {error.strerror}"
    return ""


def give_up() -> None:
    """Print no more: what is still held back would fail again when the process ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def in_words(error: OSError) -> str:
    """Return an error of the operating system as one line: what, and why; "" where a reader has gone."""
    if isinstance(error, BrokenPipeError):
        give_up()
        return ""
    if error.filename is None and error.errno in (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG, errno.EDQUOT):
        give_up()
        return f"{CANNOT}: {error.strerror}"
    where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, (str, bytes)) and error.filename else ""
    return f"{where}{error.strerror or error}"


def say(line: str) -> None:
    """Print a line on standard error, if that is possible."""
    with suppress(OSError, ValueError, AttributeError):
        print(line, file=sys.stderr, flush=True)
