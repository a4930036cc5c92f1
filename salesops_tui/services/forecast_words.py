"""Forecasts as JSON values, in the words of the command line's contract."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from salesops_tui.domain.coverage import CoverageLine
from salesops_tui.domain.deal import Category, Status
from salesops_tui.domain.divergence import Band, Contribution, Divergence
from salesops_tui.domain.forecast import Figures, Node
from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.policy import Policy
from salesops_tui.domain.quota import EVERYBODY
from salesops_tui.services.context import Context
from salesops_tui.services.forecast import ForecastReport, explanation
from salesops_tui.services.listing import plain_period
from salesops_tui.services.manager_number import StandingNumber
from salesops_tui.services.what_if import WhatIf
from salesops_tui.store import deals as store_deals
from salesops_tui.store import forecast as store_forecast
from salesops_tui.store.forecast import StageSum
from salesops_tui.store.forecast_numbers import SubmittedNumber

WHAT_IFS = {
    "kept": "Had every deal that failed its inspection been kept in Commit",
    "cut": "If all that is uninspected in Commit were cut",
    "slip": "If the chosen deals slipped out of the period",
}


def describe_forecast(context: Context, report: ForecastReport, *, largest: int | None = None) -> dict[str, Any]:
    """Return a forecast as JSON values: amounts as decimal strings, shares as numbers.

    Args:
        context: who asks.
        report: the forecast.
        largest: of the contributions only so many, each with the names of the deal and its owner.
    """
    contributions = explanation(context, report)
    currency = context.policy.currency
    root, divergence = report.root, report.divergence
    return {
        "scope": report.scope_name,
        "period": plain_period(report.period),
        "as_of": context.calendar.iso(report.at),
        "currency": currency,
        "policy": report.policy.version,
        **_row(root, currency),
        "divergence": _share(divergence.share),
        "divergence_flagged": divergence.flagged,
        "divergence_amount": decimal_string(divergence.amount, currency),
        "over_claim": decimal_string(divergence.over_claim, currency),
        "upside": decimal_string(divergence.upside, currency),
        "divergence_why": why_flagged(divergence, report.policy),
        "divergence_band": _band(divergence.band),
        "contributions": _contributions(context, report, contributions[:largest], named=largest is not None),
        "contributing_deals": len(contributions),
        "coverage": _share(report.coverage.coverage),
        "remaining_coverage": _share(report.coverage.remaining),
        "coverage_done": report.coverage.done,
        "coverage_by_segment": [_coverage(line, currency) for line in report.segments],
        "contradictions": [_stage(found, report.policy, currency) for found in report.contradictions],
        "unweighted": [_stage(found, report.policy, currency) for found in report.unweighted],
        "by_person": _by_person(context, report),
    }


def in_words(contribution: Contribution, policy: Policy) -> str:
    """Return why a deal contributes: `Commit at stage 3: weighted says 30 %`."""
    category = contribution.category.label
    stage = policy.stage_by_key.get(contribution.stage)
    if stage is None:
        return f"{category} at stage '{contribution.stage}', which the policy does not know: weighted says 0 %"
    if stage.closed:
        return f"{category}, open at the closed stage {stage.key}: weighted says 0 %"
    if not stage.probability_bp:
        return f"{category} at stage {stage.key}, which has no probability: weighted says 0 %"
    return f"{category} at stage {stage.key}: weighted says {contribution.odds_bp / 100:g} %"


def why_flagged(divergence: Divergence, policy: Policy) -> list[str]:
    """Return the reasons of a divergence's flag in words; none where it is not flagged."""
    said = []
    if divergence.over_claimed and divergence.over_claim_share is not None:
        allowed = policy.thresholds.over_claim_percent
        said.append(f"over-claim is {percent(-divergence.over_claim_share)} of Commit, above {allowed} %")
    if divergence.out_of_band and divergence.share is not None:
        said.append(f"{percent(divergence.share, signed=True)} of Commit is outside {band_in_words(divergence.band)}")
    return said


