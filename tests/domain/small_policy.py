"""A policy with each kind of line in it, and ways to break one of them."""

from datetime import date

import pytest

from salesops_tui.domain.calendar import to_day
from salesops_tui.domain.policy import Policy
from salesops_tui.domain.policy_file import BadPolicy, read_policy
from salesops_tui.errors import BadInput

# Every line that a test replaces stands here once.
SMALL = """\
name = "Small"
currency = "EUR"
measure = "ACV"
most_likely = "best_case"
unknown_login = "read"
totals_above = "hide"

[calendar]
timezone = "Europe/Berlin"
fiscal_start_month = 2
week_start = "Sunday"
grace_business_days = 4

[holidays]
default_region = "Home"
years_before = 1
years_after = 1

[holidays.regions.Home]
country = "DE"
subdivision = "BY"
extra = [2026-12-24]
worked = [2026-05-01]

[holidays.regions.Away]
extra = [
  2026-06-01,
  2026-06-02,
]

[[questions]]
key = "first"
label = "First"
text = "Is it so?"
kind = "yes_no"
facts = ["buyer", "stage"]
reasons.not_yet = "not yet"
reasons.never = "never"

[[questions]]
key = "second"
label = "Second"
text = "When?"
kind = "within_business_days"
business_days = 5

[inspection]
pass_days = 6
late_pass_days = 3
late_period_days = 14
amount_growth_percent = 12
risk_repeats = 1
slips_need_plan = 3
no_risk_phrases = ["None.", "no  risk"]

[[stages]]
key = "a"
name = "Alpha"
buyer_action = "Called us"
exit_criteria = ["They came"]
probability = 12.5

[[stages]]
key = "w"
name = "Won"
buyer_action = "Signed"
closed = "won"

[[stages]]
key = "l"
name = "Lost"
buyer_action = "Left"
closed = "lost"

[categories]
closed = { meaning = "signed", confidence = [100, 100] }
commit = { meaning = "promised", confidence = [90, 100] }
best_case = { meaning = "likely", confidence = [60, 80] }
pipeline = { meaning = "open", confidence = [20, 40] }
omitted = { meaning = "out", confidence = [0, 0] }

[thresholds]
early_commit_stage = "a"
vanished_commit_percent = 7

[coverage]
enterprise = [3, 4.5]

[risk_kinds]
legal = "legal"

[loss_reasons]
price = "price"

[hygiene]
vague_next_steps = ["Follow up!"]

[plan_rates.FY26]
USD = "0.92"
"""
TODAY = to_day(date(2026, 11, 16))


def small_with(line: str, *instead: str) -> tuple[str, int]:
    """Return the small policy with one line replaced, and the number of that line."""
    lines = SMALL.split("\n")
    number = lines.index(line)
    assert lines.count(line) == 1
    return "\n".join([*lines[:number], *instead, *lines[number + 1 :]]), number + 1


def problems_of(text: str | bytes, name: str = "rules.toml") -> list[str]:
    with pytest.raises(BadPolicy) as caught:
        read_policy(text, name, TODAY)
    assert isinstance(caught.value, BadInput)
    assert "\n" not in str(caught.value)
    return list(caught.value.problems)


def read_or_refusal(text: str) -> Policy | str:
    try:
        return read_policy(text, "rules.toml", TODAY)
    except BadPolicy as error:
        return str(error)
