"""The line of every key: texts written in all the ways that TOML has, against what the parser reads from them."""

import json
import time
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops_tui.domain.toml_lines import DEEPEST, BeyondLimitsError, Lines, Path

ALL_FORMS = """\
# a comment with [brackets] and = signs
top = 1
"quoted key" = "# no comment, ] no end"
'literal \\key' = 'no \\ escape'
"\\u0041\\"b" = 5
dotted.key . "with blanks" = 1979-05-27 07:32:00  # a date with a blank in it
long = \"\"\"
[not.a.table]
key = "not a key" \\
  \"\"quoted\"\"\"\"\"
literal = '''
''two quotes''
[[neither]]'''''
list = [
  1, 2,
  # between
  [ "a]b",
    'c,d' ],
  { x = 1, y.z = [ 3,
    4 ] },
]

[table]
inside = true
  indented	=	"tab"
[table.deeper . still]
key = +inf

[[many]]
n = 1
[many.part]
p = 1
[[many.inner]]
q = 1
[[many.inner]]
q = 2
[[many]]
n = 2
[[many.inner]]
q = 3
[ table . late ]
last = 0"""

EXPECTED: list[tuple[Path, int]] = [
    (("top",), 2),
    (("quoted key",), 3),
    (("literal \\key",), 4),
    (('A"b',), 5),
    (("dotted",), 6),
    (("dotted", "key", "with blanks"), 6),
    (("long",), 7),
    (("literal",), 11),
    (("list",), 14),
    (("list", 0), 15),
    (("list", 1), 15),
    (("list", 2), 17),
    (("list", 2, 0), 17),
    (("list", 2, 1), 18),
    (("list", 3), 19),
    (("list", 3, "x"), 19),
    (("list", 3, "y", "z"), 19),
    (("list", 3, "y", "z", 1), 20),
    (("table",), 23),
    (("table", "inside"), 24),
    (("table", "indented"), 25),
    (("table", "deeper", "still"), 26),
    (("table", "deeper", "still", "key"), 27),
    (("many",), 29),
    (("many", 0), 29),
    (("many", 0, "n"), 30),
    (("many", 0, "part"), 31),
    (("many", 0, "part", "p"), 32),
    (("many", 0, "inner"), 33),
    (("many", 0, "inner", 0), 33),
    (("many", 0, "inner", 0, "q"), 34),
    (("many", 0, "inner", 1, "q"), 36),
    (("many", 1), 37),
    (("many", 1, "n"), 38),
    (("many", 1, "inner", 0, "q"), 40),
    (("table", "late"), 41),
    (("table", "late", "last"), 42),
]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not isinstance(value, dict | list):
        yield path, value
    for key, entry in entries:
        yield from leaves(entry, (*path, key))


@pytest.mark.parametrize(("path", "line"), EXPECTED, ids=[str(path) for path, _ in EXPECTED])
def test_every_form_of_key_is_found(path: Path, line: int) -> None:
    lines = Lines(ALL_FORMS)
    assert lines.has(path)
    assert lines.line_of(path) == line


def test_every_value_that_the_parser_reads_has_a_line() -> None:
    lines = Lines(ALL_FORMS)
    assert all(lines.has(path) for path, _ in leaves(tomllib.loads(ALL_FORMS)))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("table", "absent"), 23),
        (("table", "deeper", "still", "no", "no"), 26),
        (("list", 9), 14),
        (("absent",), 1),
        ((), 1),
    ],
)
def test_what_is_not_there_has_the_line_of_the_table_around_it(path: Path, line: int) -> None:
    lines = Lines(ALL_FORMS)
    assert not lines.has(path)
    assert lines.line_of(path) == line


def test_a_table_that_is_opened_late_is_found_where_it_is_opened() -> None:
    lines = Lines("[a.b]\nx = 1\n[a]\ny = 2\n")
    assert lines.line_of(("a",)) == 3
    assert lines.line_of(("a", "z")) == 3
    assert lines.line_of(("a", "b")) == 1


KEYS = st.one_of(st.sampled_from(["a", "b", "key", "x-1", "0", "é", "a.b", "", "]", "=", "#", '"', "'", "\n", "\\"]))
GAPS = st.sampled_from(["", " ", "\t "])
BREAKS = st.sampled_from(["", " ", "\n", "\n\n  ", " # ]}, = [x]\n", "\n#\n\t"])
FILLERS = st.sampled_from(
    [
        '"]"',
        "'#'",
        '"""\n[x]\n"""',
        "'''\n'' ]'''",
        '"\\"="',
        "true",
        "1.5e3",
        "1979-05-27 07:32:00",
        '""',
        "''",
        "[]",
        "{}",
    ]
)


