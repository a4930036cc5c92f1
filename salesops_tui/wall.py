"""The wall of a shared box: what the program may touch where it runs as a service account for somebody else.

There the store belongs to an account of its own, and people reach it through one rule of sudo. The program then
holds rights that its caller lacks, so it opens nothing for them: no file but the store, no program, no connection.
What is imported or exported passes through standard input and output, which the caller's own shell has opened.

The set-up itself decides: run through sudo (`SUDO_UID` names the caller), as neither root nor the caller. Nothing
that a caller can set lifts the wall; who sets `SUDO_UID` without sudo only builds one around themselves.
"""

# ruff: noqa: PTH100, PTH115, PTH117, PTH118, PTH120 - the names of files as they were given: a link is not followed before it was looked at
from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

_KEPT = frozenset({"TERM", "COLORTERM", "LANG", "NO_COLOR", "SALESOPS_ASCII", "SUDO_UID"})
_PATH = "/usr/bin:/bin"
_READABLE = ("/usr/share/zoneinfo/", "/usr/lib/locale/", "/usr/lib/ssl/")
_READABLE_FILES = frozenset({"/proc/mounts", "/dev/null", "/dev/tty", "/dev/urandom", "/etc/localtime"})
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 - only what this process makes there, and nobody else's
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FRESH = os.O_CREAT | os.O_EXCL
_NO_FILES = "no file is opened here for you: pass it as standard input, '-' and '< FILE', or take '> FILE'"
_NO_PROGRAMS = "no other program is started here"


def caller() -> int | None:
    """Return the number of the user who came through sudo; None where nobody did."""
    named = os.environ.get("SUDO_UID", "")
    return int(named) if named.isascii() and named.isdecimal() and len(named) < 11 else None


def stands() -> bool:
    """Say whether this process is behind the wall: run through sudo, as an account that is neither root nor theirs."""
    through, account = caller(), os.geteuid()
    return through not in (None, 0, account) and account != 0


class _Guard:
    """Looks at what the interpreter is about to do, and refuses what reaches past the wall."""

    def __init__(self) -> None:
        self.store = ""
        self._made: set[str] = set()
        homes = {sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(os.__file__), *sys.path}
        places = {os.path.realpath(home) for home in homes if home} | {home for home in homes if home}
        self._program = tuple(f"{place.rstrip('/')}/" for place in sorted(places) if place.rstrip("/"))

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        look = _WATCHED.get(event)
        if look is not None:
            look(self, *arguments)

    def opened(self, path: Any, _mode: Any = None, flags: Any = 0) -> None:
        if isinstance(path, int):
            return  # open already: by the caller's shell, or by us
        place = _placed(path)
        flags = flags if isinstance(flags, int) else 0
        if place == os.devnull:
            return
        if place in _TEMPORARY:
            return  # a folder: what is made in it is asked for by itself, or has no name
        if flags & _FRESH == _FRESH and os.path.dirname(place) in _TEMPORARY:
            self._made.add(place)
        elif flags & _WRITING:
            if not (self._is_made(place) or (self._is_lock(place) and not flags & os.O_TRUNC)):
                _refuse(path)
        elif not (self._is_made(place) or self._is_lock(place) or self._is_readable(place)):
            _refuse(path)

    def lend(self, name: str) -> None:
        self._made.add(name)

    def take_back(self, name: str) -> None:
        self._made.discard(name)

    def listed(self, path: Any = None, *_rest: Any) -> None:
        place = _placed("." if path is None else path)
        if place in _TEMPORARY:
            return  # for what this program left there; a caller can have no folder listed
        if not (isinstance(path, int) or self._is_made(place) or f"{place}/".startswith(self._program)):
            _refuse(path)

    def made(self, path: Any, *_rest: Any) -> None:
        place = _placed(path)
        if not (self._is_made(place) or os.path.dirname(place) in _TEMPORARY):
            _refuse(path)
        self._made.add(place)

    def removed(self, path: Any, folder: Any = -1) -> None:
        if isinstance(folder, int) and folder >= 0 and not os.path.isabs(path):
            path = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), path)
        self.changed(path)

    def changed(self, *paths: Any) -> None:
        for path in paths:
            if isinstance(path, (str, bytes, os.PathLike)) and not self._is_made(_placed(path)):
                _refuse(path)

    def started(self, program: Any = None, *_rest: Any) -> None:
        if program != sys.executable:
            raise PermissionError(13, _NO_PROGRAMS, os.fspath(program) if program else "")

    def connected(self, database: Any = "", *_rest: Any) -> None:
        name = str(database)
        if name.startswith("file:"):
            from urllib.parse import unquote

            name = unquote(name[len("file:") :].partition("?")[0])
        place = _placed(name)
        if name not in ("", ":memory:") and place != self.store and not self._is_made(place):
            _refuse(name)

    def signalled(self, process: Any = 0, signal: Any = 0, *_rest: Any) -> None:
        if signal and not _is_child(process):
            raise PermissionError(1, _NO_PROGRAMS)

    def _is_made(self, place: str) -> bool:
        return place in self._made or any(place.startswith(f"{made}/") for made in self._made)

    def _is_lock(self, place: str) -> bool:
        return bool(self.store) and place == os.path.realpath(self.store) + "-lock"

    def _is_readable(self, place: str) -> bool:
        if place in _READABLE_FILES:
            return True
        real = os.path.realpath(place)
        if real.startswith("/proc/"):
            # Whether a process is alive; never /proc/self/fd, which is a way to whatever is open.
            parts = real.split("/")
            return len(parts) == 4 and parts[2].isdecimal() and parts[3] == "stat"
        return place.startswith((*self._program, *_READABLE)) and real.startswith((*self._program, *_READABLE))


