"""The turn of the quarter and the past of forecasts, in the small company: books, carry-over, bad input, adoption."""

from __future__ import annotations

from datetime import date

import pytest

from salesops_tui.domain.accuracy import Forecaster
from salesops_tui.domain.calendar import Period, to_day
from salesops_tui.domain.people import Scope
from salesops_tui.errors import Refused, WrongUsage
from salesops_tui.services.accuracy import accuracy, accuracy_trend
from salesops_tui.services.books import close_quarter, frozen_figures
from salesops_tui.services.calibration import adopt_calibration, calibration
from salesops_tui.services.context import Context
from salesops_tui.services.flow import created_by_week, stage_ages, stage_conversion, velocity
from salesops_tui.services.forecast import forecast
from salesops_tui.services.forecast_trend import forecast_trend
from salesops_tui.services.judgments import scored_judgments
from salesops_tui.services.manager_number import JudgmentRequest, NumberRequest, submit_number
from salesops_tui.services.quarter_turn import Went, carry_over, closing_board, nobodys_deals
from salesops_tui.services.quarters import closed_quarters, last_quarter
from salesops_tui.services.verifying import verify_store
from salesops_tui.services.yields import commit_yield
from salesops_tui.store import people as store_people
from salesops_tui.store.policies import policy_source
from tests.company import Company, test_policy

EVERYBODY = Scope(None, frozenset())


def period(company: Company, name: str = "FY26-Q4") -> Period:
    return company.context.calendar.period_named(name)


def scope(company: Company, key: str) -> Scope:
    return store_people.scope_of(company.store.conn, company.people[key], company.clock())


def whole_of(context: Context, name: str, week: int | None = None, of: Scope = EVERYBODY) -> dict[Forecaster, int]:
    found = accuracy(context, of, context.calendar.period_named(name), context.now(), week).whole
    return {f.forecaster: f.forecast for f in found.forecasts}


# ---------------------------------------------------------------------- the past of forecasts


def test_an_empty_store_says_nothing_and_breaks_nothing(company: Company) -> None:
    context, now = company.context, company.clock()
    this = period(company)
    report = accuracy(context, EVERYBODY, this, now)
    assert (report.quarters, report.whole.forecasts) == ((), ())
    assert [score.quarters for score in report.whole.scores.values()] == [0, 0, 0, 0]
    assert {point.week for point in accuracy_trend(context, EVERYBODY, now)} == set(range(1, 14))
    assert commit_yield(context, EVERYBODY, this, now).by_person == {}
    assert all(stage.deals == 0 for stage in calibration(context, EVERYBODY, this, now).stages)
    assert velocity(context, EVERYBODY, this, now).velocity.a_day is None
    assert all(one.rate is None for one in stage_conversion(context, EVERYBODY, now).stages)
    assert all(age.age is None for age in stage_ages(context, EVERYBODY, this, now))
    assert sum(one.deals for one in created_by_week(context, EVERYBODY, now)) == 0
    assert all(
        point[2:] == (0, 0, 0) for line in forecast_trend(context, EVERYBODY, this, now) for point in line.points
    )
    assert scored_judgments(context, EVERYBODY, now).judgments == ()
    assert closing_board(context, EVERYBODY, this, now).rows == ()
    assert carry_over(context, EVERYBODY, period(company, "FY26-Q3"), now) == ()
    assert nobodys_deals(context, EVERYBODY, now) == ()


def test_one_closed_deal_in_all_history(company: Company) -> None:
    company.at("2026-08-10 09:00").claim("D1", amount=1000, close="2026-08-31", created_day=739_400)
    company.at("2026-08-31 09:00").claim("D1", status="won", category="closed", stage="7")
    context, now = company.at("2026-11-18 09:00").context, company.clock()
    report = accuracy(context, EVERYBODY, period(company), now)
    assert [quarter.name for quarter in report.quarters] == ["FY26-Q3"]
    # Week 7 of that quarter: claimed in Commit, stage 6 (85 %).
    assert whole_of(context, "FY26-Q4") == {"rep_claim": 100_000, "inspected_commit": 100_000, "weighted": 85_000}
    assert {f.actual for f in report.whole.forecasts} == {100_000}
    assert report.whole.scores[Forecaster.WEIGHTED].bias == pytest.approx(-0.15)
    six = next(c for c in calibration(context, EVERYBODY, period(company), now).stages if c.stage.key == "6")
    assert (six.deals, six.won, six.reached, six.reached_won) == (1, 1, 1, 1)
    assert not six.enough
    assert six.interval.low == pytest.approx(0.2065, abs=1e-4)
    made = velocity(context, EVERYBODY, period(company), now).velocity
    assert (made.won, made.lost, made.win_rate, made.open_deals, made.a_day) == (1, 0, 1.0, 0, 0)
    with pytest.raises(Refused, match="nothing was changed"):
        adopt_calibration(context, period(company))


