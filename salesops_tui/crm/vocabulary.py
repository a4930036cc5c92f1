"""What a file's words for stages, categories, statuses and owners mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeVar

from salesops_tui.crm.deal_map import DealMap
from salesops_tui.crm.lookup import UnreadableError, folded_text
from salesops_tui.domain.deal import Category, Status
from salesops_tui.domain.policy import Policy, Stage
from salesops_tui.errors import BadInput

T = TypeVar("T")

Words = Mapping[str, Mapping[str, str]]
"""By field, what words mean, written as in a map."""

_NONE: Words = {}
_OTHER = "*"
_STATUSES = {s.key: s for s in (Status.OPEN, Status.WON, Status.LOST)} | {"deleted": Status.REMOVED}


def stage_reader(policy: Policy, deal_map: DealMap, usual: Words = _NONE) -> Callable[[str], Stage]:
    """Return a reader of stages: by the map's words, by key or name, else by the dialect's `usual` words.

    Raises:
        BadInput: the map leads to a stage that the policy does not have.
    """
    known = {folded_text(stage.name): stage for stage in reversed(policy.stages)}
    known |= {folded_text(stage.key): stage for stage in reversed(policy.stages)}

    def read(text: str) -> Stage:
        if not text.strip():
            raise UnreadableError("is blank")
        stage = known.get(folded_text(text))
        if stage is None:
            raise UnreadableError("is no stage of the policy")
        return stage

    return _mapped("stage", deal_map, read, usual)


def category_reader(policy: Policy, deal_map: DealMap, usual: Words = _NONE) -> Callable[[str], Category]:
    """Return a reader of forecast categories: by the map's words, by key or label, else by the `usual` ones.

    Raises:
        BadInput: the map leads to something that is no category.
    """
    known = {_letters(category.key): category for category in Category}
    known["mostlikely"] = Category.from_key(policy.most_likely)

    def read(text: str) -> Category:
        if not text.strip():
            raise UnreadableError("is blank")
        category = known.get(_letters(text))
        if category is None and deal_map.odds:
            return deal_map.odds.category(text)
        if category is None:
            raise UnreadableError("is no forecast category")
        return category

    return _mapped("category", deal_map, read, usual)


def is_most_likely(text: str) -> bool:
    """Say whether a category is the one whose meaning the policy decides."""
    return _letters(text) == "mostlikely"


def status_reader(deal_map: DealMap, usual: Words = _NONE) -> Callable[[str], Status | None]:
    """Return a reader of statuses: open, won, lost, deleted; None for a blank, which leaves it to the stage.

    Raises:
        BadInput: the map leads to something that is no status.
    """

    def read(text: str) -> Status | None:
        if not text.strip():
            return None
        status = _STATUSES.get(folded_text(text))
        if status is None:
            raise UnreadableError("is no status; there are open, won and lost")
        return status

    return _mapped("status", deal_map, read, usual)


def owner_words(deal_map: DealMap, usual: Words = _NONE) -> Callable[[str], str]:
    """Return what an owner's text stands for: what the map says, else itself."""
    told = {**usual.get("owner", {}), **deal_map.values.get("owner", {})}
    words = {folded_text(word): meant for word, meant in told.items()}

    def read(text: str) -> str:
        return words.get(folded_text(text), words.get(_OTHER, text)).strip()

    return read


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _readable(word: str, read: Callable[[str], object]) -> bool:
    try:
        read(word)
    except UnreadableError:
        return False
    return True


def _mapped(field: str, deal_map: DealMap, read: Callable[[str], T], usual: Words) -> Callable[[str], T]:
    """Put words in front of a reader; what they lead to is read once, here.

    The map's come first. The dialect's are only for what the reader itself does not know, and are not asked where
    the map says what any other word means.
    """
    meanings: dict[str, T] = {}
    words = deal_map.values.get(field, {})
    for word, meant in words.items():
        try:
            meanings[folded_text(word)] = read(meant)
        except UnreadableError as error:
            where = deal_map.locate(("values", field, word))
            raise BadInput(f"{where}: values.{field}.{word}: '{meant}' {error}") from None
    for word, meant in usual.get(field, {}).items() if _OTHER not in words else ():
        if folded_text(word) not in meanings and not _readable(word, read):
            with suppress(UnreadableError):
                meanings[folded_text(word)] = read(meant)

    def read_mapped(text: str) -> T:
        folded = folded_text(text)
        if folded in meanings:
            return meanings[folded]
        if _OTHER in meanings and folded:
            return meanings[_OTHER]
        return read(text)

    return read_mapped if meanings else read
