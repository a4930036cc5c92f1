"""People, reporting lines and quotas in the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from salesops_tui.domain.calendar import FOREVER, Moment
from salesops_tui.domain.people import UNASSIGNED, Person, Role, Scope, members_under

_COLUMNS = "id, key, name, role, email, login, region, segment"


def _person(row: tuple[int, str, str, str, str, str, str, str]) -> Person:
    number, key, name, role, *rest = row
    return Person(number, key, name, Role(role), *rest)


def all_people(conn: sqlite3.Connection) -> list[Person]:
    """Return everybody, the person for unassigned deals included, by name."""
    return [_person(row) for row in conn.execute(f"SELECT {_COLUMNS} FROM person ORDER BY name, id")]


def person_by_id(conn: sqlite3.Connection, number: int) -> Person | None:
    """Return the person with the store's number."""
    return _one(conn, "id = ?", number)


def person_by_key(conn: sqlite3.Connection, key: str) -> Person | None:
    """Return the person with the id of the people file."""
    return _one(conn, "key = ?", key)


def person_by_login(conn: sqlite3.Connection, login: str) -> Person | None:
    """Return the person with this login of the operating system."""
    return _one(conn, "login = ? AND login <> ''", login)


def unassigned(conn: sqlite3.Connection) -> Person:
    """Return the person who stands for unknown owners."""
    person = person_by_key(conn, UNASSIGNED)
    assert person is not None, "made with the store"
    return person


def add_person(conn: sqlite3.Connection, person: Person) -> Person:
    """Insert a person and return it with the store's number."""
    cursor = conn.execute(
        "INSERT INTO person (key, name, role, email, login, region, segment) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (person.key, person.name, person.role, person.email, person.login, person.region, person.segment),
    )
    added = person_by_id(conn, cursor.lastrowid or 0)
    assert added is not None
    return added


def change_person(conn: sqlite3.Connection, person: Person) -> None:
    """Overwrite the attributes of the person with this number (names and logins have no history)."""
    conn.execute(
        "UPDATE person SET key = ?, name = ?, role = ?, email = ?, login = ?, region = ?, segment = ? WHERE id = ?",
        (
            person.key,
            person.name,
            person.role,
            person.email,
            person.login,
            person.region,
            person.segment,
            person.id,
        ),
    )


def managers_at(conn: sqlite3.Connection, at: Moment) -> dict[int, int | None]:
    """Return the manager of everybody who had a reporting line at a moment."""
    return dict(
        conn.execute(
            "SELECT person, manager FROM reporting_line WHERE valid_from <= ? AND valid_to > ?", (at, at)
        ).fetchall()
    )


def set_manager(conn: sqlite3.Connection, person: int, manager: int | None, since: Moment, change: int) -> bool:
    """Let a person report to `manager` from `since` until the next known line; False where that was so already."""
    standing = conn.execute(
        "SELECT manager FROM reporting_line WHERE person = ? AND valid_from <= ? AND valid_to > ?",
        (person, since, since),
    ).fetchone()
    if standing is not None and standing[0] == manager:
        return False
    (until,) = conn.execute(
        "SELECT coalesce(min(valid_from), ?) FROM reporting_line WHERE person = ? AND valid_from > ?",
        (FOREVER, person, since),
    ).fetchone()
    conn.execute("DELETE FROM reporting_line WHERE person = ? AND valid_from = ?", (person, since))
    conn.execute(
        "UPDATE reporting_line SET valid_to = ? WHERE person = ? AND valid_from < ? AND valid_to > ?",
        (since, person, since, since),
    )
    conn.execute(
        "INSERT INTO reporting_line (person, manager, valid_from, valid_to, change) VALUES (?, ?, ?, ?, ?)",
        (person, manager, since, until, change),
    )
    return True


def scope_of(conn: sqlite3.Connection, person: Person | None, at: Moment) -> Scope:
    """Return a person and everybody below at a moment; everybody for None."""
    if person is None:
        return Scope(None, frozenset())
    return Scope(person, members_under(person.id, managers_at(conn, at)))


def is_below(conn: sqlite3.Connection, person: int, manager: int, at: Moment) -> bool:
    """Say whether somebody is a manager at a moment, or anywhere below them: in their `scope_of`, found from below."""
    sql = """
        WITH RECURSIVE line (person) AS (
            SELECT :person
            UNION
            SELECT r.manager FROM line JOIN reporting_line r ON r.person = line.person
            WHERE r.valid_from <= :at AND r.valid_to > :at AND r.manager IS NOT NULL
        )
        SELECT EXISTS (SELECT 1 FROM line WHERE person = :manager)
    """
    return bool(conn.execute(sql, {"person": person, "manager": manager, "at": at}).fetchone()[0])


def quotas(conn: sqlite3.Connection, period: str) -> Mapping[int, int]:
    """Return the quota rows of a period by person, minor units; the latest row of each person rules."""
    return dict(conn.execute("SELECT person, amount FROM quota WHERE period = ? ORDER BY id", (period,)).fetchall())


def set_quota(conn: sqlite3.Connection, person: int, period: str, amount: int, change: int) -> None:
    """Write a person's quota for a period, minor units."""
    conn.execute(
        "INSERT INTO quota (person, period, amount, change) VALUES (?, ?, ?, ?)",
        (person, period, amount, change),
    )


def _one(conn: sqlite3.Connection, where: str, value: object) -> Person | None:
    row = conn.execute(f"SELECT {_COLUMNS} FROM person WHERE {where}", (value,)).fetchone()
    return _person(row) if row else None
