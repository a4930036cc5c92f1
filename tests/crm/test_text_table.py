import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.crm.guard import guarded
from salesops_tui.crm.source import look_through
from salesops_tui.crm.table import MAX_CELL, MAX_COLUMNS, open_table
from salesops_tui.errors import BadInput
from tests.crm.reading import cells, problems, read


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "deals.csv"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_line_end_and_delimiter(tmp_path: Path, end: str, delimiter: str) -> None:
    lines = [["id", "name", "note, or so"], ["1", "a", 'two"lines' + end + "here"], ["2", "b", ""]]
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerows(lines)
    header, rows = read(written(tmp_path, buffer.getvalue()))
    assert header == ("id", "name", "note, or so")
    assert [row.cells for row in rows] == lines[1:]
    assert [row.line for row in rows] == [2, 4]


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '\n\nid,name\n1,"a\n\nb"\n\n , \n2,c\n3,d')
    _, rows = read(path)
    assert [(row.line, row.cells[0]) for row in rows] == [(4, "1"), (9, "2"), (10, "3")]


def test_a_line_may_name_the_separator(tmp_path: Path) -> None:
    header, rows = read(written(tmp_path, "sep=;\r\nid;name\r\n1;a,b\r\n"))
    assert header == ("id", "name")
    assert [(row.line, row.cells) for row in rows] == [(3, ["1", "a,b"])]


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    assert read(written(tmp_path, "id,name\n")) == (("id", "name"), [])


def test_blank_cells_beyond_the_header_are_let_go(tmp_path: Path) -> None:
    header, rows = read(written(tmp_path, "id,name,,\n1,a,,\n2,b\n3,c,,x\n4\n"))
    assert header == ("id", "name")
    assert problems(rows) == [
        "", "", "the row has 4 cells, the header 2", "the row has 1 cells, the header 2",
    ]  # fmt: skip


def test_a_column_without_a_name_gets_one(tmp_path: Path) -> None:
    assert read(written(tmp_path, "id,,name\n1,2,3\n"))[0] == ("id", "column 2", "name")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n \n\n", "has no header"),
        ("\nid\0,name\n1,2\n", r"line 2, column 1: a NUL byte"),
        (",".join(f"c{i}" for i in range(10_000)) + "\n", r"line 1: 10,000 columns; at most 1,000"),
        ('id,name\n1,a\n2,"b\n3,c\n4,d\n', r"line 3, column 2: a quote opens here and never closes"),
        ('id,name\n1,"a\nb"\n"2\n\n",x\n3,"c', r"line 7, column 2: a quote opens here"),
        ('id,"name\n', r"line 1, column 2: a quote opens here"),
        ('id,name\n1,"' + "x" * 7_000_000, r"line 2: a row of more than 6 million characters"),
        ("id,name\n" + "x\n,y" * 10 + "z" * 7_000_000, r"line 12: a row of more than 6 million characters"),
    ],
)
def test_a_file_that_cannot_be_one_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        read(written(tmp_path, text))
    assert str(refused.value).startswith("deals.csv")
    assert "\n" not in str(refused.value)


def test_the_last_column_count_that_is_taken(tmp_path: Path) -> None:
    header, rows = read(written(tmp_path, ",".join(f"c{i}" for i in range(MAX_COLUMNS)) + "\n" + "," * 999 + "x\n"))
    assert (len(header), len(rows)) == (MAX_COLUMNS, 1)


def test_a_huge_cell_costs_its_row_and_no_more(tmp_path: Path) -> None:
    path = written(tmp_path, "id,name\n1,a\n2," + "x" * 5_000_000 + '\n3,"' + "y\n" * 40_000 + '"\n4,d\n')
    _, rows = read(path)
    assert [(row.line, row.cells[0], bool(row.problem)) for row in rows] == [
        (2, "1", False), (3, "2", True), (4, "3", True), (40_005, "4", False),
    ]  # fmt: skip
    assert problems(rows)[1] == f"column 'name' holds 5,000,000 characters; at most {MAX_CELL:,} can be taken"


