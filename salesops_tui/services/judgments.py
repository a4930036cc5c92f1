"""Judgments of submitted numbers, scored once their quarter is over, beside what the inspection said."""

from __future__ import annotations

from typing import NamedTuple

from salesops_tui.domain.calendar import Moment, Period
from salesops_tui.domain.deal import Category, Status
from salesops_tui.domain.people import Scope
from salesops_tui.services.context import Context
from salesops_tui.services.quarters import closed_quarters, nameable
from salesops_tui.store import deals as store_deals
from salesops_tui.store import forecast_numbers as store_numbers
from salesops_tui.store.forecast_numbers import SubmittedNumber


class ScoredJudgment(NamedTuple):
    """A deal that somebody put into their number or took out of it, and what became of it.

    Attributes:
        person: whose number it was.
        submitted_at: when.
        puts_in: put in, or taken out.
        amount: minor units, as judged.
        category: the effective category when the number was submitted: what the inspection said.
        in_commit: whether the inspection had it in Commit then.
        status, close_day: what it is now.
        won: whether it was won with a close date in the period.
    """

    period: Period
    person: int
    submitted_at: Moment
    deal: int
    key: str
    name: str
    account: str
    puts_in: bool
    amount: int
    reason: str
    category: Category
    status: Status
    close_day: int
    won: bool

    @property
    def right(self) -> bool:
        """Whether the judgment was: put in and won, or taken out and not won."""
        return self.puts_in == self.won

    @property
    def in_commit(self) -> bool:
        """Whether the inspection left it in Commit."""
        return self.category >= Category.COMMIT

    @property
    def inspection_right(self) -> bool:
        """Whether the inspection was: in Commit and won, or not in Commit and not won."""
        return self.in_commit == self.won


class JudgmentScore(NamedTuple):
    """How often somebody's judgment was right, and how often the inspection was, about the same deals."""

    person: int
    judgments: int
    right: int
    inspection_right: int


class JudgmentReport(NamedTuple):
    """The last judgment of each person of a scope about each deal that they judged, by closed quarter."""

    quarters: tuple[Period, ...]
    judgments: tuple[ScoredJudgment, ...]

    @property
    def by_person(self) -> list[JudgmentScore]:
        """The score of everybody who judged, the most judgments first."""
        people = {judgment.person for judgment in self.judgments}
        own = {p: [j for j in self.judgments if j.person == p] for p in people}
        scores = [
            JudgmentScore(p, len(js), sum(j.right for j in js), sum(j.inspection_right for j in js))
            for p, js in own.items()
        ]
        return sorted(scores, key=lambda score: (-score.judgments, score.person))


def scored_judgments(context: Context, scope: Scope, at: Moment) -> JudgmentReport:
    """Return the judgments of the last four closed quarters with what became of each deal.

    What a person said last of a deal in a quarter is scored. "Everybody" takes in the numbers of ops leads.
    """
    found: list[ScoredJudgment] = []
    with context.store.reading() as conn:
        quarters = closed_quarters(context, at)
        seen = nameable(context, scope, at)
        people = set(context.people) if seen is None else seen
        for quarter in quarters:
            judged: set[tuple[int, int]] = set()
            for number in store_numbers.numbers_of(conn, people, quarter.name, at):
                # The newest number comes first: what was said last of a deal is what counts.
                fresh = [j for j in number.judgments if (number.person, j.deal) not in judged]
                judged |= {(number.person, j.deal) for j in fresh}
                found += _scored(context, quarter, number._replace(judgments=tuple(fresh)), at)
    return JudgmentReport(tuple(quarters), tuple(found))


def _scored(context: Context, quarter: Period, number: SubmittedNumber, at: Moment) -> list[ScoredJudgment]:
    conn = context.store.conn
    wanted = [judgment.deal for judgment in number.judgments]
    if not wanted:
        return []
    then = store_deals.deals_by_number(conn, wanted, number.submitted_at, current=False)
    now = store_deals.deals_by_number(conn, wanted, at, current=False)
    found = []
    for judgment in number.judgments:
        deal, before = now.get(judgment.deal), then.get(judgment.deal)
        if deal is None or before is None:
            continue  # the import that brought it was taken back
        won = deal.status is Status.WON and deal.close_day in quarter
        about = deal.id, deal.key, deal.name, deal.account
        said = judgment.puts_in, judgment.amount, judgment.reason
        became = deal.status, deal.close_day, won
        found.append(
            ScoredJudgment(quarter, number.person, number.submitted_at, *about, *said, before.category, *became)
        )
    return found
