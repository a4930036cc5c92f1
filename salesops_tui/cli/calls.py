"""Calls: started, listed, shown as minutes, ended."""

from __future__ import annotations

from typing import Any

import click

from salesops_tui.cli.numbers import NUMBER
from salesops_tui.cli.output import emit, emit_json, emit_lines, format_option
from salesops_tui.cli.session import Session
from salesops_tui.errors import NotFound
from salesops_tui.services.context import Context
from salesops_tui.store.calls import Call


@click.group()
def call() -> None:
    """Forecast calls and 1:1s."""


@call.command("start")
@click.option("--scope", metavar="PERSON", help="Whose deals it is about; by default yours.")
@format_option
@click.pass_obj
def start(session: Session, scope: str | None, form: str) -> None:
    """Start a call, or go on with the one that is open over the same scope."""
    from salesops_tui.services.calls import start_call
    from salesops_tui.services.context import find_scope

    context = session.open()
    found = find_scope(context, scope, context.now())
    started = start_call(context, found.person, everybody=found.everybody)
    _print(context, [started], form, single=True)


@call.command("list")
@format_option
@click.pass_obj
def list_calls(session: Session, form: str) -> None:
    """List calls, the newest first."""
    from salesops_tui.services.calls import list_calls as calls_seen

    context = session.open()
    _print(context, calls_seen(context), form)


@call.command("show")
@click.argument("number", metavar="[ID]", type=NUMBER, required=False)
@format_option
@click.pass_obj
def show(session: Session, number: int | None, form: str) -> None:
    """Show a call's minutes; by default of the newest call."""
    from salesops_tui.services.minutes import minutes_of

    context = session.open()
    found = call_or_newest(context, number)
    figures = minutes_of(context, found)
    if form == "json":
        emit_json(_plain(context, found) | {"minutes_of_call": figures})
    elif form == "csv":
        rows = [(d["id"], d["name"], d["amount"], d["verdict"], d["category_after"]) for d in figures["deals"]]
        emit(form, {}, ("id", "name", "amount", "verdict", "category"), rows)
    else:
        from salesops_tui.services.minutes_text import minutes_markdown

        emit_lines(minutes_markdown(figures).split("\n"))


@call.command("end")
@click.argument("number", metavar="[ID]", type=NUMBER, required=False)
@format_option
@click.pass_obj
def end(session: Session, number: int | None, form: str) -> None:
    """End a call; its figures are kept as they are said now. By default the one you have open."""
    from salesops_tui.services.calls import current_call, end_call

    context = session.open()
    found = current_call(context) if number is None else call_or_newest(context, number)
    if found is None:
        raise NotFound("you have no call open; 'salesops call list' shows them all")
    _print(context, [end_call(context, found)], form, single=True)


def call_or_newest(context: Context, number: int | None) -> Call:
    """Return the call of a number, else the newest.

    Raises:
        NotFound: there is none.
    """
    from salesops_tui.services.calls import find_call
    from salesops_tui.services.calls import list_calls as calls_seen

    if number is not None:
        return find_call(context, number)
    newest = calls_seen(context)
    if not newest:
        raise NotFound("there has been no call yet; 'salesops call start' begins one")
    return newest[0]


def _plain(context: Context, found: Call) -> dict[str, Any]:
    scope = None if found.scope is None else context.people[found.scope]
    return {
        "id": found.id,
        "kind": found.kind,
        "scope": scope.name if scope else "Everybody",
        "period": found.period,
        "started": context.calendar.iso(found.started_at),
        "by": context.people[found.started_by].name,
        "open": found.open_at(context.now()),
        "ended": context.calendar.iso(found.end) if found.end <= context.now() else None,
    }


def _print(context: Context, found: list[Call], form: str, *, single: bool = False) -> None:
    plain = [_plain(context, one) for one in found]
    document = plain[0] if single else {"calls": plain}
    columns = ("id", "kind", "scope", "period", "started", "by", "open", "ended")
    rows = [tuple(("yes" if v else "no") if isinstance(v, bool) else v for v in one.values()) for one in plain]
    emit(form, document, columns, rows)
