"""Long statements that can be followed, and stopped."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

EVERY = 100_000
"""Instructions of SQLite's machine between two ticks: some milliseconds."""


@contextmanager
def ticking(conn: sqlite3.Connection, tick: Callable[[], None]) -> Iterator[None]:
    """Call `tick` all the while statements run on this connection; what it raises stops them and is raised here.

    Python looks at signals between its own instructions only, so without this ctrl+c would wait for the statement.
    """
    raised: list[BaseException] = []

    def called() -> int:
        try:
            tick()
        except BaseException as error:
            raised.append(error)
        return len(raised)

    conn.set_progress_handler(called, EVERY)
    try:
        yield
    except sqlite3.OperationalError as error:
        if raised:
            raise raised[0] from None
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            # The signal came between SQLite and the first line of `called`.
            raise KeyboardInterrupt from None
        raise
    finally:
        conn.set_progress_handler(None, 0)
