from array import array
from collections.abc import Mapping, Sequence
from typing import ClassVar

import pytest
from rich.cells import cell_len
from textual.binding import BindingType
from textual.filter import LineFilter

from salesops_tui.ui.widgets.ascii import AsciiFilter
from salesops_tui.ui.widgets.source import NOTHING, Pages, Row, RowSource, Section
from salesops_tui.ui.widgets.table import Table
from tests.hostile import CORPUS
from tests.ui.listing import Counting, Listing, deal, deals, table_lines
from tests.ui.snapshots import check, screen_lines, settled
from tests.ui.test_present import assert_printable_only

GROUPS = [
    Section("ask", "To ask  4 of 14", 4, "sort: queue"),
    Section("passed", "Passed  7", 7),
    Section("capped", "Capped, 3 (120k)", 3),
]


def call_sheet() -> RowSource[int]:
    return deals(range(14), GROUPS)


async def test_it_shows_titles_rows_and_the_cursor() -> None:
    app = Listing(deals(range(3)))
    async with app.run_test(size=(80, 8)) as pilot:
        await settled(pilot)
        lines = screen_lines(app)
        assert lines[0].split() == ["Deal", "Owner", "Amount", "Close", "Asked"]
        assert lines[1].startswith("▸ Deal 0")
        assert lines[2].startswith("  Deal 1")
        assert app.moves() == [0]


@pytest.mark.parametrize("size", [(120, 20), (80, 20), (40, 10)], ids=lambda size: f"{size[0]}")
async def test_sections_look_like_this(size: tuple[int, int]) -> None:
    app = Listing(call_sheet())
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        app.table.sorted_by = ("amount", True)
        app.table.fold("passed")
        await pilot.press("j", "j")
        await settled(pilot)
        check(app, f"table-{size[0]}")


KEYS_AND_WHERE_THEY_LEAD = [
    ("j", 1),
    ("down", 1),
    ("j j k", 1),
    ("up", 0),
    ("pagedown", 8),
    ("pagedown pagedown pageup", 8),
    ("G", 99),
    ("end", 99),
    ("end g", 0),
    ("end home", 0),
    ("end j", 99),
]


@pytest.mark.parametrize(("keys", "row"), KEYS_AND_WHERE_THEY_LEAD)
async def test_keys_move_the_cursor(keys: str, row: int) -> None:
    app = Listing(deals(range(100)))
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.press(*keys.split())
        await settled(pilot)
        assert app.table.key == row
        assert sum(line.startswith(f"▸ Deal {row} ") for line in screen_lines(app)) == 1


async def test_a_move_paints_two_lines() -> None:
    app = Listing(deals(range(100)))
    async with app.run_test(size=(80, 20)) as pilot:
        await settled(pilot)
        app.table.painted.clear()
        await pilot.press("j")
        await settled(pilot)
        assert sorted(app.table.painted) == [1, 2]


async def test_enter_and_a_double_click_open() -> None:
    app = Listing(deals(range(10)))
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("j", "enter")
        await pilot.click(Counting, offset=(5, 4))
        await settled(pilot)
        assert app.table.key == 3
        await pilot.click(Counting, offset=(5, 6), times=2)
        await settled(pilot)
        assert [message.key for message in app.told if isinstance(message, Table.Opened)] == [1, 5]


async def test_a_click_on_a_column_title_asks_for_its_order() -> None:
    app = Listing(deals(range(10)))
    async with app.run_test(size=(80, 20)) as pilot:
        amount = screen_lines(app)[0].index("Amount")
        await pilot.click(Counting, offset=(amount + 1, 0))
        await pilot.click(Counting, offset=(0, 0))
        await settled(pilot)
        assert [message.column for message in app.told if isinstance(message, Table.TitleClicked)] == ["amount"]


async def test_the_cursor_passes_over_titles() -> None:
    app = Listing(call_sheet())
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press(*"jjjj")
        await settled(pilot)
        assert app.table.key == 4
        assert app.table.section == "passed"
        await pilot.press("k")
        assert app.table.key == 3


