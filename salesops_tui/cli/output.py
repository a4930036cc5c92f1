"""What commands print: one document in the asked form on standard output, and nothing else there."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

Cell = str | int | None


def format_option(command: F) -> F:
    """Give a command `--format table|json|csv|md`."""
    choice = click.Choice(["table", "json", "csv", "md"])
    return click.option("--format", "form", type=choice, default="table", help="How to print it.")(command)


def reading_options(command: F) -> F:
    """Give a command the options of everything that reads: scope, period, moment, format."""
    command = click.option("--as-of", metavar="MOMENT", help="As it was then; a date means the end of that day.")(
        command
    )
    command = click.option("--period", metavar="FY26-Q4", help="The fiscal quarter; by default the current one.")(
        command
    )
    command = click.option("--scope", metavar="PERSON", help="A person and everybody below them.")(command)
    return format_option(command)


def emit(
    form: str,
    document: Mapping[str, Any],
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    heading: Sequence[str] = (),
    footing: Sequence[str] = (),
) -> None:
    """Print `document` as JSON, or the same as rows under columns; headings stand around a table or Markdown.

    Cells that are integers or look like amounts are right-aligned.
    """
    if form == "json":
        emit_json(document)
    elif form == "csv":
        _write(_csv(columns, rows))
    elif form == "md":
        _write(
            "\n".join([*map(_clean, heading), "", *_markdown(columns, rows), "", *map(_clean, footing)]).strip() + "\n"
        )
    else:
        _write("\n".join([*map(_clean, heading), *table_lines(columns, rows), *map(_clean, footing)]) + "\n")


def emit_json(document: Any) -> None:
    """Print one JSON document; everything outside ASCII is escaped, so no terminal can be driven by it."""
    # Without indentation, which would leave the encoder in C for one ten times slower.
    _write(json.dumps(document) + "\n")


def emit_lines(lines: Sequence[str]) -> None:
    """Print lines of text, made safe for a terminal."""
    _write("\n".join(map(_clean, lines)) + "\n")


def counted(count: int, what: str) -> str:
    """Return `1 deal`, `2 deals`."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def warn(message: str) -> None:
    """Print one line on standard error."""
    click.echo(_clean(message), err=True)


def _write(text: str) -> None:
    stream = sys.stdout
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))


def _clean(text: str) -> str:
    from salesops_tui.ui.present import plain

    return plain(text)


def _csv(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    from salesops_tui.crm.outgoing import csv_text

    # A pipe gets what was stored, to the letter; a terminal gets what it can only print.
    return csv_text(columns, rows, _clean if sys.stdout.isatty() else None)


def table_lines(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[str]:
    """Return rows under columns as lines of text; what is numeric stands to the right."""
    from salesops_tui.ui.widgets.columns import cells, fit

    lines = [list(columns), *(["" if v is None else str(v) for v in row] for row in rows)]
    widths = [max(cells(line[i]) for line in lines) for i in range(len(columns))]
    right = _right_aligned(rows, len(columns))
    return [
        "  ".join(fit(v, w, "right" if r else "left") for v, w, r in zip(line, widths, right, strict=True)).rstrip()
        for line in lines
    ]


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[str]:
    right = _right_aligned(rows, len(columns))
    lines = [
        "| " + " | ".join(columns) + " |",
        "|" + "|".join(" ---: " if r else " --- " for r in right) + "|",
    ]
    lines += ["| " + " | ".join(_markdown_cell(v) for v in row) + " |" for row in rows]
    return lines


def _markdown_cell(value: Cell) -> str:
    text = _clean("" if value is None else str(value)).replace("\n", " ")
    for mark in "\\`*_[]<>|":
        text = text.replace(mark, "\\" + mark)
    return text


def _right_aligned(rows: Sequence[Sequence[Cell]], count: int) -> list[bool]:
    def numeric(i: int) -> bool:
        values = [row[i] for row in rows if row[i] not in (None, "")]
        return bool(values) and all(isinstance(v, int) or _is_number(str(v)) for v in values)

    return [numeric(i) for i in range(count)]


def _is_number(text: str) -> bool:
    body = text.lstrip("+-−").replace(",", "").rstrip("%")
    return body.replace(".", "", 1).isdigit()
