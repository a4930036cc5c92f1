"""Which deals each import delivered, changed or not: one bit a deal."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable

from salesops_tui.domain.calendar import Moment

_LATER = """
    SELECT i.as_of, y.deals FROM import i JOIN delivery y ON y.change = i.change
    WHERE i.as_of > ? AND i.source <> ? AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.change = i.change)
    ORDER BY i.as_of
"""
_LEVEL = 1
"""The bits of a whole delivery are nearly all ones; more effort saves nothing."""


def add(conn: sqlite3.Connection, change: int) -> None:
    """Note the deals that the compared rows deliver."""
    (last,) = conn.execute("SELECT coalesce(max(deal), 0) FROM temp.planned").fetchone()
    bits = packed((deal for (deal,) in conn.execute("SELECT deal FROM temp.planned")), last)
    conn.execute("INSERT INTO delivery (change, deals) VALUES (?, ?)", (change, bits))


def find_later(conn: sqlite3.Connection, source: str, as_of: Moment) -> None:
    """Fill temp.later with the known planned deals that other sources delivered after a moment, and when first."""
    for at, bits in conn.execute(_LATER, (as_of, source)).fetchall():
        there = zlib.decompress(bits)
        known = conn.execute("SELECT deal FROM temp.planned WHERE NOT fresh")
        found = ((deal, at) for (deal,) in known if deal >> 3 < len(there) and there[deal >> 3] >> (deal & 7) & 1)
        conn.executemany("INSERT OR IGNORE INTO temp.later (deal, at) VALUES (?, ?)", found)


def packed(deals: Iterable[int], last: int) -> bytes:
    """Return numbers of deals up to `last` as compressed bits."""
    bits = bytearray((last >> 3) + 1)
    for deal in deals:
        bits[deal >> 3] |= 1 << (deal & 7)
    return zlib.compress(bytes(bits), _LEVEL)
