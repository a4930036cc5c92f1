"""The demo company's past, recomputed: accuracy, yield, calibration, flow, trends, for everybody from three moments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from salesops_tui.domain.accuracy import Forecaster
from salesops_tui.domain.calendar import Day, Moment, Period
from salesops_tui.domain.people import Person, Scope
from salesops_tui.domain.yields import Yield
from salesops_tui.services.accuracy import accuracy, accuracy_trend
from salesops_tui.services.calibration import calibration
from salesops_tui.services.context import Context
from salesops_tui.services.flow import created_by_week, stage_ages, stage_conversion, velocity
from salesops_tui.services.forecast import forecast
from salesops_tui.services.forecast_trend import forecast_trend
from salesops_tui.services.judgments import scored_judgments
from salesops_tui.services.quarter_turn import carry_over, closing_board, nobodys_deals
from salesops_tui.services.yields import commit_yield
from salesops_tui.store import people as store_people
from salesops_tui.store.connection import open_store
from tests import demo_store
from tests.history_recomputation import DAY, HistoryRecomputation
from tests.opened import closed_later
from tests.recomputation import BEST_CASE, COMMIT, OPEN, WON, fact_at

Vantage = tuple[Period, Moment]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Context:
    store = closed_later(open_store(demo_store.of_a_fixed_day(tmp_path_factory), read_only=True))
    return Context(store, None, demo_store.clock)


@pytest.fixture(scope="module")
def raw(demo: Context) -> HistoryRecomputation:
    return HistoryRecomputation(demo.store.conn)


@pytest.fixture(scope="module")
def vantages(demo: Context) -> list[Vantage]:
    """This quarter now; the two before it, each seen from its own middle: outside the days of grace."""
    calendar, now = demo.calendar, demo.now()
    this = calendar.current_period(now)
    found = [(this, now)]
    for back, day in ((1, 33), (2, 58)):
        period = calendar.shifted(this, -back)
        found.append((period, Moment(calendar.start_of_day(Day(period.start + day)) + 11 * 3_600_000_000)))
    return found


def everyone(demo: Context) -> Iterator[tuple[str | None, Person | None]]:
    yield None, None
    yield from ((person.key, person) for person in demo.people.values())


def scope_at(demo: Context, person: Person | None, at: Moment) -> Scope:
    return store_people.scope_of(demo.store.conn, person, at)


def days(period: Period) -> tuple[int, int]:
    return period.start, period.end


@pytest.mark.parametrize("week", [None, 4, 13])
def test_accuracy_of_everybody(
    demo: Context, raw: HistoryRecomputation, vantages: list[Vantage], week: int | None
) -> None:
    for period, at in vantages:
        whole = accuracy(demo, Scope(None, frozenset()), period, at, week)
        quarters = raw.closed(at, 4)
        assert [days(q) for q in whole.quarters] == quarters
        by_person = {one.person: one for one in whole.people}
        for who, person in everyone(demo):
            number = person.id if person else None
            own = accuracy(demo, scope_at(demo, person, at), period, at, week, below=False).whole
            expected = {}
            for quarter in whole.quarters:
                then = raw.week_end(days(quarter), week) if week else raw.same_point(days(quarter), at)
                actual = raw.actual(who, days(quarter), at)
                for name, said in raw.forecasts(who, days(quarter), quarter.name, then, at).items():
                    expected[quarter.name, name] = (said, actual)
            found = {(f.period.name, f.forecaster.value): (f.forecast, f.actual) for f in own.forecasts}
            assert found == expected, (who, period.name)
            row = by_person.get(number)
            listed = {(f.period.name, f.forecaster.value): (f.forecast, f.actual) for f in row.forecasts} if row else {}
            assert {k: v for k, v in listed.items() if any(v)} == {k: v for k, v in expected.items() if any(v)}, who


def test_who_stands_in_a_managers_own_report(demo: Context, vantages: list[Vantage]) -> None:
    """Those below, and nobody above; each with the figures that everybody's report has for them."""
    for period, at in vantages:
        everybody = Scope(None, frozenset())
        held = {one.person: one for one in accuracy(demo, everybody, period, at).people}
        kept = commit_yield(demo, everybody, period, at).by_person
        for person in demo.people.values():
            if person.role != "manager":
                continue
            own = accuracy(demo, scope_at(demo, person, at), period, at).people
            assert own[0].person == person.id
            assert all(person.id in ever_above(demo, one.person) for one in own)
            assert len(own) > 3
            found = commit_yield(demo, scope_at(demo, person, at), period, at).by_person
            assert next(iter(found)) == person.id
            reps = [one for one in own[1:] if one.person in found]
            assert all(one == held[one.person] for one in own if settled(demo, one.person))
            assert all(found[one.person] == kept[one.person] for one in reps if settled(demo, one.person))


