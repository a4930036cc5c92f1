"""HubSpot: exports with the labels of properties, and with their internal names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salesops_tui.crm.dialect import (
    ORDINARY,
    TELLING,
    ChangesForm,
    Clues,
    Dialect,
    by_folded_name,
    column_clue,
    value_clue,
)
from salesops_tui.crm.fields import folded_column
from salesops_tui.domain.deal import Category

_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("record_id", "hs_object_id", "deal_id", "dealid"),
    "name": ("deal_name", "dealname"),
    "account": (
        "associated_company_(primary)", "primary_associated_company", "associated_company", "company_name",
        "hs_primary_associated_company",
    ),
    "owner": ("deal_owner", "hubspot_owner_id", "deal_owner_email"),
    "amount": ("amount",),
    "currency": ("currency", "deal_currency_code"),
    "stage": ("deal_stage", "dealstage"),
    "category": ("forecast_category", "hs_manual_forecast_category", "hs_forecast_category"),
    "close_date": ("close_date", "closedate"),
    "created_date": ("create_date", "createdate", "hs_createdate"),
    "next_step": ("next_step", "hs_next_step"),
    "last_activity_date": ("last_activity_date", "notes_last_updated"),
    "type": ("deal_type", "dealtype"),
    "loss_reason": ("closed_lost_reason", "closedlost_reason", "closed_lost_reason_category"),
    "competitor": ("competitor", "hs_competitor", "competitors"),
    "segment": ("segment",),
    "economic_buyer": ("economic_buyer",),
}  # fmt: skip
"""By field, what its column may be called, folded: first as a label, then as an internal name."""

_LABELS = frozenset(
    {
        "record_id", "deal_name", "deal_stage", "deal_owner", "create_date", "deal_type", "closed_lost_reason",
        "forecast_amount", "forecast_probability", "deal_probability", "is_closed_won", "is_closed_lost",
        "is_deal_closed?", "associated_company", "associated_company_(primary)", "hubspot_team",
    }
)  # fmt: skip
_INTERNAL = frozenset(
    {
        "dealname", "dealstage", "dealtype", "hubspot_owner_id", "hubspot_team_id", "deal_currency_code",
        "hs_object_id", "hs_manual_forecast_category", "hs_forecast_category", "hs_forecast_amount",
        "hs_forecast_probability", "hs_next_step", "hs_is_closed", "hs_is_closed_won", "hs_deal_stage_probability",
        "hs_lastmodifieddate", "notes_last_updated", "amount_in_home_currency",
    }
)  # fmt: skip
_ALSO_THEIRS = frozenset({"closedate", "close_date", "amount", "pipeline", "forecast_category", "createdate"})

_STAGES = {
    "appointmentscheduled": "1", "qualifiedtobuy": "2", "presentationscheduled": "3", "decisionmakerboughtin": "4",
    "contractsent": "6", "closedwon": "7", "closedlost": "8",
    "Appointment Scheduled": "1", "Qualified To Buy": "2", "Presentation Scheduled": "3",
    "Decision Maker Bought-In": "4", "Contract Sent": "6", "Closed Won": "7", "Closed Lost": "8",
}  # fmt: skip
"""The stages that a portal begins with, by id and by label; a policy's own stages of these names come first."""

_CATEGORIES = {
    "OMIT": "omitted", "PIPELINE": "pipeline", "BEST_CASE": "best_case", "COMMIT": "commit", "CLOSED": "closed",
    "Not forecasted": "omitted", "Closed won": "closed", "": "omitted",
}  # fmt: skip
"""Ids and labels; a deal that nobody has forecast has no category at all."""

_IDS = frozenset({"omit", "best_case", "commit", "pipeline", "closed", "most_likely", "not forecasted"})
_CLOSED = (
    ("hs_is_closed_won", "hs_is_closed_lost"),
    ("is_closed_won", "is_closed_lost"),
    ("hs_is_closed_won", "hs_is_closed"),
    ("is_closed_won", "is_deal_closed?"),
)


def columns(header: Sequence[str]) -> Mapping[str, str]:
    """Return the column of each field, by label or internal name."""
    found = by_folded_name(header, _COLUMNS)
    status = _status(header)
    return {**found, "status": status} if status else found


def _status(header: Sequence[str]) -> str:
    """Return where the status is said: in two boxes, of which the second is "lost" or "closed"."""
    there = {folded_column(name): name for name in header}
    for won, other in _CLOSED:
        if won in there and other in there:
            return f"{{{there[won]}}} {{{there[other]}}}"
    return ""


def _boxes() -> dict[str, str]:
    """Return what the two boxes of `_status` mean together; a box that was never ticked may be blank."""
    meant = {"": ""}
    for yes, no in (("true", "false"), ("yes", "no"), ("1", "0")):
        meant |= {f"{yes} {yes}": "won", f"{no} {yes}": "lost", f"{no} {no}": "open"}
        meant |= {f"{yes} {no}": "won", yes: "", no: "open"}
    return meant


def clues(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Clues:
    """Return what speaks for HubSpot: labels, internal names, and the ids of its stages and categories."""
    found = column_clue(header, _LABELS, TELLING, "what a HubSpot export calls them")
    found += column_clue(header, _INTERNAL, TELLING, "HubSpot's internal names")
    found += column_clue(header, _ALSO_THEIRS, ORDINARY, "what HubSpot calls them too")
    if not found.score:
        return found
    places = {field: list(header).index(name) for field, name in by_folded_name(header, _COLUMNS).items()}
    sound = [row for row in rows if len(row) == len(header)]
    for field, fits, what in (
        ("stage", lambda text: text.isalnum() and text in _STAGES, "the id of a HubSpot stage"),
        ("category", lambda text: text.isupper() and text.casefold() in _IDS, "the id of a HubSpot forecast category"),
    ):
        if field in places:
            place = places[field]
            found += value_clue(header[place], (row[place] for row in sound), fits, what)
    return found


DIALECT = Dialect(
    name="hubspot",
    title="a HubSpot export",
    clues=clues,
    columns=columns,
    changes=ChangesForm(
        "Record ID",
        "Forecast category",
        {
            Category.OMITTED: "OMIT",
            Category.PIPELINE: "PIPELINE",
            Category.BEST_CASE: "BEST_CASE",
            Category.COMMIT: "COMMIT",
            Category.CLOSED: "CLOSED",
        },
    ),
    words={"stage": _STAGES, "category": _CATEGORIES, "status": _boxes()},
    blanks=frozenset({"(No value)"}),
    defaults={"owner": "unassigned", "amount": "0"},
    closed_by_status=True,
    advice={
        "category": "Add the property 'Forecast category' to the HubSpot view before it is exported, or let a map make"
        " it of the probability: [category_from_probability] commit = 90"
    },
)
