"""What the demo company's history is to show anybody who looks: the planted stories, in the program's own figures."""

from __future__ import annotations

import pytest

from salesops_tui.domain.accuracy import Forecaster
from salesops_tui.domain.calendar import Period
from salesops_tui.domain.people import Person, Role, Scope
from salesops_tui.services.accuracy import AccuracyReport, accuracy
from salesops_tui.services.calibration import calibration
from salesops_tui.services.context import Context
from salesops_tui.services.forecast import forecast
from salesops_tui.services.judgments import scored_judgments
from salesops_tui.services.yields import commit_yield
from salesops_tui.store.connection import open_store
from tests import demo_store
from tests.fixtures.measure import Measured, measured
from tests.fixtures.test_demo_company import REFERENCE
from tests.opened import closed_later

EVERYBODY = Scope(None, frozenset())


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    store = closed_later(open_store(demo_store.of_a_fixed_day(tmp_path_factory), read_only=True))
    return Context(store, None, demo_store.clock)


@pytest.fixture(scope="module")
def company() -> Measured:
    return measured(REFERENCE)


@pytest.fixture(scope="module")
def period(context: Context) -> Period:
    return context.calendar.current_period(context.now())


@pytest.fixture(scope="module")
def held(context: Context, period: Period) -> AccuracyReport:
    return accuracy(context, EVERYBODY, period, context.now())


def person(context: Context, key: str) -> Person:
    return next(p for p in context.people.values() if p.key == key)


@pytest.mark.parametrize(("story", "bias"), [("claims_early", 0.35), ("sandbags", -0.25)])
def test_a_reps_number_leans(
    context: Context, company: Measured, held: AccuracyReport, story: str, bias: float
) -> None:
    who = person(context, company.company.stories[story])
    own = next(one for one in held.people if one.person == who.id)
    score = own.scores[Forecaster.REP_CLAIM]
    assert score.quarters == 4
    assert score.bias == pytest.approx(bias, abs=0.08)
    leaning = [f.bias or 0 for f in own.forecasts if f.forecaster is Forecaster.REP_CLAIM]
    assert all(lean * bias > 0 for lean in leaning), "in every quarter, not on average"


def test_inspection_takes_the_air_out_of_an_early_claim(
    context: Context, company: Measured, held: AccuracyReport
) -> None:
    who = person(context, company.company.stories["claims_early"])
    scores = next(one for one in held.people if one.person == who.id).scores
    claimed, inspected = scores[Forecaster.REP_CLAIM], scores[Forecaster.INSPECTED_COMMIT]
    assert (inspected.accuracy or 0) > (claimed.accuracy or 0) + 0.1


def test_weighted_says_more_than_comes(context: Context, period: Period, held: AccuracyReport) -> None:
    weighted = held.whole.scores[Forecaster.WEIGHTED]
    assert (weighted.bias or 0) > 0.15
    now = forecast(context, EVERYBODY, period, context.now()).divergence
    assert now.flagged or abs(now.share or 0) > 0.15


def test_everybody_who_leads_has_submitted_numbers(context: Context, held: AccuracyReport) -> None:
    leaders = [p.id for p in context.people.values() if p.role is not Role.REP]
    rows = {one.person: one.scores[Forecaster.MANAGER_NUMBER].quarters for one in held.people}
    assert {leader: rows[leader] for leader in leaders} == dict.fromkeys(leaders, 4)
    assert rows[None] == 4


def test_what_a_yes_is_worth(context: Context, period: Period) -> None:
    report = commit_yield(context, EVERYBODY, period, context.now())
    assert report.confidence == (90, 100)
    whole = report.by_person[None]
    assert whole.claimed.share == pytest.approx(0.76, abs=0.05)
    assert whole.passed.share == pytest.approx(0.88, abs=0.05)
    assert whole.failed.share == pytest.approx(0.35, abs=0.1)
    assert whole.claimed.share is not None
    assert whole.claimed.share * 100 < report.confidence[0], "Commit claims more than it keeps"
    assert (whole.passed.share or 0) > whole.claimed.share > (whole.failed.share or 1)


def test_the_policys_figures_are_too_high_in_the_early_stages(context: Context, period: Period) -> None:
    report = calibration(context, EVERYBODY, period, context.now(), reached=False)
    assert len(report.quarters) == 5
    off = {c.stage.key for c in report.stages if c.off and (c.share or 0) < c.stage.probability_bp / 10_000}
    assert off >= {"2", "3", "4"}
    assert [c.stage.key for c in report.stages if not c.enough] == ["0"]


def test_some_judge_better_than_others(context: Context) -> None:
    scores = scored_judgments(context, EVERYBODY, context.now()).by_person
    assert len(scores) == 5
    assert all(score.judgments >= 10 for score in scores)
    rates = [score.right / score.judgments for score in scores]
    assert max(rates) - min(rates) > 0.1
