"""Opening, writing and the faults that a store meets: each is one clear line, and nothing is lost."""

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from salesops_tui.errors import StoreProblem
from salesops_tui.store import migrations
from salesops_tui.store.connection import Store, create_store, open_store
from salesops_tui.store.migrations import SCHEMA_VERSION


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a ?#% store.db"
    create_store(path).close()
    return path


def test_a_new_store_is_private_and_in_wal(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    with open_store(path) as store:
        assert store.conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert store.conn.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert store.conn.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)


def test_a_store_is_never_overwritten(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(StoreProblem, match="exists already"):
        create_store(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(100), b"id,name\n1,x\n", b"SQLite format 3"])
def test_what_is_no_store_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(content)
    with pytest.raises(StoreProblem, match="is not a salesops store"):
        open_store(path)
    assert path.read_bytes() == content


def test_somebody_elses_sqlite_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE t (a)")
    conn.close()
    with pytest.raises(StoreProblem, match="not a salesops store"):
        open_store(path)


def test_a_newer_store_asks_for_a_newer_program(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    conn.close()
    with pytest.raises(StoreProblem, match="newer salesops"):
        open_store(path)


def test_none_a_folder_and_a_folder_that_is_a_file(tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match="no store at"):
        open_store(tmp_path / "none.db")
    with pytest.raises(StoreProblem, match="is a folder"):
        open_store(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreProblem):
        create_store(tmp_path / "file" / "store.db")


def test_a_store_that_cannot_be_filled_is_given_back_and_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[sqlite3.Connection] = []

    def stop(conn: sqlite3.Connection) -> None:
        made.append(conn)
        raise KeyboardInterrupt

    monkeypatch.setattr(migrations, "migrate", stop)
    with pytest.raises(KeyboardInterrupt):
        create_store(tmp_path / "store.db")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        made[0].execute("SELECT 1")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_store_is_said_to_be(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100:4000] = os.urandom(3900)
    path.write_bytes(content)
    with (
        pytest.raises(StoreProblem, match=r"damaged|not a salesops store"),
        open_store(path) as store,
        store.write() as conn,
    ):
        conn.execute("SELECT count(*) FROM deal").fetchone()


def test_read_only_writes_nothing(path: Path) -> None:
    with open_store(path, read_only=True) as store:
        assert store.conn.execute("SELECT count(*) FROM deal").fetchone() == (0,)
        with pytest.raises(StoreProblem, match="read-only"), store.write():
            pass
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            store.conn.execute("INSERT INTO change (kind, valid_at, recorded_at) VALUES ('init', 0, 0)")


def test_a_failed_transaction_leaves_nothing(path: Path) -> None:
    with open_store(path) as store:
        with pytest.raises(RuntimeError):
            _write_twice_and_fail(store)
        assert store.conn.execute("SELECT count(*) FROM change").fetchone() == (0,)


def _write_twice_and_fail(store: Store) -> None:
    with store.write() as conn:
        conn.execute("INSERT INTO change (kind, valid_at, recorded_at) VALUES ('init', 0, 0)")
        with store.write() as inner:
            inner.execute("INSERT INTO change (kind, valid_at, recorded_at) VALUES ('init', 1, 1)")
        raise RuntimeError


def test_many_writers_wait_their_turn(path: Path) -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with open_store(path) as store:
                for _ in range(25):
                    with store.write(durable=False) as conn:
                        (count,) = conn.execute("SELECT count(*) FROM change").fetchone()
                        conn.execute("INSERT INTO change (kind, valid_at, recorded_at) VALUES ('init', ?, 0)", (count,))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with open_store(path) as store:
        counted = [n for (n,) in store.conn.execute("SELECT valid_at FROM change ORDER BY id")]
    assert counted == list(range(200)), "each saw all that had been committed before it"


def test_two_processes_may_migrate_at_once(tmp_path: Path) -> None:
    """A store of schema 0 (made and never filled) is brought up to date by whoever comes first."""
    path = tmp_path / "old.db"
    create_store(path).close()
    conn = sqlite3.connect(path)
    for kind, name in conn.execute("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'").fetchall():
        conn.execute(f"DROP {kind} IF EXISTS {name}")
    conn.execute("PRAGMA user_version = 0")
    conn.commit()
    conn.close()
    code = "import sys; from pathlib import Path; from salesops_tui.store.connection import open_store;"
    command = [sys.executable, "-c", code + "open_store(Path(sys.argv[1]))", str(path)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(4)]
    said = [process.communicate()[1].decode() for process in running]
    assert said == ["", "", "", ""]


def test_a_full_disk_is_one_line_and_nothing_is_lost(path: Path) -> None:
    with open_store(path) as store:
        store.conn.execute("PRAGMA max_page_count = 1")
        with pytest.raises(StoreProblem, match="disk is full"), store.write() as conn:
            conn.executemany(
                "INSERT INTO change (kind, valid_at, recorded_at) VALUES ('init', ?, 0)", ((n,) for n in range(10_000))
            )
        store.conn.execute("PRAGMA max_page_count = 1000000")
        with store.write() as conn:
            conn.execute("INSERT INTO change (kind, valid_at, recorded_at) VALUES ('init', 7, 0)")
        assert store.conn.execute("SELECT valid_at FROM change").fetchall() == [(7,)]


def test_a_store_that_was_replaced_is_not_written_to(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    create_store(other).close()
    with open_store(path) as store:
        other.replace(path)
        with pytest.raises(StoreProblem, match="was replaced"), store.write():
            pass


def test_a_pipe_is_no_store(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreProblem, match="is no file"):
        open_store(tmp_path / "pipe")


def test_a_link_to_a_store_waits_in_the_same_queue(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with open_store(link) as store, store.write():
        pass
    assert not (tmp_path / "link.db-lock").exists()
    assert path.with_name(path.name + "-lock").exists()
