"""The one list widget of the program: any number of rows, a cursor that stays on its key, few bytes a key."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType

from salesops_tui.ui.widgets import messages
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.sheet import Sheet
from salesops_tui.ui.widgets.source import NOTHING, Key, Source


class Spot(NamedTuple):
    """Where the cursor is, in terms that outlive a new order: a row's key, or none on a section's title."""

    section: str
    key: Key | None


class Table(Sheet, can_focus=True, inherit_bindings=False):
    """A list of rows in columns, under section titles that fold where the source has sections.

    A move of the cursor paints two lines, however many rows there are. Cells and rows name their style:
    `muted`, `good`, `warn`, `bad`, `strong`, `accent`, or any `x` for which a subclass has a component class
    `table--x`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="table.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="table.up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="table.page-down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="table.page-up"),
        Binding("home,g", "first", "First", show=False, id="table.first"),
        Binding("end,G", "last", "Last", show=False, id="table.last"),
        Binding("enter", "open", "Open", show=False, id="table.open"),
        Binding("space", "fold", "Fold", show=False, id="table.fold"),
    ]

    Moved = messages.Moved
    Opened = messages.Opened
    Folded = messages.Folded
    TitleClicked = messages.TitleClicked

    def __init__(
        self,
        columns: Sequence[Column],
        source: Source = NOTHING,
        *,
        empty: str = "",
        titles: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Make a table.

        Args:
            columns: what stands beside each other.
            source: what stands below each other.
            empty: what is said where there are no rows: what would fill the list, and the key that does so.
            titles: whether the columns' titles stand on the first line.
            id: name of the widget.
            classes: CSS classes of the widget.
        """
        super().__init__(columns, titles=titles, id=id, classes=classes)
        self._source = source
        self._empty = empty
        self._spot = Spot("", None)

    # ------------------------------------------------------------------ what is shown

    @property
    def source(self) -> Source:
        """Where the rows come from. Setting another one is a reload: the cursor stays on its key."""
        return self._source

    @source.setter
    def source(self, source: Source) -> None:
        self._source = source
        if self.is_mounted:
            self.reload()

    def reload(self) -> None:
        """Read the source again, whose rows were sorted, filtered or changed.

        The cursor stays on its key, and that row where it is on the screen; only lines that look different
        are painted. Where the key is gone the cursor takes the nearest row, and `Moved` says so.
        """
        seen = self._in_view(self._line)
        offset = self._line - self.scroll_offset.y
        self._read()
        self._point_at(self._found(self._spot))
        if seen:
            self._scroll_to_line(self._line - offset)
            self._show(self._line)
        self._repaint_changes()

    @property
    def key(self) -> Key | None:
        """The key of the row under the cursor; None on a folded section's title, and without rows."""
        return self._spot.key

    @property
    def section(self) -> str:
        """The key of the section that the cursor is in."""
        return self._spot.section

    def move_to(self, key: Key) -> bool:
        """Put the cursor on a row and show it, unfolding its section; False where there is no such row."""
        index = self._source.index_of(key)
        if index is None:
            return False
        section, row = self._lines.at(self._lines.of_row(index))
        if row is None:
            self.fold(self._lines.sections[section].key, False)
        self._go(self._lines.of_row(index), 1)
        return True

    def fold(self, section: str, folded: bool = True) -> None:
        """Fold or unfold a section, also one that is not there yet; a cursor inside goes to its title."""
        if folded != (section in self._folded):
            self._folded ^= {section}
            self._lay_out()
            self._point_at(self._found(self._spot))
            self._show(self._line)
            self._repaint_changes()

    # ------------------------------------------------------------------ the cursor

    def _found(self, spot: Spot) -> int:
        """The line of what the cursor is on, wherever it is now; where it is gone, the nearest."""
        if spot.key is None:
            line = self._lines.of_title(spot.section)
        else:
            index = self._source.index_of(spot.key)
            line = None if index is None else self._lines.of_row(index)
        return self._landing(self._line if line is None else line, 1)

    def _landing(self, line: int, step: int) -> int:
        """The line where the cursor comes to rest: it passes over titles, except those of folded sections."""
        line = max(0, min(line, self._lines.total - 1))
        for onward in (step, -step):
            probe = line
            while 0 <= probe < self._lines.total:
                if not self._lines.is_open_title(probe):
                    return probe
                probe += onward
        return line

    def _go(self, line: int, step: int) -> None:
        before, line = self._line, self._landing(line, step)
        if line != before:
            self._point_at(line)
            self._repaint(before, line)
        self._show(line)

    def _point_at(self, line: int) -> None:
        self._line = line
        before, self._spot = self._spot, self._spot_at(line)
        if self._spot != before:
            self.post_message(self.Moved(self, *self._spot))

    def _spot_at(self, line: int) -> Spot:
        if line >= self._lines.total:
            return Spot("", None)
        section, row = self._lines.at(line)
        return Spot(self._lines.sections[section].key, None if row is None else self._source.key_at(row))

    def _fold_by_hand(self, section: str) -> None:
        folded = section not in self._folded
        self.fold(section, folded)
        self.post_message(self.Folded(self, section, folded))

    # ------------------------------------------------------------------ keys and mouse

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "fold":  # a list without sections leaves the key to its screen
            return any(section.title for section in self._lines.sections)
        return super().check_action(action, parameters)

    def action_move(self, step: int) -> None:
        self._go(self._line + step, step)

    def action_page(self, step: int) -> None:
        self._go(self._line + step * max(1, self._height - 1), step)

    def action_first(self) -> None:
        self._go(0, 1)

    def action_last(self) -> None:
        self._go(self._lines.total - 1, -1)

    def action_open(self) -> None:
        if self._spot.key is not None:
            self.post_message(self.Opened(self, self._spot.key))
        elif self._lines.total:
            self.action_fold()

    def action_fold(self) -> None:
        self._fold_by_hand(self._spot.section)

    def on_mount(self) -> None:
        self.reload()

    def on_resize(self) -> None:
        self._show(self._line)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < self._head:
            if column := self._current_painter().column_at(offset.x):
                self.post_message(self.TitleClicked(self, column))
            return
        line = self.scroll_offset.y + offset.y - self._head
        if line < self._lines.total:
            section, row = self._lines.at(line)
            if row is None:
                self._fold_by_hand(self._lines.sections[section].key)
            elif event.chain > 1 and line == self._line:
                self.action_open()
            else:
                self._go(line, 1)