def _placed(path: Any) -> str:
    return os.path.abspath(os.fsdecode(path)) if isinstance(path, (str, bytes, os.PathLike)) else ""


def _is_child(process: Any) -> bool:
    """Say whether this process has started that one, the reader of XLSX: it is ended when enough was read."""
    try:
        os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except (OSError, TypeError, ValueError, OverflowError, AttributeError):
        return False
    return True


def _refuse(path: Any) -> NoReturn:
    raise PermissionError(13, _NO_FILES, os.fsdecode(path) if isinstance(path, (str, bytes)) else "")


def _never(_guard: _Guard, *_arguments: Any) -> None:
    raise PermissionError(13, _NO_PROGRAMS)


_WATCHED: dict[str, Callable[..., None]] = {
    "open": _Guard.opened,
    "os.listdir": _Guard.listed,
    "os.scandir": _Guard.listed,
    "os.remove": _Guard.removed,
    "os.rename": _Guard.changed,
    "os.link": _Guard.changed,
    "os.symlink": _Guard.changed,
    "os.mkdir": _Guard.made,
    "os.rmdir": _Guard.removed,
    "os.chmod": _Guard.changed,
    "os.chown": _Guard.changed,
    "os.truncate": _Guard.changed,
    "os.utime": _Guard.changed,
    "os.chflags": _Guard.changed,
    "os.setxattr": _Guard.changed,
    "os.removexattr": _Guard.changed,
    "sqlite3.connect": _Guard.connected,
    "sqlite3.enable_load_extension": _never,
    "sqlite3.load_extension": _never,
    "subprocess.Popen": _Guard.started,
    "os.kill": _Guard.signalled,
    **dict.fromkeys(
        (
            "os.chdir", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "os.system",
            "os.killpg", "pty.spawn", "webbrowser.open", "socket.connect", "socket.bind",
            "socket.getaddrinfo", "socket.sendto",
            "cpython.run_command", "cpython.run_file", "cpython.run_interactivehook", "cpython.run_stdin",
        ),
        _never,
    ),
}  # fmt: skip

_guard: _Guard | None = None
_passed: list[str] = []
_came_by = "salesops-shared"
"""The command that the rule of sudo lets callers run; until sudo says it, the one of docs/deploy.md."""


def refuse_file(path: str | os.PathLike[str]) -> None:
    """Behind the wall, refuse to read or write a file that the caller has named.

    Raises:
        PermissionError: this process is behind it.
    """
    if _guard is not None:
        raise PermissionError(13, _NO_FILES, os.fspath(path))


@contextmanager
def lent(name: str) -> Iterator[str]:
    """Let the program open a file of its own by this name, for as long as it is in use; nobody else has named it."""
    if _guard is not None:
        _guard.lend(name)
    try:
        yield name
    finally:
        if _guard is not None:
            _guard.take_back(name)


def raised() -> bool:
    """Say whether this process has put itself behind the wall."""
    return _guard is not None


def way_in() -> str:
    """Return what a caller types before a command of the program: through sudo, as sudo has written it down."""
    import pwd

    try:
        account = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        account = f"#{os.geteuid()}"
    return f"sudo -u {account} {_came_by}"


def let_through() -> list[str]:
    """Return the names of variables that this process was started with and that a careful rule keeps out."""
    return list(_passed)


def raise_wall() -> None:
    """Put this process behind the wall for good.

    The environment is emptied of all but a few harmless names, the folder is the root, new files are private, a
    crash leaves no image of the memory, and from here on every file, program and connection is asked for.
    """
    global _guard, _came_by  # noqa: PLW0603 - a process has one wall, and nothing takes it down
    if _guard is not None:
        return
    _came_by = os.environ.get("SUDO_COMMAND", "").partition(" ")[0] or _came_by
    _passed.extend(sorted(name for name in os.environ if name.startswith(_WEAKENING)))
    for name in [name for name in os.environ if name not in _KEPT and not name.startswith("LC_")]:
        del os.environ[name]
    os.environ["PATH"] = _PATH
    os.environ["HOME"] = "/"
    sys.dont_write_bytecode = True
    os.chdir("/")
    os.umask(0o077)
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _guard = _Guard()
    sys.addaudithook(_guard)


_WEAKENING = (
    "PYTHON", "LD_", "SALESOPS_STORE", "TEXTUAL", "XDG_", "TMPDIR", "EDITOR", "VISUAL", "PAGER", "LESS", "MALLOC",
    "GCONV", "LOCPATH", "TERMINFO", "TMUX",
)  # fmt: skip
"""Beginnings of names that a rule with `env_reset` does not let through, whoever sets them."""


def open_to(store: str | os.PathLike[str]) -> None:
    """Let the one store through that this process is for; the first one named stays the only one."""
    if _guard is not None and not _guard.store:
        _guard.store = _placed(store)
