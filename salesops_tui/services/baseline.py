"""Since when changes are counted: the scope's last call, the import before the latest one, or the week's start."""

from __future__ import annotations

from typing import NamedTuple

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.people import Scope
from salesops_tui.errors import NotFound
from salesops_tui.services.context import Context
from salesops_tui.store import calls as store_calls
from salesops_tui.store import import_log

NAMES = ("last-call", "last-import", "week")
"""The baselines that can be asked for by name; by default the first of them that there is."""


class Baseline(NamedTuple):
    """A moment, and what it is: "call", "import", "week", or "" for one that was named itself."""

    moment: Moment
    what: str


def default_baseline(context: Context, scope: Scope, at: Moment) -> Baseline:
    """Return the first baseline that there is before a moment."""
    found = (_known(context, scope, name, at) for name in NAMES)
    return next(baseline for baseline in found if baseline)


def named_baseline(context: Context, scope: Scope, name: str, at: Moment) -> Baseline:
    """Return one of the baselines of `NAMES`.

    Raises:
        NotFound: no call over the scope has ended yet, or there were not two imports.
    """
    found = _known(context, scope, name, at)
    if found:
        return found
    if name == "last-call":
        raise NotFound(f"no call over {scope.name} has ended yet; use --from last-import, week or a date")
    raise NotFound("there were not two imports yet; use --from week or a date")


def _known(context: Context, scope: Scope, name: str, at: Moment) -> Baseline | None:
    conn = context.store.conn
    if name == "last-call":
        call = store_calls.last_ended_call(conn, scope.person.id if scope.person else None, at)
        return Baseline(call.end, "call") if call else None
    if name == "last-import":
        moment = import_log.import_before_latest(conn, at)
        return None if moment is None else Baseline(moment, "import")
    return Baseline(context.calendar.week_start_of(at), "week")
