"""Whom the owner's text of a row means, however a CRM writes people."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from salesops_tui.domain.people import Person, folded, unique_by_folded_name

PersonFinder = Callable[[str], Person | None]


def person_finder(people: Iterable[Person]) -> PersonFinder:
    """Return a search by id, login, e-mail or name; case, accents and the order of names make no difference.

    The search gives None for nobody, and where a text fits more than one person.
    """
    known = list(people)
    exact: dict[str, set[Person]] = {}
    alike: dict[str, set[Person]] = {}
    for person in known:
        for text in (person.key, person.login):
            exact.setdefault(text, set()).add(person)
        for text in (person.key, person.login, person.email):
            alike.setdefault(text.casefold(), set()).add(person)
    by_name = unique_by_folded_name(known)

    def find(text: str) -> Person | None:
        wanted = text.strip()
        if not wanted:
            return None
        found = exact.get(wanted) or alike.get(wanted.casefold())
        if found:
            return next(iter(found)) if len(found) == 1 else None
        return by_name.get(folded(wanted))

    return find
