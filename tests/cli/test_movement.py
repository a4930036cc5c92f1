"""`salesops movement`: the contract's shape, every form of output, and what is wrong usage."""

import csv
import io
from datetime import date, timedelta

import pytest

from tests.cli.conftest import Salesops
from tests.company import Company
from tests.hostile import CORPUS

STATE = {"category", "rep_category", "amount", "close_date", "stage", "stage_name", "owner", "owner_name", "status"}


@pytest.fixture
def moved(company: Company) -> Company:
    """Three days ago three deals in Commit; a day later one failed, one was won for more, one left and came back."""
    close = _within_the_period(company)
    for key, owner in (("D1", "lee"), ("D2", "ana"), ("D3", "lee")):
        company.claim(key, amount=1000, owner=owner, close=close, account="Northwind", name=f"Deal {key}")
    company.later(days=1).answer("D1", economic_buyer="no", recent_meeting="dont_know")
    company.later(minutes=1).claim("D1", amount=900)
    company.claim("D2", amount=1250, status="won", category="closed", stage="7")
    company.claim("D3", category="pipeline")
    company.later(minutes=1).claim("D3", category="commit")
    return company


def _within_the_period(company: Company) -> str:
    today = company.context.calendar.day_of(company.clock())
    period = company.context.calendar.current_period(company.clock())
    return date.fromordinal(max(period.start, min(today + 20, period.end))).isoformat()


def _asking(company: Company, *more: str) -> list[str]:
    """A movement from two days ago, of the period that was current then."""
    start = company.context.calendar.iso(company.clock() - 12 * 3600 * 1_000_000)  # type: ignore[arg-type]
    return [
        "movement",
        "--from",
        start,
        "--period",
        company.context.calendar.current_period(company.clock()).name,
        *more,
    ]


def test_the_shape_of_the_contract(moved: Company, salesops: Salesops) -> None:
    said = salesops(*_asking(moved, "--format", "json"))
    assert said.code == 0
    document = said.json
    assert set(document) >= {
        "scope", "period", "from", "to", "currency", "start", "end", "residual", "lines", "deals", "closed",
    }  # fmt: skip
    assert set(document["period"]) == {"name", "start", "end"}
    assert (document["scope"], document["currency"], document["residual"]) == ("Everybody", "USD", "0.00")
    assert (document["start"], document["end"]) == ("3000.00", "1000.00")
    assert document["lines"] == [
        {"cause": "increased", "amount": "250.00", "deals": 1},
        {
            "cause": "failed_inspection",
            "amount": "-1000.00",
            "deals": 1,
            "by_question": {"economic_buyer": "-1000.00"},
        },
        {"cause": "won", "amount": "-1250.00", "deals": 1},
    ]
    wanted = {
        "id", "name", "account", "owner", "owner_name", "cause", "amount", "before", "after", "also",
        "failed_questions", "churned",
    }  # fmt: skip
    assert all(set(row) == wanted for row in document["deals"])
    assert all(set(row[end]) == STATE for row in document["deals"] for end in ("before", "after"))
    assert [(row["id"], row["cause"], row["amount"]) for row in document["deals"]] == [
        ("D2", "increased", "250.00"),
        ("D1", "failed_inspection", "-1000.00"),
        ("D2", "won", "-1250.00"),
        ("D3", None, "0.00"),
    ]


def test_a_row_of_a_deal(moved: Company, salesops: Salesops) -> None:
    rows = salesops(*_asking(moved, "--format", "json")).json["deals"]
    failed = next(row for row in rows if row["id"] == "D1")
    assert failed["failed_questions"] == ["economic_buyer", "recent_meeting"]
    assert failed["also"] == ["amount -100.00"]
    assert (failed["owner"], failed["owner_name"], failed["churned"]) == ("lee", "Lee Park", False)
    assert (failed["before"]["category"], failed["after"]["category"]) == ("commit", "best_case")
    assert failed["after"]["rep_category"] == "commit"
    assert next(row for row in rows if row["id"] == "D3")["churned"] is True


def test_what_is_beside_the_contract(moved: Company, salesops: Salesops) -> None:
    document = salesops(*_asking(moved, "--format", "json")).json
    assert document["closed"] == {
        "start": "0.00", "end": "1250.00", "won_from_commit": "1250.00", "won_outside": "0.00", "other": "0.00",
        "residual": "0.00",
    }  # fmt: skip
    assert [(share["person"], share["start"], share["end"]) for share in document["team"]] == [
        ("olga", "3000.00", "1000.00")
    ]
    assert {line["cause"] for line in document["gross"]} == {
        "increased", "upgraded", "downgraded", "failed_inspection", "won",
    }  # fmt: skip
    assert (document["came_and_went"], document["structure"], document["baseline"]) == ([], "then", None)


