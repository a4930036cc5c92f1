"""The ground of the forecast screen: which view is seen, its figures read in a thread of their own, and the deals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from textual import on
from textual.app import ComposeResult

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.ui.commands import footer_of
from salesops_tui.ui.forecast_commands import FORECAST
from salesops_tui.ui.forecast_deals import BehindView
from salesops_tui.ui.forecast_depth import DepthScreen
from salesops_tui.ui.forecast_head import tabs_line, title_line
from salesops_tui.ui.forecast_page import Asked, Page, View, narrowed
from salesops_tui.ui.forecast_reading import Answer
from salesops_tui.ui.forecast_views import FIRST, made, tabs
from salesops_tui.ui.widgets.board import Board, Line, clip
from salesops_tui.ui.widgets.frame import Footer
from salesops_tui.ui.widgets.grid import Grid
from salesops_tui.ui.widgets.source import NOTHING, Key
from salesops_tui.ui.widgets.table import Table


class ForecastGround(DepthScreen):
    """One view of the forecast, or the deals behind one of its figures."""

    CONTEXT = FORECAST
    AUTO_FOCUS = "#page"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall"), (32, "-roomy")]

    def __init__(self) -> None:
        super().__init__()
        self.at: Moment | None = None
        self.period: Period = self.desk.period
        self.view: View[Any] = made(FIRST, self.desk)
        self._views: dict[str, View[Any]] = {FIRST: self.view}
        self._page = Page()
        self._width = self._total = 0
        self._placed = ""
        self._rows: dict[str, Key] = {}
        self._columns: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        yield Board(id="head")
        yield Grid((), id="page")
        yield Table((), id="deals", empty="No deal any more.\nesc goes back.")
        yield Board(id="note")
        yield Footer(footer_of(self.CONTEXT))

    def on_mount(self) -> None:
        self.query_one("#head", Board).show(self._head)
        self.query_one("#note", Board).show(self._note)
        with self.guarded():
            self.refresh_from_store()

    # ------------------------------------------------------------------ what is seen

    @property
    def page(self) -> Page:
        """The figures as they are laid out."""
        return self._page

    @property
    def asked(self) -> Asked:
        """Whose figures of which quarter are seen, as of when."""
        return Asked(self.desk.scope.person, self.period, self.at)

    @property
    def data(self) -> Any:
        """The figures of the view that is seen; None until they have been read."""
        return self.known[self.view.KEY][2] if self.view.KEY in self.known else None

    # ------------------------------------------------------------------ reading

    def refresh_from_store(self) -> None:
        """Read the figures of the view again; what was read stays on the screen until the new ones are there."""
        view = self.view
        question = view.question(self.asked)
        known = self.known.get(view.KEY)
        if known is not None and known[:2] == (self.desk.stamp(), question):
            self.lay_out()
            return
        if known is not None and known[1] != question:
            del self.known[view.KEY]
            self.lay_out()
        self.read_view(view, question)

    def figures_came(self, answer: Answer) -> None:
        if answer.view == self.view.KEY and answer.question == self.view.question(self.asked):
            self.lay_out()

    # ------------------------------------------------------------------ laying out

    def lay_out(self) -> None:
        """Show what was read, for the size that the screen has now; the cursor stays in its cell."""
        self._width = self.app.size.width
        with self.guarded():
            self._page = self._laid_out()
        grid, page = self.grid, self._page
        grid.empty = page.empty
        grid.rows_take_space = self.view.MARKS
        grid.columns = page.columns
        grid.source = page.source
        if self.data is not None:
            self._place(page)
        if not grid.column and (first := self._columns.get(self.view.KEY, self.view.COLUMN)):
            grid.choose(first)
        if self._behind:
            self.show_deals(self._behind)
        self.rewrite()

    def _place(self, page: Page) -> None:
        """Put the cursor where it was when the view was left, or where it begins."""
        if self._placed != self.view.KEY:
            self._placed = self.view.KEY
            row = self._rows.get(self.view.KEY, page.start)
            if row is None or not self.grid.move_to(row):
                self.grid.action_first()

    def _laid_out(self) -> Page:
        if self.data is None:
            return Page(empty=self.trouble or "Being added up.")
        page = self.view.page(self.data, self._width - 1)
        self._total = page.total or page.source.count()
        if self.view.filter and not page.total:
            page = replace(page, source=narrowed(page.source, self.view.filter))
        return page

    def on_resize(self) -> None:
        if self.app.size.width != self._width:
            self.lay_out()

    def _head(self, width: int) -> Iterable[Line]:
        trail = ["Forecast"]
        short = self.has_class("-short")
        if short or self._behind:
            trail.append(self.view.TITLE)
        if self._behind:
            trail.append(self._behind.behind.title)
        yield title_line(self.desk, self.asked, trail, width)
        if self._behind:
            yield self._behind.summary()
            return
        if not short:
            yield tabs_line(tabs(), self.view.KEY, width)
        yield from self._page.summary(width)

    def _note(self, width: int) -> Iterable[Line]:
        if self._behind:
            return ()
        grid = self.grid
        return [clip([" ", *self._page.note(grid.key, grid.column)], width)]

    @on(Grid.Moved)
    def _moved(self) -> None:
        self.query_one("#note", Board).rewrite()

    # ------------------------------------------------------------------ from view to view

    def show_view(self, key: str) -> None:
        """Show another view, as it was when it was last left."""
        self.close_deals()
        self.close_filter()
        self._columns[self.view.KEY] = self.grid.column
        if self.grid.key is not None:
            self._rows[self.view.KEY] = self.grid.key
        if key not in self._views:
            self._views[key] = made(key, self.desk)
        self.view = self._views[key]
        self.grid.source = NOTHING
        self.grid.choose(self._columns.get(key, self.view.COLUMN))
        self.query_one(Footer).set_commands(footer_of(self.CONTEXT, self.view.KEYS))
        self._page = Page()
        self.refresh_from_store()
        self.lay_out()

    def view_of(self, key: str) -> View[Any] | None:
        """Return a view as it was left; None where it has not been seen."""
        return self._views.get(key)

    def forget_marks(self) -> None:
        """Take the marks of What if away: they have been used."""
        if "what_if" in self._views:
            self._views["what_if"].marks.clear()  # type: ignore[attr-defined]

    # ------------------------------------------------------------------ the filter

    def narrow(self, text: str) -> tuple[int, int]:
        if self._behind:
            self.show_deals(BehindView(self.desk, self._behind.behind, text))
            return len(self._behind.order), len(self._behind.behind.numbers)
        self.view.filter = text
        self.lay_out()
        return self.grid.source.count(), self._total
