"""Writers take turns in the order in which they came, whoever runs, dies or has been here before."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from salesops_tui.errors import StoreProblem
from salesops_tui.store import turns
from salesops_tui.store.connection import create_store, open_store
from salesops_tui.store.turns import Turns

WAITS = """
import sys, time
from pathlib import Path
from salesops_tui.store.turns import Turns
with Turns(Path(sys.argv[1])).turn():
    print("in", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "store.db").touch()
    return tmp_path / "store.db"


def turn(store: Path) -> AbstractContextManager[None]:
    """A turn of somebody who has the store open for themselves."""
    return Turns(store).turn()


def drawn(store: Path) -> int:
    """How many numbers have been drawn."""
    lock = store.with_name("store.db-lock")
    return lock.stat().st_size if lock.exists() else 0


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


def writer(store: Path, name: object, order: list[object]) -> threading.Thread:
    """Start somebody who wants to write, and return once they are in line."""
    before = drawn(store)

    def take() -> None:
        with turn(store):
            order.append(name)

    thread = threading.Thread(target=take)
    thread.start()
    until(lambda: drawn(store) > before)
    return thread


def process(store: Path) -> subprocess.Popen[bytes]:
    """Start another process that writes for longer than a test lasts."""
    return subprocess.Popen([sys.executable, "-c", WAITS, str(store), "60"], stdout=subprocess.PIPE)


def test_who_came_first_writes_first(store: Path) -> None:
    order: list[object] = []
    with turn(store):
        waiting = [writer(store, number, order) for number in range(12)]
        assert order == []
    for thread in waiting:
        thread.join(20)
    assert order == list(range(12))


def test_who_has_just_written_does_not_push_in(store: Path) -> None:
    own = Turns(store)
    for _ in range(30):
        order: list[object] = []
        with own.turn():
            other = writer(store, "other", order)
        with own.turn():
            order.append("again")
        other.join(20)
        assert order == ["other", "again"]


def test_who_dies_in_the_line_holds_nobody_up_and_lets_nobody_in(store: Path) -> None:
    order: list[object] = []
    with turn(store), process(store) as dies:
        until(lambda: drawn(store) == 2)
        behind = writer(store, "behind", order)
        dies.kill()
        said, _ = dies.communicate(timeout=20)
        time.sleep(0.05)
        assert (said, order) == (b"", []), "the one before is gone, but somebody writes"
    behind.join(20)
    assert order == ["behind"]


def test_who_dies_while_writing_lets_the_next_one_in(store: Path) -> None:
    order: list[object] = []
    with process(store) as dies:
        assert dies.stdout
        assert dies.stdout.readline() == b"in\n"
        behind = writer(store, "behind", order)
        dies.kill()
    behind.join(20)
    assert order == ["behind"]


def test_nobody_waits_for_ever_for_who_has_been_stopped(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.3)
    with process(store) as stopped:
        assert stopped.stdout
        assert stopped.stdout.readline() == b"in\n"
        stopped.send_signal(signal.SIGSTOP)
        with pytest.raises(StoreProblem, match="writing for too long; try again, nothing was written"), turn(store):
            pass
        stopped.kill()
    with turn(store):
        time.sleep(0.4)  # the patience is for waiting, not for writing


def test_what_can_go_without_waits_for_less(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "SHORT_PATIENCE", 0.1)
    create_store(store.with_name("other.db")).close()
    with open_store(store.with_name("other.db")) as opened, process(opened.path) as stuck:
        assert stuck.stdout
        assert stuck.stdout.readline() == b"in\n"
        with pytest.raises(StoreProblem, match="writing for too long"), opened.write(durable=False):
            pass
        stuck.kill()


def test_ctrl_z_waits_for_the_end_of_a_turn(store: Path) -> None:
    until_told = WAITS.replace("time.sleep(float(sys.argv[2]))", "sys.stdin.read()")
    command = [sys.executable, "-c", until_told, str(store)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, process_group=0) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"in\n"
        process.send_signal(signal.SIGTSTP)
        process.stdin.close()
        try:
            with turn(store):
                pass
            _, status = os.waitpid(process.pid, os.WUNTRACED)
            assert os.WIFSTOPPED(status), "and then it stops"
        finally:
            process.kill()


