"""What is behind a line of an import: deals, or rows of the file, each of which opens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from salesops_tui.ui.commands import footer_of
from salesops_tui.ui.dialog import Dialog
from salesops_tui.ui.filtering import FilterScreen
from salesops_tui.ui.import_commands import IMPORT_LIST
from salesops_tui.ui.import_lists import Listed, as_table
from salesops_tui.ui.widgets.board import Board, Line, spread
from salesops_tui.ui.widgets.columns import wrap
from salesops_tui.ui.widgets.frame import Footer
from salesops_tui.ui.widgets.messages import Opened
from salesops_tui.ui.widgets.prose import Prose
from salesops_tui.ui.widgets.source import RowSource
from salesops_tui.ui.widgets.table import Table


class ImportListScreen(FilterScreen):
    """A list of an import."""

    CONTEXT = IMPORT_LIST
    CSS_PATH = "importing.tcss"
    BEFORE = "#listed"

    def __init__(self, listed: Listed) -> None:
        """Show a list."""
        super().__init__()
        self._listed = listed

    def compose(self) -> ComposeResult:
        yield Board(self._head, id="head")
        yield Table(self._listed.columns, id="listed")
        yield Footer(footer_of(self.CONTEXT))

    def on_mount(self) -> None:
        self.filter_by("")

    @property
    def table(self) -> Table:
        """The list."""
        return self.query_one("#listed", Table)

    def narrow(self, text: str) -> tuple[int, int]:
        wanted = text.strip().casefold()
        whole = self._listed.whole
        kept = {
            key: row
            for key, row in self._listed.rows.items()
            if not wanted or any(wanted in said.casefold() for _, said in whole.get(key, ()))
        }
        self.table.empty = f"Nothing here holds '{text}'.\nesc shows all of them."
        self.table.source = RowSource.of(kept)
        return len(kept), len(self._listed.rows)

    def _head(self, width: int) -> Iterator[Line]:
        listed = self._listed
        note = f"the first {len(listed.rows):,} " if len(listed.rows) < listed.total else ""
        yield spread([(" Import ", "accent"), (listed.title, "title")], [(note, "label")], width)

    # ------------------------------------------------------------------ commands

    def why_not(self, command_id: str) -> str | None:
        if command_id == "import_list.open" and self.table.key is None:
            return "nothing is under the cursor"
        return None

    @on(Opened)
    async def _entered(self) -> None:
        await self.action_run("import_list.open")

    def action_open(self) -> None:
        """Open the page of the deal; of a row that is not in the store yet, all that the file says of it."""
        key = self.table.key
        if key is None:
            return
        self.app.push_screen(WholeRow(self._listed.whole.get(key, ()), self._listed.deals.get(key)), self._open_deal)

    def _open_deal(self, deal: str | None) -> None:
        from salesops_tui.ui.screens.deal import DealScreen

        if deal is not None:
            self.app.push_screen(DealScreen(deal))

    def action_export(self) -> None:
        """Write the list to a CSV file."""
        from salesops_tui.ui.export import csv_text, write_export

        path = write_export("import", "csv", csv_text(*as_table(self._listed)), self.desk)
        self.say(f"{len(self._listed.rows):,} lines written to {path}")


class WholeRow(Dialog[str]):
    """All that is known of a row; gives back the id of its deal where somebody wants to see that one's page."""

    DEFAULT_CSS = """
    WholeRow > #window { padding: 1 2; }
    """

    def __init__(self, facts: Iterable[tuple[str, str]], deal: str | None) -> None:
        """Show facts; `deal` is the id of the deal in the store, if it is there."""
        super().__init__()
        self._facts, self._deal = list(facts), deal

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield Prose(self._lines)

    def _lines(self, width: int) -> Sequence[Line]:
        lines: list[Line] = []
        for label, text in self._facts:
            parts = list(wrap(text, max(10, width - 14))) or [""]
            lines.append([(f"{label:<12}  ", "label"), parts[0]])
            lines += [[" " * 14, part] for part in parts[1:_MOST]]
        keys: Line = [("esc", "key"), " Back"]
        return [*lines, [], [("enter", "key"), " The deal's page     ", *keys] if self._deal else keys]

    def key_enter(self) -> None:
        """Open the deal's page."""
        if self._deal:
            self.dismiss(self._deal)


_MOST = 12
