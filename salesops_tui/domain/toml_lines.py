"""Where the values of a TOML text stand: the standard library's parser keeps no positions.

The walk here takes every TOML 1.0 text, and checks nothing: the parser does. In a text that is no TOML it
stops where it cannot go on. It also refuses, in time that grows with the length of the text and no faster,
what would send the parser into deep recursion or long keys.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]

DEEPEST = 8
LONGEST_SCALAR = 100

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]++")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*+"')
_LITERAL = re.compile(r"'[^'\n]*+'")
_LONG_BASIC = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*+"""("{0,2})', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''(?:[^']|'(?!''))*+'''('{0,2})")
_SCALAR = re.compile(r"[^,\]}#\n]++")
_BLANK = re.compile(r"[ \t]*+")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*+)*+")


class BeyondLimitsError(ValueError):
    """A text that no person wrote: nested deeper than `DEEPEST`, or a number without end.

    Attributes:
        line: where, counted from 1.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class Lines:
    """The line on which each table, key and list entry of a text starts.

    A path is the way down from the top: `("stages", 3, "probability")`.
    """

    def __init__(self, text: str) -> None:
        """Walk `text` once.

        Raises:
            BeyondLimitsError: the text is nested too deep, or holds a number that is too long.
        """
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        walk = _Walk(text)
        try:
            walk.document()
        except _LostError:
            pass
        except _TooMuchError as error:
            raise BeyondLimitsError(str(error), self._line(walk.at)) from None
        self._starts = walk.starts

    def line_of(self, path: Path) -> int:
        """Return the line of `path`, counted from 1; of the closest table around it where it is not there."""
        while path and path not in self._starts:
            path = path[:-1]
        return self._line(self._starts[path]) if path else 1

    def has(self, path: Path) -> bool:
        """Say whether something stands at `path`."""
        return path in self._starts

    def _line(self, offset: int) -> int:
        return bisect_right(self._breaks, offset - 1) + 1


class _LostError(Exception):
    """This is no TOML."""


class _TooMuchError(Exception):
    """This is more than anybody would write."""


class _Walk:
    """One pass over a text, noting the offset at which each path starts."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts: dict[Path, int] = {}
        self._elements: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        self._skip(_GAP)
        while self.at < len(self.text):
            if self._sees("["):
                table = self._header()
            else:
                self._pair(table, 0)
            self._skip(_GAP)

    def _header(self) -> Path:
        """Read `[a.b]` or `[[a.b]]`, and return where the pairs below it belong."""
        start = self.at
        many = self._sees("[[")
        self.at += 2 if many else 1
        *around, last = self._key()
        self._expect("]]" if many else "]")
        path: Path = ()
        for key in around:
            path = (*path, key)
            self.starts.setdefault(path, start)
            if path in self._elements:
                path = (*path, self._elements[path] - 1)
        path = (*path, last)
        if many:
            self.starts.setdefault(path, start)
            index = self._elements.get(path, 0)
            self._elements[path] = index + 1
            path = (*path, index)
        self.starts[path] = start
        return path

    def _pair(self, table: Path, depth: int) -> None:
        start = self.at
        path = table
        for key in self._key():
            path = (*path, key)
            self.starts.setdefault(path, start)
        self._expect("=")
        self._value(path, depth)

    def _key(self) -> list[str]:
        """Read a key with all its dots; a blank may stand around each of them."""
        keys: list[str] = []
        while True:
            self._skip(_BLANK)
            if len(keys) == DEEPEST:
                raise _TooMuchError(f"a key has at most {DEEPEST} parts")
            if self._sees('"'):
                keys.append(_decoded(self._take(_BASIC)))
            elif self._sees("'"):
                keys.append(self._take(_LITERAL)[1:-1])
            else:
                keys.append(self._take(_BARE_KEY))
            self._skip(_BLANK)
            if not self._sees("."):
                return keys
            self.at += 1

    def _value(self, path: Path, depth: int) -> None:
        if depth > DEEPEST:
            raise _TooMuchError(f"values are nested more than {DEEPEST} deep")
        self._skip(_BLANK)
        if self._sees('"""'):
            self._take(_LONG_BASIC)
        elif self._sees("'''"):
            self._take(_LONG_LITERAL)
        elif self._sees('"'):
            self._take(_BASIC)
        elif self._sees("'"):
            self._take(_LITERAL)
        elif self._sees("["):
            self._list(path, depth)
        elif self._sees("{"):
            self._inline_table(path, depth)
        elif len(self._take(_SCALAR).strip()) > LONGEST_SCALAR:
            raise _TooMuchError(f"a number or date has at most {LONGEST_SCALAR} characters")

    def _list(self, path: Path, depth: int) -> None:
        self.at += 1
        self._skip(_GAP)
        index = 0
        while not self._sees("]"):
            self.starts[(*path, index)] = self.at
            self._value((*path, index), depth + 1)
            index += 1
            if not self._comma("]"):
                break
        self._expect("]")

    def _inline_table(self, path: Path, depth: int) -> None:
        self.at += 1
        self._skip(_GAP)
        while not self._sees("}"):
            self._pair(path, depth + 1)
            if not self._comma("}"):
                break
        self._expect("}")

    def _comma(self, end: str) -> bool:
        self._skip(_GAP)
        if self._sees(end):
            return False
        self._expect(",")
        self._skip(_GAP)
        return True

    def _sees(self, token: str) -> bool:
        return self.text.startswith(token, self.at)

    def _expect(self, token: str) -> None:
        if not self._sees(token):
            raise _LostError
        self.at += len(token)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if not match:
            raise _LostError
        self.at = match.end()
        return match[0]


def _decoded(quoted: str) -> str:
    """Return what a basic string with its quotes stands for."""
    try:
        value = tomllib.loads(f"k = {quoted}")["k"]
    except ValueError:
        raise _LostError from None
    return str(value)
