"""What one run of the screens remembers: the store, whose deals are looked at, and in which words."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from salesops_tui.domain.calendar import Day, Moment, Period
from salesops_tui.domain.money import minor_digits
from salesops_tui.domain.people import Scope
from salesops_tui.domain.policy import Policy
from salesops_tui.services.context import Context, find_period, find_scope
from salesops_tui.store.record import newest_change
from salesops_tui.ui import present


@dataclass
class Desk:
    """The session of one person at one terminal, shared by all screens.

    Attributes:
        context: the store on the connection of the screens' thread, and who acts.
        scope: whose deals are looked at; set by the person picker, kept until the program ends.
        period: the fiscal quarter that is looked at.
        policy: the policy in force.
        zone: the store's time zone.
        since: the baseline that was picked for changes, one of `movement_window.BASELINES`; "" for the default.
        own_changes: counts what this session has written, which the store's own version does not show.
    """

    context: Context
    scope: Scope
    period: Period
    since: str = ""
    own_changes: int = 0
    policy: Policy = field(init=False)
    zone: ZoneInfo = field(init=False)
    _version: int = field(init=False, default=-1, repr=False)
    _newest: int = field(init=False, default=0, repr=False)

    def __post_init__(self) -> None:
        self.read_policy()

    def read_policy(self) -> None:
        """Take the policy that is in force now, for all that is shown until this is called again."""
        self.policy = self.context.policy
        self.zone = self.policy.calendar.zone

    @classmethod
    def of(cls, context: Context) -> Desk:
        """Return a desk with the actor's own scope and the current period."""
        now = context.now()
        return cls(context, find_scope(context, None, now), find_period(context, None, now))

    def stamp(self) -> tuple[int, int, int]:
        """Return what differs once anything that a screen shows may have changed: by others, by us, by midnight.

        Where others are, and what they have half typed, is no change: else every key of theirs would have all of us
        read again.
        """
        version = self.context.store.data_version()
        if version != self._version:
            self._version, self._newest = version, newest_change(self.context.store.conn)
        return self._newest, self.own_changes, self.today

    # ------------------------------------------------------------------ in words

    @property
    def today(self) -> Day:
        """The local day of now."""
        return self.policy.calendar.day_of(self.context.now())

    def amount(self, minor: int | None, *, signed: bool = False) -> str:
        """Return an amount of the store's currency, shortened; a dash for none."""
        if minor is None:
            return "–"
        return present.amount(minor, minor_digits(self.policy.currency), signed=signed)

    def exact(self, minor: int, *, signed: bool = False) -> str:
        """Return an amount to the last minor unit, with the currency."""
        currency = self.policy.currency
        return present.exact_amount(minor, minor_digits(currency), currency, signed=signed)

    def day(self, day: int) -> str:
        """Return a day with its weekday: `Fri 11 Dec`."""
        return present.day(day, self.today)

    def moment(self, moment: Moment) -> str:
        """Return a moment in full: `Wed 11 Nov 15:42`."""
        return present.moment(moment, self.zone, self.context.now())

    def person(self, number: int) -> str:
        """Return the name of the person with the store's number."""
        person = self.context.people.get(number)
        return person.name if person else "?"
