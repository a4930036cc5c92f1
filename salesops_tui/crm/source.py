"""A file as it lies on the disk: what kind it is, how it is encoded, and that nobody writes to it meanwhile."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from salesops_tui.crm.encodings import ENCODINGS, GUESSED
from salesops_tui.errors import BadInput, NotFound

_CHUNK = 1 << 20
_LOOK = 4096
_FALLBACK = "salesops-windows-1252"
_WELL_FORMED = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", re.DOTALL)
_CUT_CHARACTER = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")
_HIGH = bytes(range(0x80, 0x100))

_OTHER_KINDS = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"BZh", "compressed (bzip2)"),
    (b"\xfd7zXZ", "compressed (xz)"),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd)"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old (.xls) or password-protected workbook"),
    (b"<?xml", "XML"),
    (b"<html", "a web page"),
    (b"<!DOCTYPE", "a web page"),
)


class Kind(StrEnum):
    """The two kinds of file that can be read."""

    TEXT = "csv"
    WORKBOOK = "xlsx"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was looked through once.

    Attributes:
        name: what the person called it; stands in messages and reports.
        codec, errors: how its text is decoded; what passes here decodes without an error, except UTF-16 and UTF-32.
        odd_bytes: bytes that were read as Windows-1252 in a file that is otherwise UTF-8.
        size: bytes.
    """

    path: Path
    name: str
    kind: Kind
    codec: str
    errors: str
    odd_bytes: int
    size: int
    modified_ns: int
    sha256: str

    @property
    def guessed(self) -> bool:
        """Whether nothing in the file says how its text is encoded."""
        return self.codec in ENCODINGS

    def encoded(self, codec: str) -> SourceFile:
        """Return the file as it is read in one of `ENCODINGS`; itself where it says of itself how it is encoded."""
        if not codec or codec == self.codec or not self.guessed:
            return self
        return replace(self, codec=codec, errors="strict")

    def check_unchanged(self) -> None:
        """Make sure that the file is still the one that was looked through.

        Raises:
            BadInput: it has another size or time, so what was read may be half of something.
        """
        now = _stat(self.path, self.name)
        if (now.st_size, now.st_mtime_ns) != (self.size, self.modified_ns):
            raise BadInput(f"{self.name} changed while it was read; import it again once it is complete")


Come = Callable[[int, int], None]
"""Called with how many bytes were looked through, of how many; may raise to stop."""


def look_through(path: Path, name: str, come: Come | None = None) -> SourceFile:
    """Read a file once from end to end, whatever its size, and say what it is.

    Raises:
        NotFound: there is no such file.
        BadInput: it is no regular file, may not be read, is empty, or is plainly neither text nor a workbook.
    """
    known = _stat(path, name)
    try:
        with path.open("rb") as file:
            start = file.read(_LOOK)
        kind = _kind(start, name)
        sha256, valid_utf8 = _digest(path, kind, known.st_size, come or _unseen)
        codec, errors, odd = "", "strict", 0
        if kind is Kind.TEXT:
            codec, errors, odd = _decoding(path, start, valid_utf8)
    except OSError as error:
        raise BadInput(f"{name} cannot be read: {error.strerror or error}") from None
    source = SourceFile(path, name, kind, codec, errors, odd, known.st_size, known.st_mtime_ns, sha256)
    source.check_unchanged()
    return source


def _stat(path: Path, name: str) -> os.stat_result:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"there is no file {name}") from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if stat.S_ISDIR(found.st_mode):
        raise BadInput(f"{name} is a folder; name the file in it")
    if stat.S_ISSOCK(found.st_mode):
        raise BadInput(f"{name} is a socket; a CSV or XLSX file is needed")
    if not stat.S_ISREG(found.st_mode):
        raise BadInput(f"{name} is a pipe or a device; to read standard input, write - as the file")
    if found.st_size == 0:
        raise BadInput(f"{name} is empty")
    return found


def _kind(start: bytes, name: str) -> Kind:
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Kind.WORKBOOK
    for magic, what in _OTHER_KINDS:
        if start.startswith(magic):
            raise BadInput(f"{name} is {what}; a CSV or XLSX file is needed")
    return Kind.TEXT


def _unseen(_done: int, _of: int) -> None:
    pass


def _digest(path: Path, kind: Kind, size: int, come: Come) -> tuple[str, bool]:
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    valid = kind is Kind.TEXT
    with path.open("rb", buffering=0) as file:
        # No further than it was long at first: what grows is refused, and could grow for ever.
        while file.tell() <= size and (chunk := file.read(_CHUNK)):
            digest.update(chunk)
            valid = valid and _decodes(decoder, chunk, final=False)
            come(file.tell(), size)
    return digest.hexdigest(), valid and _decodes(decoder, b"", final=True)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _decoding(path: Path, start: bytes, valid_utf8: bool) -> tuple[str, str, int]:
    """Return codec, error handling, and the number of bytes in a UTF-8 text that are none."""
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32", "strict", 0
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "strict", 0
    utf16 = _utf16_without_mark(start)
    if utf16:
        return utf16, "strict", 0
    if valid_utf8:
        return "utf-8-sig", "strict", 0
    good, odd = _tally(path)
    if start.startswith(codecs.BOM_UTF8) or good > odd:
        return "utf-8-sig", _FALLBACK, odd
    return GUESSED, _FALLBACK, 0


def _utf16_without_mark(start: bytes) -> str:
    """Name the byte order of UTF-16 text without a mark: in a header every second byte is zero."""
    look = start[:512]
    half = len(look) // 2
    even, odd = look[::2].count(0), look[1::2].count(0)
    if half and odd > half * 0.4 and even * 20 < odd:
        return "utf-16-le"
    if half and even > half * 0.4 and odd * 20 < even:
        return "utf-16-be"
    return ""


def _tally(path: Path) -> tuple[int, int]:
    """Count the well-formed multi-byte characters of UTF-8, and the bytes above ASCII outside of them."""
    good = odd = 0
    rest = b""
    with path.open("rb", buffering=0) as file:
        while chunk := rest + file.read(_CHUNK):
            cut = _CUT_CHARACTER.search(chunk) if len(chunk) > len(rest) else None
            rest = cut[0] if cut else b""
            chunk = chunk[: len(chunk) - len(rest)]
            found = _WELL_FORMED.findall(chunk)
            good += len(found)
            high = len(chunk) - len(chunk.translate(None, _HIGH))
            odd += high - sum(map(len, found))
    return good, odd


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    text = "".join(
        byte.decode("cp1252") if byte not in _UNDEFINED else byte.decode("latin-1")
        for byte in (bad[i : i + 1] for i in range(len(bad)))
    )
    return text, error.end


_UNDEFINED = {b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"}

codecs.register_error(_FALLBACK, _as_windows_1252)
