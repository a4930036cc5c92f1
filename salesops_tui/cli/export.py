"""Commands that write files for others: deals, how Commit moved, the forecast, minutes, changes for the CRM."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from salesops_tui.cli.numbers import NUMBER
from salesops_tui.cli.session import Session
from salesops_tui.errors import WrongUsage

if TYPE_CHECKING:
    from salesops_tui.services.context import Context
    from salesops_tui.services.exporting import Export

F = TypeVar("F", bound=Callable[..., Any])

_FORMS = ("table", "csv", "xlsx", "json", "md")
_ENDINGS = {f".{form}": form for form in _FORMS[1:]}


def _place(_context: click.Context, _option: click.Parameter, out: Path | None) -> Path | None:
    """Take `-` for standard output, as every other program does."""
    return None if out == Path("-") else out


def _options(command: F) -> F:
    for option in (
        click.option("--overwrite", is_flag=True, help="Let an older file of that name go."),
        click.option(
            "--out",
            type=click.Path(path_type=Path, allow_dash=True),
            metavar="FILE",
            help="Write there; .csv .xlsx .json .md.",
            callback=_place,
        ),
        click.option("--format", "form", type=click.Choice(_FORMS), help="By default as FILE ends; else table or CSV."),
    ):
        command = option(command)
    return command


def _narrowing(command: F) -> F:
    for option in (
        click.option("--as-of", metavar="MOMENT", help="As it was then; a date means the end of that day."),
        click.option("--period", metavar="FY26-Q4", help="Deals that close in this fiscal quarter."),
        click.option("--scope", metavar="PERSON", help="A person and everybody below them."),
    ):
        command = option(command)
    return _options(command)


@click.group()
def export() -> None:
    """Write files for others: spreadsheets, the CRM, whoever was not there."""


@export.command("crm-changes")
@click.option("--dialect", metavar="NAME", help="canonical, salesforce, hubspot …; by default as the deals came.")
@click.option("--source", metavar="NAME", help="Only deals of this part of the CRM.")
@_narrowing
@click.pass_obj
def crm_changes(session: Session, /, dialect: str | None, source: str | None, **asked: Any) -> None:
    """Category changes that the CRM has not taken up yet, as a file that it takes; of every period."""
    from salesops_tui.services.context import find_period, find_scope, read_as_of
    from salesops_tui.services.exporting_changes import export_changes

    context = session.open()
    at = read_as_of(context, asked["as_of"])
    scope = find_scope(context, asked["scope"], at)
    period = find_period(context, asked["period"], at) if asked["period"] else None
    found = export_changes(context, scope, period, at, dialect=dialect, source=source)
    form = _form(asked)
    kept = found.tables[:1] if form in ("csv", "xlsx") else found.tables[1:]
    _hand_out(context, found.with_tables(kept), form, asked, len(list(found.tables[0].rows)), "change")


@export.command("deals")
@click.option("--all", "every_period", is_flag=True, help="Of every period, not only the current one.")
@_narrowing
@click.pass_obj
def deals(session: Session, /, every_period: bool, **asked: Any) -> None:
    """Deals as the canonical file, which can be imported again: what the CRM claims, and all that came with it."""
    from salesops_tui.services.context import find_period, find_scope, read_as_of
    from salesops_tui.services.exporting import export_deals

    if every_period and asked["period"]:
        raise WrongUsage("--all and --period contradict each other; name one of them")
    context = session.open()
    at = read_as_of(context, asked["as_of"])
    scope = find_scope(context, asked["scope"], at)
    period = None if every_period else find_period(context, asked["period"], at)
    found = export_deals(context, scope, period, at)
    _hand_out(context, found, _form(asked), asked, len(list(found.tables[0].rows)), "deal")


@export.command("movement")
@click.option("--from", "start", metavar="MOMENT|last-call|last-import|week", help="By default the last ended call.")
@click.option("--to", "end", metavar="MOMENT", help="By default now; a date means the end of that day.")
@_narrowing
@click.pass_obj
def movement(session: Session, /, start: str | None, end: str | None, **asked: Any) -> None:
    """How Commit moved between two moments: the deals of every line, and the lines."""
    from salesops_tui.services import movement as moving
    from salesops_tui.services.context import find_scope
    from salesops_tui.services.exporting import export_movement
    from salesops_tui.services.movement_words import describe_movement

    if end and asked["as_of"]:
        raise WrongUsage("--to and --as-of say the same thing; name one of them")
    context = session.open()
    with context.store.reading():
        scope = find_scope(context, asked["scope"], context.now())
        baseline, until = moving.read_window(context, scope, start, end or asked["as_of"])
        period = moving.period_of_movement(context, asked["period"], until)
        report = moving.commit_movement(context, scope, period, baseline.moment, until, baseline=baseline.what)
        document = describe_movement(context, report)
    _hand_out(context, export_movement(document), _form(asked), asked, len(document["deals"]), "row")


@export.command("forecast")
@_narrowing
@click.pass_obj
def forecast(session: Session, /, **asked: Any) -> None:
    """The forecast by person, the deals that make weighted differ from Commit, and coverage."""
    from salesops_tui.services.context import find_period, find_scope, read_as_of
    from salesops_tui.services.exporting import export_forecast
    from salesops_tui.services.forecast import forecast as made
    from salesops_tui.services.forecast_words import describe_forecast

    context = session.open()
    with context.store.reading():
        at = read_as_of(context, asked["as_of"])
        scope = find_scope(context, asked["scope"], at, totals=True)
        report = made(context, scope, find_period(context, asked["period"], at), at)
        document = describe_forecast(context, report)
    _hand_out(context, export_forecast(document), _form(asked), asked, len(document["by_person"]), "row")


@export.command("minutes")
@click.argument("number", metavar="[CALL]", type=NUMBER, required=False)
@_options
@click.pass_obj
def minutes(session: Session, /, number: int | None, **asked: Any) -> None:
    """The minutes of a call, by default of the newest one."""
    from salesops_tui.cli.calls import call_or_newest
    from salesops_tui.services.exporting import export_minutes
    from salesops_tui.services.minutes import minutes_of

    context = session.open()
    figures = minutes_of(context, call_or_newest(context, number))
    _hand_out(context, export_minutes(figures), _form(asked), asked, len(figures["deals"]), "deal")


def _form(asked: dict[str, Any]) -> str:
    """Return the form that was asked for, by name or by the file's ending."""
    out: Path | None = asked["out"]
    if asked["form"]:
        form = str(asked["form"])
        if out and form == "table":
            raise WrongUsage("a table is for a terminal; a file is csv, xlsx, json or md")
        return form
    if out is None:
        return "table" if sys.stdout.isatty() else "csv"
    ending = _ENDINGS.get(out.suffix.lower())
    if ending is None:
        raise WrongUsage(f"{out} ends in none of .csv .xlsx .json .md; say what it shall be with --format")
    return ending


