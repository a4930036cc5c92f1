"""An inspection on a screen, for tests: a company, a pilot, and what stands on the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from salesops_tui.services.context import Context
from salesops_tui.ui.app import SalesopsApp
from salesops_tui.ui.screens.inspection import InspectionScreen
from tests.company import Company
from tests.hostile import CORPUS
from tests.ui.snapshots import screen_lines, settled

SIZES = [(80, 24), (120, 40)]
STORED = [text.encode("utf-8", "replace").decode() for text in CORPUS]
"""Hostile text as a store takes it: without half characters."""


class Seat:
    """Somebody before a screen."""

    def __init__(self, pilot: Pilot[Any]) -> None:
        self.pilot = pilot

    @property
    def app(self) -> SalesopsApp:
        app = self.pilot.app
        assert isinstance(app, SalesopsApp)
        return app

    @property
    def screen(self) -> InspectionScreen:
        assert isinstance(self.app.screen, InspectionScreen)
        return self.app.screen

    @property
    def text(self) -> str:
        """What stands on the screen, its lines as one text."""
        return "\n".join(screen_lines(self.app))

    @property
    def flat(self) -> str:
        """The same with single blanks, so that where a line breaks makes no difference."""
        return " ".join(self.text.split())

    @property
    def toasts(self) -> list[str]:
        """What was said in the corner."""
        return [note.message for note in self.app._notifications]

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each when the one before has had its effect."""
        for key in keys:
            await self.pilot.press(key)
            await settled(self.pilot)

    async def type(self, text: str) -> None:
        """Type a text."""
        names = {" ": "space", "-": "minus", ".": "full_stop", ",": "comma", "'": "apostrophe", "+": "plus"}
        await self.pilot.press(*[names.get(letter, letter) for letter in text])
        await settled(self.pilot)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what a timer does."""
        for _ in range(500):
            if condition():
                return
            await self.pilot.pause(0.005)
        raise AssertionError("waited in vain")


@asynccontextmanager
async def seated(
    company: Company, deal: str = "D1", *, by: str = "dana", size: tuple[int, int] = (80, 24), **options: Any
) -> AsyncIterator[Seat]:
    """Open the inspection of a deal for somebody."""
    context = options.pop("context", None) or company.acting_as(by)
    async with at_sheet(context, size=size, **options) as seat:
        seat.app.push_screen(InspectionScreen(deal))
        await settled(seat.pilot)
        yield seat


@asynccontextmanager
async def at_sheet(context: Context, *, size: tuple[int, int] = (80, 24), **options: Any) -> AsyncIterator[Seat]:
    """Open the program for somebody."""
    app = SalesopsApp(context, **{"ascii_only": False, **options})
    try:
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            yield Seat(pilot)
    finally:
        context.store.close()
