"""Bars along a scale: lying ones that float between two values, and standing ones over time. Eighths of a cell.

Integers in, text out: it goes into cells of a table or onto a board, so there is no widget here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

# The blocks of rich's own bar; that itself reckons with floats and prints to a console.
from rich.bar import BEGIN_BLOCK_ELEMENTS, END_BLOCK_ELEMENTS, FULL_BLOCK

BREAK = "╱╱"
"""Stands in a bar that begins left of where the scale does."""
MARK = "┄"
"""What a level is marked with beside and between standing bars."""

_STANDING = " ▁▂▃▄▅▆▇"
_WIDE_ENOUGH = 3, 5
"""Changes are to take at least this share of the cells, else the scale begins later than at 0."""


class Scale(NamedTuple):
    """The values at the two ends of a line of cells. `low` is 0 or the scale is cut, which has to be shown."""

    low: int
    high: int
    width: int

    def at(self, value: int) -> int:
        """Return where a value lies, in eighths of a cell from the left."""
        eighths = (value - self.low) * self.width * 8 // max(1, self.high - self.low)
        return max(0, min(eighths, self.width * 8))

    @property
    def cut(self) -> bool:
        """Whether 0 lies left of what is shown."""
        return self.low > 0


def scale_over(values: Iterable[int], width: int) -> Scale:
    """Return a scale for a waterfall through these values.

    It begins at 0, unless the changes would be too small to see there: then at a round value below the least.
    """
    reached = [0, *values]
    high, low = max(reached), min(reached)
    least = min(reached[1:], default=0)
    change = high - least
    part, whole = _WIDE_ENOUGH
    if least <= 0 or not change or change * whole >= high * part:
        return Scale(low, max(high, low + 1), width)
    begin = _round_below(high - change * whole // part, change)
    return Scale(begin if begin * 4 > high else 0, high, width)


def _round_below(value: int, change: int) -> int:
    step = 1
    while step * 10 <= change:
        step *= 10
    return max(0, value // step * step)


def floating(scale: Scale, one: int, other: int) -> str:
    """Return the bar between two values: blanks before it, none behind it. Something is always seen of it."""
    begin, end = sorted((scale.at(one), scale.at(other)))
    if begin == end:
        end = min(begin + 1, scale.width * 8)
        begin = end - 1
    first, before = divmod(begin, 8)
    last, reached = divmod(end, 8)
    if first == last or (last == first + 1 and not reached):
        return " " * first + _inside_a_cell(before, reached or 8)
    body = FULL_BLOCK * (last - first) + (END_BLOCK_ELEMENTS[reached] if reached else "")
    return " " * first + BEGIN_BLOCK_ELEMENTS[before] + body[1:]


def _inside_a_cell(begin: int, end: int) -> str:
    """The block that is nearest to a bar within one cell; right-aligned ones there are only two."""
    if begin + end <= 8:
        return END_BLOCK_ELEMENTS[end] if end < 8 else FULL_BLOCK
    return BEGIN_BLOCK_ELEMENTS[max(begin, 3)]


def standing(scale: Scale, value: int) -> str:
    """Return the bar from the left edge to a value, with a break where the scale is cut; nothing for the least."""
    if value <= scale.low:
        return ""
    bar = floating(scale, scale.low, value)
    if scale.cut and len(bar) > len(BREAK) + 1:
        return bar[0] + BREAK + bar[1 + len(BREAK) :]
    return bar


def ruler(scale: Scale, left: str, right: str) -> str:
    """Return what stands above a scale: its two ends, as far as there is room."""
    gap = scale.width - len(left) - len(right)
    return left + " " * gap + right if gap > 0 else left[: scale.width]


class Chart(NamedTuple):
    """Standing bars over time.

    Attributes:
        lines: from top to bottom; each is as wide as all bars.
        mark: the line on which the marked level lies, None where there is none or it does not fit.
    """

    lines: Sequence[str]
    mark: int | None


def chart(values: Sequence[int], top: int, height: int, step: int, level: int | None = None) -> Chart:
    """Return bars of `step` cells each, gap included, from 0 up to `top` on `height` lines.

    `level` is marked in the gaps and above the bars.
    """
    bar = max(1, step - (2 if step > 5 else 1 if step > 2 else 0))
    heights = [max(int(value > 0), min(value, top) * height * 8 // max(1, top)) for value in values]
    mark = None
    if level is not None and 0 < level <= top:
        mark = height - 1 - min(height - 1, level * height // max(1, top))
    lines = []
    for row in range(height):
        rest = (height - 1 - row) * 8
        blank = MARK if row == mark else " "
        line = "".join(_column(reached - rest, bar, blank) + blank * (step - bar) for reached in heights)
        lines.append(line)
    return Chart(lines, mark)


def _column(eighths: int, bar: int, blank: str) -> str:
    if eighths >= 8:
        return FULL_BLOCK * bar
    return (_STANDING[eighths] if eighths > 0 else blank) * bar
