"""Whatever is edited, removed, slipped in or put in another order by force, `verify` names it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from salesops_tui.domain.calendar import to_day
from salesops_tui.services import acting, calls
from salesops_tui.services.undo import undo_last
from salesops_tui.services.verifying import Verified, verify_store
from salesops_tui.store import imports, record
from salesops_tui.store.connection import open_store
from salesops_tui.store.migrations import SCHEMA_VERSION
from salesops_tui.store.schema import first, second
from tests.company import Company

EVERY_TABLE = sorted({*first.IMMUTABLE, *second.IMMUTABLE, "deal", "deal_link", "call", "person", "reporting_line"})
_BY_HAND = (
    "INSERT INTO deal_link (deal, earlier, kind, change) VALUES (1, 2, 'split', :change)",
    "INSERT INTO deal_taken_over (change, deal, former) VALUES (:change, 1, 'crm')",
    "INSERT INTO delivery (change, deals) VALUES (:change, x'0102')",
    "INSERT INTO mapping (fingerprint, source, dialect, body, change) VALUES ('f', 'crm', 'canonical', '{}', :change)",
    "INSERT INTO owner_alias (text, person, change) VALUES ('l. park', 3, :change)",
    (
        "INSERT INTO forecast_number (person, period, amount, closed, committed, note, submitted_at, change)"
        " VALUES (2, 'FY26-Q4', 100, 0, 90, 'sure', 5, :change)"
    ),
    (
        "INSERT INTO judgment (number, deal, puts_in, amount, reason)"
        " SELECT max(id), 1, 1, 10, 'I know them' FROM forecast_number"
    ),
    "INSERT INTO service_account (login, change) VALUES ('daemon', :change)",
    "INSERT INTO period_close (period, closed_at, figures, change) VALUES ('FY26-Q3', 5, '{}', :change)",
    (
        "INSERT INTO import (change, source, file_name, sha256, as_of, is_full, dialect, rows, accepted, rejected, new,"
        " changed, unchanged, removed, report)"
        " VALUES (:change, 'crm', 'f', 's', 1, 0, 'canonical', 1, 0, 1, 0, 0, 0, 0, '')"
    ),
    "INSERT INTO reject (import, line, reason, raw) SELECT max(id), 2, 'no id', 'x' FROM import",
)


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a row in every table that keeps what people said."""
    path = tmp_path_factory.mktemp("lived") / "store.db"
    company = Company(path)
    for key in ("D1", "D2"):
        company.claim(key)
    company.quota("lee", "FY26-Q4", 1000)
    company.fail("D1", by="dana")
    dana = company.acting_as("dana")
    undo_last(dana)
    company.pass_("D1", by="dana")
    number = acting.add_action(dana, "D1", company.people["lee"], to_day(company.time.date()), "call them")
    acting.close_action(dana, number, done=True)
    call = calls.current_call(dana)
    assert call is not None
    calls.end_call(dana, call)
    with company.store.write() as conn:
        change = company.context.change("import")
        for statement in _BY_HAND:
            conn.execute(statement, {"change": change})
        conn.execute(
            "INSERT INTO note (deal, valid_from, change, kind, body) VALUES (1, 1, ?, 'close_plan', 'plan')", (change,)
        )
        record.write_record(conn, change, {})
    company.store.settle()
    return path


