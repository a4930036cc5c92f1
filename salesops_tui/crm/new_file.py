"""A file that leaves the program: whole or not at all, over nobody's work, and readable by its owner alone."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Collection
from pathlib import Path

from salesops_tui import wall
from salesops_tui.errors import Refused, StoreProblem


def write_new(path: Path, content: bytes, *, overwrite: bool = False, never: Collection[Path] = ()) -> None:
    """Write a file under a name that is free, or, with `overwrite`, over a plain file of one's own.

    Args:
        path: where; its folder has to be there.
        content: what.
        overwrite: an older file gives way.
        never: files that are not written over in any case.

    Raises:
        Refused: something stands there that must not go.
        StoreProblem: the file cannot be written.
    """
    try:
        wall.refuse_file(path)
        _refuse(path, overwrite=overwrite, never=never)
        _put(path, content, overwrite=overwrite)
    except FileExistsError:
        raise _exists(path) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise StoreProblem(f"{path} cannot be written: {why}") from None


def _refuse(path: Path, *, overwrite: bool, never: Collection[Path]) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISLNK(found.st_mode):
        raise Refused(f"{path} is a symbolic link; name the file itself, or another one")
    if not stat.S_ISREG(found.st_mode):
        raise Refused(f"{path} is no ordinary file; without --out the export goes to standard output")
    if any(other.exists() and other.samefile(path) for other in never):
        raise Refused(f"{path} is the store itself, or belongs to it; name another file")
    if not overwrite:
        raise _exists(path)
    if found.st_uid != os.geteuid():
        raise Refused(f"{path} belongs to somebody else; name another file")


def _exists(path: Path) -> Refused:
    return Refused(f"{path} exists already, and nothing was written; name another file, or add --overwrite")


def _put(path: Path, content: bytes, *, overwrite: bool) -> None:
    handle, name = tempfile.mkstemp(prefix=".salesops-", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not overwrite:
            # Fails where the name was taken in the meantime; a rename alone would go over it.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
