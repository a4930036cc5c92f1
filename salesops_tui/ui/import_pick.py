"""What a person can say about the way in which a file is read, each chosen from a list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain

from salesops_tui.crm.encodings import ENCODINGS, as_read_in
from salesops_tui.crm.fields import FIELDS
from salesops_tui.crm.layout import in_words
from salesops_tui.crm.odds import holds_odds
from salesops_tui.domain.deal import Category
from salesops_tui.domain.people import UNASSIGNED
from salesops_tui.services.import_understanding import Understanding
from salesops_tui.ui.fuzzy import best_first
from salesops_tui.ui.import_view import field_label
from salesops_tui.ui.screens.picker import Picker
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Key, Row, RowSource

NO_COLUMN = "\0none"
"""Stands for no column at all."""

EACH = "\0each"
"""Stands for no rule over all probabilities: each is a word of its own."""
_FALLING = ("commit", "best_case", "pipeline")
_FIGURES = re.compile(r"[\d ,;%]+", re.ASCII)

DAY_FIRST, MONTH_FIRST = "day", "month"


class OneOf(Picker):
    """Asks for one of some things, each with a few words beside it; gives back its key."""

    COLUMNS = (Column("name", "", 34, least=14), Column("about", "", 44, least=8, rank=1, flex=True))

    def __init__(self, question: str, things: Mapping[str, tuple[str, str]], before: str | None = None) -> None:
        """Ask; `things` are names and what is said beside them, by key; `before` is what stands now."""
        super().__init__()
        self.QUESTION = question  # type: ignore[misc]
        self._things = things
        self.chosen_before = before

    def choices(self, text: str) -> RowSource[Key]:
        found = best_first(text, self._things.items(), lambda item: f"{item[1][0]} {item[1][1]}")
        return RowSource.of({key: Row((name, (about, "muted"))) for key, (name, about) in found})


def column_picker(found: Understanding, field: str) -> OneOf:
    """Ask which column a field comes from."""
    samples = {left.column: left.samples for left in found.left}
    samples |= {use.column: use.samples for use in found.columns if use.column}
    used = {use.column: use.field for use in found.columns if use.column}
    odds = {name for name, texts in samples.items() if field == "category" and holds_odds(name, texts)}
    order = sorted(found.header, key=lambda name: (name in used, name not in odds, found.header.index(name)))
    things = {name: (name, _about(samples.get(name, ()), used.get(name, ""))) for name in order}
    things |= {name: (name, f"by probability: {things[name][1]}") for name in order if name in odds}
    things[NO_COLUMN] = ("(none)", "the file does not have it")
    before = next((use.column for use in found.columns if use.field == field), None)
    question = f"Which column is the {field_label(field).lower()}?"
    return OneOf(question, things, before if before in things else None)


def field_picker(found: Understanding, column: str) -> OneOf:
    """Ask what a column is."""
    used = {use.field: in_words(use.column, found.header) for use in found.columns if use.column}
    missing = [field for field in FIELDS if field in found.missing]
    order = [*missing, *(field for field in FIELDS if field not in missing)]
    things = {field: (field_label(field), f"now {used[field]}" if field in used else "") for field in order}
    return OneOf(f"What is the column '{column}'?", things)


class OddsPicker(OneOf):
    """Asks from which probability on a deal is in which category; gives back the percents, the highest first."""

    COLUMNS = (Column("name", "", 38, least=36), Column("about", "", 20, least=8, rank=1, flex=True))

    def hint(self, key: Key | None) -> str:  # noqa: ARG002 - its face
        return "enter chooses · or type your own, such as 80 50"

    def choices(self, text: str) -> RowSource[Key]:
        percents = [int(figure) for figure in re.findall(r"\d+", text)[:3]] if _FIGURES.fullmatch(text) else []
        if percents and percents == sorted({p for p in percents if p <= 100}, reverse=True):
            key, (name, about) = _from_percents(percents)
            return RowSource.of({key: Row((name, (about, "muted")))})
        return super().choices(text)


def odds_picker(column: str, usual: Sequence[int]) -> OddsPicker:
    """Ask what the probabilities in a column make of a deal; `usual` are the percents that the policy claims."""
    things = dict(_from_percents(usual[:count]) for count in (2, 3))
    things[EACH] = ("Each figure by itself", "you say what it means")
    return OddsPicker(f"'{column}' makes which category?", things)


def percents_of(key: str) -> dict[str, int]:
    """Return what was chosen: by category, the percents that it needs at least."""
    return dict(zip(_FALLING, map(int, key.split()), strict=False))


def _from_percents(percents: Sequence[int]) -> tuple[str, tuple[str, str]]:
    names = (Category.from_key(key).label for key in _FALLING)
    said = ", ".join(f"{name} {percent}" for name, percent in zip(names, percents, strict=False))
    return " ".join(map(str, percents)), (
        said,
        f"percent at least, else {'Omitted' if len(percents) > 2 else 'Pipeline'}",
    )


def meaning_picker(found: Understanding, number: int, stages: Sequence[tuple[str, str]]) -> OneOf:
    """Ask what a word means; `stages` are the policy's, as key and name."""
    use = found.words[number]
    if use.field == "stage":
        things = {key: (f"{key} {name}", "") for key, name in stages}
    elif use.field == "category":
        things = {category.key: (category.label, "") for category in reversed(Category)}
    else:
        things = {"open": ("Open", ""), "won": ("Won", ""), "lost": ("Lost", "")}
    return OneOf(f"What does '{use.word}' mean as a {field_label(use.field).lower()}?", things, use.meaning)


def owner_picker(text: str, people: Sequence[tuple[str, str, str]]) -> OneOf:
    """Ask who an owner's text is; `people` are key, name and role."""
    things = {key: (name, role) for key, name, role in people if key != UNASSIGNED}
    return OneOf(f"Who is '{text}'?", things)


def order_picker(column: str, sample: str) -> OneOf:
    """Ask how the dates of a file are to be read."""
    things = {
        DAY_FIRST: ("The day stands first", f"{sample}: day, month, year" if sample else ""),
        MONTH_FIRST: ("The month stands first", f"{sample}: month, day, year" if sample else ""),
    }
    return OneOf(f"How are the dates in '{column}' written?", things)


def decimal_picker() -> OneOf:
    """Ask what separates the decimals of amounts."""
    things = {",": ("A comma", "1.234,56"), ".": ("A point", "1,234.56")}
    return OneOf("What do the decimals come after?", things)


def encoding_picker(found: Understanding) -> OneOf:
    """Ask how the text is encoded, with what the file's own letters would be in each."""
    samples = [*(use.samples for use in found.columns), *(left.samples for left in found.left)]
    texts = chain(found.header, *samples)
    telling = " · ".join(dict.fromkeys(text for text in texts if not text.isascii()))[:200]
    things = {codec: (name, as_read_in(telling, found.encoding, codec)) for codec, name in ENCODINGS.items()}
    return OneOf("In which of these is every letter right?", things, found.encoding)


def link_picker(new: str, earlier: str, likely: str) -> OneOf:
    """Ask whether a new deal goes on from an earlier one."""
    things = {
        "continuation": (f"It continues {earlier}", "history is shown together, and a cap goes over"),
        "split": (f"It is a part of {earlier}", "the earlier one stays; a cap holds both"),
        "none": ("It is another deal", "nothing is linked"),
    }
    return OneOf(f"What is {new}?", things, likely)


def _about(samples: Sequence[str], field: str) -> str:
    texts = " · ".join(sample for sample in samples if sample)
    return f"({field_label(field).lower()})  {texts}" if field else texts
