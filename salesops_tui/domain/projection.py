"""From the two tracks of a deal (claims and inspections) to what it was at any moment.

The projection is the one derived thing that is stored. It is pure: the same tracks give the same states, so a
store can be checked by building it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from salesops_tui.domain.calendar import FOREVER, Day, Moment
from salesops_tui.domain.deal import (
    Category,
    Claim,
    DetailVersion,
    Hold,
    State,
    Status,
    Void,
    category_of,
)
from salesops_tui.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class RulingEvent:
    """An inspection came to a verdict. `policy` is the version that it was taken under."""

    valid_from: Moment
    change: int
    inspection: int
    passed: bool
    policy: Policy


Event = Claim | DetailVersion | RulingEvent


@dataclass(slots=True)
class _Walk:
    """Where the walk along a deal's events stands."""

    claim: Claim | None = None
    winner: int | None = None
    won_at: Moment = Moment(0)
    detail: int = 0
    buyer: str = ""
    inspection: int | None = None
    hold: Hold = Hold.NONE
    claim_given_up: bool = False
    contested: list[Moment] = field(default_factory=list)
    passed_under: Policy | None = None
    passed_amount: int = 0
    claim_fell: bool = False
    good_until: Moment = Moment(0)
    void: Void = Void.NONE
    slips: int = 0


@dataclass(frozen=True, slots=True)
class Projection:
    """A deal's states in order, without gaps, and when its cap was contested.

    Attributes:
        contested: the moments from which an import claimed Commit again, after the CRM had taken the downgrade up.
    """

    states: tuple[State, ...]
    contested: tuple[Moment, ...]

    def contested_by(self, at: Moment) -> int:
        """Return how often the cap had been contested up to a moment."""
        return sum(moment <= at for moment in self.contested)


def project(claims: Iterable[Claim], details: Iterable[DetailVersion], rulings: Iterable[RulingEvent]) -> Projection:
    """Return what the deal was from its first claim on.

    Events of the same moment make one change, in the order in which they were recorded. Details before the
    first claim and rulings on deals that are not open change nothing. A won deal stays with whoever won it.
    """
    known = sorted(details, key=lambda d: (d.valid_from, d.id))
    # A claim older than all details (a late import of an old file) goes by the earliest that is known.
    walk = _Walk(detail=known[0].id if known else 0)
    states: list[State] = []
    for moment, events in _by_moment([*claims, *known, *rulings]):
        for event in events:
            _step(walk, event)
        if walk.claim is None:
            continue
        state = _state(walk, walk.claim, moment)
        if states and _same(states[-1], state):
            continue
        if states:
            states[-1] = states[-1]._replace(valid_to=moment)
        states.append(state)
    return Projection(tuple(states), tuple(walk.contested))


def project_single(claim: Claim, detail: int) -> State:
    """Return the one state of a deal that has a single claim and was never inspected (the bulk of a first import)."""
    walk = _Walk(claim=claim, detail=detail)
    return _state(walk, claim, claim.valid_from)


def _by_moment(events: Sequence[Event]) -> Iterable[tuple[Moment, list[Event]]]:
    ordered = sorted(events, key=lambda e: (e.valid_from, e.change))
    group: list[Event] = []
    for event in ordered:
        if group and event.valid_from != group[0].valid_from:
            yield group[0].valid_from, group
            group = []
        group.append(event)
    if group:
        yield group[0].valid_from, group


def _same(before: State, after: State) -> bool:
    return after._replace(valid_from=before.valid_from) == before


def _state(walk: _Walk, claim: Claim, moment: Moment) -> State:
    return State(
        moment,
        FOREVER,
        claim.id,
        walk.detail,
        walk.inspection,
        claim.owner if walk.winner is None else walk.winner,
        claim.status,
        claim.rep_category,
        walk.hold,
        claim.amount,
        claim.close_day,
        claim.stage,
        walk.good_until,
        walk.void,
        walk.slips,
    )


def _step(walk: _Walk, event: Event) -> None:
    if isinstance(event, Claim):
        _claimed(walk, event)
    elif isinstance(event, DetailVersion):
        _detailed(walk, event)
    else:
        _ruled(walk, event)


def _claimed(walk: _Walk, new: Claim) -> None:
    old, walk.claim = walk.claim, new
    if new.status is not Status.WON:
        walk.winner = None
    elif walk.winner is None or new.valid_from == walk.won_at:
        # What is said later of the moment of winning corrects who won.
        walk.winner, walk.won_at = new.owner, new.valid_from
    if old is None:
        return
    came_back = old.status is not Status.OPEN and new.status is Status.OPEN
    if came_back or new.status in (Status.LOST, Status.REMOVED):
        _forget_inspections(walk)
    if new.status is not Status.OPEN:
        return
    if old.status is Status.OPEN and new.close_day > old.close_day:
        walk.slips += 1
    _hold_after_claim(walk, old, new)
    if walk.passed_under and walk.good_until >= new.valid_from:
        cause = _what_voids(walk, walk.passed_under, old, new)
        if cause is not Void.NONE:
            _void(walk, cause)


