"""The past of deals from before the store knew them: reading what it has, writing what a CRM's history adds.

Words and claims wait in temporary tables, so that memory does not grow with a history. Deals that are on their way
into the store themselves are numbered below zero there, as in the staging, until they are placed (`foresight`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from types import TracebackType
from typing import Any, NamedTuple

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.deal import Category, Status
from salesops_tui.domain.replay import FACTS, Facts, Past, Told
from salesops_tui.store.connection import Store, translated
from salesops_tui.store.imports_staging import CLAIM_COLUMNS, KeptRejects

_CHUNK = 1_000
_FIELDS = ("", *FACTS)
_BELOW = -(2**62)
NUMBER = "coalesce(p.deal, t.deal)"
PLACED = "LEFT JOIN temp.placed p ON p.told = t.deal WHERE (t.deal > 0 OR p.deal IS NOT NULL)"
"""Of rows `t` those of deals that are in the store, and what they are numbered there."""

_encode = json.JSONEncoder(separators=(",", ":")).encode


PastRow = tuple[Any, ...]
"""Deal, id, moment, whether a replayed history says so, owner, stage, category, currency, original, close day."""
Pasts = Callable[[Sequence[int]], Sequence[PastRow]]


class Words(NamedTuple):
    """What one row of a history says of a deal. `order` sorts rows of one moment."""

    deal: int
    at: Moment
    order: str
    told: Sequence[Told]


class KnownDeal(NamedTuple):
    """A deal of the store, its past, and what a history says of it, in order."""

    number: int
    key: str
    past: Past
    words: Sequence[Words]


class PastClaim(NamedTuple):
    """A claim to be laid before a deal's first one. Amounts in minor units; `base` in the policy's currency."""

    deal: int
    at: Moment
    facts: Facts
    base: int
    status: Status


class Heard(NamedTuple):
    """What came of the words on a deal.

    Attributes:
        late: rows from its first claim on.
        changed: rows of which claims come.
        unpriced: its id, where it is in a currency without a plan rate; else "".
        last_at: the moment of the last row.
    """

    deal: int
    late: int
    changed: int
    unpriced: str
    last_at: Moment


class Laid(NamedTuple):
    """What waits to be laid: claims, of how many deals, and the moment of the earliest; None where there are none."""

    claims: int
    deals: int
    earliest: Moment | None


class HistoryStaging:
    """The words of one history and the claims that follow from them, held on this connection only.

    Use as a context: on leaving, they are gone.

    Attributes:
        rejects: the rows that were rejected.
    """

    def __init__(self, store: Store, number: int = 0) -> None:
        """Prepare for a history; of several at once each has a number of its own."""
        self._store = store
        self._conn = store.conn
        self._told, self.laid_table, self.heard_table = f"told{number}", f"laid{number}", f"heard{number}"
        self.rejects = KeptRejects(store, f"told_reject{number}")

    def __enter__(self) -> HistoryStaging:
        with translated(self._store.path):
            self._drop()
            self._conn.execute(
                f"CREATE TEMP TABLE {self._told} (deal INTEGER, at INTEGER, place TEXT, line INTEGER, words TEXT)"
            )
            self._conn.execute(
                f"CREATE TEMP TABLE {self.laid_table} (id INTEGER PRIMARY KEY, deal INTEGER NOT NULL,"
                f" valid_from INTEGER NOT NULL, {', '.join(CLAIM_COLUMNS)})"
            )
            self._conn.execute(
                f"CREATE TEMP TABLE {self.heard_table} (deal INTEGER PRIMARY KEY, late INTEGER NOT NULL,"
                " changed INTEGER NOT NULL, unpriced TEXT NOT NULL, last_at INTEGER NOT NULL)"
            )
            self.rejects.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with translated(self._store.path):
            if self._conn.in_transaction:
                self._conn.execute("ROLLBACK")
            self._drop()

    def add(self, words: Iterable[Words]) -> None:
        """Take words, in the order of the file."""
        with translated(self._store.path):
            self._conn.execute("BEGIN")
            self._conn.executemany(
                f"INSERT INTO temp.{self._told} (deal, at, place, words) VALUES (?, ?, ?, ?)",
                ((w.deal, w.at, w.order, _encode([_plain(told) for told in w.told])) for w in words),
            )
            self._conn.execute("COMMIT")

    def settle(self) -> None:
        """Forget what came of the deals of `temp.unforeseen`, and give those of their words their numbers."""
        placed = "deal IN (SELECT told FROM temp.placed WHERE deal IN (SELECT deal FROM temp.unforeseen))"
        known = "deal IN (SELECT deal FROM temp.unforeseen)"
        for table in (self.laid_table, self.heard_table):
            self._conn.execute(f"DELETE FROM temp.{table} WHERE {placed} OR {known}")
        self._conn.execute(
            f"UPDATE temp.{self._told} SET deal = (SELECT p.deal FROM temp.placed p WHERE p.told = {self._told}.deal)"
            f" WHERE {placed}"
        )

    def deals(self, pasts: Pasts, among: str = "") -> Iterator[KnownDeal]:
        """Yield the deals that were spoken of, with their claims of replayed histories apart.

        Args:
            pasts: returns the claims of deals, each deal's together and in order.
            among: a temporary table; only the deals of it.
        """
        self._conn.execute(f"CREATE INDEX IF NOT EXISTS temp.{self._told}_deal ON {self._told} (deal, at, place)")
        only = f"AND deal IN (SELECT deal FROM temp.{among})" if among else ""
        after = _BELOW
        while True:
            sql = f"SELECT DISTINCT deal FROM temp.{self._told} WHERE deal > ? {only} ORDER BY deal LIMIT ?"
            numbers = [deal for (deal,) in self._conn.execute(sql, (after, _CHUNK))]
            if not numbers:
                return
            after = numbers[-1]
            words = self._words(numbers)
            for _, claims in groupby(pasts(numbers), key=lambda row: row[0]):
                known = _known(list(claims), words)
                if known:
                    yield known

    def spoken_of(self) -> int:
        """Return of how many deals there are words."""
        return int(self._conn.execute(f"SELECT count(DISTINCT deal) FROM temp.{self._told}").fetchone()[0])

    def lay(self, heard: Iterable[Heard], claims: Iterable[PastClaim]) -> None:
        """Keep what came of words, and the claims for `write`."""
        self._conn.executemany(f"INSERT INTO temp.{self.heard_table} VALUES (?, ?, ?, ?, ?)", heard)
        places = ", ".join("?" * (len(CLAIM_COLUMNS) + 2))
        self._conn.executemany(
            f"INSERT INTO temp.{self.laid_table} (deal, valid_from, {', '.join(CLAIM_COLUMNS)}) VALUES ({places})",
            (
                (
                    c.deal, c.at, c.facts.owner, c.facts.stage, int(c.facts.category), c.base, *c.facts.money,
                    c.facts.close_day, int(c.status),
                )
                for c in claims
            ),
        )  # fmt: skip

    def heard(self) -> tuple[int, int, list[str]]:
        """Return the rows that were late, those of which claims come, and the ids of deals without a plan rate."""
        rows = f"temp.{self.heard_table} t {PLACED}"
        late, changed = self._conn.execute(
            f"SELECT coalesce(sum(late), 0), coalesce(sum(changed), 0) FROM {rows}"
        ).fetchone()
        unpriced = self._conn.execute(f"SELECT unpriced FROM {rows} AND unpriced <> '' ORDER BY {NUMBER}")
        return late, changed, [key for (key,) in unpriced]

    def laid(self) -> Laid:
        """Return what waits to be written."""
        sql = f"SELECT count(*), count(DISTINCT t.deal), min(t.valid_from) FROM temp.{self.laid_table} t {PLACED}"
        return Laid(*self._conn.execute(sql).fetchone())

    def write(self, change: int) -> None:
        """Write the claims under a change."""
        columns = ", ".join(CLAIM_COLUMNS)
        self._conn.execute(
            f"INSERT INTO claim (deal, valid_from, change, {columns})"
            f" SELECT {NUMBER}, t.valid_from, ?, {', '.join(f't.{name}' for name in CLAIM_COLUMNS)}"
            f" FROM temp.{self.laid_table} t {PLACED} ORDER BY {NUMBER}, t.valid_from",
            (change,),
        )

    def _words(self, numbers: Sequence[int]) -> dict[int, list[Words]]:
        sql = f"""
            SELECT deal, at, place, words FROM temp.{self._told}
            WHERE deal IN (SELECT value FROM json_each(?)) ORDER BY deal, at, place, rowid
        """
        found: dict[int, list[Words]] = {}
        for deal, at, place, words in self._conn.execute(sql, (json.dumps(numbers),)):
            told = [_told(at, *word) for word in json.loads(words)]
            found.setdefault(deal, []).append(Words(deal, at, place, told))
        return found

    def _drop(self) -> None:
        for table in (self._told, self.laid_table, self.heard_table):
            self._conn.execute(f"DROP TABLE IF EXISTS temp.{table}")
        self.rejects.drop()


def known_numbers(conn: sqlite3.Connection) -> dict[str, int]:
    """Return the deals of which the store has a state: number by id."""
    return dict(conn.execute("SELECT key, id FROM deal WHERE id IN (SELECT deal FROM deal_state)").fetchall())


def claims_known(conn: sqlite3.Connection, deals: Sequence[int], kinds: Sequence[str]) -> list[PastRow]:
    """Return the claims of deals that stand, in order; `kinds` are the dialects under which histories are noted."""
    return conn.execute(_CLAIMS, {"deals": json.dumps(deals), "kinds": json.dumps(kinds)}).fetchall()


def _plain(told: Told) -> list[Any]:
    return [_FIELDS.index(told.field), told.value, told.before]


def _told(at: Moment, place: int, value: Any, before: Any) -> Told:
    field = _FIELDS[place]
    if field == "category":
        value, before = Category(value), None if before is None else Category(before)
    elif field == "money":
        value, before = tuple(value), None if before is None else tuple(before)
    return Told(at, field, value, before)


def _known(rows: Sequence[tuple[Any, ...]], words: dict[int, list[Words]]) -> KnownDeal | None:
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
    return KnownDeal(rows[0][0], rows[0][1], Past(claims[first], first, earlier), words[rows[0][0]])


_CLAIMS = """
    SELECT d.id, d.key, c.valid_from,
        c.change IN (SELECT i.change FROM import i WHERE i.dialect IN (SELECT value FROM json_each(:kinds))),
        c.owner, c.stage, c.rep_category, c.currency, c.original, c.close_day
    FROM deal d JOIN claim c ON c.deal = d.id
    WHERE d.id IN (SELECT value FROM json_each(:deals))
        AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.change = c.change)
    ORDER BY d.id, c.valid_from, c.change, c.id
"""
