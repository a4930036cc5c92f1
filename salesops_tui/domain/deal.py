"""Deals: what the CRM claims of them, what is known beside the claim, and what they were at any moment."""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import NamedTuple

from salesops_tui.domain.calendar import Day, Moment


class Category(IntEnum):
    """Forecast categories in rank order."""

    OMITTED = 0
    PIPELINE = 1
    BEST_CASE = 2
    COMMIT = 3
    CLOSED = 4

    @property
    def key(self) -> str:
        """The key used in files, JSON and the policy."""
        return self.name.lower()

    @property
    def label(self) -> str:
        """The name that people read."""
        return self.name.replace("_", " ").title()

    @classmethod
    def from_key(cls, key: str) -> "Category":
        """Return the category with this key.

        Raises:
            KeyError: no category is called so.
        """
        return cls[key.upper()]


class Status(IntEnum):
    """What has become of a deal; REMOVED means that it is gone from the CRM."""

    OPEN = 0
    WON = 1
    LOST = 2
    REMOVED = 3

    @property
    def key(self) -> str:
        """The key used in files and JSON."""
        return self.name.lower()


class Hold(IntEnum):
    """What inspections do to the rep's claim.

    FAILED: the last verdict is a failure, given while the deal was not in Commit; a claim of Commit will not count.
    CAPPED: the last verdict is a failure, and it overrode a claim of Commit.
    RESTORED: a pass after the CRM had taken the downgrade up; the overridden claim stands again.
    """

    NONE = 0
    FAILED = 1
    CAPPED = 2
    RESTORED = 3


class Void(IntEnum):
    """Why a pass no longer holds though its days are not over."""

    NONE = 0
    CLOSE_LATER = 1
    OTHER_PERIOD = 2
    OWNER = 3
    BUYER = 4
    STAGE_BACK = 5
    AMOUNT_UP = 6
    CLAIM_RETURNED = 7

    @property
    def label(self) -> str:
        """The reason in words."""
        return _VOID_LABELS[self]


_VOID_LABELS = {
    Void.NONE: "",
    Void.CLOSE_LATER: "the close date moved later",
    Void.OTHER_PERIOD: "the close date moved into another period",
    Void.OWNER: "another owner",
    Void.BUYER: "another economic buyer",
    Void.STAGE_BACK: "the stage went back",
    Void.AMOUNT_UP: "the amount grew",
    Void.CLAIM_RETURNED: "the claim fell and came back",
}


def category_of(status: Status, rep_category: Category, hold: Hold) -> Category:
    """Return the effective category: Closed when won, else the claim, held down by a cap or up by a restored claim.

    The store's generated column `deal_state.category` is the same rule in SQL.
    """
    if status is Status.WON:
        return Category.CLOSED
    if status is not Status.OPEN:
        return Category.OMITTED
    if hold in (Hold.FAILED, Hold.CAPPED) and rep_category is Category.COMMIT:
        return Category.BEST_CASE
    return Category.COMMIT if hold is Hold.RESTORED else rep_category


class Claim(NamedTuple):
    """What the CRM said of a deal from a moment on.

    Attributes:
        id: the store's number of this row; a later number was recorded later.
        owner: person id.
        amount: minor units of the store's currency, converted at the plan rate.
        currency: the currency that the CRM delivered.
        original: minor units of that currency.
    """

    id: int
    valid_from: Moment
    change: int
    owner: int
    stage: str
    rep_category: Category
    amount: int
    currency: str
    original: int
    close_day: Day
    status: Status


class Detail(NamedTuple):
    """What is known of a deal beside the claim.

    Attributes:
        close_confirmed: "" (the buyer has not confirmed the close date), "yes", or the ISO date confirmed.
        owner_text: the owner as the file wrote it, kept where it matched nobody.
        extra: the file's other columns, as they were.
    """

    name: str
    account: str = ""
    created_day: Day | None = None
    next_step: str = ""
    next_step_day: Day | None = None
    last_meeting_day: Day | None = None
    last_activity_day: Day | None = None
    economic_buyer: str = ""
    economic_buyer_title: str = ""
    type: str = ""
    segment: str = ""
    term_months: int | None = None
    close_confirmed: str = ""
    close_plan: str = ""
    requalified_day: Day | None = None
    loss_reason: str = ""
    competitor: str = ""
    owner_text: str = ""
    extra: Mapping[str, str] = MappingProxyType({})


class DetailVersion(NamedTuple):
    """A row of details, valid from a moment on."""

    id: int
    valid_from: Moment
    change: int
    economic_buyer: str


class State(NamedTuple):
    """What a deal was from `valid_from` (inclusive) to `valid_to` (exclusive): one row of its history.

    Attributes:
        claim, detail: rows that were in force.
        inspection: the inspection whose verdict ruled, or None.
        good_until: the last moment at which the ruling pass is current; 0 when there is none.
        slips: how often the close date had been moved later.
    """

    valid_from: Moment
    valid_to: Moment
    claim: int
    detail: int
    inspection: int | None
    owner: int
    status: Status
    rep_category: Category
    hold: Hold
    amount: int
    close_day: Day
    stage: str
    good_until: Moment
    void: Void
    slips: int

    @property
    def category(self) -> Category:
        """The effective category."""
        return category_of(self.status, self.rep_category, self.hold)
