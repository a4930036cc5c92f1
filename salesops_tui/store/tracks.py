"""The two tracks of a deal, and their projection into `deal_state`."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.deal import Category, Claim, DetailVersion, Hold, State, Status, Void
from salesops_tui.domain.inspection import Answer, AnswerValue, Verdict, rule
from salesops_tui.store.inheritance import heirs, inherited, linked
from salesops_tui.store.policies import Policies

if TYPE_CHECKING:
    from salesops_tui.domain.projection import Projection, RulingEvent

_CHUNK = 2_000

_STATE_COLUMNS = (
    "valid_from, valid_to, claim, detail, inspection, owner, status, rep_category, hold, amount, close_day, stage,"
    " good_until, void, slips"
)
ANSWER_COLUMNS = (
    "a.id, a.question, a.value, a.given_at, a.actor, a.version, a.evidence, a.reason, a.risk, a.mitigation,"
    " a.risk_kind, a.met_day, a.repeats, a.streak"
)


def read_answer(row: Sequence[Any]) -> Answer:
    """Turn a row of `ANSWER_COLUMNS` into an answer."""
    return Answer(*[row[0], row[1], AnswerValue(row[2]), *row[3:]])


def standing_answers(conn: sqlite3.Connection, inspections: Iterable[int]) -> dict[int, dict[str, Answer]]:
    """Return the answers that stand, by inspection and question: the newest not withdrawn."""
    sql = f"""
        SELECT a.inspection, {ANSWER_COLUMNS}
        FROM answer a LEFT JOIN withdrawal w ON w.change = a.change
        WHERE a.inspection IN (SELECT value FROM json_each(?)) AND w.change IS NULL
        ORDER BY a.inspection, a.question, a.version
    """
    found: dict[int, dict[str, Answer]] = defaultdict(dict)
    for row in conn.execute(sql, (json.dumps(list(inspections)),)):
        answer = read_answer(row[1:])
        found[row[0]][answer.question] = answer
    return found


def projection_of(conn: sqlite3.Connection, policies: Policies, deal: int) -> Projection:
    """Project one deal afresh from its tracks, without writing."""
    from salesops_tui.domain.projection import project

    wanted = json.dumps([deal])
    return project(
        claims_of(conn, wanted)[deal], details_of(conn, wanted)[deal], _rulings(conn, policies, wanted)[deal]
    )


def rebuild(conn: sqlite3.Connection, policies: Policies, deals: Iterable[int]) -> None:
    """Bring `deal_state` of these deals in line with their tracks; only rows that differ are written.

    Then of the deals that were linked to them, which inherit their caps.
    """
    if not linked(conn):
        _rebuild(conn, policies, deals)
        return
    # Links make no ring, so this comes to an end: each round is one link further from where it began.
    waiting = list(deals)
    while waiting:
        _rebuild(conn, policies, waiting)
        waiting = heirs(conn, waiting)


def _rebuild(conn: sqlite3.Connection, policies: Policies, deals: Iterable[int]) -> None:
    from salesops_tui.domain.projection import project

    waiting = iter(deals)
    while chunk := list(islice(waiting, _CHUNK)):
        wanted = json.dumps(chunk)
        claims, details = claims_of(conn, wanted), details_of(conn, wanted)
        rulings, stored = _rulings(conn, policies, wanted), _stored(conn, wanted)
        edits = _Edits()
        for deal in chunk:
            states = project(claims[deal], details[deal], rulings[deal]).states
            edits.add(deal, stored[deal], states)
        edits.write(conn)


def differing(conn: sqlite3.Connection, policies: Policies, deals: Iterable[int]) -> Iterator[int]:
    """Yield the deals whose stored history is not what their tracks give."""
    from salesops_tui.domain.projection import project

    waiting = iter(deals)
    while chunk := list(islice(waiting, _CHUNK)):
        wanted = json.dumps(chunk)
        claims, details = claims_of(conn, wanted), details_of(conn, wanted)
        rulings, stored = _rulings(conn, policies, wanted), _stored(conn, wanted)
        for deal in chunk:
            if [state for _, state in stored[deal]] != list(project(claims[deal], details[deal], rulings[deal]).states):
                yield deal


def ends_with(
    conn: sqlite3.Connection,
    policies: Policies,
    extra: Mapping[int, tuple[Claim | None, DetailVersion | None]],
) -> Iterator[tuple[State | None, State | None]]:
    """Yield the last state of each deal as stored, and as it would be with a further claim or details of it."""
    from salesops_tui.domain.projection import project

    wanted = json.dumps(list(extra))
    claims, details = claims_of(conn, wanted), details_of(conn, wanted)
    rulings, stored = _rulings(conn, policies, wanted), _stored(conn, wanted)
    for deal, (claim, detail) in extra.items():
        states = project(
            [*claims[deal], *([claim] if claim else ())],
            [*details[deal], *([detail] if detail else ())],
            rulings[deal],
        ).states
        yield stored[deal][-1][1] if stored[deal] else None, states[-1] if states else None


def insert_states(conn: sqlite3.Connection, states: Iterable[tuple[int, State]]) -> None:
    """Insert states of deals that have none yet."""
    sql = f"INSERT INTO deal_state (deal, {_STATE_COLUMNS}) VALUES ({', '.join('?' * 16)})"
    conn.executemany(sql, ((deal, *_state_values(state)) for deal, state in states))


def states_of(conn: sqlite3.Connection, deal: int) -> list[State]:
    """Return a deal's stored history, oldest first."""
    return [state for _, state in _stored(conn, json.dumps([deal]))[deal]]


