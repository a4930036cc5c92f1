"""The one list of commands: what hangs on it is complete, and there is no second list."""

from itertools import combinations
from pathlib import Path

import pytest
from textual.binding import Binding

from salesops_tui.ui.base import BaseScreen
from salesops_tui.ui.commands import (
    BY_ID,
    CALL_SHEET,
    CALLS,
    COMMANDS,
    CONTEXTS,
    DEAL,
    EVERYWHERE,
    FIELD,
    INSPECTION,
    LIST,
    MOST_IN_FOOTER,
    MOVEMENT,
    SUMMARY,
    Command,
    commands_of,
    footer_of,
    key_page,
)
from salesops_tui.ui.forecast_commands import FORECAST
from salesops_tui.ui.import_commands import IMPORT, IMPORT_FILE, IMPORT_LIST, IMPORT_PAGE, IMPORTS
from salesops_tui.ui.screens.call_sheet import CallSheetScreen
from salesops_tui.ui.screens.call_summary import CallSummaryScreen
from salesops_tui.ui.screens.calls import CallsScreen
from salesops_tui.ui.screens.deal import DealScreen
from salesops_tui.ui.screens.forecast import ForecastScreen
from salesops_tui.ui.screens.import_file import ImportFileScreen
from salesops_tui.ui.screens.import_list import ImportListScreen
from salesops_tui.ui.screens.import_page import ImportPageScreen
from salesops_tui.ui.screens.importing import ImportScreen
from salesops_tui.ui.screens.imports import ImportsScreen
from salesops_tui.ui.screens.inspection import InspectionScreen
from salesops_tui.ui.screens.movement import MovementScreen
from salesops_tui.ui.widgets.table import Table

SCREENS: dict[str, type[BaseScreen[None]]] = {
    CALL_SHEET: CallSheetScreen,
    INSPECTION: InspectionScreen,
    DEAL: DealScreen,
    MOVEMENT: MovementScreen,
    FORECAST: ForecastScreen,
    CALLS: CallsScreen,
    SUMMARY: CallSummaryScreen,
    IMPORTS: ImportsScreen,
    IMPORT_FILE: ImportFileScreen,
    IMPORT: ImportScreen,
    IMPORT_LIST: ImportListScreen,
    IMPORT_PAGE: ImportPageScreen,
}
LATER = {"4", "5"}
"""Keys of screens that do not exist yet."""


def test_every_context_with_commands_has_a_screen() -> None:
    assert {command.context for command in COMMANDS} == {*SCREENS, EVERYWHERE, FIELD, LIST} == set(CONTEXTS)


@pytest.mark.parametrize("context", SCREENS)
def test_every_command_is_a_method_of_its_screen(context: str) -> None:
    for command in commands_of(context):
        if command.action:
            assert callable(getattr(SCREENS[context], f"action_{command.action}", None)), command.id


@pytest.mark.parametrize("context", SCREENS)
def test_a_screen_binds_what_the_registry_says_and_nothing_else(context: str) -> None:
    screen = SCREENS[context]
    bound = {b.id: b.key for b in screen.BINDINGS if isinstance(b, Binding)}
    assert bound == {c.id: c.keys for c in commands_of(context) if c.action}
    assert context == screen.CONTEXT


@pytest.mark.parametrize("context", SCREENS)
def test_no_key_means_two_things_on_one_screen(context: str) -> None:
    for one, other in combinations(commands_of(context), 2):
        both = set(one.keys.split(",")) & set(other.keys.split(","))
        # A key that only a field with the focus acts on may mean something else where there is no field.
        assert not both or not (one.action and other.action), (one.id, other.id)


@pytest.mark.parametrize("context", SCREENS)
def test_the_footer_has_at_most_seven_keys_the_screens_own_first(context: str) -> None:
    shown = footer_of(context)
    assert 0 < len(shown) <= MOST_IN_FOOTER
    own = [command.context == context for command in shown]
    assert own == sorted(own, reverse=True)
    assert BY_ID["help"] in shown


def test_ids_are_unique_and_say_their_context() -> None:
    assert len(BY_ID) == len(COMMANDS)
    for command in COMMANDS:
        if command.context != EVERYWHERE:
            assert command.id.startswith(f"{command.context}.")


def test_nothing_is_shown_that_does_not_exist_yet() -> None:
    assert not LATER & {key for command in COMMANDS for key in command.keys.split(",")}


def test_the_keys_of_lists_are_those_that_the_table_has() -> None:
    named = {key for c in COMMANDS if c.context == LIST for key in c.keys.split(",")}
    bound = {key for b in Table.BINDINGS if isinstance(b, Binding) for key in b.key.split(",")}
    assert named == bound - {"enter"}


def test_the_key_page_of_the_guide_is_true() -> None:
    page = Path(__file__).parents[2] / "docs" / "keys.md"
    assert page.read_text(encoding="utf-8") == key_page(), "python -m salesops_tui.ui.commands > docs/keys.md"


def test_every_help_is_a_sentence_and_every_title_short() -> None:
    for command in COMMANDS:
        assert command.help.endswith("."), command.id
        assert command.help[0].isupper(), command.id
        assert len(command.title) <= 14, command.id


def test_keys_are_shown_as_people_know_them() -> None:
    command = Command("x", "ctrl+p,colon,escape,G", "X", "X.", EVERYWHERE)
    assert command.key == "ctrl+p"
    assert command.all_keys == "ctrl+p or : or esc or G"
