"""What is on file about a deal, with how it has moved: the evidence beside a question and on the deal's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from salesops_tui.domain.calendar import Calendar, Day, Moment
from salesops_tui.domain.deal import Detail, State, Status
from salesops_tui.domain.policy import Policy
from salesops_tui.services.context import Context
from salesops_tui.services.inspecting import plan_is_missing
from salesops_tui.store import actions as store_actions
from salesops_tui.store import deals as store_deals
from salesops_tui.store import tracks
from salesops_tui.store.deals import DealAt


@dataclass(frozen=True, slots=True)
class Moves:
    """How a deal has changed since the store knows it.

    Attributes:
        slips: how often the close date was moved later, and by how many days in all.
        stage_since, owner_since: the local day since which it is so; None where the store never knew another.
        stage_before: the stage before this one, or "".
        amount_changes: how often the amount changed, and by how much in all (minor units).
    """

    slips: int
    slipped_days: int
    stage_since: Day | None
    stage_before: str
    owner_since: Day | None
    amount_changes: int
    amount_moved: int


@dataclass(frozen=True, slots=True)
class OnFile:
    """What the CRM and people here know of a deal at a moment.

    Attributes:
        met_ago: business days since the last meeting, in the owner's region; None without one.
        plan: the close plan, the newest one written here before the CRM's.
        plan_missing: it slipped so often that it cannot pass before a plan is written.
    """

    detail: Detail
    moves: Moves
    met_ago: int | None
    plan: str
    plan_missing: bool


def on_file(context: Context, deal: DealAt, at: Moment, policy: Policy | None = None) -> OnFile:
    """Return what is on file about a deal at a moment; `policy` says when a close plan is missing."""
    conn = context.store.conn
    detail = store_deals.detail_at(conn, deal.id, at)
    assert detail is not None, "every deal that has a state has details"
    calendar = context.calendar
    owner = context.people.get(deal.owner)
    met = detail.last_meeting_day
    ago = None
    if met is not None:
        ago = calendar.business_days_between(met, calendar.day_of(at), owner.region if owner else "")
    note = store_actions.notes_of(conn, [deal.id], "close_plan").get(deal.id)
    return OnFile(
        detail,
        moves_of([s for s in tracks.states_of(conn, deal.id) if s.valid_from <= at], calendar),
        ago,
        note.body if note and note.body.strip() else detail.close_plan,
        plan_is_missing(context, policy or context.policy, deal, at),
    )


def moves_of(states: Sequence[State], calendar: Calendar) -> Moves:
    """Return how a deal has moved along its states, oldest first."""
    now = states[-1]
    pairs = list(pairwise(states))
    later = [
        b.close_day - a.close_day
        for a, b in pairs
        if a.status is Status.OPEN and b.status is Status.OPEN and b.close_day > a.close_day
    ]
    restaged = [(a, b) for a, b in pairs if a.stage != b.stage]
    handed = [b for a, b in pairs if a.owner != b.owner]
    return Moves(
        now.slips,
        sum(later),
        calendar.day_of(restaged[-1][1].valid_from) if restaged else None,
        restaged[-1][0].stage if restaged else "",
        calendar.day_of(handed[-1].valid_from) if handed else None,
        sum(a.amount != b.amount for a, b in pairs),
        now.amount - states[0].amount,
    )
