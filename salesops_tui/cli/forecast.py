"""The commands about the forecast: the roll-up and why it differs from the weighted one, what if, and the number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from salesops_tui.cli.lazy import LazyGroup
from salesops_tui.cli.output import Cell, counted, emit, emit_json, emit_lines, reading_options
from salesops_tui.cli.session import Session
from salesops_tui.errors import WrongUsage

if TYPE_CHECKING:
    from salesops_tui.domain.people import Scope
    from salesops_tui.services.context import Context
    from salesops_tui.services.forecast import ForecastReport

_COMMANDS = {
    "accuracy": "forecast_history:accuracy",
    "calibration": "forecast_history:calibration",
    "carry-over": "forecast_turn:carry_over",
    "close-quarter": "forecast_turn:close_quarter",
    "closing-board": "forecast_turn:closing_board",
    "flow": "forecast_history:flow",
    "judgments": "forecast_history:judgments",
    "numbers": "forecast_number:numbers",
    "submit": "forecast_number:submit",
    "weeks": "forecast_history:weeks",
    "yield": "forecast_history:commit_yield",
}
_COLUMNS = (
    "person", "person_name", "quota", "quota_of_reports", "closed", "commit", "commit_inspected",
    "commit_uninspected", "best_case", "pipeline", "omitted", "landing", "gap", "attainment", "weighted",
)  # fmt: skip
_SHOWN = (
    "person_name", "quota", "closed", "commit", "commit_inspected", "commit_uninspected", "best_case", "pipeline",
    "landing", "gap", "attainment", "weighted",
)  # fmt: skip
_WHY = ("id", "account", "name", "owner_name", "amount", "contribution", "words")
_WHY_SHOWN = 12
_COVERAGE = (
    "segment", "quota", "open", "coverage", "target_low", "target_high", "to_create", "remaining_coverage",
)  # fmt: skip


@click.group(cls=LazyGroup, places=_COMMANDS, invoke_without_command=True)
@click.option("--cumulative", is_flag=True, help="In the table, each category with those above it.")
@click.option("--what-if", metavar="kept|cut|slip:ID,ID", help="The landing as it would be; nothing is stored.")
@reading_options
@click.pass_context
def forecast(ctx: click.Context, /, form: str, **asked: Any) -> None:
    """Show the forecast by person, the weighted one beside it, and the deals that make the difference."""
    if ctx.invoked_subcommand is not None:
        given = [name for name, value in asked.items() if value] + (["format"] if form != "table" else [])
        if given:
            raise WrongUsage(f"put --{given[0].replace('_', '-')} behind '{ctx.invoked_subcommand}'")
        return
    from salesops_tui.services.context import find_period, find_scope, read_as_of
    from salesops_tui.services.forecast import forecast as made

    context = ctx.ensure_object(Session).open()
    with context.store.reading():
        at = read_as_of(context, asked["as_of"])
        scope = find_scope(context, asked["scope"], at, totals=True)
        report = made(context, scope, find_period(context, asked["period"], at), at)
        if asked["what_if"]:
            document = _what_if(context, report, asked["what_if"])
        else:
            document = _document(context, report, None if form == "json" else _WHY_SHOWN)
    # Printed once the store is let go: a pager may take its time, and what goes wrong there is not the store's.
    if asked["what_if"]:
        _emit_what_if(form, document)
    else:
        _emit(form, document, cumulative=asked["cumulative"])


def _document(context: Context, report: ForecastReport, largest: int | None) -> dict[str, Any]:
    from salesops_tui.domain.people import Scope
    from salesops_tui.services.forecast_words import describe_forecast, describe_standing
    from salesops_tui.services.manager_number import standing_number

    scope = Scope(report.person, frozenset(report.nodes))
    # A number names deals, so where only totals are seen it is not shown.
    standing = None if report.listed is not None else standing_number(context, scope, report.period, report.at)
    return describe_forecast(context, report, largest=largest) | {
        "manager_number": describe_standing(context, standing) if standing else None,
        "accuracy": _accuracy(context, scope, report),
    }


def _accuracy(context: Context, scope: Scope, report: ForecastReport) -> list[dict[str, Any]]:
    from salesops_tui.services.accuracy import accuracy, accuracy_rows

    return accuracy_rows(context, accuracy(context, scope, report.period, report.at, below=False).whole)


def _emit(form: str, document: Mapping[str, Any], *, cumulative: bool) -> None:
    if form == "json":
        emit_json(document)
        return
    if form == "csv":
        emit(form, document, _COLUMNS, [tuple(row[name] for name in _COLUMNS) for row in document["by_person"]])
        return
    whole = {**document, "person_name": document["scope"], "depth": 0}
    people = [row for row in document["by_person"] if row["depth"] or row["person_name"] != document["scope"]]
    rows = [_cells(_laddered(row) if cumulative else row, _SHOWN, indent=True) for row in (whole, *people)]
    emit(form, document, _SHOWN, rows, heading=_heading(document), footing=_footing(document))
    _emit_parts(form, document)


def _emit_parts(form: str, document: Mapping[str, Any]) -> None:
    """Print what stands beneath the roll-up: the deals that make the divergence, and coverage."""
    contributions, covered = document["contributions"], document["coverage_by_segment"]
    if contributions:
        count = document["contributing_deals"]
        more = f", the largest {_WHY_SHOWN} of {count}" if count > _WHY_SHOWN else ""
        emit_lines([""])
        emit(form, document, _WHY, [_cells(c, _WHY) for c in contributions], heading=[f"Why weighted differs{more}"])
    if covered:
        emit_lines([""])
        emit(form, document, _COVERAGE, [_cells(c, _COVERAGE) for c in covered], heading=["Coverage by segment"])


def _laddered(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row in which each category holds those above it."""
    from decimal import Decimal

    closed, commit, best_case, pipeline = (Decimal(row[n]) for n in ("closed", "commit", "best_case", "pipeline"))
    sums = {"commit": closed + commit, "best_case": closed + commit + best_case}
    sums["pipeline"] = sums["best_case"] + pipeline
    return {**row, **{name: str(amount) for name, amount in sums.items()}}


