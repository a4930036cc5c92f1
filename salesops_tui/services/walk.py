"""One deal's inspection as a person walks through it: each question with all that helps to answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from salesops_tui.domain.calendar import Day, Moment, Period
from salesops_tui.domain.inspection import (
    Answer,
    AnswerDraft,
    AnswerValue,
    Facts,
    Ruling,
    Verdict,
    in_asking_order,
    proposed_meeting,
    repeat,
    rule,
)
from salesops_tui.domain.people import Scope
from salesops_tui.domain.policy import Policy, Question
from salesops_tui.errors import Refused
from salesops_tui.services import desk
from salesops_tui.services.context import Context
from salesops_tui.services.inspecting import facts_about, find_deal, may_inspect
from salesops_tui.services.joining import call_covering, open_inspection
from salesops_tui.services.on_file import OnFile, on_file
from salesops_tui.store import actions as store_actions
from salesops_tui.store import calls as store_calls
from salesops_tui.store import deals as store_deals
from salesops_tui.store.actions import Action
from salesops_tui.store.calls import Call, Inspection
from salesops_tui.store.deals import DealAt
from salesops_tui.store.tracks import standing_answers


@dataclass(frozen=True, slots=True)
class LastTime:
    """What was answered to a question in the last of the deal's earlier inspections that asked it.

    Attributes:
        by: name of the person who gave it.
        asked, yes: in how many earlier inspections it was answered, and answered yes.
    """

    answer: Answer
    day: Day
    by: str
    asked: int
    yes: int


@dataclass(frozen=True, slots=True)
class Step:
    """One question of the walk.

    Attributes:
        answer: the answer of today that stands, given by the person named `by`.
        seen: the newest version of today's answer, to be handed back when answering: who was faster is noticed.
        repeat: last time's answer as it would be given again; None where it cannot, and `why_no_repeat` says why.
        proposed: the yes that a meeting on file settles, for a person to accept; None where nothing settles it.
    """

    question: Question
    answer: Answer | None
    by: str
    seen: int
    last: LastTime | None
    repeat: AnswerDraft | None
    why_no_repeat: str
    proposed: AnswerDraft | None


@dataclass(frozen=True)
class Walk:
    """One deal's inspection at a moment.

    Attributes:
        policy: the version that the inspection is pinned to; the one in force before its first answer.
        call: the open one that an answer would belong to; None where the first answer opens one.
        inspection: the open one of this deal, whoever began it, or None.
        steps: in asking order, what failed last time first.
        actions: the open ones, the earliest due first.
        typed: half-typed texts by question and field.
        refusal: why the actor cannot answer at all, or "".
        commit: Commit of the scope that is looked at, minor units.
    """

    deal: DealAt
    at: Moment
    today: Day
    policy: Policy
    call: Call | None
    inspection: Inspection | None
    steps: tuple[Step, ...]
    ruling: Ruling
    file: OnFile
    actions: tuple[Action, ...]
    typed: Mapping[tuple[str, str], str]
    companions: tuple[desk.Companion, ...]
    refusal: str
    commit: int

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The questions in asking order."""
        return tuple(step.question.key for step in self.steps)

    def step(self, key: str) -> Step:
        """Return the step of a question; the first one for a question that is not asked (any more)."""
        return next((s for s in self.steps if s.question.key == key), self.steps[0])

    @property
    def first_open(self) -> str | None:
        """The first question without an answer today, or None."""
        return next((s.question.key for s in self.steps if s.answer is None), None)

    def open_after(self, key: str) -> str | None:
        """Return the next question without an answer, going round; None where all have one."""
        place = self.keys.index(key) if key in self.keys else 0
        onward = (*self.steps[place + 1 :], *self.steps[: place + 1])
        return next((s.question.key for s in onward if s.answer is None), None)

    def would_pass(self, answering: Sequence[AnswerDraft]) -> bool:
        """Say whether these answers, beside those of today, would be a pass."""
        values = {s.question.key: s.answer.value for s in self.steps if s.answer}
        values |= {draft.question: draft.value for draft in answering}
        return all(values.get(key) is AnswerValue.YES for key in self.keys)

    @property
    def plan_due(self) -> bool:
        """Whether a close plan has to be written before a pass."""
        return self.file.plan_missing

    @property
    def repeatable(self) -> tuple[AnswerDraft, ...]:
        """The yes answers of last time that still hold, for the questions without an answer today."""
        found = (s.repeat for s in self.steps if s.answer is None)
        return tuple(draft for draft in found if draft and draft.value is AnswerValue.YES)

    @property
    def closed(self) -> bool:
        """Whether it has come to its end: every question answered."""
        return self.ruling.verdict is not Verdict.OPEN and not self.ruling.unanswered


