"""Calls, inspections and answers in the store."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.inspection import Answer, AnswerDraft, AnswerValue
from salesops_tui.store.tracks import standing_answers

_CALL = (
    "call.id, call.scope, call.kind, call.period, call.started_at, call.started_by, call.lapses_at, call.ended_at,"
    " call.ended_by, (SELECT recorded_at > call.started_at + 60000000 FROM change WHERE change.id = call.change),"
    " call.figures"
)
_INSPECTION = "i.id, i.deal, i.call, i.policy, i.opened_at, i.opened_by, i.rep_present, i.backdated"


class Call(NamedTuple):
    """One sitting in which deals are inspected.

    Attributes:
        scope: person id, or None for everybody.
        kind: "forecast" or "one_on_one".
        lapses_at: the end of its week, when it ends by itself.
        ended_at: when it was ended by a person (or found lapsed and closed), or None.
        backdated: it was written down later than it was held.
        figures: what was said when it ended, as JSON values.
    """

    id: int
    scope: int | None
    kind: str
    period: str
    started_at: Moment
    started_by: int
    lapses_at: Moment
    ended_at: Moment | None
    ended_by: int | None
    backdated: bool
    figures: Mapping[str, Any] | None

    def open_at(self, at: Moment) -> bool:
        """Whether deals can be inspected in it at a moment."""
        return self.started_at <= at <= self.lapses_at and (self.ended_at is None or at < self.ended_at)

    def takes_answers(self, at: Moment, now: Moment) -> bool:
        """Whether an answer of the moment `at` can still go into it now: it is open, or was only held on paper."""
        return self.open_at(at) and (self.open_at(now) or (self.backdated and self.ended_by is None))

    @property
    def end(self) -> Moment:
        """When it ended or will end by itself."""
        return self.lapses_at if self.ended_at is None else self.ended_at


class Inspection(NamedTuple):
    """One deal's walk through the questions within one call."""

    id: int
    deal: int
    call: int
    policy: int
    opened_at: Moment
    opened_by: int
    rep_present: bool | None
    backdated: bool


def _call(row: tuple[Any, ...]) -> Call:
    return Call(*[*row[:9], bool(row[9]), json.loads(row[10]) if row[10] else None])


def _inspection(row: tuple[Any, ...]) -> Inspection:
    return Inspection(*[*row[:6], None if row[6] is None else bool(row[6]), bool(row[7])])


def add_call(
    conn: sqlite3.Connection,
    *,
    scope: int | None,
    kind: str,
    period: str,
    started_at: Moment,
    started_by: int,
    change: int,
    lapses_at: Moment,
) -> Call:
    """Insert a call that starts now and return it."""
    cursor = conn.execute(
        "INSERT INTO call (scope, kind, period, started_at, started_by, change, lapses_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (scope, kind, period, started_at, started_by, change, lapses_at),
    )
    found = call_by_id(conn, cursor.lastrowid or 0)
    assert found is not None
    return found


def end_call(conn: sqlite3.Connection, call: int, at: Moment, by: int | None, figures: Mapping[str, Any]) -> bool:
    """Close a call with the figures as they were said; False if somebody else had ended it."""
    cursor = conn.execute(
        "UPDATE call SET ended_at = ?, ended_by = ?, figures = ? WHERE id = ? AND ended_at IS NULL",
        (at, by, json.dumps(figures, ensure_ascii=False), call),
    )
    return cursor.rowcount == 1


def call_by_id(conn: sqlite3.Connection, number: int) -> Call | None:
    """Return one call, or None."""
    row = conn.execute(f"SELECT {_CALL} FROM call WHERE id = ?", (number,)).fetchone()
    return _call(row) if row else None


def all_calls(conn: sqlite3.Connection, *, until: Moment | None = None) -> list[Call]:
    """Return the calls, newest first."""
    sql = f"SELECT {_CALL} FROM call WHERE :until IS NULL OR started_at <= :until ORDER BY started_at DESC, id DESC"
    return [_call(row) for row in conn.execute(sql, {"until": until})]


