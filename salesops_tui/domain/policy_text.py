"""Changing figures in a policy's TOML text and nothing else: comments and layout stay as people wrote them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from salesops_tui.domain.toml_lines import Lines

_FIGURE = re.compile(
    r'^(?P<head>\s*(?:"probability"|\'probability\'|probability)\s*=\s*)[^#\n]*?(?P<tail>\s*(?:#.*)?)$'
)


def with_probabilities(text: str, basis_points: Mapping[str, int]) -> str:
    """Return a policy's text with other probabilities for some stages.

    Args:
        text: a policy that can be read.
        basis_points: the new probability of each stage, by its key.

    Raises:
        ValueError: the stages are not written one line a figure, so that a figure cannot be put in its place.
    """
    stages = _stages(text)
    where, lines = Lines(text), text.split("\n")
    # From the last stage up, so that a line put in moves none that is still to be found.
    for number, stage in reversed(list(enumerate(stages))):
        if stage["key"] not in basis_points:
            continue
        figure = f"{basis_points[stage['key']] / 100:g}"
        path = ("stages", number, "probability")
        if where.has(path):
            row = where.line_of(path) - 1
            lines[row] = _FIGURE.sub(rf"\g<head>{figure}\g<tail>", lines[row])
        else:
            row = where.line_of(("stages", number, "key"))
            lines.insert(row, f"probability = {figure}" + ("\r" if lines[row - 1].endswith("\r") else ""))
    changed = "\n".join(lines)
    expected = [{**s, **_figure(s["key"], basis_points)} for s in stages]
    if _stages(changed) != expected:
        raise ValueError("the stages of this policy do not stand one line a figure")
    return changed


def _stages(text: str) -> list[dict[str, Any]]:
    import tomllib

    try:
        stages: list[dict[str, Any]] = tomllib.loads(text)["stages"]
    except tomllib.TOMLDecodeError:
        return []
    return stages


def _figure(key: str, basis_points: Mapping[str, int]) -> dict[str, float]:
    return {"probability": basis_points[key] / 100} if key in basis_points else {}
