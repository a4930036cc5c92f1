"""What histories will add to the store, worked out before the turn to write, and what of it still holds within it.

Others wait while somebody writes, so words are replayed and deals projected before. Every row of the tracks points to
its change, and changes are numbered in the order in which they are committed: what came meanwhile is what points to a
later one, and only the deals that it touches are worked out again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from types import TracebackType

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.deal import Category, Claim, DetailVersion, Hold, State, Status, Void
from salesops_tui.store import tracks
from salesops_tui.store.connection import Store, translated
from salesops_tui.store.history_replay import NUMBER, PLACED, HistoryStaging, PastRow, claims_known
from salesops_tui.store.imports_staging import CLAIM_COLUMNS
from salesops_tui.store.policies import Policies, newest_version
from salesops_tui.store.record import newest_change

_CHUNK = 1_000
_LATER = 2**62
"""The change of what is still to be written: after all that is there."""
_TABLES = ("foreseen", "foreseen_deal", "placed", "unforeseen")


class Foresight:
    """Histories that are laid in one transaction, with what will come of them.

    Use as a context: on leaving, what was worked out is gone. Before the turn: `working` for each history, then
    `foresee`. Within it: `begin`, `settle` once the deals are in, `write` when all claims are.

    Attributes:
        at: the moment that a file of deals describes, as far as that is known.
    """

    def __init__(self, store: Store, policies: Policies, kinds: Sequence[str], at: Moment) -> None:
        """Foresee what comes into a store; `kinds` are the dialects of histories."""
        self._store, self._conn = store, store.conn
        self._policies, self._kinds = policies, kinds
        self.at = at
        self._histories: list[HistoryStaging] = []
        self._seen = self._policy = self._began = 0
        self._settled = False

    def __enter__(self) -> Foresight:
        with translated(self._store.path):
            self._drop()
            self._conn.execute(_FORESEEN)
            self._conn.execute("CREATE TEMP TABLE placed (told INTEGER PRIMARY KEY, deal INTEGER NOT NULL)")
            for table in ("foreseen_deal", "unforeseen"):
                self._conn.execute(f"CREATE TEMP TABLE {table} (deal INTEGER PRIMARY KEY)")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with translated(self._store.path):
            if self._conn.in_transaction:
                self._conn.execute("ROLLBACK")
            self._drop()

    # ------------------------------------------------------------------ before the turn

    @contextmanager
    def working(self, history: HistoryStaging) -> Iterator[None]:
        """Work out what comes of a history, in the order in which they will be laid."""
        with self._looking():
            if not self._seen:
                self._seen, self._policy = newest_change(self._conn), newest_version(self._conn)
            yield
            self._histories.append(history)

    def pasts(self, deals: Sequence[int]) -> list[PastRow]:
        """Return the claims that deals will have once what was worked out so far is written."""
        rows = claims_known(self._conn, [deal for deal in deals if deal > 0], self._kinds)
        wanted = json.dumps(deals)
        rows += self._conn.execute(_STAGED, {"at": self.at, "deals": wanted}).fetchall()
        key_of = {row[0]: row[1] for row in rows}
        for history in self._histories:
            sql = _LAID.format(history.laid_table)
            rows += [(row[0], key_of[row[0]], *row[2:]) for row in self._conn.execute(sql, (wanted,))]
        # Of one deal they stay in this order, in which they will be recorded.
        return sorted(rows, key=lambda row: row[0])

    def foresee(self) -> None:
        """Project the deals that nobody has inspected, as they will be."""
        with self._looking():
            waiting = iter(self._spoken_of())
            while chunk := list(islice(waiting, _CHUNK)):
                self._foresee(chunk)

    @contextmanager
    def _looking(self) -> Iterator[None]:
        with translated(self._store.path):
            self._conn.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._conn.execute("ROLLBACK")
                raise
            self._conn.execute("COMMIT")

    def _spoken_of(self) -> list[int]:
        union = " UNION ".join(f"SELECT DISTINCT deal FROM temp.{history.laid_table}" for history in self._histories)
        return [deal for (deal,) in self._conn.execute(f"{union} ORDER BY 1")]

    def _foresee(self, deals: list[int]) -> None:
        from salesops_tui.domain.projection import project

        asked = {deal for (deal,) in self._conn.execute(_ASKED, {"deals": json.dumps(deals)})}
        plain = [deal for deal in deals if deal not in asked]
        wanted = json.dumps(plain)
        claims, details = dict(tracks.claims_of(self._conn, wanted)), dict(tracks.details_of(self._conn, wanted))
        for deal, *row in self._conn.execute(_STAGED_CLAIMS, {"at": self.at, "deals": wanted}):
            claims[deal] = [_claim(0, self.at, _LATER, row)]
            details[deal] = [DetailVersion(0, self.at, _LATER, "")]
        for place, history in enumerate(self._histories, 1):
            for number, deal, at, *row in self._conn.execute(_LAID_CLAIMS.format(history.laid_table), (wanted,)):
                claims[deal].append(_claim(-(number * len(self._histories) + place), at, _LATER + place, row))
        rows: list[tuple[object, ...]] = []
        for deal in plain:
            moments = {claim.id: claim.valid_from for claim in claims[deal]}
            states = project(claims[deal], details.get(deal, ()), ()).states
            rows += ((deal, *_values(state, moments[state.claim])) for state in states)
        self._conn.executemany(f"INSERT INTO temp.foreseen VALUES ({', '.join('?' * 13)})", rows)
        self._conn.executemany("INSERT INTO temp.foreseen_deal VALUES (?)", ((deal,) for deal in plain))

    # ------------------------------------------------------------------ within the turn

    def begin(self) -> None:
        """Note where the transaction begins, before anything is written in it."""
        self._began = newest_change(self._conn)

    def settle(self) -> None:
        """Find the deals that came in with this transaction, and those that are not as they were when we looked."""
        if self._settled:
            return
        self._settled = True
        moment = self._conn.execute(_DEALS_AT, (self._began,)).fetchone()
        as_of = self.at if moment is None else moment[0]
        values = {"seen": self._seen, "began": self._began, "earlier": min(self.at, as_of)}
        for history in self._histories:
            self._conn.execute(_PLACING.format(history.heard_table))
        for sql in _CHANGED:
            self._conn.execute(f"INSERT OR IGNORE INTO temp.unforeseen {sql}", values)
        for history in self._histories:
            if as_of != self.at:
                self._conn.execute(_LATE.format(history.heard_table), values)
            if newest_version(self._conn) != self._policy:
                self._conn.execute(_ALL.format(history.heard_table))
        for column in ("valid_from", "valid_to", "claim_at"):
            sql = f"UPDATE temp.foreseen SET {column} = ? WHERE deal < 0 AND {column} = ?"
            self._conn.execute(sql, (as_of, self.at))

    def write(self) -> None:
        """Bring the states of all deals of which claims were laid in line with them."""
        known = {deal for (deal,) in self._conn.execute(_HELD)}
        laid: set[int] = set()
        for history in self._histories:
            laid.update(deal for (deal,) in self._conn.execute(_TOUCHED.format(history.laid_table)))
        self._conn.execute(f"DELETE FROM deal_state WHERE deal IN ({_HELD})")
        self._conn.execute(_STATES, _PLAIN)
        tracks.rebuild(self._conn, self._policies, sorted(laid - known))

    def _drop(self) -> None:
        for table in _TABLES:
            self._conn.execute(f"DROP TABLE IF EXISTS temp.{table}")


def _claim(number: int, at: Moment, change: int, row: Sequence[object]) -> Claim:
    owner, stage, category, amount, currency, original, day, status = row
    return Claim(number, at, change, owner, stage, Category(category), amount, currency, original, day, Status(status))  # type: ignore[arg-type]


def _values(state: State, claim_at: Moment) -> tuple[object, ...]:
    return (
        state.valid_from, state.valid_to, state.claim, claim_at, state.detail, state.owner, int(state.status),
        int(state.rep_category), state.amount, state.close_day, state.stage, state.slips,
    )  # fmt: skip


_PLAIN = {"hold": int(Hold.NONE), "void": int(Void.NONE)}
_CLAIM = ", ".join(CLAIM_COLUMNS)
# A claim that is still to be written has a number below 1; it is found by its moment. So has a detail the number 0.
_FORESEEN = """
    CREATE TEMP TABLE foreseen (deal INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER NOT NULL,
        claim INTEGER NOT NULL, claim_at INTEGER NOT NULL, detail INTEGER NOT NULL, owner INTEGER NOT NULL,
        status INTEGER NOT NULL, rep_category INTEGER NOT NULL, amount INTEGER NOT NULL, close_day INTEGER NOT NULL,
        stage TEXT NOT NULL, slips INTEGER NOT NULL)
