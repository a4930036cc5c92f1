"""One deal's page: how it stands and why, what is on file, what is agreed, who said what, and all that has changed."""

from __future__ import annotations

from textual.app import ComposeResult

from salesops_tui.errors import SalesopsError
from salesops_tui.services.biography import Biography, biography
from salesops_tui.services.inspecting import may_inspect
from salesops_tui.ui.base import BaseScreen
from salesops_tui.ui.commands import DEAL, footer_of
from salesops_tui.ui.deal_rows import COLUMNS, as_text, head_lines, page, source_of
from salesops_tui.ui.widgets.frame import Footer
from salesops_tui.ui.widgets.prose import Prose
from salesops_tui.ui.widgets.table import Table


class DealScreen(BaseScreen[None]):
    """Shows one deal, and leads to its inspection."""

    CONTEXT = DEAL
    CSS_PATH = "deal.tcss"

    def __init__(self, deal: str) -> None:
        """Show the deal with this CRM id."""
        super().__init__()
        self._key = deal
        self._story: Biography | None = None

    def compose(self) -> ComposeResult:
        yield Prose(id="head")
        yield Table(COLUMNS, titles=False, id="page")
        yield Footer(footer_of(self.CONTEXT))

    def on_mount(self) -> None:
        try:
            self.refresh_from_store()
        except SalesopsError as error:
            self.app.notify(str(error), severity="error", markup=False)
            self.dismiss()

    def refresh_from_store(self) -> None:
        story = self._story = biography(self.context, self._key)
        self.query_one("#head", Prose).show(lambda width: head_lines(self.desk, story, width))
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        if self._story is not None:
            # The table is as wide as the screen, less its scroll bar.
            self.query_one("#page", Table).source = source_of(page(self.desk, self._story), self.app.size.width - 1)

    @property
    def story(self) -> Biography:
        """What is shown."""
        assert self._story is not None, "read when the screen was mounted"
        return self._story

    # ------------------------------------------------------------------ commands

    def why_not(self, command_id: str) -> str | None:
        if command_id == "deal.inspect":
            return may_inspect(self.context, self.story.deal)
        return None

    def action_inspect(self) -> None:
        """Walk through the questions of this deal."""
        from salesops_tui.ui.screens.inspection import InspectionScreen

        below = self.app.screen_stack[-2]
        if isinstance(below, InspectionScreen) and below.walk.deal.key == self._key:
            self.dismiss()
        else:
            self.app.push_screen(InspectionScreen(self._key))

    def action_action(self) -> None:
        """Put down an action."""
        from salesops_tui.ui.screens.action_form import ActionForm

        self.app.push_screen(ActionForm(self._key), self._action_added)

    def _action_added(self, text: str | None) -> None:
        if text:
            self.changed()
            self.say(f"Agreed: {text}")

    def action_copy(self) -> None:
        """Copy the page as text."""
        from salesops_tui.ui.export import copy_text

        self.say(copy_text(self.app, as_text(self.desk, self.story), self.desk))

    def action_export(self) -> None:
        """Write the page to a file."""
        from salesops_tui.ui.export import write_export

        self.say(f"written to {write_export('deal', 'txt', as_text(self.desk, self.story), self.desk)}")
