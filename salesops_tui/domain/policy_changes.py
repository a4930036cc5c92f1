"""What adopting a policy would change, in words that a person can check against the two files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from salesops_tui.domain.calendar import MONTHS, WEEKDAYS, Calendar, Day, to_date
from salesops_tui.domain.policy import (
    CategoryMeaning,
    Coverage,
    InspectionRules,
    Policy,
    Question,
    Reason,
    Stage,
    Thresholds,
)

_Entry = TypeVar("_Entry")

_NAMED_DAYS = 4


def policy_changes(old: Policy, new: Policy) -> list[str]:
    """Return one line for each thing that differs, in the order of the file; the version is none of them."""
    return [
        *_values(old, new, _TOP),
        *_calendar(old.calendar, new.calendar),
        *_keyed("question", old.questions, new.questions, _by_key, _question_changes, _question_name),
        *_values(old.inspection, new.inspection, _INSPECTION),
        *_phrases("phrases that are no risk", old.inspection.no_risk_phrases, new.inspection.no_risk_phrases),
        *_short_list("kinds of risk", old.risk_kinds, new.risk_kinds),
        *_keyed("stage", old.stages, new.stages, _by_key, _stage_changes, _stage_name),
        *_keyed("category", old.categories, new.categories, _by_key, _category_changes, _by_key),
        *_values(old.thresholds, new.thresholds, _THRESHOLDS),
        *_keyed("coverage target", old.coverage, new.coverage, _segment, _coverage_changes, _segment),
        *_short_list("reasons for a loss", old.loss_reasons, new.loss_reasons),
        *_phrases("vague next steps", old.vague_next_steps, new.vague_next_steps),
        *_plan_rates(old.plan_rates, new.plan_rates),
    ]


_TOP = {
    "name": "name",
    "currency": "currency (amounts on file are not converted)",
    "measure": "amount that deals carry",
    "most_likely": "a CRM's Most Likely counts as",
    "unknown_login": "a login that nobody has may",
    "totals_above": "totals above one's own scope",
}
_CALENDAR = {
    "zone_name": "time zone",
    "fiscal_start_month": "fiscal year starts in",
    "week_start": "week starts on",
    "grace_business_days": "business days for which a new quarter still shows the old one",
}
_QUESTION = {
    "label": "heading",
    "text": "reworded",
    "kind": "kind",
    "evidence": "evidence asked for",
    "business_days": "business days",
    "facts": "facts beside it",
}
_STAGE = {
    "name": "renamed",
    "action": "buyer's action",
    "exit_criteria": "exit criteria",
    "probability_bp": "probability",
    "closed": "closed as",
}
_INSPECTION = {name: f"inspection.{name}" for name in InspectionRules._fields if name != "no_risk_phrases"}
_THRESHOLDS = {name: f"thresholds.{name}" for name in Thresholds._fields}
_SPOKEN: dict[str, Callable[[Any], str]] = {
    "fiscal_start_month": lambda month: MONTHS[month - 1],
    "week_start": lambda day: WEEKDAYS[day],
    "probability_bp": lambda points: f"{points / 100:g} %",
    "closed": lambda end: end or "open",
    "kind": str,
}


def _values(old: object, new: object, labels: Mapping[str, str]) -> Iterator[str]:
    """Yield `label: old → new` for each labelled field that differs."""
    for name, label in labels.items():
        then, now = getattr(old, name), getattr(new, name)
        if then != now:
            spoken = _SPOKEN.get(name, _plain)
            yield f"{label}: {spoken(then)} → {spoken(now)}"


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_plain, value)) or "nothing"
    return f'"{value}"' if isinstance(value, str) and (" " in value or not value) else str(value)


def _by_key(entry: Question | Stage | CategoryMeaning | Reason) -> str:
    return entry.key


def _segment(target: Coverage) -> str:
    return target.segment


def _question_name(question: Question) -> str:
    return f'{question.key} "{question.text}"'


def _stage_name(stage: Stage) -> str:
    return f'{stage.key} "{stage.name}"'


def _keyed(
    what: str,
    old: Sequence[_Entry],
    new: Sequence[_Entry],
    key: Callable[[_Entry], str],
    differences: Callable[[_Entry, _Entry], Iterator[str]],
    name: Callable[[_Entry], str],
) -> Iterator[str]:
    """Yield what was retired, added and changed in a list whose entries have keys, and then its new order."""
    then, now = {key(e): e for e in old}, {key(e): e for e in new}
    yield from (f"{what} retired: {name(entry)}" for k, entry in then.items() if k not in now)
    yield from (f"{what} added: {name(entry)}" for k, entry in now.items() if k not in then)
    for k, entry in now.items():
        if k in then:
            yield from (f"{what} {k}: {line}" for line in differences(then[k], entry))
    yield from _order(f"{what} order", then, now)


def _order(what: str, then: Iterable[str], now: Iterable[str]) -> Iterator[str]:
    """Yield the new order if those that stay have changed places, or if what is new stands among them."""
    before, after = list(then), list(now)
    stay = [k for k in before if k in after]
    if [*stay, *(k for k in after if k not in before)] != after:
        yield f"{what}: {', '.join(before)} → {', '.join(after)}"


def _question_changes(old: Question, new: Question) -> Iterator[str]:
    yield from _values(old, new, _QUESTION)
    yield from _short_list("reasons", old.reasons, new.reasons)


def _stage_changes(old: Stage, new: Stage) -> Iterator[str]:
    yield from _values(old, new, _STAGE)


def _category_changes(old: CategoryMeaning, new: CategoryMeaning) -> Iterator[str]:
    yield from _values(old, new, {"meaning": "reworded"})
    then, now = (f"{c.confidence_low} to {c.confidence_high} %" for c in (old, new))
    if then != now:
        yield f"confidence: {then} → {now}"


def _coverage_changes(old: Coverage, new: Coverage) -> Iterator[str]:
    if old != new:
        yield f"{old.low} to {old.high} → {new.low} to {new.high}"


def _short_list(what: str, old: Sequence[Reason], new: Sequence[Reason]) -> Iterator[str]:
    def renamed(then: Reason, now: Reason) -> Iterator[str]:
        if then.label != now.label:
            yield f'"{then.label}" → "{now.label}"'

    yield from _keyed(f"{what}:", old, new, _by_key, renamed, lambda reason: f'{reason.key} "{reason.label}"')


def _phrases(what: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    gone, more = [p for p in old if p not in new], [p for p in new if p not in old]
    if gone:
        yield f"{what}: no longer {', '.join(map(_plain, gone))}"
    if more:
        yield f"{what}: now also {', '.join(map(_plain, more))}"


def _calendar(old: Calendar, new: Calendar) -> Iterator[str]:
    yield from _values(old, new, _CALENDAR)
    default_then, default_now = _default_region(old), _default_region(new)
    if default_then != default_now:
        yield f"default region of holidays: {default_then or 'none'} → {default_now or 'none'}"
    for region in dict.fromkeys([*old.holidays, *new.holidays]):
        if region or not (default_then and default_now):
            yield from _holidays(region, old.holidays.get(region), new.holidays.get(region))


def _default_region(calendar: Calendar) -> str:
    """Return the name of the region by which everybody else goes, "" where none has just those days."""
    days = set(calendar.holidays.get("", ()))
    return next((region for region, off in calendar.holidays.items() if region and set(off) == days), "")


def _holidays(region: str, old: Collection[Day] | None, new: Collection[Day] | None) -> Iterator[str]:
    what = f"holidays of {region}" if region else "holidays where no region is named"
    if new is None:
        yield f"{what}: retired"
        return
    if old is None:
        yield f"{what}: new, {_days(new)}"
        return
    gone, more = set(old) - set(new), set(new) - set(old)
    if gone:
        yield f"{what}: no longer {_days(gone)}"
    if more:
        yield f"{what}: now also {_days(more)}"


def _days(days: Collection[Day]) -> str:
    dates = sorted(to_date(day) for day in days)
    if not dates:
        return "none"
    if len(dates) <= _NAMED_DAYS:
        return ", ".join(map(str, dates))
    return f"{len(dates)} days from {dates[0]} to {dates[-1]}"


def _plan_rates(old: Mapping[str, Mapping[str, object]], new: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    then, now = ({(y, c): r for y, rates in years.items() for c, r in rates.items()} for years in (old, new))
    for place in sorted({*then, *now}):
        before, after = then.get(place), now.get(place)
        if before != after:
            yield f"plan rate {' '.join(place)}: {before or 'none'} → {after or 'none'}"
