"""What a table shows and where it gets it: an order of keys, and rows read where they are looked at."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

Key = int | str
"""What a row is known by for as long as the thing it shows exists, such as the id of a deal."""

K = TypeVar("K", bound=Key)

Cell = str | tuple[str, str]
"""Text, or text and the name of its style (see `Table`). Text only: nothing in it is read as markup."""


class Pieces(NamedTuple):
    """A cell of several pieces of text, each with the name of its style, that together are as wide as its column."""

    parts: Sequence[tuple[str, str]]

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(text for text, _ in self.parts)


class Row(NamedTuple):
    """The cells of a row in the order of the columns (absent ones are empty), and a style for all of it."""

    cells: Sequence[Cell | Pieces]
    style: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A run of rows under a title of their own.

    Attributes:
        key: what the section is known by; under this key it stays folded when the source changes.
        title: what its line says, such as `Capped, 3 (120k)`.
        rows: how many rows belong to it.
        note: what stands at the right end of its line.
    """

    key: str
    title: str
    rows: int
    note: str = ""


class Source(Protocol):
    """Where a table reads, in the thread of the screen: a window is to take a few milliseconds.

    A source does not change by itself. When what it shows has changed it is replaced, or brought up to date
    and the table told by `Table.reload`.
    """

    def count(self) -> int:
        """How many rows there are in all sections together, folded or not."""

    def key_at(self, index: int) -> Key:
        """The key of the row at a place, counted from 0 through all sections."""

    def index_of(self, key: Key) -> int | None:
        """The place of the row with a key, or None where it is not (or no longer) among them."""

    def window(self, start: int, stop: int) -> Sequence[Row]:
        """The rows from `start` up to and without `stop`."""

    def sections(self) -> Sequence[Section]:
        """The sections, whose rows follow each other and add up to all; none for a list without titles."""


class RowSource(Generic[K]):
    """A source over an order of keys and a function that reads the rows of some of them.

    The order may be any sequence; `array("q", ids)` holds a hundred thousand ids in 800 kB. `fetch` gets a
    page of keys and returns their rows by key; a key that it does not return (a deal removed a moment ago)
    is shown as an empty row.
    """

    def __init__(
        self,
        keys: Sequence[K],
        fetch: Callable[[Sequence[K]], Mapping[K, Row]],
        sections: Sequence[Section] = (),
    ) -> None:
        if sections and sum(section.rows for section in sections) != len(keys):
            raise ValueError(f"the rows of the sections do not add up to {len(keys)}")
        self._keys = keys
        self._fetch = fetch
        self._sections = sections

    @classmethod
    def of(cls, rows: Mapping[K, Row], sections: Sequence[Section] = ()) -> "RowSource[K]":
        """Return a source over rows that are all there already."""
        return cls(list(rows), lambda _keys: rows, sections)

    def count(self) -> int:
        return len(self._keys)

    def key_at(self, index: int) -> Key:
        return self._keys[index]

    def index_of(self, key: Key) -> int | None:
        try:
            return self._keys.index(key)
        except ValueError:
            return None

    def window(self, start: int, stop: int) -> Sequence[Row]:
        keys = self._keys[start:stop]
        rows = self._fetch(keys)
        return [rows.get(key, _GONE) for key in keys]

    def sections(self) -> Sequence[Section]:
        return self._sections


_GONE = Row(())

NOTHING: Source = RowSource[Key]((), lambda _keys: {})
"""The source of a table that has not been given one."""


class Pages:
    """The rows of a source by place, read a page at a time; the pages looked at last are kept."""

    SIZE = 64
    KEPT = 16

    def __init__(self, source: Source) -> None:
        self._source = source
        self.count = source.count()
        """How many rows there are."""
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()

    def row(self, index: int) -> Row:
        """Return the row at a place of the source."""
        number, offset = divmod(index, self.SIZE)
        page = self._pages.get(number)
        if page is None:
            start = number * self.SIZE
            page = self._source.window(start, min(start + self.SIZE, self.count))
            self._pages[number] = page
            if len(self._pages) > self.KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[offset]
