"""Rejected rows behind the wall of a shared box: no file is left for the caller, so they go to standard error."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from salesops_tui import wall
from salesops_tui.services.import_request import ImportReport
from salesops_tui.services.import_table import TableReport

ReportT = TypeVar("ReportT", bound=ImportReport | TableReport)

WHERE = "on standard error ('2> rejects.csv')"


def handed_over(report: ReportT) -> ReportT:
    """Return the report as it is; behind the wall, once the rejected rows have been printed instead of kept."""
    if not wall.raised() or not report.rejects_file:
        return report
    file = Path(report.rejects_file)
    text = file.read_text(encoding="utf-8-sig")
    file.unlink()
    sys.stderr.write(_for_a_terminal(text) if sys.stderr.isatty() else text)
    return replace(report, rejects_file=WHERE)


def _for_a_terminal(text: str) -> str:
    """Return rows that somebody looks at: what a file may hold, a terminal would obey."""
    from salesops_tui.ui.present import plain

    return "".join(f"{plain(line)}\n" for line in text.splitlines())
