"""A sitting: going from deal to deal of the queue and from question to question, without knowing how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.inspection import AnswerDraft
from salesops_tui.services import desk as desk_service
from salesops_tui.services.calls import current_call, is_seen
from salesops_tui.services.inspecting import AnswerRequest, InspectionResult, call_is_over, give_answers
from salesops_tui.services.queue import Queue, next_deal, read_queue
from salesops_tui.services.undo import Undone, undo_last
from salesops_tui.services.walk import Step, Walk, walk
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.walk_words import Place


@dataclass(frozen=True, slots=True)
class Given:
    """A decision that is on disk, with the deal's walk before and after it."""

    before: Walk
    after: Walk
    drafts: tuple[AnswerDraft, ...]
    result: InspectionResult


class Sitting:
    """Where somebody is in the queue of a call.

    Attributes:
        walk: the deal's inspection as it was last read.
        question: the key of the question that is looked at.
    """

    def __init__(self, desk: Desk, deal: str, question: str = "") -> None:
        self.desk = desk
        self._queue: Queue | None = None
        self._call: int | None = None
        self._over = ""
        self.open(deal, question)

    def open(self, deal: str, question: str = "") -> None:
        """Open a deal at a question, by default the first without an answer."""
        self.walk = self._read(deal)
        self.question = question if question in self.walk.keys else self.walk.first_open or self.walk.keys[0]
        self._since = self.walk.at

    def read(self) -> None:
        """Read the deal again; the question stays, where the rulebook still has it."""
        self._queue = None
        self.walk = self._read(self.walk.deal.key)
        self.question = self.step.question.key

    def _read(self, deal: str) -> Walk:
        found = walk(self.desk.context, deal, self.desk.scope, self.desk.period)
        self._over = ""
        if found.call is not None:
            self._call = found.call.id
        elif self._call is not None:
            self._over = call_is_over(self.desk.context, self._call, found.at)
        return found

    def look_around(self) -> bool:
        """Read who else is on the deal; True where that has changed."""
        found = desk_service.companions(self.desk.context, self.walk.deal.id, self.desk.context.now())
        if found == self.walk.companions:
            return False
        self.walk = replace(self.walk, companions=found)
        return True

    @property
    def step(self) -> Step:
        """The question that is looked at."""
        return self.walk.step(self.question)

    @property
    def call(self) -> int | None:
        """The call that this sitting belongs to, once there is one."""
        return self._call

    @property
    def refusal(self) -> str:
        """Why nothing can be answered here now, or ""."""
        return self.walk.refusal or self._over

    # ------------------------------------------------------------------ from question to question

    def turn(self, by: int) -> None:
        """Look at the question before or behind this one, going round."""
        keys = self.walk.keys
        self.question = keys[(keys.index(self.question) + by) % len(keys)]

    def turn_to_open(self) -> bool:
        """Look at the next question without an answer; False where all have one."""
        following = self.walk.open_after(self.question)
        self.question = following or self.question
        return following is not None

    # ------------------------------------------------------------------ deciding

    def give(self, drafts: Sequence[AnswerDraft], plan: str = "") -> Given:
        """Give answers; on return they are on disk, and the deal has been read again.

        Raises:
            SalesopsError: they were not taken; nothing was written.
        """
        before = self.walk
        seen = {draft.question: before.step(draft.question).seen for draft in drafts}
        request = AnswerRequest(before.deal.key, drafts, seen, plan, call=self._call)
        result = give_answers(self.desk.context, request)
        self._call = result.call
        self.walk = self._read(before.deal.key)
        if not result.ruling.unanswered or result.ruling.failed_questions:
            self._queue = self.queue.settled(before.deal.id)
        return Given(before, self.walk, tuple(drafts), result)

    def undo(self) -> Undone:
        """Take back the actor's last decision and open the deal that it was about.

        Raises:
            SalesopsError: there is nothing to undo.
        """
        undone = undo_last(self.desk.context)
        self._queue = None
        if undone.deal != self.walk.deal.key:
            self.open(undone.deal, undone.question)
        else:
            self.walk = self._read(undone.deal)
            self.question = undone.question or self.question
        return undone

    # ------------------------------------------------------------------ from deal to deal

    @property
    def queue(self) -> Queue:
        """The deals still to ask, in the order in which they stood when they were read."""
        if self._queue is None:
            self._queue = read_queue(self.desk.context, self.desk.scope, self.desk.period)
        return self._queue

    def next_deal(self) -> str | None:
        """Return the deal to ask after this one; None where this was the last."""
        return next_deal(self.desk.context, self.queue, self.walk.deal.id)

    def place(self) -> Place:
        """Return where the sitting stands."""
        began = self.walk.inspection.opened_at if self.walk.inspection else self._since
        now = self.desk.context.now()
        return Place(self.queue.place_of(self.walk.deal.id), Moment(now - max(began, self._since)))

    def summary(self) -> int | None:
        """Return the call whose summary comes after the last deal; None where nothing was asked."""
        if self._call is not None and is_seen(self.desk.context, self._call):
            return self._call
        call = current_call(self.desk.context)
        return call.id if call else None
