"""The canonical deal file: columns are called as the fields are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salesops_tui.crm.dialect import ORDINARY, ChangesForm, Clues, Dialect, column_clue
from salesops_tui.crm.fields import FIELDS, REQUIRED, folded_column
from salesops_tui.domain.deal import Category


def _columns(header: Sequence[str]) -> Mapping[str, str]:
    """Return the column of each field that the header has by its own name (case and blanks make no difference)."""
    found: dict[str, str] = {}
    for name in header:
        field = folded_column(name)
        if field in FIELDS:
            found.setdefault(field, name)
    return found


def _clues(header: Sequence[str], _rows: Sequence[Sequence[str]]) -> Clues:
    clues = column_clue(header, FIELDS, ORDINARY, "the canonical file's own")
    whole = clues.score and all(field in _columns(header) for field in REQUIRED)
    return clues + Clues(50, ("every column that a deal needs is called as it is here",)) if whole else clues


DIALECT = Dialect(
    name="canonical",
    title="a canonical deal file",
    clues=_clues,
    columns=_columns,
    changes=ChangesForm("id", "category", {category: category.key for category in Category}),
)