"""
_OF_THESE = "IN (SELECT value FROM json_each(:deals))"
_ASKED = f"""
    SELECT deal FROM inspection WHERE deal {_OF_THESE} UNION SELECT deal FROM deal_link WHERE deal {_OF_THESE}
"""
_OF_STAGED = "FROM temp.staged s WHERE s.id IN (SELECT -value FROM json_each(:deals) WHERE value < 0)"
_STAGED = f"""
    SELECT -s.id, s.key, :at, 0, s.owner, s.stage, s.rep_category, s.currency, s.original, s.close_day {_OF_STAGED}
"""
_STAGED_CLAIMS = f"SELECT -s.id, {_CLAIM} {_OF_STAGED}"
_LAID = """
    SELECT deal, '', valid_from, 1, owner, stage, rep_category, currency, original, close_day
    FROM temp.{} WHERE deal IN (SELECT value FROM json_each(?)) ORDER BY deal, valid_from
"""
_LAID_CLAIMS = f"""
    SELECT id, deal, valid_from, {_CLAIM}
    FROM temp.{{}} WHERE deal IN (SELECT value FROM json_each(?)) ORDER BY deal, valid_from
"""
_DEALS_AT = "SELECT valid_at FROM change WHERE id > ? AND kind = 'import' ORDER BY id LIMIT 1"
_PLACING = """
    INSERT OR IGNORE INTO temp.placed
    SELECT t.deal, d.id FROM temp.{} t CROSS JOIN temp.staged s ON s.id = -t.deal JOIN deal d ON d.key = s.key
    WHERE t.deal < 0
