"""The two lines above the roll-up: where the quarter lands, and how far that is from the quota."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salesops_tui.services.forecast import ForecastReport
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.forecast_words import BEST_CASE, CLOSED, COMMIT, percent, plural, ratio, stacked
from salesops_tui.ui.widgets.board import Line, clip, widest, width_of
from salesops_tui.ui.widgets.source import Cell

_LEAST_BAR = 12
_MOST_BAR = 60


def summary_lines(desk: Desk, report: ForecastReport, width: int) -> Iterable[Line]:
    """Write the two lines."""
    yield widest(_landing(desk, report), width)
    yield _bar(desk, report, width)


def _landing(desk: Desk, report: ForecastReport) -> Iterator[Line]:
    whole, quota, gap = report.root.whole, report.root.quota.value, report.root.gap
    said: list[Cell] = [(" Landing ", "label"), (desk.amount(whole.landing), "strong")]
    if quota is None:
        said += [(" · ", "label"), ("no quota", "warn"), (": salesops import-quotas FILE brings them in", "label")]
    else:
        of = f" ({percent(whole.landing / quota)})" if quota else ""
        said += [(" of ", "label"), (desk.amount(quota), "strong"), (of, "label")]
        if gap is not None:
            ahead = [(" · ahead by ", "label"), (desk.amount(-gap), "good")]
            said += [(" · gap ", "label"), (desk.amount(gap), "warn")] if gap > 0 else ahead
    weighted: list[Cell] = [(" · weighted ", "label"), (desk.amount(whole.weighted), "strong")]
    share = report.divergence.share
    if share is not None:
        weighted += [(f" (open {percent(float(share), signed=True)} to Commit)", "label")]
    parts: list[Cell] = [
        (" · Commit ", "label"), (desk.amount(whole.commit), "strong"),
        (f" = {desk.amount(whole.inspected)} inspected + {desk.amount(whole.uninspected)} not", "label"),
    ]  # fmt: skip
    yield [*said, *parts, *weighted]
    yield [*said, *weighted]
    yield [*said, *weighted[:2]]
    yield said


def _bar(desk: Desk, report: ForecastReport, width: int) -> Line:
    whole, coverage = report.root.whole, report.coverage
    omitted: list[Cell] = [(f"  omitted {plural(whole.omitted_deals, 'deal')} ({desk.amount(whole.omitted)})", "label")]
    covered: list[Cell] = []
    if coverage.coverage is not None:
        rest = "quota done" if coverage.done else f"rest {ratio(_number(coverage.remaining))}"
        covered = [(f"  coverage {ratio(_number(coverage.coverage))}, {rest}", "label")]
    odd = sum(s.deals for s in report.contradictions)
    contradicting: list[Cell] = [(f"  {plural(odd, 'deal')} in a stage that contradicts", "warn")] if odd else []
    ends: list[list[Cell]] = [[*covered, *omitted, *contradicting], [*covered, *omitted], omitted]
    end = next((e for e in ends if width_of(e) + _LEAST_BAR + 2 <= width), omitted)
    room = min(_MOST_BAR, width - width_of(end) - 2)
    if room < _LEAST_BAR:
        return clip(end, width)
    quota = report.root.quota.value
    top = max(whole.closed + whole.commit + whole.best_case, quota or 0, 1)
    parts = ((CLOSED, whole.closed), (COMMIT, whole.commit), (BEST_CASE, whole.best_case))
    return [" ", *stacked(parts, quota, top, room).parts, *end]


def _number(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]
