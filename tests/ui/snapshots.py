"""Screens as text, kept beside the tests.

    async with App().run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        check(pilot.app, "call-sheet-80")

`UPDATE_SNAPSHOTS=1` writes what is there now into tests/ui/snapshots/; somebody reads the difference before
it is kept.
"""

import os
from contextlib import suppress
from difflib import unified_diff
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

FOLDER = Path(__file__).with_suffix("")


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until nothing is on its way: workers have ended, messages are handled, the screen is painted."""
    await pilot.pause()
    for worker in list(pilot.app.workers):
        with suppress(WorkerCancelled):  # it has ended, too: another took its place, or the program is over
            await worker.wait()
    await pilot.pause()


def screen_lines(app: App[Any]) -> list[str]:
    """What stands on the screen, a string a line, without the blanks at the end."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


def check(app: App[Any], name: str) -> None:
    """Fail where the screen differs from the snapshot of that name, and show how."""
    now = "\n".join(screen_lines(app)) + "\n"
    path = FOLDER / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(now, encoding="utf-8")
    assert path.exists(), f"no snapshot {path.name}: look at the screen, then run with UPDATE_SNAPSHOTS=1"
    before = path.read_text(encoding="utf-8")
    difference = unified_diff(before.splitlines(), now.splitlines(), "kept", "now", lineterm="")
    assert now == before, "\n".join(["the screen differs from its snapshot:", *difference])
