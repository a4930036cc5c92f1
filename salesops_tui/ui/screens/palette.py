"""Commands by name, and the help: both run what is chosen."""

from __future__ import annotations

from collections.abc import Iterable

from salesops_tui.ui.commands import BY_ID, COMMANDS, CONTEXTS, EVERYWHERE, LIST, Command, commands_of
from salesops_tui.ui.fuzzy import best_first
from salesops_tui.ui.screens.picker import Picker
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Key, Row, RowSource, Section


class Palette(Picker):
    """Gives back the id of a command that can be run on the screen below."""

    QUESTION = "What is to be done?"
    COLUMNS = (
        Column("title", "Command", 16, least=10),
        Column("key", "Key", 12, least=6, align="right"),
        Column("help", "", 40, least=12, rank=1, flex=True),
    )

    def __init__(self, context: str) -> None:
        """Offer the commands of a context and those of everywhere."""
        super().__init__()
        self._here = context

    def hint(self, key: Key | None) -> str:
        return BY_ID[str(key)].help if key in BY_ID else super().hint(key)

    def choices(self, text: str) -> RowSource[Key]:
        runnable = [command for command in commands_of(self._here) if command.action]
        return RowSource.of(_rows(best_first(text, runnable, lambda command: command.title)))


class Help(Palette):
    """Lists all keys, those of the screen below first; gives back the id of the command that was chosen."""

    QUESTION = "Keys"

    def choices(self, text: str) -> RowSource[Key]:
        if text:
            return RowSource.of(_rows(best_first(text, self._ordered(), lambda c: f"{c.title} {c.help}")))
        listed = self._ordered()
        sections = [
            Section(context, title, sum(1 for command in listed if command.context == context))
            for context, title in self._contexts()
        ]
        return RowSource.of(_rows(listed), [section for section in sections if section.rows])

    def _contexts(self) -> list[tuple[str, str]]:
        first = [self._here, EVERYWHERE, LIST]
        return sorted(CONTEXTS.items(), key=lambda item: first.index(item[0]) if item[0] in first else len(first))

    def _ordered(self) -> list[Command]:
        order = [context for context, _ in self._contexts()]
        return sorted(COMMANDS, key=lambda command: order.index(command.context))


def _rows(commands: Iterable[Command]) -> dict[Key, Row]:
    return {c.id: Row(((c.title, ""), (c.all_keys, "accent"), (c.help, "muted"))) for c in commands}


def where_it_works(command_id: str) -> str:
    """Return where a command can be run, for somebody who chose it elsewhere."""
    command = BY_ID[command_id]
    return f"{command.title} ({command.key}) is a key of: {CONTEXTS[command.context].lower()}"
