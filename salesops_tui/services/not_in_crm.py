"""How many category changes the CRM has not taken up: a count for lists that know which deals are ahead of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from salesops_tui.domain.calendar import Moment
from salesops_tui.services.context import Context
from salesops_tui.store import crm_changes as store_changes


class NotInCrm(NamedTuple):
    """How many changes the CRM has not taken up, and how many of them it had taken up once."""

    pending: int
    contested: int

    def __str__(self) -> str:
        """Say it: `3 changes not yet in the CRM, 1 contested`."""
        if not self.pending:
            return ""
        changes = "1 change" if self.pending == 1 else f"{self.pending:,} changes"
        return f"{changes} not yet in the CRM" + (f", {self.contested:,} contested" if self.contested else "")

    @property
    def brief(self) -> str:
        """Say it where there is little room: `3 not in CRM, 1 contested`."""
        return f"{self.pending:,} not in CRM" + (f", {self.contested:,} contested" if self.contested else "")


NOTHING_WAITS = NotInCrm(0, 0)


def count_of(context: Context, numbers: Collection[int], at: Moment) -> NotInCrm:
    """Return the count for deals that are known to be ahead of the CRM, by store number."""
    contested = store_changes.contested_by(context.store.conn, context.policies, numbers, at)
    return NotInCrm(len(numbers), len(contested))
