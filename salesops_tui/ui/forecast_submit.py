"""Submitting a number of one's own: an amount, a note, and a reason for each deal that was marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input

from salesops_tui.domain.calendar import Period
from salesops_tui.domain.people import Scope
from salesops_tui.errors import SalesopsError, WrongUsage
from salesops_tui.services.manager_number import JudgmentRequest, NumberRequest
from salesops_tui.services.manager_number import submit_number as submit
from salesops_tui.store.deals import deals_by_number
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.dialog import Dialog
from salesops_tui.ui.forecast_amounts import typed_amount
from salesops_tui.ui.forecast_what_if import WhatIf
from salesops_tui.ui.sheet_head import period_in_words
from salesops_tui.ui.sheet_rows import deal_in_words
from salesops_tui.ui.widgets.board import Board, Line, clip
from salesops_tui.ui.widgets.fields import Fields, FieldSpec
from salesops_tui.ui.widgets.prose import Prose

if TYPE_CHECKING:
    from salesops_tui.ui.screens.forecast import ForecastScreen

AMOUNT, NOTE = "amount", "note"
_MOST = 8
REASONS = tuple(f"reason{n}" for n in range(_MOST))


class Judged(NamedTuple):
    """A marked deal: its CRM id, what it is called, its amount, and whether it is put in."""

    key: str
    name: str
    amount: int
    puts_in: bool


def submit_number(screen: ForecastScreen) -> None:
    """Ask for a number over the scope and quarter that are seen, and submit it."""
    desk = screen.desk
    judged = _marked(screen)
    if len(judged) > _MOST:
        raise WrongUsage(f"{len(judged)} deals are marked; a number names at most {_MOST} on this screen")

    def submitted(text: str | None) -> None:
        if text:
            screen.forget_marks()
            screen.changed()
            screen.say(text)

    screen.app.push_screen(NumberForm(desk.scope, screen.period, judged), submitted)


def _marked(screen: ForecastScreen) -> list[Judged]:
    view = screen.view_of("what_if")
    if not isinstance(view, WhatIf):
        return []
    context = screen.context
    chosen = dict(view.judged())
    deals = deals_by_number(context.store.conn, chosen, context.now(), current=True)
    return [
        Judged(deals[n].key, deal_in_words(deals[n].account, deals[n].name), deals[n].amount, puts_in)
        for n, puts_in in chosen.items()
        if n in deals
    ]


class NumberForm(Dialog[str]):
    """Asks for a number, and submits it; gives back what was submitted in words."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar = [
        Binding("tab,down", "turn(1)", "Next field", show=False),
        Binding("shift+tab,up", "turn(-1)", "Field before", show=False),
    ]
    DEFAULT_CSS = """
    NumberForm {
        #hint { height: 1; }
        #fields { margin: 1 0; }
        &.-short #fields { margin: 0; }
    }
    """

    def __init__(self, scope: Scope, period: Period, judged: Sequence[Judged]) -> None:
        """Ask for the number of a scope and period, with the deals that were marked."""
        super().__init__()
        self._scope, self._period, self._judged = scope, period, judged

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield Prose(self._about, id="about")
            yield Fields((AMOUNT, NOTE, *REASONS[: len(self._judged)]), id="fields")
            yield Board(id="hint")

    def on_mount(self) -> None:
        fields = self.query_one(Fields)
        fields.show_only(self._specs(), {})
        fields.focus_on(AMOUNT)
        self._hint("Enter goes on, and in the last field submits it; esc leaves", "muted")

    def _specs(self) -> list[FieldSpec]:
        change = sum(j.amount if j.puts_in else -j.amount for j in self._judged)
        with_ = f", {self.desk.amount(change, signed=True)} for the marked deals" if self._judged else ""
        specs = [
            FieldSpec(AMOUNT, "Amount", f"1.35M, 640k; nothing typed is Closed + Commit{with_}"),
            FieldSpec(NOTE, "Note", "what you know that the figures do not"),
        ]
        for name, one in zip(REASONS, self._judged, strict=False):
            specs.append(FieldSpec(name, "Why in" if one.puts_in else "Why out", f"{one.name}: why?"))
        return specs

    def _about(self, width: int) -> Sequence[Line]:
        desk = self.desk
        lines: list[Line] = [
            clip([(f"Your number for {self._scope.name}, {period_in_words(self._period)}", "title")], width)
        ]
        for one in self._judged:
            amount = one.amount if one.puts_in else -one.amount
            mark = "in " if one.puts_in else "out"
            lines.append(clip([(f"{mark} {desk.amount(amount, signed=True):>7} ", "label"), one.name], width))
        return lines

    def _hint(self, text: str, style: str) -> None:
        self.query_one("#hint", Board).show(lambda width: [clip([(text[:1].upper() + text[1:], style)], width)])

    def action_turn(self, by: int) -> None:
        """Go to another field."""
        fields = self.query_one(Fields)
        shown, field = fields.shown(), fields.focused()
        fields.focus_on(shown[(shown.index(field) + by) % len(shown)] if field else AMOUNT)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        fields = self.query_one(Fields)
        if event.input.id != fields.shown()[-1]:
            self.action_turn(1)
            return
        texts = fields.texts()
        blank = next((name for name in REASONS[: len(self._judged)] if not texts[name].strip()), None)
        if blank is not None:
            fields.focus_on(blank)
            self._hint("A judgment has a reason: say why", "warn")
            return
        try:
            said = self._submit(self.desk, texts)
        except SalesopsError as error:
            self._hint(str(error), "warn")
        else:
            self.dismiss(said)

    def _submit(self, desk: Desk, texts: dict[str, str]) -> str:
        judgments = [
            JudgmentRequest(one.key, one.puts_in, texts[name]) for name, one in zip(REASONS, self._judged, strict=False)
        ]
        typed = texts[AMOUNT].strip()
        amount = typed_amount(typed, desk.policy.currency) if typed else None
        number = submit(desk.context, NumberRequest(self._scope, self._period, amount, texts[NOTE], judgments))
        return f"Submitted: {desk.exact(number.amount)} for {self._scope.name}, {period_in_words(self._period)}"
