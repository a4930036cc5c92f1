"""What is being typed, kept on disk at most half a second behind the keys."""

from __future__ import annotations

from collections.abc import Mapping

from salesops_tui.services import desk as desk_service
from salesops_tui.services.context import Context


class TypedTexts:
    """Texts typed on one deal since it was read, and which of them are not on disk yet."""

    BEHIND = 0.5
    """Seconds after a key in which what was typed reaches the disk."""

    def __init__(self) -> None:
        self._deal = 0
        self._texts: dict[tuple[str, str], str] = {}
        self._waiting: set[tuple[str, str]] = set()

    def of(self, deal: int) -> Mapping[tuple[str, str], str]:
        """Return what was typed on a deal, by question and field."""
        return self._texts if deal == self._deal else {}

    def typed(self, deal: int, question: str, field: str, text: str) -> None:
        """Note what stands in a field now; what was typed on another deal has to be on disk before."""
        if deal != self._deal:
            self._deal, self._texts = deal, {}
        self._texts[question, field] = text
        self._waiting.add((question, field))

    def given(self, question: str) -> None:
        """Forget the texts of a question that has been answered with them."""
        self._texts = {key: text for key, text in self._texts.items() if key[0] != question}
        self._waiting &= self._texts.keys()

    def keep(self, context: Context) -> None:
        """Write what is not on disk yet.

        Raises:
            StoreProblem: it cannot be written now; it goes on waiting.
        """
        if self._waiting:
            desk_service.keep_typed(context, self._deal, {key: self._texts[key] for key in self._waiting})
            self._waiting.clear()
