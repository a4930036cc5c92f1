"""What every use case is given: the store, the clock and the person who acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from salesops_tui.domain.calendar import Calendar, Clock, Moment, Period, system_clock
from salesops_tui.domain.people import Person, Role, Scope, folded
from salesops_tui.domain.policy import Policy
from salesops_tui.errors import NotFound, Refused
from salesops_tui.store import people as store_people
from salesops_tui.store import record
from salesops_tui.store.connection import Store, load_for_decisions
from salesops_tui.store.policies import Policies, newest_version


@dataclass
class Context:
    """A person at work on a store.

    Attributes:
        store: the open store; one thread's own.
        actor: who acts; None for a login that nobody in the store has, who may read and change nothing.
        clock: gives now.
        seen_now: the present when it was last asked for: a read of that moment is one of now.
        session: names this process, so that two sessions of one person are told apart.
    """

    store: Store
    actor: Person | None
    clock: Clock = system_clock
    session: str = ""
    policies: Policies = field(init=False)
    seen_now: Moment = field(init=False, default=Moment(0))

    def __post_init__(self) -> None:
        self.policies = Policies(self.store.conn)

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self.policies.current()

    @property
    def calendar(self) -> Calendar:
        """The store's way of counting days, weeks and periods."""
        return self.policy.calendar

    def now(self) -> Moment:
        """Return the present moment."""
        self.seen_now = self.clock()
        return self.seen_now

    def acting(self) -> Person:
        """Return the person who acts.

        Raises:
            Refused: nobody in the store has this login.
        """
        if self.actor is not None:
            # Read again each time: somebody may have changed what this person is since the session began.
            self.actor = store_people.person_by_id(self.store.conn, self.actor.id)
        if self.actor is None:
            raise Refused("your login is not in this store, so you may only read; ask an ops lead to add it")
        return self.actor

    def admit(self) -> None:
        """Let a login that nobody in the store has in to read, or turn it away, as the policy says.

        Raises:
            Refused: the policy turns unknown logins away.
        """
        if self.actor is None and newest_version(self.store.conn) and self.policy.unknown_login == "refuse":
            raise Refused("your login is not in this store, and its policy lets nobody else in; ask an ops lead")

    def as_ops(self, what: str) -> Person:
        """Return the actor if they are an ops lead.

        Raises:
            Refused: `what` is for ops leads.
        """
        actor = self.acting()
        if actor.role is not Role.OPS:
            raise Refused(f"{what} is for ops leads; you are here as {actor.role}")
        return actor

    def change(self, kind: str, *, valid_at: Moment | None = None) -> int:
        """Write a change by the actor; inside a write transaction only."""
        now = self.now()
        actor = self.actor.id if self.actor else None
        return record.open_change(
            self.store.conn,
            kind,
            valid_at=now if valid_at is None else valid_at,
            recorded_at=now,
            actor=actor,
        )

    @cached_property
    def people(self) -> dict[int, Person]:
        """Everybody in the store by number, as read once for this context; `forget_people` reads anew."""
        return {person.id: person for person in store_people.all_people(self.store.conn)}

    def prepare(self) -> None:
        """Load and read what is needed once, before a decision takes its turn: others wait for what comes after."""
        load_for_decisions()
        _ = self.people, self.calendar.zone

    def forget_people(self) -> None:
        """Read people anew at the next use, and who the actor is by now."""
        self.__dict__.pop("people", None)
        if self.actor is not None:
            self.actor = store_people.person_by_id(self.store.conn, self.actor.id)

    # ------------------------------------------------------------------ what may be seen

    def sees_everything(self) -> bool:
        """Say whether nothing in the store is hidden from the actor: an ops lead, or a login that may only read."""
        return self.actor is None or self.actor.role is Role.OPS

    def sight(self, at: Moment) -> frozenset[int] | None:
        """Return whose deals the actor may see at a moment: their own and those of all below; None for everybody's."""
        if self.actor is None or self.sees_everything():
            return None
        return store_people.scope_of(self.store.conn, self.actor, at).members

    def may_see(self, person: int, at: Moment) -> bool:
        """Say whether the actor may see what was somebody's at a moment: theirs then, or theirs by now."""
        if self.actor is None or self.sees_everything():
            return True
        conn, actor = self.store.conn, self.actor.id
        return any(store_people.is_below(conn, person, actor, moment) for moment in (at, self.now()))


def find_person(people: Sequence[Person], text: str) -> Person:
    """Return the person whom `text` names: by id, login, e-mail or name (accents, case and order folded).

    Raises:
        NotFound: nobody, or more than one.
    """
    wanted = text.strip()
    exact = [p for p in people if wanted and wanted in (p.key, p.login)]
    if not exact:
        low = wanted.casefold()
        exact = [p for p in people if low and low in (p.key.casefold(), p.login.casefold(), p.email.casefold())]
    found = exact or [p for p in people if folded(p.name) == folded(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(
            f"'{text}' is the name of {len(found)} people; use one of the ids {', '.join(p.key for p in found)}"
        )
    raise NotFound(f"nobody here is called '{text}'; see 'salesops people' for ids and names")


def find_scope(context: Context, text: str | None, at: Moment, *, totals: bool = False) -> Scope:
    """Return the scope that `--scope` names at a moment, the actor's own by default.

    An ops lead's own scope, and that of a login that nobody has, is everybody.

    Args:
        context: the store, and who asks.
        text: names a person or everybody.
        at: the moment.
        totals: the caller names only deals of `Scope.named`. Then scopes above the actor can be had, where the
            policy shows their totals.

    Raises:
        NotFound: no such person.
        Refused: that scope is not below the actor.
    """
    if text is None:
        person = None if context.sees_everything() else context.actor
    elif folded(text) in {"everybody", "all"}:
        person = None
    else:
        person = find_person(known_people(context, at), text)
    return scope_seen(context, person, at, totals=totals)


def known_people(context: Context, at: Moment) -> list[Person]:
    """Return whom the actor may know of: those they see and the managers above them, at a moment or by now."""
    known: set[int] = set()
    for moment in {at, context.now()}:
        sight = context.sight(moment)
        if sight is None or context.actor is None:
            return list(context.people.values())
        lines = store_people.managers_at(context.store.conn, moment)
        line, above = set(sight), lines.get(context.actor.id)
        while above is not None and above not in line:
            line.add(above)
            above = lines.get(above)
        known |= line
    return [p for p in context.people.values() if p.id in known]


def scope_seen(context: Context, person: Person | None, at: Moment, *, totals: bool = False) -> Scope:
    """Return the scope of a person (None for everybody), as far as the actor may see it; as `find_scope` does.

    Raises:
        Refused: that scope is not below the actor.
    """
    scope = store_people.scope_of(context.store.conn, person, at)
    if context.sees_everything() or (person is not None and context.may_see(person.id, at)):
        return scope
    sight = context.sight(at) or frozenset()
    above = person is None or bool(sight <= scope.members)
    if above and totals and context.policy.totals_above == "show":
        return Scope(scope.person, scope.members, sight)
    raise Refused("that scope is above or beside yours; leave --scope out for your own")


def find_period(context: Context, name: str | None, at: Moment) -> Period:
    """Return the period called `name`, else the one that is current at a moment."""
    return context.calendar.period_named(name) if name else context.calendar.current_period(at)


def read_as_of(context: Context, text: str | None) -> Moment:
    """Return the moment that `--as-of` names; now for none and for anything later than now."""
    now = context.now()
    return now if text is None else min(now, context.calendar.read_moment(text, now))
