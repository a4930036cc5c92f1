"""Which file is imported: a path that completes itself, the moment it describes, its source, all of it or a part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.suggester import SuggestFromList
from textual.widgets import Input

from salesops_tui.domain.calendar import iso_day
from salesops_tui.domain.typed_day import read_day
from salesops_tui.errors import WrongUsage
from salesops_tui.services.import_request import ImportRequest
from salesops_tui.services.import_undo import list_imports
from salesops_tui.ui.base import BaseScreen
from salesops_tui.ui.commands import footer_of
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.import_commands import IMPORT_FILE
from salesops_tui.ui.import_files import FILES, entries, file_rows, folder_and_rest
from salesops_tui.ui.present import plain
from salesops_tui.ui.widgets.board import Board, Line, clip
from salesops_tui.ui.widgets.fields import Fields, FieldSpec
from salesops_tui.ui.widgets.frame import Footer
from salesops_tui.ui.widgets.messages import Opened
from salesops_tui.ui.widgets.table import Table

FILE, AS_OF, SOURCE, FULL = "file", "as-of", "source", "full"
SPECS = (
    FieldSpec(FILE, "File", "type to find it; enter takes it"),
    FieldSpec(AS_OF, "As of", "nothing typed is now; 2026-11-16, mon, -1: the end of that day"),
    FieldSpec(SOURCE, "Source", "which part of the CRM"),
    FieldSpec(FULL, "Full", "no; type yes where an open deal that the file lacks is gone"),
)
_YES = {"y", "yes", "j", "ja", "full", "1", "true"}
_NO = {"", "n", "no", "nein", "0", "false", "part"}
_NONE = "Nothing to import here: no CSV or XLSX file that you may read.\nType another folder, such as ~/Downloads/"


class ImportFileScreen(BaseScreen[None]):
    """Asks which file, and goes on to what is understood of it."""

    CONTEXT = IMPORT_FILE
    CSS_PATH = "importing.tcss"
    AUTO_FOCUS = ""

    def compose(self) -> ComposeResult:
        yield Board(self._head, id="head")
        yield Fields((FILE, AS_OF, SOURCE, FULL), id="fields")
        yield Table(FILES, id="files", empty=_NONE)
        yield Footer(footer_of(self.CONTEXT))

    def on_mount(self) -> None:
        with self.guarded():
            self._begin()

    def _begin(self) -> None:
        known = list_imports(self.context, 50)
        newest = known[0] if known else None
        folder = Path(newest.file).parent if newest and Path(newest.file).is_absolute() else Path.cwd()
        start = folder if folder.is_dir() else Path.cwd()
        self._fields.show_only(SPECS, {FILE: _as_folder(start), SOURCE: newest.source if newest else "crm"})
        sources = list(dict.fromkeys(plain(done.source) for done in known))
        self._fields.line(SOURCE).suggester = SuggestFromList(sources, case_sensitive=False)
        self._fields.focus_on(FILE)
        self._list(_as_folder(start))

    @property
    def _fields(self) -> Fields:
        return self.query_one(Fields)

    @property
    def table(self) -> Table:
        """The files of the folder."""
        return self.query_one("#files", Table)

    def _head(self, width: int) -> Iterator[Line]:
        yield clip([(" Import ", "accent"), ("  which file?", "title")], width)

    # ------------------------------------------------------------------ what is typed

    @on(Input.Changed, "#file")
    def _typed(self, event: Input.Changed) -> None:
        self._list(event.value)

    def _list(self, text: str) -> None:
        begun = folder_and_rest(text)[1]
        self.table.empty = (
            f"No file here fits '{plain(begun)}'.\nDelete a letter, or type a folder." if begun else _NONE
        )
        self.table.source = file_rows(entries(text))
        self.table.action_first()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        typed = Path(event.value).expanduser() if event.input.id == FILE and event.value.strip() else None
        if typed is not None and typed.is_file():
            self._take(typed)
        else:
            self._take_chosen()

    @on(Opened)
    def _opened(self) -> None:
        self._take_chosen()

    def _take_chosen(self) -> None:
        key = self.table.key
        if key is None:
            self.say(f"there is no such file, or you may not read it: {self._fields.texts()[FILE]}", "warning")
            return
        path = Path(str(key))
        if path.is_dir():
            self._fields.line(FILE).value = _as_folder(path)
            self._fields.focus_on(FILE)
        else:
            self._take(path)

    def _take(self, path: Path) -> None:
        from salesops_tui.ui.screens.importing import ImportScreen

        with self.guarded():
            texts = self._fields.texts()
            request = ImportRequest(path.absolute())
            self.app.push_screen(ImportScreen(read_settings(self.desk, request, texts)))
            # Who comes back types the next name, and not on behind this one.
            self._fields.line(FILE).value = _as_folder(request.path.parent)

    def refresh_from_store(self) -> None:
        pass

    # ------------------------------------------------------------------ keys

    def action_next_field(self) -> None:
        """Go to the next field."""
        self._turn(1)

    def action_field_before(self) -> None:
        """Go to the field before."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        shown, field = self._fields.shown(), self._fields.focused()
        self._fields.focus_on(shown[(shown.index(field) + by) % len(shown)] if field else FILE)

    def action_down(self) -> None:
        """Move down among the files."""
        self.table.action_move(1)

    def action_up(self) -> None:
        """Move up among the files."""
        self.table.action_move(-1)

    def action_page_down(self) -> None:
        """Move a page down among the files."""
        self.table.action_page(1)

    def action_page_up(self) -> None:
        """Move a page up among the files."""
        self.table.action_page(-1)


def _as_folder(path: Path) -> str:
    return f"{str(path).rstrip('/')}/"


def read_settings(desk: Desk, request: ImportRequest, texts: Mapping[str, str]) -> ImportRequest:
    """Return a request with the moment, source and fullness that were typed.

    Raises:
        WrongUsage: one of them cannot be read.
    """
    full = texts[FULL].strip().casefold()
    if full not in _YES | _NO:
        raise WrongUsage("full is yes or no: whether the file is all of its source")
    as_of = texts[AS_OF].strip()
    if as_of:
        try:
            desk.context.calendar.read_moment(as_of, desk.context.now())
        except WrongUsage:
            as_of = iso_day(read_day(as_of, desk.today)) or as_of
    return replace(request, as_of=as_of or None, source=texts[SOURCE].strip() or "crm", full=full in _YES)
