"""The imports that there were: who, when, what file, what it did."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult

from salesops_tui.services.import_undo import ImportDone, list_imports
from salesops_tui.ui.commands import footer_of
from salesops_tui.ui.filtering import FilterScreen
from salesops_tui.ui.import_commands import IMPORTS as CONTEXT
from salesops_tui.ui.import_page import IMPORTS, ImportReader, import_in_words
from salesops_tui.ui.screens.import_page import confirm_undo, copy_import, why_no_undo
from salesops_tui.ui.widgets.board import Board, Line, spread
from salesops_tui.ui.widgets.frame import Footer
from salesops_tui.ui.widgets.messages import Opened
from salesops_tui.ui.widgets.source import RowSource
from salesops_tui.ui.widgets.table import Table

_NONE_YET = "No import yet.\ni brings in a file of deals from your CRM: CSV or XLSX."


class ImportsScreen(FilterScreen):
    """The imports, the last first."""

    CONTEXT = CONTEXT
    CSS_PATH = "importing.tcss"
    BEFORE = "#imports"

    def __init__(self) -> None:
        super().__init__()
        self._imports: dict[int, ImportDone] = {}

    def compose(self) -> ComposeResult:
        yield Board(self._head, id="head")
        yield Table(IMPORTS, id="imports")
        yield Footer(footer_of(self.CONTEXT))

    def on_mount(self) -> None:
        with self.guarded():
            self.refresh_from_store()

    def refresh_from_store(self) -> None:
        with self.context.store.reading():
            self._imports = {done.number: done for done in list_imports(self.context)}
        self.filter_by(self.filtered_by)
        self.query_one("#head", Board).rewrite()

    def narrow(self, text: str) -> tuple[int, int]:
        wanted = text.strip().casefold()
        shown = [n for n, done in self._imports.items() if wanted in import_in_words(self.desk, done).casefold()]
        self.table.empty = f"No import holds '{text}'.\nesc shows them all." if text else _NONE_YET
        self.table.source = RowSource(shown, ImportReader(self.desk, self._imports).fetch)
        return len(shown), len(self._imports)

    @property
    def table(self) -> Table:
        """The list of imports."""
        return self.query_one("#imports", Table)

    @property
    def done(self) -> ImportDone | None:
        """The import under the cursor."""
        key = self.table.key
        return self._imports.get(key) if isinstance(key, int) else None

    def _head(self, width: int) -> Iterator[Line]:
        count = len(self._imports)
        said = f"{count:,} import{'' if count == 1 else 's'} "
        yield spread([(" salesops ", "accent"), (" Imports", "title")], [said], width)

    # ------------------------------------------------------------------ commands

    def why_not(self, command_id: str) -> str | None:
        if command_id == "imports.undo":
            return why_no_undo(self.done)
        if command_id in ("imports.open", "imports.copy") and self.done is None:
            return "no import is under the cursor"
        return super().why_not(command_id)

    @on(Opened)
    async def _opened(self) -> None:
        await self.action_run("imports.open")

    def action_open(self) -> None:
        """Open what the import did."""
        from salesops_tui.ui.screens.import_page import ImportPageScreen

        if self.done is not None:
            self.app.push_screen(ImportPageScreen(self.done.number))

    def action_undo_import(self) -> None:
        """Ask whether the import is to be taken back."""
        if self.done is not None:
            confirm_undo(self, self.done)

    def action_copy(self) -> None:
        """Copy the file's name and its SHA-256."""
        if self.done is not None:
            copy_import(self, self.done)

    def action_export(self) -> None:
        """Write the list of imports to a CSV file."""
        from salesops_tui.ui.export import csv_text, write_export

        iso = self.context.calendar.iso
        columns = ("import", "at", "by", "file", "sha256", "source", "as_of", "full", "did", "undone")
        rows = [
            (d.number, iso(d.at), d.by, d.file, d.sha256, d.source, iso(d.as_of), d.full, d.did, d.undone_by)
            for d in self._imports.values()
        ]
        self.say(
            f"{len(rows):,} imports written to {write_export('imports', 'csv', csv_text(columns, rows), self.desk)}"
        )
