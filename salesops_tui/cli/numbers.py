"""Numbers on the command line that are handed to the store."""

from __future__ import annotations

from typing import Any

import click

_LARGEST = 2**63 - 1
"""What a column of SQLite holds; Python's own numbers have no end."""


class _Number(click.IntRange):
    """A whole number from 1 on that the store can look for."""

    name = "number"

    def __init__(self) -> None:
        super().__init__(1, _LARGEST)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"'{value}' is no number from 1 on that anything here could have", param, ctx)


NUMBER = _Number()
