"""What somebody may do, asked once, here, whatever key or command they used."""

from __future__ import annotations

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.people import UNASSIGNED, Person, Role, Scope
from salesops_tui.errors import Refused
from salesops_tui.services.context import Context, known_people
from salesops_tui.store import calls as store_calls
from salesops_tui.store import deals as store_deals
from salesops_tui.store import people as store_people
from salesops_tui.store.calls import Call
from salesops_tui.store.deals import DealAt
from salesops_tui.store.record import RecordRow


def inspector(context: Context, owner: int, at: Moment) -> Person:
    """Return the actor if they may inspect deals of this owner at a moment.

    Raises:
        Refused: it is their own deal, they carry deals themselves and lead nobody, or it is not in their scope.
    """
    actor = context.acting()
    if owner == actor.id:
        raise Refused("nobody inspects their own deals; ask your manager to inspect this one")
    if actor.role is Role.OPS:
        return actor
    if actor.role is Role.REP:
        raise Refused("a rep sees the answers and gives none; the manager inspects")
    if not store_people.is_below(context.store.conn, owner, actor.id, at):
        raise Refused("that deal belongs to another team; its manager or an ops lead inspects it")
    return actor


def leads(context: Context, scope: Scope, at: Moment) -> Person:
    """Return the actor if they may hold a call over a scope.

    Raises:
        Refused: the scope is not below them.
    """
    actor = context.acting()
    if actor.role is Role.OPS:
        return actor
    led = scope.person is not None and store_people.is_below(context.store.conn, scope.person.id, actor.id, at)
    if actor.role is Role.REP or not led:
        raise Refused(f"a call over {scope.name} is for those who lead it")
    return actor


# ---------------------------------------------------------------------- what may be seen


def sees_deal(context: Context, deal: DealAt, at: Moment) -> bool:
    """Say whether the actor may see a deal as it was at a moment: it was theirs or below them then, or is now."""
    if context.may_see(deal.owner, at):
        return True
    now = context.now()
    if at >= now:
        return False
    standing = store_deals.deal_at(context.store.conn, deal.id, now)
    return standing is not None and context.may_see(standing.owner, now)


def sees_call(context: Context, call: Call) -> bool:
    """Say whether the actor may see a call: they held it, or it was over people whom they may see."""
    if context.sees_everything() or (context.actor is not None and call.started_by == context.actor.id):
        return True
    return call.scope is not None and context.may_see(call.scope, context.now())


def people_seen(context: Context) -> list[Person]:
    """Return the people whose scope the actor may look at, by name; the one for unassigned deals is left out.

    Where the policy shows totals above one's own scope, those above the actor belong to them.
    """
    sight = context.sight(context.now())
    people = [p for p in context.people.values() if p.key != UNASSIGNED]
    if sight is None:
        return people
    seen = sight | {p.id for p in colleagues(context)} if context.policy.totals_above == "show" else sight
    return [p for p in people if p.id in seen]


def everybody_seen(context: Context) -> bool:
    """Say whether the actor may look at everybody at once: all of it, or the totals."""
    return context.sees_everything() or context.policy.totals_above == "show"


def colleagues(context: Context) -> list[Person]:
    """Return the people whom the actor may know of now: those they see, and the line of managers above them."""
    return known_people(context, context.now())


def entrusted(context: Context, owner: Person) -> Person:
    """Return somebody whom the actor may give an action to: whom they see, themselves, the managers above them.

    Raises:
        Refused: they may not know of that person.
    """
    if owner.id not in {person.id for person in colleagues(context)}:
        raise Refused("an action goes to you, to those you lead or to the managers above you; name one of them")
    return owner


def whole_store(context: Context, what: str) -> None:
    """Let those go on from whom nothing is hidden.

    Raises:
        Refused: `what` is not for the actor.
    """
    if not context.sees_everything():
        raise Refused(f"{what} is for ops leads: it speaks of deals that are not yours")


class RecordSight:
    """Says of rows of the record whether the actor may see them; what several rows ask is looked up once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._deals: dict[str, bool] = {}

    def sees(self, row: RecordRow) -> bool:
        """Say whether a row is the actor's own, or about a deal or a call that they may see."""
        context = self._context
        if context.sees_everything() or (context.actor is not None and row.actor == context.actor.id):
            return True
        if isinstance(deal := row.body.get("deal"), str):
            if deal not in self._deals:
                self._deals[deal] = self._sees_deal(deal)
            return self._deals[deal]
        call = store_calls.call_by_id(context.store.conn, row.body["call"]) if "call" in row.body else None
        return call is not None and sees_call(context, call)

    def _sees_deal(self, key: str) -> bool:
        conn, now = self._context.store.conn, self._context.now()
        number = store_deals.deal_number(conn, key)
        deal = None if number is None else store_deals.deal_at(conn, number, now)
        return deal is not None and self._context.may_see(deal.owner, now)
