"""What is on file about a deal, in words: the evidence beside a question, and the facts of the deal's page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from salesops_tui.domain.policy import FACTS, Policy
from salesops_tui.services.on_file import Moves, OnFile
from salesops_tui.store.deals import DealAt
from salesops_tui.ui import present
from salesops_tui.ui.desk import Desk


class Fact(NamedTuple):
    """A label, what is on file under it, and how that is looked upon (the name of a style)."""

    label: str
    value: str
    style: str = ""


def facts_in_words(
    desk: Desk, deal: DealAt, file: OnFile, policy: Policy, wanted: Iterable[str] = FACTS
) -> Iterator[Fact]:
    """Return the facts with these keys of the policy's list, in that order; absent ones say so."""
    writers = {
        "buyer": lambda: _buyer(file),
        "last_meeting": lambda: _meeting(desk, file),
        "last_activity": lambda: _activity(desk, file),
        "next_step": lambda: _next_step(desk, file),
        "close_date": lambda: _closes(desk, deal, file),
        "close_plan": lambda: _plan(file),
        "stage": lambda: Fact("Stage", _stage(desk, deal.stage, file.moves, policy)),
        "amount": lambda: Fact("Amount", _amount(desk, deal, file.moves)),
        "competitor": lambda: Fact("Competitor", file.detail.competitor or "none named"),
    }
    for key in wanted:
        if key in writers:
            yield writers[key]()


def _buyer(file: OnFile) -> Fact:
    named = (file.detail.economic_buyer, file.detail.economic_buyer_title)
    text = ", ".join(part for part in named if part.strip())
    return Fact("Buyer", text) if text else Fact("Buyer", "not named", "warn")


def _meeting(desk: Desk, file: OnFile) -> Fact:
    met = file.detail.last_meeting_day
    if met is None or file.met_ago is None:
        return Fact("Last meeting", "none on file", "warn")
    if met > desk.today:
        return Fact("Meeting", f"booked for {desk.day(met)}; none held is on file", "warn")
    ago = present.business_days_ago(file.met_ago, today=met == desk.today)
    return Fact("Last meeting", f"{desk.day(met)} · {ago}")


def _activity(desk: Desk, file: OnFile) -> Fact:
    day = file.detail.last_activity_day
    if day is None:
        return Fact("Activity", "none on file", "muted")
    return Fact("Activity", f"{desk.day(day)} · may be e-mail only", "muted")


def _next_step(desk: Desk, file: OnFile) -> Fact:
    step, day = file.detail.next_step.strip(), file.detail.next_step_day
    if not step:
        return Fact("Next step", "none", "warn")
    if day is None:
        return Fact("Next step", f"{step} · no date", "warn")
    late = day < desk.today
    return Fact("Next step", f"{step} · {desk.day(day)}{', past' if late else ''}", "warn" if late else "")


def _closes(desk: Desk, deal: DealAt, file: OnFile) -> Fact:
    parts = [f"{desk.day(deal.close_day)}, {present.relative_day(deal.close_day, desk.today)}"]
    if file.moves.slips:
        parts.append(f"moved later {times(file.moves.slips)} ({present.day_shift(file.moves.slipped_days)})")
    if file.detail.close_confirmed.strip():
        parts.append("confirmed by the buyer")
    worry = file.moves.slips > 1 or deal.close_day < desk.today
    return Fact("Closes", " · ".join(parts), "warn" if worry else "")


def _plan(file: OnFile) -> Fact:
    if file.plan_missing:
        return Fact("Close plan", "none since the date moved", "warn")
    return Fact("Close plan", file.plan.strip() or "none")


def _stage(desk: Desk, key: str, moves: Moves, policy: Policy) -> str:
    stage = policy.stage_by_key.get(key)
    text = f"{key} · {stage.name}" if stage and stage.name != key else key
    if moves.stage_since is None:
        return text
    return f"{text} since {present.short_day(moves.stage_since, desk.today)} (before: {moves.stage_before})"


def _amount(desk: Desk, deal: DealAt, moves: Moves) -> str:
    text = whole_amount(desk, deal.amount)
    if not moves.amount_changes:
        return text
    return f"{text} · changed {times(moves.amount_changes)} ({desk.amount(moves.amount_moved, signed=True)})"


def whole_amount(desk: Desk, minor: int) -> str:
    """Return an exact amount with its currency, without cents where there are none: `42,000 USD`."""
    figure, _, currency = desk.exact(minor).partition(" ")
    return f"{figure.removesuffix('.00')} {currency}"


def times(count: int) -> str:
    """Return `once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
