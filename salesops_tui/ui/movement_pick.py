"""Choosing from when to when: a baseline out of four, or any two moments."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input

from salesops_tui.errors import SalesopsError
from salesops_tui.ui.base import BaseScreen
from salesops_tui.ui.dialog import Dialog
from salesops_tui.ui.fuzzy import best_first
from salesops_tui.ui.movement_window import BASELINES, Between, MovementWindow, baseline, chosen_baseline, read_between
from salesops_tui.ui.screens.picker import Picker
from salesops_tui.ui.widgets.board import Board, clip
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.fields import Fields, FieldSpec
from salesops_tui.ui.widgets.source import Key, Row, RowSource

START, END = "start", "end"
_SPECS = (
    FieldSpec(START, "From", "2026-11-16, mon, 16 nov, -7; a day means its end"),
    FieldSpec(END, "To", "the same; nothing typed is now"),
)


class BaselinePicker(Picker):
    """Gives back one of `BASELINES`."""

    QUESTION = "Count changes since when?"
    COLUMNS = (
        Column("name", "Since", 16, least=15),
        Column("moment", "", 21, least=16, rank=1),
        Column("what", "", 40, least=12, rank=2, flex=True),
    )

    def on_mount(self) -> None:
        super().on_mount()
        self.table.move_to(chosen_baseline(self.desk).what)

    def choices(self, text: str) -> RowSource[Key]:
        found = best_first(text, BASELINES.items(), lambda item: item[1][0])
        rows: dict[Key, Row] = {}
        for key, (name, what) in found:
            since = baseline(self.desk, key)
            rows[key] = Row(
                (name, (self.desk.moment(since.moment) if since else "none yet", "strong" if since else "muted"),
                 (what, "muted")),
                "" if since else "muted",
            )  # fmt: skip
        return RowSource.of(rows)


def pick_baseline(screen: BaseScreen[None], picked: Callable[[], None]) -> None:
    """Let somebody pick a baseline for all screens; `picked` is called once it is another."""

    def take(what: Key | None) -> None:
        if what is None:
            return
        if baseline(screen.desk, str(what)) is None:
            name, moment = BASELINES[str(what)]
            screen.say(
                f"nothing to count from under '{name}': there is no {moment.removeprefix('the ')} yet", "warning"
            )
            return
        screen.desk.since = str(what)
        picked()

    screen.app.push_screen(BaselinePicker(), take)


class MomentsForm(Dialog[Between]):
    """Asks for two moments, and gives them back, the earlier one first."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar = [
        Binding("tab,down", "turn", "Next field", show=False),
        Binding("shift+tab,up", "turn", "Field before", show=False),
    ]
    DEFAULT_CSS = """
    MomentsForm {
        #question, #hint { height: 1; }
        #fields { margin: 1 0; }
        &.-short #fields { margin: 0; }
    }
    """

    def __init__(self, window: MovementWindow) -> None:
        """Ask, with the moments of a window in the fields."""
        super().__init__()
        iso = self.desk.policy.calendar.iso
        self._window = window
        self._texts = {START: iso(window.start)[:16], END: "" if window.until_now else iso(window.end)[:16]}

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield Board(lambda _width: [[("Between which two moments?", "title")]], id="question")
            yield Fields((START, END), id="fields")
            yield Board(id="hint")

    def on_mount(self) -> None:
        fields = self.query_one(Fields)
        fields.show_only(_SPECS, self._texts)
        fields.focus_on(START)
        self._hint("Enter goes on, and in the last field shows it; esc leaves", "muted")

    def _hint(self, text: str, style: str) -> None:
        self.query_one("#hint", Board).show(lambda width: [clip([(text[:1].upper() + text[1:], style)], width)])

    def action_turn(self) -> None:
        """Go to the other field."""
        fields = self.query_one(Fields)
        fields.focus_on(END if fields.focused() == START else START)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        if event.input.id == START:
            self.action_turn()
            return
        texts = self.query_one(Fields).texts()
        try:
            start, end = read_between(self.desk, texts[START], texts[END])
        except SalesopsError as error:
            self._hint(str(error), "warn")
        else:
            # What is shown to the minute stays what it was where nobody has changed it.
            kept = [texts[name] == self._texts[name] for name in (START, END)]
            start = self._window.start if kept[0] else start
            self.dismiss((start, self._window.end if kept[1] and end is not None else end))
