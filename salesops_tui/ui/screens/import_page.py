"""One import: who, when, what file, what it did; and taking it back."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.app import ComposeResult

from salesops_tui.services.import_undo import ImportDone, one_import, undo_import
from salesops_tui.store.import_log import Reject
from salesops_tui.ui.base import BaseScreen
from salesops_tui.ui.commands import footer_of
from salesops_tui.ui.import_commands import IMPORT_PAGE
from salesops_tui.ui.import_page import PAGE, REJECTS, file_name, page_head, page_source, whole_line
from salesops_tui.ui.widgets.board import Board, Line
from salesops_tui.ui.widgets.frame import Footer
from salesops_tui.ui.widgets.messages import Opened
from salesops_tui.ui.widgets.table import Table


class ImportPageScreen(BaseScreen[None]):
    """What one import did."""

    CONTEXT = IMPORT_PAGE
    CSS_PATH = "importing.tcss"

    def __init__(self, number: int, rejects_file: str | None = None, *, fresh: bool = False) -> None:
        """Show the import of this number; `fresh` says that it was done just now."""
        super().__init__()
        self._number, self._rejects_file, self._fresh = number, rejects_file, fresh
        self._done: ImportDone | None = None
        self._rejects: list[Reject] = []

    def compose(self) -> ComposeResult:
        yield Board(self._head, id="head")
        yield Table(PAGE, id="page", titles=False)
        yield Footer(footer_of(self.CONTEXT))

    def on_mount(self) -> None:
        with self.guarded():
            self.refresh_from_store()

    def refresh_from_store(self) -> None:
        with self.context.store.reading():
            self._done, self._rejects = one_import(self.context, self._number)
        source = page_source(self.desk, self._done, self._rejects, self._rejects_file)
        self.query_one("#page", Table).source = source
        self.query_one("#head", Board).rewrite()

    def _head(self, width: int) -> Iterable[Line]:
        return page_head(self.desk, self._done, self._fresh, width) if self._done else ()

    # ------------------------------------------------------------------ commands

    def why_not(self, command_id: str) -> str | None:
        if command_id == "import_page.undo":
            return why_no_undo(self._done)
        return None

    @on(Opened)
    async def _entered(self) -> None:
        await self.action_run("import_page.open")

    def action_open(self) -> None:
        """Open the rows that were not taken; of another line, all that it says."""
        from salesops_tui.ui.import_lists import rejects_of
        from salesops_tui.ui.screens.import_list import ImportListScreen, WholeRow

        key = self.query_one("#page", Table).key
        if key == REJECTS and self._done:
            self.app.push_screen(ImportListScreen(rejects_of(self._done.rejected, self._rejects)))
        elif isinstance(key, str) and self._done:
            self.app.push_screen(WholeRow([whole_line(self.desk, self._done, key)], None))

    def action_undo_import(self) -> None:
        """Ask whether the import is to be taken back."""
        if self._done:
            confirm_undo(self, self._done)

    def action_copy(self) -> None:
        """Copy the file's name and its SHA-256."""
        if self._done:
            copy_import(self, self._done)


def why_no_undo(done: ImportDone | None) -> str | None:
    """Return why an import cannot be taken back, None where it can."""
    if done is None:
        return "no import is under the cursor"
    if done.undone_at is not None:
        return "this import was taken back already"
    return None if done.undoable else "a newer import stands; imports are taken back newest first"


def confirm_undo(screen: BaseScreen[None], done: ImportDone) -> None:
    """Ask whether an import is to be taken back, and take it back."""
    from salesops_tui.ui.screens.confirm import Confirm

    def undo(yes: bool | None) -> None:
        if yes:
            with screen.guarded():
                undone = undo_import(screen.context, done.number)
                screen.changed()
                screen.say(undone.text)

    question = f"Take back import {done.number} of {file_name(done)}?"
    consequence = f"It did: {done.did}. All of that is withdrawn, for everybody; the file can be imported again."
    screen.app.push_screen(Confirm(question, consequence, "Take it back"), undo)


def copy_import(screen: BaseScreen[None], done: ImportDone) -> None:
    """Copy what a file was, so that somebody can compare it."""
    from salesops_tui.ui.export import copy_text

    screen.say(copy_text(screen.app, f"{done.sha256}  {done.file}", screen.desk))
