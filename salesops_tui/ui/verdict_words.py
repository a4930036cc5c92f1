"""What a decision has done, in one line for the band."""

from __future__ import annotations

from typing import NamedTuple

from salesops_tui.domain.deal import Category, Hold
from salesops_tui.domain.inspection import AnswerDraft, Verdict
from salesops_tui.errors import Conflict
from salesops_tui.services.walk import Walk
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.sheet_rows import deal_in_words
from salesops_tui.ui.sitting import Given
from salesops_tui.ui.walk_words import label_of, said_in_words


class Band(NamedTuple):
    """A line that says what has happened: `good`, `bad`, `warn` or `note`."""

    text: str
    tone: str


def verdict_band(desk: Desk, given: Given) -> Band | None:
    """Return what the decision has come to; None for one that settles nothing yet."""
    before, after = given.before.deal, given.after.deal
    money = _commit(desk, given)
    ruling = given.after.ruling
    if ruling.verdict is Verdict.FAILED:
        why = _failing(given.after)
        if after.category is not before.category:
            return Band(f"Moved to {after.category.label} · {why} · {money} · u undoes", "bad")
        return Band(f"{_stays(given.after)} · {why} · u undoes", "bad")
    if after.category is not before.category:
        back = "Back in Commit" if after.category is Category.COMMIT else f"Back in {after.category.label}"
        restored = "; the CRM has yet to follow" if after.hold is Hold.RESTORED else ""
        return Band(f"{back}{restored} · {_name(given)} · {money} · u undoes", "good")
    if ruling.verdict is Verdict.PASSED:
        until = desk.day(desk.context.calendar.day_of(after.good_until))
        return Band(f"Passed, good until {until} · {_name(given)} · u undoes", "good")
    return None


def _name(given: Given) -> str:
    return deal_in_words(given.after.deal.account, given.after.deal.name)


def _commit(desk: Desk, given: Given) -> str:
    was, now = given.before.commit, given.after.commit
    return f"Commit {desk.amount(was)} → {desk.amount(now)}" if was != now else f"Commit {desk.amount(now)}"


def _stays(walk: Walk) -> str:
    deal = walk.deal
    if deal.hold is Hold.CAPPED:
        return f"Stays in {deal.category.label}"
    return f"Noted; in {deal.category.label} already, and a claim of Commit counts only after a pass"


def _failing(walk: Walk) -> str:
    parts = []
    for step in walk.steps:
        answer = step.answer
        if answer and answer.value.failing:
            reason = f" ({label_of(step.question.reasons, answer.reason)})" if answer.reason else ""
            parts.append(f"{step.question.label.lower()}: {answer.value.label}{reason}")
    return ", ".join(parts)


def conflict_band(desk: Desk, walk: Walk, draft: AnswerDraft, conflict: Conflict) -> Band:
    """Return both values of an answer that somebody else had given meanwhile."""
    step = walk.step(draft.question)
    label = step.question.label
    if step.answer is None:
        return Band(f"{label}: undone meanwhile by somebody else; yours, {conflict.yours}, was not written", "warn")
    value = next(said_in_words(desk, walk.policy, step.question, step.answer))
    theirs = f"{step.by} has answered {label.lower()}: {value}"
    return Band(f"{theirs}; yours, {conflict.yours}, was not written · the same key again says yours", "warn")
