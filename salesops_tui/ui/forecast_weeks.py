"""The quarter week by week: Closed, Commit and Best Case against the quota, beside the quarter before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from salesops_tui.domain.forecast import Column as Counted
from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.quota import EVERYBODY
from salesops_tui.services.context import Context
from salesops_tui.services.forecast import Cell as Figure
from salesops_tui.services.forecast import deals_behind, forecast
from salesops_tui.services.forecast_trend import ForecastTrend, QuarterLine, WeekFigures, forecast_trend
from salesops_tui.ui import present
from salesops_tui.ui.forecast_page import Asked, Behind, Page, View, scope_asked
from salesops_tui.ui.forecast_words import BEST_CASE, CLOSED, COMMIT, QUOTA, percent, stacked
from salesops_tui.ui.sheet_head import period_in_words
from salesops_tui.ui.widgets.board import Line, widest
from salesops_tui.ui.widgets.columns import Column, place
from salesops_tui.ui.widgets.source import Cell, Key, Pieces, Row, RowSource

_LAST_WEEK = 13
_COUNTED: Mapping[str, tuple[Counted, str, Callable[[WeekFigures], int]]] = {
    "closed": (Counted.CLOSED, "Closed", lambda f: f.closed),
    "commit": (Counted.COMMIT, "Commit", lambda f: f.commit),
    "best_case": (Counted.BEST_CASE, "Best Case", lambda f: f.best_case),
    "landing": (Counted.LANDING, "Landing", lambda f: f.closed + f.commit),
}
"""What a column adds up: the roll-up's name for it, the word, and the figure."""
_WIDE = 100


def read_weeks(context: Context, asked: Asked) -> ForecastTrend:
    """Read the weeks of a quarter and of the one before."""
    scope, at = scope_asked(context, asked, totals=True)
    return forecast_trend(context, scope, asked.period, at)


class _Two(NamedTuple):
    """The same week of this quarter and of the one before."""

    this: WeekFigures | None
    last: WeekFigures | None