def test_a_quarter_before_the_history_is_no_quarter_that_was_missed(company: Company) -> None:
    company.at("2026-09-21 09:00").claim("D1", amount=1000, close="2026-09-25")
    company.at("2026-09-25 09:00").claim("D1", status="won", category="closed", stage="7")
    context, now = company.at("2026-11-18 09:00").context, company.clock()
    assert [quarter.name for quarter in closed_quarters(context, now)] == ["FY26-Q3"]
    # In week 7 of that quarter the store knew nothing: no forecast of 0 is held against 1000.
    assert accuracy(context, EVERYBODY, period(company), now).quarters == ()
    assert [q.name for q in accuracy(context, EVERYBODY, period(company), now, 12).quarters] == ["FY26-Q3"]
    trend = {
        point.week: point.scores[Forecaster.REP_CLAIM].quarters for point in accuracy_trend(context, EVERYBODY, now)
    }
    assert trend == {week: int(week >= 12) for week in range(1, 14)}


def test_a_quarter_with_no_actuals_has_no_accuracy(company: Company) -> None:
    company.at("2026-07-10 09:00").claim("D1", amount=1000, close="2026-08-31")
    company.at("2026-09-20 09:00").claim("D1", status="lost", category="omitted", stage="8")
    context, now = company.at("2026-11-18 09:00").context, company.clock()
    report = accuracy(context, EVERYBODY, period(company), now)
    assert {(f.forecaster.value, f.forecast, f.actual, f.accuracy, f.bias) for f in report.whole.forecasts} == {
        ("rep_claim", 100_000, 0, None, None),
        ("inspected_commit", 100_000, 0, None, None),
        ("weighted", 85_000, 0, None, None),
    }
    assert all(score.quarters == 0 for score in report.whole.scores.values())


def test_the_days_of_grace_belong_to_the_old_quarter(company: Company) -> None:
    company.at("2026-08-10 09:00").claim("D1", amount=1000, close="2026-08-31")
    names = {}
    # 1 October 2026 is a Thursday: its third business day is Monday the 5th.
    for day in ("2026-10-01", "2026-10-05", "2026-10-06"):
        context = company.at(f"{day} 09:00").context
        now = company.clock()
        names[day] = (
            context.calendar.current_period(now).name,
            len(closed_quarters(context, now)),
            last_quarter(context, now).name,
        )
    assert names == {
        "2026-10-01": ("FY26-Q3", 0, "FY26-Q3"),
        "2026-10-05": ("FY26-Q3", 0, "FY26-Q3"),
        "2026-10-06": ("FY26-Q4", 1, "FY26-Q3"),
    }


def test_a_taken_up_downgrade_is_still_what_the_rep_claimed(company: Company) -> None:
    company.at("2026-08-10 09:00").claim("D1", amount=1000, close="2026-09-20")
    company.claim("D2", amount=500, close="2026-09-20")
    company.at("2026-08-11 09:00").fail("D1")
    company.at("2026-08-12 09:00").claim("D1", category="best_case")
    company.pass_("D2", by="dana")
    company.at("2026-09-20 09:00").claim("D1", status="won", category="closed", stage="7")
    context, now = company.at("2026-11-18 09:00").context, company.clock()
    said = whole_of(context, "FY26-Q4")
    assert (said[Forecaster.REP_CLAIM], said[Forecaster.INSPECTED_COMMIT]) == (150_000, 50_000)
    found = commit_yield(context, EVERYBODY, period(company), now).weeks[7]
    assert (found.failed.deals, found.failed.won, found.failed.amount) == (1, 1, 100_000)
    assert (found.passed.deals, found.passed.won, found.uninspected.deals) == (1, 0, 0)


