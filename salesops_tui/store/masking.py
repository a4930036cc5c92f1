"""Names or amounts that are not to be seen: masked before any screen can show them.

For a session that only reads. Texts are masked where they are read: views of the connection's own stand in front of
the tables, every query meets them, and nothing in the store changes. Amounts are masked in the one place where they
become words (`ui.present`), which asks `hidden`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from salesops_tui.store.connection import ON_OPENING

HIDDEN = "•••"
_NAMES = "names"
_AMOUNTS = "amounts"


def _text(column: str) -> str:
    return f"iif({column} = '', '', '{HIDDEN}')"


def _texts(*columns: str) -> dict[str, str]:
    return {column: _text(column) for column in columns}


_MASKS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    _NAMES: {
        "person": {
            "key": "iif(key = 'unassigned', key, 'P' || id)",
            "name": "iif(key = 'unassigned', name, 'Person ' || id)",
            "email": "''",
        },
        "deal": {"key": "'D' || id"},
        "detail": {
            "name": "'Deal ' || deal",
            "account": "iif(account = '', '', 'Account ' || deal)",
            "extra": "'{}'",
            **_texts(
                "next_step", "economic_buyer", "economic_buyer_title", "close_plan", "competitor", "owner_text",
                "type", "loss_reason",
            ),
        },
        "note": _texts("body"),
        "answer": {
            **_texts("evidence", "risk", "mitigation"),
            "reason": f"iif(reason GLOB '*[^a-z_]*', '{HIDDEN}', reason)",
        },
        "action": _texts("body"),
        "draft": _texts("body"),
        "import": {"file_name": f"'{HIDDEN}'", "report": "'{}'"},
        "reject": {"reason": f"'{HIDDEN}'", "raw": f"'{HIDDEN}'"},
        "record": {"body": "'{}'"},
        "call": {"figures": "NULL"},
        "period_close": {"figures": "'{}'"},
        "owner_alias": _texts("text"),
        "mapping": {"body": "'{}'"},
        "forecast_number": _texts("note"),
        "judgment": _texts("reason"),
        "deal_taken_over": _texts("former"),
    },
    _AMOUNTS: {
        # Amounts themselves stay: sums and orders are made of them. Where they become words, they are masked.
        "detail": {"extra": "'{}'"},
        "import": {"report": "'{}'"},
        "reject": {"raw": f"'{HIDDEN}'"},
        "record": {"body": "'{}'"},
        "call": {"figures": "NULL"},
        "period_close": {"figures": "'{}'"},
    },
}  # fmt: skip
_LEFT_OUT = {"period_close": "0"}
"""Tables that show no row at all under a mask: what they hold is one text that cannot be taken apart."""

_hidden: set[str] = set()


def hide(what: Iterable[str]) -> None:
    """Mask "names", "amounts" or both on every connection that this process opens from here on."""
    _hidden.update(what)
    if mask not in ON_OPENING:
        ON_OPENING.append(mask)


def show_all() -> None:
    """Mask nothing any more."""
    _hidden.clear()
    if mask in ON_OPENING:
        ON_OPENING.remove(mask)


def hidden(what: str) -> bool:
    """Say whether names or amounts are masked in this process."""
    return what in _hidden


def mask(conn: sqlite3.Connection) -> None:
    """Put the views in front of the tables of a connection."""
    conn.execute("PRAGMA temp_store = MEMORY")
    there = {name for (name,) in conn.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")}
    masks: dict[str, dict[str, str]] = {}
    for what in sorted(_hidden):
        for table, columns in _MASKS[what].items():
            masks.setdefault(table, {}).update(columns)
    for table, columns in masks.items():
        if table in there:
            conn.execute(_view(conn, table, columns))


def _view(conn: sqlite3.Connection, table: str, columns: Mapping[str, str]) -> str:
    names = [row[1] for row in conn.execute(f"PRAGMA main.table_xinfo({table})")]
    shown = ", ".join(f"{columns[name]} AS {name}" if name in columns else name for name in names)
    where = f" WHERE {_LEFT_OUT[table]}" if table in _LEFT_OUT else ""
    return f"CREATE TEMP VIEW {table} AS SELECT {shown} FROM main.{table}{where}"


def masked_columns() -> dict[str, set[str]]:
    """Return the columns that are masked by names or amounts, by table."""
    found: dict[str, set[str]] = {}
    for masks in _MASKS.values():
        for table, columns in masks.items():
            found.setdefault(table, set()).update(columns)
    return found
