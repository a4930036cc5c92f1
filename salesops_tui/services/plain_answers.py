"""From answers as commands and files give them to drafts for the inspection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesops_tui.domain.calendar import Day
from salesops_tui.domain.inspection import LONGEST_TEXT, AnswerDraft, AnswerValue
from salesops_tui.domain.policy import Policy, Question, QuestionKind
from salesops_tui.domain.typed_day import read_day
from salesops_tui.errors import WrongUsage

_VALUES = {
    "yes": AnswerValue.YES,
    "y": AnswerValue.YES,
    "no": AnswerValue.NO,
    "n": AnswerValue.NO,
    "dont_know": AnswerValue.DONT_KNOW,
    "dont-know": AnswerValue.DONT_KNOW,
    "don't know": AnswerValue.DONT_KNOW,
    "d": AnswerValue.DONT_KNOW,
}


def drafts_from(policy: Policy, request: Mapping[str, Any], today: Day) -> list[AnswerDraft]:
    """Return the answers of a request in the policy's order.

    Args:
        policy: whose questions are answered.
        request: `answers`, `evidence` and `reasons` by question key, `risk`, `mitigation`, `risk_kind`, `met`. Texts
            of a risk without an answer mean yes, and so does the day of a meeting.
        today: the local day of the inspection, for days like `yesterday`.

    Raises:
        WrongUsage: a question or value that does not exist, or something beside an answer that is not given.
    """
    answers = dict(request.get("answers", {}))
    _imply(policy, request, answers)
    for name in ("answers", "evidence", "reasons"):
        for key in request.get(name, {}):
            if policy.question(key) is None:
                raise WrongUsage(f"no question is called '{key}'; the policy asks {', '.join(policy.question_keys)}")
            if key not in answers:
                raise WrongUsage(f"something is said beside {key}, but it is not answered; add --answer {key}=...")
    return [_draft(q, answers[q.key], request, today) for q in policy.questions if q.key in answers]


def _imply(policy: Policy, request: Mapping[str, Any], answers: dict[str, str]) -> None:
    for question in policy.questions:
        risk = question.kind is QuestionKind.RISK and (request.get("risk") or request.get("mitigation"))
        met = question.kind is QuestionKind.WITHIN_BUSINESS_DAYS and request.get("met")
        if risk or met:
            answers.setdefault(question.key, "yes")


def _draft(question: Question, value: str, request: Mapping[str, Any], today: Day) -> AnswerDraft:
    answer = _VALUES.get(value.strip().casefold())
    if answer is None:
        raise WrongUsage(f"'{value}' is not an answer to {question.key}; say yes, no or dont_know")
    evidence = _text(request.get("evidence", {}).get(question.key, ""), "evidence")
    reason = request.get("reasons", {}).get(question.key, "")
    if question.kind is QuestionKind.RISK:
        risk, mitigation = (_text(request.get(name) or "", name) for name in ("risk", "mitigation"))
        kind = request.get("risk_kind") or ""
        return AnswerDraft(question.key, answer, evidence, reason, risk, mitigation, kind)
    met = request.get("met") if question.kind is QuestionKind.WITHIN_BUSINESS_DAYS else None
    return AnswerDraft(question.key, answer, evidence, reason, met_day=read_day(met, today) if met else None)


def _text(text: str, what: str) -> str:
    tidy = text.strip()
    if len(tidy) > LONGEST_TEXT:
        raise WrongUsage(f"the {what} is {len(tidy)} characters long; {LONGEST_TEXT} is the most")
    return tidy
