"""What a change brought, as one hash: a row that is edited, taken away or slipped in afterwards does not agree with it.

The columns are listed by hand: a column that a later schema adds must not change the hash of older rows.
"""

from __future__ import annotations

import sqlite3

MARK = "2:"
"""In front of a hash over every table; the first schema's hashes were over the rows of an import alone."""

_COLUMNS = {
    "claim": "id, deal, valid_from, owner, stage, rep_category, amount, currency, original, close_day, status",
    "detail": "id, deal, valid_from, name, account, created_day, next_step, next_step_day, last_meeting_day,"
    " last_activity_day, economic_buyer, economic_buyer_title, type, segment, term_months, close_confirmed,"
    " close_plan, requalified_day, loss_reason, competitor, owner_text, extra",
    "import": "id, source, file_name, sha256, as_of, is_full, dialect, rows, accepted, rejected, new, changed,"
    " unchanged, removed, report",
    "answer": "id, inspection, question, version, actor, given_at, value, evidence, reason, risk, mitigation,"
    " risk_kind, met_day, repeats, streak",
    "note": "id, deal, valid_from, kind, body, note_day",
    "action": "id, deal, inspection, owner, due_day, body, created_at",
    "action_closing": "action, status",
    "quota": "id, person, period, amount",
    "policy": "version, adopted_at, source, plain",
    "call": "id, scope, kind, period, started_at, started_by, lapses_at",
    "deal_link": "id, deal, earlier, kind",
    "deal_taken_over": "deal, former",
    "delivery": "hex(deals)",
    "mapping": "id, fingerprint, source, dialect, body",
    "owner_alias": "id, text, person",
    "forecast_number": "id, person, period, amount, closed, committed, note, submitted_at",
    "period_close": "id, period, closed_at, figures",
    "service_account": "id, login",
}
_WITHDRAWN = "SELECT json_array('withdrawal', change) FROM withdrawal WHERE by_change = ? ORDER BY change"
_INSPECTIONS = """
    SELECT json_array('inspection', id, deal, call, policy, opened_at, opened_by, rep_present, backdated)
    FROM inspection WHERE id IN (SELECT inspection FROM answer WHERE change = ?) ORDER BY id
"""
_JUDGMENTS = """
    SELECT json_array('judgment', number, deal, puts_in, amount, reason)
    FROM judgment WHERE number IN (SELECT id FROM forecast_number WHERE change = ?) ORDER BY number, deal
"""
_REJECTS = """
    SELECT json_array('reject', line, reason, raw)
    FROM reject WHERE import IN (SELECT id FROM import WHERE change = ?) ORDER BY import, line, rowid
"""
_BY_CHANGE = tuple(
    f"SELECT json_array('{table}', {columns}) FROM {table} WHERE change = ? ORDER BY {columns.partition(',')[0]}"
    for table, columns in _COLUMNS.items()
)
_SMALL = (*_BY_CHANGE, _WITHDRAWN, _INSPECTIONS, _JUDGMENTS, _REJECTS)
# Only imports bring deals, and looking for a change's deals means reading all of them.
_DEALS = "SELECT json_array('deal', id, key) FROM deal WHERE change = ? ORDER BY id"

_PEOPLE = (
    "SELECT json_array(id, key, name, role, email, login, region, segment) FROM person ORDER BY id",
    "SELECT json_array(id, person, manager, valid_from, valid_to, change) FROM reporting_line ORDER BY id",
)


def rows_hash(conn: sqlite3.Connection, change: int, kind: str) -> str:
    """Return SHA-256 over every row that came with a change, marked with `MARK`."""
    queries = (*_SMALL, _DEALS) if kind == "import" else _SMALL
    return MARK + _hashed(conn, queries, (change,))


def people_hash(conn: sqlite3.Connection) -> str:
    """Return SHA-256 over people and reporting lines as they are: these rows are changed in place."""
    return _hashed(conn, _PEOPLE, ())


def strange_deals(conn: sqlite3.Connection) -> list[str]:
    """Return the ids of deals that no import brought."""
    sql = "SELECT d.key FROM deal d JOIN change c ON c.id = d.change WHERE c.kind <> 'import' ORDER BY d.id"
    return [key for (key,) in conn.execute(sql)]


def strange_schema(conn: sqlite3.Connection) -> list[str]:
    """Return in words how the store's tables, indexes, triggers and views differ from those of its schema."""
    from salesops_tui.store.migrations import migrate

    blank = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(blank)
        wanted, there = _schema(blank), _schema(conn)
    finally:
        blank.close()
    found = [f"the {kind} {name} is missing" for kind, name in wanted.keys() - there.keys()]
    found += [f"the {kind} {name} does not belong to the store" for kind, name in there.keys() - wanted.keys()]
    found += [f"the {k} {n} was changed" for k, n in wanted.keys() & there.keys() if wanted[k, n] != there[k, n]]
    return sorted(found)


def _schema(conn: sqlite3.Connection) -> dict[tuple[str, str], str]:
    # Only SQLite's own indexes have no text; a name that begins like SQLite's can be given to anything by force.
    sql = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL OR type <> 'index'"
    return {(kind, name): " ".join((text or "").split()) for kind, name, text in conn.execute(sql)}


def _hashed(conn: sqlite3.Connection, queries: tuple[str, ...], values: tuple[int, ...]) -> str:
    from hashlib import sha256

    digest = sha256()
    for query in queries:
        for (row,) in conn.execute(query, values):
            digest.update(row.encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()
