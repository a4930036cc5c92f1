"""Commands that list deals, and one deal in full."""

from __future__ import annotations

from typing import Any

import click

from salesops_tui.cli.output import Cell, emit, emit_json, emit_lines, format_option, reading_options
from salesops_tui.cli.session import Session

_COLUMNS = (
    "id", "account", "name", "owner_name", "amount", "currency", "close_date", "stage", "status", "rep_category",
    "category", "inspection", "flags",
)  # fmt: skip
_CATEGORIES = ["omitted", "pipeline", "best_case", "commit", "closed"]
_STATUSES = ["open", "won", "lost", "removed"]


@click.command()
@click.option("--category", "categories", multiple=True, type=click.Choice(_CATEGORIES), help="Only these.")
@click.option("--status", "statuses", multiple=True, type=click.Choice(_STATUSES), help="Only these.")
@click.option("--uninspected", is_flag=True, help="Only Commit deals without a current pass.")
@click.option("--filter", "text", default="", help="Only deals that hold this text in name, account, owner or id.")
@click.option("--all", "every_period", is_flag=True, help="Of every period, not only the current one.")
@reading_options
@click.pass_obj
def deals(session: Session, /, form: str, **asked: Any) -> None:
    """List the deals that close in a period, as they are or were."""
    from salesops_tui.domain.deal import Category, Status
    from salesops_tui.services.context import find_period, find_scope, read_as_of
    from salesops_tui.services.listing import DealFilter, list_deals

    context = session.open()
    at = read_as_of(context, asked["as_of"])
    scope, period = find_scope(context, asked["scope"], at, totals=True), find_period(context, asked["period"], at)
    wanted = DealFilter(
        [Category.from_key(key) for key in asked["categories"]],
        [Status[key.upper()] for key in asked["statuses"]],
        asked["uninspected"],
        asked["text"],
        asked["every_period"],
    )
    document = list_deals(context, scope, period, at, wanted)
    if form == "json":
        emit_json(document)
        return
    rows = [_row(deal) for deal in document["deals"]]
    totals = ", ".join(f"{k.replace('_', ' ')} {v['amount']} in {v['deals']}" for k, v in document["totals"].items())
    heading = [f"{document['period']['name']} · {document['scope']} · as of {document['as_of']}"]
    emit(form, document, _COLUMNS, rows, heading=heading, footing=[f"{len(rows)} deals · {totals}"])


def _row(deal: dict[str, Any]) -> tuple[Cell, ...]:
    return tuple(", ".join(deal[c]) if c == "flags" else deal[c] for c in _COLUMNS)


@click.command()
@click.argument("deal_id", metavar="ID")
@click.option("--as-of", metavar="MOMENT", help="As it was then; a date means the end of that day.")
@format_option
@click.pass_obj
def deal(session: Session, deal_id: str, as_of: str | None, form: str) -> None:
    """Show one deal: facts, history, inspections with every answer, actions."""
    from salesops_tui.services.context import read_as_of
    from salesops_tui.services.inspecting import find_deal
    from salesops_tui.services.listing import deal_page

    context = session.open()
    at = read_as_of(context, as_of)
    page = deal_page(context, find_deal(context, deal_id, at), at)
    if form == "json":
        emit_json(page)
    elif form == "csv":
        history = [tuple(state.values()) for state in page["history"]]
        emit(form, page, tuple(page["history"][0]), history)
    else:
        emit_lines(list(_lines(page, "## " if form == "md" else "")))


def _lines(page: dict[str, Any], mark: str) -> list[str]:
    head = page["deal"]
    named = " · ".join(filter(None, (head["account"], head["name"])))
    lines = [f"{mark}{named} ({head['id']})"]
    lines.append(
        f"{head['amount']} {head['currency']} · {head['category'].replace('_', ' ')} · closes {head['close_date']}"
        f" · stage {head['stage']} {head['stage_name']} · {head['owner_name']} · inspection: {head['inspection']}"
    )
    if head["cap"]:
        lines.append(
            f"capped since {head['cap']['since']}: {', '.join(head['cap']['failed_questions'])}"
            f" · the CRM claims {head['rep_category'].replace('_', ' ')}"
        )
    lines += ["", f"{mark}Facts"]
    lines += [f"  {k.replace('_', ' ')}: {v}" for k, v in page["facts"].items() if v not in (None, "", {}, 0)]
    lines += ["", f"{mark}History"]
    lines += [
        f"  {s['from'][:16]}  {s['category'].replace('_', ' '):9}  {s['amount']:>14}  closes {s['close_date']}"
        f"  stage {s['stage']}  {s['owner_name']}" + (f"  ({s['void']})" if s["void"] else "")
        for s in page["history"]
    ]
    for inspection in page["inspections"]:
        lines += _inspection_lines(inspection, mark)
    lines += _link_lines(page["links"], mark)
    if page["actions"]:
        lines += ["", f"{mark}Actions"]
        lines += [f"  {a['status']}: {a['text']} ({a['owner']}, {a['due']})" for a in page["actions"]]
    return lines


def _inspection_lines(inspection: dict[str, Any], mark: str) -> list[str]:
    head = f"{mark}Inspection of {inspection['opened'][:16]} by {inspection['by']}: {inspection['verdict']}"
    answers = [
        f"  {a['question']}: {a['value'].replace('_', ' ')} {a['words']}".rstrip()
        + f" ({a['by']}, {a['at'][:16]})"
        + ("" if a["stands"] else " · corrected or undone")
        for a in inspection["answers"]
    ]
    return ["", head, *answers]


def _link_lines(links: dict[str, Any], mark: str) -> list[str]:
    """What the deal was before, under other ids, and what it goes on as."""
    lines: list[str] = []
    if links["earlier"]:
        before = links["earlier"]
        how = "a continuation of" if before["as"] == "continuation" else "split off"
        lines += ["", f"{mark}Before: {how} {before['id']} ({before['name']}), said by {before['by']}"]
        lines += [
            f"  {s['from'][:16]}  {s['category'].replace('_', ' '):9}  {s['amount']:>14}" for s in before["history"]
        ]
        lines += [f"  inspection of {i['opened'][:16]} by {i['by']}: {i['verdict']}" for i in before["inspections"]]
    for after in links["later"]:
        how = "Goes on as" if after["as"] == "continuation" else "A part is"
        lines += ["", f"{mark}{how} {after['id']} ({after['name']})"]
    return lines
