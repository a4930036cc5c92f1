"""The imports that there were: who, when, what file, what it did."""

from __future__ import annotations

from textual import on

from salesops_tui.services.import_undo import ImportDone, list_imports
from salesops_tui.ui.import_commands import IMPORTS as CONTEXT
from salesops_tui.ui.import_page import IMPORTS, ImportReader, import_in_words
from salesops_tui.ui.listed import Fetch, ListScreen
from salesops_tui.ui.screens.import_page import confirm_undo, copy_import, why_no_undo
from salesops_tui.ui.widgets.messages import Opened

_NONE_YET = "No import yet.\ni brings in a file of deals from your CRM: CSV or XLSX."


class ImportsScreen(ListScreen[ImportDone]):
    """The imports, the last first."""

    CONTEXT = CONTEXT
    CSS_PATH = "importing.tcss"
    BEFORE = "#imports"
    TITLE_SHOWN = "Imports"
    COLUMNS = IMPORTS
    NONE_YET = _NONE_YET

    def read(self) -> dict[int, ImportDone]:
        return {done.number: done for done in list_imports(self.context)}

    def words(self, item: ImportDone) -> str:
        return import_in_words(self.desk, item)

    def fetch(self) -> Fetch:
        return ImportReader(self.desk, self.items).fetch

    def none_holds(self, text: str) -> str:
        return f"No import holds '{text}'."

    def how_many(self) -> str:
        count = len(self.items)
        return f"{count:,} import{'' if count == 1 else 's'}"

    @property
    def done(self) -> ImportDone | None:
        """The import under the cursor."""
        return self.chosen

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
            for d in self.items.values()
        ]
        self.say(
            f"{len(rows):,} imports written to {write_export('imports', 'csv', csv_text(columns, rows), self.desk)}"
        )
