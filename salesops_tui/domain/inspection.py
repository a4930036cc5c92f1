"""The inspection: answers, what a yes needs, the verdict, what may be repeated, and what to ask first."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from salesops_tui.domain.calendar import Calendar, Day, Moment
from salesops_tui.domain.policy import Policy, Question, QuestionKind
from salesops_tui.errors import Refused

LONGEST_TEXT = 2_000
"""Characters that a text beside an answer, or a close plan, may have."""


class AnswerValue(StrEnum):
    """The three things that can be said to a question."""

    YES = "yes"
    NO = "no"
    DONT_KNOW = "dont_know"

    @property
    def failing(self) -> bool:
        """Whether this answer fails the inspection."""
        return self is not AnswerValue.YES

    @property
    def label(self) -> str:
        """The answer in words."""
        return {"yes": "yes", "no": "no", "dont_know": "don't know"}[self.value]


class Verdict(StrEnum):
    """What an inspection has come to."""

    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"


class AnswerDraft(NamedTuple):
    """An answer as somebody wants to give it.

    Attributes:
        met_day: the day of the meeting, for a question of kind `within_business_days`.
        repeats: the id of last time's answer that this one repeats, or None.
    """

    question: str
    value: AnswerValue
    evidence: str = ""
    reason: str = ""
    risk: str = ""
    mitigation: str = ""
    risk_kind: str = ""
    met_day: Day | None = None
    repeats: int | None = None


class Answer(NamedTuple):
    """An answer as it was given and still stands.

    Attributes:
        given_at: since when it counts; an added reason or evidence does not move it.
        version: 1 for the first answer to the question within the inspection; corrections count up.
        streak: how often in a row this answer has now been given by repeating.
    """

    id: int
    question: str
    value: AnswerValue
    given_at: Moment
    actor: int
    version: int = 1
    evidence: str = ""
    reason: str = ""
    risk: str = ""
    mitigation: str = ""
    risk_kind: str = ""
    met_day: Day | None = None
    repeats: int | None = None
    streak: int = 1

    @property
    def in_words(self) -> str:
        """The answer with what was said beside it: `no (stuck in procurement)`."""
        beside = self.evidence or self.reason or self.risk
        return f"{self.value.label} ({beside})" if beside else self.value.label


class Ruling(NamedTuple):
    """The verdict of one inspection and since when it counts (None while it is open)."""

    verdict: Verdict
    moment: Moment | None
    failed_questions: tuple[str, ...]
    unanswered: tuple[str, ...]
    unsupported_yes: tuple[str, ...]


class Facts(NamedTuple):
    """What is on file about a deal when a question is asked.

    Attributes:
        today: the local day of the inspection.
        region: whose holidays count.
    """

    today: Day
    region: str = ""
    last_meeting_day: Day | None = None
    economic_buyer: str = ""
    economic_buyer_title: str = ""


def rule(policy: Policy, answers: Mapping[str, Answer]) -> Ruling:
    """Return what the standing answers come to: any no or don't know fails, all yes pass, else open."""
    asked = [answers[q.key] for q in policy.questions if q.key in answers]
    failing = [a for a in asked if a.value.failing]
    unanswered = tuple(key for key in policy.question_keys if key not in answers)
    if failing:
        verdict, moment = Verdict.FAILED, min(a.given_at for a in failing)
    elif unanswered or not asked:
        verdict, moment = Verdict.OPEN, None
    else:
        verdict, moment = Verdict.PASSED, max(a.given_at for a in asked)
    return Ruling(
        verdict,
        moment,
        tuple(a.question for a in failing),
        unanswered,
        tuple(a.question for a in asked if unsupported(a)),
    )


def unsupported(answer: Answer) -> bool:
    """Say whether this is a bare yes: nothing beside it that somebody could check."""
    return answer.value is AnswerValue.YES and not (answer.evidence or answer.risk or answer.met_day)


def check(policy: Policy, draft: AnswerDraft, facts: Facts) -> AnswerDraft:
    """Return the draft, tidied, if it can be given; a yes may need texts or a date.

    A meeting on file that settles `within_business_days` is taken as the date when none is named.

    Raises:
        Refused: something that the answer needs is missing or contradicts what is on file.
    """
    question = policy.question(draft.question)
    if question is None:
        known = ", ".join(policy.question_keys)
        raise Refused(f"no question is called '{draft.question}'; the policy asks {known}")
    _check_lengths(draft)
    _check_reason(question, draft)
    if draft.value is not AnswerValue.YES:
        return draft
    if question.kind is QuestionKind.RISK:
        return _check_risk(policy, question, draft)
    if question.kind is QuestionKind.WITHIN_BUSINESS_DAYS:
        return _check_meeting(policy.calendar, question, draft, facts)
    return draft


def _check_lengths(draft: AnswerDraft) -> None:
    for name in ("evidence", "risk", "mitigation", "risk_kind"):
        check_length(getattr(draft, name), name.replace("_", " "))


def check_length(text: str, what: str) -> None:
    """Make sure that a text that somebody typed is not long beyond reason.

    Raises:
        Refused: it has more than `LONGEST_TEXT` characters.
    """
    if len(text) > LONGEST_TEXT:
        raise Refused(f"the {what} is {len(text):,} characters long; {LONGEST_TEXT:,} is the most")


def _check_reason(question: Question, draft: AnswerDraft) -> None:
    if not draft.reason:
        return
    keys = [reason.key for reason in question.reasons]
    if draft.reason not in keys:
        raise Refused(f"'{draft.reason}' is not a reason for {question.key}; choose {', '.join(keys)}")
    if not draft.value.failing:
        raise Refused(f"a reason goes with no or dont_know; {question.key} is answered yes")


