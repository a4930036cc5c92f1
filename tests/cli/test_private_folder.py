"""What needs a name for a moment: nothing of it stays, not even of a process that was killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from salesops_tui.cli.private_folder import private_folder
from tests.attempts.box import OPS, Box, box

__all__ = ["box"]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def number_of_nobody() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_a_folder_is_private_and_gone_afterwards(temporary: Path) -> None:
    with private_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "x").touch()
    assert list(temporary.iterdir()) == []


def test_what_the_dead_left_is_cleared_and_nothing_else(temporary: Path) -> None:
    nobody = number_of_nobody()
    left = temporary / f"salesops-{nobody}-abc"
    left.mkdir()
    (left / "backup.db").touch()
    kept = [
        temporary / name for name in (f"salesops-{os.getpid()}-abc", "salesops-x-1", "salesops-", f"other-{nobody}-a")
    ]
    for folder in kept:
        folder.mkdir()
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine").touch()
    kept += [elsewhere, temporary / f"salesops-{nobody}-link", temporary / f"salesops-{nobody}-file"]
    kept[-2].symlink_to(elsewhere)
    kept[-1].touch()
    with private_folder():
        pass
    assert sorted(temporary.iterdir()) == sorted(kept)
    assert (elsewhere / "mine").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="somebody else's folder can be made by root alone")
def test_what_is_of_somebody_else_is_left_alone(temporary: Path) -> None:
    left = temporary / f"salesops-{number_of_nobody()}-abc"
    left.mkdir()
    os.chown(left, 1, 1)
    with private_folder():
        pass
    assert left.exists()


def of_the_account() -> set[Path]:
    return set(Path("/tmp").glob("salesops-[0-9]*-*"))


def test_a_backup_that_was_killed_behind_the_wall_is_cleared_by_the_next(box: Box) -> None:
    before = of_the_account()
    reader, writer = os.pipe()
    process = subprocess.Popen(
        box.command("backup", "-"), stdout=writer, stderr=subprocess.DEVNULL, env=box.environment(OPS)
    )
    os.close(writer)
    end = time.monotonic() + 30
    while not (made := of_the_account() - before) and process.poll() is None:
        assert time.monotonic() < end
    process.send_signal(signal.SIGKILL)
    process.wait()
    os.close(reader)
    left = {folder for folder in made if folder.exists()} or {Path(f"/tmp/salesops-{process.pid}-left")}
    for folder in left:
        folder.mkdir(exist_ok=True)
        os.chown(folder, box.account, -1)
        (folder / "backup.db").touch()
    ended = box.run("backup", "-")
    assert ended.code == 0
    assert [folder for folder in left if folder.exists()] == []


def test_a_backup_has_no_name_while_a_slow_reader_takes_it(box: Box) -> None:
    before = of_the_account()
    process = subprocess.Popen(
        box.command("backup", "-"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=box.environment(OPS)
    )
    assert process.stdout is not None
    taken = process.stdout.read(1)
    assert of_the_account() <= before
    taken += process.communicate()[0]
    assert taken.startswith(b"SQLite format 3\0")
