"""The policy file: the rulebook as people write it, in TOML, turned into a checked `Policy`.

Nothing on the start-up path imports this module: it brings in pydantic, and with the first policy read also
the library of public holidays.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from typing import Any

from pydantic import ValidationError

from salesops_tui.domain.calendar import WEEKDAYS, Calendar, Day, to_date, to_day
from salesops_tui.domain.policy import (
    CategoryMeaning,
    Coverage,
    InspectionRules,
    Policy,
    Question,
    QuestionKind,
    Reason,
    Stage,
    Thresholds,
)
from salesops_tui.domain.policy_changes import policy_changes
from salesops_tui.domain.policy_checks import check_policy
from salesops_tui.domain.policy_problems import BadPolicy, Problem, in_words
from salesops_tui.domain.policy_tables_file import (
    HolidaysTable,
    PolicyTables,
    QuestionTable,
    RegionTable,
    StageTable,
    unknown_key,
)
from salesops_tui.domain.public_holidays import NoSuchCountryError, NoSuchPartError, public_holidays
from salesops_tui.domain.toml_lines import BeyondLimitsError, Lines

__all__ = ["BadPolicy", "default_policy", "default_policy_text", "policy_changes", "read_policy"]

LARGEST_FILE = 256 * 1024
FIXED_YEARS = (2020, 2040)
"""The years whose holidays are looked up where no day of adoption is given."""

_DEFAULT_FILE = "default_policy.toml"
_ALWAYS_WRITTEN = ("name", "currency", "questions", "stages", "categories")
_FILLED_BY_KEY = ("calendar", "holidays", "inspection", "thresholds", "hygiene")
_TUPLE = re.compile(r"\(('[^()]*'),?\)")
_TOML_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


def read_policy(text: str | bytes, source_name: str, today: Day | None = None) -> Policy:
    """Read a policy from TOML; what the text leaves out is as in the default policy.

    Args:
        text: the file's content; bytes are taken as UTF-8.
        source_name: what messages call the file.
        today: the day of adoption. Public holidays are looked up for as many years around it as the
            policy says; without it, for 2020 to 2040.

    Raises:
        BadPolicy: a `BadInput` that names up to ten problems with file, line and key.
    """
    source = "".join(c if c.isprintable() else "?" for c in source_name)
    content = _decoded(text, source)
    lines, raw = _parsed(content, source)
    tables, problems = _checked_tables(raw)
    broken = {str(problem.path[0]) for problem in problems}
    holidays, more = _days_off(tables.holidays, today)
    policy = _policy(tables, holidays)
    problems += [*more, *_stray_business_days(tables), *check_policy(policy, broken)]
    if problems:
        places = sorted((lines.line_of(p.path), n) for n, p in enumerate(problems))
        raise BadPolicy(f"{source} line {line}: {problems[n]}" for line, n in places)
    return policy


def default_policy_text() -> str:
    """Return the default policy as TOML, comments and all."""
    return resources.files(__package__).joinpath(_DEFAULT_FILE).read_text(encoding="utf-8")


@cache
def default_policy() -> Policy:
    """Return the default policy, with the public holidays of 2020 to 2040."""
    return read_policy(default_policy_text(), _DEFAULT_FILE)


def _decoded(text: str | bytes, source: str) -> str:
    if len(text) > LARGEST_FILE:
        raise BadPolicy([f"{source} is too large for a policy: {len(text):,} bytes, at most {LARGEST_FILE:,}"])
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise BadPolicy([f"{source} line {line}: not UTF-8; save the file as UTF-8 text"]) from None
    return text.removeprefix("\ufeff")


def _parsed(content: str, source: str) -> tuple[Lines, dict[str, Any]]:
    try:
        lines = Lines(content)
        return lines, tomllib.loads(content, parse_float=_exact)
    except BeyondLimitsError as error:
        raise BadPolicy([f"{source} line {error.line}: {error}"]) from None
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy([f"{source} {_syntax(str(error), content)}"]) from None
    except (ValueError, RecursionError):
        raise BadPolicy([f"{source} is not TOML that can be read"]) from None


def _exact(number: str) -> Decimal:
    try:
        return Decimal(number)
    except InvalidOperation:
        return Decimal("NaN")


def _syntax(message: str, content: str) -> str:
    """Turn the parser's message into one that starts with the place."""
    match = _TOML_PLACE.fullmatch(message)
    if match and match[2]:
        place = f"line {match[2]}, column {match[3]}"
    else:
        *before, last = content.rstrip("\n").split("\n")
        place = f"line {len(before) + 1}, column {len(last) + 1}"
    words = _TUPLE.sub(lambda key: key[1].replace("', '", ".").strip("'"), match[1] if match else message)
    return f"{place}: not TOML: {words[:1].lower()}{words[1:]}"


def _checked_tables(raw: dict[str, Any]) -> tuple[PolicyTables, list[Problem]]:
    """Check each value by itself; a broken section gives way to the default's for the checks to come."""
    try:
        return PolicyTables.model_validate(_completed(raw)), []
    except ValidationError as error:
        found = error.errors(include_url=False)
    problems = [_problem(dict(one)) for one in found]
    broken = {problem.path[0] for problem in problems}
    kept = {key: value for key, value in raw.items() if key not in broken}
    return PolicyTables.model_validate(_default_tables() | _completed(kept)), problems