def band_in_words(band: Band) -> str:
    """Return what a divergence is held against: `±15 % (fewer than four quarters to compare with)`."""
    if not band.quarters:
        return f"±{percent(band.high)} (fewer than four quarters to compare with)"
    span = f"{percent(band.low, signed=True)} to {percent(band.high, signed=True)}"
    return f"{span} (this week of the last {band.quarters} quarters)"


def percent(share: Fraction, *, signed: bool = False) -> str:
    """Return a share as `27 %`, with a plus where `signed` and above 0; between -10 and 10 with a decimal."""
    value = float(share * 100)
    figure = f"{value:+.1f}" if signed else f"{value:.1f}"
    whole = f"{value:+.0f}" if signed else f"{value:.0f}"
    return f"{figure if abs(value) < 10 and figure[-1] != '0' else whole} %"


def describe_number(context: Context, number: SubmittedNumber) -> dict[str, Any]:
    """Return a submitted number as JSON values."""
    currency = context.policy.currency
    with context.store.reading() as conn:
        keys = store_forecast.keys_of(conn, [j.deal for j in number.judgments])
    by = None if number.by is None else context.people[number.by]
    return {
        "number": number.id,
        "person": context.people[number.person].key,
        "person_name": context.people[number.person].name,
        "by": by.key if by else None,
        "by_name": by.name if by else None,
        "period": number.period,
        "submitted": context.calendar.iso(number.submitted_at),
        "amount": decimal_string(number.amount, currency),
        "closed": decimal_string(number.closed, currency),
        "commit": decimal_string(number.committed, currency),
        "judged": decimal_string(number.judged, currency),
        "unexplained": decimal_string(number.unexplained, currency),
        "note": number.note,
        "judgments": [
            {
                "id": keys[j.deal],
                "puts": "in" if j.puts_in else "out",
                "amount": decimal_string(j.amount, currency),
                "reason": j.reason,
            }
            for j in number.judgments
        ],
    }


def describe_standing(context: Context, standing: StandingNumber) -> dict[str, Any]:
    """Return the number that counts as JSON values, with what has changed beneath it since."""
    currency = context.policy.currency
    with context.store.reading() as conn:
        keys = store_forecast.keys_of(conn, [d.deal for d in standing.differences])
    return describe_number(context, standing.number) | {
        "stale": standing.stale,
        "landing_now": decimal_string(standing.landing, currency),
        "changed_since": [
            {
                "id": keys[d.deal],
                "before": decimal_string(d.before, currency),
                "after": decimal_string(d.after, currency),
                "judged": d.judged,
            }
            for d in standing.differences
        ],
    }


def describe_what_if(
    context: Context, report: ForecastReport, name: str, as_it_is: WhatIf, found: WhatIf
) -> dict[str, Any]:
    """Return a landing as it would be, beside the one that is, as JSON values."""
    currency = context.policy.currency
    with context.store.reading() as conn:
        keys = store_forecast.keys_of(conn, found.deals)
    return {
        "what_if": name,
        "words": WHAT_IFS[name],
        "scope": report.scope_name,
        "period": plain_period(report.period),
        "as_of": context.calendar.iso(report.at),
        "currency": currency,
        "quota": _amount(found.quota, currency),
        "change": decimal_string(found.change, currency),
        **_if(found, currency),
        "as_it_is": _if(as_it_is, currency),
        "deals": [keys[number] for number in found.deals],
    }


def _if(found: WhatIf, currency: str) -> dict[str, Any]:
    return {
        "landing": decimal_string(found.landing, currency),
        "gap": _amount(found.gap, currency),
        "weighted": decimal_string(found.weighted, currency),
    }


def _row(node: Node, currency: str) -> dict[str, Any]:
    """Return what is said of a row of the roll-up: quota, categories, landing, gap, attainment, weighted."""
    quota = node.quota
    return {
        "quota": _amount(quota.value, currency),
        "quota_own": _amount(quota.own, currency),
        "quota_of_reports": _amount(quota.reports, currency),
        **_figures(node.whole, currency),
        "gap": _amount(node.gap, currency),
        "attainment": _share(node.attainment),
        "landing_attainment": _share(node.landing_attainment),
    }


