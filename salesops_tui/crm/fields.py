"""What a deal file can say of a deal: the names under which columns, maps and reports know it."""

from __future__ import annotations

REQUIRED = ("id", "name", "owner", "amount", "stage", "category", "close_date")
"""Fields that every deal file has to give, by a column or by a default of its map."""

FIELDS = (
    "id",
    "name",
    "account",
    "owner",
    "amount",
    "currency",
    "stage",
    "category",
    "close_date",
    "created_date",
    "status",
    "next_step",
    "next_step_date",
    "last_meeting_date",
    "last_activity_date",
    "economic_buyer",
    "economic_buyer_title",
    "type",
    "segment",
    "term_months",
    "close_date_confirmed",
    "close_plan",
    "requalified_on",
    "loss_reason",
    "competitor",
)
"""All fields, in the order in which a layout hands them over."""


def folded_column(name: str) -> str:
    """Return a column's name for comparing: `Close Date`, `close-date` and `close_date` are one."""
    return "_".join(name.casefold().replace("_", " ").replace("-", " ").split())
