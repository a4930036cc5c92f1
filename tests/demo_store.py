"""The demo company's store, built once for all tests and processes of a run; whoever writes takes a copy."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesops_tui.domain.calendar import Moment, to_moment
from salesops_tui.services.demo import build_demo

DAY = datetime(2026, 8, 20, 10, 40, tzinfo=UTC)
"""The middle of a working day; the company's story ends with the night before."""


def clock() -> Moment:
    """When it is in the tests on the store of a fixed day."""
    return to_moment(DAY)


def of_a_fixed_day(factory: pytest.TempPathFactory) -> Path:
    """Return the store whose story ends before `DAY`; on other days the company is measured without a store."""
    base = factory.getbasetemp()
    # With several workers each has a folder of its own, in one that belongs to the run.
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    path = folder / "demo.db"
    with _alone(folder / "demo.lock"):
        if not path.exists():
            build_demo(path, clock=clock)
    return path


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
