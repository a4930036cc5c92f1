"""The moment that a file describes, its source, whether it is all of it, and whose way of writing it has."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from salesops_tui.errors import SalesopsError
from salesops_tui.services.import_request import ImportRequest
from salesops_tui.ui.dialog import Dialog
from salesops_tui.ui.screens.import_file import AS_OF, FILE, FULL, SOURCE, SPECS, read_settings
from salesops_tui.ui.widgets.board import Board, clip
from salesops_tui.ui.widgets.fields import Fields, FieldSpec

DIALECT = "dialect"


class ImportSettings(Dialog[ImportRequest]):
    """Asks for what a file does not say of itself, and gives back the request with it."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,down", "turn(1)", "Next field", show=False),
        Binding("shift+tab,up", "turn(-1)", "Field before", show=False),
    ]
    DEFAULT_CSS = """
    ImportSettings {
        #question, #hint { height: 1; }
        #fields { margin: 1 0; }
        &.-short #fields { margin: 0; }
    }
    """

    def __init__(self, request: ImportRequest) -> None:
        """Ask, with what is so now in the fields."""
        super().__init__()
        self._request = request

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield Board(lambda _width: [[("What is this file?", "title")]], id="question")
            yield Fields((AS_OF, SOURCE, FULL, DIALECT), id="fields")
            yield Board(id="hint")

    def on_mount(self) -> None:
        from salesops_tui.crm.dialects import AUTO, DIALECTS

        request = self._request
        specs = [spec for spec in SPECS if spec.name != FILE]
        specs.append(FieldSpec(DIALECT, "Dialect", ", ".join((AUTO, *DIALECTS))))
        texts = {AS_OF: request.as_of or "", SOURCE: request.source, FULL: "yes" if request.full else ""}
        fields = self.query_one(Fields)
        fields.show_only(specs, texts | {DIALECT: request.dialect})
        fields.focus_on(AS_OF)
        self._hint("Enter goes on, and in the last field reads the file again; esc leaves", "muted")

    def _hint(self, text: str, style: str) -> None:
        self.query_one("#hint", Board).show(lambda width: [clip([(text[:1].upper() + text[1:], style)], width)])

    def action_turn(self, by: int) -> None:
        """Go to another field."""
        fields = self.query_one(Fields)
        shown, field = fields.shown(), fields.focused()
        fields.focus_on(shown[(shown.index(field) + by) % len(shown)] if field else AS_OF)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        if event.input.id != DIALECT:
            self.action_turn(1)
            return
        texts = self.query_one(Fields).texts()
        try:
            request = read_settings(self.desk, self._request, texts)
            self.dismiss(replace(request, dialect=_dialect(texts[DIALECT])))
        except SalesopsError as error:
            self._hint(str(error), "warn")


def _dialect(text: str) -> str:
    from salesops_tui.crm.dialects import AUTO, DIALECTS
    from salesops_tui.errors import WrongUsage

    wanted = text.strip().casefold() or AUTO
    found = [name for name in (AUTO, *DIALECTS) if name.startswith(wanted)]
    if len(found) != 1:
        raise WrongUsage(f"there is no dialect '{text.strip()}'; there are {', '.join((AUTO, *DIALECTS))}")
    return found[0]
