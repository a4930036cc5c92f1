"""Calibration: what each stage is worth by the store's own history, and making that the policy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.calibration import StageCalibration
from salesops_tui.domain.deal import Status
from salesops_tui.domain.people import Scope
from salesops_tui.domain.policy import Policy, Stage
from salesops_tui.errors import Refused, WrongUsage
from salesops_tui.services.context import Context
from salesops_tui.services.quarters import closed_quarters, compared_at, looked_at, members_then
from salesops_tui.services.starting import adopt_checked
from salesops_tui.store import flow as store_flow
from salesops_tui.store import policies as store_policies
from salesops_tui.store import quarter_sums


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
    conn = context.store.conn
    policy = context.policies.at(at)
    stages = [stage for stage in policy.stages if not stage.closed]
    deals, won = dict.fromkeys((s.key for s in stages), 0), dict.fromkeys((s.key for s in stages), 0)
    with context.store.reading():
        point = compared_at(context, period, at, week)
        quarters = looked_at(context, closed_quarters(context, at, None), point)
        for quarter, moment in quarters:
            owners = members_then(context, scope, moment)
            for stage, counted in quarter_sums.stage_counts(conn, quarter, moment, at, owners).items():
                if stage in deals:
                    deals[stage] += counted.deals
                    won[stage] += counted.won
        far = funnel(context, scope, stages, None, at) if reached else {}
    needed = policy.thresholds.calibration_deals
    found = [StageCalibration(s, deals[s.key], won[s.key], needed, *far.get(s.key, (None, None))) for s in stages]
    return CalibrationReport(tuple(q for q, _ in quarters), point.week, point.days, tuple(found))


def funnel(
    context: Context, scope: Scope, stages: Collection[Stage], quarters: tuple[Period, Period] | None, at: Moment
) -> dict[str, tuple[int, int]]:
    """Return by stage how many ended deals had reached it (or a later one), and how many of them were won.

    Args:
        context: who asks.
        scope: whose deals, by the owner at the end, as people report at `at`.
        stages: the open stages.
        quarters: deals with a close date from the first of these to the last; all that have ended for None.
        at: the moment of knowledge.
    """
    conn, owners = context.store.conn, members_then(context, scope, at)
    ranks = {stage.key: stage.rank for stage in stages}
    if quarters is None:
        ended = store_flow.all_reached(conn, at, owners, ranks)
    else:
        days = (quarters[0].start, quarters[1].end)
        ended = {
            (status, rank): deals
            for status in (Status.WON, Status.LOST)
            for rank, deals in store_flow.reached(conn, status, days, at, owners, ranks).items()
        }
    return {stage.key: (_from(ended, stage), _from(ended, stage, Status.WON)) for stage in stages}


def _from(ended: Mapping[tuple[Status, int], int], stage: Stage, only: Status | None = None) -> int:
    return sum(n for (status, rank), n in ended.items() if rank >= stage.rank and only in (None, status))


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
    context.as_ops("adopting calibrated probabilities")
    with context.store.write() as conn:
        report = calibration(context, Scope(None, frozenset()), period, context.now(), week, reached=False)
        chosen = _chosen(report, stages)
        policy = _with_figures(context, store_policies.policy_source(conn, context.policy.version), chosen)
        return adopt_checked(context, *policy), chosen


def _with_figures(context: Context, text: str, chosen: Collection[StageCalibration]) -> tuple[Policy, str]:
    from salesops_tui.domain.policy_file import default_policy_text, read_policy
    from salesops_tui.domain.policy_text import with_probabilities

    figures = {c.stage.key: c.probability_bp for c in chosen if c.probability_bp is not None}
    try:
        changed = with_probabilities(text or default_policy_text(), figures)
    except ValueError as error:
        raise Refused(f"{error}; write the figures into the policy yourself and use 'salesops policy adopt'") from None
    return read_policy(changed, "the calibrated policy", context.calendar.day_of(context.now())), changed


def _chosen(report: CalibrationReport, wanted: Collection[str] | None) -> list[StageCalibration]:
    known = {c.stage.key: c for c in report.stages}
    for key in wanted or ():
        if key not in known:
            raise WrongUsage(f"'{key}' is no open stage; the policy has {', '.join(known)}")
        if not known[key].enough:
            few, needed = known[key].deals, known[key].needed
            raise WrongUsage(f"stage {key} has {few} deals to go by and needs {needed}; the policy's figure stays")
    chosen = [c for c in report.stages if c.adoptable and (wanted is None or c.stage.key in wanted)]
    if not chosen:
        raise Refused("no stage has both enough deals and another figure than the policy; nothing was changed")
    return chosen
