"""The lines of a source on the screen: what a table shows, before there are keys to move about in it."""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from salesops_tui.ui.widgets.columns import Column, wrap
from salesops_tui.ui.widgets.lines import Lines
from salesops_tui.ui.widgets.paint import Painter
from salesops_tui.ui.widgets.source import NOTHING, Pages, Section, Source

_STYLES = ("header", "section", "cursor", "empty", "muted", "good", "warn", "bad", "strong", "accent")
_STRIPS_KEPT = 1024


class Sheet(ScrollView):
    """Rows of a source under fixed titles, one of them marked, and read only where they are looked at."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"table--{name}" for name in _STYLES}
    DEFAULT_CSS = """
    Sheet {
        overflow: hidden scroll;
        scrollbar-size-vertical: 1;
        & > .table--header { text-style: bold; color: $text-muted; }
        & > .table--section { text-style: bold; color: $text-accent; }
        & > .table--empty, & > .table--muted { color: $text-muted; }
        & > .table--good { color: $text-success; }
        & > .table--warn { color: $text-warning; }
        & > .table--bad { color: $text-error; }
        & > .table--accent { color: $text-accent; }
        & > .table--strong { text-style: bold; }
        & > .table--cursor {
            background: $block-cursor-blurred-background;
            color: $block-cursor-blurred-foreground;
            text-style: $block-cursor-blurred-text-style;
        }
        &:focus > .table--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
        &:focus:nocolor > .table--cursor { text-style: reverse; }
    }
    """

    def __init__(
        self, columns: Sequence[Column], *, titles: bool, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._columns = columns
        self._head = int(titles)
        self._empty = ""
        self._sorted_by: tuple[str, bool] | None = None
        self._folded: set[str] = set()
        self._source: Source = NOTHING
        self._lines = Lines(())
        self._pages = Pages(NOTHING)
        self._line = 0
        self._painter: Painter | None = None
        self._looks: dict[str, Style] = {}
        self._strips: dict[tuple[int, bool], Strip] = {}
        self._painted: dict[int, Strip] = {}

    @property
    def columns(self) -> Sequence[Column]:
        """What stands beside each other; replaced as a whole."""
        return self._columns

    @columns.setter
    def columns(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._forget_paint()
        self.refresh()

    @property
    def empty(self) -> str:
        """What is said where there are no rows: what would fill the list, and the key that does so."""
        return self._empty

    @empty.setter
    def empty(self, text: str) -> None:
        self._empty = text
        if not self._pages.count:
            self._lay_out()
            self.refresh()

    @property
    def sorted_by(self) -> tuple[str, bool] | None:
        """The key of the column that the source is sorted by and whether descending; marked in its title."""
        return self._sorted_by

    @sorted_by.setter
    def sorted_by(self, order: tuple[str, bool] | None) -> None:
        if order != self._sorted_by:
            self._sorted_by = order
            self.refresh(Region(0, 0, self._width, self._head))

    # ------------------------------------------------------------------ reading

    def _read(self) -> None:
        """Take in how many rows and sections there are now; what they hold is read when it is painted."""
        self._pages = Pages(self._source)
        self._lay_out()

    def _lay_out(self) -> None:
        rows = self._pages.count
        sections = self._source.sections() or (Section("", "", rows),) if rows else ()
        self._lines = Lines(sections, self._folded)
        self._strips.clear()
        lines = self._lines.total if rows else self._empty.count("\n") + 1
        self.virtual_size = Size(0, self._head + lines)

    # ------------------------------------------------------------------ painting

    def render_line(self, y: int) -> Strip:
        strip = self._painted[y] = self._strip(y)
        return strip

    def _strip(self, y: int) -> Strip:
        painter = self._current_painter()
        if y < self._head:
            return painter.titles(self._sorted_by)
        line = self.scroll_offset.y + y - self._head
        if not self._pages.count:
            remark = wrap(self._empty, max(1, self._width - 2))
            return painter.remark(remark[line] if line < len(remark) else "")
        if line >= self._lines.total:
            return painter.remark("")
        seen = (line, line == self._line)
        if seen not in self._strips:
            if len(self._strips) >= _STRIPS_KEPT:
                self._strips.clear()
            self._strips[seen] = self._line_strip(painter, *seen)
        return self._strips[seen]

    def _line_strip(self, painter: Painter, line: int, under_cursor: bool) -> Strip:
        number, row = self._lines.at(line)
        if row is not None:
            return painter.row(self._pages.row(row), under_cursor)
        section = self._lines.sections[number]
        return painter.section(section, section.key in self._folded, under_cursor)

    def _current_painter(self) -> Painter:
        if self._painter is None or self._painter.width != self._width:
            self._strips.clear()
            self._painter = self._new_painter()
        return self._painter

    def _new_painter(self) -> Painter:
        return Painter(self._columns, self._width, self._look)

    def _look(self, name: str) -> Style:
        if name not in self._looks:
            # Textual forgets its own copy at each refresh.
            self._looks[name] = self.get_component_rich_style(f"table--{name}") if name else self.rich_style
        return self._looks[name]

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._forget_paint()

    def _forget_paint(self) -> None:
        self._looks.clear()
        self._strips.clear()
        self._painter = None

    # ------------------------------------------------------------------ what is in view

    @property
    def _width(self) -> int:
        """The cells of a line, without the scroll bar."""
        return self.size.width - self.scrollbar_size_vertical

    @property
    def _height(self) -> int:
        """How many lines are in view below the titles, at least one."""
        return max(1, self.size.height - self._head)

    def _in_view(self, line: int) -> bool:
        return 0 <= line - self.scroll_offset.y < self._height

    def _repaint(self, *lines: int) -> None:
        for line in lines:
            if self._in_view(line):
                y = line - self.scroll_offset.y + self._head
                self.refresh(Region(0, y, self._width, 1))

    def _repaint_changes(self) -> None:
        """Paint only the lines that do not look as they did, so that reading the same again sends nothing."""
        for y in range(self.size.height):
            if self._painted.get(y) != self._strip(y):
                self.refresh(Region(0, y, self._width, 1))

    def _show(self, line: int) -> None:
        """Scroll as little as brings a line into view, and its section's title with the first row."""
        first = line - 1 if line > 0 and self._lines.is_open_title(line - 1) else line
        top = self.scroll_offset.y
        if first < top:
            self._scroll_to_line(first)
        elif line >= top + self._height:
            self._scroll_to_line(line - self._height + 1)

    def _scroll_to_line(self, top: int) -> None:
        self.scroll_to(y=max(0, top), animate=False, force=True)
