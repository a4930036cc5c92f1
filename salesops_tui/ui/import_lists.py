"""Lists behind a line of an import: deals, rows that cannot be taken, rows that deserve a look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from salesops_tui.domain.calendar import iso_day
from salesops_tui.domain.deal import Status
from salesops_tui.services.import_understanding import DealChange, DealSeen, RejectedRow, SuspectRow, Understanding
from salesops_tui.store.import_log import Reject
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.import_view import field_label
from salesops_tui.ui.sheet_rows import deal_in_words
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Cell, Key, Row

DEALS = (
    Column("deal", "Deal", 30, least=14, flex=True),
    Column("owner", "Owner", 13, least=8, rank=3),
    Column("amount", "Amount", 7, least=6, align="right"),
    Column("close", "Close", 13, least=9, rank=2),
    Column("category", "Category", 9, rank=1),
    Column("what", "", 24, least=8, rank=1, flex=True),
    Column("line", "Line", 6, rank=4, align="right"),
)
REJECTS = (
    Column("line", "Line", 7, align="right"),
    Column("reason", "Why", 44, least=16, flex=True),
    Column("row", "The row", 40, least=8, rank=1, flex=True),
)
SUSPECTS = (
    Column("line", "Line", 7, align="right"),
    Column("deal", "Deal", 34, least=14, flex=True),
    Column("amount", "Amount", 7, least=6, align="right"),
    Column("what", "", 30, least=10, rank=1, flex=True),
)

Whole = Mapping[Key, Sequence[tuple[str, str]]]
"""By a row's key, all that is known of it, as label and text."""


class Listed(NamedTuple):
    """A list behind a line.

    Attributes:
        total: how many there are; `rows` holds the first of them.
        whole: by the row's key, all that is known of it, as label and text.
        deals: by the row's key, the id of the deal in the store that it opens.
    """

    title: str
    total: int
    columns: Sequence[Column]
    rows: Mapping[Key, Row]
    whole: Whole
    deals: Mapping[Key, str]


def deals_of(desk: Desk, found: Understanding, name: str) -> Listed | None:
    """Return the deals that an import makes ("new"), changes or removes; None where they are not kept."""
    report = found.report
    if name == "new":
        return _seen(desk, f"{report.new:,} new deals", report.new, found.new, in_store=False)
    if name == "removed":
        return _seen(desk, f"{report.removed:,} gone from the CRM", report.removed, found.gone, in_store=True)
    if name == "changed":
        rows: dict[Key, Row] = {c.after.key: _deal(desk, c.after, _differs(c)) for c in found.changed}
        whole: Whole = {c.after.key: [*_change(desk, c)] for c in found.changed}
        return Listed(
            f"{report.changed:,} deals changed", report.changed, DEALS, rows, whole, {k: str(k) for k in rows}
        )
    return None


def _seen(desk: Desk, title: str, total: int, deals: Sequence[DealSeen], *, in_store: bool) -> Listed:
    rows: dict[Key, Row] = {deal.key: _deal(desk, deal, "") for deal in deals}
    whole: Whole = {deal.key: [*_facts(desk, deal)] for deal in deals}
    return Listed(title, total, DEALS, rows, whole, {deal.key: deal.key for deal in deals} if in_store else {})


def _deal(desk: Desk, deal: DealSeen, what: str) -> Row:
    category = deal.category.label if deal.status is Status.OPEN else deal.status.name.capitalize()
    cells: tuple[Cell, ...] = (
        deal_in_words(deal.account, deal.name), deal.owner_name, desk.amount(deal.amount), desk.day(deal.close_day),
        category, (what, "muted"), (f"{deal.line:,}" if deal.line else "", "muted"),
    )  # fmt: skip
    return Row(cells)


def _facts(desk: Desk, deal: DealSeen) -> Iterator[tuple[str, str]]:
    stage = desk.policy.stage_by_key.get(deal.stage)
    yield "Id", deal.key
    yield "Name", deal.name
    yield "Account", deal.account
    yield "Owner", deal.owner_name
    yield "Amount", desk.exact(deal.amount)
    yield "Stage", f"{deal.stage} {stage.name}" if stage else deal.stage
    yield "Category", deal.category.label
    yield "Close date", iso_day(deal.close_day) or ""
    yield "Status", deal.status.key
    if deal.line:
        yield "Line", f"{deal.line:,} of the file"


def _change(desk: Desk, change: DealChange) -> Iterator[tuple[str, str]]:
    before, after = dict(_facts(desk, change.before)), dict(_facts(desk, change.after))
    for label, text in after.items():
        was = before.get(label, text)
        yield label, f"{was} → {text}" if was != text and label != "Line" else text
    yield "Differs", _differs(change)


def _differs(change: DealChange) -> str:
    return ", ".join(map(field_label, change.differs)).lower()


def suspects_of(desk: Desk, found: Understanding, kind: str) -> Listed | None:
    """Return the rows that deserve a look for one reason."""
    suspicion = next((s for s in found.suspicious if s.kind == kind), None)
    if suspicion is None:
        return None
    rows: dict[Key, Row] = {row.line: _suspect(desk, row) for row in suspicion.rows}
    whole: Whole = {row.line: [*_suspicious(desk, row)] for row in suspicion.rows}
    return Listed(f"{suspicion.count:,} {suspicion.words}", suspicion.count, SUSPECTS, rows, whole, {})


def _suspicious(desk: Desk, row: SuspectRow) -> Iterator[tuple[str, str]]:
    yield "Line", f"{row.line:,}"
    yield "Id", row.key
    yield "Name", row.name
    yield "Amount", desk.exact(row.amount)
    yield "Why", row.what


def _suspect(desk: Desk, row: SuspectRow) -> Row:
    return Row(((f"{row.line:,}", "muted"), f"{row.name} ({row.key})", desk.amount(row.amount), (row.what, "muted")))


def rejects_of(total: int, rejects: Sequence[RejectedRow | Reject], kind: str = "") -> Listed:
    """Return the rows that cannot be taken; of very many the first."""
    rows: dict[Key, Row] = {r.line: Row(((f"{r.line:,}", "muted"), (r.reason, "bad"), r.row)) for r in rejects}
    whole: Whole = {r.line: [("Line", f"{r.line:,}"), ("Why", r.reason), ("The row", r.row)] for r in rejects}
    return Listed(f"{total:,} rows that cannot be taken{kind}", total, REJECTS, rows, whole, {})


def as_table(listed: Listed) -> tuple[list[str], list[list[str]]]:
    """Return a list as columns and rows of text, all that is known of each."""
    columns = list(dict.fromkeys(label for facts in listed.whole.values() for label, _ in facts))
    return columns, [[dict(facts).get(label, "") for label in columns] for facts in listed.whole.values()]


def mendable(header: Sequence[str], rejects: Sequence[RejectedRow | Reject]) -> tuple[list[str], list[list[str]]]:
    """Return rows that cannot be taken as a file: as they were, with line and reason in front, to be mended."""
    import csv

    cells = (next(csv.reader(reject.row.splitlines(keepends=True)), []) for reject in rejects)
    rows = [[str(reject.line), reject.reason, *row] for reject, row in zip(rejects, cells, strict=True)]
    return ["line", "reason", *header], rows
