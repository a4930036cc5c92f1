"""The manager's number beside the landing: who said it, what it was built from, what has changed beneath it since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.people import Scope
from salesops_tui.services.context import Context
from salesops_tui.services.forecast import ForecastReport, forecast
from salesops_tui.services.judgments import JudgmentReport, scored_judgments
from salesops_tui.services.manager_number import StandingNumber, is_settled, standing_number, submitted_numbers
from salesops_tui.store.deals import DealAt, deals_by_number
from salesops_tui.store.forecast_numbers import SubmittedNumber
from salesops_tui.ui.forecast_page import Asked, Behind, Page, View, scope_asked
from salesops_tui.ui.forecast_rollup_cells import judged_deals
from salesops_tui.ui.forecast_words import plural
from salesops_tui.ui.sheet_head import period_in_words
from salesops_tui.ui.sheet_rows import deal_in_words
from salesops_tui.ui.widgets.board import Line, widest
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Cell, Key, Row, RowSource, Section

_COLUMNS = (
    Column("name", "", 30, least=22, flex=True),
    Column("amount", "Amount", 8, align="right"),
    Column("change", "To landing", 10, least=8, align="right", rank=1),
    Column("words", "", 44, least=20, rank=2, flex=True),
)


class Numbers(NamedTuple):
    """The numbers of a scope and period.

    Attributes:
        standing: the one that counts, None where nobody has said one.
        numbers: all of them, the newest first.
        below: the newest of each manager below.
        deals: what they name, by the store's number, as it is at the moment that is looked at.
        scored: the judgments of past quarters with what became of them.
    """

    report: ForecastReport
    standing: StandingNumber | None
    numbers: Sequence[SubmittedNumber]
    below: Mapping[int, SubmittedNumber]
    deals: Mapping[int, DealAt]
    scored: JudgmentReport | None


def read_numbers(context: Context, asked: Asked) -> Numbers:
    """Read the numbers of a scope, those of the managers below, and how past judgments came out."""
    scope, at = scope_asked(context, asked, totals=True)
    report = forecast(context, scope, asked.period, at, band=False)
    standing = standing_number(context, scope, asked.period, at)
    below = {}
    for node in report.nodes.values():
        person = context.people.get(node.person)
        if node.reports and person is not None and node is not report.root:
            said = submitted_numbers(context, Scope(person, frozenset()), asked.period, at)
            if said:
                below[node.person] = said[0]
    scored = scored_judgments(context, scope, at)
    named = {j.deal for j in standing.number.judgments} if standing else set()
    named |= {d.deal for d in standing.differences} if standing else set()
    deals = deals_by_number(context.store.conn, named, at, current=report.current)
    numbers = submitted_numbers(context, scope, asked.period, at)
    return Numbers(report, standing, numbers, below, deals, scored)


class Number(View[Numbers]):
    """What somebody says the quarter will bring."""

    KEY, TITLE = "number", "Number"
    KEYS = ("forecast.number", "forecast.open", "forecast.next", "forecast.person", "forecast.quarter")
    COLUMN = "name"
    read = staticmethod(read_numbers)

    def question(self, asked: Asked) -> Asked:
        return asked

    def page(self, data: Numbers, width: int) -> Page:  # noqa: ARG002 - its face
        parts = {title: dict(rows) for title, rows in self._parts(data)}
        rows: dict[Key, Row] = {key: row for part in parts.values() for key, row in part.items()}
        sections = [Section(title, title, len(part)) for title, part in parts.items() if part]
        return Page(
            columns=_COLUMNS,
            source=RowSource.of(rows, sections),
            summary=lambda width: self._summary(data, width),
            note=lambda key, _column: self._note(data, key),
            behind=lambda key, _column: _behind(data, key),
            deal=_deal_of,
            why_not_open="no deals are named in it",
        )

    def _parts(self, data: Numbers) -> Iterator[tuple[str, Iterable[tuple[Key, Row]]]]:
        yield f"{data.report.scope_name}, {period_in_words(data.report.period)}", self._now(data)
        if data.standing:
            yield "Judgments in it: below the line, with a name on each", self._judgments(data, data.standing)
            yield "Changed beneath it since", self._changed(data, data.standing)
        yield "Below, beside the roll-up", self._below(data)
        yield "Said before", (self._said(data, number) for number in data.numbers[1:])
        if data.scored:
            yield "Whose judgment held, over closed quarters", self._scored(data.scored)

    # ------------------------------------------------------------------ rows

    def _now(self, data: Numbers) -> Iterator[tuple[Key, Row]]:
        desk, root = self.desk, data.report.root
        landing = root.whole.landing
        if data.standing:
            number = data.standing.number
            stale: Cell = ("stale: see below", "warn") if data.standing.stale else ("nothing has changed since", "good")
            if data.standing.settled:
                stale = ("of a quarter that is over", "muted")
            who = desk.person(number.by) if number.by else "?"
            name = f"{who}, {desk.moment(number.submitted_at)}"
            yield "number", self._row(name, number.amount, number.amount - landing, stale, "strong")
            if number.note:
                yield "note", Row((("  note", "muted"), "", "", number.note))
        else:
            yield "none", Row((("nobody has said a number", "muted"), "", "", ("m submits one", "accent")))
        yield "landing", self._row("Landing: Closed + Commit", landing, None, "")
        yield "weighted", self._row("Weighted", root.whole.weighted, root.whole.weighted - landing, "")
        if root.quota.value is not None:
            yield "quota", self._row("Quota", root.quota.value, root.quota.value - landing, "")

    def _judgments(self, data: Numbers, standing: StandingNumber) -> Iterator[tuple[Key, Row]]:
        for judgment in standing.number.judgments:
            amount = judgment.amount if judgment.puts_in else -judgment.amount
            mark = "+ in: " if judgment.puts_in else "− out: "
            name = mark + self._deal_name(data, judgment.deal)
            yield f"judgment:{judgment.deal}", self._row(name, judgment.amount, amount, judgment.reason)
        rest = standing.number.unexplained
        if rest:
            words = "beside Closed, Commit and the named deals"
            yield "rest", self._row("without a deal's name", abs(rest), rest, words)

    def _changed(self, data: Numbers, standing: StandingNumber) -> Iterator[tuple[Key, Row]]:
        desk = self.desk
        for one in standing.differences:
            words = f"counted {desk.amount(one.before)}, now {desk.amount(one.after)}"
            words += ", and it was judged" if one.judged else ""
            name = self._deal_name(data, one.deal)
            style = "" if standing.settled else "warn"
            yield f"changed:{one.deal}", self._row(name, one.after, one.after - one.before, (words, style))

    def _below(self, data: Numbers) -> Iterator[tuple[Key, Row]]:
        desk = self.desk
        settled = is_settled(desk.context, data.report.period, data.report.at)
        for person, number in data.below.items():
            landing = data.report.nodes[person].whole.landing
            stale = " · stale" if landing != number.landing and not settled else ""
            words: Cell = (f"{desk.moment(number.submitted_at)}{stale} {number.note}", "warn" if stale else "")
            yield f"below:{person}", self._row(desk.person(person), number.amount, number.amount - landing, words)

    def _said(self, data: Numbers, number: SubmittedNumber) -> tuple[Key, Row]:
        desk = self.desk
        who = desk.person(number.by) if number.by else "?"
        landing = data.report.root.whole.landing
        judged = f"{plural(len(number.judgments), 'judgment')} " if number.judgments else ""
        name = f"{who}, {desk.moment(number.submitted_at)}"
        return f"said:{number.id}", self._row(name, number.amount, number.amount - landing, judged + number.note)

    def _scored(self, scored: JudgmentReport) -> Iterator[tuple[Key, Row]]:
        desk = self.desk
        for score in scored.by_person:
            held = f"right {score.right} of {score.judgments}; the inspection {score.inspection_right} of these"
            yield f"score:{score.person}", Row((desk.person(score.person), "", "", held))
        for one in scored.judgments:
            what = "put in" if one.puts_in else "taken out"
            came = "won" if one.won else "not won"
            words = f"{what}, {came}: {one.reason}"
            name = f"  {'✓' if one.right else '✗'} {deal_in_words(one.account, one.name)}"
            cells: list[Cell] = [(name, ""), desk.amount(one.amount), period_in_words(one.period), words]
            yield f"scored:{one.deal}:{one.submitted_at}", Row(cells)

    def _row(self, name: str, amount: int, change: int | None, words: Cell, style: str = "") -> Row:
        desk = self.desk
        moved: Cell = "" if change is None else (
            (desk.amount(change, signed=True), "good" if change > 0 else "bad") if change else ("0", "muted")
        )  # fmt: skip
        return Row((name, (desk.amount(amount), "strong"), moved, words), style)

    def _deal_name(self, data: Numbers, number: int) -> str:
        deal = data.deals.get(number)
        return deal_in_words(deal.account, deal.name) if deal else f"deal {number}"

    # ------------------------------------------------------------------ above and below

    def _summary(self, data: Numbers, width: int) -> Iterator[Line]:
        desk, landing = self.desk, data.report.root.whole.landing
        if data.standing is None:
            yield [(" Nobody has said a number for this quarter; ", "label"), ("m", "key"), (" submits one", "label")]
            yield [(" It is built from Commit and named deals in or out, and changes none of them", "muted")]
            return
        number = data.standing.number
        change = number.amount - landing
        said: list[Cell] = [
            (" Number ", "label"), (desk.amount(number.amount), "strong"), (" · landing ", "label"),
            (desk.amount(landing), "strong"), " ",
            (desk.amount(change, signed=True), "good" if change > 0 else "bad" if change else "muted"),
        ]  # fmt: skip
        stale: list[Cell] = [(" · ", "label"), ("stale", "warn"), (_since(data.standing), "label")]
        yield widest([[*said, *(stale if data.standing.stale else ())], said], width)
        built = f" = Closed {desk.amount(number.closed)} + Commit {desk.amount(number.committed)}"
        built += f" + judgments {desk.amount(number.judged, signed=True)}" if number.judgments else ""
        built += f" + {desk.amount(number.unexplained, signed=True)} beside" if number.unexplained else ""
        yield widest([[(built, "muted")]], width)

    def _note(self, data: Numbers, key: Key | None) -> Line:
        name, _, number = str(key).partition(":")
        desk = self.desk
        if name in ("number", "note") and data.standing:
            return [(data.standing.number.note or "no note", "label")]
        if name in ("judgment", "changed") and number.isdigit():
            deal = data.deals.get(int(number))
            return [(f"{deal.category.label} · ", "label"), (desk.exact(deal.amount), "strong")] if deal else ()
        if name == "said":
            found = next((n for n in data.numbers if str(n.id) == number), None)
            return [(f"{desk.exact(found.amount)} · {found.note}", "label")] if found else ()
        return ()

    def export(self, data: Numbers) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        desk, currency = self.desk, self.desk.policy.currency
        titles = ("about", "by", "submitted_at", "amount", "closed", "commit", "judgments", "note")
        listed = [*data.numbers, *data.below.values()]
        rows = (
            (
                desk.person(n.person), desk.person(n.by) if n.by else "", desk.policy.calendar.iso(n.submitted_at),
                *(decimal_string(amount, currency) for amount in (n.amount, n.closed, n.committed)),
                len(n.judgments), n.note,
            )
            for n in listed
        )  # fmt: skip
        return titles, rows


def _since(standing: StandingNumber) -> str:
    return f": {plural(len(standing.differences), 'deal')} changed beneath it"


def _deal_of(key: Key | None) -> int | None:
    name, _, rest = str(key).partition(":")
    number = rest.partition(":")[0]
    return int(number) if name in ("judgment", "changed", "scored") and number.isdigit() else None


def _behind(data: Numbers, key: Key | None) -> Behind | None:
    name, _, rest = str(key).partition(":")
    number: SubmittedNumber | None = None
    if name == "number" and data.standing:
        number = data.standing.number
    elif name == "below" and rest.isdigit():
        number = data.below.get(int(rest))
    elif name == "said":
        number = next((n for n in data.numbers if str(n.id) == rest), None)
    if number is None or not number.judgments:
        return None
    return judged_deals(number, None if data.report.current else data.report.at)