class _Edits:
    """What must be written to turn the stored states into the projected ones."""

    def __init__(self) -> None:
        self.gone: list[tuple[int]] = []
        self.ends: list[tuple[Moment, int]] = []
        self.fresh: list[tuple[int, State]] = []

    def add(self, deal: int, stored: Sequence[tuple[int, State]], states: Sequence[State]) -> None:
        same = 0
        for (_, old), new in zip(stored, states, strict=False):
            if old != new:
                break
            same += 1
        if same < len(stored) and same < len(states):
            number, old = stored[same]
            if old._replace(valid_to=states[same].valid_to) == states[same]:
                self.ends.append((states[same].valid_to, number))
                same += 1
        self.gone.extend((number,) for number, _ in stored[same:])
        self.fresh.extend((deal, state) for state in states[same:])

    def write(self, conn: sqlite3.Connection) -> None:
        conn.executemany("DELETE FROM deal_state WHERE id = ?", self.gone)
        conn.executemany("UPDATE deal_state SET valid_to = ? WHERE id = ?", self.ends)
        insert_states(conn, self.fresh)


def _state_values(state: State) -> tuple[object, ...]:
    return (
        state.valid_from,
        state.valid_to,
        state.claim,
        state.detail,
        state.inspection,
        state.owner,
        int(state.status),
        int(state.rep_category),
        int(state.hold),
        state.amount,
        state.close_day,
        state.stage,
        state.good_until,
        int(state.void),
        state.slips,
    )


def claims_of(conn: sqlite3.Connection, wanted: str) -> Mapping[int, list[Claim]]:
    """Return the claims that stand of deals (a JSON array), in order."""
    sql = """
        SELECT c.deal, c.id, c.valid_from, c.change, c.owner, c.stage, c.rep_category, c.amount, c.currency,
            c.original, c.close_day, c.status
        FROM claim c LEFT JOIN withdrawal w ON w.change = c.change
        WHERE c.deal IN (SELECT value FROM json_each(?)) AND w.change IS NULL
        ORDER BY c.deal, c.valid_from, c.id
    """
    found: dict[int, list[Claim]] = defaultdict(list)
    for (
        deal,
        number,
        at,
        change,
        owner,
        stage,
        category,
        amount,
        currency,
        original,
        day,
        status,
    ) in conn.execute(sql, (wanted,)):
        found[deal].append(
            Claim(
                number,
                at,
                change,
                owner,
                stage,
                Category(category),
                amount,
                currency,
                original,
                day,
                Status(status),
            )
        )
    return found


def details_of(conn: sqlite3.Connection, wanted: str) -> Mapping[int, list[DetailVersion]]:
    """Return the details that stand of deals (a JSON array), in order."""
    sql = """
        SELECT d.deal, d.id, d.valid_from, d.change, d.economic_buyer
        FROM detail d LEFT JOIN withdrawal w ON w.change = d.change
        WHERE d.deal IN (SELECT value FROM json_each(?)) AND w.change IS NULL
        ORDER BY d.deal, d.valid_from, d.id
    """
    found: dict[int, list[DetailVersion]] = defaultdict(list)
    for deal, *rest in conn.execute(sql, (wanted,)):
        found[deal].append(DetailVersion(*rest))
    return found


def _rulings(conn: sqlite3.Connection, policies: Policies, wanted: str) -> Mapping[int, list[RulingEvent]]:
    from salesops_tui.domain.projection import RulingEvent

    sql = """
        SELECT i.deal, i.id, i.policy, a.change, a.id
        FROM inspection i JOIN answer a ON a.inspection = i.id
        WHERE i.deal IN (SELECT value FROM json_each(?))
    """
    inspections: dict[int, tuple[int, int]] = {}
    change_of: dict[int, int] = {}
    for deal, inspection, policy, change, answer in conn.execute(sql, (wanted,)):
        inspections[inspection] = (deal, policy)
        change_of[answer] = change
    found: dict[int, list[RulingEvent]] = defaultdict(list)
    for inspection, answers in standing_answers(conn, inspections).items():
        deal, version = inspections[inspection]
        policy = policies.version(version)
        ruling = rule(policy, answers)
        if ruling.moment is not None:
            decisive = next(a for a in answers.values() if a.given_at == ruling.moment)
            passed = ruling.verdict is Verdict.PASSED
            found[deal].append(RulingEvent(ruling.moment, change_of[decisive.id], inspection, passed, policy))
    for heir in inherited(conn, wanted):
        policy = policies.version(heir.policy)
        found[heir.deal].append(RulingEvent(heir.since, heir.change, heir.inspection, False, policy))
    return found


def _stored(conn: sqlite3.Connection, wanted: str) -> Mapping[int, list[tuple[int, State]]]:
    sql = f"""
        SELECT deal, id, {_STATE_COLUMNS} FROM deal_state
        WHERE deal IN (SELECT value FROM json_each(?)) ORDER BY deal, valid_from
    """
    found: dict[int, list[tuple[int, State]]] = defaultdict(list)
    for deal, number, *v in conn.execute(sql, (wanted,)):
        state = State(*[*v[:6], Status(v[6]), Category(v[7]), Hold(v[8]), *v[9:13], Void(v[13]), v[14]])
        found[deal].append((number, state))
    return found
