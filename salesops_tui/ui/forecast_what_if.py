"""What if: landings that did not happen, and deals marked one by one, with the figures as they would be. Not stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from salesops_tui.domain.deal import Category
from salesops_tui.domain.money import decimal_string
from salesops_tui.services import what_if
from salesops_tui.services.context import Context
from salesops_tui.services.forecast import ForecastReport, forecast
from salesops_tui.services.what_if import Stakes
from salesops_tui.store.deals import DealAt, deals_by_number
from salesops_tui.store.forecast import ForecastDeal
from salesops_tui.ui import present
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.forecast_page import Asked, Behind, Page, View, scope_asked
from salesops_tui.ui.forecast_words import plural
from salesops_tui.ui.sheet_rows import deal_in_words
from salesops_tui.ui.widgets.board import Line, clip, widest
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Cell, Key, Row, RowSource, Section

AS_IT_IS, KEPT, CUT, MARKED = "as_it_is", "kept", "cut", "marked"
_LABELS = {
    AS_IT_IS: "as it stands",
    KEPT: "failed ones are kept",
    CUT: "uninspected is cut",
    MARKED: "as marked below",
}
_BY_CATEGORY = (Category.COMMIT, Category.BEST_CASE, Category.PIPELINE, Category.OMITTED)
SLIPS, COMES = "✗ slips", "✓ comes in"
_COLUMNS = (
    Column("name", "", 34, least=20, flex=True),
    Column("amount", "Landing", 8, align="right"),
    Column("change", "Change", 8, least=7, align="right"),
    Column("gap", "Gap", 7, align="right", rank=2),
    Column("mark", "Marked", 10, least=10, rank=1),
    Column("close", "Close", 10, least=6, rank=4, shorten=present.without_weekday),
    Column("owner", "Owner", 14, least=8, rank=5),
    Column("stage", "St", 2, rank=6),
)


class Ifs(NamedTuple):
    """The deals that are at stake, by category, the largest first; before they are read, none and a bare landing."""

    report: ForecastReport
    stakes: Stakes | None
    by_category: Mapping[Category, Sequence[int]]


class Landing(NamedTuple):
    """A landing as it would be, minor units, with the deals that make the difference."""

    amount: int
    change: int
    deals: Sequence[int]


def read_stakes(context: Context, asked: Asked) -> Iterator[Ifs]:
    """Read a scope's landing, then what it is made of."""
    scope, at = scope_asked(context, asked, totals=True)
    report = forecast(context, scope, asked.period, at, band=False)
    yield Ifs(report, None, {})
    stakes = what_if.stakes(context, report)
    deals: dict[Category, list[ForecastDeal]] = {category: [] for category in _BY_CATEGORY}
    for deal in stakes.deals.values():
        deals[deal.category].append(deal)
    ordered = {c: sorted(found, key=lambda d: (-d.amount, d.deal)) for c, found in deals.items()}
    yield Ifs(report, stakes, {c: [d.deal for d in found] for c, found in ordered.items()})