class Weeks(View[ForecastTrend]):
    """One row a week, one bar a quarter."""

    KEY, TITLE = "weeks", "Weeks"
    KEYS = ("forecast.open", "forecast.next", "forecast.before", "forecast.quarter", "forecast.person")
    COLUMN = "landing"
    read = staticmethod(read_weeks)

    def question(self, asked: Asked) -> Asked:
        return asked

    def page(self, data: ForecastTrend, width: int) -> Page:
        weeks = _side_by_side(data)
        top = max(_tops(data.this) + _tops(data.last) + [1])
        columns = self._columns(data)
        places = place(columns, max(0, width - 2), 2 if width >= _WIDE else 1)
        room = {columns[p.column].key: p.width for p in places}
        rows: dict[Key, Row] = {
            week: self._row(data, week, both, top, room.get("this", 0), room.get("last", 0))
            for week, both in weeks.items()
        }
        return Page(
            columns=columns,
            source=RowSource.of(rows),
            summary=lambda width: self._summary(data, width),
            note=lambda key, column: self._note(data, int(key or 0), weeks.get(int(key or 0)), column),
            start=data.this.points[-1].week if data.this.points else None,
            behind=lambda key, column: self._behind(data, weeks.get(int(key or 0)), column),
            why_not_open="nothing is stored of that week",
        )

    def _columns(self, data: ForecastTrend) -> Sequence[Column]:
        return (
            Column("week", "Week", 10),
            Column("closed", "Closed", 6, align="right", rank=3),
            Column("commit", "Commit", 6, align="right", rank=2),
            Column("best_case", "Best", 6, least=5, align="right", rank=4),
            Column("landing", "Landing", 7, align="right"),
            Column("this", period_in_words(data.this.period), 14, least=10, rank=1, flex=True),
            Column("last", period_in_words(data.last.period), 14, least=10, rank=5, flex=True),
        )

    def _row(self, data: ForecastTrend, week: int, both: _Two, top: int, this: int, last: int) -> Row:
        desk, figures = self.desk, both.this
        name = "start" if week == 0 else f"{week:>2}"
        day = both.this.moment if both.this else None
        when = f"  {present.short_day(desk.policy.calendar.day_of(day), desk.today)}" if day and week else ""
        amounts: list[Cell] = [""] * 4
        if figures is not None:
            landing = figures.closed + figures.commit
            amounts = [desk.amount(f) for f in (figures.closed, figures.commit, figures.best_case)]
            amounts.append((desk.amount(landing), "strong"))
        now = both.this is not None and both.this is data.this.points[-1]
        cells: list[Cell | Pieces] = [(name + when, "strong" if now else ""), *amounts]
        return Row([*cells, _bar(both.this, data.this, top, this), _bar(both.last, data.last, top, last)])

    def _summary(self, data: ForecastTrend, width: int) -> Iterable[Line]:
        desk, points = self.desk, data.this.points
        key: list[Cell] = [
            " ", (CLOSED, "good"), (" Closed  ", "label"), (COMMIT, "accent"), (" Commit  ", "label"),
            (BEST_CASE, "muted"), (" Best Case  ", "label"), (QUOTA, "strong"), (" quota ", "label"),
        ]  # fmt: skip
        quota: list[Cell] = [(desk.amount(data.this.quota), "strong")] if data.this.quota is not None else [
            ("none yet: salesops import-quotas FILE", "warn")
        ]  # fmt: skip
        yield widest([[*key, *quota]], width)
        if points:
            yield widest(self._said(data, points[-1]), width)

    def _said(self, data: ForecastTrend, now: WeekFigures) -> Iterable[Line]:
        """How this quarter stands against the one before, at the same week and at its end."""
        desk = self.desk
        landing = now.closed + now.commit
        then = next((p for p in data.last.points if p.week == now.week), None)
        came_in = data.last.came_in
        said: list[Cell] = [(f" Landing in week {now.week} ", "label"), (desk.amount(landing), "strong")]
        if data.this.came_in is not None:
            said += [(" · came in at ", "label"), (desk.amount(data.this.came_in), "strong")]
        if then is None or came_in is None:
            week = " at that week" if data.last.points else ""
            yield [*said, (f" · nothing is stored of {period_in_words(data.last.period)}{week}", "label")]
            return
        last = then.closed + then.commit
        said += [(" · a quarter ago ", "label"), (desk.amount(last), "strong")]
        came = [(" · which came in at ", "label"), (desk.amount(came_in), "strong")]
        of = f" ({percent(came_in / last)} of it)" if last else ""
        yield [*said, *came, (of, "label")]
        yield [*said, *came]
        yield said

    def _note(self, data: ForecastTrend, week: int, both: _Two | None, column: str) -> Line:
        if both is None:
            return ()
        desk, line = self.desk, data.last if column == "last" else data.this
        figures = both.last if column == "last" else both.this
        if figures is None:
            known = line.points and week > line.points[-1].week
            return [("that week has not come" if known else "nothing is stored of that week", "label")]
        _, name, count = _COUNTED.get(column, _COUNTED["landing"])
        amount = count(figures)
        share = f", {percent(amount / line.quota)} of the quota" if line.quota else ""
        said = f"{share} · {period_in_words(line.period)} as it stood {desk.moment(figures.moment)}"
        return [(f"{name} ", "label"), (desk.exact(amount), "strong"), (said, "label")]

    def _behind(self, data: ForecastTrend, both: _Two | None, column: str) -> Behind | None:
        figures = None if both is None else both.last if column == "last" else both.this
        if figures is None:
            return None
        desk, line = self.desk, data.last if column == "last" else data.this
        counted, name, total = _COUNTED.get(column, _COUNTED["landing"])
        report = forecast(desk.context, desk.scope, line.period, figures.moment, band=False)
        person = EVERYBODY if report.person is None else report.person.id
        numbers = deals_behind(desk.context, report, Figure(person, counted))
        title = f"{name}, week {figures.week} of {period_in_words(line.period)}"
        return Behind(title, numbers, None if report.current else report.at, total=total(figures))

    def export(self, data: ForecastTrend) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        desk, currency = self.desk, self.desk.policy.currency
        titles = ("period", "week", "moment", "quota", "closed", "commit", "best_case")
        rows = [
            (
                line.period.name, p.week, desk.policy.calendar.iso(p.moment),
                None if line.quota is None else decimal_string(line.quota, currency),
                *(decimal_string(amount, currency) for amount in (p.closed, p.commit, p.best_case)),
            )
            for line in (data.last, data.this)
            for p in line.points
        ]  # fmt: skip
        return titles, rows


def _side_by_side(data: ForecastTrend) -> dict[int, _Two]:
    this, last = ({p.week: p for p in line.points} for line in (data.this, data.last))
    return {week: _Two(this.get(week), last.get(week)) for week in range(_LAST_WEEK + 1)}


def _tops(line: QuarterLine) -> list[int]:
    return [line.quota or 0, *(p.closed + p.commit + p.best_case for p in line.points)]


def _bar(figures: WeekFigures | None, line: QuarterLine, top: int, width: int) -> Pieces:
    if figures is None or width <= 0:
        return stacked((), line.quota if figures else None, top, width) if width > 0 else Pieces(())
    parts = ((CLOSED, figures.closed), (COMMIT, figures.commit), (BEST_CASE, figures.best_case))
    return stacked(parts, line.quota, top, width)
