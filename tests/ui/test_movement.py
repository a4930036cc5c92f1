"""The movement screen: its figures are those of the command, every line opens, and no key loses its place."""

import csv
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.movement_causes import Cause
from salesops_tui.services.context import Context, find_scope
from salesops_tui.services.movement import commit_movement, commit_trend, week_edges
from salesops_tui.services.movement_words import describe_movement
from salesops_tui.ui.present import to_ascii
from salesops_tui.ui.screens.call_sheet import CallSheetScreen
from salesops_tui.ui.screens.deal import DealScreen
from salesops_tui.ui.screens.movement import MovementScreen
from salesops_tui.ui.widgets.fields import TextLine
from tests.company import Company
from tests.hostile import CORPUS
from tests.services import movement_cases, worked_example
from tests.services.moving import QUARTER
from tests.services.worked_example import END, START
from tests.ui.snapshots import settled
from tests.ui.test_present import assert_printable_only
from tests.ui.walking import SIZES, Seat, at_sheet


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The worked example, a week in which thirteen deals do thirteen things."""
    monkeypatch.chdir(tmp_path)
    company = worked_example.build(tmp_path / "store.db")
    yield company
    company.store.close()


def said(context: Context, who: str, start: int = START, end: int = END) -> dict[str, Any]:
    """What `salesops movement --format json` says."""
    scope = find_scope(context, who, context.now())
    period = context.calendar.period_named(QUARTER)
    return describe_movement(context, commit_movement(context, scope, period, Moment(start), Moment(end)))


@asynccontextmanager
async def at_movement(
    company: Company, *, by: str = "dana", start: str = "2026-11-09T09:00", end: str = "", **options: Any
) -> AsyncIterator[Seat]:
    """Open the movement of the worked example's week, by the keys that a person uses."""
    async with at_sheet(company.acting_as(by), **options) as seat:
        await seat.press("2")
        await between(seat, start, end)
        yield seat


async def between(seat: Seat, start: str, end: str = "") -> None:
    await seat.press("w")
    for name, text in (("start", start), ("end", end)):
        seat.app.screen.query_one(f"#{name}", TextLine).value = text
        await seat.press("enter")


def screen(seat: Seat) -> MovementScreen:
    assert isinstance(seat.app.screen, MovementScreen)
    return seat.app.screen


def shown(seat: Seat, label: str) -> str:
    """The line of the screen that begins with a label, its marks left out."""
    lines = [line.strip(" ▸>▲▼^v") for line in seat.text.splitlines()]
    return next((line for line in lines if line.startswith(label)), "")


def plain(amount: str, *, signed: bool = True) -> str:
    """A decimal string as the screen writes it, where no amount has cents."""
    whole = int(float(amount))
    sign = "−" if whole < 0 else "+" if signed and whole else ""
    return f"{sign}{abs(whole):,}"


def has_figure(line: str, figure: str) -> bool:
    return re.search(rf"(?<!\S){re.escape(figure)}(?!\S)", line) is not None


async def under(seat: Seat, key: str) -> None:
    """Move the cursor to a line."""
    assert screen(seat).lines.move_to(key), key
    await settled(seat.pilot)


# --- the figures are the command's