def open_calls(conn: sqlite3.Connection, at: Moment, by: int | None = None) -> list[Call]:
    """Return the calls in which deals can be inspected at a moment, newest first; only those that `by` started."""
    sql = f"""
        SELECT {_CALL} FROM call
        WHERE started_at <= :at AND lapses_at >= :at AND (ended_at IS NULL OR ended_at > :at)
            AND (:by IS NULL OR started_by = :by)
        ORDER BY started_at DESC, id DESC
    """
    return [_call(row) for row in conn.execute(sql, {"at": at, "by": by})]


def lapsed_calls(conn: sqlite3.Connection, at: Moment) -> list[Call]:
    """Return the calls whose week is over and that nobody has ended."""
    sql = f"SELECT {_CALL} FROM call WHERE ended_at IS NULL AND lapses_at < ? ORDER BY id"
    return [_call(row) for row in conn.execute(sql, (at,))]


def last_ended_call(conn: sqlite3.Connection, scope: int | None, before: Moment) -> Call | None:
    """Return the last call of exactly this scope that had ended before a moment."""
    sql = f"""
        SELECT {_CALL} FROM call WHERE scope IS ? AND coalesce(ended_at, lapses_at) < ?
        ORDER BY coalesce(ended_at, lapses_at) DESC, id DESC LIMIT 1
    """
    row = conn.execute(sql, (scope, before)).fetchone()
    return _call(row) if row else None


def open_inspections(conn: sqlite3.Connection, deal: int, at: Moment) -> list[tuple[Call, Inspection]]:
    """Return a deal's newest inspection in each call that is open at a moment, the newest call first."""
    sql = f"""
        SELECT {_INSPECTION}, {_CALL} FROM inspection i JOIN call ON call.id = i.call
        WHERE i.deal = :deal AND call.started_at <= :at AND call.lapses_at >= :at
            AND (call.ended_at IS NULL OR call.ended_at > :at)
        ORDER BY i.id
    """
    # A later inspection in the same call takes the place of the one before.
    newest = {row[2]: (_call(row[8:]), _inspection(row[:8])) for row in conn.execute(sql, {"deal": deal, "at": at})}
    return sorted(newest.values(), key=lambda pair: (pair[0].started_at, pair[0].id), reverse=True)


def inspection_by_id(conn: sqlite3.Connection, number: int) -> Inspection | None:
    """Return one inspection, or None."""
    row = conn.execute(f"SELECT {_INSPECTION} FROM inspection i WHERE id = ?", (number,)).fetchone()
    return _inspection(row) if row else None


def inspections_of_deal(conn: sqlite3.Connection, deal: int) -> list[Inspection]:
    """Return a deal's inspections, oldest first."""
    sql = f"SELECT {_INSPECTION} FROM inspection i WHERE deal = ? ORDER BY opened_at, id"
    return [_inspection(row) for row in conn.execute(sql, (deal,))]


def inspections_in_call(conn: sqlite3.Connection, call: int) -> list[Inspection]:
    """Return the inspections of a call in the order in which they were opened."""
    sql = f"SELECT {_INSPECTION} FROM inspection i WHERE call = ? ORDER BY opened_at, id"
    return [_inspection(row) for row in conn.execute(sql, (call,))]


def add_inspection(conn: sqlite3.Connection, inspection: Inspection) -> Inspection:
    """Insert an inspection (its id is ignored) and return it with the store's number."""
    cursor = conn.execute(
        "INSERT INTO inspection (deal, call, policy, opened_at, opened_by, rep_present, backdated)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            inspection.deal,
            inspection.call,
            inspection.policy,
            inspection.opened_at,
            inspection.opened_by,
            None if inspection.rep_present is None else int(inspection.rep_present),
            int(inspection.backdated),
        ),
    )
    found = inspection_by_id(conn, cursor.lastrowid or 0)
    assert found is not None
    return found


def answers_of(conn: sqlite3.Connection, inspection: int) -> dict[str, Answer]:
    """Return the answers that stand in an inspection, by question."""
    return standing_answers(conn, [inspection]).get(inspection, {})


