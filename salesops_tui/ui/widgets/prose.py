"""A board that is as high as what is written on it."""

from __future__ import annotations

from typing import ClassVar

from textual.geometry import Size

from salesops_tui.ui.widgets.board import Board, Writer


class Prose(Board):
    """Lines of text in the flow of a screen: what stands below moves when there are more or fewer of them.

    Beside the styles of a board there are `good-band`, `bad-band`, `warn-band` and `note-band` for whole lines.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"board--{tone}-band" for tone in ("good", "bad", "warn", "note")}
    DEFAULT_CSS = """
    Prose {
        height: auto;
        & > .board--good-band { color: $text-success; text-style: reverse bold; }
        & > .board--bad-band { color: $text-error; text-style: reverse bold; }
        & > .board--warn-band { color: $text-warning; text-style: reverse bold; }
        & > .board--note-band { color: $text-muted; text-style: reverse; }
    }
    """

    _lines_laid_out = -1

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - its face
        self._lines_laid_out = self._count(width)
        return self._lines_laid_out

    def show(self, writer: Writer) -> None:
        super().show(writer)
        height = self.styles.height
        least = self.styles.min_height
        if height is None or not height.is_auto:
            return
        floor = int(least.value) if least is not None else 0
        if not self.size.width or max(floor, self._count(self.size.width)) != max(floor, self._lines_laid_out):
            self.refresh(layout=True)

    def _count(self, width: int) -> int:
        return sum(1 for _ in self._writer(width)) if width else 0