@pytest.mark.parametrize("size", [*SIZES, (200, 50)])
@pytest.mark.parametrize("who", ["dana", "erik", "olga"])
async def test_every_line_of_the_command_is_on_the_screen_with_its_figure(
    company: Company, who: str, size: tuple[int, int]
) -> None:
    expected = said(company.context, "everybody" if who == "olga" else who)
    async with at_movement(company, by=who, size=size) as seat:
        missing = []
        for line in expected["lines"]:
            await under(seat, f"line:{line['cause']}")
            row = shown(seat, Cause(line["cause"]).label)
            if not (has_figure(row, plain(line["amount"])) and has_figure(row, str(line["deals"]))):
                missing.append((line, row))
        assert not missing
        await under(seat, "start")
        assert has_figure(shown(seat, "Start"), plain(expected["start"], signed=False))
        await under(seat, "residual")
        assert has_figure(shown(seat, "End"), plain(expected["end"], signed=False))
        assert has_figure(shown(seat, "Residual"), "0")
        assert len(screen(seat).view.lines) == len(expected["lines"])


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}, {"TERM": "xterm", "COLORTERM": ""}])
@pytest.mark.parametrize("ascii_only", [False, True])
async def test_word_sign_and_figure_are_there_without_colour_and_in_ascii(
    company: Company, ascii_only: bool, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    async with at_movement(company, ascii_only=ascii_only, size=(120, 40)) as seat:
        for label, figure in (("Failed inspection", "−250"), ("Passed inspection", "+110"), ("Won", "−65")):
            row = shown(seat, label)
            assert has_figure(row, to_ascii(figure) if ascii_only else figure), row
        if ascii_only:
            assert seat.text.isascii()


def cells_of_bar(line: str) -> tuple[int, int]:
    """Where the bar at the end of a line begins and ends."""
    found = re.search(r"[▏▎▍▌▋▊▉█▐▕]+$", line.rstrip("▁▂▃▄▅▆▇ "))
    assert found, line
    return found.span()


async def test_each_bar_begins_where_the_one_before_ended(company: Company) -> None:
    async with at_movement(company, size=(120, 40)) as seat:
        rows = [line for line in seat.text.splitlines() if "▲" in line or "▼" in line]
        spans = [cells_of_bar(row) for row in rows]
        assert len(spans) == 11
        level = cells_of_bar(next(line for line in seat.text.splitlines() if "Start" in line))[1]
        for row, (first, last) in zip(rows, spans, strict=True):
            begin, end = (first, last) if "▲" in row else (last, first)
            assert abs(begin - level) <= 1, row
            level = end
        assert abs(level - cells_of_bar(next(line for line in seat.text.splitlines() if " End " in line))[1]) <= 1


async def test_every_odd_case_stands_in_its_line(tmp_path: Path) -> None:
    company = movement_cases.build(tmp_path / "store.db")
    expected = said(company.context, "dana", START, END)
    async with at_movement(company, by="dana", start="2026-11-09T09:00", size=(120, 60)) as seat:
        view = screen(seat).view
        whole = {"start": expected["start"], "end": expected["end"], "residual": expected["residual"]}
        figures = {row.key: row for row in view.rows}
        for key, amount in whole.items():
            assert view.figure(figures[key]).replace(",", "") == str(int(float(amount)))
        for line in expected["lines"]:
            if float(line["amount"]):
                assert view.figure(figures[f"line:{line['cause']}"]).replace(",", "") == plain(line["amount"])
        closed = expected["closed"]
        assert view.figure(figures["outside"]) == plain(closed["won_outside"])
        landing = float(expected["end"]) + float(closed["end"]) - float(expected["start"]) - float(closed["start"])
        assert view.figure(figures["landing"]) == plain(f"{landing:.2f}")
    company.store.close()


async def test_what_is_won_outside_opens_to_deals_that_add_up_to_it(tmp_path: Path) -> None:
    company = movement_cases.build(tmp_path / "store.db")
    closed = said(company.context, "dana", START, END)["closed"]
    assert float(closed["won_outside"])
    assert float(closed["other"])
    async with at_movement(company, by="dana", size=(120, 60)) as seat:
        for key, amount in (("outside", closed["won_outside"]), ("other", closed["other"])):
            await under(seat, key)
            await seat.press("enter")
            parts = screen(seat).shown
            assert parts
            assert sum(part.amount for part in parts.parts) == round(float(amount) * 100)
            await seat.press("escape")
    company.store.close()


async def test_cents_are_shown_where_there_are_any(company: Company) -> None:
    company.store.conn.execute("UPDATE deal_state SET amount = amount + 1 WHERE amount = 12000")
    company.store.conn.commit()
    async with at_movement(company, size=(120, 40)) as seat:
        assert has_figure(shown(seat, "Increased"), "+25.01")


# --- into the depth and back


def ids(rows: Sequence[dict[str, Any]], cause: str | None) -> set[str]:
    return {row["id"] for row in rows if row["cause"] == cause}


@pytest.mark.parametrize("size", SIZES)
async def test_enter_opens_a_line_to_its_deals_and_a_deal_to_its_page(company: Company, size: tuple[int, int]) -> None:
    expected = said(company.context, "dana")
    async with at_movement(company, size=size) as seat:
        await under(seat, "line:failed_inspection")
        await seat.press("enter")
        opened = screen(seat)
        assert "Movement › ▼ Failed inspection" in seat.text
        assert {opened.shown.crm_id(key) for key in opened.shown.by_key} == ids(expected["deals"], "failed_inspection")
        assert "Deal B" in seat.text
        assert "✗ economic buyer" in seat.text
        await seat.press("enter")
        assert isinstance(seat.app.screen, DealScreen)
        assert "Deal B" in seat.text
        await seat.press("escape")
        assert screen(seat).shown
        await seat.press("escape")
        assert not screen(seat).shown
        assert screen(seat).lines.key == "line:failed_inspection", "the cursor stays on the line"
        await seat.press("escape")
        assert isinstance(seat.app.screen, CallSheetScreen)


async def test_every_line_opens_to_as_many_deals_as_it_says(company: Company) -> None:
    async with at_movement(company) as seat:
        view = screen(seat).view
        for row in view.rows:
            await under(seat, row.key)
            await seat.press("enter")
            parts = screen(seat).shown
            if row.key == "residual":
                assert parts is None
                continue
            assert parts is not None, row
            if row.deals is not None:
                assert len(parts.parts) == row.deals, row
            if row.amount is not None and row.key not in ("closed", "landing"):
                assert sum(part.amount for part in parts.parts) == row.amount, row
            await seat.press("escape")


async def test_a_deal_that_came_back_is_listed_though_it_has_no_line(company: Company) -> None:
    assert ids(said(company.context, "dana")["deals"], None) == {"L"}
    async with at_movement(company) as seat:
        await under(seat, "churned")
        assert has_figure(shown(seat, "Left and came back"), "1")
        await seat.press("enter")
        assert "Deal L" in seat.text
        assert "came back" in seat.text


async def test_f_folds_the_failures_out_by_question_and_in_again(company: Company) -> None:
    parts = next(x for x in said(company.context, "dana")["lines"] if x["cause"] == "failed_inspection")["by_question"]
    assert parts
    async with at_movement(company, size=(120, 40)) as seat:
        before = seat.text
        await seat.press("f")
        labels = {key: seat.app.desk.policy.question(key).label for key in parts}
        for key, amount in parts.items():
            assert has_figure(shown(seat, labels[key]), plain(amount))
        await under(seat, "question:economic_buyer")
        await seat.press("enter")
        found = screen(seat).shown
        assert found
        assert sum(part.amount for part in found.parts) == round(float(parts["economic_buyer"]) * 100)
        await seat.press("escape", "f", "g")
        assert seat.text == before


async def test_v_counts_every_entry_and_exit(company: Company) -> None:
    expected = said(company.context, "dana")
    assert expected["gross"] != expected["lines"], "the one that came back shows in the gross only"
    async with at_movement(company, size=(120, 40)) as seat:
        await seat.press("v")
        assert "Movement (gross)" in seat.text
        for line in expected["gross"]:
            row = shown(seat, Cause(line["cause"]).label)
            assert has_figure(row, plain(line["amount"])), (line, row)
            assert has_figure(row, str(line["deals"])), (line, row)
        await under(seat, "line:failed_inspection")
        await seat.press("enter")
        assert "Deal L" in seat.text
        await seat.press("escape", "f")
        assert "v goes back" in seat.toasts[-1]
        await seat.press("v")
        for line in expected["lines"]:
            assert has_figure(shown(seat, Cause(line["cause"]).label), plain(line["amount"]))


async def test_a_line_that_adds_up_to_nothing_stays_away_and_its_deals_can_be_found(company: Company) -> None:
    company.at("2026-11-17 09:00").claim("A", amount=130)
    company.claim("F", amount=30)
    company.later(minutes=1)
    async with at_movement(company, start="2026-11-16T09:00", size=(120, 40)) as seat:
        assert has_figure(shown(seat, "Increased"), "+10")
        assert has_figure(shown(seat, "Decreased"), "−10")
        assert "unchanged" in seat.text


# --- from when to when


async def test_both_moments_stand_in_the_title_in_full(company: Company) -> None:
    for size in [(40, 10), *SIZES]:
        async with at_movement(company, size=size) as seat:
            assert "Mon 9 Nov 09:00 → Mon 16 Nov 09:00" in seat.text, size


async def test_brackets_step_the_weeks_and_the_cursor_stays_on_its_line(company: Company) -> None:
    context = company.context
    edges = week_edges(context, 3, context.now())
    async with at_sheet(company.acting_as("dana")) as seat:
        await seat.press("2", "left_square_bracket")
        window = screen(seat).window
        assert (window.start, window.end) == (edges[1], edges[2])
        assert "Mon 9 Nov 00:00 (week began) → Mon 16 Nov 00:00" in seat.text
        assert screen(seat).view.report.movement.end == round(float(said(context, "dana", *edges[1:3])["end"]) * 100)
        await under(seat, "end")
        await seat.press("left_square_bracket")
        assert screen(seat).window.start == edges[0]
        assert screen(seat).lines.key == "end"
        await seat.press("right_square_bracket", "right_square_bracket")
        assert screen(seat).window.end == context.now()
        assert screen(seat).window.start == edges[2]
        await seat.press("right_square_bracket")
        assert "has not begun" in seat.toasts[-1]
        assert screen(seat).window.start == edges[2]


async def test_w_takes_any_two_moments_and_says_what_it_cannot_read(company: Company) -> None:
    async with at_movement(company, end="2026-11-12") as seat:
        assert "Mon 9 Nov 09:00 → Thu 12 Nov 23:59" in seat.text
        end = screen(seat).window.end
        expected = said(company.context, "dana", START, end)
        assert screen(seat).view.report.movement.end == round(float(expected["end"]) * 100)
        await between(seat, "16 nov", "10 nov")
        assert "the earlier comes first" in seat.flat
        await seat.press("escape")
        await between(seat, "soon")
        assert "'soon' is not a day" in seat.flat
        await seat.press("escape")
        assert screen(seat).window.end == end
        await seat.press("w", "enter", "enter")
        assert (screen(seat).window.start, screen(seat).window.end) == (START, end), "to the microsecond, as it was"
        await between(seat, "2026-11-10", "2026-11-12")
        before = screen(seat).window
        await seat.press("w", "enter", "enter")
        assert screen(seat).window == before


async def test_b_picks_the_baseline_of_both_screens(company: Company) -> None:
    company.at("2026-11-18 09:00")
    async with at_sheet(company.acting_as("dana"), size=(120, 40)) as seat:
        await seat.press("2", "b")
        for words in ("Last call", "Last import", "Week's start", "Quarter's start"):
            assert words in seat.text
        await seat.press(*"quarter", "enter")
        window = screen(seat).window
        assert "Thu 1 Oct 00:00 (quarter began) → Wed 18 Nov 09:00 (now)" in seat.text
        expected = said(company.context, "dana", window.start, window.end)
        assert screen(seat).view.report.movement.end == round(float(expected["end"]) * 100)
        assert has_figure(shown(seat, "New"), plain(expected["lines"][0]["amount"]))
        await seat.press("1")
        assert "since the quarter began, Thu 1 Oct 00:00" in seat.flat
        await seat.press("b", *"week", "enter")
        assert "since the week began, Mon 16 Nov 00:00" in seat.flat
        await seat.press("2")
        assert "Mon 16 Nov 00:00 (week began)" in seat.text


async def test_a_baseline_that_does_not_exist_is_refused_with_the_reason(company: Company) -> None:
    async with at_sheet(company.acting_as("dana")) as seat:
        await seat.press("2", "b", *"import")
        assert "none yet" in seat.text
        await seat.press("enter")
        assert "there is no import before the latest one yet" in seat.toasts[-1]
        assert screen(seat).desk.since == ""


# --- nothing, little, and less room


async def test_an_empty_movement_says_so_and_what_would_fill_it(company: Company) -> None:
    async with at_movement(company, start="2026-11-16T09:00") as seat:
        assert "Nothing moved" in seat.text
        assert "an import or an inspection would" in seat.text
        assert "[ a week back" in seat.text
        assert has_figure(shown(seat, "Residual"), "0")
        assert has_figure(shown(seat, "Start"), "475")


async def test_without_any_commit_it_says_so(tmp_path: Path) -> None:
    company = Company(tmp_path / "store.db")
    async with at_sheet(company.acting_as("dana")) as seat:
        await seat.press("2")
        assert "No deal was in Commit" in seat.text
        await seat.press("enter", "f", "v", "x", "c", "left_square_bracket")
        assert seat.app.is_running
    company.store.close()


async def test_any_size_can_be_worked_with(company: Company) -> None:
    async with at_movement(company, size=(40, 10)) as seat:
        await under(seat, "line:failed_inspection")
        assert has_figure(shown(seat, "Failed inspection"), "−250")
        for size in ((120, 40), (20, 5), (1, 1), (80, 24), (250, 70)):
            await seat.pilot.resize_terminal(*size)
            await settled(seat.pilot)
            await seat.press("enter", "escape", "f", "v", "v", "f")
        assert has_figure(shown(seat, "Failed inspection"), "−250")
        assert screen(seat).lines.key == "line:failed_inspection"


async def test_what_somebody_else_changes_appears_and_the_cursor_stays(company: Company) -> None:
    async with at_movement(company, size=(120, 40)) as seat:
        await under(seat, "line:new")
        company.later(minutes=5).claim("A", amount=620)
        seat.app.look()
        await settled(seat.pilot)
        assert has_figure(shown(seat, "Increased"), "+525")
        assert screen(seat).lines.key == "line:new"


@pytest.mark.parametrize("size", SIZES)
async def test_text_of_the_crm_is_text(tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    company = Company(tmp_path / "store.db")
    company.at("2026-11-09 10:00")
    for number, text in enumerate(CORPUS):
        name = text.encode("utf-8", "replace").decode().replace("\x00", "")
        company.claim(f"D{number}", name=name or "x", account=name, amount=100 + number)
    company.later(days=1)
    async with at_movement(company, start="2026-11-09T09:00", size=size) as seat:
        await under(seat, "line:new")
        await seat.press("enter")
        for _ in range(len(CORPUS) // 8):
            assert_printable_only(seat.text.replace("\n", ""))
            await seat.press("pagedown", "c")
            assert "\x1b" not in seat.app.clipboard
        await seat.press("x", "escape", "c", "x")
        assert "\x1b" not in seat.app.clipboard
        for path in tmp_path.glob("salesops-movement*.md"):
            assert_printable_only(path.read_text(encoding="utf-8").replace("\n", ""))
    company.store.close()


# --- the weeks below


async def test_the_weeks_are_those_of_the_service_whichever_thread_reads_them(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.quota("dana", QUARTER, 1000)
    context = company.context
    scope = find_scope(context, "dana", context.now())
    expected = commit_trend(
        context, scope, context.calendar.period_named(QUARTER), week_edges(context, 13, context.now())
    )
    assert any(expected)
    for longest in (1000.0, -1.0):
        monkeypatch.setattr("salesops_tui.ui.movement_screen.LONG", longest)
        async with at_movement(company, size=(120, 40)) as seat:
            trend = screen(seat)._trend
            assert trend is not None
            assert list(trend.amounts) == expected
            assert "quota" in seat.text
            assert "13 weeks" in seat.text
            assert "now" in seat.text


async def test_without_a_quota_the_weeks_say_so(company: Company) -> None:
    async with at_movement(company) as seat:
        assert "no quota" in seat.text


# --- taking it along


async def test_x_writes_the_lines_and_their_deals(company: Company, tmp_path: Path) -> None:
    expected = said(company.context, "dana")
    async with at_movement(company) as seat:
        await seat.press("x")
        (text,) = tmp_path.glob("salesops-movement-*.md")
        (table,) = tmp_path.glob("salesops-movement-*.csv")
        markdown = text.read_text(encoding="utf-8")
        for line in expected["lines"]:
            assert f"{Cause(line['cause']).label} | {line['deals']} | {plain(line['amount'])} |" in markdown
        rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
        assert [(r["id"], r["cause"] or None) for r in rows] == [(d["id"], d["cause"]) for d in expected["deals"]]
        # What a spreadsheet would take for a formula has an apostrophe before it.
        assert [r["amount"].lstrip("'") for r in rows] == [d["amount"] for d in expected["deals"]]
        await under(seat, "line:failed_inspection")
        await seat.press("enter", "x")
        (deals,) = tmp_path.glob("salesops-movement-deals-*.csv")
        assert {r["id"] for r in csv.DictReader(deals.read_text(encoding="utf-8").splitlines())} == {"B", "D"}


async def test_c_copies_the_lines_and_among_deals_the_deal(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    async with at_movement(company) as seat:
        await seat.press("c")
        copied = seat.app.clipboard
        assert "Mon 9 Nov 09:00 → Mon 16 Nov 09:00" in copied
        assert re.search(r"Failed inspection +2 +−250\n", copied)
        await under(seat, "line:failed_inspection")
        await seat.press("enter", "c")
        assert seat.app.clipboard == "▼ Failed inspection: Deal B, −200.00 USD, Lee Park (B)"


# --- from the call sheet


async def test_enter_on_the_change_in_the_head_opens_the_movement(company: Company) -> None:
    async with at_sheet(company.acting_as("dana"), size=(120, 40)) as seat:
        assert seat.app.screen.query_one("#deals").has_focus
        await seat.press("shift+tab", "enter")
        assert isinstance(seat.app.screen, MovementScreen)
        await seat.press("escape")
        await seat.press("down")
        assert seat.app.screen.query_one("#deals").has_focus
        await seat.pilot.click("#head", offset=(90, 2))
        await settled(seat.pilot)
        assert isinstance(seat.app.screen, MovementScreen)
        await seat.press("2", "2", "escape")
        assert isinstance(seat.app.screen, CallSheetScreen)


async def test_p_shows_another_persons_movement(company: Company) -> None:
    expected = said(company.context, "erik")
    async with at_movement(company, by="olga") as seat:
        await seat.press("p", *"erik", "enter")
        assert "Erik Vale" in seat.text
        assert has_figure(shown(seat, "Transferred in"), plain(expected["lines"][0]["amount"]))


async def test_two_is_a_reason_while_an_inspection_asks_for_one(company: Company) -> None:
    async with at_sheet(company.acting_as("dana"), size=(120, 40)) as seat:
        await seat.press("i", "n", "2")
        assert not isinstance(seat.app.screen, MovementScreen)
