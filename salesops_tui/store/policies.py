"""The versions of the policy that a store has known."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.policy import Policy, policy_from_plain, policy_to_plain
from salesops_tui.errors import StoreProblem


class Policies:
    """Reads policy versions, each once."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        """Read from `conn`, lazily."""
        self._conn = conn
        self._known: dict[int, Policy] = {}

    def current(self) -> Policy:
        """Return the newest version."""
        return self.version(newest_version(self._conn))

    def version(self, number: int) -> Policy:
        """Return one version.

        Raises:
            StoreProblem: the store has no such version.
        """
        if number not in self._known:
            row = self._conn.execute("SELECT plain FROM policy WHERE version = ?", (number,)).fetchone()
            if row is None:
                raise StoreProblem(f"the store has no policy version {number}")
            self._known[number] = policy_from_plain(json.loads(row[0]), number)
        return self._known[number]

    def at(self, moment: Moment) -> Policy:
        """Return the version in force at a moment (the first one before it was adopted)."""
        row = self._conn.execute(
            "SELECT coalesce(max(version), 1) FROM policy WHERE adopted_at <= ?", (moment,)
        ).fetchone()
        return self.version(row[0])


def newest_version(conn: sqlite3.Connection) -> int:
    """Return the number of the policy in force; 0 for a store that has none yet."""
    return int(conn.execute("SELECT coalesce(max(version), 0) FROM policy").fetchone()[0])


def policy_source(conn: sqlite3.Connection, version: int) -> str:
    """Return the TOML text of a version, as it was adopted."""
    row = conn.execute("SELECT source FROM policy WHERE version = ?", (version,)).fetchone()
    if row is None:
        raise StoreProblem(f"the store has no policy version {version}")
    return str(row[0])


def add_policy(conn: sqlite3.Connection, policy: Policy, source: str, change: int, adopted_at: Moment) -> Policy:
    """Store a new version and return the policy with its number."""
    version = newest_version(conn) + 1
    plain = json.dumps(policy_to_plain(policy), default=str, ensure_ascii=False)
    conn.execute(
        "INSERT INTO policy (version, change, adopted_at, source, plain) VALUES (?, ?, ?, ?, ?)",
        (version, change, adopted_at, source, plain),
    )
    return replace(policy, version=version)
