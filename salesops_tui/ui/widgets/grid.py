"""A table whose cursor is in one of its cells, for figures each of which opens."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from salesops_tui.ui.widgets.messages import Moved
from salesops_tui.ui.widgets.paint import Painter
from salesops_tui.ui.widgets.table import Table


class Grid(Table):
    """A table with a cursor that also moves from column to column; it stays in its column when rows change.

    `Moved` is sent for a move to another column too.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--chosen"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "aside(-1)", "Left", show=False, id="grid.left"),
        Binding("right,l", "aside(1)", "Right", show=False, id="grid.right"),
    ]
    DEFAULT_CSS = """
    Grid > .table--chosen { text-style: reverse; }
    Grid:nocolor > .table--cursor, Grid:focus:nocolor > .table--cursor { text-style: bold; }
    Grid:nocolor > .table--chosen { text-style: reverse; }
    """

    rows_take_space = False
    """Whether space on a row is the screen's own, though there are sections to fold; their titles fold all the same."""

    _chosen = ""

    @property
    def column(self) -> str:
        """The key of the column in which the cursor is; "" where there is none."""
        return self._current_painter().chosen or "" if self.size.width else self._chosen

    def choose(self, column: str) -> None:
        """Put the cursor into a column."""
        if column != self._chosen:
            self._chosen = column
            self._painter = None
            self._strips.clear()
            self._repaint(self._line)
            self.post_message(Moved(self, self.section, self.key))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "fold" and self.rows_take_space and self.key is not None:
            return False
        return super().check_action(action, parameters)

    def action_aside(self, step: int) -> None:
        shown = self._current_painter().shown
        if shown:
            at = shown.index(self.column) + step
            self.choose(shown[max(0, min(at, len(shown) - 1))])

    def on_click(self, event: events.Click) -> None:
        # What a click does to the row, the table does by itself.
        offset = event.get_content_offset(self)
        if offset is not None and offset.y >= self._head:
            column = self._current_painter().column_at(offset.x)
            if column:
                self.choose(column)

    def _new_painter(self) -> Painter:
        painter = super()._new_painter()
        painter.chosen = self._seen_column(painter.shown)
        return painter

    def _seen_column(self, shown: list[str]) -> str | None:
        """The column of the cursor, or where that has found no place in this width the nearest before it."""
        if self._chosen in shown or not shown:
            return self._chosen if shown else None
        order = [column.key for column in self._columns]
        before = order[: order.index(self._chosen)] if self._chosen in order else []
        return next((key for key in reversed(before) if key in shown), shown[0])
