"""What a file's own values decide: which number of a date is the month, and which mark stands before the decimals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from salesops_tui.crm.dates import date_reader, numbers_of
from salesops_tui.crm.fields import FIELDS, folded_column
from salesops_tui.crm.layout import Layout
from salesops_tui.crm.lookup import UnreadableError
from salesops_tui.crm.table import Row
from salesops_tui.domain.calendar import Day

_DATES = (
    "close_date", "created_date", "next_step_date", "last_meeting_date", "last_activity_date", "requalified_on",
)  # fmt: skip
_PAST = frozenset({"created_date", "last_activity_date"})
"""Dates that cannot lie in the future."""

_CERTAIN, _LIKELY = 2, 1
_COMMA = re.compile(r"\d{1,3}(?:[. '’\u00a0\u202f]\d{3})+,\d+|\d+,\d{1,2}|\d{4,},\d+|\d{1,3}(?:\.\d{3}){2,}", re.ASCII)
_POINT = re.compile(
    r"\d{1,3}(?:[, '’\u00a0\u202f]\d{3})+\.\d+|\d+\.\d{1,2}|\d{4,}\.\d+|\d{1,3}(?:,\d{3}){2,}", re.ASCII
)
_UNCLEAR = re.compile(r"\d{1,3}\.\d{3}", re.ASCII)
"""A comma before three digits stands between thousands unless the file says otherwise; a point may be either."""

_NUMBER = re.compile(r"\d[\d.,'’ \u00a0\u202f]*", re.ASCII)


class Sign(NamedTuple):
    """A value that speaks for one way of reading: how strongly, its text, its line, and why, in words."""

    weight: int
    text: str
    line: int
    why: str


@dataclass
class Question:
    """One thing to be found out; `yes` and `no` are the strongest sign for either answer.

    Attributes:
        unclear: a value whose meaning hangs on the answer, "" while none was seen; and its line.
    """

    yes: Sign | None = None
    no: Sign | None = None
    unclear: str = ""
    line: int = 0

    def doubt(self, text: str, line: int) -> None:
        """Take a value that may mean either; the first one stays."""
        if not self.unclear:
            self.unclear, self.line = text.strip(), line

    def hear(self, *, answer: bool, sign: Sign) -> None:
        """Take a sign; of two for one answer the stronger stays."""
        known = self.yes if answer else self.no
        if known is None or known.weight < sign.weight:
            if answer:
                self.yes = sign
            else:
                self.no = sign

    @property
    def settled(self) -> bool:
        """Whether something certain was seen."""
        return any(sign is not None and sign.weight == _CERTAIN for sign in (self.yes, self.no))

    @property
    def answer(self) -> bool | None:
        """The answer; None where nothing speaks for one, or as much for the other."""
        yes, no = (sign.weight if sign else 0 for sign in (self.yes, self.no))
        return None if yes == no else yes > no


@dataclass
class _Search:
    """Both questions, put to rows one by one."""

    layout: Layout
    today: Day | None
    dates: Sequence[tuple[str, int]]
    amount: int | None
    day_first: Question = field(default_factory=Question)
    comma: Question = field(default_factory=Question)

    def look(self, row: Row) -> None:
        """Take in one row."""
        if row.problem or self.layout.dialect.aside(row.cells):
            return
        texts = self.layout.pick(row.cells)
        for name, place in self.dates:
            if texts[place]:
                self._date(texts[place], row.line, name)
        if self.amount is not None:
            self._amount(texts[self.amount], row.line)

    def open_questions(self) -> bool:
        """Say whether a value was seen whose meaning is still unknown."""
        return any(question.unclear and not question.settled for question in (self.day_first, self.comma))

    def _date(self, text: str, line: int, name: str) -> None:
        numbers = numbers_of(text)
        if numbers is None:
            return
        first, second, mark = numbers
        if first <= 12 and second <= 12:
            if first != second:
                self.day_first.doubt(text, line)
                self._likely(text, line, name, mark)
            return
        sign = Sign(_CERTAIN, text.strip(), line, "can only be that")
        self.day_first.hear(answer=first > 12, sign=sign)

    def _likely(self, text: str, line: int, name: str, mark: str) -> None:
        if mark == ".":
            self.day_first.hear(answer=True, sign=Sign(_LIKELY, text.strip(), line, "is written with points"))
        if name not in _PAST or self.today is None:
            return
        future = [order for order in (True, False) if _later(text, order, self.today)]
        if len(future) == 1:
            sign = Sign(_LIKELY, text.strip(), line, f"would else be a {name.replace('_', ' ')} still to come")
            self.day_first.hear(answer=not future[0], sign=sign)

    def _amount(self, text: str, line: int) -> None:
        found = _NUMBER.search(text)
        number = found[0].strip() if found else ""
        if number.isdecimal():
            return
        for answer, pattern in ((True, _COMMA), (False, _POINT)):
            if pattern.fullmatch(number):
                self.comma.hear(answer=answer, sign=Sign(_CERTAIN, text.strip(), line, "can only be that"))
        if _UNCLEAR.fullmatch(number):
            self.comma.doubt(text, line)


class Habits(NamedTuple):
    """What was found out; None where nothing decides, or the map has said it. `said`: a code, words, and a count.

    `order_kept`: the order of the dates is the one that the map keeps for files that do not tell.
    """

    day_first: bool | None
    comma: bool | None
    said: list[tuple[str, str, int]]
    order_kept: bool


def find_out(layout: Layout, first: Iterable[Row], again: Callable[[], Iterable[Row]], today: Day | None) -> Habits:
    """Read a file's habits off its first rows, and off the rest only while something unclear is undecided.

    Args:
        layout: the file's; what its map says of dates and amounts is not asked.
        first: rows that were read already.
        again: gives all rows once more.
        today: the day that the file describes; a deal cannot have been made after it.
    """
    told = layout.map
    dates_told = bool(told.date_formats) or told.day_first is not None
    given = [] if dates_told else [(n, FIELDS.index(n)) for n in _DATES if layout.columns[n] is not None]
    amount = FIELDS.index("amount") if layout.columns["amount"] is not None and told.decimal == "." else None
    search = _Search(layout, today, given, amount)
    for row in first:
        search.look(row)
    if search.open_questions():
        for row in again():
            search.look(row)
            if not search.open_questions():
                break
    _by_the_other(search)
    kept = _by_what_is_kept(search)
    _by_thousands(search)
    said = [*_about_dates(search.day_first), *_about_amounts(search.comma)]
    return Habits(search.day_first.answer, search.comma.answer, said, kept)


def settled(layout: Layout, habits: Habits) -> Layout:
    """Return the layout with the habits in its map, where that says nothing itself."""
    told = layout.map
    if habits.day_first is not None and not told.date_formats and told.day_first is None:
        told = replace(told, day_first=habits.day_first)
    if habits.comma:
        told = replace(told, decimal=",")
    return replace(layout, map=told)


def _by_the_other(search: _Search) -> None:
    """Take a decimal comma for a sign that the day comes first: nobody who writes the one writes the month first."""
    sign = search.comma.yes
    if sign and not search.comma.no and search.day_first.answer is None:
        why = "has a decimal comma, and who writes so writes the day first"
        search.day_first.hear(answer=True, sign=Sign(_LIKELY, sign.text, sign.line, why))


def _by_what_is_kept(search: _Search) -> bool:
    """Take the order that the map keeps for dates of which nothing in the file tells; say whether it was needed."""
    question, kept = search.day_first, search.layout.map.day_first_if_unclear
    if kept is None or not question.unclear or question.yes or question.no:
        return False
    why = "can be read in two ways, and nothing here tells; earlier files or the map have it so"
    question.hear(answer=kept, sign=Sign(_LIKELY, question.unclear, question.line, why))
    return True


def _by_thousands(search: _Search) -> None:
    """Take 485.000 for thousands where no amount in the file has any other number of digits behind a point.

    Not in a canonical file: its amounts are exact, and some currencies have three decimals.
    """
    question, layout = search.comma, search.layout
    exact = layout.dialect.name == "canonical" and folded_column(layout.called("amount")) == "amount"
    if question.unclear and not question.yes and not question.no and not exact:
        why = "has three digits behind its point, and no amount here has one or two"
        question.hear(answer=True, sign=Sign(_LIKELY, question.unclear, question.line, why))


def _later(text: str, day_first: bool, today: Day) -> bool:
    try:
        day = date_reader((), day_first)(text)
    except UnreadableError:
        return False
    return day is not None and day > today + 1


def _about_dates(question: Question) -> list[tuple[str, str, int]]:
    answer = question.answer
    if answer is None:
        return _undecided("date_order", "dates", question, "[formats] day_first = true or false")
    order = "the day" if answer else "the month"
    return [("date_order", f"dates were read with {order} first: {_because(question, answer=answer)}", 1)]


def _about_amounts(question: Question) -> list[tuple[str, str, int]]:
    answer = question.answer
    if answer is None:
        return _undecided("decimal_mark", "amounts", question, "[formats] decimal = '.' or ','")
    if not answer:
        return []
    return [("decimal_mark", f"amounts were read with a decimal comma: {_because(question, answer=answer)}", 1)]


def _undecided(code: str, what: str, question: Question, key: str) -> list[tuple[str, str, int]]:
    if question.yes and question.no:
        both = f"{question.yes.text} on line {question.yes.line} and {question.no.text} on line {question.no.line}"
        return [(code, f"{what} are written in two ways, {both}; a map can say which counts: {key}", 1)]
    if question.unclear:
        return [(code, f"{what} such as {question.unclear} can be read in two ways; a map can say which: {key}", 1)]
    return []


def _because(question: Question, *, answer: bool) -> str:
    sign = question.yes if answer else question.no
    assert sign is not None
    return f"{sign.text} on line {sign.line} {sign.why}"
