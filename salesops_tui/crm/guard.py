"""Cells that a spreadsheet would run as a formula: made harmless on the way out, and as they were on the way in.

A cell that starts with `=`, `+`, `-`, `@`, one of these in full width, or a control character gets an apostrophe in
front. So does one that already has apostrophes before such a start, so that taking one away always gives back what was
written.
"""

from __future__ import annotations

import re

_START = r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_RISKY = re.compile(f"'*{_START}")
_GUARDED = re.compile(f"'+{_START}")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*%?", re.ASCII)


def guarded(cell: str) -> str:
    """Return the cell as a spreadsheet may see it; a plain number stays as it is."""
    if _RISKY.match(cell) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def unguarded(cell: str) -> str:
    """Return the cell as it was before `guarded`."""
    return cell[1:] if _GUARDED.match(cell) else cell
