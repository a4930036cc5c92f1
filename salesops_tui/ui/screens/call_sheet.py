"""The call sheet: the Commit deals of a scope, what to ask first, and what can be done with them."""

from __future__ import annotations

from textual import on

from salesops_tui.ui.sheet_head import CHANGE_LINE
from salesops_tui.ui.sheet_screen import SheetScreen
from salesops_tui.ui.sheet_view import SORTS, SheetView
from salesops_tui.ui.widgets.door import Door
from salesops_tui.ui.widgets.messages import Opened, TitleClicked

_ON_A_DEAL = ("open", "action")


class CallSheetScreen(SheetScreen):
    """The first screen: three groups of deals, the panel of facts, and the figures."""

    _asking = False
    """Whether an inspection lies on the sheet that was opened from here."""

    def why_not(self, command_id: str) -> str | None:
        verb = command_id.partition(".")[2]
        if verb in _ON_A_DEAL and self.under_cursor is None:
            return "no deal is under the cursor"
        if verb == "inspect":
            return self._why_not_inspect()
        if command_id in ("export", "call_sheet.sort") and not self.view.total:
            return "the sheet is empty"
        return None

    def _why_not_inspect(self) -> str | None:
        from salesops_tui.services.inspecting import may_inspect

        number = self.moved_to or self.first_to_ask
        if number is None:
            return "no deal is left to ask; move to one to ask it all the same"
        deal = self.deal(number)
        return may_inspect(self.context, deal) if deal else "that deal is gone"

    def peel(self) -> bool:
        if self.close_filter():
            return True
        if self.has_class("-facts"):
            self.action_facts()
            return True
        return False

    # ------------------------------------------------------------------ the deal under the cursor

    def action_inspect(self) -> None:
        """Open the inspection of the first deal to ask, or of the one that the cursor was moved to."""
        number = self.moved_to or self.first_to_ask
        deal = self.deal(number) if number is not None else None
        if deal is not None:
            from salesops_tui.ui.screens.inspection import InspectionScreen

            self.place_cursor()
            self._asking = True
            self.app.push_screen(InspectionScreen(deal.key))

    def seen_again(self) -> None:
        if self._asking:
            self._asking = False
            self.leave_asked_deal()

    @on(Opened, "#deals")
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open the page of the deal under the cursor."""
        deal = self.under_cursor
        if deal is not None:
            from salesops_tui.ui.screens.deal import DealScreen

            self.app.push_screen(DealScreen(deal.key))

    def action_action(self) -> None:
        """Put down an action on the deal under the cursor."""
        deal = self.under_cursor
        if deal is not None:
            from salesops_tui.ui.screens.action_form import ActionForm

            self.app.push_screen(ActionForm(deal.key), self._agreed)

    def _agreed(self, text: str | None) -> None:
        if text:
            self.changed()
            self.say(f"Agreed: {text} · u undoes")

    def action_facts(self) -> None:
        """Show or hide the panel of facts where there is no room for it beside the list."""
        self.toggle_class("-facts")
        self.call_after_refresh(self._follow)

    # ------------------------------------------------------------------ what is shown, and in which order

    def action_sort(self) -> None:
        """Take the next order."""
        self._sort(SORTS[(SORTS.index(self.view.sort) + 1) % len(SORTS)])

    @on(TitleClicked, "#deals")
    def _title_clicked(self, event: TitleClicked) -> None:
        if event.column in SORTS:
            self._sort(event.column)

    def _sort(self, order: str) -> None:
        with self.guarded():
            self.show(SheetView(self.desk, self.view.sheet, self.view.filter, order))

    # ------------------------------------------------------------------ since when changes count

    def action_baseline(self) -> None:
        """Choose since when changes are counted, here and on the movement screen."""
        from salesops_tui.ui.movement_pick import pick_baseline

        pick_baseline(self, self.changed)

    @on(Door.Opened, "#head")
    def _head_opened(self, event: Door.Opened) -> None:
        if event.line in (None, CHANGE_LINE):
            self.action_movement()

    # ------------------------------------------------------------------ taking it along

    def action_export(self) -> None:
        """Write the deals on the sheet to a CSV file."""
        from salesops_tui.ui.export import write_export
        from salesops_tui.ui.sheet_export import sheet_csv

        path = write_export("call-sheet", "csv", sheet_csv(self.desk, self.view), self.desk)
        self.say(f"{self.view.count:,} deals written to {path}")

    def action_copy(self) -> None:
        """Copy the deal under the cursor as a line of text."""
        deal = self.under_cursor
        if deal is None:
            self.say("no deal is under the cursor", "warning")
            return
        from salesops_tui.ui.export import copy_text
        from salesops_tui.ui.sheet_export import deal_line

        self.say(copy_text(self.app, deal_line(self.desk, deal), self.desk))
