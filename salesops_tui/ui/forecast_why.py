"""Why the weighted forecast and the landing differ: over-claim and upside, and each deal's part in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.deal import Category
from salesops_tui.domain.divergence import Contribution, divergence_of
from salesops_tui.domain.money import decimal_string
from salesops_tui.services.context import Context
from salesops_tui.services.forecast import ForecastReport, explanation, forecast, past_band
from salesops_tui.services.forecast_words import in_words
from salesops_tui.store.deals import DealAt, deals_by_number
from salesops_tui.store.forecast import StageSum, keys_of
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.forecast_page import Asked, Page, View, scope_asked
from salesops_tui.ui.forecast_words import percent, plural
from salesops_tui.ui.sheet_rows import deal_in_words
from salesops_tui.ui.widgets.board import Line, widest
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Cell, Key, Row, RowSource

_COLUMNS = (
    Column("name", "Deal", 22, least=16, flex=True),
    Column("part", "Part", 7, align="right"),
    Column("amount", "Amount", 7, align="right", rank=2),
    Column("odds", "Odds", 5, align="right", rank=5),
    Column("owner", "Owner", 14, least=8, rank=4),
    Column("words", "Why", 42, least=40, rank=1),
)


class Explained(NamedTuple):
    """A forecast with what each deal adds to the divergence, the largest first.

    Attributes:
        parts: None until they have been read.
        compared: whether the band is there, which is read last.
    """

    report: ForecastReport
    parts: Sequence[Contribution] | None
    by_deal: Mapping[int, Contribution]
    compared: bool


def read_why(context: Context, asked: Asked) -> Iterator[Explained]:
    """Read the divergence of a scope, then its explanation, then what was ordinary in past quarters."""
    scope, at = scope_asked(context, asked, totals=True)
    report = forecast(context, scope, asked.period, at, band=False)
    yield Explained(report, None, {}, False)
    parts = explanation(context, report)
    by_deal = {part.deal: part for part in parts}
    yield Explained(report, parts, by_deal, False)
    band = past_band(context, scope, report.period, report.at)
    found = report.divergence
    compared = divergence_of(found.commit, found.over_claim, found.upside, band, report.policy.thresholds)
    yield Explained(report._replace(divergence=compared), parts, by_deal, True)


class Why(View[Explained]):
    """The deals that make the difference, the largest part first."""

    KEY, TITLE = "why", "Why"
    KEYS = ("forecast.open", "forecast.next", "forecast.filter", "forecast.person", "forecast.quarter")
    COLUMN = "name"
    read = staticmethod(read_why)

    def question(self, asked: Asked) -> Asked:
        return asked

    def page(self, data: Explained, width: int) -> Page:  # noqa: ARG002 - its face
        desk = self.desk
        fetch = _Reader(desk, data).fetch
        return Page(
            columns=_COLUMNS,
            source=RowSource([part.deal for part in data.parts or ()], fetch),
            summary=lambda width: summary_lines(desk, data, width),
            note=lambda key, column: _note(desk, data, key, column),
            deal=lambda key: key if isinstance(key, int) else None,
            empty=_why_empty(data),
        )

    def export(self, data: Explained) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        desk, currency = self.desk, self.desk.policy.currency
        keys = keys_of(desk.context.store.conn, data.by_deal)
        titles = ("id", "owner_name", "category", "stage", "amount", "probability", "contribution", "why")
        rows = (
            (
                keys.get(part.deal), desk.person(part.owner), part.category.key, part.stage,
                decimal_string(part.amount, currency), part.odds_bp / 10_000,
                decimal_string(part.contribution, currency), in_words(part, data.report.policy),
            )
            for part in data.parts or ()
        )  # fmt: skip
        return titles, rows


class _Reader(NamedTuple):
    """Reads the rows that are looked at."""

    desk: Desk
    data: Explained

    def fetch(self, numbers: Sequence[int]) -> Mapping[int, Row]:
        context, report = self.desk.context, self.data.report
        moment = context.now() if report.current else Moment(report.at)
        with context.store.reading() as conn:
            deals = deals_by_number(conn, numbers, moment, current=report.current)
        parts = self.data.by_deal
        return {number: self._row(deal, parts[number]) for number, deal in deals.items()}

    def _row(self, deal: DealAt, part: Contribution) -> Row:
        desk = self.desk
        return Row(
            (
                deal_in_words(deal.account, deal.name),
                (desk.amount(part.contribution, signed=True), "bad" if part.contribution < 0 else "good"),
                desk.amount(part.amount),
                percent(part.odds_bp / 10_000),
                desk.person(part.owner),
                in_words(part, self.data.report.policy),
            )
        )


def summary_lines(desk: Desk, data: Explained, width: int) -> Iterator[Line]:
    """Write how the two numbers differ, and whether that is out of the ordinary."""
    yield widest(_sums(desk, data), width)
    yield widest(_flags(data.report, data.compared), width)


def _sums(desk: Desk, data: Explained) -> Iterator[Line]:
    whole, found = data.report.root.whole, data.report.divergence
    two: list[Cell] = [
        (" Weighted ", "label"), (desk.amount(whole.weighted), "strong"),
        (" − Landing ", "label"), (desk.amount(whole.landing), "strong"),
        (" = ", "label"), _signed(desk, found.amount),
    ]  # fmt: skip
    parts: list[Cell] = [
        (" = over-claim ", "label"), _signed(desk, found.over_claim),
        (" and upside ", "label"), _signed(desk, found.upside),
    ]  # fmt: skip
    share: list[Cell] = []
    if found.share is not None and found.over_claim_share is not None:
        share = [
            (" · ", "label"), (f"{percent(float(found.share), signed=True)}", "strong"), (" of Commit", "label"),
        ]  # fmt: skip
    yield [*two, *parts, *share]
    yield [*two, *parts]
    yield two


def _signed(desk: Desk, amount: int) -> Cell:
    return desk.amount(amount, signed=True), "good" if amount > 0 else "bad" if amount < 0 else "muted"


def _flags(report: ForecastReport, compared: bool) -> Iterator[Line]:
    found, thresholds = report.divergence, report.policy.thresholds
    if found.share is None or found.over_claim_share is None:
        yield [(" Nothing is in Commit, so there is no share to flag", "label")]
        return
    claimed = percent(-float(found.over_claim_share))
    allowed = f"{thresholds.over_claim_percent} %"
    mark: Cell = ("⚑ ", "warn") if found.flagged else ("✓ ", "good")
    over: list[Cell] = [
        (f"over-claim is {claimed} of Commit", "warn" if found.over_claimed else ""),
        (f" ({'more' if found.over_claimed else 'no more'} than {allowed})", "label"),
    ]
    low, high = percent(float(found.band.low), signed=True), percent(float(found.band.high), signed=True)
    rests = (
        f"as in {found.band.quarters} quarters" if found.band.quarters else "the policy's: fewer than 4 quarters known"
    )
    inside = "outside" if found.out_of_band else "inside"
    band: list[Cell] = [
        (" · divergence ", "label"), (f"{inside} {low} to {high}", "warn" if found.out_of_band else ""),
    ]  # fmt: skip
    if not compared:
        band, rests = [(" · past quarters are being compared", "muted")], "the same week"
    odd = [*_odd(report.contradictions, "contradicts"), *_odd(report.unweighted, "has no odds")]
    yield [" ", mark, *over, *band, (f" ({rests})", "label"), *odd]
    yield [" ", mark, *over, *band, (f" ({rests})", "label")]
    yield [" ", mark, *over, *band]
    yield [" ", mark, *over]


def _odd(sums: Sequence[StageSum], what: str) -> list[Cell]:
    deals = sum(s.deals for s in sums)
    return [(f" · {plural(deals, 'deal')}: the stage {what}, weighted 0", "warn")] if deals else []


def _note(desk: Desk, data: Explained, key: Key | None, column: str) -> Line:
    part = data.by_deal.get(key) if isinstance(key, int) else None
    if part is None:
        return ()
    if column == "amount":
        return [("Amount ", "label"), (desk.exact(part.amount), "strong")]
    odds = part.odds_bp / 100
    sum_ = f"{desk.amount(part.amount)} × ({odds:g} % − 100 %)" if part.category is Category.COMMIT else (
        f"{desk.amount(part.amount)} × {odds:g} %"
    )  # fmt: skip
    words = f"{in_words(part, data.report.policy)} · {sum_} = "
    return [(words, "label"), (desk.exact(part.contribution, signed=True), "strong")]


def _why_empty(data: Explained) -> str:
    whole = data.report.root.whole
    if data.parts is None:
        return "The deals are being read."
    if not whole.open and not whole.omitted:
        return "No deal is open here, so nothing differs.\np chooses another person, w another quarter."
    return "Every deal counts in both alike: there is nothing to explain.\nStages counts what each stage is worth."
