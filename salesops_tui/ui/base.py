"""What all screens have in common: the registry's keys, errors in one line, and a store that changes under them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual.binding import Binding
from textual.screen import Screen

from salesops_tui.errors import SalesopsError
from salesops_tui.services.context import Context
from salesops_tui.ui import present
from salesops_tui.ui.commands import BY_ID, EVERYWHERE, commands_of

if TYPE_CHECKING:
    from salesops_tui.ui.app import SalesopsApp
    from salesops_tui.ui.desk import Desk

ResultT = TypeVar("ResultT")


class BaseScreen(Screen[ResultT]):
    """A screen whose commands come from the registry.

    A subclass names its `CONTEXT` and has a method `action_<action>` for each command of it. Where a command cannot
    be carried out now, `why_not` says why.
    """

    CONTEXT: ClassVar[str] = EVERYWHERE

    def __init_subclass__(cls, **options: Any) -> None:
        cls.BINDINGS = [
            Binding(command.keys, f"run('{command.id}')", command.title, show=False, id=command.id)
            for command in commands_of(cls.CONTEXT)
            if command.action
        ]
        super().__init_subclass__(**options)

    # ------------------------------------------------------------------ what a screen is given

    @property
    def salesops(self) -> SalesopsApp:
        """The program."""
        return cast("SalesopsApp", self.app)

    @property
    def desk(self) -> Desk:
        """The session: store, scope, period, and amounts and days in words."""
        return self.salesops.desk

    @property
    def context(self) -> Context:
        """What every service is given."""
        return self.desk.context

    # ------------------------------------------------------------------ what a screen may say of itself

    def why_not(self, command_id: str) -> str | None:  # noqa: ARG002 - its face
        """Return why a command cannot be carried out now, in one sentence; None where it can."""
        return None

    def refresh_from_store(self) -> None:
        """Read again what is shown, because it may have changed; the cursor stays where it is."""

    def peel(self) -> bool:
        """Take away the topmost layer of this screen (a filter, a panel); False where there is none."""
        return False

    # ------------------------------------------------------------------ carrying out

    async def action_run(self, command_id: str) -> None:
        """Carry out a command of the registry, or say why not; a refusal is one line and ends nothing."""
        if why := self.why_not(command_id):
            self.say(why, "warning")
            return
        with self.guarded():
            result = getattr(self, f"action_{BY_ID[command_id].action}")()
            if isawaitable(result):
                await result

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Show what is refused or has failed inside as one line, and go on."""
        try:
            yield
        except SalesopsError as error:
            self.say(str(error), "error")

    def say(self, text: str, severity: str = "information") -> None:
        """Show a line for some seconds; the text is plain, whatever it holds."""
        shown = present.plain(text)
        self.app.notify(shown[:1].upper() + shown[1:], severity=severity, markup=False)  # type: ignore[arg-type]

    def changed(self) -> None:
        """Say that this session has written to the store: every screen reads again."""
        self.salesops.changed()

    # ------------------------------------------------------------------ commands of everywhere

    def action_call_sheet(self) -> None:
        """Go to the call sheet."""
        self.salesops.go_to_sheet()

    async def action_calls(self) -> None:
        """Go to the list of calls."""
        await self.salesops.go_to("calls")

    def action_undo(self) -> None:
        """Take back the actor's last decision in an open call, by name."""
        from salesops_tui.services.undo import undo_last

        undone = undo_last(self.context)
        self.changed()
        self.say(undone.text)

    def action_export(self) -> None:
        """Write what is on the screen to a file."""
        self.say("There is nothing on this screen to export", "warning")

    def action_copy(self) -> None:
        """Copy what is under the cursor."""
        self.say("There is nothing here to copy", "warning")

    def action_help(self) -> None:
        """List all commands."""
        self.salesops.ask_for_command("help")

    def action_palette(self) -> None:
        """Find a command by its name."""
        self.salesops.ask_for_command("palette")

    def action_back(self) -> None:
        """Leave one layer."""
        if self.peel():
            return
        if len(self.app.screen_stack) > 1:
            self.dismiss()
        else:
            self.say("q leaves the program; everything is saved")

    def action_quit(self) -> None:
        """Leave the program."""
        self.app.exit()
