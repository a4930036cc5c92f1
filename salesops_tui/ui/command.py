"""What a command is: something that a person can have done by a key."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """Something that a person can have done.

    Attributes:
        id: `context.verb`, for good: the keymap and `why_not` know it by this.
        keys: Textual's names of the keys, separated by commas; the first is the one that is shown.
        title: one or two words, for the footer and the palette.
        help: one sentence, for the help and the key page.
        context: the screens it is for; `EVERYWHERE` for all of them.
        footer: place in the footer, 1 first; 0 for a command that is not shown there.
        action: the screen's method `action_<action>`; "" for a key that the focused list itself acts on.
    """

    id: str
    keys: str
    title: str
    help: str
    context: str
    footer: int = 0
    action: str = ""

    @property
    def key(self) -> str:
        """The first key as a person reads it: `y`, `ctrl+p`, `/`."""
        return shown_key(self.keys.partition(",")[0])

    @property
    def all_keys(self) -> str:
        """Every key as a person reads it: `ctrl+p or :`."""
        return " or ".join(shown_key(key) for key in self.keys.split(","))


_SHOWN = {
    "escape": "esc", "slash": "/", "question_mark": "?", "colon": ":", "equals_sign": "=", "space": "space",
    "pageup": "pgup", "pagedown": "pgdn", "up": "↑", "down": "↓", "left": "←", "right": "→",
    "left_square_bracket": "[", "right_square_bracket": "]", "asterisk": "*", "minus": "-", "greater_than_sign": ">",
}  # fmt: skip


def shown_key(key: str) -> str:
    """Return the name of a key that people know it by."""
    return _SHOWN.get(key, key)
