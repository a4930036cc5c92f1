"""The commands that submit a number and list those that were submitted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from salesops_tui.cli.output import emit, emit_json, format_option, reading_options
from salesops_tui.cli.session import Session
from salesops_tui.errors import WrongUsage

_COLUMNS = (
    "number", "submitted", "person_name", "by_name", "amount", "closed", "commit", "judged", "unexplained",
    "judgments", "note",
)  # fmt: skip


@click.command()
@click.option("--amount", metavar="AMOUNT", help="Your number; by default Closed, Commit and the judgments together.")
@click.option("--note", default="", metavar="TEXT", help="What stands behind it.")
@click.option("--in", "put_in", multiple=True, metavar="DEAL=REASON", help="Count a deal that is not in Commit.")
@click.option("--out", "take_out", multiple=True, metavar="DEAL=REASON", help="Leave out a deal that is in Commit.")
@click.option("--scope", metavar="PERSON", help="Whose forecast it is; by default yours.")
@click.option("--period", metavar="FY26-Q4", help="The fiscal quarter; by default the current one.")
@format_option
@click.pass_obj
def submit(session: Session, /, form: str, **asked: Any) -> None:
    """Submit your number for a period: Commit plus judgments. No deal and no category changes."""
    from salesops_tui.services.context import find_period, find_scope
    from salesops_tui.services.forecast_words import describe_number
    from salesops_tui.services.manager_number import NumberRequest, read_amount, submit_number

    context = session.open()
    now = context.now()
    amount = None if asked["amount"] is None else read_amount(context, asked["amount"])
    judgments = [*_judgments(asked["put_in"], "in"), *_judgments(asked["take_out"], "out")]
    scope, period = find_scope(context, asked["scope"], now), find_period(context, asked["period"], now)
    number = submit_number(context, NumberRequest(scope, period, amount, asked["note"], judgments))
    _emit(form, [describe_number(context, number)], single=True)


@click.command()
@reading_options
@click.pass_obj
def numbers(session: Session, /, form: str, **asked: Any) -> None:
    """List the numbers submitted for a scope and period, the newest first, with their judgments."""
    from salesops_tui.services.context import find_period, find_scope, read_as_of
    from salesops_tui.services.forecast_words import describe_number
    from salesops_tui.services.manager_number import submitted_numbers

    context = session.open()
    at = read_as_of(context, asked["as_of"])
    scope, period = find_scope(context, asked["scope"], at), find_period(context, asked["period"], at)
    found = submitted_numbers(context, scope, period, at)
    _emit(form, [describe_number(context, number) for number in found])


def _judgments(pairs: Sequence[str], which: str) -> list[Any]:
    from salesops_tui.services.manager_number import JudgmentRequest

    found = []
    for pair in pairs:
        deal, mark, reason = pair.partition("=")
        if not mark or not deal.strip():
            raise WrongUsage(f"'{pair}': write --{which} DEAL=REASON")
        found.append(JudgmentRequest(deal.strip(), which == "in", reason))
    return found


def _emit(form: str, described: Sequence[dict[str, Any]], *, single: bool = False) -> None:
    if form == "json":
        emit_json(described[0] if single else {"numbers": list(described)})
        return
    rows = [
        tuple(_judged_in_words(number) if name == "judgments" else number[name] for name in _COLUMNS)
        for number in described
    ]
    emit(form, {}, _COLUMNS, rows)


def _judged_in_words(number: dict[str, Any]) -> str:
    return "; ".join(f"{j['puts']} {j['id']} {j['amount']} ({j['reason']})" for j in number["judgments"])
