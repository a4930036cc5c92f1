"""Checked rows on their way into the store: in a temporary table, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any

from salesops_tui.store.connection import Store, translated

CLAIM_COLUMNS = (
    "owner",
    "stage",
    "rep_category",
    "amount",
    "currency",
    "original",
    "close_day",
    "status",
)
DETAIL_COLUMNS = (
    "name",
    "account",
    "created_day",
    "next_step",
    "next_step_day",
    "last_meeting_day",
    "last_activity_day",
    "economic_buyer",
    "economic_buyer_title",
    "type",
    "segment",
    "term_months",
    "close_confirmed",
    "close_plan",
    "requalified_day",
    "loss_reason",
    "competitor",
    "owner_text",
    "extra",
)
STAGED_COLUMNS = ("key", *CLAIM_COLUMNS, *DETAIL_COLUMNS)
"""What a checked row consists of, in this order."""

_CACHE_KIBIBYTES = 48 * 1024
_KEEP_REJECTS = 10_000
"""Rejected rows that the store itself remembers; the rejects file has all of them."""

Staged = tuple[Any, ...]


class KeptRejects:
    """Rejected rows that the store is to remember, in a temporary table until then."""

    def __init__(self, store: Store, table: str) -> None:
        """Keep them in a table of this name."""
        self._store = store
        self._conn = store.conn
        self.table = table
        self._kept = 0

    def begin(self) -> None:
        """Make the table."""
        self.drop()
        self._conn.execute(f"CREATE TEMP TABLE {self.table} (line INTEGER, reason TEXT, raw TEXT)")

    def add(self, rejects: Sequence[tuple[int, str, str]]) -> None:
        """Keep rejected rows (line, reason, the row as CSV); from some thousands on they are dropped."""
        room = max(0, _KEEP_REJECTS - self._kept)
        self._kept += len(rejects)
        with translated(self._store.path):
            self._conn.execute("BEGIN")
            self._conn.executemany(f"INSERT INTO temp.{self.table} VALUES (?, ?, ?)", rejects[:room])
            self._conn.execute("COMMIT")

    def drop(self) -> None:
        """Let the rows go."""
        self._conn.execute(f"DROP TABLE IF EXISTS temp.{self.table}")


class Staging:
    """The rows of one import, held on this connection only; nothing of the store is touched or locked.

    Use as a context: on leaving, the rows are gone.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._conn = store.conn
        self._insert = _insert_statement()
        self._cache: int = 0
        self._rejects = KeptRejects(store, "staged_reject")

    def __enter__(self) -> Staging:
        columns = ", ".join(STAGED_COLUMNS[1:])
        with translated(self._store.path):
            self._cache = self._conn.execute("PRAGMA cache_size").fetchone()[0]
            self._conn.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
            self._drop()
            self._conn.execute(
                "CREATE TEMP TABLE staged (id INTEGER PRIMARY KEY, line INTEGER NOT NULL, accepted INTEGER NOT NULL,"
                f" key TEXT NOT NULL UNIQUE, {columns})"
            )
            self._rejects.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with translated(self._store.path):
            if self._conn.in_transaction:
                self._conn.execute("ROLLBACK")
            self._drop()
            self._conn.execute(f"PRAGMA cache_size = {self._cache}")

    def add(self, rows: Sequence[Staged]) -> dict[int, int]:
        """Take rows in the order of the file; return those refused because their id stands on an earlier line.

        Args:
            rows: each (line, 1, *values in the order of `STAGED_COLUMNS`); of a rejected row (line, 0, its id,
                and None for all else), so that the id counts as delivered.

        Returns:
            The earlier line, by the line that was refused; only for rows that were accepted otherwise.
        """
        with translated(self._store.path):
            self._conn.execute("BEGIN")
            before = self._conn.total_changes
            self._conn.executemany(self._insert, rows)
            taken = self._conn.total_changes - before
            self._conn.execute("COMMIT")
            return {} if taken == len(rows) else self._refused(rows)

    def add_rejects(self, rejects: Sequence[tuple[int, str, str]]) -> None:
        """Keep rejected rows (line, reason, the row as CSV) for the store; from some thousands on they are dropped."""
        self._rejects.add(rejects)

    def numbers(self) -> dict[str, int]:
        """Return the deals of the rows that can be taken: their numbers here, by id."""
        return dict(self._conn.execute("SELECT key, id FROM temp.staged WHERE accepted").fetchall())

    def currencies_other_than(self, currency: str) -> dict[str, str]:
        """Return the deals that are in another currency here, by id."""
        sql = "SELECT key, currency FROM temp.staged WHERE accepted AND currency <> ?"
        return dict(self._conn.execute(sql, (currency,)).fetchall())

    def _refused(self, rows: Sequence[Staged]) -> dict[int, int]:
        refused = {}
        for row in rows:
            if row[1]:
                (line,) = self._conn.execute("SELECT line FROM temp.staged WHERE key = ?", (row[2],)).fetchone()
                if line != row[0]:
                    refused[row[0]] = line
        return refused

    def _drop(self) -> None:
        for table in ("staged", "planned", "vanished", "later"):
            self._conn.execute(f"DROP TABLE IF EXISTS temp.{table}")
        self._rejects.drop()


def rejected_row(line: int, key: str) -> Staged:
    """Return what stands for a rejected row with an id."""
    return (line, 0, key, *(None,) * (len(STAGED_COLUMNS) - 1))


def _insert_statement() -> str:
    places = ", ".join("?" * (len(STAGED_COLUMNS) + 2))
    names = ", ".join(("line", "accepted", *STAGED_COLUMNS))
    return f"INSERT OR IGNORE INTO temp.staged ({names}) VALUES ({places})"
