"""What adopting would change, in words; and that nothing can change without a word."""

from collections.abc import Iterator
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from salesops_tui.domain.calendar import Calendar, Day
from salesops_tui.domain.policy import Policy, Reason
from salesops_tui.domain.policy_file import default_policy, default_policy_text, policy_changes, read_policy
from tests.domain.small_policy import SMALL, TODAY


def changes_by(*edits: tuple[str, str]) -> list[str]:
    text = default_policy_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return policy_changes(default_policy(), read_policy(text, "rules.toml"))


def block(key: str) -> str:
    """Return the lines of the default policy's question or stage with this key."""
    text = default_policy_text()
    start = text.rindex("[[", 0, text.index(f'key = "{key}"\n'))
    return text[start : text.index("[[", text.index(f'key = "{key}"\n'))]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "House rules"', 'name = "West"', 'name: "House rules" → West'),
        ('currency = "USD"', 'currency = "EUR"', "currency (amounts on file are not converted): USD → EUR"),
        ('measure = "ACV"', 'measure = "TCV"', "amount that deals carry: ACV → TCV"),
        ('unknown_login = "read"', 'unknown_login = "refuse"', "a login that nobody has may: read → refuse"),
        ('totals_above = "hide"', 'totals_above = "show"', "totals above one's own scope: hide → show"),
        ('timezone = "UTC"', 'timezone = "Asia/Tokyo"', "time zone: UTC → Asia/Tokyo"),
        ("fiscal_start_month = 1", "fiscal_start_month = 12", "fiscal year starts in: January → December"),
        ('week_start = "Monday"', 'week_start = "Sunday"', "week starts on: Monday → Sunday"),
        ("probability = 85", "probability = 82.5", "stage 6: probability: 85 % → 82.5 %"),
        ('name = "Proving"', 'name = "Trial"', "stage 4: renamed: Proving → Trial"),
        ('closed = "lost"', 'closed = "won"\n[[stages]]\nkey="9"\nname="Lost"\nbuyer_action="x"\nclosed="lost"', None),
        ("confidence = [90, 100]", "confidence = [85, 100]", "category commit: confidence: 90 to 100 % → 85 to 100 %"),
        ("silent_days = 30", "silent_days = 21", "thresholds.silent_days: 30 → 21"),
        ("\npass_days = 6", "\npass_days = 7", "inspection.pass_days: 6 → 7"),
        ("enterprise = [3, 4]", "enterprise = [3, 5]", "coverage target enterprise: 3 to 4 → 3 to 5"),
        ("enterprise = [3, 4]\n", "", "coverage target retired: enterprise"),
        ('budget = "budget"\ntiming', "timing", 'kinds of risk: retired: budget "budget"'),
        ('no_decision = "no decision"', 'no_decision = "stayed"', None),
        ('"n/a", "na", "nil"', '"n/a", "na", "niet"', None),
        (
            "business_days = 10 ",
            "business_days = 8 ",
            "question recent_meeting: business days: 10 → 8",
        ),
        (
            'not_started = "not started"',
            'not_started = "not begun"',
            'question paper_process: reasons: not_started: "not started" → "not begun"',
        ),
        ("extra = [] ", "extra = [2026-11-27] ", "holidays of US: now also 2026-11-27"),
        ("worked = [] ", "worked = [2026-10-12] ", "holidays of US: no longer 2026-10-12"),
        ("# [plan_rates.FY26]\n# EUR", "[plan_rates.FY26]\nEUR", "plan rate FY26 EUR: none → 1.08"),
    ],
)
def test_a_change_is_said_in_words(old: str, new: str, says: str | None) -> None:
    changes = changes_by((old, new))
    assert changes
    assert says is None or says in changes


def test_a_question_retired_added_and_reworded() -> None:
    paper = block("paper_process")
    added = '[[questions]]\nkey = "champion"\nlabel = "Champion"\ntext = "Who sells for us?"\nkind = "yes_no"\n'
    changes = changes_by((paper, added), ("told us directly: I will sign", "said that they will sign"))
    assert [line.split(": ")[0] for line in changes] == [
        "question retired",
        "question added",
        "question economic_buyer",
        "question order",
    ]
    assert changes[1] == 'question added: champion "Who sells for us?"'
    assert changes[2].startswith('question economic_buyer: reworded: "Has the owner of the budget told us directly')
    assert changes[3].endswith("→ economic_buyer, champion, risk_and_mitigation, recent_meeting")


def test_a_new_order_of_questions_is_a_change() -> None:
    paper = block("paper_process")
    text = default_policy_text().replace(paper, "").replace("[[questions]]", paper + "[[questions]]", 1)
    [line] = policy_changes(default_policy(), read_policy(text, "rules.toml"))
    before, after = line.removeprefix("question order: ").split(" → ")
    assert before == "economic_buyer, paper_process, risk_and_mitigation, recent_meeting"
    assert after == "paper_process, economic_buyer, risk_and_mitigation, recent_meeting"


