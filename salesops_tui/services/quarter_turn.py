"""The turn of the quarter: the closing board, the frozen figures, what was carried over, what is in nobody's period."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from salesops_tui.domain.calendar import Day, Moment, Period
from salesops_tui.domain.people import Scope
from salesops_tui.services.context import Context
from salesops_tui.store.deals import DealAt


class ClosingRow(NamedTuple):
    """A deal that is still open near the quarter's end.

    Attributes:
        deal: as it is at that moment.
        passed: whether a pass is current.
        failed: the questions that its last inspection failed.
        signer, signer_title: the economic buyer on file.
        signs: the answer about the economic buyer: value and evidence, or "" where none was given.
        paper: the answer about the paper process: value and evidence, or "".
        next_step, next_step_day: on file.
        overdue: whether the close date is past.
    """

    deal: DealAt
    passed: bool
    failed: tuple[str, ...]
    signer: str
    signer_title: str
    signs: str
    paper: str
    next_step: str
    next_step_day: Day | None
    overdue: bool


class ClosingBoard(NamedTuple):
    """What is still open, by close date; the deals of Commit and the capped ones, and Best Case where asked.

    Attributes:
        days_left: days of the period that are left, today included; 0 or less once it is over.
        last_week: whether the quarter's last seven days have begun.
    """

    period: Period
    at: Moment
    days_left: int
    last_week: bool
    rows: tuple[ClosingRow, ...]


class Went(StrEnum):
    """What became of a deal that was Commit at the quarter's end and was not won in it."""

    WON_LATER = "won_later"
    COMMIT = "commit"
    BEST_CASE = "best_case"
    PIPELINE = "pipeline"
    OMITTED = "omitted"
    NOBODYS = "nobodys_period"
    LOST = "lost"
    REMOVED = "removed"

    @property
    def label(self) -> str:
        """The words that people read."""
        return _WENT_LABELS[self]


_WENT_LABELS = {
    Went.WON_LATER: "won in a later quarter",
    Went.COMMIT: "Commit of a later quarter",
    Went.BEST_CASE: "Best Case of a later quarter",
    Went.PIPELINE: "Pipeline of a later quarter",
    Went.OMITTED: "omitted, in a later quarter",
    Went.NOBODYS: "open, its date in no running quarter",
    Went.LOST: "lost",
    Went.REMOVED: "removed from the CRM",
}


class CarriedOver(NamedTuple):
    """A deal that was Commit in the quarter's last week and was not won in it.

    Attributes:
        amount: minor units when it was last in Commit of the quarter.
        owner: by the store's number, then.
        deal: as it is now.
        period: the name of the quarter in which its close date lies now.
    """

    deal: DealAt
    owner: int
    amount: int
    went: Went
    period: str


class Difference(NamedTuple):
    """A deal of which the frozen figures and the store disagree; minor units, None where it is not in one of them."""

    deal: int
    key: str
    name: str
    account: str
    frozen: int | None
    now: int | None


class FrozenFigures(NamedTuple):
    """The final figures of a closed quarter, and where the store has moved on since.

    Attributes:
        quota, closed: by person down the reporting line of that moment (None for everybody); minor units.
        now: what the store says is closed by now, for the same people and the reporting line of then.
        differences: deals that the two disagree about, the largest first.
    """

    period: Period
    closed_at: Moment
    closed_by: int | None
    quota: Mapping[int | None, int]
    closed: Mapping[int | None, int]
    now: Mapping[int | None, int]
    differences: tuple[Difference, ...]


class NobodysDeal(NamedTuple):
    """An open deal whose close date lies in a quarter that is over: no forecast counts it any more."""

    deal: DealAt
    period: str


def closing_board(
    context: Context, scope: Scope, period: Period, at: Moment, *, best_case: bool = False
) -> ClosingBoard:
    """Return what is still open of a period's Commit (and Best Case), who signs, and when."""
    raise NotImplementedError


def carry_over(context: Context, scope: Scope, period: Period, at: Moment) -> tuple[CarriedOver, ...]:
    """Return the deals that were Commit in a quarter's last week and not won in it, with where they went.

    Raises:
        Refused: the quarter is not over.
    """
    raise NotImplementedError


def nobodys_deals(context: Context, scope: Scope, at: Moment) -> tuple[NobodysDeal, ...]:
    """Return the open deals whose close date lies before the quarter that is current, the largest first."""
    raise NotImplementedError


def close_quarter(context: Context, period: Period, *, again: bool = False) -> FrozenFigures:
    """Close a quarter's books: freeze its final figures as the store says them now.

    Args:
        context: who asks; an ops lead.
        period: a quarter that is over.
        again: replace figures that were frozen before; the record keeps both.

    Raises:
        Refused: the actor is no ops lead, the quarter is not over, or its books are closed already.
    """
    raise NotImplementedError


def frozen_figures(context: Context, scope: Scope, period: Period, at: Moment) -> FrozenFigures | None:
    """Return the frozen figures of a quarter for a scope; None where its books were not closed by then."""
    raise NotImplementedError
