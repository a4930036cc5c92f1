"""Rows, titles of sections and titles of columns as strips of one width."""

from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from salesops_tui.ui.widgets.columns import Column, fit, place
from salesops_tui.ui.widgets.source import Pieces, Row, Section

CURSOR_MARK = "▸ "
OPEN_MARK = "▾ "
FOLDED_MARK = "▹ "
ASCENDING, DESCENDING = "▴", "▾"
_BLANK = " " * len(CURSOR_MARK)
_NARROW = 100
"""Below this many cells the columns stand one cell apart, from there on two."""

Piece = tuple[str, Style]


class Painter:
    """Paints for one width and one set of styles; a new one is made when either changes.

    Cells of the same style are one segment, so that they cost one change of colours.
    """

    def __init__(
        self, columns: Sequence[Column], width: int, look: Callable[[str], Style], chosen: str | None = None
    ) -> None:
        """Share the width among the columns.

        Args:
            columns: all columns; those that find no place are not painted.
            width: cells of a whole line, the cursor's mark included.
            look: gives the whole style for a style's name, `""` for the table itself.
            chosen: the key of the column in which the cursor is, where it is in one.
        """
        self.width = width
        self.chosen = chosen
        self.places = place(columns, max(0, width - len(_BLANK)), 2 if width >= _NARROW else 1)
        self._columns = columns
        self._look = look

    def row(self, row: Row, under_cursor: bool) -> Strip:
        """Paint a row of the source."""
        base = self._style(row.style, under_cursor)
        pieces = [(CURSOR_MARK if under_cursor else _BLANK, base)]
        end = 0
        for index, x, width in self.places:
            column = self._columns[index]
            cell = row.cells[index] if index < len(row.cells) else ""
            pieces.append((" " * (x - end), base))
            end = x + width
            if isinstance(cell, Pieces):
                pieces += self._pieced(cell, width, under_cursor, base)
                continue
            text, name = (cell, "") if isinstance(cell, str) else cell
            if column.shorten is not None and width < column.width:
                text = column.shorten(text)
            style = self._style(name, under_cursor) if name else base
            if under_cursor and column.key == self.chosen:
                style += self._look("chosen")
            pieces.append((fit(text, width, column.align), style))
        return self._strip(pieces, base)

    def _pieced(self, cell: Pieces, width: int, under_cursor: bool, base: Style) -> list[Piece]:
        """A cell of several styles; what does not fit is left out."""
        pieces: list[Piece] = []
        for text, name in cell.parts:
            shown = fit(text, min(len(text), width)) if width > 0 else ""
            pieces.append((shown, self._style(name, under_cursor) if name else base))
            width -= len(shown)
        return [*pieces, (" " * max(0, width), base)]

    def section(self, section: Section, folded: bool, under_cursor: bool) -> Strip:
        """Paint the title of a section, with its note at the right end where both fit."""
        style = self._style("section", under_cursor)
        mark = FOLDED_MARK if folded else OPEN_MARK
        room = self.width - len(mark)
        note = fit(section.note, room).rstrip() if section.note else ""
        title = fit(section.title, room)
        padding = len(title) - len(title.rstrip())
        if note and padding > len(note) + 1:
            title = fit(section.title, room - len(note)) + note
        return self._strip([(mark + title, style)], style)

    def titles(self, sorted_by: tuple[str, bool] | None) -> Strip:
        """Paint the titles of the columns; `sorted_by` is the key of a column and whether it descends."""
        style = self._look("header")
        pieces = [(_BLANK, style)]
        end = 0
        for index, x, width in self.places:
            column = self._columns[index]
            text = fit(column.title, width, column.align)
            if sorted_by is not None and sorted_by[0] == column.key:
                mark = DESCENDING if sorted_by[1] else ASCENDING
                text = fit(fit(column.title, width - 1).rstrip() + mark, width, column.align)
            pieces.append((" " * (x - end) + text, style))
            end = x + width
        return self._strip(pieces, style)

    def remark(self, text: str) -> Strip:
        """Paint a line of the text that stands where there are no rows."""
        style = self._look("empty")
        return self._strip([(_BLANK + text, style)], style)

    @property
    def shown(self) -> list[str]:
        """The keys of the columns that found a place, from left to right."""
        return [self._columns[place.column].key for place in self.places]

    def column_at(self, x: int) -> str | None:
        """Return the key of the column that stands at a cell of the line, or None between columns."""
        x -= len(_BLANK)
        for index, start, width in self.places:
            if start <= x < start + width:
                return self._columns[index].key
        return None

    def _style(self, name: str, under_cursor: bool) -> Style:
        # The cursor's colours win, so that they are the same along the line; bold and the like stay.
        return self._look(name) + self._look("cursor") if under_cursor else self._look(name)

    def _strip(self, pieces: Sequence[Piece], base: Style) -> Strip:
        segments: list[Segment] = []
        text, style = pieces[0]
        for more, its_style in pieces[1:]:
            if its_style == style or not more:
                text += more
            else:
                segments.append(Segment(text, style))
                text, style = more, its_style
        segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(self.width, base)
