"""Whose quota counts: a person's own row, beside what their reports have. Both are known where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

EVERYBODY = 0
"""The number that stands for everybody; people are numbered from 1."""


class Quota(NamedTuple):
    """What somebody has to bring in, minor units; None where nothing is on file.

    Attributes:
        own: the person's own row.
        reports: the sum of what the reports have; above the own row where quota is over-assigned.
    """

    own: int | None = None
    reports: int | None = None

    @property
    def value(self) -> int | None:
        """The quota that counts: the own row, else the sum of the reports."""
        return self.reports if self.own is None else self.own

    @property
    def differs(self) -> bool:
        """Whether both exist and say different things, so that both must be shown."""
        return None not in self and self.own != self.reports


def reports_of(managers: Mapping[int, int | None], order: Iterable[int]) -> dict[int, list[int]]:
    """Return who reports to whom, `EVERYBODY` holding those who report to nobody; each list in `order`."""
    below: dict[int, list[int]] = {EVERYBODY: []}
    named = dict.fromkeys(managers.values())
    for person in order:
        if person in managers or person in named:
            below.setdefault(managers.get(person) or EVERYBODY, []).append(person)
    return below


def tree_under(top: int, below: Mapping[int, Sequence[int]]) -> dict[int, tuple[int | None, int]]:
    """Return everybody under `top` with who is above and how deep, in the order in which a tree is read."""
    found: dict[int, tuple[int | None, int]] = {}
    waiting: list[tuple[int, int | None, int]] = [(top, None, 0)]
    while waiting:
        person, above, depth = waiting.pop()
        if person in found:
            continue
        found[person] = (above, depth)
        waiting.extend((report, person, depth + 1) for report in reversed(below.get(person, ())))
    return found


def with_strays(below: Mapping[int, list[int]], people: Iterable[int]) -> Mapping[int, list[int]]:
    """Put under `EVERYBODY` whoever of `people` hangs from nobody, so that the whole stays whole.

    Those are unknown owners, people without a reporting line, and a loop that an import would have refused.
    """
    placed = tree_under(EVERYBODY, below)
    stray = [person for person in dict.fromkeys(people) if person not in placed]
    return {**below, EVERYBODY: [*below.get(EVERYBODY, ()), *stray]} if stray else below


def quota_under(top: int, below: Mapping[int, list[int]], rows: Mapping[int, int]) -> Quota:
    """Return the quota of a person, or of everybody, from the rows on file."""
    if top == EVERYBODY:
        below = with_strays(below, rows)
    tree = tree_under(top, below)
    quotas: dict[int, Quota] = {}
    for person in reversed(tree):
        reports = [quotas[p] for p in below.get(person, ()) if tree[p][0] == person]
        quotas[person] = quota_of(person, rows, reports)
    return quotas[top]


def quota_of(person: int, rows: Mapping[int, int], reports: Sequence[Quota]) -> Quota:
    """Return the quota of a person whose reports have these."""
    values = [quota.value for quota in reports]
    if person != EVERYBODY:
        return Quota(rows.get(person), _sum(values))
    # Nobody has a row for everybody: the rows of those at the top are its own.
    if all(quota.own is None for quota in reports):
        return Quota(None, _sum(values))
    return Quota(_sum(values), _sum(quota.own if quota.reports is None else quota.reports for quota in reports))


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
