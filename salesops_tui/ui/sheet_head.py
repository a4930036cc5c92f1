"""The lines above the call sheet: what it is about, the figures, and how far they are from the quota."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from salesops_tui.domain.calendar import SECOND, Period
from salesops_tui.domain.people import Scope
from salesops_tui.services.not_in_crm import NOTHING_WAITS, NotInCrm
from salesops_tui.services.sheet import Baseline, Sheet
from salesops_tui.store.calls import Call
from salesops_tui.ui import present
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.widgets.board import Line, clip, spread, widest, width_of
from salesops_tui.ui.widgets.source import Cell

CLOSED, INSPECTED, UNINSPECTED, BEST_CASE, MISSING, QUOTA = "█", "▓", "▒", "░", "┄", "│"
"""What the bar is made of; the figures carry the same marks, so that the bar needs no colours."""

_SINCE = {
    "call": "since the call of",
    "import": "since the import of",
    "week": "since the week began,",
    "quarter": "since the quarter began,",
}

_LEAST_BAR = 12
CHANGE_LINE = 2
"""The line of the head that says how Commit has moved."""

Figures = Mapping[str, int | None]


def head_lines(desk: Desk, sheet: Sheet, call: Call | None, width: int, at_change: bool = False) -> Iterator[Line]:
    """Write the three lines of the head; `at_change` marks the change of Commit, which can be opened."""
    yield title_line(desk, call, width, sheet.not_in_crm)
    yield figures_line(desk, sheet.figures, width)
    yield bar_line(desk, sheet, width, at_change)


def title_line(desk: Desk, call: Call | None, width: int, not_in_crm: NotInCrm = NOTHING_WAITS) -> Line:
    """Return period and scope on the left; on the right who acts, and the call that is open.

    Between them, where anything is, how many changes the CRM has not taken up.
    """
    about: list[Cell] = [" ", (scope_in_words(desk.scope), "title"), " · ", period_in_words(desk.period)]
    sitting = _sitting(desk, call)
    who = _who(desk)
    lefts = [[*about, *waiting] for waiting in _waiting(not_in_crm)]
    lefts.insert(0, [(" salesops ", "accent"), *lefts[0]])
    rights: list[list[Cell]] = [[who, *sitting], sitting or [who]]
    tried = ((left, right) for left in lefts for right in rights)
    fits = ((left, right) for left, right in tried if width_of(left) + width_of(right) + 1 <= width)
    return spread(*next(fits, (about, rights[-1])), width)


def _waiting(not_in_crm: NotInCrm) -> Iterator[list[Cell]]:
    """Yield how to say how many changes the CRM lacks, the longest first."""
    if not_in_crm.pending:
        yield ["  ", (str(not_in_crm), "warn")]
        yield ["  ", (not_in_crm.brief, "warn")]
    yield []


def _sitting(desk: Desk, call: Call | None) -> list[Cell]:
    if call is None:
        return []
    return [("  ● ", "bad"), (f"{call_in_minutes(desk, call)} ", "strong")]


def call_in_minutes(desk: Desk, call: Call) -> str:
    """Return how long a call has lasted: `call 12 min`; nobody counts the seconds of the first one."""
    lasted = desk.context.now() - call.started_at
    return f"call {present.span(lasted)}" if lasted >= 60 * SECOND else "call"


def _who(desk: Desk) -> Cell:
    actor = desk.context.actor
    if actor is None:
        return "your login is not in this store: reading only "
    return f"{actor.name}, reading only " if desk.context.store.read_only else f"{actor.name} "


def scope_in_words(scope: Scope) -> str:
    """Return whose deals these are: `Dana Ruiz and 6 more`."""
    more = len(scope.members) - 1
    return f"{scope.name} and {more} more" if more > 0 else scope.name


def period_in_words(period: Period) -> str:
    """Return `FY26 Q4`."""
    return period.name.replace("-", " ")


def figures_line(desk: Desk, figures: Figures, width: int) -> Line:
    """Return Closed, Commit with its two parts, Best Case, landing, quota and gap, as many as fit."""

    def fig(label: str, key: str, mark: str = "") -> list[Cell]:
        swatch: list[Cell] = [(f"{mark} ", _MARK_STYLE[mark])] if mark else []
        return [*swatch, (f"{label} ", "label"), (desk.amount(figures[key]), "strong")]

    def commit(inspected: str, uninspected: str) -> list[Cell]:
        done, undone = desk.amount(figures["commit_inspected"]), desk.amount(figures["commit_uninspected"])
        return [
            *fig("Commit", "commit"), ("  (", "label"), (f"{INSPECTED} ", "accent"), (inspected, "label"), done,
            (" + ", "label"), (f"{UNINSPECTED} ", "warn"), (uninspected, "label"), undone, (")", "label"),
        ]  # fmt: skip

    gap = _gap(desk, figures)
    closed, best, landing = (
        fig("Closed", "closed", CLOSED),
        fig("Best Case", "best_case", BEST_CASE),
        fig("Landing", "landing"),
    )
    spoken, brief = commit("inspected ", "uninspected "), commit("", "")
    return widest(
        [
            _joined([closed, spoken, best, landing, gap], "    "),
            _joined([closed, spoken, best, landing, gap], "   "),
            _joined([closed, spoken, best, landing, gap], "  "),
            _joined([closed, brief, best, landing, gap], "  "),
            _joined([closed, brief, best, gap], "  "),
            _joined([closed, brief, gap], "  "),
            _joined([brief, gap], "  "),
            _joined([brief], ""),
        ],
        width,
    )


_MARK_STYLE = {CLOSED: "good", INSPECTED: "accent", UNINSPECTED: "warn", BEST_CASE: "muted", MISSING: "muted"}


def _joined(parts: list[list[Cell]], gap: str) -> list[Cell]:
    line: list[Cell] = [" "]
    for number, part in enumerate(parts):
        line += [gap, *part] if number else part
    return line


def _gap(desk: Desk, figures: Figures) -> list[Cell]:
    gap = figures["gap"]
    if gap is None:
        return [("no quota", "label")]
    if gap > 0:
        return [("Gap ", "label"), (desk.amount(gap), "warn")]
    return [("Ahead by ", "label"), (desk.amount(-gap), "good")]


def bar_line(desk: Desk, sheet: Sheet, width: int, at_change: bool = False) -> Line:
    """Return the bar against the quota, and what has changed since when, until when."""
    end = _quota(desk, sheet.figures)
    change = widest(_changes(desk, sheet, at_change), max(0, width - width_of(end) - 20))
    room = width - width_of(change) - width_of(end) - 4
    if room < _LEAST_BAR:
        return clip([" ", *change], width)
    return spread([" ", *_bar(sheet.figures, min(room, 60)), *end], [*change, " "], width)


def _quota(desk: Desk, figures: Figures) -> list[Cell]:
    """Return the quota, and in brackets what the reports have where that is another figure."""
    quota, reports = figures["quota"], figures["quota_of_reports"]
    if quota is None:
        return []
    said: list[Cell] = [(" Quota ", "label"), (desk.amount(quota), "strong")]
    return said if reports in (None, quota) else [*said, (f" ({desk.amount(reports)})", "label")]


def _changes(desk: Desk, sheet: Sheet, at_change: bool) -> Iterator[Line]:
    moved = desk.amount(sheet.moved, signed=True) if sheet.moved else "unchanged"
    style = "band" if at_change else "good" if sheet.moved > 0 else "bad" if sheet.moved < 0 else "muted"
    since, until = desk.moment(sheet.baseline.moment), desk.moment(sheet.at)
    yield [("Commit ", "label"), (moved, style), (f" {since_in_words(desk, sheet.baseline)} → {until}", "label")]
    yield [("Commit ", "label"), (moved, style), (f"  {since} → {until}", "label")]
    yield [(moved, style), (f"  {since} → {until}", "label")]
    yield [(moved, style), (f" since {since}", "label")]


def since_in_words(desk: Desk, baseline: Baseline) -> str:
    """Return since when changes are counted: `since the call of Wed 11 Nov 15:42`."""
    return f"{_SINCE[baseline.what]} {desk.moment(baseline.moment)}"


def _bar(figures: Figures, width: int) -> list[Cell]:
    """The parts to one scale, with a mark where the quota is."""
    parts = [
        (CLOSED, figures["closed"] or 0),
        (INSPECTED, figures["commit_inspected"] or 0),
        (UNINSPECTED, figures["commit_uninspected"] or 0),
        (BEST_CASE, figures["best_case"] or 0),
    ]
    quota = figures["quota"] or 0
    scale = max(sum(amount for _, amount in parts), quota, 1)
    room = width - 1
    drawn, reached = "", 0
    for mark, amount in parts:
        reached += amount
        drawn += mark * (reached * room // scale - len(drawn))
    at = quota * room // scale
    drawn = drawn.ljust(at, MISSING).ljust(room)
    if quota:
        drawn = drawn[:at] + QUOTA + drawn[at:]
    return [("".join(run), _MARK_STYLE.get(mark, "strong")) for mark, run in groupby(drawn)]
