"""How Commit moved: the waterfall between two moments, the deals behind each of its lines, and the weeks below it."""

from __future__ import annotations

from textual import on

from salesops_tui.ui.movement_screen import MovementGround
from salesops_tui.ui.movement_view import NOTHING, RESIDUAL
from salesops_tui.ui.movement_window import Asked, Between, stepped
from salesops_tui.ui.widgets.messages import Opened

_NOTHING_BEHIND = "there are no deals behind this line"


class MovementScreen(MovementGround):
    """The movement screen, and what can be done on it."""

    CSS_PATH = "movement.tcss"

    def why_not(self, command_id: str) -> str | None:
        if command_id == "movement.open":
            if self.line is not None and not self.shown and self.line.key.startswith((RESIDUAL, NOTHING)):
                return _NOTHING_BEHIND
            if self.shown and self.shown.crm_id(self.deals.key) is None:
                return "no deal is under the cursor"
        if command_id == "movement.by_question" and self.gross:
            return "questions are told apart in the net lines; v goes back to them"
        if command_id == "movement.by_question" and not self.view.failed_parts:
            return "no deal left Commit by a failed inspection between these moments"
        return None

    def peel(self) -> bool:
        return self.close_line()

    # ------------------------------------------------------------------ into the depth

    @on(Opened)
    async def _entered(self) -> None:
        await self.action_run("movement.open")

    def action_open(self) -> None:
        """Open the deals of the line under the cursor, or the page of the deal."""
        if self.shown is not None:
            from salesops_tui.ui.screens.deal import DealScreen

            deal = self.shown.crm_id(self.deals.key)
            if deal is not None:
                self.app.push_screen(DealScreen(deal))
        elif self.line is not None and not self.open_line(self.line.key):
            self.say(_NOTHING_BEHIND, "warning")

    def action_by_question(self) -> None:
        """Fold the failed inspections out by question, or in again."""
        self.by_question = not self.by_question
        self.lay_out()

    def action_gross(self) -> None:
        """Count every entry and exit for itself, or what they come to."""
        self.close_line()
        self.gross = not self.gross
        self.lay_out()

    # ------------------------------------------------------------------ from when to when

    def action_before(self) -> None:
        """Show the week before."""
        self._look_at(stepped(self.desk, self.asked, self.window, -1))

    def action_after(self) -> None:
        """Show the week after."""
        self._look_at(stepped(self.desk, self.asked, self.window, 1))

    def _look_at(self, asked: Asked) -> None:
        self.asked = asked
        self.refresh_from_store()

    def action_baseline(self) -> None:
        """Choose since when changes are counted, here and on the call sheet."""
        from salesops_tui.ui.movement_pick import pick_baseline

        pick_baseline(self, self._since_baseline)

    def _since_baseline(self) -> None:
        self.asked = Asked()
        self.changed()

    def action_between(self) -> None:
        """Choose any two moments."""
        from salesops_tui.ui.movement_pick import MomentsForm

        self.app.push_screen(MomentsForm(self.window), self._moments_chosen)

    def _moments_chosen(self, between: Between | None) -> None:
        if between is not None:
            with self.guarded():
                self._look_at(Asked(between=between))

    # ------------------------------------------------------------------ taking it along

    def action_export(self) -> None:
        """Write the movement to a Markdown and a CSV file; the deals of a line to a CSV file."""
        from salesops_tui.ui.export import write_export
        from salesops_tui.ui.movement_export import deals_csv, movement_csv, movement_markdown

        if self.shown is not None:
            path = write_export("movement-deals", "csv", deals_csv(self.shown), self.desk)
            self.say(f"{len(self.shown.parts):,} rows written to {path}")
            return
        text = write_export("movement", "md", movement_markdown(self.view, self.window), self.desk)
        table = write_export("movement", "csv", movement_csv(self.view), self.desk)
        self.say(f"written to {text}, and the deals to {table}")

    def action_copy(self) -> None:
        """Copy the lines as text; among deals, the deal under the cursor."""
        from salesops_tui.ui.export import copy_text
        from salesops_tui.ui.movement_export import deal_text, movement_text

        if self.shown is None:
            text = movement_text(self.view, self.window)
        elif not (text := deal_text(self.desk, self.shown, self.deals.key)):
            self.say("no deal is under the cursor", "warning")
            return
        self.say(copy_text(self.app, text, self.desk))