"""
_SINCE = "change > :seen AND change <= :began"
_WITHDRAWN = "FROM withdrawal w CROSS JOIN {0} t ON t.change = w.change"
_CHANGED = (
    f"SELECT deal FROM claim WHERE {_SINCE}",
    f"SELECT deal FROM detail WHERE {_SINCE}",
    f"SELECT deal FROM deal_link WHERE {_SINCE}",
    f"SELECT deal FROM inspection WHERE id IN (SELECT inspection FROM answer WHERE {_SINCE})",
    # Answers and links that are withdrawn leave a deal that was not foreseen in the first place.
    *(f"SELECT t.deal {_WITHDRAWN.format(table)} WHERE w.by_change > :seen" for table in ("claim", "detail")),
    # Of the deals that were there, what comes with them now was not looked at.
    *(
        f"SELECT t.deal FROM {table} t CROSS JOIN deal d ON d.id = t.deal"
        " WHERE t.change > :began AND d.change <= :began"
        for table in ("claim", "detail")
    ),
    "SELECT p.deal FROM temp.placed p CROSS JOIN deal d ON d.id = p.deal WHERE d.change <= :began",
)
_LATE = """
    INSERT OR IGNORE INTO temp.unforeseen
    SELECT p.deal FROM temp.{} t JOIN temp.placed p ON p.told = t.deal WHERE t.last_at >= :earlier
"""
_ALL = f"INSERT OR IGNORE INTO temp.unforeseen SELECT {NUMBER} FROM temp.{{}} t {PLACED}"
_TOUCHED = f"SELECT DISTINCT {NUMBER} FROM temp.{{}} t {PLACED}"
_HELD = f"SELECT {NUMBER} FROM temp.foreseen_deal t {PLACED} AND {NUMBER} NOT IN (SELECT deal FROM temp.unforeseen)"
_STATES = f"""
    INSERT INTO deal_state (deal, valid_from, valid_to, claim, detail, owner, status, rep_category, hold, amount,
        close_day, stage, good_until, void, slips)
    SELECT {NUMBER} AS number, t.valid_from, t.valid_to,
        CASE WHEN t.claim > 0 THEN t.claim
            ELSE (SELECT max(c.id) FROM claim c WHERE c.deal = {NUMBER} AND c.valid_from = t.claim_at) END,
        CASE WHEN t.detail > 0 THEN t.detail ELSE (SELECT max(x.id) FROM detail x WHERE x.deal = p.deal) END,
        t.owner, t.status, t.rep_category, :hold, t.amount, t.close_day, t.stage, 0, :void, t.slips
    FROM temp.foreseen t {PLACED} AND {NUMBER} NOT IN (SELECT deal FROM temp.unforeseen)
    ORDER BY number, t.valid_from
"""
