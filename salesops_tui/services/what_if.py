"""What if: landings that did not happen, worked out from the deals of a forecast. Nothing is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from salesops_tui.domain.deal import Category, Hold, Status
from salesops_tui.domain.divergence import weigh
from salesops_tui.errors import NotFound, WrongUsage
from salesops_tui.services.context import Context
from salesops_tui.services.forecast import ForecastReport
from salesops_tui.store import deals as store_deals
from salesops_tui.store import forecast as store_forecast
from salesops_tui.store import people as store_people
from salesops_tui.store.forecast import ForecastDeal


class Stakes(NamedTuple):
    """What a landing is made of, read once; minor units.

    Attributes:
        weighted: the weighted forecast as it is.
        deals: the open deals by the store's number.
        listed: whose deals may be named, where the actor sees only the totals of the scope; else None.
    """

    closed: int
    quota: int | None
    weighted: int
    odds: Mapping[str, int]
    deals: Mapping[int, ForecastDeal]
    listed: frozenset[int] | None = None

    def names(self, deal: ForecastDeal) -> bool:
        """Say whether a deal may be named, and not only counted."""
        return self.listed is None or deal.owner in self.listed


class WhatIf(NamedTuple):
    """A landing as it would be; minor units.

    Attributes:
        change: against the landing as it is.
        deals: those that make the difference, by the store's number, the largest first.
    """

    landing: int
    change: int
    weighted: int
    quota: int | None
    deals: tuple[int, ...]

    @property
    def gap(self) -> int | None:
        """Quota less this landing; None without a quota."""
        return None if self.quota is None else self.quota - self.landing


def stakes(context: Context, report: ForecastReport) -> Stakes:
    """Read what the functions below work on."""
    with context.store.reading() as conn:
        wanted = report.slice
        if report.listed is not None:
            scope = store_people.scope_of(conn, report.person, report.at)
            wanted = wanted._replace(owners=None if scope.everybody else scope.members)
        deals = store_forecast.forecast_deals(conn, wanted)
    root = report.root
    found = {deal.deal: deal for deal in deals if deal.status is Status.OPEN}
    return Stakes(root.whole.closed, root.quota.value, root.whole.weighted, report.odds, found, report.listed)


def as_it_is(of: Stakes) -> WhatIf:
    """Return the landing without any if."""
    return _landing(of, 0, ())


def kept(of: Stakes) -> WhatIf:
    """Return the landing had every deal that a failed inspection took out of Commit been kept there.

    A deal that the rep has put below Best Case since is the rep's own word, and stays out, back in Best Case too.
    """
    best_case = [d for d in of.deals.values() if d.hold is Hold.CAPPED and d.category is Category.BEST_CASE]
    failed = [d for d in best_case if not d.given_up]
    return _landing(of, sum(d.amount for d in failed), failed)


def cut(of: Stakes) -> WhatIf:
    """Return the landing if all that stands in Commit without a current pass were cut."""
    unasked = [d for d in of.deals.values() if d.category is Category.COMMIT and not d.inspected]
    return _landing(of, -sum(d.amount for d in unasked), unasked)


def slipped(of: Stakes, chosen: Collection[int]) -> WhatIf:
    """Return the landing if chosen open deals left the period; what is not open in it is passed over."""
    gone = [of.deals[number] for number in chosen if number in of.deals]
    committed = sum(d.amount for d in gone if d.category is Category.COMMIT)
    found = _landing(of, -committed, gone)
    return found._replace(weighted=of.weighted - sum(weigh(d.amount, of.odds.get(d.stage, 0)) for d in gone))


def open_deals_named(context: Context, of: Stakes, keys: Iterable[str]) -> list[int]:
    """Return the open deals of the forecast that CRM ids name, by the store's number.

    Raises:
        NotFound: one of them is no open deal of this scope and period.
        WrongUsage: none is named.
    """
    numbers = []
    for key in keys:
        number = store_deals.deal_number(context.store.conn, key.strip())
        if number is None or number not in of.deals or not of.names(of.deals[number]):
            raise NotFound(f"'{key.strip()}' is no open deal of this scope and period; 'salesops deals' lists them")
        numbers.append(number)
    if not numbers:
        raise WrongUsage("name the deals that slip: --what-if slip:ID,ID")
    return numbers


def _landing(of: Stakes, change: int, deals: Iterable[ForecastDeal]) -> WhatIf:
    committed = sum(d.amount for d in of.deals.values() if d.category is Category.COMMIT)
    numbers = tuple(d.deal for d in sorted(deals, key=lambda d: (-d.amount, d.deal)) if of.names(d))
    return WhatIf(of.closed + committed + change, change, of.weighted, of.quota, numbers)
