"""How far an import has come, once its rows are read: by the statements that run."""

from __future__ import annotations

from math import exp

from salesops_tui.services.import_request import Progress
from salesops_tui.store.ticking import EVERY

_A_ROW = {
    "comparing": 300,
    "writing deals": 60,
    "writing claims": 80,
    "writing details": 130,
    "writing history": 180,
    "writing the record": 50,
}
"""The steps, each with the instructions that it takes for a row of a first import, about."""

_FINE = 1_000


class Steps:
    """Tells a progress of the steps of writing: each moves all the while it runs, none comes to its end too soon."""

    def __init__(self, progress: Progress, rows: int) -> None:
        self._progress = progress
        self._rows = max(rows, 1)
        self._names = list(_A_ROW)
        self._step = 0
        self._ticks = 0

    def begin(self, name: str) -> None:
        """Begin the step of this name."""
        self._step, self._ticks = self._names.index(name), 0
        self._tell(0.0)

    def tick(self) -> None:
        """Note that the step is still running."""
        self._ticks += 1
        done = self._ticks * EVERY / (self._rows * _A_ROW[self._names[self._step]])
        self._tell(1 - exp(-1.5 * done))

    def _tell(self, share: float) -> None:
        at = int((self._step + share) * _FINE)
        self._progress(at, len(self._names) * _FINE, self._names[self._step])
