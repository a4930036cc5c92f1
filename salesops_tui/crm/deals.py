"""From a row of text to a deal as the store keeps it, or to the reason why not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from salesops_tui.crm.amounts import amount_reader, read_currency
from salesops_tui.crm.dates import date_reader, required_date_reader
from salesops_tui.crm.deal_map import DealMap
from salesops_tui.crm.fields import FIELDS
from salesops_tui.crm.layout import Layout
from salesops_tui.crm.lookup import Lookup, RejectedError, UnreadableError, rejected, shown
from salesops_tui.crm.table import Altered
from salesops_tui.crm.vocabulary import (
    category_reader,
    is_most_likely,
    owner_words,
    stage_reader,
    status_reader,
)
from salesops_tui.domain.calendar import Day, iso_day
from salesops_tui.domain.deal import Category, Status
from salesops_tui.domain.money import convert
from salesops_tui.domain.policy import Policy, Stage

_LONGEST_ID = 255
_LONGEST_TERM = 1_200
_NAMES_KEPT = 200
_YES = {"yes", "y", "true", "1", "x"}
_NO = {"", "no", "n", "false", "0"}
_LOST_DIGITS = re.compile(r"\d[.,]\d+E\+\d+", re.ASCII)
_OPEN, _WON = int(Status.OPEN), int(Status.WON)
_STATUS = FIELDS.index("status")
_CLOSED_AS = {"won": Status.WON, "lost": Status.LOST}


_DETAIL_OF = {
    "account": "account",
    "created_date": "created_day",
    "next_step": "next_step",
    "next_step_date": "next_step_day",
    "last_meeting_date": "last_meeting_day",
    "last_activity_date": "last_activity_day",
    "economic_buyer": "economic_buyer",
    "economic_buyer_title": "economic_buyer_title",
    "type": "type",
    "segment": "segment",
    "term_months": "term_months",
    "close_date_confirmed": "close_confirmed",
    "close_plan": "close_plan",
    "requalified_on": "requalified_day",
    "loss_reason": "loss_reason",
    "competitor": "competitor",
}


def detail_columns(delivered: Iterable[str], extra: Sequence[str]) -> frozenset[str]:
    """Return which details of a deal a file speaks of, as `DealRow` calls them, given its fields and other columns."""
    told = {_DETAIL_OF[name] for name in delivered if name in _DETAIL_OF} | {"name", "owner_text"}
    return frozenset(told | {"extra"} if extra else told)


class DealRow(NamedTuple):
    """A row that can be taken: key, claim, details. Amounts in minor units, days as ordinals, enumerations as numbers.

    Attributes:
        extra: the file's other columns as a JSON object; null for a blank cell.
    """

    key: str
    owner: int
    stage: str
    rep_category: int
    amount: int
    currency: str
    original: int
    close_day: int
    status: int
    name: str
    account: str
    created_day: int | None
    next_step: str
    next_step_day: int | None
    last_meeting_day: int | None
    last_activity_day: int | None
    economic_buyer: str
    economic_buyer_title: str
    type: str
    segment: str
    term_months: int | None
    close_confirmed: str
    close_plan: str
    requalified_day: int | None
    loss_reason: str
    competitor: str
    owner_text: str
    extra: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the store knows that the meaning of a row depends on.

    Attributes:
        find_owner: the number of the person whom a text names, or None.
        unassigned: the number of the person who stands for unknown owners.
        today: the day that the file describes.
        currency_of: by id, currencies other than the policy's, for files that have no column for them.
    """

    policy: Policy
    find_owner: Callable[[str], int | None]
    unassigned: int
    today: Day
    currency_of: Mapping[str, str] = field(default_factory=dict)


