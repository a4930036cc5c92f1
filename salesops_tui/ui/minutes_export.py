"""The minutes of a call as text that leaves the program."""

from __future__ import annotations

from pathlib import Path

from salesops_tui.services.minutes import minutes_of
from salesops_tui.services.minutes_text import minutes_markdown
from salesops_tui.store.calls import Call
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.export import write_export
from salesops_tui.ui.present import plain


def minutes_as_text(desk: Desk, call: Call) -> str:
    """Return the minutes as Markdown that any terminal can print."""
    text = minutes_markdown(minutes_of(desk.context, call))
    return "\n".join(plain(line) for line in text.split("\n"))


def export_minutes(desk: Desk, call: Call) -> Path:
    """Write the minutes to a new file and return where it is.

    Raises:
        StoreProblem: it can be written nowhere.
    """
    return write_export(f"minutes-{call.id}", "md", minutes_as_text(desk, call), desk)
