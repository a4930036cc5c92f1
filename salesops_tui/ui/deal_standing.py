"""How a deal stands with its inspections, in sentences that need no knowledge of the program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.deal import Category, Hold, Status, Void
from salesops_tui.domain.inspection import Verdict
from salesops_tui.services.biography import Biography, Held
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.walk_facts import times
from salesops_tui.ui.walk_words import label_of


class Sentence(NamedTuple):
    """A sentence and the style that says whether it is good or bad."""

    text: str
    style: str = ""


def standing(desk: Desk, story: Biography) -> Iterator[Sentence]:
    """Say how the deal stands and why: its cap or pass, what the CRM claims, what has voided or ended what."""
    deal = story.deal
    if deal.status is Status.WON:
        yield from _won(story)
    elif deal.status is not Status.OPEN:
        yield from _out(desk, story)
    elif deal.hold is Hold.CAPPED:
        yield from _capped(desk, story)
    elif deal.hold is Hold.FAILED:
        when = _day(desk, story.ruled.ruling.moment) if story.ruled else "earlier"
        yield Sentence(f"Failed on {when} while in {deal.category.label}: {_why(story.ruled)}", "bad")
        yield Sentence("A claim of Commit counts only after an inspection that passes")
    else:
        yield from _free(desk, story)
    yield from _not_in_crm(story)
    yield from _asked_now(story)


def _won(story: Biography) -> Iterator[Sentence]:
    if story.deal.hold in (Hold.CAPPED, Hold.FAILED):
        yield Sentence(f"Won against a failed inspection: {_why(story.ruled)}", "warn")
    else:
        yield Sentence("Won", "good")


def _out(desk: Desk, story: Biography) -> Iterator[Sentence]:
    since = _day(desk, story.deal.since)
    what = "Lost" if story.deal.status is Status.LOST else "Gone from the CRM"
    yield Sentence(f"{what} since {since}; its cap, its claim and its actions have ended")


def _capped(desk: Desk, story: Biography) -> Iterator[Sentence]:
    deal = story.deal
    since = _day(desk, story.capped_since)
    head = f"Capped since {since}: {_why(story.ruled)}"
    if deal.rep_category is Category.COMMIT:
        yield Sentence(f"{head} · the CRM still claims Commit", "bad")
    elif deal.rep_category is Category.BEST_CASE:
        yield Sentence(f"{head} · the CRM has taken it up, and says Best Case", "bad")
    else:
        yield Sentence(f"{head} · the rep now says {deal.rep_category.label}", "bad")
    if story.contested:
        yield Sentence(
            f"Contested: claimed as Commit again {times(story.contested)}, after the CRM had followed", "warn"
        )
    if deal.close_day not in desk.period:
        yield Sentence(f"It closes outside {desk.period.name}; the cap stays until an inspection passes")
    else:
        yield Sentence("It comes back to Commit with an inspection that passes")


def _free(desk: Desk, story: Biography) -> Iterator[Sentence]:
    deal = story.deal
    if deal.hold is Hold.RESTORED:
        since = _day(desk, story.ruled.ruling.moment) if story.ruled else ""
        yield Sentence(f"Commit restored by the pass of {since} · the CRM still says {deal.rep_category.label}", "good")
    if deal.good_until >= story.at:
        yield Sentence(f"Passed, good until {_day(desk, deal.good_until)}{_unsupported(story.ruled)}", "good")
    elif deal.void is not Void.NONE:
        yield Sentence(f"Its pass no longer holds: {deal.void.label}; ask again", "warn")
    elif deal.good_until:
        yield Sentence(f"Its pass ended on {_day(desk, deal.good_until)}; ask again", "warn")
    elif deal.inspection is None:
        yield Sentence("Never inspected", "warn" if deal.category is Category.COMMIT else "muted")


def _not_in_crm(story: Biography) -> Iterator[Sentence]:
    deal = story.deal
    if deal.status is Status.OPEN and deal.category is not deal.rep_category:
        change = f"{deal.rep_category.label} → {deal.category.label}"
        contested = ", and contested" if story.contested and deal.hold is Hold.CAPPED else ""
        yield Sentence(f"1 change not yet in the CRM: {change}{contested}", "warn")


def _unsupported(held: Held | None) -> str:
    count = len(held.ruling.unsupported_yes) if held else 0
    return f", {count} of {len(held.policy.questions)} without anything beside the yes" if held and count else ""


def _asked_now(story: Biography) -> Iterator[Sentence]:
    newest = story.held[0] if story.held else None
    if (
        newest
        and newest.ruling.verdict is Verdict.OPEN
        and len(newest.ruling.unanswered) < len(newest.policy.questions)
    ):
        done = len(newest.policy.questions) - len(newest.ruling.unanswered)
        yield Sentence(f"Begun: {done} of {len(newest.policy.questions)} questions answered", "accent")


def _why(held: Held | None) -> str:
    return failing_in_words(held) if held else "an inspection failed"


def failing_in_words(held: Held) -> str:
    """Return which questions failed and with which words: `paper process: no (stuck in procurement)`."""
    parts = []
    for said in held.said:
        if said.fate == "stands" and said.answer.value.failing:
            label = said.question.label.lower() if said.question else said.answer.question
            reasons = said.question.reasons if said.question else ()
            why = label_of(reasons, said.answer.reason) if said.answer.reason else said.answer.evidence
            parts.append(f"{label}: {said.answer.value.label}{f' ({why})' if why else ''}")
    return ", ".join(parts)


def _day(desk: Desk, moment: Moment | None) -> str:
    return "" if moment is None else desk.day(desk.context.calendar.day_of(moment))
