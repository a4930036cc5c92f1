"""What a failed inspection does to a claim, and the ways back: each row of the table in the guide, by the services."""

from typing import Any

import pytest

from salesops_tui.domain.deal import Hold
from salesops_tui.errors import NotFound, Refused
from salesops_tui.services.inspecting import find_deal
from salesops_tui.services.listing import deal_page, describe_deals
from tests.company import Company


def described(company: Company, key: str = "D1") -> dict[str, Any]:
    deal = find_deal(company.context, key, company.clock())
    return describe_deals(company.context, [deal], company.clock())[0]


def category(company: Company, key: str = "D1") -> str:
    return str(described(company, key)["category"])


def contested(company: Company) -> int:
    deal = find_deal(company.context, "D1", company.clock())
    return int(deal_page(company.context, deal, company.clock())["contested"])


@pytest.fixture
def capped(company: Company) -> Company:
    """D1 claims Commit and has failed its inspection."""
    company.claim("D1", category="commit", amount=500)
    company.later(days=2)
    company.fail("D1", "paper_process", by="dana")
    return company


def test_a_failing_answer_caps_a_claim_of_commit(capped: Company) -> None:
    deal = described(capped)
    assert (deal["category"], deal["rep_category"], deal["inspection"]) == ("best_case", "commit", "failed")
    assert deal["cap"]["failed_questions"] == ["paper_process"]
    assert deal["cap"]["since"] == "2026-11-11T08:00:00+00:00"
    assert "claims_commit" in deal["flags"]


def test_an_import_that_still_claims_commit_does_not_lift_the_cap(capped: Company) -> None:
    capped.later(days=5).claim("D1", category="commit", amount=501)
    deal = described(capped)
    assert (deal["category"], deal["rep_category"]) == ("best_case", "commit")
    assert deal["cap"]["since"] == "2026-11-11T08:00:00+00:00"


def test_a_downgrade_that_the_crm_takes_up_keeps_cap_and_overridden_claim(capped: Company) -> None:
    capped.later(days=5).claim("D1", category="best_case")
    deal = described(capped)
    assert (deal["category"], deal["rep_category"]) == ("best_case", "best_case")
    assert deal["cap"] is not None
    assert "claims_commit" not in deal["flags"]


def test_claims_after_a_take_up_are_counted(capped: Company) -> None:
    assert contested(capped) == 0
    capped.later(days=5).claim("D1", category="best_case")
    assert contested(capped) == 0
    capped.later(days=2).claim("D1", category="commit")
    assert (category(capped), contested(capped)) == ("best_case", 1)


def test_a_pass_ends_the_cap_where_the_crm_claims_commit(capped: Company) -> None:
    capped.later(days=1).pass_("D1", by="dana")
    deal = described(capped)
    assert (deal["category"], deal["cap"], deal["inspection"]) == ("commit", None, "passed")
    assert "restored" not in deal["flags"]


def test_a_pass_restores_the_claim_that_the_crm_gave_up_for_it(capped: Company) -> None:
    capped.later(days=1).claim("D1", category="best_case")
    capped.later(days=1).pass_("D1", by="dana")
    deal = described(capped)
    assert (deal["category"], deal["rep_category"], deal["cap"]) == ("commit", "best_case", None)
    assert "restored" in deal["flags"]


@pytest.mark.parametrize(("word", "then"), [("commit", "commit"), ("pipeline", "pipeline")])
def test_a_restored_claim_ends_with_the_reps_next_word(capped: Company, word: str, then: str) -> None:
    capped.later(days=1).claim("D1", category="best_case")
    capped.later(days=1).pass_("D1", by="dana")
    capped.later(days=1).claim("D1", amount=505)
    assert category(capped) == "commit", "an import that says nothing new of the category changes nothing"
    capped.later(days=1).claim("D1", category=word)
    assert category(capped) == then
    assert "restored" not in described(capped)["flags"]


def test_a_restored_claim_that_fails_again_can_be_restored_again(capped: Company) -> None:
    capped.later(days=1).claim("D1", category="best_case")
    capped.later(days=1).pass_("D1", by="dana")
    capped.later(days=7).fail("D1", by="dana")
    assert category(capped) == "best_case"
    capped.later(days=1).pass_("D1", by="olga")
    assert category(capped) == "commit"