def _figures(figures: Figures, currency: str) -> dict[str, Any]:
    amounts = {
        "closed": figures.closed,
        "commit": figures.commit,
        "commit_inspected": figures.inspected,
        "commit_uninspected": figures.uninspected,
        "best_case": figures.best_case,
        "pipeline": figures.pipeline,
        "omitted": figures.omitted,
        "landing": figures.landing,
        "weighted": figures.weighted,
    }
    plain: dict[str, Any] = {name: decimal_string(amount, currency) for name, amount in amounts.items()}
    return plain | {"omitted_deals": figures.omitted_deals}


def _by_person(context: Context, report: ForecastReport) -> list[dict[str, Any]]:
    """Return a row for everybody in the roll-up, with all below them; `own` is what they hold themselves."""
    currency, people = context.policy.currency, context.people
    rows = []
    for person, node in report.nodes.items():
        if person == EVERYBODY:
            continue
        who = people[person]
        above = people.get(node.above or EVERYBODY)
        rows.append(
            {
                "person": who.key,
                "person_name": who.name,
                "reports_to": above.key if above else None,
                "depth": node.depth,
                **_row(node, currency),
                "own": _figures(node.own, currency) if node.reports else None,
            }
        )
    return rows


def _contributions(
    context: Context, report: ForecastReport, found: Sequence[Contribution], *, named: bool
) -> list[dict[str, Any]]:
    currency, policy = context.policy.currency, report.policy
    with context.store.reading() as conn:
        keys = store_forecast.keys_of(conn, [c.deal for c in found])
    words: dict[tuple[Category, str], tuple[str, float, str]] = {}
    described = []
    for c in found:
        said = words.get((c.category, c.stage))
        if said is None:
            said = words[c.category, c.stage] = c.category.key, c.odds_bp / 10_000, in_words(c, policy)
        described.append(
            {
                "id": keys[c.deal],
                "category": said[0],
                "stage": c.stage,
                "amount": decimal_string(c.amount, currency),
                "probability": said[1],
                "contribution": decimal_string(c.contribution, currency),
                "words": said[2],
            }
        )
    return _named(context, report, found, described) if named else described


def _named(
    context: Context, report: ForecastReport, found: Sequence[Contribution], described: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    with context.store.reading() as conn:
        deals = store_deals.deals_by_number(conn, [c.deal for c in found], report.at, current=report.current)
    return [
        row
        | {
            "name": deals[c.deal].name,
            "account": deals[c.deal].account,
            "owner_name": context.people[c.owner].name,
        }
        for c, row in zip(found, described, strict=True)
    ]


def _coverage(line: CoverageLine, currency: str) -> dict[str, Any]:
    target = line.target
    return {
        "segment": line.segment,
        "quota": _amount(line.quota, currency),
        "closed": decimal_string(line.closed, currency),
        "open": decimal_string(line.open, currency),
        "coverage": _share(line.coverage),
        "remaining_coverage": _share(line.remaining),
        "done": line.done,
        "target_low": None if target is None else float(target.low),
        "target_high": None if target is None else float(target.high),
        "to_create": _amount(line.to_create, currency),
        "to_create_for_rest": _amount(line.to_create_for_rest, currency),
    }


def _stage(found: StageSum, policy: Policy, currency: str) -> dict[str, Any]:
    stage = policy.stage_by_key.get(found.stage)
    if found.status is Status.WON:
        said = "won, but in a stage that is not won: counted in Closed"
    elif stage is None:
        said = "the policy does not know this stage: weighted 0"
    elif stage.closed:
        said = "open in a closed stage: weighted 0"
    else:
        said = "the stage has no probability: weighted 0"
    return {
        "stage": found.stage,
        "stage_name": stage.name if stage else found.stage,
        "status": found.status.key,
        "deals": found.deals,
        "amount": decimal_string(found.amount, currency),
        "words": said,
    }


def _band(band: Band) -> dict[str, Any]:
    return {
        "low": _share(band.low),
        "high": _share(band.high),
        "quarters": band.quarters,
        "words": band_in_words(band),
    }


def _amount(value: int | None, currency: str) -> str | None:
    return None if value is None else decimal_string(value, currency)


def _share(share: Fraction | None) -> float | None:
    return None if share is None else round(float(share), 6)