def test_a_claim_that_the_rep_gave_up_is_no_claim_when_the_deal_is_back_in_best_case(company: Company) -> None:
    company.at("2026-08-10 09:00").claim("D1", amount=1000, close="2026-09-20")
    company.at("2026-08-11 09:00").fail("D1")
    company.at("2026-08-12 09:00").claim("D1", category="pipeline")
    company.at("2026-08-13 09:00").claim("D1", category="best_case")
    company.at("2026-08-14 09:00").claim("D1", amount=1100)
    company.at("2026-09-20 09:00").claim("D1", status="won", category="closed", stage="7")
    context, now = company.at("2026-11-18 09:00").context, company.clock()
    assert whole_of(context, "FY26-Q4")[Forecaster.REP_CLAIM] == 0
    assert commit_yield(context, EVERYBODY, period(company), now).weeks[7].claimed.deals == 0


def test_a_claim_that_was_given_up_and_made_again_counts(company: Company) -> None:
    company.at("2026-08-10 09:00").claim("D1", amount=1000, close="2026-09-20")
    company.at("2026-08-11 09:00").fail("D1")
    for day, category in (("12", "pipeline"), ("13", "commit"), ("14", "best_case")):
        company.at(f"2026-08-{day} 09:00").claim("D1", category=category)
    company.at("2026-09-20 09:00").claim("D1", status="won", category="closed", stage="7")
    context, now = company.at("2026-11-18 09:00").context, company.clock()
    assert whole_of(context, "FY26-Q4")[Forecaster.REP_CLAIM] == 100_000
    assert commit_yield(context, EVERYBODY, period(company), now).weeks[7].failed.deals == 1


def test_a_manager_who_left_keeps_the_numbers_that_were_theirs(company: Company) -> None:
    company.at("2026-08-10 09:00").claim("D1", amount=1000, close="2026-09-20")
    submit_number(company.acting_as("dana"), NumberRequest(scope(company, "dana"), period(company, "FY26-Q3"), 90_000))
    company.at("2026-09-20 09:00").claim("D1", status="won", category="closed", stage="7")
    company.at("2026-10-20 09:00")
    for rep in ("lee", "ana"):
        company.move(rep, "erik")
    company.move("dana", "erik")
    context = company.at("2026-11-18 09:00").context
    now = company.clock()
    report = accuracy(context, EVERYBODY, period(company), now)
    dana = next(one for one in report.people if one.person == company.people["dana"].id)
    assert {f.forecaster.value: (f.forecast, f.actual) for f in dana.forecasts} == {
        "rep_claim": (100_000, 100_000),
        "inspected_commit": (100_000, 100_000),
        "manager_number": (90_000, 100_000),
        "weighted": (85_000, 100_000),
    }
    erik = whole_of(context, "FY26-Q4", of=scope(company, "erik"))
    assert set(erik.values()) == {0}, "a re-organisation does not rewrite last quarter"


def test_where_only_totals_are_seen_nobody_beside_is_named(company: Company) -> None:
    company.at("2026-08-10 09:00").claim("D1", amount=1000, close="2026-09-30")
    company.claim("D2", owner="sam", amount=500, close="2026-09-30")
    third = period(company, "FY26-Q3")
    submit_number(company.acting_as("erik"), NumberRequest(scope(company, "erik"), third, judgments=[
        JudgmentRequest("D2", False, "no")
    ]))  # fmt: skip
    context, now = company.at("2026-11-18 09:00").context, company.clock()
    close_quarter(context, third)
    company.claim("D2", status="won", category="closed", stage="7")
    now = company.later(hours=1).clock()
    west = frozenset(company.people[key].id for key in ("dana", "lee", "ana"))
    totals = Scope(None, frozenset(), west)
    report = accuracy(context, totals, period(company), now)
    assert {one.person for one in report.people} <= {None, *west}
    assert report.whole.forecasts == accuracy(context, EVERYBODY, period(company), now).whole.forecasts
    assert set(commit_yield(context, totals, period(company), now).by_person) <= {None, *west}
    frozen = frozen_figures(context, totals, third, now)
    assert frozen is not None
    assert set(frozen.closed) <= {None, *west}
    assert (frozen.now[None], frozen.differences) == (50_000, ())
    assert scored_judgments(context, totals, now).judgments == ()
    assert len(scored_judgments(context, EVERYBODY, now).judgments) == 1
    assert [one.deal.key for one in carry_over(context, totals, third, now)] == ["D1"]
    assert [one.deal.key for one in nobodys_deals(context, totals, now)] == ["D1"]