def _hand_out(context: Context, found: Export, form: str, asked: dict[str, Any], count: int, unit: str) -> None:
    out: Path | None = asked["out"]
    content, lossy = _content(found, form)
    if out is None:
        _print(content, form)
    else:
        from salesops_tui.crm.new_file import write_new

        store = context.store.path.resolve()
        never = [store.with_name(store.name + end) for end in ("", "-lock", "-wal", "-shm")]
        write_new(out, content, overwrite=asked["overwrite"], never=never)
    from salesops_tui.cli.output import warn

    if lossy:
        warn(f"{lossy:,} cells are not whole: a workbook's cell holds 32,767 characters; CSV holds them all")
    if out is not None:
        warn(f"{count:,} {unit}{'' if count == 1 else 's'} written to {out}")


def _content(found: Export, form: str) -> tuple[bytes, int]:
    """Return an export in one form, and how many cells could not be written whole."""
    from salesops_tui.crm.outgoing import csv_text, workbook

    if form == "xlsx":
        return workbook(found.tables)
    first = found.tables[0]
    if form == "csv":
        return csv_text(first.columns, first.rows).encode("utf-8", "backslashreplace"), 0
    if form == "json":
        import json

        return (json.dumps(found.document) + "\n").encode(), 0
    return _for_people(found, form).encode("utf-8", "backslashreplace"), 0


def _for_people(found: Export, form: str) -> str:
    """Return what people read: no control sequence gets through."""
    from salesops_tui.ui.present import plain

    if form == "md":
        return "\n".join(plain(line) for line in found.markdown().split("\n"))
    from salesops_tui.cli.output import table_lines
    from salesops_tui.crm.outgoing import text_of

    lines = [found.title]
    for table in found.tables:
        rows = [[text_of(cell) for cell in row] for row in table.rows]
        lines += ["", *table_lines(table.columns, rows)]
    return "\n".join(map(plain, lines)) + "\n"


def _print(content: bytes, form: str) -> None:
    if form == "xlsx" and sys.stdout.isatty():
        raise WrongUsage("a workbook is no text for a terminal; name a file with --out")
    if form == "csv" and sys.stdout.isatty():
        from salesops_tui.ui.present import plain

        content = "\n".join(map(plain, content.decode().splitlines())).encode() + b"\n"
    sys.stdout.flush()
    target = getattr(sys.stdout, "buffer", None)
    if target is None:
        sys.stdout.write(content.decode("utf-8", "replace"))
    else:
        target.write(content)
        target.flush()
