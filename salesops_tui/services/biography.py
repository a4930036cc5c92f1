"""One deal's whole story: how it stands and why, what it was, who said what, and what is agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.deal import Category, Detail, Hold, State, Status
from salesops_tui.domain.inspection import Answer, Ruling, rule
from salesops_tui.domain.policy import Policy, Question
from salesops_tui.services.context import Context
from salesops_tui.services.inspecting import find_deal
from salesops_tui.services.linking import LinkedDeal, links_of
from salesops_tui.services.listing import capped_since
from salesops_tui.services.on_file import OnFile, on_file
from salesops_tui.store import actions as store_actions
from salesops_tui.store import biography as store_biography
from salesops_tui.store import calls as store_calls
from salesops_tui.store import tracks
from salesops_tui.store.actions import Action
from salesops_tui.store.biography import GivenAnswer, Origin
from salesops_tui.store.calls import Inspection
from salesops_tui.store.deals import DealAt


class Fate(StrEnum):
    """What has become of an answer."""

    STANDS = "stands"
    CORRECTED = "corrected"
    UNDONE = "undone"


class Said(NamedTuple):
    """An answer with who gave it, when it was written down and what has become of it."""

    question: Question | None
    answer: Answer
    by: str
    at: Moment
    fate: Fate


@dataclass(frozen=True, slots=True)
class Held:
    """An inspection that was held, with every answer in the order in which they were given."""

    inspection: Inspection
    by: str
    policy: Policy
    ruling: Ruling
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of the deal: what it was (None at first) and became, and where that came from.

    Attributes:
        inspector: who held the inspection that made the change; "" where a claim made it.
        claims_again: the CRM claimed Commit again after it had taken the downgrade up.
    """

    before: State | None
    after: State
    origin: Origin
    actor: str
    inspector: str
    claims_again: bool


@dataclass(frozen=True, slots=True)
class Forebear:
    """An earlier deal that this one continues or was split off, with its own history.

    Attributes:
        link: who said so, and when.
        details, turns, held: as of `Biography`.
    """

    link: LinkedDeal
    details: Mapping[int, Detail]
    turns: tuple[Turn, ...]
    held: tuple[Held, ...]


@dataclass(frozen=True)
class Biography:
    """A deal's story at a moment.

    Attributes:
        capped_since: when the cap that holds it down now was set; None where none does.
        ruled: the inspection whose verdict rules, or None.
        details: all that was ever known beside the claims, by number.
        turns, held: newest first.
        contested: how often Commit was claimed again after the downgrade had been taken up.
        forebears: the deals under whose ids it stood before, the nearest first.
        heirs: the deals that were said to continue it, or to be a part of it.
    """

    deal: DealAt
    at: Moment
    file: OnFile
    capped_since: Moment | None
    ruled: Held | None
    details: Mapping[int, Detail]
    turns: tuple[Turn, ...]
    held: tuple[Held, ...]
    actions: tuple[Action, ...]
    contested: int
    forebears: tuple[Forebear, ...] = ()
    heirs: tuple[LinkedDeal, ...] = ()


def biography(context: Context, key: str) -> Biography:
    """Return the story of the deal with this CRM id.

    Raises:
        NotFound: no such deal.
    """
    with context.store.reading() as conn:
        at = context.now()
        deal = find_deal(context, key, at)
        held = _held(context, deal.id)
        forebears, heirs = _relatives(context, deal.id)
        # What it inherited was ruled by an inspection of an earlier deal.
        asked = [*held, *(h for forebear in forebears for h in forebear.held)]
        return Biography(
            deal,
            at,
            on_file(context, deal, at),
            capped_since(context, deal) if deal.capped and deal.status is Status.OPEN else None,
            next((h for h in asked if h.inspection.id == deal.inspection), None),
            store_biography.details_of(conn, deal.id),
            _turns(context, deal.id, held),
            held,
            tuple(store_actions.actions_of_deal(conn, deal.id)),
            tracks.projection_of(conn, context.policies, deal.id).contested_by(at),
            forebears,
            tuple(heirs),
        )


def _relatives(context: Context, deal: int) -> tuple[tuple[Forebear, ...], list[LinkedDeal]]:
    """Return the deals before this one, up the links, and those after it; those that the actor may see."""
    conn = context.store.conn
    found: list[Forebear] = []
    link, heirs = links_of(context, deal)
    while link is not None:
        number = link.earlier.id
        held = _held(context, number)
        found.append(Forebear(link, store_biography.details_of(conn, number), _turns(context, number, held), held))
        link, _ = links_of(context, number)
    return tuple(found), heirs


def _held(context: Context, deal: int) -> tuple[Held, ...]:
    conn = context.store.conn
    given = store_biography.answers_ever_given(conn, deal)
    found = []
    for inspection in reversed(store_calls.inspections_of_deal(conn, deal)):
        own = [g for g in given if g.inspection == inspection.id]
        if not own:
            continue
        policy = context.policies.version(inspection.policy)
        standing = {g.answer.question: g.answer for g in own if not g.undone}
        said = tuple(_said(context, policy, g, standing) for g in own)
        found.append(Held(inspection, _name(context, inspection.opened_by), policy, rule(policy, standing), said))
    return tuple(found)


def _said(context: Context, policy: Policy, given: GivenAnswer, standing: Mapping[str, Answer]) -> Said:
    answer = given.answer
    newest = standing.get(answer.question)
    fate = Fate.UNDONE if given.undone else Fate.STANDS if newest and newest.id == answer.id else Fate.CORRECTED
    return Said(policy.question(answer.question), answer, _name(context, answer.actor), given.recorded_at, fate)


def _turns(context: Context, deal: int, held: Sequence[Held]) -> tuple[Turn, ...]:
    conn = context.store.conn
    origins = store_biography.claim_origins(conn, deal)
    by = {h.inspection.id: h.by for h in held}
    turns = []
    before: State | None = None
    for state in tracks.states_of(conn, deal):
        origin = origins[state.claim]
        ruled = before is not None and _ruled(before, state)
        turns.append(
            Turn(
                before,
                state,
                origin,
                _name(context, origin.actor) if origin.actor is not None else "",
                by.get(state.inspection or 0, "") if ruled else "",
                before is not None and _claims_again(before, state),
            )
        )
        before = state
    return tuple(reversed(turns))


def _ruled(before: State, after: State) -> bool:
    same_claim = before.claim == after.claim and before.detail == after.detail
    return same_claim and after.inspection is not None


def _claims_again(before: State, after: State) -> bool:
    fell = before.rep_category is Category.BEST_CASE and after.rep_category is Category.COMMIT
    return fell and before.hold is Hold.CAPPED and after.hold is Hold.CAPPED


def _name(context: Context, number: int | None) -> str:
    person = context.people.get(number) if number is not None else None
    return person.name if person else "?"
