"""Making a store, and adopting a policy."""

from __future__ import annotations

import glob
import grp
import os
import pwd
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from salesops_tui.domain.calendar import BEGINNING, Calendar, Clock, system_clock
from salesops_tui.domain.people import UNASSIGNED, Person, Role
from salesops_tui.domain.policy import Policy
from salesops_tui.errors import Refused, StoreProblem
from salesops_tui.services.context import Context
from salesops_tui.services.identity import login_name, who_is_at_work
from salesops_tui.store import people as store_people
from salesops_tui.store import policies as store_policies
from salesops_tui.store import record
from salesops_tui.store.connection import Store, create_store, open_store, translated


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who else will use a store.

    Attributes:
        group: a Unix group whose members share the file, or "".
        account: the login of the service account that holds it for others, who come through sudo; or "".
        ops: the login of the first ops lead; "" for whoever makes the store.
    """

    group: str = ""
    account: str = ""
    ops: str = ""


ALONE = Sharing()


def init_store(
    path: Path, policy_file: Path | None = None, sharing: Sharing = ALONE, clock: Clock = system_clock
) -> Context:
    """Make an empty store at `path`.

    Args:
        path: where the store will be; its folder is made if need be.
        policy_file: the rulebook; the default policy for None.
        sharing: who else will use it.
        clock: gives now.

    Raises:
        StoreProblem: something is there already, or the group or the account does not exist.
        BadInput: the policy cannot be read.
    """
    policy, source = read_policy_file(policy_file, clock)
    number = _group_number(sharing.group)
    _check_account(sharing.account)
    if path.exists():
        raise StoreProblem(f"{path} exists already; choose another path, nothing was changed")
    sweep(path)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with translated(path), create_store(fresh, mode=0o600 if number is None else 0o660) as store:
            if number is not None:
                os.chown(fresh, -1, number, follow_symlinks=False)
            lead = Person(0, sharing.ops, sharing.ops, Role.OPS, login=sharing.ops) if sharing.ops else None
            context = found_company(store, policy, source, clock, lead)
            if sharing.account:
                share_store(context, sharing.account)
        # A link and not a rename: whoever made a store here meanwhile keeps it.
        with translated(path):
            os.link(fresh, path)
    finally:
        for suffix in ("", "-wal", "-shm", "-lock"):
            fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
    store = open_store(path)
    return Context(store, who_is_at_work(store), clock)


def found_company(
    store: Store, policy: Policy, source: str, clock: Clock = system_clock, ops: Person | None = None
) -> Context:
    """Write the first rows of an empty store: the ops lead, the person for unassigned deals, the policy."""
    context = Context(store, None, clock)
    login = login_name()
    with store.write() as conn:
        change = context.change("init")
        lead = store_people.add_person(conn, ops or Person(0, login, login, Role.OPS, login=login))
        store_people.add_person(conn, Person(0, UNASSIGNED, "Unassigned", Role.REP))
        # The first policy holds for all that comes before it, so that history from elsewhere has one too.
        store_policies.add_policy(conn, policy, source, change, BEGINNING)
        record.write_record(conn, change, {"ops": lead.key, "policy": policy.name})
    context.actor = lead
    return context


def share_store(context: Context, account: str) -> None:
    """Let a service account hold the store for others from now on; "" for nobody.

    Whoever comes through sudo as that account, and as owner of the file, is then who sudo says they are.

    Raises:
        Refused: the actor is no ops lead.
        StoreProblem: there is no such account, or it is root.
    """
    context.as_ops("saying who holds the store")
    _check_account(account)
    from salesops_tui.store.shared import set_service_account

    with context.store.write() as conn:
        change = context.change("share")
        set_service_account(conn, account, change)
        record.write_record(conn, change, {"service_account": account})


def sweep(path: Path) -> None:
    """Take away what builders of a store at `path` left beside it when they were killed."""
    start = f".{path.name}."
    with suppress(OSError):
        for left in list(path.parent.glob(f"{glob.escape(start)}*")):
            number = left.name.removeprefix(start).partition("-")[0]
            if number.isdecimal() and _is_dead(int(number)):
                left.unlink(missing_ok=True)


def _is_dead(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def read_policy_file(path: Path | None, clock: Clock = system_clock, called: str = "") -> tuple[Policy, str]:
    """Return a checked policy and its text; the default one for None. Holidays are looked up around today.

    Messages name the file as it is `called`, by default by its path.

    Raises:
        BadInput: the file cannot be read or holds mistakes; each is named with its line and key.
    """
    from salesops_tui.domain.policy_file import default_policy_text, read_policy

    if path is None:
        text, name = default_policy_text(), "the default policy"
    else:
        name = called or str(path)
        text = _text_of(path, name)
    return read_policy(text, name, Calendar().day_of(clock())), text


def adopt_policy(context: Context, path: Path, called: str = "") -> Policy:
    """Make the policy of a file the one in force, as a new version; what was inspected keeps its own.

    Raises:
        Refused: the actor is no ops lead, or the currency differs from the store's.
        BadInput: the file holds mistakes.
    """
    context.as_ops("adopting a policy")
    return adopt_checked(context, *read_policy_file(path, context.clock, called))


def adopt_checked(context: Context, policy: Policy, source: str) -> Policy:
    """Make a policy that was read and checked the one in force, with the text that it was read from.

    Raises:
        Refused: the currency differs from the store's.
    """
    if policy.currency != context.policy.currency:
        raise Refused(
            f"this store counts in {context.policy.currency}; a policy cannot change that to {policy.currency}"
        )
    with context.store.write() as conn:
        change = context.change("policy")
        adopted = store_policies.add_policy(conn, policy, source, change, context.now())
        record.write_record(conn, change, {"policy": policy.name, "version": adopted.version})
    return adopted


def changes_of(context: Context, path: Path) -> Sequence[str]:
    """Return in words what adopting a policy file would change."""
    from salesops_tui.domain.policy_file import policy_changes

    policy, _ = read_policy_file(path, context.clock)
    changes: Sequence[str] = policy_changes(context.policy, policy)
    return changes


def _text_of(path: Path, name: str) -> str:
    from salesops_tui.errors import BadInput

    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{name} is not UTF-8 text (byte {error.start}); a policy is a TOML file") from None
    except OSError as error:
        raise BadInput(f"{name} cannot be read: {error.strerror}") from None


def _check_account(login: str) -> None:
    if not login:
        return
    try:
        number = pwd.getpwnam(login).pw_uid
    except KeyError:
        raise StoreProblem(f"there is no account '{login}' on this machine") from None
    if number == 0:
        raise StoreProblem("root cannot hold the store for others: make an account for it, see docs/deploy.md")


def _group_number(group: str) -> int | None:
    if not group:
        return None
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        raise StoreProblem(f"there is no Unix group '{group}' on this machine") from None
