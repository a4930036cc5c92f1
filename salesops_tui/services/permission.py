"""What somebody may do, asked once, here, whatever key or command they used."""

from __future__ import annotations

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.people import Person, Role, Scope
from salesops_tui.errors import Refused
from salesops_tui.services.context import Context
from salesops_tui.store.people import scope_of


def inspector(context: Context, owner: int, at: Moment) -> Person:
    """Return the actor if they may inspect deals of this owner at a moment.

    Raises:
        Refused: it is their own deal, they carry deals themselves and lead nobody, or it is not in their scope.
    """
    actor = context.acting()
    if owner == actor.id:
        raise Refused("nobody inspects their own deals; ask your manager to inspect this one")
    if actor.role is Role.OPS:
        return actor
    if actor.role is Role.REP:
        raise Refused("a rep sees the answers and gives none; the manager inspects")
    if owner not in scope_of(context.store.conn, actor, at).members:
        raise Refused("that deal belongs to another team; its manager or an ops lead inspects it")
    return actor


def leads(context: Context, scope: Scope, at: Moment) -> Person:
    """Return the actor if they may hold a call over a scope.

    Raises:
        Refused: the scope is not below them.
    """
    actor = context.acting()
    if actor.role is Role.OPS:
        return actor
    below = scope_of(context.store.conn, actor, at).members
    if actor.role is Role.REP or scope.everybody or scope.person is None or scope.person.id not in below:
        raise Refused(f"a call over {scope.name} is for those who lead it")
    return actor