def test_a_person_without_deals(company: Company) -> None:
    company.at("2026-08-10 09:00").claim("D1", amount=1000, close="2026-09-20")
    context, now = company.at("2026-11-18 09:00").context, company.clock()
    sam = scope(company, "sam")
    assert set(whole_of(context, "FY26-Q4", of=sam).values()) == {0}
    assert velocity(context, sam, period(company), now).velocity.open_deals == 0
    assert commit_yield(context, sam, period(company), now).weeks[7].claimed.deals == 0


def test_no_such_week(company: Company) -> None:
    for week in (0, 14):
        with pytest.raises(WrongUsage, match="weeks 1 to 13"):
            accuracy(company.context, EVERYBODY, period(company), company.clock(), week)


def test_an_open_deal_in_a_closed_stage_weighs_nothing(company: Company) -> None:
    company.at("2026-08-10 09:00").claim("D1", amount=1000, close="2026-09-20", stage="7")
    company.claim("D2", amount=500, close="2026-09-20", stage="no such stage")
    context = company.at("2026-11-18 09:00").context
    assert whole_of(context, "FY26-Q4")[Forecaster.WEIGHTED] == 0


# ---------------------------------------------------------------------- calibration becomes policy


def thirty_past_deals(company: Company, won: int) -> None:
    company.at("2026-07-10 09:00")
    for n in range(30):
        company.claim(f"D{n}", amount=100, close="2026-09-15", stage="4", category="best_case")
    company.at("2026-09-15 09:00")
    for n in range(30):
        word = ("won", "closed", "7") if n < won else ("lost", "omitted", "8")
        company.claim(f"D{n}", status=word[0], category=word[1], stage=word[2])
    company.at("2026-11-18 09:00")


def test_adopting_makes_a_version_and_keeps_the_words(company: Company) -> None:
    thirty_past_deals(company, won=9)
    before = company.context.policy
    policy, changed = adopt_calibration(company.context, period(company))
    assert [(c.stage.key, c.probability_bp) for c in changed] == [("4", 3000)]
    assert (policy.version, company.context.policy.version) == (before.version + 1, before.version + 1)
    assert policy.stage_by_key["4"].probability_bp == 3000
    others = [s.probability_bp for s in policy.stages if s.key != "4"]
    assert others == [s.probability_bp for s in before.stages if s.key != "4"]
    text = policy_source(company.store.conn, policy.version)
    assert "# House rules for the forecast call" in text
    assert "probability = 30" in text
    # What was forecast then is judged by the figures of then.
    said = whole_of(company.context, "FY26-Q4")
    assert said[Forecaster.WEIGHTED] == 30 * 5_000
    with pytest.raises(Refused, match="nothing was changed"):
        adopt_calibration(company.context, period(company))
    assert verify_store(company.context)[0] == []


def test_who_may_adopt_and_what(company: Company) -> None:
    thirty_past_deals(company, won=9)
    with pytest.raises(Refused, match="for ops leads"):
        adopt_calibration(company.acting_as("dana"), period(company))
    with pytest.raises(WrongUsage, match="is no open stage"):
        adopt_calibration(company.context, period(company), stages=["7"])
    with pytest.raises(WrongUsage, match="needs 30"):
        adopt_calibration(company.context, period(company), stages=["5"])
    assert company.context.policy.version == 1


def test_a_policy_whose_stages_stand_on_one_line_is_left_alone(company: Company) -> None:
    thirty_past_deals(company, won=9)
    with company.store.write() as conn:
        conn.execute("DROP TRIGGER IF EXISTS policy_update")
        for (name,) in conn.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='policy'"
        ).fetchall():
            conn.execute(f"DROP TRIGGER {name}")
        conn.execute("UPDATE policy SET source = ?", ('stages = [{key = "4", probability = 50}]',))
    with pytest.raises(Refused, match="policy adopt"):
        adopt_calibration(company.context, period(company))
    assert company.context.policy.version == 1


