"""The program on the terminal: which screen is shown, and whether the store has changed."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from typing import Any

from textual.app import App
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import Theme

from salesops_tui.services.context import Context
from salesops_tui.ui.base import BaseScreen
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.themes import OWN_THEMES, chosen_theme
from salesops_tui.ui.widgets.ascii import AsciiFilter

_LOOK_EVERY = 1.0


class SalesopsApp(App[None]):
    """The screens over one store."""

    TITLE = "salesops"
    ENABLE_COMMAND_PALETTE = False
    # Textual does not look for the style sheet of a default screen itself.
    CSS_PATH = ["app.tcss", "screens/call_sheet.tcss"]

    def __init__(self, context: Context, *, ascii_only: bool | None = None) -> None:
        """Make the program; `ascii_only` None looks at the terminal."""
        # Known before Textual works out its colours, so that it does so once.
        self.set_reactive(App.theme, chosen_theme())
        super().__init__()
        self.animation_level = "none"
        self.desk = Desk.of(context)
        self._ascii = AsciiFilter() if (needs_ascii() if ascii_only is None else ascii_only) else None
        self._seen = self.desk.stamp()

    def get_default_screen(self) -> Screen[Any]:
        """Start on the call sheet."""
        from salesops_tui.ui.screens.call_sheet import CallSheetScreen

        return CallSheetScreen()

    def get_theme(self, theme_name: str) -> Theme | None:
        return OWN_THEMES.get(theme_name) or super().get_theme(theme_name)

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return [*filters, self._ascii] if self._ascii else filters

    def on_mount(self) -> None:
        self.set_interval(_LOOK_EVERY, self._look)
        if not gc.isenabled():
            self.set_timer(_LOOK_EVERY, self._collect_from_now_on)

    def _collect_from_now_on(self) -> None:
        """The start is over; what it made stays, and need not be looked through again."""
        gc.freeze()
        gc.enable()

    # ------------------------------------------------------------------ the store changes

    def changed(self) -> None:
        """Say that this session has written to the store."""
        self.desk.own_changes += 1
        self._look()

    def _look(self) -> None:
        stamp = self.desk.stamp()
        if stamp != self._seen:
            self._seen = stamp
            self.desk.context.forget_people()
            self.desk.read_policy()
            for screen in self.screen_stack:
                if isinstance(screen, BaseScreen):
                    with screen.guarded():
                        screen.refresh_from_store()

    # ------------------------------------------------------------------ from screen to screen

    def go_to_sheet(self) -> None:
        """Close what lies on the call sheet."""
        while len(self.screen_stack) > 1:
            self.pop_screen()

    async def go_to(self, name: str) -> None:
        """Show one of the screens that have a key of their own."""
        raise NotImplementedError(name)

    def ask_for_command(self, name: str) -> None:
        """Show the help or the palette over the present screen, and run what is chosen there."""
        raise NotImplementedError(name)


def needs_ascii() -> bool:
    """Say whether the terminal's letters are not Unicode, or the person asked for plain ASCII."""
    if os.environ.get("SALESOPS_ASCII", "") not in ("", "0"):
        return True
    named = next((v for v in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(v)), None)
    letters = os.environ[named] if named else ""
    return "utf-8" not in letters.lower().replace("utf8", "utf-8")
