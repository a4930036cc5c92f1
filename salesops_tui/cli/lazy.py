"""Groups of commands that are imported only when they are run."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """A group that knows its commands by name, and in which module of this package each stands."""

    def __init__(self, *args: Any, places: Mapping[str, str] | None = None, **options: Any) -> None:
        """Make a group; `places` leads from a command's name to `module:function`."""
        super().__init__(*args, **options)
        self._places = places or {}

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(self._places)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command; None where there is none of that name."""
        place = self._places.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(importlib.import_module(f"salesops_tui.cli.{module}"), name)
        return command
