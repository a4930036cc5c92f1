"""Applying what was staged, on a real store: what differs, what it leaves alone, what it costs in memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salesops_tui.domain.calendar import Moment, to_day
from salesops_tui.domain.deal import Category, Status
from salesops_tui.domain.projection import project_single
from salesops_tui.store import imports, record, tracks
from salesops_tui.store.imports import Delivery, Effect
from salesops_tui.store.imports_staging import DETAIL_COLUMNS, STAGED_COLUMNS, Staging, rejected_row
from tests.company import MONDAY, Company

ALL = frozenset(DETAIL_COLUMNS)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path / "store.db")
    yield company
    company.store.close()


def row(company: Company, key: str, **values: Any) -> tuple[Any, ...]:
    """What an import stages for a deal, in the order of the columns."""
    plain: dict[str, Any] = dict.fromkeys(STAGED_COLUMNS, "")
    plain |= dict.fromkeys(("created_day", "next_step_day", "last_meeting_day", "last_activity_day", "term_months"))
    plain |= {
        "key": key, "owner": company.people["lee"].id, "stage": "6", "rep_category": int(Category.COMMIT),
        "amount": 100, "currency": "USD", "original": 100, "close_day": to_day(MONDAY.date()) + 30,
        "status": int(Status.OPEN), "name": f"Deal {key}", "extra": "{}", "requalified_day": None,
    }  # fmt: skip
    plain |= values
    assert tuple(plain) == STAGED_COLUMNS
    return tuple(plain.values())


def deliver(
    company: Company, *rows: tuple[Any, ...], full: bool = False, details: frozenset[str] = ALL, source: str = "crm"
) -> Effect:
    """Stage and apply rows as of now."""
    context = company.context
    delivery = Delivery(source, company.clock(), full, details)
    with Staging(company.store) as staging:
        refused = staging.add([(line, 1, *values) for line, values in enumerate(rows, 2)])
        assert refused == {}
        with company.store.write() as conn:
            effect = imports.compare(conn, delivery)
            change = context.change("import", valid_at=delivery.as_of)
            imports.apply(conn, delivery, change, context.policies, lambda step: None)
            record.write_record(conn, change, {})
    return effect


def tracks_agree(company: Company) -> bool:
    conn = company.store.conn
    return all(
        list(tracks.projection_of(conn, company.context.policies, deal).states) == tracks.states_of(conn, deal)
        for (deal,) in conn.execute("SELECT id FROM deal").fetchall()
    )


def test_new_deals_have_the_state_that_the_projection_gives(company: Company) -> None:
    effect = deliver(company, row(company, "D1"), row(company, "D2", status=int(Status.WON), stage="7"))
    assert effect == Effect(2, 0, 0, 0, 0, 0)
    conn = company.store.conn
    assert tracks_agree(company)
    (number,) = conn.execute("SELECT id FROM deal WHERE key = 'D1'").fetchone()
    claims = tracks.claims_of(conn, f"[{number}]")[number]
    assert tracks.states_of(conn, number) == [project_single(claims[0], tracks.states_of(conn, number)[0].detail)]


def test_only_what_differs_is_written(company: Company) -> None:
    deliver(company, row(company, "D1"), row(company, "D2"), row(company, "D3"))
    company.later(days=7)
    effect = deliver(company, row(company, "D1"), row(company, "D2", amount=120), row(company, "D3", next_step="call"))
    assert (effect.new, effect.changed, effect.unchanged) == (0, 2, 1)
    conn = company.store.conn
    assert conn.execute("SELECT count(*) FROM claim").fetchone() == (4,)
    assert conn.execute("SELECT count(*) FROM detail").fetchone() == (4,)
    assert tracks_agree(company)


@pytest.mark.parametrize("column", [c for c in STAGED_COLUMNS if c != "key"])
def test_a_difference_in_any_column_is_seen(company: Company, column: str) -> None:
    deliver(company, row(company, "D1"))
    company.later(days=1)
    other: Any = {
        "owner": company.people["ana"].id, "rep_category": 2, "status": 2, "stage": "8", "currency": "EUR",
        "amount": 7, "original": 7, "close_day": 740_000, "extra": '{"a":"b"}', "term_months": 12,
    }.get(column, 740_001 if column.endswith("_day") else "other")  # fmt: skip
    assert deliver(company, row(company, "D1", **{column: other})).changed == 1
    company.later(days=1)
    assert deliver(company, row(company, "D1", **{column: other})).unchanged == 1
    if column not in ("owner", "rep_category", "status", "stage", "currency", "amount", "original", "close_day"):
        company.later(days=1)
        assert deliver(company, row(company, "D1", **{column: other}), details=ALL - {column}).unchanged == 1


def test_an_absent_column_leaves_the_value_and_a_blank_clears_it(company: Company) -> None:
    deliver(company, row(company, "D1", next_step="call", next_step_day=740_000, account="Acme"))
    company.later(days=1)
    blank = row(company, "D1", account="New")
    deliver(company, blank, details=frozenset({"name", "owner_text", "account"}))
    sql = "SELECT account, next_step, next_step_day FROM detail ORDER BY id DESC LIMIT 1"
    assert company.store.conn.execute(sql).fetchone() == ("New", "call", 740_000)
    company.later(days=1)
    deliver(company, blank)
    assert company.store.conn.execute(sql).fetchone() == ("New", "", None)


def test_extra_columns_are_laid_over_those_of_before(company: Company) -> None:
    def extra() -> str:
        sql = "SELECT extra FROM detail ORDER BY id DESC LIMIT 1"
        return str(company.store.conn.execute(sql).fetchone()[0])

    deliver(company, row(company, "D1", extra='{"Region":"West","Note":null,"Quote":"\\"x\\""}'))
    assert extra() == '{"Region":"West","Quote":"\\"x\\""}'
    company.later(days=1)
    assert deliver(company, row(company, "D1", extra='{"Quote":"\\"x\\"","Region":"West"}')).unchanged == 1
    company.later(days=1)
    deliver(company, row(company, "D1", extra='{"Region":null,"Lead":"web"}'))
    assert extra() == '{"Quote":"\\"x\\"","Lead":"web"}'


def test_the_same_id_twice_is_refused_with_the_first_line(company: Company) -> None:
    a, b = row(company, "A"), row(company, "B")
    with Staging(company.store) as staging:
        assert staging.add([(2, 1, *a), (3, 1, *b), (4, 1, *a)]) == {4: 2}
        assert staging.add([(5, 1, *b), rejected_row(6, "C")]) == {5: 3}
        assert staging.add([(7, 1, *row(company, "C")), rejected_row(8, "A")]) == {7: 6}


def test_a_full_delivery_removes_open_deals_of_its_source_only(company: Company) -> None:
    won = {"status": int(Status.WON), "stage": "7", "rep_category": int(Category.CLOSED)}
    deliver(company, row(company, "A"), row(company, "B", amount=300), row(company, "W", **won))
    deliver(company, row(company, "E"), source="emea")
    company.later(days=7)
    effect = deliver(company, row(company, "A"), full=True)
    assert effect == Effect(0, 0, 1, 1, 400, 300)
    states = dict(company.store.conn.execute(
        "SELECT d.key, s.status FROM deal_state s JOIN deal d ON d.id = s.deal WHERE s.valid_to > ?",
        (Moment(8 * 10**18),),
    ).fetchall())  # fmt: skip
    assert states == {"A": Status.OPEN, "B": Status.REMOVED, "E": Status.OPEN, "W": Status.WON}
    company.later(days=7)
    assert deliver(company, row(company, "A"), full=True).removed == 0
    back = deliver(company, row(company, "A"), row(company, "B", amount=300), full=True)
    assert (back.new, back.changed) == (0, 1)
    assert tracks_agree(company)


def test_a_rejected_row_is_not_missing(company: Company) -> None:
    deliver(company, row(company, "A"), row(company, "B"))
    company.later(days=7)
    with Staging(company.store) as staging:
        staging.add([(2, 1, *row(company, "A")), rejected_row(3, "B")])
        with company.store.reading() as conn:
            effect = imports.compare(conn, Delivery("crm", company.clock(), True, ALL))
    assert effect.removed == 0


def test_a_deal_belongs_to_the_source_that_last_delivered_it(company: Company) -> None:
    deliver(company, row(company, "A"))
    deliver(company, row(company, "A"), source="emea")
    assert company.store.conn.execute("SELECT source FROM deal").fetchall() == [("emea",)]
    company.later(days=1)
    assert deliver(company, row(company, "B"), full=True).removed == 0


def test_a_file_of_an_earlier_moment_is_compared_with_what_was_then(company: Company) -> None:
    deliver(company, row(company, "A"))
    company.later(days=14)
    deliver(company, row(company, "A", amount=900), source="emea")
    company.later(days=-7)
    effect = deliver(company, row(company, "A", amount=500), row(company, "B"))
    assert (effect.new, effect.changed) == (1, 1)
    sql = "SELECT amount FROM deal_state WHERE deal = 1 ORDER BY valid_from"
    assert [amount for (amount,) in company.store.conn.execute(sql)] == [100, 500, 900]
    same = deliver(company, row(company, "A", amount=500), source="emea")
    assert (same.changed, same.unchanged) == (0, 1)
    company.later(days=1)
    assert deliver(company, row(company, "A", amount=900)).changed == 1
    company.later(days=-15)
    earlier = deliver(company, row(company, "A", amount=50), source="apac")
    assert (earlier.new, earlier.changed) == (0, 1)
    assert tracks_agree(company)


def test_the_hash_covers_every_row_and_column_that_was_written(company: Company) -> None:
    deliver(company, row(company, "A"))
    conn = company.store.conn
    (change,) = conn.execute("SELECT max(id) FROM change").fetchone()
    before = imports.rows_hash(conn, change)
    for table, column in (("claim", "amount"), ("detail", "extra"), ("claim", "owner")):
        conn.execute("BEGIN")
        conn.execute(f"DROP TRIGGER {table}_no_update")
        value = {"amount": "5", "extra": "'{\"a\":1}'", "owner": str(company.people["ana"].id)}[column]
        conn.execute(f"UPDATE {table} SET {column} = {value}")
        assert imports.rows_hash(conn, change) != before
        conn.execute("ROLLBACK")
    assert imports.rows_hash(conn, change) == before


def test_staging_leaves_nothing_and_locks_nobody(company: Company) -> None:
    other = company.acting_as("olga")
    with Staging(company.store) as staging:
        staging.add([(2, 1, *row(company, "A"))])
        staging.add_rejects([(3, "no", "x")])
        with other.store.write() as conn:
            conn.execute("UPDATE person SET region = 'DE'")
    assert company.store.conn.execute("SELECT count(*) FROM temp.sqlite_master").fetchone() == (0,)
    other.store.close()


def test_rejects_without_end_are_not_all_kept(company: Company) -> None:
    with Staging(company.store) as staging:
        for start in range(0, 12_000, 1_000):
            staging.add_rejects([(start + i, "no", "x") for i in range(1_000)])
        kept = company.store.conn.execute("SELECT count(*), max(line) FROM temp.staged_reject").fetchone()
    assert kept == (10_000, 9_999)
