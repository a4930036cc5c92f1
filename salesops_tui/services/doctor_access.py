"""Who can get at a store past the program: its files, the folders above, the rule of sudo, the program itself."""

from __future__ import annotations

import grp
import os
import pwd
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from salesops_tui import wall
from salesops_tui.services.identity import login_of
from salesops_tui.store.connection import Store
from salesops_tui.store.shared import service_account

_SIDE_FILES = ("-wal", "-shm", "-lock")
_SUDOERS = ("/etc/sudoers", "/etc/sudoers.d")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: "good", "note" or "bad", and what to do about it."""

    level: str
    what: str
    found: str
    advice: str = ""

    def plain(self) -> dict[str, str]:
        """Return it as JSON values."""
        return asdict(self)


def permissions_of(path: Path) -> list[Finding]:
    """Return who may read or change the store's files, and who may put others in their place."""
    return [*_the_name(path), *_the_files(path), *_the_folders(path)]


def _the_name(path: Path) -> Iterator[Finding]:
    if path.is_symlink():
        said = f"{path} points to {path.resolve()}"
        yield Finding("note", "name", said, "name the file itself: whoever may change the link chooses the store")
    if (links := path.stat().st_nlink) > 1:
        yield Finding("bad", "name", f"{links} hard links", "remove the other names: the queue of writers goes by name")


def _the_files(path: Path) -> Iterator[Finding]:
    real = path.resolve()
    store = real.stat()
    yield _mode("permissions", real, store)
    for suffix in _SIDE_FILES:
        beside = real.with_name(real.name + suffix)
        try:
            found = beside.lstat()
        except OSError:
            continue
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            said = f"{beside} is no plain file with one name: {_owner(found)}"
            yield Finding("bad", suffix, said, "somebody has put it there: see who, and remove it")
            continue
        shares = (found.st_mode & 0o660, found.st_gid) == (store.st_mode & 0o660, store.st_gid)
        if found.st_mode & 0o007 or (store.st_mode & 0o060 and not shares):
            yield Finding(
                "bad",
                f"permissions of {suffix}",
                f"{stat.S_IMODE(found.st_mode):04o}, {_owner(found)}",
                f"as the store's: chmod {stat.S_IMODE(store.st_mode) & 0o660:04o}, chgrp {_group(store.st_gid)}",
            )


def _mode(what: str, path: Path, found: os.stat_result) -> Finding:
    mode = stat.S_IMODE(found.st_mode)
    said = f"{mode:04o}, {_owner(found)}"
    if mode & 0o007:
        return Finding("bad", what, said, f"chmod o= {path}")
    if mode & 0o060:
        advice = "the group can go past the program and change the file itself; docs/deploy.md has a set-up with a wall"
        return Finding("note", what, said, advice)
    return Finding("good", what, said)


def _the_folders(path: Path) -> Iterator[Finding]:
    real = path.resolve()
    trusted = {0, real.stat().st_uid}
    group_shares = bool(real.stat().st_mode & 0o060)
    bad = []
    for folder in real.parents:
        found = folder.stat()
        mode, sticky = stat.S_IMODE(found.st_mode), found.st_mode & stat.S_ISVTX
        nearest = folder == real.parent
        if mode & 0o002 and (not sticky or nearest):
            bad.append(Finding("bad", "folder", f"{folder} {mode:04o}", f"chmod o-w {folder}"))
        elif mode & 0o020 and not sticky and not (nearest and group_shares):
            bad.append(Finding("bad", "folder", f"{folder} {mode:04o}, {_owner(found)}", f"chmod g-w {folder}"))
        elif found.st_uid not in trusted:
            said = f"{folder} belongs to {login_of(found.st_uid)}"
            bad.append(Finding("bad", "folder", said, "its owner can put another store there: chown it"))
        if nearest and group_shares and not mode & stat.S_ISGID:
            bad.append(
                Finding("bad", "folder", f"{folder} {mode:04o}", f"chmod g+s {folder}: new files keep the group")
            )
    yield from bad
    if not bad:
        found = real.parent.stat()
        yield Finding("good", "folder", f"{stat.S_IMODE(found.st_mode):04o}, {_owner(found)}, and those above it")


# ---------------------------------------------------------------------- the set-up with a service account


def the_wall(store: Store, unknown_login: str) -> list[Finding]:
    """Return how the wall stands: whose the store is, how one gets in, and what could go around it."""
    account = service_account(store.conn)
    if not account:
        return []
    found = [*_the_account(store, account), *_strangers(unknown_login)]
    if wall.raised():
        return [*found, *_what_came_through()]
    return [*found, *_the_rules(account)]


