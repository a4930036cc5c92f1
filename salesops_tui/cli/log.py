"""The record: what was decided, by whom, and whether it is whole."""

from __future__ import annotations

import json

import click

from salesops_tui.cli.numbers import NUMBER
from salesops_tui.cli.output import emit, emit_json, emit_lines, format_option, warn
from salesops_tui.cli.session import Session


@click.command()
@click.option("--limit", type=NUMBER, default=50, show_default=True, help="How many, the newest first.")
@click.option("--deal", help="Only what concerns this deal.")
@click.option("--person", help="Only what this person did.")
@click.option("--week", metavar="DATE", help="Only what was written down in the week of this day.")
@format_option
@click.pass_obj
def log(session: Session, limit: int, deal: str | None, person: str | None, week: str | None, form: str) -> None:
    """Print the record, the newest first."""
    from salesops_tui.services.context import find_person
    from salesops_tui.services.permission import colleagues
    from salesops_tui.services.recording import list_record

    context = session.open()
    who = find_person(colleagues(context), person) if person else None
    calendar = context.calendar
    day = calendar.day_of(calendar.read_moment(week, context.now())) if week else None
    plain = list_record(context, limit=limit, deal=deal, person=who, week=day)
    rows = [
        (row["seq"], row["at"][:19], row["by"], row["kind"], json.dumps(row["what"], ensure_ascii=False))
        for row in plain
    ]
    emit(form, {"record": plain}, ("seq", "at", "by", "kind", "what"), rows)


@click.command()
@click.option("--head", default="", metavar="HASH", help="A head from minutes or a backup: is it in the record?")
@format_option
@click.pass_obj
def verify(session: Session, head: str, form: str) -> None:
    """Check that the record's chain is whole and that the store agrees with it; exit 1 if not."""
    from salesops_tui.services.verifying import verify_store

    found = verify_store(session.open(), head)
    problems = found.problems
    document = {
        "ok": not problems,
        "rows": found.rows,
        "head": found.head,
        "known_at": found.known_at,
        "problems": problems,
    }
    if form == "json":
        emit_json(document)
    else:
        known = [f"the head that was asked for is that of row {found.known_at}"] if found.known_at else []
        heading = [f"{found.rows} rows, head {found.head}", *known]
        if form == "table" and not problems:
            emit_lines([*heading, "the store agrees with its record: no problem was found"])
        else:
            emit(form, document, ("problem",), [(p,) for p in problems], heading=heading)
    if problems:
        warn(f"salesops: {len(problems)} problems; the store does not agree with its record")
        raise click.exceptions.Exit(1)
