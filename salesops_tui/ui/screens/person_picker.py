"""Choosing whose deals are shown: everybody, or a person and all below them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from salesops_tui.domain.people import UNASSIGNED, Person
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

    def choices(self, text: str) -> RowSource[Key]:
        if not text:
            return RowSource.of(dict(self._tree()))
        people = [p for p in self.context.people.values() if p.key != UNASSIGNED]
        found = best_first(text, people, lambda person: person.name)
        rows: dict[Key, Row] = {person.id: self._row(person, 0) for person in found}
        if "everybody".startswith(text.casefold()):
            rows[EVERYBODY] = _everybody()
        return RowSource.of(rows)

    def _tree(self) -> Iterator[tuple[Key, Row]]:
        """Everybody, then each person under the one they report to."""
        people, lines = self.context.people, self._lines
        yield EVERYBODY, _everybody()
        tops = [p for p in people.values() if lines.get(p.id) not in people and p.key != UNASSIGNED]
        # Those who lead somebody first; then by name, as `people` is.
        waiting = [(person, 0) for person in sorted(tops, key=lambda p: not self._below(p.id))]
        seen: set[int] = set()
        while waiting:
            person, depth = waiting.pop(0)
            if person.id in seen:
                continue
            seen.add(person.id)
            yield person.id, self._row(person, depth + 1)
            reports = [p for p in people.values() if lines.get(p.id) == person.id]
            waiting[:0] = [(report, depth + 1) for report in reports]

    @property
    def _lines(self) -> Mapping[int, int | None]:
        if not hasattr(self, "_lines_read"):
            self._lines_read = managers_at(self.context.store.conn, self.context.now())
        return self._lines_read

    def _below(self, person: int) -> int:
        return sum(1 for manager in self._lines.values() if manager == person)

    def _row(self, person: Person, depth: int) -> Row:
        below = self._below(person.id)
        return Row(("  " * depth + person.name, (person.role.value, "muted"), (str(below) if below else "", "muted")))


def _everybody() -> Row:
    return Row(("Everybody", "", ""), "strong")
