"""Attempts to get out of the program, or into what it guards, by somebody who comes through sudo. None may succeed.

The same list with what was seen on a machine with a real sudo stands in docs/attempts.md.
"""

import os
import pty
import pwd
import resource
import select
import signal
import stat
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from tests.attempts.box import OPS, REP, Box, box
from tests.crm.workbooks import sheet_xml, write_workbook
from tests.opened import closed_later

__all__ = ["box"]

DEALS = "id,name,owner,amount,stage,category,close_date\nX1,New,sam,5,6,commit,2026-12-01\n"


def listing(box: Box) -> dict[str, bytes]:
    """What lies beside the store, as it is."""
    return {path.name: path.read_bytes() for path in box.folder.iterdir() if not path.name.endswith(("-shm", "-lock"))}


# --- reading what the account may read and the caller may not


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "/etc/shadow"],
        ["import", "/etc/passwd", "--dry-run"],
        ["import", "{store}"],
        ["import", "/proc/self/fd/0"],
        ["import", "/proc/self/fd/5"],
        ["import", "/dev/fd/3"],
        ["import", "/dev/stdin"],
        ["import", "/proc/self/environ"],
        ["import", "../../../../../../etc/shadow"],
        ["import", "-", "--map", "/etc/shadow"],
        ["import-people", "/etc/shadow"],
        ["import-quotas", "/etc/shadow"],
        ["policy", "check", "/etc/shadow"],
        ["policy", "adopt", "/etc/shadow"],
        ["inspect", "--from", "/etc/shadow"],
        ["inspect", "--from", "/root/.ssh/id_rsa"],
    ],
    ids=" ".join,
)
def test_no_file_is_read_by_name(box: Box, arguments: Sequence[str]) -> None:
    ended = box.run(*[a.replace("{store}", str(box.store)) for a in arguments], stdin=DEALS)
    assert ended.code == 1
    assert "root:" not in ended.out
    assert ended.out.startswith("salesops: ")
    assert len(ended.out.splitlines()) == 1, ended.out


def test_a_link_to_a_file_of_the_accounts_is_not_followed(box: Box, tmp_path: Path) -> None:
    link = Path("/tmp") / f"salesops-link-{os.getpid()}"
    link.symlink_to("/etc/shadow")
    try:
        ended = box.run("import", str(link))
    finally:
        link.unlink()
    assert (ended.code, "root:" in ended.out) == (1, False)


# --- writing where the caller may not


@pytest.mark.parametrize(
    "arguments",
    [
        ["export", "deals", "--all", "--out", "/tmp/salesops-out.csv"],
        ["export", "deals", "--all", "--out", "{folder}/x.csv"],
        ["export", "deals", "--all", "--out", "{store}", "--overwrite", "--format", "csv"],
        ["export", "deals", "--all", "--out", "{store}-wal", "--overwrite", "--format", "csv"],
        ["export", "crm-changes", "--out", "/tmp/salesops-out.csv"],
        ["export", "movement", "--from", "week", "--out", "/tmp/salesops-out.md"],
        ["backup", "/tmp/salesops-out.db"],
        ["backup", "{folder}/copy.db"],
        ["backup", "{store}"],
        ["restore", "/tmp/salesops-out.db"],
        ["init"],
        ["demo", "--build-only"],
        ["share", "--nobody"],
        ["share", "--service-account", "daemon"],
    ],
    ids=" ".join,
)
def test_no_file_is_written_by_name(box: Box, arguments: Sequence[str]) -> None:
    before = listing(box)
    ended = box.run(*[a.replace("{store}", str(box.store)).replace("{folder}", str(box.folder)) for a in arguments])
    assert ended.code == 1, ended.out
    assert not list(Path("/tmp").glob("*salesops-out*"))
    assert {name: size for name, size in listing(box).items() if name != "store.db-wal"} == {
        name: size for name, size in before.items() if name != "store.db-wal"
    }


def test_rejected_rows_leave_no_file(box: Box) -> None:
    left = set(Path("/tmp").glob("*rejects*"))
    ended = box.run("import", "-", stdin=DEALS.replace(",5,", ",five,"))
    assert ended.code == 3
    assert "line,reason,id" in ended.out, "they are on standard error"
    assert set(Path("/tmp").glob("*rejects*")) == left