def settled(demo: Context, person: int | None) -> bool:
    """Whether somebody has always reported to the same manager."""
    sql = "SELECT count(DISTINCT manager) FROM reporting_line WHERE person = ?"
    return bool(demo.store.conn.execute(sql, (person,)).fetchone()[0] == 1)


def ever_above(demo: Context, person: int | None) -> set[int | None]:
    """Somebody and whoever was ever their manager."""
    found = {person}
    for who, manager in demo.store.conn.execute("SELECT person, manager FROM reporting_line").fetchall():
        if who == person:
            found.add(manager)
    return found


def test_accuracy_by_week(demo: Context, raw: HistoryRecomputation, vantages: list[Vantage]) -> None:
    for who, person in everyone(demo):
        if person is not None and person.role == "rep" and person.id % 5:
            continue  # all managers, and one rep in five
        _, at = vantages[0]
        for point in accuracy_trend(demo, scope_at(demo, person, at), at):
            held = []
            for quarter in raw.closed(at, 4):
                name = demo.calendar.period_of(Day(quarter[0])).name
                said = raw.forecasts(who, quarter, name, raw.week_end(quarter, point.week), at)
                held.append((said, raw.actual(who, quarter, at)))
            for forecaster in Forecaster:
                own = [(said[forecaster], came) for said, came in held if forecaster in said and came]
                score = point.scores[forecaster]
                assert score.quarters == len(own)
                if own:
                    assert score.accuracy == pytest.approx(sum(1 - abs(f - a) / a for f, a in own) / len(own))
                    assert score.bias == pytest.approx(sum((f - a) / a for f, a in own) / len(own))


def plain(one: Yield) -> dict[str, list[int]]:
    return {name: list(getattr(one, name)) for name in ("passed", "failed", "uninspected")}


def together(parts: list[dict[str, list[int]]]) -> dict[str, list[int]]:
    nothing = [[0, 0, 0, 0]]
    return {
        name: [sum(column) for column in zip(*[part[name] for part in parts], *nothing, strict=False)]
        for name in ("passed", "failed", "uninspected")
    }


def test_yield_of_everybody(demo: Context, raw: HistoryRecomputation, vantages: list[Vantage]) -> None:
    for period, at in vantages:
        whole = commit_yield(demo, Scope(None, frozenset()), period, at)
        quarters = raw.closed(at, 4)
        for who, person in everyone(demo):
            points = [(quarter, raw.same_point(quarter, at)) for quarter in quarters]
            expected = together([raw.yields(who, quarter, then, at) for quarter, then in points])
            found = whole.by_person.get(person.id if person else None, Yield())
            assert plain(found) == expected, (who, period.name)
            if person is None or person.role != "rep":
                report = commit_yield(demo, scope_at(demo, person, at), period, at)
                for week in (1, 5, 8, 13):
                    points = [(quarter, raw.week_end(quarter, week)) for quarter in quarters]
                    expected = together([raw.yields(who, quarter, then, at) for quarter, then in points])
                    assert plain(report.weeks[week]) == expected, (who, week)


def test_calibration_of_everybody(demo: Context, raw: HistoryRecomputation, vantages: list[Vantage]) -> None:
    for period, at in vantages:
        for who, person in everyone(demo):
            report = calibration(demo, scope_at(demo, person, at), period, at)
            points = [(quarter, raw.same_point(quarter, at)) for quarter in raw.closed(at)]
            counts = [raw.stage_counts(who, quarter, then, at) for quarter, then in points]
            ended, won = raw.funnel(who, at, None)
            for stage in report.stages:
                rank, key = stage.stage.rank, stage.stage.key
                assert [stage.deals, stage.won] == [sum(c[key][i] for c in counts) for i in (0, 1)], (who, key)
                assert stage.reached == sum(n for r, n in ended.items() if r >= rank), (who, key)
                assert stage.reached_won == sum(n for r, n in won.items() if r >= rank), (who, key)


