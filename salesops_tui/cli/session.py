"""What the options before the command say: which store, and how it is opened."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from salesops_tui import wall
from salesops_tui.domain.calendar import Clock, system_clock
from salesops_tui.errors import Refused, WrongUsage
from salesops_tui.paths import default_store_path
from salesops_tui.services.context import Context
from salesops_tui.services.identity import check_shared, who_is_at_work
from salesops_tui.store.connection import Store, open_store

_FOR_THE_ACCOUNT = frozenset({"init", "demo", "restore", "share"})
"""Commands that make files, or say whose the store is."""


@dataclass
class Session:
    """One run of the program on one store.

    Attributes:
        named: the path from `--store`, or None for the default.
        read_only: from `--read-only`: nothing is written, whoever runs it.
        present: from `--present`: the screens follow another session.
        follow: whose, from `--follow`; None for the actor's own.
        mask: what is not to be seen, "names" and "amounts".
    """

    named: Path | None = None
    read_only: bool = False
    present: bool = False
    follow: str | None = None
    mask: Sequence[str] = ()
    clock: Clock = system_clock
    _stores: list[Store] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """Where the store is, or would be."""
        return self.named or default_store_path()

    def check(self, command: str | None) -> None:
        """Look whether the options go together, and whether a command may be run here; None is the screens.

        Raises:
            WrongUsage: an option says nothing without another, or with a command.
            Refused: behind the wall of a shared box, the command is not for those who come through it.
        """
        if self.present and command is not None:
            raise WrongUsage("--present is for the screens; leave the command out")
        if (self.follow is not None or self.mask) and not self.present:
            raise WrongUsage("--follow and --mask go with --present")
        if not wall.raised():
            return
        if self.named is None:
            raise Refused("no store is named: the rule of sudo that you came through has to name it (docs/deploy.md)")
        if command in _FOR_THE_ACCOUNT:
            raise Refused(f"'{command}' is for whoever looks after this box, as the account that the store belongs to")
        wall.open_to(self.named)

    def open(self) -> Context:
        """Open the store and say who is at work.

        Raises:
            StoreProblem: it cannot be opened.
            Refused: it lets nobody in who has this login.
        """
        store = open_store(self.path, read_only=self.read_only)
        self._stores.append(store)
        if wall.raised():
            check_shared(store)
        if store.kept:
            print(f"salesops: brought to a newer schema; as it was, it is kept in {store.kept}", file=sys.stderr)
        context = Context(store, who_is_at_work(store), self.clock, f"{os.getpid()}-{os.urandom(4).hex()}")
        context.admit()
        return context

    def close(self) -> None:
        """Close what was opened."""
        while self._stores:
            self._stores.pop().close()
