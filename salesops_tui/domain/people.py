"""People, their roles and the reporting lines that make a scope."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

UNASSIGNED = "unassigned"
"""Key of the person who stands for owners that nobody knows; seen only in "everybody"."""


class Role(StrEnum):
    """What somebody does here: carries deals, has people under them, or runs the whole."""

    REP = "rep"
    MANAGER = "manager"
    OPS = "ops"


class Person(NamedTuple):
    """Somebody in the store.

    Attributes:
        id: the store's own number.
        key: the id from the people file; what JSON calls the person's id.
        login: the operating system's login name, or "".
        region: key into the policy's holidays, or "" for the default.
    """

    id: int
    key: str
    name: str
    role: Role = Role.REP
    email: str = ""
    login: str = ""
    region: str = ""
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """A person and everybody below them at one moment; `person` is None for everybody.

    Attributes:
        listed: whose deals may be named; those of others count in totals only. None where all may be.
    """

    person: Person | None
    members: frozenset[int]
    listed: frozenset[int] | None = None

    @property
    def named(self) -> "Scope":
        """The part of this scope whose deals may be named."""
        if self.listed is None:
            return self
        return Scope(self.person or Person(0, "", "Everybody"), self.listed)

    @property
    def everybody(self) -> bool:
        """Whether this is the whole store, unassigned deals included."""
        return self.person is None

    @property
    def name(self) -> str:
        """What the scope is called on screens and in JSON."""
        return self.person.name if self.person else "Everybody"

    def __contains__(self, owner: int) -> bool:
        return self.person is None or owner in self.members


def members_under(manager: int, manager_of: Mapping[int, int | None]) -> frozenset[int]:
    """Return `manager` and everybody below, at any depth; a loop in the lines ends the walk."""
    reports: dict[int, list[int]] = {}
    for person, boss in manager_of.items():
        if boss is not None:
            reports.setdefault(boss, []).append(person)
    found, waiting = {manager}, [manager]
    while waiting:
        for person in reports.get(waiting.pop(), ()):
            if person not in found:
                found.add(person)
                waiting.append(person)
    return frozenset(found)


def reporting_loop(manager_of: Mapping[str, str | None]) -> list[str] | None:
    """Return the keys of a loop in the reporting lines, first key repeated at the end; None if there is none."""
    settled: set[str] = set()
    for start in manager_of:
        trail: list[str] = []
        person: str | None = start
        while person is not None and person not in settled:
            if person in trail:
                return [*trail[trail.index(person) :], person]
            trail.append(person)
            person = manager_of.get(person)
        settled.update(trail)
    return None


def folded(name: str) -> str:
    """Return a name for comparing: accents and case folded, words in alphabetical order."""
    import unicodedata

    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(sorted(bare.casefold().replace(",", " ").split()))


def unique_by_folded_name(people: Iterable[Person]) -> dict[str, Person]:
    """Index people by folded name, leaving out names that two people share."""
    index: dict[str, Person] = {}
    twice: set[str] = set()
    for person in people:
        key = folded(person.name)
        if key in index:
            twice.add(key)
        index[key] = person
    return {key: person for key, person in index.items() if key not in twice}
