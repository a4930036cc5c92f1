"""How text may be encoded that does not say so itself, and what these encodings are called."""

from __future__ import annotations

import codecs
from collections.abc import Mapping

GUESSED = "cp1252"
"""What text that is no Unicode is taken for, until somebody says otherwise."""

ENCODINGS: Mapping[str, str] = {
    "cp1252": "Western Europe (Windows)",
    "cp1250": "Central Europe (Windows)",
    "iso8859-2": "Central Europe (ISO)",
    "cp852": "Central Europe (DOS)",
    "cp1251": "Cyrillic (Windows)",
    "koi8-r": "Cyrillic (KOI8)",
    "cp1253": "Greek (Windows)",
    "cp1254": "Turkish (Windows)",
    "cp1255": "Hebrew (Windows)",
    "cp1256": "Arabic (Windows)",
    "cp1257": "Baltic (Windows)",
    "cp1258": "Vietnamese (Windows)",
    "cp874": "Thai (Windows)",
    "cp932": "Japanese (Shift JIS)",
    "euc_jp": "Japanese (EUC)",
    "gb18030": "Chinese, simplified (GB)",
    "big5": "Chinese, traditional (Big5)",
    "cp949": "Korean (Windows)",
    "iso8859-15": "Western Europe (ISO)",
    "cp850": "Western Europe (DOS)",
    "mac-roman": "Western Europe (Macintosh)",
}
"""What each is called; in all of them the marks of a CSV file are the bytes of ASCII."""

_ALIKE = {"shift_jis": "cp932", "gbk": "gb18030", "gb2312": "gb18030", "euc_kr": "cp949", "iso8859-1": "cp1252"}


def encoding_named(name: str) -> str:
    """Return the encoding of a name such as `windows-1250` or `Shift_JIS`.

    Raises:
        ValueError: it is none of those that are read.
    """
    try:
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        found = ""
    found = _ALIKE.get(found, found)
    if found not in ENCODINGS:
        raise ValueError(f"there is no encoding of that name here; there are {', '.join(ENCODINGS)}")
    return found


def as_read_in(text: str, now: str, other: str) -> str:
    """Return what a text would say if its bytes were read in another encoding; what neither can say becomes `�`."""
    return text.encode(now, _BYTES).decode(other, "replace")


def _bytes_kept(error: UnicodeError) -> tuple[bytes, int]:
    """Give back the bytes that the encoding has no letter for: they were read as the control characters they number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return bytes(ord(letter) if ord(letter) < 256 else ord("?") for letter in lost), error.end


_BYTES = "salesops-bytes"
codecs.register_error(_BYTES, _bytes_kept)