async def test_sections_fold_by_space_enter_and_mouse() -> None:
    app = Listing(call_sheet())
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("space")
        await settled(pilot)
        assert app.table.key is None
        assert table_lines(app)[1].startswith("▹ To ask")
        assert table_lines(app)[2].startswith("▾ Passed")
        await pilot.press("j", "k")
        assert (app.table.section, app.table.key) == ("ask", None)
        await pilot.press("enter")
        await settled(pilot)
        assert app.table.key == 0
        assert table_lines(app)[2].startswith("▸ Deal 0")
        await pilot.click(Counting, offset=(5, 6))
        await settled(pilot)
        assert table_lines(app)[6].startswith("▹ Passed")
        folds = [(m.section, m.folded) for m in app.told if isinstance(m, Table.Folded)]
        assert folds == [("ask", True), ("ask", False), ("passed", True)]


async def test_space_is_left_to_the_screen_where_nothing_folds() -> None:
    class Spaced(Listing):
        BINDINGS: ClassVar[list[BindingType]] = [("space", "spaced", "Space")]
        spaces = 0

        def action_spaced(self) -> None:
            self.spaces += 1

    app = Spaced(deals(range(3)))
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.press("space")
        assert app.spaces == 1
        app.table.source = call_sheet()
        await pilot.press("space")
        assert app.spaces == 1


async def test_going_up_to_the_first_row_shows_its_title() -> None:
    app = Listing(deals(range(40), [Section("a", "All of them", 40)]))
    async with app.run_test(size=(80, 10)) as pilot:
        app.table.move_to(39)
        app.table.move_to(1)
        await pilot.press("up")
        await settled(pilot)
        assert table_lines(app)[1:3] == ["▾ All of them", table_lines(app)[2]]
        assert app.table.key == 0


async def test_the_cursor_stays_on_its_key_and_its_place() -> None:
    app = Listing(deals(range(100)))
    async with app.run_test(size=(80, 10)) as pilot:
        app.table.move_to(22)
        await pilot.press("k", "k")
        await settled(pilot)
        before = next(y for y, line in enumerate(screen_lines(app)) if line.startswith("▸ Deal 20"))
        app.told.clear()
        app.table.source = deals(list(range(99, -1, -1)))
        await settled(pilot)
        assert screen_lines(app)[before].startswith("▸ Deal 20")
        app.table.source = deals([5, 20, 70])
        await settled(pilot)
        assert screen_lines(app)[2].startswith("▸ Deal 20")
        assert app.moves() == []


async def test_a_row_that_is_gone_hands_the_cursor_to_its_neighbour() -> None:
    app = Listing(deals(range(10)))
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("j", "j")
        app.told.clear()
        app.table.source = deals([0, 1, 3, 4])
        await settled(pilot)
        assert app.moves() == [3]
        app.table.source = deals([0])
        await settled(pilot)
        assert app.moves() == [3, 0]
        app.table.source = deals([])
        await settled(pilot)
        assert app.moves() == [3, 0, None]


async def test_reading_the_same_again_paints_nothing_and_a_change_one_line() -> None:
    names = {number: f"Deal {number}" for number in range(1000)}
    source = RowSource(array("q", names), lambda keys: {key: Row((names[key],)) for key in keys})
    app = Listing(source)
    async with app.run_test(size=(80, 20)) as pilot:
        app.table.move_to(30)
        await settled(pilot)
        app.table.painted.clear()
        app.table.reload()
        await settled(pilot)
        assert app.table.painted == []
        names[25] = "Renamed"
        app.table.reload()
        await settled(pilot)
        assert len(app.table.painted) == 1
        assert "  Renamed" in table_lines(app)


async def test_rows_are_read_where_they_are_looked_at() -> None:
    asked: list[Sequence[int]] = []

    def fetch(keys: Sequence[int]) -> Mapping[int, Row]:
        asked.append(keys)
        return {key: deal(key) for key in keys}

    app = Listing(RowSource(array("q", range(100_000)), fetch))
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("j", "G", "k", "g")
        await settled(pilot)
        assert app.table.key == 0
    assert sum(map(len, asked)) <= 3 * Pages.SIZE


async def test_move_to_unfolds_and_shows() -> None:
    app = Listing(call_sheet())
    async with app.run_test(size=(80, 8)) as pilot:
        app.table.fold("capped")
        assert app.table.move_to(12)
        await settled(pilot)
        assert any(line.startswith("▸ Deal 12") for line in screen_lines(app))
        assert app.table.section == "capped"
        assert not app.table.move_to(99)
        assert app.table.key == 12