def test_a_terminal_that_stops_what_runs_behind_stops_nobody_in_a_turn(store: Path) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with turn(store):
        assert {signal.SIGTTOU, signal.SIGTTIN, signal.SIGTSTP} <= signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_ctrl_z_in_the_line_holds_nobody_up(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 5.0)
    writes = process(store)
    assert writes.stdout
    assert writes.stdout.readline() == b"in\n"
    waits = subprocess.Popen([sys.executable, "-c", WAITS, str(store), "0"], stdout=subprocess.PIPE, process_group=0)
    with writes, waits:
        try:
            until(lambda: drawn(store) == 2)
            waits.send_signal(signal.SIGTSTP)
            writes.kill()
            with turn(store):
                pass
            _, status = os.waitpid(waits.pid, os.WUNTRACED)
            assert os.WIFSTOPPED(status), "and then it stops"
        finally:
            writes.kill()
            waits.kill()


def test_a_thread_does_not_wait_for_ever_either(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.3)
    said: list[str] = []

    def take() -> None:
        try:
            with turn(store):
                said.append("in")
        except StoreProblem as problem:
            said.append(str(problem))

    with turn(store):
        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        thread.join(10)
        assert said == [f"{store}: somebody else has been writing for too long; try again, nothing was written"]


def test_a_link_in_the_place_of_the_lock_leads_nowhere(store: Path) -> None:
    """In a folder of a group one member could lay it there, to a file of another."""
    private = store.with_name("private")
    private.write_text("kept\n")
    private.chmod(0o600)
    store.chmod(0o660)
    store.with_name("store.db-lock").symlink_to(private)
    with (
        pytest.raises(StoreProblem, match="is no plain file, so nobody can queue to write; remove it"),
        turn(store),
    ):
        pass
    assert (private.read_text(), private.stat().st_mode & 0o777) == ("kept\n", 0o600)


@pytest.mark.parametrize("kind", ["pipe", "folder", "second name", "link to nothing"])
def test_only_a_plain_file_is_a_lock(store: Path, kind: str) -> None:
    lock, other = store.with_name("store.db-lock"), store.with_name("other")
    if kind == "pipe":
        os.mkfifo(lock)
    elif kind == "folder":
        lock.mkdir()
    elif kind == "link to nothing":
        lock.symlink_to(other)
    else:
        other.write_text("kept\n")
        lock.hardlink_to(other)
    with pytest.raises(StoreProblem, match="is no plain file, so nobody can queue to write; remove it"), turn(store):
        pass
    assert (other.read_text() if other.exists() else "") == ("kept\n" if kind == "second name" else "")
    lock.rename(store.with_name("away"))
    with turn(store):
        pass


def test_whoever_was_started_deaf_to_the_alarm_does_not_wait_for_ever(store: Path) -> None:
    deaf = f"import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\n{WAITS}"
    deaf = deaf.replace("with Turns", "from salesops_tui.store import turns; turns.PATIENCE = 0.3\nwith Turns")
    with turn(store):
        waits = subprocess.Popen([sys.executable, "-c", deaf, str(store), "0"], stderr=subprocess.PIPE, text=True)
        try:
            assert "writing for too long" in waits.communicate(timeout=20)[1]
        finally:
            waits.kill()


def test_the_numbers_begin_again_and_take_no_room(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_NUMBERS", 4)
    order: list[object] = []
    with turn(store):
        first = [writer(store, number, order) for number in range(2)]
    for thread in first:
        thread.join(20)
    with turn(store):
        pass
    assert drawn(store) == 0
    with turn(store):
        second = [writer(store, number, order) for number in range(2, 4)]
    for thread in second:
        thread.join(20)
    assert order == [0, 1, 2, 3]
    assert store.with_name("store.db-lock").stat().st_blocks == 0


def test_without_such_locks_writers_still_exclude_each_other(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_WAIT_FOR_BYTE", None)
    inside = most = 0

    def take() -> None:
        nonlocal inside, most
        for _ in range(20):
            with turn(store):
                inside += 1
                most = max(most, inside)
                time.sleep(0.0005)
                inside -= 1

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most == 1