def test_rejected_rows_cannot_command_the_terminal_they_are_shown_on(box: Box) -> None:
    """What the CRM holds in a name would set the clipboard or the title of whoever imports without `2> FILE`."""
    rows = DEALS.replace(",5,", ",five,").replace("New", "\x1b]52;c;ZXZpbA==\x07\x1b]0;owned\x07")
    master, terminal = pty.openpty()
    done = subprocess.run(
        box.command("import", "-"), input=rows.encode(), stdout=subprocess.DEVNULL, stderr=terminal,
        env=box.environment(OPS), timeout=60, check=False,
    )  # fmt: skip
    os.close(terminal)
    shown = os.read(master, 65536)
    os.close(master)
    assert done.returncode == 3
    assert b"52;c;ZXZpbA==" in shown
    assert b"\x1b]" not in shown
    assert b"\x07" not in shown


@pytest.mark.parametrize(
    "arguments", [["import"], ["import-people"], ["policy", "check"], ["inspect", "--from"], ["import", "-", "--map"]],
    ids=" ".join,
)  # fmt: skip
def test_not_even_whether_a_file_is_there_is_said(box: Box, arguments: Sequence[str]) -> None:
    """Nor what the store begins with, which the account has open already."""
    said = {
        box.run(*arguments, str(path), stdin=DEALS).out.replace(str(path), "FILE")
        for path in (box.store, box.folder / "nothing", box.folder, "/etc/shadow", "/dev/tty", "/proc/self/fd/0")
    }
    assert len(said) == 1, said


def _of_the_account() -> set[Path]:
    """The files that it could have left; folders are those of other tests that run beside this one."""
    found = (entry for folder in ("/tmp", "/var/tmp") for entry in os.scandir(folder))
    # What kind it is stands in the folder above: another test's may be gone by the time that one asks for more.
    return {Path(entry) for entry in found if entry.name.startswith("salesops-") and not entry.is_dir()}


def _copying(process: "subprocess.Popen[bytes]") -> bool:
    """Say whether what is given is being written to a file without a name."""
    with suppress(OSError):
        return any(str(file.readlink()).startswith("/tmp/") for file in Path(f"/proc/{process.pid}/fd").iterdir())
    return False


def test_who_may_not_bring_a_file_in_fills_no_disk(box: Box) -> None:
    """Standard input is copied before it is read; that of a rep must not be, however long it is."""
    read_end, write_end = os.pipe()
    process = subprocess.Popen(
        box.command("import", "-"), stdin=read_end, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=box.environment(REP),
    )  # fmt: skip
    os.close(read_end)
    try:
        assert process.wait(30) == 1, "it was refused while the line was still open"
    finally:
        os.close(write_end)
        process.kill()
        process.wait()


