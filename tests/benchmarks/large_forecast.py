"""A large store to forecast from: 100,000 open deals, 2,000 people, 8 quarters of history, all as of today.

Written past the services, as claims and the states that follow from them. `python -m tests.benchmarks.large_forecast
FILE` makes one to look at.
"""

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from salesops_tui.domain.calendar import BEGINNING, SECOND, Day, Moment, Period, system_clock
from salesops_tui.domain.deal import Category, Claim, DetailVersion, State, Status
from salesops_tui.domain.people import Person, Role
from salesops_tui.domain.policy_file import default_policy
from salesops_tui.domain.projection import project
from salesops_tui.services.context import Context
from salesops_tui.services.starting import found_company
from salesops_tui.store import people as store_people
from salesops_tui.store import record, tracks
from salesops_tui.store.connection import Store, create_store

DAY = 24 * 3600 * SECOND
_DIRECTORS, _MANAGERS = 10, 190
_CLAIM = "INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_DETAIL = """
    INSERT INTO detail SELECT ?1, ?1, ?2, ?3, 'Platform renewal ' || ?1, 'Northwind', NULL, '', NULL, NULL, NULL,
        '', '', '', '', NULL, '', '', NULL, '', '', '', '{}'
"""


@dataclass(frozen=True)
class Size:
    """How large the store is.

    Attributes:
        open: open deals, half of them closing in this quarter.
        closed: deals that were won or lost in each past quarter, and in this one so far.
    """

    open: int = 100_000
    closed: int = 12_000
    people: int = 2_000
    quarters: int = 8


class LargeForecast:
    """Makes the store."""

    def __init__(self, path: Path, size: Size | None = None) -> None:
        self.size = size or Size()
        self.random = random.Random(8)
        store = create_store(path)
        store.disposable = True
        self.context = found_company(store, default_policy(), "", system_clock, Person(0, "olga", "Olga", Role.OPS))
        self.now = self.context.now()
        self.today = self.context.calendar.day_of(self.now)
        self.period = self.context.calendar.current_period(self.now)
        self.reps: list[int] = []
        with store.write():
            self._people()
            self._quotas()
        with store.write():
            self._deals(store)
        store.conn.execute("PRAGMA optimize")
        store.settle()

    def _people(self) -> None:
        conn = self.context.store.conn
        change = self.context.change("people")
        olga = self.context.acting()
        above: list[Person] = []
        for n in range(self.size.people - 1):
            if n < _DIRECTORS:
                role, boss = Role.MANAGER, olga
            elif n < _DIRECTORS + _MANAGERS:
                role, boss = Role.MANAGER, above[n % _DIRECTORS]
            else:
                role, boss = Role.REP, above[_DIRECTORS + n % _MANAGERS]
            segment = "enterprise" if (n % _MANAGERS) % 2 else "mid-market"
            person = store_people.add_person(conn, Person(0, f"P{n:04}", f"Person {n:04}", role, segment=segment))
            store_people.set_manager(conn, person.id, boss.id, Moment(BEGINNING), change)
            if role is Role.MANAGER:
                above.append(person)
            else:
                self.reps.append(person.id)
        store_people.set_manager(conn, olga.id, None, Moment(BEGINNING), change)
        record.write_record(conn, change, {"people": self.size.people})

    def _quotas(self) -> None:
        conn = self.context.store.conn
        change = self.context.change("quotas")
        for back in range(self.size.quarters + 1):
            name = self._quarter(-back).name
            conn.executemany(
                "INSERT INTO quota (person, period, amount, change) VALUES (?, ?, 20000000, ?)",
                [(rep, name, change) for rep in self.reps],
            )
        record.write_record(conn, change, {"quotas": len(self.reps)})

    def _deals(self, store: Store) -> None:
        conn = store.conn
        change = self.context.change("import")
        lives = [*self._lives(change)]
        numbers = range(1, len(lives) + 1)
        conn.executemany(
            "INSERT INTO deal (id, key, source, change) VALUES (?, ?, 'crm', ?)",
            ((n, f"006{n:012}", change) for n in numbers),
        )
        conn.executemany(_DETAIL, ((n, lives[n - 1][0].valid_from, change) for n in numbers))
        conn.executemany(
            _CLAIM, (_claim_row(n, claim) for n, life in zip(numbers, lives, strict=True) for claim in life)
        )

        def states() -> Iterator[tuple[int, State]]:
            for n, life in zip(numbers, lives, strict=True):
                for state in project(life, [DetailVersion(n, life[0].valid_from, change, "")], ()).states:
                    passed = state.rep_category is Category.COMMIT and n % 3
                    # As if somebody had inspected it on the day.
                    good_until = Moment(state.valid_from + 7 * DAY) if passed else Moment(0)
                    yield n, state._replace(good_until=good_until)

        tracks.insert_states(conn, states())

    def _lives(self, change: int) -> Iterator[list[Claim]]:
        self.number = 0
        for back in range(self.size.quarters, -1, -1):
            quarter = self._quarter(-back)
            last = min(quarter.end, self.today)
            for _ in range(self.size.closed):
                yield self._life(change, Day(self.random.randint(quarter.start, last)), closes=True)
        for _ in range(self.size.open):
            quarter = self._quarter(self.random.choices([0, 1, 2], [50, 35, 15])[0])
            yield self._life(change, Day(self.random.randint(quarter.start, quarter.end)), closes=False)

    def _life(self, change: int, close: Day, *, closes: bool) -> list[Claim]:
        """Return the claims of one deal: found, worked on, its date moved by some, and closed or not."""
        owner, amount = self.random.choice(self.reps), self.random.randrange(500_000, 25_000_000)
        end = self.context.calendar.start_of_day(close) if closes else self.now
        begun = Moment(end - self.random.randint(30, 200) * DAY)
        steps = self.random.randint(1, 3)
        moments = sorted(self.random.randint(begun, max(begun, end - DAY)) for _ in range(steps))
        life = []
        for i, at in enumerate(moments):
            stage = min(6, 1 + i * 2 + self.random.randint(0, 2))
            pushed = i + 1 < steps and self.random.random() < 0.2
            day = Day(close - self.random.randint(10, 60)) if pushed else close
            life.append(self._claim(change, Moment(at), owner, str(stage), _claimed(stage), amount, day, Status.OPEN))
        if closes:
            won = self.random.random() < 0.3
            final, status = ("7", Status.WON) if won else ("8", Status.LOST)
            category = Category.CLOSED if won else Category.OMITTED
            life.append(self._claim(change, Moment(end), owner, final, category, amount, close, status))
        return life

    def _claim(
        self, change: int, at: Moment, owner: int, stage: str, category: Category, amount: int, day: Day, status: Status
    ) -> Claim:
        self.number += 1
        return Claim(self.number, at, change, owner, stage, category, amount, "USD", amount, day, status)

    def _quarter(self, shift: int) -> Period:
        return self.context.calendar.shifted(self.period, shift)


def _claimed(stage: int) -> Category:
    if stage >= 5:
        return Category.COMMIT
    return Category.BEST_CASE if stage == 4 else Category.PIPELINE


def _claim_row(deal: int, claim: Claim) -> tuple[object, ...]:
    return (
        claim.id, deal, claim.valid_from, claim.change, claim.owner, claim.stage, int(claim.rep_category),
        claim.amount, claim.currency, claim.original, claim.close_day, int(claim.status),
    )  # fmt: skip


def large_forecast(path: Path, size: Size | None = None) -> Context:
    """Make the store at a path and return a context on it."""
    return LargeForecast(path, size).context


if __name__ == "__main__":
    large_forecast(Path(sys.argv[1])).store.close()
