"""Whatever keys are pressed and whatever becomes of the source, the table shows what is there."""

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from salesops_tui.ui.widgets.source import RowSource, Section
from tests.ui.listing import Listing, deals, table_lines

MOVES = st.sampled_from(["j", "k", "pagedown", "pageup", "home", "end", "space", "enter"])
ORDERS = st.permutations(range(12)).flatmap(
    lambda order: st.tuples(st.lists(st.sampled_from(order), unique=True), st.integers(0, 12), st.integers(0, 12))
)


def in_sections(parts: tuple[list[int], int, int]) -> RowSource[int]:
    keys, first, second = parts
    one = min(first, len(keys))
    two = min(second, len(keys) - one)
    sizes = {"a": one, "b": two, "c": len(keys) - one - two}
    return deals(keys, [Section(key, key.upper() * 3, rows) for key, rows in sizes.items()])


@settings(max_examples=30)
@given(st.lists(MOVES | ORDERS, max_size=25))
def test_whatever_happens_the_screen_shows_the_lines_and_the_cursor(steps: list[Any]) -> None:
    async def happen() -> None:
        app = Listing(in_sections((list(range(12)), 4, 5)))
        async with app.run_test(size=(60, 8)) as pilot:
            for step in steps:
                held = app.table.key
                if isinstance(step, str):
                    await pilot.press(step)
                else:
                    app.table.source = in_sections(step)
                    await pilot.pause()
                    if held in step[0] and not app.table._folded:
                        assert app.table.key == held
                assert_coherent(app)

    asyncio.run(happen())


def assert_coherent(app: Listing) -> None:
    """The screen is a stretch of what the source and the folds say, with one cursor where the table says."""
    table = app.table
    written, cursor = [], []
    row = 0
    for section in table.source.sections():
        folded = section.key in table._folded
        written.append(("▹ " if folded else "▾ ") + section.title)
        cursor.append(section.key == table.section and table.key is None)
        for index in range(row, row + section.rows):
            if not folded:
                written.append(f"Deal {table.source.key_at(index)}")
                cursor.append(table.source.key_at(index) == table.key)
        row += section.rows
    if not row:
        return
    top = table.scroll_offset.y
    shown = [line[:8].rstrip() if line[:1] in "▹▾" else line[2:10].rstrip() for line in table_lines(app)[1:]]
    seen = written[top : top + 7]
    assert shown[: len(seen)] == [line[:8] for line in seen]
    assert sum(cursor) == 1
    assert top <= cursor.index(True) < top + 7
