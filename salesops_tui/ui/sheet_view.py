"""The call sheet as it is looked at: three groups, filtered and sorted, without reading the rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from salesops_tui.domain.inspection import Reach
from salesops_tui.services.sheet import Sheet
from salesops_tui.store.deals import matching, sort_texts
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.widgets.source import Row, RowSource, Section

SORTS = ("queue", "amount", "close", "owner", "name")
"""The orders that `o` goes through; all but the queue are the keys of columns."""

DESCENDING = frozenset({"amount"})

_TITLES = {Reach.TO_ASK: "To ask", Reach.PASSED: "Passed", Reach.CAPPED: "Capped"}


@dataclass
class SheetView:
    """What of a sheet is shown, in which order.

    Attributes:
        filter: the text that a deal must hold; "" for all.
        sort: one of `SORTS`.
        among: the deals that may hold the filter, where a shorter one has been looked for already; None for all.
        shown: store numbers by group, filtered and sorted.
    """

    desk: Desk
    sheet: Sheet
    filter: str = ""
    sort: str = "queue"
    among: Collection[int] | None = None
    shown: Mapping[Reach, Sequence[int]] = field(init=False)

    def __post_init__(self) -> None:
        found = self._matching()
        self.shown = {group: self._sorted([n for n in self.sheet.groups[group] if n in found]) for group in Reach}

    @property
    def total(self) -> int:
        """How many deals the sheet has."""
        return len(self.sheet.entries)

    @property
    def count(self) -> int:
        """How many of them are shown."""
        return sum(len(numbers) for numbers in self.shown.values())

    @property
    def order(self) -> list[int]:
        """The store numbers of what is shown, from top to bottom."""
        return [number for group in Reach for number in self.shown[group]]

    def narrowed(self, text: str) -> SheetView:
        """Return the same with another filter; one that goes on where this one ends looks only at what is left."""
        goes_on = bool(self.filter) and text.startswith(self.filter)
        return SheetView(self.desk, self.sheet, text, self.sort, self.order if goes_on else None)

    def source(self, fetch: Callable[[Sequence[int]], Mapping[int, Row]]) -> RowSource[int]:
        """Return the sheet for a table; nothing at all when no deal is shown."""
        return RowSource(self.order, fetch, self._sections() if self.count else ())

    def _sections(self) -> list[Section]:
        return [Section(group.value, self._title(group), len(self.shown[group]), self._note(group)) for group in Reach]

    def _title(self, group: Reach) -> str:
        shown, all_of_it = len(self.shown[group]), len(self.sheet.groups[group])
        out_of = self.total if group is Reach.TO_ASK and not self.filter else all_of_it
        count = f"{shown}" if out_of == shown else f"{shown} of {out_of}"
        amount = sum(self.sheet.entries[n].amount for n in self.shown[group])
        return f"{_TITLES[group]}  {count}" + (f"  ({self.desk.amount(amount)})" if shown else "")

    def _note(self, group: Reach) -> str:
        return f"sort: {self.sort} " if group is Reach.TO_ASK else ""

    def _matching(self) -> set[int]:
        if not self.filter.strip():
            return set(self.sheet.entries)
        candidates = self.sheet.entries if self.among is None else self.among
        return matching(self.desk.context.store.conn, list(candidates), self.filter.strip())

    def _sorted(self, numbers: list[int]) -> list[int]:
        if self.sort == "queue":
            return numbers
        return sorted(numbers, key=self._sort_key(numbers))

    def _sort_key(self, numbers: Sequence[int]) -> Callable[[int], Any]:
        entries = self.sheet.entries
        if self.sort == "amount":
            return lambda n: -entries[n].amount
        if self.sort == "close":
            return lambda n: entries[n].close_day
        texts = sort_texts(self.desk.context.store.conn, numbers)
        place = 0 if self.sort == "name" else 1
        return lambda n: texts[n][place].casefold()
