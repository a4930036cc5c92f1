"""The demo company's forecast on the screen: every figure is the command's, and every figure opens."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from salesops_tui.domain.accuracy import Forecaster
from salesops_tui.domain.calendar import Day, Moment, to_moment
from salesops_tui.domain.money import minor_digits
from salesops_tui.domain.people import Person
from salesops_tui.domain.quota import EVERYBODY
from salesops_tui.services import what_if
from salesops_tui.services.accuracy import accuracy
from salesops_tui.services.calibration import calibration
from salesops_tui.services.context import Context, scope_seen
from salesops_tui.services.flow import created_by_week, stage_conversion, velocity
from salesops_tui.services.forecast import ForecastReport, explanation, forecast
from salesops_tui.services.forecast_trend import forecast_trend
from salesops_tui.services.forecast_words import describe_forecast, describe_what_if
from salesops_tui.services.identity import who_is_at_work
from salesops_tui.services.quarter_turn import carry_over, closing_board, nobodys_deals
from salesops_tui.services.yields import commit_yield
from salesops_tui.store.connection import open_store
from salesops_tui.ui import present
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.forecast_page import Asked
from salesops_tui.ui.forecast_rollup import RollUp, read_rollup
from salesops_tui.ui.forecast_rollup_cells import Rolled
from salesops_tui.ui.forecast_words import percent
from salesops_tui.ui.screens.deal import DealScreen
from tests import demo_store
from tests.opened import closed_later
from tests.ui.forecasting import VIEWS, at_forecast, figures, line_with, screen, texts, to_cell
from tests.ui.snapshots import settled
from tests.ui.walking import SIZES

DAY = datetime(2026, 8, 20, 14, 30, tzinfo=UTC)
CATEGORIES = {"closed": "closed", "commit": "commit", "best_case": "best_case", "pipeline": "pipeline"}
OTHERS = {
    "quota": "quota", "inspected": "commit_inspected", "uninspected": "commit_uninspected", "landing": "landing",
    "weighted": "weighted", "omitted": "omitted",
}  # fmt: skip


def clock() -> Moment:
    return to_moment(DAY)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_store.of_a_fixed_day(tmp_path_factory)


@pytest.fixture
def sit(path: Path) -> Callable[[], Context]:
    """Makes a context over a connection of its own; the screens close it."""

    def opened() -> Context:
        store = closed_later(open_store(path, read_only=True))
        return Context(store, who_is_at_work(store), clock)

    return opened


@pytest.fixture
def context(sit: Callable[[], Context]) -> Iterator[Context]:
    context = sit()
    context.now()
    yield context
    context.store.close()


def report_of(context: Context, person: Person | None = None, back: int = 0, *, band: bool = True) -> ForecastReport:
    now = context.now()
    period = context.calendar.shifted(context.calendar.current_period(now), -back)
    return forecast(context, scope_seen(context, person, now), period, now, band=band)


def short(amount: str | None) -> str:
    """A decimal string as a column has it."""
    return "–" if amount is None else present.amount(round(float(amount) * 100), minor_digits("USD"))


# --- the roll-up


@pytest.mark.parametrize("back", [0, 1, 2])
def test_every_cell_of_every_person_is_the_commands(context: Context, back: int) -> None:
    desk = Desk.of(context)
    period = context.calendar.shifted(desk.period, -back)
    for person in [None, *context.people.values()]:
        said = describe_forecast(context, report_of(context, person, back, band=False))
        for cumulative in (True, False):
            view = RollUp(desk)
            view.cumulative = cumulative
            rows = {str(person.id if person else EVERYBODY): said}
            if person is None:
                rows |= {str(key): row for key, row in by_number(context, said).items()}
                view.folded = {int(key) for key in rows} - {EVERYBODY, top(context)}
            *_, data = read_rollup(context, Asked(person, period))
            check_rows(view, data, rows, cumulative)


def top(context: Context) -> int:
    """The one person whom everybody reports to, whose team is folded out at first."""
    return next(p.id for p in context.people.values() if p.name == report_top(context))


def report_top(context: Context) -> str:
    root = report_of(context, band=False).root
    assert len(root.reports) == 1
    return context.people[root.reports[0]].name


def by_number(context: Context, said: dict[str, Any]) -> dict[int, dict[str, Any]]:
    numbers = {p.key: p.id for p in context.people.values()}
    return {numbers[row["person"]]: row for row in said["by_person"]}


def check_rows(view: RollUp, data: Rolled, rows: dict[str, dict[str, Any]], cumulative: bool) -> None:
    page = view.page(data, 200)
    names = [column.key for column in page.columns]
    for key, row in rows.items():
        index = page.source.index_of(key)
        assert index is not None, key
        shown = dict(zip(names, texts(page.source.window(index, index + 1)[0]), strict=True))
        reached = 0.0
        for column, name in CATEGORIES.items():
            reached = reached + float(row[name]) if cumulative else float(row[name])
            assert shown[column] == short(f"{reached:.2f}"), (key, column)
        for column, name in OTHERS.items():
            if column in shown:
                assert shown[column].removesuffix("*") == short(row[name]), (key, column)
        assert ("landing" in shown) is not cumulative, "closed + commit stands there already"
        gap = row["gap"]
        assert shown["gap"].lstrip("+") == ("–" if gap is None else short(f"{abs(float(gap)):.2f}")), key
        assert shown["attained"] == percent(row["attainment"]), key


async def test_every_cell_opens_to_deals_that_add_up_to_it(sit: Callable[[], Context]) -> None:
    async with at_forecast(sit()) as seat:
        await seat.press("v", "j", "j", "space")
        for row in [str(EVERYBODY), str(screen(seat).grid.key)]:
            for column in ("closed", "commit", "inspected", "uninspected", "best_case", "pipeline", "landing"):
                await to_cell(seat, row, column)
                note = line_with(seat, " · ").split(" · ")
                said = seat.text.splitlines()[-2]
                await seat.press("enter")
                behind = screen(seat).behind
                if behind is None:
                    assert "no deals make up this figure" in seat.toasts[-1], (row, column, note)
                    continue
                total = sum(deal.amount for deal in behind.deals(behind.order).values())
                assert f"{total // 100:,}.{total % 100:02d} USD" in said, (row, column)
                assert f"{len(behind.order):,} deal" in said, (row, column)
                await seat.press("escape")
                assert screen(seat).grid.column == column, "the cursor stays in its cell"


# --- why


async def test_the_parts_add_up_to_the_difference_and_say_why(sit: Callable[[], Context], context: Context) -> None:
    report = report_of(context)
    said = describe_forecast(context, report)
    words = {c["id"]: c["words"] for c in said["contributions"]}
    async with at_forecast(sit(), "why", size=(120, 40)) as seat:
        data = screen(seat).data
        assert sum(part.contribution for part in data.parts) == report.divergence.amount
        assert report.root.whole.weighted - report.root.whole.landing == report.divergence.amount
        sizes = [abs(part.contribution) for part in data.parts]
        assert sizes == sorted(sizes, reverse=True)
        assert len(data.parts) == len(explanation(context, report)) == len(words)
        shown = figures(seat)
        assert {row["words"] for row in shown.values()} == set(words.values())
        for word, amount in (("over-claim", report.divergence.over_claim), ("upside", report.divergence.upside)):
            assert f"{word} {present.amount(amount, signed=True)}" in seat.flat
        assert said["divergence_flagged"] is True, "the demo company's planted divergence"
        assert "⚑" in seat.text
        assert (
            f"over-claim is {percent(-report.divergence.over_claim / report.divergence.commit)} of Commit" in seat.flat
        )
        await seat.press("enter")
        assert isinstance(seat.app.screen, DealScreen)


# --- what if


async def test_what_ifs_are_the_commands_and_marks_count_at_once(sit: Callable[[], Context], context: Context) -> None:
    report = report_of(context, band=False)
    of = what_if.stakes(context, report)
    async with at_forecast(sit(), "what_if", size=(120, 40)) as seat:
        shown = figures(seat)
        for name, found in (("kept", what_if.kept(of)), ("cut", what_if.cut(of))):
            said = describe_what_if(context, report, name, what_if.as_it_is(of), found)
            assert shown[name]["amount"] == short(said["landing"])
            assert shown[name]["change"].lstrip("+−") == short(said["change"].lstrip("-"))
            await to_cell(seat, name, "amount")
            await seat.press("enter")
            behind = screen(seat).behind
            assert behind is not None
            assert list(behind.order) == list(found.deals)
            await seat.press("escape")
        commit = screen(seat).data.by_category[3]
        best_case = screen(seat).data.by_category[2]
        screen(seat).grid.move_to(commit[0])
        await seat.press("space", "j", "space")
        slipped = what_if.slipped(of, commit[:2])
        first = of.deals[commit[0]].amount
        row = figures(seat)[commit[0]]
        assert (row["mark"], row["change"]) == ("✗ slips", present.amount(-first))
        assert figures(seat)["marked"]["amount"] == present.amount(slipped.landing)
        assert "with 2 slipping and 0 coming in" in seat.flat
        screen(seat).grid.move_to(best_case[0])
        await seat.press("space")
        landing = slipped.landing + of.deals[best_case[0]].amount
        assert present.amount(landing) in line_with(seat, "2 slipping and 1 coming in")
        await seat.press("tab", "shift+tab")
        assert "2 slipping and 1 coming in" in seat.text, "marks outlive a look at another view"
        await seat.press("space", "k")
        assert "2 slipping and 0 coming in" in seat.text


# --- history


async def test_accuracy_is_the_services_and_tells_the_planted_stories(
    sit: Callable[[], Context], context: Context
) -> None:
    now = context.now()
    period = context.calendar.current_period(now)
    async with at_forecast(sit(), "accuracy", size=(120, 40)) as seat:
        week = screen(seat).data.report.week
        for shown_week in (None, week - 1):
            found = accuracy(context, scope_seen(context, None, now), period, now, shown_week)
            shown = figures(seat)
            for one in found.people[1:]:
                for who, score in one.scores.items():
                    cell = shown[f"person:{one.person}"][who.value].replace("✓", "").split()
                    expected = ["–"] if score.accuracy is None else [
                        *percent(score.accuracy).split(), *percent(score.bias, signed=True).split()
                    ]  # fmt: skip
                    assert cell == expected, (one.person, who)
            await seat.press("left_square_bracket")
        whole = found.whole.scores
        nearest = max((s for s in whole.values() if s.accuracy is not None), key=lambda s: s.accuracy or 0)
        marked = {who for who in Forecaster if "✓" in shown["mean"][who.value]}
        assert nearest.forecaster in marked
        assert all(whole[who].accuracy == nearest.accuracy for who in marked)
        assert whole[Forecaster.WEIGHTED].bias
        assert f"At week {week - 2}" in seat.text


async def test_yield_stages_and_flow_are_the_services(sit: Callable[[], Context], context: Context) -> None:
    now = context.now()
    period, scope = context.calendar.current_period(now), scope_seen(context, None, now)
    async with at_forecast(sit(), "yield", size=(120, 40)) as seat:
        found = commit_yield(context, scope, period, now)
        shown = figures(seat)
        for key, one in (*((f"week:{w}", y) for w, y in found.weeks.items()),
                         *((f"person:{p}", y) for p, y in found.by_person.items())):  # fmt: skip
            for part in ("claimed", "passed", "failed", "uninspected"):
                outcome = getattr(one, part)
                text = f"{percent(outcome.value_share)} of {outcome.deals:,}" if outcome.deals else "–"
                assert shown[key][part] == text, (key, part)
        await seat.press("tab")
        measured = calibration(context, scope, period, now)
        for stage in measured.stages:
            row = figures(seat)[stage.stage.key]
            assert (row["won"], row["deals"]) == (percent(stage.share), f"{stage.deals:,}")
            assert row["policy"] == percent(stage.stage.probability_bp / 10_000)
        await seat.press("tab")
        shown = figures(seat)
        speed = velocity(context, scope, period, now).velocity
        assert shown["velocity"]["a"] == f"{present.amount(speed.a_day or 0)} a day"
        assert shown["rate"]["a"] == percent(speed.win_rate)
        for funnel in stage_conversion(context, scope, now).stages:
            assert shown[f"stage:{funnel.stage.key}"]["a"] == f"{funnel.reached:,}"
            assert shown[f"stage:{funnel.stage.key}"]["b"] == percent(funnel.rate)
        for made in created_by_week(context, scope, now):
            assert shown[f"week:{made.week}"]["a"] == f"{made.deals:,}"
            assert shown[f"week:{made.week}"]["b"] == present.amount(made.amount)
        said = describe_forecast(context, report_of(context, band=False))
        for number, line in enumerate(said["coverage_by_segment"]):
            row = shown[f"segment:{number}"]
            assert (row["name"], row["a"]) == (line["segment"], short(line["open"]))
            assert row["c"] == f"{line['coverage']:.1f}×"


async def test_the_weeks_are_the_services_and_their_bars_to_one_scale(
    sit: Callable[[], Context], context: Context
) -> None:
    now = context.now()
    scope, period = scope_seen(context, None, now), context.calendar.current_period(now)
    trend = forecast_trend(context, scope, period, now)
    async with at_forecast(sit(), "weeks", size=(120, 40)) as seat:
        shown = figures(seat)
        for point in trend.this.points:
            row = shown[point.week]
            amounts = (point.closed, point.commit, point.best_case, point.closed + point.commit)
            assert [row[c] for c in ("closed", "commit", "best_case", "landing")] == [*map(present.amount, amounts)]
        most = max(trend.last.points, key=lambda p: p.closed)
        bar = shown[most.week]["last"]
        parts = [bar.count("█"), bar.count("▓"), bar.count("░")]
        cells = sum(parts)
        total = most.closed + most.commit + most.best_case
        for count, amount in zip(parts, (most.closed, most.commit, most.best_case), strict=True):
            assert abs(count - cells * amount / total) <= 1.5
        assert screen(seat).grid.key == trend.this.points[-1].week, "the cursor begins at the week of now"


async def test_closing_lists_what_is_open_and_what_was_left_over(sit: Callable[[], Context], context: Context) -> None:
    now = context.now()
    scope, period = scope_seen(context, None, now), context.calendar.current_period(now)
    board = closing_board(context, scope, period, now, best_case=True)
    last = context.calendar.shifted(period, -1)
    async with at_forecast(sit(), "closing", size=(120, 40)) as seat:
        keys = set(figures(seat))
        assert {f"open:{row.deal.id}" for row in board.rows} | {
            f"nobodys:{one.deal.id}" for one in nobodys_deals(context, scope, now)
        } == keys
        await seat.press("e")
        assert "is not over" in seat.toasts[-1]
        await seat.press("w")
        await seat.type(present.plain(last.name.replace("-", " ")))
        await seat.press("enter")
        carried = carry_over(context, scope, last, now)
        assert {key for key in figures(seat) if str(key).startswith("carried")} == {
            f"carried:{one.deal.id}" for one in carried
        }
        assert f"{last.name.replace('-', ' ')} is over" in seat.text
        await seat.press("enter")
        assert isinstance(seat.app.screen, DealScreen)


# --- stepping, taking along


async def test_brackets_show_the_figures_as_they_stood(sit: Callable[[], Context], context: Context) -> None:
    calendar, now = context.calendar, context.now()
    async with at_forecast(sit()) as seat:
        before = seat.text
        await seat.press("right_square_bracket")
        assert "these are the figures of now" in seat.toasts[-1].lower()
        await seat.press("left_square_bracket", "left_square_bracket")
        at = screen(seat).at
        assert at == calendar.end_of_day(Day(calendar.week_of(calendar.day_of(now)) - 8))
        assert "as of Sun 9 Aug 23:59" in seat.text
        then = forecast(context, scope_seen(context, None, now), calendar.current_period(now), Moment(at), band=False)
        closed = figures(seat)[str(EVERYBODY)]["closed"]
        assert closed == present.amount(then.root.whole.closed)
        await to_cell(seat, str(EVERYBODY), "closed")
        await seat.press("enter")
        behind = screen(seat).behind
        assert behind is not None
        assert sum(d.amount for d in behind.deals(behind.order).values()) == then.root.whole.closed
        await seat.press("escape", "right_square_bracket", "right_square_bracket")
        screen(seat).grid.choose("commit")
        await settled(seat.pilot)
        seat.app.clear_notifications()
        assert seat.text.splitlines()[:6] == before.splitlines()[:6]


@pytest.mark.parametrize(
    "view", ["rollup", "weeks", "why", "what_if", "accuracy", "yield", "stages", "flow", "closing"]
)
async def test_each_view_leaves_as_csv_and_text(
    sit: Callable[[], Context], view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("TMUX", raising=False)
    async with at_forecast(sit(), view, size=(120, 40)) as seat:
        await seat.press("x", "c")
        (path,) = tmp_path.glob("*.csv")
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        assert len(rows) > 1
        assert {len(row) for row in rows} == {len(rows[0])}
        first = texts(screen(seat).page.source.window(0, 1)[0])[0]
        assert first in seat.app.clipboard


async def test_deals_behind_a_figure_are_filtered_and_exported(
    sit: Callable[[], Context], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with at_forecast(sit()) as seat:
        await seat.press("enter")
        shown = screen(seat)
        assert shown.behind is not None
        count = len(shown.behind.order)
        await seat.press("slash")
        name = shown.behind.deals(shown.behind.order[:1])[shown.behind.order[0]].account.split()[0].lower()
        await seat.type(name)
        left = len(shown.behind.order)
        assert 0 < left < count
        assert f"{left} of {count}" in seat.text
        await seat.press("enter", "x")
        (path,) = tmp_path.glob("*.csv")
        assert len(path.read_text(encoding="utf-8").splitlines()) == left + 1
        await seat.press("escape", "escape")
        assert shown.behind is None


@pytest.mark.parametrize("size", [(40, 10), *SIZES, (200, 60)])
async def test_every_view_fits_every_size(sit: Callable[[], Context], size: tuple[int, int]) -> None:
    async with at_forecast(sit(), size=size) as seat:
        for _ in range(len(VIEWS)):
            assert all(len(line) <= size[0] for line in seat.text.splitlines())
            assert screen(seat).view.TITLE in seat.text
            assert screen(seat).data is not None
            await seat.press("j", "l", "l", "k", "tab")
