"""Files of history: what Salesforce kept of its opportunities' past, as objects and as reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from salesops_tui.crm.amounts import amount_reader
from salesops_tui.crm.dates import date_reader, required_date_reader
from salesops_tui.crm.deal_map import DealMap
from salesops_tui.crm.deals import DealReader, DealRow, Surroundings
from salesops_tui.crm.dialect import by_folded_name
from salesops_tui.crm.dialects import salesforce
from salesops_tui.crm.fields import folded_column
from salesops_tui.crm.layout import Layout
from salesops_tui.crm.lookup import Lookup, RejectedError, UnreadableError, rejected
from salesops_tui.crm.moments import moment_reader
from salesops_tui.crm.vocabulary import category_reader, owner_words, stage_reader
from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.deal import Category
from salesops_tui.domain.policy import Policy
from salesops_tui.domain.replay import Told
from salesops_tui.errors import BadInput

STAGES, FIELDS = "salesforce_history", "salesforce_field_history"
"""Kinds of history: rows that say the whole claim anew, and rows that say one field, before and after."""

KINDS = (STAGES, FIELDS)
DEALS = salesforce.DIALECT.name
"""The dialect of the deals that these histories are of."""

_UNNAMED, _NOBODY = "history", "unassigned"

_STAGES_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("opportunityid", "opportunity_id"),
    "at": ("createddate", "last_modified", "last_modified_date", "created_date"),
    "row": ("id", "opportunity_history_id"),
    "stage": ("stagename", "to_stage", "stage"),
    "amount": ("amount",),
    "currency": ("currencyisocode", "amount_currency"),
    "close_date": ("closedate", "close_date"),
    "category": ("forecastcategory", "forecastcategoryname", "forecast_category", "to_forecast_category"),
}
_FIELDS_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("opportunityid", "opportunity_id"),
    "at": ("createddate", "edit_date", "created_date"),
    "row": ("id",),
    "field": ("field", "field_/_event"),
    "old": ("oldvalue", "old_value"),
    "new": ("newvalue", "new_value"),
}
_ABOUT = {
    "stagename": "stage", "stage": "stage", "amount": "money", "closedate": "close_day", "close_date": "close_day",
    "forecastcategoryname": "category", "forecastcategory": "category", "forecast_category": "category",
    "owner": "owner", "ownerid": "owner", "opportunity_owner": "owner", "owner_name": "owner",
}  # fmt: skip
_BEGUN = {"created", "created.", "opportunitycreatedfromlead", "record_created"}


class HistoryForm(NamedTuple):
    """A header of a file of history: its kind, and where everything stands."""

    kind: str
    columns: Mapping[str, str]


def recognise_history(header: Sequence[str]) -> HistoryForm | None:
    """Return what kind of history a header begins; None for a file of deals."""
    there = {folded_column(name) for name in header}
    fields = by_folded_name(header, _FIELDS_COLUMNS)
    if {"id", "at", "field", "old", "new"} <= fields.keys():
        return HistoryForm(FIELDS, fields)
    stages = by_folded_name(header, _STAGES_COLUMNS)
    says_so = "to_stage" in there or ("opportunityid" in there and not there & {"name", "opportunity_name"})
    if says_so and {"id", "at", "stage", "amount", "close_date"} <= stages.keys():
        return HistoryForm(STAGES, stages)
    return None


def map_of(form: HistoryForm, told: DealMap, policy: Policy) -> DealMap:
    """Return how the rows of a history are read as deals, by what a map says of deals' words and formats."""
    place = form.columns
    if form.kind == FIELDS:
        new = place["new"]
        columns = {"id": place["id"], "created_date": place["at"], "close_date": new, "amount": new, "stage": new}
        return replace(_bare(told), columns={**columns, "category": new, "status": ""})
    columns = {name: place[name] for name in ("id", "stage", "amount", "currency", "close_date") if name in place}
    columns |= {"created_date": place["at"], "last_activity_date": "", "next_step": "", "type": ""}
    if told.odds is None:
        by_stage = "category" not in place or speaks_of_stages(told, policy)
        columns["category"] = place["stage" if by_stage else "category"]
    return replace(_bare(told), columns=columns)


def speaks_of_stages(told: DealMap, policy: Policy) -> bool:
    """Say whether a map explains categories by stages: some of its words are the names of stages."""
    read = stage_reader(policy, told, salesforce.DIALECT.words)

    def readable(word: str) -> bool:
        try:
            read(word)
        except UnreadableError:
            return False
        return True

    return any(word != "*" and readable(word) for word in told.values.get("category", {}))


def _bare(told: DealMap) -> DealMap:
    """Return what a map says of deals without its columns, which are those of another file."""
    defaults = {"name": _UNNAMED, "owner": _NOBODY}
    return replace(told, columns={}, defaults=defaults, joins={})


@dataclass(frozen=True, slots=True)
class Line:
    """A row of history: of which deal, since when, what it says. `order` sorts rows of one moment."""

    key: str
    at: Moment
    order: str
    told: tuple[Told, ...]


