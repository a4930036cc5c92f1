"""A deal of the call sheet as a row: which columns there are, and what stands in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.deal import Category, Hold, Void
from salesops_tui.domain.inspection import AnswerValue, Reach, Verdict
from salesops_tui.domain.policy import Policy
from salesops_tui.services.sheet import Sheet, SheetRow, sheet_rows
from salesops_tui.store.deals import DealAt, deals_by_number
from salesops_tui.ui import present
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Cell, Row

HOLDS, EMPTY, FAILED, DUE = "●", "○", "✗", "⚑"


def _first_word(text: str) -> str:
    """Return what was asked in a narrow column: `✗ paper` for `✗ paper process +1`."""
    return " ".join(text.split(" ")[:2])


def _marks_only(text: str) -> str:
    """Return the flags without the words that explain them."""
    for words, mark in _IN_SHORT:
        text = text.replace(words, mark)
    return text.replace("  ", " ")


_IN_SHORT = ((f"{DUE} due", DUE), ("moved ×", "×"), ("claims Commit", "claims"), ("overdue", "late"))

COLUMNS = (
    Column("name", "Deal", 20, least=14, flex=True),
    Column("owner", "Owner", 13, least=8, rank=5),
    Column("amount", "Amount", 6, align="right"),
    Column("close", "Close", 10, least=6, rank=1, shorten=present.without_weekday),
    Column("stage", "St", 2, rank=6),
    Column("asked", "Asked", 17, least=8, rank=2, shorten=_first_word),
    Column("since", "Since", 5, rank=3, align="right"),
    Column("flags", "Flags", 18, least=8, rank=4, shorten=_marks_only),
)
"""The columns; in 80 cells all of them have room, below that they leave by rank."""

SHORT_VOID = {
    Void.CLOSE_LATER: "date", Void.OTHER_PERIOD: "period", Void.OWNER: "owner", Void.BUYER: "buyer",
    Void.STAGE_BACK: "stage", Void.AMOUNT_UP: "amount", Void.CLAIM_RETURNED: "claim",
}  # fmt: skip


@dataclass(frozen=True)
class RowReader:
    """Reads the rows of a sheet that are looked at.

    Attributes:
        due: deals with an action that is due.
        asked_since: answers of an inspection without a verdict count from here on; None when no call is open.
    """

    desk: Desk
    sheet: Sheet
    due: Collection[int]
    asked_since: Moment | None

    def fetch(self, numbers: Sequence[int]) -> Mapping[int, Row]:
        """Return the rows of some deals by their store number."""
        context, sheet = self.desk.context, self.sheet
        with context.store.reading() as conn:
            then = deals_by_number(conn, numbers, sheet.baseline.moment, current=False)
            rows = sheet_rows(context, sheet, numbers)
        return {number: self._row(row, then.get(number)) for number, row in rows.items()}

    def _row(self, row: SheetRow, then: DealAt | None) -> Row:
        deal, desk = row.deal, self.desk
        cells: tuple[Cell, ...] = (
            deal_in_words(deal.account, deal.name),
            desk.person(deal.owner),
            desk.amount(deal.amount),
            desk.day(deal.close_day),
            deal.stage,
            asked_in_words(desk.policy, row, self.asked_since),
            self._since(row, then),
            "  ".join(self._flags(deal, then)),
        )
        return Row(cells, "muted" if row.group is Reach.CAPPED else "")

    def _since(self, row: SheetRow, then: DealAt | None) -> Cell:
        if row.deal.id in self.sheet.new_since:
            return "new", "accent"
        change = row.change
        if row.deal.capped and then is not None and then.category is Category.COMMIT:
            change = -then.amount
        if not change:
            return ""
        return self.desk.amount(change, signed=True), "good" if change > 0 else "bad"

    def _flags(self, deal: DealAt, then: DealAt | None) -> list[str]:
        flags = [f"{DUE} due"] if deal.id in self.due else []
        if then is not None and then.close_day != deal.close_day:
            flags.append(present.day_shift(deal.close_day - then.close_day))
        if deal.close_day < self.desk.today:
            flags.append("overdue")
        if deal.claims_commit:
            flags.append("claims Commit")
        if deal.slips > 1:
            flags.append(f"moved ×{deal.slips}")
        if deal.hold is Hold.RESTORED:
            flags.append("restored")
        return flags


def deal_in_words(account: str, name: str) -> str:
    """Return `Northwind · Platform renewal`; the account only once where the deal is called after it."""
    account, name = account.strip(), name.strip()
    if not account or name.casefold().startswith(account.casefold()):
        return name or account
    return f"{account} · {name}" if name else account


def asked_in_words(policy: Policy, row: SheetRow, asked_since: Moment | None) -> Cell:
    """Return how a deal stands with its questions: dots, what failed, or why its pass no longer holds."""
    if row.group is Reach.PASSED:
        return HOLDS * len(policy.questions), "good"
    if row.verdict is Verdict.OPEN and (holding := _holding(row, asked_since)):
        return "".join(HOLDS if q in holding else EMPTY for q in policy.question_keys), ""
    if row.deal.capped:
        return f"{FAILED} {_failed_in_words(policy, row.failed)}", "bad"
    if row.void is not Void.NONE:
        return f"void {SHORT_VOID[row.void]}", "warn"
    if row.expired:
        return "expired", "warn"
    if row.deal.hold is Hold.FAILED:
        return f"{FAILED} {_failed_in_words(policy, row.failed)}", "bad"
    return EMPTY * len(policy.questions), "muted"


def _failed_in_words(policy: Policy, failed: Sequence[str]) -> str:
    if not failed:
        return "failed"
    question = policy.question(failed[0])
    more = f" +{len(failed) - 1}" if len(failed) > 1 else ""
    return f"{(question.label if question else failed[0]).lower()}{more}"


def _holding(row: SheetRow, asked_since: Moment | None) -> set[str]:
    """The questions answered yes in the inspection that is under way."""
    if asked_since is None:
        return set()
    return {key for key, a in row.answers.items() if a.value is AnswerValue.YES and a.given_at >= asked_since}
