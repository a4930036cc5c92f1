"""Imports as whole processes: two at once, killed in the middle, stopped by ctrl+c."""

from __future__ import annotations

import csv
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesops_tui.services.import_undo import list_imports
from salesops_tui.services.verifying import verify_store
from salesops_tui.store import record
from tests.company import Company

ROWS = 4_000
HEADER = ("id", "name", "owner", "amount", "stage", "category", "close_date")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    import os
    import pwd

    company = Company(tmp_path / "store.db")
    company.time = datetime.now(UTC)
    with company.store.write() as conn:
        login = pwd.getpwuid(os.geteuid()).pw_name
        change = company.context.change("people")
        conn.execute("UPDATE person SET login = ? WHERE key = 'olga'", (login,))
        record.write_record(conn, change, {"person": "olga"})
    return company


def write(path: Path, amount: int, rows: int = ROWS) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows((f"D{i}", f"Deal {i}", "lee", str(amount), "6", "commit", "2027-12-11") for i in range(rows))
    return path


def started(company: Company, file: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "salesops_tui", "--store", str(company.path), "import", str(file), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def whole(company: Company) -> set[int]:
    """The amounts that the deals have now, in whole units; every deal is there, or none."""
    rows = company.store.conn.execute(
        "SELECT amount / 100, count(*) FROM deal_state WHERE valid_to = 9000000000000000000 GROUP BY 1"
    ).fetchall()
    assert sum(count for _, count in rows) in (0, ROWS)
    assert all(count == ROWS for _, count in rows)
    assert company.store.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return {amount for amount, _ in rows}


def test_two_at_once_are_both_taken_and_the_later_written_rules(company: Company, tmp_path: Path) -> None:
    both = [started(company, write(tmp_path / f"{n}.csv", n)) for n in (1, 2)]
    for process in both:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, ""), out
    newest, oldest = list_imports(company.context)
    assert newest.as_of > oldest.as_of
    assert whole(company) == {int(Path(newest.file).stem)}
    assert verify_store(company.context).problems == []


def test_killed_at_any_moment_it_was_or_was_not(company: Company, tmp_path: Path) -> None:
    draw = random.Random(11)
    before: set[int] = set()
    for number in range(1, 6):
        process = started(company, write(tmp_path / "deals.csv", number))
        time.sleep(draw.uniform(0.1, 1.2))
        process.kill()
        process.communicate(timeout=60)
        after = whole(company)
        assert after in (before, {number})
        before = after
    assert verify_store(company.context).problems == []
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".rejects")] == []


@pytest.fixture
def _heard() -> Iterator[None]:
    """What is started in the background of a script is deaf to ctrl+c, and so is all that it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_heard")
@pytest.mark.usefixtures("signals_as_usual")
def test_ctrl_c_is_one_line_and_leaves_nothing(company: Company, tmp_path: Path) -> None:
    file = write(tmp_path / "deals.csv", 1, rows=ROWS * 20)
    stopped = 0
    for wait in (0.05, 0.3, 0.6):
        process = started(company, file)
        _until_it_reads(process, file)
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        if process.returncode == 0:
            break  # a quick machine: it was done before
        stopped += 1
        assert (process.returncode, err.strip()) == (1, "salesops: stopped; nothing half-done was left")
        assert company.store.conn.execute("SELECT count(*) FROM deal").fetchone() == (0,)
    assert stopped


def _until_it_reads(process: subprocess.Popen[str], file: Path) -> None:
    """Wait until a process has opened a file: before that, it is Python that starts."""
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up and process.poll() is None:
        with suppress(OSError):
            if any(link.readlink() == file for link in Path(f"/proc/{process.pid}/fd").iterdir()):
                return
        time.sleep(0.005)
