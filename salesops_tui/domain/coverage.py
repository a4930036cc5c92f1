"""Whether enough pipeline is open for what still has to come in, by segment."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from salesops_tui.domain.forecast import Node
from salesops_tui.domain.policy import Coverage as Target
from salesops_tui.domain.quota import EVERYBODY


class CoverageLine(NamedTuple):
    """The open pipeline of one segment (or of the whole scope) against its quota.

    Attributes:
        segment: "" for those without a segment, and for the whole.
        quota: minor units; None where nobody of the segment has one.
        target: what the policy asks for; None where it says nothing about the segment.
    """

    segment: str
    quota: int | None
    closed: int
    open: int
    target: Target | None = None

    @property
    def coverage(self) -> Fraction | None:
        """Open ÷ quota; None without a quota, or with one of 0."""
        return Fraction(self.open, self.quota) if self.quota else None

    @property
    def done(self) -> bool:
        """Whether the quota is closed already."""
        return self.quota is not None and self.quota <= self.closed

    @property
    def remaining(self) -> Fraction | None:
        """Open ÷ (quota − Closed); None without a quota, and when done."""
        return None if self.quota is None or self.done else Fraction(self.open, self.quota - self.closed)

    @property
    def to_create(self) -> int | None:
        """What would have to be created for open ÷ quota to reach the lower target, minor units."""
        return None if self.quota is None else self._missing(self.quota)

    @property
    def to_create_for_rest(self) -> int | None:
        """The same for what is still to come in: open ÷ (quota − Closed)."""
        return None if self.quota is None else self._missing(max(0, self.quota - self.closed))

    def _missing(self, quota: int) -> int | None:
        if self.target is None:
            return None
        return max(0, ceil(Fraction(self.target.low) * quota) - self.open)


def coverage_by_segment(
    nodes: Mapping[int, Node], segment_of: Mapping[int, str], targets: Mapping[str, Target]
) -> list[CoverageLine]:
    """Return a line for each segment of a roll-up, the policy's order first.

    Deals count for the segment of their owner (`segment_of` as `inherited_segments` gives it). The quota of a segment
    is that of the topmost people whose whole team belongs to it, so that nothing is counted twice where quota is
    over-assigned.
    """
    teams = _teams(nodes, segment_of)
    quotas: dict[str, int] = {}
    _add_quotas(nodes, next(iter(nodes)), teams, quotas)
    sums: dict[str, tuple[int, int]] = {}
    for person, node in nodes.items():
        segment = segment_of.get(person, "")
        closed, open_ = sums.get(segment, (0, 0))
        sums[segment] = (closed + node.own.closed, open_ + node.own.open)
    held = {segment for segment, amounts in sums.items() if any(amounts)} | quotas.keys()
    order = [*(s for s in targets if s in held), *sorted(held - targets.keys())]
    return [CoverageLine(s, quotas.get(s), *sums.get(s, (0, 0)), targets.get(s)) for s in order]


def inherited_segments(segment_of: Mapping[int, str], managers: Mapping[int, int | None]) -> dict[int, str]:
    """Return everybody's segment: their own, else that of the nearest person above who has one, else ""."""
    found: dict[int, str] = {}
    for person in segment_of:
        seen: set[int] = set()
        above: int | None = person
        while above is not None and above not in seen and not segment_of.get(above):
            seen.add(above)
            above = managers.get(above)
        found[person] = "" if above is None else segment_of.get(above, "")
    return found


def _teams(nodes: Mapping[int, Node], segment_of: Mapping[int, str]) -> dict[int, frozenset[str]]:
    """Return the segments of everybody below each person, or the person's own where nobody is."""
    found: dict[int, frozenset[str]] = {}
    for node in reversed(list(nodes.values())):
        below = frozenset().union(*(found[p] for p in node.reports))
        found[node.person] = below or frozenset({segment_of.get(node.person, "")})
    return found


def _add_quotas(
    nodes: Mapping[int, Node], person: int, teams: Mapping[int, frozenset[str]], quotas: dict[str, int]
) -> None:
    waiting = [person]
    while waiting:
        node = nodes[waiting.pop()]
        split = len(teams[node.person]) > 1 and node.quota.reports is not None
        own = None if node.person == EVERYBODY else node.quota.own
        if own is None or split:
            waiting.extend(node.reports)
        else:
            segment = next(iter(teams[node.person])) if len(teams[node.person]) == 1 else ""
            quotas[segment] = quotas.get(segment, 0) + own
