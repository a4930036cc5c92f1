"""What the past says of forecasts, as JSON values: amounts as decimal strings, shares as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from salesops_tui.domain.accuracy import Forecaster, Score
from salesops_tui.domain.calendar import Period
from salesops_tui.domain.calibration import StageCalibration
from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.people import Scope
from salesops_tui.domain.yields import Outcome, Yield
from salesops_tui.services.accuracy import AccuracyReport, PersonAccuracy, TrendPoint, accuracy_rows
from salesops_tui.services.calibration import CalibrationReport
from salesops_tui.services.context import Context
from salesops_tui.services.flow import ConversionReport, VelocityReport
from salesops_tui.services.forecast_trend import ForecastTrend, QuarterLine
from salesops_tui.services.judgments import JudgmentReport, ScoredJudgment
from salesops_tui.services.listing import plain_period
from salesops_tui.services.yields import YieldReport


def describe_accuracy(context: Context, report: AccuracyReport) -> dict[str, Any]:
    """Return accuracy and bias by person and forecaster, with the forecasts that they rest on."""
    return {
        "scope": Scope(report.person, frozenset()).name,
        "week": report.week,
        "quarters": _names(report.quarters),
        "without_actuals": _without_actuals(report),
        "people": [_person_accuracy(context, one) for one in report.people],
    }


def describe_trend(trend: Sequence[TrendPoint]) -> dict[str, Any]:
    """Return accuracy and bias by week of the quarter."""
    return {"weeks": [{"week": point.week, "scores": _scores(point.scores)} for point in trend]}


def describe_yield(context: Context, report: YieldReport) -> dict[str, Any]:
    """Return the yield of Commit by week and by person."""
    low, high = report.confidence or (None, None)
    return {
        "scope": Scope(report.person, frozenset()).name,
        "quarters": _names(report.quarters),
        "confidence": None if low is None else {"low": low, "high": high},
        "week": report.week,
        "weeks": [{"week": week, **_yield(context, one)} for week, one in report.weeks.items()],
        "by_person": [{**_who(context, person), **_yield(context, one)} for person, one in report.by_person.items()],
    }


def describe_calibration(report: CalibrationReport) -> dict[str, Any]:
    """Return what each stage was worth beside what the policy says."""
    return {
        "week": report.week,
        "quarters": _names(report.quarters),
        "stages": [describe_stage(stage) for stage in report.stages],
    }


def describe_stage(found: StageCalibration) -> dict[str, Any]:
    """Return one stage of a calibration."""
    figure = found.probability_bp
    return {
        "stage": found.stage.key,
        "stage_name": found.stage.name,
        "policy": found.stage.probability_bp / 10_000,
        "deals": found.deals,
        "won": found.won,
        "share": _share(found.share),
        "low": _share(found.interval.low),
        "high": _share(found.interval.high),
        "needed": found.needed,
        "enough": found.enough,
        "calibrated": None if figure is None or not found.enough else figure / 10_000,
        "policy_outside": found.off,
        "reached": found.reached,
        "reached_won": found.reached_won,
        "reached_share": _share(found.reached_share),
    }


def describe_velocity(context: Context, report: VelocityReport) -> dict[str, Any]:
    """Return velocity with its parts and what each is counted from."""
    found, currency = report.velocity, context.policy.currency
    return {
        "velocity_a_day": _amount(found.a_day, currency),
        "open_deals": found.open_deals,
        "open_amount": decimal_string(found.open_amount, currency),
        "win_rate": _share(found.win_rate),
        "won": found.won,
        "lost": found.lost,
        "average_size": _amount(found.average_size, currency),
        "won_amount": decimal_string(found.won_amount, currency),
        "cycle_days": None if found.cycle is None else round(found.cycle, 1),
        "cycles": found.cycles,
        "quarters": _names(report.quarters),
    }


def describe_conversion(report: ConversionReport) -> list[dict[str, Any]]:
    """Return how far the ended deals came, stage by stage."""
    return [
        {
            "stage": one.stage.key,
            "stage_name": one.stage.name,
            "reached": one.reached,
            "advanced": one.advanced,
            "won": one.won,
            "conversion": _share(one.rate),
            "win_rate": _share(one.win_rate),
        }
        for one in report.stages
    ]


def describe_weeks(context: Context, trend: ForecastTrend) -> dict[str, Any]:
    """Return the figures of a quarter and the one before it, week by week."""
    return {"this": _line(context, trend.this), "last": _line(context, trend.last)}


def describe_judgments(context: Context, report: JudgmentReport) -> dict[str, Any]:
    """Return judged deals with what became of them, and how often each person was right."""
    return {
        "quarters": _names(report.quarters),
        "by_person": [
            {
                **_who(context, score.person),
                "judgments": score.judgments,
                "right": score.right,
                "inspection_right": score.inspection_right,
            }
            for score in report.by_person
        ],
        "judgments": [_judgment(context, one) for one in report.judgments],
    }


def _judgment(context: Context, one: ScoredJudgment) -> dict[str, Any]:
    return {
        "period": one.period.name,
        **_who(context, one.person),
        "submitted": context.calendar.iso(one.submitted_at),
        "id": one.key,
        "name": one.name,
        "account": one.account,
        "puts": "in" if one.puts_in else "out",
        "amount": decimal_string(one.amount, context.policy.currency),
        "reason": one.reason,
        "category_then": one.category.key,
        "status": one.status.key,
        "won_in_period": one.won,
        "right": one.right,
        "inspection_right": one.inspection_right,
    }


def _line(context: Context, line: QuarterLine) -> dict[str, Any]:
    currency = context.policy.currency
    return {
        "period": plain_period(line.period),
        "quota": _amount(line.quota, currency),
        "came_in": _amount(line.came_in, currency),
        "weeks": [
            {
                "week": point.week,
                "at": context.calendar.iso(point.moment),
                "closed": decimal_string(point.closed, currency),
                "commit": decimal_string(point.commit, currency),
                "best_case": decimal_string(point.best_case, currency),
            }
            for point in line.points
        ],
    }


def _without_actuals(report: AccuracyReport) -> list[str]:
    """Return the quarters in which nothing came in for the scope: there is nothing to divide by."""
    return sorted({forecast.period.name for forecast in report.whole.forecasts if not forecast.actual})


def _person_accuracy(context: Context, one: PersonAccuracy) -> dict[str, Any]:
    scores, forecasts = _scores(one.scores), accuracy_rows(context, one)
    return {**_who(context, one.person), "scores": scores, "forecasts": forecasts}


def _scores(scores: Mapping[Forecaster, Score]) -> dict[str, Any]:
    return {
        forecaster.value: {
            "quarters": score.quarters,
            "accuracy": _share(score.accuracy),
            "bias": _share(score.bias),
        }
        for forecaster, score in scores.items()
    }


def _yield(context: Context, one: Yield) -> dict[str, Any]:
    parts = {"claimed": one.claimed, "passed": one.passed, "failed": one.failed, "uninspected": one.uninspected}
    return {name: _outcome(context, part) for name, part in parts.items()}


def _outcome(context: Context, outcome: Outcome) -> dict[str, Any]:
    currency = context.policy.currency
    return {
        "deals": outcome.deals,
        "won": outcome.won,
        "share": _share(outcome.share),
        "low": _share(outcome.interval.low),
        "high": _share(outcome.interval.high),
        "amount": decimal_string(outcome.amount, currency),
        "won_amount": decimal_string(outcome.won_amount, currency),
        "value_share": _share(outcome.value_share),
    }


def _who(context: Context, person: int | None) -> dict[str, Any]:
    if person is None:
        return {"person": None, "person_name": "Everybody"}
    known = context.people[person]
    return {"person": known.key, "person_name": known.name}


def _names(quarters: Sequence[Period]) -> list[str]:
    return [quarter.name for quarter in quarters]


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _amount(value: int | None, currency: str) -> str | None:
    return None if value is None else decimal_string(value, currency)
