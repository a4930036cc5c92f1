"""The demo company's store: drawn for today, and lived through by the same services that people use."""

from __future__ import annotations

import csv
import importlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from salesops_tui.domain.calendar import Clock, Moment, system_clock, to_date, to_datetime, to_day, to_moment
from salesops_tui.domain.deal import Category
from salesops_tui.domain.inspection import AnswerDraft, AnswerValue, repeat
from salesops_tui.domain.people import Person, Role
from salesops_tui.domain.policy import Policy
from salesops_tui.errors import StoreProblem
from salesops_tui.services import acting, calls
from salesops_tui.services.context import Context
from salesops_tui.services.identity import login_name
from salesops_tui.services.import_request import ImportRequest
from salesops_tui.services.importing import import_deals
from salesops_tui.services.inspecting import AnswerRequest, earlier_answers, facts_about, find_deal, give_answers
from salesops_tui.services.joining import open_inspection
from salesops_tui.services.manager_number import JudgmentRequest, NumberRequest, submit_number
from salesops_tui.services.starting import found_company, sweep
from salesops_tui.store import people as store_people
from salesops_tui.store import record
from salesops_tui.store.connection import Store, create_store
from salesops_tui.store.people import scope_of

Progress = Callable[[int, int, str], None]

_SIDE_FILES = ("", "-wal", "-shm", "-lock")


def build_demo(
    path: Path, *, clock: Clock = system_clock, scale: int | None = None, progress: Progress | None = None
) -> None:
    """Build the demo company's store at `path`, in place of an earlier demo; whoever runs this is its ops lead.

    It is built beside `path` and put there whole, so that a stop on the way leaves nothing.

    Args:
        path: where the store will be; a store that is no demo is never touched.
        clock: gives now; everything in the company has happened before today.
        scale: how many deals; None for the company of the tour.
        progress: called with the days lived through, of how many, and the day.

    Raises:
        StoreProblem: something else stands at `path`, or it cannot be written.
    """
    _refuse_anything_else(path)
    generator = _generator()
    company = generator.generate(to_date(_today(clock)), scale=scale)
    sweep(path)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with create_store(fresh) as store:
            store.disposable = True
            _Life(store, company, progress or _silent).live()
            store.settle()
        _put_in_place(fresh, path)
    finally:
        for suffix in _SIDE_FILES:
            fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)


def _refuse_anything_else(path: Path) -> None:
    from salesops_tui.store.connection import open_store
    from salesops_tui.store.policies import Policies

    if not path.exists():
        return
    with open_store(path, read_only=True) as store:
        if not Policies(store.conn).version(1).name.startswith(_DEMO_NAME):
            raise StoreProblem(f"{path} is a store of somebody's own, not a demo; choose another path with --store")


_DEMO_NAME = "Demo company"


def _put_in_place(fresh: Path, path: Path) -> None:
    for suffix in _SIDE_FILES[1:]:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    fresh.replace(path)


def _generator() -> ModuleType:
    try:
        return importlib.import_module("salesops_tui._fixtures.generate")
    except ModuleNotFoundError:
        return importlib.import_module("fixtures.generate")


def _today(clock: Clock) -> Any:
    from salesops_tui.domain.calendar import Calendar

    return Calendar().day_of(clock())


def _silent(_done: int, _total: int, _what: str) -> None:
    pass


