"""Opening a store, and the one way to write to it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import TracebackType

from salesops_tui.errors import SalesopsError, StoreProblem
from salesops_tui.store.living import Living
from salesops_tui.store.migrations import APPLICATION_ID, SCHEMA_VERSION
from salesops_tui.store.turns import Turns

_BUSY_MILLISECONDS = 10_000
_ADVICE = {
    "database or disk is full": "the disk is full; make room and do it again, nothing was written",
    "attempt to write a readonly database": "the store may only be read; use --read-only, or ask for permission",
    "unable to open database file": "the store cannot be opened; check that its folder exists and may be written",
    "database is locked": "somebody else has held the store for too long; try again",
    "file is not a database": "the file is not a salesops store",
    "database disk image is malformed": "the store is damaged; restore a backup, and keep the damaged file",
    "disk I/O error": "the disk reported an error (is it full, or over the network?); nothing was written",
}


ON_OPENING: list[Callable[[sqlite3.Connection], None]] = []
"""What is done with every connection to an existing store before anybody reads from it."""

_SMALLEST = 512
"""Bytes of the smallest page: what is shorter is no database, though SQLite takes it for an empty one."""
_NEEDS_THE_FOLDER = ("unable to open database file", "attempt to write a readonly database")


class Store:
    """One connection to one store, for one thread.

    Reads go straight to `conn` (autocommit). Writes go through `write`, which queues fairly beside other
    processes and leaves all or nothing.

    Attributes:
        disposable: this store is still being built and nobody else has it: commits do not wait for the disk until
            `settle`, and a crash costs the whole of it.
        kept: where the store as it was is kept, if opening it brought an older schema up to date.
        turns: whose turn it is to write.
        still: how the files lay when they were opened as they lie, which holds while nobody writes; else None.
        living: which sessions are there; those that this connection holds end with it.
    """

    def __init__(self, path: Path, conn: sqlite3.Connection, *, read_only: bool) -> None:
        """Wrap an open connection; use `open_store` or `create_store`."""
        self.path = path
        self.conn = conn
        self.read_only = read_only
        self.disposable = False
        self.kept: Path | None = None
        self.still: tuple[int, int, int] | None = None
        self.living = Living(path)
        self.turns = Turns(path)
        self._depth = 0
        self._file = _identity(path)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back; safe to call twice."""
        self.living.close()
        self.conn.close()

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """Hold the store for one transaction: everything inside is committed at its end, or nothing is.

        Nested calls join the outer transaction. With `durable` the commit has reached the disk on return; what
        may be lost without harm (where somebody is, a half-typed text) can go without.

        Raises:
            StoreProblem: the store is read-only, full or damaged; nothing was written.
        """
        if self._depth:
            yield self.conn
            return
        if self.read_only:
            raise StoreProblem(f"{self.path} was opened read-only; nothing was written")
        if durable:
            load_for_decisions()
        with translated(self.path), self.turns.turn(hurried=not durable):
            self.check_in_place()
            wait = "OFF" if self.disposable else "FULL" if durable else "NORMAL"
            self.conn.execute(f"PRAGMA synchronous = {wait}")
            self.conn.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self.conn
                self.conn.execute("COMMIT")
            except BaseException:
                if self.conn.in_transaction:
                    self.conn.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Hold one consistent view of the store over several reads."""
        if self.conn.in_transaction:
            yield self.conn
            return
        with translated(self.path):
            self.conn.execute("BEGIN")
            try:
                yield self.conn
            finally:
                if self.conn.in_transaction:
                    self.conn.execute("ROLLBACK")

    def check_in_place(self) -> None:
        """Make sure that the file at `path` is still the one that was opened.

        Raises:
            StoreProblem: another file has been put in its place, such as a backup; writing would damage both.
        """
        if _identity(self.path) != self._file:
            raise StoreProblem(f"{self.path} was replaced by another file; start again, nothing was written")

    def settle(self) -> None:
        """Bring a disposable store to the disk as one file; from here on it is like any other."""
        self.disposable = False
        with translated(self.path):
            self.conn.execute("PRAGMA synchronous = FULL")
            self.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            handle = os.open(self.path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def data_version(self) -> int:
        """Return a number that differs once another connection has committed.

        Raises:
            StoreProblem: the store was read as it lies, and somebody has begun to write to it.
        """
        if self.still and still_of(self.path) != self.still:
            raise StoreProblem(f"somebody writes to {self.path}, which is read as it lay before; start again")
        return int(self.conn.execute("PRAGMA data_version").fetchone()[0])


def load_for_decisions() -> None:
    """Load what starting can do without and decisions need, before anybody has to wait for it."""
    for module in ("hashlib", "salesops_tui.domain.projection"):
        import_module(module)


def _identity(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_dev, found.st_ino)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the errors of SQLite and the file system into one line about this store."""
    try:
        yield
    except (SalesopsError, sqlite3.IntegrityError):
        raise
    except BrokenPipeError:
        raise  # whoever read our output has gone: that is not about the store
    except sqlite3.DatabaseError as error:
        said = str(error)
        advice = next((text for start, text in _ADVICE.items() if said.startswith(start)), said)
        raise StoreProblem(f"{path}: {advice}") from error
    except PermissionError as error:
        raise StoreProblem(f"{path}: no permission; ask its owner for access") from error
    except OSError as error:
        raise StoreProblem(f"{path}: {error.strerror or error}") from error


