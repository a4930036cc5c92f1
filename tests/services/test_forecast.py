"""The forecast of the small company: quotas, stages without odds, people without deals, past quarters."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from salesops_tui.domain.calendar import Moment, iso_day
from salesops_tui.domain.deal import Status
from salesops_tui.domain.divergence import weigh
from salesops_tui.domain.forecast import Column, Node
from salesops_tui.domain.people import Role
from salesops_tui.domain.quota import EVERYBODY, Quota
from salesops_tui.errors import BadInput, Refused
from salesops_tui.services import calls
from salesops_tui.services.context import find_scope
from salesops_tui.services.forecast import Cell, ForecastReport, deals_behind, explanation, forecast
from salesops_tui.services.forecast_words import describe_forecast, in_words
from salesops_tui.services.importing_people import import_people
from salesops_tui.services.minutes import figures_of
from salesops_tui.services.minutes_text import minutes_markdown
from salesops_tui.store.deals import deal_number
from salesops_tui.store.forecast import Slice, figures_by_owner
from tests.company import Company, test_policy


def asked(company: Company, who: str = "everybody", period: str = "", at: Moment | None = None) -> ForecastReport:
    context = company.context
    moment = context.now() if at is None else at
    scope = find_scope(context, who, moment)
    quarter = context.calendar.period_named(period) if period else context.calendar.current_period(moment)
    return forecast(context, scope, quarter, moment)


def node(company: Company, report: ForecastReport, key: str) -> Node:
    return report.nodes[company.people[key].id]


@pytest.fixture
def team(company: Company) -> Company:
    """Lee: Commit 100 at stage 6, 50 at stage 3; Ana: Best Case 80 at 4; Sam: won 70, Pipeline 30 at 2."""
    company.claim("C6", owner="lee", amount=100, stage="6")
    company.claim("C3", owner="lee", amount=50, stage="3")
    company.claim("B4", owner="ana", amount=80, stage="4", category="best_case")
    company.claim("W", owner="sam", amount=70, stage="7", category="closed", status="won")
    company.claim("P2", owner="sam", amount=30, stage="2", category="pipeline")
    company.claim("NEXT", owner="sam", amount=999, close="2027-02-01")
    company.later(minutes=1)
    return company


def test_the_figures_by_hand(team: Company) -> None:
    team.pass_("C6")
    whole = asked(team).root.whole
    assert (whole.closed, whole.inspected, whole.uninspected) == (70_00, 100_00, 50_00)
    assert (whole.best_case, whole.pipeline, whole.landing) == (80_00, 30_00, 220_00)
    assert (whole.over_claim, whole.upside) == (-15_00 - 35_00, 40_00 + 4_50)
    assert whole.weighted == 70_00 + 85_00 + 15_00 + 40_00 + 4_50
    assert asked(team).divergence.share == Fraction(-5_50, 150_00)


def test_a_team_is_the_manager_and_the_reports(team: Company) -> None:
    team.claim("OWN", owner="dana", amount=11)
    report = asked(team)
    dana = node(team, report, "dana")
    assert dana.own.commit == 11_00
    assert dana.whole.commit == 161_00
    assert asked(team, "dana").root == dana._replace(above=None, depth=0)
    assert deals_behind(team.context, report, Cell(team.people["dana"].id, Column.COMMIT, own=True)) == [
        deal_number(team.store.conn, "OWN")
    ]


def test_unassigned_deals_stand_only_in_everybody(team: Company) -> None:
    team.claim("LOST-OWNER", owner="unassigned", amount=5)
    report = asked(team)
    assert node(team, report, "unassigned").whole.commit == 5_00
    assert report.root.whole.commit == 155_00
    assert asked(team, "olga").root.whole.commit == 150_00


def test_a_cumulative_cell_opens_all_that_it_holds(team: Company) -> None:
    report = asked(team)
    keys = {deal_number(team.store.conn, key): key for key in ("C6", "C3", "B4", "W", "P2")}
    found = deals_behind(team.context, report, Cell(EVERYBODY, Column.BEST_CASE, cumulative=True))
    assert [keys[deal] for deal in found] == ["C6", "B4", "W", "C3"]
    assert deals_behind(team.context, report, Cell(EVERYBODY, Column.BEST_CASE)) == [deal_number(team.store.conn, "B4")]


def test_omitted_deals_are_counted_in_sight(team: Company) -> None:
    team.claim("O", owner="sam", amount=40, stage="5", category="omitted")
    report = asked(team)
    assert (report.root.whole.omitted, report.root.whole.omitted_deals) == (40_00, 1)
    assert report.root.whole.open == 260_00, "what is omitted is no pipeline"
    said = {in_words(c, report.policy) for c in explanation(team.context, report)}
    assert "Omitted at stage 5: weighted says 70 %" in said


def test_no_quota_has_no_gap_and_no_coverage(team: Company) -> None:
    report = asked(team)
    assert report.root.quota == Quota()
    assert (report.root.gap, report.root.attainment, report.coverage.coverage) == (None, None, None)


def test_a_quota_of_nothing_is_done_and_divides_nothing(team: Company) -> None:
    team.quota("sam", "FY26-Q4", 0)
    report = asked(team, "sam")
    assert (report.root.gap, report.root.attainment, report.coverage.done) == (-70_00, None, True)


def test_both_quotas_are_known_where_they_differ(team: Company) -> None:
    team.quota("dana", "FY26-Q4", 500)
    team.quota("lee", "FY26-Q4", 300)
    team.quota("ana", "FY26-Q4", 250)
    assert asked(team, "dana").root.quota == Quota(500_00, 550_00)
    assert asked(team).root.quota.value == 500_00


def test_a_call_speaks_of_both_quotas(team: Company) -> None:
    team.quota("dana", "FY26-Q4", 500)
    team.quota("lee", "FY26-Q4", 300)
    context = team.context
    call = calls.start_call(context, team.people["dana"])
    assert "| · of the reports together | 300.00 | 300.00 |" in minutes_markdown(
        figures_of(context, call, context.now())
    )
    team.quota("lee", "FY26-Q4", 500)
    assert "of the reports" not in minutes_markdown(figures_of(context, call, context.now()))


def test_a_person_without_deals_has_a_row_of_nothing(company: Company) -> None:
    report = asked(company)
    assert node(company, report, "lee").whole == node(company, report, "ana").whole
    assert report.root.whole.landing == 0
    assert (report.divergence.share, report.divergence.flagged) == (None, False)
    assert explanation(company.context, report) == []


def test_a_quarter_with_nothing_in_it(team: Company) -> None:
    report = asked(team, period="FY20-Q1")
    assert report.root.whole == report.root.whole._replace(closed=0, pipeline=0)
    assert report.divergence.band.quarters == 0


def test_a_manager_who_left_keeps_the_team_in_the_whole(team: Company) -> None:
    with team.store.write() as conn:
        conn.execute("UPDATE reporting_line SET valid_to = ? WHERE person = ?", (team.clock(), team.people["dana"].id))
    report = asked(team)
    dana = node(team, report, "dana")
    assert (dana.above, dana.whole.commit) == (EVERYBODY, 150_00)
    assert report.root.whole.commit == 150_00


def test_the_team_of_then_counts_for_then(team: Company) -> None:
    before = team.clock()
    team.later(days=1).move("lee", "erik")
    team.later(days=1)
    assert node(team, asked(team), "erik").whole.commit == 150_00
    assert node(team, asked(team, at=before), "dana").whole.commit == 150_00


def test_a_stage_without_odds_weighs_nothing_and_is_said(team: Company) -> None:
    team.claim("EARLY", owner="lee", amount=20, stage="1", category="pipeline")
    team.claim("ODD", owner="lee", amount=10, stage="negotiation")
    report = asked(team)
    assert [(s.stage, s.amount, s.deals) for s in report.unweighted] == [("1", 20_00, 1), ("negotiation", 10_00, 1)]
    said = {c.contribution: in_words(c, report.policy) for c in explanation(team.context, report)}
    assert said[-10_00] == "Commit at stage 'negotiation', which the policy does not know: weighted says 0 %"
    assert said[-35_00] == "Commit at stage 3: weighted says 30 %"


def test_contradictions_are_said_and_weigh_nothing(team: Company) -> None:
    team.claim("OPEN-IN-CLOSED", owner="lee", amount=20, stage="7")
    team.claim("WON-IN-OPEN", owner="lee", amount=9, stage="4", category="closed", status="won")
    report = asked(team)
    assert {(s.stage, s.status) for s in report.contradictions} == {("7", Status.OPEN), ("4", Status.WON)}
    assert report.root.whole.over_claim == -50_00 - 20_00
    assert report.root.whole.closed == 79_00


def test_as_of_the_past_is_what_was_then(team: Company) -> None:
    then = team.clock()
    team.later(days=7).claim("C6", amount=300, stage="5")
    team.claim("C3", status="lost", stage="8", category="omitted")
    team.later(days=1)
    now, before = asked(team).root.whole, asked(team, at=then).root.whole
    assert (before.commit, before.over_claim) == (150_00, -50_00)
    assert (now.commit, now.over_claim) == (300_00, -90_00)


def test_one_closed_deal_in_all_history(company: Company) -> None:
    company.claim("W", amount=70, stage="7", category="closed", status="won")
    company.later(minutes=1)
    company.quota("lee", "FY26-Q4", 100)
    report = asked(company)
    assert (report.root.whole.closed, report.root.gap, report.root.attainment) == (70_00, 30_00, Fraction(7, 10))


def test_the_band_of_past_quarters(company: Company) -> None:
    """Four past quarters at the same week: Commit 100 at stages 3, 4, 5 and 6, so that the share is -70 to -15 %."""
    starts = (("2025-11-10", "2025-12-11"), ("2026-02-09", "2026-03-11"), ("2026-05-11", "2026-06-11"),
              ("2026-08-10", "2026-09-11"))  # fmt: skip
    for n, (day, close) in enumerate(starts):
        company.at(f"{day} 07:00").claim(f"Q{n}", amount=100, stage=str(3 + n), close=close)
        company.later(days=20).claim(f"Q{n}", stage="8", status="lost", category="omitted")
    company.at("2026-11-09 09:00").claim("NOW", amount=100, stage="6", close="2026-12-11")
    company.later(days=1)
    report = asked(company)
    assert report.divergence.band == (Fraction(-70, 100), Fraction(-15, 100), 4)
    assert not report.divergence.out_of_band
    company.claim("UP", amount=100, stage="4", category="best_case", close="2026-12-11")
    company.later(minutes=1)
    assert asked(company).divergence.out_of_band
    assert asked(company, "erik").divergence.band.quarters == 0, "that team had nothing in Commit then"


def test_a_past_quarter_is_that_of_the_team_of_then(company: Company) -> None:
    for n, day in enumerate(("2025-11-10", "2026-02-09", "2026-05-11", "2026-08-10")):
        company.at(f"{day} 07:00")
        close = iso_day(company.context.calendar.period_of(company.context.calendar.day_of(company.clock())).end)
        company.claim(f"Q{n}", amount=100, stage=str(3 + n), close=close)
        company.later(days=20).claim(f"Q{n}", stage="8", status="lost", category="omitted")
    company.at("2026-10-20 09:00").move("lee", "erik")
    company.later(days=21)
    assert asked(company, "erik").divergence.band.quarters == 0
    assert asked(company, "dana").divergence.band.quarters == 4


def test_above_ones_scope_only_totals_are_seen_and_only_where_the_policy_shows_them(tmp_path: Path) -> None:
    company = Company(tmp_path / "open.db", replace(test_policy(), totals_above="show"))
    company.claim("MINE", owner="lee", amount=100, stage="3")
    company.claim("THEIRS", owner="sam", amount=50, stage="3")
    company.later(minutes=1)
    context = company.acting_as("dana")
    now = context.now()
    period = context.calendar.current_period(now)
    report = forecast(context, find_scope(context, "everybody", now, totals=True), period, now)
    assert report.root.whole.commit == 150_00
    dana, lee, ana = (company.people[key].id for key in ("dana", "lee", "ana"))
    assert [*report.nodes] == [EVERYBODY, dana, ana, lee]
    assert report.root.reports == (dana,)
    assert (report.nodes[dana].depth, report.nodes[dana].above) == (1, EVERYBODY)
    mine = [deal_number(company.store.conn, "MINE")]
    assert [c.deal for c in explanation(context, report)] == mine
    for person in (EVERYBODY, dana, company.people["sam"].id):
        found = deals_behind(context, report, Cell(person, Column.COMMIT))
        assert found == ([] if person == company.people["sam"].id else mine)
    document = describe_forecast(context, report)
    assert "THEIRS" not in json.dumps(document)
    assert {row["person"] for row in document["by_person"]} == {"dana", "ana", "lee"}
    company.store.close()


def test_above_ones_scope_is_refused_by_default(team: Company) -> None:
    context = team.acting_as("dana")
    with pytest.raises(Refused):
        find_scope(context, "everybody", context.now(), totals=True)


def test_halves_of_a_cent_go_to_the_even_one_in_the_store_too(company: Company) -> None:
    for amount in (1, 3, 5, 7):
        company.claim(f"D{amount}", amount=amount, stage="6", category="pipeline")
    company.later(minutes=1)
    wanted = Slice(asked(company).period, company.clock(), True, None)
    odds = {"6": 50}  # 0.5 %: 1.00 weighs half a cent, 3.00 one and a half
    figures = figures_by_owner(company.store.conn, wanted, odds)[company.people["lee"].id]
    assert figures.upside == sum(weigh(amount * 100, 50) for amount in (1, 3, 5, 7)) == 0 + 2 + 2 + 4


def test_a_loop_in_the_lines_is_refused_by_name(company: Company, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id,name,manager\ndana,Dana Ruiz,erik\nerik,Erik Vale,sam\nsam,Sam Cole,dana\n")
    with pytest.raises(BadInput, match=r"a loop in the reporting lines: .*dana.*→"):
        import_people(company.context, file)


def test_any_depth(company: Company) -> None:
    boss = "dana"
    for depth in range(40):
        company.hire(f"d{depth}", f"Deep {depth}", Role.MANAGER, boss)
        boss = f"d{depth}"
    company.claim("DEEP", owner="d39", amount=5)
    company.later(minutes=1)
    report = asked(company)
    assert node(company, report, "d39").depth == 42
    assert node(company, report, "dana").whole.commit == 5_00
