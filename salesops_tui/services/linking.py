"""Deals under a new id that look like a capped or vanished one: pointed out, and linked by a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from salesops_tui.domain.calendar import Day, Moment
from salesops_tui.domain.look_alike import CONTINUATION, SPLIT, Likeness, likeness
from salesops_tui.errors import Refused, WrongUsage
from salesops_tui.services import permission
from salesops_tui.services.context import Context
from salesops_tui.services.import_request import Notice
from salesops_tui.services.inspecting import find_deal
from salesops_tui.store import deals as store_deals
from salesops_tui.store import links, record, tracks
from salesops_tui.store.deals import DealAt
from salesops_tui.store.imports import Delivery
from salesops_tui.store.imports_sight import Seen
from salesops_tui.store.links import Former, Link

_GONE_DAYS = 180
"""For so long after it has gone a deal is looked for under a new id."""

_NEW_DAYS = 35
"""For so long after it came a deal is taken for a new one, when the store is asked what looks alike."""

_NAMED = 5
_AS = {CONTINUATION: "a continuation of", SPLIT: "split off"}


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


class LinkedDeal(NamedTuple):
    """A deal and the earlier one that it continues or was split off, as both are now.

    Attributes:
        by, at: who said so, and when.
    """

    deal: DealAt
    earlier: DealAt
    kind: str
    by: str
    at: Moment

    @property
    def words(self) -> str:
        """What it is, in words."""
        return f"{self.deal.key} is {_AS[self.kind]} {self.earlier.key} ({self.earlier.name})"


class LinkMade(NamedTuple):
    """What linking two deals did: in words, and the new deal's category before and after."""

    text: str
    deal: str
    before: str
    after: str


def link_deals(context: Context, key: str, earlier_key: str, kind: str) -> LinkMade:
    """Say that a deal is the continuation of an earlier one, or was split off it; it inherits the earlier one's cap.

    If a failed inspection holds the earlier deal down, or held it when it went, the new one is held down likewise,
    from its first claim on, until it passes an inspection of its own.

    Raises:
        WrongUsage: `kind` is neither "continuation" nor "split".
        NotFound: no such deal.
        Refused: the actor may not inspect both; the deal is linked already, or the two would make a ring.
    """
    if kind not in _AS:
        raise WrongUsage(f"a deal is linked as continuation or as split, not as '{kind}'")
    with context.store.write() as conn:
        now = context.now()
        deal, earlier = find_deal(context, key, now), find_deal(context, earlier_key, now)
        for owner in {deal.owner, earlier.owner}:
            permission.inspector(context, owner, now)
        _refuse_ring(context, deal, earlier)
        change = context.change("link")
        links.add(conn, deal.id, earlier.id, kind, change)
        tracks.rebuild(conn, context.policies, [deal.id])
        after = find_deal(context, deal.key, now)
        body = {
            "deal": deal.key, "earlier": earlier.key, "as": kind,
            "category_before": deal.category.key, "category_after": after.category.key,
        }  # fmt: skip
        record.write_record(conn, change, body)
    moved = "" if after.category is deal.category else f"; moved to {after.category.label}: it inherits the cap"
    return LinkMade(f"{deal.key} is {_AS[kind]} {earlier.key}{moved}", deal.key, deal.category.key, after.category.key)


def unlink_deal(context: Context, key: str) -> LinkMade:
    """Take back what a deal was linked to, by name; what it had inherited ends.

    Raises:
        NotFound: no such deal.
        Refused: the actor may not inspect it, or it is linked to none.
    """
    with context.store.write() as conn:
        now = context.now()
        deal = find_deal(context, key, now)
        permission.inspector(context, deal.owner, now)
        known = links.link_of(conn, deal.id)
        if known is None:
            raise Refused(f"{deal.key} is linked to no other deal; there is nothing to undo")
        change = context.change("undo")
        record.withdraw(conn, known.change, change)
        tracks.rebuild(conn, context.policies, [deal.id])
        after = find_deal(context, deal.key, now)
        earlier = store_deals.deal_key(conn, known.earlier)
        body = {
            "deal": deal.key, "earlier": earlier, "unlinked": known.kind,
            "category_before": deal.category.key, "category_after": after.category.key,
        }  # fmt: skip
        record.write_record(conn, change, body)
    moved = "" if after.category is deal.category else f"; moved to {after.category.label}"
    text = f"Undid: {deal.key} is {_AS[known.kind]} {earlier}{moved}"
    return LinkMade(text, deal.key, deal.category.key, after.category.key)