def last_version(conn: sqlite3.Connection, inspection: int, question: str) -> int:
    """Return the number of the newest answer to a question, withdrawn or not; 0 for none."""
    sql = "SELECT coalesce(max(version), 0) FROM answer WHERE inspection = ? AND question = ?"
    return int(conn.execute(sql, (inspection, question)).fetchone()[0])


def versions_of(conn: sqlite3.Connection, inspection: int) -> dict[str, int]:
    """Return the number of the newest answer, withdrawn or not, by question."""
    sql = "SELECT question, max(version) FROM answer WHERE inspection = ? GROUP BY question"
    return dict(conn.execute(sql, (inspection,)).fetchall())


def add_answer(
    conn: sqlite3.Connection,
    inspection: int,
    draft: AnswerDraft,
    *,
    version: int,
    change: int,
    actor: int,
    given_at: Moment,
    streak: int,
) -> int:
    """Insert an answer and return its id.

    Raises:
        sqlite3.IntegrityError: this version of the answer exists: somebody else was faster.
    """
    cursor = conn.execute(
        "INSERT INTO answer (inspection, question, version, change, actor, given_at, value, evidence, reason, risk,"
        " mitigation, risk_kind, met_day, repeats, streak) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            inspection,
            draft.question,
            version,
            change,
            actor,
            given_at,
            draft.value,
            draft.evidence,
            draft.reason,
            draft.risk,
            draft.mitigation,
            draft.risk_kind,
            draft.met_day,
            draft.repeats,
            streak,
        ),
    )
    return cursor.lastrowid or 0


def answer_history(
    conn: sqlite3.Connection, inspections: Iterable[int]
) -> list[tuple[int, str, int, int, str, str, str, Moment, bool]]:
    """Return every answer ever given in these inspections, oldest first, corrected and withdrawn ones too.

    Each is inspection, question, version, actor, value, words beside it, reason, moment recorded, and whether it
    still stands.
    """
    sql = """
        SELECT a.inspection, a.question, a.version, a.actor, a.value,
            trim(a.evidence || ' ' || a.risk || iif(a.mitigation <> '', ' / ', '') || a.mitigation), a.reason,
            c.recorded_at,
            w.change IS NULL AND NOT EXISTS (
                SELECT 1 FROM answer n LEFT JOIN withdrawal nw ON nw.change = n.change
                WHERE n.inspection = a.inspection AND n.question = a.question AND n.version > a.version
                    AND nw.change IS NULL)
        FROM answer a JOIN change c ON c.id = a.change LEFT JOIN withdrawal w ON w.change = a.change
        WHERE a.inspection IN (SELECT value FROM json_each(?)) ORDER BY a.id
    """
    return [(*row[:8], bool(row[8])) for row in conn.execute(sql, (json.dumps(list(inspections)),))]


def newest_inspections(conn: sqlite3.Connection, deals: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return the newest inspection that has an answer by deal: its id and policy version."""
    sql = """
        SELECT i.deal, i.id, i.policy FROM inspection i
        WHERE i.deal IN (SELECT value FROM json_each(?))
            AND EXISTS (
                SELECT 1 FROM answer a LEFT JOIN withdrawal w ON w.change = a.change
                WHERE a.inspection = i.id AND w.change IS NULL)
        ORDER BY i.opened_at, i.id
    """
    return {deal: (number, policy) for deal, number, policy in conn.execute(sql, (json.dumps(list(deals)),))}


def drafts_of_change(conn: sqlite3.Connection, change: int) -> list[AnswerDraft]:
    """Return the answers of one decision as they are stored, in the order in which they were given."""
    sql = """
        SELECT question, value, evidence, reason, risk, mitigation, risk_kind, met_day, repeats
        FROM answer WHERE change = ? ORDER BY id
    """
    return [AnswerDraft(*[row[0], AnswerValue(row[1]), *row[2:]]) for row in conn.execute(sql, (change,))]
