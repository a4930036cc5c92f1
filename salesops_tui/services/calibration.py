"""Calibration: what each stage is worth by the store's own history, and making that the policy."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.calibration import StageCalibration
from salesops_tui.domain.people import Scope
from salesops_tui.domain.policy import Policy
from salesops_tui.services.context import Context


class CalibrationReport(NamedTuple):
    """What each open stage was worth in the closed quarters.

    Attributes:
        quarters: the closed quarters that it rests on, the oldest first.
        week, days: the point of the quarter at which deals were looked at: its week, and days since the first day
            (negative for a period that has not begun).
        stages: the open stages in the policy's order.
    """

    quarters: tuple[Period, ...]
    week: int
    days: int
    stages: tuple[StageCalibration, ...]


def calibration(
    context: Context, scope: Scope, period: Period, at: Moment, week: int | None = None, *, reached: bool = True
) -> CalibrationReport:
    """Return what each stage was worth at this point of all closed quarters.

    Args:
        context: who asks.
        scope: whose deals, by their owner at that point.
        period: the quarter that is being spoken of; it says which point is "now".
        at: the moment of knowledge.
        week: look at the end of this week instead.
        reached: also count, of all deals that reached the stage and have closed, the won ones (slower).
    """
    raise NotImplementedError


def adopt_calibration(
    context: Context, period: Period, week: int | None = None, stages: Collection[str] | None = None
) -> tuple[Policy, list[StageCalibration]]:
    """Make calibrated probabilities the policy, as a new version; return it and the stages that changed.

    Only stages with enough deals are taken over; the policy's text stays as people wrote it but for these figures.

    Args:
        context: who asks; an ops lead.
        period: as for `calibration`, which is made over everybody, now.
        week: as for `calibration`.
        stages: keys of the stages to take over; all that can be by default.

    Raises:
        Refused: the actor is no ops lead, or nothing can be taken over.
        WrongUsage: a key is no stage, or its stage has too few deals.
    """
    raise NotImplementedError