def test_velocity_and_conversion_of_everybody(
    demo: Context, raw: HistoryRecomputation, vantages: list[Vantage]
) -> None:
    for period, at in vantages:
        quarters = raw.closed(at, 4)
        window = range(quarters[0][0], quarters[-1][1] + 1)
        span = (window.start, window.stop - 1)
        for who, person in everyone(demo):
            scope = scope_at(demo, person, at)
            made = velocity(demo, scope, period, at).velocity
            rows = [row for row in raw.open(who, days(period), at) if row.fact.rep or row.fact.restored]
            assert (made.open_deals, made.open_amount) == (len(rows), sum(row.fact.amount for row in rows))
            won = raw.won(who, span, at, at)
            lost = [row for row in raw.of(who, raw.rows(span, at), at) if row.fact.status == 2]
            assert (made.won, made.lost) == (len(won), len(lost)), who
            assert made.won_amount == sum(row.fact.amount for row in won)
            cycles = [row.fact.close - (raw.creation(row.key, at) or 10**9) for row in won]
            assert (made.cycles, made.cycle_days) == (
                len([c for c in cycles if c >= 0]),
                sum(c for c in cycles if c >= 0),
            )
            if won:
                each = made.open_deals * (len(won) / (len(won) + len(lost))) * (made.won_amount / len(won))
                assert made.a_day == pytest.approx(each / (made.cycle_days / made.cycles), abs=1)
            ended, ended_won = raw.funnel(who, at, window)
            for one in stage_conversion(demo, scope, at).stages:
                reached = sum(n for r, n in ended.items() if r >= one.stage.rank)
                further = sum(n for r, n in ended.items() if r > one.stage.rank)
                won_here = sum(n for r, n in ended_won.items() if r == one.stage.rank)
                won_all = sum(n for r, n in ended_won.items() if r >= one.stage.rank)
                assert one[1:] == (reached, further + won_here, won_all), (who, one.stage.key)


