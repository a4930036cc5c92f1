"""A store of an older schema is brought up to date with everything that it held."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from salesops_tui.errors import StoreProblem
from salesops_tui.store import copies, migrations
from salesops_tui.store.connection import create_store, open_store
from salesops_tui.store.schema import first, second

_DECISIONS = 50


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store as the first version of the program left it, with some decisions in it."""
    path = tmp_path / "older.db"
    with monkeypatch.context() as patch:
        patch.setattr(second, "SQL", "")
        patch.setattr(second, "IMMUTABLE", ())
        with create_store(path) as store, store.write() as conn:
            conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'second'")
            conn.execute("PRAGMA user_version = 1")
            for number in range(1, _DECISIONS + 1):
                conn.execute("INSERT INTO change VALUES (?, 'note', ?, ?, NULL)", (number, number, number))
                conn.execute("INSERT INTO record VALUES (?, ?, '{}', '', '', ?)", (number, number, str(number)))
            conn.execute("INSERT INTO withdrawal VALUES (1, 2)")
    return path


def test_an_older_store_keeps_its_rows_and_gains_the_new_tables(older: Path) -> None:
    with open_store(older) as store:
        conn = store.conn
        assert conn.execute("PRAGMA user_version").fetchone() == (migrations.SCHEMA_VERSION,)
        assert conn.execute("SELECT count(*), min(id), max(recorded_at) FROM change").fetchone() == (50, 1, 50)
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        assert conn.execute("PRAGMA foreign_keys").fetchone() == (1,)
        with store.write():
            conn.execute("INSERT INTO change VALUES (99, 'period_close', 1, 1, NULL)")


def test_what_could_not_be_changed_still_cannot(older: Path) -> None:
    with open_store(older) as store:
        triggers = {name for (name,) in store.conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        tables = (*first.IMMUTABLE, *second.IMMUTABLE)
        assert {f"{table}_no_{what}" for table in tables for what in ("update", "delete")} == triggers
        for statement in ("UPDATE change SET valid_at = 0", "DELETE FROM change"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                store.conn.execute(statement)


def test_a_migration_that_fails_leaves_the_store_as_it_was(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(second, "SQL", second.SQL + "INSERT INTO no_such_table VALUES (1);\n")
        with pytest.raises(Exception, match="no_such_table"):
            open_store(older)
    with sqlite3.connect(older) as conn:
        assert conn.execute("PRAGMA user_version").fetchone() == (1,)
        assert conn.execute("SELECT count(*) FROM change").fetchone() == (_DECISIONS,)
        assert not conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'mapping'").fetchall()
    conn.close()
    open_store(older).close()


def test_a_row_that_points_nowhere_stops_the_migration(older: Path) -> None:
    conn = sqlite3.connect(older)
    conn.execute("INSERT INTO reporting_line (person, valid_from, valid_to, change) VALUES (77, 0, 1, 1)")
    conn.commit()
    conn.close()
    with pytest.raises(sqlite3.IntegrityError, match="reporting_line"):
        open_store(older)


def test_the_store_as_it_was_is_kept_beside_the_newer_one(older: Path) -> None:
    with closing(sqlite3.connect(older)) as conn:
        before = conn.execute("SELECT * FROM change ORDER BY id").fetchall()
    with open_store(older) as store:
        assert store.kept == older.with_name("older.db.schema-1")
    kept = sqlite3.connect(older.with_name("older.db.schema-1"))
    assert kept.execute("PRAGMA user_version").fetchone() == (1,)
    assert kept.execute("SELECT * FROM change ORDER BY id").fetchall() == before
    kept.close()
    with open_store(older) as store:
        assert store.kept is None


def test_without_room_for_a_copy_nothing_is_brought_up_to_date(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(copies, "copy_pages", full)
    with pytest.raises(StoreProblem, match="the disk is full"):
        open_store(older)
    conn = sqlite3.connect(older)
    assert conn.execute("PRAGMA user_version").fetchone() == (1,)
    conn.close()


_OPEN = """
import sys
from pathlib import Path
from salesops_tui.store.connection import open_store
print("ready", flush=True)
open_store(Path(sys.argv[1])).close()
print("open", flush=True)
"""


def test_many_that_open_an_older_store_at_once_bring_it_up_to_date_once(older: Path) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", _OPEN, str(older)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    said = [process.communicate(timeout=60) for process in started]
    assert [(out, error) for out, error in said] == [(b"ready\nopen\n", b"")] * 4
    assert [p.name for p in older.parent.glob("*.schema-*")] == ["older.db.schema-1"]


def test_a_migration_that_is_killed_at_any_moment_is_done_by_the_next(older: Path) -> None:
    chance = random.Random(3)
    for _ in range(8):
        with subprocess.Popen([sys.executable, "-c", _OPEN, str(older)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(chance.uniform(0, 0.25))
            process.kill()
        conn = sqlite3.connect(older)
        version = conn.execute("PRAGMA user_version").fetchone()[0]
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert conn.execute("SELECT count(*) FROM change").fetchone() == (_DECISIONS,)
        assert bool(conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'mapping'").fetchone()) == (version == 2)
        conn.close()
    open_store(older).close()


def lowered(path: Path, number: int, *, forgotten: bool) -> bytes:
    """Set the schema's number back, as somebody with a tool would; return the file as it is then."""
    conn = sqlite3.connect(path)
    conn.execute(f"PRAGMA user_version = {number}")
    if forgotten:
        conn.execute("DELETE FROM _sqlite_migrations")
    conn.commit()
    conn.close()
    return path.read_bytes()


@pytest.mark.parametrize("number", [0, 1, -1])
@pytest.mark.parametrize("forgotten", [False, True])
@pytest.mark.parametrize("read_only", [False, True])
def test_a_number_that_was_set_back_makes_nothing_again(
    tmp_path: Path, number: int, forgotten: bool, read_only: bool
) -> None:
    path = tmp_path / "store.db"
    create_store(path).close()
    before = lowered(path, number, forgotten=forgotten)
    with open_store(path, read_only=read_only) as store:
        assert store.kept is None
        assert store.conn.execute("SELECT count(*) FROM judgment").fetchone() == (0,)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir() if "schema" in file.name] == []


@pytest.mark.parametrize("number", [0, 1])
def test_an_older_store_whose_number_was_set_back_is_brought_up_to_date(older: Path, number: int) -> None:
    lowered(older, number, forgotten=False)
    with open_store(older) as store:
        assert store.conn.execute("PRAGMA user_version").fetchone() == (migrations.SCHEMA_VERSION,)
        assert store.conn.execute("SELECT count(*) FROM judgment").fetchone() == (0,)


@pytest.mark.parametrize("planted", ["CREATE TABLE mapping (x)", "DELETE FROM _sqlite_migrations"])
def test_what_cannot_be_brought_up_to_date_is_one_clear_line(older: Path, planted: str) -> None:
    conn = sqlite3.connect(older)
    conn.execute(planted)
    conn.commit()
    conn.close()
    before = older.read_bytes()
    with pytest.raises(StoreProblem, match="changed it by hand; restore a backup, nothing was written") as said:
        open_store(older)
    assert "\n" not in str(said.value)
    assert older.read_bytes() == before
