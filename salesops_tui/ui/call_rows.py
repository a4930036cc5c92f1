"""Calls as rows, and the minutes of one as a list whose every line opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from salesops_tui.domain.calendar import to_day
from salesops_tui.domain.deal import Category
from salesops_tui.domain.money import to_minor
from salesops_tui.services.minutes import minutes_of
from salesops_tui.store.calls import Call
from salesops_tui.ui import present
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.sheet_rows import deal_in_words
from salesops_tui.ui.widgets.board import Line, spread
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Cell, Key, Row, RowSource, Section

CALLS = (
    Column("when", "When", 21, least=16),
    Column("scope", "Scope", 16, least=9, rank=1, flex=True),
    Column("by", "Held by", 13, least=8, rank=6),
    Column("asked", "Asked", 5, rank=3, align="right"),
    Column("moved", "Moved", 5, rank=4, align="right"),
    Column("commit", "Commit", 15, least=13, align="right"),
    Column("change", "Change", 6, rank=2, align="right"),
    Column("minutes", "Min", 4, rank=5, align="right"),
    Column("state", "", 6, rank=1),
)

MINUTES = (
    Column("what", "Deal", 30, least=14, flex=True),
    Column("owner", "Owner", 13, least=8, rank=3),
    Column("amount", "Amount", 7, least=6, align="right"),
    Column("outcome", "Outcome", 19, least=9, rank=1),
    Column("why", "Why", 28, least=8, rank=2, flex=True),
)


@dataclass(frozen=True)
class CallReader:
    """Reads the rows of calls that are looked at."""

    desk: Desk
    calls: Mapping[int, Call]

    def fetch(self, numbers: Sequence[int]) -> Mapping[int, Row]:
        """Return the rows of some calls by their number."""
        return {number: self._row(self.calls[number]) for number in numbers}

    def _row(self, call: Call) -> Row:
        desk, figures = self.desk, minutes_of(self.desk.context, call)
        before, after = (minor(desk, figures[key]["commit"]) or 0 for key in ("before", "after"))
        moved = sum(deal["category_before"] != deal["category_after"] for deal in figures["deals"])
        cells: tuple[Cell, ...] = (
            desk.moment(call.started_at),
            figures["scope"],
            desk.person(call.started_by),
            str(len(figures["deals"])),
            str(moved) if moved else "",
            f"{desk.amount(before)} → {desk.amount(after)}",
            change_in_words(desk, after - before),
            minutes_in_words(figures["minutes"]),
            ("● open", "bad") if call.open_at(desk.context.now()) else ("lapsed", "muted") if lapsed(call) else "",
        )
        return Row(cells)


def call_in_words(desk: Desk, call: Call) -> str:
    """Return what a call can be found by: its scope, who held it, when, and its period."""
    scope = "Everybody" if call.scope is None else desk.person(call.scope)
    return f"{scope} {desk.person(call.started_by)} {desk.moment(call.started_at)} {call.period}"


def minutes_in_words(minutes: float) -> str:
    """Return a length in minutes; a call that was left open for days in hours."""
    return f"{minutes:.0f}" if minutes < _LONG else f"{minutes / 60:.0f} h"


_LONG = 600


def lapsed(call: Call) -> bool:
    """Whether a call ended because its week was over."""
    return call.ended_by is None


def minor(desk: Desk, text: str | None) -> int | None:
    """Return an amount of frozen figures in minor units."""
    return None if text is None else to_minor(Decimal(text), desk.policy.currency)


def change_in_words(desk: Desk, change: int) -> Cell:
    """Return how far a figure moved, `·` for not at all."""
    if not change:
        return "·", "muted"
    return desk.amount(change, signed=True), "good" if change > 0 else "bad"


@dataclass(frozen=True)
class Minutes:
    """The minutes of a call as a list with sections; the key of a row begins with the CRM id of its deal."""

    desk: Desk
    figures: Mapping[str, Any]

    def source(self) -> RowSource[Key]:
        """Return the list; a section without rows says so in its title."""
        parts = [
            ("moved", "What changed", list(self._deals(moved=True))),
            ("kept", "Asked, and where it was", list(self._deals(moved=False))),
            ("not_asked", "Left uninspected", list(self._not_asked())),
            ("actions", "Actions", list(self._actions())),
        ]
        sections = [Section(key, f"{title}  {len(rows) or 'nothing'}", len(rows)) for key, title, rows in parts]
        rows: dict[Key, Row] = {f"{key}/{n}": row for key, _, listed in parts for n, row in enumerate(listed)}
        return RowSource.of(rows, sections)

    def deal_of(self, key: str) -> str | None:
        """Return the CRM id of the deal that a row is about; None for an action."""
        part, _, place = key.partition("/")
        if part == "not_asked":
            return str(self.figures["not_asked"][int(place)]["id"])
        if part in ("moved", "kept"):
            return str(self._asked(moved=part == "moved")[int(place)]["id"])
        return None

    def _asked(self, *, moved: bool) -> list[Mapping[str, Any]]:
        return [d for d in self.figures["deals"] if (d["category_before"] != d["category_after"]) == moved]

    def _deals(self, *, moved: bool) -> Iterator[Row]:
        for deal in self._asked(moved=moved):
            before, after = (Category.from_key(deal[key]).label for key in ("category_before", "category_after"))
            verdict, style = _VERDICTS[deal["verdict"]]
            outcome = f"{before} → {after}" if moved else verdict
            yield Row((self._name(deal), deal["owner"], self._amount(deal), (outcome, style), _why(deal)))

    def _not_asked(self) -> Iterator[Row]:
        for deal in self.figures["not_asked"]:
            yield Row((self._name(deal), str(deal.get("owner", "")), self._amount(deal)))

    def _actions(self) -> Iterator[Row]:
        for action in self.figures["actions"]:
            due = self.desk.day(to_day(date.fromisoformat(action["due"])))
            yield Row((action["text"], action["owner"], "", f"by {due}", (action["deal"], "muted")))

    def _name(self, deal: Mapping[str, Any]) -> str:
        return deal_in_words(str(deal.get("account", "")), str(deal["name"]))

    def _amount(self, deal: Mapping[str, Any]) -> str:
        return self.desk.amount(minor(self.desk, deal["amount"]))


_VERDICTS = {"passed": ("passed", "good"), "failed": ("failed", "bad"), "open": ("not finished", "warn")}


def _why(deal: Mapping[str, Any]) -> Cell:
    """What failed and with which words, else what stands on a bare yes."""
    if deal["failed_questions"]:
        said = (f"{label.lower()}: {deal['answers'].get(label, 'no')}" for label in deal["failed_questions"])
        return "; ".join(said), "bad"
    bare = deal.get("unsupported_yes", ())
    return (f"{len(bare)} of {len(deal['answers'])} yes without evidence", "muted") if bare else ""


def minutes_head(desk: Desk, call: Call, figures: Mapping[str, Any], width: int) -> Iterator[Line]:
    """Write what call this was, and how its figures moved."""
    began, ended = desk.moment(call.started_at), desk.moment(call.end)
    open_now = call.open_at(desk.context.now())
    state: list[Cell] = [("● open ", "bad")] if open_now else [("ended ", "muted")]
    kind = "1:1" if call.kind == "one_on_one" else "Forecast call"
    about: list[Cell] = [(f" {kind} ", "accent"), (figures["scope"], "title"), f" · {call.period.replace('-', ' ')}"]
    yield spread(about, [f"{desk.person(call.started_by)}  ", *state], width)
    a_deal = figures["minutes_per_deal"]
    pace = f" · {a_deal} min a deal" if a_deal else ""
    until = "now" if open_now else ended
    asked = f"{len(figures['deals'])} asked in {present.span(int(figures['minutes'] * 60_000_000))}{pace}"
    yield spread([(f" {began} → {until}", "label")], [(f"{asked} ", "")], width)
    yield _moves(desk, figures, width)


_MOVING = (("Commit", "commit"), ("inspected", "commit_inspected"), ("Best Case", "best_case"), ("Landing", "landing"))


def _moves(desk: Desk, figures: Mapping[str, Any], width: int) -> Line:
    line: list[Cell] = [" "]
    for label, key in _MOVING:
        before, after = (minor(desk, figures[when][key]) or 0 for when in ("before", "after"))
        piece: list[Cell] = [(f"{label} ", "label"), desk.amount(before)]
        if after != before:
            piece += [" → ", (desk.amount(after), "strong"), " ", change_in_words(desk, after - before)]
        if sum(len(p if isinstance(p, str) else p[0]) for p in [*line, *piece]) + 3 > width:
            break
        line += [*piece, "   "]
    return line
