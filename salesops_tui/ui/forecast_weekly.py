"""Views that look at closed quarters at one week of theirs: `[` and `]` choose which."""

from __future__ import annotations

from typing import Any

from salesops_tui.domain.quarter_weeks import WEEKS
from salesops_tui.errors import WrongUsage


class Weekly:
    """The week of the quarter that is looked at; None for the one in which the quarter is now."""

    week: int | None = None

    def seen_week(self, data: Any) -> int:
        """Return the week that the figures are of."""
        raise NotImplementedError

    def step_week(self, weeks: int, data: Any) -> None:
        """Look at another week of the quarter.

        Raises:
            WrongUsage: there is none.
        """
        week = (self.seen_week(data) if data is not None else self.week or 1) + weeks
        if not 1 <= week <= WEEKS:
            raise WrongUsage(f"a quarter has the weeks 1 to {WEEKS}")
        self.week = week
