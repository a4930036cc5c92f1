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

from salesops_tui.services.verifying import verify_store
from salesops_tui.store import calls as store_calls
from tests.company import Company

KILLS = int(os.environ.get("SALESOPS_KILLS", "10"))
DEALS = 8

WORKER = """
import sys
from pathlib import Path
from salesops_tui.domain.inspection import AnswerDraft, AnswerValue
from salesops_tui.services.context import Context
from salesops_tui.services.inspecting import AnswerRequest, give_answers
from salesops_tui.store.connection import open_store
from salesops_tui.store.people import person_by_key

store = open_store(Path(sys.argv[1]))
context = Context(store, person_by_key(store.conn, "dana"))
turn = int(sys.argv[2])
print("ready", flush=True)
while True:
    for deal in range({deals}):
        for question in ("economic_buyer", "paper_process"):
            turn += 1
            text = f"said {{turn}}"
            draft = AnswerDraft(question, AnswerValue.YES if turn % 3 else AnswerValue.NO, evidence=text)
            give_answers(context, AnswerRequest(f"D{{deal}}", [draft]))
            print(f"given D{{deal}} {{question}} {{turn}}", flush=True)
"""


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    company = Company(tmp_path / "store.db")
    company.time = datetime.now(UTC)
    for number in range(DEALS):
        company.claim(f"D{number}", close=company.time.date().isoformat())
    company.context.store.close()
    acknowledged: dict[tuple[str, str], int] = {}
    chance = random.Random(7)
    for kill in range(KILLS):
        said = _work_until_killed(company.path, kill * 1_000_000, chance.uniform(0, 0.08))
        for line in said:
            _, deal, question, turn = line.split()
            acknowledged[deal, question] = int(turn)
        _look(company, acknowledged)
    assert acknowledged, "some answers were given before the kills"


def _work_until_killed(path: Path, turn: int, seconds: float) -> list[str]:
    code = WORKER.format(deals=DEALS)
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path), str(turn)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        return [line for line in process.stdout if line.startswith("given") and line.endswith("\n")]


def _look(company: Company, acknowledged: dict[tuple[str, str], int]) -> None:
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
    context.store.close()
