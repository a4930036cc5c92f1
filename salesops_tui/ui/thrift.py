"""Frames in, the fewest bytes out that make the terminal show the same.

Textual paints whole stretches of lines. Over a slow line that is what a person waits for, so what the terminal
shows is kept here as cells: what is shown already is not sent again, colours are sent where they change, and lines
that only moved are moved by the terminal itself (its scroll region, which every terminal has had since the VT100).

A frame is text in Textual's form: a place, then stretches of text that each begin with their whole style and end
with a reset, and so on; at last the cursor's place.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import get_character_cell_size

_PLACE = re.compile(r"\x1b\[(\d+);(\d+)H")
_STYLE = re.compile(r"\x1b\[([\d;]*)m")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_UNKNOWN = "\x00"
"""The letter of a cell of which it is not known what the terminal shows."""
_SURE = re.compile(
    "[\x00 -~\xa1-\xac\xae-\u02ff\u0370-\u0482\u2010-\u2027\u2190-\u21ff\u2212\u23ce\u2500-\u25fc"
    "\u2605\u2606\u2690\u2691\u2713\u2717\u2718\u2800-\u28ff]*"
)
"""Letters that terminals agree to draw one cell wide; behind others the place is said again, not reckoned."""

_GAP = 4
"""So many unchanged cells are sent again where going around them would cost more."""
_WORTH = 3
"""So many lines must have moved by the same distance before the terminal is told to move them."""


class Piece(NamedTuple):
    """Cells beside each other: their letters and styles. The second cell of a wide letter is empty."""

    letters: tuple[str, ...]
    styles: tuple[str, ...]
    sure: bool


class Row(NamedTuple):
    """The cells of one line."""

    letters: list[str]
    styles: list[str]
    sure: bool

    def with_piece(self, x: int, piece: Piece) -> "Row":
        """Return the line after a piece was painted on it."""
        end = x + len(piece.letters)
        letters, styles = self.letters.copy(), self.styles.copy()
        letters[x:end] = piece.letters
        styles[x:end] = piece.styles
        return Row(letters, styles, piece.sure and (self.sure or is_sure(letters)))


class Painted(NamedTuple):
    """What a frame makes of a line, and between which cells it painted."""

    row: Row
    start: int
    end: int


class Frame(NamedTuple):
    """A frame understood: the lines that it paints, and where it leaves the cursor (line, cell)."""

    lines: Mapping[int, Painted]
    cursor: tuple[int, int]


class Move(NamedTuple):
    """The lines from `top` to `bottom`, each of which takes what is `by` lines below it."""

    top: int
    bottom: int
    by: int


class Thrift:
    """What a terminal of one size shows, and how to change that."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._blank = Row([_UNKNOWN] * width, [""] * width, True)
        self._rows = [self._blank] * height
        self._cursor = (-1, -1)

    def frame(self, data: str) -> str | None:
        """Return what to send instead of a frame, which may be nothing; None where it is not understood.

        What is returned counts as sent.
        """
        frame = understood(data, self._rows, self.width)
        if frame is None:
            return None
        lines = {y: painted for y, painted in frame.lines.items() if painted.row != self._rows[y]}
        sent = self._cheapest(lines, len(data)) if lines else ""
        for y, painted in lines.items():
            self._rows[y] = painted.row
        if not sent and frame.cursor == self._cursor:
            return ""
        self._cursor = frame.cursor
        return sent + place(*frame.cursor)

    def _cheapest(self, lines: Mapping[int, Painted], painted: int) -> str:
        move = likely_move(self._rows, lines)
        if move is None or not self._is_known(move):
            return rewritten(self._rows, lines)
        rows = self._rows.copy()
        wanted = dict(lines)
        for y in range(move.top, move.bottom + 1):
            inside = move.top <= y + move.by <= move.bottom
            rows[y] = self._rows[y + move.by] if inside else self._blank
            # The terminal moves whole lines: what stands beside the list comes along, and has to be put back.
            wanted[y] = Painted(lines[y].row if y in lines else self._rows[y], 0, self.width)
        scrolled = scroll(move) + rewritten(rows, wanted)
        if len(scrolled) < painted // 4:
            return scrolled
        return min(scrolled, rewritten(self._rows, lines), key=len)

    def _is_known(self, move: Move) -> bool:
        """Whether all that would be moved could be put back."""
        return not any(_UNKNOWN in row.letters for row in self._rows[move.top : move.bottom + 1])


# ----------------------------------------------------------------- reading a frame


