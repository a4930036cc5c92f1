"""Changes for the CRM as a file that it takes, and as a list that a person reviews."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from salesops_tui.crm.changes_file import ChangedDeal, changes_form, changes_table
from salesops_tui.crm.outgoing import Cell, OutTable
from salesops_tui.crm.vocabulary import is_most_likely
from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.deal import Category
from salesops_tui.domain.people import Scope
from salesops_tui.errors import Refused
from salesops_tui.services.context import Context
from salesops_tui.services.crm_changes import CrmChange, describe_changes, pending_changes
from salesops_tui.services.exporting import Export, canonical_table
from salesops_tui.store import delivered, mappings
from salesops_tui.store.delivered import DealAsDelivered

CANONICAL = "canonical"
REVIEWED = (
    "id", "account", "name", "owner_name", "amount", "close_date", "from", "to", "since", "why", "contested",
)  # fmt: skip


def export_changes(
    context: Context,
    scope: Scope,
    period: Period | None,
    at: Moment,
    *,
    dialect: str | None = None,
    source: str | None = None,
) -> Export:
    """Return the changes that the CRM has not taken up, in the form that it takes.

    The canonical form has every column, with the category that should be; an import of it is the CRM agreeing. The
    other CRMs get the id and the category. By default the form is that of the deals' last import.

    Raises:
        WrongUsage: no dialect is called so.
        Refused: the deals came in several dialects and none is named, or the CRM has no forecast category.
    """
    with context.store.reading() as conn:
        changes = pending_changes(context, scope, period, at, source)
        form = dialect or _dialect_of(changes)
        changes_form(form)
        only = [change.deal.id for change in changes]
        rows = delivered.deals_as_delivered(conn, at, current=at >= context.seen_now, only=only)
        known = {row.number: row for row in rows}
    found = [known[change.deal.id] for change in changes]
    table = _canonical(context, changes, found) if form == CANONICAL else _brief(context, form, changes, found)
    document = describe_changes(context, changes, scope, period, at) | {"dialect": form}
    title = f"Changes that the CRM has not taken up: {scope.name}, as of {document['as_of']}"
    return Export(title, lambda: document, [table, _review(document)])


def _dialect_of(changes: Sequence[CrmChange]) -> str:
    dialects = Counter(change.source.dialect or CANONICAL for change in changes)
    if len(dialects) > 1:
        counted = ", ".join(f"{name} ({count})" for name, count in sorted(dialects.items()))
        raise Refused(f"the deals came in several dialects: {counted}; say which with --source or --dialect")
    return next(iter(dialects), CANONICAL)


def _canonical(context: Context, changes: Sequence[CrmChange], rows: Sequence[DealAsDelivered]) -> OutTable:
    wanted = [row._replace(rep_category=change.after) for row, change in zip(rows, changes, strict=True)]
    return canonical_table(context, wanted, list(dict.fromkeys(name for row in wanted for name in row.extra)))


def _brief(context: Context, dialect: str, changes: Sequence[CrmChange], rows: Sequence[DealAsDelivered]) -> OutTable:
    renamed = {name: _renamed(context, name, dialect) for name in {change.source.name for change in changes}}
    deals = [
        ChangedDeal(
            change.source.own_id(row.key), change.after, row.extra, renamed[change.source.name].get(change.after, "")
        )
        for row, change in zip(rows, changes, strict=True)
    ]
    return changes_table(dialect, deals)


def _renamed(context: Context, source: str, dialect: str) -> dict[Category, str]:
    """Return the source's own words for categories, where its confirmed mapping has a single one for a category."""
    known = mappings.newest_of(context.store.conn, source, dialect)
    body = known.body if known else {}
    columns = body.get("columns", {})
    if columns.get("category") is not None and columns.get("category") == columns.get("stage"):
        return {}
    words: dict[Category, list[str]] = {}
    for word, meant in body.get("values", {}).get("category", {}).items():
        if word != "*" and not is_most_likely(word):
            words.setdefault(Category.from_key(meant), []).append(word)
    return {category: found[0] for category, found in words.items() if len(found) == 1}


def _review(document: Mapping[str, Any]) -> OutTable:
    return OutTable("review", REVIEWED, [_reviewed(change) for change in document["changes"]])


def _reviewed(change: Mapping[str, Any]) -> tuple[Cell, ...]:
    why = str(change["why"]).replace("_", " ")
    failed = ", ".join(change["failed_questions"])
    return (
        *(change[name] for name in REVIEWED[:4]),
        Decimal(change["amount"]),
        *(change[name] for name in ("close_date", "from", "to")),
        str(change["since"])[:10],
        f"{why}: {failed}" if failed else why,
        change["contested"] or None,
    )
