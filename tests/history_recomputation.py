"""What the past says of forecasts, computed a second time from the raw rows; nothing of the product is imported.

Quarters, weeks and who belongs to whom are counted here anew. Moments are microseconds, days ordinals.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.forecast_recomputation import ForecastRecomputation
from tests.recomputation import BEST_CASE, COMMIT, LOST, OPEN, WON, Fact, fact_at

DAY = 86_400_000_000


@dataclass(frozen=True)
class Row:
    """A deal of a period as it was at a moment."""

    key: str
    fact: Fact
    stage: str


class HistoryRecomputation(ForecastRecomputation):
    """The raw rows of a store, with all that is asked of closed quarters."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        super().__init__(conn)
        calendar = self.policies[-1][1]["calendar"]
        self.zone, self.first_month = ZoneInfo(calendar["zone_name"]), calendar["fiscal_start_month"]
        self.roles = dict(conn.execute("SELECT id, role FROM person").fetchall())
        self.numbers = conn.execute(
            "SELECT person, period, amount, submitted_at, id FROM forecast_number ORDER BY submitted_at, id"
        ).fetchall()
        self.judged = conn.execute("SELECT number, deal, puts_in FROM judgment").fetchall()
        self.deal_keys = dict(conn.execute("SELECT id, key FROM deal").fetchall())
        self.created = self._creations(conn)
        self._rows: dict[tuple[int, int, int], list[Row]] = {}
        self._members: dict[tuple[str | None, int], set[int] | None] = {}

    def _creations(self, conn: sqlite3.Connection) -> dict[str, list[tuple[int, int | None]]]:
        found: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
        for key, at, day in conn.execute(
            "SELECT d.key, x.valid_from, x.created_day FROM detail x JOIN deal d ON d.id = x.deal"
            " ORDER BY x.valid_from, x.id"
        ):
            found[key].append((at, day))
        return found

    # ------------------------------------------------------------------ time

    def quarter(self, day: int, back: int = 0) -> tuple[int, int]:
        """First and last day of the quarter that holds a day, or of one so many before."""
        when = date.fromordinal(day)
        months = when.year * 12 + when.month - 1 - (when.month - self.first_month) % 3 - 3 * back
        first, after = (date(m // 12, m % 12 + 1, 1).toordinal() for m in (months, months + 3))
        return first, after - 1

    def day(self, at: int) -> int:
        return datetime.fromtimestamp(at / 1e6, UTC).astimezone(self.zone).date().toordinal()

    def start(self, day: int) -> int:
        midnight = datetime.combine(date.fromordinal(day), time.min, self.zone)
        return (midnight - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)

    def end(self, day: int) -> int:
        return self.start(day + 1) - 1

    def week_end(self, quarter: tuple[int, int], week: int) -> int:
        return self.end(quarter[1] if week == 13 else quarter[0] + 7 * week - 1)

    def closed(self, at: int, count: int = 99) -> list[tuple[int, int]]:
        """The quarters that were over at a moment outside the days of grace, oldest first; the store knew them."""
        began = self.day(min(at for facts in self.deals.values() for at, _ in facts))
        found = []
        for back in range(1, count + 1):
            quarter = self.quarter(self.day(at), back)
            if quarter[1] < began:
                break
            found.append(quarter)
        return found[::-1]

    def same_point(self, quarter: tuple[int, int], at: int) -> int:
        """The moment of another quarter that lies as far in it as `at` lies in its own."""
        into = at - self.start(self.quarter(self.day(at))[0])
        return min(self.start(quarter[0]) + into, self.end(quarter[1]))

    # ------------------------------------------------------------------ deals

    def rows(self, quarter: tuple[int, int], at: int) -> list[Row]:
        """Deals with a close date in a quarter, as of a moment, whatever their status."""
        asked = (*quarter, at)
        if asked not in self._rows:
            found = []
            for key, facts in self.deals.items():
                fact = fact_at(facts, at)
                if fact is not None and quarter[0] <= fact.close <= quarter[1]:
                    found.append(Row(key, fact, self._claim(key, at)[2]))
            self._rows[asked] = found
        return self._rows[asked]

    def of(self, who: str | None, rows: Iterable[Row], at: int) -> list[Row]:
        """Those whose owner is somebody or below them at a moment."""
        asked = (who, at)
        if asked not in self._members:
            everybody = self.roles if who else ()
            self._members[asked] = {p for p in everybody if self._below(p, who, at)} if who else None
        members = self._members[asked]
        return [row for row in rows if members is None or row.fact.owner in members]

    def open(self, who: str | None, quarter: tuple[int, int], at: int) -> list[Row]:
        return [row for row in self.of(who, self.rows(quarter, at), at) if row.fact.status == OPEN]

    def won(self, who: str | None, quarter: tuple[int, int], known: int, teams: int) -> list[Row]:
        """What was won in a quarter as known at one moment, in the teams of another."""
        rows = [row for row in self.rows(quarter, known) if row.fact.status == WON]
        return self.of(who, rows, teams)

    def claims_commit(self, row: Row, at: int) -> bool:
        """Whether Commit is claimed, a taken-up downgrade counted as the claim that it overrode."""
        fact = row.fact
        if fact.rep == COMMIT or fact.restored:
            return True
        return fact.rep == BEST_CASE and self.capped(row.key, at) and not self.gave_up(row.key, at)

    def gave_up(self, key: str, at: int) -> bool:
        """Whether the rep's last word but Best Case, since the deal was held down, was below that."""
        for before in reversed([fact for moment, fact in self.deals[key] if moment <= at]):
            if not before.held or before.rep != BEST_CASE:
                return before.held and before.rep < BEST_CASE
        return False

    def capped(self, key: str, at: int) -> bool:
        """Whether the standing failure overrode a claim of Commit, then or when it came later."""
        fact = fact_at(self.deals[key], at)
        if fact is None or not fact.held:
            return False
        streak = []
        for before in reversed([f for m, f in self.deals[key] if m <= at]):
            if not before.held:
                # What was overridden is what stood until the failure.
                return before.commit or any(f.rep == COMMIT for f in streak)
            streak.append(before)
        return any(f.rep == COMMIT for f in streak)

    def odds(self, stage: str, at: int) -> Fraction:
        found = next((s for s in self.policy(at)["stages"] if s["key"] == stage), None)
        return Fraction(0 if found is None or found["closed"] else found["probability_bp"], 10_000)

    # ------------------------------------------------------------------ figures

    def forecasts(self, who: str | None, quarter: tuple[int, int], name: str, at: int, known: int) -> dict[str, int]:
        """The four numbers at a moment; the manager's only where one was submitted."""
        closed = sum(row.fact.amount for row in self.won(who, quarter, at, at))
        rows = self.open(who, quarter, at)
        said = {
            "rep_claim": closed + sum(r.fact.amount for r in rows if self.claims_commit(r, at)),
            "inspected_commit": closed + sum(r.fact.amount for r in rows if r.fact.commit),
            # round() of a fraction takes halves to even, deal by deal
            "weighted": closed + sum(round(r.fact.amount * self.odds(r.stage, at)) for r in rows),
        }
        subject = {p for p, role in self.roles.items() if role == "ops"} if who is None else {self.people[who]}
        numbers = [
            amount for p, period, amount, when, _ in self.numbers if p in subject and period == name and when <= at
        ]
        return said | ({"manager_number": numbers[-1]} if numbers else {})

    def actual(self, who: str | None, quarter: tuple[int, int], known: int) -> int:
        return sum(row.fact.amount for row in self.won(who, quarter, known, self.end(quarter[1])))

    def yields(self, who: str | None, quarter: tuple[int, int], at: int, known: int) -> dict[str, list[int]]:
        """By what the inspection said: deals, won ones, amount, amount of the won ones."""
        won = {row.key for row in self.won(None, quarter, known, known)}
        found = {"passed": [0, 0, 0, 0], "failed": [0, 0, 0, 0], "uninspected": [0, 0, 0, 0]}
        for row in self.open(who, quarter, at):
            if not self.claims_commit(row, at):
                continue
            which = "failed" if self.capped(row.key, at) else "passed" if self.inspected(row.key, at) else "uninspected"
            hit, amount = row.key in won, row.fact.amount
            found[which] = [a + b for a, b in zip(found[which], (1, hit, amount, amount * hit), strict=True)]
        return found

    def stage_counts(self, who: str | None, quarter: tuple[int, int], at: int, known: int) -> dict[str, list[int]]:
        won = {row.key for row in self.won(None, quarter, known, known)}
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for row in self.open(who, quarter, at):
            found[row.stage][0] += 1
            found[row.stage][1] += row.key in won
        return found

    def funnel(self, who: str | None, known: int, days: range | None) -> tuple[Counter[int], Counter[int]]:
        """By rank of the furthest open stage: deals that have ended, and those of them that were won."""
        ranks = {s["key"]: s["rank"] for s in self.policy(known)["stages"] if not s["closed"]}
        ended: Counter[int] = Counter()
        won: Counter[int] = Counter()
        for key, facts in self.deals.items():
            fact = fact_at(facts, known)
            if fact is None or fact.status not in (WON, LOST) or not self._below(fact.owner, who, known):
                continue
            if days is not None and fact.close not in days:
                continue
            stood = [self._claim(key, at)[2] for at, f in facts if at <= known and f.status == OPEN]
            # Claims that changed the stage alone are no events of `deals`: all open claims count.
            stood += [c[2] for c in self.claims[key] if c[0] <= known and self._status_at(key, c[0]) == OPEN]
            furthest = max((ranks.get(stage, -1) for stage in stood), default=-1)
            ended[furthest] += 1
            won[furthest] += fact.status == WON
        return ended, won

    def _status_at(self, key: str, at: int) -> int:
        fact = fact_at(self.deals[key], at)
        return -1 if fact is None else fact.status

    def creation(self, key: str, at: int) -> int | None:
        known = [day for moment, day in self.created[key] if moment <= at]
        return known[-1] if known else self.created[key][0][1]

    def stage_since(self, key: str, at: int) -> int:
        """Since when a deal is in its stage."""
        claims = [c for c in self.claims[key] if c[0] <= at]
        stage, since = claims[-1][2], claims[-1][0]
        for claim in reversed(claims):
            if claim[2] != stage:
                break
            since = claim[0]
        return since

    def scored(self, who: int, name: str) -> dict[int, tuple[bool, int]]:
        """By deal what somebody said last of it in a quarter: whether it was put in, and when."""
        judged: dict[int, list[tuple[int, bool]]] = defaultdict(list)
        for number, deal, puts_in in self.judged:
            judged[number].append((deal, bool(puts_in)))
        return {
            deal: (puts_in, when)
            for person, period, _, when, number in self.numbers
            if (person, period) == (who, name)
            for deal, puts_in in judged[number]
        }