class Writer:
    """Writes a document value by value; each integer in it occurs once, so its line can be looked up."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.next = 1000

    def draw(self, strategy: st.SearchStrategy[str]) -> str:
        return self.data.draw(strategy)

    def pick(self, most: int) -> int:
        return self.data.draw(st.integers(0, most))

    def marker(self) -> str:
        self.next += 1
        return str(self.next)

    def key(self) -> str:
        key = self.draw(KEYS)
        bare = key.isascii() and key.replace("-", "").isalnum()
        if bare and self.pick(2):
            return key
        if self.pick(1) and "'" not in key and "\n" not in key:
            return f"'{key}'"
        return json.dumps(key)

    def dotted(self) -> str:
        dot = f"{self.draw(GAPS)}.{self.draw(GAPS)}"
        return dot.join(self.key() for _ in range(1 + self.pick(2)))

    def value(self, depth: int) -> str:
        kind = self.pick(5) if depth < 3 else 0
        if kind == 1:
            return self.draw(FILLERS)
        if kind == 2:
            entries = [f"{self.draw(BREAKS)}{self.value(depth + 1)}{self.draw(BREAKS)}" for _ in range(self.pick(3))]
            tail = self.draw(BREAKS) if not entries else self.draw(st.sampled_from(["", ",", ",\n", ", # x ]\n"]))
            return f"[{','.join(entries)}{tail}]"
        if kind == 3:
            pairs = ", ".join(self.pair(depth + 1) for _ in range(self.pick(2)))
            return f"{{ {pairs} }}"
        return self.marker()

    def pair(self, depth: int = 0) -> str:
        return f"{self.dotted()}{self.draw(GAPS)}={self.draw(GAPS)}{self.value(depth)}"

    def document(self) -> str:
        lines: list[str] = []
        for _ in range(1 + self.pick(5)):
            kind = self.pick(5)
            if kind == 0:
                lines.append(f"[{self.dotted()}]")
            elif kind == 1:
                lines.append(f"[[ {self.dotted()} ]] # [x]")
            else:
                lines.append(f"{self.draw(GAPS)}{self.pair()}{self.draw(st.sampled_from(['', ' # = 5', chr(10)]))}")
        return "\n".join(lines)


@given(st.data())
def test_the_line_is_that_on_which_the_value_stands(data: st.DataObject) -> None:
    text = Writer(data).document()
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        Lines(text)  # a key twice, most often; it must not fail, and that is all
        return
    lines, written = Lines(text), text.split("\n")
    for path, value in leaves(parsed):
        assert lines.has(path), path
        if isinstance(value, int) and value > 1000:
            assert str(value) in written[lines.line_of(path) - 1]


@given(st.text(alphabet="ab.=[]{}\"'#,\n\\ 1", max_size=60))
def test_any_text_is_walked_to_an_end(text: str) -> None:
    lines = Lines(text)
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert all(lines.has(path) for path, _ in leaves(parsed))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\na = " + "[" * (DEEPEST + 1) + "1" + "]" * (DEEPEST + 1), 2),
        ("\n\na = " + "{a=" * (DEEPEST + 1) + "1" + "}" * (DEEPEST + 1), 3),
        (".".join("a" * (DEEPEST + 1)) + " = 1", 1),
        ("x = 1\n[" + ".".join("a" * (DEEPEST + 1)) + "]", 2),
        ("x = 1\ny = " + "1" * 101 + "\n", 2),
    ],
)
def test_beyond_the_limits_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(BeyondLimitsError) as caught:
        Lines(text)
    assert caught.value.line == line


def test_within_the_limits_is_taken() -> None:
    deep = "a = " + "[" * DEEPEST + "1" + "]" * DEEPEST + "\n" + ".".join("b" * DEEPEST) + " = " + "1" * 100
    lines = Lines(deep)
    assert all(lines.has(path) for path, _ in leaves(tomllib.loads(deep)))


@pytest.mark.parametrize(
    "piece", ["[[a]]\n", 'a = "x"\n', "{a=[", '"""\\', "[1,", "#", "a.", "'''", '"" ', "\n", "[a.b]\n"]
)
def test_time_grows_with_the_length_and_no_faster(piece: str) -> None:
    started = time.process_time()
    with suppress(BeyondLimitsError):
        Lines(piece * (400_000 // len(piece)))
    assert time.process_time() - started < 10
