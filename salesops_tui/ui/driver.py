"""The terminal, spoken to in few bytes. `SALESOPS_DRIVER=textual` leaves it to Textual's own driver."""

import os
import re
from collections.abc import Iterable
from time import monotonic
from typing import Any, Final

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, Resize
from textual.message import Message

from salesops_tui.ui.thrift import Thrift
from salesops_tui.ui.typeahead import Together

SWITCH: Final = "SALESOPS_DRIVER"
SYNC_START: Final = "\x1b[?2026h"
SYNC_END: Final = "\x1b[?2026l"

_SHOWS_NOTHING = re.compile(r"(?:\x07|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[\?[\d;]*(?:[hl]|\$p))+")
"""The bell, the clipboard, modes: what leaves the cells as they are. Changing to the other screen does not."""
_OTHER_SCREEN = "\x1b[?1049"


def driver_class() -> type[Driver] | None:
    """Return the driver for `App(driver_class=...)`, or None where Textual is to choose."""
    if os.environ.get(SWITCH) == "textual" or os.environ.get("TEXTUAL_DRIVER"):
        return None
    return ThriftyDriver


def paint_anew(app: App[Any]) -> None:
    """Send the whole screen once more, for when somebody else (`wall`, a stray message) has written on it."""
    if isinstance(app._driver, ThriftyDriver):
        app._driver.forget()
    app.screen.refresh()


class ReadTogether(XTermParser):
    """Textual's parser of what a terminal sends, whose keys know what came in the same read (`typeahead`)."""

    _JOINED = 0.03
    """Seconds: text that follows text so soon is the rest of it; nobody types three keys and goes on like that."""
    _number = 0
    _text = ""
    _at = 0.0

    def feed(self, data: str) -> Iterable[Message]:
        found = list(super().feed(data))
        keys = [event for event in found if isinstance(event, Key)]
        text = "".join(key.character or "" for key in keys if key.is_printable)
        now = monotonic()
        if keys:
            if len(self._text) < 3 or now - self._at > self._JOINED:
                self._number, self._text = self._number + 1, ""
            self._text, self._at = self._text + text, now
        for key in keys:
            key.together = Together(self._number, self._text, now)  # type: ignore[attr-defined]
        return found


class ThriftyDriver(LinuxDriver):
    """Textual's driver for a terminal, which sends of each frame only what the terminal does not show already."""

    _shown: Thrift | None = None
    _in_frame = False
    _begun = False

    def forget(self) -> None:
        """Take nothing for granted any more: what is painted next is sent whole."""
        self._shown = None

    def write(self, data: str) -> None:
        if data == SYNC_START:
            self._in_frame, self._begun = True, False
        elif data == SYNC_END:
            if self._begun:
                super().write(SYNC_END)
            self._in_frame = self._begun = False
        elif sent := self._instead_of(data):
            start = SYNC_START if self._in_frame and not self._begun else ""
            self._begun = self._in_frame
            super().write(start + sent)

    def _instead_of(self, data: str) -> str:
        if _SHOWS_NOTHING.fullmatch(data) and _OTHER_SCREEN not in data:
            return data
        width, height = self._app.size
        shown = self._shown
        if shown is None or (shown.width, shown.height) != (width, height):
            shown = self._shown = Thrift(width, height)
        sent = shown.frame(data)
        if sent is None:
            self.forget()
            return data
        return sent

    def run_input_thread(self) -> None:
        # Textual makes the parser there, by this name.
        linux_driver.XTermParser = ReadTogether  # type: ignore[attr-defined]
        super().run_input_thread()

    def process_message(self, message: Message) -> None:
        if isinstance(message, Resize):
            self.forget()
        super().process_message(message)

    def _get_terminal_size(self) -> tuple[int, int]:
        # Asked at the start and at each SIGWINCH: what a terminal does to its cells then is its own affair.
        self.forget()
        return super()._get_terminal_size()

    def start_application_mode(self) -> None:
        self.forget()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        self.forget()
        super().stop_application_mode()