# ---------------------------------------------------------------------- judgments


def test_judgments_are_scored_once_the_quarter_is_over(company: Company) -> None:
    company.at("2026-08-10 09:00")
    for key in ("IN1", "IN2"):
        company.claim(key, amount=1000, close="2026-09-20", category="best_case")
    for key in ("OUT1", "OUT2"):
        company.claim(key, amount=500, close="2026-09-20")
    third = period(company, "FY26-Q3")
    dana = company.acting_as("dana")
    judged = [JudgmentRequest(key, key.startswith("IN"), "I know them") for key in ("IN1", "IN2", "OUT1", "OUT2")]
    submit_number(dana, NumberRequest(scope(company, "dana"), third, judgments=judged))
    later = [JudgmentRequest("IN1", True, "still")]
    submit_number(
        company.at("2026-08-20 09:00").acting_as("dana"), NumberRequest(scope(company, "dana"), third, judgments=later)
    )
    assert scored_judgments(company.context, EVERYBODY, company.clock()).judgments == ()
    company.at("2026-09-20 09:00")
    for key in ("IN1", "OUT1"):
        company.claim(key, status="won", category="closed", stage="7")
    # Won as well, but in the next quarter.
    company.claim("IN2", close="2026-10-05")
    company.at("2026-10-05 09:00").claim("IN2", status="won", category="closed", stage="7")
    now = company.at("2026-11-18 09:00").clock()
    report = scored_judgments(company.context, EVERYBODY, now)
    assert {j.key: (j.won, j.right, j.inspection_right) for j in report.judgments} == {
        "IN1": (True, True, False),
        "IN2": (False, False, True),
        "OUT1": (True, False, True),
        "OUT2": (False, True, False),
    }
    assert [tuple(score[1:]) for score in report.by_person] == [(4, 2, 2)]
    assert {j.reason for j in report.judgments if j.key == "IN1"} == {"still"}
    assert scored_judgments(company.context, scope(company, "erik"), now).judgments == ()


# ---------------------------------------------------------------------- the books


@pytest.fixture
def turned(company: Company) -> Company:
    """Two deals won in the third quarter, one of each team; it is November."""
    company.quota("lee", "FY26-Q3", 2000)
    company.quota("olga", "FY26-Q3", 9000)
    company.at("2026-08-10 09:00").claim(
        "D1", amount=1000, close="2026-08-31", status="won", category="closed", stage="7"
    )
    company.claim("D2", owner="sam", amount=400, close="2026-09-30", status="won", category="closed", stage="7")
    company.claim("D3", amount=70, close="2026-09-30")
    return company.at("2026-11-18 09:00")


def test_books_are_closed_by_ops_after_the_quarter_and_once(turned: Company) -> None:
    third = period(turned, "FY26-Q3")
    with pytest.raises(Refused, match="for ops leads"):
        close_quarter(turned.acting_as("dana"), third)
    with pytest.raises(Refused, match="is not over"):
        close_quarter(turned.context, period(turned, "FY26-Q4"))
    assert frozen_figures(turned.context, EVERYBODY, third, turned.clock()) is None
    frozen = close_quarter(turned.context, third)
    who = {turned.people[key].id: key for key in turned.people}
    assert {who.get(p or 0, "all"): amount for p, amount in frozen.closed.items() if amount} == {
        "all": 140_000, "olga": 140_000, "dana": 100_000, "lee": 100_000, "erik": 40_000, "sam": 40_000,
    }  # fmt: skip
    assert frozen.quota == {None: 900_000, turned.people["olga"].id: 900_000, turned.people["lee"].id: 200_000}
    assert frozen.closed == frozen.now
    assert frozen.differences == ()
    assert frozen.closed_by == turned.people["olga"].id
    with pytest.raises(Refused, match="were closed on 2026-11-18 09:00"):
        close_quarter(turned.context, third)
    assert verify_store(turned.context)[0] == []


