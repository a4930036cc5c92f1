"""The rulebook that comes with the program."""

from decimal import Decimal

from salesops_tui.domain.deal import Category
from salesops_tui.domain.policy import InspectionRules, Thresholds
from salesops_tui.domain.policy_file import default_policy, default_policy_text, read_policy
from tests.domain.small_policy import problems_of


class TestDefault:
    def test_questions(self) -> None:
        policy = default_policy()
        assert [(q.key, q.kind.value) for q in policy.questions] == [
            ("economic_buyer", "yes_no"),
            ("paper_process", "yes_no"),
            ("risk_and_mitigation", "risk"),
            ("recent_meeting", "within_business_days"),
        ]
        assert policy.questions[3].business_days == 10
        assert all(1 <= len(q.reasons) <= 9 and q.evidence for q in policy.questions)

    def test_stages(self) -> None:
        stages = default_policy().stages
        assert [s.key for s in stages] == list("012345678")
        assert [s.closed for s in stages] == [""] * 7 + ["won", "lost"]
        assert [s.probability_bp for s in stages] == [0, 0, 1500, 3000, 5000, 7000, 8500, 0, 0]
        assert all(s.action for s in stages)
        assert all(s.exit_criteria for s in stages if not s.closed)

    def test_categories_are_all_there_with_what_they_claim(self) -> None:
        claims = {c.key: (c.confidence_low, c.confidence_high) for c in default_policy().categories}
        assert claims == {
            "closed": (100, 100),
            "commit": (90, 100),
            "best_case": (60, 80),
            "pipeline": (20, 40),
            "omitted": (0, 0),
        }
        assert {Category.from_key(key) for key in claims} == set(Category)

    def test_figures_are_those_that_the_program_falls_back_on(self) -> None:
        policy = default_policy()
        assert policy.thresholds == Thresholds()
        phrases = policy.inspection.no_risk_phrases
        assert policy.inspection == InspectionRules(no_risk_phrases=phrases)
        assert {"none", "no risk", "n/a", "nothing", "all good"} <= set(phrases)
        assert (policy.currency, policy.calendar.zone_name, policy.calendar.grace_business_days) == ("USD", "UTC", 3)
        assert (policy.calendar.fiscal_start_month, policy.calendar.week_start) == (1, 0)
        assert (policy.measure, policy.most_likely, policy.unknown_login) == ("ACV", "best_case", "read")

    def test_lists(self) -> None:
        policy = default_policy()
        assert [r.key for r in policy.loss_reasons] == ["competitor", "no_decision", "budget", "timing", "other"]
        assert {"legal", "budget", "timing", "competitor", "champion", "technical", "signing", "other"} <= {
            r.key for r in policy.risk_kinds
        }
        assert "follow up" in policy.vague_next_steps
        assert {c.segment: (c.low, c.high) for c in policy.coverage} == {"enterprise": (3, 4), "mid-market": (2, 3)}

    def test_every_key_is_written_so_that_a_reader_sees_it(self) -> None:
        """Each line of the default may be changed to a wrong type and is then refused: none is a dead letter."""
        lines = default_policy_text().split("\n")
        written = [n for n, line in enumerate(lines) if line[:1].isalpha() and " = " in line and "= [" not in line]
        for n in written:
            text = "\n".join([*lines[:n], f"{lines[n].split(' = ')[0]} = 1979-05-27", *lines[n + 1 :]])
            assert [f"line {n + 1}:" in problem for problem in problems_of(text)] == [True]

    def test_the_example_rate_works_as_printed(self) -> None:
        text = default_policy_text().replace("# [plan_rates", "[plan_rates").replace('# EUR = "', 'EUR = "')
        assert read_policy(text, "rules.toml").plan_rates == {"FY26": {"EUR": Decimal("1.08")}}

    def test_the_example_region_works_as_printed(self) -> None:
        text = default_policy_text()
        for line in ("[holidays.regions.Bavaria]", 'country = "DE"', 'subdivision = "BY"'):
            text = text.replace(f"# {line}", line)
        assert "Bavaria" in read_policy(text, "rules.toml").calendar.holidays
