"""A folder for what needs a name for a moment, such as a store that is copied: nobody else can look into it."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from salesops_tui import wall

_PREFIX = "salesops-"


@contextmanager
def private_folder() -> Iterator[Path]:
    """Give an empty folder, which is gone afterwards; first clear what processes that were killed left of theirs."""
    with suppress(OSError):
        _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-") as folder:
        yield Path(folder)


def _sweep(temporary: Path) -> None:
    for name in os.listdir(temporary):  # noqa: PTH208 - names only: others' files are none of ours
        number = name.removeprefix(_PREFIX).partition("-")[0]
        if name.startswith(f"{_PREFIX}{number}-") and number.isdecimal() and _is_dead(int(number)):
            left = temporary / name
            found = left.lstat()
            if found.st_uid == os.geteuid() and stat.S_ISDIR(found.st_mode):
                with wall.lent(str(left)):
                    shutil.rmtree(left, ignore_errors=True)


def _is_dead(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        pass
    return False
