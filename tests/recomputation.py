"""Movement computed a second time, from the raw rows, by somebody who has not read the product.

Nothing of `salesops_tui` is imported here, and nothing derived is read: only claims, answers, reporting lines and
withdrawals. It is slow and says what the rules say, one after the other; where it and the product disagree, one of
them is wrong.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

OMITTED, PIPELINE, BEST_CASE, COMMIT, CLOSED = range(5)
OPEN, WON, LOST, REMOVED = range(4)

RawClaim = tuple[int, int, int, int, int]
"""Owner, the rep's category, amount, close day, status."""

Event = tuple[int, int, int, RawClaim | bool]
"""Moment, change, number within the change, and a claim or whether an inspection passed."""


@dataclass(frozen=True)
class Fact:
    """What a deal was after an event. `held` says that a failed inspection stands; `restored` that a pass does."""

    owner: int
    rep: int
    amount: int
    close: int
    status: int
    held: bool
    restored: bool

    @property
    def commit(self) -> bool:
        if self.status != OPEN:
            return False
        return self.restored or (self.rep == COMMIT and not self.held)


@dataclass(frozen=True)
class Look:
    """A deal at one moment, as a scope and period see it."""

    fact: Fact | None
    mine: bool
    inside: bool

    @property
    def amount(self) -> int:
        return self.fact.amount if self.fact else 0

    @property
    def counted(self) -> int:
        return self.amount if self.inside else 0


@dataclass
class Result:
    """A movement: both ends, the parts of deals in lines, and who left and came back."""

    start: int = 0
    end: int = 0
    parts: set[tuple[str, str, int]] = field(default_factory=set)
    churned: set[str] = field(default_factory=set)

    @property
    def lines(self) -> dict[str, tuple[int, int]]:
        sums: dict[str, tuple[int, int]] = {}
        for _, cause, amount in self.parts:
            total, deals = sums.get(cause, (0, 0))
            sums[cause] = (total + amount, deals + 1)
        return sums


class Recomputation:
    """The raw rows of a store, read once."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        withdrawn = {change for (change,) in conn.execute("SELECT change FROM withdrawal")}
        events: dict[int, list[Event]] = defaultdict(list)
        for deal, at, change, number, *claim in conn.execute(
            "SELECT deal, valid_from, change, id, owner, rep_category, amount, close_day, status FROM claim"
        ):
            if change not in withdrawn:
                owner, rep, amount, close, status = claim
                events[deal].append((at, change, number, (owner, rep, amount, close, status)))
        for deal, at, change, passed in self._verdicts(conn, withdrawn):
            events[deal].append((at, change, 1 << 60, passed))
        keys = dict(conn.execute("SELECT id, key FROM deal").fetchall())
        self.people = dict(conn.execute("SELECT key, id FROM person").fetchall())
        self.lines = conn.execute("SELECT person, manager, valid_from, valid_to FROM reporting_line").fetchall()
        self.deals = {keys[deal]: list(_timeline(sorted(happened))) for deal, happened in events.items()}
        self.deals = {key: facts for key, facts in self.deals.items() if facts}
        self._windows: dict[tuple[int, int, int, int], tuple[list[str], dict[int, int]]] = {}
        self._above: dict[tuple[int, int], frozenset[int]] = {}

    def moments(self) -> list[int]:
        """Every moment at which anything changed."""
        found = {at for facts in self.deals.values() for at, _ in facts}
        return sorted(found | {at for line in self.lines for at in line[2:]})

    def movement(self, scope: str | None, first_day: int, last_day: int, start: int, end: int) -> Result:
        """Compute one movement: of a person's key (None for everybody), for a period's days, between two moments."""
        result = Result()
        edges = {at for line in self.lines for at in line[2:] if start < at <= end} if scope else set()
        days = range(first_day, last_day + 1)
        changed, unchanged = self._changed(days, start, end)
        if not edges:
            standing = sum(amount for owner, amount in unchanged.items() if self._below(owner, scope, start))
            result.start, result.end = standing, standing
        for key in self.deals if edges else changed:
            facts = self.deals[key]
            moments = [start, *sorted({at for at, _ in facts if start < at <= end} | edges)]
            seen = [self._look(facts, at, scope, days) for at in moments]
            result.start += seen[0].counted
            result.end += seen[-1].counted
            gone = [i for i in range(1, len(seen)) if seen[i - 1].inside and not seen[i].inside]
            come = [i for i in range(1, len(seen)) if seen[i].inside and not seen[i - 1].inside]
            if (seen[0].inside or seen[-1].inside) and gone and come and gone[0] < come[-1]:
                result.churned.add(key)
            result.parts |= {(key, cause, amount) for cause, amount in _parts(seen, gone, come, days)}
        return result

    def _changed(self, days: range, start: int, end: int) -> tuple[list[str], dict[int, int]]:
        """Return the deals to which something happened in a window, and the others' Commit by owner."""
        asked = (days.start, days.stop, start, end)
        if asked not in self._windows:
            changed: list[str] = []
            unchanged: dict[int, int] = defaultdict(int)
            for key, facts in self.deals.items():
                fact = fact_at(facts, start)
                if fact is not fact_at(facts, end):
                    changed.append(key)
                elif fact is not None and fact.commit and fact.close in days:
                    unchanged[fact.owner] += fact.amount
            self._windows = {asked: (changed, unchanged)}
        return self._windows[asked]

    def _look(self, facts: list[tuple[int, Fact]], at: int, scope: str | None, days: range) -> Look:
        fact = fact_at(facts, at)
        if fact is None:
            return Look(None, False, False)
        mine = self._below(fact.owner, scope, at)
        return Look(fact, mine, mine and fact.commit and fact.close in days)

    def _below(self, owner: int, scope: str | None, at: int) -> bool:
        return scope is None or self.people[scope] in self._chain(owner, at)

    def _chain(self, owner: int, at: int) -> frozenset[int]:
        """The owner and everybody above at a moment."""
        if (owner, at) not in self._above:
            chain, waiting = {owner}, [owner]
            while waiting:
                person = waiting.pop()
                for who, manager, since, until in self.lines:
                    if who == person and since <= at < until and manager is not None and manager not in chain:
                        chain.add(manager)
                        waiting.append(manager)
            self._above[owner, at] = frozenset(chain)
        return self._above[owner, at]

    @staticmethod
    def _verdicts(conn: sqlite3.Connection, withdrawn: set[int]) -> Iterator[tuple[int, int, int, bool]]:
        """Yield deal, moment, change and verdict of every inspection that has come to one."""
        asked = {
            v: [q["key"] for q in json.loads(p)["questions"]]
            for v, p in conn.execute("SELECT version, plain FROM policy")
        }
        standing: dict[int, dict[str, tuple[int, int, str]]] = defaultdict(dict)
        for inspection, question, change, given, value in conn.execute(
            "SELECT inspection, question, change, given_at, value FROM answer ORDER BY version"
        ):
            if change not in withdrawn:
                standing[inspection][question] = (given, change, value)
        for inspection, deal, policy in conn.execute("SELECT id, deal, policy FROM inspection"):
            answers = [standing[inspection].get(question) for question in asked[policy]]
            given = [answer for answer in answers if answer]
            failing = [(at, change) for at, change, value in given if value != "yes"]
            if failing:
                yield deal, *min(failing), False
            elif len(given) == len(answers):
                at, change, _ = max(given)
                yield deal, at, change, True


