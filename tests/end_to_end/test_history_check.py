"""A replayed history against the files, by the script that shares no code with the program."""

import csv
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAP = ROOT / "docs" / "maps" / "salesforce-devorg.toml"
OPEN = ("Prospecting", "Needs Analysis", "Value Proposition", "Perception Analysis", "Negotiation/Review")
HISTORY = ("Id", "OpportunityId", "CreatedDate", "StageName", "Amount", "CloseDate", "ForecastCategory")
DEALS = ("Id", "AccountId", "Name", "StageName", "Amount", "CloseDate", "IsClosed", "IsWon", "CreatedDate")
IMPORTED = "2026-03-08"


def write(folder: Path, seed: int) -> None:
    """Deals and their history, as an export with American dates has them; some amounts blank, some moments shared."""
    draw = random.Random(seed)
    deals, past = [], []
    for number in range(40):
        key = f"006Qk{number:010d}AAA"
        at = datetime(2025, 6, 1, tzinfo=UTC) + timedelta(minutes=draw.randrange(200_000))
        row: list[str] = []
        for step in range(draw.randrange(1, 6)):
            stage = draw.choice(OPEN if step < 3 else (*OPEN, "Closed Won", "Closed Lost"))
            closes = (at + timedelta(days=draw.randrange(20, 200))).strftime("%m/%d/%y")
            row = [stage, draw.choice(["", "1000", "2500.5", "99999.99"]), closes]
            past.append([f"008Qk{number:05d}{step:05d}AAA", key, at.strftime("%m/%d/%y %I:%M %p"), *row, "Pipeline"])
            at += timedelta(minutes=draw.choice([0, 1, 1440, 20_000, 90_000]))
        closed, won = (str(f).upper() for f in (row[0].startswith("Closed"), row[0] == "Closed Won"))
        deals.append([key, "001Qk00000Nw001", f"Deal {number}", *row, closed, won, "06/01/25"])
    draw.shuffle(past)
    for name, header, rows in (("Opportunity.csv", DEALS, deals), ("OpportunityHistory.csv", HISTORY, past)):
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
    (folder / "Account.csv").write_text("Id,Name\n001Qk00000Nw001,Northwind\n", encoding="utf-8")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    return run(
        "scripts/history_check.py", str(folder / "store.db"), str(folder), str(MAP), f"{IMPORTED}T23:59:59.999999",
        "--", sys.executable, "-m", "salesops_tui",
    )  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_every_deal_at_five_moments_is_what_the_files_say(tmp_path: Path, seed: int) -> None:
    write(tmp_path, seed)
    program = ("-m", "salesops_tui", "--store", str(tmp_path / "store.db"))
    assert run(*program, "init").returncode == 0
    done = run(
        *program, "import", str(tmp_path / "Opportunity.csv"), "--map", str(MAP), "--as-of", IMPORTED,
        "--history", str(tmp_path / "OpportunityHistory.csv"),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    said = check(tmp_path)
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.count(" 0 differences") == 5
    history = tmp_path / "OpportunityHistory.csv"
    history.write_text(history.read_text(encoding="utf-8").replace("99999.99", "99999.98"), encoding="utf-8")
    assert check(tmp_path).returncode == 1
