"""What the options before the command say: which store, and how it is opened."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from salesops_tui.domain.calendar import Clock, system_clock
from salesops_tui.paths import default_store_path
from salesops_tui.services.context import Context
from salesops_tui.services.identity import who_is_at_work
from salesops_tui.store.connection import Store, open_store


@dataclass
class Session:
    """One run of the program on one store.

    Attributes:
        named: the path from `--store`, or None for the default.
        read_only: from `--read-only`: nothing is written, whoever runs it.
    """

    named: Path | None = None
    read_only: bool = False
    clock: Clock = system_clock
    _stores: list[Store] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """Where the store is, or would be."""
        return self.named or default_store_path()

    def open(self) -> Context:
        """Open the store and say who is at work.

        Raises:
            StoreProblem: it cannot be opened.
        """
        store = open_store(self.path, read_only=self.read_only)
        self._stores.append(store)
        if store.kept:
            print(f"salesops: brought to a newer schema; as it was, it is kept in {store.kept}", file=sys.stderr)
        context = Context(store, who_is_at_work(store), self.clock, f"{os.getpid()}-{os.urandom(4).hex()}")
        context.admit()
        return context

    def close(self) -> None:
        """Close what was opened."""
        while self._stores:
            self._stores.pop().close()
