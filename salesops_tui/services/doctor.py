"""A look at a store, its permissions and this terminal: what is wrong, and what to do."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from salesops_tui.domain.people import Role
from salesops_tui.errors import StoreProblem
from salesops_tui.services.context import Context
from salesops_tui.services.doctor_access import Finding, permissions_of, the_wall
from salesops_tui.services.identity import login_at_work, who_is_at_work
from salesops_tui.store.connection import Store, open_store, translated
from salesops_tui.store.health import health_of
from salesops_tui.store.migrations import SCHEMA_VERSION

_NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "glusterfs"}


def examine(path: Path) -> list[Finding]:
    """Return what was found of the store at `path`, of the person running this, and of the terminal."""
    findings = _the_store(path)
    if path.exists():
        findings += permissions_of(path) + _the_file(path)
    return findings + _the_terminal()


def _the_store(path: Path) -> list[Finding]:
    try:
        store = open_store(path, read_only=True)
    except StoreProblem as problem:
        return [Finding("bad", "store", str(problem))]
    try:
        with store, translated(path):
            return _looked_at(path, store)
    except StoreProblem as problem:
        return [Finding("bad", "store", str(problem))]


def _looked_at(path: Path, store: Store) -> list[Finding]:
    with store:
        health = health_of(store.conn)
        who = who_is_at_work(store)
        login = login_at_work(store)
        strangers = Context(store, who).policy.unknown_login
        access = the_wall(store, strangers)
    good = health.integrity == "ok"
    # How much there is in all is for those who may see all of it.
    sees_all = strangers == "read" if who is None else who.role is Role.OPS
    much = f", {health.deals} deals, {health.changes} changes" if sees_all else ""
    return [
        _the_schema(path, health.schema, much),
        Finding(
            "good" if good else "bad",
            "integrity",
            health.integrity,
            "" if good else "restore a backup, and keep the damaged file",
        ),
        Finding(
            "good" if health.journal == "wal" else "bad",
            "journal",
            health.journal,
            "" if health.journal == "wal" else "open the store once from a place where its folder may be written",
        ),
        Finding("good", "you", f"{who.name} ({who.role})")
        if who
        else Finding("note", "you", f"{login} is in nobody's row", "an ops lead can import you with your login"),
        *access,
    ]


def _the_schema(path: Path, number: int, much: str) -> Finding:
    if number == SCHEMA_VERSION:
        return Finding("good", "store", f"{path}, schema {number}{much}")
    mend = f"somebody has changed it by hand: look with 'salesops verify'; 'PRAGMA user_version = {SCHEMA_VERSION}'"
    said = f"{path}, schema {SCHEMA_VERSION}, though its number (user_version) says {number}{much}"
    return Finding("bad", "store", said, f"{mend} puts it back")


def _the_file(path: Path) -> list[Finding]:
    kind = _file_system(path)
    free = shutil.disk_usage(path.parent).free
    return [
        Finding(
            "bad" if kind in _NETWORK_FILE_SYSTEMS else "good",
            "file system",
            kind or "unknown",
            "move the store to a local disk: SQLite's locks do not hold here" if kind in _NETWORK_FILE_SYSTEMS else "",
        ),
        Finding(
            "bad" if free < 50_000_000 else "good",
            "free space",
            f"{free // 1_000_000} MB",
            "make room" if free < 50_000_000 else "",
        ),
    ]


def _file_system(path: Path) -> str:
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return ""
    place = str(path.resolve())
    under = [(len(at), kind) for at, kind in mounts if place.startswith(at.rstrip("/") + "/") or at == "/"]
    return max(under)[1] if under else ""


def _the_terminal() -> list[Finding]:
    if not sys.stdout.isatty():
        return [Finding("note", "terminal", "standard output is not a terminal")]
    size = shutil.get_terminal_size()
    small = size.columns < 80 or size.lines < 24
    encoding = (sys.stdout.encoding or "").lower()
    return [
        Finding(
            "note" if small else "good",
            "size",
            f"{size.columns}x{size.lines}",
            "80x24 shows every column that matters" if small else "",
        ),
        Finding(
            "good", "type", f"{os.environ.get('TERM', 'unset')}, {os.environ.get('COLORTERM', '16 or 256 colours')}"
        ),
        Finding(
            "good" if encoding == "utf-8" else "note",
            "encoding",
            encoding or "unknown",
            "" if encoding == "utf-8" else "symbols are shown in ASCII; set LANG to a UTF-8 locale for the others",
        ),
    ]
