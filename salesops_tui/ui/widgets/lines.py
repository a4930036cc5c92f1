"""The lines of a table: the titles of its sections and the rows of those that are not folded."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import NamedTuple

from salesops_tui.ui.widgets.source import Section


class Line(NamedTuple):
    """What a line shows: a row (its place in the source), or the title of a section where `row` is None."""

    section: int
    row: int | None


class Lines:
    """Line numbers against rows and sections, at the cost of the sections, however many rows they have."""

    def __init__(self, sections: Sequence[Section], folded: Collection[str] = ()) -> None:
        """Lay the lines out.

        Args:
            sections: in order; one without a title has no line of its own.
            folded: the keys of those whose rows are not shown.
        """
        self.sections = sections
        self._titles: list[int | None] = []  # the line of each section's title
        self._bodies: list[int] = []  # the line of each section's first row, were it open
        self._first_rows: list[int] = []
        self._shown: list[int] = []  # the sections that have lines at all, and where these begin
        self._starts: list[int] = []
        self._closed: set[int] = set()
        line = row = 0
        for number, section in enumerate(sections):
            title = bool(section.title)
            if title and section.key in folded:
                self._closed.add(number)
            rows = 0 if number in self._closed else section.rows
            self._titles.append(line if title else None)
            self._bodies.append(line + title)
            self._first_rows.append(row)
            if title or rows:
                self._shown.append(number)
                self._starts.append(line)
            line += title + rows
            row += section.rows
        self.total = line
        """How many lines there are."""

    def at(self, line: int) -> Line:
        """Return what a line shows; the line must exist."""
        number = self._shown[bisect_right(self._starts, line) - 1]
        if line == self._titles[number]:
            return Line(number, None)
        return Line(number, self._first_rows[number] + line - self._bodies[number])

    def of_row(self, row: int) -> int:
        """Return the line of a row of the source, or of its section's title where the section is folded."""
        number = bisect_right(self._first_rows, row) - 1
        if number in self._closed:
            return self._bodies[number] - 1
        return self._bodies[number] + row - self._first_rows[number]

    def is_open_title(self, line: int) -> bool:
        """Whether a line is the title of a section whose rows are shown."""
        number, row = self.at(line)
        return row is None and number not in self._closed

    def of_title(self, key: str) -> int | None:
        """Return the line of a section's title, or None where no section of that key has one."""
        for section, title in zip(self.sections, self._titles, strict=True):
            if section.key == key:
                return title
        return None