async def test_a_folded_section_stays_folded_in_the_next_source() -> None:
    app = Listing(call_sheet())
    async with app.run_test(size=(80, 30)) as pilot:
        app.table.fold("passed")
        app.table.source = deals(range(5), [Section("ask", "To ask", 1), Section("passed", "Passed", 4)])
        await settled(pilot)
        assert [line[:9] for line in table_lines(app)[1:5]] == ["▾ To ask", "▸ Deal 0 ", "▹ Passed", ""]


async def test_an_empty_list_says_what_would_fill_it() -> None:
    app = Listing(empty="No deals yet.\nPress i to import [/x] a file, or d to look at the demo company.")
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("j", "G", "enter", "pagedown", "space")
        await settled(pilot)
        assert table_lines(app)[1:4] == [
            "  No deals yet.",
            "  Press i to import [/x] a file, or d",
            "  to look at the demo company.",
        ]
        app.table.empty = "Nothing matches"
        await settled(pilot)
        assert table_lines(app)[1:3] == ["  Nothing matches", ""]
        app.table.source = deals(range(2))
        await settled(pilot)
        assert table_lines(app)[1].startswith("▸ Deal 0")


async def test_where_there_are_no_rows_there_is_nothing_to_fold() -> None:
    app = Listing(deals([], [Section("a", "To ask", 0)]), empty="Nobody is in Commit")
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.press("space", "enter", "j")
        await pilot.click(Counting, offset=(5, 1))
        await settled(pilot)
        assert table_lines(app)[1] == "  Nobody is in Commit"
        assert app.told == []


async def test_a_key_that_the_source_lost_is_an_empty_row() -> None:
    app = Listing(RowSource([1, 2], lambda keys: {key: deal(key) for key in keys if key != 2}))
    async with app.run_test(size=(80, 10)) as pilot:
        await settled(pilot)
        assert table_lines(app)[2] == ""


def test_sections_must_add_up() -> None:
    with pytest.raises(ValueError, match="do not add up to 3"):
        deals(range(3), [Section("a", "A", 2)])


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 10), (12, 4), (3, 2), (1, 1)])
async def test_hostile_text_is_text_at_any_size(size: tuple[int, int]) -> None:
    rows = {n: Row((text, text, text, (text, "bad"), text), "muted") for n, text in enumerate(CORPUS)}
    sections = [Section(f"s{n}", text, 1, text) for n, text in enumerate(CORPUS)]
    app = Listing(RowSource.of(rows, sections), empty="\n".join(CORPUS))
    async with app.run_test(size=size) as pilot:
        for key in range(0, len(CORPUS), max(1, size[1] // 3)):
            app.table.move_to(key)
            await pilot.pause()
            for strip in app.screen._compositor.render_strips():
                assert cell_len(strip.text) == size[0]
                assert_printable_only(strip.text)
        app.table.source = NOTHING
        await settled(pilot)
        assert len(screen_lines(app)) == size[1]


async def test_it_survives_being_made_small_and_large() -> None:
    app = Listing(call_sheet())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("G")
        for size in [(40, 10), (5, 2), (1, 1), (120, 40)]:
            await pilot.resize_terminal(*size)
            await settled(pilot)
            assert app.table.key == 13
        await pilot.resize_terminal(40, 10)
        await settled(pilot)
        assert any(line.startswith("▸ Deal 13") for line in screen_lines(app))


async def test_the_cursor_is_seen_without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Listing(call_sheet())
    app.theme = "ansi-dark"
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("space")
        await settled(pilot)
        strips = app.screen._compositor.render_strips()
        reversed_lines = [
            y for y, strip in enumerate(strips) if any(s.style and s.style.reverse for s in list(strip)[:1])
        ]
        assert reversed_lines == [1]


async def test_without_symbols_everything_is_ascii() -> None:
    class Plain(Listing):
        filter = AsciiFilter()

        def get_line_filters(self) -> Sequence[LineFilter]:
            return [*super().get_line_filters(), self.filter]

    app = Plain(call_sheet())
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.fold("passed")
        app.table.sorted_by = ("deal", False)
        await settled(pilot)
        lines = screen_lines(app)
        assert "\n".join(lines).isascii()
        assert lines[2].startswith("> Deal 0")
        assert any(line.startswith("+ Passed") for line in lines)
