"""Asking for movements in tests, and holding them against everything that must be so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.money import minor_digits
from salesops_tui.services.context import Context, find_scope
from salesops_tui.services.movement import MovementReport, Structure, commit_movement
from salesops_tui.store.deals import deal_key
from tests.recomputation import Recomputation, Result

QUARTER = "FY26-Q4"
CENTS = 10 ** minor_digits("USD")

Rows = dict[str, list[tuple[str | None, int]]]


def ask(
    context: Context,
    who: str | None,
    start: int,
    end: int,
    *,
    quarter: str = QUARTER,
    structure: Structure = Structure.THEN,
) -> MovementReport:
    """Return the movement of a person's scope (None: everybody)."""
    scope = find_scope(context, who or "everybody", context.now())
    period = context.calendar.period_named(quarter)
    return commit_movement(context, scope, period, Moment(start), Moment(end), structure)


def rows(context: Context, report: MovementReport) -> Rows:
    """Return what each deal did to the lines, in whole units; churned deals without a line have one empty row."""
    found: Rows = {}
    for deal in report.movement.deals:
        parts: list[tuple[str | None, int]] = [(leg.cause.value, leg.amount // CENTS) for leg in deal.legs]
        if not parts and deal.churned and not deal.passed_through:
            parts = [(None, 0)]
        if parts:
            found[deal_key(context.store.conn, deal.deal)] = parts
    return found


def lines(report: MovementReport) -> dict[str, int]:
    """Return the lines in whole units."""
    return {line.cause.value: line.amount // CENTS for line in report.movement.lines}


def hold_together(context: Context, report: MovementReport) -> None:
    """Assert what is so of every movement for itself."""
    movement, closed = report.movement, report.closed
    assert movement.residual == 0
    assert closed.residual == 0
    assert sum(line.amount for line in movement.gross) == movement.net
    parts = [(leg.cause, deal.deal) for deal in movement.deals for leg in deal.legs]
    assert max(Counter(parts).values(), default=1) == 1
    assert [line.deals for line in movement.lines] == [
        sum(cause is line.cause for cause, _ in parts) for line in movement.lines
    ]
    assert sum(share.start for share in report.shares) == movement.start
    assert sum(share.end for share in report.shares) == movement.end
    won = sum(line.amount for line in movement.lines if line.cause.value == "won")
    assert closed.won_from_commit == -won
    if movement.window.start == movement.window.end:
        assert not movement.lines


def agree(context: Context, report: MovementReport, second: Result) -> None:
    """Assert that a movement is what the recomputation says, deal by deal."""
    conn = context.store.conn
    movement = report.movement
    assert (movement.start, movement.end) == (second.start, second.end)
    parts = {(deal_key(conn, d.deal), leg.cause.value, leg.amount) for d in movement.deals for leg in d.legs}
    assert parts == second.parts
    assert {line.cause.value: (line.amount, line.deals) for line in movement.lines} == second.lines
    churned = {deal_key(conn, d.deal) for d in movement.deals if d.churned and not d.passed_through}
    assert churned == second.churned


def everything_holds(
    context: Context,
    moments: Sequence[int],
    quarters: Iterable[str] = (QUARTER,),
    people: Iterable[str | None] | None = None,
) -> None:
    """Assert all that must be so, of every person's scope, every period and every two of the moments."""
    raw = Recomputation(context.store.conn)
    keys = [None, *raw.people] if people is None else list(people)
    for quarter in quarters:
        period = context.calendar.period_named(quarter)
        for start, end in combinations(sorted(set(moments)), 2):
            reports = {key: ask(context, key, start, end, quarter=quarter) for key in keys}
            for key, report in reports.items():
                hold_together(context, report)
                agree(context, report, raw.movement(key, period.start, period.end, start, end))
            team_sums(raw, reports)
        nets_meet(context, sorted(set(moments)), quarter, keys)
        _restated(context, raw, min(moments), max(moments), period)


def team_sums(raw: Recomputation, reports: dict[str | None, MovementReport]) -> None:
    """Assert that each share is the end of that report's own movement, for all who report at that moment."""
    number_to_key = {number: key for key, number in raw.people.items()}
    for key, report in reports.items():
        window = report.movement.window
        for share in report.shares:
            below = reports.get(number_to_key[share.person])
            if below is None or number_to_key[share.person] == key:
                continue
            if _reports_to(raw, share.person, key, window.start):
                assert share.start == below.movement.start
            if _reports_to(raw, share.person, key, window.end):
                assert share.end == below.movement.end


def _reports_to(raw: Recomputation, person: int, boss: str | None, at: int) -> bool:
    managers = [m for who, m, since, until in raw.lines if who == person and since <= at < until]
    wanted = raw.people[boss] if boss else None
    return (managers or [None]) == [wanted]


def nets_meet(context: Context, moments: Sequence[int], quarter: str, keys: Iterable[str | None]) -> None:
    """Assert that the net of windows that meet is the net of them as one."""
    for key in keys:
        nets = [ask(context, key, first, second, quarter=quarter).movement.net for first, second in pairwise(moments)]
        whole = ask(context, key, moments[0], moments[-1], quarter=quarter).movement
        assert sum(nets) == whole.net == whole.end - whole.start


def _restated(context: Context, raw: Recomputation, start: int, end: int, period: Period) -> None:
    """Assert that in today's teams the nets of a manager's reports add up to the manager's, line by line or not."""
    reports = {
        key: ask(context, key, start, end, quarter=period.name, structure=Structure.NOW) for key in (None, *raw.people)
    }
    number_to_key = {number: key for key, number in raw.people.items()}
    for key, report in reports.items():
        assert report.movement.residual == 0
        own = [share for share in report.shares if number_to_key[share.person] == key]
        below = [reports[number_to_key[share.person]] for share in report.shares if share not in own]
        net = sum(part.movement.net for part in below) + sum(share.end - share.start for share in own)
        assert net == report.movement.net
