"""What leaves the program as files: deals, a movement, the minutes of a call, changes for the CRM.

A screen's `x` and the command `export` reach the same functions. Each gives one document (JSON values) and the same
as tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from salesops_tui.crm.canonical_file import OtherColumns
from salesops_tui.crm.fields import FIELDS
from salesops_tui.crm.outgoing import Cell, OutTable, text_of
from salesops_tui.crm.owners import person_finder
from salesops_tui.domain.calendar import Day, Moment, Period, to_date
from salesops_tui.domain.money import to_decimal
from salesops_tui.domain.people import UNASSIGNED, Person, Scope
from salesops_tui.services.context import Context
from salesops_tui.services.listing import plain_period
from salesops_tui.services.minutes_text import escaped, minutes_markdown
from salesops_tui.store import delivered
from salesops_tui.store.delivered import DealAsDelivered

MOVED_COLUMNS = (
    "id", "account", "name", "owner_name", "cause", "amount",
    *(f"{what}_{when}" for what in ("category", "amount", "close_date", "stage", "owner", "status")
      for when in ("before", "after")),
    "also", "failed_questions", "churned",
)  # fmt: skip


@dataclass(frozen=True)
class Export:
    """Something that leaves the program.

    Attributes:
        title: a line above a table that people read.
        describe: makes the document: all of it as JSON values.
        tables: the same as tables; the first one is what CSV holds.
        text: Markdown that says it better than tables do; None where there is none.
    """

    title: str
    describe: Callable[[], Mapping[str, Any]]
    tables: Sequence[OutTable]
    text: str | None = None

    @property
    def document(self) -> Mapping[str, Any]:
        """All of it as JSON values."""
        return self.describe()

    def with_tables(self, tables: Sequence[OutTable]) -> Export:
        """Return it with some of its tables."""
        return replace(self, tables=tables)

    def markdown(self) -> str:
        """Return it as Markdown."""
        return self.text if self.text is not None else "\n".join(_markdown(self)) + "\n"


# ----------------------------------------------------------------- deals


def export_deals(context: Context, scope: Scope, period: Period | None, at: Moment) -> Export:
    """Return the deals of a scope as the canonical deal file: what the CRM claims and all that came with it.

    An import of it changes nothing. Deals that are gone from the CRM are left out.
    """
    conn = context.store.conn
    with context.store.reading():
        current = at >= context.seen_now
        names = delivered.extra_columns(conn, at, current=current, period=period, scope=scope)
        found = list(delivered.deals_as_delivered(conn, at, current=current, period=period, scope=scope))
    table = canonical_table(context, found, names)
    head = {
        "as_of": context.calendar.iso(at),
        "scope": scope.name,
        "period": plain_period(period) if period else None,
        "currency": context.policy.currency,
    }
    title = f"Deals of {scope.name}, {period.name if period else 'every period'}, as of {head['as_of']}"

    def describe() -> Mapping[str, Any]:
        plain = [
            dict(zip(FIELDS, map(_plain_cell, row), strict=False)) | {"extra": dict(deal.extra)}
            for deal, row in zip(found, table.rows, strict=True)
        ]
        return head | {"deals": plain}

    return Export(title, describe, [table])


def canonical_table(context: Context, deals: Sequence[DealAsDelivered], extra: Sequence[str]) -> OutTable:
    """Return deals under the canonical header, with the other columns behind it."""
    others = OtherColumns(extra)
    owner_of = _owner_words(context)
    rows = [(*_canonical(deal, owner_of(deal)), *others.cells(deal.extra)) for deal in deals]
    return OutTable("deals", (*FIELDS, *others.header), rows)


def _canonical(deal: DealAsDelivered, owner: str) -> tuple[Cell, ...]:
    """Return the cells of all `FIELDS`, in their order."""
    return (
        deal.key, deal.name, deal.account, owner, to_decimal(deal.original, deal.currency), deal.currency, deal.stage,
        deal.rep_category.key, to_date(deal.close_day), _date(deal.created_day), deal.status.key, deal.next_step,
        _date(deal.next_step_day), _date(deal.last_meeting_day), _date(deal.last_activity_day), deal.economic_buyer,
        deal.economic_buyer_title, deal.type, deal.segment, deal.term_months, deal.close_confirmed, deal.close_plan,
        _date(deal.requalified_day), deal.loss_reason, deal.competitor,
    )  # fmt: skip


def _date(day: Day | None) -> date | None:
    return None if day is None else to_date(day)


def _owner_words(context: Context) -> Callable[[DealAsDelivered], str]:
    """Return how to write a deal's owner so that an import finds the same person, or again nobody."""
    find = person_finder(context.people.values())
    words: dict[int, str] = {}

    def word(person: Person) -> str:
        known = (person.key, person.login, person.email, person.name)
        return next((text for text in known if text and find(text) == person), person.key)

    def owner_of(deal: DealAsDelivered) -> str:
        person = context.people[deal.owner]
        if person.key == UNASSIGNED and deal.owner_text:
            return deal.owner_text
        if deal.owner not in words:
            words[deal.owner] = word(person)
        return words[deal.owner]

    return owner_of


