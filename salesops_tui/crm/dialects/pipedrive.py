"""Pipedrive: exports of the list of deals, every column with what it belongs to in front (`Deal - Title`).

Pipedrive has no forecast category. A deal field of that name, made there, is read and written; else a map says which
category follows from the probability or the stage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salesops_tui.crm.dialect import TELLING, ChangesForm, Clues, Dialect, by_folded_name, column_clue
from salesops_tui.crm.fields import folded_column
from salesops_tui.domain.deal import Category

_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("deal_id", "deal_pipedrive_system_id"),
    "name": ("deal_title",),
    "account": ("organization_name", "deal_organization", "organization"),
    "owner": ("deal_owner", "deal_user"),
    "amount": ("deal_value",),
    "currency": ("deal_currency", "deal_currency_of_value"),
    "stage": ("deal_stage", "deal_stage_(pipeline)"),
    "category": ("deal_forecast_category",),
    "created_date": ("deal_deal_created", "deal_creation_date", "deal_add_time", "deal_created"),
    "status": ("deal_status",),
    "next_step": ("deal_next_activity_subject", "deal_next_step"),
    "next_step_date": ("deal_next_activity_date",),
    "last_activity_date": ("deal_last_activity_date",),
    "economic_buyer": ("deal_economic_buyer",),
    "type": ("deal_type",),
    "segment": ("deal_segment", "organization_segment"),
    "loss_reason": ("deal_lost_reason",),
    "competitor": ("deal_competitor",),
}  # fmt: skip
"""By field, what its column may be called, folded."""

_CLOSE_DATES = ("deal_won_time", "deal_lost_time", "deal_closed_on", "deal_deal_closed_on", "deal_expected_close_date")
"""When a deal ended, else when it is to end: each is blank where it does not apply."""

_PREFIXES = ("deal - ", "organization - ", "person - ")

_STAGES = {
    "Lead In": "1", "Qualified": "1", "Contact Made": "2", "Demo Scheduled": "3", "Needs Defined": "3",
    "Proposal Made": "4", "Negotiations Started": "6",
}  # fmt: skip
"""The stages that an account begins with; a policy's own stages of these names come first."""


def columns(header: Sequence[str]) -> Mapping[str, str]:
    """Return the column of each field; how a deal ended goes before how it was to end."""
    found = by_folded_name(header, _COLUMNS)
    dates = [*by_folded_name(header, {name: (name,) for name in _CLOSE_DATES}).values()]
    if dates:
        found["close_date"] = f"{{{'|'.join(dates)}}}" if len(dates) > 1 else dates[0]
    return found


def clues(header: Sequence[str], _rows: Sequence[Sequence[str]]) -> Clues:
    """Return what speaks for Pipedrive: columns that say what they belong to."""
    prefixed = {folded_column(name) for name in header if name.casefold().startswith(_PREFIXES)}
    return column_clue(header, prefixed, TELLING, "called as Pipedrive does, with what they belong to in front")


DIALECT = Dialect(
    name="pipedrive",
    title="a Pipedrive export",
    clues=clues,
    columns=columns,
    changes=ChangesForm("Deal - ID", "Deal - Forecast category", {category: category.label for category in Category}),
    words={"stage": _STAGES, "status": {"Deleted": "deleted", "": "open"}},
    defaults={"owner": "unassigned", "amount": "0"},
    closed_by_status=True,
    advice={
        "category": "Pipedrive has no forecast category; make a deal field 'Forecast category' there, or let a map make"
        " it of the probability: [category_from_probability] commit = 90, best_case = 60 (or of the stages:"
        " [values.category])"
    },
)
