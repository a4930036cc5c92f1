"""A form at the foot of the screen: who will do what about a deal, and by when."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input

from salesops_tui.domain.calendar import Day
from salesops_tui.domain.people import UNASSIGNED, Person, folded
from salesops_tui.domain.typed_day import read_day
from salesops_tui.errors import NotFound, SalesopsError, StoreProblem
from salesops_tui.services import desk as desk_service
from salesops_tui.services.acting import add_action
from salesops_tui.services.context import Context, find_person
from salesops_tui.services.inspecting import find_deal
from salesops_tui.services.permission import colleagues
from salesops_tui.ui.base import AtDesk
from salesops_tui.ui.present import plain
from salesops_tui.ui.sheet_rows import deal_in_words
from salesops_tui.ui.typed_texts import TypedTexts
from salesops_tui.ui.widgets.board import clip
from salesops_tui.ui.widgets.fields import Fields, FieldSpec
from salesops_tui.ui.widgets.prose import Prose

WHAT, WHO, DUE = "action", "whose", "due"
_A_WEEK = 7
_SPECS = (
    FieldSpec(WHAT, "Action", "what will be done"),
    FieldSpec(WHO, "Owner", "a name, or its beginning"),
    FieldSpec(DUE, "Due", "fri, 27.11, +3; nothing: in a week, on a working day"),
)


class ActionForm(AtDesk[str | None], ModalScreen[str | None]):
    """Asks for an action and adds it; gives back what was agreed in words, None where nothing was."""

    CSS_PATH = "action_form.tcss"
    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("tab,down", "turn(1)", "Next field", show=False),
        Binding("shift+tab,up", "turn(-1)", "Field before", show=False),
    ]

    def __init__(self, deal: str) -> None:
        """Ask for an action on the deal with this CRM id."""
        super().__init__()
        self._deal = deal
        self._typed = TypedTexts()
        self._waiting = False

    def compose(self) -> ComposeResult:
        with Vertical(id="form"):
            yield Prose(id="about")
            yield Fields((WHAT, WHO, DUE), id="fields")
            yield Prose(id="hint")

    def on_mount(self) -> None:
        context = self.desk.context
        deal = find_deal(context, self._deal, context.now())
        self._number = deal.id
        name = deal_in_words(deal.account, deal.name)
        owner = context.people.get(deal.owner)
        before = {f: t for (q, f), t in desk_service.typed_before(context, deal.id).items() if not q}
        texts = {WHO: owner.name if owner and owner.key != UNASSIGNED else "", **before}
        fields = self.query_one(Fields)
        fields.show_only(_SPECS, texts)
        names = [plain(person.name) for person in colleagues(context) if person.key != UNASSIGNED]
        fields.line(WHO).suggester = SuggestFromList(names, case_sensitive=False)
        self.query_one("#about", Prose).show(lambda width: [clip([(" Action on ", "label"), (name, "title")], width)])
        self._hint("enter goes on, and in the last field adds the action; esc leaves it", "muted")
        fields.focus_on(WHAT)

    def _hint(self, text: str, style: str) -> None:
        self.query_one("#hint", Prose).show(lambda width: [clip([(f" {text[:1].upper()}{text[1:]}", style)], width)])

    # ------------------------------------------------------------------ what is typed

    @on(Input.Changed)
    def _note_typed(self, event: Input.Changed) -> None:
        self._typed.typed(self._number, "", str(event.input.id), event.value)
        if not self._waiting:
            self._waiting = True
            self.set_timer(TypedTexts.BEHIND, self._keep)

    def _keep(self) -> None:
        self._waiting = False
        try:
            self._typed.keep(self.desk.context)
        except StoreProblem as problem:
            self._hint(f"what you type is not kept: {problem}", "warn")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        if event.input.id != DUE:
            self.action_turn(1)
            return
        texts = self.query_one(Fields).texts()
        try:
            said = self._add(texts)
        except SalesopsError as error:
            self._hint(str(error), "warn")
        else:
            self.dismiss(said)

    def _add(self, texts: dict[str, str]) -> str:
        desk = self.desk
        owner = _who(desk.context, texts[WHO])
        due = read_day(texts[DUE], desk.today, ahead=True) if texts[DUE].strip() else self._in_a_week(owner)
        add_action(desk.context, self._deal, owner, due, texts[WHAT])
        desk.own_changes += 1
        for field in (WHAT, WHO, DUE):
            self._typed.typed(self._number, "", field, "")
        self._keep()
        return f"{' '.join(texts[WHAT].split())} · {owner.name}, {desk.day(due)}"

    def _in_a_week(self, owner: Person) -> Day:
        """Return a week from today, or the next day on which the owner is at work."""
        return self.desk.context.calendar.next_business_day(Day(self.desk.today + _A_WEEK), owner.region)

    # ------------------------------------------------------------------ keys

    def action_turn(self, by: int) -> None:
        """Go to another field."""
        fields = self.query_one(Fields)
        shown, field = fields.shown(), fields.focused()
        fields.focus_on(shown[(shown.index(field) + by) % len(shown)] if field else WHAT)

    def action_leave(self) -> None:
        """Leave without adding anything; what was typed stands here the next time."""
        self._keep()
        self.dismiss(None)


def _who(context: Context, text: str) -> Person:
    """Return the person whom a name, or the beginning of one name, means."""
    people = [person for person in colleagues(context) if person.key != UNASSIGNED]
    try:
        return find_person(people, text)
    except NotFound:
        begun = [p for p in people if text.strip() and p.name.casefold().startswith(text.strip().casefold())]
        begun = begun or [p for p in people if text.strip() and folded(text) in folded(p.name).split()]
        if len(begun) == 1:
            return begun[0]
        raise
