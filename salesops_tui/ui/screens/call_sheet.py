"""The call sheet: the Commit deals of a scope, what to ask first, and the figures above them."""

from __future__ import annotations

from textual.app import ComposeResult

from salesops_tui.ui.base import BaseScreen
from salesops_tui.ui.commands import CALL_SHEET, footer_of
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.frame import Footer
from salesops_tui.ui.widgets.table import Table

_COLUMNS = (Column("deal", "Deal", 24, least=12, flex=True),)


class CallSheetScreen(BaseScreen[None]):
    """The first screen."""

    CONTEXT = CALL_SHEET

    def compose(self) -> ComposeResult:
        yield Table(_COLUMNS, id="deals", empty="No deals yet")
        yield Footer(footer_of(self.CONTEXT))