def links_of(context: Context, deal: int) -> tuple[LinkedDeal | None, list[LinkedDeal]]:
    """Return what a deal was linked to, and the deals that were linked to it; those that the actor may see."""
    conn = context.store.conn
    own = links.link_of(conn, deal)
    later = _seen(context, links.links_to(conn, deal))
    return next(iter(_seen(context, [own] if own else [])), None), later


def all_links(context: Context) -> list[LinkedDeal]:
    """Return all links that stand between deals which the actor may see, the newest first."""
    return _seen(context, links.all_links(context.store.conn))


def look_alikes(context: Context) -> list[LookAlike]:
    """Return the deals that came in the last weeks and look like a capped or vanished one, and are not linked yet.

    Raises:
        Refused: the actor is no ops lead.
    """
    context.as_ops("looking for deals under another id")
    conn = context.store.conn
    today = context.calendar.day_of(context.now())

    def since(days: int) -> Moment:
        return context.calendar.start_of_day(Day(today - days))

    formers = links.formers(conn, since(_GONE_DAYS), vanishing=False)
    return _paired(links.newcomers(conn, since(_NEW_DAYS)), formers) if formers else []


def _refuse_ring(context: Context, deal: DealAt, earlier: DealAt) -> None:
    conn = context.store.conn
    if deal.id == earlier.id:
        raise Refused(f"{deal.key} cannot be linked to itself")
    known = links.link_of(conn, deal.id)
    if known is not None:
        former = store_deals.deal_key(conn, known.earlier)
        raise Refused(f"{deal.key} is {_AS[known.kind]} {former} already; 'salesops unlink {deal.key}' takes that back")
    above: int | None = earlier.id
    while above is not None:
        found = links.link_of(conn, above)
        above = found.earlier if found else None
        if above == deal.id:
            raise Refused(f"{earlier.key} was linked to {deal.key} before; the two would make a ring")


def _seen(context: Context, found: Iterable[Link]) -> list[LinkedDeal]:
    known = list(found)
    if not known:
        return []
    at = context.now()
    numbers = {number for each in known for number in (each.deal, each.earlier)}
    deals = store_deals.deals_by_number(context.store.conn, numbers, at, current=True)
    seen = {number: deal for number, deal in deals.items() if permission.sees_deal(context, deal, at)}
    return [
        LinkedDeal(seen[each.deal], seen[each.earlier], each.kind, _name(context, each.actor), each.at)
        for each in known
        if each.deal in seen and each.earlier in seen
    ]


def _name(context: Context, number: int | None) -> str:
    person = context.people.get(number) if number is not None else None
    return person.name if person else "?"


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
    by_place: dict[tuple[bool, str, int], list[Former]] = {}
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
            if former.seen.key != new.key and (alike := _alike(new, former))
        ]
        if rated:
            _, former, alike = min(rated, key=lambda r: (r[0], r[1].seen.key))
            why = _why(new, former, alike.words)
            found.append(LookAlike(new, former.seen, alike.kind, former.capped, former.gone, why))
    return sorted(found, key=lambda a: (-a.new.amount, a.new.key))


def _place(seen: Seen) -> tuple[bool, str, int] | None:
    """Return what two deals have to have in common: account and owner; name and owner where neither has an account."""
    text = seen.account if seen.account.strip() else seen.name
    folded = " ".join(text.split()).casefold()
    return (bool(seen.account.strip()), folded, seen.owner) if folded else None


def _alike(new: Seen, former: Former) -> Likeness | None:
    """Return how alike two deals of one place are; without an account only a near amount makes them so."""
    earlier = former.seen
    found = likeness((new.amount, new.close_day), (earlier.amount, earlier.close_day), gone=former.gone)
    weak = not new.account.strip()
    return None if found is None or (weak and not found.near_amount) else found


def _why(new: Seen, former: Former, words: str) -> str:
    was = "capped" if former.capped else "gone"
    if former.capped and former.gone:
        was = "capped and gone"
    same = "same account and owner" if new.account.strip() else "same name and owner (neither has an account)"
    return f"{same}, {words}; that one is {was}"
