"""Cells that a spreadsheet would run as a formula: made harmless on the way out, and as they were on the way in.

A cell that starts with `=`, `+`, `-`, `@` or a control character gets an apostrophe in front. So does one that
already has apostrophes before such a start, so that taking one away always gives back what was written.
"""

from __future__ import annotations

import re

_RISKY = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*%?", re.ASCII)


def guarded(cell: str) -> str:
    """Return the cell as a spreadsheet may see it; a plain number stays as it is."""
    if _RISKY.match(cell) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def unguarded(cell: str) -> str:
    """Return the cell as it was before `guarded`."""
    return cell[1:] if _GUARDED.match(cell) else cell
