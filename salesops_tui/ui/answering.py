"""From what was typed and pressed to an answer: what a yes still needs is named with the field that takes it."""

from __future__ import annotations

from collections.abc import Mapping

from salesops_tui.domain.calendar import iso_day
from salesops_tui.domain.inspection import Answer, AnswerDraft, AnswerValue
from salesops_tui.domain.policy import QuestionKind
from salesops_tui.domain.typed_day import read_day
from salesops_tui.errors import Refused, WrongUsage
from salesops_tui.services.walk import Step, Walk
from salesops_tui.ui import present

EVIDENCE, RISK, MITIGATION, MET, PLAN, KIND = "evidence", "risk", "mitigation", "met", "plan", "kind"
"""The names under which texts are typed and kept; the plan belongs to the deal, the others to a question."""


def texts_of(walk: Walk, step: Step, typing: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """Return what stands in the fields of a question: what is being typed, else what was given today."""
    answer = step.answer
    texts = {
        EVIDENCE: answer.evidence if answer else "",
        RISK: answer.risk if answer else "",
        MITIGATION: answer.mitigation if answer else "",
        KIND: answer.risk_kind if answer else "",
        MET: (iso_day(answer.met_day) or "") if answer else "",
    }
    for (question, field), text in {**walk.typed, **typing}.items():
        if question == ("" if field == PLAN else step.question.key):
            texts[field] = text
    return texts


class Missing(Refused):
    """The answer cannot be given before something is typed; `field` is where."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


def draft_of(walk: Walk, step: Step, value: AnswerValue, texts: Mapping[str, str]) -> AnswerDraft:
    """Return the answer that these texts and this key make.

    Raises:
        Missing: a yes needs a text or a date that is not there, or contradicts what is on file.
    """
    typed = {name: " ".join(text.split()) for name, text in texts.items()}
    standing = step.answer if step.answer and step.answer.value is value else None
    draft = AnswerDraft(
        step.question.key,
        value,
        typed.get(EVIDENCE, ""),
        standing.reason if standing else "",
        typed.get(RISK, ""),
        typed.get(MITIGATION, ""),
        typed.get(KIND, "") if typed.get(RISK) else "",
    )
    if value is not AnswerValue.YES:
        return draft
    if step.question.kind is QuestionKind.RISK:
        return _with_risk(draft)
    if step.question.kind is QuestionKind.WITHIN_BUSINESS_DAYS:
        return _with_meeting(walk, step, draft, typed.get(MET, ""))
    return draft


def _with_risk(draft: AnswerDraft) -> AnswerDraft:
    if not draft.risk:
        raise Missing("what could stop this deal?", RISK)
    if not draft.mitigation:
        raise Missing("and who is doing what about it?", MITIGATION)
    return draft


def _with_meeting(walk: Walk, step: Step, draft: AnswerDraft, typed: str) -> AnswerDraft:
    if typed:
        try:
            return draft._replace(met_day=read_day(typed, walk.today))
        except WrongUsage as error:
            raise Missing(str(error), MET) from None
    if step.proposed is not None:
        return draft._replace(met_day=step.proposed.met_day)
    met, ago = walk.file.detail.last_meeting_day, walk.file.met_ago
    if met is None or ago is None:
        raise Missing("no meeting is on file: on which day did they meet?", MET)
    if met > walk.today:
        raise Missing("the meeting on file is only booked: on which day did they last meet?", MET)
    on_file = f"{present.day(met, walk.today)}, {present.business_days_ago(ago, today=met == walk.today)}"
    raise Missing(f"the last meeting on file was {on_file}: on which day did they meet since?", MET)


def amended(answer: Answer, *, evidence: str | None = None, reason: str | None = None) -> AnswerDraft:
    """Return the standing answer with other words beside it: an amendment, not a new decision."""
    return AnswerDraft(
        answer.question,
        answer.value,
        answer.evidence if evidence is None else evidence,
        answer.reason if reason is None else reason,
        answer.risk,
        answer.mitigation,
        answer.risk_kind,
        answer.met_day,
        answer.repeats,
    )


def field_at_fault(walk: Walk, draft: AnswerDraft) -> str | None:
    """Return the field to go to when the rules refuse an answer; None where no field would mend it."""
    question = walk.policy.question(draft.question)
    if question is None or draft.value is not AnswerValue.YES:
        return None
    return {QuestionKind.RISK: RISK, QuestionKind.WITHIN_BUSINESS_DAYS: MET}.get(question.kind)
