"""Where people are, and what they have half typed: it survives a dropped line, and stays out of the record.

Writes here do not wait for the disk: a killed program loses none of them, a power cut at most the last seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from salesops_tui.domain.calendar import SECOND, Moment
from salesops_tui.domain.deal import Status
from salesops_tui.domain.inspection import LONGEST_TEXT
from salesops_tui.services.context import Context
from salesops_tui.store import deals as store_deals
from salesops_tui.store import desk

_SEEN_LATELY = 30 * 60 * SECOND


@dataclass(frozen=True, slots=True)
class Companion:
    """Somebody else who is on the same deal, and since when."""

    name: str
    question: str
    since: Moment


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
    now = context.now()
    with context.store.write(durable=False) as conn:
        desk.forget_before(conn, context.actor.id, context.session)
        here = desk.Presence(context.actor.id, context.session, call, deal, question, now, now)
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
    """Return the other people who are on a deal, or were within the last half hour."""
    me = context.actor.id if context.actor else -1
    seen = desk.others_on(context.store.conn, deal, me, Moment(at - _SEEN_LATELY))
    names = {p.person: context.people.get(p.person) for p in seen}
    return tuple(Companion(person.name if (person := names[p.person]) else "?", p.question, p.since) for p in seen)


def typed_before(context: Context, deal: int) -> Mapping[tuple[str, str], str]:
    """Return the actor's half-typed texts on a deal by question and field."""
    if context.actor is None:
        return {}
    return desk.drafts_of(context.store.conn, context.actor.id, deal)
