"""Ids of Salesforce: 15 characters in which case matters, or the same with three more that make up for lost case."""

from __future__ import annotations

import re

_OPPORTUNITY = re.compile(r"006[0-9A-Za-z]{12}(?:[A-Za-z0-5]{3})?", re.ASCII)
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHORT, _FULL, _CHUNK = 15, 18, 5
_CASE = str.maketrans(
    {chr(c): "1" if "A" <= chr(c) <= "Z" else "0" for c in range(128) if chr(c).isalnum()},
)


def is_opportunity_id(text: str) -> bool:
    """Say whether a text is the id of an opportunity, short or full."""
    return _OPPORTUNITY.fullmatch(text.strip()) is not None


def full_id(text: str) -> str:
    """Return the 18 characters of an opportunity's id, whichever way it is written; any other text as it is.

    A full id whose case was lost gets it back: each of the last three characters says of five others, by a bit each,
    which are capitals (the first has the lowest bit).
    """
    if not _OPPORTUNITY.fullmatch(text):
        return text
    if len(text) == _SHORT:
        capitals = text.translate(_CASE)
        return text + "".join(_SUFFIX[int(capitals[i : i + _CHUNK][::-1], 2)] for i in range(0, _SHORT, _CHUNK))
    return _with_case(text) if text.isupper() or text.islower() else text


def _with_case(text: str) -> str:
    bits = "".join(f"{_SUFFIX.index(c):05b}"[::-1] for c in text[_SHORT:].upper())
    letters = [c.upper() if bit == "1" else c.lower() for c, bit in zip(text, bits, strict=False)]
    wrong = any(bit == "1" and not c.isalpha() for c, bit in zip(text, bits, strict=False))
    return text if wrong else "".join(letters) + text[_SHORT:].upper()
