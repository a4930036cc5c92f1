"""What every program of ours on a terminal has: its colours, its letters, and few bytes on the line."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TypeVar

from textual.app import App
from textual.filter import LineFilter
from textual.theme import Theme

from salesops_tui.errors import Refused
from salesops_tui.ui.driver import driver_class
from salesops_tui.ui.themes import OWN_THEMES, chosen_theme
from salesops_tui.ui.typeahead import TypeAhead
from salesops_tui.ui.widgets.ascii import AsciiFilter

ReturnT = TypeVar("ReturnT")


class TerminalApp(TypeAhead[ReturnT]):
    """An app without animations and palette of Textual's, in colours and letters that fit the terminal."""

    TITLE = "salesops"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *, ascii_only: bool | None = None) -> None:
        """Make the app; `ascii_only` None looks at the terminal."""
        # Known before Textual works out its colours, so that it does so once.
        self.set_reactive(App.theme, chosen_theme())
        super().__init__(driver_class=driver_class())
        self.animation_level = "none"
        self.failure: BaseException | None = None
        self._ascii = AsciiFilter() if (needs_ascii() if ascii_only is None else ascii_only) else None

    def _fatal_error(self) -> None:
        """Leave without Textual's picture of the fault: whoever started the app says it in one line."""
        self.failure = sys.exc_info()[1]
        self._close_messages_no_wait()

    def end_from_outside(self) -> None:
        """Leave because the system says so (SIGTERM): keep what was typed, and give the terminal back as it was."""
        self.failure = Refused("ended from outside; the next start goes on where this one was")
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.exit)

    def get_theme(self, theme_name: str) -> Theme | None:
        return OWN_THEMES.get(theme_name) or super().get_theme(theme_name)

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return [*filters, self._ascii] if self._ascii else filters


def needs_ascii(environment: Mapping[str, str] | None = None) -> bool:
    """Say whether only ASCII can be shown: by request, or since terminal or locale have no more."""
    env = os.environ if environment is None else environment
    if asked := env.get("SALESOPS_ASCII", ""):
        return asked != "0"
    if env.get("TERM", "").startswith(("linux", "vt", "dumb", "cons")):
        return True
    # Python itself puts UTF-8 into LC_CTYPE where the locale is C (PEP 538); LANG tells what the person has.
    if not env.get("LC_ALL") and env.get("LANG") in ("C", "POSIX"):
        return True
    letters = next((env[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if env.get(name)), "UTF-8")
    return "utf8" not in letters.lower().replace("-", "")