@pytest.mark.usefixtures("signals_as_usual")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_command_that_is_ended_leaves_nothing_of_what_it_was_given(box: Box, end: signal.Signals) -> None:
    before = _of_the_account()
    process = subprocess.Popen(
        box.command("import", "-"), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env=box.environment(OPS),
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(b"x" * 3_000_000)
    process.stdin.flush()
    late = time.monotonic() + 30
    while not _copying(process):
        assert time.monotonic() < late
        time.sleep(0.05)
    assert _of_the_account() <= before, "it is nowhere while it is copied"
    process.send_signal(end)
    _, said = process.communicate(timeout=30)
    assert said.strip() == (b"" if end is signal.SIGKILL else b"salesops: stopped; nothing half-done was left")
    assert _of_the_account() <= before


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_given_is_read_behind_the_wall_whatever_it_is(box: Box, tmp_path: Path, kind: str) -> None:
    rows = [("id", "name", "owner", "amount", "stage", "category", "close_date")]
    rows.append(("N1", "New", "sam", "1000", "6", "commit", "2026-12-18"))
    file = tmp_path / "given"
    if kind == "xlsx":
        write_workbook(file, sheet_xml(rows))
    else:
        file.write_text("\n".join(map(",".join, rows)), encoding="utf-16")
    for options in (["--dry-run"], []):
        ended = box.run("import", "-", *options, stdin=file.read_bytes())
        assert (ended.code, "1 rows: 1 new" in ended.out) == (0, True), ended.out


def test_a_workbook_that_is_refused_half_read_is_refused_for_what_it_is(box: Box, tmp_path: Path) -> None:
    """Its reader is waiting to go on then, and has to be ended: the one process that may be."""
    rows = [("what", "ever"), *((f"text {number} " * 5, "x" * 50) for number in range(20_000))]
    file = write_workbook(tmp_path / "given", sheet_xml(rows))
    ended = box.run("import", "-", stdin=file.read_bytes())
    assert ended.code == 1
    assert "column" in ended.out, ended.out
    assert "no other program" not in ended.out


# --- another store, or the same one by another way


@pytest.mark.parametrize("arguments", [["--store", "{other}", "people"], ["--store={other}", "people"]])
def test_no_other_store_can_be_named(box: Box, tmp_path: Path, arguments: Sequence[str]) -> None:
    ended = box.run(*[a.replace("{other}", str(tmp_path / "x.db")) for a in arguments])
    assert (ended.code, "named twice" in ended.out) == (2, True)


def test_where_the_rule_names_no_store_none_is_opened(box: Box) -> None:
    ended = box.run("people", store=False, env={"SALESOPS_STORE": str(box.store), "HOME": str(box.folder)})
    assert (ended.code, "no store is named" in ended.out) == (1, True)


def test_a_store_of_the_callers_own_is_not_taken(box: Box) -> None:
    mine = box.folder / "mine.db"
    mine.write_bytes(box.store.read_bytes())
    os.chown(mine, os.getuid(), -1)
    mine.chmod(0o666)
    ended = box.run("--store", str(mine), "people", store=False)
    assert (ended.code, "User" in ended.out) == (1, False), ended.out


def test_the_store_is_named_through_a_link_of_the_callers(box: Box) -> None:
    link = Path("/tmp") / f"salesops-store-{os.getpid()}.db"
    link.symlink_to(box.store)
    try:
        ended = box.run("--store", str(link), "deal", "F1", store=False, who=REP)
    finally:
        link.unlink()
    assert "Nightfall" not in ended.out


# --- being somebody else


@pytest.mark.parametrize("name", ["SUDO_USER", "LOGNAME", "USER", "USERNAME", "SALESOPS_LOGIN"])
def test_a_variable_makes_nobody_somebody_else(box: Box, name: str) -> None:
    env = {name: pwd.getpwuid(OPS).pw_name}
    assert "User 2 (rep)" in box.run("doctor", who=REP, env=env).out


@pytest.mark.parametrize("number", ["1x", "-1", "0x1", " 1", "1\n", "99999999999", "²", ""])
def test_a_strange_number_of_a_caller_is_nobody(box: Box, number: str) -> None:
    ended = box.run("doctor", who=None, env={"SUDO_UID": number})
    assert "User 1" not in ended.out


def test_sudo_uid_outside_the_account_counts_for_nothing(tmp_path: Path) -> None:
    from salesops_tui.services import identity
    from tests.company import Company

    company = Company(tmp_path / "store.db")
    company.hire(pwd.getpwuid(OPS).pw_name, "User 1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SUDO_UID", str(OPS))
        person = identity.who_is_at_work(company.store)
    assert person is None or person.name != "User 1"


def test_what_is_not_theirs_stays_unseen_through_sudo(box: Box) -> None:
    assert "Nightfall" in box.run("deals", "--all").out
    for arguments in (["deals", "--all"], ["deal", "F1"], ["log"], ["export", "deals", "--all"], ["backup", "-"]):
        assert "Nightfall" not in box.run(*arguments, who=REP).out


# --- the environment


WEAKENING = {
    "PYTHONINSPECT": "1",
    "PYTHONSTARTUP": "{evil}",
    "PYTHONPATH": "{folder}",
    "PYTHONHOME": "{folder}",
    "PYTHONUSERBASE": "{folder}",
    "PYTHONBREAKPOINT": "os.system",
    "PYTHONWARNINGS": "error::evil.Evil",
    "PYTHONTZPATH": "{folder}",
    "PYTHONPLATLIBDIR": "{folder}",
    "PYTHONDUMPREFS": "1",
    "SALESOPS_STORE": "{folder}/other.db",
    "TEXTUAL_DRIVER": "evil:Driver",
    "TEXTUAL_LOG": "{folder}/textual.log",
    "TEXTUAL_DEBUG": "1",
    "TEXTUAL_SCREENSHOT_LOCATION": "{folder}",
    "XDG_DATA_HOME": "{folder}",
    "XDG_CONFIG_HOME": "{folder}",
    "HOME": "{folder}",
    "TMPDIR": "{folder}",
    "TMUX": "/tmp/tmux-0/default,1,0",
    "EDITOR": "{folder}/evil.sh",
    "VISUAL": "{folder}/evil.sh",
    "PAGER": "{folder}/evil.sh",
    "LESSOPEN": "|{folder}/evil.sh %s",
    "BROWSER": "{folder}/evil.sh",
    "PATH": "{folder}:/usr/bin:/bin",
    "COLUMNS": "1000000000",
    "LINES": "1000000000",
    "TZ": "{folder}/zone",
    "SSLKEYLOGFILE": "{folder}/keys",
    "SQLITE_TMPDIR": "{folder}",
    "LOCPATH": "{folder}",
}


@pytest.mark.parametrize("name", WEAKENING)
def test_no_variable_weakens_the_wall(box: Box, name: str) -> None:
    mark = box.folder / "marked"
    for file, text in (
        ("evil.py", f"open({str(mark)!r}, 'w')\nclass Evil(Warning): pass\n"),
        ("sitecustomize.py", f"open({str(mark)!r}, 'w')\n"),
        ("evil.sh", f"#!/bin/sh\ntouch {mark}\n"),
        ("tmux", f"#!/bin/sh\ntouch {mark}\n"),
    ):
        (box.folder / file).write_text(text)
        (box.folder / file).chmod(0o755)
    value = WEAKENING[name].replace("{folder}", str(box.folder)).replace("{evil}", str(box.folder / "evil.py"))
    before = set(box.folder.iterdir())
    ended = box.run("doctor", env={name: value})
    assert "User 1 (ops)" in ended.out
    assert not mark.exists()
    made = {path.name for path in set(box.folder.iterdir()) - before}
    assert made <= {"store.db-wal", "store.db-shm", "store.db-lock"}
    if name.startswith(("PYTHON", "TEXTUAL", "SALESOPS_STORE", "XDG", "TMUX", "EDITOR", "LESS")):
        assert name in ended.out, "doctor names what came through"


def test_without_an_isolated_interpreter_nothing_runs(box: Box) -> None:
    ended = box.run("people", isolated=False)
    assert (ended.code, "python -I" in ended.out) == (1, True)


# --- streams, limits and signals that a caller's shell sets


def close_streams() -> None:
    for number in (0, 1, 2):
        os.close(number)


def test_closed_streams_do_not_make_the_store_one(box: Box) -> None:
    before = box.store.read_bytes()
    box.run("deals", before=close_streams)
    assert box.store.read_bytes() == before
    assert "Sunrise" in box.run("deals", "--all").out


def full_output() -> None:
    os.dup2(os.open("/dev/full", os.O_WRONLY), 1)


def test_a_full_output_is_one_line(box: Box) -> None:
    ended = box.run("deals", before=full_output)
    assert ended.code == 1
    assert ended.out.splitlines() == ["salesops: standard output cannot be written: No space left on device"]


@pytest.mark.parametrize(
    ("limit", "value"),
    [(resource.RLIMIT_FSIZE, 512), (resource.RLIMIT_NOFILE, 24), (resource.RLIMIT_CORE, resource.RLIM_INFINITY)],
)
def test_a_limit_of_the_callers_shell_loses_nothing(box: Box, limit: int, value: int) -> None:
    def set_limit() -> None:
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))

    action = ["action", "add", "D1", "call them", "--owner", "dana", "--due", "+3"]
    box.run(*action, before=set_limit)
    ended = box.run("verify")
    assert "problems" not in ended.out, ended.out
    assert box.run(*action).code == 0, "it works again"


