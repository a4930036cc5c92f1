"""Where a session that was cut off can go on."""

from __future__ import annotations

import os
from pathlib import Path

from salesops_tui.services.calls import current_call
from salesops_tui.services.context import Context
from salesops_tui.services.desk import BrokenOff, broken_off
from salesops_tui.store.desk import last_place


def place_to_resume(context: Context) -> BrokenOff | None:
    """Return the deal and question at which the actor's last session died in a call that is still open; None if none.

    A session that is alive in another window is left alone.
    """
    if context.actor is None or context.store.read_only or current_call(context) is None:
        return None
    place = last_place(context.store.conn, context.actor.id)
    if place is None or _is_alive(place.session):
        return None
    return broken_off(context)


def _is_alive(session: str) -> bool:
    number = session.partition("-")[0]
    if not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # somebody else's process now has this number, or theirs it still is
    return not _is_zombie(number)


def _is_zombie(number: str) -> bool:
    """Say whether a process is dead and only its parent has not looked yet; False where the system does not tell."""
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[:1] == ["Z"]
