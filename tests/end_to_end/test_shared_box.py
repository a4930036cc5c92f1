"""A shared box as docs/deploy.md sets one up, in both ways: users of the system, an sshd of root's, a real sudo.

The commands of that page are run as they stand there, on a machine of the test's own. What `pip install` does is done
from this tree, and the one thing that people are told to edit is edited.
"""

import fcntl
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from salesops_tui.domain.calendar import Calendar, to_day, to_moment
from tests.end_to_end.own_machine import ROOT, OwnMachine, own_machine
from tests.end_to_end.secure_shell import Server, needs_sshd
from tests.end_to_end.sitting import LONGEST, Sitting

pytestmark = needs_sshd

GROUP, WALL = "a group", "a wall"
STORE = "/srv/salesops/store.db"
START = {
    GROUP: f"umask 007; SALESOPS_STORE={STORE} salesops",
    WALL: "sudo -u salesops salesops-shared",
}
_AS_ROOT = f"/opt/salesops/bin/salesops --store {STORE}"
PEOPLE = """\
id,name,email,login,manager,role,region,segment
dana,Dana Ruiz,,dana,,ops,,
anna,Anna Berg,,anna,dana,manager,,
ben,Ben Holt,,ben,dana,ops,,
lee,Lee Park,,,anna,rep,,
sam,Sam Cole,,,ben,rep,,
"""
DEALS = """\
id,name,account,owner,amount,stage,category,close_date
D1,Sunrise,Account D1,lee,50000,6,commit,{close}
D2,Noon,Account D2,lee,30000,6,commit,{close}
D3,Dusk,Account D3,lee,20000,6,commit,{close}
F1,Nightfall,Account F1,sam,5000,6,commit,{close}
F2,Nightfall,Account F2,sam,5000,6,commit,soon
"""
BAND = re.compile(
    r"(Anna Berg|Ben Holt) has answered economic buyer: (yes|don't know); yours, (yes|don't know), was not"
)


class Box(NamedTuple):
    """The box: which of the two set-ups it is, and the numbers of its users."""

    kind: str
    machine: OwnMachine
    server: Server
    numbers: dict[str, int]

    def says(self, user: str, arguments: str, before: str = "") -> tuple[int, str]:
        """Run the program for a user as they would type it, `before` in front; return its code and what it said."""
        return self.server.run(user, f"{before}{START[self.kind]} {arguments}")

    def sit(self, user: str) -> Sitting:
        return Sitting(Path(STORE), columns=80, rows=24, command=self.server.command(user, START[self.kind]))


