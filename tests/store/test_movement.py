"""What movement reads: both ends by the definition, and only the deals that the window touches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from salesops_tui.domain.calendar import Moment, to_moment
from salesops_tui.domain.membership import Membership, membership_over
from salesops_tui.domain.movement import Window
from salesops_tui.store import movement, tracks
from salesops_tui.store.deals import deal_key
from tests.company import Company
from tests.services import movement_cases
from tests.services.worked_example import END, START


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    company = movement_cases.build(tmp_path_factory.mktemp("reads") / "store.db")
    yield company
    company.store.close()


def window(company: Company, who: str | None = None, start: int = START, end: int = END) -> Window:
    period = company.context.calendar.period_named("FY26-Q4")
    lines = movement.reporting_lines(company.store.conn, Moment(start), Moment(end))
    person = company.people[who].id if who else None
    return Window(period, Moment(start), Moment(end), membership_over(person, lines, Moment(start), Moment(end)))


def touched(company: Company, asked: Window) -> set[str]:
    return {deal_key(company.store.conn, deal) for deal in movement.touched(company.store.conn, asked)}


@pytest.mark.parametrize("who", [None, "dana", "erik", "lee"])
@pytest.mark.parametrize("at", [START - 10**12, START, (START + END) // 2, END])
def test_the_ends_are_those_of_the_states(cases: Company, who: str | None, at: int) -> None:
    conn, asked = cases.store.conn, window(cases, who)
    owners = None if who is None else asked.members.at(Moment(at))
    marks = "1" if owners is None else f"owner IN ({', '.join(map(str, owners))})"
    for read, which in ((movement.commit_by_owner, "category = 3"), (movement.won_by_owner, "status = 1")):
        plain = conn.execute(
            f"SELECT owner, sum(amount) FROM deal_state NOT INDEXED WHERE {which} AND {marks} AND valid_from <= ?"
            " AND valid_to > ? AND close_day BETWEEN ? AND ? GROUP BY owner",
            (at, at, asked.period.start, asked.period.end),
        )
        assert read(conn, asked.period, Moment(at), owners) == dict(plain.fetchall())


def test_a_deal_to_which_nothing_happened_is_not_read(cases: Company) -> None:
    for who in (None, "dana", "lee"):
        found = touched(cases, window(cases, who))
        assert "many" in found
        assert "left alone" not in found


def test_a_day_without_changes_touches_nothing(cases: Company) -> None:
    quiet = to_moment(cases.time.replace(day=14, hour=1))
    assert touched(cases, window(cases, "dana", quiet, quiet + 10**9)) == set()
    assert touched(cases, window(cases, "dana", END, END)) == set()


def test_another_teams_deals_are_not_read(cases: Company) -> None:
    assert touched(cases, window(cases, "erik")) == {
        "by line", "new by line", "won and transferred",
    }  # fmt: skip
    assert "many" not in touched(cases, window(cases, "ana"))


def test_deals_of_who_changed_team_are_read(cases: Company) -> None:
    assert "by line" in touched(cases, window(cases, "erik"))
    assert "by line" not in touched(cases, window(cases, "olga"))


def test_another_period_is_not_read(tmp_path: Path) -> None:
    company = Company(tmp_path / "store.db")
    company.at("2026-11-02 09:00").claim("next", close="2027-02-01")
    company.at("2026-11-10 09:00").claim("next", amount=5)
    company.claim("this")
    assert touched(company, window(company)) == {"this"}
    company.store.close()


def test_states_are_those_of_the_window(cases: Company) -> None:
    conn = cases.store.conn
    deals = movement.touched(conn, window(cases))
    for start, end in ((START, END), (START, START), (0, 5), (START - 10**12, (START + END) // 2)):
        found = movement.histories(conn, deals, Moment(start), Moment(end))
        for deal in deals:
            wanted = [s for s in tracks.states_of(conn, deal) if s.valid_to > start and s.valid_from <= end]
            assert found.get(deal, []) == wanted


def test_no_table_is_read_whole(cases: Company) -> None:
    plans: list[str] = []

    class Explaining:
        def execute(self, sql: str, values: Sequence[Any] = ()) -> Any:
            plans.extend(row[3] for row in cases.store.conn.execute(f"EXPLAIN QUERY PLAN {sql}", values))
            return cases.store.conn.execute(sql, values)

    conn: Any = Explaining()
    asked = window(cases, "erik")
    movement.commit_by_owner(conn, asked.period, asked.end, asked.members.at(asked.end))
    movement.won_by_owner(conn, asked.period, asked.end, None)
    movement.touched(conn, asked)
    movement.touched(conn, Window(asked.period, asked.start, asked.end, Membership()))
    movement.histories(conn, [1, 2], asked.start, asked.end)
    read = [plan for plan in plans if plan.startswith(("SCAN s", "SCAN e", "SCAN deal_state"))]
    assert read == []
    assert any("state_commit_begins" in plan for plan in plans)


def test_policy_versions_of_inspections(cases: Company) -> None:
    numbers = [n for (n,) in cases.store.conn.execute("SELECT id FROM inspection")]
    assert movement.policies_of(cases.store.conn, numbers) == dict.fromkeys(numbers, 1)
