"""Over a line: two sessions at 80×24 through a real sshd on loopback, one cut off in the middle of an answer.

The server is Debian's openssh-server, started here on a free port with keys of its own as an ordinary user: where the
tests are root's, on a machine of the test's own, and where that cannot be had, as whoever runs them.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from salesops_tui.domain.calendar import to_day, to_moment
from salesops_tui.services.identity import login_name
from tests.company import Company
from tests.end_to_end.own_machine import own_machine
from tests.end_to_end.secure_shell import Server, needs_sshd, quoted, server_of_ours
from tests.end_to_end.sitting import Sitting

ROOT = Path(__file__).parents[2]
pytestmark = needs_sshd


class Line(NamedTuple):
    """A server, as whom it runs (their number and login), and how they run the program on a store."""

    server: Server
    number: int
    user: str
    program: Callable[[Path], str]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    folder = tmp_path_factory.mktemp("line")
    with ExitStack() as stack:
        try:
            line = _of_an_ordinary_user(folder, stack)
        except pytest.skip.Exception:
            line = _of_whoever_runs_the_tests(folder, stack)
        line.server.wait(line.user)
        assert Path(f"/proc/{line.server.process.pid}").stat().st_uid == line.number
        yield line


def _of_whoever_runs_the_tests(folder: Path, stack: ExitStack) -> Line:
    program = quoted("env", "LC_ALL=C.UTF-8", sys.executable, "-m", "salesops_tui")

    def run(store: Path) -> str:
        return f"cd {quoted(str(ROOT))} && exec {program} --store {quoted(str(store))}"

    return Line(server_of_ours(folder, stack), os.geteuid(), login_name(), run)


def _of_an_ordinary_user(folder: Path, stack: ExitStack) -> Line:
    machine = own_machine()
    stack.callback(machine.close)
    machine.run(machine.installing())
    number = machine.add_user("anna")
    home = machine.seen("/home/anna")
    (home / "line").mkdir()
    os.chown(home / "line", number, number)

    def run(store: Path) -> str:
        place = home / f"{store.parent.name}.db"
        if not place.exists():
            shutil.copy(store, place)
            os.chown(place, number, number)
        return f"exec env LC_ALL=C.UTF-8 salesops --store {quoted(place.name)}"

    before = machine.within("anna")
    server = Server(folder, there="/home/anna/line", seen_as=home / "line", before=before)
    stack.callback(server.stop)
    return Line(server, number, "anna", run)


@pytest.fixture
def store(line: Line, tmp_path: Path) -> Path:
    """Three Commit deals; whoever logs in is their manager, Dana."""
    now = datetime.now(UTC)
    company = Company(tmp_path / "store.db")
    company.time = now - timedelta(days=12)
    close = date.fromordinal(min(to_day(now.date()) + 10, company.context.calendar.current_period(to_moment(now)).end))
    for key, amount in (("D1", 50_000), ("D2", 30_000), ("D3", 20_000)):
        company.claim(key, amount=amount, close=close.isoformat(), account=f"Account {key}")
    with company.store.write() as conn:
        conn.execute("UPDATE person SET login = '' WHERE login = ?", (line.user,))
        conn.execute("UPDATE person SET login = ? WHERE key = 'dana'", (line.user,))
    company.store.settle()
    company.store.close()
    return company.path


def over(line: Line, store: Path) -> Sitting:
    return Sitting(store, columns=80, rows=24, command=line.server.command(line.user, line.program(store)))


def test_two_sessions_and_a_line_that_is_cut_in_the_middle_of_an_answer(line: Line, store: Path) -> None:
    with over(line, store) as second:
        second.see("Commit 100k", "Account D1", "To ask  3")
        with over(line, store) as first:
            first.see("Commit 100k", "Account D1", "Inspect")
            first.type("i")
            first.see("1 of 3", "Economic buyer")
            first.type("n")
            first.see("Moved to Best Case")
            second.see("Commit 50k", "Capped  1")
            first.type(">")
            first.see("Account D2", "Economic buyer", gone="Account D1")
            for done in ("✓ Economic", "✓ Paper"):
                first.type("y")
                first.see(done)
            first.type("y")
            first.see("Risk")
            first.type(*"their counsel is out")
            first.see("their counsel is out")
            time.sleep(1.0)  # what is typed reaches the disk at most half a second behind the keys
            first.kill()
        with over(line, store) as again:
            again.see("Account D2", "✓ Economic", "✓ Paper", "their counsel is out")
            again.type("\x1b")
        second.type("q")


def test_bytes_a_key_and_the_start_over_the_line(line: Line, store: Path) -> None:
    before_login = time.perf_counter()
    assert line.server.run(line.user, "true") == (0, "")
    login = time.perf_counter() - before_login
    with over(line, store) as person:
        person.see("Commit 100k", "Account D1", "Inspect")
        start, started = person.now, person.written
        person.wait_quiet(0.5)
        keys = []
        for key in ("down", "down", "up", "up", "down", "up"):
            before = person.written
            person.press(key)
            person.wait_quiet(0.4, 3.0)
            keys.append(person.written - before)
        person.type("q")
    print(
        f"start {start * 1000:.0f} ms and {started:,} bytes, a login {login * 1000:.0f} ms; bytes a key {sorted(keys)}"
    )
    assert 0 < sorted(keys)[len(keys) // 2] <= 500
