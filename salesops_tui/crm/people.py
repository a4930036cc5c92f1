"""Rows of a people file and of a quotas file, each checked by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from salesops_tui.crm.amounts import AmountReader
from salesops_tui.crm.dates import DateReader
from salesops_tui.crm.lookup import UnreadableError
from salesops_tui.crm.table import Row
from salesops_tui.crm.whole_table import WholeTable
from salesops_tui.domain.calendar import Day
from salesops_tui.domain.people import UNASSIGNED, Person, Role

PEOPLE_FIELDS = ("id", "name", "email", "login", "manager", "role", "region", "segment", "from")
PEOPLE_REQUIRED = ("id", "name")
QUOTA_FIELDS = ("person", "period", "amount")

_LONGEST = 200


class PersonRow(NamedTuple):
    """A row of a people file; None for what the file has no column for.

    Attributes:
        manager: as written: an id, login, e-mail or name; "" for nobody.
        role: None also for a blank: it follows from who reports to whom.
        since: the day from which the reporting line holds, or None.
    """

    key: str
    name: str
    email: str | None
    login: str | None
    manager: str | None
    role: Role | None
    region: str | None
    segment: str | None
    since: Day | None


class QuotaRow(NamedTuple):
    """A row of a quotas file. `amount` is in minor units of the policy's currency."""

    person: Person
    period: str
    amount: int


def read_person(table: WholeTable, row: Row, read_day: DateReader) -> PersonRow:
    """Return the person of a row.

    Raises:
        RejectedError: the row cannot be taken.
    """
    for field in table.places:
        if len(table.text(row, field) or "") > _LONGEST:
            raise table.refusal(row, field, f"has more than {_LONGEST} characters")
    key, name = table.needed(row, "id"), table.needed(row, "name")
    if key.casefold() == UNASSIGNED:
        raise table.refusal(row, "id", "is kept for the deals of unknown owners")
    return PersonRow(
        key=key,
        name=name,
        email=table.text(row, "email"),
        login=table.text(row, "login"),
        manager=table.text(row, "manager"),
        role=_role(table, row),
        region=table.text(row, "region"),
        segment=table.text(row, "segment"),
        since=_since(table, row, read_day),
    )


def read_quota(
    table: WholeTable,
    row: Row,
    find: Callable[[str], Person | None],
    period_named: Callable[[str], str],
    amount: AmountReader,
    currency: str,
) -> QuotaRow:
    """Return the quota of a row. `period_named` raises `UnreadableError` for what is no period.

    Raises:
        RejectedError: the row cannot be taken.
    """
    person = find(table.needed(row, "person"))
    if person is None or person.key == UNASSIGNED:
        raise table.refusal(row, "person", "is nobody here, or more than one; use an id")
    try:
        period = period_named(table.needed(row, "period"))
    except UnreadableError as error:
        raise table.refusal(row, "period", str(error)) from None
    try:
        # The cell as it is: a number of a workbook is read as such.
        code, minor = amount(row.cells[table.places["amount"]], "")
    except UnreadableError as error:
        raise table.refusal(row, "amount", str(error)) from None
    if code != currency:
        raise table.refusal(row, "amount", f"is not in {currency}, in which quotas are")
    return QuotaRow(person, period, minor)


def _role(table: WholeTable, row: Row) -> Role | None:
    text = table.text(row, "role")
    if not text:
        return None
    try:
        return Role(text.casefold())
    except ValueError:
        raise table.refusal(row, "role", f"is no role; there are {', '.join(Role)}") from None


def _since(table: WholeTable, row: Row, read_day: DateReader) -> Day | None:
    try:
        return read_day(table.text(row, "from") or "")
    except UnreadableError as error:
        raise table.refusal(row, "from", str(error)) from None
