"""What holds for every test of a screen: it waits for the program instead of the clock, and parses no style twice.

Textual's own pilot waits until the processor has done next to nothing for a fiftieth of a second, twice a key and once
a pause. That was most of the time of these tests, and on a busy machine it is still a guess. Here it waits until
nothing is left to do: no callback, no message, nothing to paint. What a timer or a thread does later is waited for by
name: `Seat.until`, `settled`.
"""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from textual._context import active_app
from textual.css.stylesheet import Stylesheet


@pytest.fixture(autouse=True)
def _what_is_written_here_stays_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen writes its files where the program was started."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _a_pilot_that_need_not_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textual.app.wait_for_idle", _nothing_left)
    monkeypatch.setattr("textual.pilot.wait_for_idle", _nothing_left)


async def _nothing_left(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Return when nothing is left to do but what waits for something else; the arguments are Textual's."""
    loop: Any = asyncio.get_running_loop()
    limit = time.monotonic() + max_sleep
    quiet = 0
    while quiet < 2 and time.monotonic() < limit:  # the second time round, what a timer that was due has set off is in
        await asyncio.sleep(0)
        quiet = 0 if loop._ready or _painted() else quiet + 1


def _painted() -> bool:
    """Paint what is to be painted, as a timer would within a sixtieth of a second; false if there was nothing."""
    app = active_app.get()
    if app._batch_count or not app._screen_stack:
        return False
    if app._resize_timer is not None:  # a new size of the terminal: otherwise a hundredth of a second later
        app._check_resize()
        return True
    screen = app.screen
    waits = bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
    )
    if waits:
        screen._on_timer_update()
    return waits


_parse_rules = Stylesheet._parse_rules
_PARSED: dict[tuple[Any, ...], Any] = {}


@pytest.fixture(autouse=True)
def _no_style_is_parsed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next app takes over the rules: the same text with the same colours gives the same, and they do not change."""
    monkeypatch.setattr(Stylesheet, "_parse_rules", _parsed_once)


def _parsed_once(sheet: Stylesheet, css: str, *options: Any, **named: Any) -> Any:
    key = (css, options, *named.items(), tuple(sheet._variables.items()))
    if key not in _PARSED:
        _PARSED[key] = _parse_rules(sheet, css, *options, **named)
    return _PARSED[key]
