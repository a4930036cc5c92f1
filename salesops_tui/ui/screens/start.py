"""The first start, when there is no store: look around in a demo company, or begin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import Screen
from textual.worker import get_current_worker

from salesops_tui.errors import SalesopsError
from salesops_tui.ui.base import AtDesk
from salesops_tui.ui.commands import Command
from salesops_tui.ui.terminal import TerminalApp
from salesops_tui.ui.widgets.board import Board, Line
from salesops_tui.ui.widgets.columns import wrap
from salesops_tui.ui.widgets.frame import Footer
from salesops_tui.ui.widgets.prose import Prose

Progress = Callable[[int, int, str], None]
Build = Callable[[Path, Progress], object]
"""Makes a store at a path and tells how far it is; whatever it raises, nothing half-done stays."""

_DEMO, _IMPORT, _BEGIN, _LEAVE = "d", "i", "n", "q"


class _Stopped(Exception):
    """Somebody stopped the building."""


class StartApp(TerminalApp[Path | None]):
    """Gives back the path of the store to open, or None where somebody left."""

    CSS_PATH = ["../app.tcss", "start.tcss"]

    def __init__(
        self, path: Path, demo_path: Path, build_demo: Build, make_empty: Build, *, ascii_only: bool | None = None
    ) -> None:
        """Offer to make a store.

        Args:
            path: where the person's own store would be.
            demo_path: where the demo company goes.
            build_demo: makes that.
            make_empty: makes an empty store.
            ascii_only: as for every app of ours.
        """
        super().__init__(ascii_only=ascii_only)
        self.path, self.demo_path = path, demo_path
        self.build_demo, self.make_empty = build_demo, make_empty
        self.then_import = False
        """Whether somebody wants to bring in a file next."""

    def get_default_screen(self) -> Screen[Any]:
        return StartScreen()


class StartScreen(AtDesk[None]):
    """What there is to choose, and how far the building is."""

    BINDINGS = [
        Binding(f"{_DEMO},enter", "demo", "Demo", show=False),
        Binding(_IMPORT, "import", "Import", show=False),
        Binding(_BEGIN, "begin", "Begin", show=False),
        Binding(_LEAVE, "leave", "Leave", show=False),
        Binding("escape", "stop", "Stop", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._far: tuple[int, int, str] | None = None
        self._problem = ""

    @property
    def _start(self) -> StartApp:
        app = self.app
        assert isinstance(app, StartApp)
        return app

    def compose(self) -> ComposeResult:
        with Vertical(id="middle"):
            yield Prose(self._offer, id="offer")
            yield Board(self._progress, id="progress")
        yield Footer(_KEYS)

    def _offer(self, width: int) -> Iterator[Line]:
        yield [("salesops", "accent"), ("  inspect the deals in Commit, see how Commit moves", "muted")]
        yield []
        yield from ([line] for line in wrap(f"There is no store yet at {self._start.path}", width))
        yield []
        yield [(_DEMO, "key"), "  Look around: build a demo company, and open it"]
        yield [(_IMPORT, "key"), "  Begin with a file of deals from your CRM"]
        yield [(_BEGIN, "key"), "  Begin: make an empty store there; you become its ops lead"]
        yield [(_LEAVE, "key"), "  Leave"]
        yield []
        yield [("People come in on the command line, best before the deals:", "muted")]
        yield ["   salesops import-people people.csv"]

    def _progress(self, width: int) -> Iterator[Line]:
        if self._problem:
            yield from ([(line, "bad")] for line in wrap(self._problem, width))
        elif self._far is not None:
            done, total, what = self._far
            room = min(30, width - 8)
            filled = room * done // max(total, 1)
            yield [("█" * filled, "accent"), ("░" * (room - filled), "muted"), f" {100 * done // max(total, 1):3d} %"]
            yield [(what, "muted")]
            yield [("esc", "key"), (" stops it; nothing is left behind", "muted")]

    # ------------------------------------------------------------------ building

    def action_demo(self) -> None:
        """Build the demo company and open it."""
        self._build(self._start.build_demo, self._start.demo_path, "building the demo company")

    def action_begin(self) -> None:
        """Make an empty store and open it."""
        self._build(self._start.make_empty, self._start.path, "making the store")

    def action_import(self) -> None:
        """Make an empty store, open it, and ask for a file."""
        self._start.then_import = True
        self.action_begin()

    def action_leave(self) -> None:
        """Leave; what is being built is given up."""
        self.workers.cancel_all()
        self.app.exit(None)

    def action_stop(self) -> None:
        """Give up what is being built."""
        self.workers.cancel_all()

    def _build(self, build: Build, path: Path, what: str) -> None:
        if self._far is None:
            self._tell(0, 1, what)
            self._building(build, path)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _building(self, build: Build, path: Path) -> None:
        worker, shown = get_current_worker(), -1

        def progress(done: int, total: int, what: str) -> None:
            nonlocal shown
            if worker.is_cancelled:
                raise _Stopped
            if (percent := 100 * done // max(total, 1)) != shown:
                shown = percent
                self.app.call_from_thread(self._tell, done, total, what)

        try:
            build(path, progress)
        except _Stopped:
            self.app.call_from_thread(self._end, "stopped; nothing was left behind")
        except SalesopsError as error:
            self.app.call_from_thread(self._end, str(error))
        else:
            self.app.call_from_thread(self.app.exit, path)

    def _tell(self, done: int, total: int, what: str) -> None:
        self._far, self._problem = (done, total, what), ""
        self.query_one("#progress", Board).rewrite()

    def _end(self, problem: str) -> None:
        self._far, self._problem = None, problem[:1].upper() + problem[1:]
        self.query_one("#progress", Board).rewrite()


_KEYS = (
    Command("start.demo", _DEMO, "Demo", "Builds a demo company and opens it.", "start", 1),
    Command("start.import", _IMPORT, "Import", "Makes an empty store and asks for a file.", "start", 2),
    Command("start.begin", _BEGIN, "Begin", "Makes an empty store.", "start", 3),
    Command("start.leave", _LEAVE, "Leave", "Leaves.", "start", 4),
)
