"""The commands about the turn of the quarter: the closing board, what was carried over, the books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from salesops_tui.cli.output import Cell, counted, emit, emit_json, format_option, reading_options
from salesops_tui.cli.session import Session

_BOARD = (
    "close_date", "id", "account", "name", "owner_name", "amount", "category", "inspection", "signer", "signs",
    "paper", "next_step", "next_step_date",
)  # fmt: skip
_CARRIED = ("went", "id", "account", "name", "owner_name", "amount", "category", "close_date", "period")
_BOOKS = ("person_name", "quota", "closed", "now")
_DIFFERENCES = ("id", "account", "name", "frozen", "now")


@click.command("closing-board")
@click.option("--best-case", is_flag=True, help="Also the deals in Best Case that were never capped.")
@reading_options
@click.pass_obj
def closing_board(session: Session, /, form: str, **asked: Any) -> None:
    """What is still open of Commit, who signs, and when: for the quarter's last days."""
    from salesops_tui.services import quarter_turn
    from salesops_tui.services.context import find_period, find_scope, read_as_of
    from salesops_tui.services.turn_words import describe_board

    context = session.open()
    with context.store.reading():
        at = read_as_of(context, asked["as_of"])
        scope, period = find_scope(context, asked["scope"], at, totals=True), find_period(context, asked["period"], at)
        board = quarter_turn.closing_board(context, scope, period, at, best_case=asked["best_case"])
        document = describe_board(context, board)
    days = board.days_left
    left = f"{counted(days, 'day')} left"
    if days < 1:
        left = f"over, bookings until {document['bookings_until']}"
    heading = [f"Still open in {period.name}: {counted(len(board.rows), 'deal')}, {left}"]
    emit(form, document, _BOARD, _rows(document["deals"], _BOARD), heading=heading)


@click.command("carry-over")
@reading_options
@click.pass_obj
def carry_over(session: Session, /, form: str, **asked: Any) -> None:
    """What was Commit in a quarter's last week and was not won in it, and where it went; by default the last one."""
    from salesops_tui.services import quarter_turn
    from salesops_tui.services.context import find_scope, read_as_of
    from salesops_tui.services.quarters import last_quarter
    from salesops_tui.services.turn_words import describe_carried

    context = session.open()
    with context.store.reading():
        at = read_as_of(context, asked["as_of"])
        period = context.calendar.period_named(asked["period"]) if asked["period"] else last_quarter(context, at)
        scope = find_scope(context, asked["scope"], at, totals=True)
        carried = quarter_turn.carry_over(context, scope, period, at)
        nobodys = quarter_turn.nobodys_deals(context, scope, at)
        document = describe_carried(context, period, carried, nobodys)
    if form in ("json", "csv"):
        emit(form, document, _CARRIED, _rows(document["deals"], _CARRIED))
        return
    said = [f"Commit of {period.name} that was not won in it: {counted(len(carried), 'deal')}"]
    emit(form, document, _CARRIED, _rows(document["deals"], _CARRIED), heading=said)
    left = ["", f"Open with a date in a quarter that is over: {counted(len(nobodys), 'deal')}"]
    columns = _CARRIED[1:]
    emit(form, document, columns, _rows(document["nobodys_period"], columns), heading=left)


@click.command("close-quarter")
@click.argument("period", required=False, metavar="[FY26-Q4]")
@click.option("--again", is_flag=True, help="Replace figures that were frozen before; the record keeps both.")
@click.option("--show", is_flag=True, help="Only show what was frozen, beside what the store says now.")
@click.option("--scope", metavar="PERSON", help="With --show: a person and everybody below them.")
@format_option
@click.pass_obj
def close_quarter(session: Session, /, form: str, **asked: Any) -> None:
    """Close a quarter's books: freeze its final figures as they are now; by default those of the last one."""
    from salesops_tui.errors import NotFound, WrongUsage
    from salesops_tui.services import books
    from salesops_tui.services.context import find_scope
    from salesops_tui.services.quarters import last_quarter
    from salesops_tui.services.turn_words import describe_books

    if asked["scope"] and not asked["show"]:
        raise WrongUsage("the books are closed for everybody; --scope goes with --show")
    context = session.open()
    now = context.now()
    period = context.calendar.period_named(asked["period"]) if asked["period"] else last_quarter(context, now)
    if asked["show"]:
        scope = find_scope(context, asked["scope"], now, totals=True)
        found = books.frozen_figures(context, scope, period, now)
        if found is None:
            raise NotFound(f"the books of {period.name} are not closed; 'salesops forecast close-quarter' does so")
    else:
        found = books.close_quarter(context, period, again=asked["again"])
    document = describe_books(context, found)
    if form == "json":
        emit_json(document)
        return
    heading = [f"{period.name}, closed {document['closed_at']} by {document['closed_by_name']}"]
    emit(form, document, _BOOKS, _rows(document["by_person"], _BOOKS), heading=heading)
    if document["differences"] and form != "csv":
        changed = ["", "Changed since"]
        emit(form, document, _DIFFERENCES, _rows(document["differences"], _DIFFERENCES), heading=changed)


def _rows(found: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[tuple[Cell, ...]]:
    return [tuple(one[name] for name in columns) for one in found]