def test_a_new_deal_has_no_before(moved: Company, salesops: Salesops) -> None:
    rows = salesops("movement", "--from", "2001-01-01", "--format", "json").json["deals"]
    assert all(row["before"] is None for row in rows if row["cause"] == "new")


@pytest.mark.parametrize("form", ["table", "md"])
def test_a_person_reads_the_same_figures(moved: Company, salesops: Salesops, form: str) -> None:
    said = salesops(*_asking(moved, "--scope", "dana", "--format", form))
    assert said.code == 0
    for part in ("3000.00", "+250.00", "-1250.00", "-1000.00", "residual", "0.00", "Dana Ruiz", "churned"):
        assert part in said.out
    assert "economic" in said.out
    assert "won from Commit +1250.00" in said.out


def test_csv_has_a_row_for_each_part(moved: Company, salesops: Salesops) -> None:
    rows = list(csv.DictReader(io.StringIO(salesops(*_asking(moved, "--format", "csv")).out)))
    assert [(row["id"], row["cause"], row["amount"]) for row in rows] == [
        ("D2", "increased", "+250.00"),
        ("D1", "failed_inspection", "-1000.00"),
        ("D2", "won", "-1250.00"),
        ("D3", "", "0.00"),
    ]
    assert rows[1]["failed_questions"] == "economic_buyer, recent_meeting"
    assert (rows[0]["amount_before"], rows[0]["amount_after"]) == ("1000.00", "1250.00")


def test_weeks_are_a_series(moved: Company, salesops: Salesops) -> None:
    said = salesops("movement", "--weeks", "3", "--format", "json")
    assert said.code == 0
    assert set(said.json) == {"weeks"}
    weeks = said.json["weeks"]
    assert len(weeks) == 3
    assert all("deals" not in week and week["residual"] == "0.00" for week in weeks)
    assert [week["to"] for week in weeks[:-1]] == [week["from"] for week in weeks[1:]]
    assert [week["end"] for week in weeks[:-1]] == [week["start"] for week in weeks[1:]]
    for form in ("table", "csv", "md"):
        shown = salesops("movement", "--weeks", "3", "--format", form)
        assert shown.code == 0
        assert shown.out.count(weeks[-1]["end"]) >= 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--from", "2026-02-01", "--to", "2026-01-01"],
        ["--from", "gestern"],
        ["--to", "2026-13-01"],
        ["--weeks", "0"],
        ["--weeks", "2", "--from", "week"],
        ["--to", "2026-01-01", "--as-of", "2026-01-02"],
        ["--structure", "tomorrow"],
        ["--period", "Q4"],
    ],
)
def test_wrong_usage_is_one_line(company: Company, salesops: Salesops, arguments: list[str]) -> None:
    said = salesops("movement", *arguments)
    assert said.code == 2
    assert said.out == ""
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--from", "last-call"], ["--from", "last-import"], ["--scope", "nobody"]])
def test_what_is_not_there_is_refused(company: Company, salesops: Salesops, arguments: list[str]) -> None:
    said = salesops("movement", *arguments)
    assert (said.code, said.out) == (1, "")
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize("option", ["--to", "--as-of"])
def test_the_end_has_two_names(moved: Company, salesops: Salesops, option: str) -> None:
    before = (moved.time - timedelta(hours=12)).isoformat()
    document = salesops(*_asking(moved, option, before, "--format", "json")).json
    assert document["from"] == document["to"]
    assert document["lines"] == []
    assert document["start"] == document["end"] == "3000.00"


def test_an_empty_store_has_an_empty_movement(company: Company, salesops: Salesops) -> None:
    for form in ("json", "table", "csv", "md"):
        assert salesops("movement", "--format", form).code == 0
    assert salesops("movement", "--format", "json").json["lines"] == []


@pytest.mark.parametrize("form", ["table", "md", "csv", "json"])
def test_text_from_elsewhere_stays_text(company: Company, salesops: Salesops, form: str) -> None:
    close = _within_the_period(company)
    names = {f"H{number}": text.encode("utf-8", "replace").decode() for number, text in enumerate(CORPUS)}
    for key, name in names.items():
        company.claim(key, name=name, account=name[:20], close=close)
    said = salesops(*_asking(company, "--format", form))
    assert said.code == 0
    if form != "csv":
        assert {c for c in said.out if ord(c) < 32 or 0x7F <= ord(c) < 0xA0} <= {"\n"}
    if form == "json":
        assert {row["id"]: row["name"] for row in said.json["deals"]} == names
