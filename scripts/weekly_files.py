#!/usr/bin/env python3
"""Half a year of weekly imports of a public pipeline, and whether every week's movement closes and meets the files.

    python scripts/weekly_files.py PATH/TO/opportunities.csv [--weeks 26] [--keep FOLDER]

The file is the one of the public repository Olga-lab1/sales-pipeline-forecasting (MIT): one row a deal, as it was at
the end. From its own dates (created, closed, the stage at which it was lost, whether the close date was pushed) this
script builds what a full export would have held on each Sunday, and labels in the column `derived` what it had to make
up: the stage of a deal that was still open, and the close date before it was pushed. Teams are made up too.

Each file goes through `salesops import --full --as-of`, then `salesops movement` is asked for the week: of everybody
and of both teams, for every quarter in sight. The residual must be 0.00, and both ends must be what the two files say,
added up here. Not part of the tests: it needs a file that is not ours, and takes some minutes.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

STAGES = ("Prospecting", "Qualification", "Proposal", "Negotiation")
COMMIT, WON = STAGES[-1], "Closed Won"
TEAMS = ("first", "second")
PUSHED_BY = timedelta(days=45)
MAP = Path(__file__).parent.parent / "docs" / "maps" / "saas-pipeline.toml"
Row = dict[str, str]


@dataclass(frozen=True)
class Deal:
    """A row of the public file, with its dates read."""

    row: Row
    created: date
    closes: date
    closed: bool

    @classmethod
    def read(cls, row: Row) -> Deal:
        """Read the dates of a row."""
        dates = (date.fromisoformat(row[name]) for name in ("created_date", "close_date"))
        return cls(row, *dates, row["is_closed"] == "True")

    def on(self, day: date, last: date) -> Row | None:
        """Return the row that a full export of a day would have held; None before the deal was made."""
        if day < self.created:
            return None
        if self.closed and self.closes <= day:
            return self.row | {"derived": ""}
        # An open deal at the end of the file stands at a stage that we know; a closed one came as far as it was lost.
        until = self.closes if self.closed else last
        reached = self.row["lost_at_stage"] or (COMMIT if self.closed else self.row["stage"])
        steps = STAGES.index(reached) + 1
        walked = (day - self.created).days / max(1, (until - self.created).days)
        stage = STAGES[min(steps - 1, int(walked * steps))]
        row = self.row | {
            "stage": stage,
            "is_won": "False",
            "is_closed": "False",
            "loss_reason": "",
            "derived": "stage",
        }
        if self.row["close_date_pushed"] == "True" and walked < 7 / 8:
            row |= {"close_date": (self.closes - PUSHED_BY).isoformat(), "derived": "stage close_date"}
        return row


@dataclass(frozen=True)
class Snapshot:
    """One weekly file: what it holds, and who reports to whom on its day."""

    day: date
    rows: list[Row]
    manager_of: dict[str, str]

    def sum(self, stage: str, quarter: tuple[date, date], team: str | None) -> Decimal:
        """Add up the amounts of a stage that close in a quarter and are owned in a team (None: by anybody)."""
        first, last = quarter[0].isoformat(), quarter[1].isoformat()
        return sum(
            (
                Decimal(row["amount"])
                for row in self.rows
                if row["stage"] == stage
                and first <= row["close_date"] <= last
                and team in (None, self.manager_of[row["owner"]])
            ),
            Decimal(0),
        )


class Program:
    """The program under test, on a store of its own."""

    def __init__(self, store: Path) -> None:
        self.command = [sys.executable, "-m", "salesops_tui", "--store", str(store)]

    def run(self, *arguments: str) -> str:
        """Run a command and return what it printed."""
        done = subprocess.run([*self.command, *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"salesops {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def movement(self, start: date, end: date, quarter: str, team: str | None) -> dict[str, Any]:
        """Return the movement between the ends of two days."""
        asked = ["--from", start.isoformat(), "--to", end.isoformat(), "--period", quarter]
        said = self.run("movement", *asked, "--scope", team or "everybody", "--format", "json")
        document: dict[str, Any] = json.loads(said)
        return document


def quarter_of(day: date) -> tuple[str, tuple[date, date]]:
    """Return a calendar quarter's name and its first and last day."""
    number = (day.month - 1) // 3
    first = date(day.year, 3 * number + 1, 1)
    after = date(day.year + (number == 3), (3 * number + 3) % 12 + 1, 1)
    return f"FY{day.year % 100}-Q{number + 1}", (first, after - timedelta(days=1))


