"""The screens on a shared screen: they change nothing, and go where another session goes."""

from __future__ import annotations

from salesops_tui.domain.people import Person
from salesops_tui.errors import SalesopsError
from salesops_tui.services.context import Context
from salesops_tui.services.presenting import Followed, followed
from salesops_tui.store.masking import hidden
from salesops_tui.ui import present
from salesops_tui.ui.app import SalesopsApp

_LOOK_EVERY = 0.5


class PresenterApp(SalesopsApp):
    """Follows a session: the deal and the question at which it is, within a second."""

    def __init__(self, context: Context, person: Person | None = None, *, ascii_only: bool | None = None) -> None:
        """Follow a person's session; None is the actor's own other one, else whoever is on a deal."""
        super().__init__(context, ascii_only=ascii_only)
        present.mask_amounts(hidden("amounts"))
        self._person = person
        self._followed: Followed | None = None

    def on_mount(self) -> None:
        """Begin to follow; the program's own handler runs beside this one."""
        self.set_interval(_LOOK_EVERY, self.follow)
        self.call_after_refresh(self.follow)
        masked = [what for what in ("names", "amounts") if hidden(what)]
        said = f"; {' and '.join(masked)} are masked" if masked else ""
        self.notify(f"For a shared screen: nothing can be changed here{said}", markup=False)

    def follow(self) -> None:
        """Go where the session has gone since the last look; keys may lead elsewhere until it moves again."""
        try:
            place = followed(self.desk.context, self._person)
        except SalesopsError:
            return  # the look at the store says so
        if place == self._followed:
            return
        before, self._followed = self._followed, place
        if place is None:
            self.go_to_sheet()
        elif before is None or before.deal != place.deal or not self._turn_to(place):
            from salesops_tui.ui.screens.inspection import InspectionScreen

            self.go_to_sheet()
            self.push_screen(InspectionScreen(place.deal, place.question))

    def _turn_to(self, place: Followed) -> bool:
        """Turn to a question of the deal that is shown; False where another screen is."""
        from salesops_tui.ui.screens.inspection import InspectionScreen

        screen = self.screen
        if not (isinstance(screen, InspectionScreen) and screen.walk.deal.key == place.deal):
            return False
        if place.question in screen.walk.keys and place.question != screen.sitting.question:
            screen.sitting.question = place.question
            screen.turn_up()
        return True