def test_the_callers_umask_opens_nothing(box: Box) -> None:
    box.run("action", "add", "D1", "call", "--owner", "dana", "--due", "+3", before=lambda: os.umask(0) and None)
    for path in box.folder.iterdir():
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


# --- what is typed and imported


def test_a_hostile_policy_is_one_line_and_changes_nothing(box: Box) -> None:
    for text in (
        "[questions]\nkey = \"__import__('os').system('id')\"",
        'name = "x"\n' + "[[a]]\n" * 10_000,
        "a." * 20_000 + "b = 1",
        "\x00\xff",
        'include = "/etc/shadow"',
    ):
        ended = box.run("policy", "adopt", "-", stdin=text)
        assert ended.code == 1
        assert "uid=" not in ended.out


def test_hostile_cells_are_text(box: Box) -> None:
    rows = "".join(
        f'H{n},"{text}",sam,1,6,commit,2026-12-01\n'
        for n, text in enumerate(("=cmd|'/C calc'!A0", "[/close]", "\x1b]52;c;x\x07", "$(id)", "`id`", "../../x"))
    )
    assert box.run("import", "-", stdin=DEALS.splitlines()[0] + "\n" + rows).code in (0, 3)
    shown = box.run("deals", "--all", "--format", "csv").out
    assert "\n=cmd" not in shown
    assert ",=cmd" not in shown
    assert "\x1b" not in box.run("deals", "--all").out


