"""People with their reporting lines, and quotas, from files into the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salesops_tui.crm.amounts import amount_reader
from salesops_tui.crm.dates import date_reader
from salesops_tui.crm.lookup import RejectedError, UnreadableError, rejected
from salesops_tui.crm.owners import PersonFinder, person_finder
from salesops_tui.crm.people import (
    PEOPLE_FIELDS,
    PEOPLE_REQUIRED,
    QUOTA_FIELDS,
    PersonRow,
    QuotaRow,
    read_person,
    read_quota,
)
from salesops_tui.crm.whole_table import read_whole
from salesops_tui.domain.calendar import BEGINNING, Moment, iso_day
from salesops_tui.domain.people import UNASSIGNED, Person, Role, reporting_loop
from salesops_tui.errors import BadInput, WrongUsage
from salesops_tui.services.context import Context
from salesops_tui.services.import_request import Notice, moment_to_write
from salesops_tui.services.import_table import Judged, TableReport, tentatively
from salesops_tui.store import people as store_people
from salesops_tui.store import record
from salesops_tui.store.imports import line_changes_since

__all__ = ["TableReport", "import_people", "import_quotas"]


def import_people(
    context: Context, path: Path, as_of: str | None = None, *, dry_run: bool = False, name: str = ""
) -> TableReport:
    """Import people and who reports to whom; people who are not in the file stay as they are.

    A person is found by id; whoever made the store, whose id is still their login, by that login. A line holds from
    the day in the column `from` (its first moment), else from `as_of`, else from now; the first line of somebody new
    holds from the beginning.

    Raises:
        Refused: the actor is no ops lead, or the moment is still to come.
        BadInput: the file cannot be taken in, or its lines make a loop (which is named); nothing was written.
    """
    context.as_ops("importing people")
    since = None if as_of is None else moment_to_write(context, as_of)
    table = read_whole(path, name or str(path), PEOPLE_FIELDS, PEOPLE_REQUIRED)
    judged = Judged(table)
    read_day = date_reader()
    rows = judged.read(lambda row: read_person(table, row, read_day))
    with tentatively(context) as take_back:
        roster = _Roster(context, judged, rows, since)
        roster.judge()
        report = roster.write(path, dry_run=dry_run)
        if dry_run or not (report.new or report.changed):
            take_back()
    return report


def import_quotas(context: Context, path: Path, *, dry_run: bool = False, name: str = "") -> TableReport:
    """Import quotas by person and period, in the policy's currency.

    Raises:
        Refused: the actor is no ops lead.
        BadInput: the file cannot be taken in; nothing was written.
    """
    context.as_ops("importing quotas")
    table = read_whole(path, name or str(path), QUOTA_FIELDS, QUOTA_FIELDS)
    judged = Judged(table)
    currency = context.policy.currency
    find, amount = person_finder(context.people.values()), amount_reader(currency)
    rows = judged.read(lambda row: read_quota(table, row, find, lambda text: _period(context, text), amount, currency))
    _reject_repeated(judged, {line: (row.person.id, row.period) for line, row in rows.items()}, "person and period")
    with tentatively(context) as take_back:
        change = context.change("quotas")
        written = []
        for line, row in rows.items():
            if line not in judged.rejects and _write_quota(context, judged, row, change):
                written.append((row.person.key, row.period, row.amount))
        report = judged.report(path, dry_run=dry_run)
        _write_record(context, judged, report, change)
        if dry_run or not written:
            take_back()
    return report


def _period(context: Context, text: str) -> str:
    try:
        return context.calendar.period_named(text).name
    except WrongUsage:
        raise UnreadableError("is no period; write it as FY26-Q4") from None


def _write_quota(context: Context, judged: Judged, row: QuotaRow, change: int) -> bool:
    conn = context.store.conn
    standing = store_people.quotas(conn, row.period).get(row.person.id)
    differs = standing != row.amount
    judged.count(known=standing is not None, differs=differs)
    if differs:
        store_people.set_quota(conn, row.person.id, row.period, row.amount, change)
    return differs


def _reject_repeated(judged: Judged, keys: Mapping[int, Any], what: str) -> None:
    """Reject every row whose key stands on an earlier line; None and "" are no keys."""
    first: dict[Any, int] = {}
    for line, key in keys.items():
        if key in (None, "") or first.setdefault(key, line) == line:
            continue
        kind = f"the {what} stands there already"
        judged.rejects.setdefault(line, RejectedError(kind, f"the {what} stands on line {first[key]} already"))


def _write_record(context: Context, judged: Judged, report: TableReport, change: int) -> None:
    told = ("file", "rows", "accepted", "rejected", "new", "changed", "unchanged")
    plain = report.as_plain()
    body = {name: plain[name] for name in told} | {"sha256": judged.table.sha256}
    record.write_record(context.store.conn, change, body)


@dataclass
class _Roster:
    """Everybody as they will be, while the rows of a file are judged and written; inside a write transaction.

    Attributes:
        rows: the people of the file by line; those that are rejected do not count.
        since: from when lines hold, or None.
    """

    context: Context
    judged: Judged
    rows: Mapping[int, PersonRow]
    since: Moment | None

    def __post_init__(self) -> None:
        self.context.forget_people()
        self.known = [p for p in self.context.people.values() if p.key != UNASSIGNED]
        self.by_key = {p.key: p for p in self.known}
        self.by_login = {p.login: p for p in self.known if p.login}
        self.named = {row.key: row for row in self.rows.values()}
        self.managers = store_people.managers_at(self.context.store.conn, self.context.now())

    def judge(self) -> None:
        """Reject rows that contradict each other or the store."""
        _reject_repeated(self.judged, {line: row.key for line, row in self.rows.items()}, "id")
        _reject_repeated(self.judged, {line: row.login for line, row in self.taken().items()}, "login")
        # A row may lean on one that is rejected (its manager, its login): look again until nothing changes.
        while contradictions := self._contradictions():
            self.judged.rejects.update(contradictions)

    def taken(self) -> dict[int, PersonRow]:
        """Return the rows that are not rejected."""
        return {line: row for line, row in self.rows.items() if line not in self.judged.rejects}

    def write(self, path: Path, *, dry_run: bool) -> TableReport:
        """Write people and lines, look for loops, and return the report."""
        context, conn = self.context, self.context.store.conn
        change = context.change("people")
        people = self._people()
        finder = person_finder(people.values())
        numbers: dict[str, int] = {}
        before = {p.id: p for p in self.known}
        moved = [p for p in people.values() if p.id and p != before[p.id]]
        for person in moved:
            store_people.change_person(conn, before[person.id]._replace(login=""))
        for person in people.values():
            if not person.id:
                numbers[person.key] = store_people.add_person(conn, person).id
                continue
            numbers[person.key] = person.id
            if person in moved:
                store_people.change_person(conn, person)
        self._write_lines(people, finder, numbers, change, {p.key for p in moved})
        report = self.judged.report(path, dry_run=dry_run)
        _write_record(context, self.judged, report, change)
        return report

    def _write_lines(
        self, people: Mapping[str, Person], find: PersonFinder, numbers: Mapping[str, int], change: int, moved: set[str]
    ) -> None:
        conn = self.context.store.conn
        earliest = self.context.now()
        for row in self.taken().values():
            person = people[row.key]
            boss = find(row.manager) if row.manager else None
            since = self._line_from(row, person)
            line_differs = False
            if row.manager is not None or not person.id:
                number = numbers[boss.key] if boss else None
                if number == numbers[row.key]:
                    raise self._loop([row.key, row.key])
                line_differs = store_people.set_manager(conn, numbers[row.key], number, since, change)
                earliest = min(earliest, since)
            differs = line_differs or row.key in moved
            self.judged.count(known=bool(person.id), differs=differs)
        self._refuse_loops(earliest, {number: key for key, number in numbers.items()})

    def _refuse_loops(self, earliest: Moment, keys: Mapping[int, str]) -> None:
        for moment in line_changes_since(self.context.store.conn, earliest):
            lines = store_people.managers_at(self.context.store.conn, moment)
            loop = reporting_loop({keys[p]: keys[m] if m is not None else None for p, m in lines.items()})
            if loop:
                raise self._loop(loop)

    def _loop(self, keys: list[str]) -> BadInput:
        return BadInput(
            f"{self.judged.table.name}: a loop in the reporting lines: {' → '.join(keys)}; nothing was written"
        )

    def _line_from(self, row: PersonRow, person: Person) -> Moment:
        if row.since is not None:
            return self.context.calendar.start_of_day(row.since)
        if self.since is not None:
            return self.since
        return self.context.now() if person.id in self.managers else BEGINNING

    def _contradictions(self) -> dict[int, RejectedError]:
        rows = self.taken()
        by_key = {row.key: row for row in rows.values()}
        find = person_finder(self._merged().values())
        found: dict[int, RejectedError] = {}
        for line, row in rows.items():
            if row.since is not None and self.context.calendar.start_of_day(row.since) > self.context.now():
                found[line] = rejected("from", iso_day(row.since) or "", "is still to come")
            elif holder := self._other_holder(row, by_key):
                found[line] = rejected("login", row.login or "", f"is the login of {holder.key} already")
            elif row.manager and find(row.manager) is None:
                found[line] = rejected("manager", row.manager, "is nobody in this file or here; use an id")
        return found

    def _other_holder(self, row: PersonRow, by_key: Mapping[str, PersonRow]) -> Person | None:
        """Return who has the login of a row, unless that is the same person or one who gives it up in this file."""
        holder = self.by_login.get(row.login or "")
        if holder is None or holder == self._person_of(row):
            return None
        gives_up = by_key.get(holder.key)
        return None if gives_up and gives_up.login not in (None, holder.login) else holder

    def _person_of(self, row: PersonRow) -> Person | None:
        """Return the person of the store whom a row means: by id; one who was made with the store, by login."""
        holder = self.by_login.get(row.login or "")
        made_with_store = holder and holder.key == holder.login and holder.key not in self.named
        return self.by_key.get(row.key) or (holder if made_with_store else None)

    def _people(self) -> dict[str, Person]:
        """Return everybody as they will be, by id; a number of 0 is somebody new."""
        found = self._merged()
        self._derive_roles(found)
        self._keep_an_ops_lead(found)
        return found

    def _merged(self) -> dict[str, Person]:
        found = dict(self.by_key)
        for row in self.taken().values():
            person = self._person_of(row)
            if person:
                found.pop(person.key, None)
            found[row.key] = _merged(row, person)
        return found

    def _derive_roles(self, people: dict[str, Person]) -> None:
        find = person_finder(people.values())
        rows = {row.key: row for row in self.taken().values()}
        by_number = {p.id: p.key for p in people.values() if p.id}
        leading = {boss.key for row in rows.values() if row.manager and (boss := find(row.manager))}
        standing = {by_number.get(p): by_number[m] for p, m in self.managers.items() if m in by_number}
        leading |= {boss for key, boss in standing.items() if key not in rows or rows[key].manager is None}
        for key, row in rows.items():
            if row.role is None and people[key].role is not Role.OPS:
                people[key] = people[key]._replace(role=Role.MANAGER if key in leading else Role.REP)

    def _keep_an_ops_lead(self, people: dict[str, Person]) -> None:
        if any(p.role is Role.OPS for p in people.values()):
            return
        actor = self.context.acting()
        key = next(key for key, person in people.items() if person.id == actor.id)
        people[key] = people[key]._replace(role=Role.OPS)
        said = f"{people[key].name} stays an ops lead: the store must have one"
        self.judged.notices.append(Notice("ops_kept", said, 1))


def _merged(row: PersonRow, person: Person | None) -> Person:
    old = person or Person(0, row.key, row.name)
    return Person(
        id=old.id,
        key=row.key,
        name=row.name,
        role=row.role or old.role,
        email=old.email if row.email is None else row.email,
        login=old.login if row.login is None else row.login,
        region=old.region if row.region is None else row.region,
        segment=old.segment if row.segment is None else row.segment,
    )
