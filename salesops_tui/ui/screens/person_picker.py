"""Choosing whose deals are shown: everybody, or a person and all below them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from salesops_tui.domain.people import Person
from salesops_tui.services.permission import everybody_seen, people_seen
from salesops_tui.store.people import managers_at
from salesops_tui.ui.fuzzy import best_first
from salesops_tui.ui.screens.picker import Picker
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Key, Row, RowSource

EVERYBODY = 0
"""Stands for everybody among the numbers of people, which begin at 1."""


class PersonPicker(Picker):
    """Gives back the store's number of a person, or `EVERYBODY`."""

    QUESTION = "Whose deals?"
    COLUMNS = (
        Column("name", "Name", 44, least=16, flex=True),
        Column("role", "Role", 8, rank=1),
        Column("below", "Below", 9, rank=2, align="right"),
    )

    def on_mount(self) -> None:
        person = self.desk.scope.person
        self.chosen_before = person.id if person else EVERYBODY
        super().on_mount()

    def choices(self, text: str) -> RowSource[Key]:
        if not text:
            return RowSource.of(dict(self._tree()))
        found = best_first(text, self._people.values(), lambda person: person.name)
        rows: dict[Key, Row] = {person.id: self._row(person, 0) for person in found}
        if everybody_seen(self.context) and "everybody".startswith(text.casefold()):
            rows[EVERYBODY] = _everybody()
        return RowSource.of(rows)

    def _tree(self) -> Iterator[tuple[Key, Row]]:
        """Everybody, then each person under the one they report to, as far as the actor may see them."""
        people, lines = self._people, self._lines
        if everybody_seen(self.context):
            yield EVERYBODY, _everybody()
        tops = [p for p in people.values() if lines.get(p.id) not in people]
        # Those who lead somebody first; otherwise by name, as `people` is. The next one stands last.
        depth_of_tops = int(everybody_seen(self.context))
        waiting = [(p, depth_of_tops) for p in sorted(tops, key=lambda p: p.id not in self._reports)[::-1]]
        seen: set[int] = set()
        while waiting:
            person, depth = waiting.pop()
            if person.id not in seen:
                seen.add(person.id)
                yield person.id, self._row(person, depth)
                waiting += [(report, depth + 1) for report in reversed(self._reports.get(person.id, ()))]

    @cached_property
    def _lines(self) -> Mapping[int, int | None]:
        return managers_at(self.context.store.conn, self.context.now())

    @cached_property
    def _people(self) -> Mapping[int, Person]:
        return {person.id: person for person in people_seen(self.context)}

    @cached_property
    def _reports(self) -> Mapping[int | None, list[Person]]:
        found: dict[int | None, list[Person]] = {}
        for person in self._people.values():
            found.setdefault(self._lines.get(person.id), []).append(person)
        return found

    def _row(self, person: Person, depth: int) -> Row:
        below = len(self._reports.get(person.id, ()))
        return Row(("  " * depth + person.name, (person.role.value, "muted"), (str(below) if below else "", "muted")))


def _everybody() -> Row:
    return Row(("Everybody", "", ""), "strong")
