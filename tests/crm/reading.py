"""Reading a file in tests as an import reads it."""

from pathlib import Path

from salesops_tui.crm.source import look_through
from salesops_tui.crm.table import Row, open_table


def read(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    """Header and rows of a file that can be read."""
    with open_table(look_through(path, path.name)) as table:
        return table.header.names, list(table.rows())


def problems(rows: list[Row]) -> list[str]:
    """Why each row cannot be taken; "" for a sound one."""
    return [str(row.problem or "") for row in rows]


def cells(path: Path) -> list[list[str]]:
    """The cells of all rows; none of them has a problem."""
    _, rows = read(path)
    assert not any(problems(rows))
    return [row.cells for row in rows]