def _problem(error: Mapping[str, Any]) -> Problem:
    path = tuple(part for part in error["loc"] if part != "[key]")
    return Problem(path, unknown_key(path) if error["type"] == "extra_forbidden" else in_words(error))


def _completed(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Fill what a file leaves out from the default policy, except what every policy has to say itself."""
    default = _default_tables()
    filled = {key: value for key, value in default.items() if key not in _ALWAYS_WRITTEN} | dict(raw)
    for key in _FILLED_BY_KEY:
        if isinstance(filled[key], dict):
            filled[key] = default[key] | filled[key]
    return filled


@cache
def _default_tables() -> dict[str, Any]:
    return tomllib.loads(default_policy_text(), parse_float=_exact)


def _stray_business_days(tables: PolicyTables) -> Iterator[Problem]:
    for i, question in enumerate(tables.questions):
        if question.business_days is not None and question.kind != QuestionKind.WITHIN_BUSINESS_DAYS.value:
            text = f"only a question of kind within_business_days has it; this one is {question.kind}"
            yield Problem(("questions", i, "business_days"), text)


def _days_off(table: HolidaysTable, today: Day | None) -> tuple[dict[str, frozenset[Day]], list[Problem]]:
    """Return the days off by region, the default region's under "" as well."""
    years = FIXED_YEARS
    if today is not None:
        year = to_date(today).year
        years = (max(1, year - table.years_before), min(9999, year + table.years_after))
    days: dict[str, frozenset[Day]] = {}
    problems: list[Problem] = []
    for name, region in table.regions.items():
        path = ("holidays", "regions", name)
        try:
            public = _public(region, years)
        except NoSuchCountryError as error:
            problems.append(Problem((*path, "country"), str(error)))
            continue
        except NoSuchPartError as error:
            problems.append(Problem((*path, "subdivision"), str(error)))
            continue
        problems += _not_holidays(path, region.worked, public, years)
        days[name] = public - set(_days(region.worked)) | set(_days(region.extra))
    if table.default_region not in table.regions:
        text = f"'{table.default_region}' is none of the regions: {', '.join(table.regions)}"
        problems.append(Problem(("holidays", "default_region"), text))
    return days | {"": days.get(table.default_region, frozenset())}, problems


def _public(region: RegionTable, years: tuple[int, int]) -> frozenset[Day]:
    if region.country:
        return public_holidays(region.country, region.subdivision, *years)
    if region.subdivision:
        raise NoSuchPartError("needs the country beside it")
    return frozenset()


def _not_holidays(
    path: tuple[str, ...], worked: Collection[date], public: frozenset[Day], years: tuple[int, int]
) -> Iterator[Problem]:
    for i, day in enumerate(worked):
        if to_day(day) not in public and years[0] <= day.year <= years[1]:
            yield Problem((*path, "worked", i), f"{day} is no public holiday there, so nothing is to be taken away")


def _days(dates: Collection[date]) -> Iterator[Day]:
    return (to_day(day) for day in dates)


def _policy(tables: PolicyTables, holidays: Mapping[str, frozenset[Day]]) -> Policy:
    """Turn the checked tables into the plain values that the rest of the program works with."""
    return Policy(
        name=tables.name,
        currency=tables.currency,
        calendar=_calendar(tables, holidays),
        questions=tuple(_question(q) for q in tables.questions),
        stages=tuple(_stage(rank, s) for rank, s in enumerate(tables.stages)),
        categories=tuple(CategoryMeaning(key, table.meaning, *table.confidence) for key, table in tables.categories),
        coverage=tuple(Coverage(segment, low, high) for segment, (low, high) in tables.coverage.items()),
        inspection=InspectionRules(
            **{**dict(tables.inspection), "no_risk_phrases": tuple(tables.inspection.no_risk_phrases)}
        ),
        thresholds=Thresholds(**dict(tables.thresholds)),
        risk_kinds=_reasons(tables.risk_kinds),
        loss_reasons=_reasons(tables.loss_reasons),
        vague_next_steps=tuple(tables.hygiene.vague_next_steps),
        plan_rates=tables.plan_rates,
        measure=tables.measure,
        most_likely=tables.most_likely,
        unknown_login=tables.unknown_login,
        totals_above=tables.totals_above,
    )


def _calendar(tables: PolicyTables, holidays: Mapping[str, frozenset[Day]]) -> Calendar:
    table = tables.calendar
    return Calendar(
        zone_name=table.timezone,
        fiscal_start_month=table.fiscal_start_month,
        week_start=WEEKDAYS.index(table.week_start),
        holidays=holidays,
        grace_business_days=table.grace_business_days,
    )


def _reasons(labels: Mapping[str, str]) -> tuple[Reason, ...]:
    return tuple(Reason(key, label) for key, label in labels.items())


def _question(table: QuestionTable) -> Question:
    plain = table.model_dump(exclude_none=True)
    plain |= {
        "kind": QuestionKind(table.kind),
        "reasons": _reasons(table.reasons),
        "facts": tuple(table.facts),
    }
    return Question(**plain)


def _stage(rank: int, table: StageTable) -> Stage:
    return Stage(
        key=table.key,
        name=table.name,
        rank=rank,
        action=table.buyer_action,
        exit_criteria=tuple(table.exit_criteria),
        probability_bp=int(table.probability * 100),
        closed=table.closed or "",
    )
