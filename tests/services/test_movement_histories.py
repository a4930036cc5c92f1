"""Random histories in a real store: whatever happened, the movement closes, adds up and agrees with the raw rows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesops_tui.domain import membership, movement, movement_causes
from salesops_tui.domain.movement_causes import Cause
from salesops_tui.errors import SalesopsError
from salesops_tui.services import calls
from salesops_tui.services.undo import undo_last
from salesops_tui.store import movement as store_movement
from salesops_tui.store import record, tracks
from tests.company import QUESTIONS, Company
from tests.recomputation import Recomputation
from tests.services import movement_cases
from tests.services.moving import everything_holds
from tests.services.worked_example import END, START

DEALS = ("A", "B", "C", "D", "E")
SELLERS = ("lee", "ana", "sam", "dana", "unassigned")
QUARTERS = ("FY26-Q3", "FY26-Q4", "FY27-Q1")


@dataclass(frozen=True)
class Event:
    """Something that happens to a company: a method of `History`, its arguments, and how long after the last."""

    minutes: int
    what: str
    arguments: tuple[Any, ...]


def _events() -> st.SearchStrategy[Event]:
    deal = st.sampled_from(DEALS)
    values = st.fixed_dictionaries(
        {},
        optional={
            "owner": st.sampled_from(SELLERS),
            "amount": st.sampled_from([0, 1, 10, 11, 250]),
            "category": st.sampled_from(["omitted", "pipeline", "best_case", "commit", "commit", "commit"]),
            "close": st.sampled_from(["2026-09-30", "2026-10-01", "2026-12-11", "2026-12-31", "2027-01-01"]),
            "status": st.sampled_from(["open", "open", "open", "won", "lost", "removed"]),
        },
    )
    question = st.sampled_from(QUESTIONS)
    moves = st.tuples(st.sampled_from(["lee", "ana", "sam"]), st.sampled_from(["dana", "erik"]))
    kinds = st.one_of(
        st.tuples(st.just("claim"), st.tuples(deal, values)),
        st.tuples(st.just("claim"), st.tuples(deal, values)),
        st.tuples(st.just("late_claim"), st.tuples(deal, values, st.integers(1, 3000))),
        st.tuples(st.just("answer"), st.tuples(deal, question, st.sampled_from(["no", "dont_know", "yes"]))),
        st.tuples(st.just("sitting"), st.tuples(deal, st.booleans())),
        st.tuples(st.just("sitting"), st.tuples(deal, st.booleans())),
        st.tuples(st.just("undo"), st.just(())),
        st.tuples(st.just("end_calls"), st.just(())),
        st.tuples(st.just("move"), moves),
        st.tuples(st.just("undo_import"), st.tuples(deal)),
    )
    # No time between two events makes one change of them.
    minutes = st.sampled_from([0, 0, 1, 60, 1500, 4000])
    return st.builds(lambda wait, kind: Event(wait, *kind), minutes, kinds)


class History:
    """A company to which events happen; what is not allowed does not happen."""

    def __init__(self, path: Path) -> None:
        self.company = Company(path)
        self.company.at("2026-11-02 09:00")
        for number, key in enumerate(DEALS[:3]):
            self.company.claim(key, amount=100 + number, owner=SELLERS[number])

    def happen(self, event: Event) -> None:
        self.company.later(minutes=event.minutes)
        with suppress(SalesopsError):
            getattr(self, event.what)(*event.arguments)

    def claim(self, deal: str, values: dict[str, Any]) -> None:
        self.company.claim(deal, **values)

    def late_claim(self, deal: str, values: dict[str, Any], minutes: int) -> None:
        """An import of an older moment, laid under what happened since."""
        self.company.later(minutes=-minutes)
        try:
            self.company.claim(deal, **values, next_step=f"as of {self.company.time}")
        finally:
            self.company.later(minutes=minutes)

    def answer(self, deal: str, question: str, value: str) -> None:
        """Answer, or correct an answer."""
        self.company.answer(deal, **{question: value})

    def sitting(self, deal: str, passes: bool) -> None:
        """A call of its own for one deal, so that the verdict is a new one."""
        self.end_calls()
        self.company.later(minutes=1)
        with suppress(SalesopsError):
            (self.company.pass_ if passes else self.company.fail)(deal)
        self.company.later(minutes=1)
        self.end_calls()

    def undo(self) -> None:
        undo_last(self.company.context)

    def end_calls(self) -> None:
        context = self.company.context
        call = calls.current_call(context)
        if call:
            calls.end_call(context, call)

    def move(self, person: str, boss: str) -> None:
        self.company.move(person, boss)

    def undo_import(self, deal: str) -> None:
        """Withdraw the newest claim of a deal, unless it is the only one."""
        company = self.company
        with company.store.write() as conn:
            found = conn.execute(
                "SELECT c.deal, c.change FROM claim c JOIN deal d ON d.id = c.deal"
                " LEFT JOIN withdrawal w ON w.change = c.change"
                " WHERE d.key = ? AND w.change IS NULL ORDER BY c.id DESC",
                (deal,),
            ).fetchall()
            if len(found) > 1:
                record.withdraw(conn, found[0][1], company.context.change("undo_import"))
                tracks.rebuild(conn, company.context.policies, [found[0][0]])


@settings(max_examples=30)
@given(events=st.lists(_events(), min_size=8, max_size=30), cuts=st.lists(st.integers(0, 99), min_size=1, max_size=2))
def test_whatever_happens_movement_closes_and_agrees(events: list[Event], cuts: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        history = History(Path(folder) / "store.db")
        start, before = history.company.clock(), cuts[0] % 4 == 0
        for event in events:
            history.happen(event)
        company = history.company.later(minutes=1)
        known = [at for at in Recomputation(company.store.conn).moments() if start <= at <= company.clock()]
        # Moments at which something happened, and the instants before them.
        between = [known[cut % len(known)] - cut % 2 for cut in cuts]
        everything_holds(company.context, [start - before, *between, company.clock()], QUARTERS)
        company.store.close()


def _backwards(table: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(reversed(table))


def _without(table: tuple[Any, ...], cause: Cause) -> tuple[Any, ...]:
    return tuple(entry for entry in table if entry[0] is not cause)


MUTANTS: dict[str, tuple[Any, str, Any]] = {
    "exits in another order": (movement_causes, "EXITS", _backwards(movement_causes.EXITS)),
    "entries in another order": (movement_causes, "ENTRIES", _backwards(movement_causes.ENTRIES)),
    "won before transferred out": (
        movement_causes,
        "EXITS",
        (movement_causes.EXITS[2], *_without(movement_causes.EXITS, Cause.WON)),
    ),
    "no transfer out": (movement_causes, "EXITS", _without(movement_causes.EXITS, Cause.TRANSFERRED_OUT)),
    "no transfer in": (movement_causes, "ENTRIES", _without(movement_causes.ENTRIES, Cause.TRANSFERRED_IN)),
    "the won leg without its change of amount": (movement, "_change_of_amount", lambda was, now: ()),
    "a win that need not last": (
        movement,
        "exit_cause_over",
        lambda after, end, period: movement_causes.exit_cause(after, period),
    ),
    "the first crossing instead of the last": (
        movement,
        "_last_crossing",
        lambda sights: next((a, b) for a, b in pairwise(sights) if a.inside is not b.inside),
    ),
    "moves between teams are not seen": (membership.Membership, "changes", ()),
    "deals of those who moved are not read": (store_movement, "_owned_meanwhile", lambda *_: set()),
    "ends of states are not read": (
        store_movement,
        "_edged",
        lambda conn, which, edge, window, owners: _edged(conn, which, "begins", window, owners),
    ),
}
_edged: Callable[..., set[int]] = store_movement._edged


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return movement_cases.build(tmp_path_factory.mktemp("mutants") / "store.db")


@pytest.mark.parametrize("name", MUTANTS)
def test_what_is_broken_is_noticed(cases: Company, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, attribute, broken = MUTANTS[name]
    monkeypatch.setattr(where, attribute, broken)
    with pytest.raises(AssertionError):
        everything_holds(cases.context, [START, END], people=[None, "dana", "erik", "lee"])


def test_what_is_whole_is_not_blamed(cases: Company) -> None:
    everything_holds(cases.context, [START, END], people=[None, "dana", "erik", "lee"])
