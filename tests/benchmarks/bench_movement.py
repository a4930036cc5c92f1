"""Movement of one week in a large store: what it costs, what that grows with, and how much room the history takes.

`python -m tests.benchmarks movement` measures the store of the budget (100,000 deals, 52 weeks, 5 % of the deals
changing in each). `python -m tests.benchmarks.bench_movement` measures what the cost grows with as well: 10,000,
100,000 and 1,000,000 stored changes under the same window, and ten times the deals.
"""

import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from salesops_tui.domain.calendar import BEGINNING, FOREVER, SECOND, Day, Moment, Period, to_moment
from salesops_tui.domain.deal import Category, Claim, DetailVersion, State, Status
from salesops_tui.domain.people import Person, Role, Scope
from salesops_tui.domain.policy_file import default_policy
from salesops_tui.domain.projection import RulingEvent, project
from salesops_tui.services.movement import MovementReport, commit_movement
from salesops_tui.services.starting import found_company
from salesops_tui.store import people as store_people
from salesops_tui.store import record, tracks
from salesops_tui.store.connection import Store, create_store
from tests.benchmarks.figures import Figure, table
from tests.benchmarks.setting import Setting
from tests.company import MONDAY

WEEK = 7 * 24 * 3600 * SECOND
NOW = to_moment(MONDAY)
REPS, TEAM = 400, 8
BUDGET_MS, BUDGET_BYTES = 150.0, 300.0


@dataclass(frozen=True)
class Size:
    """How large a store is made: deals, the weeks that they changed in, changes a week."""

    deals: int
    weeks: int
    changes: int

    @property
    def stored(self) -> int:
        return self.weeks * self.changes


BUDGETED = Size(100_000, 52, 5_000)
GROWING = {
    "10,000 changes": Size(20_000, 10, 1_000),
    "100,000 changes": Size(20_000, 100, 1_000),
    "1,000,000 changes": Size(20_000, 1_000, 1_000),
    "100,000 changes, ten times the deals": Size(200_000, 100, 1_000),
}


def run(setting: Setting) -> list[Figure]:
    """The figures of the budget, for the runner."""
    with tempfile.TemporaryDirectory() as folder:
        made = Large(Path(folder) / "large.db", BUDGETED)
        made.week()
        taken = [
            Figure("movement of a week, whole company", "ms", made.timed(setting.runs), most=BUDGET_MS),
            Figure("movement of a week, one of 50 teams", "ms", made.timed(setting.runs, made.team), most=BUDGET_MS),
            Figure("movement of a quarter", "ms", made.timed(setting.runs, weeks=13)),
            Figure("history, each change", "bytes", [made.bytes_per_change], most=BUDGET_BYTES),
        ]
        made.context.store.close()
        return taken