def test_a_cell_may_be_as_long_as_the_limit(tmp_path: Path) -> None:
    _, rows = read(written(tmp_path, f"id,name\n1,{'x' * MAX_CELL}\n2,{'x' * (MAX_CELL + 1)}\n"))
    assert [bool(row.problem) for row in rows] == [False, True]


def test_a_nul_byte_costs_its_row(tmp_path: Path) -> None:
    _, rows = read(written(tmp_path, "id,name\n1,a\0b\n2,c\n"))
    assert problems(rows) == ["column 'name' holds a NUL byte", ""]


def test_a_mark_in_the_middle_is_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(b"\xef\xbb\xbfid,name\n1,a\n\xef\xbb\xbfid,name\n\xef\xbb\xbf2,b\n")
    assert cells(path) == [["1", "a"], ["id", "name"], ["2", "b"]]


def test_utf_16_that_breaks_off_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes("id,name\n1,a\n2,b".encode("utf-16-le")[:-1])
    with pytest.raises(BadInput, match=r"deals\.csv, line 3: not valid UTF-16"):
        read(path)


def test_line_and_reason_of_a_rejects_file_are_no_data(tmp_path: Path) -> None:
    header, rows = read(written(tmp_path, "line,reason,id,name\n7,'=so,1,'=a\n"))
    assert header == ("id", "name")
    assert rows[0].cells == ["1", "=a"]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "id,name\n" + "12345,some name of a deal\n" * 200_000)
    source = look_through(path, "deals.csv")
    tracemalloc.start()
    with open_table(source) as table:
        count = sum(1 for _ in table.rows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 200_000
    assert peak < 2_000_000


ANY_CELL = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\ufeff"), max_size=20)


@given(
    st.lists(st.lists(ANY_CELL, min_size=2, max_size=2), max_size=5),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_table_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], encoding: str, delimiter: str, end: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "deals.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        # Only all in quotes: before Python 3.13 the writer leaves a lone CR bare when lines end otherwise.
        writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
        writer.writerow(["id", "name"])
        writer.writerows([f"{i}"] + [guarded(cell) for cell in row[1:]] for i, row in enumerate(rows))
    assert cells(path) == [[f"{i}", row[1]] for i, row in enumerate(rows)]


def test_a_stray_quote_swallows_no_deal_silently(tmp_path: Path) -> None:
    # Read leniently, lines 3 and 4 are one row of the right width, and deal 3 is gone.
    path = written(tmp_path, 'id,name,owner\n1,a,lee\n2,"b,lee\n3,"c",lee\n4,d,lee\n5,"e",lee\n')
    _, rows = read(path)
    assert [(row.line, row.cells[0]) for row in rows] == [(2, "1"), (3, "2"), (4, "3"), (5, "4"), (6, "5")]
    assert [bool(row.problem) for row in rows] == [False, True, False, False, False]
    assert problems(rows)[1].startswith("text follows a closing quote")


def test_a_stray_quote_costs_one_row_however_far_it_runs(tmp_path: Path) -> None:
    lines = [f"{i},name {i}\n" for i in range(3, 20_000)]
    lines[::997] = [line.replace("name", '"name') for line in lines[::997]]
    _, rows = read(written(tmp_path, "id,name\n" + "".join(lines) + 'x,"y"\n'))
    assert [row.line for row in rows] == list(range(2, 20_000))
    assert sum(bool(row.problem) for row in rows) == len(lines[::997])


def test_a_quote_in_the_middle_of_a_cell_is_a_quote(tmp_path: Path) -> None:
    assert cells(written(tmp_path, 'id,name\n1,5" pipe\n2,"5"" pipe"\n')) == [["1", '5" pipe'], ["2", '5" pipe']]
