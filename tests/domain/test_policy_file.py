"""Reading the rulebook: what is written, what may be left out, and how mistakes are told."""

from datetime import date
from decimal import Decimal

import pytest

from salesops_tui.domain.calendar import Day, to_date, to_day
from salesops_tui.domain.policy import InspectionRules, QuestionKind, Thresholds
from salesops_tui.domain.policy_file import BadPolicy, default_policy, read_policy
from tests.domain.small_policy import SMALL, TODAY, problems_of, small_with


def days(*dates: tuple[int, int, int]) -> set[Day]:
    return {to_day(date(*ymd)) for ymd in dates}


def test_what_is_written_is_what_is_read() -> None:
    policy = read_policy(SMALL, "small.toml", TODAY)
    assert (policy.name, policy.currency, policy.measure) == ("Small", "EUR", "ACV")
    calendar = policy.calendar
    assert (calendar.zone_name, calendar.fiscal_start_month, calendar.week_start) == ("Europe/Berlin", 2, 6)
    assert calendar.grace_business_days == 4
    assert policy.question_keys == ("first", "second")
    assert [(r.key, r.label) for r in policy.questions[0].reasons] == [("not_yet", "not yet"), ("never", "never")]
    assert policy.questions[0].facts == ("buyer", "stage")
    assert policy.questions[1].kind is QuestionKind.WITHIN_BUSINESS_DAYS
    assert policy.questions[1].business_days == 5
    assert [(s.key, s.rank, s.probability_bp, s.closed) for s in policy.stages] == [
        ("a", 0, 1250, ""),
        ("w", 1, 0, "won"),
        ("l", 2, 0, "lost"),
    ]
    assert policy.stages[0].action == "Called us"
    assert policy.stages[0].exit_criteria == ("They came",)
    assert policy.inspection == InspectionRules(6, 3, 14, 12, 1, ("none", "no risk"), 3)
    assert policy.thresholds == Thresholds(vanished_commit_percent=7, early_commit_stage="a")
    assert [(c.segment, c.low, c.high) for c in policy.coverage] == [("enterprise", Decimal(3), Decimal("4.5"))]
    assert {c.key: (c.confidence_low, c.confidence_high) for c in policy.categories}["commit"] == (90, 100)
    assert policy.vague_next_steps == ("follow up",)
    assert policy.plan_rates == {"FY26": {"USD": Decimal("0.92")}}
    assert policy.version == 1


def test_holidays_are_those_of_the_country_with_what_the_region_adds_and_takes_away() -> None:
    off = read_policy(SMALL, "small.toml", TODAY).calendar.holidays
    assert set(off) == {"Home", "Away", ""}
    assert off[""] == off["Home"]
    assert off["Away"] == days((2026, 6, 1), (2026, 6, 2))
    assert days((2026, 12, 25), (2026, 12, 24), (2026, 1, 6)) <= off["Home"]  # Epiphany: not in all of Germany
    assert not days((2026, 5, 1)) & off["Home"]
    years = {to_date(day).year for day in off["Home"]}
    assert years == {2025, 2026, 2027}


def test_without_a_day_of_adoption_the_holidays_are_those_of_fixed_years() -> None:
    off = default_policy().calendar.holidays[""]
    assert days((2020, 7, 3), (2040, 7, 4)) <= set(off)  # 4 July 2020 was a Saturday


def test_a_stage_that_is_open_stands_before_those_that_are_closed() -> None:
    last = '\n[[stages]]\nkey = "z"\nname = "Zulu"\nbuyer_action = "Came back"\n'
    text = SMALL.replace("[categories]", f"{last}\n[categories]")
    number = text[: text.index('key = "z"')].count("\n")
    says = "stages[3]: 'Zulu' is open and stands after a closed stage; put the closed ones last"
    assert problems_of(text) == [f"rules.toml line {number}: {says}"]


def test_all_stages_closed_is_no_pipeline() -> None:
    text, _ = small_with("probability = 12.5", 'closed = "lost"')
    assert any(problem.endswith("stages: no stage is open") for problem in problems_of(text))


def test_no_question_is_no_inspection() -> None:
    start, end = SMALL.index("[[questions]]"), SMALL.index("[inspection]")
    text = "questions = []\n" + SMALL[:start] + SMALL[end:]
    assert problems_of(text) == ["rules.toml line 1: questions: has 0 entries, and needs 1"]


