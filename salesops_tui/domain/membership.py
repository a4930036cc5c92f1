"""Who belongs to a scope at every moment of a stretch of time, from reporting lines that change."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.people import members_under


class ReportingLine(NamedTuple):
    """Somebody reports to `manager` (None: to nobody) from `valid_from` (inclusive) to `valid_to` (exclusive)."""

    person: int
    manager: int | None
    valid_from: Moment
    valid_to: Moment


class Membership(NamedTuple):
    """Who belongs to a scope from one moment to another.

    Attributes:
        since: the moments at which the members change, ascending; the first is the beginning.
        members: the members from each of these moments on. Both are empty for everybody, unassigned included.
    """

    since: tuple[Moment, ...] = ()
    members: tuple[frozenset[int], ...] = ()

    @property
    def everybody(self) -> bool:
        """Whether every owner belongs to it at all times."""
        return not self.members

    @property
    def changes(self) -> tuple[Moment, ...]:
        """The moments after the beginning at which somebody joined or left."""
        return self.since[1:]

    @property
    def ever(self) -> frozenset[int]:
        """Those who belong to it at some time; empty for everybody."""
        return frozenset().union(*self.members)

    @property
    def moved(self) -> frozenset[int]:
        """Those who belong to it at some time, but not all the time."""
        return self.ever.difference(frozenset.intersection(*self.members)) if self.members else frozenset()

    def at(self, moment: Moment) -> frozenset[int]:
        """Return the members at a moment; empty for everybody."""
        return self.members[max(0, bisect_right(self.since, moment) - 1)] if self.members else frozenset()

    def holds(self, owner: int, moment: Moment) -> bool:
        """Say whether an owner belongs to it at a moment."""
        return not self.members or owner in self.at(moment)


def membership_over(person: int | None, lines: Sequence[ReportingLine], start: Moment, end: Moment) -> Membership:
    """Return a person and everybody below, at every moment from `start` to `end`; everybody for None."""
    if person is None:
        return Membership()
    edges = {edge for line in lines for edge in (line.valid_from, line.valid_to) if start < edge <= end}
    since: list[Moment] = []
    members: list[frozenset[int]] = []
    for moment in (start, *sorted(edges)):
        now = members_under(person, managers_at(lines, moment))
        if not members or now != members[-1]:
            since.append(moment)
            members.append(now)
    return Membership(tuple(since), tuple(members))


def managers_at(lines: Iterable[ReportingLine], moment: Moment) -> dict[int, int | None]:
    """Return the manager of everybody who has a reporting line at a moment."""
    return {line.person: line.manager for line in lines if line.valid_from <= moment < line.valid_to}


def sums_by_report(
    person: int | None, managers: Mapping[int, int | None], by_owner: Mapping[int, int]
) -> dict[int, int]:
    """Add up what owners hold under the one who reports to `person`; what they own themselves stays with them.

    For everybody (None) the sums are those of the people who report to nobody, "unassigned" among them. The parts
    add up to the whole, whatever the lines are: owners above or beside `person` are not in `by_owner`.
    """
    sums: dict[int, int] = {}
    for owner, amount in by_owner.items():
        report = _report_above(owner, person, managers)
        sums[report] = sums.get(report, 0) + amount
    return sums


def _report_above(owner: int, person: int | None, managers: Mapping[int, int | None]) -> int:
    seen = {owner}
    while owner != person:
        manager = managers.get(owner)
        if manager is None or manager == person or manager in seen:
            break
        seen.add(manager)
        owner = manager
    return owner