@dataclass
class _Life:
    """The company on its way from its first export to today."""

    store: Store
    company: Any
    progress: Progress
    time: Moment = Moment(0)
    desks: dict[str, Context] = field(default_factory=dict)
    actions: dict[str, int] = field(default_factory=dict)
    rows: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def live(self) -> None:
        """Hire everybody, then let happen what happened, in order of time."""
        with tempfile.TemporaryDirectory(prefix="salesops-") as folder:
            exports = Path(folder) / "export.csv"
            with self.store.write():
                self._found()
            first, today = to_day(to_datetime(self.time).date()), to_day(self.company.today)
            for event in self.company.events():
                day = event.at.date()
                self.progress(to_day(day) - first, today - first, day.isoformat())
                if hasattr(event, "rows"):
                    self._export(event, exports)
                elif hasattr(event, "judgments"):
                    with self.store.write():
                        self._number(event)
                else:
                    with self.store.write():
                        self._call(event)
            self.progress(today - first, today - first, self.company.today.isoformat())

    def now(self) -> Moment:
        """Return the moment at which the company is."""
        return self.time

    def desk(self, key: str) -> Context:
        """Return the context in which somebody acts."""
        return self.desks[key]

    def _found(self) -> None:
        members = list(self.company.people)
        lead = next(m for m in members if m.role == "ops")
        self.time = Moment(to_moment_of_day(min(line.day for line in self.company.lines)))
        policy, source = demo_policy(self.company)
        person = Person(0, lead.key, lead.name, Role.OPS, lead.email, login_name(), segment=lead.segment)
        context = found_company(self.store, policy, source, self.now, person)
        with self.store.write() as conn:
            change = context.change("people")
            for member in members:
                if member.key != lead.key:
                    login = "" if member.login == login_name() else member.login
                    fields = (member.key, member.name, Role(member.role), member.email, login)
                    store_people.add_person(conn, Person(0, *fields, segment=member.segment))
            everybody = {p.key: p for p in store_people.all_people(conn)}
            for line in self.company.lines:
                boss = everybody[line.manager].id if line.manager else None
                since = to_moment_of_day(line.day)
                store_people.set_manager(conn, everybody[line.person].id, boss, since, change)
            for quota in self.company.quotas:
                store_people.set_quota(conn, everybody[quota.person].id, quota.period, quota.amount * 100, change)
            record.write_record(conn, change, {"people": len(members), "quotas": len(self.company.quotas)})
        self.desks = {key: Context(self.store, person, self.now, "demo") for key, person in everybody.items()}
        self.desks[""] = self.desks[lead.key]

    def _export(self, event: Any, file: Path) -> None:
        self.time = to_moment(event.at)
        changed = {row["id"]: row for row in event.rows}
        self.rows |= changed
        for key in event.gone:
            self.rows.pop(key, None)
        rows = list((self.rows if event.gone else changed).values())
        if not rows:
            return
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        import_deals(
            self.desk(""), ImportRequest(file, full=bool(event.gone), strict=True, yes=True, name="crm-export.csv")
        )

    def _call(self, event: Any) -> None:
        self.time = to_moment(event.at)
        desk = self.desk(event.by)
        scope = self.desk(event.scope).actor if event.scope else None
        call = calls.start_call(desk, scope, everybody=not event.scope)
        for inspection in event.inspections:
            self._inspect(desk, inspection)
        self.time = to_moment(event.ended)
        calls.end_call(desk, call)

    def _number(self, event: Any) -> None:
        self.time = to_moment(event.at)
        desk = self.desk(event.by)
        scope = scope_of(self.store.conn, self.desk(event.scope).actor if event.scope else None, self.time)
        period = desk.calendar.period_named(event.period)
        judged = [
            JudgmentRequest(one.deal, one.puts_in, one.reason)
            for one in event.judgments
            if (find_deal(desk, one.deal, self.time).category is Category.COMMIT) != one.puts_in
        ]
        submit_number(desk, NumberRequest(scope, period, note=event.note, judgments=judged))

    def _inspect(self, desk: Context, inspection: Any) -> None:
        start = to_moment(inspection.at)
        self.time = start
        for key in inspection.done:
            if key in self.actions:
                acting.close_action(desk, self.actions.pop(key), done=True)
        for answers in _sittings(inspection.answers):
            self.time = Moment(start + answers[-1].after * 1_000_000)
            drafts = list(self._drafts(desk, inspection.deal, answers))
            request = AnswerRequest(inspection.deal, drafts, rep_present=inspection.rep_present)
            give_answers(desk, request)
        for action in inspection.actions:
            owner = self.desk(action.owner).acting()
            self.actions[action.key] = acting.add_action(desk, inspection.deal, owner, to_day(action.due), action.text)

    def _drafts(self, desk: Context, key: str, answers: Sequence[Any]) -> Iterator[AnswerDraft]:
        deal = find_deal(desk, key, self.time)
        now = open_inspection(desk, deal, self.time)
        last = earlier_answers(desk, deal.id, now.id if now else None)
        facts = facts_about(desk, deal, self.time)
        for answer in answers:
            question = desk.policy.question(answer.question)
            assert question is not None
            again = answer.repeats
            yield repeat(desk.policy, question, last.get(question.key), facts) if again else _draft(answer)


def _draft(answer: Any) -> AnswerDraft:
    return AnswerDraft(
        answer.question,
        AnswerValue(answer.value),
        answer.evidence,
        answer.reason,
        answer.risk,
        answer.mitigation,
        answer.risk_kind,
        to_day(answer.met) if answer.met else None,
    )


def _sittings(answers: Sequence[Any]) -> Iterator[list[Any]]:
    """Yield the answers in runs in which no question comes twice: a correction is a decision of its own."""
    run: list[Any] = []
    for answer in answers:
        if any(answer.question == given.question for given in run):
            yield run
            run = []
        run.append(answer)
    if run:
        yield run


def to_moment_of_day(day: int) -> Moment:
    """Return the first moment of a day in UTC, in which the demo company lives."""
    from salesops_tui.domain.calendar import Calendar, Day

    return Calendar().start_of_day(Day(day))


def demo_policy(company: Any) -> tuple[Policy, str]:
    """Return the default policy with the demo company's fiscal year and plan rates, and its text."""
    from salesops_tui.domain.policy_file import default_policy_text, read_policy

    text = re.sub(r'^name = ".*"', f'name = "{_DEMO_NAME}"', default_policy_text(), count=1, flags=re.M)
    month = company.fiscal_start_month
    text = re.sub(r"^fiscal_start_month = \d+", f"fiscal_start_month = {month}", text, flags=re.M)
    last_year = int(company.period[2:4])
    rates = "\n".join(f'{currency} = "{rate}"' for currency, rate in company.plan_rates.items())
    for year in range(last_year - 3, last_year + 3):
        text += f"\n[plan_rates.FY{year}]\n{rates}\n"
    return read_policy(text, "the demo's policy", to_day(company.today)), text
