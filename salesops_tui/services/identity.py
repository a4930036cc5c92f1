"""Who is at work: what the operating system says, never an environment variable."""

from __future__ import annotations

import os
import pwd

from salesops_tui.domain.people import Person
from salesops_tui.store.connection import Store
from salesops_tui.store.people import person_by_login


def login_name() -> str:
    """Return the login of the effective user; its number where the system knows no name."""
    uid = os.geteuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def who_is_at_work(store: Store) -> Person | None:
    """Return the person in the store who has this login, or None."""
    return person_by_login(store.conn, login_name())
