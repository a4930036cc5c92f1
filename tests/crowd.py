"""Many people at once on one store, each a process: what they were told, how long it took, what is there afterwards."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from salesops_tui.domain.calendar import system_clock
from salesops_tui.domain.people import Role
from salesops_tui.services.context import Context
from salesops_tui.services.import_request import ImportRequest
from salesops_tui.services.importing import import_deals
from salesops_tui.services.verifying import verify_store
from salesops_tui.store.connection import open_store
from tests.company import QUESTIONS, Company

_WORKER = """
import json, random, sys, time
from datetime import date, timedelta
from pathlib import Path
from salesops_tui.domain.calendar import to_day
from salesops_tui.domain.inspection import AnswerDraft, AnswerValue
from salesops_tui.services.context import Context
from salesops_tui.services.inspecting import AnswerRequest, give_answers
from salesops_tui.store.connection import open_store
from salesops_tui.store.people import person_by_key

path, person, deals, pace = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]), float(sys.argv[4])
store = open_store(path)
context = Context(store, person_by_key(store.conn, person), session=person)
context.prepare()  # as the screen does while a deal is looked at
yesterday = to_day(date.today() - timedelta(days=1))
extra = {
    "risk_and_mitigation": {"risk": "their counsel is out", "mitigation": "call booked"},
    "recent_meeting": {"met_day": yesterday},
}
print("ready", flush=True)
sys.stdin.readline()
# People do not press their keys in step.
start = time.perf_counter() + pace * random.Random(person).random()
for number, (deal, question) in enumerate((d, q) for d in deals for q in sys.argv[5].split(",")):
    if pace:
        time.sleep(max(0.0, start + number * pace - time.perf_counter()))
    draft = AnswerDraft(question, AnswerValue.YES, evidence=f"{person} on {deal}", **extra.get(question, {}))
    began = time.perf_counter()
    try:
        give_answers(context, AnswerRequest(deal, [draft]))
    except Exception as error:
        print(json.dumps({"deal": deal, "question": question, "error": repr(error)}), flush=True)
        continue
    took = 1000 * (time.perf_counter() - began)
    print(json.dumps({"deal": deal, "question": question, "ms": took}), flush=True)
sys.stdin.read()  # nobody goes home before all have finished: an answer is timed beside people at work
"""


@dataclass
class Outcome:
    """What a crowd was told.

    Attributes:
        times: milliseconds of each answer, until it was on disk.
        given: deal and question of every answer that was acknowledged.
        errors: whatever else anybody was told.
    """

    times: list[float] = field(default_factory=list)
    given: list[tuple[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def percentile(self, percent: float) -> float:
        """Return the time within which so many of the answers were given."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def build(path: Path, people: int, deals: int) -> None:
    """Make a store in which each of many managers has a rep with deals in Commit; its clock is the real one."""
    company = Company(path)
    company.time = datetime.now(UTC) - timedelta(hours=1)
    for number in range(people):
        company.hire(f"m{number}", f"Manager {number}", Role.MANAGER, "olga")
        company.hire(f"r{number}", f"Rep {number}", Role.REP, f"m{number}")
    file = path.with_suffix(".csv")
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "name", "owner", "amount", "stage", "category", "close_date"])
        close = company.time.date().isoformat()
        for number in range(people):
            for deal in range(deals):
                writer.writerow([f"D{number}-{deal}", f"Deal {deal}", f"r{number}", 100 + deal, "6", "commit", close])
    import_deals(company.context, ImportRequest(file))
    company.store.settle()
    company.store.close()


def work(path: Path, people: int, deals: int, pace: float = 0.0) -> Outcome:
    """Let everybody inspect their deals at once: at full speed, or one answer every `pace` seconds."""
    started = []
    for number in range(people):
        own = json.dumps([f"D{number}-{deal}" for deal in range(deals)])
        command = [sys.executable, "-c", _WORKER, str(path), f"m{number}", own, str(pace), ",".join(QUESTIONS)]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    outcome = Outcome()
    for process in started:
        said, _ = process.communicate()
        for line in said.splitlines():
            told = json.loads(line)
            if "error" in told:
                outcome.errors.append(told["error"])
            else:
                outcome.times.append(told["ms"])
                outcome.given.append((told["deal"], told["question"]))
    return outcome


def lost_or_doubled(path: Path, outcome: Outcome) -> list[str]:
    """Return in words what differs between what was acknowledged and what stands, and what `verify` finds."""
    with open_store(path) as store:
        rows = store.conn.execute(
            "SELECT d.key, a.question, count(*) FROM answer a JOIN inspection i ON i.id = a.inspection"
            " JOIN deal d ON d.id = i.deal GROUP BY d.key, a.question"
        ).fetchall()
        stands = {(key, question): count for key, question, count in rows}
        found = [
            f"{deal} {question} is not there" for deal, question in outcome.given if (deal, question) not in stands
        ]
        found += [f"{key} {count} times" for key, count in stands.items() if count != 1]
        if store.conn.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            found.append("the file is damaged")
        return found + verify_store(Context(store, None, system_clock)).problems
