"""Following another session on a shared screen: where somebody else is, as the deal and the question they look at."""

from __future__ import annotations

from typing import NamedTuple

from salesops_tui.domain.calendar import SECOND, Moment
from salesops_tui.domain.people import Person
from salesops_tui.services.context import Context
from salesops_tui.services.desk import is_there
from salesops_tui.store import deals as store_deals
from salesops_tui.store import desk

_SEEN_LATELY = 8 * 60 * 60 * SECOND


class Followed(NamedTuple):
    """Where a session is that is followed."""

    person: int
    deal: str
    question: str


def followed(context: Context, person: Person | None) -> Followed | None:
    """Return where the session that is followed is now; None where nobody is on a deal that the actor may see.

    It is the newest of a person; without one the actor's own, which runs beside this one, else the newest of anybody.
    """
    conn, now = context.store.conn, context.now()
    mine, lately = context.actor.id if context.actor else -1, Moment(now - _SEEN_LATELY)
    found = [
        place
        for place in desk.places_since(conn, lately)
        if place.session != context.session and (person is None or place.person == person.id)
        if is_there(context, place, lately)
    ]
    for place in sorted(found, key=lambda place: (place.person == mine, place.seen), reverse=True):
        deal = None if place.deal is None else store_deals.deal_at(conn, place.deal, now)
        if deal is not None and context.may_see(deal.owner, now):
            return Followed(place.person, deal.key, place.question)
    return None
