"""A session keeps its hold on the store whatever else its own process opens and closes beside it."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from salesops_tui.errors import StoreProblem
from salesops_tui.store.connection import open_store
from tests.company import Company

LEAVES = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT 1 FROM deal').fetchall(); c.close()"


def test_a_second_connection_that_closes_does_not_let_others_take_the_log_away(tmp_path: Path) -> None:
    company = Company(tmp_path / "store.db")
    company.claim("D1")
    company.store.close()
    with open_store(company.path) as store:
        store.conn.execute("SELECT 1 FROM deal").fetchall()
        log = company.path.with_name("store.db-wal")
        before = log.stat().st_ino
        open_store(company.path, read_only=True).close()
        subprocess.run([sys.executable, "-c", LEAVES, str(company.path)], check=True)
        assert log.stat().st_ino == before, "a process that leaves must not think itself the last one"
        with store.write() as conn:
            conn.execute("INSERT INTO presence VALUES (1, 'x', NULL, NULL, '', 1, 1)")
    conn = sqlite3.connect(company.path)
    assert conn.execute("SELECT count(*) FROM presence").fetchone() == (1,), "what was written is there"
    conn.close()


@pytest.mark.parametrize("content", [b"", b"id,name\n", b"id,name\n" * 1000, bytes(4096)])
@pytest.mark.parametrize("read_only", [True, False])
def test_what_is_no_store_is_said_without_touching_it(tmp_path: Path, content: bytes, read_only: bool) -> None:
    file = tmp_path / "deals.csv"
    file.write_bytes(content)
    with pytest.raises(StoreProblem, match="not a salesops store"):
        open_store(file, read_only=read_only)
    assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]
