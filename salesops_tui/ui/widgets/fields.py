"""Lines to type into, each with its label, shown where a question needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from salesops_tui.domain.inspection import LONGEST_TEXT
from salesops_tui.ui.present import plain
from salesops_tui.ui.widgets.board import Board, clip


class TextLine(Input):
    """One line of text: no blinking cursor, and a paste of several lines becomes one.

    The bar at its left is there while letters go into it, and only then.
    """

    TAKES_TEXT = True
    DEFAULT_CSS = """
    TextLine, TextLine:focus {
        height: 1;
        padding: 0;
        border: none;
        border-left: blank;
        background: transparent;
    }
    TextLine:focus { border-left: vkey $accent; background: $panel; }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, select_on_focus=False, max_length=LONGEST_TEXT)
        self.cursor_blink = False

    def set_quietly(self, text: str) -> None:
        """Put a text in without telling anybody that it was typed."""
        shown = plain(text)
        if shown != self.value:
            with self.prevent(Input.Changed):
                self.value = shown
            self.cursor_position = len(shown)

    def _on_paste(self, event: events.Paste) -> None:
        left = LONGEST_TEXT - len(self.value) + len(self.selected_text)
        line = plain(" ".join(event.text[: 4 * LONGEST_TEXT].split()))[:left]
        if self.selection.is_empty:
            self.insert_text_at_cursor(line)
        else:
            self.replace(line, *self.selection)
        event.stop()
        event.prevent_default()


class FieldSpec(NamedTuple):
    """A field: its name, its label, and what is said in it while it is empty."""

    name: str
    label: str
    hint: str = ""


class Field(Horizontal):
    """A label, a line to type into, and a chip at its end."""

    LABEL = 12
    DEFAULT_CSS = """
    Field {
        height: 1;
        display: none;
        & > .label { width: 12; }
        & > TextLine { width: 1fr; }
        & > .chip { width: 0; }
    }
    """

    def __init__(self, name: str) -> None:
        super().__init__(id=f"field-{name}")
        self._label = Board(classes="label")
        self.line = TextLine(id=name)
        self._chip = Board(classes="chip")

    def compose(self) -> ComposeResult:
        yield self._label
        yield self.line
        yield self._chip

    def describe(self, spec: FieldSpec) -> None:
        """Take the label and the hint of a question."""
        self._label.show(lambda width: [clip([(f" {spec.label}", "label")], width)])
        self.line.placeholder = plain(spec.hint)

    def set_chip(self, text: str, style: str = "accent") -> None:
        """Show a few words at the end of the line; none for ""."""
        self._chip.styles.width = len(text) + 2 if text else 0
        self._chip.show(lambda width: [clip([(f" {text}", style)], width)])


class Fields(Vertical):
    """The fields of a question. They are made once; a question shows those that it needs."""

    DEFAULT_CSS = """
    Fields { height: auto; }
    """

    def __init__(self, names: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._fields = {name: Field(name) for name in names}

    def compose(self) -> ComposeResult:
        yield from self._fields.values()

    def show_only(self, specs: Sequence[FieldSpec], texts: Mapping[str, str]) -> None:
        """Show these fields with these texts, and no others; a field that has the focus keeps what is in it."""
        shown = {spec.name: spec for spec in specs}
        for name, field in self._fields.items():
            field.display = name in shown
            if name in shown:
                field.describe(shown[name])
            if not field.line.has_focus:
                field.line.set_quietly(texts.get(name, ""))

    def texts(self) -> dict[str, str]:
        """Return what stands in the fields that are shown."""
        return {name: field.line.value for name, field in self._fields.items() if field.display}

    def shown(self) -> list[str]:
        """Return the names of the fields that are shown, in their order."""
        return [name for name, field in self._fields.items() if field.display]

    def focused(self) -> str | None:
        """Return the name of the field that has the focus, or None."""
        return next((name for name, field in self._fields.items() if field.line.has_focus), None)

    def focus_on(self, name: str) -> None:
        """Put the cursor at the end of a field."""
        line = self._fields[name].line
        line.focus(scroll_visible=False)
        line.cursor_position = len(line.value)

    def line(self, name: str) -> TextLine:
        """Return the line of a field."""
        return self._fields[name].line

    def chip(self, name: str, text: str, style: str = "accent") -> None:
        """Show a few words at the end of a field."""
        self._fields[name].set_chip(text, style)
