"""Two people at real terminals: each sees within two seconds that the other has come, and that they were cut off."""

import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesops_tui.services import desk
from salesops_tui.services.context import Context
from salesops_tui.services.identity import login_name
from salesops_tui.store.connection import open_store
from tests.company import Company
from tests.end_to_end.sitting import Sitting
from tests.opened import closed_later

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="locks of an open file are Linux's")

SECONDS = 2.0
SLACK = 1.5
"""For a machine on which much else runs."""


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Two Commit deals; whoever runs the tests is Dana."""
    company = Company(tmp_path / "store.db")
    company.time = datetime.now(UTC)
    for key in ("D1", "D2"):
        company.claim(key, close=company.time.date().isoformat(), account=f"Account {key}")
    with company.store.write() as conn:
        conn.execute("UPDATE person SET login = '' WHERE login = ?", (login_name(),))
        conn.execute("UPDATE person SET login = ? WHERE key = 'dana'", (login_name(),))
    company.store.close()
    return company


def until(seat: Sitting, text: str, *, there: bool) -> float:
    """Wait until a text stands on the screen, or no longer does; return the seconds that took."""
    began = seat.now
    while (text in seat.screen) is not there:
        assert seat.now < began + 20, seat.screen
        seat.wait_any(0.05)
    return seat.now - began


def test_who_is_killed_is_gone_for_others_and_goes_on_where_they_were(company: Company) -> None:
    store = closed_later(open_store(company.path, read_only=True))
    olga = Context(store, company.people["olga"], session="olga")
    with Sitting(company.path) as dana:
        dana.see("To ask", "Account D1")
        dana.type("i")
        dana.see("1 of 2", "Account D1")
        dana.type("y")
        dana.see("✓ Economic")
        dana.type("y", "y")
        dana.see("Mitigation")
        dana.type(*"their counsel")
        time.sleep(1.5)  # what is typed is kept a second later
        assert [c.name for c in desk.companions(olga, 1, olga.now())] == ["Dana Ruiz"]
        before = written(company.path)
        dana.kill()
    assert desk.companions(olga, 1, olga.now()) == ()
    assert written(company.path) == before, "who looks writes nothing"
    with Sitting(company.path) as dana:
        dana.see("broke off", "Account D1", "Mitigation", "their counsel")
        assert [c.question for c in desk.companions(olga, 1, olga.now())] == ["risk_and_mitigation"]
    olga.store.close()


def test_a_screen_shows_within_two_seconds_who_comes_and_who_was_killed(company: Company) -> None:
    with Sitting(company.path) as dana:
        dana.see("To ask", "Account D1")
        dana.type("i")
        dana.see("1 of 2", "Account D1")
        with olga_in_a_process_of_her_own(company.path) as olga:
            assert until(dana, "Olga Ops is on this deal too", there=True) < SECONDS + SLACK
            rows = presences(company.path)
            olga.kill()
            assert until(dana, "Olga Ops", there=False) < SECONDS + SLACK
            assert presences(company.path) == rows, "her place is kept for her"


def olga_in_a_process_of_her_own(store: Path) -> Sitting:
    code = (
        "import sys, time; from pathlib import Path; from salesops_tui.services import desk;"
        "from salesops_tui.services.context import Context; from salesops_tui.store.connection import open_store;"
        "from salesops_tui.store.people import person_by_key; store = open_store(Path(sys.argv[1]));"
        "context = Context(store, person_by_key(store.conn, 'olga'), session='olga');"
        "desk.be_here(context, 1, 'paper_process', None); time.sleep(60)"
    )
    return Sitting(store, command=[sys.executable, "-c", code, str(store)])


def presences(store: Path) -> list[tuple[object, ...]]:
    conn = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    try:
        return conn.execute("SELECT * FROM presence ORDER BY person").fetchall()
    finally:
        conn.close()


def written(store: Path) -> dict[str, tuple[int, int]]:
    files = (store, store.with_name(f"{store.name}-wal"), store.with_name(f"{store.name}-lock"))
    return {file.name: (file.stat().st_size, file.stat().st_mtime_ns) for file in files if file.exists()}
