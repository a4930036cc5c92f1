"""What a table tells its screen, which listens by `on_table_moved` or `@on(Table.Moved, "#deals")`."""

from typing import TYPE_CHECKING

from textual.message import Message

from salesops_tui.ui.widgets.source import Key

if TYPE_CHECKING:
    from salesops_tui.ui.widgets.table import Table


class TableMessage(Message):
    """A message of a table; `table` is the sender."""

    def __init__(self, table: "Table") -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> "Table":
        return self.table


class Moved(TableMessage, namespace="table"):
    """The cursor is on another row, or (`key` None) on a folded section's title or nowhere."""

    def __init__(self, table: "Table", section: str, key: Key | None) -> None:
        super().__init__(table)
        self.section = section
        self.key = key


class Opened(TableMessage, namespace="table"):
    """A row was chosen, by Enter or by a double click."""

    def __init__(self, table: "Table", key: Key) -> None:
        super().__init__(table)
        self.key = key


class Folded(TableMessage, namespace="table"):
    """A section was folded or unfolded by hand."""

    def __init__(self, table: "Table", section: str, folded: bool) -> None:
        super().__init__(table)
        self.section = section
        self.folded = folded


class TitleClicked(TableMessage, namespace="table"):
    """The title of a column was clicked, which asks for another order; `column` is its key."""

    def __init__(self, table: "Table", column: str) -> None:
        super().__init__(table)
        self.column = column