def _cells(row: Mapping[str, Any], columns: Sequence[str], *, indent: bool = False) -> tuple[Cell, ...]:
    cells = [_cell(name, row.get(name)) for name in columns]
    if indent:
        cells[0] = "  " * row["depth"] + str(cells[0])
        if _both_quotas(row):
            cells[columns.index("quota")] = f"{row['quota_own']} ({row['quota_of_reports']})"
    return tuple(cells)


def _both_quotas(row: Mapping[str, Any]) -> bool:
    """Say whether somebody's own quota and that of the reports are both there and differ."""
    return row["quota_own"] is not None and row["quota_of_reports"] not in (None, row["quota_own"])


def _cell(name: str, value: Any) -> Cell:
    if value is None or isinstance(value, str | int):
        return value
    return f"{value * 100:.0f}%" if name == "attainment" else f"{value:.2f}"


def _heading(document: Mapping[str, Any]) -> list[str]:
    period = document["period"]
    said = f"Forecast · {period['name']} · {document['scope']} · {document['currency']}"
    return [f"{said} · {document['as_of']}"]


def _footing(document: Mapping[str, Any]) -> list[str]:
    share = document["divergence"]
    of_commit = "" if share is None else f" ({share:+.0%} of Commit; ordinary {document['divergence_band']['words']})"
    omitted = f"omitted {document['omitted']} in {counted(document['omitted_deals'], 'deal')}"
    parts = f"over-claim {document['over_claim']}, upside {document['upside']}"
    both = any(_both_quotas(row) for row in (document, *document["by_person"]))
    lines = [
        *(["In brackets: what the quotas of the reports add up to"] if both else []),
        f"Landing {document['landing']} · weighted {document['weighted']} · {omitted}",
        f"Divergence {document['divergence_amount']}{of_commit}: {parts}",
        *(f"! {why}" for why in document["divergence_why"]),
        *(f"! {_stage_in_words(found)}" for found in document["contradictions"]),
        *(_stage_in_words(found) for found in document["unweighted"]),
    ]
    number = document["manager_number"]
    if number:
        stale = f"; stale: {counted(len(number['changed_since']), 'deal')} changed since" if number["stale"] else ""
        lines.append(f"Number of {number['person_name']}: {number['amount']}, {number['submitted']}{stale}")
    return lines


def _stage_in_words(found: Mapping[str, Any]) -> str:
    return f"{counted(found['deals'], 'deal')}, {found['amount']}, at stage {found['stage']}: {found['words']}"


def _what_if(context: Context, report: ForecastReport, asked: str) -> dict[str, Any]:
    from salesops_tui.services import what_if
    from salesops_tui.services.forecast_words import describe_what_if

    of = what_if.stakes(context, report)
    name, _, keys = asked.partition(":")
    if name == "kept" and not keys:
        found = what_if.kept(of)
    elif name == "cut" and not keys:
        found = what_if.cut(of)
    elif name == "slip":
        found = what_if.slipped(of, what_if.open_deals_named(context, of, [k for k in keys.split(",") if k.strip()]))
    else:
        raise WrongUsage(f"--what-if is kept, cut or slip:ID,ID and not '{asked}'")
    return describe_what_if(context, report, name, what_if.as_it_is(of), found)


def _emit_what_if(form: str, document: Mapping[str, Any]) -> None:
    columns = ("", "landing", "gap", "weighted")
    name = document["what_if"]
    rows = [("as it is", *_cells(document["as_it_is"], columns[1:])), (name, *_cells(document, columns[1:]))]
    said = [f"{document['words']}: {document['change']} over {counted(len(document['deals']), 'deal')}"]
    emit(form, document, columns, rows, heading=_heading(document), footing=said)
