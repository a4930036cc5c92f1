"""The file that carries category changes back: one row a deal, as the CRM's own import takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from salesops_tui.crm.dialect import ChangesForm, Dialect
from salesops_tui.crm.dialects import DIALECTS
from salesops_tui.crm.outgoing import OutTable, Sealed
from salesops_tui.domain.deal import Category
from salesops_tui.errors import Refused, WrongUsage

_UNTOUCHED = "(do not modify)"
"""Beginning of the columns that Dynamics wants back as they were, to know the row and that nobody changed it since."""


class ChangedDeal(NamedTuple):
    """A deal to be changed: its id in the CRM, the category that it should get, and its other columns.

    Attributes:
        word: the CRM's own word for the category where it has renamed it; "" for that of its dialect.
    """

    key: str
    category: Category
    extra: Mapping[str, str]
    word: str = ""


def changes_table(dialect: str, deals: Sequence[ChangedDeal]) -> OutTable:
    """Return the file's table: a row for each deal, in their order.

    Raises:
        WrongUsage: no dialect is called so.
        Refused: the CRM has no column for a forecast category.
    """
    form = changes_form(dialect)
    kept = _kept(deals)
    key = next((name for name in kept if name.casefold() == form.key.casefold()), form.key)
    others = [name for name in kept if name != key]
    rows = [
        (deal.key, *(Sealed(deal.extra.get(name, "")) for name in others), deal.word or form.words[deal.category])
        for deal in deals
    ]
    return OutTable("crm changes", (key, *others, form.category), rows)


def changes_form(dialect: str) -> ChangesForm:
    """Return how a dialect takes changes.

    Raises:
        WrongUsage: no dialect is called so.
        Refused: the CRM has no column for a forecast category.
    """
    found: Dialect | None = DIALECTS.get(dialect)
    if found is None:
        raise WrongUsage(f"there is no dialect '{dialect}'; there are {', '.join(DIALECTS)}")
    if found.changes is None:
        raise Refused(f"{dialect} has no forecast category to change; use --dialect canonical, or --format md to read")
    return found.changes


def _kept(deals: Sequence[ChangedDeal]) -> list[str]:
    """Return the columns that have to go back as they came."""
    names = dict.fromkeys(name for deal in deals for name in deal.extra)
    return [name for name in names if name.casefold().startswith(_UNTOUCHED)]
