"""The forecast: what will land, why numbers differ, and whose was right; every figure opens its deals."""

from __future__ import annotations

from textual import events, on

from salesops_tui.domain.calendar import Day, Moment
from salesops_tui.errors import WrongUsage
from salesops_tui.ui.forecast_head import TABS_LINE, tab_at
from salesops_tui.ui.forecast_screen import ForecastGround
from salesops_tui.ui.forecast_views import neighbour, tabs
from salesops_tui.ui.widgets.messages import Opened

_DAYS_BACK = 3660


class ForecastScreen(ForecastGround):
    """The forecast screen, and what can be done on it."""

    CSS_PATH = "forecast.tcss"

    def why_not(self, command_id: str) -> str | None:
        verb = command_id.partition(".")[2]
        if command_id.startswith("forecast.") and self.data is None and verb in _NEED_FIGURES:
            return "the figures are still being added up"
        if command_id == "forecast.number":
            return self._why_no_number()
        if verb in _OF_VIEW and not hasattr(self.view, _OF_VIEW[verb][0]):
            return f"that is done in {_OF_VIEW[verb][1]}; tab goes there"
        return None

    def _why_no_number(self) -> str | None:
        from salesops_tui.services.manager_number import may_submit

        if self.at is not None:
            return "a number is about what is known now; ] goes on to the figures of now"
        return may_submit(self.context, self.desk.scope, self.period)

    # ------------------------------------------------------------------ into the depth

    @on(Opened)
    async def _entered(self) -> None:
        await self.action_run("forecast.open")

    def action_open(self) -> None:
        """Open the deals behind the figure under the cursor, or the page of the deal."""
        if self.behind is not None:
            self._open_deal(self.deals.key)
            return
        key, column = self.grid.key, self.grid.column
        deal = self.page.deal(key)
        if deal is not None:
            self._open_deal(deal)
            return
        behind = self.page.behind(key, column)
        if behind is None or not behind.numbers:
            self.say(self.page.why_not_open if behind is None else "no deals make up this figure", "warning")
        else:
            self.open_deals(behind)

    def _open_deal(self, number: object) -> None:
        from salesops_tui.store.deals import deal_key
        from salesops_tui.ui.screens.deal import DealScreen

        if isinstance(number, int):
            self.app.push_screen(DealScreen(deal_key(self.context.store.conn, number)))

    # ------------------------------------------------------------------ from view to view

    @on(events.Click, "#head")
    def _head_clicked(self, event: events.Click) -> None:
        clicked = tab_at(tabs(), event.x) if event.y == TABS_LINE and self.behind is None else None
        if clicked and not self.has_class("-short"):
            self.show_view(clicked)

    def action_next_view(self) -> None:
        """Show the next view."""
        self.show_view(neighbour(self.view.KEY, 1))

    def action_previous_view(self) -> None:
        """Show the view before."""
        self.show_view(neighbour(self.view.KEY, -1))

    def action_mark(self) -> None:
        """Fold the team under the cursor, or mark the deal."""
        why = self.view.mark(self.grid.key)  # type: ignore[attr-defined]
        if why:
            self.say(why, "warning")
        self.lay_out()

    def action_single(self) -> None:
        """Count each category for itself, or with those above it."""
        self.view.toggle_single()  # type: ignore[attr-defined]
        self.lay_out()

    def action_sort(self) -> None:
        """Sort by the column of the cursor, or as it was."""
        self.view.sort(self.grid.column)  # type: ignore[attr-defined]
        self.lay_out()

    # ------------------------------------------------------------------ as of when

    def action_before(self) -> None:
        """Show what stood a week earlier."""
        self._step(-1)

    def action_after(self) -> None:
        """Show what stood a week later."""
        self._step(1)

    def _step(self, weeks: int) -> None:
        step = getattr(self.view, "step_week", None)
        if step is not None:
            step(weeks, self.data)
        else:
            self.at = self._stepped(weeks)
        self.refresh_from_store()

    def _stepped(self, weeks: int) -> Moment | None:
        """Return the end of the week before, or after, what is seen; None for now."""
        calendar, now = self.desk.policy.calendar, self.context.now()
        seen = min(now, calendar.end_of_day(self.period.end)) if self.at is None else self.at
        if self.at is None and weeks > 0:
            raise WrongUsage("these are the figures of now; [ goes back a week")
        week = calendar.week_of(calendar.day_of(seen))
        ends = calendar.end_of_day(Day(week + 7 * weeks + 6))
        if ends < now - _DAYS_BACK * 86_400_000_000:
            raise WrongUsage("that is ten years back")
        return None if ends >= now else ends

    def action_quarter(self) -> None:
        """Choose which quarter is shown."""
        from salesops_tui.ui.forecast_quarter import QuarterPicker

        self.app.push_screen(QuarterPicker(self.period), self._quarter_chosen)

    def _quarter_chosen(self, name: int | str | None) -> None:
        if name is not None:
            self.close_deals()
            self.period = self.desk.policy.calendar.period_named(str(name))
            self.at = None
            self.refresh_from_store()

    def scope_chosen(self) -> None:
        self.close_deals()
        super().scope_chosen()

    # ------------------------------------------------------------------ what a view lets be done

    def action_number(self) -> None:
        """Submit a number of one's own."""
        from salesops_tui.ui.forecast_submit import submit_number

        submit_number(self)

    def action_adopt(self) -> None:
        """Take the measured probabilities over into the policy."""
        self.view.adopt(self)  # type: ignore[attr-defined]

    def action_close_books(self) -> None:
        """End a quarter and keep its figures."""
        self.view.close_books(self)  # type: ignore[attr-defined]

    # ------------------------------------------------------------------ taking it along

    def action_export(self) -> None:
        """Write the figures of the view, or the deals that are seen, to a CSV file."""
        from salesops_tui.ui.export import csv_text, write_export
        from salesops_tui.ui.forecast_export import deals_table

        columns, rows = deals_table(self.behind) if self.behind else self.view.export(self.data)
        listed = list(rows)
        what = "forecast-deals" if self.behind else f"forecast-{self.view.KEY.replace('_', '-')}"
        path = write_export(what, "csv", csv_text(columns, listed), self.desk)
        self.say(f"{len(listed):,} rows written to {path}")

    def action_copy(self) -> None:
        """Copy what is shown as text; among deals, the deal under the cursor."""
        from salesops_tui.ui.export import copy_text
        from salesops_tui.ui.forecast_export import deal_text, page_text

        text = deal_text(self.behind, self.deals.key) if self.behind else page_text(self.page)
        if not text:
            self.say("there is nothing here to copy", "warning")
            return
        self.say(copy_text(self.app, text, self.desk))


_NEED_FIGURES = ("open", "mark", "single", "sort", "adopt", "close_books", "export", "copy")
_OF_VIEW = {
    "mark": ("mark", "Roll-up and What if"),
    "single": ("toggle_single", "Roll-up"),
    "sort": ("sort", "Roll-up"),
    "adopt": ("adopt", "Stages"),
    "close_books": ("close_books", "Closing"),
}
