"""The turn of the quarter: what is still open and who signs; once it is over, what was carried over and its books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from salesops_tui.domain.calendar import Period, iso_day
from salesops_tui.domain.deal import Category
from salesops_tui.domain.money import decimal_string
from salesops_tui.services.books import FrozenFigures, close_quarter, frozen_figures
from salesops_tui.services.context import Context
from salesops_tui.services.quarter_turn import (
    CarriedOver,
    ClosingBoard,
    ClosingRow,
    NobodysDeal,
    Went,
    carry_over,
    closing_board,
    nobodys_deals,
)
from salesops_tui.ui import present
from salesops_tui.ui.forecast_page import Asked, Page, View, scope_asked
from salesops_tui.ui.forecast_words import plural
from salesops_tui.ui.sheet_head import period_in_words
from salesops_tui.ui.sheet_rows import deal_in_words
from salesops_tui.ui.widgets.board import Line, widest
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Cell, Key, Pieces, Row, RowSource, Section

if TYPE_CHECKING:
    from salesops_tui.ui.screens.forecast import ForecastScreen

_COLUMNS = (
    Column("name", "Deal", 22, least=18, flex=True),
    Column("amount", "Amount", 7, align="right"),
    Column("close", "Close", 10, least=6, shorten=present.without_weekday),
    Column("state", "Stands", 16, least=13),
    Column("signs", "Who signs", 20, least=14, rank=1),
    Column("paper", "Paper", 12, least=9, rank=3),
    Column("next", "Next step", 22, least=12, rank=4, flex=True),
    Column("owner", "Owner", 14, least=8, rank=2),
)
_CLOSE_WITH_YEAR = Column("close", "Close", 15, least=11, shorten=present.without_weekday)
_ORDER = tuple(Went)


class Turn(NamedTuple):
    """A quarter near its end, or past it.

    Attributes:
        over: whether the default quarter has moved on.
        board: what is still open; None once it is over.
        carried: what was Commit and was not won in it; empty before.
        frozen: the figures that were kept; None where the books are open.
    """

    period: Period
    over: bool
    board: ClosingBoard | None
    carried: Sequence[CarriedOver]
    frozen: FrozenFigures | None
    nobodys: Sequence[NobodysDeal]


def read_turn(context: Context, asked: Asked) -> Iterator[Turn]:
    """Read what is open at a quarter's end, or what became of it; then what lies in nobody's quarter."""
    scope, at = scope_asked(context, asked)
    over = context.calendar.current_period(at).start > asked.period.start
    found = Turn(
        asked.period,
        over,
        None if over else closing_board(context, scope, asked.period, at, best_case=True),
        carry_over(context, scope, asked.period, at) if over else (),
        frozen_figures(context, scope, asked.period, at) if over else None,
        (),
    )
    yield found
    yield found._replace(nobodys=nobodys_deals(context, scope, at))


class Closing(View[Turn]):
    """The deals by where they stand; every row opens its deal."""

    KEY, TITLE = "closing", "Closing"
    KEYS = ("forecast.open", "forecast.quarter", "forecast.close_books", "forecast.next", "forecast.filter")
    COLUMN = "name"
    read = staticmethod(read_turn)

    def question(self, asked: Asked) -> Asked:
        return asked

    def page(self, data: Turn, width: int) -> Page:  # noqa: ARG002 - its face
        parts = [(title, list(rows)) for title, rows in self._parts(data)]
        rows: dict[Key, Row] = {key: row for _, listed in parts for key, row in listed}
        sections = [Section(title, title, len(listed)) for title, listed in parts if listed]
        return Page(
            columns=_columns(rows.values()),
            source=RowSource.of(rows, sections),
            summary=lambda width: self._summary(data, width),
            note=lambda key, _column: self._note(data, key),
            deal=_deal_of,
            empty=self._why_empty(data),
        )

    def _why_empty(self, data: Turn) -> str:
        period = period_in_words(data.period)
        if data.over:
            return f"Nothing of {period}'s Commit was left over, and no date lies in a quarter that is over."
        return f"Nothing of {period} is open in Commit or Best Case.\np chooses another person, w another quarter."

    def _parts(self, data: Turn) -> Iterator[tuple[str, Iterable[tuple[Key, Row]]]]:
        desk = self.desk
        if data.board is not None:
            groups: tuple[tuple[str, Callable[[ClosingRow], bool]], ...] = (
                ("Overdue: open with a date that is past", lambda row: row.overdue),
                ("Commit, passed", lambda row: not row.overdue and _in_commit(row) and row.passed),
                ("Commit, uninspected", lambda row: not row.overdue and _in_commit(row) and not row.passed),
                ("Capped", lambda row: not row.overdue and row.deal.capped),
                ("Best Case", lambda row: not row.overdue and not _in_commit(row) and not row.deal.capped),
            )
            for title, holds in groups:
                found = [row for row in data.board.rows if holds(row)]
                total = desk.amount(sum(row.deal.amount for row in found))
                yield f"{title}  {len(found)}  ({total})", (self._open_row(row) for row in found)
        for went in _ORDER:
            gone = [one for one in data.carried if one.went is went]
            total = desk.amount(sum(one.amount for one in gone))
            yield f"Was Commit, not won: {went.label}  {len(gone)}  ({total})", map(self._carried_row, gone)
        if data.frozen is not None:
            yield "Changed since the books were closed", self._changed(data.frozen)
        title = f"Open, with a date in a quarter that is over  {len(data.nobodys)}"
        yield title, (self._nobodys_row(one) for one in data.nobodys)

    # ------------------------------------------------------------------ rows

    def _open_row(self, row: ClosingRow) -> tuple[Key, Row]:
        deal, desk = row.deal, self.desk
        signer = f"{row.signer}, {row.signer_title}".strip(", ") or "nobody named"
        signs: Cell = (f"{_mark(row.signs)}{signer}", "" if row.signer else "warn")
        step = row.next_step or "no next step"
        due = f"{present.short_day(row.next_step_day, desk.today)}: " if row.next_step_day else ""
        cells: list[Cell] = [
            deal_in_words(deal.account, deal.name), (desk.amount(deal.amount), "strong"),
            (desk.day(deal.close_day), "bad" if row.overdue else ""), self._stands(row), signs,
            _paper(row), (f"{due}{step}", "" if row.next_step else "warn"), desk.person(deal.owner),
        ]  # fmt: skip
        return f"open:{deal.id}", Row(cells)

    def _stands(self, row: ClosingRow) -> Cell:
        if row.failed:
            question = self.desk.policy.question(row.failed[0])
            return f"✗ {question.label.lower() if question else row.failed[0]}", "bad"
        if _in_commit(row):
            return ("● passed", "good") if row.passed else ("○ uninspected", "warn")
        return row.deal.category.label, "muted"

    def _carried_row(self, one: CarriedOver) -> tuple[Key, Row]:
        deal, desk = one.deal, self.desk
        period = f"{one.period.replace('-', ' ')} " if one.period else ""
        style = "good" if one.went in _WON else "bad" if one.went in (Went.LOST, Went.REMOVED) else "warn"
        cells: list[Cell] = [
            deal_in_words(deal.account, deal.name), (desk.amount(one.amount), "strong"), desk.day(deal.close_day),
            (f"{period}{deal.category.label if one.went not in _ENDED else one.went.label}", style),
            "", "", "", desk.person(one.owner),
        ]  # fmt: skip
        return f"carried:{deal.id}", Row(cells)

    def _changed(self, frozen: FrozenFigures) -> Iterator[tuple[Key, Row]]:
        desk = self.desk
        for one in frozen.differences:
            change = (one.now or 0) - (one.frozen or 0)
            words = f"kept {desk.amount(one.frozen)}, now {desk.amount(one.now)}"
            amount: Cell = (desk.amount(change, signed=True), "good" if change > 0 else "bad")
            yield f"changed:{one.deal}", Row((deal_in_words(one.account, one.name), amount, "", (words, "warn")))

    def _nobodys_row(self, one: NobodysDeal) -> tuple[Key, Row]:
        deal, desk = one.deal, self.desk
        cells: list[Cell] = [
            deal_in_words(deal.account, deal.name), (desk.amount(deal.amount), "strong"),
            (desk.day(deal.close_day), "bad"),
            (f"{deal.category.label}, {one.period.replace('-', ' ')}", "warn"), "", "", "", desk.person(deal.owner),
        ]  # fmt: skip
        return f"nobodys:{deal.id}", Row(cells)

    # ------------------------------------------------------------------ above and below

    def _summary(self, data: Turn, width: int) -> Iterator[Line]:
        if data.board is not None:
            yield from self._before(data.board, width)
            return
        frozen, desk = data.frozen, self.desk
        carried = desk.amount(sum(one.amount for one in data.carried))
        said: list[Cell] = [
            (f" {period_in_words(data.period)} is over · ", "label"), (carried, "strong"),
            (f" of Commit in {plural(len(data.carried), 'deal')} was not won in it", "label"),
        ]  # fmt: skip
        yield widest([said, said[:2]], width)
        if frozen is None:
            yield [(" Its books are open: ", "label"), ("e", "key"), (" ends it and keeps its figures", "label")]
            return
        yield widest([self._books(frozen), self._books(frozen)[:3]], width)

    def _before(self, board: ClosingBoard, width: int) -> Iterator[Line]:
        desk = self.desk
        open_ = [row for row in board.rows if _in_commit(row)]
        asked = sum(row.deal.amount for row in open_ if row.passed)
        left = "the last day" if board.days_left == 1 else plural(board.days_left, "day") + " left"
        if board.days_left < 1:
            left = f"over, bookings until {desk.day(board.bookings_until)}"
        pressing = board.last_week or board.days_left < 1
        said: list[Cell] = [
            (f" {left}", "warn" if pressing else "strong"), (" · Commit still open ", "label"),
            (desk.amount(sum(row.deal.amount for row in open_)), "strong"),
            (f" in {plural(len(open_), 'deal')}, of which passed ", "label"), (desk.amount(asked), "good"),
        ]  # fmt: skip
        yield widest([said, said[:3]], width)
        unsigned = sum(1 for row in open_ if not row.signer)
        late = sum(row.overdue for row in board.rows)
        words = f" {plural(unsigned, 'deal')} in Commit without a name that signs · {late:,} overdue"
        grace = self.desk.policy.calendar.grace_business_days
        yield widest([[(f"{words} · {grace} business days of grace", "label")], [(words, "label")]], width)

    def _books(self, frozen: FrozenFigures) -> list[Cell]:
        desk = self.desk
        top = next(iter(frozen.closed), None)
        kept, now = frozen.closed.get(top, 0), frozen.now.get(top, 0)
        by = desk.person(frozen.closed_by) if frozen.closed_by else "?"
        said: list[Cell] = [
            (f" Books closed {desk.moment(frozen.closed_at)} by {by}: ", "label"), (desk.amount(kept), "strong"),
            (" closed", "label"),
        ]  # fmt: skip
        if now == kept and not frozen.differences:
            return [*said, (" · the store says the same", "good")]
        change = desk.amount(now - kept, signed=True)
        return [*said, (f" · the store says {desk.amount(now)} now ({change})", "warn")]

    def _note(self, data: Turn, key: Key | None) -> Line:
        kind, _, rest = str(key).partition(":")
        rows = data.board.rows if data.board else ()
        row = next((r for r in rows if kind == "open" and str(r.deal.id) == rest), None)
        if row is not None:
            said = [f"buyer: {row.signs or 'no answer'}", f"paper: {row.paper or 'no answer'}"]
            said.append(f"{self.desk.person(row.deal.owner)}, {self.desk.exact(row.deal.amount)}")
            return [(" · ".join(said), "label")]
        one = next((c for c in data.carried if kind == "carried" and str(c.deal.id) == rest), None)
        return [(f"{one.went.label} · {self.desk.exact(one.amount)}", "label")] if one else ()

    def close_books(self, screen: ForecastScreen) -> None:
        """Ask whether the quarter is to be ended, and keep its figures."""
        _close_books(screen, screen.data)

    def export(self, data: Turn) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        desk, currency = self.desk, self.desk.policy.currency
        titles = ("what", "id", "account", "name", "owner_name", "amount", "close_date", "state", "signer", "next_step")
        rows: list[Sequence[object]] = [
            (
                "open", r.deal.key, r.deal.account, r.deal.name, desk.person(r.deal.owner),
                decimal_string(r.deal.amount, currency), iso_day(r.deal.close_day),
                self._stands(r)[0], r.signer, r.next_step,
            )
            for r in (data.board.rows if data.board else ())
        ]  # fmt: skip
        rows += [
            (
                "carried_over", c.deal.key, c.deal.account, c.deal.name, desk.person(c.owner),
                decimal_string(c.amount, currency), iso_day(c.deal.close_day), c.went.value, "", "",
            )
            for c in data.carried
        ]  # fmt: skip
        return titles, rows


_WON = (Went.WON_LATER, Went.WON_EARLIER)
_ENDED = (Went.LOST, Went.REMOVED, Went.WON_LATER, Went.WON_EARLIER)


def _columns(rows: Iterable[Row]) -> Sequence[Column]:
    """Leave room for the year where a date says one: at the turn of the year nearly all of them do."""
    name, amount, close, *rest = _COLUMNS
    with_year = any(len(_words(row.cells[2])) > close.width for row in rows)
    return (name, amount, _CLOSE_WITH_YEAR if with_year else close, *rest)


def _words(cell: Cell | Pieces) -> str:
    return cell if isinstance(cell, str) else cell.text if isinstance(cell, Pieces) else cell[0]


def _in_commit(row: ClosingRow) -> bool:
    return row.deal.category is Category.COMMIT


def _mark(answer: str) -> str:
    return "✓ " if answer.startswith("yes") else "✗ " if answer else ""


def _paper(row: ClosingRow) -> Cell:
    if not row.paper:
        return "no answer", "muted"
    return (f"✓ {row.paper}", "good") if row.paper.startswith("yes") else (f"✗ {row.paper}", "bad")


def _deal_of(key: Key | None) -> int | None:
    rest = str(key).partition(":")[2]
    return int(rest) if rest.isdigit() else None


def _close_books(screen: ForecastScreen, data: Turn) -> None:
    """Ask whether the quarter is to be ended, and keep its figures."""
    if not data.over:
        name = period_in_words(data.period)
        screen.say(f"{name} is not over: its books close after the days of grace; w chooses one that is", "warning")
        return
    from salesops_tui.ui.screens.confirm import Confirm

    again = data.frozen is not None

    def close(yes: bool | None) -> None:
        if yes:
            with screen.guarded():
                close_quarter(screen.context, data.period, again=again)
                screen.changed()
                screen.say(f"the figures of {period_in_words(data.period)} are kept")

    question = f"Close the books of {period_in_words(data.period)}{' again' if again else ''}?"
    consequence = "Its final figures are kept as they are now, for everybody; the record keeps what stood before."
    screen.app.push_screen(Confirm(question, consequence, "Close them"), close)
