"""How pipeline becomes bookings: coverage by segment, velocity, what the stages let through, what is created."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from salesops_tui.domain.coverage import CoverageLine, inherited_segments
from salesops_tui.domain.deal import Category
from salesops_tui.domain.forecast import Column as Counted
from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.quota import EVERYBODY
from salesops_tui.domain.velocity import Conversion, Created, StageAge
from salesops_tui.services.context import Context
from salesops_tui.services.flow import (
    ConversionReport,
    VelocityReport,
    created_by_week,
    stage_ages,
    stage_conversion,
    velocity,
)
from salesops_tui.services.forecast import Cell as Figure
from salesops_tui.services.forecast import ForecastReport, deals_behind, forecast
from salesops_tui.services.what_if import stakes
from salesops_tui.store.forecast import ForecastDeal
from salesops_tui.store.people import managers_at
from salesops_tui.ui.forecast_page import Asked, Behind, Page, View, scope_asked
from salesops_tui.ui.forecast_words import NONE, days, percent, plural, ratio
from salesops_tui.ui.widgets.board import Line, widest
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Cell, Key, Pieces, Row, RowSource, Section
from salesops_tui.ui.widgets.waterfall import Scale, standing

_BAR = 24
_COLUMNS = (
    Column("name", "", 24, least=16, flex=True),
    Column("a", "", 9, align="right"),
    Column("b", "", 9, least=8, align="right"),
    Column("c", "", 9, least=8, align="right", rank=1),
    Column("d", "", 9, least=7, align="right", rank=3),
    Column("words", "", _BAR + 8, least=22, rank=2),
)
_ENOUGH_WEEKS = 13


class FlowFigures(NamedTuple):
    """What was read; None for what is still to come."""

    report: ForecastReport
    velocity: VelocityReport | None = None
    conversion: ConversionReport | None = None
    ages: Sequence[StageAge] = ()
    created: Sequence[Created] = ()


def read_flow(context: Context, asked: Asked) -> Iterator[FlowFigures]:
    """Read coverage, then velocity, then what is created, then the flow through the stages."""
    scope, at = scope_asked(context, asked, totals=True)
    found = FlowFigures(forecast(context, scope, asked.period, at, band=False))
    yield found
    found = found._replace(velocity=velocity(context, scope, asked.period, at))
    found = found._replace(created=created_by_week(context, scope, at, _ENOUGH_WEEKS))
    yield found
    found = found._replace(ages=stage_ages(context, scope, asked.period, at))
    yield found._replace(conversion=stage_conversion(context, scope, at))


class Flow(View[FlowFigures]):
    """Four small tables, each with what it is made of."""

    KEY, TITLE = "flow", "Flow"
    KEYS = ("forecast.next", "forecast.open", "forecast.person", "forecast.quarter", "forecast.export")
    COLUMN = "name"
    read = staticmethod(read_flow)

    def question(self, asked: Asked) -> Asked:
        return asked

    def page(self, data: FlowFigures, width: int) -> Page:  # noqa: ARG002 - its face
        rows: dict[Key, Row] = {}
        sections = []
        for key, title, part in self._parts(data):
            listed = dict(part)
            rows |= listed
            sections.append(Section(key, title, len(listed)))
        return Page(
            columns=_COLUMNS,
            source=RowSource.of(rows, sections),
            summary=lambda width: self._summary(data, width),
            note=lambda key, _column: self._note(data, key),
            behind=lambda key, _column: _behind(self.desk.context, data, key),
            why_not_open="it is counted over time; coverage and stages open to their deals",
        )

    def _parts(self, data: FlowFigures) -> Iterator[tuple[str, str, Iterable[tuple[Key, Row]]]]:
        yield (
            "coverage",
            "Coverage by segment: open pipeline ÷ quota, against the policy's target",
            self._coverage(data),
        )
        if data.velocity is None:
            return
        quarters = plural(len(data.velocity.quarters), "closed quarter")
        yield "velocity", f"Velocity: deals × win rate × size ÷ cycle, over {quarters}", self._velocity(data.velocity)
        if data.conversion is not None:
            stages = self._stages(data.conversion, data.ages)
            yield "stages", "Stages: how far the deals came that have ended; how old what is open is", stages
        yield "created", "Created, week by week", self._created(data.created)

    # ------------------------------------------------------------------ coverage

    def _coverage(self, data: FlowFigures) -> Iterator[tuple[Key, Row]]:
        yield "coverage", _titles("segment", "open", "quota", "coverage", "of rest", "target")
        lines = [*data.report.segments, data.report.coverage]
        for number, line in enumerate(lines):
            whole = number == len(lines) - 1
            name = "All" if whole else line.segment or "no segment"
            yield f"segment:{number}", self._coverage_row(name, line, "strong" if whole else "")

    def _coverage_row(self, name: str, line: CoverageLine, style: str) -> Row:
        desk = self.desk
        covered, rest = line.coverage, line.remaining
        target = line.target
        style_of = ""
        if target is not None and covered is not None:
            style_of = "good" if covered >= target.low else "warn"
        cells: list[Cell] = [
            name,
            desk.amount(line.open),
            (desk.amount(line.quota), "" if line.quota is not None else "muted"),
            (ratio(None if covered is None else float(covered)), style_of),
            ("done", "good") if line.done else ratio(None if rest is None else float(rest)),
            self._target(line),
        ]
        return Row(cells, style)

    def _target(self, line: CoverageLine) -> Cell:
        if line.quota is None:
            return "no quota: salesops import-quotas FILE", "warn"
        if line.target is None:
            return "", "muted"
        said = f"{line.target.low:g} to {line.target.high:g}×"
        missing = line.to_create or 0
        return (f"{said}, {self.desk.amount(missing)} short", "warn") if missing else (f"{said}, enough", "good")

    # ------------------------------------------------------------------ velocity

    def _velocity(self, report: VelocityReport) -> Iterator[tuple[Key, Row]]:
        desk, found = self.desk, report.velocity
        ended = found.won + found.lost
        yield (
            "deals",
            _made_of("open deals", f"{found.open_deals:,}", f"{desk.amount(found.open_amount)} in this quarter"),
        )
        yield "rate", _made_of("× win rate", percent(found.win_rate), f"{found.won:,} won of {ended:,} that ended")
        size = "–" if found.average_size is None else desk.amount(found.average_size)
        yield "size", _made_of("× average size", size, f"{desk.amount(found.won_amount)} won in {found.won:,} deals")
        cycle = f"{found.cycles:,} won deals whose creation is known"
        yield "cycle", _made_of("÷ cycle", days(found.cycle), cycle)
        speed = "–" if found.a_day is None else f"{desk.amount(found.a_day)} a day"
        ninety = "" if found.a_day is None else f"{desk.amount(found.a_day * 91)} in 91 days"
        yield "velocity", Row(("= velocity", (speed, "strong"), "", "", "", ninety), "strong")

    # ------------------------------------------------------------------ stages

    def _stages(self, conversion: ConversionReport, open_now: Sequence[StageAge]) -> Iterator[tuple[Key, Row]]:
        yield "stages", _titles("stage", "reached", "went on", "won", "open", "their age, days in stage")
        ages = {age.stage.key: age for age in open_now}
        for one in conversion.stages:
            yield f"stage:{one.stage.key}", self._stage_row(one, ages.get(one.stage.key))

    def _stage_row(self, one: Conversion, age: StageAge | None) -> Row:
        open_now = "" if age is None or not age.deals else f"{age.deals:,}"
        old = "" if age is None or not age.deals else f"{days(age.age)} old, {days(age.in_stage)} here"
        cells: list[Cell] = [
            f"{one.stage.key} {one.stage.name}", f"{one.reached:,}", percent(one.rate), percent(one.win_rate),
            open_now, old,
        ]  # fmt: skip
        return Row(cells)

    # ------------------------------------------------------------------ creation

    def _created(self, created: Sequence[Created]) -> Iterator[tuple[Key, Row]]:
        desk = self.desk
        yield "created", _titles("week of", "deals", "amount", "", "", "")
        scale = Scale(0, max((c.amount for c in created), default=1) or 1, _BAR)
        for number, week in enumerate(reversed(created)):
            bar: Cell = (standing(scale, week.amount), "accent" if number else "muted")
            name = desk.day(week.week) + ("" if number else ", so far")
            yield f"week:{week.week}", Row((name, f"{week.deals:,}", desk.amount(week.amount), "", "", bar))

    # ------------------------------------------------------------------ above and below

    def _summary(self, data: FlowFigures, width: int) -> Iterator[Line]:
        desk, coverage = self.desk, data.report.coverage
        covered = None if coverage.coverage is None else float(coverage.coverage)
        said: list[Cell] = [(" Coverage ", "label"), (ratio(covered), "strong")]
        short = [line for line in data.report.segments if line.to_create]
        if short:
            missing = desk.amount(sum(line.to_create or 0 for line in short))
            said += [(" · to reach the targets ", "label"), (missing, "warn"), (" would have to be created", "label")]
        elif coverage.quota is None:
            said += [(" · no quota: 'salesops import-quotas FILE' brings them in", "label")]
        yield widest([said, said[:2]], width)
        if data.velocity is None:
            yield [(" Velocity: being added up", "muted")]
            return
        found = data.velocity.velocity
        speed: list[Cell] = [(" Velocity ", "label")]
        speed.append((NONE if found.a_day is None else f"{desk.amount(found.a_day)} a day", "strong"))
        full = [week.amount for week in data.created[:-1]]
        if full:
            mean = desk.amount(sum(full) // len(full))
            speed += [(" · created ", "label"), (mean, "strong"), (f" a week over {len(full)} weeks", "label")]
        yield widest([speed, speed[:2]], width)

    def _note(self, data: FlowFigures, key: Key | None) -> Line:
        desk, line = self.desk, _segment_of(data, key)
        if line is not None:
            said = [f"open {desk.exact(line.open)}", f"closed {desk.exact(line.closed)}"]
            if line.to_create_for_rest is not None:
                said.append(f"to cover the rest: {desk.exact(line.to_create_for_rest)} to create")
            return [(" · ".join(said), "label")]
        kind, _, rest = str(key).partition(":")
        found = next((c for c in _stages_of(data) if kind == "stage" and c.stage.key == rest), None)
        if found is not None:
            said = [f"of {plural(found.reached, 'deal')} that reached it and ended, {found.advanced:,} went on"]
            said.append(f"{found.won:,} were won")
            return [(" · ".join(said), "label")]
        parts = self._velocity(data.velocity) if data.velocity else ()
        row = next((row for one, row in parts if one == key), None)
        return (
            [_said(row.cells[0]), " ", (_said(row.cells[1]), "strong"), (f" · {_said(row.cells[-1])}", "label")]
            if row
            else ()
        )

    def export(self, data: FlowFigures) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        return ("table", "name", "figure", "value"), self._exported(data)

    def _exported(self, data: FlowFigures) -> Iterator[Sequence[object]]:
        currency = self.desk.policy.currency
        for line in data.report.segments:
            amounts = {"open": line.open, "closed": line.closed, "quota": line.quota, "to_create": line.to_create}
            for figure, amount in amounts.items():
                yield "coverage", line.segment, figure, None if amount is None else decimal_string(amount, currency)
        for name, value in data.velocity.velocity._asdict().items() if data.velocity else ():
            money = name.endswith("amount")
            yield "velocity", "", name, decimal_string(value, currency) if money else value
        for one in _stages_of(data):
            counts: Mapping[str, int] = {"reached": one.reached, "advanced": one.advanced, "won": one.won}
            for figure, count in counts.items():
                yield "stage", one.stage.key, figure, count
        for week in data.created:
            yield "created", self.desk.day(week.week), "deals", week.deals
            yield "created", self.desk.day(week.week), "amount", decimal_string(week.amount, currency)


def _stages_of(data: FlowFigures) -> Sequence[Conversion]:
    return data.conversion.stages if data.conversion else ()


def _said(cell: Cell | Pieces) -> str:
    return (cell if isinstance(cell, str) else cell.text if isinstance(cell, Pieces) else cell[0]).strip()


def _titles(*titles: str) -> Row:
    return Row(titles, "muted")


def _made_of(name: str, value: str, words: str) -> Row:
    return Row((f"  {name}", value, "", "", "", (words, "muted")))


def _segment_of(data: FlowFigures, key: Key | None) -> CoverageLine | None:
    kind, _, rest = str(key).partition(":")
    if kind != "segment" or not rest.isdigit():
        return None
    lines = [*data.report.segments, data.report.coverage]
    return lines[int(rest)] if int(rest) < len(lines) else None


def _behind(context: Context, data: FlowFigures, key: Key | None) -> Behind | None:
    report = data.report
    line, (kind, _, rest) = _segment_of(data, key), str(key).partition(":")
    at = None if report.current else report.at
    if line is not None and line is not report.coverage:
        own = {person.id: person.segment for person in context.people.values()}
        segments = inherited_segments(own, managers_at(context.store.conn, report.at))
        return _open_deals(context, data, f"Open, {line.segment or 'no segment'}", line.open,
                                lambda deal: segments.get(deal.owner, "") == line.segment)  # fmt: skip
    if kind == "stage":
        age = next((one for one in data.ages if one.stage.key == rest), None)
        title = f"Open at stage {rest}"
        return _open_deals(context, data, title, age.amount, lambda deal: deal.stage == rest) if age else None
    if line is None and key != "deals":
        return None
    person = EVERYBODY if report.person is None else report.person.id
    numbers = deals_behind(context, report, Figure(person, Counted.OPEN))
    return Behind("Open pipeline", numbers, at, total=report.root.whole.open)


def _open_deals(
    context: Context, data: FlowFigures, title: str, total: int, holds: Callable[[ForecastDeal], bool]
) -> Behind | None:
    """The open deals of the pipeline for which something holds, the largest first."""
    report = data.report
    found = [
        deal for deal in stakes(context, report).deals.values() if deal.category is not Category.OMITTED and holds(deal)
    ]
    found.sort(key=lambda deal: (-deal.amount, deal.deal))
    return Behind(title, [deal.deal for deal in found], None if report.current else report.at, total=total)
