"""Where people are, and what they have half typed: things that help, outside the record."""

import sqlite3
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment


class Presence(NamedTuple):
    """Somebody is looking at a deal, or was when their session ended."""

    person: int
    session: str
    call: int | None
    deal: int | None
    question: str
    since: Moment
    seen: Moment


_COLUMNS = "person, session, call, deal, question, since_at, seen_at"


def set_presence(conn: sqlite3.Connection, here: Presence) -> None:
    """Say where a session is; `since` of the same deal is kept."""
    conn.execute(
        f"""INSERT INTO presence ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (person, session) DO UPDATE SET
            since_at = iif(deal IS excluded.deal, since_at, excluded.since_at),
            call = excluded.call, deal = excluded.deal, question = excluded.question, seen_at = excluded.seen_at""",
        (here.person, here.session, here.call, here.deal, here.question, here.since, here.seen),
    )


def leave(conn: sqlite3.Connection, person: int, session: str) -> None:
    """Say that a session has left the deal it was on."""
    conn.execute("DELETE FROM presence WHERE person = ? AND session = ?", (person, session))


def sessions_of(conn: sqlite3.Connection, person: int) -> list[str]:
    """Return the sessions of a person that are on a deal, or broke off there."""
    return [session for (session,) in conn.execute("SELECT session FROM presence WHERE person = ?", (person,))]


def last_place(conn: sqlite3.Connection, person: int) -> Presence | None:
    """Return where the person's newest session is or broke off."""
    sql = f"SELECT {_COLUMNS} FROM presence WHERE person = ? ORDER BY seen_at DESC LIMIT 1"
    row = conn.execute(sql, (person,)).fetchone()
    return Presence(*row) if row else None


def others_on(conn: sqlite3.Connection, deal: int, person: int) -> list[Presence]:
    """Return where other people are on a deal, or broke off there, who came first at the front."""
    sql = f"SELECT {_COLUMNS} FROM presence WHERE deal = ? AND person <> ? ORDER BY since_at"
    return [Presence(*row) for row in conn.execute(sql, (deal, person))]


def places_since(conn: sqlite3.Connection, since: Moment) -> list[Presence]:
    """Return where sessions are that were seen on a deal since a moment."""
    sql = f"SELECT {_COLUMNS} FROM presence WHERE deal IS NOT NULL AND seen_at >= ? ORDER BY seen_at"
    return [Presence(*row) for row in conn.execute(sql, (since,))]


def save_draft(
    conn: sqlite3.Connection, person: int, deal: int, question: str, field: str, body: str, at: Moment
) -> None:
    """Keep a half-typed text; a blank one is dropped."""
    key = (person, deal, question, field)
    if body.strip():
        conn.execute(
            "INSERT INTO draft (person, deal, question, field, body, saved_at) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at",
            (*key, body, at),
        )
    else:
        conn.execute("DELETE FROM draft WHERE person = ? AND deal = ? AND question = ? AND field = ?", key)


def drafts_of(conn: sqlite3.Connection, person: int, deal: int) -> dict[tuple[str, str], str]:
    """Return a person's half-typed texts on a deal by question and field."""
    sql = "SELECT question, field, body FROM draft WHERE person = ? AND deal = ?"
    return {(question, field): body for question, field, body in conn.execute(sql, (person, deal))}


def drop_drafts(conn: sqlite3.Connection, person: int, deal: int, question: str) -> None:
    """Forget the half-typed texts of a question that has been answered."""
    conn.execute("DELETE FROM draft WHERE person = ? AND deal = ? AND question = ?", (person, deal, question))
