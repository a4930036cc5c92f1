"""What is being typed, kept on disk at most half a second behind the keys."""

from __future__ import annotations

from collections.abc import Mapping

from salesops_tui.services import desk as desk_service
from salesops_tui.services.context import Context


class TypedTexts:
    """Texts of one deal that have changed since they were last kept."""

    BEHIND = 0.5
    """Seconds after a key in which what was typed reaches the disk."""

    def __init__(self) -> None:
        self._deal = 0
        self._waiting: dict[tuple[str, str], str] = {}

    def waiting_for(self, deal: int) -> Mapping[tuple[str, str], str]:
        """Return what is not on disk yet of a deal, by question and field."""
        return self._waiting if deal == self._deal else {}

    def typed(self, deal: int, question: str, field: str, text: str) -> None:
        """Note what stands in a field now; what another deal left behind has to be kept before."""
        self._deal = deal
        self._waiting[question, field] = text

    def given(self, question: str) -> None:
        """Forget the texts of a question that has been answered with them."""
        self._waiting = {key: text for key, text in self._waiting.items() if key[0] != question}

    def keep(self, context: Context) -> None:
        """Write what is waiting.

        Raises:
            StoreProblem: it cannot be written now; it goes on waiting.
        """
        if self._waiting:
            desk_service.keep_typed(context, self._deal, self._waiting)
            self._waiting = {}