def _parts(seen: list[Look], gone: list[int], come: list[int], days: range) -> Iterator[tuple[str, int]]:
    """Yield the lines in which a deal stands, with its amount in each."""
    was, now = seen[0], seen[-1]
    change = ("increased" if now.amount > was.amount else "decreased", now.amount - was.amount)
    if was.inside and now.inside:
        if now.amount != was.amount:
            yield change
    elif now.inside:
        yield "new" if was.fact is None else _came(seen[come[-1] - 1], days), now.amount
    elif was.inside:
        cause = _left(seen[gone[-1]], now, days)
        if cause == "won" and now.amount != was.amount:
            yield change
        yield cause, -(now.amount if cause == "won" else was.amount)


def _left(after: Look, now: Look, days: range) -> str:
    """Say why a deal is out: by the change that took it out; a win that did not last, by what it is now."""
    assert after.fact is not None
    assert now.fact is not None
    if after.fact.status != WON or not after.mine:
        return _went(after.fact, after.mine, days)
    if now.fact.status == WON and now.fact.close in days:
        return "won"
    return _went(now.fact, now.mine, days)


def _came(before: Look, days: range) -> str:
    fact = before.fact
    assert fact is not None
    if not before.mine:
        return "transferred_in"
    if fact.status == REMOVED:
        return "returned"
    if fact.status in (WON, LOST):
        return "reopened"
    if fact.close not in days:
        return "pulled_in" if fact.close >= days.stop else "rolled_in"
    return "passed_inspection" if fact.held else "upgraded"


def _went(after: Fact, mine: bool, days: range) -> str:
    if after.status == REMOVED:
        return "removed"
    if not mine:
        return "transferred_out"
    if after.status == LOST:
        return "lost"
    if after.close not in days:
        return "pushed_out" if after.close >= days.stop else "pulled_out"
    if after.status == WON:
        return "won"
    return "failed_inspection" if after.held else "downgraded"


def fact_at(facts: list[tuple[int, Fact]], at: int) -> Fact | None:
    """Return what a deal was at a moment; None before its first claim."""
    index = bisect_right(facts, at, key=lambda pair: pair[0])
    return facts[index - 1][1] if index else None


def _timeline(events: list[Event]) -> Iterator[tuple[int, Fact]]:
    """Yield what a deal was after each moment at which something happened to it."""
    claim: RawClaim | None = None
    mark, let_go = "", False
    for i, (at, _, _, what) in enumerate(events):
        if isinstance(what, bool):
            if claim is not None and claim[4] == OPEN:
                mark, let_go = _after_verdict(mark, let_go, claim[1], passed=what)
        else:
            if claim is not None:
                mark, let_go = _after_claim(mark, let_go, claim, what)
            claim = what
        if claim is not None and (i + 1 == len(events) or events[i + 1][0] != at):
            yield at, Fact(*claim, mark in ("failed", "capped"), mark == "restored")


def _after_claim(mark: str, let_go: bool, old: RawClaim, new: RawClaim) -> tuple[str, bool]:
    """What becomes of a verdict's mark: "", "failed" (was not in Commit), "capped" (was), or "restored".

    `let_go` says that the rep has put a capped deal below Best Case, so that its former claim is not restored.
    """
    rep, status = new[1], new[4]
    if status in (LOST, REMOVED) or (status == OPEN and old[4] != OPEN):
        return "", False
    if status != OPEN:
        return mark, let_go
    if mark == "restored" and rep != old[1]:
        return "", let_go
    if mark == "failed" and rep == COMMIT:
        return "capped", False
    if mark == "capped" and rep != BEST_CASE:
        return mark, rep < BEST_CASE
    return mark, let_go


def _after_verdict(mark: str, let_go: bool, rep: int, *, passed: bool) -> tuple[str, bool]:
    if passed:
        taken_up = mark == "capped" and rep == BEST_CASE and not let_go
        return ("restored" if taken_up or mark == "restored" else ""), False
    in_commit = mark == "restored" or (rep == COMMIT and mark == "")
    return ("capped" if in_commit or mark == "capped" else "failed"), let_go and not in_commit