def understood(data: str, rows: Sequence[Row], width: int) -> Frame | None:
    """Return what a frame does to the lines that are shown, or None where it is not in the form known here."""
    head, *parts = _PLACE.split(data)
    if head or not parts or parts[-1]:
        return None
    lines: dict[int, Painted] = {}
    for index in range(0, len(parts) - 3, 3):
        y, x = int(parts[index]) - 1, int(parts[index + 1]) - 1
        piece = read_piece(parts[index + 2].removesuffix("\n"))
        if piece is None or y >= len(rows) or x + len(piece.letters) > width:
            return None
        if piece.letters:
            before = lines.get(y, Painted(rows[y], x, x))
            end = x + len(piece.letters)
            row = before.row.with_piece(x, piece)
            lines[y] = Painted(row, min(before.start, x), max(before.end, end))
    return Frame(lines, (int(parts[-3]) - 1, int(parts[-2]) - 1))


@lru_cache(512)
def read_piece(text: str) -> Piece | None:
    """Return the cells of styled text, or None where it holds anything but text and styles."""
    letters: list[str] = []
    styles: list[str] = []
    style = ""
    for number, part in enumerate(_STYLE.split(text)):
        if number % 2:
            style = "" if part == "0" else part
        elif part:
            if _CONTROL.search(part):
                return None
            cells = part if _SURE.fullmatch(part) else cells_of(part)
            letters.extend(cells)
            styles.extend([style] * len(cells))
    return Piece(tuple(letters), tuple(styles), is_sure(letters))


def cells_of(text: str) -> list[str]:
    """Return the letters of a text by cell: marks with the letter before them, wide letters and a cell of nothing."""
    cells: list[str] = []
    for letter in text:
        size = get_character_cell_size(letter)
        if size:
            cells += [letter, ""][:size]
        elif cells:
            before = -1 if cells[-1] else -2
            cells[before] += letter
    return cells


def is_sure(letters: Sequence[str]) -> bool:
    """Whether all letters are as wide in one terminal as in the other."""
    return _SURE.fullmatch("".join(letters)) is not None


# ----------------------------------------------------------------- lines that only moved


def likely_move(rows: Sequence[Row], lines: Mapping[int, Painted]) -> Move | None:
    """Return by how much most lines of a frame have moved, if several have.

    Looked at are the lines painted between the same cells: those of one widget.
    """
    (start, end), count = Counter((line.start, line.end) for line in lines.values()).most_common(1)[0]
    if count <= _WORTH:
        return None
    stretch = [y for y, line in lines.items() if (line.start, line.end) == (start, end)]
    before: dict[tuple[str, ...], int | None] = {}
    for y in range(min(stretch), max(stretch) + 1):
        key = cells_between(rows[y], start, end)
        before[key] = None if key in before else y
    found = [(y, before.get(cells_between(lines[y].row, start, end))) for y in stretch]
    moves = Counter(was - y for y, was in found if was is not None)
    if not moves:
        return None
    by, votes = moves.most_common(1)[0]
    if votes < _WORTH or by == 0:
        return None
    moved = [y for y, was in found if was is not None and was - y == by]
    return Move(min(*moved, moved[0] + by), max(*moved, moved[-1] + by), by)


def cells_between(row: Row, start: int, end: int) -> tuple[str, ...]:
    """Return a stretch of a line as something that can be looked up."""
    return (*row.letters[start:end], *row.styles[start:end])


def scroll(move: Move) -> str:
    """Return what makes a terminal move lines; those that come in are blank."""
    region = f"\x1b[{move.top + 1};{move.bottom + 1}r"
    if move.by > 0:
        return region + place(move.bottom, 0) + "\n" * move.by + "\x1b[r"
    return region + place(move.top, 0) + "\x1bM" * -move.by + "\x1b[r"


# ----------------------------------------------------------------- writing cells


def rewritten(rows: Sequence[Row], lines: Mapping[int, Painted]) -> str:
    """Return what turns the lines that are shown into those that are wanted, with the style reset at its end."""
    pen = Pen()
    for y, (row, start, end) in sorted(lines.items()):
        if row == rows[y]:
            continue
        if row.sure and rows[y].sure:
            for first, last in differences(rows[y], row):
                pen.write(y, first, row.letters[first:last], row.styles[first:last])
        else:
            pen.write_by_group(y, start, row.letters[start:end], row.styles[start:end])
    return pen.done()


