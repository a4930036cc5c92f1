"""The deals behind a figure of the forecast, as a list of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from salesops_tui.domain.deal import Hold, Status
from salesops_tui.store.deals import DealAt, deals_by_number, matching
from salesops_tui.ui import present
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.forecast_page import Behind
from salesops_tui.ui.sheet_rows import deal_in_words
from salesops_tui.ui.widgets.board import Line
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Cell, Row, RowSource


@dataclass(frozen=True)
class BehindView:
    """The deals behind a figure, all of them or those that hold a text; rows are read where they are looked at."""

    desk: Desk
    behind: Behind
    filter: str = ""

    @cached_property
    def order(self) -> Sequence[int]:
        """The store's numbers of the deals that are shown."""
        wanted = self.filter.strip()
        if not wanted:
            return self.behind.numbers
        found: Collection[int] = matching(self.desk.context.store.conn, list(self.behind.numbers), wanted)
        return [number for number in self.behind.numbers if number in found]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns for these deals."""
        given = self.behind.amounts is not None
        amounts = (Column("adds", self.behind.amount_title or "Adds", 8, align="right"),) if given else ()
        words = (Column("words", "Why", 30, least=16, rank=1, flex=True),) if self.behind.words is not None else ()
        return (
            Column("name", "Deal", 22, least=18, flex=True),
            *amounts,
            Column("amount", "Amount", 7, align="right", rank=2 if given else 0),
            Column("close", "Close", 10, least=6, rank=2, shorten=present.without_weekday),
            Column("owner", "Owner", 14, least=8, rank=3),
            Column("stage", "St", 2, rank=4),
            Column("state", "Category", 11, rank=5),
            *words,
        )

    def source(self) -> RowSource[int]:
        """Return the deals for a table."""
        return RowSource(self.order, self.fetch)

    def fetch(self, numbers: Sequence[int]) -> Mapping[int, Row]:
        """Return the rows of some deals."""
        return {number: self._row(deal) for number, deal in self.deals(numbers).items()}

    def deals(self, numbers: Collection[int]) -> dict[int, DealAt]:
        """Return some of the deals as they are, or were at the moment that is looked at."""
        context, at = self.desk.context, self.behind.at
        moment = context.now() if at is None else at
        with context.store.reading() as conn:
            return deals_by_number(conn, numbers, moment, current=at is None)

    def _row(self, deal: DealAt) -> Row:
        desk, behind = self.desk, self.behind
        cells: list[Cell] = [deal_in_words(deal.account, deal.name)]
        if behind.amounts is not None:
            adds = behind.amounts.get(deal.id, 0)
            cells.append((desk.amount(adds, signed=True), "good" if adds > 0 else "bad" if adds < 0 else "muted"))
        cells += [
            (desk.amount(deal.amount), "strong"),
            desk.day(deal.close_day),
            desk.person(deal.owner),
            deal.stage,
            _state(deal),
        ]
        if behind.words is not None:
            cells.append((behind.words.get(deal.id, ""), "muted"))
        return Row(cells)

    def summary(self) -> Line:
        """Return how many deals these are, and what they come to."""
        behind, desk = self.behind, self.desk
        count = len(behind.numbers)
        said: list[Cell] = [(f" {count:,} deal{'' if count == 1 else 's'}", "strong")]
        total = behind.total
        if behind.amounts is not None:
            total = sum(behind.amounts.values())
        if total is not None:
            said += [(" · together ", "label"), (desk.exact(total), "strong")]
        return said


def _state(deal: DealAt) -> Cell:
    if deal.status is not Status.OPEN:
        return deal.status.key.capitalize(), "good" if deal.status is Status.WON else "muted"
    if deal.hold is Hold.CAPPED:
        return "✗ Best Case", "warn"
    return deal.category.label