class DealReader:
    """Reads the rows of one file.

    Attributes:
        suspicious: how often something was taken that deserves a look, by warning code.
        unknown_owners: how often each owner that nobody knows was named; all after the first 200 names as "".
        aside: how many rows were no deals, by what they were instead.
    """

    def __init__(self, layout: Layout, deal_map: DealMap, around: Surroundings) -> None:
        """Prepare to read the rows of a layout, in the formats that a map names.

        Raises:
            BadInput: a word of the map leads nowhere.
        """
        self.suspicious: Counter[str] = Counter()
        self.unknown_owners: Counter[str] = Counter()
        self.aside: Counter[str] = Counter()
        self._filled: Counter[str] = Counter()
        self._layout = layout
        self._around = around
        self._policy = policy = around.policy
        self._prefix = deal_map.id_prefix
        self._currency_given = "currency" in layout.delivered or bool(deal_map.currency)
        called = layout.called
        dialect = layout.dialect
        self._id_of = dialect.id_of or _itself
        day = date_reader(deal_map.date_formats, deal_map.day_first, day_numbers=dialect.day_numbers)
        self._owner_words = owner_words(deal_map, dialect.words)
        self._owners = Lookup(called("owner"), self._find_owner)
        self._stages = Lookup(called("stage"), stage_reader(policy, deal_map, dialect.words))
        self._most_likely: set[str] = set()
        self._read_category = category_reader(policy, deal_map, dialect.words)
        self._categories = Lookup(called("category"), self._category)
        self._settled = _settled(policy) if dialect.closed_by_status else {}
        self._statuses = Lookup(called("status"), status_reader(deal_map, dialect.words))
        self._currencies = Lookup(called("currency"), read_currency)
        self._closes = Lookup(called("close_date"), required_date_reader(day))
        self._created, self._next, self._met, self._active, self._requalified = (
            Lookup(called(f"{name}"), day)
            for name in (
                "created_date",
                "next_step_date",
                "last_meeting_date",
                "last_activity_date",
                "requalified_on",
            )
        )
        self._terms = Lookup(called("term_months"), _term)
        self._confirmed = Lookup(called("close_date_confirmed"), lambda text: "" if not text else _confirmed(text, day))
        self._amount = amount_reader(deal_map.currency or policy.currency, deal_map.decimal)
        self._years: dict[Day, str] = {}

    def key_of(self, cells: list[str]) -> str:
        """Return the id in the store, "" where it cannot be one; also of a row of another length than the header."""
        width = self._layout.width
        id_ = self._layout.pick((cells + [""] * width)[:width])[0]
        text = "" if type(id_) is Altered else self._id_of(id_.strip())
        return self._prefix + text if 0 < len(text) <= _LONGEST_ID else ""

    def meaning(self, name: str, text: str) -> str | None:
        """Return what a word of the column for stage, category or status means, as a key; None where it means nothing.

        A blank status is "": it is left to the stage.
        """
        try:
            if name == "stage":
                return self._stages[text].key
            if name == "category":
                return self._categories[text].key
            status = self._statuses[text]
        except RejectedError:
            return None
        return status.key if status is not None else ""

    def said(self) -> list[tuple[str, str, int]]:
        """Return what was found out of the file beside its deals: a code, words, and in how many rows."""
        found = [
            ("not_a_deal", f"rows that are no deal but {what}, so left out", count)
            for what, count in self.aside.items()
        ]
        layout = self._layout
        for name, default in layout.dialect.defaults.items():
            if name in layout.map.defaults:
                continue
            if layout.columns[name] is None:
                found.append(("no_column", f"no column says {name}, so it is {default} for all", 1))
            elif count := self._filled[name]:
                found.append(("filled_in", f"rows in which {layout.called(name)} is blank, read as {default}", count))
        return found

    def is_aside(self, cells: Sequence[str]) -> bool:
        """Say whether a row that cannot be taken is no deal at all (a total, a footer), and count it if so."""
        what = self._layout.dialect.aside(cells) or self._deleted(cells)
        if what:
            self.aside[what] += 1
        return bool(what)

    def read(self, cells: list[str]) -> DealRow:
        """Return the deal of a row.

        Raises:
            RejectedError: it cannot be taken.
        """
        (
            id_, name, account, owner, amount, currency, stage, category, close, created, status, next_step, next_day,
            met, active, buyer, title, type_, segment, term, confirmed, plan, requalified, loss, competitor,
        ) = self._layout.pick(cells)  # fmt: skip
        key = id_.strip()
        name = name.strip()
        if not key or not name or not owner.strip() or len(key) > _LONGEST_ID:
            raise self._about_names(key, name)
        if type(id_) is Altered or ("E+" in key and _LOST_DIGITS.fullmatch(key)):
            raise self._about_digits(id_)
        key = self._prefix + self._id_of(key)
        person, owner_text = self._owners[owner]
        state = self._statuses[status]
        at, claimed = self._settled.get(state) or (self._stages[stage], self._categories[category])
        close_day = self._closes[close]
        code, original = self._money(amount, self._currencies[currency], key)
        if state is None:
            state = _CLOSED_AS.get(at.closed, Status.OPEN)
        self._check(state, at, claimed)
        base = original if code == self._policy.currency else self._converted(original, code, close_day)
        row = DealRow(
            key, person, at.key, int(claimed), base, code, original, close_day, int(state),
            name, account.strip(), self._created[created], next_step.strip(), self._next[next_day],
            self._met[met], self._active[active], buyer.strip(), title.strip(), type_.strip(), segment.strip(),
            self._terms[term], self._confirmed[confirmed], plan.strip(), self._requalified[requalified],
            loss.strip(), competitor.strip(), owner_text, self._layout.pick_extra(cells),
        )  # fmt: skip
        self._look(row, at, category)
        if self._layout.filled:
            self._filled.update(self._layout.filled)
        return row

    def _deleted(self, cells: Sequence[str]) -> str:
        """Return what a deal is called that the CRM itself has thrown away, "" for any other row."""
        if len(cells) != self._layout.width:
            return ""
        try:
            status = self._statuses[self._layout.pick(list(cells))[_STATUS]]
        except RejectedError:
            return ""
        return "one that the CRM has deleted" if status is Status.REMOVED else ""

    def _about_names(self, key: str, name: str) -> RejectedError:
        called = self._layout.called
        if len(key) > _LONGEST_ID:
            return rejected(called("id"), key, f"has more than {_LONGEST_ID} characters")
        field_name = "id" if not key else "name" if not name else "owner"
        return rejected(called(field_name), "", "is blank")

    def _about_digits(self, id_: str) -> RejectedError:
        why = "is in scientific notation, so its last digits are lost; keep ids as text"
        if type(id_) is Altered:
            why = "is a number of more than 15 digits, whose end Excel has changed; keep ids as text"
        return rejected(self._layout.called("id"), id_, why)

    def _find_owner(self, text: str) -> tuple[int, str]:
        meant = self._owner_words(text)
        found = self._around.find_owner(meant) if meant else None
        return (self._around.unassigned, text.strip()) if found is None else (found, "")

    def _category(self, text: str) -> Category:
        category = self._read_category(text)
        if is_most_likely(text):
            self._most_likely.add(text)
        return category

    def _money(self, amount: str, currency: str, key: str) -> tuple[str, int]:
        if not currency and not self._currency_given:
            currency = self._around.currency_of.get(key, "")
        try:
            return self._amount(amount, currency)
        except UnreadableError as error:
            raise rejected(self._layout.called("amount"), amount, str(error)) from None

    def _converted(self, original: int, currency: str, close_day: Day) -> int:
        policy = self._policy
        year = self._years.get(close_day)
        if year is None:
            year = self._years[close_day] = policy.calendar.period_of(close_day).name.partition("-")[0]
        rate = policy.plan_rates.get(year, {}).get(currency)
        if rate is None:
            why = f"has no plan rate for {year} in the policy"
            raise RejectedError(f"a currency {why}", f"column '{self._layout.called('currency')}': {currency} {why}")
        return convert(original, currency, policy.currency, rate)

    def _check(self, status: Status, stage: Stage, category: Category) -> None:
        called = self._layout.called
        if status is Status.OPEN:
            if category is Category.CLOSED:
                why = "is Closed, but the deal is open"
                raise RejectedError(f"the category {why}", f"column '{called('category')}' {why}")
            return
        if _CLOSED_AS.get(stage.closed) is not status:
            kind = "won or lost" if stage.closed else "open"
            reason = f"the deal is {status.key}, but column '{called('stage')}' says {shown(stage.name)}"
            raise RejectedError(f"a {status.key} deal in a stage that is {kind}", reason)

    def _look(self, row: DealRow, stage: Stage, category: str) -> None:
        if row.created_day and row.created_day > row.close_day:
            self.suspicious["created_after_close"] += 1
        if row.status == _OPEN:
            if row.close_day < self._around.today:
                self.suspicious["open_past_close"] += 1
            if stage.closed:
                self.suspicious["closed_stage"] += 1
        elif row.status == _WON and not row.original:
            self.suspicious["won_without_amount"] += 1
        if row.owner_text:
            many = len(self.unknown_owners) >= _NAMES_KEPT and row.owner_text not in self.unknown_owners
            self.unknown_owners["" if many else row.owner_text] += 1
        if category in self._most_likely:
            self.suspicious["most_likely"] += 1


def _settled(policy: Policy) -> Mapping[Status | None, tuple[Stage, Category]]:
    """Return the stage and the claim of deals whose status alone says how they were closed."""
    found: dict[Status | None, tuple[Stage, Category]] = {}
    for stage in reversed(policy.stages):
        status = _CLOSED_AS.get(stage.closed)
        if status:
            found[status] = (stage, Category.CLOSED if status is Status.WON else Category.OMITTED)
    return found


def _itself(key: str) -> str:
    return key


def _term(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    whole = text.removesuffix(".0")
    if not (whole.isascii() and whole.isdecimal()) or len(whole.lstrip("0")) > 6 or int(whole) > _LONGEST_TERM:
        raise UnreadableError(f"is no number of months from 0 to {_LONGEST_TERM:,}")
    return int(whole)


def _confirmed(text: str, read_day: Callable[[str], Day | None]) -> str:
    folded = text.strip().casefold()
    if folded in _NO:
        return ""
    if folded in _YES:
        return "yes"
    try:
        return iso_day(read_day(text)) or ""
    except UnreadableError:
        raise UnreadableError("is neither yes, no, nor the date that was confirmed") from None
