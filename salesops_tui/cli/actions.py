"""What was agreed on deals."""

from __future__ import annotations

import click

from salesops_tui.cli.numbers import NUMBER
from salesops_tui.cli.output import emit, emit_lines, format_option
from salesops_tui.cli.session import Session


@click.group()
def action() -> None:
    """Agree on an action, or mark one done."""


@action.command("add")
@click.argument("deal_id", metavar="DEAL")
@click.argument("text")
@click.option("--owner", required=True, metavar="PERSON", help="Who does it.")
@click.option("--due", required=True, metavar="DATE", help="Until when: 2026-11-20, fri, +5.")
@click.pass_obj
def add(session: Session, deal_id: str, text: str, owner: str, due: str) -> None:
    """Agree on an action for a deal."""
    from salesops_tui.domain.typed_day import read_day
    from salesops_tui.services.acting import add_action
    from salesops_tui.services.context import find_person
    from salesops_tui.services.permission import colleagues

    context = session.open()
    # Of others not even whether they are there is told.
    person = find_person(colleagues(context), owner)
    day = read_day(due, context.calendar.day_of(context.now()), ahead=True)
    number = add_action(context, deal_id, person, day, text)
    emit_lines([f"action {number} for {person.key} until {day_text(day)}"])


@action.command("done")
@click.argument("number", metavar="ID", type=NUMBER)
@click.option("--not-done", is_flag=True, help="It was dropped instead.")
@click.pass_obj
def done(session: Session, number: int, not_done: bool) -> None:
    """Mark an action done."""
    from salesops_tui.services.acting import close_action

    closed = close_action(session.open(), number, done=not not_done)
    click.echo(f"action {number} is {closed.status.replace('_', ' ')}")


@click.command()
@click.option("--scope", metavar="PERSON", help="Of a person and everybody below them.")
@click.option("--all", "every", is_flag=True, help="Closed ones too.")
@format_option
@click.pass_obj
def actions(session: Session, scope: str | None, every: bool, form: str) -> None:
    """List what was agreed on open deals, the earliest due first."""
    from salesops_tui.services.acting import list_actions
    from salesops_tui.services.context import find_scope

    context = session.open()
    plain = list_actions(context, find_scope(context, scope, context.now()), every=every)
    columns = ("id", "due", "owner", "deal", "text", "status")
    emit(form, {"actions": plain}, columns, [tuple(row[c] for c in columns) for row in plain])


def day_text(day: int) -> str:
    """Return a day in ISO form."""
    from salesops_tui.domain.calendar import Day, iso_day

    return str(iso_day(Day(day)))