def _check_risk(policy: Policy, question: Question, draft: AnswerDraft) -> AnswerDraft:
    risk, mitigation = _visible(draft.risk), _visible(draft.mitigation)
    if not risk or not mitigation:
        missing = "risk" if not risk else "mitigation"
        raise Refused(f"a yes to {question.key} needs both the risk and the mitigation; the {missing} is blank")
    bare = " ".join(risk.casefold().strip(" .!").split())
    if bare in {phrase.casefold() for phrase in policy.inspection.no_risk_phrases}:
        raise Refused(f"'{risk}' is not an answer: name the one thing that could stop this deal, or answer dont_know")
    kinds = [kind.key for kind in policy.risk_kinds]
    kind = draft.risk_kind or ("other" if "other" in kinds or not kinds else kinds[-1])
    if kinds and kind not in kinds:
        raise Refused(f"'{kind}' is not a kind of risk; choose {', '.join(kinds)}")
    return draft._replace(risk=risk, mitigation=mitigation, risk_kind=kind)


def _visible(text: str) -> str:
    """Return the text without characters that nobody can see: they are no answer."""
    if text.isascii():
        return text.strip()
    from unicodedata import category

    return "".join(c for c in text if category(c) != "Cf").strip()


def _check_meeting(calendar: Calendar, question: Question, draft: AnswerDraft, facts: Facts) -> AnswerDraft:
    met = draft.met_day if draft.met_day is not None else proposed_meeting(calendar, question, facts)
    if met is None:
        raise Refused(f"a yes to {question.key} needs the date of the meeting; none is on file that counts")
    if met > facts.today:
        raise Refused("a booked meeting in the future does not count; name the last one held")
    ago = calendar.business_days_between(met, facts.today, facts.region)
    if ago > question.business_days:
        raise Refused(
            f"that meeting was {ago} business days ago, more than {question.business_days}: "
            "name a later one, or answer no"
        )
    return draft._replace(met_day=met)


def proposed_meeting(calendar: Calendar, question: Question, facts: Facts) -> Day | None:
    """Return the meeting on file if it settles the question with a yes, else None.

    Only a meeting that was held counts: never the CRM's last activity, never a booked one.
    """
    met = facts.last_meeting_day
    if question.kind is not QuestionKind.WITHIN_BUSINESS_DAYS or met is None or met > facts.today:
        return None
    ago = calendar.business_days_between(met, facts.today, facts.region)
    return met if ago <= question.business_days else None


def repeat(policy: Policy, question: Question, last: Answer | None, facts: Facts) -> AnswerDraft:
    """Return last time's answer as a draft for today.

    Raises:
        Refused: there is none, or it cannot hold any more (a meeting too long ago, a risk repeated too often).
    """
    if last is None:
        raise Refused("there is no earlier answer to repeat")
    if last.value is AnswerValue.YES and question.kind is QuestionKind.RISK:
        limit = policy.inspection.risk_repeats
        if last.streak > limit:
            raise Refused(f"the same risk {last.streak} times: say it anew, or say what has changed")
    draft = AnswerDraft(
        question.key,
        last.value,
        last.evidence,
        last.reason if any(r.key == last.reason for r in question.reasons) else "",
        last.risk,
        last.mitigation,
        last.risk_kind,
        last.met_day,
        last.id,
    )
    return check(policy, draft, facts)


class Reach(StrEnum):
    """Where a deal of the call sheet stands: in the queue, passed, or capped and not to be asked now."""

    TO_ASK = "to_ask"
    PASSED = "passed"
    CAPPED = "capped"


class QueueFacts(NamedTuple):
    """What decides a deal's place in the queue of a call.

    Attributes:
        capped: held down by a failed inspection.
        claims_commit: the CRM claims Commit all the same.
        action_due: an action on it is due or overdue.
        ever_inspected: some inspection has ruled since it was last opened.
        current_pass: a pass that is neither expired nor voided.
        failed_in_call: it failed in the call that is open now.
    """

    amount: int
    capped: bool
    claims_commit: bool
    action_due: bool
    ever_inspected: bool
    current_pass: bool
    new_since_call: bool
    slips: int
    failed_in_call: bool = False


def reach(deal: QueueFacts) -> Reach:
    """Return the group of the call sheet that a Commit or capped deal stands in."""
    if deal.capped:
        asked_again = (deal.claims_commit or deal.action_due) and not deal.failed_in_call
        return Reach.TO_ASK if asked_again else Reach.CAPPED
    return Reach.PASSED if deal.current_pass else Reach.TO_ASK


def queue_key(deal: QueueFacts) -> tuple[int, bool, bool, int]:
    """Return the sort key of the queue, what to ask first being least.

    Capped deals to be asked again, then never inspected, then voided or expired; within each what is new in
    Commit since the last call, what has slipped twice, and the larger amount first.
    """
    if deal.capped:
        band = 0
    elif not deal.ever_inspected:
        band = 1
    else:
        band = 2
    return (band, not deal.new_since_call, deal.slips < 2, -deal.amount)


def in_asking_order(policy: Policy, last: Iterable[Answer]) -> tuple[str, ...]:
    """Return all questions, those that failed last time first: the way back leads through them."""
    failed = {a.question for a in last if a.value.failing}
    return tuple(sorted(policy.question_keys, key=lambda key: key not in failed))
