"""The forecast screen of a small company: its keys, its empty states, other people's changes, hostile names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from salesops_tui.domain.quota import EVERYBODY
from salesops_tui.errors import WrongUsage
from salesops_tui.services.context import scope_seen
from salesops_tui.services.forecast import forecast
from salesops_tui.services.manager_number import submitted_numbers
from salesops_tui.ui.forecast_amounts import typed_amount
from salesops_tui.ui.forecast_head import tab_at, tabs_line
from salesops_tui.ui.forecast_number import Number
from salesops_tui.ui.forecast_quarter import QuarterPicker
from salesops_tui.ui.forecast_submit import NumberForm
from salesops_tui.ui.forecast_views import tabs
from salesops_tui.ui.forecast_what_if import WhatIf
from salesops_tui.ui.forecast_words import percent, stacked
from salesops_tui.ui.screens.call_sheet import CallSheetScreen
from salesops_tui.ui.screens.confirm import Confirm
from salesops_tui.ui.screens.deal import DealScreen
from salesops_tui.ui.screens.palette import Help
from tests.company import Company
from tests.ui.forecasting import VIEWS, at_forecast, figures, line_with, screen, to_cell
from tests.ui.snapshots import check, settled
from tests.ui.test_present import assert_printable_only
from tests.ui.walking import SIZES, STORED, Seat

QUARTER = "FY26-Q4"


def a_quarter(path: Path) -> Company:
    """A quarter in week 6: two teams, deals of every category, one failed, one passed, quotas that differ."""
    company = Company(path)
    for key, amount in (("olga", 2500), ("dana", 1500), ("lee", 900), ("ana", 800), ("sam", 700)):
        company.quota(key, QUARTER, amount)
    company.claim("W1", owner="lee", amount=400, category="closed", status="won", stage="7", close="2026-10-20")
    company.claim("C1", owner="lee", amount=300, stage="6", name="Northwind renewal", account="Northwind")
    company.claim("C2", owner="ana", amount=200, stage="3")
    company.claim("C3", owner="sam", amount=150, stage="5")
    company.claim("B1", owner="ana", amount=120, category="best_case", stage="5")
    company.claim("P1", owner="sam", amount=90, category="pipeline", stage="2")
    company.claim("O1", owner="sam", amount=35, category="omitted", stage="2")
    company.claim("D1", owner="dana", amount=60, category="pipeline", stage="4")
    company.claim("U1", owner="unassigned", amount=11, category="pipeline", stage="3")
    company.later(minutes=5)
    company.pass_("C1", by="dana")
    company.claim("F1", owner="lee", amount=250, stage="6")
    company.later(minutes=5)
    company.fail("F1", "paper_process", by="dana")
    company.later(minutes=5)
    return company


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    monkeypatch.chdir(tmp_path)
    company = a_quarter(tmp_path / "store.db")
    yield company
    company.store.close()


def number(company: Company, key: str) -> str:
    return str(company.people[key].id)


# --- the roll-up


async def test_a_team_folds_and_its_own_deals_stand_apart(company: Company) -> None:
    async with at_forecast(company.acting_as("olga")) as seat:
        assert "olga Ops" not in seat.text
        assert list(figures(seat))[:2] == [str(EVERYBODY), number(company, "olga")]
        await seat.press("j", "j")
        dana = number(company, "dana")
        assert screen(seat).grid.key == dana
        await seat.press("space")
        shown = figures(seat)
        assert {f"{dana}/own", number(company, "lee"), number(company, "ana")} <= shown.keys()
        assert shown[f"{dana}/own"]["name"] == "own deals"
        parts = [shown[key]["closed"] for key in (number(company, "lee"), number(company, "ana"))]
        assert parts == ["400", "0"]
        await seat.press("space")
        assert f"{dana}/own" not in figures(seat)
        assert screen(seat).grid.key == dana, "the cursor stays on the person"


async def test_v_counts_each_category_for_itself(company: Company) -> None:
    async with at_forecast(company.acting_as("olga"), size=(120, 40)) as seat:
        row = figures(seat)[str(EVERYBODY)]
        assert [row[c] for c in ("closed", "commit", "best_case", "pipeline")] == ["400", "1.1k", "1.4k", "1.6k"]
        assert "landing" not in row
        await seat.press("v")
        row = figures(seat)[str(EVERYBODY)]
        assert [row[c] for c in ("closed", "commit", "best_case", "pipeline")] == ["400", "650", "370", "161"]
        assert (row["inspected"], row["uninspected"], row["landing"], row["omitted"]) == ("300", "350", "1.1k", "35")
        assert "omitted 1 deal (35)" in seat.flat


async def test_both_quotas_stand_where_they_differ(company: Company) -> None:
    async with at_forecast(company.acting_as("olga"), size=(120, 40)) as seat:
        await seat.press("j", "j")
        row = figures(seat)[number(company, "dana")]
        assert (row["quota"], row["reports"]) == ("1.5k*", "1.7k")
        await to_cell(seat, number(company, "dana"), "quota")
        assert "own row 1.5k, the reports together 1.7k" in seat.flat
        await seat.press("enter")
        assert "import-quotas" in seat.toasts[-1]


async def test_o_sorts_the_reports_of_each_by_the_column_of_the_cursor(company: Company) -> None:
    async with at_forecast(company.acting_as("olga")) as seat:
        dana, erik, nobody = (number(company, who) for who in ("dana", "erik", "unassigned"))
        await to_cell(seat, dana, "gap")
        await seat.press("o")
        assert [k for k in figures(seat) if k in (dana, erik, nobody)] == [dana, erik, nobody]
        assert "Gap▾" in seat.text
        await to_cell(seat, dana, "name")
        await seat.press("o")
        assert "▾ Gap" not in seat.text


async def test_every_cell_leads_to_its_deals_and_on_to_a_deal(company: Company) -> None:
    async with at_forecast(company.acting_as("olga")) as seat:
        await to_cell(seat, str(EVERYBODY), "uninspected")
        await seat.press("enter")
        assert "Everybody: Commit, uninspected" in seat.text
        assert "2 deals" in seat.text
        assert "Deal C2" in seat.text
        assert "Northwind" not in seat.text, "it has a pass"
        await seat.press("enter")
        assert isinstance(seat.app.screen, DealScreen)
        await seat.press("escape", "escape")
        assert screen(seat).behind is None
        assert screen(seat).grid.column == "uninspected"
        await seat.press("escape")
        assert isinstance(seat.app.screen, CallSheetScreen)


async def test_h_and_l_move_between_the_figures_and_stop_at_the_ends(company: Company) -> None:
    async with at_forecast(company.acting_as("olga")) as seat:
        grid = screen(seat).grid
        assert grid.column == "commit"
        await seat.press("h", "left")
        assert grid.column == "quota"
        await seat.press("left", "left", "left")
        assert grid.column == "name"
        await seat.press("l", *["right"] * 20)
        assert grid.column == grid._current_painter().shown[-1]
        said = seat.text.splitlines()[-2]
        assert "Closed, share of the quota 16 %" in said


async def test_a_filter_finds_people_in_folded_teams(company: Company) -> None:
    async with at_forecast(company.acting_as("olga")) as seat:
        await seat.press("slash")
        await seat.type("lee")
        assert list(figures(seat)) == [number(company, "lee")]
        assert "1 of 8" in seat.text
        await seat.press("enter", "escape")
        assert len(figures(seat)) > 3


# --- from view to view


async def test_tab_goes_round_and_each_view_comes_back_as_it_was(company: Company) -> None:
    async with at_forecast(company.acting_as("olga"), size=(120, 40)) as seat:
        await seat.press("j", "j", "l", "l")
        before = seat.text
        seen = []
        for _ in VIEWS:
            await seat.press("tab")
            seen.append(screen(seat).view.KEY)
        assert seen == [*VIEWS[1:], VIEWS[0]]
        assert seat.text == before
        await seat.press("shift+tab")
        assert VIEWS[-1] == screen(seat).view.KEY
        assert all(title in seat.text.splitlines()[1] for _, title in tabs())


async def test_the_footer_has_the_keys_of_the_view_and_at_most_seven(company: Company) -> None:
    async with at_forecast(company.acting_as("olga"), size=(120, 40)) as seat:
        for _ in VIEWS:
            footer = seat.text.splitlines()[-1]
            assert "? Help" in footer
            assert len(screen(seat).view.KEYS) == 5
            await seat.press("tab")


async def test_a_key_of_another_view_says_where_it_works(company: Company) -> None:
    async with at_forecast(company.acting_as("olga")) as seat:
        await seat.press("t")
        assert "that is done in stages" in seat.toasts[-1].lower()
        await seat.press("e")
        assert "closing" in seat.toasts[-1].lower()
        await seat.press("tab", "v")
        assert "roll-up" in seat.toasts[-1].lower()


async def test_w_chooses_a_quarter(company: Company) -> None:
    async with at_forecast(company.acting_as("olga")) as seat:
        await seat.press("w")
        assert isinstance(seat.app.screen, QuarterPicker)
        await seat.type("FY26 Q3")
        await seat.press("enter")
        assert screen(seat).period.name == "FY26-Q3"
        assert "no quota" in seat.flat
        assert seat.app.desk.period.name == QUARTER, "the call sheet stays in the quarter of now"


def test_tabs_are_found_by_where_they_stand() -> None:
    text = "".join(cell if isinstance(cell, str) else cell[0] for cell in tabs_line(tabs(), "why", 200))
    for key, title in tabs():
        assert tab_at(tabs(), text.index(f" {title} ") + 1) == key
    assert tab_at(tabs(), 199) is None


# --- the number


def marks(seat: Seat) -> set[int]:
    view = screen(seat).view_of("what_if")
    assert isinstance(view, WhatIf)
    return view.marks


async def submit(seat: Seat, amount: str, note: str, *reasons: str) -> None:
    await seat.press("m")
    assert isinstance(seat.app.screen, NumberForm)
    for text in (amount, note, *reasons):
        await seat.type(text)
        await seat.press("enter")


async def test_a_number_is_submitted_from_the_marks_with_a_reason_each(company: Company) -> None:
    async with at_forecast(company.acting_as("dana"), "what_if") as seat:
        deals = screen(seat).data.by_category
        screen(seat).grid.move_to(deals[3][-1])
        await seat.press("space")
        screen(seat).grid.move_to(deals[2][-1])
        await seat.press("space")
        await submit(seat, "", "steady", "board said no", "signed today")
        assert "Submitted" in seat.toasts[-1]
        context = company.context
        context.now()
        scope = scope_seen(context, company.people["dana"], context.now())
        (said,) = submitted_numbers(context, scope, context.calendar.period_named(QUARTER), context.now())
        report = forecast(context, scope, context.calendar.period_named(QUARTER), context.now(), band=False)
        assert said.amount == report.root.whole.landing + said.judged
        assert {(j.puts_in, j.reason) for j in said.judgments} in (
            {(False, "board said no"), (True, "signed today")},
            {(True, "board said no"), (False, "signed today")},
        )
        assert not marks(seat)
        await seat.press("tab")
        assert isinstance(screen(seat).view, Number)
        assert "steady" in seat.text
        assert "signed today" in seat.text
        assert "nothing has changed since" in seat.flat


async def test_a_number_goes_stale_when_a_deal_beneath_it_changes(company: Company) -> None:
    async with at_forecast(company.acting_as("dana"), "number") as seat:
        await submit(seat, "1.2k", "")
        assert "1.2k" in line_with(seat, "Dana Ruiz, Mon")
        company.later(minutes=1)
        company.claim("C1", amount=10)
        seat.app.look()
        await settled(seat.pilot)
        assert "stale: 1 deal changed beneath it" in seat.flat
        assert "counted 300, now 10" in seat.flat
        await seat.press("m", "escape")
        assert "1.2k" in line_with(seat, "Dana Ruiz, Mon"), "esc submits nothing"


async def test_a_number_that_cannot_be_is_refused_where_it_is_typed(company: Company) -> None:
    async with at_forecast(company.acting_as("dana"), "number") as seat:
        await submit(seat, "lots", "")
        assert isinstance(seat.app.screen, NumberForm)
        assert "'lots' is no amount" in seat.flat
        await seat.press("escape", "left_square_bracket", "m")
        assert "known now" in seat.toasts[-1]


async def test_a_rep_and_a_quarter_that_is_over_have_no_form(company: Company) -> None:
    async with at_forecast(company.acting_as("lee"), "number") as seat:
        await seat.press("m")
        assert "A manager submits a number for their own scope" in seat.toasts[-1]
    async with at_forecast(company.acting_as("dana"), "number") as seat:
        await seat.press("w")
        await seat.type("FY26 Q2")
        await seat.press("enter", "m")
        assert "FY26-Q2 is over" in seat.toasts[-1]


@pytest.mark.parametrize(
    ("text", "minor"), [("1.35M", 135_000_000), ("640k", 64_000_000), ("1,350,000.25", 135_000_025), ("0", 0)]
)
def test_amounts_are_read_as_people_type_them(text: str, minor: int) -> None:
    assert typed_amount(text, "USD") == minor


@pytest.mark.parametrize("text", ["", "x", "-5", "1.234", "1e9", "9" * 40, "१२", "999999999b"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage):
        typed_amount(text, "USD")


# --- how much a figure rests on


async def test_accuracy_says_over_how_many_quarters_each_mean_was_taken(company: Company) -> None:
    company.at("2026-08-10 09:00").claim("Q3", owner="ana", amount=100, category="commit", close="2026-09-30")
    company.at("2026-09-20 09:00").claim("Q3", status="won", category="closed", stage="7")
    company.at("2026-11-23 08:00")
    ana = f"person:{company.people['ana'].id}"
    async with at_forecast(company.acting_as("olga"), "accuracy", size=(80, 24)) as seat:
        await to_cell(seat, ana, "rep_claim")
        assert "Rep's claim: accuracy 100 %, bias 0 %, over 1 quarter" in seat.flat
        await to_cell(seat, ana, "manager_number")
        assert "no such number was made by then" in seat.flat
        await to_cell(seat, ana, "name")
        assert "quarters with actuals: claim 1, inspected 1, manager 0, weighted 1" in seat.flat
        await to_cell(seat, "week:7", "weighted")
        assert "over 1 quarter" in seat.flat


async def test_the_closing_board_in_january_says_whole_dates_and_until_when_bookings_come_in(company: Company) -> None:
    company.at("2027-01-04 10:00")
    async with at_forecast(company.acting_as("olga"), "closing", size=(80, 24)) as seat:
        assert "over, bookings until Wed 6 Jan" in seat.flat
        assert "11 Dec 2026" in line_with(seat, "Northwind renewal")


async def test_weeks_say_of_which_week_nothing_is_stored(company: Company) -> None:
    company.at("2027-01-20 10:00")
    async with at_forecast(company.acting_as("olga"), "weeks", size=(120, 40)) as seat:
        assert "nothing is stored of FY26 Q4 at that week" in seat.flat
    company.at("2026-12-31 12:00")
    async with at_forecast(company.acting_as("olga"), "weeks", size=(120, 40)) as seat:
        await to_cell(seat, 2, "closed")
        assert "nothing is stored of that week" in seat.flat


# --- nothing there yet


async def test_empty_views_say_what_would_fill_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    company = Company(tmp_path / "empty.db")
    said = {
        "rollup": "import-quotas", "weeks": "import-quotas", "why": "nothing differs", "what_if": "Landing",
        "number": "m submits", "accuracy": "No quarter is over", "yield": "No quarter is over",
        "stages": "No quarter is over", "flow": "import-quotas", "closing": "is open in Commit",
    }  # fmt: skip
    for size in [(40, 10), *SIZES]:
        async with at_forecast(company.acting_as("olga"), size=size) as seat:
            for view in VIEWS:
                assert view == screen(seat).view.KEY
                if size != (40, 10):
                    assert said[view] in seat.flat, view
                await seat.press("enter", "space", "j", "o", "x", "tab")
    company.store.close()


async def test_a_quota_of_nothing_and_a_person_without_deals(company: Company) -> None:
    company.quota("lee", QUARTER, 0)
    company.hire("newt", "Newt New", boss="dana")
    async with at_forecast(company.acting_as("dana"), size=(120, 40)) as seat:
        shown = figures(seat)
        assert shown[number(company, "newt")]["commit"] == "0"
        assert shown[number(company, "lee")]["attained"] == "–"
        assert shown[number(company, "lee")]["gap"].startswith("+")
        await to_cell(seat, number(company, "newt"), "commit")
        await seat.press("enter")
        assert "no deals make up this figure" in seat.toasts[-1].lower()


# --- other people, other eyes


async def test_somebody_elses_change_appears_and_the_cursor_stays(company: Company) -> None:
    async with at_forecast(company.acting_as("dana")) as seat:
        await to_cell(seat, number(company, "lee"), "inspected")
        before = figures(seat)[number(company, "lee")]["commit"]
        company.claim("C9", owner="lee", amount=5000)
        company.claim("A0", owner="ana", amount=70)
        seat.app.look()
        await settled(seat.pilot)
        assert figures(seat)[number(company, "lee")]["commit"] != before
        assert (screen(seat).grid.key, screen(seat).grid.column) == (number(company, "lee"), "inspected")


async def test_nothing_is_painted_while_nothing_changes(company: Company) -> None:
    async with at_forecast(company.acting_as("dana")) as seat:
        await seat.pilot.pause(0.3)  # what the opening has set going by timers is over
        painted: list[object] = []
        seat.app.screen._compositor_refresh = lambda: painted.append(1)  # type: ignore[method-assign]
        for _ in range(3):
            seat.app.look()
            await settled(seat.pilot)
        assert not seat.app.screen._dirty_widgets
        assert not [w for w in seat.app.workers if w.is_running]


async def test_a_rep_sees_their_own_and_a_manager_no_other_team(company: Company) -> None:
    async with at_forecast(company.acting_as("lee"), size=(120, 40)) as seat:
        for _ in VIEWS:
            assert "Sam Cole" not in seat.text
            assert "Deal C3" not in seat.text
            await seat.press("tab")


async def test_hostile_names_are_text_in_every_view(company: Company) -> None:
    for n, text in enumerate(STORED):
        key = f"h{n}"
        company.hire(key, text or "x", boss="dana")
        company.claim(f"H{n}", owner=key, amount=10 + n, name=text, account=text, next_step=text, stage="5")
    for size in SIZES:
        async with at_forecast(company.acting_as("dana"), size=size) as seat:
            for view in VIEWS:
                for keys in (("pagedown",), ("pagedown", "enter"), ("pagedown",)):
                    await seat.press(*keys)
                    assert_printable_only(seat.text.replace("\n", ""))
                    assert all(cell_len(line) <= size[0] for line in seat.text.splitlines())
                while not hasattr(seat.app.screen, "view"):
                    await seat.press("escape")
                screen(seat).close_deals()
                assert view == screen(seat).view.KEY
                await seat.press("tab")


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "xterm", "COLORTERM": ""}])
async def test_words_and_marks_do_without_colours_and_symbols(
    company: Company, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    async with at_forecast(company.acting_as("olga"), ascii_only=True) as seat:
        for _ in VIEWS:
            assert seat.text.isascii(), screen(seat).view.KEY
            await seat.press("tab")


@pytest.mark.parametrize("size", [(40, 10), *SIZES])
@pytest.mark.parametrize("view", ["rollup", "weeks", "why", "what_if", "flow", "closing"])
async def test_the_look_is_kept(company: Company, view: str, size: tuple[int, int]) -> None:
    async with at_forecast(company.acting_as("olga"), view, size=size) as seat:
        check(seat.app, f"forecast-{view.replace('_', '-')}-{size[0]}")


# --- in one's own words


def test_shares_are_short_and_honest() -> None:
    assert percent(None) == "–"
    assert percent(0.925) == "93 %"
    assert percent(-0.005, signed=True) == "−1 %"
    assert percent(0.004, signed=True) == "0 %"
    assert percent(25.0) == ">999 %"
    assert percent(-25.0) == "<−999 %"


@pytest.mark.parametrize("quota", [None, 0, 50, 100, 200, 10**15])
@pytest.mark.parametrize("amounts", [(0, 0, 0), (10, 20, 30), (100, 0, 0), (1, 10**12, 1)])
def test_a_bar_is_never_wider_than_its_column(quota: int | None, amounts: tuple[int, int, int]) -> None:
    top = max(sum(amounts), quota or 0)
    for width in (1, 2, 14, 60):
        bar = stacked(list(zip("█▓░", amounts, strict=True)), quota, top, width)
        assert len(bar.text) <= width
        assert ("│" in bar.text) == (quota is not None), (quota, width)


async def test_books_are_not_closed_by_a_key_too_many(company: Company) -> None:
    company.at("2027-01-20 09:00")
    async with at_forecast(company.acting_as("olga"), "closing") as seat:
        await seat.press("w")
        await seat.type("FY26 Q4")
        await seat.press("enter")
        await seat.press("e")
        assert isinstance(seat.app.screen, Confirm)
        await seat.press("enter", "escape")
        assert "books are open" in seat.flat
        await seat.press("e", "y")
        assert "Books closed" in seat.flat
        assert "store says the same" in seat.flat or "closed" in seat.flat
        await seat.press("e")
        assert "again?" in seat.flat


async def test_a_view_is_chosen_by_a_click_on_its_name(company: Company) -> None:
    async with at_forecast(company.acting_as("olga")) as seat:
        x = seat.text.splitlines()[1].index("Why") + 1
        await seat.pilot.click("#head", offset=(x, 1))
        await settled(seat.pilot)
        assert screen(seat).view.KEY == "why"


async def test_a_click_puts_the_cursor_into_a_cell(company: Company) -> None:
    async with at_forecast(company.acting_as("olga")) as seat:
        title = next(line for line in seat.text.splitlines() if "+Commit" in line)
        await seat.pilot.click("#page", offset=(title.index("Unin") + 2, 4))
        await settled(seat.pilot)
        assert screen(seat).grid.column == "uninspected"
        assert screen(seat).grid.key == number(company, "dana")


async def test_a_number_stands_beside_the_roll_up_and_says_when_it_is_stale(company: Company) -> None:
    async with at_forecast(company.acting_as("dana"), "number") as seat:
        await submit(seat, "1.25k", "")
    async with at_forecast(company.acting_as("olga"), size=(160, 40)) as seat:
        dana = number(company, "dana")
        assert figures(seat)[dana]["number"] == "1.3k"
        assert figures(seat)[str(EVERYBODY)]["number"] == ""
        company.later(minutes=1)
        company.claim("C1", amount=20)
        seat.app.look()
        await settled(seat.pilot)
        assert figures(seat)[dana]["number"] == "1.3k!"
        await to_cell(seat, dana, "number")
        assert "Number 1,250.00 USD · ! stale" in seat.flat


@pytest.mark.parametrize("column", ["closed", "commit", "best_case", "landing"])
async def test_a_week_opens_to_what_stood_there_then(company: Company, column: str) -> None:
    async with at_forecast(company.acting_as("olga"), "weeks", size=(120, 40)) as seat:
        shown = screen(seat)
        row = shown.grid.key
        assert row is not None
        await to_cell(seat, row, column)
        said = figures(seat)[row][column]
        await seat.press("enter")
        assert shown.behind is not None
        total = sum(deal.amount for deal in shown.behind.deals(shown.behind.order).values())
        assert seat.app.desk.amount(total) == said
        assert shown.behind.behind.total == total


async def test_coverage_and_stages_open_to_deals_that_add_up(company: Company) -> None:
    async with at_forecast(company.acting_as("olga"), "flow", size=(120, 40)) as seat:
        shown = screen(seat)
        opened = 0
        for row in [key for key in figures(seat) if str(key).startswith(("segment:", "stage:", "deals"))]:
            await to_cell(seat, row, "name")
            await seat.press("enter")
            if shown.behind is not None:
                total = sum(deal.amount for deal in shown.behind.deals(shown.behind.order).values())
                assert shown.behind.behind.total == total, row
                opened += 1
                await seat.press("escape")
        assert opened >= 6


async def test_while_letters_go_into_a_field_the_footer_has_its_keys_and_f1_helps(company: Company) -> None:
    async with at_forecast(company.acting_as("olga")) as seat:
        await seat.press("slash")
        assert seat.text.splitlines()[-1].split() == [
            "enter",
            "Go",
            "on",
            "tab",
            "Next",
            "field",
            "esc",
            "Leave",
            "field",
        ]
        await seat.press("escape")
        assert "v Single" in seat.text.splitlines()[-1]
        await seat.press("f1")
        assert isinstance(seat.app.screen, Help)
        await seat.press("escape", "slash", "f1")
        assert isinstance(seat.app.screen, Help)


async def test_deals_behind_a_past_figure_are_as_they_were(company: Company) -> None:
    company.at("2026-11-18 09:00")
    company.claim("C1", amount=999)
    async with at_forecast(company.acting_as("olga")) as seat:
        await seat.press("left_square_bracket")
        await to_cell(seat, number(company, "dana"), "inspected")
        assert figures(seat)[number(company, "dana")]["inspected"] == "300"
        await seat.press("enter")
        assert "300" in line_with(seat, "Northwind renewal")
        assert "together 300.00 USD" in seat.flat


async def test_a_judgment_without_a_reason_asks_for_it_where_it_is_missing(company: Company) -> None:
    async with at_forecast(company.acting_as("dana"), "what_if") as seat:
        screen(seat).grid.move_to(screen(seat).data.by_category[3][0])
        await seat.press("space")
        await submit(seat, "", "", "")
        assert isinstance(seat.app.screen, NumberForm)
        assert "say why" in seat.flat
        assert seat.app.focused is not None
        assert seat.app.focused.id == "reason0"
        await seat.type("late")
        await seat.press("enter")
        assert "Submitted" in seat.toasts[-1]


@pytest.fixture
def past(company: Company) -> Company:
    """A quarter that is over: Q3A was won, Q3B failed and was lost; lee and ana carried them."""
    company.at("2026-08-10 09:00").claim("Q3A", owner="ana", amount=100, close="2026-09-30", stage="4")
    company.claim("Q3B", owner="lee", amount=40, close="2026-09-30", stage="4")
    company.at("2026-08-11 09:00").fail("Q3B", by="olga")
    company.at("2026-09-20 09:00").claim("Q3A", status="won", category="closed", stage="7")
    company.claim("Q3B", status="lost", category="omitted", stage="8")
    return company.at("2026-11-23 08:00")


@pytest.mark.parametrize(
    ("view", "row", "column", "behind"),
    [
        ("accuracy", "quarter:FY26-Q3", "rep_claim", {"Q3A": "won", "Q3B": "not won"}),
        ("accuracy", "quarter:FY26-Q3", "inspected_commit", {"Q3A": "won"}),
        ("accuracy", "quarter:FY26-Q3", "came", {"Q3A": "won"}),
        ("yield", "week:7", "claimed", {"Q3A": "won", "Q3B": "not won"}),
        ("yield", "week:7", "failed", {"Q3B": "not won"}),
        ("yield", "person:{ana}", "uninspected", {"Q3A": "won"}),
        ("stages", "4", "won", {"Q3A": "won", "Q3B": "not won"}),
        ("stages", "4", "deals", {"Q3A": "won", "Q3B": "not won"}),
    ],
)
async def test_a_figure_of_the_past_opens_its_deals(
    past: Company, view: str, row: str, column: str, behind: dict[str, str]
) -> None:
    row = row.format(ana=past.people["ana"].id)
    async with at_forecast(past.acting_as("olga"), view, size=(120, 40)) as seat:
        await to_cell(seat, row, column)
        await seat.press("enter")
        shown = screen(seat).behind
        assert shown is not None
        assert shown.behind.words is not None
        named = {deal.key: shown.behind.words[deal.id] for deal in shown.deals(shown.order).values()}
        assert named == {key: f"FY26 Q3: {what}" for key, what in behind.items()}
        await seat.press("enter")
        assert isinstance(seat.app.screen, DealScreen)


@pytest.mark.parametrize(
    ("view", "row", "column", "why"),
    [
        ("accuracy", "mean", "rep_claim", "A mean and a manager's number are no sums of deals"),
        ("accuracy", "quarter:FY26-Q3", "manager_number", "are no sums of deals"),
        ("yield", "week:7", "passed", "No deals make up this figure"),
        ("stages", "4", "reached", "counts all deals that have ever closed"),
    ],
)
async def test_a_figure_of_the_past_that_is_no_sum_of_deals_says_so(
    past: Company, view: str, row: str, column: str, why: str
) -> None:
    async with at_forecast(past.acting_as("olga"), view, size=(120, 40)) as seat:
        await to_cell(seat, row, column)
        await seat.press("enter")
        assert screen(seat).behind is None
        assert why in seat.toasts[-1]
