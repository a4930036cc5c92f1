import hashlib
import os
from pathlib import Path

import pytest

from salesops_tui.crm.source import Kind, look_through
from salesops_tui.errors import BadInput, NotFound, SalesopsError
from tests.crm.reading import cells, read

TEXT = "id,name\r\n1,Åse Łódź — 10 €\r\n"
WESTERN = "id,name\r\n1,Åse Café — 10 €\r\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (TEXT, "utf-8"),
        (TEXT, "utf-8-sig"),
        (TEXT, "utf-16"),
        (TEXT, "utf-16-le"),
        (TEXT, "utf-16-be"),
        (WESTERN, "cp1252"),
        ("id,name\r\n1,株式会社 🚀\r\n", "utf-16-le"),
        ("id,name\r\n1,CAFÉ» É’S «NAÏVE» été à côté\r\n", "cp1252"),
    ],
)
def test_every_encoding_gives_the_same_text(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(text.encode(encoding))
    assert cells(path) == [text.split("\r\n")[1].split(",")]


def test_the_mark_of_utf_16_is_no_part_of_the_header(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(b"\xfe\xff" + TEXT.encode("utf-16-be"))
    assert read(path)[0] == ("id", "name")


def test_mixed_encodings_are_read_byte_by_byte_and_said(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes("id,name\n1,Łódź\n2,Örebro\n".encode() + "3,Café\n".encode("cp1252"))
    source = look_through(path, path.name)
    assert source.odd_bytes == 1
    assert [row[1] for row in cells(path)] == ["Łódź", "Örebro", "Café"]


def test_the_count_of_odd_bytes_does_not_depend_on_where_a_chunk_ends(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(b"id,name\n" + b"x" * (2**20 - 9) + "é\n".encode() + "Łódź\n".encode() + b"\xe9\n")
    assert look_through(path, path.name).odd_bytes == 1


def test_bytes_that_windows_1252_does_not_have_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(b"id,name\n1,caf\xe9 \x81\n")
    assert cells(path) == [["1", "café \x81"]]


def test_the_digest_is_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    data = b"id,name\n" + b"1,x\n" * 700_000
    path.write_bytes(data)
    source = look_through(path, "deals")
    assert source.sha256 == hashlib.sha256(data).hexdigest()
    assert (source.kind, source.size, source.name) == (Kind.TEXT, len(data), "deals")


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", "PNG image"),
        (b"\xff\xd8\xff\xe0", "JPEG image"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old (.xls) or password-protected workbook"),
        (b"SQLite format 3\x00", "SQLite database"),
        (b"<html><body>", "web page"),
    ],
)
def test_other_kinds_of_file_are_called_by_their_name(tmp_path: Path, start: bytes, what: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(start + b"\x00\x01" * 50)
    with pytest.raises(BadInput, match=r"file\.csv is .*CSV or XLSX") as refused:
        look_through(path, path.name)
    assert what in str(refused.value)


def test_what_is_no_regular_file_is_refused_without_being_read(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no file gone"):
        look_through(tmp_path / "gone", "gone")
    with pytest.raises(BadInput, match="is a folder"):
        look_through(tmp_path, "here")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInput, match="pipe or a device"):
        look_through(tmp_path / "pipe", "pipe")
    with pytest.raises(BadInput, match="pipe or a device"):
        look_through(Path("/dev/zero"), "zero")
    (tmp_path / "empty").touch()
    with pytest.raises(BadInput, match="is empty"):
        look_through(tmp_path / "empty", "empty")
    with pytest.raises(SalesopsError):
        look_through(tmp_path / ("x" * 300), "long")
    with pytest.raises(SalesopsError):
        look_through(Path("a\0b"), "nul")


def test_no_permission_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deals.csv"
    path.write_text("id\n1\n")
    path.chmod(0)
    if os.access(path, os.R_OK):  # root reads everything

        def denied(*_args: object, **_options: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(BadInput, match=r"deals\.csv cannot be read: Permission denied"):
        look_through(path, path.name)


@pytest.mark.parametrize("added", [b"2,late\n", b""])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, added: bytes) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(b"id,name\n" + b"1,x\n" * 10)
    from salesops_tui.crm.table import open_table

    with open_table(look_through(path, path.name)) as table:
        rows = table.rows()
        next(rows)
        with path.open("ab") as file:
            file.write(added)
        if not added:
            os.utime(path, ns=(1, 1))
        with pytest.raises(BadInput, match="changed while it was read"):
            list(rows)


def test_a_file_that_grows_as_fast_as_it_is_looked_through_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(b"id,name\n" + b"1,x\n" * 600_000)
    seen = []

    def writer(done: int, of: int) -> None:
        seen.append((done, of))
        assert len(seen) < 20
        with path.open("ab") as file:
            file.write(bytes(2**20))

    with pytest.raises(BadInput, match="changed while it was read"):
        look_through(path, "deals.csv", writer)
    assert seen[0] == (2**20, 2_400_008)


def test_looking_through_a_file_can_be_stopped(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(b"id,name\n" + b"1,x\n" * 600_000)

    def stop(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look_through(path, "deals.csv", stop)
