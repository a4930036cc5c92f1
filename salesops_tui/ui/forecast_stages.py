"""Calibration: what each stage was worth by the store's own history, beside what the policy says of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from salesops_tui.domain.calibration import StageCalibration
from salesops_tui.services.calibration import CalibrationReport, adopt_calibration, calibration
from salesops_tui.services.context import Context
from salesops_tui.services.past_deals import stage_deals
from salesops_tui.ui.forecast_page import Asked, Behind, Page, View, scope_asked
from salesops_tui.ui.forecast_past import behind_past, past_asked
from salesops_tui.ui.forecast_weekly import Weekly
from salesops_tui.ui.forecast_words import NONE, percent, plural
from salesops_tui.ui.widgets.board import Line, widest
from salesops_tui.ui.widgets.columns import Column, place
from salesops_tui.ui.widgets.source import Cell, Key, Pieces, Row, RowSource
from salesops_tui.ui.widgets.waterfall import Scale, ruler

if TYPE_CHECKING:
    from salesops_tui.ui.screens.forecast import ForecastScreen

_WHOLE = 10_000
_WIDE = 100


class StagesAsked(NamedTuple):
    """Whose deals, spoken of in which quarter, looked at which week (None: that of now)."""

    asked: Asked
    week: int | None


def read_stages(context: Context, question: StagesAsked) -> Iterator[CalibrationReport]:
    """Read what each stage was worth in the closed quarters, then what became of all that ever reached it."""
    asked = question.asked
    scope, at = scope_asked(context, asked)
    for reached in (False, True):
        yield calibration(context, scope, asked.period, at, question.week, reached=reached)


class Stages(Weekly, View[CalibrationReport]):
    """A row a stage: the policy's figure, the measured one, and how sure that is."""

    KEY, TITLE = "stages", "Stages"
    KEYS = ("forecast.open", "forecast.next", "forecast.adopt", "forecast.before", "forecast.person")
    COLUMN = "won"
    read = staticmethod(read_stages)
    _asked: Asked | None = None

    def question(self, asked: Asked) -> StagesAsked:
        self._asked = asked
        return StagesAsked(asked, self.week)

    def seen_week(self, data: CalibrationReport) -> int:
        return data.week

    def page(self, data: CalibrationReport, width: int) -> Page:
        by_key = {one.stage.key: one for one in data.stages}
        columns, bar = _columns(width)
        rows: dict[Key, Row] = {key: _row(one, bar) for key, one in by_key.items()}
        return Page(
            columns=columns,
            source=RowSource.of(rows) if data.quarters else RowSource.of({}),
            summary=lambda width: _summary(data, width),
            note=lambda key, column: _note(by_key.get(str(key)), column),
            behind=lambda key, column: self._behind(data, by_key.get(str(key)), column),
            why_not_open="that counts all deals that have ever closed; Won and 'of' open the deals of this week",
            empty=_WHY_EMPTY,
        )

    def _behind(self, data: CalibrationReport, one: StageCalibration | None, column: str) -> Behind | None:
        if self._asked is None or one is None or column == "reached":
            return None
        context = self.desk.context
        deals = stage_deals(context, past_asked(context, self._asked, self.week), one.stage.key)
        return behind_past(f"In stage {one.stage.key} {one.stage.name} at week {data.week}", deals)

    def adopt(self, screen: ForecastScreen) -> None:
        """Ask whether the measured figures are to be the policy's, and make them so."""
        data: CalibrationReport = screen.data
        chosen = [one for one in data.stages if one.adoptable]
        if not chosen:
            screen.say(_nothing_to_adopt(data), "warning")
            return
        if self._asked is not None and self._asked.person is not None:
            screen.say("odds are of the whole company: p chooses everybody", "warning")
            return
        from salesops_tui.ui.screens.confirm import Confirm

        def take(yes: bool | None) -> None:
            if yes:
                with screen.guarded():
                    policy, _ = adopt_calibration(screen.context, screen.period, self.week)
                    screen.changed()
                    screen.say(f"version {policy.version} of the policy is in force")

        question = f"Adopt the measured odds of {plural(len(chosen), 'stage')}?"
        screen.app.push_screen(Confirm(question, f"{_changes(chosen)}. {_CONSEQUENCE}", "Adopt"), take)

    def export(self, data: CalibrationReport) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        titles = (
            "stage", "stage_name", "policy", "deals", "won", "share", "low", "high", "needed", "reached", "reached_won",
        )  # fmt: skip
        rows = (
            (
                one.stage.key, one.stage.name, one.stage.probability_bp / _WHOLE, one.deals, one.won, one.share,
                one.interval.low, one.interval.high, one.needed, one.reached, one.reached_won,
            )
            for one in data.stages
        )  # fmt: skip
        return titles, rows


_CONSEQUENCE = "It is a new version of the policy; what was inspected keeps the version it was inspected under."


