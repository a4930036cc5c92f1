"""The canonical deal file on its way out: what an import of it reads back as it was, field by field."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from salesops_tui.crm.fields import FIELDS, folded_column
from salesops_tui.crm.outgoing import Cell
from salesops_tui.crm.table import MAX_COLUMNS

OTHER_COLUMNS = "other_columns"
"""A column with a JSON object: further columns that cannot stand as columns here, by their names."""

_FIELDS = frozenset(FIELDS)


class OtherColumns:
    """How the further columns of many files stand beside the canonical ones.

    A column whose name is taken (by a field, or by another that differs in case only), or which would be read as two,
    goes into `OTHER_COLUMNS`.

    Attributes:
        names: the columns that stand as they are.
        header: those, with `OTHER_COLUMNS` behind them where it is needed.
    """

    def __init__(self, names: Sequence[str]) -> None:
        taken = {*_FIELDS, OTHER_COLUMNS}
        self.names: list[str] = []
        for name in names:
            folded = folded_column(name)
            if folded in taken or not _plain(name) or len(FIELDS) + len(self.names) >= MAX_COLUMNS - 1:
                continue
            taken |= {folded, name.casefold()}
            self.names.append(name)
        self._standing = frozenset(self.names)
        self._packed = len(self.names) < len(names)
        self.header = [*self.names, OTHER_COLUMNS] if self._packed else self.names

    def cells(self, extra: Mapping[str, str]) -> list[Cell]:
        """Return a deal's cells under `header`."""
        cells: list[Cell] = [extra.get(name, "") for name in self.names]
        if self._packed:
            packed = {name: value for name, value in extra.items() if name not in self._standing}
            cells.append(json.dumps(packed, ensure_ascii=False) if packed else "")
        return cells


def unpacked(cell: str) -> dict[str, str]:
    """Return the columns that a cell of `OTHER_COLUMNS` holds; a cell that was not written here is a column itself."""
    try:
        found = json.loads(cell) if cell else {}
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict) and all(isinstance(value, str) and value for value in found.values()):
        return found
    return {OTHER_COLUMNS: cell}


def _plain(name: str) -> bool:
    return name == " ".join(name.split()) and not set(name) & set(';\t"\ufeff\0') and bool(name)
