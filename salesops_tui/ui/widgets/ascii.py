"""The screen in ASCII, for terminals and fonts that have no symbols."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from salesops_tui.ui.present import to_ascii


class AsciiFilter(LineFilter):
    """Puts a stand-in for every symbol of whatever is painted, borders and scroll bars included.

    An app adds one and the same object to what its `get_line_filters` returns, since Textual keeps painted
    lines by filter.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - its face
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]