def test_all_mistakes_come_in_one_line_in_the_order_of_the_file() -> None:
    text, _ = small_with('USD = "0.92"', 'USD = "x"')
    text = text.replace("probability = 12.5", "probability = 140").replace('timezone = "Europe/Berlin"', "timezone = 1")
    text = text.replace("late_pass_days = 3", "late_pass_days = 30")  # found by a later check than the others
    problems = problems_of(text)
    assert [problem.split(": ")[1] for problem in problems] == [
        "calendar.timezone",
        "inspection.late_pass_days",
        "stages[0].probability",
        "plan_rates.FY26.USD",
    ]
    with pytest.raises(BadPolicy) as caught:
        read_policy(text, "rules.toml")
    assert str(caught.value) == "; ".join(problems)


def test_of_many_mistakes_the_message_names_ten_and_counts_the_rest() -> None:
    text = SMALL.replace("[thresholds]", "[thresholds]\n" + "\n".join(f"wrong{n} = 1" for n in range(13)))
    with pytest.raises(BadPolicy) as caught:
        read_policy(text, "rules.toml")
    assert len(caught.value.problems) == 13
    assert str(caught.value).count("wrong") == 10
    assert str(caught.value).endswith("; and 3 more")


def test_a_broken_section_is_not_blamed_for_what_it_does_not_say() -> None:
    """Whether a stage exists cannot be said while the stages themselves are wrong."""
    text, number = small_with('name = "Alpha"', 'nme = "Alpha"')
    assert all("early_commit_stage" not in problem for problem in problems_of(text))
    assert (
        f"rules.toml line {number}: stages[0].nme: is not a key of the policy here; did you mean 'name'?"
        in problems_of(text)
    )


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("a = 1\nb = = 2\n", "line 2, column 5", "not TOML: invalid value"),
        ('a = "open\nb = 1\n', "line 1, column 10", "not TOML: illegal character"),
        ("a = [1,\n2,\n", "line 2, column 3", "not TOML: "),
        ("a = 1\n[a.b]\n", "line 2, column", "not TOML: "),
        ("[a.b]\n[a.b]\n", "line 2, column", "not TOML: cannot declare a.b twice"),
        ("hello there", "line 1, column 7", "not TOML: expected '='"),
        ("a = 1\x00\n", "line 1, column 6", "not TOML: "),
        (b"a = 1\nb = '\xff'\n", "line 2", "not UTF-8; save the file as UTF-8 text"),
        (SMALL.encode("utf-16"), "line 1", "not UTF-8; save the file as UTF-8 text"),
    ],
)
def test_what_is_no_toml_is_named_with_line_and_column(text: str | bytes, place: str, says: str) -> None:
    [problem] = problems_of(text)  # the words are the parser's own, and differ from one Python to the next
    assert problem.startswith(f"rules.toml {place}")
    assert f": {says}" in problem


def test_bytes_with_a_mark_and_lines_of_windows_are_taken() -> None:
    written = "\ufeff" + SMALL.replace("\n", "\r\n")
    assert read_policy(written.encode(), "rules.toml", TODAY) == read_policy(SMALL, "rules.toml", TODAY)
    text, number = small_with("probability = 12.5", "probability = 140")
    assert problems_of(text.replace("\n", "\r\n")) == [
        f"rules.toml line {number}: stages[0].probability: 140 is over 100"
    ]


def test_what_is_left_out_is_as_in_the_default() -> None:
    start, end = SMALL.index("[[questions]]"), SMALL.index("[inspection]")
    stages, rest = SMALL.index("[[stages]]"), SMALL.index("[thresholds]")
    must = 'name = "Small"\ncurrency = "EUR"\n' + SMALL[start:end] + SMALL[stages:rest]
    must += '[thresholds]\nearly_commit_stage = "a"\n[calendar]\nweek_start = "friday"\n[inspection]\npass_days = 8\n'
    read, default = read_policy(must, "rules.toml"), default_policy()
    for name in ("measure", "risk_kinds", "loss_reasons", "coverage", "vague_next_steps", "unknown_login"):
        assert getattr(read, name) == getattr(default, name)
    assert read.calendar.holidays == default.calendar.holidays
    assert (read.calendar.week_start, read.calendar.zone_name) == (4, "UTC")
    assert (read.inspection.pass_days, read.inspection.risk_repeats) == (8, 2)
    assert read.inspection.no_risk_phrases == default.inspection.no_risk_phrases


def test_an_empty_file_is_not_the_default_policy() -> None:
    missing = [problem.split(": ", 1)[1] for problem in problems_of("")]
    assert missing == [f"{key}: is missing" for key in ("name", "currency", "questions", "stages", "categories")]


def test_an_empty_list_means_none() -> None:
    text, _ = small_with('legal = "legal"')
    assert read_policy(text, "rules.toml").risk_kinds == ()
