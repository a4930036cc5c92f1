"""Opening the screens: on the store, or on the start screen where there is none."""

from __future__ import annotations

import gc
import sys

from salesops_tui.cli.session import Session
from salesops_tui.errors import Refused


def open_screens(session: Session) -> None:
    """Run the screens until the person leaves.

    Raises:
        Refused: there is no terminal to show them on.
        StoreProblem: the store cannot be opened.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused("the screens need a terminal; for scripts there are commands: see 'salesops --help'")
    # Collecting garbage takes a seventh of the start, and finds nothing: what a start makes, it keeps.
    gc.disable()
    from salesops_tui.ui.app import SalesopsApp

    SalesopsApp(session.open()).run()
