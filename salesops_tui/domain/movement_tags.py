"""What else changed on a deal between the two ends of a movement, beside the line that it stands in."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from salesops_tui.domain.deal import State, Status
from salesops_tui.domain.movement import DealMovement
from salesops_tui.domain.movement_causes import HELD, Cause


class Also(StrEnum):
    """What a tag tells of; the later ones bear the names of the lines that they would have been."""

    AMOUNT = "amount"
    STAGE = "stage"
    CLOSE_DATE = "close_date"
    OWNER = "owner"
    TRANSFERRED_IN = "transferred_in"
    TRANSFERRED_OUT = "transferred_out"
    FAILED_INSPECTION = "failed_inspection"
    PASSED_INSPECTION = "passed_inspection"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    RETURNED = "returned"
    REOPENED = "reopened"
    WON = "won"
    LOST = "lost"
    REMOVED = "removed"


class Tag(NamedTuple):
    """One thing that changed, with its values before and after where it has any.

    They are minor units of an amount, the key of a stage, a day ordinal or the store's number of an owner.
    """

    what: Also
    before: int | str | None = None
    after: int | str | None = None


_SAID_BY_LINE: dict[Cause, frozenset[Also]] = {
    Cause.INCREASED: frozenset({Also.AMOUNT}),
    Cause.DECREASED: frozenset({Also.AMOUNT}),
    Cause.PULLED_IN: frozenset({Also.CLOSE_DATE}),
    Cause.ROLLED_IN: frozenset({Also.CLOSE_DATE}),
    Cause.PUSHED_OUT: frozenset({Also.CLOSE_DATE}),
    Cause.PULLED_OUT: frozenset({Also.CLOSE_DATE}),
    Cause.TRANSFERRED_IN: frozenset({Also.OWNER, Also.TRANSFERRED_IN}),
    Cause.TRANSFERRED_OUT: frozenset({Also.OWNER, Also.TRANSFERRED_OUT}),
    Cause.WON: frozenset({Also.WON, Also.AMOUNT}),
}
"""What a line says by itself, where that is not only the tag of its own name."""


def tags(deal: DealMovement) -> tuple[Tag, ...]:
    """Return what else differs between the two ends; for a new deal, since the first that is known of it."""
    said = {also for cause in deal.causes for also in _SAID_BY_LINE.get(cause, (cause.value,))}
    return tuple(tag for tag in _differences(deal) if tag.what not in said)


def _differences(deal: DealMovement) -> Iterator[Tag]:
    old, new = deal.first, deal.after
    if old.amount != new.amount:
        yield Tag(Also.AMOUNT, old.amount, new.amount)
    if old.stage != new.stage and new.status not in (Status.WON, Status.LOST):
        yield Tag(Also.STAGE, old.stage, new.stage)
    if old.close_day != new.close_day:
        yield Tag(Also.CLOSE_DATE, old.close_day, new.close_day)
    if old.owner != new.owner:
        yield Tag(Also.OWNER, old.owner, new.owner)
    elif deal.before and deal.was_member is not deal.is_member:
        yield Tag(Also.TRANSFERRED_IN if deal.is_member else Also.TRANSFERRED_OUT)
    if old.status is not new.status:
        yield Tag(_of_status(old.status, new.status))
    if new.status is Status.OPEN and old.status is Status.OPEN:
        yield from _of_category(old, new)
    elif new.status is Status.WON and new.hold in HELD:
        yield Tag(Also.FAILED_INSPECTION)


def _of_status(old: Status, new: Status) -> Also:
    if new is Status.OPEN:
        return Also.RETURNED if old is Status.REMOVED else Also.REOPENED
    return {Status.WON: Also.WON, Status.LOST: Also.LOST, Status.REMOVED: Also.REMOVED}[new]


def _of_category(old: State, new: State) -> Iterator[Tag]:
    if old.hold not in HELD and new.hold in HELD:
        yield Tag(Also.FAILED_INSPECTION)
    if old.hold in HELD and new.hold not in HELD:
        yield Tag(Also.PASSED_INSPECTION)
    if old.rep_category is not new.rep_category:
        yield Tag(Also.DOWNGRADED if new.rep_category < old.rep_category else Also.UPGRADED)
