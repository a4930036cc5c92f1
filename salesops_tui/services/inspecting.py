"""Inspecting a deal: giving answers, with the verdict and the cap in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from salesops_tui.domain.calendar import Moment, iso_day, to_datetime
from salesops_tui.domain.deal import Category, Status
from salesops_tui.domain.inspection import (
    Answer,
    AnswerDraft,
    Facts,
    Ruling,
    Verdict,
    check,
    check_length,
    rule,
)
from salesops_tui.domain.people import Person
from salesops_tui.domain.policy import Policy
from salesops_tui.errors import Conflict, NotFound, Refused
from salesops_tui.services import permission
from salesops_tui.services.calls import close_lapsed_calls
from salesops_tui.services.context import Context
from salesops_tui.services.joining import join_or_open
from salesops_tui.store import actions as store_actions
from salesops_tui.store import calls as store_calls
from salesops_tui.store import deals as store_deals
from salesops_tui.store import desk, record, tracks
from salesops_tui.store.calls import Call, Inspection
from salesops_tui.store.deals import DealAt


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """Answers to give to one deal, as one decision.

    Attributes:
        seen: the version of each answer that the person was looking at (0 for none); questions that are absent
            are guarded by author instead: a different value by somebody else is a conflict.
        close_plan: a plan written along with the answers, for a deal that has slipped twice.
        call: the call in which the person believes to be; refused once that has ended.
        at: the moment it counts from; None for now. Only an ops lead may name one.
    """

    deal: str
    answers: Sequence[AnswerDraft]
    seen: Mapping[str, int] | None = None
    close_plan: str = ""
    at: Moment | None = None
    rep_present: bool | None = None
    call: int | None = None


@dataclass(frozen=True, slots=True)
class InspectionResult:
    """What an inspection has come to after a decision."""

    inspection: int
    call: int
    deal: DealAt
    ruling: Ruling
    category_before: Category
    category_after: Category

    @property
    def moved(self) -> bool:
        """Whether the deal changed its category."""
        return self.category_before is not self.category_after


def find_deal(context: Context, key: str, at: Moment) -> DealAt:
    """Return the deal with this CRM id as it was at a moment; Salesforce's short ids are found as well.

    Raises:
        NotFound: the store has none, did not have it yet, or the actor may not see it: the three look the same.
    """
    number = store_deals.deal_number(context.store.conn, key)
    if number is None and key.startswith("006"):
        from salesops_tui.crm.dialects.salesforce_id import full_id

        number = store_deals.deal_number(context.store.conn, full_id(key))
    found = None if number is None else store_deals.deal_at(context.store.conn, number, at)
    if found is None or not permission.sees_deal(context, found, at):
        whose = "" if context.sees_everything() else " of yours"
        raise NotFound(f"no deal{whose} has the id '{key}'; 'salesops deals --all' lists them")
    return found


def give_answers(context: Context, request: AnswerRequest) -> InspectionResult:
    """Give answers to a deal: verdict, cap, history and record in one transaction.

    Joins the inspection of this deal that is open, else opens one in the actor's call, else opens that call too.

    Raises:
        Refused: an answer lacks what it needs, or the actor may not inspect this deal.
        Conflict: somebody else has answered otherwise meanwhile; nothing was written.
        NotFound: no such deal.
    """
    check_length(request.close_plan.strip(), "close plan")
    context.prepare()
    with context.store.write() as conn:
        close_lapsed_calls(context)
        at = _moment_of(context, request.at)
        before = find_deal(context, request.deal, at)
        actor = _inspector_of(context, before, at)
        _still_open(context, request.call, at)
        inspection = join_or_open(
            context, before, actor, at, backdated=request.at is not None, rep_present=request.rep_present
        )
        policy = context.policies.version(inspection.policy)
        standing = store_calls.answers_of(conn, inspection.id)
        facts = facts_about(context, before, at)
        drafts = [check(policy, draft, facts) for draft in request.answers]
        wanted = [d for d in drafts if not _says_the_same(standing.get(d.question), d)]
        for draft in wanted:
            _guard(context, request, inspection, standing.get(draft.question), draft, actor)
        change = None
        if wanted or request.close_plan.strip():
            change = _write(context, request, inspection, before, wanted, standing, actor, at)
        for draft in drafts:
            desk.drop_drafts(conn, actor.id, before.id, draft.question)
        ruling = rule(policy, store_calls.answers_of(conn, inspection.id))
        _demand_plan(context, policy, before, ruling, at)
        if wanted:
            tracks.rebuild(conn, context.policies, [before.id])
        after = store_deals.deal_at(conn, before.id, at)
        assert after is not None, "it was there before"
        result = InspectionResult(inspection.id, inspection.call, after, ruling, before.category, after.category)
        if change is not None:
            _record(context, request, result, wanted, change)
    return result


def facts_about(context: Context, deal: DealAt, at: Moment) -> Facts:
    """Return what is on file about a deal beside the questions, at a moment."""
    detail = store_deals.detail_at(context.store.conn, deal.id, at)
    owner = context.people.get(deal.owner)
    today = context.calendar.day_of(at)
    region = owner.region if owner else ""
    if detail is None:
        return Facts(today, region)
    return Facts(today, region, detail.last_meeting_day, detail.economic_buyer, detail.economic_buyer_title)


def plan_is_missing(context: Context, policy: Policy, deal: DealAt, at: Moment) -> bool:
    """Say whether the deal has slipped so often that it needs a close plan written since the last move."""
    needed = policy.inspection.slips_need_plan
    if not needed or deal.slips < needed:
        return False
    conn = context.store.conn
    moved_at = next(s.valid_from for s in tracks.states_of(conn, deal.id) if s.slips == deal.slips)
    note = store_actions.notes_of(conn, [deal.id], "close_plan").get(deal.id)
    if note and note.written_at >= moved_at and note.body.strip():
        return False
    now, then = (store_deals.detail_at(conn, deal.id, m) for m in (at, Moment(moved_at - 1)))
    in_crm = now.close_plan.strip() if now else ""
    return not in_crm or (then is not None and then.close_plan.strip() == in_crm)


def earlier_answers(context: Context, deal: int, inspection: int | None) -> dict[str, Answer]:
    """Return the newest answer to each question from the deal's inspections before this one (from all for None).

    A question that was left out last time is answered by the time before.
    """
    conn = context.store.conn
    former = [i.id for i in store_calls.inspections_of_deal(conn, deal) if inspection is None or i.id < inspection]
    standing = tracks.standing_answers(conn, former)
    found: dict[str, Answer] = {}
    for number in former:
        found |= standing.get(number, {})
    return found


def _moment_of(context: Context, named: Moment | None) -> Moment:
    now = context.now()
    if named is None:
        return now
    context.as_ops("backdating an inspection")
    if named > now:
        raise Refused("an inspection cannot be held in the future")
    return named


def _inspector_of(context: Context, deal: DealAt, at: Moment) -> Person:
    if deal.status is not Status.OPEN:
        raise Refused(f"{deal.key} is {deal.status.key}; only open deals are inspected")
    return permission.inspector(context, deal.owner, at)


def _still_open(context: Context, believed: int | None, at: Moment) -> None:
    call = None if believed is None else store_calls.call_by_id(context.store.conn, believed)
    if call is not None and (over := _when_over(context, call, at)):
        raise Refused(over)


def call_is_over(context: Context, number: int, at: Moment) -> str:
    """Return in one sentence when a call ended and who ended it; "" for one that is open at a moment."""
    call = store_calls.call_by_id(context.store.conn, number)
    return "" if call is None else _when_over(context, call, at)


def _when_over(context: Context, call: Call, at: Moment) -> str:
    if call.open_at(at):
        return ""
    ended = to_datetime(call.end, context.calendar.zone)
    who = context.people.get(call.ended_by) if call.ended_by is not None else None
    by = f", by {who.name}" if who else ""
    return f"this call ended on {ended:%a} {ended.day} {ended:%b %H:%M}{by}; a new inspection opens another call"


def _says_the_same(standing: Answer | None, draft: AnswerDraft) -> bool:
    if standing is None:
        return False
    words = (draft.evidence, draft.reason, draft.risk, draft.mitigation, draft.risk_kind)
    if standing.value is draft.value and not any(words) and draft.met_day in (None, standing.met_day):
        return True  # a bare answer takes nothing away from what was said beside the same one
    return all(
        getattr(standing, name) == getattr(draft, name)
        for name in ("value", "evidence", "reason", "risk", "mitigation", "risk_kind", "met_day")
    )


def _guard(
    context: Context,
    request: AnswerRequest,
    inspection: Inspection,
    standing: Answer | None,
    draft: AnswerDraft,
    actor: Person,
) -> None:
    seen = (request.seen or {}).get(draft.question)
    if seen is not None:
        newest = store_calls.last_version(context.store.conn, inspection.id, draft.question)
        if newest == seen:
            return
    elif standing is None or standing.actor == actor.id or standing.value is draft.value:
        return
    if standing is None:
        raise Conflict(
            f"{draft.question} was undone meanwhile by somebody else; look again, nothing was written",
            theirs="no answer",
            yours=draft.value.label,
        )
    who = context.people.get(standing.actor)
    raise Conflict(
        f"{who.name if who else 'somebody'} has answered {draft.question}: {standing.in_words}; "
        f"yours, {draft.value.label}, was not written",
        theirs=standing.in_words,
        yours=draft.value.label,
    )


def _write(
    context: Context,
    request: AnswerRequest,
    inspection: Inspection,
    deal: DealAt,
    drafts: Sequence[AnswerDraft],
    standing: Mapping[str, Answer],
    actor: Person,
    at: Moment,
) -> int:
    conn = context.store.conn
    change = context.change("answer" if drafts else "note", valid_at=at)
    if request.close_plan.strip():
        store_actions.add_note(
            conn,
            deal=deal.id,
            kind="close_plan",
            body=request.close_plan.strip(),
            day=None,
            valid_from=at,
            change=change,
        )
    for draft in drafts:
        former = standing.get(draft.question)
        amended = former is not None and former.value is draft.value
        store_calls.add_answer(
            conn,
            inspection.id,
            draft,
            version=store_calls.last_version(conn, inspection.id, draft.question) + 1,
            change=change,
            actor=actor.id,
            given_at=former.given_at if former and amended else at,
            streak=_streak(context, deal.id, inspection.id, draft),
        )
    return change


def _streak(context: Context, deal: int, inspection: int, draft: AnswerDraft) -> int:
    if draft.repeats is None:
        return 1
    last = earlier_answers(context, deal, inspection).get(draft.question)
    return last.streak + 1 if last and last.id == draft.repeats else 1


def _demand_plan(context: Context, policy: Policy, deal: DealAt, ruling: Ruling, at: Moment) -> None:
    if ruling.verdict is Verdict.PASSED and plan_is_missing(context, policy, deal, at):
        raise Refused(
            f"the close date of {deal.key} has moved later {deal.slips} times: "
            "write the close plan before the last yes (--close-plan TEXT)"
        )


def _record(
    context: Context, request: AnswerRequest, result: InspectionResult, drafts: Sequence[AnswerDraft], change: int
) -> None:
    body: dict[str, object] = {
        "deal": result.deal.key,
        "inspection": result.inspection,
        "call": result.call,
        "answers": [plain_answer(draft) for draft in drafts],
        "verdict": result.ruling.verdict.value,
        "failed_questions": list(result.ruling.failed_questions),
        "category_before": result.category_before.key,
        "category_after": result.category_after.key,
        "amount": result.deal.amount,
    }
    if request.close_plan.strip():
        body["close_plan"] = request.close_plan.strip()
    if request.at is not None:
        body["backdated"] = True
    record.write_record(context.store.conn, change, body)


def plain_answer(draft: AnswerDraft) -> dict[str, object]:
    """Return an answer as the record keeps it: what was said, as JSON values."""
    plain = {name: value for name, value in draft._asdict().items() if value not in ("", None)}
    if draft.met_day is not None:
        plain["met_day"] = iso_day(draft.met_day)
    plain["value"] = draft.value.value
    return plain


def may_inspect(context: Context, deal: DealAt) -> str | None:
    """Return why the actor cannot inspect a deal now, or None if they can."""
    if context.store.read_only:
        return "this session is read-only; nothing was written"
    try:
        context.acting()
        _inspector_of(context, deal, context.now())
    except Refused as refusal:
        return str(refusal)
    return None