def test_ages_and_creation_of_everybody(demo: Context, raw: HistoryRecomputation, vantages: list[Vantage]) -> None:
    for period, at in vantages:
        today = raw.day(at)
        monday = today - (today - 1) % 7
        for who, person in everyone(demo):
            scope = scope_at(demo, person, at)
            rows = [row for row in raw.open(who, days(period), at) if row.fact.rep or row.fact.restored]
            for age in stage_ages(demo, scope, period, at):
                own = [row for row in rows if row.stage == age.stage.key]
                ages = [today - (raw.creation(row.key, at) or 0) for row in own]
                stood = sum((at - raw.stage_since(row.key, at)) // DAY for row in own)
                amount = sum(row.fact.amount for row in own)
                assert age[1:] == (len(own), amount, len(own), sum(ages), stood), (who, age.stage.key)
            counts: Counter[int] = Counter()
            amounts: Counter[int] = Counter()
            for key, facts in raw.deals.items():
                first_at, first = facts[0]
                day = raw.creation(key, first_at)
                if first_at <= at and day is not None and raw._below(first.owner, who, at):
                    counts[day - (day - 1) % 7] += 1
                    amounts[day - (day - 1) % 7] += first.amount
            made = created_by_week(demo, scope, at)
            assert [one.week for one in made] == list(range(monday - 84, monday + 1, 7))
            assert [(one.deals, one.amount) for one in made] == [(counts[o.week], amounts[o.week]) for o in made]


def test_the_weeks_of_two_quarters(demo: Context, raw: HistoryRecomputation, vantages: list[Vantage]) -> None:
    for period, at in vantages:
        for who, person in everyone(demo):
            trend = forecast_trend(demo, scope_at(demo, person, at), period, at)
            assert trend.this.points[-1].moment == at
            assert [point.week for point in trend.last.points] == list(range(14))
            over = [week for week in range(14) if raw.week_end(days(period), week) < at]
            assert [point.week for point in trend.this.points] == [*over, len(over)]
            assert [point.moment for point in trend.this.points[1:-1]] == [
                raw.week_end(days(period), week) for week in over[1:]
            ]
            for line in trend:
                for point in line.points[:: 1 if person is None else 4]:
                    rows = raw.open(who, days(line.period), point.moment)
                    commit = sum(row.fact.amount for row in rows if row.fact.commit)
                    claimed = [r for r in rows if not r.fact.commit and r.fact.rep in (COMMIT, BEST_CASE)]
                    won = raw.won(who, days(line.period), point.moment, point.moment)
                    figures = (sum(row.fact.amount for row in won), commit, sum(r.fact.amount for r in claimed))
                    assert (point.closed, point.commit, point.best_case) == figures, (who, point.week)


def test_the_last_points_are_the_roll_ups_figures(demo: Context, vantages: list[Vantage]) -> None:
    demo.now()
    for period, at in vantages:
        whole = forecast(demo, Scope(None, frozenset()), period, at, band=False).root.whole
        point = forecast_trend(demo, Scope(None, frozenset()), period, at).this.points[-1]
        assert (point.closed, point.commit, point.best_case) == (whole.closed, whole.commit, whole.best_case)


def test_judgments_are_scored_by_what_came(demo: Context, raw: HistoryRecomputation, vantages: list[Vantage]) -> None:
    _, at = vantages[0]
    report = scored_judgments(demo, Scope(None, frozenset()), at)
    found = {
        (j.person, j.period.name, j.deal): (j.puts_in, j.submitted_at, j.won, j.in_commit) for j in report.judgments
    }
    expected = {}
    for quarter in report.quarters:
        won = {row.key for row in raw.won(None, days(quarter), at, at)}
        for person in raw.roles:
            for deal, (puts_in, when) in raw.scored(person, quarter.name).items():
                key = raw.deal_keys[deal]
                fact = fact_at(raw.deals[key], when)
                assert fact is not None
                expected[person, quarter.name, deal] = (puts_in, when, key in won, fact.commit)
    assert found == expected
    assert len(found) > 100
    assert all(j.right != j.inspection_right for j in report.judgments), "a judgment differs from the inspection"


def test_what_was_carried_over(demo: Context, raw: HistoryRecomputation, vantages: list[Vantage]) -> None:
    _, now = vantages[0]
    calendar = demo.calendar
    for back in (1, 2, 3):
        period = calendar.shifted(vantages[0][0], -back)
        end, since = raw.end(period.end), raw.start(period.end - 6)
        for who, person in everyone(demo):
            carried = {one.deal.key: one for one in carry_over(demo, scope_at(demo, person, now), period, now)}
            expected = {}
            for key, facts in raw.deals.items():
                seen = [since, *(at for at, _ in facts if since < at <= end)]
                stood = [
                    f
                    for f in (fact_at(facts, at) for at in seen)
                    if f and f.commit and f.close in range(period.start, period.end + 1)
                ]
                stood = [f for f in stood if raw._below(f.owner, who, end)]
                last = fact_at(facts, now)
                if stood and not (last.status == WON and period.start <= last.close <= period.end):
                    expected[key] = stood[-1].amount
            assert {key: one.amount for key, one in carried.items()} == expected, (who, period.name)


def test_the_closing_board_and_nobodys_deals(demo: Context, raw: HistoryRecomputation, vantages: list[Vantage]) -> None:
    for period, at in [*vantages, (vantages[1][0], raw.end(vantages[1][0].end - 2))]:
        for who, person in everyone(demo):
            scope = scope_at(demo, person, at)
            for best_case in (False, True):
                board = closing_board(demo, scope, period, at, best_case=best_case)
                rows = raw.open(who, days(period), at)
                keep = [
                    row.key
                    for row in rows
                    if row.fact.commit
                    or (raw.capped(row.key, at) and row.fact.rep in (COMMIT, BEST_CASE))
                    or (best_case and row.fact.rep in (COMMIT, BEST_CASE))
                ]
                assert sorted(row.deal.key for row in board.rows) == sorted(keep), who
                assert all(row.passed == raw.inspected(row.deal.key, at) for row in board.rows)
            first = raw.quarter(raw.day(at))[0]
            old = {
                key
                for key, facts in raw.deals.items()
                if (fact := fact_at(facts, at))
                and fact.status == OPEN
                and fact.close < first
                and fact.rep
                and raw._below(fact.owner, who, at)
            }
            assert {one.deal.key for one in nobodys_deals(demo, scope, at)} == old
    assert board.last_week
    assert board.days_left == 3
