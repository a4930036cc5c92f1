"""The account of a shared box that holds the store for everybody; people reach it only through sudo."""

from __future__ import annotations

import sqlite3


def service_account(conn: sqlite3.Connection) -> str:
    """Return the login of the account that the store was set up for; "" for a store of somebody's own."""
    row = conn.execute("SELECT login FROM service_account ORDER BY id DESC LIMIT 1").fetchone()
    return str(row[0]) if row else ""


def set_service_account(conn: sqlite3.Connection, login: str, change: int) -> None:
    """Say which account holds the store from now on; "" for none."""
    conn.execute("INSERT INTO service_account (login, change) VALUES (?, ?)", (login, change))
