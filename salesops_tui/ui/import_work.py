"""Reading and importing in a thread of its own, on a connection of its own, and stopping it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from salesops_tui.services.context import Context
from salesops_tui.services.import_request import ImportReport, ImportRequest
from salesops_tui.services.import_undo import ImportDone, list_imports
from salesops_tui.store.connection import open_store

if TYPE_CHECKING:
    from salesops_tui.services.import_understanding import Understanding

Progress = Callable[[int, int, str], None]


class StoppedError(Exception):
    """Somebody stopped the work; nothing of it is left."""


class Link(NamedTuple):
    """A new deal that is to be linked with an earlier one once it is in the store."""

    new: str
    earlier: str
    kind: str


class Done(NamedTuple):
    """An import that was written, and what could not be done after it (in words, "" where nothing was left)."""

    report: ImportReport
    number: int | None
    left: str


@contextmanager
def apart(context: Context) -> Iterator[Context]:
    """Give the same person, clock and store on a connection that belongs to the present thread."""
    with open_store(context.store.path, read_only=context.store.read_only) as store:
        yield Context(store, context.actor, context.clock, context.session)


def understood_apart(context: Context, request: ImportRequest, progress: Progress) -> Understanding:
    """Return what a file was understood to say; nothing is written.

    Raises:
        SalesopsError: it cannot be read at all.
        StoppedError: `progress` raised it.
    """
    from salesops_tui.services.import_understanding import understand

    with apart(context) as own:
        return understand(own, request, progress)


def import_apart(context: Context, request: ImportRequest, links: list[Link], progress: Progress) -> Done:
    """Import a file, then keep how it was read, and link what was to be linked.

    Raises:
        SalesopsError: it was refused or failed; nothing was written.
        StoppedError: `progress` raised it; nothing was written.
    """
    from salesops_tui.errors import SalesopsError
    from salesops_tui.services.import_mapping import confirm
    from salesops_tui.services.importing import import_deals
    from salesops_tui.services.linking import link_deals

    with apart(context) as own:
        before = _newest(list_imports(own, 1))
        report = import_deals(own, request, progress)
        after = _newest(list_imports(own, 1))
        left = []
        try:
            if request.corrections:
                confirm(own, request)
            for link in links:
                link_deals(own, link.new, link.earlier, link.kind)
        except SalesopsError as error:
            left.append(str(error))
        return Done(report, after if after != before else None, "; ".join(left))


def _newest(found: list[ImportDone]) -> int | None:
    return found[0].number if found else None
