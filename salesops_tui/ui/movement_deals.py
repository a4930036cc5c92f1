"""The deals behind a line of a movement: what each adds to it, what it was and is, and what else changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from salesops_tui.domain.calendar import Day, Moment
from salesops_tui.domain.deal import Category, State, Status
from salesops_tui.domain.movement import DealMovement, Movement, closed_over
from salesops_tui.domain.movement_causes import Cause
from salesops_tui.domain.movement_tags import Also, Tag, tags
from salesops_tui.services.movement import MovementReport
from salesops_tui.store import deals as store_deals
from salesops_tui.store import movement as store_movement
from salesops_tui.store import people as store_people
from salesops_tui.store.deals import DealAt
from salesops_tui.ui import movement_view as lines
from salesops_tui.ui import present
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.movement_view import MovementView, cause_of, exact, question_label, question_of
from salesops_tui.ui.sheet_rows import FAILED, deal_in_words
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Cell, Row, RowSource

BACK_AGAIN = "came back"


class Part(NamedTuple):
    """What a deal adds to a line.

    Attributes:
        moved: what it did in the window; None where the line is of what deals were at one moment.
        at: when; None where that is not one moment.
    """

    deal: int
    amount: int
    moved: DealMovement | None = None
    at: Moment | None = None


@dataclass(frozen=True)
class DealsView:
    """The deals of one line of a movement."""

    view: MovementView
    line: lines.LineRow
    parts: Sequence[Part]

    @cached_property
    def deals(self) -> Mapping[int, DealAt]:
        """The deals as they were at the end of the window; where only totals of a scope are shown, those below it."""
        desk, end = self.view.desk, self.view.report.movement.window.end
        numbers = {part.deal for part in self.parts}
        with desk.context.store.reading() as conn:
            found = store_deals.deals_by_number(conn, numbers, end, current=end >= desk.context.now())
        named = desk.scope.named
        return found if desk.scope.listed is None else {n: deal for n, deal in found.items() if deal.owner in named}

    @cached_property
    def by_key(self) -> Mapping[str, Part]:
        """The parts by the keys of their rows; a deal has several in the gross view."""
        count: dict[int, int] = {}
        found = {}
        for part in self.parts:
            number = count[part.deal] = count.get(part.deal, 0) + 1
            found[f"{part.deal}" if number == 1 else f"{part.deal}/{number}"] = part
        return found

    def crm_id(self, key: object) -> str | None:
        """Return the CRM id of the deal of a row."""
        part = self.by_key.get(str(key))
        deal = self.deals.get(part.deal) if part else None
        return deal.key if deal else None

    def columns(self) -> tuple[Column, ...]:
        """Return the columns for these deals; in 80 cells the first ones of each kind have room."""
        amounts = max(6, *(len(self._amount(part)) for part in self.parts), 0) if self.parts else 6
        name = Column("name", "Deal", 24, least=20, flex=True)
        amount = Column("amount", "Change" if self._changes else "Amount", amounts, align="right")
        if self._changes:
            return (
                name,
                amount,
                Column("at", "When", 10, least=6, rank=2, shorten=present.without_weekday),
                Column("owner", "Owner", 13, least=11, rank=5),
                Column("before", "Before", 16, least=14, rank=4),
                Column("after", "After", 16, least=14, rank=3),
                Column("also", "Why, and what else", 34, least=22, rank=1, flex=True),
            )
        return (
            name,
            amount,
            Column("close", "Close", 10, least=6, rank=1, shorten=present.without_weekday),
            Column("owner", "Owner", 16, least=8, rank=2),
            Column("stage", "St", 2, rank=3),
            Column("state", "Category", 10, rank=4),
        )

    def source(self) -> RowSource[str]:
        """Return the deals for a table."""
        row = self._moved_row if self._changes else self._standing_row
        return RowSource.of({key: row(part, deal) for key, part, deal in self.known})

    @property
    def known(self) -> Iterator[tuple[str, Part, DealAt]]:
        """The parts with their keys and deals."""
        for key, part in self.by_key.items():
            if part.deal in self.deals:
                yield key, part, self.deals[part.deal]

    @property
    def _changes(self) -> bool:
        return any(part.moved for part in self.parts)

    def _amount(self, part: Part) -> str:
        return exact(self.view.desk, part.amount, self.view.minor_shown, signed=part.moved is not None)

    def _moved_row(self, part: Part, deal: DealAt) -> Row:
        desk, moved = self.view.desk, part.moved
        name = deal_in_words(deal.account, deal.name)
        if moved is None:
            return Row((name, self._amount(part)))
        tone = lines.cause_tone(cause_of(self.line.key), part.amount)
        cells: tuple[Cell, ...] = (
            name,
            (self._amount(part), tone),
            "" if part.at is None else desk.day(desk.policy.calendar.day_of(part.at)),
            desk.person(moved.owner),
            self._what(moved.before, moved.was_member),
            self._what(moved.after, moved.is_member),
            ", ".join(also_in_short(desk, self.view.report, moved)),
        )
        return Row(cells)

    def _standing_row(self, part: Part, deal: DealAt) -> Row:
        desk = self.view.desk
        return Row(
            (
                deal_in_words(deal.account, deal.name),
                self._amount(part),
                desk.day(deal.close_day),
                desk.person(deal.owner),
                deal.stage,
                deal.category.label,
            )
        )

    def _what(self, state: State | None, member: bool) -> str:
        """What a deal was, as far as it matters to Commit."""
        desk, period = self.view.desk, self.view.report.movement.window.period
        if state is None:
            return "not known"
        if state.status in (Status.LOST, Status.REMOVED):
            return state.status.key
        if not member:
            return f"with {desk.person(state.owner)}"
        if state.close_day not in period:
            return f"closes {present.short_day(state.close_day, desk.today)}"
        word = "Won" if state.status is Status.WON else state.category.label
        return f"{word} {desk.amount(state.amount)}"


# ----------------------------------------------------------------- which deals a line has


def deals_of(view: MovementView, line: lines.LineRow) -> DealsView | None:
    """Return the deals behind a line, the largest part first; None where there is nothing behind it."""
    found = _parts(view, line.key)
    if found is None:
        return None
    return DealsView(view, line, sorted(found, key=lambda part: (-abs(part.amount), part.deal, part.at or 0)))


def _parts(view: MovementView, key: str) -> list[Part] | None:
    window = view.report.movement.window
    moved = {d.deal: d for d in view.report.movement.deals}
    if (cause := cause_of(key)) is not None:
        return _of_cause(view, cause)
    if (question := question_of(key)) is not None:
        wanted = {part.deal for part in view.failed_parts if part.question == question}
        return [part for part in _of_cause(view, Cause.FAILED_INSPECTION) if part.deal in wanted]
    if key == lines.WON:
        return _of_net_line(view.report, Cause.WON, -1)
    if key in (lines.OUTSIDE, lines.OTHER):
        return _of_closed(view, key == lines.OUTSIDE)
    if key in (lines.CHURNED, lines.PASSED):
        numbers = view.churned if key == lines.CHURNED else view.passed
        return [Part(n, sum(leg.amount for leg in moved[n].legs), moved[n], moved[n].steps[-1].at) for n in numbers]
    if key in _STANDING:
        return _standing(view, window.start if key == lines.START else window.end, _STANDING[key])
    return None


def _of_cause(view: MovementView, cause: Cause) -> list[Part]:
    if not view.gross:
        return _of_net_line(view.report, cause, 1)
    return [
        Part(deal.deal, step.amount, deal, step.at)
        for deal in view.report.movement.deals
        for step in deal.steps
        if step.cause is cause
    ]


def _of_net_line(report: MovementReport, cause: Cause, sign: int) -> list[Part]:
    return [Part(deal.deal, sign * amount, deal, _moment_of(deal, cause)) for deal, amount in report.deals_of(cause)]


def _moment_of(deal: DealMovement, cause: Cause) -> Moment | None:
    """When a deal took the step that put it into a line; several changes of amount have no one moment."""
    return next((step.at for step in reversed(deal.steps) if step.cause is cause), None)


def _of_closed(view: MovementView, outside: bool) -> list[Part]:
    """The deals that moved Closed without leaving Commit as won: each asked of the same rule, by itself."""
    context, movement = view.desk.context, view.report.movement
    window, moved = movement.window, {d.deal: d for d in movement.deals}
    with context.store.reading() as conn:
        touched = store_movement.touched(conn, window)
        histories = store_movement.histories(conn, touched, window.start, window.end)
    found = []
    for deal, states in histories.items():
        alone = Movement(window, 0, 0, (moved[deal],) if deal in moved else (), (), ())
        closed = closed_over(alone, 0, 0, {deal: states})
        amount = closed.won_outside if outside else closed.other
        if amount:
            found.append(Part(deal, amount))
    return found


_STANDING: Mapping[str, Callable[[DealAt], bool]] = {
    lines.START: lambda deal: deal.status is Status.OPEN and deal.category is Category.COMMIT,
    lines.END: lambda deal: deal.status is Status.OPEN and deal.category is Category.COMMIT,
    lines.CLOSED: lambda deal: deal.status is Status.WON,
    lines.LANDING: lambda deal: deal.status is Status.WON or deal.category is Category.COMMIT,
}


def _standing(view: MovementView, at: Moment, wanted: Callable[[DealAt], bool]) -> list[Part]:
    context, report = view.desk.context, view.report
    with context.store.reading() as conn:
        scope = store_people.scope_of(conn, report.person, at)
        period = report.movement.window.period
        found = store_deals.deals_at(conn, at, current=False, period=period, scope=scope)
    return [Part(deal.id, deal.amount) for deal in found if wanted(deal)]


# ----------------------------------------------------------------- what else


def also_in_short(desk: Desk, report: MovementReport, deal: DealMovement) -> Iterator[str]:
    """Yield why a deal moved and what else changed on it: `✗ economic buyer`, `−20k`, `stage 6 → 5`, `date +41d`."""
    if deal.churned:
        yield BACK_AGAIN
    if failed := report.failed_questions(deal):
        yield f"{FAILED} {', '.join(question_label(desk, key).lower() for key in failed)}"
    for tag in tags(deal):
        if not (failed and tag.what is Also.FAILED_INSPECTION):
            yield _tag(desk, tag)


def _tag(desk: Desk, tag: Tag) -> str:
    before, after = tag.before, tag.after
    if before is None or after is None:
        return tag.what.value.replace("_", " ")
    if tag.what is Also.AMOUNT:
        return desk.amount(int(after) - int(before), signed=True)
    if tag.what is Also.CLOSE_DATE:
        shift = present.day_shift(int(after) - int(before))
        return f"date {shift} to {present.short_day(Day(int(after)), desk.today)}"
    if tag.what is Also.OWNER:
        return f"{desk.person(int(before))} → {desk.person(int(after))}"
    return f"{tag.what.value} {before} → {after}"
