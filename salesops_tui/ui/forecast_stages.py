"""Calibration: what each stage was worth by the store's own history, beside what the policy says of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from salesops_tui.domain.calibration import StageCalibration
from salesops_tui.services.calibration import CalibrationReport, adopt_calibration, calibration
from salesops_tui.services.context import Context
from salesops_tui.store.people import scope_of
from salesops_tui.ui.forecast_page import Asked, Page, View
from salesops_tui.ui.forecast_weekly import Weekly
from salesops_tui.ui.forecast_words import NONE, percent, plural
from salesops_tui.ui.widgets.board import Line, widest
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Cell, Key, Pieces, Row, RowSource

if TYPE_CHECKING:
    from salesops_tui.ui.screens.forecast import ForecastScreen

_WHOLE = 10_000
_COLUMNS = (
    Column("stage", "Stage", 20, least=14, flex=True),
    Column("policy", "Policy", 6, align="right"),
    Column("won", "Won", 6, align="right"),
    Column("deals", "of", 5, align="right", rank=1),
    Column("interval", "95 % sure", 13, align="right", rank=2),
    Column("bar", "0 %        50 %      100 %", 26, least=14, rank=5),
    Column("reached", "Ever won", 12, least=8, align="right", rank=4),
    Column("words", "", 22, least=16, rank=3),
)


class StagesAsked(NamedTuple):
    """Whose deals, spoken of in which quarter, looked at which week (None: that of now)."""

    asked: Asked
    week: int | None


def read_stages(context: Context, question: StagesAsked) -> CalibrationReport:
    """Read what each stage was worth in the closed quarters."""
    asked = question.asked
    at = context.now() if asked.at is None else asked.at
    return calibration(context, scope_of(context.store.conn, asked.person, at), asked.period, at, question.week)


class Stages(Weekly, View[CalibrationReport]):
    """A row a stage: the policy's figure, the measured one, and how sure that is."""

    KEY, TITLE = "stages", "Stages"
    KEYS = ("forecast.adopt", "forecast.before", "forecast.after", "forecast.next", "forecast.person")
    COLUMN = "won"
    read = staticmethod(read_stages)
    _asked: Asked | None = None

    def question(self, asked: Asked) -> StagesAsked:
        self._asked = asked
        return StagesAsked(asked, self.week)

    def seen_week(self, data: CalibrationReport) -> int:
        return data.week

    def page(self, data: CalibrationReport, width: int) -> Page:  # noqa: ARG002 - its face
        by_key = {one.stage.key: one for one in data.stages}
        rows: dict[Key, Row] = {key: _row(one) for key, one in by_key.items()}
        return Page(
            columns=_COLUMNS,
            source=RowSource.of(rows) if data.quarters else RowSource.of({}),
            summary=lambda width: _summary(data, width),
            note=lambda key, column: _note(by_key.get(str(key)), column),
            why_not_open="these deals belong to quarters that are over; Yield says what became of their Commit",
            empty=_WHY_EMPTY,
        )

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


def _row(one: StageCalibration) -> Row:
    low, high = one.interval
    measured: Cell = (percent(one.share), "strong" if one.enough else "muted")
    cells: list[Cell | Pieces] = [
        f"{one.stage.key} {one.stage.name}",
        percent(one.stage.probability_bp / _WHOLE),
        measured,
        f"{one.deals:,}",
        f"{percent(low)} to {percent(high)}" if one.deals else (NONE, "muted"),
        _bar(one, 26) if one.deals else "",
        NONE if not one.reached else f"{percent(one.reached_share)} of {one.reached:,}",
        _words(one),
    ]
    return Row(cells)


def _words(one: StageCalibration) -> Cell:
    if not one.enough:
        return f"fewer than {one.needed}: policy", "muted"
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
