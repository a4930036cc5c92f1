"""Yield of Commit: of what was claimed, passed and failed at each week, the share won. Whose yes holds?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.people import Person, Scope
from salesops_tui.domain.yields import Yield
from salesops_tui.services.context import Context


class YieldReport(NamedTuple):
    """What stood in Commit over the last closed quarters, and how much of it was won within its quarter.

    Attributes:
        person: whose scope it is; None for everybody.
        quarters: the closed quarters that it rests on, the oldest first.
        confidence: the percents that the policy's Commit claims, low and high; None where it claims none.
        week: the week of the quarter that `by_person` is about.
        weeks: by week of the quarter, 1 to 13, as at the week's end.
        by_person: by person of the scope who has people below (and the scope's person), as at `week`.
    """

    person: Person | None
    quarters: tuple[Period, ...]
    confidence: tuple[int, int] | None
    week: int
    weeks: Mapping[int, Yield]
    by_person: Mapping[int | None, Yield]


def commit_yield(context: Context, scope: Scope, period: Period, at: Moment, week: int | None = None) -> YieldReport:
    """Return the yield of Commit of a scope over the last four closed quarters.

    Args:
        context: who asks.
        scope: whose deals; people count as they reported at each moment.
        period: the quarter that is being spoken of; it says which week is "now".
        at: the moment of knowledge: what was won by then.
        week: the week of the quarter for `by_person`; by default that of `at` in `period`, else of the running one.

    Raises:
        WrongUsage: no quarter has such a week.
    """
    raise NotImplementedError
