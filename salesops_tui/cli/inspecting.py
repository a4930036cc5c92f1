"""The inspection without a screen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from salesops_tui.cli.output import emit, format_option, warn
from salesops_tui.cli.session import Session
from salesops_tui.cli.standard_input import opened
from salesops_tui.errors import BadInput, SalesopsError, WrongUsage
from salesops_tui.services.context import Context
from salesops_tui.services.inspecting import InspectionResult

_LONGEST_LINE = 64 * 1024


@click.command()
@click.argument("deal_id", metavar="[ID]", required=False)
@click.option("--answer", "answers", multiple=True, metavar="KEY=VALUE", help="yes, no or dont_know; repeatable.")
@click.option("--evidence", "evidence", multiple=True, metavar="KEY=TEXT", help="What stands beside an answer.")
@click.option("--reason", "reasons", multiple=True, metavar="KEY=REASON", help="Why it failed, from the policy's list.")
@click.option("--risk", default="", metavar="TEXT", help="What could stop the deal.")
@click.option("--mitigation", default="", metavar="TEXT", help="What is being done about it.")
@click.option("--risk-kind", default="", metavar="KEY", help="The kind of risk, from the policy's list.")
@click.option("--met", metavar="DATE", help="The day of the last meeting held.")
@click.option("--close-plan", default="", metavar="TEXT", help="For a deal that has slipped twice.")
@click.option("--at", metavar="MOMENT", help="When it was held (ops leads only; the record says so).")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, readable=False),
    metavar="FILE.jsonl",
    help="Many, a JSON object a line.",
)
@format_option
@click.pass_obj
def inspect(session: Session, /, deal_id: str | None, source: Path | None, form: str, **given: Any) -> None:
    """Answer the questions of one deal; what is left open can be answered later in the same call."""
    if (deal_id is None) == (source is None):
        raise WrongUsage("name one deal, or a file with --from")
    context = session.open()
    if source is not None:
        _inspect_many(context, source, form)
        return
    assert deal_id is not None
    result = _give(context, _request_of(deal_id, given))
    document = _document(result)
    emit(form, document, tuple(document), [tuple(_cell(v) for v in document.values())])


def _request_of(deal: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "deal": deal,
        "answers": _pairs("--answer", given["answers"]),
        "evidence": _pairs("--evidence", given["evidence"]),
        "reasons": _pairs("--reason", given["reasons"]),
        **{name: given[name] or "" for name in ("risk", "mitigation", "risk_kind", "met", "close_plan", "at")},
    }


def _pairs(option: str, given: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise WrongUsage(f"{option} takes KEY=VALUE, not '{text}'")
        if key.strip() in pairs:
            raise WrongUsage(f"{option} names {key.strip()} twice")
        pairs[key.strip()] = value
    return pairs


def _give(context: Context, request: Mapping[str, Any]) -> InspectionResult:
    from salesops_tui.services.import_request import moment_to_write
    from salesops_tui.services.inspecting import AnswerRequest, give_answers
    from salesops_tui.services.plain_answers import drafts_from

    at = moment_to_write(context, request["at"]) if request.get("at") else None
    today = context.calendar.day_of(context.now() if at is None else at)
    drafts = drafts_from(context.policy, request, today)
    if not drafts and not request.get("close_plan"):
        raise WrongUsage("there is no answer to give; name one with --answer KEY=yes|no|dont_know")
    plan = str(request.get("close_plan") or "")
    return give_answers(context, AnswerRequest(str(request["deal"]), drafts, close_plan=plan, at=at))


def _document(result: InspectionResult) -> dict[str, Any]:
    return {
        "inspection": result.inspection,
        "deal": result.deal.key,
        "verdict": result.ruling.verdict.value,
        "failed_questions": list(result.ruling.failed_questions),
        "unanswered": list(result.ruling.unanswered),
        "category_before": result.category_before.key,
        "category_after": result.category_after.key,
        "unsupported_yes": list(result.ruling.unsupported_yes),
    }


def _cell(value: Any) -> str | int:
    return ", ".join(value) if isinstance(value, list) else value


def _inspect_many(context: Context, source: Path, form: str) -> None:
    done: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for number, text in _lines(source):
        try:
            done.append(_document(_give(context, _request_from_json(text))))
        except (SalesopsError, UnicodeEncodeError) as error:
            reason = str(error) if isinstance(error, SalesopsError) else "it holds bytes that are no text (UTF-8)"
            refused.append({"line": number, "reason": reason})
            warn(f"{source} line {number}: {reason}")
    document = {"file": str(source), "inspections": done, "rejected": refused}
    columns = ("deal", "verdict", "failed_questions", "unanswered", "category_before", "category_after")
    emit(form, document, columns, [tuple(_cell(row[c]) for c in columns) for row in done])
    if refused:
        raise click.exceptions.Exit(3 if done else 1)


def _lines(source: Path) -> Iterable[tuple[int, str]]:
    try:
        with opened(source) as file:
            number = 0
            while text := file.readline(_LONGEST_LINE):
                number += 1
                whole = text
                while len(text) == _LONGEST_LINE and not text.endswith("\n"):
                    text = file.readline(_LONGEST_LINE)
                if whole.strip():
                    yield number, whole
    except OSError as error:
        raise BadInput(f"{source} cannot be read: {error.strerror}") from None


def _request_from_json(text: str) -> dict[str, Any]:
    if len(text) == _LONGEST_LINE:
        raise BadInput(f"longer than {_LONGEST_LINE} characters")
    try:
        request = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadInput(f"not JSON: {error}") from None
    if not isinstance(request, dict) or not isinstance(request.get("deal"), str):
        raise BadInput('an inspection is an object like {"deal": "ID", "answers": {"economic_buyer": "yes"}}')
    known = {"deal", "answers", "evidence", "reasons", "risk", "mitigation", "risk_kind", "met", "close_plan", "at"}
    if unknown := sorted(set(request) - known):
        raise BadInput(f"'{unknown[0]}' is not known here; use {', '.join(sorted(known))}")
    for name in ("answers", "evidence", "reasons"):
        inner = request.setdefault(name, {})
        if not isinstance(inner, dict) or not all(isinstance(v, str) for v in inner.values()):
            raise BadInput(f"'{name}' must be an object of texts by question")
    for name in known - {"answers", "evidence", "reasons"}:
        if not isinstance(request.setdefault(name, ""), str):
            raise BadInput(f"'{name}' must be a text")
    return request
