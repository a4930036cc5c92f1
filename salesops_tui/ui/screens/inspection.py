"""The inspection: one deal after the other, one question at a time."""

from __future__ import annotations

from salesops_tui.domain.inspection import AnswerValue
from salesops_tui.services import acting
from salesops_tui.ui.answer_screen import AnswerScreen
from salesops_tui.ui.commands import INSPECTION
from salesops_tui.ui.verdict_words import Band

_ANSWERING = ("yes", "no", "dont_know", "same", "all_same", "evidence", "done", "not_done", "action")


class InspectionScreen(AnswerScreen):
    """Walks through the questions of a deal, then opens the next one of the queue."""

    CONTEXT = INSPECTION
    CSS_PATH = "inspection.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-tall")]

    def why_not(self, command_id: str) -> str | None:
        verb = command_id.partition(".")[2]
        if verb in _ANSWERING and self.sitting.refusal:
            return self.sitting.refusal
        if verb == "skip" and not self.walk.ruling.failed_questions:
            return "the other questions can be skipped only after a failure; > leaves the deal for later"
        if verb in ("done", "not_done") and not self.walk.actions:
            return "no action is open on this deal"
        return None

    # ------------------------------------------------------------------ from question to question, deal to deal

    def action_next(self) -> None:
        """Look at the next question or go to the next field."""
        self._turn(1)

    def action_previous(self) -> None:
        """Look at the question before or go to the field before."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        shown, field = self.fields.shown(), self.fields.focused()
        if field:
            self.fields.focus_on(shown[(shown.index(field) + by) % len(shown)])
        else:
            self.sitting.turn(by)
            self.turn_up()

    def action_go_on(self) -> None:
        """Accept what is proposed, or go on."""
        if self.walk.first_open is None or self.sitting.refusal:
            self.next_deal(None)
        elif self.step.answer:
            self.turn_to_open()
        elif self.step.proposed:
            self.answer(AnswerValue.YES)
        else:
            self.say("answer with y, n or d")

    def action_skip(self) -> None:
        """Leave the other questions open."""
        self.next_deal(None)

    def action_next_deal(self) -> None:
        """Open the next deal of the queue."""
        if self.sitting.next_deal() is None:
            self.say("no other deal is left to ask")
        else:
            self.next_deal(None)

    def next_deal(self, band: Band | None) -> None:
        """Open the next deal of the queue; behind the last one the call's summary."""
        self.keep_typed()
        following = self.sitting.next_deal()
        call = self.sitting.summary()
        if following is not None:
            self.sitting.open(following)
            self.arrive(band)
        elif call is not None:
            from salesops_tui.ui.screens.call_summary import CallSummaryScreen

            self.app.switch_screen(CallSummaryScreen(call))
        else:
            self.say("no deal is left to ask")

    # ------------------------------------------------------------------ what else can be done here

    def action_undo(self) -> None:
        """Take back the last decision, and go to where it was taken."""
        if self.was_pasted():
            return
        self.keep_typed()
        was = self.walk.commit
        undone = self.sitting.undo()
        self.wrote()
        now = self.walk.commit
        money = f" · Commit {self.desk.amount(was)} → {self.desk.amount(now)}" if was != now else ""
        self.arrive(Band(undone.text + money, "note"))

    def action_done(self) -> None:
        """Mark the first action as done."""
        self._close_action(True)

    def action_not_done(self) -> None:
        """Close the first action as not done."""
        self._close_action(False)

    def _close_action(self, done: bool) -> None:
        if self.was_pasted():
            return
        closed = acting.close_action(self.context, self.walk.actions[0].id, done=done)
        self.sitting.read()
        self.wrote()
        self.tell(Band(f"{'Done' if done else 'Not done'}: {closed.body} · u undoes", "note"))

    def action_action(self) -> None:
        """Put down an action."""
        from salesops_tui.ui.screens.action_form import ActionForm

        self.app.push_screen(ActionForm(self.walk.deal.key), self._action_added)

    def _action_added(self, text: str | None) -> None:
        if text:
            self.sitting.read()
            self.tell(Band(f"Agreed: {text} · u undoes", "note"))

    def action_copy(self) -> None:
        """Copy the deal as a line of text."""
        from salesops_tui.ui.export import copy_text
        from salesops_tui.ui.sheet_export import deal_line

        self.say(copy_text(self.app, deal_line(self.desk, self.walk.deal), self.desk))

    def action_facts(self) -> None:
        """Fold the facts out or in."""
        self.toggle_class("-facts")

    def action_history(self) -> None:
        """Open the deal's page."""
        from salesops_tui.ui.screens.deal import DealScreen

        self.app.push_screen(DealScreen(self.walk.deal.key))

    def peel(self) -> bool:
        if self.fields.focused() or self._pending or self._reasoning:
            self.turn_up()
            return True
        if self.has_class("-facts"):
            self.remove_class("-facts")
            return True
        return False
