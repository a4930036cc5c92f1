"""The ways in which CRMs write their deals: one module each, with its `NAME` and what it makes of a header."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from salesops_tui.crm.dialects import canonical

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Dialect:
    """A CRM's way of writing.

    Attributes:
        columns: from a header to the columns of the fields that it recognises.
    """

    name: str
    columns: Callable[[Sequence[str]], Mapping[str, str]]


DIALECTS = {dialect.NAME: Dialect(dialect.NAME, dialect.columns) for dialect in (canonical,)}
"""All of them, by name."""


def recognise(header: Sequence[str]) -> Dialect:
    """Return the dialect that makes the most of a header."""
    return max(DIALECTS.values(), key=lambda dialect: len(dialect.columns(header)))
