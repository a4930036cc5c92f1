"""The call sheet: the Commit deals of a scope and period, what to ask first, and the figures above them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.deal import Category, Hold, Void
from salesops_tui.domain.inspection import Answer, QueueFacts, Reach, Verdict, queue_key, reach, rule
from salesops_tui.domain.people import Scope
from salesops_tui.services import calls
from salesops_tui.services.context import Context
from salesops_tui.services.not_in_crm import NotInCrm, count_of
from salesops_tui.store import actions as store_actions
from salesops_tui.store import calls as store_calls
from salesops_tui.store import deals as store_deals
from salesops_tui.store import import_log
from salesops_tui.store import movement as store_movement
from salesops_tui.store import people as store_people
from salesops_tui.store.deals import DealAt, SheetEntry
from salesops_tui.store.tracks import standing_answers


class Baseline(NamedTuple):
    """Since when changes are counted, and what that moment is ("the call", "the import", "the week's start")."""

    moment: Moment
    what: str


@dataclass(frozen=True)
class Sheet:
    """The call sheet before any row is read in full.

    Attributes:
        groups: store numbers of deals by group, each in its order.
        entries: what is known of each deal on the sheet, by store number.
        figures: Closed, Commit (inspected, uninspected), Best Case, landing, quota, gap in minor units.
        moved: change of Commit since the baseline, minor units.
        not_in_crm: how many of the deals have another category than the CRM claims.
    """

    scope: Scope
    period: Period
    at: Moment
    baseline: Baseline
    groups: Mapping[Reach, list[int]]
    entries: Mapping[int, SheetEntry]
    new_since: frozenset[int]
    figures: Mapping[str, int | None]
    moved: int
    not_in_crm: NotInCrm


@dataclass(frozen=True)
class SheetRow:
    """One deal of the sheet with what a person sees of it.

    Attributes:
        answers: the standing answers of its last inspection, by question.
        fresh: questions whose answer still holds (a current pass), by the ruling inspection.
        change: minor units since the baseline; None for a deal that is new in Commit.
    """

    deal: DealAt
    group: Reach
    answers: Mapping[str, Answer]
    failed: tuple[str, ...]
    verdict: Verdict
    void: Void
    expired: bool
    change: int | None


def default_baseline(context: Context, scope: Scope, at: Moment) -> Baseline:
    """Return since when changes count: the scope's last ended call, else the last import but one, else the week."""
    conn = context.store.conn
    call = store_calls.last_ended_call(conn, scope.person.id if scope.person else None, at)
    if call is not None:
        return Baseline(call.end, "call")
    moment = import_log.import_before_latest(conn, at)
    if moment is not None:
        return Baseline(moment, "import")
    return Baseline(context.calendar.week_start_of(at), "week")


def call_sheet(context: Context, scope: Scope, period: Period, baseline: Baseline | None = None) -> Sheet:
    """Return the sheet as it is now."""
    conn = context.store.conn
    with context.store.reading():
        at = context.now()
        base = baseline or default_baseline(context, scope, at)
        entries = store_deals.sheet_entries(conn, at, current=True, period=period, scope=scope, baseline=base.moment)
        facts = _QueueSources(context, at)
        placed = {e.deal: facts.of(e, at) for e in entries}
        groups: dict[Reach, list[int]] = {group: [] for group in Reach}
        for entry in sorted(entries, key=lambda e: (queue_key(placed[e.deal]), e.close_day, e.deal)):
            groups[reach(placed[entry.deal])].append(entry.deal)
        figures = calls.headline(context, scope, period, at, current=True)
        before = _commit_before(context, scope, period, base.moment)
        ahead = [e.deal for e in entries if e.category is not e.rep_category]
        not_in_crm = count_of(context, ahead, at)
    return Sheet(
        scope,
        period,
        at,
        base,
        groups,
        {e.deal: e for e in entries},
        frozenset(e.deal for e in entries if e.category is Category.COMMIT and _is_new(e)),
        figures,
        (figures["commit"] or 0) - before,
        not_in_crm,
    )


def sheet_rows(context: Context, sheet: Sheet, numbers: Collection[int]) -> dict[int, SheetRow]:
    """Return some rows of a sheet, by the deal's store number: what a window of a list shows."""
    conn = context.store.conn
    deals = store_deals.deals_by_number(conn, numbers, sheet.at, current=True)
    group_of = {n: group for group, members in sheet.groups.items() for n in members} if deals else {}
    latest = latest_answers(context, deals)
    return {n: _row(context, sheet, deal, group_of.get(n, Reach.TO_ASK), latest.get(n)) for n, deal in deals.items()}


def latest_answers(context: Context, numbers: Collection[int]) -> dict[int, tuple[int, dict[str, Answer]]]:
    """Return the newest inspection with answers of each deal: its policy version and the standing answers."""
    conn = context.store.conn
    newest = store_calls.newest_inspections(conn, numbers)
    answers = standing_answers(conn, [i for i, _ in newest.values()])
    return {deal: (policy, answers[i]) for deal, (i, policy) in newest.items() if i in answers}


class _QueueSources:
    """What the queue asks of other tables, read once."""

    def __init__(self, context: Context, at: Moment) -> None:
        conn = context.store.conn
        self.due = store_actions.deals_with_due_action(conn, context.calendar.day_of(at))
        opened = store_calls.open_calls(conn, at)
        self.in_call = {i.id for call in opened for i in store_calls.inspections_in_call(conn, call.id)}

    def of(self, entry: SheetEntry, at: Moment) -> QueueFacts:
        capped = entry.hold is Hold.CAPPED
        return QueueFacts(
            entry.amount,
            capped,
            capped and entry.rep_category is Category.COMMIT,
            entry.deal in self.due,
            entry.inspection is not None,
            entry.good_until >= at,
            _is_new(entry),
            entry.slips,
            capped and entry.inspection in self.in_call,
        )


def _is_new(entry: SheetEntry) -> bool:
    return entry.before_category is not Category.COMMIT


def _commit_before(context: Context, scope: Scope, period: Period, moment: Moment) -> int:
    then = store_people.scope_of(context.store.conn, scope.person, moment)
    owners = None if then.everybody else then.members
    return sum(store_movement.commit_by_owner(context.store.conn, period, moment, owners).values())


def _row(
    context: Context, sheet: Sheet, deal: DealAt, group: Reach, latest: tuple[int, dict[str, Answer]] | None
) -> SheetRow:
    answers = latest[1] if latest else {}
    ruling = rule(context.policies.version(latest[0]), answers) if latest else None
    entry = sheet.entries.get(deal.id)
    change = None
    if entry and not _is_new(entry) and entry.category is Category.COMMIT and entry.before_amount is not None:
        change = entry.amount - entry.before_amount
    return SheetRow(
        deal,
        group,
        answers,
        ruling.failed_questions if ruling else (),
        ruling.verdict if ruling else Verdict.OPEN,
        deal.void,
        0 < deal.good_until < sheet.at,
        change,
    )