def test_a_claim_below_best_case_counts_and_the_cap_stays_until_a_pass(capped: Company) -> None:
    capped.later(days=1).claim("D1", category="pipeline")
    deal = described(capped)
    assert deal["category"] == "pipeline"
    assert deal["cap"] is not None
    capped.later(days=1).claim("D1", category="commit")
    assert category(capped) == "best_case"
    capped.later(days=1).pass_("D1", by="dana")
    assert category(capped) == "commit"


def test_a_claim_that_the_rep_gave_up_is_not_restored(capped: Company) -> None:
    capped.later(days=1).claim("D1", category="pipeline")
    capped.later(days=1).claim("D1", category="best_case")
    capped.later(days=1).pass_("D1", by="dana")
    assert category(capped) == "best_case"


def test_a_cap_outlives_the_period(capped: Company) -> None:
    capped.later(days=1).claim("D1", close="2027-01-20")
    assert category(capped) == "best_case"
    capped.later(days=1).claim("D1", close="2026-12-20")
    assert category(capped) == "best_case"


def test_a_won_deal_is_closed_and_says_that_it_had_failed(capped: Company) -> None:
    capped.later(days=3).claim("D1", status="won", stage="7", category="closed")
    deal = described(capped)
    assert (deal["category"], deal["inspection"]) == ("closed", "failed")


def test_a_won_deal_counts_for_whoever_won_it(company: Company) -> None:
    company.claim("D1", owner="lee", category="commit")
    company.later(days=1).claim("D1", owner="ana", status="won", stage="7", category="closed")
    company.later(days=1).claim("D1", owner="sam")
    assert described(company)["owner"] == "ana"
    company.later(days=1).claim("D1", status="open", stage="6", category="commit")
    assert described(company)["owner"] == "sam"


@pytest.mark.parametrize("end", ["lost", "removed", "won"])
def test_a_deal_that_comes_back_is_a_deal_like_any_other(capped: Company, end: str) -> None:
    capped.later(days=1).claim("D1", status=end)
    if end != "won":
        assert category(capped) == "omitted"
    capped.later(days=1).claim("D1", status="open", category="commit")
    deal = described(capped)
    assert (deal["category"], deal["cap"], deal["inspection"]) == ("commit", None, "never")


def test_failing_a_deal_outside_commit_sets_no_cap_but_a_later_claim_does_not_count(company: Company) -> None:
    company.claim("D1", category="best_case")
    company.later(days=1).fail("D1", by="dana")
    assert described(company)["cap"] is None
    assert described(company)["inspection"] == "failed"
    company.later(days=5).claim("D1", category="commit")
    deal = described(company)
    assert deal["category"] == "best_case"
    assert deal["cap"]["since"] == "2026-11-15T08:00:00+00:00", "the cap applies from the moment of the claim"
    company.later(days=1).pass_("D1", by="dana")
    assert category(company) == "commit"


def test_the_later_of_two_inspections_rules(capped: Company) -> None:
    capped.later(days=7).pass_("D1", by="dana")
    assert category(capped) == "commit"
    capped.later(days=7).fail("D1", "recent_meeting", by="dana")
    assert described(capped)["cap"]["failed_questions"] == ["recent_meeting"]


def test_there_is_no_override(capped: Company) -> None:
    """Within the same call only a correction changes the verdict; three yes beside the no do not."""
    capped.later(minutes=1)
    result = capped.answer("D1", by="dana", economic_buyer="yes", risk_and_mitigation="yes", recent_meeting="yes")
    assert result.ruling.verdict == "failed"
    assert category(capped) == "best_case"


# --- what voids a pass


@pytest.fixture
def passed(company: Company) -> Company:
    """D1 is in Commit with a pass of Wednesday."""
    company.claim("D1", category="commit", amount=100, stage="6", economic_buyer="Priya Rao")
    company.later(days=2)
    company.pass_("D1", by="dana")
    return company