class WhatIf(View[Ifs]):
    """Four landings, and below them the deals that can be marked."""

    KEY, TITLE = "what_if", "What if"
    KEYS = ("forecast.mark", "forecast.open", "forecast.next", "forecast.number", "forecast.filter")
    COLUMN = "name"
    MARKS = True
    read = staticmethod(read_stakes)

    def __init__(self, desk: Any) -> None:
        super().__init__(desk)
        self.marks: set[int] = set()
        self._deals: Mapping[int, ForecastDeal] = {}

    def question(self, asked: Asked) -> Asked:
        return asked

    def mark(self, key: Key | None) -> str | None:
        """Mark a deal, or take its mark away; return why that cannot be."""
        if not isinstance(key, int):
            return "space marks a deal; the deals stand below"
        self.marks ^= {key}
        return None

    def judged(self) -> list[tuple[int, bool]]:
        """Return the marked deals, and whether each is put in: those in Commit are taken out."""
        return [(n, self._deals[n].category is not Category.COMMIT) for n in sorted(self.marks) if n in self._deals]

    def landings(self, of: Stakes) -> dict[str, Landing]:
        """Return the four landings."""
        known = {AS_IT_IS: what_if.as_it_is(of), KEPT: what_if.kept(of), CUT: what_if.cut(of)}
        found = {key: Landing(one.landing, one.change, one.deals) for key, one in known.items()}
        out = what_if.slipped(of, [n for n in self.marks if n in of.deals and _committed(of.deals[n])])
        comes = [n for n in self.marks if n in of.deals and not _committed(of.deals[n])]
        added = sum(of.deals[n].amount for n in comes)
        found[MARKED] = Landing(out.landing + added, out.change + added, (*out.deals, *comes))
        return found

    # ------------------------------------------------------------------ laid out

    def page(self, data: Ifs, width: int) -> Page:  # noqa: ARG002 - its face
        if data.stakes is None:
            landing = self.desk.amount(data.report.root.whole.landing)
            bare = [(" Landing ", "label"), (landing, "strong")]
            return Page(columns=_COLUMNS, summary=lambda width: [clip(bare, width)], empty="The deals are being read.")
        return self._read_page(data, data.stakes)

    def _read_page(self, data: Ifs, stakes: Stakes) -> Page:
        self._deals = stakes.deals
        landings = self.landings(stakes)
        rows: dict[Key, Row] = {key: self._landing_row(stakes, key, one) for key, one in landings.items()}
        keys: list[Key] = [*rows]
        sections = [Section("ifs", "Landing, if …", len(rows), "nothing here is stored ")]
        for category, deals in data.by_category.items():
            if deals:
                keys += deals
                total = self.desk.amount(sum(self._deals[n].amount for n in deals))
                sections.append(Section(category.key, f"{category.label}  {len(deals):,}  ({total})", len(deals)))
        reader = _Reader(self.desk, data.report, stakes.deals, self.marks, rows)
        return Page(
            columns=_COLUMNS,
            source=RowSource(keys, reader.fetch, sections),
            summary=lambda width: self._summary(landings, width),
            note=lambda key, _column: self._note(landings, key),
            behind=lambda key, _column: _behind(data.report, stakes, landings, key),
            deal=lambda key: key if isinstance(key, int) else None,
            why_not_open="it is the landing as it stands; the roll-up opens it",
        )

    def _landing_row(self, of: Stakes, key: str, landing: Landing) -> Row:
        desk, quota = self.desk, of.quota
        gap = None if quota is None else quota - landing.amount
        marked = [n for n in self.marks if n in of.deals]
        said = plural(len(landing.deals), "deal") if key != AS_IT_IS else ""
        if key == MARKED and not marked:
            said = "none yet"
        cells: list[Cell] = [
            _LABELS[key],
            (desk.amount(landing.amount), "strong"),
            _change(desk, landing.change) if key != AS_IT_IS else "",
            ("–", "muted") if gap is None else _gap(desk, gap),
            (said, "muted"),
        ]
        return Row(cells)

    def _summary(self, landings: Mapping[str, Landing], width: int) -> Iterable[Line]:
        desk, marked = self.desk, landings[MARKED]
        out = [d for d, puts_in in self.judged() if not puts_in]
        said: list[Cell] = [
            (" Landing ", "label"), (desk.amount(landings[AS_IT_IS].amount), "strong"),
            (" → ", "label"), (desk.amount(marked.amount), "strong"), " ", _change(desk, marked.change),
        ]  # fmt: skip
        words = f" with {len(out)} slipping and {len(self.judged()) - len(out)} coming in"
        yield widest([[*said, (words, "label")], said], width)
        hint = " space marks a deal: one in Commit slips, another comes in · m makes it your number"
        yield widest([[(hint, "muted")], [(" space marks · m makes it your number", "muted")]], width)

    def _note(self, landings: Mapping[str, Landing], key: Key | None) -> Line:
        desk = self.desk
        if isinstance(key, int) and key in self._deals:
            deal = self._deals[key]
            does = "slips out of the landing" if _committed(deal) else "comes into the landing"
            marked = "marked: it" if key in self.marks else "marked, it"
            return [(f"{marked} {does} · ", "label"), (desk.exact(deal.amount), "strong")]
        landing = landings.get(str(key))
        if landing is None:
            return ()
        change = "" if key == AS_IT_IS else f", {desk.exact(landing.change, signed=True)}"
        said = f"Landing, if {_LABELS[str(key)]} " if change else "Landing as it stands "
        return [(said, "label"), (desk.exact(landing.amount), "strong"), (change, "label")]

    def export(self, data: Ifs) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        currency = self.desk.policy.currency
        rows = [
            (key, decimal_string(one.amount, currency), decimal_string(one.change, currency), len(one.deals))
            for key, one in (self.landings(data.stakes) if data.stakes else {}).items()
        ]
        return ("what_if", "landing", "change", "deals"), rows


class _Reader(NamedTuple):
    """Reads the rows that are looked at."""

    desk: Desk
    report: ForecastReport
    at_stake: Mapping[int, ForecastDeal]
    marks: set[int]
    rows: Mapping[Key, Row]

    def fetch(self, keys: Sequence[Key]) -> Mapping[Key, Row]:
        context, report = self.desk.context, self.report
        moment = context.now() if report.current else report.at
        numbers = [key for key in keys if isinstance(key, int)]
        with context.store.reading() as conn:
            deals = deals_by_number(conn, numbers, moment, current=report.current) if numbers else {}
        found: dict[Key, Row] = {key: self.rows[key] for key in keys if key in self.rows}
        return found | {number: self._row(deal) for number, deal in deals.items()}

    def _row(self, deal: DealAt) -> Row:
        desk, marked = self.desk, deal.id in self.marks
        sign = -1 if _committed(self.at_stake[deal.id]) else 1
        mark: Cell = ("", "")
        if marked:
            mark = (SLIPS, "bad") if sign < 0 else (COMES, "good")
        cells: list[Cell] = [
            deal_in_words(deal.account, deal.name),
            desk.amount(deal.amount),
            _change(desk, sign * deal.amount) if marked else "",
            "",
            mark,
            desk.day(deal.close_day),
            desk.person(deal.owner),
            deal.stage,
        ]
        return Row(cells)


def _behind(report: ForecastReport, of: Stakes, landings: Mapping[str, Landing], key: Key | None) -> Behind | None:
    landing = landings.get(str(key))
    if landing is None or key == AS_IT_IS:
        return None
    sign = -1 if key == CUT else 1
    deals = of.deals
    amounts = {n: deals[n].amount * (sign if key != MARKED else -1 if _committed(deals[n]) else 1)
               for n in landing.deals}  # fmt: skip
    at = None if report.current else report.at
    return Behind(f"If {_LABELS[str(key)]}", landing.deals, at, amounts, None, "Change")


def _committed(deal: ForecastDeal) -> bool:
    return deal.category is Category.COMMIT


def _change(desk: Desk, amount: int) -> Cell:
    if not amount:
        return "0", "muted"
    return desk.amount(amount, signed=True), "good" if amount > 0 else "bad"


def _gap(desk: Desk, gap: int) -> Cell:
    return (desk.amount(gap), "warn") if gap > 0 else (desk.amount(-gap, signed=True), "good")