def _forget_inspections(walk: _Walk) -> None:
    walk.inspection = None
    walk.hold = Hold.NONE
    walk.claim_given_up = False
    walk.passed_under = None
    walk.good_until = Moment(0)
    walk.void = Void.NONE


def _hold_after_claim(walk: _Walk, old: Claim, new: Claim) -> None:
    if walk.hold is Hold.RESTORED and new.rep_category is not old.rep_category:
        walk.hold = Hold.NONE
    elif walk.hold is Hold.FAILED and new.rep_category is Category.COMMIT:
        walk.hold = Hold.CAPPED
        walk.claim_given_up = False
    elif walk.hold is Hold.CAPPED:
        if new.rep_category is Category.COMMIT:
            if old.rep_category is Category.BEST_CASE and not walk.claim_given_up:
                walk.contested.append(new.valid_from)
            walk.claim_given_up = False
        elif new.rep_category < Category.BEST_CASE:
            walk.claim_given_up = True


def _what_voids(walk: _Walk, policy: Policy, old: Claim, new: Claim) -> Void:
    if new.close_day > old.close_day:
        return Void.CLOSE_LATER
    if new.close_day != old.close_day and new.close_day not in policy.calendar.period_of(old.close_day):
        return Void.OTHER_PERIOD
    if new.owner != old.owner:
        return Void.OWNER
    if new.stage != old.stage and policy.stage_rank(new.stage) < policy.stage_rank(old.stage):
        return Void.STAGE_BACK
    growth = 100 + policy.inspection.amount_growth_percent
    if new.amount > walk.passed_amount and new.amount * 100 >= walk.passed_amount * growth:
        return Void.AMOUNT_UP
    if walk.claim_fell and new.rep_category > old.rep_category:
        return Void.CLAIM_RETURNED
    walk.claim_fell = walk.claim_fell or new.rep_category < old.rep_category
    return Void.NONE


def _void(walk: _Walk, cause: Void) -> None:
    walk.passed_under = None
    walk.good_until = Moment(0)
    walk.void = cause


def _detailed(walk: _Walk, new: DetailVersion) -> None:
    walk.detail = new.id
    named = " ".join(new.economic_buyer.casefold().split())
    another = bool(walk.buyer and named and named != walk.buyer)
    walk.buyer = named or walk.buyer
    if another and walk.passed_under and walk.good_until >= new.valid_from:
        _void(walk, Void.BUYER)


def _ruled(walk: _Walk, ruling: RulingEvent) -> None:
    claim = walk.claim
    if claim is None or claim.status is not Status.OPEN:
        return
    walk.inspection = ruling.inspection
    walk.void = Void.NONE
    walk.claim_fell = False
    if ruling.passed:
        _passed(walk, claim, ruling)
    else:
        _failed(walk, claim)


def _passed(walk: _Walk, claim: Claim, ruling: RulingEvent) -> None:
    taken_up = claim.rep_category is Category.BEST_CASE and not walk.claim_given_up
    restored = walk.hold is Hold.RESTORED or (walk.hold is Hold.CAPPED and taken_up)
    walk.hold = Hold.RESTORED if restored else Hold.NONE
    walk.claim_given_up = False
    walk.passed_under = ruling.policy
    walk.passed_amount = claim.amount
    walk.good_until = pass_holds_until(ruling.policy, ruling.valid_from, claim.close_day)


def _failed(walk: _Walk, claim: Claim) -> None:
    was_commit = category_of(claim.status, claim.rep_category, walk.hold) is Category.COMMIT
    if was_commit:
        walk.claim_given_up = False
    held_already = walk.hold is Hold.CAPPED
    walk.hold = Hold.CAPPED if was_commit or held_already else Hold.FAILED
    walk.passed_under = None
    walk.good_until = Moment(0)


def pass_holds_until(policy: Policy, passed_at: Moment, close_day: Day) -> Moment:
    """Return the last moment at which a pass is current: the end of the policy's nth day after its own day."""
    calendar, rules = policy.calendar, policy.inspection
    day = calendar.day_of(passed_at)
    period = calendar.period_of(close_day)
    late = period.end - day < rules.late_period_days
    return calendar.end_of_day(Day(day + (rules.late_pass_days if late else rules.pass_days)))