@pytest.mark.parametrize(
    ("claim", "flag"),
    [
        ({"close": "2026-12-12"}, "voided_close_later"),
        ({"close": "2026-09-30"}, "voided_other_period"),
        ({"close": "2027-01-02"}, "voided_close_later"),
        ({"owner": "ana"}, "voided_owner"),
        ({"economic_buyer": "Jo Berg"}, "voided_buyer"),
        ({"stage": "5"}, "voided_stage_back"),
        ({"amount": 110}, "voided_amount_up"),
    ],
)
def test_an_event_voids_the_pass(passed: Company, claim: dict[str, Any], flag: str) -> None:
    assert described(passed)["inspection"] == "passed"
    passed.later(days=1).claim("D1", **claim)
    deal = described(passed)
    assert deal["inspection"] == "expired"
    assert flag in deal["flags"]


@pytest.mark.parametrize(
    "claim",
    [
        {"close": "2026-12-01"},
        {"amount": 109},
        {"amount": 20},
        {"economic_buyer": " priya  RAO"},
        {"economic_buyer": ""},
        {"next_step": "sign"},
    ],
)
def test_what_does_not_touch_the_answers_leaves_the_pass(passed: Company, claim: dict[str, Any]) -> None:
    passed.later(days=1).claim("D1", **claim)
    assert described(passed)["inspection"] == "passed"


def test_small_steps_of_growth_add_up(passed: Company) -> None:
    passed.later(days=1).claim("D1", amount=106)
    assert described(passed)["inspection"] == "passed"
    passed.later(days=1).claim("D1", amount=112)
    assert "voided_amount_up" in described(passed)["flags"]


def test_a_claim_that_falls_and_comes_back_voids_the_pass(passed: Company) -> None:
    passed.later(days=1).claim("D1", category="best_case")
    passed.later(days=1).claim("D1", category="commit")
    deal = described(passed)
    assert (deal["category"], deal["inspection"]) == ("commit", "expired")
    assert "voided_claim_returned" in deal["flags"]


def test_a_move_that_is_taken_back_has_voided_all_the_same(passed: Company) -> None:
    passed.later(days=1).claim("D1", close="2026-12-18")
    passed.later(days=1).claim("D1", close="2026-12-11")
    assert described(passed)["inspection"] == "expired"


def test_a_pass_is_current_until_the_end_of_the_sixth_day(passed: Company) -> None:
    passed.at("2026-11-17 23:59")
    assert described(passed)["inspection"] == "passed"
    passed.at("2026-11-18 00:00")
    assert described(passed)["inspection"] == "expired"


def test_a_new_pass_after_a_voided_one_is_current(passed: Company) -> None:
    passed.later(days=1).claim("D1", amount=200)
    passed.later(minutes=5).pass_("D1", by="olga")
    deal = described(passed)
    assert deal["inspection"] == "passed"
    assert deal["flags"] == []


# --- corrections, undo, and who may


def test_a_corrected_answer_counts_as_never_given(capped: Company) -> None:
    capped.later(minutes=1).answer("D1", by="dana", paper_process="yes")
    assert category(capped) == "commit"
    deal = find_deal(capped.context, "D1", capped.clock())
    history = deal_page(capped.context, deal, capped.clock())["history"]
    assert [state["category"] for state in history] == ["commit"]
    given = deal_page(capped.context, deal, capped.clock())["inspections"][0]["answers"]
    assert [(a["value"], a["stands"]) for a in given] == [("no", False), ("yes", True)], "the record keeps both"


@pytest.mark.parametrize(("who", "why"), [("lee", "own deals"), ("ana", "no deal of yours"), ("erik", "no deal of")])
def test_who_may_not_inspect(company: Company, who: str, why: str) -> None:
    company.claim("D1", owner="lee")
    with pytest.raises((Refused, NotFound), match=why):
        company.fail("D1", by=who)
    assert category(company) == "commit"


def test_a_manager_who_sells_is_inspected_from_above(company: Company) -> None:
    company.claim("D1", owner="dana")
    with pytest.raises(Refused, match="own deals"):
        company.fail("D1", by="dana")
    company.fail("D1", by="olga")
    assert category(company) == "best_case"


def test_hold_is_what_the_states_say(capped: Company) -> None:
    assert find_deal(capped.context, "D1", capped.clock()).hold is Hold.CAPPED
