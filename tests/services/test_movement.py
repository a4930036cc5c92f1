"""Movement through the service: the worked example, every other case, and the moments that it is asked for."""

from collections.abc import Iterator

import pytest

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.movement_causes import Cause
from salesops_tui.errors import NotFound, WrongUsage
from salesops_tui.services import calls
from salesops_tui.services.context import find_scope
from salesops_tui.services.movement import (
    Structure,
    commit_movement,
    commit_trend,
    read_window,
    week_edges,
    weekly_movements,
)
from salesops_tui.services.movement_words import describe_movement
from salesops_tui.store.deals import deal_key
from tests.company import Company
from tests.services import movement_cases, worked_example
from tests.services.moving import CENTS, QUARTER, ask, everything_holds, hold_together, lines, rows
from tests.services.worked_example import END, START


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    company = worked_example.build(tmp_path_factory.mktemp("example") / "store.db")
    yield company
    company.store.close()


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    company = movement_cases.build(tmp_path_factory.mktemp("cases") / "store.db")
    yield company
    company.store.close()


@pytest.mark.parametrize(
    ("who", "start", "end", "expected"),
    [
        ("dana", 825, 475, worked_example.WEST),
        ("erik", 0, 25, worked_example.EAST),
        ("olga", 825, 500, worked_example.ABOVE),
        (None, 825, 500, worked_example.ABOVE),
    ],
)
def test_the_worked_example(example: Company, who: str | None, start: int, end: int, expected: dict[str, int]) -> None:
    report = ask(example.context, who, START, END)
    assert (report.movement.start, report.movement.end) == (start * CENTS, end * CENTS)
    assert lines(report) == expected
    assert report.movement.net == (end - start) * CENTS
    hold_together(example.context, report)


def test_the_worked_example_deal_by_deal(example: Company) -> None:
    report = ask(example.context, "dana", START, END)
    assert rows(example.context, report) == {
        "A": [("increased", 20)],
        "B": [("failed_inspection", -200)],
        "C": [("pushed_out", -300)],
        "D": [("failed_inspection", -50)],
        "E": [("upgraded", 90)],
        "F": [("new", 40)],
        "G": [("pulled_in", 70)],
        "H": [("increased", 5), ("won", -65)],
        "I": [("lost", -30)],
        "J": [("transferred_out", -25)],
        "K": [("removed", -15)],
        "L": [(None, 0)],
        "M": [("passed_inspection", 110)],
    }
    assert "J" not in rows(example.context, ask(example.context, "olga", START, END))


def test_what_else_changed_in_the_worked_example(example: Company) -> None:
    document = describe_movement(example.context, ask(example.context, "dana", START, END))
    also = {row["id"]: row["also"] for row in document["deals"]}
    assert also == {
        **{key: [] for key in "ABFGHJKLM"},
        "C": ["downgraded"],
        "D": ["close date 2026-12-10 → 2027-01-15"],
        "E": ["amount +10.00"],
        "I": ["close date 2026-12-11 → 2026-11-13"],
    }


def test_a_failure_carries_its_question(example: Company) -> None:
    document = describe_movement(example.context, ask(example.context, "dana", START, END))
    failed = next(line for line in document["lines"] if line["cause"] == "failed_inspection")
    assert failed["by_question"] == {"economic_buyer": "-250.00"}
    questions = {row["id"]: row["failed_questions"] for row in document["deals"]}
    assert (questions["B"], questions["D"], questions["L"]) == (
        ["economic_buyer"],
        ["economic_buyer"],
        ["paper_process"],
    )
    assert not any(questions[key] for key in "ACEFGHIJKM")


