"""Adding up what owners hold under everybody above them, as people reported at a moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.people import Scope
from salesops_tui.services.context import Context
from salesops_tui.store import people as store_people

T = TypeVar("T")


class Chains:
    """Everybody above each owner within a scope; a loop in the lines ends the way up."""

    def __init__(self, context: Context, at: Moment, scope: Scope) -> None:
        """Read the reporting lines of a moment."""
        self._managers = store_people.managers_at(context.store.conn, at)
        self._top = scope.person.id if scope.person else None
        self._known: dict[int, tuple[int | None, ...]] = {}

    def above(self, owner: int) -> tuple[int | None, ...]:
        """Return the owner and everybody above up to the scope's person; None stands for everybody."""
        if owner not in self._known:
            chain: list[int | None] = []
            person: int | None = owner
            while person is not None and person not in chain:
                chain.append(person)
                person = None if person == self._top else self._managers.get(person)
            self._known[owner] = (*chain, None) if self._top is None else tuple(chain)
        return self._known[owner]

    def added(self, by_owner: Mapping[int, T], add: Callable[[T, T], T]) -> dict[int | None, T]:
        """Return what each person has with everybody below them."""
        found: dict[int | None, T] = {}
        for owner, value in by_owner.items():
            for person in self.above(owner):
                found[person] = add(found[person], value) if person in found else value
        return found
