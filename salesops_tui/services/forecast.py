"""The forecast of a scope and period: the roll-up by person, the weighted figures, why they differ, and coverage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.coverage import CoverageLine, coverage_by_segment, inherited_segments
from salesops_tui.domain.deal import Category, Status
from salesops_tui.domain.divergence import (
    QUARTERS_FOR_A_BAND,
    Band,
    Contribution,
    Divergence,
    band_of,
    contribution,
    divergence_of,
    largest_first,
    stage_odds,
)
from salesops_tui.domain.forecast import Column, Node, roll_up
from salesops_tui.domain.people import Person, Scope
from salesops_tui.domain.policy import Policy
from salesops_tui.domain.quota import EVERYBODY, reports_of
from salesops_tui.services.context import Context
from salesops_tui.store import forecast as store_forecast
from salesops_tui.store import people as store_people
from salesops_tui.store.forecast import ForecastDeal, Slice, StageSum


class Cell(NamedTuple):
    """One figure of the roll-up.

    Attributes:
        person: whose row it is; `EVERYBODY` for that of the whole.
        own: only what the person holds themselves.
        cumulative: a category with those above it.
    """

    person: int
    column: Column
    own: bool = False
    cumulative: bool = False


class ForecastReport(NamedTuple):
    """The forecast of a scope for a period, as of a moment; all amounts are minor units.

    Attributes:
        person: whose scope it is; None for everybody.
        current: the moment is now.
        policy: the rules that were in force then: odds, thresholds, targets.
        nodes: the roll-up by person's number, each before those below it; the first is the scope's own.
        divergence: of the whole scope; `band` of it is the policy's stand-in until `with_band` was asked.
        coverage: of the whole scope; `segments` the same by segment.
        contradictions: open deals in a closed stage (weighted 0) and won deals in an open one (counted in Closed).
        unweighted: open deals in stages that the policy gives no probability: weighted 0.
        listed: whose rows and deals may be named, where the actor sees only the totals of the scope; else None.
    """

    person: Person | None
    period: Period
    at: Moment
    current: bool
    policy: Policy
    nodes: Mapping[int, Node]
    divergence: Divergence
    coverage: CoverageLine
    segments: Sequence[CoverageLine]
    contradictions: Sequence[StageSum]
    unweighted: Sequence[StageSum]
    listed: frozenset[int] | None = None

    @property
    def root(self) -> Node:
        """The roll-up of the whole scope."""
        return next(iter(self.nodes.values()))

    @property
    def scope_name(self) -> str:
        """What the scope is called."""
        return Scope(self.person, frozenset()).name

    @property
    def odds(self) -> dict[str, int]:
        """The probability of each stage in basis points."""
        return stage_odds(self.policy)

    @property
    def slice(self) -> Slice:
        """The deals that the report is made of, as far as they may be named."""
        owners = self.listed if self.listed is not None else None if self.person is None else self.nodes.keys()
        return Slice(self.period, self.at, self.current, owners)


def forecast(context: Context, scope: Scope, period: Period, at: Moment, *, band: bool = True) -> ForecastReport:
    """Return the forecast of a scope and period as of a moment.

    Reporting lines, the policy and the period's days are those of that moment.

    Args:
        context: who asks, and of which store.
        scope: only its person counts; who belongs to it is read for the moment.
        period: the quarter.
        at: what lies in the future is now.
        band: compare with the same week of past quarters, which takes as many more reads; without it the policy's
            figure stands in.
    """
    now = context.seen_now or context.now()
    at = min(at, now)
    policy = context.policies.at(at)
    period = policy.calendar.period_named(period.name)
    with context.store.reading() as conn:
        nodes = _nodes(context, scope.person, period, at, stage_odds(policy))
        root = next(iter(nodes.values()))
        owners = None if scope.person is None else nodes.keys()
        stages = store_forecast.stage_sums(conn, Slice(period, at, at >= now, owners))
        ordinary = past_band(context, scope, period, at) if band else band_of((), policy.thresholds)
    whole = root.whole
    return ForecastReport(
        person=scope.person,
        period=period,
        at=at,
        current=at >= now,
        policy=policy,
        nodes=nodes if scope.listed is None else _seen(nodes, scope.listed),
        divergence=divergence_of(whole.commit, whole.over_claim, whole.upside, ordinary, policy.thresholds),
        coverage=CoverageLine("", root.quota.value, whole.closed, whole.open),
        segments=_segments(context, nodes, policy, at, over=policy.calendar.day_of(at) > period.end),
        contradictions=[s for s in stages if _contradicts(s, policy)],
        unweighted=[s for s in stages if _has_no_odds(s, policy)],
        listed=scope.listed,
    )


def past_band(context: Context, scope: Scope, period: Period, at: Moment) -> Band:
    """Return between which shares the divergence lay at the same time of the last four quarters.

    Each past quarter is looked at as far from its start as `at` is from the period's, with the scope's members of
    then and the odds of now. A quarter that the store did not know then, or that had nothing in Commit, tells
    nothing.
    """
    policy = context.policies.at(at)
    calendar = policy.calendar
    since = store_forecast.known_since(context.store.conn)
    elapsed = at - calendar.start_of_day(period.start)
    past: list[Fraction] = []
    for back in range(1, QUARTERS_FOR_A_BAND + 1):
        quarter = calendar.shifted(period, -back)
        then = Moment(min(calendar.start_of_day(quarter.start) + elapsed, calendar.end_of_day(quarter.end)))
        if since is None or then < since or then > context.seen_now:
            break
        members = store_people.scope_of(context.store.conn, scope.person, then)
        wanted = Slice(quarter, then, False, None if members.everybody else members.members)
        commit, divergence = store_forecast.commit_and_divergence(context.store.conn, wanted, stage_odds(policy))
        if commit:
            past.append(Fraction(divergence, commit))
    return band_of(past, policy.thresholds)


def explanation(context: Context, report: ForecastReport) -> list[Contribution]:
    """Return by deal what makes the divergence, the largest first; they add up to it to the cent."""
    odds = report.odds
    with context.store.reading() as conn:
        deals = store_forecast.forecast_deals(conn, report.slice)
    return largest_first(
        contribution(d.deal, d.owner, d.category, d.stage, d.amount, odds) for d in deals if d.status is Status.OPEN
    )


def deals_behind(context: Context, report: ForecastReport, cell: Cell) -> list[int]:
    """Return the deals that a cell adds up, by the store's number, the largest first."""
    wanted = report.slice
    if cell.own or cell.person != report.root.person:
        below = {cell.person} if cell.own else _below(report.nodes, cell.person)
        wanted = wanted._replace(owners=below if wanted.owners is None else below & set(wanted.owners))
    above = _LADDER[: _LADDER.index(cell.column)] if cell.cumulative and cell.column in _LADDER else ()
    counted = [_COLUMNS[column] for column in (cell.column, *above)]
    with context.store.reading() as conn:
        deals = store_forecast.forecast_deals(conn, wanted)
    odds = report.odds
    found = [d for d in deals if any(counts(d, odds) for counts in counted)]
    return [d.deal for d in sorted(found, key=lambda d: (-d.amount, d.deal))]


