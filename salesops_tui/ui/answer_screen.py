"""Answering on the inspection screen: every answer is on disk before it is shown as given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual import events, on
from textual.widgets import Input

from salesops_tui.domain.inspection import AnswerDraft, AnswerValue, Verdict
from salesops_tui.errors import Conflict, SalesopsError
from salesops_tui.ui.answering import (
    EVIDENCE,
    KIND,
    MITIGATION,
    PLAN,
    RISK,
    Missing,
    amended,
    draft_of,
    field_at_fault,
    texts_of,
)
from salesops_tui.ui.sitting import Given
from salesops_tui.ui.verdict_words import Band, conflict_band, verdict_band
from salesops_tui.ui.walk_screen import WalkScreen

_GO_ON = {"y", "n", "d", "equals_sign", "asterisk", "space", "enter"}
"""Keys that only go on after a failing answer: nobody has read the next question yet."""


class AnswerScreen(WalkScreen):
    """A walk in which answers are given, with what they need typed beside them."""

    def next_deal(self, band: Band | None) -> None:
        """Go to the next deal; `band` says what has become of this one."""
        raise NotImplementedError

    # ------------------------------------------------------------------ answering

    def action_yes(self) -> None:
        """Answer yes."""
        self.answer(AnswerValue.YES)

    def action_no(self) -> None:
        """Answer no."""
        self.answer(AnswerValue.NO)

    def action_dont_know(self) -> None:
        """Answer that nobody knows."""
        self.answer(AnswerValue.DONT_KNOW)

    def action_same(self) -> None:
        """Repeat last time's answer."""
        if self.step.repeat is None:
            self.say(self.step.why_no_repeat, "warning")
        else:
            self._give([self.step.repeat])

    def action_all_same(self) -> None:
        """Repeat every yes that may still hold."""
        if drafts := self.walk.repeatable:
            self._give(drafts)
        else:
            self.say("no yes of last time can be repeated here", "warning")

    def answer(self, value: AnswerValue) -> None:
        """Give this answer to the question, or ask for what it still needs."""
        try:
            draft = draft_of(self.walk, self.step, value, {**self.fields.texts(), KIND: self.kind})
        except Missing as missing:
            self.tell(Band(str(missing), "note"))
            self.fields.focus_on(missing.field)
        else:
            self._give([draft])

    def _give(self, drafts: Sequence[AnswerDraft], *, amending: bool = False) -> None:
        if self.was_pasted():
            return
        plan = self.fields.texts().get(PLAN, "").strip()
        if self.walk.plan_due and not plan and self.walk.would_pass(drafts):
            self._wait_for_plan(drafts)
            return
        try:
            given = self.sitting.give(drafts, plan if self.walk.plan_due else "")
        except Conflict as conflict:
            self.sitting.read()
            self.tell(conflict_band(self.desk, self.walk, drafts[0], conflict))
        except SalesopsError as error:
            self._not_given(drafts[0], error)
        else:
            self._given(given, amending, plan)

    def _wait_for_plan(self, drafts: Sequence[AnswerDraft]) -> None:
        slips = self.walk.file.moves.slips
        self._pending = tuple(drafts)
        text = f"the close date has moved later {slips} times: what is the plan, step by step? Then this deal passes"
        self.tell(Band(text, "warn"))
        self.fields.focus_on(PLAN)

    def _not_given(self, draft: AnswerDraft, error: SalesopsError) -> None:
        self.sitting.read()
        self.tell(Band(str(error), "warn"))
        field = field_at_fault(self.walk, draft)
        if field in self.fields.shown() and not self.sitting.refusal:
            self.fields.focus_on(str(field))

    def _given(self, given: Given, amending: bool, plan: str) -> None:
        self.wrote()
        for draft in given.drafts:
            self._typed.given(draft.question)
        if plan and not self.walk.plan_due:
            self.note_typed(PLAN, "")
        ruling = given.after.ruling
        band = verdict_band(self.desk, replace(given, before=self._opened) if ruling.failed_questions else given)
        if band or not ruling.failed_questions:
            self._band = band
        if amending:
            self.paint()
        elif ruling.verdict is Verdict.PASSED:
            self.next_deal(band)
        else:
            self._after_answer(given.drafts[-1])

    def _after_answer(self, draft: AnswerDraft) -> None:
        self.sitting.question = draft.question
        reasoning = draft.value.failing and not draft.reason and bool(self.step.question.reasons)
        if not reasoning:
            self.sitting.turn_to_open()
        self.turn_up(reasoning=reasoning)

    # ------------------------------------------------------------------ why not

    def on_key(self, event: events.Key) -> None:
        """Take the digit of a reason, and the arrows in the field of the risk."""
        field = self.fields.focused()
        if field == RISK and event.key in ("up", "down"):
            self._choose_kind(1 if event.key == "down" else -1)
        elif field is None and self._reasoning and event.key in _GO_ON:
            self.turn_to_open()
        elif field is None and self._reasoning and event.key.isdecimal():
            self._give_reason(int(event.key))
        else:
            return
        event.stop()
        event.prevent_default()

    def _give_reason(self, number: int) -> None:
        reasons, answer = self.step.question.reasons, self.step.answer
        if answer is None or not 1 <= number <= len(reasons):
            self.say(f"the reasons are 1 to {len(reasons)}", "warning")
            return
        self._give([amended(answer, reason=reasons[number - 1].key)], amending=True)
        if self.step.answer and self.step.answer.reason:
            self.turn_to_open()

    def turn_to_open(self) -> None:
        """Go to the next question without an answer; stay where all have one."""
        self.sitting.turn_to_open()
        self.turn_up()

    def _choose_kind(self, by: int) -> None:
        keys = [kind.key for kind in self.walk.policy.risk_kinds]
        if keys:
            place = keys.index(self.kind) + by if self.kind in keys else (0 if by > 0 else -1)
            self.note_typed(KIND, keys[place % len(keys)])
            self.paint()

    @property
    def kind(self) -> str:
        """The kind of risk that is chosen, or ""."""
        return texts_of(self.walk, self.step, self._typed.of(self.walk.deal.id))[KIND]

    # ------------------------------------------------------------------ fields

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        field = event.input.id
        if field == RISK:
            self.fields.focus_on(MITIGATION)
            return
        self.set_focus(None)
        if field == PLAN:
            drafts, self._pending = self._pending, ()
            if drafts:
                self._give(drafts)
        elif field != EVIDENCE:
            self.answer(AnswerValue.YES)
        elif self.step.answer:
            self._give([amended(self.step.answer, evidence=event.value.strip())], amending=True)
        else:
            self.say("kept; now answer with y, n or d")

    def action_evidence(self) -> None:
        """Go to the field for evidence."""
        self._evidence = True
        self.paint()
        self.fields.focus_on(EVIDENCE)
