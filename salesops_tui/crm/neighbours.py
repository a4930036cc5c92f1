"""Files beside the deals' one that complete it: an Account.csv with the names to the account ids, say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from salesops_tui.crm.deal_map import DealMap, Join
from salesops_tui.crm.dialect import Dialect, Neighbour
from salesops_tui.crm.source import SourceFile

_STANDARD_INPUT = "-"


class Joined(NamedTuple):
    """What neighbours contribute: columns by field, and the joins that these columns come through."""

    columns: Mapping[str, str]
    joins: Mapping[str, Join]
    said: Sequence[tuple[str, str, int]]


def look_around(header: Sequence[str], dialect: Dialect, deal_map: DealMap, file: SourceFile) -> Joined:
    """Find the neighbours of a file that give a field for which it has nothing but the key.

    Fields and joins that the map speaks of are left alone. A file that comes through a pipe has no neighbours.
    """
    columns: dict[str, str] = {}
    joins: dict[str, Join] = {}
    said: list[tuple[str, str, int]] = []
    own = dialect.columns(header)
    for neighbour in dialect.neighbours if file.name != _STANDARD_INPUT else ():
        key = next((name for name in header if name.casefold() == neighbour.key.casefold()), None)
        wanted = {f: c for f, c in neighbour.columns.items() if f not in deal_map.columns and own.get(f) in (None, key)}
        if key is None or not wanted or deal_map.joins:
            continue
        path = _beside(file.path, neighbour)
        if path is None:
            continue
        joins[path.stem] = Join(path, key, neighbour.match)
        form = f"{{{path.stem}.%s|{key}}}" if neighbour.key_stays else f"{path.stem}.%s"
        columns |= {name: form % column for name, column in wanted.items()}
        named = ", ".join(wanted)
        said.append(("joined", f"{named}: from {path.name} beside it, by '{key}'", 1))
    return Joined(columns, joins, said)


def _beside(path: Path, neighbour: Neighbour) -> Path | None:
    wanted = {name.casefold() for name in neighbour.files}
    try:
        return next((p for p in sorted(path.parent.iterdir()) if p.name.casefold() in wanted and p.is_file()), None)
    except OSError:
        return None
