"""The one list of commands: keys, footer, palette, help and the key page of the guide are read off it.

A command belongs to a context, which is a kind of screen, and names the method of that screen that carries it out.
`python -m salesops_tui.ui.commands` prints the key page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from salesops_tui.ui.command import Command, shown_key
from salesops_tui.ui.forecast_commands import FORECAST, FORECAST_COMMANDS
from salesops_tui.ui.import_commands import (
    IMPORT,
    IMPORT_COMMANDS,
    IMPORT_FILE,
    IMPORT_LIST,
    IMPORT_PAGE,
    IMPORTS,
)

__all__ = ["BY_ID", "COMMANDS", "CONTEXTS", "Command", "commands_of", "footer_of", "key_page", "shown_key"]

EVERYWHERE = "everywhere"
LIST = "list"
FIELD = "field"
CALL_SHEET = "call_sheet"
INSPECTION = "inspection"
DEAL = "deal"
MOVEMENT = "movement"
CALLS = "calls"
SUMMARY = "summary"

CONTEXTS = {
    CALL_SHEET: "Call sheet",
    INSPECTION: "Inspection",
    DEAL: "Deal",
    MOVEMENT: "Movement",
    FORECAST: "Forecast",
    CALLS: "Calls",
    SUMMARY: "Minutes of a call",
    IMPORTS: "Imports",
    IMPORT_FILE: "Import: which file",
    IMPORT: "Import: what was understood",
    IMPORT_LIST: "Import: deals and rows",
    IMPORT_PAGE: "One import",
    LIST: "In any list",
    FIELD: "In any field",
    EVERYWHERE: "Everywhere",
}
"""Every context and its title, in the order of the help."""


_EVERYWHERE = (
    Command("screen.call_sheet", "1", "Call sheet", "Opens the call sheet.", EVERYWHERE, 0, "call_sheet"),
    Command("screen.movement", "2", "Movement", "Opens how Commit moved, and why.", EVERYWHERE, 0, "movement"),
    Command(
        "screen.forecast",
        "3",
        "Forecast",
        "Opens the forecast: what will land, why numbers differ, whose was right.",
        EVERYWHERE,
        0,
        "forecast",
    ),
    Command("screen.calls", "6", "Calls", "Opens the list of calls.", EVERYWHERE, 0, "calls"),
    Command("screen.imports", "7", "Imports", "Opens the list of imports.", EVERYWHERE, 0, "imports"),
    Command("screen.import", "I", "Import", "Brings in a file of deals from the CRM.", EVERYWHERE, 0, "import"),
    Command(
        "undo", "u", "Undo", "Takes back your last decision in an open call, and names it.", EVERYWHERE, 80, "undo"
    ),
    Command(
        "export", "x", "Export", "Writes what is on the screen to a file, and names the file.", EVERYWHERE, 0, "export"
    ),
    Command(
        "copy", "c", "Copy", "Copies what is under the cursor to the clipboard of your terminal.", EVERYWHERE, 0, "copy"
    ),
    Command("help", "question_mark,f1", "Help", "Lists all keys, and runs the one you choose.", EVERYWHERE, 90, "help"),
    Command(
        "palette", "ctrl+p,colon", "Commands", "Finds a command by a few letters of its name.", EVERYWHERE, 0, "palette"
    ),
    Command("back", "escape", "Back", "Leaves one layer: field, filter, panel, screen.", EVERYWHERE, 0, "back"),
    Command("quit", "q", "Quit", "Leaves the program; everything is saved.", EVERYWHERE, 0, "quit"),
)

_LIST = (
    Command("list.down", "j,down", "Down", "Moves one row down.", LIST),
    Command("list.up", "k,up", "Up", "Moves one row up.", LIST),
    Command("list.page_down", "pagedown", "Page down", "Moves one page down.", LIST),
    Command("list.page_up", "pageup", "Page up", "Moves one page up.", LIST),
    Command("list.first", "g,home", "First", "Moves to the first row.", LIST),
    Command("list.last", "G,end", "Last", "Moves to the last row.", LIST),
    Command("list.fold", "space", "Fold", "Folds or unfolds the group under the cursor.", LIST),
)

_FIELD = (
    Command("field.go_on", "enter", "Go on", "Takes what was typed, and goes on to what comes next.", FIELD),
    Command("field.next", "tab", "Next field", "Goes to the next field, where there are several.", FIELD),
    Command("field.leave", "escape", "Leave field", "Leaves the field; letters are commands again.", FIELD),
)
FIELD_FOOTER = _FIELD
"""What the footer shows while letters go into a field, since no other key is a command then."""

_CALL_SHEET = (
    Command(
        "call_sheet.inspect",
        "i",
        "Inspect",
        "Inspects the first deal to ask, or the one that you moved the cursor to.",
        CALL_SHEET,
        1,
        "inspect",
    ),
    Command("call_sheet.open", "enter", "Open", "Opens the page of the deal.", CALL_SHEET, 2, "open"),
    Command(
        "call_sheet.filter", "slash", "Filter", "Shows only deals that hold the text you type.", CALL_SHEET, 3, "filter"
    ),
    Command("call_sheet.person", "p", "Person", "Chooses whose deals are shown.", CALL_SHEET, 4, "person"),
    Command(
        "call_sheet.sort",
        "o",
        "Sort",
        "Sorts by queue, amount, close date, owner and name in turn.",
        CALL_SHEET,
        0,
        "sort",
    ),
    Command(
        "call_sheet.baseline",
        "b",
        "Since",
        "Chooses since when changes count: last call, last import, week, quarter.",
        CALL_SHEET,
        0,
        "baseline",
    ),
    Command("call_sheet.action", "a", "Action", "Puts down an action on the deal.", CALL_SHEET, 5, "action"),
    Command(
        "call_sheet.facts", "f", "Facts", "Shows what is known of the deal, on a small screen.", CALL_SHEET, 0, "facts"
    ),
)

_INSPECTION = (
    Command("inspection.yes", "y", "Yes", "Answers yes; what a yes needs is asked for.", INSPECTION, 1, "yes"),
    Command("inspection.no", "n", "No", "Answers no: the deal moves to Best Case.", INSPECTION, 2, "no"),
    Command(
        "inspection.dont_know",
        "d",
        "Don't know",
        "Answers that nobody knows, which fails too.",
        INSPECTION,
        3,
        "dont_know",
    ),
    Command("inspection.same", "equals_sign", "As last time", "Repeats last time's answer.", INSPECTION, 4, "same"),
    Command(
        "inspection.all_same",
        "asterisk",
        "All as before",
        "Repeats every yes of last time that may still hold, at once.",
        INSPECTION,
        0,
        "all_same",
    ),
    Command(
        "inspection.reason",
        "1-9",
        "Reason",
        "After a no or don't know: gives the reason of that number; any other key goes on without one.",
        INSPECTION,
    ),
    Command(
        "inspection.go_on",
        "enter",
        "Go on",
        "Accepts what is proposed; else goes on to the next open question, and behind the last to the next deal.",
        INSPECTION,
        0,
        "go_on",
    ),
    Command("inspection.evidence", "e", "Evidence", "Puts down what somebody could check.", INSPECTION, 5, "evidence"),
    Command("inspection.action", "a", "Action", "Puts down who will do what by when.", INSPECTION, 6, "action"),
    Command(
        "inspection.leave", "escape", "Leave", "Leaves a field, then the deal; all is saved.", INSPECTION, 7, "back"
    ),
    Command("inspection.done", "space", "Done", "Marks the action at the top as done.", INSPECTION, 0, "done"),
    Command(
        "inspection.not_done",
        "minus",
        "Not done",
        "Closes the action at the top as not done.",
        INSPECTION,
        0,
        "not_done",
    ),
    Command("inspection.skip", "s", "Skip", "After a failure: leaves the other questions open.", INSPECTION, 0, "skip"),
    Command(
        "inspection.next",
        "right_square_bracket,right,tab",
        "Next",
        "Looks at the next question, or moves to the next field.",
        INSPECTION,
        0,
        "next",
    ),
    Command(
        "inspection.previous",
        "left_square_bracket,left,shift+tab",
        "Previous",
        "Looks at the question before, or moves to the field before.",
        INSPECTION,
        0,
        "previous",
    ),
    Command(
        "inspection.next_deal",
        "greater_than_sign",
        "Next deal",
        "Leaves this deal for later.",
        INSPECTION,
        0,
        "next_deal",
    ),
    Command("inspection.kind", "up,down", "Kind of risk", "In the risk's field: chooses its kind.", INSPECTION),
    Command("inspection.facts", "f", "Facts", "Folds the facts out or in on a small screen.", INSPECTION, 0, "facts"),
    Command("inspection.history", "h", "History", "Opens the deal's page.", INSPECTION, 0, "history"),
)

_DEAL = (
    Command("deal.inspect", "i", "Inspect", "Walks through the questions of this deal.", DEAL, 1, "inspect"),
    Command("deal.action", "a", "Action", "Puts down who will do what by when.", DEAL, 2, "action"),
    Command("deal.copy", "c", "Copy", "Copies the page as text to the clipboard of your terminal.", DEAL, 3, "copy"),
    Command("deal.export", "x", "Export", "Writes the page to a file, and names the file.", DEAL, 4, "export"),
    Command("deal.leave", "escape", "Back", "Goes back to where you came from.", DEAL, 5, "back"),
)

_MOVEMENT = (
    Command(
        "movement.open", "enter", "Open", "Opens the deals of the line, then the page of the deal.", MOVEMENT, 1, "open"
    ),
    Command(
        "movement.before", "left_square_bracket", "Week before", "Steps to the week before.", MOVEMENT, 2, "before"
    ),
    Command("movement.after", "right_square_bracket", "Week after", "Steps to the week after.", MOVEMENT, 0, "after"),
    Command(
        "movement.baseline",
        "b",
        "Since",
        "Chooses since when changes count: last call, last import, week, quarter.",
        MOVEMENT,
        3,
        "baseline",
    ),
    Command("movement.between", "w", "Two dates", "Chooses any two moments.", MOVEMENT, 0, "between"),
    Command(
        "movement.by_question",
        "f",
        "By question",
        "Folds the failed inspections out by the question that failed, or in again.",
        MOVEMENT,
        4,
        "by_question",
    ),
    Command(
        "movement.gross",
        "v",
        "Gross",
        "Counts every entry and exit for itself, so that coming and going shows; again for the net.",
        MOVEMENT,
        5,
        "gross",
    ),
    Command("movement.person", "p", "Person", "Chooses whose deals are shown.", MOVEMENT, 6, "person"),
    Command("movement.copy", "c", "Copy", "Copies the lines as text; among deals, the deal.", MOVEMENT, 0, "copy"),
    Command(
        "movement.export",
        "x",
        "Export",
        "Writes the lines to a Markdown file and their deals to a CSV file; among deals, these to a CSV file.",
        MOVEMENT,
        0,
        "export",
    ),
    Command(
        "movement.leave",
        "escape",
        "Back",
        "Goes back from the deals to the lines, then to the call sheet.",
        MOVEMENT,
        0,
        "back",
    ),
)

_CALLS = (
    Command("calls.open", "enter", "Minutes", "Opens the minutes of the call.", CALLS, 1, "open"),
    Command(
        "calls.resume", "i", "Go on", "Goes on with an open call, at the first deal of its queue.", CALLS, 2, "resume"
    ),
    Command("calls.end", "e", "End call", "Ends an open call for good and keeps its figures.", CALLS, 3, "end"),
    Command("calls.filter", "slash", "Filter", "Shows only calls that hold the text you type.", CALLS, 0, "filter"),
    Command("calls.export", "x", "Export", "Writes the minutes to a Markdown file.", CALLS, 4, "export"),
)

_SUMMARY = (
    Command("summary.open", "enter", "Open", "Opens the page of the deal.", SUMMARY, 1, "open"),
    Command("summary.resume", "i", "Go on", "Goes on with an open call.", SUMMARY, 2, "resume"),
    Command("summary.end", "e", "End call", "Ends an open call for good and keeps its figures.", SUMMARY, 3, "end"),
    Command("summary.export", "x", "Export", "Writes the minutes to a Markdown file.", SUMMARY, 4, "export"),
    Command("summary.leave", "escape", "Back", "Goes back to where you came from.", SUMMARY, 5, "back"),
)

COMMANDS: tuple[Command, ...] = (
    *_CALL_SHEET,
    *_INSPECTION,
    *_DEAL,
    *_MOVEMENT,
    *FORECAST_COMMANDS,
    *_CALLS,
    *_SUMMARY,
    *IMPORT_COMMANDS,
    *_LIST,
    *_FIELD,
    *_EVERYWHERE,
)
"""All commands; in each context in the order of the help."""

BY_ID = {command.id: command for command in COMMANDS}
"""The commands by their id."""

MOST_IN_FOOTER = 7


def commands_of(context: str) -> list[Command]:
    """Return the commands of a context and those of everywhere, the context's own first.

    Where both have a key, the context's own command has it.
    """
    own = [command for command in COMMANDS if command.context == context]
    taken = {key for command in own for key in command.keys.split(",")}
    shared = [c for c in COMMANDS if c.context == EVERYWHERE and not taken.intersection(c.keys.split(","))]
    return own + shared


def footer_of(context: str, own_ids: Sequence[str] = ()) -> list[Command]:
    """Return what the footer shows: at most seven commands, the context's own first.

    Args:
        context: the screen.
        own_ids: which of the context's own are of use just now, the first first; none for its usual ones.
    """
    shown = [command for command in commands_of(context) if command.footer]
    shown.sort(key=lambda command: (command.context == EVERYWHERE, command.footer))
    own = [BY_ID[one] for one in own_ids] or [c for c in shown if c.context != EVERYWHERE]
    shared = [c for c in shown if c.context == EVERYWHERE]
    return own[: MOST_IN_FOOTER - len(shared)] + shared


def key_page(commands: Iterable[Command] = COMMANDS) -> str:
    """Return the key page of the guide, as Markdown."""
    lines = ["# Keys", "", "Made by `python -m salesops_tui.ui.commands` from the one list of commands.", ""]
    listed = list(commands)
    for context, title in CONTEXTS.items():
        own = [command for command in listed if command.context == context]
        if own:
            lines += [f"## {title}", "", "| key | command | what it does |", "| --- | --- | --- |"]
            lines += [f"| {_key_cell(command)} | {command.title} | {command.help} |" for command in own]
            lines.append("")
    return "\n".join(lines)


def _key_cell(command: Command) -> str:
    return " or ".join(f"`{shown_key(key)}`" for key in command.keys.split(","))


if __name__ == "__main__":
    print(key_page(), end="")
