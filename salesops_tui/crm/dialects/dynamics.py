"""Dynamics 365: "Export to Excel" of a view (labels, with columns that are not to be modified), and logical names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salesops_tui.crm.dialect import (
    CERTAIN,
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

_UNTOUCHED = "(do_not_modify)_opportunity"
_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": (_UNTOUCHED, "opportunityid", "opportunity"),
    "name": ("topic", "name", "opportunity_name"),
    "account": (
        "account", "potential_customer", "customer", "parentaccountidname", "customeridname", "parentaccountid.name",
        "parentaccountid", "customerid",
    ),
    "owner": ("owner", "owneridname", "ownerid.name", "ownerid"),
    "currency": ("currency", "transactioncurrencyidname", "transactioncurrencyid"),
    "stage": ("sales_stage", "pipeline_phase", "process_stage", "stepname", "salesstagename"),
    "category": ("forecast_category", "msdyn_forecastcategory"),
    "created_date": ("created_on", "createdon"),
    "status": ("status", "statecode"),
    "next_step": ("next_step", "nextstep", "msdyn_nextstep"),
    "type": ("opportunity_type", "opportunitytype"),
    "segment": ("segment",),
    "loss_reason": ("loss_reason", "lost_reason", "lossreason"),
    "competitor": ("competitor", "competitors"),
    "economic_buyer": ("decision_maker", "economic_buyer"),
    "last_activity_date": ("last_activity_date", "last_interaction"),
}  # fmt: skip
"""By field, what its column may be called, folded: first as a label, then as a logical name."""

_BY_END: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "amount": (("actual_revenue", "actualvalue"), ("est._revenue", "estimated_revenue", "estimatedvalue")),
    "close_date": (
        ("actual_close_date", "actualclosedate"),
        ("est._close_date", "estimated_close_date", "estimatedclosedate"),
    ),
}
"""Fields that have one column while the deal is open, and another, blank until then, for how it ended."""

_LABELS = frozenset(
    {
        "topic", "est._close_date", "est._revenue", "potential_customer", "pipeline_phase", "actual_revenue",
        "actual_close_date", "status_reason", "sales_stage",
    }
)  # fmt: skip
_LOGICAL = frozenset(
    {
        "opportunityid", "estimatedvalue", "estimatedclosedate", "actualvalue", "actualclosedate", "closeprobability",
        "msdyn_forecastcategory", "statecode", "statuscode", "parentaccountid", "parentaccountidname", "customerid",
        "customeridname", "owneridname", "transactioncurrencyid", "transactioncurrencyidname", "salesstage",
        "salesstagecode", "stepname", "createdon", "modifiedon",
    }
)  # fmt: skip
_ALSO_THEIRS = frozenset({"created_on", "owner", "status", "probability", "forecast_category", "rating", "currency"})

_OPTIONS = {
    "100000001": "pipeline",
    "100000002": "best_case",
    "100000003": "commit",
    "100000004": "omitted",
    "100000005": "closed",
    "100000006": "omitted",
}
"""The option set msdyn_forecastcategory, in its own order: Pipeline, Best case, Committed, Omitted, Won, Lost."""

_CATEGORIES = {**_OPTIONS, "Committed": "commit", "Best case": "best_case", "Won": "closed", "Lost": "omitted",
               "": "pipeline"}  # fmt: skip
"""A new opportunity is in Pipeline, and so is one whose category was never touched."""

_STAGES = {"Qualify": "1", "Develop": "3", "Propose": "5", "Close": "6"}
"""The phases of the sales process that an environment begins with; a policy's own stages of these names come first."""

_STATUSES = {"0": "open", "1": "won", "2": "lost", "Active": "open", "Canceled": "lost", "": "open"}


def columns(header: Sequence[str]) -> Mapping[str, str]:
    """Return the column of each field, by label or logical name; how a deal ended goes before how it was to end."""
    found = by_folded_name(header, _COLUMNS)
    for field, (ended, expected) in _BY_END.items():
        names = [*by_folded_name(header, {"ended": ended, "expected": expected}).values()]
        if names:
            found[field] = f"{{{'|'.join(names)}}}" if len(names) > 1 else names[0]
    return found


def clues(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Clues:
    """Return what speaks for Dynamics: the columns that it wants back untouched, its names, its option numbers."""
    untouched = {folded_column(n) for n in header if folded_column(n).startswith("(do_not_modify)")}
    found = column_clue(header, untouched, CERTAIN, "what Dynamics wants back untouched")
    found += column_clue(header, _LABELS, TELLING, "what a Dynamics view calls them")
    found += column_clue(header, _LOGICAL, TELLING, "Dynamics' own names")
    found += column_clue(header, _ALSO_THEIRS, ORDINARY, "what Dynamics calls them too")
    column = by_folded_name(header, _COLUMNS).get("category")
    if column is None:
        return found
    place = list(header).index(column)
    values = (row[place] for row in rows if len(row) == len(header))
    return found + value_clue(column, values, _OPTIONS.__contains__, "a forecast category's number in Dynamics")


def _numbered(stages: Mapping[str, str]) -> dict[str, str]:
    """Return stages also as labels with a number in front: `1-Qualify`, `2-Develop`."""
    return {**stages, **{f"{number}-{name}": stages[name] for number, name in enumerate(stages, 1)}}


DIALECT = Dialect(
    name="dynamics",
    title="a Dynamics 365 export",
    clues=clues,
    columns=columns,
    changes=ChangesForm(
        "(Do Not Modify) Opportunity",
        "Forecast Category",
        {
            Category.OMITTED: "Omitted",
            Category.PIPELINE: "Pipeline",
            Category.BEST_CASE: "Best case",
            Category.COMMIT: "Committed",
            Category.CLOSED: "Won",
        },
    ),
    words={"stage": _numbered(_STAGES), "category": _CATEGORIES, "status": _STATUSES},
    defaults={"owner": "unassigned", "amount": "0"},
    closed_by_status=True,
    day_numbers=True,
    advice={
        "category": "Add 'Forecast Category' to the view before it is exported, or let a map make it of the"
        " probability: [category_from_probability] commit = 90",
        "stage": "Add 'Sales Stage' or 'Pipeline Phase' to the view before it is exported, or name the column in a map",
    },
)
