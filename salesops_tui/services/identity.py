"""Who is at work: what the operating system says, never an environment variable that anyone can set."""

from __future__ import annotations

import os
import pwd

from salesops_tui import wall
from salesops_tui.domain.people import Person
from salesops_tui.errors import Refused, StoreProblem
from salesops_tui.store.connection import Store
from salesops_tui.store.people import person_by_login


def login_name() -> str:
    """Return the login of the effective user; its number where the system knows no name."""
    return login_of(os.geteuid())


def login_of(user: int) -> str:
    """Return the login of a user of this machine; the number where the system knows no name."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def login_at_work(store: Store) -> str:
    """Return whose login counts in a store: the effective user's.

    Where that is the service account that the store was set up for, and its owner, it is the login of whoever came
    through sudo: sudo itself has written down who that was, and nobody else can run anything as that account.
    """
    account, through = login_name(), wall.caller()
    if through is not None and is_shared_by(store, account):
        return login_of(through)
    return account


def who_is_at_work(store: Store) -> Person | None:
    """Return the person in the store who has this login, or None."""
    return person_by_login(store.conn, login_at_work(store))


def is_shared_by(store: Store, account: str) -> bool:
    """Say whether a store was set up to be held by an account for others, and is its own."""
    from salesops_tui.store.shared import service_account

    return service_account(store.conn) == account and _owner_and_mode(store)[0] == os.geteuid()


def check_shared(store: Store) -> None:
    """Make sure that a store is the one that this account holds for others.

    Raises:
        Refused: it was not set up for this account, it belongs to somebody else, or others may write it.
    """
    account = login_name()
    if not is_shared_by(store, account):
        raise Refused(f"{store.path} is not held for others by the account {account}; see 'salesops share --help'")
    if _owner_and_mode(store)[1] & 0o022:
        raise Refused(f"{store.path} can be changed by others than {account}; whoever looks after it has to mend that")


def _owner_and_mode(store: Store) -> tuple[int, int]:
    try:
        found = store.path.stat()
    except OSError as error:
        raise StoreProblem(f"{store.path}: {error.strerror}") from None
    return found.st_uid, found.st_mode
