"""Deals as lists and as one page, in the words of the command line's contract."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import Moment, Period, iso_day
from salesops_tui.domain.deal import Category, Hold, State, Status, Void
from salesops_tui.domain.inspection import Answer, Verdict, rule
from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.people import Scope
from salesops_tui.domain.policy import Policy
from salesops_tui.services.context import Context
from salesops_tui.store import actions as store_actions
from salesops_tui.store import calls as store_calls
from salesops_tui.store import deals as store_deals
from salesops_tui.store import tracks
from salesops_tui.store.deals import DealAt


class DealFilter(NamedTuple):
    """What narrows a list of deals; empty fields narrow nothing."""

    categories: Collection[Category] = ()
    statuses: Collection[Status] = ()
    uninspected: bool = False
    text: str = ""
    every_period: bool = False


def list_deals(context: Context, scope: Scope, period: Period, at: Moment, wanted: DealFilter) -> dict[str, Any]:
    """Return the deals of a scope that close in a period, and totals over all that it holds, as JSON values."""
    conn = context.store.conn
    with context.store.reading():
        current = at >= context.seen_now
        found = store_deals.deals_at(
            conn, at, current=current, period=None if wanted.every_period else period, scope=scope
        )
        totals = store_deals.totals_at(conn, at, current=current, period=period, scope=scope)
        chosen = [deal for deal in found if _wanted(context, deal, wanted, at)]
        deals = describe_deals(context, chosen, at)
    currency = context.policy.currency
    return {
        "as_of": context.calendar.iso(at),
        "period": plain_period(period),
        "scope": scope.name,
        "currency": currency,
        "deals": deals,
        "totals": {
            c.key: {
                "amount": decimal_string(totals.get(c, (0, 0, 0))[0], currency),
                "deals": totals.get(c, (0, 0, 0))[1],
            }
            for c in Category
        },
    }


def plain_period(period: Period) -> dict[str, str | None]:
    """Return a period as JSON values."""
    return {"name": period.name, "start": iso_day(period.start), "end": iso_day(period.end)}


def describe_deals(context: Context, deals: Sequence[DealAt], at: Moment) -> list[dict[str, Any]]:
    """Return deals as JSON values, in their order."""
    return [*_Describer(context, deals, at).described()]


def standing_of(deal: DealAt, at: Moment, asked_now: bool) -> str:
    """Return never, open, passed, failed or expired: how a deal stands with its inspections."""
    if deal.hold in (Hold.FAILED, Hold.CAPPED):
        return "failed"
    if deal.good_until >= at:
        return "passed"
    if asked_now:
        return "open"
    return "expired" if deal.inspection is not None else "never"


def flags_of(deal: DealAt, action_due: bool, today: int) -> list[str]:
    """Return what a manager should look twice at."""
    flags = []
    if deal.claims_commit:
        flags.append("claims_commit")
    if deal.hold is Hold.RESTORED:
        flags.append("restored")
    if deal.void is not Void.NONE:
        flags.append(f"voided_{deal.void.name.lower()}")
    if deal.slips >= 2:
        flags.append("slipped_twice")
    if deal.status is Status.OPEN and deal.close_day < today:
        flags.append("overdue")
    if action_due:
        flags.append("action_due")
    return flags


def deal_page(context: Context, deal: DealAt, at: Moment) -> dict[str, Any]:
    """Return one deal in full as JSON values: facts, history, inspections with every answer, actions."""
    conn = context.store.conn
    detail = store_deals.detail_at(conn, deal.id, at)
    assert detail is not None
    return {
        "as_of": context.calendar.iso(at),
        "deal": describe_deals(context, [deal], at)[0],
        "facts": _facts(context, deal, at),
        "history": _history(context, deal.id, at),
        "inspections": _inspections(context, deal.id, at),
        "actions": _actions(context, deal.id, at),
        "links": _links(context, deal.id, at),
        "contested": tracks.projection_of(conn, context.policies, deal.id).contested_by(at),
    }


def _links(context: Context, deal: int, at: Moment) -> dict[str, Any]:
    """Return under which ids a deal stood before (with its history there), and which deals go on from it."""
    from salesops_tui.services.linking import links_of

    own, later = links_of(context, deal)
    earlier = own and {
        "id": own.earlier.key,
        "name": own.earlier.name,
        "as": own.kind,
        "by": own.by,
        "at": context.calendar.iso(own.at),
        "history": _history(context, own.earlier.id, at),
        "inspections": _inspections(context, own.earlier.id, at),
    }
    return {
        "earlier": earlier,
        "later": [{"id": e.deal.key, "name": e.deal.name, "as": e.kind} for e in later],
    }


def _wanted(context: Context, deal: DealAt, wanted: DealFilter, at: Moment) -> bool:
    if wanted.categories and deal.category not in wanted.categories:
        return False
    if wanted.statuses and deal.status not in wanted.statuses:
        return False
    if wanted.uninspected and (deal.category is not Category.COMMIT or deal.inspected(at)):
        return False
    if not wanted.text:
        return True
    owner = context.people.get(deal.owner)
    words = (deal.key, deal.name, deal.account, owner.name if owner else "")
    return any(wanted.text.casefold() in word.casefold() for word in words)


def _being_asked(context: Context, at: Moment) -> frozenset[int]:
    """Return the deals that are being asked about: answers are given, and there is no verdict yet."""
    conn = context.store.conn
    calls = store_calls.open_calls(conn, at)
    opened = {i.id: i for call in calls for i in store_calls.inspections_in_call(conn, call.id)}
    return frozenset(
        opened[number].deal
        for number, answers in _given_by(tracks.standing_answers(conn, opened), at).items()
        if rule(context.policies.version(opened[number].policy), answers).verdict is Verdict.OPEN
    )


def _given_by(standing: Mapping[int, Mapping[str, Answer]], at: Moment) -> dict[int, dict[str, Answer]]:
    """Leave out the answers that were given after a moment, and the inspections that then have none."""
    by_then = {i: {q: a for q, a in answers.items() if a.given_at <= at} for i, answers in standing.items()}
    return {i: answers for i, answers in by_then.items() if answers}


def _failed_questions(context: Context, inspections: Iterable[int], at: Moment) -> dict[int, tuple[str, ...]]:
    conn = context.store.conn
    found = {}
    for number, answers in _given_by(tracks.standing_answers(conn, inspections), at).items():
        inspection = store_calls.inspection_by_id(conn, number)
        assert inspection is not None
        found[number] = rule(context.policies.version(inspection.policy), answers).failed_questions
    return found


class _Describer:
    """Puts deals into the words of the contract; what they share is read once."""

    def __init__(self, context: Context, deals: Sequence[DealAt], at: Moment) -> None:
        self.context, self.deals, self.at = context, deals, at
        self.policy, self.people = context.policy, context.people
        self.today = context.calendar.day_of(at)
        self.asked_now = _being_asked(context, at)
        held = {d.inspection for d in deals if d.inspection is not None and d.hold in (Hold.FAILED, Hold.CAPPED)}
        self.failed = _failed_questions(context, held, at)
        self.due = store_actions.deals_with_due_action(context.store.conn, self.today)

    def described(self) -> Iterator[dict[str, Any]]:
        """Yield the deals as JSON values, in their order."""
        policy = self.policy
        for deal in self.deals:
            owner = self.people[deal.owner]
            stage = policy.stage_by_key.get(deal.stage)
            yield {
                "id": deal.key,
                "name": deal.name,
                "account": deal.account,
                "owner": owner.key,
                "owner_name": owner.name,
                "stage": deal.stage,
                "stage_name": stage.name if stage else deal.stage,
                "amount": decimal_string(deal.amount, policy.currency),
                "currency": policy.currency,
                "original_amount": decimal_string(deal.original, deal.currency),
                "original_currency": deal.currency,
                "close_date": iso_day(deal.close_day),
                "status": deal.status.key,
                "rep_category": deal.rep_category.key,
                "category": deal.category.key,
                "cap": _cap(self.context, deal, self.failed),
                "inspection": standing_of(deal, self.at, deal.id in self.asked_now),
                "flags": flags_of(deal, deal.id in self.due, self.today),
            }


def _cap(context: Context, deal: DealAt, failed: Mapping[int, tuple[str, ...]]) -> dict[str, Any] | None:
    if deal.hold is not Hold.CAPPED or deal.status is not Status.OPEN or deal.inspection is None:
        return None
    return {
        "since": context.calendar.iso(capped_since(context, deal)),
        "inspection": deal.inspection,
        "failed_questions": list(failed.get(deal.inspection, ())),
    }


def capped_since(context: Context, deal: DealAt) -> Moment:
    """Return when the cap that holds a deal down now was set."""
    since = deal.since
    for state in reversed(tracks.states_of(context.store.conn, deal.id)):
        if state.valid_from > deal.since:
            continue
        if state.hold is not Hold.CAPPED:
            break
        since = state.valid_from
    return since


def _facts(context: Context, deal: DealAt, at: Moment) -> dict[str, Any]:
    detail = store_deals.detail_at(context.store.conn, deal.id, at)
    assert detail is not None
    met = detail.last_meeting_day
    today = context.calendar.day_of(at)
    region = context.people[deal.owner].region
    return {
        "created_date": iso_day(detail.created_day),
        "next_step": detail.next_step,
        "next_step_date": iso_day(detail.next_step_day),
        "last_meeting_date": iso_day(met),
        "business_days_since_meeting": None
        if met is None
        else context.calendar.business_days_between(met, today, region),
        "last_activity_date": iso_day(detail.last_activity_day),
        "economic_buyer": detail.economic_buyer,
        "economic_buyer_title": detail.economic_buyer_title,
        "type": detail.type,
        "segment": detail.segment,
        "term_months": detail.term_months,
        "close_date_confirmed": detail.close_confirmed,
        "close_plan": detail.close_plan,
        "requalified_on": iso_day(detail.requalified_day),
        "loss_reason": detail.loss_reason,
        "competitor": detail.competitor,
        "owner_text": detail.owner_text,
        "slips": deal.slips,
        "extra": dict(detail.extra),
    }


def _history(context: Context, deal: int, at: Moment) -> list[dict[str, Any]]:
    currency = context.policy.currency
    states = [s for s in tracks.states_of(context.store.conn, deal) if s.valid_from <= at]
    return [_state(context, state, currency) for state in states]


def _state(context: Context, state: State, currency: str) -> dict[str, Any]:
    owner = context.people[state.owner]
    return {
        "from": context.calendar.iso(state.valid_from),
        "category": state.category.key,
        "rep_category": state.rep_category.key,
        "hold": state.hold.name.lower(),
        "status": state.status.key,
        "stage": state.stage,
        "amount": decimal_string(state.amount, currency),
        "close_date": iso_day(state.close_day),
        "owner": owner.key,
        "owner_name": owner.name,
        "inspection": state.inspection,
        "void": state.void.label or None,
    }


def _inspections(context: Context, deal: int, at: Moment) -> list[dict[str, Any]]:
    conn = context.store.conn
    inspections = [i for i in store_calls.inspections_of_deal(conn, deal) if i.opened_at <= at]
    given = store_calls.answer_history(conn, [i.id for i in inspections])
    given = [row for row in given if row[7] <= at]
    standing = _given_by(tracks.standing_answers(conn, [i.id for i in inspections]), at)
    return [
        _inspection(context, i, standing.get(i.id, {}), [row for row in given if row[0] == i.id])
        for i in reversed(inspections)
    ]


def _inspection(
    context: Context, inspection: store_calls.Inspection, answers: Mapping[str, Answer], given: Sequence[Any]
) -> dict[str, Any]:
    policy: Policy = context.policies.version(inspection.policy)
    ruling = rule(policy, answers)
    labels = {q.key: q for q in policy.questions}
    return {
        "inspection": inspection.id,
        "call": inspection.call,
        "opened": context.calendar.iso(inspection.opened_at),
        "by": context.people[inspection.opened_by].name,
        "backdated": inspection.backdated,
        "policy": inspection.policy,
        "verdict": ruling.verdict.value,
        "failed_questions": list(ruling.failed_questions),
        "unsupported_yes": list(ruling.unsupported_yes),
        "answers": [
            {
                "question": question,
                "text": labels[question].text if question in labels else question,
                "value": value,
                "words": words.strip(),
                "reason": reason,
                "by": context.people[actor].name,
                "at": context.calendar.iso(recorded),
                "stands": stands,
            }
            for _, question, _, actor, value, words, reason, recorded, stands in given
        ],
    }


def _actions(context: Context, deal: int, at: Moment) -> list[dict[str, Any]]:
    return [
        {
            "id": a.id,
            "owner": context.people[a.owner].name,
            "due": iso_day(a.due_day),
            "text": a.body,
            "status": a.status,
        }
        for a in store_actions.actions_of_deal(context.store.conn, deal)
        if a.created_at <= at
    ]
