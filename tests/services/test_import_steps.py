"""Progress of an import: it goes forward all the while, and whoever stops it finds nothing changed."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from salesops_tui.services.import_request import ImportRequest
from salesops_tui.services.import_steps import Steps
from salesops_tui.services.import_understanding import understand
from salesops_tui.services.importing import import_deals
from salesops_tui.store import ticking
from salesops_tui.store.imports_staging import Staging
from tests.company import Company
from tests.opened import closed_later
from tests.services.import_desk import Desk, deal

ROWS = [deal(f"D{i:04d}") for i in range(3_000)]
STEPS = ["comparing", "writing deals", "writing claims", "writing details", "writing history", "writing the record"]


@pytest.fixture
def desk(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(ticking, "EVERY", 5_000)
    folder = tmp_path / "files"
    folder.mkdir()
    return Desk(company, folder)


class Stopped(Exception):
    pass


def test_every_step_is_told_and_each_moves_while_it_runs(desk: Desk) -> None:
    told: list[tuple[int, int, str]] = []
    import_deals(desk.company.context, ImportRequest(desk.file(*ROWS)), lambda *step: told.append(step))
    names = list(dict.fromkeys(what for _, _, what in told))
    assert names == ["looking through", "reading", *STEPS]
    writing = [(done, of) for done, of, what in told if what in STEPS]
    assert writing == sorted(writing)
    assert len({done for done, _ in writing}) > 3 * len(STEPS)
    assert all(done < of for done, of in writing)


def test_a_dry_run_moves_too(desk: Desk) -> None:
    told: list[tuple[int, int, str]] = []
    understand(desk.company.context, ImportRequest(desk.file(*ROWS)), lambda *step: told.append(step))
    assert len([1 for _, _, what in told if what == "comparing"]) > 5


@pytest.mark.parametrize("at", ["looking through", "reading", *STEPS])
def test_stopped_anywhere_it_leaves_nothing(desk: Desk, at: str) -> None:
    desk.take(deal("D0001", amount="1"), deal("X"))
    desk.company.later(days=1)
    before = desk.tables()

    def stop(_done: int, _of: int, what: str) -> None:
        if what == at:
            raise Stopped

    with pytest.raises(Stopped):
        import_deals(desk.company.context, ImportRequest(desk.file(*ROWS)), stop)
    assert desk.tables() == before
    assert not desk.company.store.conn.in_transaction
    assert desk.take(*ROWS).new == len(ROWS) - 1


def test_a_stop_that_comes_after_the_commit_takes_nothing_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when ctrl+c is pressed while the disk is being waited for."""
    leave = Staging.__exit__

    def interrupted(self: Staging, *error: Any) -> None:
        leave(self, *error)
        raise KeyboardInterrupt

    monkeypatch.setattr(Staging, "__exit__", interrupted)
    report = desk.take(*ROWS, deal("bad", amount="x"))
    assert (report.new, report.rejected) == (len(ROWS), 1)
    assert Path(report.rejects_file or "").exists()
    assert len(desk.now()) == len(ROWS)
    with pytest.raises(KeyboardInterrupt):
        desk.take(deal("new"), dry_run=True)


def test_what_a_tick_raises_stops_the_statement_and_nothing_else_is_swallowed() -> None:
    conn = closed_later(sqlite3.connect(":memory:", isolation_level=None))
    endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped), ticking.ticking(conn, stop):
        conn.execute(endless)
    with pytest.raises(sqlite3.OperationalError, match="no such table"), ticking.ticking(conn, lambda: None):
        conn.execute("SELECT * FROM neverland")
    assert conn.execute("SELECT 1").fetchone() == (1,)


def test_a_step_never_seems_to_be_over_before_it_is() -> None:
    told: list[int] = []
    steps = Steps(lambda done, _of, _what: told.append(done), 10)
    steps.begin("comparing")
    for _ in range(10_000):
        steps.tick()
    assert told == sorted(told)
    assert told[-1] <= 1_000
    steps.begin("writing deals")
    assert told[-1] == 1_000
