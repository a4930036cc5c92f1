"""The manager's number: built from Commit and judgments, kept, and stale once what lies beneath has changed."""

from __future__ import annotations

import pytest

from salesops_tui.errors import NotFound, Refused, WrongUsage
from salesops_tui.services.context import Context, find_scope
from salesops_tui.services.manager_number import (
    JudgmentRequest,
    NumberRequest,
    StandingNumber,
    SubmittedNumber,
    may_submit,
    read_amount,
    standing_number,
    submit_number,
    submitted_numbers,
)
from salesops_tui.store import record
from salesops_tui.store.deals import deal_at, deal_number
from tests.company import Company


@pytest.fixture
def team(company: Company) -> Company:
    company.claim("C", owner="lee", amount=100)
    company.claim("DOUBT", owner="ana", amount=30)
    company.claim("B", owner="ana", amount=80, category="best_case", stage="5")
    company.claim("W", owner="lee", amount=70, stage="7", category="closed", status="won")
    company.claim("EAST", owner="sam", amount=500)
    company.later(minutes=1)
    return company


IN, OUT = JudgmentRequest("B", True, "I know this one closes"), JudgmentRequest("DOUBT", False, "the buyer is away")


def submit(
    context: Context, *judgments: JudgmentRequest, scope: str | None = None, amount: int | None = None, note: str = ""
) -> SubmittedNumber:
    now = context.now()
    found = find_scope(context, scope, now)
    return submit_number(context, NumberRequest(found, context.calendar.current_period(now), amount, note, judgments))


def standing(company: Company, who: str = "dana") -> StandingNumber | None:
    context = company.context
    now = context.now()
    return standing_number(context, find_scope(context, who, now), context.calendar.current_period(now), now)


def test_commit_plus_judgments_is_the_number(team: Company) -> None:
    number = submit(team.acting_as("dana"), IN, OUT, note="with both in writing")
    assert (number.closed, number.committed, number.judged) == (70_00, 130_00, 50_00)
    assert (number.amount, number.unexplained) == (250_00, 0)


def test_an_own_amount_shows_what_no_deal_explains(team: Company) -> None:
    number = submit(team.acting_as("dana"), IN, amount=300_00)
    assert (number.amount, number.unexplained) == (300_00, 20_00)


def test_it_changes_no_deal_and_no_category(team: Company) -> None:
    before = team.store.conn.execute("SELECT * FROM deal_state").fetchall()
    submit(team.acting_as("dana"), IN, OUT)
    assert team.store.conn.execute("SELECT * FROM deal_state").fetchall() == before


def test_history_is_kept_and_the_newest_counts(team: Company) -> None:
    first = submit(team.acting_as("dana"), IN)
    team.later(days=1)
    second = submit(team.acting_as("dana"), amount=210_00)
    context = team.context
    now = context.now()
    period = context.calendar.current_period(now)
    found = submitted_numbers(context, find_scope(context, "dana", now), period, now)
    assert [n.id for n in found] == [second.id, first.id]
    assert found[1] == first
    now_standing = standing(team)
    assert now_standing is not None
    assert now_standing.number == second
    assert submitted_numbers(context, find_scope(context, "dana", now), period, first.submitted_at) == [first]


def test_it_stands_in_the_record(team: Company) -> None:
    submit(team.acting_as("dana"), OUT)
    row = next(iter(sorted(record.rows(team.store.conn), key=lambda row: -row.seq)))
    assert row.kind == "number"
    assert row.body["judgments"] == [{"deal": "DOUBT", "puts": "out", "amount": "30.00", "reason": OUT.reason}]


def test_a_change_beneath_makes_it_stale(team: Company) -> None:
    submit(team.acting_as("dana"))
    found = standing(team)
    assert found is not None
    assert not found.stale
    team.later(days=1).claim("C", amount=90)
    team.later(minutes=1)
    found = standing(team)
    assert found is not None
    assert found.stale
    assert [(d.before, d.after, d.judged) for d in found.differences] == [(100_00, 90_00, False)]
    assert found.landing == 190_00


def test_two_changes_that_cancel_out_are_a_change(team: Company) -> None:
    submit(team.acting_as("dana"))
    team.later(days=1).claim("C", amount=90)
    team.claim("DOUBT", amount=40)
    team.later(minutes=1)
    found = standing(team)
    assert found is not None
    assert found.landing == found.number.landing
    assert found.stale


def test_a_deal_won_as_it_was_said_is_no_difference(team: Company) -> None:
    submit(team.acting_as("dana"))
    team.later(days=1).claim("C", stage="7", category="closed", status="won")
    team.later(minutes=1)
    found = standing(team)
    assert found is not None
    assert not found.stale


def test_an_inspection_that_passes_leaves_it_fresh_and_one_that_fails_does_not(team: Company) -> None:
    submit(team.acting_as("dana"))
    team.later(minutes=1).pass_("C")
    team.later(minutes=1)
    found = standing(team)
    assert found is not None
    assert not found.stale
    team.fail("DOUBT")
    team.later(minutes=1)
    found = standing(team)
    assert found is not None
    assert found.stale


def test_a_judged_deal_that_moves_makes_it_stale(team: Company) -> None:
    submit(team.acting_as("dana"), IN)
    team.later(days=1).claim("B", stage="4")
    team.later(minutes=1)
    found = standing(team)
    assert found is not None
    assert [(d.deal, d.judged) for d in found.differences] == [(deal_number(team.store.conn, "B"), True)]


def test_another_team_does_not_make_it_stale(team: Company) -> None:
    submit(team.acting_as("dana"))
    team.later(days=1).claim("EAST", amount=1)
    team.later(minutes=1)
    found = standing(team)
    assert found is not None
    assert not found.stale


