"""An inspection in words: its title, its questions, last time's answers and what is on file, as lines of a board."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from salesops_tui.domain.calendar import SECOND
from salesops_tui.domain.inspection import Answer, AnswerValue, unsupported
from salesops_tui.domain.policy import Policy, Question, Reason
from salesops_tui.services.walk import LastTime, Step, Walk
from salesops_tui.ui import present
from salesops_tui.ui.deal_facts import labelled
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.sheet_rows import deal_in_words
from salesops_tui.ui.walk_facts import facts_in_words, times, whole_amount
from salesops_tui.ui.widgets.board import Line, clip, spread, widest, width_of
from salesops_tui.ui.widgets.columns import cells, fit, wrap
from salesops_tui.ui.widgets.source import Cell

MARKS = {AnswerValue.YES: ("✓", "good"), AnswerValue.NO: ("✗", "bad"), AnswerValue.DONT_KNOW: ("?", "bad")}
HERE, OPEN = "▸", "·"
_ONE_LINE = 100
"""From this many cells the title takes one line."""
_CRAMPED = 60
"""Below this many cells only the shortest words are left."""
_FIRST_NAME = 8
"""Cells for who else is here, where there is no room beside the question."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the sitting stands: which of how many deals, and for how long this one is asked (microseconds)."""

    number: tuple[int, int] | None
    asked: int


def title_lines(desk: Desk, walk: Walk, place: Place, width: int, *, short: bool) -> Iterator[Line]:
    """Write which deal this is and what Commit is now; `short` for a single line, which also says who else is here."""
    deal = walk.deal
    name: Cell = (deal_in_words(deal.account, deal.name), "title")
    count = f"{place.number[0]} of {place.number[1]}" if place.number else "not in the queue"
    amount = whole_amount(desk, deal.amount).partition(" ")[0]
    facts = [amount, f"closes {desk.day(deal.close_day)}", desk.person(deal.owner)]
    commit: list[Cell] = ["  Commit ", (desk.amount(walk.commit), "strong")]
    if short and walk.companions:
        commit = [(f"  {_company(walk)}", "accent"), *commit]
    asked: list[Cell] = [(asked_in_words(place), "muted")]
    if width >= _ONE_LINE:
        yield spread([(f" {count} · ", "muted"), name, f" · {' · '.join(facts)}"], [*commit, *asked, " "], width)
        return
    roomy = width >= _CRAMPED
    yield spread([(f" {count} · ", "muted"), name] if roomy else [" ", name], [*commit, " "], width)
    if not short:
        below = " · ".join(facts if roomy else [count, *facts])
        yield spread([(f" {below}", "muted")], [*asked, " "], width)


def _company(walk: Walk) -> str:
    """Return how many others are on the deal, and the first name of one: `+1 Ben`."""
    name = next(iter(present.plain(walk.companions[0].name).split()), "?")
    return f"+{len(walk.companions)} {name if cells(name) <= _FIRST_NAME else fit(name, _FIRST_NAME)}"


def asked_in_words(place: Place) -> str:
    """Return for how long the deal has been asked; nothing within the first minute, when it would only flicker."""
    return f"   asked {present.span(place.asked)}" if place.asked >= 60 * SECOND else ""


def strip_line(walk: Walk, current: str, width: int) -> Line:
    """Write the questions, how each was answered, and which one is asked now."""

    def pieces(named: Sequence[str]) -> Iterator[Cell]:
        for step in walk.steps:
            here = step.question.key == current
            mark, style = (
                MARKS[step.answer.value] if step.answer else (HERE if here else OPEN, "accent" if here else "muted")
            )
            lead = HERE if here and step.answer else " "
            yield lead, "accent"
            yield mark, style
            if step.question.key in named:
                yield f" {step.question.label} ", "strong" if here else ("" if step.answer else "muted")

    everyone = [*pieces(walk.keys)]
    return widest([everyone, [*pieces([current])]], width)


def action_line(desk: Desk, walk: Walk, width: int) -> Line:
    """Write the action that stands first, and the keys that close it."""
    action = walk.actions[0]
    late = action.due_day < walk.today
    tone = "warn" if late else "muted"
    more = f" · 1 of {len(walk.actions)}" if len(walk.actions) > 1 else ""
    due = f"{desk.day(action.due_day)}{', overdue' if late else ''}"
    who: list[Cell] = [(f" · {desk.person(action.owner)}, {due}", tone)]
    keys: list[Cell] = ["  ", ("space", "key"), " done  ", ("-", "key"), " not done "]
    head: list[Cell] = [(f" action{more}: ", "label"), (action.body, "warn" if late else "")]
    if width < _CRAMPED:
        keys = ["  ", ("space", "key"), " ", ("-", "key"), " "]
        head = [" ", (action.body, "warn" if late else "")]
    if width_of(head) + width_of(who) + width_of(keys) > width:
        who = [(" · overdue" if late else f" · {desk.day(action.due_day)}", tone)]
    room = width - width_of(keys) - width_of(who) - 1
    return spread([*clip(head, max(8, room)), *who], keys, width)


def question_lines(step: Step, width: int, *, short: bool) -> Iterator[Line]:
    """Write the question as it was worded when this inspection began.

    `short` leaves one line of it, where a small screen has to show what is typed or chosen.
    """
    text = wrap(step.question.text, width - 2)
    for line in [fit(step.question.text, width - 2)] if short else text:
        yield [" ", (line, "title")]


def answer_lines(desk: Desk, step: Step, width: int) -> Iterator[Line]:
    """Write today's answer to a question, or what a fact on file proposes."""
    if step.answer:
        yield clip([" ", *_answered(step)], width)
    yield from _proposed(desk, step, width)


