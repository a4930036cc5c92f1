"""Fuzzed command lines and files: no traceback, no hang, and a store that agrees with its record afterwards.

`SALESOPS_FUZZ` sets how many of each ("long" is 1,000); `SALESOPS_FUZZ_SEED` which ones.
"""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from salesops_tui.domain.policy_file import default_policy_text
from salesops_tui.paths import fixtures_dir
from salesops_tui.services.verifying import verify_store
from tests.company import Company
from tests.crm.workbooks import sheet_xml, write_workbook
from tests.fuzz.fuzzing import command_line, damaged, every_command, run_apart, run_here

_ASKED = os.environ.get("SALESOPS_FUZZ", "120")
MANY = 1000 if _ASKED == "long" else int(_ASKED)
SEED = int(os.environ.get("SALESOPS_FUZZ_SEED", "1"))
AT_LEAST_APART, OF = 3, 20
"""One in twenty command lines is run as a process of its own."""

DIALECTS = ("canonical", "dynamics", "hubspot", "pipedrive", "salesforce")
HEADER = ["id", "name", "owner", "amount", "stage", "category", "close_date"]
PEOPLE = b"id,name,email,login,manager,role,region,segment\nzoe,Zoe,z@example.com,zoe,dana,rep,,\nmax,Max,,max,zoe,,,\n"
QUOTAS = b"person,period,amount\ndana,FY26-Q4,1000\nlee,FY26-Q4,500.50\n"
ANSWERS = b'{"deal": "D1", "answers": {"economic_buyer": "yes"}, "evidence": {"economic_buyer": "she said so"}}\n' * 3
MAP = b'[columns]\nid = "Id"\nname = "Name"\n[values.category]\n"*" = "pipeline"\n'


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The small company, in which whoever runs the tests is its ops lead; from a folder of one's own."""
    monkeypatch.setattr("salesops_tui.services.identity.login_name", lambda: "olga")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    company = Company(tmp_path / "store.db")
    company.time = datetime.now(UTC) - timedelta(days=3)
    company.claim("D1", amount=42_000, close=datetime.now(UTC).date().isoformat())
    company.claim("F1", amount=5_000, owner="sam", category="best_case", close=datetime.now(UTC).date().isoformat())
    folder = tmp_path / "a" / "b" / "c"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    yield company
    company.store.close()


def wholes(folder: Path) -> dict[str, tuple[bytes, list[str]]]:
    """The files that are damaged, with the command that takes each."""
    paths = [path for name in DIALECTS for path in sorted((fixtures_dir() / name).glob("*.csv"))]
    found = {f"{path.parent.name}-{path.name}": (path.read_bytes(), ["import"]) for path in paths}
    book = folder / "whole.xlsx"
    write_workbook(book, sheet_xml([HEADER, ["D1", "Northwind", "lee", 1000, "6", "commit", "2026-12-01"]]))
    return found | {
        "people.csv": (PEOPLE, ["import-people"]),
        "quotas.csv": (QUOTAS, ["import-quotas"]),
        "rules.toml": (default_policy_text().encode(), ["policy", "check"]),
        "adopt.toml": (default_policy_text().encode(), ["policy", "adopt"]),
        "answers.jsonl": (ANSWERS, ["inspect", "--from"]),
        "book.xlsx": (book.read_bytes(), ["import"]),
    }


def test_fuzzed_command_lines(company: Company) -> None:
    draw, known = random.Random(SEED), every_command()
    for number in range(MANY):
        line = command_line(draw, known, company.path)
        given = draw.choice((b"", ANSWERS, PEOPLE, draw.randbytes(100)))
        run_here(line, given).check(line)
        if number % OF == 0 or number < AT_LEAST_APART:
            run_apart(line, Path.cwd(), given).check(line)
    assert verify_store(company.context).problems == []


def test_fuzzed_files(company: Company, tmp_path: Path) -> None:
    draw, files = random.Random(SEED), wholes(tmp_path)
    names = sorted(files)
    for number in range(MANY):
        name = names[number % len(names)]
        whole, command = files[name]
        file = tmp_path / f"fuzz-{name}"
        file.write_bytes(damaged(draw, whole))
        options = ["--dry-run"] if command[0].startswith("import") and draw.random() < 0.6 else []
        if command == ["import"]:
            options += draw.choice(([], ["--full", "--yes"], ["--strict"], ["--source", f"s{number % 3}"]))
        line = ["--store", str(company.path), *command, str(file), *options]
        if draw.random() < 0.1 and command == ["import"]:
            map_file = tmp_path / "fuzz.map"
            map_file.write_bytes(damaged(draw, MAP))
            line += ["--map", str(map_file)]
        run_here(line).check(line)
        if number % OF == OF - 1:
            run_apart(line, Path.cwd()).check(line)
    company.context.forget_people()
    assert verify_store(company.context).problems == []
