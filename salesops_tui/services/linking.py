"""Deals under a new id that look like a capped or vanished one: pointed out, and linked by a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from salesops_tui.domain.calendar import Day
from salesops_tui.domain.look_alike import likeness
from salesops_tui.services.context import Context
from salesops_tui.services.import_request import Notice
from salesops_tui.store import links
from salesops_tui.store.imports import Delivery
from salesops_tui.store.imports_sight import Seen
from salesops_tui.store.links import Former

_GONE_DAYS = 180
"""For so long after it has gone a deal is looked for under a new id."""

_NAMED = 5


class LookAlike(NamedTuple):
    """A new deal that looks like an earlier one of the same account and owner.

    Attributes:
        kind: what it looks like: "continuation" or "split".
        capped: a failed inspection holds the earlier one down.
        gone: the earlier one is no longer in the CRM.
        why: in words, what is alike.
    """

    new: Seen
    earlier: Seen
    kind: str
    capped: bool
    gone: bool
    why: str


def look_alikes_staged(context: Context, delivery: Delivery) -> list[LookAlike]:
    """Return the look-alikes among the staged rows, after they were compared; the largest amounts first."""
    conn = context.store.conn
    since = context.calendar.start_of_day(Day(context.calendar.day_of(delivery.as_of) - _GONE_DAYS))
    formers = links.formers(conn, since, vanishing=True)
    return _paired(links.staged_open(conn), formers) if formers else []


def look_alike_notice(context: Context, delivery: Delivery) -> list[Notice]:
    """Return the notice of the look-alikes among the staged rows; none where there are none."""
    found = look_alikes_staged(context, delivery)
    if not found:
        return []
    named = "; ".join(f"{a.new.key} looks like {a.earlier.key} ({a.why})" for a in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    said = f"new deals that look like capped or vanished ones: {named}{more}; 'salesops link NEW EARLIER --as …'"
    return [Notice("look_alike", said, len(found))]


def _paired(fresh: Iterable[Seen], formers: Iterable[Former]) -> list[LookAlike]:
    by_place: dict[tuple[str, int], list[Former]] = {}
    for former in formers:
        place = _place(former.seen)
        if place:
            by_place.setdefault(place, []).append(former)
    found = []
    for new in fresh:
        place = _place(new)
        rated = [
            (alike.distance, former, alike)
            for former in (by_place.get(place, ()) if place else ())
            if former.seen.key != new.key
            and (
                alike := likeness(
                    (new.amount, new.close_day), (former.seen.amount, former.seen.close_day), gone=former.gone
                )
            )
        ]
        if rated:
            _, former, alike = min(rated, key=lambda r: (r[0], r[1].seen.key))
            why = _why(former, alike.words)
            found.append(LookAlike(new, former.seen, alike.kind, former.capped, former.gone, why))
    return sorted(found, key=lambda a: (-a.new.amount, a.new.key))


def _place(seen: Seen) -> tuple[str, int] | None:
    account = " ".join(seen.account.split()).casefold()
    return (account, seen.owner) if account else None


def _why(former: Former, words: str) -> str:
    was = "capped" if former.capped else "gone"
    if former.capped and former.gone:
        was = "capped and gone"
    return f"same account and owner, {words}; that one is {was}"