class HistoryReader:
    """Reads the rows of one file of history.

    Attributes:
        ignored: how many rows spoke of something that no deal's history here holds.
        strangers: how often an owner was somebody whom nobody here knows.
    """

    def __init__(self, form: HistoryForm, layout: Layout, around: Surroundings, header: Sequence[str]) -> None:
        """Prepare to read, with a layout made by the map of `map_of`.

        Raises:
            BadInput: a word of the map leads nowhere.
        """
        told, words, policy = layout.map, layout.dialect.words, around.policy
        day = date_reader(told.date_formats, told.day_first)
        places = {name: i for i, name in enumerate(header)}
        self._at = {name: places[column] for name, column in form.columns.items()}
        self._form = form
        self._around = around
        self._deals = DealReader(layout, told, around)
        self._moments = Lookup(form.columns["at"], moment_reader(day, policy.calendar))
        self._stages = stage_reader(policy, told, words)
        self._categories = category_reader(policy, told, words)
        self._owner_words = owner_words(told, words)
        self._close = required_date_reader(day)
        self._money = amount_reader(told.currency or policy.currency, told.decimal)
        self._by_stage = speaks_of_stages(told, policy)
        self.ignored = 0
        self.strangers = 0

    def key_of(self, cells: list[str]) -> str:
        """Return the id of the deal that a row speaks of, as the store writes it."""
        return self._deals.key_of(cells)

    def is_aside(self, cells: Sequence[str]) -> bool:
        """Say whether a row that cannot be taken is none at all, and count it if so."""
        return self._deals.is_aside(cells)

    def said(self) -> list[tuple[str, str, int]]:
        """Return what a person should know of the rows: a code, words, and in how many."""
        found = [
            ("not_a_deal", f"rows that are no history but {what}, so left out", n)
            for what, n in self._deals.aside.items()
        ]
        if self.ignored:
            found.append(("other_fields", "rows on fields whose history is not kept here", self.ignored))
        if self.strangers:
            found.append(
                ("owner_unknown", "owners whom nobody here knows, so the deals were unassigned then", self.strangers)
            )
        return found

    def read(self, cells: list[str]) -> Line:
        """Return what a row says.

        Raises:
            RejectedError: it cannot be taken.
        """
        at = self._moments[cells[self._at["at"]]]
        order = cells[self._at["row"]] if "row" in self._at else ""
        if self._form.kind == STAGES:
            row = self._deals.read(cells)
            return Line(row.key, at, order, _whole(row, at))
        key = self._deals.key_of(cells)
        if not key:
            raise rejected(self._form.columns["id"], "", "is blank")
        return Line(key, at, order, tuple(self._one_field(cells, at, key)))

    def _one_field(self, cells: list[str], at: Moment, key: str) -> Iterator[Told]:
        name = folded_column(cells[self._at["field"]])
        field = _ABOUT.get(name)
        if field is None:
            self.ignored += name not in _BEGUN
            if name in _BEGUN:
                yield Told(at, "", None)
            return
        read = self._reader_of(field, key)
        new = self._value(cells, "new", read, field)
        old = self._value(cells, "old", read, field)
        if new is None:
            return
        yield Told(at, field, new, old)
        if field == "stage" and self._by_stage:
            then = self._value(cells, "old", self._categories, field)
            yield Told(at, "category", self._value(cells, "new", self._categories, field), then)

    def _value(self, cells: list[str], side: str, read: Callable[[str], Any], field: str) -> Any:
        text = cells[self._at[side]].strip()
        if not text and field != "money":
            if side == "old":
                return None
            raise rejected(self._form.columns[side], text, "is blank")
        try:
            return read(text)
        except UnreadableError as error:
            if side == "old":
                return None
            raise rejected(self._form.columns[side], text, str(error)) from None

    def _reader_of(self, field: str, key: str) -> Callable[[str], Any]:
        if field == "stage":
            return lambda text: self._stages(text).key
        if field == "category":
            return self._categories
        if field == "close_day":
            return self._close
        if field == "owner":
            return self._owner
        currency = self._around.currency_of.get(key, "")
        return lambda text: self._money(text or "0", currency)

    def _owner(self, text: str) -> int | None:
        """Return a person; None for the second row that Salesforce writes of one change, with ids for names."""
        found = self._around.find_owner(self._owner_words(text))
        if found is None and not text.startswith("005"):
            self.strangers += 1
            return self._around.unassigned
        return found


def _whole(row: DealRow, at: Moment) -> tuple[Told, ...]:
    """Return the words of a row that says all of a claim but its owner."""
    return (
        Told(at, "stage", row.stage),
        Told(at, "category", Category(row.rep_category)),
        Told(at, "money", (row.currency, row.original)),
        Told(at, "close_day", row.close_day),
    )


def no_history(name: str, header: Sequence[str]) -> BadInput:
    """Return the error for a file that should have been one of history."""
    columns = ", ".join(header[:12])
    return BadInput(
        f"{name} is no history: an OpportunityHistory has OpportunityId, CreatedDate, StageName, Amount and CloseDate,"
        f" an OpportunityFieldHistory OpportunityId, CreatedDate, Field, OldValue and NewValue; this has {columns}"
    )


__all__ = [
    "KINDS",
    "HistoryForm",
    "HistoryReader",
    "Line",
    "RejectedError",
    "map_of",
    "no_history",
    "recognise_history",
]
