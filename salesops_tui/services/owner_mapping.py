"""Whom an owner's text means: by id, login, e-mail or name, else as a person said once."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from salesops_tui.crm.owners import person_finder
from salesops_tui.domain.people import UNASSIGNED, Person, folded
from salesops_tui.errors import NotFound, Refused
from salesops_tui.services.context import Context, find_person
from salesops_tui.store import owner_aliases, record, tracks
from salesops_tui.store.people import unassigned


class OwnerText(NamedTuple):
    """An owner as files write them who is nobody here.

    Attributes:
        deals, amount: the open deals that stand unassigned because of it, and their sum in minor units.
        closed: deals that are not open.
    """

    text: str
    deals: int
    amount: int
    closed: int


class OwnerAlias(NamedTuple):
    """What an owner's text was said to mean."""

    text: str
    person: Person
    by: str
    at: int


class Mapped(NamedTuple):
    """What mapping an owner did: how many deals were given to the person."""

    text: str
    person: Person
    deals: int


def owner_finder(context: Context) -> Callable[[str], int | None]:
    """Return a search for the number of the person whom a file's text means; None for nobody."""
    find = person_finder(context.people.values())
    said = owner_aliases.meanings(context.store.conn)

    def found(text: str) -> int | None:
        person = find(text)
        return person.id if person else said.get(folded(text))

    return found


def unknown_owners(context: Context) -> list[OwnerText]:
    """Return the owners whom nobody here knows, those with the most open amount first.

    Raises:
        Refused: the actor is no ops lead.
    """
    context.as_ops("the list of owners")
    conn = context.store.conn
    return [OwnerText(*row) for row in owner_aliases.unassigned_by_text(conn, unassigned(conn).id)]


def known_aliases(context: Context) -> list[OwnerAlias]:
    """Return what owners' texts were said to mean, by text."""
    people = context.people
    return [
        OwnerAlias(text, people[person], people[actor].name if actor in people else "?", at)
        for text, person, actor, at in owner_aliases.standing(context.store.conn)
    ]


def map_owner(context: Context, text: str, person: str) -> Mapped:
    """Say whom an owner's text means, for all later files, and give the deals that stand unassigned to the person.

    The deals are theirs from the moment from which they were unassigned: a name that was not understood is no
    transfer. What was said of the text before is withdrawn.

    Raises:
        Refused: the actor is no ops lead, or the text names somebody already.
        NotFound: `person` is nobody.
    """
    context.as_ops("mapping owners")
    context.forget_people()
    text = " ".join(text.split())
    if not text:
        raise Refused("an owner's text is needed, as the file writes it")
    meant = find_person(list(context.people.values()), person)
    if meant.key == UNASSIGNED:
        raise NotFound("'unassigned' stands for owners whom nobody knows; name a person")
    named = person_finder(context.people.values())(text)
    if named is not None and named.key == UNASSIGNED:
        raise Refused(f"'{text}' stands for owners whom nobody knows; map the texts that 'salesops owners' lists")
    if named is not None:
        raise Refused(f"'{text}' is {named.name} ({named.key}) already; there is nothing to map")
    with context.store.write() as conn:
        waiting = owner_aliases.stretches(conn, folded(text), unassigned(conn).id)
        if owner_aliases.meanings(conn).get(folded(text)) == meant.id and not waiting:
            return Mapped(text, meant, 0)
        return Mapped(text, meant, _map(context, text, meant))


def _map(context: Context, text: str, meant: Person) -> int:
    """Write the alias with the deals that it concerns: one change an import, so that each is undone with its import."""
    conn = context.store.conn
    touched = _withdraw_former(context, text)
    tracks.rebuild(conn, context.policies, sorted(touched))
    found = owner_aliases.stretches(conn, folded(text), unassigned(conn).id)
    change = context.change("owner_alias")
    owner_aliases.add(conn, text, meant.id, change)
    record.write_record(conn, change, {"owner_text": text, "person": meant.key})
    for origin in sorted({s.origin for s in found} | {s.detail_origin for s in found}):
        change = context.change("owner_alias")
        owner_aliases.add(conn, text, meant.id, change)
        deals = owner_aliases.assign(conn, found, origin, meant.id, change)
        touched |= deals
        body = {"owner_text": text, "person": meant.key, "of_change": origin, "deals": len(deals)}
        record.write_record(conn, change, body)
    tracks.rebuild(conn, context.policies, sorted(touched | {s.deal for s in found}))
    return len({s.deal for s in found})


def _withdraw_former(context: Context, text: str) -> set[int]:
    """Take back what was said of a text before; return the deals that it had given away."""
    conn = context.store.conn
    former = owner_aliases.changes_of(conn, folded(text))
    if not former:
        return set()
    deals = owner_aliases.deals_of(conn, former)
    change = context.change("owner_alias")
    for earlier in former:
        record.withdraw(conn, earlier, change)
    record.write_record(conn, change, {"owner_text": text, "withdrawn": former})
    return deals
