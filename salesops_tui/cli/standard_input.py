"""Files that commands are given: by name, or as standard input where the name is `-`."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

NAME = "-"


@contextmanager
def on_disk(file: Path) -> Iterator[Path]:
    """Give the file's path; standard input is copied to a private file first, for what is read more than once."""
    if str(file) != NAME:
        yield file
        return
    with tempfile.NamedTemporaryFile(prefix="salesops-", suffix=".in") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
        copy.flush()
        yield Path(copy.name)


@contextmanager
def opened(file: Path) -> Iterator[TextIO]:
    """Open a file, or standard input, as UTF-8 text; bytes that are none come through as surrogates."""
    if str(file) != NAME:
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
