"""The commands that hold forecasts against what came in: accuracy, yield, calibration, flow, weeks, judgments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from salesops_tui.cli.output import Cell, emit, emit_json, emit_lines, reading_options
from salesops_tui.cli.session import Session
from salesops_tui.errors import WrongUsage

if TYPE_CHECKING:
    from salesops_tui.domain.calendar import Moment, Period
    from salesops_tui.domain.people import Scope
    from salesops_tui.services.context import Context

_FORECASTERS = ("rep_claim", "inspected_commit", "manager_number", "weighted")
_PARTS = ("claimed", "passed", "failed", "uninspected")
_STAGE = (
    "stage", "stage_name", "policy", "deals", "won", "share", "low", "high", "calibrated", "reached", "reached_share",
)  # fmt: skip
_JUDGMENT = (
    "period", "person_name", "puts", "id", "account", "amount", "reason", "category_then", "status", "right",
    "inspection_right",
)  # fmt: skip
_READ_SO = "accuracy, bias / quarters that they rest on"
_week = click.option(
    "--week", type=click.IntRange(1, 13), metavar="N", help="As at the end of this week of the quarter."
)


@click.command()
@click.option("--by-week", is_flag=True, help="The scope's at the end of each week of the quarter.")
@_week
@reading_options
@click.pass_obj
def accuracy(session: Session, /, form: str, **asked: Any) -> None:
    """Whose number was right: forecasts of the last four closed quarters, held against what came in."""
    from salesops_tui.services import accuracy as made
    from salesops_tui.services.history_words import describe_accuracy, describe_trend

    if asked["by_week"] and asked["week"]:
        raise WrongUsage("--by-week shows every week; leave --week out")
    context = session.open()
    with context.store.reading():
        scope, period, at = _asked(context, asked)
        if asked["by_week"]:
            document = describe_trend(made.accuracy_trend(context, scope, at))
        else:
            document = describe_accuracy(context, made.accuracy(context, scope, period, at, asked["week"]))
    if asked["by_week"]:
        rows = [(str(point["week"]), *_scored(form, point["scores"])) for point in document["weeks"]]
        emit(form, document, ("week", *_scored_columns(form)), rows, footing=[] if form == "csv" else [_READ_SO])
        return
    rows = [(one["person_name"], *_scored(form, one["scores"])) for one in document["people"]]
    said = [f"Accuracy and bias at week {document['week']} of {_listed(document['quarters'])}"]
    nothing = [f"nothing came in for {document['scope']} in {name}" for name in document["without_actuals"]]
    columns = ("person_name", *_scored_columns(form))
    emit(form, document, columns, rows, heading=said, footing=[_READ_SO, *nothing])


@click.command("yield")
@_week
@reading_options
@click.pass_obj
def commit_yield(session: Session, /, form: str, **asked: Any) -> None:
    """Of what stood in Commit at each week of past quarters, the share won within its quarter: whose yes holds?"""
    from salesops_tui.services.history_words import describe_yield
    from salesops_tui.services.yields import commit_yield as made

    context = session.open()
    with context.store.reading():
        scope, period, at = _asked(context, asked)
        document = describe_yield(context, made(context, scope, period, at, asked["week"]))
    columns = _yield_columns(form)
    claims = document["confidence"]
    heading = [f"Yield of Commit over {_listed(document['quarters'])}"]
    heading += [f"Commit claims {claims['low']} to {claims['high']} %"] if claims else []
    rows = [(str(one["week"]), *_yielded(form, one)) for one in document["weeks"]]
    people = [(one["person_name"], *_yielded(form, one)) for one in document["by_person"]]
    if form in ("json", "csv"):
        whole = [("week", *row) for row in rows] + [("person", *row) for row in people]
        emit(form, document, ("by", "which", *columns), whole)
        return
    footing = ["won of how many, in brackets by amount"]
    emit(form, document, ("week", *columns), rows, heading=heading, footing=footing)
    emit(form, document, ("person_name", *columns), people, heading=["", f"By person, at week {document['week']}"])


@click.command()
@click.option("--adopt", is_flag=True, help="Make the calibrated figures the policy, as a new version (ops only).")
@click.option("--stage", "stages", multiple=True, metavar="KEY", help="Adopt this stage only; may be given again.")
@_week
@reading_options
@click.pass_obj
def calibration(session: Session, /, form: str, **asked: Any) -> None:
    """What each stage was worth at this point of past quarters, beside what the policy says."""
    from salesops_tui.services import calibration as made
    from salesops_tui.services.history_words import describe_calibration, describe_stage

    if asked["stages"] and not asked["adopt"]:
        raise WrongUsage("--stage says what to adopt; add --adopt")
    if asked["adopt"] and (asked["scope"] or asked["as_of"]):
        raise WrongUsage("a policy is for everybody, from now on; leave --scope and --as-of out")
    context = session.open()
    scope, period, at = _asked(context, asked)
    if asked["adopt"]:
        policy, stages = made.adopt_calibration(context, period, asked["week"], asked["stages"] or None)
        adopted: dict[str, Any] = {"policy": policy.version, "stages": [describe_stage(one) for one in stages]}
        said = [f"adopted as version {policy.version} of the policy; earlier forecasts keep the figures they had"]
        emit(form, adopted, _STAGE, [_cells(one, _STAGE) for one in adopted["stages"]], heading=said)
        return
    document = describe_calibration(made.calibration(context, scope, period, at, asked["week"]))
    few = [one for one in document["stages"] if not one["enough"]]
    footing = [f"stage {one['stage']}: fewer than {one['needed']} deals; the policy's figure stays" for one in few]
    heading = [f"Stages at week {document['week']} of {_listed(document['quarters'])}"]
    emit(form, document, _STAGE, [_cells(s, _STAGE) for s in document["stages"]], heading=heading, footing=footing)


@click.command()
@reading_options
@click.pass_obj
def flow(session: Session, /, form: str, **asked: Any) -> None:
    """How quickly pipeline becomes bookings: velocity, stage conversion, age by stage, creation by week."""
    from salesops_tui.services import flow as made
    from salesops_tui.services.flow_words import describe_flow

    context = session.open()
    with context.store.reading():
        scope, period, at = _asked(context, asked)
        found = (
            made.velocity(context, scope, period, at),
            made.stage_conversion(context, scope, at),
            made.stage_ages(context, scope, period, at),
            made.created_by_week(context, scope, at),
        )
        document = describe_flow(context, *found)
    if form == "json":
        emit_json(document)
        return
    stages = [one for one in document["stages"] if one["reached"] or one["deals"]]
    columns = tuple(document["stages"][0]) if document["stages"] else ("stage",)
    if form == "csv":
        emit(form, document, columns, [_cells(one, columns) for one in document["stages"]])
        return
    parts = document["velocity"] | {"quarters": _listed(document["velocity"]["quarters"])}
    emit_lines([f"{name.replace('_', ' ')}: {'none' if value is None else value}" for name, value in parts.items()])
    emit(form, document, columns, [_cells(one, columns) for one in stages], heading=["", "By stage"])
    weeks = ("week", "deals", "amount")
    emit(form, document, weeks, [_cells(one, weeks) for one in document["created"]], heading=["", "Created by week"])


@click.command()
@reading_options
@click.pass_obj
def weeks(session: Session, /, form: str, **asked: Any) -> None:
    """Closed, Commit and Best Case against quota through the weeks of this quarter and the last one."""
    from salesops_tui.services.forecast_trend import forecast_trend
    from salesops_tui.services.history_words import describe_weeks

    context = session.open()
    with context.store.reading():
        scope, period, at = _asked(context, asked)
        document = describe_weeks(context, forecast_trend(context, scope, period, at))
    columns = ("period", "week", "at", "closed", "commit", "best_case", "quota")
    rows = [
        tuple({**point, "period": line["period"]["name"], "quota": line["quota"]}[name] for name in columns)
        for line in (document["last"], document["this"])
        for point in line["weeks"]
    ]
    ended = [
        f"{line['period']['name']} came in at {line['came_in']} as known then, bookings after its last day included"
        for line in (document["last"], document["this"])
        if line["came_in"] is not None
    ]
    emit(form, document, columns, rows, footing=ended)


@click.command()
@reading_options
@click.pass_obj
def judgments(session: Session, /, form: str, **asked: Any) -> None:
    """The judgments of closed quarters with what became of each deal, beside what the inspection said."""
    from salesops_tui.services.history_words import describe_judgments
    from salesops_tui.services.judgments import scored_judgments

    context = session.open()
    with context.store.reading():
        scope, _, at = _asked(context, asked)
        document = describe_judgments(context, scored_judgments(context, scope, at))
    score = ("person_name", "judgments", "right", "inspection_right")
    footing = [
        f"{one['person_name']}: right {one['right']} of {one['judgments']}, the inspection {one['inspection_right']}"
        for one in document["by_person"]
    ]
    if form == "md":
        emit(form, document, score, [_cells(one, score) for one in document["by_person"]])
    emit(form, document, _JUDGMENT, [_cells(one, _JUDGMENT) for one in document["judgments"]], footing=footing)


def _asked(context: Context, asked: Mapping[str, Any]) -> tuple[Scope, Period, Moment]:
    from salesops_tui.services.context import find_period, find_scope, read_as_of

    at = read_as_of(context, asked["as_of"])
    return find_scope(context, asked["scope"], at, totals=True), find_period(context, asked["period"], at), at


def _scored_columns(form: str) -> tuple[str, ...]:
    if form != "csv":
        return _FORECASTERS
    return tuple(f"{who}{which}" for who in _FORECASTERS for which in ("_quarters", "", "_bias"))


def _scored(form: str, scores: Mapping[str, Any]) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for who in _FORECASTERS:
        score = scores[who]
        accuracy, bias = _percent(score["accuracy"]), _signed(score["bias"])
        if form == "csv":
            cells += [score["quarters"], accuracy, bias]
        else:
            cells.append(f"{accuracy} {bias} /{score['quarters']}" if score["quarters"] else None)
    return tuple(cells)


def _yield_columns(form: str) -> tuple[str, ...]:
    if form != "csv":
        return _PARTS
    return tuple(f"{part}{which}" for part in _PARTS for which in ("", "_won", "_share", "_value_share"))


def _yielded(form: str, one: Mapping[str, Any]) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for part in _PARTS:
        found = one[part]
        share, value = _percent(found["share"]), _percent(found["value_share"])
        if form == "csv":
            cells += [found["deals"], found["won"], share, value]
        else:
            cells.append(f"{share} of {found['deals']} ({value})" if found["deals"] else None)
    return tuple(cells)


_IN_PERCENT = {
    "policy", "share", "low", "high", "calibrated", "reached_share", "conversion", "win_rate", "right_share",
}  # fmt: skip


def _cells(row: Mapping[str, Any], columns: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(_percent(row[name]) if name in _IN_PERCENT else _cell(row[name]) for name in columns)


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if value is None or isinstance(value, str | int) else f"{value:g}"


def _percent(share: float | None) -> Cell:
    return None if share is None else f"{share * 100:.0f}%"


def _signed(share: float | None) -> Cell:
    return None if share is None else f"{share * 100:+.0f}%"


def _listed(quarters: Sequence[str]) -> str:
    if not quarters:
        return "no closed quarter: the store's history is too short"
    return quarters[0] if len(quarters) == 1 else f"{quarters[0]} to {quarters[-1]} ({len(quarters)} quarters)"
