"""Which columns stand where, and text made to fit them. Widths are terminal cells, never characters."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rich.cells import cell_len, get_character_cell_size

from salesops_tui.ui.present import ELLIPSIS, plain


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        key: its name in messages, such as a click on its title.
        title: what stands above it.
        width: the cells it takes when there is room.
        least: the cells it can do with; as many as `width` unless given.
        rank: what gives way first when there is not enough room. The highest rank shrinks first and leaves
            first; a column of rank 0 never leaves.
        align: numbers stand on the right.
        flex: takes what is left over; several share it.
        shorten: makes its text shorter when it has less than `width`, such as a date without weekday.
    """

    key: str
    title: str
    width: int
    least: int = 0
    rank: int = 0
    align: Literal["left", "right"] = "left"
    flex: bool = False
    shorten: Callable[[str], str] | None = None

    @property
    def minimum(self) -> int:
        """The fewest cells in which the column still says something."""
        return min(self.least or self.width, self.width)


class Place(NamedTuple):
    """Where a column stands: its number among the columns, the cell where it begins, the cells it has."""

    column: int
    x: int
    width: int


def place(columns: Sequence[Column], room: int, gap: int) -> tuple[Place, ...]:
    """Share `room` cells among the columns, with `gap` empty cells between neighbours.

    All stand at full width where there is room. Otherwise columns leave by rank until the rest fits at its
    least, and what is then left goes to the lowest ranks first. The places never reach beyond the room.
    """
    kept = _kept(columns, room, gap)
    widths = _widths([columns[index] for index in kept], room, gap)
    return tuple(_places(kept, widths, gap))


def _kept(columns: Sequence[Column], room: int, gap: int) -> list[int]:
    kept = list(range(len(columns)))
    while kept and sum(columns[index].minimum for index in kept) + gap * (len(kept) - 1) > room:
        leaving = max(kept, key=lambda index: (columns[index].rank, index))
        if columns[leaving].rank == 0:
            break
        kept.remove(leaving)
    return kept


def _widths(columns: Sequence[Column], room: int, gap: int) -> list[int]:
    left = room - sum(column.minimum for column in columns) - gap * (len(columns) - 1)
    if left < 0:
        return _squeezed(columns, room, gap)
    widths = [column.minimum for column in columns]
    for index in sorted(range(len(columns)), key=lambda index: columns[index].rank):
        more = min(left, columns[index].width - widths[index])
        widths[index] += more
        left -= more
    flexible = [index for index, column in enumerate(columns) if column.flex]
    for share, index in enumerate(flexible):
        more = left // (len(flexible) - share)
        widths[index] += more
        left -= more
    return widths


def _squeezed(columns: Sequence[Column], room: int, gap: int) -> list[int]:
    """Widths where even the columns that never leave do not fit: the first ones get what there is."""
    widths = []
    for column in columns:
        widths.append(max(0, min(column.minimum, room)))
        room -= widths[-1] + gap
    return widths


def _places(kept: Sequence[int], widths: Sequence[int], gap: int) -> Iterator[Place]:
    x = 0
    for column, width in zip(kept, widths, strict=True):
        if width > 0:
            yield Place(column, x, width)
            x += width + gap


def cells(text: str) -> int:
    """Return how many cells a text takes, once made plain."""
    safe = plain(text)
    return len(safe) if safe.isascii() else cell_len(safe)


def fit(text: str, width: int, align: Literal["left", "right"] = "left") -> str:
    """Return the text as exactly `width` cells: padded, or cut with `…`. It is made plain on the way.

    A letter that is two cells wide and would be cut in half makes room for a space instead.
    """
    text = plain(text[: _ENOUGH * width + _ENOUGH])
    size = len(text) if text.isascii() else cell_len(text)
    if size > width:
        text, size = _cut(text, width)
    pad = " " * (width - size)
    return pad + text if align == "right" else text + pad


_ENOUGH = 8
"""Characters looked at for each cell: a letter with its marks is shorter; megabytes are not read."""


def _cut(text: str, width: int) -> tuple[str, int]:
    if width <= 0:
        return "", 0
    if text.isascii():
        return text[: width - 1] + ELLIPSIS, width
    used = end = 0
    for end, letter in enumerate(text):  # noqa: B007 - the place where it stopped is wanted
        size = get_character_cell_size(letter)
        if used + size > width - 1:
            break
        used += size
    return text[:end] + ELLIPSIS, used + 1


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` cells, at spaces where it has any and at its line breaks."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in plain(paragraph).split(" "):
            longer = f"{line} {word}" if line else word
            if line and cell_len(longer) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return [fit(line, width).rstrip() for line in lines]
