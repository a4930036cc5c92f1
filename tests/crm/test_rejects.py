import csv
from pathlib import Path

import pytest

from salesops_tui.crm.rejects import RejectsFile
from salesops_tui.errors import BadInput
from tests.crm.reading import read
from tests.hostile import CORPUS


def rejected(folder: Path, *cells: list[str], stem: str = "deals.csv", write: bool = True) -> RejectsFile:
    with RejectsFile(folder, stem, ["id", "=name"], write=write) as file:
        for number, row in enumerate(cells, 2):
            file.add(number, "amount is blank", "column 'amount' is blank", row)
        file.keep()
    return file


def test_rows_are_as_they_were_with_line_and_reason_in_front(tmp_path: Path) -> None:
    file = rejected(tmp_path, ["1", 'Åse, "x"\ny'], ["2", "b"])
    assert file.path == tmp_path / "deals.csv.rejects.csv"
    with file.path.open(encoding="utf-8-sig", newline="") as text:
        assert list(csv.reader(text)) == [
            ["line", "reason", "id", "'=name"],
            ["2", "column 'amount' is blank", "1", 'Åse, "x"\ny'],
            ["3", "column 'amount' is blank", "2", "b"],
        ]
    assert file.kinds == {"amount is blank": 2}
    assert [p.name for p in tmp_path.iterdir()] == ["deals.csv.rejects.csv"]


def test_it_can_be_read_again_and_no_formula_runs(tmp_path: Path) -> None:
    texts = [t for t in CORPUS if "\0" not in t and "\ud800" not in t]
    file = rejected(tmp_path, *([f"x{i}", t] for i, t in enumerate(texts)))
    assert file.path is not None
    header, rows = read(file.path)
    assert header == ("id", "=name")
    assert [row.cells[1] for row in rows] == texts
    with file.path.open(encoding="utf-8-sig", newline="") as text:
        assert not [cell for row in csv.reader(text) for cell in row if cell.startswith(("=", "@", "\t"))]


def test_nothing_rejected_leaves_no_file(tmp_path: Path) -> None:
    assert rejected(tmp_path).path is None
    assert list(tmp_path.iterdir()) == []


def test_without_writing_rows_are_counted_only(tmp_path: Path) -> None:
    file = rejected(tmp_path, ["1", "a"], write=False)
    assert (file.path, file.kinds.total(), list(tmp_path.iterdir())) == (None, 1, [])


def test_a_file_that_is_there_stays_and_the_same_rows_are_written_once(tmp_path: Path) -> None:
    first = rejected(tmp_path, ["1", "a"])
    assert rejected(tmp_path, ["1", "a"]).path == first.path == tmp_path / "deals.csv.rejects.csv"
    mended = "line,reason,id,name\n2,mended,1,a better one\n"
    (tmp_path / "deals.csv.rejects.csv").write_text(mended)
    assert rejected(tmp_path, ["1", "a"]).path == tmp_path / "deals.csv.rejects-2.csv"
    assert rejected(tmp_path, ["3", "c"]).path == tmp_path / "deals.csv.rejects-3.csv"
    assert (tmp_path / "deals.csv.rejects.csv").read_text() == mended
    assert len(list(tmp_path.iterdir())) == 3


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.csv"
    theirs.write_bytes(b"\xef\xbb\xbfline,reason,id\n")
    (tmp_path / "deals.csv.rejects.csv").symlink_to(theirs)
    assert rejected(tmp_path, ["1", "a"]).path == tmp_path / "deals.csv.rejects-2.csv"
    assert theirs.read_bytes() == b"\xef\xbb\xbfline,reason,id\n"


def test_where_the_folder_cannot_be_written_the_current_one_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert rejected(Path("/proc/nowhere"), ["1", "a"]).path == here / "deals.csv.rejects.csv"


def test_a_full_disk_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    with pytest.raises(BadInput, match="cannot be written down: No space left on device"):
        rejected(tmp_path, ["1", "a"])


def test_a_cell_without_end_is_cut(tmp_path: Path) -> None:
    file = rejected(tmp_path, ["1", "x" * 5_000_000])
    assert file.path is not None
    assert file.path.stat().st_size < 70_000


def test_leaving_without_keeping_leaves_nothing(tmp_path: Path) -> None:
    with RejectsFile(tmp_path, "deals.csv", ["id"]) as file:
        file.add(2, "x", "x", ["1"])
        assert list(tmp_path.iterdir()) != []
    assert list(tmp_path.iterdir()) == []
