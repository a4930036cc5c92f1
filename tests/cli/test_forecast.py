"""`salesops forecast`: the contract's shape, the forms of output, what if, and the number."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from salesops_tui.domain.calendar import Period, iso_day, system_clock
from tests.cli.conftest import Salesops
from tests.company import Company
from tests.hostile import CORPUS

CONTRACT = {
    "scope", "period", "as_of", "quota", "closed", "commit", "commit_inspected", "commit_uninspected", "best_case",
    "pipeline", "landing", "gap", "weighted", "divergence", "divergence_flagged", "divergence_amount", "over_claim",
    "upside", "contributions", "coverage", "by_person", "accuracy",
}  # fmt: skip
BY_PERSON = {"person", "quota", "closed", "commit", "best_case", "pipeline", "weighted"}


@pytest.fixture
def team(company: Company) -> Company:
    """Deals that close in the quarter that is current, whenever this runs."""
    close = iso_day(quarter(company).end)
    company.claim("C6", owner="lee", amount=100, stage="6", close=close)
    company.claim("C3", owner="ana", amount=50, stage="3", close=close)
    company.claim("B4", owner="ana", amount=80, stage="4", category="best_case", close=close)
    company.claim("W", owner="sam", amount=70, stage="7", category="closed", status="won", close=close)
    company.quota("dana", period(company), 400)
    company.quota("lee", period(company), 300)
    company.later(minutes=1)
    company.pass_("C6")
    return company


def quarter(company: Company) -> Period:
    return company.context.calendar.current_period(system_clock())


def period(company: Company) -> str:
    return quarter(company).name


def test_the_documents_shape(team: Company, salesops: Salesops) -> None:
    said = salesops("forecast", "--period", period(team), "--format", "json").json
    assert said.keys() >= CONTRACT
    assert all(row.keys() >= BY_PERSON for row in said["by_person"])
    assert (said["closed"], said["commit"], said["commit_inspected"]) == ("70.00", "150.00", "100.00")
    assert (said["landing"], said["gap"], said["quota"]) == ("220.00", "180.00", "400.00")
    assert (said["weighted"], said["over_claim"], said["upside"]) == ("210.00", "-50.00", "40.00")
    assert (said["divergence_amount"], said["divergence_flagged"]) == ("-10.00", True)
    assert said["divergence"] == pytest.approx(-10 / 150, abs=1e-6)
    found = [(c["id"], c["amount"], c["probability"], c["contribution"]) for c in said["contributions"]]
    assert found == [
        ("B4", "80.00", 0.5, "40.00"),
        ("C3", "50.00", 0.3, "-35.00"),
        ("C6", "100.00", 0.85, "-15.00"),
    ]
    assert sum(Decimal(c["contribution"]) for c in said["contributions"]) == Decimal(said["divergence_amount"])


def test_rows_are_everybody_below_with_their_teams(team: Company, salesops: Salesops) -> None:
    rows = {row["person"]: row for row in salesops("forecast", "--format", "json").json["by_person"]}
    assert rows["dana"]["commit"] == "150.00"
    assert (rows["dana"]["quota"], rows["dana"]["quota_of_reports"]) == ("400.00", "300.00")
    assert (rows["lee"]["reports_to"], rows["lee"]["commit"]) == ("dana", "100.00")
    assert rows["dana"]["own"]["commit"] == "0.00"
    alone = salesops("forecast", "--scope", "dana", "--format", "json").json
    assert [row["person"] for row in alone["by_person"]] == ["dana", "ana", "lee"]
    assert alone["closed"] == "0.00"


def test_as_of_the_past(team: Company, salesops: Salesops) -> None:
    before = (team.time.replace(tzinfo=None)).isoformat()
    team.later(days=1).claim("C6", amount=999)
    asked = ("forecast", "--period", period(team), "--format", "json")
    assert salesops(*asked, "--as-of", before).json["commit"] == "150.00"
    assert salesops(*asked).json["commit"] == "1049.00"


def test_the_table_and_markdown(team: Company, salesops: Salesops) -> None:
    said = salesops("forecast", "--scope", "dana")
    assert said.code == 0
    assert "400.00 (300.00)" in said.out
    assert "! over-claim is 33 % of Commit, above 25 %" in said.out
    assert "Commit at stage 3: weighted says 30 %" in said.out
    text = salesops("forecast", "--scope", "dana", "--format", "md").out
    assert "\n\n| id | account |" in text
    assert "|   Lee Park | 300.00 |" in text


def test_cumulative_columns_hold_those_above(team: Company, salesops: Salesops) -> None:
    row = next(line for line in salesops("forecast", "--cumulative").out.splitlines() if line.startswith("Everybody"))
    assert "220.00" in row
    assert "300.00" in row


def test_csv_has_a_row_for_everybody(team: Company, salesops: Salesops) -> None:
    rows = list(csv.DictReader(io.StringIO(salesops("forecast", "--format", "csv").out)))
    assert {row["person"]: row["commit"] for row in rows}["dana"] == "150.00"
    assert {row["person"] for row in rows} >= {"olga", "dana", "erik", "lee", "ana", "sam"}


@pytest.mark.parametrize(
    ("what", "landing", "deals"), [("kept", "220.00", []), ("cut", "170.00", ["C3"]), ("slip:C6,B4", "120.00", None)]
)
def test_what_if(team: Company, salesops: Salesops, what: str, landing: str, deals: list[str] | None) -> None:
    said = salesops("forecast", "--what-if", what, "--format", "json").json
    assert said["landing"] == landing
    assert said["as_it_is"]["landing"] == "220.00"
    assert said["deals"] == (["C6", "B4"] if deals is None else deals)
    assert salesops("forecast", "--what-if", what).code == 0


@pytest.mark.parametrize("what", ["kept:C6", "slip", "slip:", "nonsense", "slip:W"])
def test_a_what_if_that_makes_no_sense(team: Company, salesops: Salesops, what: str) -> None:
    said = salesops("forecast", "--what-if", what)
    assert said.code in (1, 2)
    assert len(said.err.splitlines()) == 1


def test_a_number_is_submitted_listed_and_shown(team: Company, salesops: Salesops) -> None:
    team.later(days=1)
    said = salesops(
        "forecast", "submit", "--scope", "dana", "--period", period(team), "--amount", "1,200", "--note", "all in",
        "--in", "B4=told me = in person", "--out", "C3=the buyer left", "--format", "json",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert (said.json["amount"], said.json["judged"], said.json["unexplained"]) == ("1200.00", "30.00", "1020.00")
    assert [(j["puts"], j["id"], j["reason"]) for j in said.json["judgments"]] == [
        ("in", "B4", "told me = in person"),
        ("out", "C3", "the buyer left"),
    ]
    listed = salesops("forecast", "numbers", "--scope", "dana", "--period", period(team), "--format", "json").json
    assert [n["note"] for n in listed["numbers"]] == ["all in"]
    shown = salesops("forecast", "--scope", "dana", "--period", period(team), "--format", "json").json
    assert shown["manager_number"]["amount"] == "1200.00"
    assert shown["manager_number"]["stale"] is False
    assert (shown["commit"], shown["best_case"]) == ("150.00", "80.00"), "no deal and no category changes"
    assert "Number of Dana Ruiz: 1200.00" in salesops("forecast", "--scope", "dana", "--period", period(team)).out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--amount", "lots"],
        ["--in", "B4"],
        ["--in", "=why"],
        ["--in", "B4="],
        ["--in", "NOBODY=why"],
        ["--period", "FY20-Q1"],
    ],
)
def test_a_number_that_cannot_be_taken(team: Company, salesops: Salesops, arguments: list[str]) -> None:
    said = salesops("forecast", "submit", "--scope", "dana", *arguments)
    assert said.code in (1, 2)
    assert len(said.err.splitlines()) == 1
    assert salesops("forecast", "numbers", "--scope", "dana", "--format", "json").json == {"numbers": []}


def test_options_stand_behind_the_command_they_are_for(team: Company, salesops: Salesops) -> None:
    said = salesops("forecast", "--scope", "dana", "numbers")
    assert (said.code, said.out) == (2, "")
    assert "--scope behind 'numbers'" in said.err


@pytest.mark.parametrize("text", CORPUS)
def test_hostile_texts_drive_nothing(team: Company, salesops: Salesops, text: str) -> None:
    stored = text.encode("utf-8", "replace").decode()
    team.claim("C3", name=stored, account=stored, stage=stored)
    team.later(minutes=1)
    for form in ("table", "md", "json"):
        said = salesops("forecast", "--period", period(team), "--format", form)
        assert said.code == 0, said.err
        assert "\x1b" not in said.out
        assert "\x9b" not in said.out