def teams(owners: list[str], *, later: bool) -> dict[str, str]:
    """Return who reports to whom: two halves by name, of which two people change places at half-time."""
    swapped = {owners[0], owners[-1]} if later else set()
    return {owner: TEAMS[(n >= len(owners) // 2) ^ (owner in swapped)] for n, owner in enumerate(owners)}


def write(path: Path, rows: list[Row]) -> None:
    """Write rows as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def people_rows(manager_of: dict[str, str]) -> list[Row]:
    """Return the people file: two managers, and the owners of the deals under them."""
    managers = [{"id": key, "name": f"The {key} manager", "role": "manager", "manager": ""} for key in TEAMS]
    reps = [{"id": owner, "name": owner, "role": "rep", "manager": team} for owner, team in manager_of.items()]
    return managers + reps


def check(program: Program, before: Snapshot, after: Snapshot, causes: Counter[str]) -> list[str]:
    """Ask for the week's movements and return what is wrong with them."""
    wrong = []
    names = {quarter_of(day): None for day in (before.day, after.day, after.day + timedelta(days=60))}
    for name, quarter in names:
        for team in (None, *TEAMS):
            found = program.movement(before.day, after.day, name, team)
            pairs = {
                "residual": (found["residual"], Decimal(0)),
                "start": (found["start"], before.sum(COMMIT, quarter, team)),
                "end": (found["end"], after.sum(COMMIT, quarter, team)),
                "closed at the start": (found["closed"]["start"], before.sum(WON, quarter, team)),
                "closed at the end": (found["closed"]["end"], after.sum(WON, quarter, team)),
                "residual of closed": (found["closed"]["residual"], Decimal(0)),
            }
            wrong += [
                f"{after.day} {name} {team or 'everybody'}: {what} is {said}, the files say {own}"
                for what, (said, own) in pairs.items()
                if Decimal(said) != own
            ]
            causes.update({line["cause"]: line["deals"] for line in found["lines"]})
    return wrong


def main() -> int:
    """Build the files, import them week by week, and say what did not fit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("file", type=Path, help="the public file opportunities.csv")
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--keep", type=Path, help="keep the weekly files and the store in this folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return run(asked.file, asked.weeks, asked.keep or Path(folder))


def run(source: Path, weeks: int, folder: Path) -> int:
    """Do what the script is for, with its files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with source.open(newline="", encoding="utf-8") as file:
        deals = [Deal.read(row) for row in csv.DictReader(file)]
    owners = sorted({deal.row["owner"] for deal in deals})
    last = max(deal.created for deal in deals)
    sunday = last - timedelta(days=(last.weekday() + 1) % 7)
    program = Program(folder / "store.db")
    program.run("init")
    before: Snapshot | None = None
    wrong: list[str] = []
    causes: Counter[str] = Counter()
    for week in range(weeks + 1):
        day = sunday - timedelta(weeks=weeks - week)
        rows = [row for deal in deals if (row := deal.on(day, last))]
        after = Snapshot(day, rows, teams(owners, later=week > weeks // 2))
        people, export = folder / f"people-{day}.csv", folder / f"deals-{day}.csv"
        if before is None or before.manager_of != after.manager_of:
            write(people, people_rows(after.manager_of))
            program.run("import-people", str(people), "--as-of", day.isoformat())
        write(export, rows)
        program.run("import", str(export), "--full", "--yes", "--map", str(MAP), "--as-of", day.isoformat())
        if before:
            wrong += check(program, before, after, causes)
        before = after
        print(f"{day}: {len(rows)} deals, {len(wrong)} wrong so far", file=sys.stderr)
    print(f"{weeks} weeks, {len(deals)} deals; deals in lines: {dict(causes)}")
    print("\n".join(wrong) or "every residual is 0.00, and every end is what the files say")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