def test_frozen_figures_stay_while_the_store_moves_on(turned: Company) -> None:
    third = period(turned, "FY26-Q3")
    close_quarter(turned.context, third)
    turned.later(hours=1).claim("D1", amount=800)
    turned.claim("D2", status="open", category="commit", stage="6")
    turned.claim("D3", status="won", category="closed", stage="7")
    turned.move("sam", "dana")
    now = turned.later(hours=1).clock()
    found = frozen_figures(turned.context, EVERYBODY, third, now)
    assert found is not None
    assert (found.closed[None], found.now[None]) == (140_000, 87_000)
    assert [(d.key, d.frozen, d.now) for d in found.differences] == [
        ("D2", 40_000, None), ("D1", 100_000, 80_000), ("D3", None, 7_000),
    ]  # fmt: skip
    # The team that owned it at the quarter's end keeps it, whoever moved since.
    east = frozen_figures(turned.context, scope(turned, "erik"), third, now)
    assert east is not None
    assert (east.closed[turned.people["erik"].id], east.now[turned.people["erik"].id]) == (40_000, 0)
    assert [d.key for d in east.differences] == ["D2"]
    assert frozen_figures(turned.context, EVERYBODY, third, turned.context.calendar.start_of_day(third.end)) is None
    again = close_quarter(turned.context, third, again=True)
    assert again.closed[None] == 87_000
    assert turned.store.conn.execute("SELECT count(*) FROM period_close").fetchone() == (2,)
    assert verify_store(turned.context)[0] == []


# ---------------------------------------------------------------------- carry-over and the board


def test_where_the_commit_of_the_last_week_went(company: Company) -> None:
    company.at("2026-09-20 09:00")
    for key in ("WON", "LATE", "PUSHED", "DOWN", "LOST", "GONE", "LEFT", "EARLY", "NEVER"):
        category = "best_case" if key == "NEVER" else "commit"
        company.claim(key, amount=100, close="2026-09-30", category=category)
    company.at("2026-09-23 12:00").claim("EARLY", close="2026-10-20")  # before the last week began
    company.at("2026-09-28 09:00").claim("PUSHED", close="2026-11-20", amount=120)
    company.at("2026-09-30 09:00").claim("WON", status="won", category="closed", stage="7")
    company.claim("DOWN", category="best_case", close="2026-12-20")
    company.at("2026-10-02 09:00").claim("LATE", status="won", category="closed", stage="7", close="2026-10-02")
    company.claim("LOST", status="lost", category="omitted", stage="8")
    company.claim("GONE", status="removed")
    with pytest.raises(Refused, match="is not over"):
        carry_over(company.context, EVERYBODY, period(company), company.clock())
    now = company.at("2026-11-18 09:00").clock()
    found = carry_over(company.context, EVERYBODY, period(company, "FY26-Q3"), now)
    assert {one.deal.key: (one.went, one.amount, one.period) for one in found} == {
        "LATE": (Went.WON_LATER, 10_000, "FY26-Q4"),
        "PUSHED": (Went.COMMIT, 10_000, "FY26-Q4"),
        "DOWN": (Went.BEST_CASE, 10_000, "FY26-Q4"),
        "LEFT": (Went.NOBODYS, 10_000, "FY26-Q3"),
        "LOST": (Went.LOST, 10_000, "FY26-Q3"),
        "GONE": (Went.REMOVED, 10_000, "FY26-Q3"),
    }
    assert [one.deal.key for one in nobodys_deals(company.context, EVERYBODY, now)] == ["LEFT", "NEVER"]
    assert carry_over(company.context, scope(company, "erik"), period(company, "FY26-Q3"), now) == ()


