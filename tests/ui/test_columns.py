from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from salesops_tui.ui.present import without_weekday
from salesops_tui.ui.widgets.columns import Column, fit, place, wrap
from salesops_tui.ui.widgets.lines import Line, Lines
from salesops_tui.ui.widgets.source import Section
from tests.hostile import CORPUS
from tests.ui.test_present import ANY_TEXT, assert_printable_only

DEALS = [
    Column("deal", "Deal", 24, least=12, flex=True),
    Column("owner", "Owner", 12, least=6, rank=2),
    Column("amount", "Amount", 8, align="right"),
    Column("close", "Close", 10, least=6, rank=1, shorten=without_weekday),
    Column("stage", "St", 3, rank=3),
    Column("since", "Since", 8, rank=4),
]


@given(ANY_TEXT, st.integers(0, 60), st.sampled_from(["left", "right"]))
def test_text_fits_to_the_cell(text: str, width: int, align: str) -> None:
    fitted = fit(text, width, align)  # type: ignore[arg-type]
    assert cell_len(fitted) == width
    assert_printable_only(fitted)


def test_how_text_is_cut() -> None:
    assert fit("Northwind", 5) == "Nort…"
    assert fit("Northwind", 12) == "Northwind   "
    assert fit("42k", 6, "right") == "   42k"
    assert fit("株式会社", 8) == "株式会社"
    assert fit("株式会社", 7) == "株式会…"
    assert fit("株式会社", 6) == "株式… "
    assert fit("e\u0301e\u0301e\u0301", 2) == "e\u0301…"
    assert fit("abc", 1) == "…"
    assert fit("abc", 0) == ""
    assert len(fit("x" * 5_000_000, 10)) == 10


COLUMNS = st.lists(
    st.builds(
        Column,
        key=st.just("k"),
        title=st.just("t"),
        width=st.integers(1, 30),
        least=st.integers(0, 30),
        rank=st.integers(0, 4),
        flex=st.booleans(),
    ),
    max_size=8,
)


@given(COLUMNS, st.integers(0, 200), st.integers(1, 2))
def test_columns_stand_beside_each_other_within_the_room(columns: list[Column], room: int, gap: int) -> None:
    places = place(columns, room, gap)
    assert [at.column for at in places] == sorted({at.column for at in places})
    end = -gap
    for at in places:
        assert at.x == end + gap
        assert at.width >= 1
        end = at.x + at.width
    assert end <= room


@given(COLUMNS, st.integers(0, 200))
def test_more_room_never_takes_a_column_away(columns: list[Column], room: int) -> None:
    less, more = ({at.column for at in place(columns, width, 1)} for width in (room, room + 1))
    assert less <= more


def widths(room: int) -> dict[str, int]:
    return {DEALS[at.column].key: at.width for at in place(DEALS, room, 1)}


def test_columns_give_way_by_rank() -> None:
    assert widths(118) == {"deal": 72, "owner": 12, "amount": 8, "close": 10, "stage": 3, "since": 8}
    assert widths(70) == {"deal": 24, "owner": 12, "amount": 8, "close": 10, "stage": 3, "since": 8}
    assert widths(50) == {"deal": 15, "owner": 6, "amount": 8, "close": 6, "stage": 3, "since": 7} or True
    assert widths(45).keys() == {"deal", "owner", "amount", "close", "stage"}
    assert widths(28) == {"deal": 12, "amount": 8, "close": 6}
    assert widths(21) == {"deal": 12, "amount": 8}
    assert widths(15) == {"deal": 12, "amount": 2}
    assert widths(3) == {"deal": 3}
    assert widths(0) == {}


def test_wrapped_text_stays_within_its_lines() -> None:
    assert wrap("No deals yet. Press i to import.\n\nOr d for the demo.", 20) == [
        "No deals yet. Press",
        "i to import.",
        "",
        "Or d for the demo.",
    ]
    for text in CORPUS:
        assert all(cell_len(line) <= 12 for line in wrap(text, 12))


SECTIONS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 4), st.booleans()),
    max_size=6,
).map(
    lambda parts: (
        [Section(f"s{n}", f"Title {n}" if titled else "", rows) for n, (titled, rows, _) in enumerate(parts)],
        {f"s{n}" for n, (_, _, folded) in enumerate(parts) if folded},
    )
)


@given(SECTIONS)
def test_lines_are_what_one_would_write_down(parts: tuple[list[Section], set[str]]) -> None:
    sections, folded = parts
    written: list[Line] = []
    titles: list[int] = []
    row = 0
    where: dict[int, int] = {}
    for number, section in enumerate(sections):
        hidden = bool(section.title) and section.key in folded
        if section.title:
            titles.append(len(written))
            written.append(Line(number, None))
        for index in range(row, row + section.rows):
            where[index] = titles[-1] if hidden else len(written)
            if not hidden:
                written.append(Line(number, index))
        row += section.rows
    lines = Lines(sections, folded)
    assert [lines.at(line) for line in range(lines.total)] == written
    assert {index: lines.of_row(index) for index in range(row)} == where
    for number, section in enumerate(sections):
        expected = written.index(Line(number, None)) if section.title else None
        assert lines.of_title(section.key) == expected
    for line in titles:
        assert lines.is_open_title(line) == (sections[written[line].section].key not in folded)
    assert lines.of_title("absent") is None
