"""Reading figures for a screen in a thread of their own: what has been read, and to which question."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from inspect import isgenerator
from pathlib import Path
from typing import Any, NamedTuple

from textual import on
from textual.message import Message
from textual.worker import Worker, WorkerState, get_current_worker

from salesops_tui.domain.calendar import Clock
from salesops_tui.domain.people import Person
from salesops_tui.errors import SalesopsError
from salesops_tui.services.context import Context
from salesops_tui.store.connection import open_store
from salesops_tui.ui.filtering import FilterScreen
from salesops_tui.ui.forecast_page import View

_READING = "figures"


_SMALL = 32 * 2**20
"""Bytes of a store up to which a quick view takes some ten milliseconds."""


class Answer(NamedTuple):
    """What a thread has read: of which view, to which question."""

    view: str
    question: Any
    data: Any


class FiguresRead(Message):
    """Figures of a view have been read; more of them may follow."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class Reading(NamedTuple):
    """What another thread than that of the screens needs to read a view over a connection of its own."""

    path: Path
    actor: Person | None
    clock: Clock
    read: Callable[[Context, Any], Any]
    view: str
    question: Any

    def carry_out(self, tell: Callable[[Message], object]) -> None:
        """Read, and tell what is there as soon as it is: a view may read its figures in several steps."""
        worker = get_current_worker()
        with open_store(self.path, read_only=True) as store, store.reading():
            found = self.read(Context(store, self.actor, self.clock), self.question)
            for data in found if isgenerator(found) else (found,):
                if worker.is_cancelled:
                    return
                tell(FiguresRead(Answer(self.view, self.question, data)))


class ReadingScreen(FilterScreen):
    """A screen with views whose figures are read apart.

    `known` holds by view the state of the store, the question, and what was read; `trouble` why it could not be.
    """

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, tuple[object, Any, Any]] = {}
        self.trouble = ""
        self._stamps: dict[str, object] = {}

    @abstractmethod
    def figures_came(self, answer: Answer) -> None:
        """Show what has been read, if it is what is asked for by now."""

    @abstractmethod
    def lay_out(self) -> None:
        """Show what is known."""

    def read_view(self, view: View[Any], question: Any) -> None:
        """Begin to read the figures of a view; what was being read is given up."""
        context = self.context
        if view.QUICK and context.store.path.stat().st_size <= _SMALL:
            self._read_at_once(view, question)
            return
        reading = Reading(context.store.path, context.actor, context.clock, type(view).read, view.KEY, question)
        self._stamps[view.KEY] = self.desk.stamp()
        self.trouble = ""
        self.run_worker(
            partial(reading.carry_out, self.post_message),
            name=_READING,
            group=_READING,
            exclusive=True,
            thread=True,
            exit_on_error=False,
        )

    def _read_at_once(self, view: View[Any], question: Any) -> None:
        """Read where a thread would cost more than it spares: the figures are in the first frame."""
        try:
            with self.context.store.reading():
                found = type(view).read(self.context, question)
                for data in found if isgenerator(found) else (found,):
                    self.known[view.KEY] = (self.desk.stamp(), question, data)
        except SalesopsError as error:
            self._failed(str(error))
        self.lay_out()

    def _failed(self, why: str) -> None:
        self.trouble = why[:1].upper() + why[1:]
        self.say(why, "error")

    @on(FiguresRead)
    def _figures_read(self, event: FiguresRead) -> None:
        answer = event.answer
        self.known[answer.view] = (self._stamps.get(answer.view), answer.question, answer.data)
        self.figures_came(answer)

    @on(Worker.StateChanged)
    def _reading_ended(self, event: Worker.StateChanged) -> None:
        if event.worker.name == _READING and event.state is WorkerState.ERROR:
            error = event.worker.error
            said = str(error) if isinstance(error, SalesopsError) else f"the figures could not be read: {error!r}"
            self._failed(said)
            self.lay_out()
