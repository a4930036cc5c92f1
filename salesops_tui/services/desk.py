"""Where people are, and what they have half typed: it survives a dropped line, and stays out of the record.

Writes here do not wait for the disk: a killed program loses none of them, a power cut at most the last seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from salesops_tui.domain.calendar import SECOND, Moment
from salesops_tui.domain.deal import Status
from salesops_tui.domain.inspection import LONGEST_TEXT
from salesops_tui.services.context import Context
from salesops_tui.store import deals as store_deals
from salesops_tui.store import desk

_SEEN_LATELY = 30 * 60 * SECOND
"""For how long somebody counts as there where the system does not tell whether their session lives."""


@dataclass(frozen=True, slots=True)
class Companion:
    """Somebody else who is on the same deal, and since when."""

    name: str
    question: str
    since: Moment
    session: str


@dataclass(frozen=True, slots=True)
class BrokenOff:
    """Where the actor's last session ended without leaving: a deal and a question."""

    deal: str
    question: str
    call: int | None


def be_here(context: Context, deal: int, question: str, call: int | None) -> None:
    """Say that the actor is at a question of a deal; what their earlier sessions broke off is over then."""
    if context.actor is None:
        return
    now, person = context.now(), context.actor.id
    with context.store.write(durable=False) as conn:
        # Before anybody can read of it: who stands there and holds nothing counts as gone.
        context.store.living.hold(context.session)
        for session in desk.sessions_of(conn, person):
            if session != context.session and not context.store.living.holds(session):
                desk.leave(conn, person, session)
        here = desk.Presence(person, context.session, call, deal, question, now, now)
        desk.set_presence(conn, here)


def leave(context: Context) -> None:
    """Say that the actor has left the deal they were on."""
    if context.actor is None:
        return
    with context.store.write(durable=False) as conn:
        desk.leave(conn, context.actor.id, context.session)


def keep_typed(context: Context, deal: int, texts: Mapping[tuple[str, str], str]) -> None:
    """Keep half-typed texts of a deal by question and field; a blank one is dropped."""
    if context.actor is None or not texts:
        return
    now = context.now()
    with context.store.write(durable=False) as conn:
        for (question, field), body in texts.items():
            desk.save_draft(conn, context.actor.id, deal, question, field, body[:LONGEST_TEXT], now)


def broken_off(context: Context) -> BrokenOff | None:
    """Return where the actor was when a session of theirs ended without leaving, this week; None for nowhere."""
    if context.actor is None:
        return None
    conn = context.store.conn
    place = desk.last_place(conn, context.actor.id)
    now = context.now()
    if place is None or place.deal is None or place.session == context.session:
        return None
    if place.seen < context.calendar.week_start_of(now):
        return None
    deal = store_deals.deal_at(conn, place.deal, now)
    if deal is None or not context.may_see(deal.owner, now):
        return None
    return None if deal.status is not Status.OPEN else BrokenOff(deal.key, place.question, place.call)


def companions(context: Context, deal: int, at: Moment) -> tuple[Companion, ...]:
    """Return the other people who are on a deal, each once, who came first at the front.

    Nobody is named on a deal that has left the actor's sight, while a screen of theirs still shows it as it was.
    """
    me = context.actor.id if context.actor else -1
    found: dict[int, Companion] = {}
    for place in desk.others_on(context.store.conn, deal, me):
        if place.person not in found and is_there(context, place, Moment(at - _SEEN_LATELY)):
            person = context.people.get(place.person)
            name = person.name if person else "?"
            found[place.person] = Companion(name, place.question, place.since, place.session)
    return tuple(found.values()) if found and _is_seen(context, deal) else ()


def _is_seen(context: Context, number: int) -> bool:
    now = context.now()
    deal = store_deals.deal_at(context.store.conn, number, now)
    return deal is not None and context.may_see(deal.owner, now)


def is_there(context: Context, place: desk.Presence, lately: Moment) -> bool:
    """Say whether the session that was at a place is alive; where the system does not tell, if it was seen lately."""
    held = context.store.living.holds(place.session)
    return place.seen >= lately if held is None else held


def has_gone(context: Context, seen: Sequence[Companion]) -> bool:
    """Say whether one of these people's sessions has ended without a word; costs next to nothing."""
    return any(context.store.living.holds(other.session) is False for other in seen)


def typed_before(context: Context, deal: int) -> Mapping[tuple[str, str], str]:
    """Return the actor's half-typed texts on a deal by question and field."""
    if context.actor is None:
        return {}
    return desk.drafts_of(context.store.conn, context.actor.id, deal)