def open_store(path: Path, *, read_only: bool = False, any_schema: bool = False, keep_older: bool = True) -> Store:
    """Open an existing store, bringing an older schema up to date; the store as it was is kept beside it.

    Args:
        path: where it is.
        read_only: write nothing.
        any_schema: with `read_only`, take an older schema as it is: for copying.
        keep_older: keep the store as it was when its schema is brought up to date.

    Raises:
        StoreProblem: there is none at `path`, it is no store, it is newer than this program, or it cannot be read.
    """
    path = Path(path)
    with translated(path), _no_store(path):
        if path.is_dir():
            raise StoreProblem(f"{path} is a folder, not a store")
        if not path.exists():
            raise StoreProblem(f"no store at {path}; make one with 'salesops init', or try 'salesops demo'")
        if not path.is_file():
            raise StoreProblem(f"{path} is no file, so no store")
        store = _opened(path, read_only=read_only)
        try:
            version = _schema_version(path, store.conn)
            if version < SCHEMA_VERSION and not any_schema:
                _bring_up_to_date(store, keep_older=keep_older)
            for prepare in ON_OPENING:
                prepare(store.conn)
        except BaseException:
            store.close()
            raise
    return store


def _opened(path: Path, *, read_only: bool) -> Store:
    if not read_only:
        return Store(path, _connect(path, "rw"), read_only=False)
    try:
        return Store(path, _connect(path, "ro"), read_only=True)
    except sqlite3.OperationalError as error:
        if not str(error).startswith(_NEEDS_THE_FOLDER):
            raise
    return _opened_as_it_lies(path)


def _opened_as_it_lies(path: Path) -> Store:
    """Open a store whose folder may not be written, which reading beside writers needs: while nobody writes to it."""
    store = Store(path, _connect(path, "ro&immutable=1"), read_only=True)
    store.still = still_of(path)
    if store.still[1]:
        store.close()
        raise StoreProblem(
            f"{path} is in use, and its folder may not be written, which reading it then needs; "
            "copy the store with 'salesops backup', or ask for permission to write in the folder"
        )
    return store


def still_of(path: Path) -> tuple[int, int, int]:
    """Return what differs once somebody writes to a store: when it was written, and how much lies beside it."""
    beside = path.with_name(path.name + "-wal")
    try:
        waiting = beside.stat().st_size
    except OSError:
        waiting = 0
    found = path.stat()
    return (found.st_mtime_ns, waiting, found.st_ino)


