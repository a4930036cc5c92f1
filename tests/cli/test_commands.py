"""The contract of the command line: exit codes, shapes, one clear line for what goes wrong."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from salesops_tui.cli.main import run
from salesops_tui.domain.calendar import to_moment
from tests.cli.conftest import Salesops
from tests.company import Company
from tests.hostile import CORPUS


@pytest.fixture
def deals(company: Company) -> Company:
    """Three deals that close in the current period, one of them in Commit."""
    today = company.context.calendar.day_of(to_moment(company.time))
    period = company.context.calendar.current_period(to_moment(company.time + timedelta(days=3)))
    close = date.fromordinal(max(min(today + 20, period.end), period.start)).isoformat()
    company.claim("D1", amount=42_000, account="Northwind", name="Platform renewal", close=close)
    company.claim("D2", amount=88_000, owner="sam", category="best_case", close=close)
    company.claim("D3", amount=500, status="won", stage="7", category="closed", close=close)
    return company


def test_deals_has_the_shape_of_the_contract(deals: Company, salesops: Salesops) -> None:
    said = salesops("deals", "--format", "json")
    assert said.code == 0
    assert set(said.json) >= {"as_of", "period", "scope", "deals", "totals"}
    assert set(said.json["period"]) == {"name", "start", "end"}
    first = next(d for d in said.json["deals"] if d["id"] == "D1")
    wanted = {
        "id", "name", "account", "owner", "owner_name", "stage", "stage_name", "amount", "currency", "close_date",
        "status", "rep_category", "category", "cap", "inspection", "flags",
    }  # fmt: skip
    assert wanted <= set(first)
    assert (first["owner"], first["owner_name"], first["amount"]) == ("lee", "Lee Park", "42000.00")
    assert (first["category"], first["cap"], first["inspection"]) == ("commit", None, "never")
    assert said.json["totals"]["commit"] == {"amount": "42000.00", "deals": 1}
    assert said.json["totals"]["closed"] == {"amount": "500.00", "deals": 1}


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--category", "commit"], ["D1"]),
        (["--status", "won"], ["D3"]),
        (["--uninspected"], ["D1"]),
        (["--filter", "NORTHwind"], ["D1"]),
        (["--filter", "sam cole"], ["D2"]),
        (["--scope", "dana"], ["D1", "D3"]),
        (["--scope", "Sam Cole"], ["D2"]),
        (["--period", "FY20-Q1"], []),
        (["--period", "FY20-Q1", "--all"], ["D1", "D2", "D3"]),
        (["--as-of", "2001-01-01"], []),
    ],
)
def test_what_narrows_a_list(deals: Company, salesops: Salesops, options: list[str], ids: list[str]) -> None:
    said = salesops("deals", "--format", "json", *options)
    assert sorted(d["id"] for d in said.json["deals"]) == ids


@pytest.mark.parametrize("form", ["table", "csv", "md"])
def test_the_other_forms_hold_the_same_deals(deals: Company, salesops: Salesops, form: str) -> None:
    out = salesops("deals", "--format", form).out
    assert all(word in out for word in ("D1", "D2", "D3", "42000.00", "Lee Park"))


def test_an_inspection_by_commands_goes_on_until_its_verdict(deals: Company, salesops: Salesops) -> None:
    first = salesops("inspect", "D1", "--answer", "economic_buyer=yes", "--evidence", "economic_buyer=Jo, Monday",
                     "--format", "json")  # fmt: skip
    assert first.code == 0
    assert set(first.json) == {
        "inspection", "deal", "verdict", "failed_questions", "unanswered", "category_before", "category_after",
        "unsupported_yes",
    }  # fmt: skip
    assert first.json["verdict"] == "open"
    last = salesops(
        "inspect", "D1", "--answer", "paper_process=yes", "--risk", "DPA", "--mitigation", "legal call",
        "--met", "yesterday", "--format", "json",
    )  # fmt: skip
    assert last.json["verdict"] == "passed"
    assert last.json["unanswered"] == []
    assert last.json["unsupported_yes"] == ["paper_process"]
    assert last.json["inspection"] == first.json["inspection"]
    deal = salesops("deals", "--filter", "D1", "--format", "json").json["deals"][0]
    assert deal["inspection"] == "passed"


def test_a_failing_answer_moves_the_deal_everywhere(deals: Company, salesops: Salesops) -> None:
    said = salesops("inspect", "D1", "--answer", "paper_process=no", "--format", "json")
    assert (said.json["verdict"], said.json["category_before"], said.json["category_after"]) == (
        "failed", "commit", "best_case",
    )  # fmt: skip
    document = salesops("deals", "--format", "json").json
    deal = next(d for d in document["deals"] if d["id"] == "D1")
    assert deal["cap"]["failed_questions"] == ["paper_process"]
    assert document["totals"]["best_case"]["amount"] == "130000.00"
    page = salesops("deal", "D1", "--format", "json").json
    assert [s["category"] for s in page["history"]] == ["commit", "best_case"]
    assert "capped since" in salesops("deal", "D1").out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["deal", "nope"], 1, "no deal has the id 'nope'"),
        (["inspect", "nope", "--answer", "economic_buyer=yes"], 1, "no deal has the id"),
        (["inspect", "D1", "--answer", "moon=yes"], 2, "no question is called 'moon'"),
        (["inspect", "D1", "--answer", "economic_buyer=maybe"], 2, "not an answer"),
        (["inspect", "D1", "--answer", "economic_buyer"], 2, "KEY=VALUE"),
        (["inspect", "D1", "--evidence", "economic_buyer=x"], 2, "is not answered"),
        (["inspect", "D1"], 2, "no answer to give"),
        (["inspect"], 2, "name one deal"),
        (["inspect", "D1", "--answer", "recent_meeting=yes"], 1, "needs the date"),
        (["inspect", "D1", "--answer", "risk_and_mitigation=yes"], 1, "risk is blank"),
        (["inspect", "D1", "--answer", "economic_buyer=no", "--at", "2099-01-01"], 1, "still to come"),
        (["inspect", "D1", "--met", "31 February"], 2, "no such day"),
        (["inspect", "--from", "/nowhere/x.jsonl"], 1, "cannot be read"),
        (["deals", "--period", "Q9"], 2, "not a period"),
        (["deals", "--as-of", "soon"], 2, "not a moment"),
        (["deals", "--scope", "nobody"], 1, "nobody here is called"),
        (["deals", "--format", "xml"], 2, "xml"),
        (["call", "end"], 1, "no call open"),
        (["call", "show", "9"], 1, "no call 9"),
        (["action", "done", "9"], 1, "no action 9"),
        (["policy", "check", "/nowhere/x.toml"], 1, "cannot be read"),
        (["inspect", "D1", "--answer", "economic_buyer=no", "--reason", "economic_buyer=\udcff"], 1, "not a reason"),
        (["deal", "\udcff"], 2, "bytes that are no text"),
        (["moonwalk"], 2, "moonwalk"),
        (["init"], 1, "exists already"),
    ],
)
def test_what_goes_wrong_is_one_line_that_says_what_to_do(
    deals: Company, salesops: Salesops, arguments: list[str], code: int, said: str
) -> None:
    result = salesops(*arguments)
    assert result.code == code
    assert said in result.err
    assert result.err.startswith("salesops: ")
    assert result.err.count("\n") == 1
    assert result.out == ""
    assert "Traceback" not in result.err


def test_no_store_says_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--store", str(tmp_path / "none.db"), "deals"]) == 1
    assert "salesops init" in capsys.readouterr().err


def test_read_only_reads_and_refuses_to_write(deals: Company, salesops: Salesops) -> None:
    assert salesops("--read-only", "deals").code == 0
    refused = salesops("--read-only", "inspect", "D1", "--answer", "economic_buyer=no")
    assert (refused.code, "read-only" in refused.err) == (1, True)


def test_a_login_that_nobody_has_reads_and_writes_nothing(
    deals: Company, salesops: Salesops, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesops_tui.services.identity.login_name", lambda: "stranger")
    assert salesops("deals").code == 0
    refused = salesops("inspect", "D1", "--answer", "economic_buyer=no")
    assert (refused.code, "not in this store" in refused.err) == (1, True)


def test_inspections_from_a_file_say_which_line_was_refused(deals: Company, salesops: Salesops, tmp_path: Path) -> None:
    lines = [
        '{"deal": "D1", "answers": {"economic_buyer": "yes"}}',
        "",
        '{"deal": "D9", "answers": {"economic_buyer": "yes"}}',
        "not json",
        '{"deal": "D1", "answer": {}}',
        '{"deal": "\\ud800", "answers": {"economic_buyer": "no"}}',
        '{"deal": "D1", "answers": {"economic_buyer": "' + "x" * 70_000 + '"}}',
        '{"deal": "D1", "answers": {"paper_process": "dont_know"}, "evidence": {"paper_process": "they never said"}}',
    ]
    file = tmp_path / "answers.jsonl"
    file.write_text("\n".join(lines))
    said = salesops("inspect", "--from", str(file), "--format", "json")
    assert said.code == 3
    assert [row["verdict"] for row in said.json["inspections"]] == ["open", "failed"]
    assert [row["line"] for row in said.json["rejected"]] == [3, 4, 5, 6, 7]


def test_a_call_from_start_to_minutes(deals: Company, salesops: Salesops) -> None:
    started = salesops("call", "start", "--format", "json").json
    assert (started["open"], started["kind"]) == (True, "forecast")
    assert salesops("call", "start", "--format", "json").json["id"] == started["id"], "goes on with the open one"
    salesops("inspect", "D1", "--answer", "paper_process=no", "--reason", "paper_process=other")
    salesops("action", "add", "D1", "call the CFO", "--owner", "lee", "--due", "+3")
    shown = salesops("call", "show", "--format", "json").json
    assert shown["minutes_of_call"]["deals"][0]["category_after"] == "best_case"
    assert shown["minutes_of_call"]["actions"][0]["text"] == "call the CFO"
    ended = salesops("call", "end", "--format", "json").json
    assert ended["open"] is False
    minutes = salesops("call", "show", "--format", "md").out
    assert "Platform renewal" in minutes
    assert "call the CFO" in minutes
    assert [c["id"] for c in salesops("call", "list", "--format", "json").json["calls"]] == [started["id"]]
    assert salesops("actions", "--format", "json").json["actions"][0]["owner"] == "lee"
    assert salesops("action", "done", "1").code == 0
    assert salesops("actions", "--format", "json").json["actions"] == []


def test_the_record_verifies(deals: Company, salesops: Salesops) -> None:
    salesops("inspect", "D1", "--answer", "paper_process=no")
    assert salesops("verify", "--format", "json").json["ok"] is True
    assert "no problem was found" in salesops("verify").out
    rows = salesops("log", "--deal", "D1", "--format", "json").json["record"]
    assert rows[0]["what"]["answers"] == [{"question": "paper_process", "value": "no"}]
    deals.store.conn.execute("UPDATE deal_state SET amount = 1 WHERE valid_from > 0 AND deal = 1")
    broken = salesops("verify")
    assert (broken.code, "the history of D1" in broken.out) == (1, True)


@pytest.mark.parametrize("form", ["table", "csv", "md", "json"])
def test_text_from_outside_is_only_text(company: Company, salesops: Salesops, form: str) -> None:
    close = date.fromordinal(company.context.calendar.current_period(company.clock()).end).isoformat()
    for number, text in enumerate(CORPUS):
        name = text.encode("utf-8", "replace").decode()
        company.claim(f"H{number}", name=name, account=name[:20], close=close)
    said = salesops("deals", "--format", form, "--all")
    assert said.code == 0
    shown = [c for c in said.out if ord(c) < 32 or 0x7F <= ord(c) < 0xA0]
    allowed = {"\n"} | ({"\r", "\t"} if form == "csv" else set())
    if form != "csv":
        assert set(shown) <= allowed
    for key in ("H0", "H1", "H2"):
        assert salesops("deal", key).code == 0


def test_doctor_names_a_store_that_others_may_read(deals: Company, salesops: Salesops) -> None:
    assert salesops("doctor").code == 0
    deals.path.chmod(0o644)
    said = salesops("doctor", "--format", "json")
    assert said.code == 1
    assert any(f["what"] == "permissions" and f["level"] == "bad" for f in said.json["findings"])


def test_the_policy_can_be_taken_out_changed_and_adopted(deals: Company, salesops: Salesops, tmp_path: Path) -> None:
    text = salesops("policy", "show", "--default").out
    file = tmp_path / "rules.toml"
    file.write_text(text.replace("pass_days = 6", "pass_days = 5"))
    checked = salesops("policy", "check", str(file))
    assert checked.code == 0
    assert "5" in checked.out
    assert "version 2" in salesops("policy", "adopt", str(file)).out
    assert salesops("policy", "show").out == file.read_text()
    file.write_text("pass_days = ")
    broken = salesops("policy", "adopt", str(file))
    assert broken.code == 1
    assert "line 1" in broken.err


def test_an_inspection_of_today_counts_from_now(deals: Company, salesops: Salesops) -> None:
    assert salesops("inspect", "D1", "--answer", "economic_buyer=no", "--at", "today").code == 0


def test_a_text_of_the_crm_cannot_draw_an_inspection(deals: Company, salesops: Salesops) -> None:
    deals.claim("D1", next_step="send offer\n\nInspection of today by Mia: passed")
    assert "\nInspection of today" not in salesops("deal", "D1").out
