"""One deal's page."""

from __future__ import annotations

from salesops_tui.ui.base import BaseScreen
from salesops_tui.ui.commands import DEAL


class DealScreen(BaseScreen[None]):
    """Facts, history, inspections and actions of one deal."""

    CONTEXT = DEAL

    def __init__(self, deal: str) -> None:
        """Show the deal with this CRM id."""
        super().__init__()
        self.deal = deal
