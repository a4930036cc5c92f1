"""A store that may only be read: opened beside writers, and as it lies where its folder may not be written."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from salesops_tui.errors import StoreProblem
from salesops_tui.store.connection import open_store
from tests.company import Company

NOBODY = 65534


@pytest.fixture
def shelf() -> Iterator[Path]:
    """A store in a folder that whoever reads it may not write."""
    with tempfile.TemporaryDirectory(prefix="salesops-test-") as name:
        folder = Path(name)
        company = Company(folder / "store.db")
        company.claim("D1")
        company.store.settle()
        company.store.close()
        (folder / "store.db").chmod(0o444)
        folder.chmod(0o555)
        was = os.geteuid()
        if was == 0:
            os.seteuid(NOBODY)  # root may write anywhere
        try:
            yield folder / "store.db"
        finally:
            os.seteuid(was)
            folder.chmod(0o755)


def test_it_is_read_as_it_lies(shelf: Path) -> None:
    with open_store(shelf, read_only=True) as store:
        assert store.conn.execute("SELECT key FROM deal").fetchall() == [("D1",)]
        assert store.data_version() == store.data_version()
    assert sorted(path.name for path in shelf.parent.iterdir()) in (["store.db"], ["store.db", "store.db-lock"])


def test_without_read_only_it_says_what_to_do(shelf: Path) -> None:
    with pytest.raises(StoreProblem, match="--read-only"):
        open_store(shelf)


def test_somebody_who_begins_to_write_is_noticed(shelf: Path) -> None:
    with open_store(shelf, read_only=True) as store:
        store.data_version()
        os.seteuid(os.getuid())
        shelf.parent.chmod(0o755)
        shelf.with_name("store.db-wal").write_bytes(b"x" * 100)
        with pytest.raises(StoreProblem, match="start again"):
            store.data_version()


def test_what_waits_beside_the_store_is_not_passed_over(shelf: Path) -> None:
    os.seteuid(os.getuid())
    shelf.parent.chmod(0o755)
    shelf.with_name("store.db-wal").write_bytes(b"x" * 100)
    shelf.with_name("store.db-wal").chmod(0o400)
    shelf.parent.chmod(0o555)
    if os.getuid() == 0:
        os.seteuid(NOBODY)
    with pytest.raises(StoreProblem, match=r"in use|no permission|cannot be opened"):
        open_store(shelf, read_only=True)
