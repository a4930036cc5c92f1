"""A small company in a real store, for tests: people, deals and a clock that the test moves.

`Company.claim` writes what an import would write, without a file; inspections go through the services.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from salesops_tui.domain.calendar import BEGINNING, Moment, to_day, to_moment
from salesops_tui.domain.deal import Category, Status
from salesops_tui.domain.inspection import AnswerDraft, AnswerValue
from salesops_tui.domain.people import Person, Role
from salesops_tui.domain.policy import Policy
from salesops_tui.services.context import Context
from salesops_tui.services.inspecting import AnswerRequest, InspectionResult, give_answers
from salesops_tui.services.starting import found_company
from salesops_tui.store import people as store_people
from salesops_tui.store import record, tracks
from salesops_tui.store.connection import Store, create_store, open_store
from tests.opened import closed_later

MONDAY = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)
"""When the clock of a new company stands: a Monday morning in week 6 of a quarter (October to December)."""


class Company:
    """A store with an ops lead (olga), two managers (dana, west; erik, east) and their reps (lee, ana; sam)."""

    def __init__(self, path: Path, policy: Policy | None = None) -> None:
        self.path = path
        self.time = MONDAY
        store = closed_later(create_store(path))
        ops = Person(0, "olga", "Olga Ops", Role.OPS, login="olga")
        self.context = found_company(store, policy or test_policy(), "", self.clock, ops)
        self.people: dict[str, Person] = {"olga": self.context.acting()}
        for key, name, role, boss in (
            ("dana", "Dana Ruiz", Role.MANAGER, "olga"),
            ("erik", "Erik Vale", Role.MANAGER, "olga"),
            ("lee", "Lee Park", Role.REP, "dana"),
            ("ana", "Ana Diaz", Role.REP, "dana"),
            ("sam", "Sam Cole", Role.REP, "erik"),
        ):
            self.hire(key, name, role, boss)
        self.people["unassigned"] = store_people.unassigned(store.conn)

    @property
    def store(self) -> Store:
        return self.context.store

    def clock(self) -> Moment:
        return to_moment(self.time)

    def at(self, text: str) -> Company:
        """Set the clock: `2026-11-11 14:30` in UTC."""
        self.time = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return self

    def later(self, **by: float) -> Company:
        """Move the clock on."""
        self.time += timedelta(**by)
        return self

    def hire(self, key: str, name: str, role: Role = Role.REP, boss: str | None = None) -> Person:
        with self.store.write() as conn:
            change = self.context.change("people")
            person = store_people.add_person(conn, Person(0, key, name, role, f"{key}@example.com", key))
            since = Moment(BEGINNING)
            store_people.set_manager(conn, person.id, self.people[boss].id if boss else None, since, change)
            record.write_record(conn, change, {"person": key})
        self.people[key] = person
        self.context.forget_people()
        return person

    def move(self, key: str, boss: str) -> None:
        """Let somebody report to another manager from now on."""
        with self.store.write() as conn:
            change = self.context.change("people")
            store_people.set_manager(conn, self.people[key].id, self.people[boss].id, self.clock(), change)
            record.write_record(conn, change, {"person": key})

    def quota(self, key: str, period: str, amount: int) -> None:
        """Give a person a quota, in whole units."""
        with self.store.write() as conn:
            change = self.context.change("quotas")
            store_people.set_quota(conn, self.people[key].id, period, amount * 100, change)
            record.write_record(conn, change, {"quota": key})

    def claim(self, key: str, **values: Any) -> int:
        """Write a claim (and details) of a deal as an import of now would; values not named stay as they were.

        Values: owner, amount (whole units), category, stage, close (ISO), status, and any column of `detail`.
        """
        with self.store.write() as conn:
            change = self.context.change("import")
            number = self._deal(key, change)
            self._claim_row(number, change, values)
            self._detail_row(number, key, change, values)
            tracks.rebuild(conn, self.context.policies, [number])
            record.write_record(conn, change, {"deals": [key]})
        return number

    def acting_as(self, key: str) -> Context:
        """Return a context of its own connection in which this person acts."""
        return Context(closed_later(open_store(self.path)), self.people[key], self.clock, f"session of {key}")

    def answer(self, deal: str, *, by: str | None = None, **answers: str) -> InspectionResult:
        """Give answers by their values; a yes gets what it needs: `answer("D1", economic_buyer="yes", ...)`."""
        context = self.acting_as(by) if by else self.context
        drafts = [self.draft(question, value) for question, value in answers.items()]
        return give_answers(context, AnswerRequest(deal, drafts))

    def draft(self, question: str, value: str) -> AnswerDraft:
        draft = AnswerDraft(question, AnswerValue(value))
        if value == "yes" and question == "risk_and_mitigation":
            return draft._replace(risk="their counsel is out", mitigation="exec call booked")
        if value == "yes" and question == "recent_meeting":
            return draft._replace(met_day=to_day(self.time.date() - timedelta(days=1)))
        return draft

    def pass_(self, deal: str, *, by: str | None = None) -> InspectionResult:
        """Answer yes to everything."""
        return self.answer(deal, by=by, **dict.fromkeys(QUESTIONS, "yes"))

    def fail(self, deal: str, question: str = "economic_buyer", *, by: str | None = None) -> InspectionResult:
        """Answer no to one question."""
        return self.answer(deal, by=by, **{question: "no"})

    def _deal(self, key: str, change: int) -> int:
        conn = self.store.conn
        row = conn.execute("SELECT id FROM deal WHERE key = ?", (key,)).fetchone()
        if row:
            return int(row[0])
        cursor = conn.execute("INSERT INTO deal (key, source, change) VALUES (?, 'crm', ?)", (key, change))
        return cursor.lastrowid or 0

    def _claim_row(self, number: int, change: int, values: dict[str, Any]) -> None:
        last = self._last("claim", number, ("owner", "stage", "rep_category", "amount", "close_day", "status"))
        owner, stage, category, amount, close, status = last or (
            self.people["lee"].id, "6", int(Category.COMMIT), 100_00, to_day(date(2026, 12, 11)), int(Status.OPEN)
        )  # fmt: skip
        if "owner" in values:
            owner = self.people[values["owner"]].id
        if "category" in values:
            category = int(Category.from_key(values["category"]))
        if "status" in values:
            status = int(Status[values["status"].upper()])
        if "close" in values:
            close = to_day(date.fromisoformat(values["close"]))
        amount = values["amount"] * 100 if "amount" in values else amount
        self.store.conn.execute(
            "INSERT INTO claim (deal, valid_from, change, owner, stage, rep_category, amount, currency, original,"
            " close_day, status) VALUES (?, ?, ?, ?, ?, ?, ?, 'USD', ?, ?, ?)",
            (number, self.clock(), change, owner, values.get("stage", stage), category, amount, amount, close, status),
        )

    def _detail_row(self, number: int, key: str, change: int, values: dict[str, Any]) -> None:
        texts: dict[str, Any] = dict.fromkeys(_DETAIL_TEXTS, "")
        numbers: dict[str, Any] = dict.fromkeys(_DETAIL_NUMBERS)
        last = self._last("detail", number, (*_DETAIL_TEXTS, *_DETAIL_NUMBERS))
        row = dict(zip((*texts, *numbers), last, strict=True)) if last else texts | numbers | {"name": f"Deal {key}"}
        row |= {name: value for name, value in values.items() if name in row}
        if last and tuple(row.values()) == tuple(last):
            return
        columns = ["deal", "valid_from", "change", *row]
        marks = ", ".join("?" * len(columns))
        self.store.conn.execute(
            f"INSERT INTO detail ({', '.join(columns)}) VALUES ({marks})",
            (number, self.clock(), change, *row.values()),
        )

    def _last(self, table: str, number: int, columns: Sequence[str]) -> tuple[Any, ...] | None:
        sql = f"SELECT {', '.join(columns)} FROM {table} WHERE deal = ? ORDER BY valid_from DESC, id DESC LIMIT 1"
        row: tuple[Any, ...] | None = self.store.conn.execute(sql, (number,)).fetchone()
        return row


QUESTIONS = ("economic_buyer", "paper_process", "risk_and_mitigation", "recent_meeting")
_DETAIL_TEXTS = (
    "name", "account", "next_step", "economic_buyer", "economic_buyer_title", "type", "segment", "close_confirmed",
    "close_plan", "loss_reason", "competitor", "owner_text", "extra",
)  # fmt: skip
_DETAIL_NUMBERS = (
    "created_day", "next_step_day", "last_meeting_day", "last_activity_day", "term_months", "requalified_day",
)  # fmt: skip


def test_policy() -> Policy:
    """Return the default policy."""
    from salesops_tui.domain.policy_file import default_policy

    return default_policy()


test_policy.__test__ = False  # type: ignore[attr-defined]