def test_the_gross_view_shows_the_churn(example: Company) -> None:
    report = ask(example.context, "dana", START, END)
    gross = {line.cause.value: line.amount // CENTS for line in report.movement.gross}
    assert (gross["failed_inspection"], gross["passed_inspection"]) == (-295, 155)


def test_landing_closes_too(example: Company) -> None:
    closed = ask(example.context, "dana", START, END).closed
    assert (closed.start, closed.end, closed.won_from_commit, closed.won_outside, closed.other) == (
        0, 65 * CENTS, 65 * CENTS, 0, 0,
    )  # fmt: skip


def test_every_other_case(cases: Company) -> None:
    assert rows(cases.context, ask(cases.context, "dana", START, END)) == movement_cases.WEST


@pytest.mark.parametrize(
    ("who", "deal", "expected"),
    [
        ("erik", "by line", [("transferred_out", -17)]),
        (None, "by line", None),
        ("lee", "inside the team", [("transferred_out", -18)]),
        ("ana", "inside the team", None),
        ("olga", "inside the team", [("failed_inspection", -18)]),
        ("erik", "everything", None),
        (None, "everything", [("pushed_out", -32)]),
        ("erik", "won and transferred", None),
        ("olga", "won and transferred", [("won", -26)]),
        (None, "assigned", None),
        ("olga", "assigned", [("transferred_in", 39)]),
        ("bo", "new by line", [("new", 60)]),
    ],
)
def test_the_same_deal_seen_by_others(
    cases: Company, who: str | None, deal: str, expected: list[tuple[str, int]] | None
) -> None:
    assert rows(cases.context, ask(cases.context, who, START, END)).get(deal) == expected


def test_tags_of_the_other_cases(cases: Company) -> None:
    document = describe_movement(cases.context, ask(cases.context, "dana", START, END))
    also = {row["id"]: row["also"] for row in document["deals"]}
    assert also["won after"] == also["won before"] == also["lost, then won"] == also["failed, then won"] == ["won"]
    assert also["won and handed on"] == [], "a won deal stays with whoever won it"
    assert also["won and lost"] == also["won and reopened"] == also["decreased"] == also["by line"] == []
    assert also["contested"] == also["restored"] == []
    assert also["new, then more"] == ["amount +5.00"]
    assert also["everything"] == [
        "amount +67.00", "stage 6 → 4", "close date 2026-12-11 → 2027-01-15", "downgraded",
    ]  # fmt: skip
    assert also["everything but the owner"] == ["amount +66.00", "stage 6 → 4", "downgraded"]
    assert also["inside the team"] == ["owner Lee Park → Ana Diaz"]


def test_the_first_question_gets_the_amount_and_all_are_listed(cases: Company) -> None:
    document = describe_movement(cases.context, ask(cases.context, "dana", START, END))
    row = next(row for row in document["deals"] if row["id"] == "two questions")
    assert row["failed_questions"] == ["paper_process", "recent_meeting"]
    failed = next(line for line in document["lines"] if line["cause"] == "failed_inspection")
    assert failed["by_question"] == {"economic_buyer": "-59.00", "paper_process": "-70.00"}
    assert failed["amount"] == "-129.00"


def test_who_came_and_went_is_told_apart(cases: Company) -> None:
    document = describe_movement(cases.context, ask(cases.context, "dana", START, END))
    assert [row["id"] for row in document["came_and_went"]] == ["came and went"]
    churned = {row["id"] for row in document["deals"] if row["churned"]}
    assert churned == {"won and reopened", "out, in, out"}
    assert next(row for row in document["deals"] if row["id"] == "won and reopened")["cause"] is None
    assert not any(row["id"] in ("left alone", "up and down", "withdrawn") for row in document["deals"])


def test_four_hundred_changes_are_one_line(cases: Company) -> None:
    movement = ask(cases.context, "lee", START, END).movement
    many = next(d for d in movement.deals if deal_key(cases.store.conn, d.deal) == "many")
    assert len(many.steps) == 400
    assert many.legs == ((Cause.INCREASED, 400 * CENTS),)


def test_everything_holds_in_both_stores(example: Company, cases: Company) -> None:
    everything_holds(example.context, [START, (START + END) // 2, END], ["FY26-Q4", "FY27-Q1"])
    everything_holds(cases.context, [START - 1, START, (START + END) // 2, END], ["FY26-Q3", "FY26-Q4", "FY27-Q1"])


def test_a_whole_history_from_nothing(cases: Company) -> None:
    report = ask(cases.context, None, 0, END)
    assert report.movement.start == 0
    assert {line.cause for line in report.movement.lines} == {Cause.NEW}
    hold_together(cases.context, report)


def test_equal_moments_have_no_lines(cases: Company) -> None:
    report = ask(cases.context, None, END, END)
    assert (report.movement.lines, report.movement.start) == ((), report.movement.end)
    assert report.movement.start > 0


def test_a_future_moment_shows_now(cases: Company) -> None:
    far = ask(cases.context, "dana", START, END + 10**15)
    assert far.movement == ask(cases.context, "dana", START, END).movement


def test_reversed_moments_are_wrong_usage(cases: Company) -> None:
    with pytest.raises(WrongUsage):
        ask(cases.context, None, END, START)


def test_a_period_without_deals(cases: Company) -> None:
    report = ask(cases.context, None, 0, END, quarter="FY31-Q1")
    assert (report.movement.start, report.movement.end, report.movement.lines) == (0, 0, ())


class TestPeople:
    def test_a_person_who_joined_mid_week(self, company: Company) -> None:
        company.at("2026-11-02 09:00").claim("old", amount=10, owner="sam")
        company.people["new"] = company.people["sam"]
        movement_cases.leave(company, "sam")
        company.at("2026-11-11 09:00")
        movement_cases.hire_from(company, "sam", "dana")
        company.later(minutes=1).claim("fresh", amount=5, owner="sam")
        company.at("2026-11-16 09:00")
        report = ask(company.context, "dana", START, END)
        assert rows(company.context, report) == {"old": [("transferred_in", 10)], "fresh": [("new", 5)]}
        assert rows(company.context, ask(company.context, None, START, END)) == {"fresh": [("new", 5)]}
        everything_holds(company.context, [START, END])

    def test_a_scope_whose_manager_left(self, company: Company) -> None:
        company.at("2026-11-02 09:00").claim("hers", amount=10, owner="dana")
        company.claim("lees", amount=20)
        company.at("2026-11-11 09:00")
        for rep in ("lee", "ana"):
            company.move(rep, "erik")
        movement_cases.leave(company, "dana")
        company.at("2026-11-16 09:00")
        left = ask(company.context, "dana", START, END)
        assert rows(company.context, left) == {"lees": [("transferred_out", -20)]}
        assert left.movement.end == 10 * CENTS
        assert rows(company.context, ask(company.context, "olga", START, END)) == {"hers": [("transferred_out", -10)]}
        assert rows(company.context, ask(company.context, "erik", START, END)) == {"lees": [("transferred_in", 20)]}
        everything_holds(company.context, [START, END])

    def test_the_past_in_todays_teams(self, cases: Company) -> None:
        now = ask(cases.context, "erik", START, END, structure=Structure.NOW)
        assert "by line" not in rows(cases.context, now)
        west = ask(cases.context, "dana", START, END, structure=Structure.NOW)
        assert "by line" not in rows(cases.context, west)
        assert west.movement.start - ask(cases.context, "dana", START, END).movement.start == 17 * CENTS


class TestMoments:
    def test_by_default_since_the_last_ended_call(self, company: Company) -> None:
        scope = find_scope(company.context, "dana", company.clock())
        baseline, end = read_window(company.context, scope)
        assert (baseline.what, end) == ("week", company.clock())
        assert baseline.moment == company.context.calendar.week_start_of(end)
        dana = company.acting_as("dana")
        call = calls.end_call(dana, calls.start_call(dana))
        company.later(hours=1)
        for asked in (None, "last-call", " Last-Call "):
            baseline, _ = read_window(company.context, scope, asked)
            assert (baseline.what, baseline.moment) == ("call", call.end)

    @pytest.mark.parametrize("name", ["last-call", "last-import"])
    def test_what_is_not_there_is_said(self, company: Company, name: str) -> None:
        with pytest.raises(NotFound, match="use --from"):
            read_window(company.context, find_scope(company.context, "dana", company.clock()), name)

    def test_a_date_is_its_end(self, company: Company) -> None:
        scope = find_scope(company.context, None, company.clock())
        company.at("2026-11-16 09:00")
        baseline, end = read_window(company.context, scope, "2026-11-09", "2026-11-10")
        assert company.context.calendar.iso(baseline.moment) == "2026-11-09T23:59:59.999999+00:00"
        assert company.context.calendar.iso(end) == "2026-11-10T23:59:59.999999+00:00"
        assert baseline.what == ""

    def test_what_lies_ahead_is_now(self, company: Company) -> None:
        scope = find_scope(company.context, None, company.clock())
        baseline, end = read_window(company.context, scope, "2027-01-01", "2027-02-01")
        assert baseline.moment == end == company.clock()

    @pytest.mark.parametrize(
        ("start", "end"), [("2026-11-08", "2026-11-07"), ("2027-02-01", "2027-01-01"), ("2026-11-08", "2020-01-01")]
    )
    def test_reversed_dates_are_wrong_usage(self, company: Company, start: str, end: str) -> None:
        with pytest.raises(WrongUsage, match="earlier"):
            read_window(company.context, find_scope(company.context, None, company.clock()), start, end)

    def test_weeks_meet_and_add_up(self, cases: Company) -> None:
        scope = find_scope(cases.context, "dana", cases.clock())
        period = cases.context.calendar.period_named(QUARTER)
        weeks = weekly_movements(cases.context, scope, period, 4, END)
        windows = [week.movement.window for week in weeks]
        assert [w.end for w in windows[:-1]] == [w.start for w in windows[1:]]
        assert windows[-1].end == END
        assert all(cases.context.calendar.week_start_of(w.start) == w.start for w in windows)
        whole = commit_movement(cases.context, scope, period, windows[0].start, END)
        assert sum(week.movement.net for week in weeks) == whole.movement.net
        trend = commit_trend(cases.context, scope, period, week_edges(cases.context, 4, END))
        assert trend == [*(week.movement.start for week in weeks), weeks[-1].movement.end]

    def test_a_weeks_edge_belongs_to_the_week_before(self, cases: Company) -> None:
        monday = cases.context.calendar.week_start_of(END)
        edges = week_edges(cases.context, 1, monday)
        assert edges == [Moment(monday - 7 * 24 * 3600 * 1_000_000), monday]