def _columns(width: int) -> tuple[Sequence[Column], int]:
    """Return the columns for a table of so many cells, and the cells that the bar has."""

    def columns(ruled: str) -> Sequence[Column]:
        return (
            Column("stage", "Stage", 16, least=14),
            Column("policy", "Policy", 6, align="right"),
            Column("won", "Won", 6, align="right"),
            Column("deals", "of", 5, align="right", rank=1),
            Column("interval", "95 % sure", 9, align="right", rank=2),
            Column("bar", ruled, 20, least=12, rank=4, flex=True),
            Column("reached", "Ever won", 13, align="right", rank=5),
            Column("words", "", 13, rank=3),
        )

    places = place(columns(""), max(0, width - 2), 2 if width >= _WIDE else 1)
    bar = next((p.width for p in places if columns("")[p.column].key == "bar"), 0)
    return columns(ruler(Scale(0, 1, bar), "0 %", "100 %")), bar


def _changes(stages: Sequence[StageCalibration]) -> str:
    """Which figures would change: `stage 3 30 % → 24 %`."""

    def share(odds_bp: int | None) -> str:
        return percent((odds_bp or 0) / _WHOLE)

    return ", ".join(
        f"stage {one.stage.key} {share(one.stage.probability_bp)} → {share(one.probability_bp)}" for one in stages
    )


def _nothing_to_adopt(data: CalibrationReport) -> str:
    if not any(one.enough for one in data.stages):
        needed = max((one.needed for one in data.stages), default=0)
        return f"no stage has the {needed} deals that a measured figure needs; the policy's stay in force"
    return "the policy says already what was measured"


def _row(one: StageCalibration, bar: int) -> Row:
    low, high = one.interval
    measured: Cell = (percent(one.share), "strong" if one.enough else "muted")
    cells: list[Cell | Pieces] = [
        f"{one.stage.key} {one.stage.name}",
        percent(one.stage.probability_bp / _WHOLE),
        measured,
        f"{one.deals:,}",
        f"{percent(low).removesuffix(' %')}–{percent(high)}" if one.deals else (NONE, "muted"),
        _bar(one, bar) if one.deals and bar else "",
        NONE if not one.reached else f"{percent(one.reached_share)} of {one.reached:,}",
        _words(one),
    ]
    return Row(cells)


def _words(one: StageCalibration) -> Cell:
    if not one.enough:
        return "too few deals", "muted"
    if one.off:
        return "policy is off", "warn"
    return "policy holds", "good"


def _bar(one: StageCalibration, width: int) -> Pieces:
    """The interval as a bar, the measured share and the policy's figure as marks on it."""
    low, high = (round(share * (width - 1)) for share in one.interval)
    cells = ["─" if low <= x <= high else " " for x in range(width)]
    cells[round((one.share or 0) * (width - 1))] = "●"
    cells[round(one.stage.probability_bp / _WHOLE * (width - 1))] = "│"
    return Pieces([("".join(cells), "warn" if one.off else "accent" if one.enough else "muted")])


def _summary(data: CalibrationReport, width: int) -> Iterator[Line]:
    if not data.quarters:
        yield [(" Calibration: no quarter is over in this store yet", "label")]
        return
    off = [one for one in data.stages if one.off]
    said: list[Cell] = [
        (" Calibration ", "label"),
        (f"at week {data.week} of {plural(len(data.quarters), 'closed quarter')}", "strong"),
        (" · ", "label"),
    ]
    said.append((f"{plural(len(off), 'stage')} off the policy", "warn") if off else ("the policy holds", "good"))
    adoptable = sum(one.adoptable for one in data.stages)
    adopt: list[Cell] = [(" · ", "label"), ("t", "key"), (f" adopts {plural(adoptable, 'figure')}", "label")]
    yield widest([[*said, *(adopt if adoptable else ())], said], width)
    words = " Won: of the deals that stood there then, closing in that quarter, those won in it · ● measured │ policy"
    yield widest([[(words, "muted")], [(" ● measured  │ policy  ─ 95 % sure  · [ ] another week", "muted")]], width)


def _note(one: StageCalibration | None, column: str) -> Line:
    if one is None:
        return ()
    if column == "reached":
        if not one.reached:
            return [("no deal that reached it has closed", "label")]
        text = (
            f"of {plural(one.reached, 'deal')} that ever reached it and have closed, {one.reached_won or 0:,} were won"
        )
        return [(text, "")]
    if not one.deals:
        return [("no deal stood there at that week", "label")]
    text = f"{one.won:,} of {plural(one.deals, 'deal')} were won in their quarter: {percent(one.share)}"
    low, high = one.interval
    text += f", 95 % sure of {percent(low)} to {percent(high)}"
    if not one.enough:
        text += f"; {one.needed} deals are needed before it may be adopted"
    return [(text, "")]


_WHY_EMPTY = (
    "No quarter is over in this store yet, so no stage can be measured; the policy's odds are in force.\n"
    "Older quarters come in by 'salesops import FILE --as-of DATE', the oldest first."
)
