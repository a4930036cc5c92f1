"""The live filter of a screen with a list: a line above the list, and the count of what is left beside it."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, cast

from salesops_tui.ui.base import BaseScreen

if TYPE_CHECKING:
    from salesops_tui.ui.widgets.filter_bar import FilterBar
    from salesops_tui.ui.widgets.source import Key
    from salesops_tui.ui.widgets.table import Table


class FilterScreen(BaseScreen[None]):
    """A screen whose list grows shorter as somebody types. The line is made when it is first asked for."""

    BEFORE: str
    """What the line stands above."""

    filtered_by = ""
    """The text that all rows shown hold."""

    _before: Key | None = None
    """Where the cursor was when all rows were shown: it goes back there if the filter left it nowhere to stand."""

    @property
    @abstractmethod
    def table(self) -> Table:
        """The list."""

    @abstractmethod
    def narrow(self, text: str) -> tuple[int, int]:
        """Show only rows that hold a text; return how many these are, and out of how many."""

    async def action_filter(self) -> None:
        """Type what the rows are to hold."""
        from salesops_tui.ui.widgets.filter_bar import FilterBar

        open_already = self.query(FilterBar)
        if open_already:
            open_already.first().start()
        else:
            self.add_class("-filtered")
            await self.mount(FilterBar(), before=self.BEFORE)
            self.filter_by("")

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Narrow the list while somebody types."""
        self.filter_by(event.text)

    def on_filter_bar_left(self) -> None:
        """Go back to the list; without a text the line goes away."""
        self.table.focus()
        if not self.filtered_by:
            self.close_filter()

    def filter_by(self, text: str) -> None:
        """Show only rows that hold a text, and count them."""
        with self.guarded():
            if not self.filtered_by:
                self._before = self.table.key
            stranded = self.table.key is None
            self.filtered_by = text
            shown, total = self.narrow(text)
            if stranded and self._before is not None:
                self.table.move_to(self._before)
            self.count(shown, total)

    def count(self, shown: int, total: int) -> None:
        """Say how many rows are left."""
        for bar in self.query("FilterBar"):  # by its name: nothing is imported for a line that nobody asked for
            cast("FilterBar", bar).count(shown, total)

    def close_filter(self) -> bool:
        """Show all rows again; False where all are shown."""
        if not self.filtered_by and not self.query("FilterBar"):
            return False
        self.filter_by("")
        self.remove_class("-filtered")
        self.query("FilterBar").remove()
        self.table.focus()
        return True

    def peel(self) -> bool:
        return self.close_filter()
