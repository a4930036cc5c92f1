"""Whose number was right: four numbers about closed quarters, at one week of theirs, held against what came in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from salesops_tui.domain.accuracy import Forecaster, QuarterForecast, Score
from salesops_tui.domain.calendar import Period
from salesops_tui.domain.money import decimal_string
from salesops_tui.services.accuracy import AccuracyReport, PersonAccuracy, TrendPoint, accuracy, accuracy_trend
from salesops_tui.services.context import Context
from salesops_tui.services.past_deals import actual_deals, forecast_deals
from salesops_tui.ui import present
from salesops_tui.ui.forecast_page import Asked, Behind, Page, View, scope_asked
from salesops_tui.ui.forecast_past import behind_past, past_asked
from salesops_tui.ui.forecast_weekly import Weekly
from salesops_tui.ui.forecast_words import NONE, percent, plural
from salesops_tui.ui.sheet_head import period_in_words
from salesops_tui.ui.widgets.board import Line, widest
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Cell, Key, Row, RowSource, Section

BEST = "✓"
_TITLES = {
    Forecaster.REP_CLAIM: "Claim", Forecaster.INSPECTED_COMMIT: "Inspected", Forecaster.MANAGER_NUMBER: "Manager",
    Forecaster.WEIGHTED: "Weighted",
}  # fmt: skip


_LABELS = {who: who.label for who in Forecaster}
_SHORT = {
    Forecaster.REP_CLAIM: "Claim", Forecaster.INSPECTED_COMMIT: "Insp", Forecaster.MANAGER_NUMBER: "Mgr",
    Forecaster.WEIGHTED: "Wtd",
}  # fmt: skip


class AccuracyAsked(NamedTuple):
    """Whose numbers, spoken of in which quarter, looked at which week (None: that of now)."""

    asked: Asked
    week: int | None


class Judged(NamedTuple):
    """The forecasts, and their means by week."""

    report: AccuracyReport
    trend: Sequence[TrendPoint]


def read_accuracy(context: Context, question: AccuracyAsked) -> Iterator[Judged]:
    """Read how right four numbers were about a scope, then through the weeks, then about everybody below."""
    asked = question.asked
    scope, at = scope_asked(context, asked)
    report = accuracy(context, scope, asked.period, at, question.week, below=False)
    yield Judged(report, ())
    trend = accuracy_trend(context, scope, at)
    yield Judged(report, trend)
    yield Judged(accuracy(context, scope, asked.period, at, question.week), trend)


class Accuracy(Weekly, View[Judged]):
    """Each cell says accuracy and bias; the most accurate of a row is marked."""

    KEY, TITLE = "accuracy", "Accuracy"
    KEYS = ("forecast.open", "forecast.next", "forecast.before", "forecast.after", "forecast.person")
    COLUMN = "name"
    read = staticmethod(read_accuracy)
    _asked: Asked | None = None

    def question(self, asked: Asked) -> AccuracyAsked:
        self._asked = asked
        return AccuracyAsked(asked, self.week)

    def seen_week(self, data: Judged) -> int:
        return data.report.week

    def page(self, data: Judged, width: int) -> Page:  # noqa: ARG002 - its face
        report = data.report
        rows: dict[Key, Row] = {}
        sections = []
        for title, part in self._parts(data):
            if part:
                sections.append(Section(title, title, len(part)))
                rows |= part
        return Page(
            columns=_columns(),
            source=RowSource.of(rows, sections) if report.quarters else RowSource.of({}),
            summary=lambda width: self._summary(data, width),
            note=lambda key, column: self._note(data, key, column),
            behind=lambda key, column: self._behind(data, key, column),
            why_not_open="a mean and a manager's number are no sums of deals; the other figures of a quarter open",
            empty=_WHY_EMPTY,
        )

    def _parts(self, data: Judged) -> Iterator[tuple[str, dict[Key, Row]]]:
        report = data.report
        whole = report.whole
        quarters: dict[Key, Row] = {"mean": self._mean_row("Mean", whole, "strong")}
        for period in report.quarters:
            forecasts = {f.forecaster: f for f in whole.forecasts if f.period == period}
            quarters[f"quarter:{period.name}"] = self._quarter_row(period, forecasts)
        yield f"At week {report.week}, quarter by quarter", quarters
        people: dict[Key, Row] = {f"person:{one.person}": self._person_row(one) for one in report.people[1:]}
        yield f"At week {report.week}, by person", people
        weeks: dict[Key, Row] = {f"week:{p.week}": _score_row(f"week {p.week:>2}", "", p.scores) for p in data.trend}
        yield "Through the weeks of the quarter", weeks

    # ------------------------------------------------------------------ rows

    def _mean_row(self, name: str, one: PersonAccuracy, style: str = "") -> Row:
        return _score_row(name, plural(max(s.quarters for s in one.scores.values()), "quarter"), one.scores, style)

    def _person_row(self, one: PersonAccuracy) -> Row:
        name = "Everybody" if one.person is None else self.desk.person(one.person)
        return self._mean_row(name, one)

    def _quarter_row(self, period: Period, forecasts: Mapping[Forecaster, QuarterForecast]) -> Row:
        actual = next((f.actual for f in forecasts.values()), None)
        came = "nothing came in" if not actual else self.desk.amount(actual)
        shares = {who: (f.accuracy, f.bias) for who, f in forecasts.items()}
        return _row(period_in_words(period), (came, "strong" if actual else "warn"), shares)

    # ------------------------------------------------------------------ above and below

    def _summary(self, data: Judged, width: int) -> Iterator[Line]:
        report = data.report
        if not report.quarters:
            yield [(" No quarter is over in this store yet", "label")]
            return
        scores = report.whole.scores
        known = [s for s in scores.values() if s.accuracy is not None]
        best = max(known, key=lambda s: s.accuracy or 0, default=None)
        said: list[Cell] = [(f" At week {report.week} of {plural(len(report.quarters), 'quarter')} ", "label")]
        if best is not None:
            said += [
                (best.forecaster.label, "strong"), (" was nearest: ", "label"),
                (percent(best.accuracy), "strong"), (", bias ", "label"), _bias(best.bias),
                (f", over {plural(best.quarters, 'quarter')}", "label"),
            ]  # fmt: skip
        brief = said[:-1] if best is not None else said
        yield widest([[*said, (" · [ ] another week", "muted")], said, brief], width)
        yield widest([_sparks(data.trend, names) for names in (_LABELS, _TITLES, _SHORT)], width)

    def _note(self, data: Judged, key: Key | None, column: str) -> Line:
        kind, _, rest = str(key).partition(":")
        who = next((w for w in Forecaster if w.value == column), None)
        if kind != "quarter":
            return self._rests_on(data, kind, rest, who)
        found = [f for f in data.report.whole.forecasts if f.period.name == rest and f.forecaster is who]
        if not found:
            return [("no such number was made by then", "label")] if who else ()
        one = found[0]
        said = f"{one.forecaster.label} said {self.desk.exact(one.forecast)}; {self.desk.exact(one.actual)} came in"
        return [(said, "label")]

    def _rests_on(self, data: Judged, kind: str, rest: str, who: Forecaster | None) -> Line:
        """Say over how many quarters the means of a row were taken: they need not be as many for every number."""
        report = data.report
        people = {f"{one.person}": one for one in report.people[1:]}
        points = {f"{point.week}": point.scores for point in data.trend}
        scores = points.get(rest) if kind == "week" else people.get(rest, report.whole).scores
        if not scores or not report.quarters:
            return ()
        if who is None:
            counts = ", ".join(f"{_TITLES[w].lower()} {score.quarters}" for w, score in scores.items())
            return [(f"quarters with actuals: {counts} · accuracy 1 − |F − A| ÷ A, bias (F − A) ÷ A", "label")]
        score = scores[who]
        if not score.quarters:
            return [(f"{who.label}: no such number was made by then", "label")]
        means = f"accuracy {percent(score.accuracy)}, bias {percent(score.bias, signed=True)}"
        return [(f"{who.label}: {means}, over {plural(score.quarters, 'quarter')}", "label")]

    def _behind(self, data: Judged, key: Key | None, column: str) -> Behind | None:
        """Return what made a forecast of one quarter, or what the quarter came in with."""
        kind, _, name = str(key).partition(":")
        quarter = next((q for q in data.report.quarters if q.name == name), None) if kind == "quarter" else None
        if self._asked is None or quarter is None:
            return None
        asked = past_asked(self.desk.context, self._asked, self.week)
        named = period_in_words(quarter)
        if column == "came":
            return behind_past(f"{named} came in with", actual_deals(self.desk.context, asked, quarter))
        who = next((w for w in Forecaster if w.value == column), Forecaster.MANAGER_NUMBER)
        if who is Forecaster.MANAGER_NUMBER:
            return None
        deals, moment = forecast_deals(self.desk.context, asked, quarter, who)
        return behind_past(f"{who.label} of {named}, week {data.report.week}", deals, moment)

    def export(self, data: Judged) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        currency = self.desk.policy.currency
        titles = ("person", "period", "week", "forecaster", "forecast", "actual", "accuracy", "bias")
        rows = (
            (
                "Everybody" if f.person is None else self.desk.person(f.person), f.period.name, f.week,
                f.forecaster.value, decimal_string(f.forecast, currency), decimal_string(f.actual, currency),
                f.accuracy, f.bias,
            )
            for one in data.report.people
            for f in one.forecasts
        )  # fmt: skip
        return titles, rows


def _columns() -> Sequence[Column]:
    return (
        Column("name", "", 24, least=13, flex=True),
        Column("came", "Came in", 15, least=8, rank=2),
        *(Column(who.value, _TITLES[who], 15, least=15, align="right") for who in Forecaster),
    )


Shares = tuple[float | None, float | None]
"""Accuracy and bias."""


def _score_row(name: str, came: str, scores: Mapping[Forecaster, Score], style: str = "") -> Row:
    shares = {who: (score.accuracy, score.bias) for who, score in scores.items() if score.quarters}
    return _row(name, (came, "muted"), shares, style)


def _row(name: str, came: Cell, shares: Mapping[Forecaster, Shares], style: str = "") -> Row:
    known = {who: accuracy for who, (accuracy, _) in shares.items() if accuracy is not None}
    best = max(known.values(), default=None)
    marked = {who for who, accuracy in known.items() if accuracy == best}
    return Row([name, came, *(_shown(shares.get(who), who in marked) for who in Forecaster)], style)


def _shown(shares: Shares | None, best: bool) -> Cell:
    if shares is None or shares[0] is None:
        return NONE, "muted"
    text = f"{BEST if best else ' '}{percent(shares[0]):>6} {percent(shares[1], signed=True):>7}"
    return text, "good" if best else ""


def _bias(bias: float | None) -> Cell:
    return percent(bias, signed=True), "warn" if bias and abs(bias) > 0.1 else "strong"


def _sparks(trend: Sequence[TrendPoint], names: Mapping[Forecaster, str]) -> Line:
    """Accuracy by week, a line for each number; the higher the nearer."""
    line: list[Cell] = [] if names is _SHORT else [(" By week ", "label")]
    for who in Forecaster:
        values = [point.scores[who].accuracy for point in trend if who in point.scores]
        known = [round(max(0.0, value) * 1000) for value in values if value is not None]
        if known:
            line += [(f" {names[who]} ", "label"), (_spark(known), "accent")]
    return line


def _spark(values: Sequence[int]) -> str:
    """To one scale for all: from nothing right to all right."""
    return "".join(present.sparkline((0, 1000, value))[2] for value in values)


_WHY_EMPTY = (
    "No quarter is over in this store yet, so no number can be held against what came in.\n"
    "Older quarters come in by 'salesops import FILE --as-of DATE', the oldest first."
)
