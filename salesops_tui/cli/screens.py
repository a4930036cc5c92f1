"""Opening the screens: on the store, or on the start screen where there is none."""

from __future__ import annotations

import gc
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from salesops_tui.cli.session import Session
from salesops_tui.errors import Refused

if TYPE_CHECKING:
    from salesops_tui.ui.app import SalesopsApp


def open_screens(session: Session) -> None:
    """Run the screens until the person leaves.

    Raises:
        Refused: there is no terminal to show them on.
        StoreProblem: the store cannot be opened.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused("the screens need a terminal; for scripts there are commands: see 'salesops --help'")
    then_import = False
    if not session.path.exists() and not session.read_only:
        made, then_import = _make_store(session)
        if made is None:
            return
        session.named = made
    # Collecting garbage takes a seventh of the start, and finds nothing: what a start makes, it keeps.
    gc.disable()
    _import_asyncio_without_openssl()
    app = _presenter(session) if session.present else _screens(session, then_import=then_import)
    signal.signal(signal.SIGTERM, lambda *_: app.end_from_outside())
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # there is no terminal any more to say anything on
    app.run()
    if app.failure:
        raise app.failure


def _screens(session: Session, *, then_import: bool) -> SalesopsApp:
    from salesops_tui.ui.app import SalesopsApp

    return SalesopsApp(session.open(), then_import=then_import)


def _presenter(session: Session) -> SalesopsApp:
    """Return the screens for a shared screen; whom they follow is looked up before names are masked."""
    from salesops_tui.services.context import find_person
    from salesops_tui.services.permission import colleagues
    from salesops_tui.store import masking
    from salesops_tui.ui.presenter import PresenterApp

    context = session.open()
    person = find_person(colleagues(context), session.follow) if session.follow is not None else None
    if session.mask:
        masking.hide(session.mask)
        masking.mask(context.store.conn)
        context.forget_people()
    return PresenterApp(context, person)


def _import_asyncio_without_openssl() -> None:
    """Spare the start OpenSSL, which asyncio loads for connections that no screen makes: a twentieth of it.

    Whoever imports ssl afterwards gets it; only asyncio has done without.
    """
    if "asyncio" in sys.modules or "ssl" in sys.modules:
        return
    sys.modules["ssl"] = None  # type: ignore[assignment]
    try:
        import asyncio  # noqa: F401
    finally:
        del sys.modules["ssl"]


def _make_store(session: Session) -> tuple[Path | None, bool]:
    from salesops_tui.paths import data_dir
    from salesops_tui.ui.screens.start import Progress, StartApp

    def demo(path: Path, progress: Progress) -> None:
        from salesops_tui.services.demo import build_demo

        build_demo(path, clock=session.clock, progress=progress)

    def empty(path: Path, progress: Progress) -> None:
        from salesops_tui.services.starting import init_store

        progress(0, 1, "the rulebook")
        init_store(path, clock=session.clock).store.close()

    app = StartApp(session.path, data_dir() / "demo.db", demo, empty)
    made = app.run()
    if app.failure:
        raise app.failure
    return made, app.then_import
