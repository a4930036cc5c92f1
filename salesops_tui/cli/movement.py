"""The command that says how Commit moved, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from salesops_tui.cli.output import Cell, emit, emit_json, reading_options
from salesops_tui.cli.session import Session
from salesops_tui.errors import WrongUsage

_DEAL_COLUMNS = (
    "id", "account", "name", "owner_name", "cause", "amount", "category_before", "category_after", "amount_before",
    "amount_after", "close_before", "close_after", "also", "failed_questions", "churned",
)  # fmt: skip
_SHOWN_COLUMNS = (
    "id", "account", "name", "owner_name", "cause", "amount", "also", "failed_questions", "churned",
)  # fmt: skip
_BASELINES = {"call": "since the last call", "import": "since the last import but one", "week": "this week", None: ""}


@click.command()
@click.option("--from", "start", metavar="MOMENT|last-call|last-import|week", help="By default the last ended call.")
@click.option("--to", "end", metavar="MOMENT", help="By default now; a date means the end of that day.")
@click.option("--weeks", type=click.IntRange(1, 520), metavar="N", help="The movements of the last N weeks instead.")
@click.option("--structure", type=click.Choice(["then", "now"]), default="then", help="Whose teams: then, or today's.")
@reading_options
@click.pass_obj
def movement(session: Session, /, form: str, **asked: Any) -> None:
    """Show how Commit moved between two moments, line by line and deal by deal."""
    from salesops_tui.services import movement as moving
    from salesops_tui.services.context import find_scope
    from salesops_tui.services.movement_words import describe_movement

    context = session.open()
    if asked["weeks"] and asked["start"]:
        raise WrongUsage("--weeks goes back from --to by itself; leave --from out")
    if asked["end"] and asked["as_of"]:
        raise WrongUsage("--to and --as-of say the same thing; name one of them")
    end_text = asked["end"] or asked["as_of"]
    structure = moving.Structure(asked["structure"])
    with context.store.reading():
        scope = find_scope(context, asked["scope"], context.now(), totals=True)
        baseline, end = moving.read_window(context, scope, asked["start"], end_text)
        period = moving.period_of_movement(context, asked["period"], end)
        if asked["weeks"]:
            reports = moving.weekly_movements(context, scope, period, asked["weeks"], end, structure)
            weeks = [describe_movement(context, report, deals=False) for report in reports]
        else:
            report = moving.commit_movement(context, scope, period, baseline.moment, end, structure, baseline.what)
            document = describe_movement(context, report)
    # Outside the snapshot: a reader of the pipe who takes his time would keep the store from tidying its log.
    if asked["weeks"]:
        _emit_weeks(form, weeks)
    else:
        _emit(form, document)


def _emit(form: str, document: Mapping[str, Any]) -> None:
    if form == "json":
        emit_json(document)
        return
    deals = [_deal_row(row) for row in document["deals"]]
    if form == "csv":
        emit(form, document, _DEAL_COLUMNS, deals)
        return
    waterfall = _waterfall(document)
    emit(form, document, ("line", "amount", "deals"), waterfall, heading=_heading(document), footing=_footing(document))
    if deals:
        picked = [tuple(row[_DEAL_COLUMNS.index(column)] for column in _SHOWN_COLUMNS) for row in deals]
        emit(form, document, _SHOWN_COLUMNS, picked, heading=[""])


def _heading(document: Mapping[str, Any]) -> list[str]:
    since = _BASELINES[document["baseline"]]
    return [
        f"Commit · {document['period']['name']} · {document['scope']} · {document['currency']}",
        f"{document['from']} to {document['to']}" + (f" ({since})" if since else ""),
    ]


def _waterfall(document: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = [("start", document["start"], None)]
    for line in document["lines"]:
        rows.append((line["cause"], _signed(line["amount"]), line["deals"]))
        rows += [(f"  {question}", _signed(part), None) for question, part in line.get("by_question", {}).items()]
    return [*rows, ("end", document["end"], None), ("residual", document["residual"], None)]


def _footing(document: Mapping[str, Any]) -> list[str]:
    closed = document["closed"]
    parts = {
        "won from Commit": closed["won_from_commit"],
        "won from outside Commit": closed["won_outside"],
        "other": closed["other"],
    }
    said = ", ".join(f"{name} {_signed(amount)}" for name, amount in parts.items())
    lines = [f"Closed {closed['start']} to {closed['end']}: {said}"]
    went = len(document["came_and_went"])
    return [*lines, f"{went} came into Commit and went again"] if went else lines


def _deal_row(deal: Mapping[str, Any]) -> tuple[Cell, ...]:
    before, after = deal["before"] or {}, deal["after"] or {}
    return (
        deal["id"],
        deal["account"],
        deal["name"],
        deal["owner_name"],
        deal["cause"] or "",
        _signed(deal["amount"]),
        before.get("category"),
        after.get("category"),
        before.get("amount"),
        after.get("amount"),
        before.get("close_date"),
        after.get("close_date"),
        ", ".join(deal["also"]),
        ", ".join(deal["failed_questions"]),
        "churned" if deal["churned"] else "",
    )


def _emit_weeks(form: str, weeks: Sequence[Mapping[str, Any]]) -> None:
    if form == "json":
        emit_json({"weeks": list(weeks)})
        return
    from salesops_tui.domain.movement_causes import Cause

    seen = {line["cause"] for week in weeks for line in week["lines"]}
    causes = [cause.value for cause in Cause if cause.value in seen]
    columns = ("from", "to", "start", *causes, "end", "residual")
    emit(form, {}, columns, [_week_row(week, causes) for week in weeks], heading=_heading(weeks[-1])[:1])


def _week_row(week: Mapping[str, Any], causes: Sequence[str]) -> tuple[Cell, ...]:
    amounts = {line["cause"]: _signed(line["amount"]) for line in week["lines"]}
    return (
        week["from"][:16],
        week["to"][:16],
        week["start"],
        *(amounts.get(cause) for cause in causes),
        week["end"],
        week["residual"],
    )


def _signed(amount: str) -> str:
    return amount if amount.startswith("-") or not amount.strip("0.") else f"+{amount}"
