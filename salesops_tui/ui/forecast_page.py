"""What the views of the forecast screen have in common: what is asked, and a page of figures that open."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.people import Person, Scope
from salesops_tui.services.context import Context, scope_seen
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.widgets.board import Line
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import NOTHING, Key, Pieces, Row, RowSource, Source

Data = TypeVar("Data")


class Asked(NamedTuple):
    """What the figures are to be of.

    Attributes:
        person: whose, with all below them; None for everybody.
        at: the moment as of which they are read; None for now.
    """

    person: Person | None
    period: Period
    at: Moment | None = None


def scope_asked(context: Context, asked: Asked, *, totals: bool = False) -> tuple[Scope, Moment]:
    """Return the scope that is asked for, as it was at the moment asked for, and that moment.

    Args:
        context: who asks.
        asked: whose.
        totals: the figures are sums, which the policy may show of scopes above the actor too.

    Raises:
        Refused: the scope is not below the actor.
    """
    at = context.now() if asked.at is None else asked.at
    return scope_seen(context, asked.person, at, totals=totals), at


class Behind(NamedTuple):
    """The deals behind a figure.

    Attributes:
        title: what the figure is.
        numbers: the store's numbers of the deals, in their order.
        at: the moment as of which they are shown; None for now.
        amounts: what each adds to the figure, minor units, where that is not the deal's amount.
        words: what is said of each beside it.
        amount_title: what stands above those amounts.
        total: what they come to, minor units; None where it is the sum of `amounts`, or not known.
    """

    title: str
    numbers: Sequence[int]
    at: Moment | None = None
    amounts: Mapping[int, int] | None = None
    words: Mapping[int, str] | None = None
    amount_title: str = ""
    total: int | None = None


def _no_note(_key: Key | None, _column: str) -> Line:
    return ()


def _nothing_behind(_key: Key | None, _column: str) -> Behind | None:
    return None


@dataclass(frozen=True)
class Page:
    """A view laid out for a width.

    Attributes:
        columns: what stands beside each other.
        source: the rows.
        summary: writes the lines above the table, the most important first.
        note: says of a cell what it is, exactly.
        behind: the deals behind a cell; None where there is nothing to open.
        deal: the deal that a row is, by the store's number; None for other rows.
        start: the row on which the cursor begins; None for the first.
        why_not_open: why a cell without deals behind it does not open.
        empty: what is said where there are no rows.
        total: how many rows there are without the filter, where the view has looked at that itself; else 0.
    """

    columns: Sequence[Column] = ()
    source: Source = NOTHING
    summary: Callable[[int], Iterable[Line]] = lambda _width: ()
    note: Callable[[Key | None, str], Line] = _no_note
    behind: Callable[[Key | None, str], Behind | None] = _nothing_behind
    deal: Callable[[Key | None], int | None] = lambda _key: None
    start: Key | None = None
    why_not_open: str = "there are no deals behind this figure"
    empty: str = ""
    total: int = 0


class View(ABC, Generic[Data]):
    """One way of looking at the forecast. It keeps how it is looked at, and knows no widget.

    `read` runs in a thread of its own over its own connection; what it returns is laid out by `page`.
    """

    KEY: ClassVar[str]
    TITLE: ClassVar[str]
    KEYS: ClassVar[Sequence[str]] = ()
    """What the footer shows first, as ids of the registry."""
    COLUMN: ClassVar[str] = ""
    """The column in which the cursor begins."""
    MARKS: ClassVar[bool] = False
    """Whether space marks rows, and folds no sections."""
    QUICK: ClassVar[bool] = False
    """Whether the figures of a small store are read before the first frame."""
    read: ClassVar[Callable[..., Any]]
    """Reads the figures, given a context of the thread's own and the question."""

    filter = ""
    """The text that all rows shown hold."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @abstractmethod
    def question(self, asked: Asked) -> Any:
        """Return all that `read` is to know, which compares equal as long as the answer would be the same."""

    @abstractmethod
    def page(self, data: Data, width: int) -> Page:
        """Lay out what was read for a table of so many cells."""

    def export(self, data: Data) -> tuple[Sequence[str], Iterable[Sequence[object]]]:  # noqa: ARG002 - its face
        """Return the titles and rows of a table of exact figures."""
        return (), ()


def narrowed(source: Source, text: str) -> Source:
    """Return the rows of a source that hold a text, under no titles."""
    wanted = text.strip().casefold()
    rows = source.window(0, source.count())
    return RowSource.of({source.key_at(n): row for n, row in enumerate(rows) if wanted in _text_of(row).casefold()})


def _text_of(row: Row) -> str:
    return " ".join(
        cell if isinstance(cell, str) else cell.text if isinstance(cell, Pieces) else cell[0] for cell in row.cells
    )
