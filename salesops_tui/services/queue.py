"""The call's queue as a person goes through it: an order that stays while deals leave it."""

from __future__ import annotations

from dataclasses import dataclass

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.deal import Category, Status
from salesops_tui.domain.inspection import Reach, Verdict, rule
from salesops_tui.domain.people import Scope
from salesops_tui.services.calls import current_call
from salesops_tui.services.context import Context
from salesops_tui.services.sheet import call_sheet
from salesops_tui.store import calls as store_calls
from salesops_tui.store import deals as store_deals
from salesops_tui.store import tracks
from salesops_tui.store.deals import DealAt


@dataclass(frozen=True, slots=True)
class Queue:
    """Store numbers of deals: those still to ask in their order, and those that came to a verdict in this call."""

    waiting: tuple[int, ...]
    asked: tuple[int, ...]

    def settled(self, deal: int) -> Queue:
        """Return the queue once a deal has come to a verdict."""
        waiting = tuple(number for number in self.waiting if number != deal)
        return Queue(waiting, self.asked if deal in self.asked else (*self.asked, deal))

    def place_of(self, deal: int) -> tuple[int, int] | None:
        """Return where a deal stands in the sitting, as in "2 of 4"; None for one that was not to be asked."""
        total = len(self.asked) + len(self.waiting)
        if deal in self.asked:
            return self.asked.index(deal) + 1, total
        return (len(self.asked) + 1, total) if deal in self.waiting else None


def read_queue(context: Context, scope: Scope, period: Period) -> Queue:
    """Return the queue of a scope and period as it is now."""
    with context.store.reading():
        asked = _asked(context, period)
        groups = call_sheet(context, scope, period).groups
    waiting = tuple(number for number in groups[Reach.TO_ASK] if number not in asked)
    return Queue(waiting, asked)


def next_deal(context: Context, queue: Queue, after: int) -> str | None:
    """Return the CRM id of the deal to ask next: the one behind `after` in the queue, going round; None for none.

    What has meanwhile been closed, removed or passed by somebody else is passed over.
    """
    place = queue.waiting.index(after) if after in queue.waiting else -1
    onward = [n for n in (*queue.waiting[place + 1 :], *queue.waiting[: max(place, 0)]) if n != after]
    now = context.now()
    for number in onward:
        deal = store_deals.deals_by_number(context.store.conn, [number], now, current=True).get(number)
        if deal is not None and _asks(deal, now):
            return deal.key
    return None


def _asks(deal: DealAt, at: Moment) -> bool:
    counts = deal.category is Category.COMMIT or deal.capped
    return deal.status is Status.OPEN and counts and not deal.inspected(at)


def _asked(context: Context, period: Period) -> tuple[int, ...]:
    conn = context.store.conn
    call = current_call(context)
    if call is None or call.period != period.name:
        return ()
    inspections = store_calls.inspections_in_call(conn, call.id)
    answers = tracks.standing_answers(conn, [i.id for i in inspections])
    return tuple(
        i.deal
        for i in inspections
        if i.id in answers and rule(context.policies.version(i.policy), answers[i.id]).verdict is not Verdict.OPEN
    )
