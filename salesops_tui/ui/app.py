"""The program over a store: which screen is shown, and whether the store has changed under it."""

from __future__ import annotations

import gc
from typing import Any

from textual.screen import Screen

from salesops_tui.services.context import Context
from salesops_tui.store.calls import Call
from salesops_tui.ui.base import BaseScreen
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.terminal import TerminalApp

_LOOK_EVERY = 1.0


class SalesopsApp(TerminalApp[None]):
    """The screens over one store."""

    # Textual does not look for the style sheet of a default screen itself.
    CSS_PATH = ["app.tcss", "screens/call_sheet.tcss"]

    def __init__(self, context: Context, *, ascii_only: bool | None = None, then_import: bool = False) -> None:
        """Make the program; `ascii_only` None looks at the terminal, and `then_import` asks for a file at once."""
        super().__init__(ascii_only=ascii_only)
        self._then_import = then_import
        self.desk = Desk.of(context)
        self._seen = self.desk.stamp()
        self._trouble = ""

    def get_default_screen(self) -> Screen[Any]:
        """Start on the call sheet."""
        from salesops_tui.ui.screens.call_sheet import CallSheetScreen

        return CallSheetScreen()

    def on_mount(self) -> None:
        self.set_interval(_LOOK_EVERY, self.look)
        if not gc.isenabled():
            self.set_timer(_LOOK_EVERY, self._collect_from_now_on)
        self.call_after_refresh(self._go_on_where_broken_off)

    def _collect_from_now_on(self) -> None:
        """The start is over; what it made stays, and need not be looked through again."""
        gc.freeze()
        gc.enable()

    def _go_on_where_broken_off(self) -> None:
        """Open the deal and the question at which an earlier session of this person ended without leaving."""
        if self._then_import and isinstance(self.screen, BaseScreen):
            with self.screen.guarded():
                self.screen.action_import()
            return
        from salesops_tui.ui.resume import place_to_resume

        place = place_to_resume(self.desk.context)
        if place is not None:
            from salesops_tui.ui.screens.inspection import InspectionScreen

            self.push_screen(InspectionScreen(place.deal, place.question, resumed=True))
            self.notify("Back where your last session broke off; everything given is there", markup=False)

    # ------------------------------------------------------------------ the store changes

    def changed(self) -> None:
        """Say that this session has written to the store."""
        self.desk.own_changes += 1
        self.look()

    def look(self) -> None:
        """Let the screen that is seen read again, if anything has changed; others do so when they are seen again."""
        seen = [screen for screen in self.screen_stack if isinstance(screen, BaseScreen)]
        try:
            stamp = self.desk.stamp()
            if stamp != self._seen:
                self._seen = stamp
                self.desk.context.forget_people()
                self.desk.read_policy()
            if seen:
                seen[-1].look(stamp)
            self.desk.context.store.check_in_place()  # else who only reads would look at yesterday's all day
            self._trouble = ""
        except Exception as error:
            # The store's file may be anything by now; what is on the screen stays, and it is said once.
            if str(error) != self._trouble:
                self._trouble = str(error)
                self.notify(f"The store cannot be read: {error}", severity="error", markup=False)

    # ------------------------------------------------------------------ from screen to screen

    def go_to_sheet(self) -> None:
        """Close what lies on the call sheet."""
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def go_to_movement(self) -> None:
        """Show how Commit moved, on the call sheet."""
        from salesops_tui.ui.screens.movement import MovementScreen

        while len(self.screen_stack) > 1 and not isinstance(self.screen, MovementScreen):
            self.pop_screen()
        if not isinstance(self.screen, MovementScreen):
            self.push_screen(MovementScreen())

    def go_to_forecast(self) -> None:
        """Show the forecast, on the call sheet."""
        from salesops_tui.ui.screens.forecast import ForecastScreen

        while len(self.screen_stack) > 1 and not isinstance(self.screen, ForecastScreen):
            self.pop_screen()
        if not isinstance(self.screen, ForecastScreen):
            self.push_screen(ForecastScreen())

    def go_to_calls(self) -> None:
        """Show the list of calls, on the call sheet."""
        from salesops_tui.ui.screens.calls import CallsScreen

        while len(self.screen_stack) > 1 and not isinstance(self.screen, CallsScreen):
            self.pop_screen()
        if not isinstance(self.screen, CallsScreen):
            self.push_screen(CallsScreen())

    def go_to_imports(self) -> None:
        """Show the list of imports, on the call sheet."""
        from salesops_tui.ui.screens.imports import ImportsScreen

        while len(self.screen_stack) > 1 and not isinstance(self.screen, ImportsScreen):
            self.pop_screen()
        if not isinstance(self.screen, ImportsScreen):
            self.push_screen(ImportsScreen())

    def show_import(self, number: int, rejects_file: str | None) -> None:
        """Show what an import just did, in place of the screens that led there."""
        from salesops_tui.ui.screens.import_file import ImportFileScreen
        from salesops_tui.ui.screens.import_page import ImportPageScreen
        from salesops_tui.ui.screens.importing import ImportScreen

        while isinstance(self.screen, (ImportScreen, ImportFileScreen)):
            self.pop_screen()
        self.push_screen(ImportPageScreen(number, rejects_file, fresh=True))

    def resume_call(self, call: Call) -> None:
        """Go on with an open call: take its scope and period, and ask the first deal of its queue."""
        from salesops_tui.services.calls import scope_of_call

        context = self.desk.context
        self.desk.scope = scope_of_call(context, call, context.now())
        self.desk.period = context.calendar.period_named(call.period)
        self.go_to_sheet()
        self.changed()
        self.call_later(self._ask_first)

    async def _ask_first(self) -> None:
        if isinstance(self.screen, BaseScreen):
            await self.screen.action_run("call_sheet.inspect")
