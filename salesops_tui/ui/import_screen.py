"""The ground of the import screen: what was understood, how far the reading or writing is, and who does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import work
from textual.app import ComposeResult
from textual.worker import get_current_worker

from salesops_tui.errors import SalesopsError
from salesops_tui.services.import_request import FileReplaced, ImportRequest, NeedsConfirmation
from salesops_tui.ui.base import BaseScreen
from salesops_tui.ui.commands import footer_of
from salesops_tui.ui.import_commands import IMPORT
from salesops_tui.ui.import_view import LINES, ImportView, head_lines, progress_lines
from salesops_tui.ui.import_work import Done, Link, Progress, StoppedError, import_apart, understood_apart
from salesops_tui.ui.widgets.board import Board, Line
from salesops_tui.ui.widgets.frame import Footer
from salesops_tui.ui.widgets.table import Table

if TYPE_CHECKING:
    from salesops_tui.services.import_understanding import Understanding


SMALL = 128 * 1024
"""Bytes of a file that is read within a tenth of a second, and so at once; a longer one is read in another thread."""


class ImportGround(BaseScreen[None]):
    """A file as it is understood; reading and writing happen in another thread."""

    CONTEXT = IMPORT
    CSS_PATH = "importing.tcss"

    def __init__(self, request: ImportRequest) -> None:
        """Show what this request would import."""
        super().__init__()
        self.request = request
        self.view: ImportView | None = None
        self.links: dict[str, Link] = {}
        self._far: tuple[int, int, str] | None = None

    def compose(self) -> ComposeResult:
        yield Board(self._head, id="head")
        yield Table(LINES, id="lines", titles=False)
        yield Board(lambda width: progress_lines(self._far, width), id="progress")
        yield Footer(footer_of(self.CONTEXT))

    def on_mount(self) -> None:
        self.understand()

    @property
    def table(self) -> Table:
        """The lines of the understanding."""
        return self.query_one("#lines", Table)

    @property
    def busy(self) -> bool:
        """Whether something is being read or written."""
        return self._far is not None

    def _head(self, width: int) -> Iterable[Line]:
        if self.view is None:
            yield [(" Import ", "accent"), (self.request.path.name, "title")]
            return
        from salesops_tui.crm.dialects import DIALECTS

        known = DIALECTS.get(self.view.found.report.dialect)
        yield from head_lines(self.desk, self.view, known.title if known else self.view.found.report.dialect, width)

    # ------------------------------------------------------------------ reading

    def correct(self, request: ImportRequest) -> None:
        """Read the file once more, in another way."""
        self.request = request
        self.understand()

    def understand(self) -> None:
        """Read the file, and show what it was understood to say."""
        if self._is_small():
            # At once, so that the keys of somebody who types ahead find what they are for.
            try:
                self._understood(understood_apart(self.context, self.request, lambda *_: None))
            except SalesopsError as error:
                self._failed(str(error))
            return
        self._tell(0, 1, "reading")
        self._understanding(self.request)

    def _is_small(self) -> bool:
        try:
            return self.request.path.suffix.casefold() != ".xlsx" and self.request.path.stat().st_size <= SMALL
        except OSError:
            return False

    @work(thread=True, exclusive=True, group="import", exit_on_error=False)
    def _understanding(self, request: ImportRequest) -> None:
        self._carry_out(lambda progress: understood_apart(self.context, request, progress), self._understood)

    def _understood(self, found: Understanding) -> None:
        before = [] if self.view is None else self.view.problems
        key = self.table.key
        first = self.view is None
        self._rest()
        self.lay_out(found)
        assert self.view is not None
        problems = self.view.problems
        if first or (key in before and key not in problems):
            later = before[before.index(key) + 1 :] if isinstance(key, str) and key in before else []
            self.table.move_to(next((k for k in [*later, *problems] if k in problems), "go"))

    def lay_out(self, found: Understanding) -> None:
        """Show an understanding."""
        self.view = ImportView(self.desk, found, {new: link.kind for new, link in self.links.items()})
        self.table.source = self.view.source()
        self.query_one("#head", Board).rewrite()

    # ------------------------------------------------------------------ writing

    def write(self, *, yes: bool = False) -> None:
        """Import the file; `yes` lets much of Commit go."""
        assert self.view is not None
        self._tell(0, 1, "reading")
        request = replace(self.request, yes=yes, seen=self.view.found.report.sha256)
        self._writing(request, list(self.links.values()))

    @work(thread=True, exclusive=True, group="import", exit_on_error=False)
    def _writing(self, request: ImportRequest, links: list[Link]) -> None:
        self._carry_out(lambda progress: import_apart(self.context, request, links, progress), self.written)

    def written(self, done: Done) -> None:
        """Show what an import did."""
        raise NotImplementedError

    def ask(self, question: str) -> None:
        """Ask whether much of Commit may go."""
        raise NotImplementedError

    # ------------------------------------------------------------------ the other thread

    def _carry_out(self, what: Callable[[Progress], Any], then: Callable[[Any], None]) -> None:
        """Do something in this thread, which is not that of the screens, and tell them what came of it."""
        worker, app, shown = get_current_worker(), self.app, (-1, "")

        def progress(done: int, total: int, step: str) -> None:
            nonlocal shown
            if worker.is_cancelled:
                raise StoppedError
            now = (100 * done // max(total, 1), step)
            if now != shown:
                shown = now
                app.call_from_thread(self._tell, done, total, step)

        try:
            result = what(progress)
        except StoppedError:
            self._back(self._was_stopped, "")
        except NeedsConfirmation as question:
            self._back(self.ask, str(question))
        except FileReplaced as replaced:
            self._back(self._replaced, str(replaced))
        except SalesopsError as error:
            self._back(self._failed, str(error))
        except Exception as error:
            self._back(self._failed, f"something went wrong that should not: {error}")
        else:
            # What is written is written, also where somebody wanted to stop it a moment too late.
            late = worker.is_cancelled and not isinstance(result, Done)
            self._back(self._was_stopped if late else then, result)

    def _back(self, then: Callable[[Any], None], value: Any) -> None:
        """Go on in the thread of the screens, unless this screen has been left."""
        self.app.call_from_thread(lambda: then(value) if self.is_attached else None)

    def _tell(self, done: int, total: int, step: str) -> None:
        if self.is_mounted:
            self._far = (done, total, step)
            self.set_class(True, "-busy")
            self.query_one("#progress", Board).rewrite()

    def _rest(self) -> None:
        self._far = None
        self.set_class(False, "-busy")

    def _failed(self, problem: str) -> None:
        self._rest()
        self.say(problem, "error")
        if self.view is None:
            self.dismiss()

    def _replaced(self, problem: str) -> None:
        self.say(problem, "warning")
        self.understand()

    def stop(self) -> bool:
        """Stop what is being read or written; False where nothing is."""
        if not self.busy:
            return False
        self.workers.cancel_group(self, "import")
        return True

    def _was_stopped(self, _result: object) -> None:
        self._rest()
        self.say("stopped; nothing was written")
        if self.view is None:
            self.dismiss()
