"""Over a line: two sessions at 80×24 through a real sshd on loopback, one cut off in the middle of an answer.

The server is Debian's openssh-server, started here on a free port as whoever runs the tests, with keys of its own.
"""

import getpass
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from salesops_tui.domain.calendar import to_day, to_moment
from salesops_tui.services.identity import login_name
from tests.company import Company
from tests.end_to_end.sitting import Sitting

ROOT = Path(__file__).parents[2]
SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
SEPARATION = Path("/run/sshd")
"""The folder without which a server of root's does not start; Debian's service makes it."""

pytestmark = pytest.mark.skipif(
    not (SSHD and shutil.which("ssh") and shutil.which("ssh-keygen")),
    reason="there is no sshd and ssh here (Debian: openssh-server, openssh-client)",
)

CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile {folder}/pid
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
PrintMotd no
"""


class Server:
    """A server that lets whoever runs the tests in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (folder / "config").write_text(CONFIG.format(port=self.port, folder=folder))
        assert SSHD
        self.log = folder / "log"
        command = [SSHD, "-D", "-f", str(folder / "config"), "-E", str(self.log)]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)

    def wait(self) -> None:
        """Wait until it takes connections, and see that it gives terminals: to us it can where /dev/pts is as usual."""
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2):
                break
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        tried = subprocess.run(self.command("--version"), stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if b"salesops" not in tried.stdout:
            said = self.log.read_text() if self.log.exists() else ""
            pytest.skip(f"sshd gives no terminal here: {said.strip()[-300:]}")

    def command(self, *arguments: str) -> list[str]:
        """Return how to run the program over the line, on a terminal there."""
        there = shlex.join([sys.executable, "-m", "salesops_tui", *arguments])
        options = ["BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"]
        return [
            "ssh", "-tt", "-F", "none", "-p", str(self.port), "-i", str(self.folder / "user"),
            *[part for option in options for part in ("-o", option)],
            f"{getpass.getuser()}@127.0.0.1", f"cd {shlex.quote(str(ROOT))} && exec env LC_ALL=C.UTF-8 {there}",
        ]  # fmt: skip


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = os.geteuid() == 0 and not SEPARATION.exists()
    if made:
        SEPARATION.mkdir(mode=0o755)
    folder = tmp_path / "sshd"
    folder.mkdir(mode=0o700)
    server = Server(folder)
    try:
        server.wait()
        yield server
    finally:
        server.process.terminate()
        server.process.wait(10)
        if made:
            SEPARATION.rmdir()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Three Commit deals; whoever runs the tests is their manager, Dana."""
    now = datetime.now(UTC)
    company = Company(tmp_path / "store.db")
    company.time = now - timedelta(days=12)
    close = date.fromordinal(min(to_day(now.date()) + 10, company.context.calendar.current_period(to_moment(now)).end))
    for key, amount in (("D1", 50_000), ("D2", 30_000), ("D3", 20_000)):
        company.claim(key, amount=amount, close=close.isoformat(), account=f"Account {key}")
    with company.store.write() as conn:
        conn.execute("UPDATE person SET login = '' WHERE login = ?", (login_name(),))
        conn.execute("UPDATE person SET login = ? WHERE key = 'dana'", (login_name(),))
    company.store.close()
    return company.path


def over(server: Server, store: Path) -> Sitting:
    return Sitting(store, columns=80, rows=24, command=server.command("--store", str(store)))


def test_two_sessions_and_a_line_that_is_cut_in_the_middle_of_an_answer(server: Server, store: Path) -> None:
    with over(server, store) as second:
        second.see("Commit 100k", "Account D1", "To ask  3")
        with over(server, store) as first:
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
        with over(server, store) as again:
            again.see("Account D2", "✓ Economic", "✓ Paper", "their counsel is out")
            again.type("\x1b")
        second.type("q")


def test_bytes_a_key_and_the_start_over_the_line(server: Server, store: Path) -> None:
    with over(server, store) as person:
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
    print(f"start with the login {start * 1000:.0f} ms and {started:,} bytes; bytes a key {sorted(keys)}")
    assert 0 < sorted(keys)[len(keys) // 2] <= 500
