"""A small program with a table, for the tests: as an app, and run as a module on a terminal of its own."""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Static

from salesops_tui.ui import driver, present
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import NOTHING, Row, RowSource, Section, Source
from salesops_tui.ui.widgets.table import Table
from tests.ui.snapshots import screen_lines

COLUMNS = [
    Column("deal", "Deal", 24, least=12, flex=True),
    Column("owner", "Owner", 12, least=6, rank=2),
    Column("amount", "Amount", 8, align="right"),
    Column("close", "Close", 10, least=6, rank=1, shorten=present.without_weekday),
    Column("asked", "Asked", 5, rank=3),
]


class Counting(Table):
    """A table that knows which of its lines were painted."""

    painted: list[int]

    def render_line(self, y: int) -> Strip:
        self.painted.append(y)
        return super().render_line(y)


class Listing(App[None]):
    def __init__(self, source: Source = NOTHING, **options: Any) -> None:
        super().__init__(driver_class=driver.driver_class())
        self.table = Counting(COLUMNS, source, **options)
        self.table.painted = []
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.table

    @on(Table.Moved)
    @on(Table.Opened)
    @on(Table.Folded)
    @on(Table.TitleClicked)
    def note(self, message: Message) -> None:
        self.told.append(message)

    def moves(self) -> list[object]:
        return [message.key for message in self.told if isinstance(message, Table.Moved)]


def deal(number: int) -> Row:
    return Row((f"Deal {number}", "Lee Park", f"{number}k", "Fri 11 Dec", ("●●○○", "good")))


def deals(keys: Sequence[int], sections: Sequence[Section] = ()) -> RowSource[int]:
    return RowSource(keys, lambda wanted: {key: deal(key) for key in wanted}, sections)


def table_lines(app: App[Any]) -> list[str]:
    """The lines of the screen without the scroll bar."""
    return [line.rstrip("▁▂▃▄▅▆▇█ ") for line in screen_lines(app)]


class WithPanel(Listing):
    """The list beside a panel that says where the cursor is, which stays where it is when the list scrolls."""

    CSS = "Static { width: 30; border: round $accent; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("q", "quit", "Quit"),
        ("f", "filter", "Filter"),
        ("r", "paint_anew", "Paint anew"),
    ]

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self.table
            yield Static("", markup=False)

    @on(Table.Moved)
    def tell(self, message: Table.Moved) -> None:
        self.query_one(Static).update(f"Deal {message.key}\n株式会社\n" + "a note that takes lines\n" * 30)

    def action_paint_anew(self) -> None:
        driver.paint_anew(self)

    def action_filter(self) -> None:
        self.table.source = deals(range(0, 300, 3))


def some_deals() -> RowSource[int]:
    return deals(range(300), [Section("a", "To ask", 20), Section("b", "Passed 株式会社", 280)])


if __name__ == "__main__":
    WithPanel(some_deals()).run()
