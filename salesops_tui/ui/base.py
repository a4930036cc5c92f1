"""What all screens have in common: the registry's keys, errors in one line, and a store that changes under them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual.binding import Binding
from textual.screen import Screen

from salesops_tui import wall
from salesops_tui.errors import SalesopsError
from salesops_tui.services.context import Context
from salesops_tui.ui import present
from salesops_tui.ui.commands import BY_ID, EVERYWHERE, LIST, commands_of, shown_key

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel as Severity

    from salesops_tui.ui.app import SalesopsApp
    from salesops_tui.ui.desk import Desk

ResultT = TypeVar("ResultT")


INKS = ("title", "label", "key", "muted", "good", "warn", "bad", "strong", "accent", "band")
"""The names of the styles in which text is written, wherever it is not a table's."""


class AtDesk(Screen[ResultT]):
    """A screen or dialog of the program: it knows the session, and shows an error as one line.

    It has the class `-wide` or `-narrow`, and `-tall` or `-short`, by the size of the terminal.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (116, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]
    COMPONENT_CLASSES = {f"ink--{name}" for name in INKS}
    DEFAULT_CSS = """
    AtDesk {
        & > .ink--title, & > .ink--strong { text-style: bold; }
        & > .ink--key { color: $text-accent; text-style: bold; }
        & > .ink--label, & > .ink--muted { color: $text-muted; }
        & > .ink--good { color: $text-success; }
        & > .ink--warn { color: $text-warning; }
        & > .ink--bad { color: $text-error; }
        & > .ink--accent { color: $text-accent; }
        & > .ink--band { text-style: reverse; }
        &:ansi > .ink--label, &:ansi > .ink--muted { text-style: dim; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        # Textual looks at the size only after the first layout, which would then have to be done again.
        fits = [*self._reached(self.app.size.width, self.HORIZONTAL_BREAKPOINTS)]
        fits += self._reached(self.app.size.height, self.VERTICAL_BREAKPOINTS)
        super().__init__(id=id, classes=" ".join([*fits, classes or ""]).strip())

    @staticmethod
    def _reached(extent: int, steps: list[tuple[int, str]] | None) -> list[str]:
        return [name for least, name in sorted(steps or ()) if extent >= least][-1:]

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

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Show what is refused or has failed inside as one line, and go on."""
        try:
            yield
        except SalesopsError as error:
            self.say(str(error), "error")

    def say(self, text: str, severity: Severity = "information") -> None:
        """Show a line for some seconds; the text is plain, whatever it holds."""
        shown = present.plain(text)
        self.app.clear_notifications()
        self.app.notify(shown[:1].upper() + shown[1:], severity=severity, markup=False)

    def changed(self) -> None:
        """Say that this session has written to the store: every screen reads again."""
        self.salesops.changed()

    def was_pasted(self, *, whole: bool = False) -> bool:
        """Say no to a decision whose key came amid pasted text, and let go of the rest of that text.

        With `whole` also to a key that came at once with the one that opened this screen.
        """
        keys = self.salesops.drop_pasted(self.letters(), whole=whole)
        if keys:
            self.say(f"{keys} keys came at once, as pasted text does: nothing was decided by them", "warning")
        return keys > 0

    def letters(self) -> Collection[str]:
        """Return the letters and signs that are commands here."""
        return ()


class BaseScreen(AtDesk[ResultT]):
    """A screen whose commands come from the registry.

    A subclass names its `CONTEXT` and has a method `action_<action>` for each command of it. Where a command cannot
    be carried out now, `why_not` says why.
    """

    CONTEXT: ClassVar[str] = EVERYWHERE

    def __init_subclass__(cls, **options: Any) -> None:
        if "CONTEXT" in cls.__dict__:
            cls.BINDINGS = [
                Binding(command.keys, f"run('{command.id}')", command.title, show=False, id=command.id)
                for command in commands_of(cls.CONTEXT)
                if command.action
            ]
        super().__init_subclass__(**options)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._stamp: object = self.desk.stamp()

    def look(self, stamp: object) -> None:
        """Read again if the store or the day is another than when this screen last read."""
        self.tick()
        if stamp != self._stamp:
            self._stamp = stamp
            with self.guarded():
                self.refresh_from_store()

    def on_screen_resume(self) -> None:
        """What changed while another screen lay on this one is read when this one is seen again."""
        if self.is_mounted:
            self.salesops.look()
            self.seen_again()

    def letters(self) -> Collection[str]:
        keys = (shown_key(key) for command in commands_of(self.CONTEXT) for key in command.keys.split(","))
        return {key for key in keys if len(key) == 1} | set(" 123456789")

    # ------------------------------------------------------------------ what a screen may say of itself

    def why_not(self, command_id: str) -> str | None:  # noqa: ARG002 - its face
        """Return why a command cannot be carried out now, in one sentence; None where it can."""
        return None

    def action_person(self) -> None:
        """Choose whose deals are shown."""
        from salesops_tui.ui.screens.person_picker import PersonPicker

        self.app.push_screen(PersonPicker(), self._person_chosen)

    def _person_chosen(self, number: int | str | None) -> None:
        if number is None:
            return
        from salesops_tui.services.context import scope_seen

        person = self.context.people.get(int(number))
        with self.guarded():
            self.desk.scope = scope_seen(self.context, person, self.context.now(), totals=True)
            self.scope_chosen()

    def scope_chosen(self) -> None:
        """Show another person's deals, once one was chosen."""
        self.changed()

    def refresh_from_store(self) -> None:
        """Read again what is shown, because it may have changed; the cursor stays where it is."""

    def seen_again(self) -> None:
        """Do what is due when a screen that lay on this one has been left."""

    def tick(self) -> None:
        """Show what a second more has changed; called every second, so next to nothing may happen here."""

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

    # ------------------------------------------------------------------ commands of everywhere

    def action_call_sheet(self) -> None:
        """Go to the call sheet."""
        self.salesops.go_to_sheet()

    def action_movement(self) -> None:
        """Go to how Commit moved."""
        self.salesops.go_to_movement()

    def action_forecast(self) -> None:
        """Go to the forecast."""
        self.salesops.go_to_forecast()

    def action_calls(self) -> None:
        """Go to the list of calls."""
        self.salesops.go_to_calls()

    def action_imports(self) -> None:
        """Go to the list of imports."""
        self.context.as_ops("the list of imports")
        self.salesops.go_to_imports()

    def action_import(self) -> None:
        """Bring in a file of deals; behind the wall of a shared box, say how."""
        self.context.as_ops("an import")
        if wall.raised():
            from salesops_tui.ui.screens.import_outside import ImportOutside

            self.app.push_screen(ImportOutside())
            return
        from salesops_tui.ui.screens.import_file import ImportFileScreen

        self.app.push_screen(ImportFileScreen())

    def action_undo(self) -> None:
        """Take back the actor's last decision in an open call, by name."""
        from salesops_tui.services.undo import undo_last

        if self.was_pasted():
            return
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
        from salesops_tui.ui.screens.palette import Help

        self.app.push_screen(Help(self.CONTEXT), self._run_chosen)

    def action_palette(self) -> None:
        """Find a command by its name."""
        from salesops_tui.ui.screens.palette import Palette

        self.app.push_screen(Palette(self.CONTEXT), self._run_chosen)

    async def _run_chosen(self, command_id: int | str | None) -> None:
        if command_id is None:
            return
        command = BY_ID[str(command_id)]
        if command in commands_of(self.CONTEXT) and command.action:
            await self.action_run(command.id)
        elif command.context == LIST:
            self.app.simulate_key(command.keys.partition(",")[0])
        else:
            from salesops_tui.ui.screens.palette import where_it_works

            self.say(where_it_works(command.id), "warning")

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