def test_reasons_in_another_order_stand_on_other_keys() -> None:
    [line] = changes_by(('budget = "budget"\ntiming = "timing"', 'timing = "timing"\nbudget = "budget"'))
    assert line.startswith("reasons for a loss: order: competitor, no_decision, budget, timing, other → ")
    assert line.endswith(" → competitor, no_decision, timing, budget, other")


def test_many_days_are_counted() -> None:
    text = default_policy_text()
    older = read_policy(text, "rules.toml", Day(TODAY - 366))
    gone, more = policy_changes(older, read_policy(text, "rules.toml", TODAY))
    assert gone.startswith("holidays of US: no longer 1")
    assert gone.endswith("-25")
    assert more.startswith("holidays of US: now also 1")
    assert " days from 2032-01-" in more


def test_regions_come_and_go() -> None:
    text = default_policy_text()
    more = text.replace("# [holidays.regions.Bavaria]", "[holidays.regions.Bavaria]\nextra = [2026-12-24]")
    old, new = read_policy(text, "rules.toml"), read_policy(more, "rules.toml")
    assert policy_changes(old, new) == ["holidays of Bavaria: new, 2026-12-24"]
    assert policy_changes(new, old) == ["holidays of Bavaria: retired"]
    other = read_policy(more.replace('default_region = "US"', 'default_region = "Bavaria"'), "rules.toml")
    assert policy_changes(new, other) == ["default region of holidays: US → Bavaria"]


def test_the_same_policy_changes_nothing_whatever_its_version() -> None:
    assert policy_changes(default_policy(), replace(default_policy(), version=7)) == []


def altered(value: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, int):
        return value + 1 if value < 6 else value - 1
    if isinstance(value, Decimal):
        return value + 1
    if isinstance(value, frozenset):
        return value ^ {Day(700_000)}
    if isinstance(value, dict):
        return {**value, "other": next(iter(value.values()))} if value else {"FY26": {"CHF": Decimal(1)}}
    if isinstance(value, Reason):
        return Reason(value.key, f"{value.label}!")
    if isinstance(value, tuple):
        return (*value[:-1], altered(value[-1])) if value else ("something",)
    return f"{value}!"


def every_small_change(whole: Any) -> Iterator[tuple[str, Any]]:
    """Yield the whole with one field changed, for each field of it and of what it holds."""
    for name in names_of(whole):
        value = getattr(whole, name)
        if name in {"version", "rank"}:  # the one is bookkeeping, the other follows from the order
            continue
        if names_of(value) and not isinstance(value, Reason):
            for inside, inner in every_small_change(value):
                yield f"{name}.{inside}", but(whole, name, inner)
        elif isinstance(value, tuple) and value and len(names_of(value[0])) > 2:
            for inside, inner in every_small_change(value[0]):
                yield f"{name}[0].{inside}", but(whole, name, (inner, *value[1:]))
            yield f"{name} fewer", but(whole, name, value[1:])
            if len(value) > 1:
                yield f"{name} reversed", but(whole, name, value[::-1])
        else:
            yield name, but(whole, name, altered(value))


def names_of(value: Any) -> tuple[str, ...]:
    if hasattr(value, "__dataclass_fields__"):
        return tuple(field.name for field in fields(value))
    return getattr(value, "_fields", ())


def but(whole: Any, name: str, value: Any) -> Any:
    change = {name: value}
    return replace(whole, **change) if hasattr(whole, "__dataclass_fields__") else whole._replace(**change)


SECOND_STAGE = '[[stages]]\nkey = "b"\nname = "Beta"\nbuyer_action = "Stayed"\n[[stages]]'
SMALL_POLICY = read_policy(SMALL.replace("[[stages]]", SECOND_STAGE, 1), "rules.toml", TODAY)
SMALL_CHANGES = list(every_small_change(SMALL_POLICY))


@pytest.mark.parametrize("changed", [policy for _, policy in SMALL_CHANGES], ids=[name for name, _ in SMALL_CHANGES])
def test_nothing_changes_without_a_word(changed: Policy) -> None:
    assert changed != SMALL_POLICY
    assert policy_changes(SMALL_POLICY, changed)
    assert policy_changes(changed, SMALL_POLICY)


def test_every_field_of_a_policy_is_tried() -> None:
    tried = {name.partition(".")[0].partition("[")[0].partition(" ")[0] for name, _ in SMALL_CHANGES}
    assert tried == {field.name for field in fields(Policy)} - {"version"}
    assert {name.removeprefix("calendar.") for name, _ in SMALL_CHANGES if name.startswith("calendar.")} == {
        field.name for field in fields(Calendar)
    }
