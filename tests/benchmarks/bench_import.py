"""Import of 100,000 deals as whole processes, against `sqlite-utils insert --csv` of the same file.

Ours checks every cell, matches owners, keeps history, rejects and the record; the yardstick only inserts.
`python -m tests.benchmarks import`, or alone: `python -m tests.benchmarks.bench_import` (fewer runs by default).
"""

import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from tests.benchmarks.figures import Figure, table
from tests.benchmarks.setting import Setting, installed

DEALS, PEOPLE = 100_000, 400
CHANGED = 20
"""Every so many deals, one has changed in the second file: 5 %."""

HEADER = (
    "id,name,account,owner,amount,currency,stage,category,close_date,created_date,status,next_step,next_step_date,"
    "last_meeting_date,economic_buyer,type,segment,term_months,close_date_confirmed,close_plan,requalified_on,"
    "loss_reason,competitor"
)
FIRST, AGAIN, MEMORY = 0.35, 0.25, 300.0


def run(setting: Setting) -> list[Figure]:
    """The figures of the budget."""
    runs = max(3, min(setting.runs, 5))
    with tempfile.TemporaryDirectory() as folder:
        return measured(Path(folder), setting.program, runs)


def measured(folder: Path, program: Sequence[str], runs: int) -> list[Figure]:
    people, deals, later = (folder / name for name in ("people.csv", "deals.csv", "later.csv"))
    write_people(people)
    write_deals(deals, changed=False)
    write_deals(later, changed=True)
    empty = folder / "empty.db"
    for arguments in (["init"], ["import-people", str(people)]):
        took([*program, "--store", str(empty), *arguments])
    ours, again, yardstick, memory = [], [], [], []
    for number in range(runs):
        store, plain = folder / f"ours-{number}.db", folder / f"plain-{number}.db"
        shutil.copyfile(empty, store)
        for file, samples in ((deals, ours), (later, again)):
            lasted, megabytes = took([*program, "--store", str(store), "import", str(file), "--format", "json"])
            samples.append(lasted)
            memory.append(megabytes)
        insert = [sys.executable, "-m", "sqlite_utils", "insert", str(plain), "deals", str(deals), "--csv"]
        yardstick.append(took(insert)[0])
        for made in folder.glob(f"*-{number}.db*"):
            made.unlink()
    return [
        Figure(f"import of {DEALS:,} deals", "s", ours, yardstick, most_ratio=FIRST),
        Figure("the same with 5 % changed", "s", again, yardstick, most_ratio=AGAIN),
        Figure("memory of an import", "MB", [max(memory)], most=MEMORY),
    ]


def took(command: Sequence[str]) -> tuple[float, float]:
    """Seconds from before a process is made to after it has ended, and its largest resident memory in megabytes."""
    with tempfile.TemporaryFile() as said:
        begun = perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        lasted = perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}: {said.read().decode()}")
    return lasted, usage.ru_maxrss / 1024


def write_people(path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "email", "manager"])
        for i in range(PEOPLE):
            boss = "" if i % 20 == 0 else f"p{i // 20 * 20}"
            writer.writerow([f"p{i}", f"Person No{i}", f"p{i}@example.com", boss])


def write_deals(path: Path, *, changed: bool) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER.split(","))
        writer.writerows(deal_rows(changed))


def deal_rows(changed: bool) -> Iterator[list[str]]:
    draw = random.Random(7)
    start = date(2026, 1, 1)
    for i in range(DEALS):
        amount = draw.randint(100_000, 20_000_000)
        close = start + timedelta(days=draw.randint(0, 700))
        stage, category = draw.randint(0, 6), draw.choice(["pipeline", "best_case", "commit"])
        if changed and i % CHANGED == 0:
            close, amount = close + timedelta(days=21), amount + 1
        yield [
            f"006{i:09d}AAA", f"Account {i % 9000} · Platform {i}", f"Account {i % 9000}", f"p{i % PEOPLE}",
            f"{amount // 100}.{amount % 100:02d}", "USD", str(stage), category, close.isoformat(),
            (start - timedelta(days=i % 300)).isoformat(), "open", draw.choice(["send the contract", "call", ""]),
            "2026-11-20", "2026-11-02", draw.choice(["Priya Rao", "Lee Park", ""]), "new business", "enterprise", "12",
            "", "", "", "", "",
        ]  # fmt: skip


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(Path(folder), installed(), int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    print(table(figures))
    return int(any(figure.within is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
