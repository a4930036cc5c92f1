"""The file beside a store in which writers queue and sessions say that they live.

In a folder that a group shares, any member can put something else under its name. Only a plain file with one name is
taken: a link would let them choose a file of ours that is cut and given to the group, and a pipe would wait for ever.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_NO_FILE = (errno.ELOOP, errno.EISDIR, errno.ENXIO)


class NoLockFileError(OSError):
    """What stands in the place of the lock is no file of ours; nothing was done to it, or to what it leads to."""


def lock_file_of(store: Path) -> Path:
    """Return where the lock of a store lies; by whatever name the store was opened, there is one."""
    real = store.resolve()
    return real.with_name(real.name + "-lock")


def opened_lock(path: Path, flags: int) -> int:
    """Open a lock file, made if `flags` say so, and return the handle.

    Raises:
        NoLockFileError: a link, a folder, a pipe, a device or a socket stands there, or a file with another name too.
        OSError: it cannot be opened.
    """
    try:
        handle = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o660)
    except OSError as error:
        if error.errno in _NO_FILE:
            raise NoLockFileError(error.errno, os.strerror(error.errno), str(path)) from None
        raise
    found = os.fstat(handle)
    if stat.S_ISREG(found.st_mode) and found.st_nlink < 2:
        return handle
    os.close(handle)
    raise NoLockFileError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