def _the_account(store: Store, account: str) -> Iterator[Finding]:
    real = store.path.stat()
    owner, mode = login_of(real.st_uid), stat.S_IMODE(real.st_mode)
    if owner != account:
        yield Finding("bad", "account", f"held by {account}, owned by {owner}", f"chown {account} the store")
    elif mode & 0o077:
        yield Finding("bad", "account", f"held by {account}, {mode:04o}", "chmod 0600: others go past the program")
    else:
        yield Finding("good", "account", f"{account} holds the store for those who come through sudo")
    try:
        shell = pwd.getpwnam(account).pw_shell
    except KeyError:
        yield Finding("bad", "account", f"there is no {account} on this machine", "make it, or 'salesops share'")
        return
    if not shell.endswith(("nologin", "false")):
        yield Finding("bad", "account", f"{account} may log in: {shell}", f"usermod -s /usr/sbin/nologin {account}")


def _strangers(unknown_login: str) -> Iterator[Finding]:
    if unknown_login == "read":
        said = "the policy lets logins that nobody has read everything"
        yield Finding(
            "note", "strangers", said, 'unknown_login = "refuse", or let the rule name a group of known people'
        )


def _what_came_through() -> Iterator[Finding]:
    names = wall.let_through()
    if names:
        said = ", ".join(names)
        yield Finding(
            "bad", "sudo", f"lets these through: {said}", "Defaults env_reset, and no env_keep or SETENV for them"
        )
    else:
        yield Finding("good", "sudo", "lets nothing through that could weaken the wall")
    yield from _changeable([sys.executable, wall.__file__, str(Path(os.__file__).parent), *filter(None, sys.path)])


def _changeable(places: Iterable[str]) -> Iterator[Finding]:
    """Name where somebody else than root can change the program or put another in its place: a file, or a folder above.

    Each place is looked at by its name and, where links lead elsewhere, by what it is; of each way the first is named.
    """
    ways = {way for place in map(Path, places) for way in (place.absolute(), place.resolve())}
    for path in sorted({weak for way in ways if (weak := _first_weak(way))}):
        said = f"{path} can be changed by {_owner(path.stat())} ({stat.S_IMODE(path.stat().st_mode):04o})"
        yield Finding("bad", "program", said, "it has to be root's, and go-w")


def _first_weak(way: Path) -> Path | None:
    for path in (*reversed(way.parents), way):
        try:
            found = path.stat()
        except OSError:
            return None  # nothing is there, or nothing that is reached from here
        if found.st_uid != 0 or (found.st_mode & 0o022 and not found.st_mode & stat.S_ISVTX):
            return path
    return None


def _the_rules(account: str) -> Iterator[Finding]:
    """Look at the rules of sudo, where they may be read; as anybody else than root they may not."""
    lines = list(_rules_about(account))
    if not lines:
        yield Finding(
            "note", "sudo", "its rules cannot be seen from here", "run this as root, and once through the rule"
        )
        return
    for line in lines:
        if why := _weakness(line):
            yield Finding("bad", "sudo", line, why)
        else:
            yield Finding("good", "sudo", line)
    yield from _changeable(program for line in lines for program in _programs(line))


def _programs(rule: str) -> Iterator[str]:
    """Return the programs that a line of sudoers names."""
    if not rule.startswith("Defaults"):
        for command in rule.rpartition(")")[2].rpartition(":")[2].split(","):
            if command.strip().startswith("/"):
                yield command.split()[0]


def _rules_about(account: str) -> Iterator[str]:
    for place in map(Path, _SUDOERS):
        try:
            files = sorted(place.iterdir()) if place.is_dir() else [place]
            for file in files:
                for line in file.read_text(errors="replace").replace("\\\n", " ").splitlines():
                    rule = line.partition("#")[0].strip()
                    if rule and (f"({account}" in rule or "!env_reset" in rule or "setenv" in rule.split()):
                        yield rule
        except OSError:
            continue


def _weakness(rule: str) -> str:
    """Return what is wrong with a line of sudoers that lets people become the account; "" for nothing that is seen."""
    if "!env_reset" in rule:
        return "env_reset off lets every variable of the caller in"
    if rule.startswith("Defaults"):
        return "setenv lets the caller pass any variable" if "setenv" in rule.split() else ""
    command = rule.rpartition(")")[2]
    tags = [part.strip() for part in command.split(":")]
    if "SETENV" in tags:
        return "SETENV lets the caller pass any variable: take it away"
    program = tags[-1].strip()
    if program.startswith("ALL") or ", ALL" in program:
        return "lets the caller run anything as the account: name the one wrapper"
    name = program.split()[0].rpartition("/")[2] if program else ""
    if name.startswith("python") or name == "salesops":
        return "lets the caller choose options: name a wrapper that sets 'python -I' and --store"
    return ""


def _owner(found: os.stat_result) -> str:
    return f"{login_of(found.st_uid)}:{_group(found.st_gid)}"


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
