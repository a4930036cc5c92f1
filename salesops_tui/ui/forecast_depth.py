"""Into the depth of the forecast and back: the deals behind a figure lie over the figures."""

from __future__ import annotations

from salesops_tui.ui.forecast_deals import BehindView
from salesops_tui.ui.forecast_page import Behind
from salesops_tui.ui.forecast_reading import ReadingScreen
from salesops_tui.ui.widgets.board import Board
from salesops_tui.ui.widgets.grid import Grid
from salesops_tui.ui.widgets.source import NOTHING
from salesops_tui.ui.widgets.table import Table


class DepthScreen(ReadingScreen):
    """Figures in the grid `#page`, and over them the deals behind one of them in the table `#deals`."""

    BEFORE = "#page"

    def __init__(self) -> None:
        super().__init__()
        self._behind: BehindView | None = None

    @property
    def table(self) -> Table:
        """The list that is seen."""
        return self.deals if self._behind else self.grid

    @property
    def grid(self) -> Grid:
        """The figures."""
        return self.query_one("#page", Grid)

    @property
    def deals(self) -> Table:
        """The deals behind a figure."""
        return self.query_one("#deals", Table)

    @property
    def behind(self) -> BehindView | None:
        """The deals that are seen, if any are."""
        return self._behind

    def open_deals(self, behind: Behind) -> None:
        """Show the deals behind a figure."""
        self.close_filter()
        self.BEFORE = "#deals"
        self.show_deals(BehindView(self.desk, behind))
        self.set_class(True, "-deals")
        self.deals.action_first()
        self.deals.focus()
        self.rewrite()

    def close_deals(self) -> bool:
        """Go back to the figures; False where they are seen already."""
        if not self._behind:
            return False
        self.close_filter()
        self._behind = None
        self.BEFORE = "#page"
        self.set_class(False, "-deals")
        self.deals.source = NOTHING
        self.grid.focus()
        self.rewrite()
        return True

    def show_deals(self, shown: BehindView) -> None:
        """Show these deals, or fewer of those that are seen."""
        self._behind = shown
        self.deals.columns = shown.columns
        self.deals.source = shown.source()

    def rewrite(self) -> None:
        """Write the lines above and below the list anew."""
        self.query_one("#head", Board).rewrite()
        self.query_one("#note", Board).rewrite()

    def peel(self) -> bool:
        return self.close_filter() or self.close_deals()
