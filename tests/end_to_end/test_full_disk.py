"""A file system that fills up: a clear line, nothing lost, and work goes on once there is room.

Needs a small file system of its own, so it mounts one where it may (in a namespace of its own), else it is skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.company import Company

_WORK = """
import os, sys
from pathlib import Path
from salesops_tui.domain.inspection import AnswerDraft, AnswerValue
from salesops_tui.errors import StoreProblem
from salesops_tui.services.context import Context
from salesops_tui.services.inspecting import AnswerRequest, give_answers
from salesops_tui.services.verifying import verify_store
from salesops_tui.store.connection import open_store
from salesops_tui.store.people import person_by_key

folder = Path(sys.argv[1])
store = open_store(folder / "store.db")
context = Context(store, person_by_key(store.conn, "dana"))

def say(turn):
    value = AnswerValue.YES if turn % 2 else AnswerValue.NO
    draft = AnswerDraft("economic_buyer", value, evidence=f"said {turn} " + "x" * 300)
    give_answers(context, AnswerRequest(f"D{turn % 4}", [draft]))

given = []
filler = folder / "filler"
file = os.open(filler, os.O_WRONLY | os.O_CREAT)
try:
    while os.write(file, b"0" * 4096):
        pass
except OSError:
    os.close(file)
told = ""
for turn in range(20_000):
    try:
        say(turn)
    except StoreProblem as problem:
        told = str(problem)
        break
    given.append(turn)
print("told:", told)
assert "the disk is full" in told or "disk reported an error" in told, told
filler.unlink()
say(turn)
given.append(turn)
store.close()

store = open_store(folder / "store.db")
assert store.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
stored = {text.split()[1] for (text,) in store.conn.execute("SELECT evidence FROM answer")}
assert stored == {str(turn) for turn in given}, (len(stored), len(given))
problems = verify_store(Context(store, None)).problems
assert problems == [], problems
print("went on after", len(given))
"""


def test_a_disk_that_is_full_loses_nothing_and_work_goes_on(tmp_path: Path) -> None:
    company = Company(tmp_path / "store.db")
    company.time = datetime.now(UTC)
    for number in range(4):
        company.claim(f"D{number}", close=company.time.date().isoformat())
    company.store.settle()
    company.store.close()
    small = tmp_path / "small"
    small.mkdir()
    script = (
        f'mount -t tmpfs -o size=2m none "{small}" && cp "{company.path}" "{small}/store.db" '
        f'&& exec "{sys.executable}" -c "$WORK" "{small}"'
    )
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no unshare here, which gives a mount of one's own")
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    done = subprocess.run(
        [unshare, *user, "--mount", "sh", "-c", script],
        env={**os.environ, "WORK": _WORK},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "went on after" in done.stdout
