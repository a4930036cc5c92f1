"""The demo company's store, built once for all tests and processes of a run; whoever writes takes a copy."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesops_tui.domain.calendar import Moment, system_clock, to_moment
from salesops_tui.services.demo import build_demo

DAY = datetime(2026, 8, 20, 10, 40, tzinfo=UTC)
"""The middle of a working day; the company's story ends with the night before."""


def clock() -> Moment:
    """When it is in the tests on the store of a fixed day."""
    return to_moment(DAY)


def of_a_fixed_day(factory: pytest.TempPathFactory) -> Path:
    """Return the store whose story ends before `DAY`."""
    return _built(factory, "fixed", today=False)


def of_today(factory: pytest.TempPathFactory) -> Path:
    """Return the store whose story ends today, as `salesops demo` makes it."""
    return _built(factory, "today", today=True)


def _built(factory: pytest.TempPathFactory, name: str, *, today: bool) -> Path:
    base = factory.getbasetemp()
    # With several workers each has a folder of its own, in one that belongs to the run.
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    path = folder / f"demo-{name}.db"
    with _alone(folder / f"demo-{name}.lock"):
        if not path.exists():
            build_demo(path, clock=system_clock if today else clock)
    return path


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