def test_a_rep_who_leaves_the_team_makes_it_stale(team: Company) -> None:
    submit(team.acting_as("dana"))
    team.later(days=1).move("ana", "erik")
    team.later(minutes=1)
    found = standing(team)
    assert found is not None
    assert [(d.before, d.after) for d in found.differences] == [(30_00, 0)]


def test_an_ops_leads_number_is_over_everybody(team: Company) -> None:
    number = submit(team.context)
    assert number.landing == 700_00
    found = standing(team, "everybody")
    assert found is not None
    assert found.number == number
    assert standing(team) is None


def test_an_ops_lead_submits_for_a_manager(team: Company) -> None:
    number = submit(team.context, scope="dana")
    assert (number.person, number.by) == (team.people["dana"].id, team.people["olga"].id)
    assert number.landing == 200_00


@pytest.mark.parametrize(("by", "scope"), [("lee", "lee"), ("dana", "lee")])
def test_a_number_is_the_managers_own(team: Company, by: str, scope: str) -> None:
    with pytest.raises(Refused):
        submit(team.acting_as(by), scope=scope)


@pytest.mark.parametrize(
    ("judgment", "said"),
    [
        (JudgmentRequest("B", True, "  "), "say why"),
        (JudgmentRequest("B", False, "no"), "not in Commit"),
        (JudgmentRequest("C", True, "yes"), "in Commit already"),
        (JudgmentRequest("W", True, "yes"), "no open deal"),
        (JudgmentRequest("B", True, "x" * 501), "at most 500"),
    ],
)
def test_a_judgment_that_says_nothing_is_refused(team: Company, judgment: JudgmentRequest, said: str) -> None:
    with pytest.raises(Refused, match=said):
        submit(team.acting_as("dana"), judgment)
    assert standing(team) is None


def test_a_deal_is_judged_once_and_must_be_known(team: Company) -> None:
    with pytest.raises(WrongUsage, match="once"):
        submit(team.acting_as("dana"), IN, IN)
    with pytest.raises(NotFound):
        submit(team.acting_as("dana"), JudgmentRequest("NOBODY", True, "why not"))


def test_a_deal_of_another_team_or_period_is_refused(team: Company) -> None:
    with pytest.raises((Refused, NotFound)):
        submit(team.acting_as("dana"), JudgmentRequest("EAST", False, "not mine"))
    team.claim("B", close="2027-02-01")
    team.later(minutes=1)
    with pytest.raises(Refused, match="no open deal"):
        submit(team.acting_as("dana"), IN)


def test_a_period_that_is_over_takes_no_number(team: Company) -> None:
    context = team.acting_as("dana")
    scope = find_scope(context, None, context.now())
    with pytest.raises(Refused, match="is over"):
        submit_number(context, NumberRequest(scope, context.calendar.period_named("FY26-Q3"), 1))


@pytest.mark.parametrize("name", ["FY99-Q1", "FY28-Q1"])
def test_a_period_far_ahead_takes_no_number_until_something_is_known_of_it(team: Company, name: str) -> None:
    context = team.acting_as("dana")
    scope, period = find_scope(context, None, context.now()), context.calendar.period_named(name)
    refusal = "too far ahead: a number is for FY26-Q4 to FY27-Q4"
    assert refusal in (may_submit(context, scope, period) or "")
    with pytest.raises(Refused, match=refusal):
        submit_number(context, NumberRequest(scope, period, 1))
    assert may_submit(context, scope, context.calendar.period_named("FY27-Q4")) is None
    team.quota("sam", name, 100)
    assert submit_number(context, NumberRequest(scope, period, 1)).period == name


def test_an_open_deal_makes_a_quarter_foreseen(team: Company) -> None:
    context = team.acting_as("dana")
    scope, period = find_scope(context, None, context.now()), context.calendar.period_named("FY28-Q1")
    team.claim("LATER", amount=5, close="2028-02-01")
    assert may_submit(context, scope, period) is None
    team.later(minutes=1).claim("LATER", status="lost", category="omitted", stage="8")
    assert may_submit(context, scope, period) is not None


def test_a_number_is_not_stale_once_nobody_can_say_another(team: Company) -> None:
    submit(team.acting_as("dana"))
    context = team.later(days=1).context
    team.claim("C", amount=5)
    period = context.calendar.period_named("FY26-Q4")

    def stale(day: str) -> bool:
        now = team.at(f"{day} 09:00").clock()
        found = standing_number(context, find_scope(context, "dana", now), period, now)
        assert found is not None
        return found.stale

    # 31 December is a Thursday and the first of January a holiday: grace is Monday to Wednesday.
    assert [stale(day) for day in ("2026-12-31", "2027-01-06", "2027-01-07")] == [True, True, False]


def test_amounts_as_people_type_them(team: Company) -> None:
    assert read_amount(team.context, "1,250,000") == 125_000_000
    assert read_amount(team.context, " 1250.50 ") == 125_050
    for text in ("much", "-5", "EUR 5", "1.234"):
        with pytest.raises(WrongUsage, match="the amount"):
            read_amount(team.context, text)


def test_what_was_judged_stays_as_it_was_judged(team: Company) -> None:
    number = submit(team.acting_as("dana"), IN)
    team.later(days=1).claim("B", amount=5)
    team.later(minutes=1)
    found = standing(team)
    assert found is not None
    assert found.number.judgments == number.judgments
    deal = deal_at(team.store.conn, number.judgments[0].deal, team.clock())
    assert deal is not None
    assert deal.amount == 5_00
