"""The flow of deals as JSON values: amounts as decimal strings, shares as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salesops_tui.domain.calendar import iso_day
from salesops_tui.domain.money import decimal_string
from salesops_tui.domain.velocity import Created, StageAge
from salesops_tui.services.context import Context
from salesops_tui.services.flow import ConversionReport, VelocityReport
from salesops_tui.services.history_words import describe_conversion, describe_velocity


def describe_flow(
    context: Context,
    velocity: VelocityReport,
    conversion: ConversionReport,
    ages: Sequence[StageAge],
    created: Sequence[Created],
) -> dict[str, Any]:
    """Return velocity, then by stage conversion and age, then creation by week."""
    currency = context.policy.currency
    by_stage = {age.stage.key: _age(age, currency) for age in ages}
    return {
        "velocity": describe_velocity(context, velocity),
        "stages": [one | by_stage[one["stage"]] for one in describe_conversion(conversion)],
        "created": [
            {"week": iso_day(one.week), "deals": one.deals, "amount": decimal_string(one.amount, currency)}
            for one in created
        ],
    }


def _age(age: StageAge, currency: str) -> dict[str, Any]:
    return {
        "deals": age.deals,
        "amount": decimal_string(age.amount, currency),
        "age_days": None if age.age is None else round(age.age, 1),
        "dated": age.dated,
        "days_in_stage": None if age.in_stage is None else round(age.in_stage, 1),
    }