def commands(number: int) -> list[str]:
    """Return the lines of the page's code block of this number."""
    page = (ROOT / "docs" / "deploy.md").read_text()
    return re.findall(r"^```\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[number].splitlines()


@pytest.fixture(scope="module", params=[GROUP, WALL])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    machine = own_machine(*["sudo", "visudo"] if request.param == WALL else [])
    try:
        numbers = {name: machine.add_user(name) for name in ("dana", "anna", "ben", "eve")}
        server = Server(
            tmp_path_factory.mktemp("box"),
            there="/run/line",
            seen_as=machine.seen("/run/line"),
            before=machine.within(),
        )
        try:
            box = Box(request.param, machine, server, numbers)
            server.wait("dana")
            _set_up(box)
            yield box
        finally:
            server.stop()
    finally:
        machine.close()


def _set_up(box: Box) -> None:
    now = datetime.now(UTC)
    close = date.fromordinal(min(to_day(now.date()) + 10, Calendar().current_period(to_moment(now)).end))
    for name, text in (("people.csv", PEOPLE), ("deals.csv", DEALS.format(close=close))):
        box.machine.seen(f"/home/dana/{name}").write_text(text)
    if box.kind == WALL:
        lines = commands(0)
        pip = next(at for at, line in enumerate(lines) if line.startswith("python3 -m venv /opt/salesops && "))
        box.machine.run("\n".join([*lines[:pip], box.machine.installing(), *lines[pip + 1 :]]))
        first = commands(1)
        shown = next(at for at, line in enumerate(first) if "policy show > rules.toml" in line)
        first.insert(shown + 1, 'sed -i \'s/^unknown_login = "read"/unknown_login = "refuse"/\' rules.toml')
    else:
        box.machine.run("\n".join([box.machine.installing(), *commands(2)]))
        first = [f"{START[GROUP]} import-people people.csv", f"{START[GROUP]} import deals.csv"]
    box.machine.run("for user in anna ben eve; do usermod -aG sales $user; done")
    code, said = box.server.run("dana", "\n".join(first))
    assert "4 new, 1 changed" in said, said
    assert "4 new, 0 changed, 0 unchanged, 0 removed, 1 rejected" in said, said
    assert code == (0 if box.kind == WALL else 3), said
    box.machine.run(f"cp -p {STORE} /run/fresh.db")


@pytest.fixture
def box(built: Box) -> Iterator[Box]:
    """The box with a store that nobody has worked on."""
    yield built
    for number in built.numbers.values():
        for session in built.machine.sessions_of(number):
            os.kill(session, signal.SIGKILL)
    built.machine.run(f"rm -f {STORE}*; cp -p /run/fresh.db {STORE}")


# --- both set-ups


def test_two_people_at_one_deal_and_lines_that_are_cut(box: Box) -> None:
    with box.sit("anna") as anna, box.sit("ben") as ben:
        anna.see("Commit 100k", "Account D1", "Inspect")
        start, started = anna.now, anna.written
        ben.see("Commit 105k", "Account D1", "Inspect")
        anna.type("i")
        anna.see("1 of 3", "Account D1", "Economic buyer")
        _meet(anna, ben)
        _collide(box, anna, ben)
        anna.type(">")
        anna.see("Account D2", "Economic buyer", gone="Account D1")
        for done in ("✓ Economic", "✓ Paper"):
            anna.type("y")
            anna.see(done)
        anna.type("y")
        anna.see("Risk")
        keys = _typed(anna, "their counsel is out")
        anna.kill()  # the client: a laptop that is closed
        with box.sit("anna") as anna_again:
            anna_again.see("Account D2", "✓ Economic", "✓ Paper", "▸ Risk", "their counsel is out")
            anna_again.type("y")
            _typed(anna_again, "exec call")
            for session in box.machine.sessions_of(box.numbers["anna"]):
                os.kill(session, signal.SIGKILL)
            anna_again.wait(2)
            assert not anna_again.running
        with box.sit("anna") as last:
            last.see("Account D2", "✓ Economic", "✓ Paper", "▸ Risk", "their counsel is out", "exec call")
    assert box.says("dana", "verify")[0] == 0
    print(f"{box.kind}: start with the login {start * 1000:.0f} ms and {started:,} bytes; bytes a letter {keys}")


def _meet(anna: Sitting, ben: Sitting) -> None:
    """Let Ben come to the deal that Anna is at: each is told of the other."""
    ben.type("i")
    ben.see("Account D1", "Economic buyer")
    came = ben.now
    ben.see("Anna Berg is on", "this deal too")
    anna.see("Ben Holt is on", "this deal too")
    met = ben.now - came
    print(f"they saw each other within {met:.2f} s")
    assert met <= 2.0


def _collide(box: Box, anna: Sitting, ben: Sitting) -> None:
    """Let both answer the same question at once: one is told both values, and nothing of theirs was written."""
    with _nobody_writes(box) as waiting:
        ben.press("d")
        waiting(1, ben)
        anna.press("y")
        waiting(2, anna)
    end = anna.now + LONGEST
    found = None
    while not found:
        assert anna.now < end, f"{anna.screen}\n{ben.screen}"
        anna.wait_any(0.05)
        ben.wait_any(0.05)
        found = BAND.search(" ".join(anna.screen.split())) or BAND.search(" ".join(ben.screen.split()))
    first = {"yes": "Anna Berg", "don't know": "Ben Holt"}
    assert (found[1], {found[2], found[3]}) == (first[found[2]], {"yes", "don't know"})


@contextmanager
def _nobody_writes(box: Box) -> Iterator[Callable[[int, Sitting], None]]:
    """Hold the queue of writers; what is given waits until so many are in it."""
    lock = box.machine.seen(f"{STORE}-lock")
    with lock.open() as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        waiters = re.compile(rf"^\d+: +-> .*:{lock.stat().st_ino} ", re.MULTILINE)

        def waiting(many: int, person: Sitting) -> None:
            end = person.now + LONGEST
            while len(waiters.findall(Path("/proc/locks").read_text())) < many:
                assert person.now < end, f"nobody came to write:\n{person.screen}"
                person.wait_any(0.02)

        yield waiting


def _typed(person: Sitting, text: str) -> list[int]:
    """Type a text, and wait until it is on disk, half a second behind the keys at most; return each key's bytes."""
    keys = []
    for letter in text:
        before = person.written
        person.press(letter)
        person.wait_quiet()
        keys.append(person.written - before)
    person.see(text)
    person.wait(1.0)
    return sorted(keys)


@pytest.mark.parametrize("built", [GROUP], indirect=True)
def test_a_line_that_falls_silent_is_ended_by_the_server_and_the_call_goes_on(box: Box) -> None:
    """As the page has it set: a laptop that sleeps says no goodbye."""
    assert any(line.startswith("ClientAliveInterval ") for line in commands(3))
    with box.sit("anna") as asleep:
        asleep.see("Commit 100k", "Account D1")
        asleep.type("i")
        asleep.see("1 of 3", "Economic buyer")
        asleep.type("e")
        _typed(asleep, "the CFO")
        asleep.fall_silent()
        asleep.wait_until(lambda: not box.machine.sessions_of(box.numbers["anna"]))
        asleep.kill()
        with box.sit("anna") as awake:
            awake.see("Account D1", "▸ Economic buyer", "the CFO")


def test_everybody_is_who_the_system_says(box: Box) -> None:
    pretend = "export USER=ben LOGNAME=ben SUDO_USER=ben SALESOPS_USER=ben; "
    if box.kind == WALL:
        pretend += f"export SUDO_UID={box.numbers['ben']}; "
    code, said = box.says("anna", "doctor", pretend)
    assert (code, "Anna Berg (manager)" in said, "Ben" in said) == (0, True, False), said
    seen = box.says("anna", "deals --all", pretend)[1]
    assert "Sunrise" in seen
    assert "Nightfall" not in seen
    assert "Nightfall" in box.says("ben", "deals --all")[1]


def test_nothing_is_weak_in_what_the_page_says(box: Box) -> None:
    through = box.says("dana", "doctor")
    as_root = box.machine.run(f"{_AS_ROOT} doctor")
    assert through[0] == 0, through
    assert re.findall(r"^bad .*", through[1] + as_root, re.MULTILINE) == []
    told = "salesops holds the store for those who come through sudo" if box.kind == WALL else "can go past the program"
    assert told in through[1]


def test_a_stranger(box: Box) -> None:
    code, said = box.says("eve", "deals")
    if box.kind == WALL:
        assert (code, "Sunrise" in said) == (1, False), said
    else:
        assert (code, "Sunrise" in said) == (0, True), said
    assert box.says("eve", "inspect D1 --economic-buyer yes")[0] != 0


# --- behind the wall


behind_the_wall = pytest.mark.parametrize("built", [WALL], indirect=True)


@behind_the_wall
def test_one_command_is_all_that_sudo_offers(box: Box) -> None:
    offered = box.server.run("anna", "sudo -n -l")[1].partition("may run the following commands")[2]
    assert offered.splitlines()[1:] == ["    (salesops) NOPASSWD: /usr/local/bin/salesops-shared"]
    refused = (
        "/bin/sh",
        "-s",
        "/opt/salesops/bin/python -c pass",
        "SALESOPS_STORE=/tmp/x salesops-shared deals",
        "--preserve-env=PYTHONPATH salesops-shared deals",
        "-e /srv/salesops/store.db",
    )
    for other in refused:
        code, said = box.server.run("anna", f"export PYTHONPATH=/tmp; sudo -n -u salesops {other}")
        assert code == 1, said
        assert said.startswith("sudo: "), said


@behind_the_wall
def test_nobody_reads_or_replaces_the_store_past_the_program(box: Box) -> None:
    box.says("anna", "inspect D1 --answer economic_buyer=yes")
    for attempt in (f"cat {STORE}", f"salesops --store {STORE} deals", "ls /srv/salesops", f"cp deals.csv {STORE}"):
        code, said = box.server.run("anna", f"touch deals.csv; {attempt}")
        assert code != 0
        assert "Permission denied" in said or "no permission; ask its owner" in said, said
    assert box.machine.run("cd /srv/salesops; stat -c '%a %U' . *").split() == [
        "700",
        "salesops",
        *["600", "salesops"] * 2,
    ]


@behind_the_wall
@pytest.mark.parametrize("weak", ["/usr/local/bin/salesops-shared", "/opt/salesops/lib", "/opt/salesops/bin"])
def test_a_program_that_others_can_change_is_named(box: Box, weak: str) -> None:
    box.machine.run(f"chmod g+w {weak}; chgrp sales {weak}")
    try:
        through = "" if weak.endswith("shared") else box.says("dana", "doctor")[1]
        as_root = "" if not weak.endswith("shared") else box.machine.run(f"{_AS_ROOT} doctor || true")
    finally:
        box.machine.run(f"chmod g-w {weak}; chgrp root {weak}")
    assert f"{weak} can be changed by root:sales (0775)" in through + as_root


@behind_the_wall
def test_files_go_in_and_out_with_the_rights_of_the_caller(box: Box) -> None:
    shared = START[WALL]
    assert box.server.run("anna", f"{shared} export deals > mine.csv") == (0, "")
    mine = box.machine.seen("/home/anna/mine.csv")
    assert mine.stat().st_uid == box.numbers["anna"]
    assert ("Sunrise" in mine.read_text(), "Nightfall" in mine.read_text()) == (True, False)
    assert box.server.run("ben", f"{shared} import - < deals.csv")[0] == 1, "there is no such file of his"
    box.machine.run(
        "cp /home/dana/claims.csv /home/ben/deals.csv; chmod 600 /home/ben/deals.csv; chown ben /home/ben/*.csv"
    )
    code, said = box.server.run("ben", f"{shared} import - < deals.csv")
    assert (code, "4 unchanged" in said) == (0, True), said
    for refused in ("import - < /etc/shadow", "import - < /home/ben/deals.csv", "export deals > /etc/mine.csv"):
        code, said = box.server.run("anna", f"{shared} {refused}")
        assert (code, "Permission denied" in said) == (1, True), said
    for named in ("import /etc/shadow", "import /home/ben/deals.csv", "export deals --out /tmp/mine.csv"):
        code, said = box.server.run("ben", f"{shared} {named}")
        assert (code, "no file is opened here for you" in said) == (1, True), said


@behind_the_wall
def test_what_the_page_had_the_ops_lead_write_is_theirs(box: Box) -> None:
    home = box.machine.seen("/home/dana")
    assert "F2" in (home / "rejected.csv").read_text()
    assert (home / "store-copy.db").read_bytes().startswith(b"SQLite format 3")
    for name in ("rejected.csv", "claims.csv", "rules.toml", "store-copy.db"):
        assert (home / name).stat().st_uid == box.numbers["dana"], name
