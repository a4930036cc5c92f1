"""A movement as lines: the waterfall, how Closed and Landing moved beside it, and who left and came back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from salesops_tui.domain.money import minor_digits
from salesops_tui.domain.movement import Line
from salesops_tui.domain.movement_causes import Cause
from salesops_tui.services.movement import MovementReport
from salesops_tui.ui import present
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.widgets.columns import Column, place
from salesops_tui.ui.widgets.source import Row, RowSource, Section
from salesops_tui.ui.widgets.waterfall import Scale, floating, ruler, scale_over, standing

UP, DOWN = "▲", "▼"
NOTHING = "nothing"
START, END, RESIDUAL, CLOSED, WON, OUTSIDE, OTHER, LANDING, CHURNED, PASSED = (
    "start", "end", "residual", "closed", "won", "outside", "other", "landing", "churned", "passed",
)  # fmt: skip
_LINE, _QUESTION = "line:", "question:"
_NO_QUESTION = "no question on record"
_WIDE = 100


class LineRow(NamedTuple):
    """One line.

    Attributes:
        key: what it is known by: one of the constants above, or see `cause_of` and `question_of`.
        amount: minor units; None where the line has none.
        signed: whether the amount is a change.
        deals: how many deals it opens; None where it opens nothing or has no count.
        bar: the two values between which the bar floats; None for none.
        note: what is said in place of a bar.
    """

    key: str
    label: str
    amount: int | None
    signed: bool = True
    deals: int | None = None
    bar: tuple[int, int] | None = None
    style: str = ""
    note: str = ""


@dataclass(frozen=True)
class MovementView:
    """A movement as it is looked at.

    Attributes:
        gross: every entry, exit and change of amount counted for itself, not what they came to.
        by_question: whether the failed inspections are folded out by question.
    """

    desk: Desk
    report: MovementReport
    gross: bool = False
    by_question: bool = False

    # ------------------------------------------------------------------ lines

    @cached_property
    def waterfall(self) -> Sequence[LineRow]:
        """From start to residual."""
        return list(self._waterfall())

    @cached_property
    def beside(self) -> Sequence[LineRow]:
        """How Closed moved, and with it Landing."""
        return list(self._beside())

    @cached_property
    def unseen(self) -> Sequence[LineRow]:
        """The deals whose coming and going leaves no trace in the net lines."""
        churned, passed = len(self.churned), len(self.passed)
        rows = []
        if churned:
            rows.append(LineRow(CHURNED, "Left and came back", None, True, churned, note="in at both ends"))
        if passed:
            rows.append(LineRow(PASSED, "Came and went", None, True, passed, note="in at neither end"))
        return rows

    @property
    def rows(self) -> list[LineRow]:
        """All lines from top to bottom."""
        return [*self.waterfall, *self.beside, *self.unseen]

    @property
    def lines(self) -> Sequence[Line]:
        """The lines between start and end."""
        return self.report.movement.gross if self.gross else self.report.movement.lines

    @cached_property
    def churned(self) -> list[int]:
        """Deals that left and came back, or came, went and came again."""
        return [d.deal for d in self.report.movement.deals if d.churned and not d.passed_through]

    @cached_property
    def passed(self) -> list[int]:
        """Deals that are in at neither end and were in between."""
        return [d.deal for d in self.report.movement.deals if d.passed_through]

    def _waterfall(self) -> Iterator[LineRow]:
        movement = self.report.movement
        yield LineRow(START, "Start", movement.start, False, bar=(0, movement.start), style="strong")
        level = movement.start
        for line in self.lines:
            if line.amount:
                yield _line_row(_LINE + line.cause.value, f"{_mark(line.amount)} {line.cause.label}", line, level)
                if self.by_question and not self.gross and line.cause is Cause.FAILED_INSPECTION:
                    yield from self._questions(level)
            level += line.amount
        if not self.lines:
            yield from self._nothing()
        yield LineRow(END, "End", movement.end, False, bar=(0, movement.end), style="strong")
        whole = not movement.residual
        said = "start + lines = end, to the cent" if whole else "start + lines do not make the end"
        yield LineRow(RESIDUAL, "Residual", movement.residual, style="muted" if whole else "bad", note=said)

    def _nothing(self) -> Iterator[LineRow]:
        """What is said where there are no lines: what would make some, and the keys that lead to some."""
        movement = self.report.movement
        if movement.start or movement.end:
            yield LineRow(NOTHING, "  Nothing moved", None, note="an import or an inspection would")
            yield LineRow(NOTHING + "2", "", None, note="[ a week back · b since earlier")
        else:
            yield LineRow(NOTHING, "  No deal was in Commit", None, note="of these people, in this quarter")
            yield LineRow(NOTHING + "2", "", None, note="p another person, or an import")

    def _questions(self, level: int) -> Iterator[LineRow]:
        """The failed inspections by question: a deal counts for the first that it failed."""
        order = {key: n for n, key in enumerate(self.desk.policy.question_keys)}
        sums: dict[str, tuple[int, int]] = {}
        for part in self.failed_parts:
            amount, deals = sums.get(part.question, (0, 0))
            sums[part.question] = amount + part.amount, deals + 1
        for question in sorted(sums, key=lambda key: (order.get(key, len(order)), key)):
            line = Line(Cause.FAILED_INSPECTION, *sums[question])
            label = f"    {question_label(self.desk, question)}"
            yield _line_row(_QUESTION + question, label, line, level)
            level += line.amount

    @cached_property
    def failed_parts(self) -> list[FailedPart]:
        """What each failed inspection took out in the net, by the first question that it failed."""
        report = self.report
        found = report.deals_of(Cause.FAILED_INSPECTION)
        return [FailedPart(next(iter(report.failed_questions(deal)), ""), deal.deal, amount) for deal, amount in found]

    def _beside(self) -> Iterator[LineRow]:
        desk, closed, movement = self.desk, self.report.closed, self.report.movement
        won = next((line.deals for line in movement.lines if line.cause is Cause.WON), 0)
        yield _moved(CLOSED, "Closed", closed.start, closed.end, desk)
        if closed.won_from_commit:
            yield LineRow(WON, "    won from Commit", closed.won_from_commit, deals=won, note="what Commit lost as won")
        yield LineRow(OUTSIDE, "    won from outside Commit", closed.won_outside, note="was not in this Commit before")
        if closed.other:
            yield LineRow(
                OTHER, "    other", closed.other, note="reopened, corrected, or moved to or from another team"
            )
        if closed.residual:
            yield LineRow(RESIDUAL + CLOSED, "    residual", closed.residual, style="bad", note="Closed does not close")
        yield _moved(LANDING, "Landing", movement.start + closed.start, movement.end + closed.end, desk)

    # ------------------------------------------------------------------ as rows of a table

    def columns(self, width: int) -> tuple[Column, ...]:
        """Return the columns for a table of so many cells; above the bars stand the ends of their scale."""
        figures = [self.figure(row) for row in self.rows]
        amounts = max(len(self.desk.policy.currency), *map(len, figures))
        plain = _columns(amounts, self.desk.policy.currency, "Times" if self.gross else "Deals", "")
        scale = self.scale(_room_for_bar(plain, width))
        title = ruler(scale, self.desk.amount(scale.low), self.desk.amount(scale.high))
        return (*plain[:-1], _columns(amounts, "", "", title)[-1])

    def source(self, width: int) -> RowSource[str]:
        """Return the lines for a table of so many cells."""
        scale = self.scale(_room_for_bar(self.columns(width), width))
        rows = {row.key: self._cells(row, scale) for row in self.rows}
        sections = [
            Section("waterfall", "", len(self.waterfall)),
            Section("beside", "Beside it: Landing = Closed + Commit", len(self.beside)),
        ]
        if self.unseen:
            sections.append(Section("unseen", "Without a line of its own", len(self.unseen), "v counts every move "))
        return RowSource.of(rows, sections)

    def scale(self, width: int) -> Scale:
        """Return the scale of the bars, which is one for all lines."""
        return scale_over([value for row in self.waterfall if row.bar for value in row.bar if value], width)

    def figure(self, row: LineRow) -> str:
        """Return the amount of a line exactly; minor digits only where some line has any."""
        if row.amount is None:
            return ""
        return exact(self.desk, row.amount, self.minor_shown, signed=row.signed)

    @cached_property
    def minor_shown(self) -> bool:
        """Whether some amount has minor digits, so that all are shown with them."""
        one = 10 ** minor_digits(self.desk.policy.currency)
        return any(row.amount is not None and row.amount % one for row in self.rows)

    def _cells(self, row: LineRow, scale: Scale) -> Row:
        if row.bar is None:
            drawn = row.note
        elif row.key in (START, END):
            drawn = standing(scale, row.bar[1])
        else:
            drawn = floating(scale, *row.bar)
        count = "" if row.deals is None else f"{row.deals:,}"
        name = "muted" if row.bar is None else row.style
        weight = row.style if row.bar is None or row.style == "strong" else ""
        amount = row.style or _tone(row.amount) if row.signed else "strong"
        return Row(((row.label, weight), count, (self.figure(row), amount), (drawn, name)))


class FailedPart(NamedTuple):
    """A deal that failed a question first, and what that took out of Commit."""

    question: str
    deal: int
    amount: int


def cause_of(key: str) -> Cause | None:
    """Return the cause that a line stands for, if it does."""
    return Cause(key.removeprefix(_LINE)) if key.startswith(_LINE) else None


def question_of(key: str) -> str | None:
    """Return the question that a folded-out line stands for, if it does."""
    return key.removeprefix(_QUESTION) if key.startswith(_QUESTION) else None


def question_label(desk: Desk, key: str) -> str:
    """Return what a question is called."""
    question = desk.policy.question(key) if key else None
    return question.label if question else key or _NO_QUESTION


def exact(desk: Desk, amount: int, minor: bool, *, signed: bool = True) -> str:
    """Return an amount to the minor unit, without the minor digits where a whole list has none."""
    digits = minor_digits(desk.policy.currency)
    if minor:
        return present.exact_amount(amount, digits, signed=signed)
    return present.exact_amount(amount // 10**digits, 0, signed=signed)


def _line_row(key: str, label: str, line: Line, level: int) -> LineRow:
    return LineRow(
        key, label, line.amount, True, line.deals, (level, level + line.amount), cause_tone(line.cause, line.amount)
    )


def cause_tone(cause: Cause | None, amount: int) -> str:
    """Return the style of an amount in a line; what is won leaves Commit, and is no loss."""
    return "accent" if cause is Cause.WON else _tone(amount)


def _tone(amount: int | None) -> str:
    return "good" if amount and amount > 0 else "bad" if amount else "muted"


def _mark(amount: int) -> str:
    return UP if amount > 0 else DOWN


def _moved(key: str, label: str, before: int, after: int, desk: Desk) -> LineRow:
    return LineRow(key, label, after - before, note=f"{desk.amount(before)} → {desk.amount(after)}")


def _columns(amount: int, currency: str, counted: str, ruled: str) -> tuple[Column, ...]:
    return (
        Column("line", "Commit", 27, least=21),
        Column("deals", counted, 5, rank=2, align="right"),
        Column("amount", currency, amount, align="right"),
        Column("bar", ruled, 20, least=10, rank=3, flex=True),
    )


def _room_for_bar(columns: Sequence[Column], width: int) -> int:
    places = place(columns, max(0, width - 2), 2 if width >= _WIDE else 1)
    return next((p.width for p in places if columns[p.column].key == "bar"), 0)
