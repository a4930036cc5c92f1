"""The past of deals from before the store knew them: reading what it has, writing what a CRM's history adds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.deal import Category, Status
from salesops_tui.domain.replay import Facts, Past
from salesops_tui.store.imports_staging import CLAIM_COLUMNS

_CHUNK = 2_000


class KnownDeal(NamedTuple):
    """A deal of the store and its past."""

    number: int
    key: str
    past: Past


class PastClaim(NamedTuple):
    """A claim to be laid before a deal's first one. Amounts in minor units; `base` in the policy's currency."""

    deal: int
    at: Moment
    facts: Facts
    base: int
    status: Status


def known_keys(conn: sqlite3.Connection) -> set[str]:
    """Return the ids of all deals of which the store has a state."""
    return {key for (key,) in conn.execute("SELECT key FROM deal WHERE id IN (SELECT deal FROM deal_state)")}


def known_deals(conn: sqlite3.Connection, keys: Iterable[str], kinds: Sequence[str]) -> Iterator[KnownDeal]:
    """Yield the deals of these ids that the store has, with their claims of replayed histories apart.

    Args:
        conn: inside a transaction.
        keys: ids of deals.
        kinds: under which dialects imports of history are noted.
    """
    waiting = iter(keys)
    while chunk := list(islice(waiting, _CHUNK)):
        rows = conn.execute(_CLAIMS, {"keys": json.dumps(chunk), "kinds": json.dumps(kinds)}).fetchall()
        start = 0
        for place, row in enumerate(rows):
            if place + 1 == len(rows) or rows[place + 1][0] != row[0]:
                deal = _known(rows[start : place + 1])
                start = place + 1
                if deal:
                    yield deal


def write_claims(conn: sqlite3.Connection, change: int, claims: Iterable[PastClaim]) -> None:
    """Lay claims before the first ones; the projection of these deals has to be built anew."""
    places = ", ".join("?" * (len(CLAIM_COLUMNS) + 3))
    conn.executemany(
        f"INSERT INTO claim (deal, valid_from, change, {', '.join(CLAIM_COLUMNS)}) VALUES ({places})",
        (
            (
                c.deal, c.at, change, c.facts.owner, c.facts.stage, int(c.facts.category), c.base, *c.facts.money,
                c.facts.close_day, int(c.status),
            )
            for c in claims
        ),
    )  # fmt: skip


def _known(rows: Sequence[tuple[Any, ...]]) -> KnownDeal | None:
    # Of several claims of one moment the last recorded counts; an owner who was put right later has one of its own.
    claims: dict[Moment, Facts] = {}
    replayed: set[Moment] = set()
    for _, _, at, of_history, owner, stage, category, currency, original, close_day in rows:
        claims[at] = Facts(owner, stage, Category(category), (currency, original), close_day)
        if of_history:
            replayed.add(at)
    first = min((at for at in claims if at not in replayed), default=None)
    if first is None:
        return None
    earlier = [(at, facts) for at, facts in sorted(claims.items()) if at < first]
    return KnownDeal(rows[0][0], rows[0][1], Past(claims[first], first, earlier))


_CLAIMS = """
    SELECT d.id, d.key, c.valid_from,
        c.change IN (SELECT i.change FROM import i WHERE i.dialect IN (SELECT value FROM json_each(:kinds))),
        c.owner, c.stage, c.rep_category, c.currency, c.original, c.close_day
    FROM deal d JOIN claim c ON c.deal = d.id
    WHERE d.key IN (SELECT value FROM json_each(:keys))
        AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.change = c.change)
    ORDER BY d.id, c.valid_from, c.change, c.id
"""