# ----------------------------------------------------------------- movement


def export_movement(document: Mapping[str, Any]) -> Export:
    """Return a movement, as `movement_words.describe_movement` describes it: its deals, and its lines."""
    currency = document["currency"]
    title = f"Commit of {document['scope']}, {document['period']['name']}, {document['from']} to {document['to']}"
    deals = OutTable("deals", MOVED_COLUMNS, [_moved(deal) for deal in document["deals"]])
    lines = OutTable("lines", ("line", f"amount_{currency.lower()}", "deals"), list(_waterfall(document)))
    return Export(title, lambda: document, [deals, lines])


def _moved(deal: Mapping[str, Any]) -> tuple[Cell, ...]:
    before, after = deal["before"] or {}, deal["after"] or {}
    sides = [
        _typed(what, side.get(what))
        for what in ("category", "amount", "close_date", "stage", "owner", "status")
        for side in (before, after)
    ]
    amount = _typed("amount", deal["amount"])
    return (
        *(deal[name] for name in MOVED_COLUMNS[:4]), deal["cause"] or "", amount, *sides, ", ".join(deal["also"]),
        ", ".join(deal["failed_questions"]), "churned" if deal["churned"] else "",
    )  # fmt: skip


def _waterfall(document: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    yield "start", Decimal(document["start"]), None
    for line in document["lines"]:
        yield line["cause"], Decimal(line["amount"]), line["deals"]
        for question, part in line.get("by_question", {}).items():
            yield f"{line['cause']}: {question}", Decimal(part), None
    yield "end", Decimal(document["end"]), None
    yield "residual", Decimal(document["residual"]), None


# ----------------------------------------------------------------- forecast


def export_forecast(document: Mapping[str, Any]) -> Export:
    """Return a forecast (`forecast_words.describe_forecast`): by person, why weighted differs, coverage."""
    title = f"Forecast of {document['scope']}, {document['period']['name']}, as of {document['as_of']}"
    whole = {**document, "person": "", "person_name": document["scope"], "reports_to": None, "depth": 0}
    people = [row for row in document["by_person"] if row["depth"] or row["person_name"] != document["scope"]]
    tables = [
        _plain_table("by person", _BY_PERSON, [whole, *people]),
        _plain_table("weighted and commit", _CONTRIBUTIONS, document["contributions"]),
        _plain_table("coverage", _COVERAGE, document["coverage_by_segment"]),
    ]
    return Export(title, lambda: document, tables)


_BY_PERSON = (
    "person", "person_name", "reports_to", "quota", "quota_of_reports", "closed", "commit", "commit_inspected",
    "commit_uninspected", "best_case", "pipeline", "omitted", "landing", "gap", "attainment", "weighted",
)  # fmt: skip
_CONTRIBUTIONS = ("id", "owner", "category", "stage", "amount", "probability", "contribution", "words")
_COVERAGE = ("segment", "quota", "open", "coverage", "target_low", "target_high", "to_create", "remaining_coverage")
_TEXTS = {"person", "person_name", "reports_to", "id", "owner", "category", "stage", "words", "segment"}


def _plain_table(name: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> OutTable:
    return OutTable(name, columns, [tuple(_figure(column, row.get(column)) for column in columns) for row in rows])


def _figure(column: str, value: Any) -> Cell:
    """Return a figure as a number, whether it came as an amount in text or as a share."""
    if value is None or column in _TEXTS:
        return value if value is None else str(value)
    return Decimal(str(value) if isinstance(value, str | int) else f"{value:.4f}")


# ----------------------------------------------------------------- minutes


def export_minutes(figures: Mapping[str, Any]) -> Export:
    """Return the minutes of a call, from its figures (`minutes.minutes_of`).

    That is what was asked, what is left uninspected, what was agreed.
    """
    title = f"Minutes of {figures['scope']}, {figures['period']}"
    asked = OutTable("asked", _ASKED, [_asked(deal) for deal in figures["deals"]])
    missed = OutTable(
        "uninspected",
        ("id", "name", "amount"),
        [(deal["id"], deal["name"], _typed("amount", deal["amount"])) for deal in figures["not_asked"]],
    )
    agreed = OutTable(
        "actions",
        ("owner", "due", "text", "deal"),
        [(a["owner"], _typed("close_date", a["due"]), a["text"], a["deal"]) for a in figures["actions"]],
    )
    said = OutTable("figures", ("figure", "before", "after"), [*_said(figures)])
    return Export(title, lambda: figures, [asked, missed, agreed, said], minutes_markdown(figures))


_ASKED = (
    "id", "account", "name", "owner", "amount", "verdict", "category_before", "category_after", "failed_questions",
    "unsupported_yes", "answers",
)  # fmt: skip


def _asked(deal: Mapping[str, Any]) -> tuple[Cell, ...]:
    answers = "; ".join(f"{question}: {words}" for question, words in deal["answers"].items())
    texts = (deal[name] for name in ("verdict", "category_before", "category_after"))
    return (
        deal["id"], deal.get("account", ""), deal["name"], deal["owner"], _typed("amount", deal["amount"]), *texts,
        ", ".join(deal["failed_questions"]), ", ".join(deal.get("unsupported_yes", ())), answers,
    )  # fmt: skip


def _said(figures: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    before, after = figures["before"], figures["after"]
    for name in after:
        yield name, _typed("amount", before.get(name)), _typed("amount", after[name])


# ----------------------------------------------------------------- forms


def _typed(column: str, value: str | None) -> Cell:
    """Turn a JSON value back into the amount or day that it is."""
    if value is None or column not in ("amount", "close_date"):
        return value
    return Decimal(value) if column == "amount" else date.fromisoformat(value)


def _plain_cell(cell: Cell) -> str | int | None:
    return cell if cell is None or isinstance(cell, int) else text_of(cell)


def _markdown(export: Export) -> Iterator[str]:
    yield f"# {escaped(export.title)}"
    for table in export.tables:
        rows = list(table.rows)
        numeric = [_is_numeric(rows, column) for column in range(len(table.columns))]
        if len(export.tables) > 1:
            yield from ("", f"## {escaped(table.name)}")
        yield ""
        yield "| " + " | ".join(map(escaped, table.columns)) + " |"
        yield "|" + "|".join(" ---: " if right else " --- " for right in numeric) + "|"
        for row in rows:
            yield "| " + " | ".join(_markdown_cell(cell) for cell in row) + " |"


def _markdown_cell(cell: Cell) -> str:
    return escaped(cell) if isinstance(cell, str) else text_of(cell)


def _is_numeric(rows: Sequence[Sequence[Cell]], column: int) -> bool:
    values = [row[column] for row in rows if row[column] is not None]
    return bool(values) and all(isinstance(value, int | Decimal) for value in values)