def test_the_closing_board_says_who_signs(company: Company) -> None:
    signer = {"economic_buyer": "Priya Rao", "economic_buyer_title": "CFO", "next_step": "redlines"}
    company.claim("D1", amount=300, close="2026-12-30", **signer)
    company.claim("D2", amount=200, close="2026-12-28")
    company.claim("D3", amount=100, close="2026-12-30", category="best_case")
    company.at("2026-12-28 09:00").pass_("D1", by="dana")
    company.fail("D2", "paper_process")
    now = company.at("2026-12-29 09:00").clock()
    board = closing_board(company.context, EVERYBODY, period(company), now)
    assert (board.days_left, board.last_week) == (3, True)
    capped, passed = board.rows
    assert (capped.deal.key, capped.failed, capped.paper, capped.overdue) == ("D2", ("paper_process",), "no", True)
    assert (passed.deal.key, passed.passed, passed.signer, passed.signer_title) == ("D1", True, "Priya Rao", "CFO")
    assert (passed.signs, passed.paper, passed.next_step, passed.overdue) == ("yes", "yes", "redlines", False)
    with_best = closing_board(company.context, EVERYBODY, period(company), now, best_case=True)
    assert [row.deal.key for row in with_best.rows] == ["D2", "D1", "D3"]


def test_the_default_policy_serves() -> None:
    assert test_policy().calendar.grace_business_days == 3


# ---------------------------------------------------------------------- the days of grace, and what lies before history


def test_books_stay_open_through_the_days_of_grace(turned: Company) -> None:
    third = period(turned, "FY26-Q3")
    turned.at("2026-10-05 23:00")
    assert turned.context.calendar.grace_ends(third) == to_day(date(2026, 10, 5)), "Thu, Fri, Mon"
    with pytest.raises(Refused, match="still come in until 2026-10-05"):
        close_quarter(turned.context, third)
    board = closing_board(turned.context, EVERYBODY, third, turned.clock())
    assert (board.days_left, board.bookings_until) == (-4, to_day(date(2026, 10, 5)))
    turned.at("2026-10-06 00:00")
    assert close_quarter(turned.context, third).period == third


def test_a_quarter_of_which_nothing_is_known_has_no_books(turned: Company) -> None:
    with pytest.raises(Refused, match="nothing is known of FY25-Q4"):
        close_quarter(turned.context, period(turned, "FY25-Q4"))


def test_the_weeks_begin_where_history_does_and_say_what_came_in_after_the_last_day(company: Company) -> None:
    company.at("2026-08-10 09:00").claim("D1", amount=1000, close="2026-09-30")
    company.at("2026-10-01 09:00").claim("D1", status="won", category="closed", stage="7")
    last_moment = company.context.calendar.end_of_day(period(company, "FY26-Q3").end)
    on_the_last_day = forecast_trend(company.context, EVERYBODY, period(company, "FY26-Q3"), last_moment).this
    assert [(p.week, p.moment == last_moment) for p in on_the_last_day.points][-1] == (13, True)
    assert on_the_last_day.came_in is None
    company.at("2026-11-18 09:00")
    trend = forecast_trend(company.context, EVERYBODY, period(company), company.clock())
    assert [p.week for p in trend.last.points] == list(range(6, 14)), "of the weeks before nothing was known"
    assert (trend.last.points[-1].closed, trend.last.points[-1].commit, trend.last.came_in) == (0, 100_000, 100_000)
    assert trend.this.came_in is None


def test_a_quarter_that_is_over_is_held_against_no_coverage_target(turned: Company) -> None:
    policy = test_policy()
    conn = turned.store.conn
    conn.execute("UPDATE person SET segment = ?", (policy.coverage[0].segment,))
    turned.context.forget_people()
    turned.quota("lee", "FY26-Q4", 100)
    over, running = (
        forecast(turned.context, EVERYBODY, period(turned, name), turned.clock(), band=False).segments
        for name in ("FY26-Q3", "FY26-Q4")
    )
    assert [(line.target, line.to_create) for line in over] == [(None, None)]
    assert [line.to_create for line in running] == [int(policy.coverage[0].low * 100_00)]


def test_what_was_won_with_a_date_before_the_quarter_is_not_said_to_be_won_later(company: Company) -> None:
    for key in ("X", "Y"):
        company.at("2026-09-25 09:00").claim(key, close="2026-09-30")
    company.at("2026-10-20 09:00").claim("X", status="won", category="closed", stage="7", close="2026-06-29")
    company.claim("Y", status="won", category="closed", stage="7", close="2026-10-19")
    carried = carry_over(company.context, EVERYBODY, period(company, "FY26-Q3"), company.clock())
    assert [(one.deal.key, one.went) for one in carried] == [("Y", Went.WON_LATER), ("X", Went.WON_EARLIER)]
