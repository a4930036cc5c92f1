"""What is wrong with a policy file, in words that name the place."""

from __future__ import annotations

import datetime
import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sized
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from salesops_tui.domain.toml_lines import Path
from salesops_tui.errors import BadInput

SHOWN_PROBLEMS = 10
OWN_WORDS = "policy"
"""The type of an error whose message needs no translation."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")
_SHOWN_CHARACTERS = 40


class BadPolicy(BadInput):
    """A policy file that cannot be taken; the message names up to ten problems in one line.

    Attributes:
        problems: the same problems one by one, in the order of the file.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        more = len(self.problems) - SHOWN_PROBLEMS
        shown = list(self.problems[:SHOWN_PROBLEMS])
        if more > 0:
            shown.append(f"and {more} more")
        super().__init__("; ".join(shown))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        path: the way down from the top of the file: `("stages", 3, "probability")`.
        text: what is wrong there, to be read after the key.
    """

    path: Path
    text: str

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.text}" if self.path else self.text


def dotted(path: Path) -> str:
    """Return a path as people write it: `stages[3].probability`, counted from 0 like the stages."""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f"[{part}]"
        else:
            key = part if _BARE_KEY.fullmatch(part) else json.dumps(part[:_SHOWN_CHARACTERS])
            words += f".{key}" if words else key
    return words


def shown(value: object) -> str:
    """Return a value in a form that is short and that no terminal takes for a command."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    words = str(value) if isinstance(value, int | Decimal) else repr(value)
    return words if len(words) <= _SHOWN_CHARACTERS else f"{words[: _SHOWN_CHARACTERS - 1]}…"


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the closest known word, or nothing where none is close."""
    names = {name.lower(): name for name in known}
    close = difflib.get_close_matches(str(word)[:60].lower(), list(names), n=1)
    return f"; did you mean '{names[close[0]]}'?" if close else ""


def in_words(error: Mapping[str, Any]) -> str:
    """Say what one of pydantic's errors means to somebody who has never heard of pydantic."""
    kind, value, limits = error["type"], error["input"], error.get("ctx", {})
    if kind == OWN_WORDS:
        return str(limits["text"])
    if kind == "literal_error":
        return _choice(value, limits["expected"])
    if kind not in _WORDS:
        return f"{shown(value)}: {error['msg']}"
    size = len(value) if isinstance(value, Sized) else 0
    return _WORDS[kind].format(value=shown(value), size=size, **limits)


def _choice(value: object, expected: str) -> str:
    words = re.findall(r"'([^']*)'", expected)
    return f"{shown(value)} is not one of {', '.join(words)}{did_you_mean(value, words)}"


_WORDS = {
    "missing": "is missing",
    "int_type": "{value} is not a whole number",
    "string_type": "{value} is not a text; put it in quotes",
    "date_type": "{value} is not a day; write 2026-07-03, without quotes",
    "list_type": "{value} is not a list; write it in [ ]",
    "dict_type": "{value} is not a table of keys and values",
    "model_type": "{value} is not a table of keys and values",
    "finite_number": "{value} is not a number",
    "greater_than": "{value} is not over {gt}",
    "greater_than_equal": "{value} is under {ge}",
    "less_than_equal": "{value} is over {le}",
    "too_short": "has {size} entries, and needs {min_length}",
    "too_long": "has {size} entries, and may have {max_length}",
}
