"""The file beside a store in which writers queue and sessions say that they live.

In a folder that a group shares, any member can put something else under its name. Only a plain file with one name is
taken: a link would let them choose a file of ours that is cut and given to the group, and a pipe would wait for ever.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from pathlib import Path

# struct flock as the system pads it: type, whence, start, length, process.
_FLOCK = struct.Struct("hhqqi4x")
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


def byte_lock(kind: int, byte: int) -> bytes:
    """Return a lock of this kind (`fcntl.F_WRLCK`, …) on one byte, as `fcntl.fcntl` passes it to the system."""
    return _FLOCK.pack(kind, os.SEEK_SET, byte, 1, 0)


def kind_of_lock(answer: bytes) -> int:
    """Return the kind of lock in what the system has answered."""
    kind: int = _FLOCK.unpack(answer[: _FLOCK.size])[0]
    return kind
