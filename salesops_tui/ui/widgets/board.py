"""Lines of text that change in place: headers, footers, panels of facts. Only cells that differ are painted again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
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

_STYLES = (
    "title", "label", "key", "rule", "muted", "good", "warn", "bad", "strong", "accent", "band",
)  # fmt: skip


class Board(Widget):
    """Shows what a writer writes, a line a line; what does not fit is cut off.

    Pieces name their style: `title`, `label`, `key`, `rule`, `muted`, `good`, `warn`, `bad`, `strong`, `accent`,
    `band`. Text only: nothing in a piece is read as markup.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"board--{name}" for name in _STYLES}
    DEFAULT_CSS = """
    Board {
        height: auto;
        & > .board--title, & > .board--strong, & > .board--key { text-style: bold; }
        & > .board--key, & > .board--accent { color: $text-accent; }
        & > .board--label, & > .board--muted, & > .board--rule { color: $text-muted; }
        & > .board--good { color: $text-success; }
        & > .board--warn { color: $text-warning; }
        & > .board--bad { color: $text-error; }
        & > .board--band { text-style: reverse; }
    }
    """

    def __init__(self, writer: Writer | None = None, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._writer: Writer = writer or (lambda _width: ())
        self._strips: list[Strip] = []
        self._width = -1

    def show(self, writer: Writer) -> None:
        """Show what this writer writes from now on."""
        self._writer = writer
        self.rewrite()

    def rewrite(self) -> None:
        """Ask the writer again and paint what differs."""
        if not self.is_mounted or not self.size.width:
            self._width = -1
            return
        before, self._strips = self._strips, self._written(self.size.width)
        nothing = self._blank(self.size.width)
        for y in range(self.size.height):
            old = before[y] if y < len(before) else nothing
            new = self._strips[y] if y < len(self._strips) else nothing
            if changed := _difference(old, new):
                self.refresh(Region(changed[0], y, changed[1] - changed[0], 1))

    def render_line(self, y: int) -> Strip:
        if self._width != self.size.width:
            self._strips = self._written(self.size.width)
        return self._strips[y] if y < len(self._strips) else self._blank(self.size.width)

    def on_resize(self, event: events.Resize) -> None:
        if event.size.width != self._width:
            self._width = -1
            self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._width = -1

    def _written(self, width: int) -> list[Strip]:
        self._width = width
        return [self._strip(line, width) for line in self._writer(width)]

    def _strip(self, line: Line, width: int) -> Strip:
        segments = []
        for piece in line:
            text, name = (piece, "") if isinstance(piece, str) else piece
            segments.append(Segment(plain(text), self._look(name)))
        return Strip(segments).adjust_cell_length(width, self._look("")).simplify()

    def _blank(self, width: int) -> Strip:
        return Strip.blank(width, self._look(""))

    def _look(self, name: str) -> Style:
        return self.get_component_rich_style(f"board--{name}") if name else self.rich_style


def _difference(old: Strip, new: Strip) -> tuple[int, int] | None:
    """The first cell that differs and the one after the last, or None where the lines look alike."""
    if old == new:
        return None
    if old.cell_length != new.cell_length:
        return 0, new.cell_length
    before, after = _cells(old), _cells(new)
    if len(before) != len(after):
        return 0, new.cell_length
    apart = [x for x, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    if not apart:
        return None
    # A letter two cells wide is painted as a whole.
    return max(0, apart[0] - 1), min(new.cell_length, apart[-1] + 2)


def _cells(strip: Strip) -> list[tuple[str, Style | None]]:
    cells: list[tuple[str, Style | None]] = []
    for text, style, _ in strip:
        for letter in text:
            width = cell_len(letter)
            if width:
                cells += [(letter, style)] + [("", style)] * (width - 1)
            elif cells:
                cells[-1] = (cells[-1][0] + letter, style)
    return cells


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