class Large:
    """A store with many deals and weeks, written past the services: claims, answers and the states that follow."""

    def __init__(self, path: Path, size: Size) -> None:
        self.size = size
        self.random = random.Random(size.stored)
        store = create_store(path)
        self.context = found_company(store, default_policy(), "", lambda: NOW, Person(0, "olga", "Olga", Role.OPS))
        self.period = self.context.calendar.current_period(NOW)
        self.quarters = [self.context.calendar.shifted(self.period, n) for n in range(-1, 5)]
        store.conn.execute("PRAGMA synchronous = OFF")
        self.reps, self.team = self._people(store)
        self.bytes_per_change = self._fill(store, path)

    def week(self, team: Person | None = None, weeks: int = 1) -> MovementReport:
        start = Moment(NOW - weeks * WEEK)
        return commit_movement(self.context, Scope(team, frozenset()), self.period, start, NOW)

    def timed(self, runs: int, team: Person | None = None, weeks: int = 1) -> list[float]:
        taken = []
        for _ in range(runs):
            begun = perf_counter()
            report = self.week(team, weeks)
            taken.append((perf_counter() - begun) * 1000)
            assert report.movement.residual == report.closed.residual == 0
        return taken

    def _people(self, store: Store) -> tuple[list[int], Person]:
        with store.write() as conn:
            change = self.context.change("people")
            managers = [
                store_people.add_person(conn, Person(0, f"m{n}", f"Manager {n}", Role.MANAGER))
                for n in range(REPS // TEAM)
            ]
            reps = []
            for n in range(REPS):
                rep = store_people.add_person(conn, Person(0, f"r{n}", f"Rep {n}"))
                store_people.set_manager(conn, rep.id, managers[n // TEAM].id, BEGINNING, change)
                reps.append(rep.id)
        return reps, managers[0]

    def _fill(self, store: Store, path: Path) -> float:
        """Write deals, then what happened to them; return how many bytes each change took."""
        with store.write() as conn:
            first = self.context.change("import", valid_at=Moment(NOW - self.size.weeks * WEEK))
            conn.executemany(
                "INSERT INTO deal (id, key, source, change) VALUES (?, ?, 'crm', ?)",
                ((n, f"006{n:012}", first) for n in range(1, self.size.deals + 1)),
            )
            conn.executemany(
                "INSERT INTO detail SELECT ?1, ?1, ?2, ?3, 'Platform renewal', 'Northwind', NULL, '', NULL, NULL, NULL,"
                " '', '', '', '', NULL, '', '', NULL, '', '', '', '{}'",
                ((n, self._moment(0), first) for n in range(1, self.size.deals + 1)),
            )
            history = self._history(first)
            conn.executemany(_CLAIM, (_claim_row(1 + n, claims[0]) for n, claims in enumerate(history)))
            self._project(store, [claims[:1] for claims in history], {})
        before = _used(store)
        with store.write() as conn:
            failures = self._failures(store, history)
            later = ((n, claim) for n, claims in enumerate(history, 1) for claim in claims[1:])
            conn.executemany(_CLAIM, (_claim_row(n, claim) for n, claim in later))
            conn.execute("DELETE FROM deal_state")
            self._project(store, history, failures)
        return (_used(store) - before) / self.size.stored

    def _project(self, store: Store, history: list[list[Claim]], failures: dict[int, list[RulingEvent]]) -> None:
        def states() -> Iterator[tuple[int, State]]:
            for n, claims in enumerate(history, 1):
                detail = DetailVersion(n, claims[0].valid_from, claims[0].change, "")
                for state in project(claims, [detail], failures.get(n, ())).states:
                    yield n, state

        tracks.insert_states(store.conn, states())

    def _history(self, first: int) -> list[list[Claim]]:
        number = 0
        history: list[list[Claim]] = []
        for _ in range(self.size.deals):
            number += 1
            history.append([self._claim(number, first, self._moment(0))])
        for week in range(self.size.weeks):
            change = self.context.change("import", valid_at=self._moment(week))
            record.write_record(self.context.store.conn, change, {"file": "weekly.csv"})
            at = Moment(self._moment(week) + WEEK // 2)
            for deal in self.random.sample(range(self.size.deals), self.size.changes):
                number += 1
                history[deal].append(self._changed(history[deal][-1], number, change, at))
        return history

    def _claim(self, number: int, change: int, at: Moment) -> Claim:
        amount = self.random.randrange(5_000_00, 250_000_00)
        category = self.random.choices([Category.PIPELINE, Category.BEST_CASE, Category.COMMIT], [50, 25, 25])[0]
        return Claim(
            number, at, change, self.random.choice(self.reps), "5", category, amount, "USD", amount, self._day(), _OPEN
        )

    def _changed(self, old: Claim, number: int, change: int, at: Moment) -> Claim:
        new = self._claim(number, change, at)
        kept = {"owner": old.owner, "category": old.rep_category, "amount": old.amount, "day": old.close_day}
        kind = self.random.choices(["amount", "category", "day", "owner"], [40, 30, 20, 10])[0]
        fresh = {"owner": new.owner, "category": new.rep_category, "amount": new.amount, "day": new.close_day}
        kept[kind] = fresh[kind]
        won = old.status is _OPEN and old.rep_category is Category.COMMIT and self.random.random() < 0.1
        status = Status.WON if won or (old.status is Status.WON and self.random.random() < 0.5) else _OPEN
        return Claim(
            number, at, change, kept["owner"], "5", kept["category"], kept["amount"], "USD", kept["amount"],
            kept["day"], status,
        )  # fmt: skip

    def _failures(self, store: Store, history: list[list[Claim]]) -> dict[int, list[RulingEvent]]:
        """Fail some deals, one for every ten changes and no deal twice, at the end of a week."""
        conn, policy, olga = store.conn, self.context.policy, self.context.acting().id
        conn.execute(
            "INSERT INTO call VALUES (1, NULL, 'forecast', ?, ?, ?, 1, ?, ?, NULL, NULL)",
            (self.period.name, self._moment(0), olga, FOREVER, NOW),
        )
        found: dict[int, list[RulingEvent]] = {}
        for n in self.random.sample(range(1, self.size.deals + 1), min(self.size.deals // 2, self.size.stored // 10)):
            at = Moment(self._moment(self.random.randrange(self.size.weeks)) + WEEK - 1)
            change = record.open_change(conn, "answer", valid_at=at, recorded_at=at, actor=olga)
            conn.execute("INSERT INTO inspection VALUES (?, ?, 1, 1, ?, ?, NULL, 0)", (n, n, at, olga))
            conn.execute(
                "INSERT INTO answer VALUES (?, ?, ?, 1, ?, ?, ?, 'no', '', '', '', '', '', NULL, NULL, 1)",
                (n, n, self.random.choice(policy.question_keys), change, olga, at),
            )
            found[n] = [RulingEvent(at, change, n, False, policy)]
        return found

    def _moment(self, week: int) -> Moment:
        return Moment(NOW - (self.size.weeks - week) * WEEK)

    def _day(self) -> Day:
        quarter: Period = self.random.choice(self.quarters)
        return Day(self.random.randint(quarter.start, quarter.end))


_OPEN = Status.OPEN
_CLAIM = "INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def _claim_row(deal: int, claim: Claim) -> tuple[object, ...]:
    return (
        claim.id, deal, claim.valid_from, claim.change, claim.owner, claim.stage, int(claim.rep_category),
        claim.amount, claim.currency, claim.original, claim.close_day, int(claim.status),
    )  # fmt: skip


def _used(store: Store) -> int:
    """Bytes of the store in pages that hold something."""
    pages, free, size = (
        store.conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def main() -> int:
    taken: list[Figure] = []
    sums = []
    for name, size in {"the budget's store": BUDGETED, **GROWING}.items():
        with tempfile.TemporaryDirectory() as folder:
            made = Large(Path(folder) / "large.db", size)
            report = made.week()
            touched = sum(line.deals for line in report.movement.lines)
            taken.append(Figure(f"a week of everybody: {name}", "ms", made.timed(9), most=BUDGET_MS))
            taken.append(Figure("  bytes a change", "bytes", [made.bytes_per_change]))
            sums.append(f"{name}: {touched} deals in the lines, Commit {report.movement.end / 100:,.0f}")
            made.context.store.close()
    print(table(taken))
    print("\n".join(sums))
    return 0


if __name__ == "__main__":
    sys.exit(main())