def _seen(nodes: Mapping[int, Node], listed: frozenset[int]) -> dict[int, Node]:
    """Leave the top of a roll-up and the rows that may be named, each under the nearest one above that is left."""
    top = next(iter(nodes))
    kept = {person: node for person, node in nodes.items() if person == top or person in listed}
    placed: dict[int, Node] = {}
    for person, node in kept.items():
        reports = tuple(p for p in node.reports if p in kept)
        if person == top:
            reports = tuple(p for p, n in kept.items() if p != top and (n.above == top or n.above not in kept))
        above = node.above if node.above in kept else None if person == top else top
        depth = 0 if above is None else placed[above].depth + 1
        placed[person] = node._replace(above=above, depth=depth, reports=reports)
    return placed


def _below(nodes: Mapping[int, Node], person: int) -> set[int]:
    found: set[int] = set()
    waiting = [person] if person in nodes else []
    while waiting:
        found.add(waiting[-1])
        waiting.extend(nodes[waiting.pop()].reports)
    return found


def _is_open(deal: ForecastDeal, *categories: Category) -> bool:
    return deal.status is Status.OPEN and deal.category in categories


_PIPELINE = (Category.PIPELINE, Category.BEST_CASE, Category.COMMIT)
_LADDER = (Column.CLOSED, Column.COMMIT, Column.BEST_CASE, Column.PIPELINE)
_COLUMNS: Mapping[Column, Callable[[ForecastDeal, Mapping[str, int]], bool]] = {
    Column.CLOSED: lambda d, _: d.status is Status.WON,
    Column.COMMIT: lambda d, _: _is_open(d, Category.COMMIT),
    Column.INSPECTED: lambda d, _: _is_open(d, Category.COMMIT) and d.inspected,
    Column.UNINSPECTED: lambda d, _: _is_open(d, Category.COMMIT) and not d.inspected,
    Column.BEST_CASE: lambda d, _: _is_open(d, Category.BEST_CASE),
    Column.PIPELINE: lambda d, _: _is_open(d, Category.PIPELINE),
    Column.OMITTED: lambda d, _: d.status is Status.OPEN and d.category not in _PIPELINE,
    Column.LANDING: lambda d, _: d.status is Status.WON or _is_open(d, Category.COMMIT),
    Column.OPEN: lambda d, _: _is_open(d, *_PIPELINE),
    Column.WEIGHTED: lambda d, odds: d.status is Status.WON or odds.get(d.stage, 0) > 0,
    Column.OVER_CLAIM: lambda d, odds: _is_open(d, Category.COMMIT) and odds.get(d.stage, 0) < 10_000,
    Column.UPSIDE: lambda d, odds: (
        d.status is Status.OPEN and d.category is not Category.COMMIT and odds.get(d.stage, 0) > 0
    ),
}


