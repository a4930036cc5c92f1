"""What a file was understood to say, before anything is written: looked at, corrected, then imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from textual import on

from salesops_tui.ui import import_lists
from salesops_tui.ui import import_view as view
from salesops_tui.ui.import_correcting import ImportCorrecting
from salesops_tui.ui.import_work import Done
from salesops_tui.ui.widgets.messages import Opened

_BUSY = "the file is still being read; esc stops that"


class ImportScreen(ImportCorrecting):
    """The import screen, and what can be done on it."""

    def why_not(self, command_id: str) -> str | None:
        if not command_id.startswith(("import.", "export")) or command_id == "import.leave":
            return None
        if self.busy or self.view is None:
            return _BUSY
        if command_id == "import.import" and not self.view.ready:
            return self.view.found.problem or "choose the columns that are needed first: n goes there"
        if command_id == "import.import" and not self.view.speaks:
            why = "its lines below say why" if self.view.found.report.rows else "it has none"
            return f"no row can be taken as the file is read now; {why}"
        if command_id == "import.next" and not self.view.problems:
            return "nothing is left to decide; i imports the file"
        if command_id == "import.forget" and not self.view.found.origin:
            return "no mapping was confirmed for these columns before"
        if command_id == "import.export" and not self.view.found.rejects:
            return "every row can be taken"
        return None

    def peel(self) -> bool:
        return self.stop()

    # ------------------------------------------------------------------ lines

    @on(Opened)
    async def _entered(self) -> None:
        await self.action_run("import.open")

    async def action_open(self) -> None:
        """Change how the line is read, or open what is behind it."""
        key = self.table.key
        if not isinstance(key, str) or self.view is None:
            return
        kind, _, rest = key.partition(":")
        if kind == view.GO:
            await self.action_run("import.import" if self.view.ready else "import.next")
        elif kind in _CHANGES:
            _CHANGES[kind](self, rest)
        else:
            self._open_list(kind, rest)

    def _open_list(self, kind: str, rest: str) -> None:
        from salesops_tui.ui.screens.import_list import ImportListScreen

        assert self.view is not None
        found = self.view.found
        if kind == view.EFFECT:
            listed = import_lists.deals_of(self.desk, found, rest)
        elif kind == view.SUSPECT:
            listed = import_lists.suspects_of(self.desk, found, rest)
        elif kind == view.REJECT:
            some = [reject for reject in found.rejects if rest in reject.reason] or found.rejects
            listed = import_lists.rejects_of(found.report.rejected, some)
        else:
            listed = None
        if listed is not None and listed.rows:
            self.app.push_screen(ImportListScreen(listed))
        elif kind == view.WHOLE:
            self._show_whole("Asks first", found.question)
        elif kind == view.NOTICE:
            notice = found.report.warnings[int(rest)]
            self._show_whole(f"{notice.count:,} ×", notice.message)
        else:
            self.say("there is nothing behind this line")

    def _show_whole(self, label: str, text: str) -> None:
        from salesops_tui.ui.screens.import_list import WholeRow

        self.app.push_screen(WholeRow([(label, text)], None))

    def action_next(self) -> None:
        """Go to the next line that needs a decision."""
        assert self.view is not None
        problems, key = self.view.problems, self.table.key
        place = problems.index(key) + 1 if key in problems else 0
        self.table.move_to(problems[place % len(problems)])

    # ------------------------------------------------------------------ what the file is

    def action_settings(self) -> None:
        """Change the moment that the file describes, its source, and whether it is all of it."""
        from salesops_tui.ui.screens.import_settings import ImportSettings

        def taken(request: object) -> None:
            if request is not None:
                self.correct(request)  # type: ignore[arg-type]

        self.app.push_screen(ImportSettings(self.request), taken)

    def action_full(self) -> None:
        """Take the file for all of its source, or for a part."""
        self.correct(replace(self.request, full=not self.request.full))

    def action_forget(self) -> None:
        """Read the file as if no mapping had been confirmed for it."""
        self.correct(replace(self.request, forget_map=True, corrections={}))

    # ------------------------------------------------------------------ importing

    def action_import_now(self) -> None:
        """Import the file as it is understood."""
        assert self.view is not None
        if self.was_pasted():
            return
        if self.view.found.question:
            self.ask(self.view.found.question)
        else:
            self.write()

    def ask(self, question: str) -> None:
        from salesops_tui.ui.screens.confirm import Confirm

        def sure(yes: bool | None) -> None:
            if yes:
                self.write(yes=True)

        self._rest()
        what = question.partition(" Nothing was written")[0]
        self.app.push_screen(Confirm("Let that much of Commit go?", what, "Import all the same"), sure)

    def written(self, done: Done) -> None:
        self._rest()
        self.changed()
        if done.number is None:
            self.say("nothing changed; the lines below say why")
            self.understand()
            return
        self.salesops.show_import(done.number, done.report.rejects_file)
        if done.left:
            self.say(f"imported; but {done.left}", "warning")

    def action_export(self) -> None:
        """Write the rows that cannot be taken to a file."""
        from salesops_tui.ui.export import csv_text, write_export

        assert self.view is not None
        found = self.view.found
        path = write_export("rejects", "csv", csv_text(*import_lists.mendable(found.header, found.rejects)), self.desk)
        self.say(f"{len(found.rejects):,} rows written to {path}; mend them there, and import that file")


_CHANGES: dict[str, Callable[[ImportScreen, str], None]] = {
    view.COLUMN: ImportScreen.pick_column,
    view.LEFT: ImportScreen.pick_field,
    view.WORD: ImportScreen.pick_meaning,
    view.OWNER: ImportScreen.pick_owner,
    view.DATE: ImportScreen.pick_order,
    view.DECIMAL: ImportScreen.pick_decimal,
    view.ENCODING: ImportScreen.pick_encoding,
    view.DIALECT: lambda screen, _rest: screen.action_settings(),
    view.ALIKE: ImportScreen.pick_link,
}
