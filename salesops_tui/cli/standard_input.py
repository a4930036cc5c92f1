"""Files that commands are given: by name, or as standard input where the name is `-`."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO

from salesops_tui import wall
from salesops_tui.errors import BadInput

NAME = "-"


MOST_MEGABYTES = 1024
"""Of standard input that is read more than once: some six million deals. What never ends would fill the disk."""
_CHUNK = 1 << 20
_NAMES_OF_OPEN_FILES = Path("/proc/self/fd")
"""Linux's: to open one of these is to open the file anew. Elsewhere such names share one place in the file."""


@contextmanager
def on_disk(file: Path, allowed: Callable[[], object] | None = None, most: int | None = None) -> Iterator[Path]:
    """Give the file's path; standard input is copied to a private file first, for what is read more than once.

    Args:
        file: its name, or `-`.
        allowed: asked before anything is copied: who may not bring a file in fills no disk either.
        most: megabytes of standard input that are taken; `MOST_MEGABYTES` by default.

    Raises:
        PermissionError: behind the wall of a shared box a file is named; not even whether it is there is said.
        BadInput: standard input holds more than that.
    """
    if str(file) != NAME:
        wall.refuse_file(file)
        yield file
        return
    if allowed is not None:
        allowed()
    most = MOST_MEGABYTES if most is None else most
    with _copy() as (copy, path):
        while chunk := sys.stdin.buffer.read(_CHUNK):
            if copy.tell() + len(chunk) > most * _CHUNK:
                raise BadInput(f"standard input holds more than {most:,} MB; bring it in parts")
            copy.write(chunk)
        copy.flush()
        yield path


@contextmanager
def _copy() -> Iterator[tuple[IO[bytes], Path]]:
    """Give a private file, and where it can be opened again.

    It has no name in any folder, so that nothing of it is left behind by a process that is killed. Where the system
    has no names for what is open, it has one until it is closed.
    """
    if not _NAMES_OF_OPEN_FILES.is_dir():
        with tempfile.NamedTemporaryFile(prefix="salesops-", suffix=".in") as copy:
            yield copy, Path(copy.name)
        return
    with (
        tempfile.TemporaryFile(prefix="salesops-", suffix=".in") as nameless,
        wall.lent(f"{_NAMES_OF_OPEN_FILES}/{nameless.fileno()}") as name,
    ):
        yield nameless, Path(name)


@contextmanager
def opened(file: Path) -> Iterator[TextIO]:
    """Open a file, or standard input, as UTF-8 text; bytes that are none come through as surrogates."""
    if str(file) != NAME:
        wall.refuse_file(file)
        with file.open(encoding="utf-8-sig", errors="surrogateescape") as text:
            yield text
        return
    text = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="surrogateescape")
    try:
        yield text
    finally:
        text.detach()


def called(file: Path) -> str:
    """Return what a file is called in messages."""
    return "standard input" if str(file) == NAME else str(file)
