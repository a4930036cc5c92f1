"""The ways in which CRMs write their deals: one module each, with its `DIALECT`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from salesops_tui.crm.dialect import TELLING, Clues, Dialect
from salesops_tui.crm.dialects import canonical, dynamics, hubspot, pipedrive, salesforce

AUTO = "auto"

DIALECTS: dict[str, Dialect] = {
    module.DIALECT.name: module.DIALECT for module in (canonical, salesforce, hubspot, dynamics, pipedrive)
}
"""All of them, by name; the first stands in where nothing speaks for any."""


class Recognised(NamedTuple):
    """A dialect, and why."""

    dialect: Dialect
    clues: Clues


def recognise(header: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> Recognised:
    """Return the dialect for which the most speaks, in a header and some rows below it.

    A column that many a tool has (a probability) is not enough for any but the first.
    """
    judged = [Recognised(dialect, dialect.clues(header, rows)) for dialect in DIALECTS.values()]
    best = max(judged, key=lambda found: found.clues.score)
    return best if best.clues.score >= TELLING else judged[0]
