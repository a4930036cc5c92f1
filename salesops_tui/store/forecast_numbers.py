"""Submitted numbers: what somebody says a period will bring, with the judgments that it was built from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment


class Judgment(NamedTuple):
    """A named deal that a number counts although it is not in Commit (`puts_in`), or leaves out although it is.

    Attributes:
        amount: minor units, as the deal stood when it was judged.
    """

    deal: int
    puts_in: bool
    amount: int
    reason: str


class SubmittedNumber(NamedTuple):
    """What somebody said that a scope will bring in, in minor units; the newest of a period counts.

    Attributes:
        person: whose scope it is about; an ops lead's is everybody.
        by: who submitted it.
        closed, committed: Closed and Commit of the scope at that moment.
    """

    id: int
    person: int
    by: int | None
    period: str
    amount: int
    closed: int
    committed: int
    note: str
    submitted_at: Moment
    judgments: tuple[Judgment, ...]

    @property
    def judged(self) -> int:
        """What the judgments add, minor units."""
        return sum(j.amount if j.puts_in else -j.amount for j in self.judgments)

    @property
    def landing(self) -> int:
        """Closed plus Commit at that moment."""
        return self.closed + self.committed

    @property
    def unexplained(self) -> int:
        """What stands in the number beside Closed, Commit and the named deals."""
        return self.amount - self.landing - self.judged


def add_number(conn: sqlite3.Connection, number: SubmittedNumber, change: int) -> int:
    """Write a number with its judgments and return the store's number of it."""
    cursor = conn.execute(
        "INSERT INTO forecast_number (person, period, amount, closed, committed, note, submitted_at, change)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number.person,
            number.period,
            number.amount,
            number.closed,
            number.committed,
            number.note,
            number.submitted_at,
            change,
        ),
    )
    added = cursor.lastrowid or 0
    conn.executemany(
        "INSERT INTO judgment (number, deal, puts_in, amount, reason) VALUES (?, ?, ?, ?, ?)",
        [(added, j.deal, int(j.puts_in), j.amount, j.reason) for j in number.judgments],
    )
    return added


def numbers_of(conn: sqlite3.Connection, people: Collection[int], period: str, until: Moment) -> list[SubmittedNumber]:
    """Return the numbers about these people's scopes for a period, submitted by a moment, the newest first."""
    sql = """
        SELECT n.id, n.person, c.actor, n.period, n.amount, n.closed, n.committed, n.note, n.submitted_at
        FROM forecast_number n JOIN change c ON c.id = n.change
        WHERE n.period = ? AND n.submitted_at <= ? AND n.person IN (SELECT value FROM json_each(?))
            AND n.change NOT IN (SELECT change FROM withdrawal)
        ORDER BY n.submitted_at DESC, n.id DESC
    """
    rows = conn.execute(sql, (period, until, json.dumps(sorted(people)))).fetchall()
    judgments = _judgments(conn, [row[0] for row in rows])
    return [SubmittedNumber(*[*row, tuple(judgments.get(row[0], ()))]) for row in rows]


def _judgments(conn: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, list[Judgment]]:
    sql = """
        SELECT number, deal, puts_in, amount, reason FROM judgment
        WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number, puts_in DESC, amount DESC, deal
    """
    found: dict[int, list[Judgment]] = {}
    for number, deal, puts_in, amount, reason in conn.execute(sql, (json.dumps(list(numbers)),)):
        found.setdefault(number, []).append(Judgment(deal, bool(puts_in), amount, reason))
    return found
