"""The ground of the inspection screen: what is shown and typed, and where somebody is. It decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import Input

from salesops_tui.domain.inspection import AnswerDraft
from salesops_tui.errors import SalesopsError, StoreProblem
from salesops_tui.services import desk as desk_service
from salesops_tui.services.walk import Step, Walk
from salesops_tui.ui.answering import KIND, PLAN, texts_of
from salesops_tui.ui.base import BaseScreen
from salesops_tui.ui.sitting import Sitting
from salesops_tui.ui.typed_texts import TypedTexts
from salesops_tui.ui.verdict_words import Band
from salesops_tui.ui.walk_view import Scene, WalkView
from salesops_tui.ui.widgets.fields import Fields

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel as Severity

_NOT_KEPT = "What you type is not kept"
_SETTLED = 0.05
"""Seconds at a question after which others are told; whoever hurries past it leaves no trace."""
_AGAIN = 3.0
"""Seconds after which what could not be kept is written again."""


class WalkScreen(BaseScreen[None]):
    """One deal's walk on the screen."""

    AUTO_FOCUS = ""  # y, n and d act until a field is asked for

    def __init__(self, deal: str, question: str = "", *, resumed: bool = False) -> None:
        """Show a deal (by its CRM id), at a question or at the first one that is open.

        `resumed` puts the cursor where a text was half typed: what is typed blindly goes on with it, and gives no
        answer.
        """
        super().__init__()
        self._resumed = resumed
        self._asked_for = (deal, question)
        self._sitting: Sitting | None = None
        self._typed = TypedTexts()
        self._waits: dict[str, Timer] = {}
        self._version = -1
        self._band: Band | None = None
        self._reasoning = False
        self._evidence = False
        self._pending: tuple[AnswerDraft, ...] = ()

    def compose(self) -> ComposeResult:
        yield WalkView(self.desk)

    def on_mount(self) -> None:
        try:
            self._sitting = Sitting(self.desk, *self._asked_for)
            self.arrive()
            if self._resumed:
                self._go_on_typing()
        except SalesopsError as error:
            self.app.notify(str(error), severity="error", markup=False)
            self.dismiss()

    # ------------------------------------------------------------------ what is shown

    @property
    def view(self) -> WalkView:
        """What the screen consists of."""
        return self.query_one(WalkView)

    @property
    def fields(self) -> Fields:
        """The lines to type into."""
        return self.view.fields

    @property
    def sitting(self) -> Sitting:
        """Where the sitting stands."""
        assert self._sitting is not None, "made when the screen was mounted"
        return self._sitting

    @property
    def walk(self) -> Walk:
        """The deal's inspection as it was last read."""
        return self.sitting.walk

    @property
    def step(self) -> Step:
        """The question that is looked at."""
        return self.sitting.step

    def arrive(self, band: Band | None = None) -> None:
        """Show a deal that was opened just now; `band` says what came before it."""
        self._opened = self.walk
        self._band = band
        self.turn_up()

    def turn_up(self, *, reasoning: bool = False) -> None:
        """Show a question that was turned to just now; `reasoning` asks why its answer failed."""
        self._reasoning, self._evidence = reasoning, False
        self._pending = ()
        self.set_focus(None)
        self.paint()
        self._soon("arrive", _SETTLED, self._be_here)

    def _go_on_typing(self) -> None:
        here = ("", self.step.question.key)
        begun = {field for (question, field), text in self.walk.typed.items() if question in here and text.strip()}
        if fields := [field for field in self.fields.shown() if field in begun]:
            self.fields.focus_on(fields[-1])

    def paint(self) -> None:
        """Show what is known now."""
        texts = texts_of(self.walk, self.step, self._typed.of(self.walk.deal.id))
        self.view.paint(
            Scene(
                self.walk,
                self.step,
                self.sitting.place(),
                texts,
                texts.get(KIND, ""),
                self._band,
                self._reasoning,
                bool(self._pending),
                self._evidence,
                self.sitting.refusal,
            )
        )

    def say(self, text: str, severity: Severity = "information") -> None:
        """Say it in the band, where the eyes are, and not in a corner."""
        self.tell(Band(text, "note" if severity == "information" else "warn"))

    def tell(self, band: Band | None) -> None:
        """Show this band from now on."""
        self._band = band
        self.paint()

    def refresh_from_store(self) -> None:
        if self._sitting is not None:
            self._sitting.read()
            self.paint()

    def wrote(self) -> None:
        """Say that this screen has written and has read again; the others do when they are seen, not on this key."""
        self.desk.own_changes += 1
        self._stamp = self.desk.stamp()

    def tick(self) -> None:
        if self._sitting is None:
            return
        self.view.pass_time(self._sitting.place())
        version = self.context.store.data_version()
        # Who is killed writes nothing: that shows in the locks of their session, and not in the store.
        if version != self._version or desk_service.has_gone(self.context, self.walk.companions):
            self._version = version
            with self.guarded():
                if self._sitting.look_around():
                    self.paint()

    # ------------------------------------------------------------------ what is typed

    @on(Input.Changed)
    def _note_typed(self, event: Input.Changed) -> None:
        self.note_typed(str(event.input.id), event.value)

    def note_typed(self, field: str, text: str) -> None:
        """Keep what was typed, a little later, so that a fast typist does not wait for the disk."""
        question = "" if field == PLAN else self.step.question.key
        self._typed.typed(self.walk.deal.id, question, field, text)
        if "keep" not in self._waits:
            self._soon("keep", TypedTexts.BEHIND, self.keep_typed)

    def keep_typed(self) -> None:
        """Write what was typed; where that fails it is said, and what was typed stays in its field."""
        self._waits.pop("keep", None)
        try:
            self._typed.keep(self.context)
        except StoreProblem as problem:
            self.tell(Band(f"{_NOT_KEPT}: {problem}", "warn"))
            self._soon("keep", _AGAIN, self.keep_typed)
        else:
            if self._band is not None and self._band.text.startswith(_NOT_KEPT):
                self.tell(None)

    # ------------------------------------------------------------------ where somebody is

    def _be_here(self) -> None:
        self._waits.pop("arrive", None)
        if self.context.store.read_only or self.walk.refusal:
            return
        try:
            self.context.prepare()
            desk_service.be_here(self.context, self.walk.deal.id, self.step.question.key, self.sitting.call)
        except StoreProblem:
            return  # an answer will say so, when it matters

    def _soon(self, name: str, seconds: float, what: object) -> None:
        if name in self._waits:
            self._waits[name].stop()
        self._waits[name] = self.set_timer(seconds, what)  # type: ignore[arg-type]

    def on_unmount(self) -> None:
        """Keep what was typed; a screen that was left takes its place along, a program that ends does not."""
        if self._sitting is None or self.context.store.read_only:
            return
        try:
            self._typed.keep(self.context)
            if self not in self.app.screen_stack:
                desk_service.leave(self.context)
        except StoreProblem:
            return  # there is no screen left to say it on; what was given is on disk
