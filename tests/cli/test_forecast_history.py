"""The commands about the past of forecasts and the quarter's turn."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest

from salesops_tui.domain.calendar import Day, to_date, to_day
from tests.cli.conftest import Salesops
from tests.company import Company
from tests.hostile import CORPUS

READS = ["accuracy", "yield", "calibration", "flow", "weeks", "judgments", "closing-board", "carry-over"]


@pytest.fixture
def past(company: Company) -> Company:
    """A deal won and one lost in the last quarter, one still open in this; now is a minute ago."""
    now = company.time
    calendar = company.context.calendar
    this = calendar.period_of(to_day(now.date()))
    last = calendar.shifted(this, -1)
    company.time = datetime.combine(to_date(last.start), datetime.min.time(), UTC) + timedelta(hours=9)
    end = to_date(last.end).isoformat()
    company.claim("W1", amount=1000, close=end, created_day=last.start - 40)
    company.claim("L1", owner="sam", amount=500, close=end)
    company.later(days=80)
    company.claim("W1", status="won", category="closed", stage="7", close=company.time.date().isoformat())
    company.claim("L1", status="lost", category="omitted", stage="8")
    company.time = now
    company.claim("O1", amount=300, close=to_date(Day(max(this.end, to_day(now.date())))).isoformat())
    return company


@pytest.mark.parametrize("command", READS)
@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_every_form(past: Company, salesops: Salesops, command: str, form: str) -> None:
    said = salesops("forecast", command, "--format", form)
    assert (said.code, said.err) == (0, ""), said
    if form == "json":
        assert said.json
    if form == "csv":
        rows = list(csv.reader(io.StringIO(said.out)))
        assert {len(row) for row in rows} == {len(rows[0])}


@pytest.mark.parametrize("command", READS)
def test_an_empty_store(company: Company, salesops: Salesops, command: str) -> None:
    assert salesops("forecast", command).code == 0
    assert salesops("forecast", command, "--format", "json").code == 0


def test_the_forecasts_accuracy_has_its_shape(past: Company, salesops: Salesops) -> None:
    rows = salesops("forecast", "--format", "json").json["accuracy"]
    assert {row["forecaster"] for row in rows} == {"rep_claim", "inspected_commit", "weighted"}
    for row in rows:
        assert list(row) == ["period", "week", "forecaster", "forecast", "actual", "accuracy", "bias"]
        assert row["actual"] == "1000.00"
    claimed = next(row for row in rows if row["forecaster"] == "rep_claim")
    assert (claimed["forecast"], claimed["accuracy"], claimed["bias"]) in {
        ("1500.00", 0.5, 0.5),
        ("1000.00", 1.0, 0.0),
    }


def test_accuracy_at_a_week_and_by_week(past: Company, salesops: Salesops) -> None:
    early = salesops("forecast", "accuracy", "--week", "2", "--format", "json").json
    assert (early["week"], len(early["quarters"])) == (2, 1)
    whole = early["people"][0]
    assert (whole["person"], whole["scores"]["rep_claim"]) == (None, {"quarters": 1, "accuracy": 0.5, "bias": 0.5})
    assert whole["scores"]["manager_number"] == {"quarters": 0, "accuracy": None, "bias": None}
    weeks = salesops("forecast", "accuracy", "--by-week", "--format", "json").json["weeks"]
    assert [week["week"] for week in weeks] == list(range(1, 14))
    assert weeks[-1]["scores"]["rep_claim"]["bias"] == 0


def test_yield_says_what_became_of_commit(past: Company, salesops: Salesops) -> None:
    said = salesops("forecast", "yield", "--week", "2", "--format", "json").json
    assert said["confidence"] == {"low": 90, "high": 100}
    claimed = said["weeks"][1]["claimed"]
    assert (claimed["deals"], claimed["won"], claimed["share"], claimed["value_share"]) == (2, 1, 0.5, 0.6667)
    people = {row["person"]: row["claimed"]["won"] for row in said["by_person"]}
    assert people == {None: 1, "olga": 1, "dana": 1, "lee": 1, "erik": 0, "sam": 0}


def test_closing_a_quarter_and_looking_at_it_later(past: Company, salesops: Salesops) -> None:
    assert "are not closed" in salesops("forecast", "close-quarter", "--show").err
    closed = salesops("forecast", "close-quarter", "--format", "json").json
    assert closed["by_person"][0] == {
        "person": None,
        "person_name": "Everybody",
        "quota": None,
        "closed": "1000.00",
        "now": "1000.00",
    }
    assert (closed["closed_by"], closed["differences"]) == ("olga", [])
    twice = salesops("forecast", "close-quarter")
    assert (twice.code, "--again" in twice.err or "again" in twice.err) == (1, True)
    past.claim("W1", amount=900)
    shown = salesops("forecast", "close-quarter", "--show", "--format", "json").json
    assert [(d["id"], d["frozen"], d["now"]) for d in shown["differences"]] == [("W1", "1000.00", "900.00")]
    assert "Changed since" in salesops("forecast", "close-quarter", "--show").out
    assert salesops("forecast", "close-quarter", "--again").code == 0
    assert salesops("verify").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["accuracy", "--week", "14"], 2, "1<=x<=13"),
        (["accuracy", "--week", "3", "--by-week"], 2, "leave --week out"),
        (["calibration", "--stage", "4"], 2, "add --adopt"),
        (["calibration", "--adopt"], 1, "nothing was changed"),
        (["calibration", "--adopt", "--stage", "x"], 2, "no open stage"),
        (["calibration", "--adopt", "--scope", "dana"], 2, "for everybody"),
        (["close-quarter", "nonsense"], 2, "is not a period"),
        (["close-quarter", "FY90-Q1"], 1, "is not over"),
        (["carry-over", "--period", "FY90-Q1"], 1, "is not over"),
        (["close-quarter", "--scope", "dana"], 2, "goes with --show"),
        (["yield", "--scope", "nobody-at-all"], 1, "nobody here"),
    ],
)
def test_what_is_refused(past: Company, salesops: Salesops, arguments: list[str], code: int, says: str) -> None:
    said = salesops("forecast", *arguments)
    assert (said.code, said.out) == (code, "")
    assert says in said.err
    assert said.err.count("\n") == 1


def test_adopting(past: Company, salesops: Salesops) -> None:
    start = past.time
    calendar = past.context.calendar
    last = calendar.shifted(calendar.period_of(to_day(start.date())), -1)
    past.time = datetime.combine(to_date(last.start), datetime.min.time(), UTC) + timedelta(hours=9)
    for n in range(30):
        past.claim(f"S{n}", amount=100, close=to_date(last.end).isoformat(), stage="3", category="pipeline")
    past.later(days=80)
    for n in range(30):
        word = ("won", "closed", "7") if n < 3 else ("lost", "omitted", "8")
        past.claim(f"S{n}", status=word[0], category=word[1], stage=word[2])
    past.time = start
    said = salesops("forecast", "calibration", "--adopt", "--week", "2", "--format", "json").json
    assert (said["policy"], [(s["stage"], s["calibrated"]) for s in said["stages"]]) == (2, [("3", 0.1)])
    assert "probability = 10\n" in salesops("policy", "show").out
    assert "# House rules" in salesops("policy", "show").out


def test_names_from_outside_are_text(past: Company, salesops: Salesops) -> None:
    this = past.context.calendar.period_of(to_day(past.time.date()))
    # A lone surrogate cannot be stored, and a lone carriage return is a matter of the CSV writer's tests.
    texts = [text for text in CORPUS if text.encode("utf-8", "ignore").decode() == text and "\r" not in text]
    for number, text in enumerate(texts):
        close = to_date(Day(max(this.end, to_day(date.today())))).isoformat()  # noqa: DTZ011
        past.claim(f"H{number}", name=text or "x", account=text, economic_buyer=text, next_step=text, close=close)
    for command in ("closing-board", "carry-over", "judgments"):
        for form in ("table", "md"):
            said = salesops("forecast", command, "--format", form)
            assert said.code == 0
            assert not set(said.out) & set("\x1b\x07\u202e\x9b")
    rows = list(csv.DictReader(io.StringIO(salesops("forecast", "closing-board", "--format", "csv").out)))
    assert len(rows) == len(texts) + 1
    assert not [row for row in rows if row["signer"][:1] in "=+-@\t\r" and row["signer"]]
