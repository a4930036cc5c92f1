"""Whether somebody is below a manager is found from below, and must agree with the scope found from above."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.people import Person
from salesops_tui.store.connection import create_store
from salesops_tui.store.people import add_person, is_below, scope_of, set_manager

PEOPLE = 7
LINES = st.lists(
    st.tuples(st.integers(1, PEOPLE), st.none() | st.integers(1, PEOPLE), st.integers(0, 3).map(Moment)), max_size=14
)


@given(lines=LINES)
def test_below_is_what_the_scope_holds(tmp_path_factory: object, lines: list[tuple[int, int | None, Moment]]) -> None:
    # Loops and lines that end are among them: a store may hold what no people file could.
    path: Path = tmp_path_factory.mktemp("people") / "store.db"  # type: ignore[attr-defined]
    with create_store(path) as store:
        store.disposable = True
        with store.write() as conn:
            conn.execute("INSERT INTO change (kind, valid_at, recorded_at) VALUES ('people', 0, 0)")
            people = [add_person(conn, Person(0, f"p{n}", f"P {n}")) for n in range(PEOPLE)]
            for person, manager, since in lines:
                set_manager(conn, person, manager if manager != person else None, since, 1)
        for at in map(Moment, (0, 2, 5)):
            for manager in people:
                members = scope_of(store.conn, manager, at).members
                assert {p.id for p in people if is_below(store.conn, p.id, manager.id, at)} == members
