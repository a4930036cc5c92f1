"""Beginning to read a deal file: whose it is, where everything stands, and how its dates and amounts are meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from salesops_tui.crm.deal_map import DealMap
from salesops_tui.crm.dialect import Clues, Dialect
from salesops_tui.crm.dialects import AUTO, DIALECTS, recognise
from salesops_tui.crm.habits import find_out, settled
from salesops_tui.crm.layout import Layout, lay_out
from salesops_tui.crm.source import SourceFile
from salesops_tui.crm.table import Header, Row, Table, open_table
from salesops_tui.domain.calendar import Day
from salesops_tui.errors import BadInput

_LOOKED_AT = 200
_CHARACTERS_LOOKED_AT = 500_000
"""Of so many rows, or until so many characters, a look is taken before any is read."""

Said = tuple[str, str, int]
"""Something that a person should know: a code, words, and how often."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file whose rows can be read.

    Attributes:
        reasons: why it was taken for this dialect.
        map: the map that was given, completed by what the file itself decides: the order of dates, the decimal mark.
        notices: what a person should know before the rows.
        rows: all rows of the table, once; those that were looked at come first.
        order_kept: the file's dates do not tell what their month is, and are read as the map keeps it.
    """

    dialect: Dialect
    reasons: tuple[str, ...]
    map: DealMap
    layout: Layout
    notices: list[Said]
    rows: Iterator[Row]
    order_kept: bool = False


def begin(file: SourceFile, table: Table, deal_map: DealMap, dialect: str = AUTO, today: Day | None = None) -> Reading:
    """Find out how an open table is to be read.

    Args:
        file: where the table comes from.
        table: open, none of its rows read yet.
        deal_map: what is said about it; has the last word.
        dialect: a name of `DIALECTS`, or `AUTO`.
        today: the day that the file describes; helps to tell a day from a month.

    Raises:
        BadInput: a required field is nowhere, or the map names a column that the file does not have; if the dialect
            was forced, also what does not fit it.
    """
    rows = table.rows()
    first = _beginning(rows)
    cells = [row.cells for row in first if not row.problem]
    names = table.header.names
    best = recognise(names, cells)
    chosen = DIALECTS.get(dialect, best.dialect)
    clues = best.clues if chosen is best.dialect else chosen.clues(names, cells)
    doubt = _doubt(chosen, clues, best.dialect, best.clues)
    try:
        layout = lay_out(table.header, chosen, deal_map, file)
    except BadInput as error:
        raise (BadInput(f"{error}. {doubt}") if doubt else error) from None
    said = [*layout.said, *_repeated(table.header, layout, deal_map, first, file.name)]
    habits = find_out(layout, first, lambda: _once_more(file), today)
    layout = settled(layout, habits)
    doubts: list[Said] = [("dialect_doubtful", doubt, 1)] if doubt else []
    notices = [*doubts, *said, *habits.said]
    return Reading(chosen, clues.reasons, layout.map, layout, notices, chain(first, rows), habits.order_kept)


def _once_more(file: SourceFile) -> Iterator[Row]:
    with open_table(file) as table:
        yield from table.rows()


def _repeated(header: Header, layout: Layout, told: DealMap, rows: list[Row], name: str) -> list[Said]:
    """Say which columns are there more than once.

    Raises:
        BadInput: a field would come from one of them, and they do not say the same.
    """
    places = {column: place for place, column in enumerate(header.names)}
    for field, column in layout.columns.items():
        for other in header.repeated.get(column or "", ()) if field not in told.columns else ():
            for row in rows:
                if not row.problem and row.cells[places[column or ""]] != row.cells[places[other]]:
                    raise BadInput(
                        f"{name}, line {header.line}: '{column}' is there more than once, and both could be {field}; on"
                        f' line {row.line} they differ. Rename one of them, or take one by a map: {field} = "{other}"'
                    )
    if not header.repeated:
        return []
    named = ", ".join(f"'{column}'" for column in header.repeated)
    return [
        (
            "repeated_columns",
            f"columns that are there more than once, the later ones with a number: {named}",
            len(header.repeated),
        )
    ]


def _beginning(rows: Iterator[Row]) -> list[Row]:
    first, size = [], 0
    for row in islice(rows, _LOOKED_AT):
        first.append(row)
        size += row.size
        if size > _CHARACTERS_LOOKED_AT:
            break
    return first


def _doubt(chosen: Dialect, clues: Clues, best: Dialect, why: Clues) -> str:
    """Say what does not fit a dialect that was forced on a file, "" where it is the likeliest."""
    if chosen is best or clues.score >= why.score:
        return ""
    speaks = f"only this speaks for it: {'; '.join(clues.reasons)}" if clues.reasons else "nothing speaks for that"
    alike = "; ".join(why.reasons)
    return f"It was to be read as {chosen.title}, but {speaks}, and it looks like {best.title}: {alike}"