def test_huge_arguments_and_answers_are_refused(box: Box) -> None:
    ended = box.run(
        "inspect", "D1", "--answer", "risk_and_mitigation=yes", "--risk", "x" * 100_000, "--mitigation", "y"
    )
    assert (ended.code, "characters" in ended.out) == (2, True)
    line = '{"deal": "D1", "close_plan": "' + "x" * 60_000 + '"}\n'
    ended = box.run("inspect", "--from", "-", stdin=line)
    assert (ended.code, "characters" in ended.out) == (1, True), ended.out
    assert box.run("deals", "--filter", "x" * 100_000).code == 0


def test_a_planted_trigger_or_view_is_found(box: Box) -> None:
    import sqlite3

    conn = sqlite3.connect(box.store)
    conn.execute("CREATE TRIGGER planted AFTER INSERT ON answer BEGIN UPDATE person SET role = 'ops'; END")
    conn.execute("CREATE VIEW deals AS SELECT * FROM deal")
    conn.commit()
    conn.close()
    ended = box.run("verify")
    assert ended.code == 1
    assert "trigger planted" in ended.out
    assert "view deals" in ended.out


def test_a_clock_set_back_writes_nothing_into_the_past(tmp_path: Path) -> None:
    from tests.company import Company

    company = Company(tmp_path / "store.db")
    company.claim("D1")
    company.later(days=2).fail("D1", by="dana")
    company.later(days=-1).answer("D1", by="dana", economic_buyer="yes")
    rows = company.store.conn.execute("SELECT seq, json_extract(body, '$.recorded_at') FROM record").fetchall()
    assert [seq for seq, _ in rows] == sorted(seq for seq, _ in rows)
    from salesops_tui.services.verifying import verify_store

    assert verify_store(company.context).problems == []


# --- the screens


class Screens:
    """The screens on a terminal of the caller's, as the account."""

    def __init__(self, box: Box, who: int, **env: str) -> None:
        self.master, slave = pty.openpty()
        env = box.environment(who, {"TMUX": "/tmp/x,1,0", **env})
        self.process = subprocess.Popen(
            box.command(), stdin=slave, stdout=slave, stderr=slave, env=env, cwd="/", start_new_session=True
        )
        os.close(slave)
        self.seen = b""

    def until(self, text: str) -> None:
        """Wait until a text was printed."""
        end = time.monotonic() + 30
        while text.encode() not in self.seen:
            assert time.monotonic() < end, self.seen[-2000:].decode("utf-8", "replace")
            if select.select([self.master], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.master, 65536)
                except OSError:
                    break

    def press(self, keys: str) -> None:
        """Press keys."""
        self.seen = b""
        os.write(self.master, keys.encode())


def test_the_screens_open_no_file_and_no_program(box: Box) -> None:
    screens = Screens(box, OPS)
    try:
        screens.until("Inspect")
        screens.press("x")
        screens.until("No file is written")
        screens.press("q")
        assert screens.process.wait(20) == 0
    finally:
        screens.process.kill()
        screens.process.wait()
        os.close(screens.master)
    assert {path.name for path in box.folder.iterdir()} <= {"store.db", "store.db-wal", "store.db-shm", "store.db-lock"}


def test_behind_the_wall_a_session_is_seen_and_once_it_was_killed_no_longer(box: Box) -> None:
    from salesops_tui.services import desk
    from salesops_tui.services.context import Context
    from salesops_tui.store.connection import open_store

    screens = Screens(box, OPS)
    looks = Context(closed_later(open_store(box.store, read_only=True)), None)
    try:
        screens.until("Inspect")
        screens.press("i")
        screens.until("Nightfall")
        end = time.monotonic() + 20
        while not desk.companions(looks, 2, looks.now()):
            assert time.monotonic() < end, "it came to the deal F1"
            time.sleep(0.05)
    finally:
        screens.process.kill()
        screens.process.wait()
        os.close(screens.master)
    assert desk.companions(looks, 2, looks.now()) == ()
    looks.store.close()


def test_the_key_for_an_import_says_the_command_that_brings_a_file_in(box: Box) -> None:
    screens = Screens(box, OPS, SUDO_COMMAND="/usr/local/bin/deals --read-only")
    try:
        screens.until("Inspect")
        screens.press("I")
        screens.until("Your own shell opens the file")
        screens.until(f"sudo -u {pwd.getpwuid(box.account).pw_name} /usr/local/bin/deals import - < deals.csv")
        screens.press("c")
        screens.until("]52;c;")
        screens.press("qx")
        screens.until("/usr/local/bin/deals")
        screens.press("q")
        assert screens.process.wait(20) == 0
    finally:
        screens.process.kill()
        screens.process.wait()
        os.close(screens.master)
