"""What is known of one deal, as lines for the panel beside a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from salesops_tui.domain.calendar import Day, Moment
from salesops_tui.domain.deal import Detail, Hold, State, Void
from salesops_tui.domain.inspection import Answer, AnswerValue
from salesops_tui.domain.policy import Policy
from salesops_tui.services.sheet import latest_answers
from salesops_tui.store.actions import Action, actions_of_deal
from salesops_tui.store.deals import DealAt, deals_by_number, detail_at
from salesops_tui.store.tracks import states_of
from salesops_tui.ui import present
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.sheet_rows import EMPTY, FAILED, HOLDS, deal_in_words
from salesops_tui.ui.widgets.board import Line
from salesops_tui.ui.widgets.columns import wrap
from salesops_tui.ui.widgets.source import Cell

_LABEL = 14


@dataclass(frozen=True)
class DealFacts:
    """One deal with what is on file about it, read for a person to look at.

    Attributes:
        policy: the version of the policy under which it was last asked; the one in force if it never was.
    """

    deal: DealAt
    detail: Detail
    history: Sequence[State]
    actions: Sequence[Action]
    answers: dict[str, Answer]
    policy: Policy


def read_facts(desk: Desk, number: int) -> DealFacts | None:
    """Read what is known of a deal now; None where it is not (or no longer) there."""
    context = desk.context
    conn = context.store.conn
    with context.store.reading():
        now = context.now()
        deal = deals_by_number(conn, [number], now, current=True).get(number)
        detail = detail_at(conn, number, now)
        if deal is None or detail is None:
            return None
        version, answers = latest_answers(context, [number]).get(number, (context.policy.version, {}))
        return DealFacts(
            deal,
            detail,
            states_of(conn, number),
            [action for action in actions_of_deal(conn, number) if action.status == "open"],
            answers,
            context.policies.version(version),
        )


def fact_lines(desk: Desk, facts: DealFacts, width: int) -> Iterator[Line]:
    """Write the panel: name, figures, what the CRM knows, what is agreed, what was answered last."""
    deal = facts.deal
    for line in wrap(deal_in_words(deal.account, deal.name), width - 2)[:3]:
        yield [" ", (line, "title")]
    yield [" ", (desk.exact(deal.amount), "strong"), f"  {deal.category.label}"]
    yield []
    for label, value, style in _facts(desk, facts):
        yield from labelled(label, value, style, width)
    if facts.actions:
        yield []
        yield from _action_lines(desk, facts.actions, width)
    if facts.answers:
        yield []
        yield from _answer_lines(desk, facts, width)


def labelled(label: str, value: str, style: str, width: int) -> Iterator[Line]:
    """Write a fact: its label, and its value wrapped beside it."""
    for number, line in enumerate(wrap(value, max(8, width - _LABEL - 2))):
        yield [(f" {label if not number else '':<{_LABEL}}", "label"), (line, style)]


def _facts(desk: Desk, facts: DealFacts) -> Iterator[tuple[str, str, str]]:
    deal, detail = facts.deal, facts.detail
    yield "Closes", _closes(desk, facts), "warn" if deal.close_day < desk.today else ""
    yield "Stage", _stage(facts), ""
    yield "Owner", _owner(desk, facts), ""
    if detail.created_day is not None:
        yield "Opened", present.relative_day(detail.created_day, desk.today), ""
    yield from _standing(desk, facts)
    buyer = ", ".join(part for part in (detail.economic_buyer, detail.economic_buyer_title) if part)
    yield ("Buyer", buyer, "") if buyer else ("Buyer", "not named", "warn")
    yield _meeting(desk, facts)
    yield _next_step(desk, detail)


def _closes(desk: Desk, facts: DealFacts) -> str:
    moves = [
        after.close_day - before.close_day
        for before, after in zip(facts.history, facts.history[1:], strict=False)
        if after.close_day != before.close_day
    ]
    moved = ""
    if moves:
        times = {1: "once", 2: "twice"}.get(len(moves), f"{len(moves)} times")
        moved = f" · moved {times} ({present.day_shift(sum(moves))})"
    return f"{desk.day(facts.deal.close_day)}, {present.relative_day(facts.deal.close_day, desk.today)}{moved}"


def _stage(facts: DealFacts) -> str:
    stage = facts.policy.stage_by_key.get(facts.deal.stage)
    return f"{facts.deal.stage} · {stage.name}" if stage and stage.name != facts.deal.stage else facts.deal.stage


def _owner(desk: Desk, facts: DealFacts) -> str:
    since = facts.deal.since
    for state in reversed(facts.history):
        if state.owner != facts.deal.owner:
            break
        since = state.valid_from
    name = desk.person(facts.deal.owner)
    if facts.detail.owner_text and not facts.deal.owner:
        name = facts.detail.owner_text
    return f"{name} since {present.short_day(desk.context.calendar.day_of(since), desk.today)}"


def _standing(desk: Desk, facts: DealFacts) -> Iterator[tuple[str, str, str]]:
    deal = facts.deal
    if deal.capped:
        claim = "; the CRM claims Commit" if deal.claims_commit else ""
        yield "Capped", f"at Best Case by a failed inspection{claim}", "bad"
    elif deal.void is not Void.NONE:
        yield "Pass void", deal.void.label, "warn"
    elif deal.good_until >= desk.context.now():
        yield "Passed", f"holds until {desk.day(desk.context.calendar.day_of(deal.good_until))}", "good"
    elif deal.good_until:
        yield "Pass expired", f"on {desk.day(desk.context.calendar.day_of(deal.good_until))}", "warn"
    if deal.hold is Hold.RESTORED:
        yield "Claim", f"restored; the CRM says {deal.rep_category.label}", ""


def _meeting(desk: Desk, facts: DealFacts) -> tuple[str, str, str]:
    met = facts.detail.last_meeting_day
    if met is None:
        return "Last meeting", "none on file", "warn"
    if met > desk.today:
        return "Next meeting", desk.day(met), ""
    owner = desk.context.people.get(facts.deal.owner)
    ago = desk.context.calendar.business_days_between(met, desk.today, owner.region if owner else "")
    return "Last meeting", f"{desk.day(met)} · {present.business_days_ago(ago, today=met == desk.today)}", ""


def _next_step(desk: Desk, detail: Detail) -> tuple[str, str, str]:
    if not detail.next_step.strip():
        return "Next step", "none", "warn"
    if detail.next_step_day is None:
        return "Next step", f"{detail.next_step} · no date", "warn"
    late = detail.next_step_day < desk.today
    return "Next step", f"{detail.next_step} · {desk.day(detail.next_step_day)}", "warn" if late else ""


def _action_lines(desk: Desk, actions: Sequence[Action], width: int) -> Iterator[Line]:
    for number, action in enumerate(actions):
        late = action.due_day < desk.today
        text = f"{action.body} · {desk.person(action.owner)}, {desk.day(Day(action.due_day))}"
        label = "Actions" if not number else ""
        yield from labelled(label, f"{text} · overdue" if late else text, "warn" if late else "", width)


def _answer_lines(desk: Desk, facts: DealFacts, width: int) -> Iterator[Line]:
    last = Moment(max(answer.given_at for answer in facts.answers.values()))
    yield [(f"{' Last asked':<{_LABEL}}", "label"), desk.moment(last)]
    for question in facts.policy.questions:
        answer = facts.answers.get(question.key)
        mark, style = _mark(answer)
        head: list[Cell] = [" ", (mark, style), f" {question.label}"]
        if answer is None:
            yield [*head, ("  no answer", "muted")]
            continue
        yield [*head, (f"  {answer.value.label}", style)]
        for said in (answer.evidence or answer.reason, answer.risk, answer.mitigation):
            if said:
                yield from ([("   " + line, "label")] for line in wrap(said, width - 4)[:2])


def _mark(answer: Answer | None) -> tuple[str, str]:
    if answer is None:
        return EMPTY, "muted"
    return (HOLDS, "good") if answer.value is AnswerValue.YES else (FAILED, "bad")