@pytest.fixture
def desk(lived_in: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A copy of the store, and a connection over which anything goes."""
    shutil.copy(lived_in, tmp_path / "store.db")
    conn = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    yield conn
    conn.close()


def looked_at(tmp_path: Path, head: str = "") -> Verified:
    from salesops_tui.services.context import Context

    with open_store(tmp_path / "store.db") as store:
        return verify_store(Context(store, None), head)


def by_force(conn: sqlite3.Connection, table: str, statement: str) -> None:
    """Do what the triggers forbid, and put them back so that only the rows tell."""
    triggers = conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,))
    kept = triggers.fetchall()
    for name, _ in kept:
        conn.execute(f"DROP TRIGGER {name}")
    conn.execute("PRAGMA ignore_check_constraints = ON")
    conn.execute(statement)
    for _, sql in kept:
        conn.execute(sql)


def test_a_store_with_everything_in_it_verifies(desk: sqlite3.Connection, tmp_path: Path) -> None:
    found = looked_at(tmp_path)
    assert found.problems == []
    assert found.rows > 10
    empty = [t for t in EVERY_TABLE if not desk.execute(f"SELECT count(*) FROM {t}").fetchone()[0]]
    assert empty == []


def columns() -> list[tuple[str, str]]:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    from salesops_tui.store.migrations import migrate

    migrate(conn)
    found = [
        (table, column)
        for table in EVERY_TABLE
        for (column,) in conn.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
        if (table, column) not in _DEAL_SOURCE
    ]
    conn.close()
    return found


# Which source delivered a deal last is no statement of anybody's: it changes in place with each import.
_DEAL_SOURCE = {("deal", "source")}


@pytest.mark.parametrize(("table", "column"), columns())
def test_an_edit_of_any_column_is_noticed(desk: sqlite3.Connection, tmp_path: Path, table: str, column: str) -> None:
    (kind,) = desk.execute("SELECT type FROM pragma_table_xinfo(?) WHERE name = ?", (table, column)).fetchone()
    edited = f"coalesce({column}, 0) + 77" if kind == "INTEGER" else f"coalesce({column}, '') || 'x'"
    edited = f"CAST({edited} AS BLOB)" if kind == "BLOB" else edited
    key = "rowid" if "WITHOUT ROWID" not in _sql(desk, table) else column
    by_force(desk, table, f"UPDATE {table} SET {column} = {edited} WHERE {key} = (SELECT max({key}) FROM {table})")
    assert looked_at(tmp_path).problems


@pytest.mark.parametrize("table", [t for t in EVERY_TABLE if t != "deal"])
def test_a_row_that_is_taken_away_is_noticed(desk: sqlite3.Connection, tmp_path: Path, table: str) -> None:
    by_force(desk, table, f"DELETE FROM {table}")
    assert looked_at(tmp_path).problems


def _sql(conn: sqlite3.Connection, table: str) -> str:
    return str(conn.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0])


def test_an_answer_that_is_slipped_in_is_noticed(desk: sqlite3.Connection, tmp_path: Path) -> None:
    desk.execute(
        "INSERT INTO answer SELECT max(id) + 1, inspection, question, 99, change, actor, given_at, 'yes', '', '', '',"
        " '', '', NULL, NULL, 1 FROM answer"
    )
    assert any("were changed, removed or added to" in problem for problem in looked_at(tmp_path).problems)


def test_rows_of_the_record_in_another_order_are_noticed(desk: sqlite3.Connection, tmp_path: Path) -> None:
    by_force(desk, "record", "UPDATE record SET seq = CASE seq WHEN 3 THEN -4 ELSE -3 END WHERE seq IN (3, 4)")
    by_force(desk, "record", "UPDATE record SET seq = -seq WHERE seq < 0")
    assert looked_at(tmp_path).problems[0] == "row 3 of the record was changed, or one before it was"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "CREATE TRIGGER helpful AFTER INSERT ON answer BEGIN DELETE FROM draft; END",
            "trigger helpful does not belong",
        ),
        ("CREATE VIEW everyone AS SELECT * FROM person", "view everyone does not belong"),
        ("CREATE TABLE mine (x)", "table mine does not belong"),
        ("DROP TRIGGER answer_no_update", "trigger answer_no_update is missing"),
        ("DROP INDEX answer_change", "index answer_change is missing"),
    ],
)
def test_what_is_planted_in_the_schema_is_named(
    desk: sqlite3.Connection, tmp_path: Path, statement: str, said: str
) -> None:
    desk.execute(statement)
    assert any(said in problem for problem in looked_at(tmp_path).problems)


def test_a_head_that_was_seen_tells_a_store_that_was_cut_and_went_on(lived_in: Path, tmp_path: Path) -> None:
    """Cutting the tail and what it told of leaves a whole chain: only a head from outside shows it."""
    shutil.copy(lived_in, tmp_path / "store.db")
    before = looked_at(tmp_path)
    assert looked_at(tmp_path, before.head[:12]).known_at == before.rows
    conn = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    last = conn.execute("SELECT max(change) FROM record").fetchone()[0]
    for table in ("judgment", "reject"):
        by_force(conn, table, f"DELETE FROM {table}")
    for (table,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        names = {name for (name,) in conn.execute("SELECT name FROM pragma_table_info(?)", (table,))}
        if "change" in names:
            by_force(conn, table, f"DELETE FROM {table} WHERE change = {last}")
    by_force(conn, "change", f"DELETE FROM change WHERE id = {last}")
    conn.close()
    assert looked_at(tmp_path).problems == []
    assert "was rewritten since, or cut" in looked_at(tmp_path, before.head).problems[0]


def test_a_short_piece_of_a_hash_proves_nothing(lived_in: Path, tmp_path: Path) -> None:
    shutil.copy(lived_in, tmp_path / "store.db")
    assert looked_at(tmp_path, looked_at(tmp_path).head[:7]).known_at is None


def test_a_record_of_the_first_version_still_verifies(tmp_path: Path) -> None:
    """Rows written before every table was hashed carry no hash, or one over an import alone."""
    company = Company(tmp_path / "store.db")
    company.claim("D1")
    company.fail("D1", by="dana")
    conn = company.store.conn
    sql = "SELECT r.seq, r.change, r.body, c.kind FROM record r JOIN change c ON c.id = r.change ORDER BY r.seq"
    rows = conn.execute(sql).fetchall()
    by_force(conn, "record", "DELETE FROM record")
    prev = record.GENESIS
    for seq, change, body, kind in rows:
        hashed = imports.rows_hash(conn, change) if kind == "import" else ""
        digest = record.chain_hash(prev, seq, body, hashed)
        conn.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", (seq, change, body, hashed, prev, digest))
        prev = digest
    assert verify_store(company.context).problems == []
    by_force(conn, "answer", "UPDATE answer SET value = 'yes'")
    assert any("rows that came with row" in problem for problem in verify_store(company.context).problems)
    company.store.close()


NOWHERE = 99_999
"""The number of a change that does not exist."""

_SLIPPED_IN = {
    "note": f"INSERT INTO note (deal, valid_from, change, kind, body) VALUES (1, 1, {NOWHERE}, 'close_plan', 'mine')",
    "quota": f"INSERT INTO quota (person, period, amount, change) VALUES (2, 'FY26-Q4', 5, {NOWHERE})",
    "policy": f"INSERT INTO policy SELECT max(version) + 1, {NOWHERE}, adopted_at, source, plain FROM policy",
    "answer": f"INSERT INTO answer SELECT max(id) + 1, inspection, question, 99, {NOWHERE}, actor, given_at, 'yes', '',"
    " '', '', '', '', NULL, NULL, 1 FROM answer",
    "action": f"INSERT INTO action SELECT max(id) + 1, deal, inspection, owner, due_day, 'pay', created_at, {NOWHERE}"
    " FROM action",
    "withdrawal": f"INSERT INTO withdrawal SELECT max(change), {NOWHERE} FROM forecast_number",
    "service_account": f"INSERT INTO service_account (login, change) VALUES ('mallory', {NOWHERE})",
    "deal_link": f"INSERT INTO deal_link (deal, earlier, kind, change) VALUES (2, 1, 'split', {NOWHERE})",
    "delivery": f"INSERT INTO delivery (change, deals) VALUES ({NOWHERE}, x'00')",
    "judgment": f"INSERT INTO judgment VALUES ({NOWHERE}, 1, 1, 1, 'I know them')",
    "deal": f"INSERT INTO deal VALUES (999, 'X9', 'crm', {NOWHERE})",
    "inspection": "INSERT INTO inspection SELECT max(id) + 1, deal, call, policy, opened_at, opened_by, rep_present,"
    " backdated FROM inspection",
    "deal_state": f"INSERT INTO deal_state SELECT 999, {NOWHERE}, valid_from, valid_to, claim, detail, inspection,"
    " owner, status, rep_category, hold, amount, close_day, stage, good_until, void, slips FROM deal_state LIMIT 1",
}


@pytest.mark.parametrize("table", _SLIPPED_IN)
def test_a_row_of_no_change_is_noticed(desk: sqlite3.Connection, tmp_path: Path, table: str) -> None:
    """It is in no hash of a change, since there is none; the program would read it all the same."""
    by_force(desk, table, _SLIPPED_IN[table])
    assert any("slipped in" in problem for problem in looked_at(tmp_path).problems)


def test_what_takes_a_name_of_sqlites_own_is_named(desk: sqlite3.Connection, tmp_path: Path) -> None:
    desk.execute("CREATE TRIGGER zz AFTER INSERT ON answer BEGIN DELETE FROM draft; END")
    desk.execute("PRAGMA writable_schema = ON")
    desk.execute("UPDATE sqlite_master SET name = 'sqlite_zz', sql = replace(sql, 'zz', 'sqlite_zz') WHERE name = 'zz'")
    assert "the trigger sqlite_zz does not belong to the store" in looked_at(tmp_path).problems


def test_an_index_that_leaves_rows_out_is_noticed(desk: sqlite3.Connection, tmp_path: Path) -> None:
    """What is read by it would be other figures than what the table holds."""
    desk.execute("PRAGMA writable_schema = ON")
    was = "SELECT sql FROM sqlite_master WHERE name = 'note_deal'"
    (kept,) = desk.execute(was).fetchone()
    desk.execute("DROP INDEX note_deal")
    desk.execute("CREATE INDEX note_deal ON note (deal, kind, valid_from) WHERE deal <> 1")
    desk.execute("PRAGMA writable_schema = ON")
    desk.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'note_deal'", (kept,))
    assert any("not in order" in problem for problem in looked_at(tmp_path).problems)


@pytest.mark.parametrize("number", [0, 1, -1])
def test_a_schemas_number_that_was_set_back_is_named(desk: sqlite3.Connection, tmp_path: Path, number: int) -> None:
    desk.execute(f"PRAGMA user_version = {number}")
    (said,) = looked_at(tmp_path).problems
    assert f"has schema {SCHEMA_VERSION}, and its number (user_version) was set to {number}" in said
    desk.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    assert looked_at(tmp_path).problems == [], "as the line says"


@pytest.mark.parametrize("anew", ["id + 100000", "id + (1 << 50)", "-id"])
def test_a_row_of_history_that_was_given_another_number_is_named(tmp_path: Path, anew: str) -> None:
    company = Company(tmp_path / "store.db")
    for amount in (10, 20, 30):
        company.claim("D0", amount=amount)
        company.later(hours=1).claim("D1", amount=amount)
        company.later(hours=1)
    company.at("2026-11-09 08:30").claim("D1", amount=15)  # an older statement: history is written again from there
    assert verify_store(company.context).problems == []
    conn = company.store.conn
    number = conn.execute("SELECT id FROM deal_state WHERE deal = 2 ORDER BY valid_from LIMIT 1").fetchone()[0]
    conn.execute(f"UPDATE deal_state SET id = {anew} WHERE id = {number}")
    assert {problem.partition(" of ")[2] for problem in verify_store(company.context).problems} == {
        "the history of D1 is out of order: it was given another number"
    }
    company.store.close()
