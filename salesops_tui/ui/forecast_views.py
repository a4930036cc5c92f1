"""Which views the forecast has; each is imported when it is first shown."""

from __future__ import annotations

from typing import Any

from salesops_tui.ui.desk import Desk
from salesops_tui.ui.forecast_page import View

_VIEWS = {
    "rollup": ("Roll-up", "forecast_rollup", "RollUp"),
    "weeks": ("Weeks", "forecast_weeks", "Weeks"),
    "why": ("Why", "forecast_why", "Why"),
    "what_if": ("What if", "forecast_what_if", "WhatIf"),
    "number": ("Number", "forecast_number", "Number"),
    "accuracy": ("Accuracy", "forecast_accuracy", "Accuracy"),
    "yield": ("Yield", "forecast_yield", "YieldOfCommit"),
    "stages": ("Stages", "forecast_stages", "Stages"),
    "flow": ("Flow", "forecast_flow", "Flow"),
    "closing": ("Closing", "forecast_closing", "Closing"),
}
FIRST = "rollup"


def tabs() -> list[tuple[str, str]]:
    """Return the key and the title of every view, in their order."""
    return [(key, title) for key, (title, _, _) in _VIEWS.items()]


def neighbour(key: str, step: int) -> str:
    """Return the view so many places from one; behind the last comes the first."""
    keys = list(_VIEWS)
    return keys[(keys.index(key) + step) % len(keys)]


def made(key: str, desk: Desk) -> View[Any]:
    """Return a view as nobody has touched it."""
    from importlib import import_module

    _, module, name = _VIEWS[key]
    view: View[Any] = getattr(import_module(f"salesops_tui.ui.{module}"), name)(desk)
    return view
