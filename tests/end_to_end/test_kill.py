"""Killed at any moment: every answer that was acknowledged is there, nothing is half-done, and the record is whole.

`SALESOPS_KILLS` sets how often (10 by default; the long run takes 200).
"""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesops_tui.services.verifying import verify_store
from salesops_tui.store import calls as store_calls
from tests.company import Company

KILLS = int(os.environ.get("SALESOPS_KILLS", "10"))
DEALS = 8
AT_ONCE = 3
"""So many work on the same deals at once in the second test; one of them is killed each time."""

WORKER = """
import sys
from pathlib import Path
from salesops_tui.domain.inspection import AnswerDraft, AnswerValue
from salesops_tui.errors import Conflict
from salesops_tui.services.context import Context
from salesops_tui.services.inspecting import AnswerRequest, give_answers
from salesops_tui.store.connection import open_store
from salesops_tui.store.people import person_by_key

store = open_store(Path(sys.argv[1]))
context = Context(store, person_by_key(store.conn, sys.argv[3]))
turn = int(sys.argv[2])
print("ready", flush=True)
while True:
    for deal in range({deals}):
        for question in ("economic_buyer", "paper_process"):
            turn += 1
            text = f"said {{turn}}"
            draft = AnswerDraft(question, AnswerValue.YES if turn % 3 else AnswerValue.NO, evidence=text)
            try:
                give_answers(context, AnswerRequest(f"D{{deal}}", [draft]))
            except Conflict:
                continue  # somebody else has just answered otherwise: shown to a person, and here passed over
            print(f"given D{{deal}} {{question}} {{turn}}", flush=True)
"""


@pytest.fixture
def company(tmp_path: Path) -> Company:
    company = Company(tmp_path / "store.db")
    company.time = datetime.now(UTC)
    for number in range(DEALS):
        company.claim(f"D{number}", close=company.time.date().isoformat())
    company.context.store.close()
    return company


def test_what_was_acknowledged_survives_a_kill(company: Company) -> None:
    acknowledged: dict[tuple[str, str], int] = {}
    chance = random.Random(7)
    for kill in range(KILLS):
        worker = _worker(company.path, kill * 1_000_000, "dana")
        time.sleep(chance.uniform(0, 0.08))
        acknowledged |= {(deal, question): turn for deal, question, turn in _killed(worker)}
        _look(company, acknowledged)
    assert acknowledged, "some answers were given before the kills"


def test_a_kill_among_others_at_work_loses_nothing_of_anybodys(company: Company) -> None:
    chance = random.Random(11)
    workers = [_worker(company.path, number * 1_000_000, "dana") for number in range(AT_ONCE)]
    given: list[tuple[str, str, int]] = []
    try:
        for kill in range(KILLS):
            time.sleep(chance.uniform(0, 0.05))
            given += _killed(workers.pop(chance.randrange(AT_ONCE)))
            workers.append(_worker(company.path, (AT_ONCE + kill) * 1_000_000, "dana"))
    finally:
        for worker in workers:
            given += _killed(worker)
    stored = _look(company, {})
    assert [turn for _, _, turn in given if f"said {turn}" not in stored] == []
    assert len(given) > KILLS


def _worker(path: Path, turn: int, person: str) -> subprocess.Popen[str]:
    code = WORKER.format(deals=DEALS)
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path), str(turn), person], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _killed(process: subprocess.Popen[str]) -> list[tuple[str, str, int]]:
    """Kill a worker; return what it said was given: deal, question and turn."""
    process.send_signal(signal.SIGKILL)
    said, _ = process.communicate()
    lines = [line.split() for line in said.splitlines(keepends=True) if line.startswith("given") and line[-1] == "\n"]
    return [(deal, question, int(turn)) for _, deal, question, turn in lines]


def _look(company: Company, acknowledged: dict[tuple[str, str], int]) -> set[str]:
    """Check the store and what was acknowledged in it; return the evidence of every answer that was ever given."""
    context = company.acting_as("olga")
    conn = context.store.conn
    assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    problems, *_ = verify_store(context)
    assert problems == []
    for (deal, question), turn in acknowledged.items():
        number = int(conn.execute("SELECT id FROM deal WHERE key = ?", (deal,)).fetchone()[0])
        stands = [
            int(answers[question].evidence.removeprefix("said "))
            for i in store_calls.inspections_of_deal(conn, number)
            if question in (answers := store_calls.answers_of(conn, i.id))
        ]
        assert max(stands) >= turn, "the answer, or a later one that was not acknowledged any more"
    stored = {text for (text,) in conn.execute("SELECT evidence FROM answer")}
    context.store.close()
    return stored
