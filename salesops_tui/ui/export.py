"""Taking along what is on a screen: into a file that nobody else reads, or the clipboard of the terminal."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesops_tui import wall
from salesops_tui.domain.calendar import to_datetime
from salesops_tui.errors import Refused, StoreProblem
from salesops_tui.store.masking import hidden

if TYPE_CHECKING:
    from textual.app import App

    from salesops_tui.ui.desk import Desk

_NO_CLIPBOARD = ("linux", "dumb", "vt", "ansi", "cons", "screen", "unknown")
"""Beginnings of `$TERM` where the sequence for the clipboard goes nowhere."""


def write_export(what: str, ending: str, text: str, desk: Desk) -> Path:
    """Write a new file and return where it is: in the working directory, else at home, else among temporary files.

    Nothing is ever overwritten, and only the person who runs the program can read the file.

    Raises:
        StoreProblem: it can be written nowhere.
        Refused: this is a shared box that writes no files, or something is masked on the screen.
    """
    _let_out()
    if wall.raised():
        raise Refused(f"no file is written on this shared box; leave, and take '{wall.way_in()} export ... > FILE'")
    moment = to_datetime(desk.context.now(), desk.zone)
    name = f"salesops-{what}-{moment:%Y-%m-%d-%H%M}"
    problem: OSError | None = None
    for folder in (Path.cwd, Path.home, lambda: Path(tempfile.gettempdir())):
        try:
            return _write_new(folder(), name, ending, text)
        except (OSError, RuntimeError) as error:
            problem = error if isinstance(error, OSError) else problem
    raise StoreProblem(f"the file could not be written: {problem.strerror if problem else 'no folder to write in'}")


def _let_out() -> None:
    if hidden("names") or hidden("amounts"):
        raise Refused("nothing leaves a screen on which names or amounts are masked")


def _write_new(folder: Path, name: str, ending: str, text: str) -> Path:
    for number in count(1):
        path = folder / (f"{name}.{ending}" if number == 1 else f"{name}-{number}.{ending}")
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            continue
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
                file.write(text)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path
    raise AssertionError("counted to infinity")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows under columns as CSV that no spreadsheet runs as a formula."""
    from salesops_tui.crm import outgoing

    cells = (["" if value is None else str(value) for value in row] for row in rows)
    return outgoing.csv_text(columns, cells)


def copy_text(app: App[Any], text: str, desk: Desk) -> str:
    """Copy a text to the clipboard of the person's terminal, else write it to a file; return what was done."""
    _let_out()
    if os.environ.get("TMUX") and not wall.raised() and _to_tmux(text):
        return "copied; also in the buffer of tmux"
    if os.environ.get("TERM", "dumb").startswith(_NO_CLIPBOARD):
        return f"this terminal has no clipboard; written to {write_export('copy', 'txt', text, desk)}"
    app.copy_to_clipboard(text)
    return "copied"


def _to_tmux(text: str) -> bool:
    """Hand the text to tmux, which passes it on to the terminals that show it; its own gate stops the sequence."""
    try:
        done = subprocess.run(
            ["tmux", "load-buffer", "-w", "-"], input=text.encode(), capture_output=True, timeout=2, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
