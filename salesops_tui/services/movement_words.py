"""Movements as JSON values, in the words of the command line's contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from salesops_tui.domain.calendar import Day, iso_day
from salesops_tui.domain.deal import State
from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.movement import DealMovement, Line
from salesops_tui.domain.movement_causes import Cause
from salesops_tui.domain.movement_tags import Also, Tag, tags
from salesops_tui.services.context import Context
from salesops_tui.services.listing import plain_period
from salesops_tui.services.movement import MovementReport
from salesops_tui.store import deals as store_deals
from salesops_tui.store.deals import DealAt

_ORDER = {cause: number for number, cause in enumerate(Cause)}


def describe_movement(context: Context, report: MovementReport, *, deals: bool = True) -> dict[str, Any]:
    """Return a movement as JSON values; without `deals` only its sums."""
    movement, currency = report.movement, context.policy.currency
    document: dict[str, Any] = {
        "scope": report.scope_name,
        "period": plain_period(movement.window.period),
        "from": context.calendar.iso(movement.window.start),
        "to": context.calendar.iso(movement.window.end),
        "baseline": report.baseline or None,
        "structure": report.structure.value,
        "currency": currency,
        "start": decimal_string(movement.start, currency),
        "end": decimal_string(movement.end, currency),
        "residual": decimal_string(movement.residual, currency),
        "lines": _lines(report, movement.lines, currency),
        "gross": _lines(report, movement.gross, currency),
        "closed": _closed(report, currency),
        "team": _team(context, report, currency),
    }
    if deals:
        with context.store.reading():
            document |= _deals(context, report)
    return document


def also_in_words(context: Context, deal: DealMovement) -> list[str]:
    """Return what else changed on a deal: `amount +10.00`, `stage 6 → 5`, `close date … → …`, `downgraded`."""
    return [_tag(context, tag) for tag in tags(deal)]


def _tag(context: Context, tag: Tag) -> str:
    before, after = tag.before, tag.after
    if before is None or after is None:
        return tag.what.value
    if tag.what is Also.AMOUNT:
        change = int(after) - int(before)
        return f"amount {'+' if change > 0 else ''}{decimal_string(change, context.policy.currency)}"
    if tag.what is Also.CLOSE_DATE:
        return f"close date {iso_day(Day(int(before)))} → {iso_day(Day(int(after)))}"
    if tag.what is Also.OWNER:
        names = [context.people[int(number)].name for number in (before, after)]
        return f"owner {names[0]} → {names[1]}"
    return f"{tag.what.value} {before} → {after}"


def _lines(report: MovementReport, lines: Sequence[Line], currency: str) -> list[dict[str, Any]]:
    described: list[dict[str, Any]] = []
    for cause, amount, count in lines:
        line: dict[str, Any] = {"cause": cause.value, "amount": decimal_string(amount, currency), "deals": count}
        if cause is Cause.FAILED_INSPECTION and lines is report.movement.lines:
            line["by_question"] = {q: decimal_string(part, currency) for q, part in report.by_question().items()}
        described.append(line)
    return described


def _closed(report: MovementReport, currency: str) -> dict[str, str]:
    closed = report.closed
    sums = {
        "start": closed.start,
        "end": closed.end,
        "won_from_commit": closed.won_from_commit,
        "won_outside": closed.won_outside,
        "other": closed.other,
        "residual": closed.residual,
    }
    return {name: decimal_string(amount, currency) for name, amount in sums.items()}


def _team(context: Context, report: MovementReport, currency: str) -> list[dict[str, Any]]:
    return [
        {
            "person": context.people[share.person].key,
            "person_name": context.people[share.person].name,
            "own": report.person is not None and share.person == report.person.id,
            "start": decimal_string(share.start, currency),
            "end": decimal_string(share.end, currency),
        }
        for share in report.shares
    ]


def _deals(context: Context, report: MovementReport) -> dict[str, list[dict[str, Any]]]:
    """Return one row for each part of a deal in a line, then the churned deals without one; and who passed through."""
    movement = report.movement
    shown = [d for d in movement.deals if (d.legs or d.churned or d.passed_through) and report.names(d)]
    named = store_deals.deals_by_number(
        context.store.conn, [d.deal for d in shown], movement.window.end, current=movement.window.end >= context.now()
    )
    rows: list[tuple[tuple[int, int, str], dict[str, Any]]] = []
    passed: list[tuple[str, dict[str, Any]]] = []
    for deal in shown:
        known = named[deal.deal]
        whole = _deal(context, report, deal, known)
        for cause, amount in deal.legs:
            rows.append(((_ORDER[cause], -abs(amount), known.key), whole | _part(context, cause, amount)))
        if deal.passed_through:
            passed.append((known.key, whole))
        elif not deal.legs:
            rows.append(((len(_ORDER), -deal.after.amount, known.key), whole))
    return {
        "deals": [row for _, row in sorted(rows, key=lambda pair: pair[0])],
        "came_and_went": [row for _, row in sorted(passed, key=lambda pair: pair[0])],
    }


def _part(context: Context, cause: Cause, amount: int) -> dict[str, str]:
    return {"cause": cause.value, "amount": decimal_string(amount, context.policy.currency)}


def _deal(context: Context, report: MovementReport, deal: DealMovement, known: DealAt) -> dict[str, Any]:
    owner = context.people[deal.owner]
    return {
        "id": known.key,
        "name": known.name,
        "account": known.account,
        "owner": owner.key,
        "owner_name": owner.name,
        "cause": None,
        "amount": decimal_string(0, context.policy.currency),
        "before": _state(context, deal.before),
        "after": _state(context, deal.after),
        "also": also_in_words(context, deal),
        "failed_questions": list(report.failed_questions(deal)),
        "churned": deal.churned,
    }


def _state(context: Context, state: State | None) -> Mapping[str, Any] | None:
    if state is None:
        return None
    owner = context.people[state.owner]
    stage = context.policy.stage_by_key.get(state.stage)
    return {
        "category": state.category.key,
        "rep_category": state.rep_category.key,
        "amount": decimal_string(state.amount, context.policy.currency),
        "close_date": iso_day(state.close_day),
        "stage": state.stage,
        "stage_name": stage.name if stage else state.stage,
        "owner": owner.key,
        "owner_name": owner.name,
        "status": state.status.key,
    }