@contextmanager
def _no_store(path: Path) -> Iterator[None]:
    """Say what a file is not.

    Only SQLite itself may look into it: to open and close a store's file in any other way takes away the locks of
    every connection that this process has to it, and the next process to leave would think itself the last one.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        if not str(error).startswith("file is not a database"):
            raise
        said = f"{path} is not a salesops store; name one with --store, or make one with 'salesops init'"
        raise StoreProblem(said) from None


def create_store(path: Path, *, mode: int = 0o600) -> Store:
    """Make an empty store with the newest schema at `path`, whose folder is made if need be.

    Raises:
        StoreProblem: something is there already, or the file cannot be made.
    """
    path = Path(path)
    with translated(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
        except FileExistsError:
            raise StoreProblem(f"{path} exists already; choose another path, nothing was changed") from None
        try:
            with os.fdopen(handle):
                os.fchmod(handle, mode)  # not by name, where somebody may have laid a link meanwhile
            conn = _new(path)
        except BaseException:
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            raise
    return Store(path, conn, read_only=False)


def _new(path: Path) -> sqlite3.Connection:
    conn = _connect(path, "rw")
    try:
        conn.execute("PRAGMA journal_mode = WAL")
        from salesops_tui.store.migrations import migrate

        migrate(conn)
    except BaseException:
        conn.close()
        raise
    return conn


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # What a URI must not hold as it is: the rest, spaces and umlauts included, SQLite takes literally.
    place = str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    uri = f"file:{place}?mode={mode}"
    conn = sqlite3.connect(uri, uri=True, isolation_level=None, cached_statements=256)
    try:
        conn.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute("PRAGMA trusted_schema = OFF")
        conn.execute("PRAGMA synchronous = FULL")
    except BaseException:
        conn.close()
        raise
    return conn


def _schema_version(path: Path, conn: sqlite3.Connection) -> int:
    application = conn.execute("PRAGMA application_id").fetchone()[0]
    version = int(conn.execute("PRAGMA user_version").fetchone()[0])
    if path.stat().st_size < _SMALLEST:
        raise StoreProblem(f"{path} is not a salesops store; name one with --store, or make one with 'salesops init'")
    if application != APPLICATION_ID:
        raise StoreProblem(f"{path} is a SQLite file, but not a salesops store")
    if version > SCHEMA_VERSION:
        raise StoreProblem(
            f"{path} was written by a newer salesops: update this one (the store has schema {version}, "
            f"this program knows {SCHEMA_VERSION})"
        )
    if version < SCHEMA_VERSION:
        from salesops_tui.store.migrations import schema_there

        # A number that was set back must not have what is there made again; 'verify' and 'doctor' name it.
        return schema_there(conn)
    return version


def _bring_up_to_date(store: Store, *, keep_older: bool) -> None:
    from salesops_tui.store import copies
    from salesops_tui.store.migrations import migrate

    path = store.path
    if store.read_only:
        raise StoreProblem(f"{path} has an older schema; open it once without --read-only to bring it up to date")
    with store.turns.turn():
        # Whoever waited for somebody else's migration has nothing left to do.
        version = _schema_version(path, store.conn)
        if version == SCHEMA_VERSION:
            return
        if keep_older:
            store.kept = copies.free_name(path.with_name(f"{path.name}.schema-{version}"))
            with copies.fresh_file(store.kept) as fresh:
                copies.copy_pages(store.conn, fresh)
                copies.place(fresh, store.kept)
        try:
            migrate(store.conn)
        except sqlite3.OperationalError as error:
            if "already exists" not in str(error):
                raise
            raise StoreProblem(
                f"{path} has an older schema, and something of a newer one ({error}): somebody has changed it by hand; "
                "restore a backup, nothing was written"
            ) from None
