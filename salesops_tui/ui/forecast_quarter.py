"""Choosing the quarter whose forecast is shown."""

from __future__ import annotations

from salesops_tui.domain.calendar import Period
from salesops_tui.ui.fuzzy import best_first
from salesops_tui.ui.screens.picker import Picker
from salesops_tui.ui.sheet_head import period_in_words
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Key, Row, RowSource

_BACK, _AHEAD = 8, 4


class QuarterPicker(Picker):
    """Gives back the name of a fiscal quarter."""

    QUESTION = "Which quarter?"
    COLUMNS = (
        Column("name", "Quarter", 10),
        Column("days", "", 30, least=20, rank=1),
        Column("what", "", 30, least=10, rank=2, flex=True),
    )

    def __init__(self, period: Period) -> None:
        """Ask, with the cursor on a quarter."""
        super().__init__()
        self.chosen_before = period.name

    def choices(self, text: str) -> RowSource[Key]:
        calendar = self.desk.policy.calendar
        current = calendar.current_period(self.context.now())
        around = [calendar.shifted(current, n) for n in range(_AHEAD, -_BACK - 1, -1)]
        found = best_first(text, around, period_in_words)
        return RowSource.of({p.name: self._row(p, current) for p in found})

    def _row(self, period: Period, current: Period) -> Row:
        days = f"{self.desk.day(period.start)} to {self.desk.day(period.end)}"
        what = "the current one" if period == current else "over" if period.start < current.start else "to come"
        return Row((period_in_words(period), (days, "muted"), (what, "strong" if period == current else "muted")))