def _nodes(
    context: Context, person: Person | None, period: Period, at: Moment, odds: Mapping[str, int]
) -> dict[int, Node]:
    conn = context.store.conn
    managers = store_people.managers_at(conn, at)
    below = reports_of(managers, context.people)
    owners = None if person is None else store_people.scope_of(conn, person, at).members
    wanted = Slice(period, at, at >= context.seen_now, owners)
    by_owner = store_forecast.figures_by_owner(conn, wanted, odds)
    quotas = store_people.quotas(conn, period.name)
    return roll_up(EVERYBODY if person is None else person.id, below, quotas, by_owner)


def _segments(
    context: Context, nodes: Mapping[int, Node], policy: Policy, at: Moment, *, over: bool
) -> list[CoverageLine]:
    # Nothing can be created any more for a quarter that is over, so it is held against no target.
    targets = {} if over else {target.segment: target for target in policy.coverage}
    own = {person.id: person.segment for person in context.people.values()}
    managers = store_people.managers_at(context.store.conn, at)
    return coverage_by_segment(nodes, inherited_segments(own, managers), targets)


def _contradicts(found: StageSum, policy: Policy) -> bool:
    stage = policy.stage_by_key.get(found.stage)
    if stage is None:
        return False
    return bool(stage.closed) if found.status is Status.OPEN else stage.closed != "won"


def _has_no_odds(found: StageSum, policy: Policy) -> bool:
    if found.status is not Status.OPEN:
        return False
    stage = policy.stage_by_key.get(found.stage)
    return stage is None or (not stage.closed and not stage.probability_bp)
