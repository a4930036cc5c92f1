"""Where a session that was cut off can go on."""

from __future__ import annotations

import os
import time
from pathlib import Path

from salesops_tui.domain.calendar import SECOND
from salesops_tui.services.calls import call_is_open, current_call
from salesops_tui.services.context import Context
from salesops_tui.services.desk import BrokenOff, broken_off, typed_before
from salesops_tui.store.desk import Presence, last_place

_CLOCKS_DIFFER = 5 * SECOND


def place_to_resume(context: Context) -> BrokenOff | None:
    """Return the deal and question at which the actor's last session died in a call that is still open; None if none.

    The call may be somebody else's that they had joined. Where no call had begun, half-typed text is worth going back
    to as well. A session that is alive in another window is left alone.
    """
    if context.actor is None or context.store.read_only:
        return None
    place = last_place(context.store.conn, context.actor.id)
    if place is None or not _goes_on(context, place):
        return None
    held = context.store.living.holds(place.session)
    alive = _is_alive(place.session, context.now() - place.seen) if held is None else held
    return None if alive else broken_off(context)


def _goes_on(context: Context, place: Presence) -> bool:
    if place.call is not None:
        return call_is_open(context, place.call)
    return current_call(context) is not None or bool(place.deal and typed_before(context, place.deal))


def _is_alive(session: str, seen_ago: int) -> bool:
    """Guess by the number of its process, where the system does not tell whether a session is there."""
    number = session.partition("-")[0]
    if not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass  # somebody else's process now has this number, or theirs it still is
    return not _is_another(number, seen_ago)


def _is_another(number: str, seen_ago: int) -> bool:
    """Say whether a process cannot be one that was seen so many microseconds ago: it is younger, or dead by now.

    Numbers are given again, after a box has rebooted nearly all of them. False where the system does not tell.
    """
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        if state[0] == "Z":
            return True  # dead, and only its parent has not looked yet
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(state[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return False
    return seen_ago > age * SECOND + _CLOCKS_DIFFER
