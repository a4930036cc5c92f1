"""Whether a session is there follows from its lock: exactly, for other people as well, and with nothing written."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from salesops_tui.store import living
from salesops_tui.store.connection import Store, open_store
from tests.company import Company

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="locks of an open file are Linux's")

HOLDS = """
import sys
from pathlib import Path
from salesops_tui.store.connection import open_store
store = open_store(Path(sys.argv[1]))
store.living.hold("theirs")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    company = Company(tmp_path / "store.db")
    company.store.close()
    return company.path


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with open_store(path) as store:
        yield store


def holding(path: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, None])
def test_a_session_is_there_until_its_process_ends_however_it_ends(store: Store, path: Path, end: int | None) -> None:
    process = holding(path)
    assert store.living.holds("theirs") is True
    assert store.living.holds("somebody else's") is False
    if end is not None:
        process.send_signal(end)
    process.communicate()
    assert store.living.holds("theirs") is False


def test_who_was_killed_and_is_not_buried_is_gone(store: Store, path: Path) -> None:
    process = holding(path)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert store.living.holds("theirs") is False
    process.communicate()


def test_who_is_suspended_is_there(store: Store, path: Path) -> None:
    process = holding(path)
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)
    assert store.living.holds("theirs") is True
    process.kill()
    process.communicate()


def test_two_sessions_of_one_process_are_told_apart_and_end_by_themselves(store: Store, path: Path) -> None:
    with open_store(path) as one, open_store(path) as two:
        one.living.hold("one")
        two.living.hold("two")
        assert [store.living.holds(name) for name in ("one", "two")] == [True, True]
        one.close()
        assert [store.living.holds(name) for name in ("one", "two")] == [False, True]
    assert store.living.holds("two") is False


def test_it_outlives_writing_waiting_and_whatever_else_its_process_opens(store: Store, path: Path) -> None:
    lock = path.with_name("store.db-lock")
    with open_store(path) as here:
        here.living.hold("here")
        for _ in range(3):
            with here.write(), pytest.raises(RuntimeError), open_store(path) as inner, inner.reading():
                raise RuntimeError
        os.close(os.open(lock, os.O_RDWR))
        subprocess.run([sys.executable, "-c", "pass"], check=True, close_fds=False)
        assert store.living.holds("here") is True
    assert store.living.holds("here") is False


def test_a_child_that_stays_does_not_keep_a_session_alive(store: Store, path: Path) -> None:
    with open_store(path) as here:
        here.living.hold("here")
        child = subprocess.Popen(
            [sys.executable, "-c", "print(flush=True); input()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            close_fds=False,
        )
        assert child.stdout is not None
        child.stdout.readline()
    assert store.living.holds("here") is False
    child.communicate(b"\n")


def test_a_session_that_may_only_read_looks_and_writes_nothing(store: Store, path: Path) -> None:
    store.living.hold("here")
    lock = path.with_name("store.db-lock")
    before = {file: file.read_bytes() for file in path.parent.iterdir()}
    times = {file: file.stat().st_mtime_ns for file in path.parent.iterdir()}
    lock.chmod(0o440)
    with open_store(path, read_only=True) as reader:
        for _ in range(100):
            assert reader.living.holds("here") is True
            assert reader.living.holds("nobody") is False
    assert {file: file.read_bytes() for file in path.parent.iterdir()} == before
    assert {file: file.stat().st_mtime_ns for file in path.parent.iterdir()} == times


def test_a_store_that_nobody_has_written_to_has_no_sessions(store: Store, path: Path) -> None:
    path.with_name("store.db-lock").unlink()
    assert store.living.holds("theirs") is False
    store.living.hold("mine")
    assert not path.with_name("store.db-lock").exists(), "looking makes no files"


def test_by_whatever_name_a_store_is_opened_its_sessions_are_the_same(store: Store, path: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere.db"
    link.symlink_to(path)
    with open_store(link) as other:
        other.living.hold("other")
        assert store.living.holds("other") is True


def test_a_lock_file_put_in_the_place_of_the_first_is_where_the_next_place_is_held(store: Store, path: Path) -> None:
    lock = path.with_name("store.db-lock")
    with open_store(path) as other:
        other.living.hold("other")
        lock.rename(lock.with_name("away"))
        with store.write():
            pass
        assert store.living.holds("other") is False
        other.living.hold("other")
        assert store.living.holds("other") is True


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_where_the_file_may_not_be_read_nothing_is_known(store: Store, path: Path) -> None:
    path.with_name("store.db-lock").chmod(0)
    assert store.living.holds("theirs") is None


def test_where_there_are_no_such_locks_nothing_is_known(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(living, "_ASK", 0)
    monkeypatch.setattr(living, "_HOLD", 0)
    with open_store(path) as other:
        other.living.hold("other")
        assert store.living.holds("other") is None


@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_what_is_no_plain_file_in_the_place_of_the_lock_makes_nobody_wait(path: Path, kind: str) -> None:
    lock = path.with_name("store.db-lock")
    lock.unlink(missing_ok=True)
    os.mkfifo(lock) if kind == "pipe" else lock.symlink_to(path)
    asks = HOLDS.replace('print("held"', 'print(store.living.holds("mine")')
    command = [sys.executable, "-c", asks, str(path)]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout == "None\n"