def _answered(step: Step) -> Iterator[Cell]:
    answer = step.answer
    assert answer is not None
    mark, style = MARKS[answer.value]
    reason = f" ({label_of(step.question.reasons, answer.reason)})" if answer.reason else ""
    yield f"{mark} {answer.value.label}{reason}", style
    yield f" · {step.by}{' · nothing beside it' if unsupported(answer) else ''}", "muted"


def _proposed(desk: Desk, step: Step, width: int) -> Iterator[Line]:
    if step.proposed is not None and step.proposed.met_day is not None:
        text = f" meeting of {desk.day(step.proposed.met_day)} is on file"
        yield clip([" ", ("enter", "key"), " accepts yes:", text], width)


def overview_lines(desk: Desk, walk: Walk, width: int) -> Iterator[Line]:
    """Write every question with today's answer, so that the whole inspection is seen at once."""
    yield []
    yield [(" So far", "label")]
    column = max(width_of([step.question.label]) for step in walk.steps) + 2
    for step in walk.steps:
        mark, style = MARKS[step.answer.value] if step.answer else (OPEN, "muted")
        label = step.question.label
        head: list[Cell] = [" ", (mark, style), f" {label}" + " " * (column - width_of([label]))]
        if step.answer:
            said = "; ".join(said_in_words(desk, walk.policy, step.question, step.answer))
            yield clip([*head, (said, "muted")], width)
        else:
            yield clip(head, width)


def label_of(reasons: Sequence[Reason], key: str) -> str:
    """Return the words of a short list's entry; its key where the list does not have it (any more)."""
    return next((reason.label for reason in reasons if reason.key == key), key)


def reason_lines(reasons: Sequence[Reason], width: int, *, tight: bool) -> Iterator[Line]:
    """Write a short list with its digits, as many beside each other as fit; `tight` cuts them to fit two."""
    entries = [f"{number} {reason.label}" for number, reason in enumerate(reasons[:9], 1)]
    column = max((width_of([entry]) for entry in entries), default=1) + 2
    beside = max(1, min(3, (width - 1) // column))
    if tight and beside == 1:
        column, beside = width // 2, 2
    down = -(-len(entries) // beside)
    for row in range(down):
        cells: list[Cell] = [" "]
        for entry in entries[row::down]:
            cells += [(entry[0], "key"), fit(entry[1:], column - 2), " "]
        yield clip(cells, width)


def beside_lines(desk: Desk, walk: Walk, step: Step, width: int) -> Iterator[Line]:
    """Write what helps to answer: last time's answer, what is on file for this question, and who else is here."""
    yield from _last_time(desk, walk.policy, step, width)
    yield []
    yield [(" What is on file", "label")]
    for fact in facts_in_words(desk, walk.deal, walk.file, walk.policy, step.question.facts):
        yield from labelled(fact.label, fact.value, fact.style, width)
    if walk.companions:
        yield []
    for other in walk.companions:
        since = present.clock(other.since, desk.zone)
        for text in wrap(f"{other.name} is on this deal too, since {since}", width - 2)[:2]:
            yield [(f" {text}", "accent")]
        if question := walk.policy.question(other.question):
            yield clip([(f" at {question.label}", "muted")], width)


def _last_time(desk: Desk, policy: Policy, step: Step, width: int) -> Iterator[Line]:
    last = step.last
    if last is None:
        yield [(" Last time", "label")]
        yield [(" no earlier answer", "muted")]
        return
    unchanged = f"  ×{last.answer.streak} unchanged" if last.answer.streak > 1 else ""
    head: list[Cell] = [(f" Last time ({desk.day(last.day)}, {last.by})", "label"), (unchanged, "warn")]
    yield clip(head, width)
    for number, text in enumerate(said_in_words(desk, policy, step.question, last.answer)):
        style = MARKS[last.answer.value][1] if number == 0 else ""
        for line in wrap(text, width - 2)[:3]:
            yield [" ", (line, style)]
    yield from _earlier(last, width)
    if step.answer is None:
        yield from _repeat(step, width)


def said_in_words(desk: Desk, policy: Policy, question: Question | None, answer: Answer) -> Iterator[str]:
    """Return an answer with all that was said beside it, a piece a line."""
    reason = f" ({label_of(question.reasons if question else (), answer.reason)})" if answer.reason else ""
    met = f" · met on {desk.day(answer.met_day)}" if answer.met_day else ""
    evidence = f" · “{answer.evidence}”" if answer.evidence else ""
    bare = " · nothing beside it" if unsupported(answer) else ""
    yield f"{answer.value.label}{reason}{met}{evidence}{bare}"
    if answer.risk:
        kind = f" [{label_of(policy.risk_kinds, answer.risk_kind)}]" if answer.risk_kind else ""
        yield f"risk: {answer.risk}{kind}"
    if answer.mitigation:
        yield f"mitigation: {answer.mitigation}"


def _earlier(last: LastTime, width: int) -> Iterator[Line]:
    if last.asked > 1:
        yield clip(
            [(f" Asked {times(last.asked)} before, yes {times(last.yes) if last.yes else 'never'}", "muted")], width
        )


def _repeat(step: Step, width: int) -> Iterator[Line]:
    if step.repeat:
        yield [" ", ("=", "key"), (" says the same again", "muted")]
    elif step.why_no_repeat:
        for line in wrap(f"= cannot: {step.why_no_repeat}", width - 2)[:2]:
            yield [" ", (line, "muted")]
