"""The commands of the screens about imports; a part of the one list in `commands`."""

from __future__ import annotations

from salesops_tui.ui.command import Command

IMPORTS = "imports"
IMPORT_FILE = "import_file"
IMPORT = "import"
IMPORT_LIST = "import_list"
IMPORT_PAGE = "import_page"

_IMPORTS = (
    Command("imports.open", "enter", "Open", "Opens what the import did.", IMPORTS, 1, "open"),
    Command("imports.import", "i", "Import a file", "Brings in a file of deals from the CRM.", IMPORTS, 2, "import"),
    Command(
        "imports.filter", "slash", "Filter", "Shows only imports that hold the text you type.", IMPORTS, 3, "filter"
    ),
    Command("imports.undo", "u", "Undo import", "Takes the newest import back as a whole.", IMPORTS, 4, "undo_import"),
    Command("imports.copy", "c", "Copy", "Copies the file's name and its SHA-256.", IMPORTS, 0, "copy"),
    Command("imports.export", "x", "Export", "Writes the list of imports to a CSV file.", IMPORTS, 0, "export"),
)

_FILE = (
    Command("import_file.choose", "enter", "Choose", "Takes the file, or opens the folder.", IMPORT_FILE, 1),
    Command(
        "import_file.next",
        "tab",
        "Next field",
        "Goes to the next field: file, as of, source, full.",
        IMPORT_FILE,
        2,
        "next_field",
    ),
    Command(
        "import_file.before", "shift+tab", "Field before", "Goes to the field before.", IMPORT_FILE, 0, "field_before"
    ),
    Command(
        "import_file.down",
        "down",
        "Pick",
        "Moves down among the files, while you type in the field.",
        IMPORT_FILE,
        3,
        "down",
    ),
    Command("import_file.up", "up", "Up", "Moves up among the files.", IMPORT_FILE, 0, "up"),
    Command(
        "import_file.page_down",
        "pagedown",
        "Page down",
        "Moves a page down among the files.",
        IMPORT_FILE,
        0,
        "page_down",
    ),
    Command("import_file.page_up", "pageup", "Page up", "Moves a page up among the files.", IMPORT_FILE, 0, "page_up"),
    Command("import_file.leave", "escape", "Back", "Leaves without importing.", IMPORT_FILE, 4, "back"),
)

_IMPORT = (
    Command(
        "import.open",
        "enter",
        "Change, open",
        "Changes how the line is read, or opens what is behind it.",
        IMPORT,
        1,
        "open",
    ),
    Command("import.import", "i", "Import", "Imports the file as it is understood.", IMPORT, 2, "import_now"),
    Command("import.next", "n", "Next problem", "Goes to the next line that needs a decision.", IMPORT, 3, "next"),
    Command(
        "import.as_of",
        "a",
        "As of",
        "Changes the moment that the file describes, its source, or what it is.",
        IMPORT,
        4,
        "settings",
    ),
    Command("import.full", "f", "Full", "Says that the file is all of its source, or only a part.", IMPORT, 5, "full"),
    Command(
        "import.export",
        "x",
        "Export",
        "Writes the rows that cannot be taken to a file, to be mended.",
        IMPORT,
        0,
        "export",
    ),
    Command(
        "import.forget",
        "d",
        "Forget",
        "Reads the file without the mapping that was confirmed for its columns.",
        IMPORT,
        0,
        "forget",
    ),
    Command(
        "import.leave",
        "escape",
        "Back",
        "Stops what is under way, or goes back; nothing is written.",
        IMPORT,
        0,
        "back",
    ),
)

_LIST = (
    Command("import_list.open", "enter", "Open", "Opens the deal, or the whole row.", IMPORT_LIST, 1, "open"),
    Command(
        "import_list.filter",
        "slash",
        "Filter",
        "Shows only lines that hold the text you type.",
        IMPORT_LIST,
        2,
        "filter",
    ),
    Command("import_list.export", "x", "Export", "Writes the list to a CSV file.", IMPORT_LIST, 3, "export"),
    Command("import_list.leave", "escape", "Back", "Goes back to the import.", IMPORT_LIST, 4, "back"),
)

_PAGE = (
    Command("import_page.open", "enter", "Open", "Opens what is behind the line.", IMPORT_PAGE, 1, "open"),
    Command(
        "import_page.undo",
        "u",
        "Undo import",
        "Takes this import back as a whole, if it is the newest.",
        IMPORT_PAGE,
        2,
        "undo_import",
    ),
    Command("import_page.copy", "c", "Copy", "Copies the file's name and its SHA-256.", IMPORT_PAGE, 3, "copy"),
    Command("import_page.leave", "escape", "Back", "Goes back to where you came from.", IMPORT_PAGE, 4, "back"),
)

IMPORT_COMMANDS = (*_IMPORTS, *_FILE, *_IMPORT, *_LIST, *_PAGE)
"""All of them."""
