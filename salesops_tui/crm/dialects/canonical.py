"""The canonical deal file: columns are called as the fields are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salesops_tui.crm.fields import FIELDS, folded_column

NAME = "canonical"


def columns(header: Sequence[str]) -> Mapping[str, str]:
    """Return the column of each field that the header has by its own name (case and blanks make no difference)."""
    found: dict[str, str] = {}
    for name in header:
        field = folded_column(name)
        if field in FIELDS:
            found.setdefault(field, name)
    return found
