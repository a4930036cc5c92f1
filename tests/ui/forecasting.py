"""The forecast on a screen, for tests: the keys that lead there, and what stands in its cells."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from salesops_tui.services.context import Context
from salesops_tui.ui.forecast_views import tabs
from salesops_tui.ui.screens.forecast import ForecastScreen
from salesops_tui.ui.widgets.source import Key, Pieces, Row
from tests.ui.snapshots import settled
from tests.ui.walking import Seat, at_sheet

VIEWS = [key for key, _ in tabs()]


@asynccontextmanager
async def at_forecast(context: Context, view: str = "rollup", **options: Any) -> AsyncIterator[Seat]:
    """Open a view of the forecast, by the keys that a person uses."""
    async with at_sheet(context, **options) as seat:
        await seat.press("3", *["tab"] * VIEWS.index(view))
        assert view == screen(seat).view.KEY
        yield seat


def screen(seat: Seat) -> ForecastScreen:
    """The forecast screen, which has to be seen."""
    assert isinstance(seat.app.screen, ForecastScreen)
    return seat.app.screen


def texts(row: Row) -> list[str]:
    """What stands in the cells of a row."""
    cells = [
        cell if isinstance(cell, str) else cell.text if isinstance(cell, Pieces) else cell[0] for cell in row.cells
    ]
    return [text.strip() for text in cells]


def figures(seat: Seat) -> dict[Key, Mapping[str, str]]:
    """The figures of the view by row and column, whether or not they have room on the screen."""
    page = screen(seat).page
    source = page.source
    names = [column.key for column in page.columns]
    rows = source.window(0, source.count())
    return {source.key_at(n): dict(zip(names, texts(row), strict=False)) for n, row in enumerate(rows)}


async def to_cell(seat: Seat, row: Key, column: str) -> None:
    """Move the cursor into a cell."""
    assert screen(seat).grid.move_to(row), row
    screen(seat).grid.choose(column)
    await settled(seat.pilot)


def line_with(seat: Seat, text: str) -> str:
    """The first line of the screen that holds a text."""
    return next((line for line in seat.text.splitlines() if text in line), "")
