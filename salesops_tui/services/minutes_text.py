"""The minutes of a call as Markdown: one fact a line, always in the same order, so that they diff as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

_FIGURES = (
    ("closed", "Closed"),
    ("commit", "Commit"),
    ("commit_inspected", "· inspected"),
    ("commit_uninspected", "· uninspected"),
    ("best_case", "Best Case"),
    ("landing", "Landing"),
    ("quota", "Quota"),
    ("quota_of_reports", "· of the reports together"),
    ("gap", "Gap"),
)
_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&#$]")
_AT_START = re.compile(r"^([-+=]|\d+(?=[.)]))")


def minutes_markdown(figures: Mapping[str, Any]) -> str:
    """Return the minutes of a call from its figures (`minutes.minutes_of`)."""
    return "\n".join(_lines(figures)) + "\n"


def escaped(text: str) -> str:
    """Return text of somebody else's as one line that Markdown shows as it is."""
    line = _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
    return _AT_START.sub(_escape_start, line)


def _escape_start(found: re.Match[str]) -> str:
    # `1.` begins a list; a backslash before a digit would be shown.
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"


def _lines(figures: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {escaped(figures['scope'])}, {figures['period']}"
    yield ""
    yield _summary(figures)
    yield ""
    yield from _table(figures)
    changed = [deal for deal in figures["deals"] if deal["category_before"] != deal["category_after"]]
    kept = [deal for deal in figures["deals"] if deal["category_before"] == deal["category_after"]]
    yield from _section("What changed", [line for deal in changed for line in _deal(deal)], len(changed))
    yield from _section("Asked, and where it was", [line for deal in kept for line in _deal(deal)], len(kept))
    yield from _section("Left uninspected", _not_asked(figures["not_asked"]), len(figures["not_asked"]))
    yield from _section("Actions", list(_actions(figures["actions"])), len(figures["actions"]))
    if figures.get("head"):
        yield ""
        yield f"The record at this moment: `{figures['head']}`"


def _summary(figures: Mapping[str, Any]) -> str:
    a_deal = figures["minutes_per_deal"]
    pace = f", {a_deal} a deal" if a_deal is not None else ""
    asked = len(figures["deals"])
    ended = str(figures["at"])[:16].replace("T", " ")
    return f"Until {ended}: {figures['minutes']} minutes{pace}, {asked} asked. Amounts in {figures['currency']}."


def _table(figures: Mapping[str, Any]) -> Iterator[str]:
    before, after = figures["before"], figures["after"]
    yield "| | before | after | change |"
    yield "| --- | ---: | ---: | ---: |"
    for key, label in _FIGURES:
        was, now = before.get(key), after.get(key)
        if (was is None and now is None) or (key == "quota_of_reports" and now == after.get("quota")):
            continue
        yield f"| {label} | {_amount(was)} | {_amount(now)} | {_change(was, now)} |"


def _amount(text: str | None) -> str:
    return "" if text is None else f"{Decimal(text):,}"


def _change(was: str | None, now: str | None) -> str:
    if was is None or now is None:
        return ""
    change = Decimal(now) - Decimal(was)
    return f"{change:+,}" if change else ""


def _section(title: str, lines: Sequence[str], count: int) -> Iterator[str]:
    yield ""
    yield f"## {title} ({count})"
    yield ""
    yield from lines or ["Nothing."]


def _deal(deal: Mapping[str, Any]) -> Iterator[str]:
    yield f"- **{_name(deal)}** ({escaped(deal['owner'])}, {_amount(deal['amount'])}): {_outcome(deal)}"
    bare = set(deal.get("unsupported_yes", ()))
    for label, words in deal["answers"].items():
        yield f"  - {escaped(label)}: {escaped(words)}{', unsupported' if label in bare else ''}"


def _outcome(deal: Mapping[str, Any]) -> str:
    before, after = (str(deal[key]).replace("_", " ").title() for key in ("category_before", "category_after"))
    moved = f"{before} → {after}" if before != after else after
    failed = deal["failed_questions"]
    return f"{moved}, failed {', '.join(map(escaped, failed))}" if failed else f"{moved}, {deal['verdict']}"


def _name(deal: Mapping[str, Any]) -> str:
    parts = [escaped(str(deal.get(key) or "")) for key in ("account", "name")]
    return " · ".join(part for part in parts if part) or escaped(str(deal["id"]))


def _not_asked(deals: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"- {_name(deal)}: {_amount(deal['amount'])}" for deal in deals]


def _actions(actions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for owner, agreed in groupby(actions, key=lambda action: str(action["owner"])):
        yield f"- {escaped(owner)}"
        for action in agreed:
            yield f"  - by {action['due']}: {escaped(action['text'])} ({escaped(action['deal'])})"
