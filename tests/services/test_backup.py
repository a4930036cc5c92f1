"""A copy of a store is whole, made while others write; a store made from it is verified before it has its name."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

import pytest

from salesops_tui.errors import Refused, StoreProblem
from salesops_tui.services.backup import back_up, restore
from salesops_tui.services.verifying import verify_store
from salesops_tui.store import copies
from salesops_tui.store.connection import open_store
from tests.company import Company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    company = Company(tmp_path / "store.db")
    company.claim("D1")
    company.fail("D1", by="dana")
    return company


def test_a_restored_backup_is_the_store_as_it_was(company: Company, tmp_path: Path) -> None:
    copied = back_up(company.context, tmp_path / "backup.db")
    company.later(days=2).pass_("D1", by="dana")
    restored = restore(copied.path, tmp_path / "again" / "store.db", copied.head[:10])
    assert (restored.rows, restored.head) == (copied.rows, copied.head)
    with open_store(restored.path) as store:
        category = store.conn.execute("SELECT category FROM deal_state ORDER BY valid_from DESC LIMIT 1").fetchone()
        assert category == (2,), "capped: the pass came after the backup"
    assert restored.path.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == []
    assert sorted(p.name for p in restored.path.parent.iterdir()) == ["store.db"]


def test_a_backup_takes_one_moment_while_others_write(company: Company, tmp_path: Path) -> None:
    stop = threading.Event()

    def go_on() -> None:
        with open_store(company.path) as store:
            while not stop.is_set():
                with store.write() as conn:
                    conn.execute(
                        "INSERT OR REPLACE INTO draft (person, deal, question, field, body, saved_at)"
                        " VALUES (1, 1, 'q', 'f', hex(randomblob(50000)), 1)"
                    )

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        for number in range(5):
            copied = back_up(company.context, tmp_path / f"{number}.db")
            assert copied.rows > 5
    finally:
        stop.set()
        writer.join()


@pytest.mark.parametrize("what", ["file", "link", "folder"])
def test_nothing_that_is_there_is_overwritten(company: Company, tmp_path: Path, what: str) -> None:
    target = tmp_path / "there"
    if what == "file":
        target.write_text("precious")
    elif what == "link":
        target.symlink_to(tmp_path / "nowhere")
    else:
        target.mkdir()
    for act in (lambda: back_up(company.context, target), lambda: restore(company.path, target)):
        with pytest.raises(StoreProblem, match="exists already"):
            act()
    assert target.is_symlink() or target.is_dir() or target.read_text() == "precious"


def test_only_ops_leads_take_everything_with_them(company: Company, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="for ops leads"):
        back_up(company.acting_as("dana"), tmp_path / "backup.db")
    assert not (tmp_path / "backup.db").exists()


def test_a_backup_that_does_not_agree_with_itself_is_not_restored(company: Company, tmp_path: Path) -> None:
    copied = back_up(company.context, tmp_path / "backup.db")
    conn = sqlite3.connect(copied.path)
    conn.execute("DROP TRIGGER answer_no_update")
    conn.execute("UPDATE answer SET value = 'yes'")
    conn.commit()
    conn.close()
    with pytest.raises(Refused, match="does not agree with its own record"):
        restore(copied.path, tmp_path / "again.db")
    assert not (tmp_path / "again.db").exists()


def test_a_backup_from_another_past_is_told_by_its_head(company: Company, tmp_path: Path) -> None:
    copied = back_up(company.context, tmp_path / "backup.db")
    company.later(days=2).pass_("D1", by="dana")
    head = verify_store(company.context).head
    with pytest.raises(Refused, match="no row of the record has the hash"):
        restore(copied.path, tmp_path / "again.db", head)


@pytest.mark.parametrize("cut", [0, 100, 5000])
def test_a_damaged_backup_is_refused_with_a_line(company: Company, tmp_path: Path, cut: int) -> None:
    copied = back_up(company.context, tmp_path / "backup.db")
    os.truncate(copied.path, cut)
    with pytest.raises(StoreProblem, match=r"backup\.db"):
        restore(copied.path, tmp_path / "again.db")
    assert sorted(p.name for p in tmp_path.iterdir() if "again" in p.name) == []


def test_a_full_disk_leaves_no_half_backup(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: sqlite3.Connection, fresh: Path) -> None:
        fresh.write_bytes(b"SQLite format 3\x00")
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(copies, "copy_pages", full)
    with pytest.raises(StoreProblem, match="the disk is full"):
        back_up(company.context, tmp_path / "backup.db")
    assert sorted(p.name for p in tmp_path.iterdir() if "backup" in p.name) == []


def test_nothing_is_put_beside_what_waits_for_another_store(company: Company, tmp_path: Path) -> None:
    """A store that was moved away without its -wal: SQLite would write that into the one in its place."""
    copy, place = tmp_path / "copy.db", tmp_path / "place.db"
    back_up(company.context, copy)
    (tmp_path / "place.db-wal").write_bytes(b"the last changes")
    with pytest.raises(StoreProblem, match="belongs to the store that was at"):
        restore(copy, place)
    with pytest.raises(StoreProblem, match="keep it with that store"):
        back_up(company.context, place)
    assert not place.exists()
    (tmp_path / "place.db-wal").unlink()
    assert restore(copy, place).rows
