"""The forecast computed a second time, from the raw rows and in exact fractions; nothing of the product is imported.

What a deal was at a moment comes from `tests.recomputation`; stages, passes and what voids them are read here.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.recomputation import BEST_CASE, COMMIT, OPEN, PIPELINE, WON, Fact, Recomputation, fact_at

Look = tuple[int, int, str, int, int, int]
"""Moment, close day, stage, owner, amount, the rep's category."""


@dataclass
class Sums:
    """What some deals add up to; amounts in minor units, weighted ones exact."""

    closed: int = 0
    commit: int = 0
    inspected: int = 0
    best_case: int = 0
    pipeline: int = 0
    omitted: int = 0
    kept: int = 0
    weighted_open: Fraction = field(default_factory=Fraction)
    over_claim: Fraction = field(default_factory=Fraction)
    upside: Fraction = field(default_factory=Fraction)
    deals: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    contributions: dict[str, Fraction] = field(default_factory=dict)

    @property
    def landing(self) -> int:
        return self.closed + self.commit

    @property
    def weighted(self) -> Fraction:
        return self.closed + self.weighted_open

    @property
    def open(self) -> int:
        return self.commit + self.best_case + self.pipeline


class ForecastRecomputation(Recomputation):
    """The raw rows of a store, read once, with all that a forecast asks."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        super().__init__(conn)
        withdrawn = {change for (change,) in conn.execute("SELECT change FROM withdrawal")}
        keys = dict(conn.execute("SELECT id, key FROM deal").fetchall())
        self.claims: dict[str, list[Look]] = defaultdict(list)
        for deal, change, *claim in conn.execute(
            "SELECT deal, change, valid_from, close_day, stage, owner, amount, rep_category FROM claim"
            " ORDER BY valid_from, id"
        ):
            if change not in withdrawn:
                self.claims[keys[deal]].append(tuple(claim))
        self.buyers: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for deal, change, at, buyer in conn.execute(
            "SELECT deal, change, valid_from, economic_buyer FROM detail ORDER BY valid_from, id"
        ):
            if change not in withdrawn:
                self.buyers[keys[deal]].append((at, buyer))
        self.verdicts: dict[str, list[tuple[int, int, bool]]] = defaultdict(list)
        for deal, at, change, passed in self._verdicts(conn, withdrawn):
            self.verdicts[keys[deal]].append((at, change, passed))
        self.policies: list[tuple[int, dict[str, Any]]] = [
            (at, json.loads(plain))
            for at, plain in conn.execute("SELECT adopted_at, plain FROM policy ORDER BY version")
        ]
        self.quotas = {
            (person, period): amount
            for person, period, amount in conn.execute("SELECT person, period, amount FROM quota ORDER BY id")
        }

    def policy(self, at: int) -> dict[str, Any]:
        return [plain for since, plain in self.policies if since <= at or plain is self.policies[0][1]][-1]

    def forecast(self, who: str | None, first: int, last: int, at: int) -> Sums:
        """Add up what a person and everybody below have in a period as of a moment; of everybody for None."""
        sums = Sums()
        stages = {s["key"]: s for s in self.policy(at)["stages"]}
        for key, facts in self.deals.items():
            fact = fact_at(facts, at)
            if fact is None or not first <= fact.close <= last or not self._below(fact.owner, who, at):
                continue
            if fact.status == WON:
                sums.closed += fact.amount
                sums.deals["closed"].add(key)
            if fact.status != OPEN:
                continue
            stage = stages.get(self._claim(key, at)[2])
            odds = Fraction(0 if stage is None or stage["closed"] else stage["probability_bp"], 10_000)
            self._add_open(sums, key, fact, odds, at)
        return sums

    def _add_open(self, sums: Sums, key: str, fact: Fact, odds: Fraction, at: int) -> None:
        worth = fact.amount * odds
        sums.weighted_open += worth
        if fact.commit:
            name = "commit"
            sums.over_claim += worth - fact.amount
            sums.contributions[key] = worth - fact.amount
            if self.inspected(key, at):
                sums.inspected += fact.amount
                sums.deals["inspected"].add(key)
        else:
            category = min(fact.rep, BEST_CASE)
            name = {BEST_CASE: "best_case", PIPELINE: "pipeline"}.get(category, "omitted")
            sums.upside += worth
            sums.contributions[key] = worth
        setattr(sums, name, getattr(sums, name) + fact.amount)
        sums.deals[name].add(key)

    def quota(self, who: int, period: str, at: int) -> tuple[int | None, int | None]:
        """Return somebody's own quota, and what the quotas of the reports come to."""
        below = [
            self.quota(person, period, at)
            for person, manager, since, until in self.lines
            if manager == who and since <= at < until
        ]
        counted = [reports if own is None else own for own, reports in below]
        known = [quota for quota in counted if quota is not None]
        return self.quotas.get((who, period)), sum(known) if known else None

    def inspected(self, key: str, at: int) -> bool:
        """Say whether a pass is current: its days are not over, no verdict came after it, and nothing voided it."""
        ruling = max((v for v in self.verdicts[key] if v[0] <= at), default=None)
        if ruling is None or not ruling[2]:
            return False
        given = ruling[0]
        return at <= self._good_until(given) and not any(self._voids(key, given, at))

    def _good_until(self, given: int) -> int:
        rules = self.policy(given)
        zone = ZoneInfo(rules["calendar"]["zone_name"])
        day = datetime.fromtimestamp(given / 1e6, UTC).astimezone(zone).date()
        after = datetime.combine(day + timedelta(days=rules["inspection"]["pass_days"] + 1), time.min, zone)
        return int(after.timestamp() * 1_000_000) - 1

    def _voids(self, key: str, given: int, at: int) -> Iterator[bool]:
        """Yield of everything that came after a pass whether it voids it."""
        stages = [s["key"] for s in self.policy(given)["stages"]]
        _, close, stage, owner, amount, _ = self._claim(key, given)
        fallen = False
        highest = stages.index(stage)
        for at_claim, new_close, new_stage, new_owner, new_amount, rep in self.claims[key]:
            if not given < at_claim <= at:
                continue
            yield new_close > close or new_owner != owner or new_amount * 10 >= amount * 11
            yield _quarter(new_close) != _quarter(close)
            yield stages.index(new_stage) < highest
            yield fallen and rep == COMMIT
            fallen = fallen or rep < COMMIT
            highest = max(highest, stages.index(new_stage))
        met = self._buyer(key, given)
        for since, buyer in self.buyers[key]:
            if given < since <= at and met:
                yield buyer != met

    def _claim(self, key: str, at: int) -> Look:
        claims = self.claims[key]
        return claims[bisect_right(claims, at, key=lambda claim: claim[0]) - 1]

    def _buyer(self, key: str, at: int) -> str:
        buyers = self.buyers[key]
        return buyers[bisect_right(buyers, at, key=lambda pair: pair[0]) - 1][1]


def _quarter(day: int) -> tuple[int, int]:
    when = datetime.fromordinal(day)
    return when.year, (when.month - 1) // 3