def walk(context: Context, key: str, scope: Scope, period: Period) -> Walk:
    """Return the inspection of a deal as it stands now; `scope` and `period` are those whose Commit is looked at.

    Raises:
        NotFound: no such deal.
    """
    with context.store.reading():
        return _walk(context, key, scope, period)


def _walk(context: Context, key: str, scope: Scope, period: Period) -> Walk:
    conn = context.store.conn
    at = context.now()
    deal = find_deal(context, key, at)
    inspection = open_inspection(context, deal, at)
    policy = context.policies.version(inspection.policy) if inspection else context.policy
    today = store_calls.answers_of(conn, inspection.id) if inspection else {}
    former = _former_answers(context, deal.id, inspection)
    facts = facts_about(context, deal, at)
    last = former[-1] if former else {}
    order = in_asking_order(policy, last.values())
    versions = store_calls.versions_of(conn, inspection.id) if inspection else {}
    actions = store_actions.actions_of_deal(conn, deal.id)
    return Walk(
        deal,
        at,
        facts.today,
        policy,
        _call_of(context, deal, inspection, at),
        inspection,
        tuple(_step(context, policy, key, today.get(key), versions.get(key, 0), former, facts) for key in order),
        rule(policy, today),
        on_file(context, deal, at, policy),
        tuple(action for action in actions if action.status == "open"),
        desk.typed_before(context, deal.id),
        desk.companions(context, deal.id, at),
        may_inspect(context, deal) or "",
        store_deals.commit_now(conn, period, scope),
    )


def _call_of(context: Context, deal: DealAt, inspection: Inspection | None, at: Moment) -> Call | None:
    if inspection:
        return store_calls.call_by_id(context.store.conn, inspection.call)
    return call_covering(context, context.actor, deal.owner, at) if context.actor else None


def _former_answers(context: Context, deal: int, inspection: Inspection | None) -> list[Mapping[str, Answer]]:
    """The answers of each earlier inspection that has some, oldest first."""
    conn = context.store.conn
    numbers = [i.id for i in store_calls.inspections_of_deal(conn, deal) if inspection is None or i.id < inspection.id]
    found = standing_answers(conn, numbers)
    return [found[number] for number in numbers if found.get(number)]


def _step(
    context: Context,
    policy: Policy,
    key: str,
    answer: Answer | None,
    seen: int,
    former: Sequence[Mapping[str, Answer]],
    facts: Facts,
) -> Step:
    question = policy.question(key)
    assert question is not None
    last = next((answers[key] for answers in reversed(former) if key in answers), None)
    draft, why_not = None, ""
    try:
        draft = repeat(policy, question, last, facts)
    except Refused as refusal:
        why_not = str(refusal)
    met = proposed_meeting(policy.calendar, question, facts) if answer is None else None
    return Step(
        question,
        answer,
        _name(context, answer.actor) if answer else "",
        seen,
        _last_time(context, key, last, former) if last else None,
        draft,
        why_not,
        AnswerDraft(key, AnswerValue.YES, met_day=met) if met is not None else None,
    )


def _last_time(context: Context, key: str, last: Answer, former: Sequence[Mapping[str, Answer]]) -> LastTime:
    given = [answers[key] for answers in former if key in answers]
    return LastTime(
        last,
        context.calendar.day_of(last.given_at),
        _name(context, last.actor),
        len(given),
        sum(a.value is AnswerValue.YES for a in given),
    )


def _name(context: Context, number: int) -> str:
    person = context.people.get(number)
    return person.name if person else "?"