def differences(before: Row, after: Row) -> Iterator[tuple[int, int]]:
    """Yield the stretches that have to be written, from the first cell up to and without the last."""
    changed = [
        x
        for x, cell in enumerate(zip(before.letters, after.letters, before.styles, after.styles, strict=True))
        if cell[0] != cell[1] or cell[2] != cell[3]
    ]
    start = end = -1
    for x in changed:
        if start >= 0 and (x - end > _GAP or _UNKNOWN in after.letters[end:x]):
            yield start, end
            start = x
        elif start < 0:
            start = x
        end = x + 1
    if start >= 0:
        yield start, end


class Pen:
    """Collects what is written, and knows where the terminal's cursor and its style are afterwards."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._at: tuple[int, int] | None = None
        self._style = ""

    def write(self, y: int, x: int, letters: Sequence[str], styles: Sequence[str]) -> None:
        """Write cells that are one cell wide."""
        self._go(y, x)
        start = 0
        while start < len(letters):
            end = start + 1
            while end < len(letters) and styles[end] == styles[start]:
                end += 1
            self._out += [change_of_style(self._style, styles[start]), *letters[start:end]]
            self._style = styles[start]
            start = end
        self._at = (y, x + len(letters))

    def write_by_group(self, y: int, x: int, letters: Sequence[str], styles: Sequence[str]) -> None:
        """Write cells among which there may be letters whose width is a matter of opinion.

        Letters that stand together are left to the terminal, what stands apart from them gets a place of its own.
        So no letter is lost where a terminal takes more cells for a word, and the next column stays where it is.
        """
        for start, end in stretches(letters, lambda letter: letter == _UNKNOWN, 1):
            self.write(y, x + start, " " * (end - start), styles[start:end])
        for start, end in stretches(letters, lambda letter: letter in (" ", _UNKNOWN), 2):
            self._at = None
            self.write(y, x + start, letters[start:end], styles[start:end])
        self._at = None

    def done(self) -> str:
        """Return all that was written; the style is as it was before."""
        return "".join(self._out) + change_of_style(self._style, "")

    def _go(self, y: int, x: int) -> None:
        if self._at == (y, x):
            return
        if self._at is not None and self._at[0] == y and self._at[1] < x:
            steps = x - self._at[1]
            self._out.append(f"\x1b[{steps}C" if steps > 1 else "\x1b[C")
        else:
            self._out.append(place(y, x))


def stretches(letters: Sequence[str], apart: Callable[[str], bool], by: int) -> Iterator[tuple[int, int]]:
    """Yield where the letters stand that are set apart from others by so many in between or more."""
    start = end = -1
    for x, letter in enumerate(letters):
        if apart(letter):
            continue
        if start >= 0 and x - end >= by:
            yield start, end
            start = -1
        if start < 0:
            start = x
        end = x + 1
    if start >= 0:
        yield start, end


def place(y: int, x: int) -> str:
    """Return what puts the terminal's cursor on a line and a cell, both counted from 0."""
    return f"\x1b[{y + 1};{x + 1}H"


class Look(NamedTuple):
    """A style taken apart: bold and the like, the colour of letters and that behind them."""

    attributes: frozenset[str]
    letters: str
    behind: str


@lru_cache(4096)
def change_of_style(before: str, after: str) -> str:
    """Return the shortest sequence that turns one whole style into another."""
    if before == after:
        return ""
    if not after:
        return "\x1b[m"
    anew = f"\x1b[0;{after}m" if before else f"\x1b[{after}m"
    was, will_be = look_of(before), look_of(after)
    if not was.attributes <= will_be.attributes:
        return anew
    parts = sorted(will_be.attributes - was.attributes)
    if was.letters != will_be.letters:
        parts.append(will_be.letters or "39")
    if was.behind != will_be.behind:
        parts.append(will_be.behind or "49")
    return min(anew, f"\x1b[{';'.join(parts)}m", key=len)


def look_of(style: str) -> Look:
    """Take a style apart, which is read from nothing set; what it does not know counts as an attribute."""
    codes = style.split(";") if style else []
    attributes: set[str] = set()
    colours = {"3": "", "4": ""}
    while codes:
        code = codes.pop(0)
        kind, rest = code[:-1].replace("9", "3").replace("10", "4"), code[-1]
        if code in ("38", "48"):
            length = 2 if codes[:1] == ["5"] else 4
            colours[code[0]] = ";".join([code, *codes[:length]])
            del codes[:length]
        elif kind in colours and rest < "8":
            colours[kind] = code
        else:
            attributes.add(code)
    return Look(frozenset(attributes), colours["3"], colours["4"])
