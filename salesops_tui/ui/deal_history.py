"""A deal's changes, its inspections and its actions as rows: when, what, and where it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from salesops_tui.domain.deal import Category, Detail, Hold, State, Status, Void
from salesops_tui.domain.inspection import Verdict
from salesops_tui.services.biography import Biography, Fate, Forebear, Held, Said, Turn
from salesops_tui.store.actions import Action
from salesops_tui.ui import present
from salesops_tui.ui.deal_standing import failing_in_words
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.walk_facts import whole_amount
from salesops_tui.ui.walk_words import MARKS, said_in_words


class Entry(NamedTuple):
    """One thing on the page: when (or a label), what, where it came from, and its style."""

    when: str
    what: str
    source: str = ""
    style: str = ""


def turn_entries(desk: Desk, story: Biography | Forebear) -> Iterator[Entry]:
    """Write the changes of a deal, newest first."""
    why = {held.inspection.id: failing_in_words(held) for held in story.held}
    for turn in story.turns:
        said = list(_changes(desk, turn, story.details, why))
        if said:
            style = "warn" if turn.claims_again else _tone(turn)
            yield Entry(desk.moment(turn.after.valid_from), " · ".join(said), _source(turn), style)


def _tone(turn: Turn) -> str:
    before = turn.before
    if before is None or turn.after.category is before.category:
        return ""
    return "good" if turn.after.category > before.category else "bad"


def _source(turn: Turn) -> str:
    if turn.inspector:
        return f"{turn.inspector} (inspection)"
    if turn.origin.kind == "import":
        return f"import {turn.origin.file_name}".strip()
    return turn.actor


def _changes(desk: Desk, turn: Turn, details: Mapping[int, Detail], why: Mapping[int, str]) -> Iterator[str]:
    before, after = turn.before, turn.after
    if before is None:
        yield f"First seen: {after.category.label}, {whole_amount(desk, after.amount)}"
        yield f"closes {desk.day(after.close_day)}"
        yield desk.person(after.owner)
        return
    if after.category is not before.category:
        yield f"{before.category.label} → {after.category.label}"
    yield from _held_words(before, turn, why)
    yield from _claim_words(desk, before, turn)
    if after.detail != before.detail and after.detail in details and before.detail in details:
        yield from _detail_words(desk, details[before.detail], details[after.detail])


def _held_words(before: State, turn: Turn, why: Mapping[int, str]) -> Iterator[str]:
    after = turn.after
    if turn.inspector and after.hold in (Hold.CAPPED, Hold.FAILED):
        yield f"failed: {why.get(after.inspection or 0, '')}"
    elif turn.inspector and after.good_until > before.good_until:
        yield "passed; claim restored" if after.hold is Hold.RESTORED else "passed"
    elif before.hold is Hold.RESTORED and after.hold is Hold.NONE:
        yield "the restored claim ended with a new word from the CRM"
    elif before.hold in (Hold.NONE, Hold.RESTORED) and after.hold in (Hold.CAPPED, Hold.FAILED):
        yield "inherits the cap of the deal that it was linked to"
    elif before.hold is Hold.FAILED and after.hold is Hold.CAPPED:
        yield "the cap applies to the new claim of Commit"
    elif before.hold in (Hold.CAPPED, Hold.FAILED) and after.hold is Hold.NONE and not turn.inspector:
        yield "the cap ended with the deal"
    if after.void is not Void.NONE and after.void is not before.void:
        yield f"pass void: {after.void.label}"


def _claim_words(desk: Desk, before: State, turn: Turn) -> Iterator[str]:
    after = turn.after
    if after.status is not before.status:
        yield _status(before.status, after.status)
    if after.rep_category is not before.rep_category and after.status is Status.OPEN:
        yield f"CRM: {before.rep_category.label} → {after.rep_category.label}"
    if turn.claims_again:
        yield "claimed again although capped (contested)"
    elif _taken_up(before, after):
        yield "the CRM has taken the downgrade up"
    if after.close_day != before.close_day:
        moved = present.day_shift(after.close_day - before.close_day)
        yield f"closes {desk.day(before.close_day)} → {desk.day(after.close_day)} ({moved})"
    if after.amount != before.amount:
        change = desk.amount(after.amount - before.amount, signed=True)
        yield f"{whole_amount(desk, before.amount)} → {whole_amount(desk, after.amount)} ({change})"
    if after.stage != before.stage:
        yield f"stage {before.stage} → {after.stage}"
    if after.owner != before.owner:
        yield f"owner {desk.person(before.owner)} → {desk.person(after.owner)}"


def _taken_up(before: State, after: State) -> bool:
    capped = before.hold is Hold.CAPPED and after.hold is Hold.CAPPED
    return capped and (before.rep_category, after.rep_category) == (Category.COMMIT, Category.BEST_CASE)


def _status(before: Status, after: Status) -> str:
    if after is Status.OPEN:
        return "came back" if before is Status.REMOVED else "reopened"
    return {Status.WON: "won", Status.LOST: "lost", Status.REMOVED: "gone from the CRM"}[after]


def _detail_words(desk: Desk, before: Detail, after: Detail) -> Iterator[str]:
    texts = (
        ("name", before.name, after.name),
        ("account", before.account, after.account),
        ("buyer", before.economic_buyer, after.economic_buyer),
        ("next step", _step(desk, before), _step(desk, after)),
        ("last meeting", _on(desk, before.last_meeting_day), _on(desk, after.last_meeting_day)),
        ("close plan", before.close_plan, after.close_plan),
        ("competitor", before.competitor, after.competitor),
    )
    for label, old, new in texts:
        if old != new:
            yield f"{label}: {new or 'none'}"


def _step(desk: Desk, detail: Detail) -> str:
    return f"{detail.next_step}{f' ({_on(desk, detail.next_step_day)})' if detail.next_step_day else ''}"


def _on(desk: Desk, day: int | None) -> str:
    return "" if day is None else desk.day(day)


# ----------------------------------------------------------------- inspections


def held_entries(desk: Desk, story: Biography | Forebear) -> Iterator[Entry]:
    """Write the inspections of a deal with every answer ever given, newest inspection first."""
    for held in story.held:
        yield Entry(desk.moment(held.inspection.opened_at), _verdict(held), held.by, _held_tone(held))
        for said in held.said:
            yield _said(desk, held, said)


def _verdict(held: Held) -> str:
    words = {
        Verdict.PASSED: "Passed",
        Verdict.FAILED: "Failed",
        Verdict.OPEN: f"Open, {len(held.ruling.unanswered)} of {len(held.policy.questions)} not answered",
    }[held.ruling.verdict]
    asked = {True: " · the rep was there", False: " · the rep was not there", None: ""}[held.inspection.rep_present]
    late = " · put down afterwards" if held.inspection.backdated else ""
    return f"{words}{asked}{late}"


def _held_tone(held: Held) -> str:
    return {Verdict.PASSED: "good", Verdict.FAILED: "bad", Verdict.OPEN: "accent"}[held.ruling.verdict]


def _said(desk: Desk, held: Held, said: Said) -> Entry:
    answer = said.answer
    label = said.question.label if said.question else answer.question
    parts = list(said_in_words(desk, held.policy, said.question, answer))
    if answer.repeats:
        parts.append(f"as last time, ×{answer.streak}")
    fate = {Fate.STANDS: "", Fate.CORRECTED: "corrected · ", Fate.UNDONE: "undone · "}[said.fate]
    mark, style = MARKS[answer.value]
    if said.fate is not Fate.STANDS:
        style = "muted"
    elif not answer.value.failing:
        style = ""
    calendar = desk.context.calendar
    same_day = calendar.day_of(said.at) == calendar.day_of(held.inspection.opened_at)
    when = present.clock(said.at, desk.zone) if same_day else desk.moment(said.at)
    return Entry(when, f"{mark} {label}: {fate}{' · '.join(parts)}", said.by, style)


# ----------------------------------------------------------------- actions


def action_entries(desk: Desk, story: Biography) -> Iterator[Entry]:
    """Write the actions of a deal: the open ones first, the earliest due at the top."""
    for action in sorted(story.actions, key=lambda a: (a.status != "open", a.due_day)):
        yield _action(desk, action)


def _action(desk: Desk, action: Action) -> Entry:
    late = action.status == "open" and action.due_day < desk.today
    states = {"open": "overdue" if late else "open", "not_done": "not done", "ended": "ended with the deal"}
    state = states.get(action.status, action.status)
    style = "warn" if late else "" if action.status == "open" else "muted"
    return Entry(desk.day(action.due_day), f"{action.body} · {state}", desk.person(action.owner), style)
