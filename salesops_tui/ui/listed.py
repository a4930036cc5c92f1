"""A screen that is one list of numbered things of the store, the newest first: the calls, the imports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult

from salesops_tui.ui.commands import footer_of
from salesops_tui.ui.filtering import FilterScreen
from salesops_tui.ui.widgets.board import Board, Line, spread
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.frame import Footer
from salesops_tui.ui.widgets.source import Row, RowSource
from salesops_tui.ui.widgets.table import Table

Item = TypeVar("Item")
Fetch = Callable[[Sequence[int]], Mapping[int, Row]]


class ListScreen(FilterScreen, Generic[Item]):
    """The list with its head and footer, read again when the store changes, and narrowed by a text."""

    TITLE_SHOWN: ClassVar[str]
    COLUMNS: ClassVar[Sequence[Column]]
    NONE_YET: ClassVar[str]
    """What is said where there is nothing, with the key that would bring the first."""

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[int, Item] = {}

    def read(self) -> dict[int, Item]:
        """Read what is listed, by its number, in its order."""
        raise NotImplementedError

    def words(self, item: Item) -> str:
        """Return the words that the filter looks into."""
        raise NotImplementedError

    def fetch(self) -> Fetch:
        """Return what makes the rows of some numbers."""
        raise NotImplementedError

    def none_holds(self, text: str) -> str:
        """Say that nothing holds a text."""
        raise NotImplementedError

    def how_many(self) -> str:
        """Say how many there are."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        yield Board(self._head, id="head")
        yield Table(self.COLUMNS, id=self.BEFORE.removeprefix("#"))
        yield Footer(footer_of(self.CONTEXT))

    def on_mount(self) -> None:
        with self.guarded():
            self.refresh_from_store()

    def refresh_from_store(self) -> None:
        with self.context.store.reading():
            self.items = self.read()
        self.filter_by(self.filtered_by)
        self.query_one("#head", Board).rewrite()

    def narrow(self, text: str) -> tuple[int, int]:
        wanted = text.strip().casefold()
        shown = [number for number, item in self.items.items() if wanted in self.words(item).casefold()]
        self.table.empty = f"{self.none_holds(text)}\nesc shows them all." if text else self.NONE_YET
        self.table.source = RowSource(shown, self.fetch())
        return len(shown), len(self.items)

    @property
    def table(self) -> Table:
        """The list."""
        return self.query_one(self.BEFORE, Table)

    @property
    def chosen(self) -> Item | None:
        """What is under the cursor."""
        key = self.table.key
        return self.items.get(key) if isinstance(key, int) else None

    def _head(self, width: int) -> Iterator[Line]:
        title = [(" salesops ", "accent"), (f" {self.TITLE_SHOWN}", "title")]
        yield spread(title, [f"{self.how_many()} "], width)
