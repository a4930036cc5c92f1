"""Lines of text that change in place: headers, footers, panels of facts. Only lines that differ are painted again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from salesops_tui.ui.present import plain
from salesops_tui.ui.widgets.columns import fit
from salesops_tui.ui.widgets.source import Cell

Line = Sequence[Cell]
"""Pieces that stand beside each other: text, or text and the name of its style (see `Board`)."""

Writer = Callable[[int], Iterable[Line]]
"""Given the cells of a line, returns the lines. It is asked again when the width changes."""
_NO_STYLE = Style.null()


class Board(Widget):
    """Shows what a writer writes, a line a line; what does not fit is cut off.

    A piece names its style: a component class `board--name` of its own, else `ink--name` of the screen, which has one
    set for all its boards since each set costs at the start. Text only: nothing in a piece is read as markup.
    """

    ALLOW_SELECT = False

    def __init__(self, writer: Writer | None = None, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._writer: Writer = writer or (lambda _width: ())
        self._strips: list[Strip] = []
        self._width = -1
        self._looks: dict[str, Style] = {}

    def show(self, writer: Writer) -> None:
        """Show what this writer writes from now on."""
        self._writer = writer
        self.rewrite()

    def rewrite(self) -> None:
        """Ask the writer again and paint the lines that differ."""
        width, height = self.size
        if not width:
            return
        before = [self.render_line(y) for y in range(height)] if self._width == width else []
        self._write(width)
        for y in range(height):
            if y >= len(before) or before[y] != self.render_line(y):
                self.refresh(Region(0, y, width, 1))

    def render_line(self, y: int) -> Strip:
        if self._width != self.size.width:
            self._write(self.size.width)
        return self._strips[y] if y < len(self._strips) else Strip.blank(self._width, self._look(""))

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._width = -1
        self._looks.clear()

    def _write(self, width: int) -> None:
        self._width = width
        self._strips = [self._strip(line, width) for line in self._writer(width)]

    def _strip(self, line: Line, width: int) -> Strip:
        segments = []
        for piece in line:
            text, name = (piece, "") if isinstance(piece, str) else piece
            segments.append(Segment(plain(text), self._look(name)))
        return Strip(segments).adjust_cell_length(width, self._look(""))

    def _look(self, name: str) -> Style:
        if name not in self._looks:
            self._looks[name] = self.rich_style + self._ink(name)
        return self._looks[name]

    def _ink(self, name: str) -> Style:
        own = self.get_component_rich_style(f"board--{name}", default=_NO_STYLE)
        ink = own or self.screen.get_component_rich_style(f"ink--{name}", default=_NO_STYLE)
        # Its colour is worked out against what lies behind; what lies behind is painted already.
        return Style(
            color=ink.color, bold=ink.bold, dim=ink.dim, italic=ink.italic, underline=ink.underline, reverse=ink.reverse
        )


def width_of(line: Line) -> int:
    """Return the cells that a line takes."""
    return sum(cell_len(plain(piece if isinstance(piece, str) else piece[0])) for piece in line)


def spread(left: Line, right: Line, width: int) -> list[Cell]:
    """Return a line with one part at each end; where both do not fit the left one is cut."""
    room = width - width_of(right)
    if room <= 0:
        return clip(right, width)
    kept = clip(left, room - 1)
    return [*kept, " " * (room - width_of(kept)), *right]


def clip(line: Line, width: int) -> list[Cell]:
    """Return the line cut to at most `width` cells, with an ellipsis where it was cut."""
    kept: list[Cell] = []
    for piece in line:
        text, name = (piece, "") if isinstance(piece, str) else piece
        size = cell_len(plain(text))
        if size > width:
            if width > 0:
                kept.append((fit(text, width).rstrip(), name))
            break
        kept.append((text, name))
        width -= size
    return kept


def widest(variants: Iterable[Line], width: int) -> list[Cell]:
    """Return the first of several ways to say the same that fits, else the last of them cut."""
    line: Line = ()
    for line in variants:
        if width_of(line) <= width:
            break
    return clip(line, width)
