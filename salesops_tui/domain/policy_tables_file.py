"""The policy file's tables and what each of their keys may hold.

Pydantic is loaded with this module, so only `policy_file` imports it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from salesops_tui.domain.calendar import WEEKDAYS
from salesops_tui.domain.policy import FACTS, bare_phrase
from salesops_tui.domain.policy_problems import OWN_WORDS, did_you_mean, shown
from salesops_tui.domain.toml_lines import Path

_JOINERS = "\u200c\u200d"  # part of the spelling in some scripts, and of emoji
_INVISIBLE = _JOINERS + " \u00a0\u3000\u115f\u1160\u3164\uffa0"
_MACHINE_ZONES = {"localtime", "Factory", "posixrules"}


def _wrong(text: str) -> PydanticCustomError:
    return PydanticCustomError(OWN_WORDS, "{text}", {"text": text})


def _text(longest: int, *, may_be_blank: bool = False) -> AfterValidator:
    """Make the check of a text: one line, visible, without anything that steers a terminal."""

    def check(value: str) -> str:
        line = re.sub(r"[ \t\r\n]+", " ", value).strip(" ")
        for character in line:
            kind = unicodedata.category(character)
            if kind in {"Cc", "Zl", "Zp", "Cs"} or (kind == "Cf" and character not in _JOINERS):
                raise _wrong(f"holds the control character U+{ord(character):04X}")
        if len(line) > longest:
            raise _wrong(f"has {len(line)} characters, and may have {longest}")
        if not may_be_blank and not line.strip(_INVISIBLE):
            raise _wrong("is blank")
        return line

    return AfterValidator(check)


def _form(pattern: str, says: str) -> AfterValidator:
    """Make the check of a text that has to match `pattern` as a whole."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise _wrong(f"{shown(value)} is not {says}")
        return value

    return AfterValidator(check)


def _number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _wrong(f"{shown(value)} is not a number")
    return Decimal(value)


def _whole_basis_points(value: Decimal) -> Decimal:
    if value != round(value, 2):
        raise _wrong(f"{shown(value)} has more than two decimals")
    return value


def _weekday(value: str) -> str:
    day = value.strip().capitalize()
    if day not in WEEKDAYS:
        raise _wrong(f"{shown(value)} is not a day of the week in English{did_you_mean(value, WEEKDAYS)}")
    return day


@cache
def _zones() -> frozenset[str]:
    # Hundreds of files are looked into for this.
    return frozenset(available_timezones() - _MACHINE_ZONES | {"UTC"})


def _zone(value: str) -> str:
    zones = _zones()
    if value not in zones:
        raise _wrong(f"{shown(value)} is not a time zone{did_you_mean(value, zones)}")
    return value


def _rate(value: object) -> Decimal:
    if not isinstance(value, str):
        raise _wrong(f'put the rate in quotes, to keep it exact: "{shown(value).strip(chr(39))}"')
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value, re.ASCII):
        raise _wrong(f'{shown(value)} is not a rate; write it as "1.08"')
    if not Decimal(value):
        raise _wrong(f"{shown(value)} is not over 0")
    return Decimal(value)


def _fact(value: str) -> str:
    if value not in FACTS:
        raise _wrong(f"{shown(value)} is not one of {', '.join(FACTS)}{did_you_mean(value, FACTS)}")
    return value


def _phrase(value: str) -> str:
    """Bring a phrase into the form in which it will be compared."""
    bare = bare_phrase(value)
    if not bare:
        raise _wrong(f"{shown(value)} holds no word")
    return bare


Short = Annotated[str, _text(40)]
Long = Annotated[str, _text(300)]
Key = Annotated[str, _form(r"[a-z][a-z0-9_]{0,39}", "a key: small letters, digits and _, a letter first")]
StageKey = Annotated[
    str, _form(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", "a stage key: letters, digits, and . _ - but not first")
]
Percent = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=100), AfterValidator(_whole_basis_points)]
Multiple = Annotated[Decimal, BeforeValidator(_number), Field(gt=0, le=100)]
WholePercent = Annotated[int, Field(ge=0, le=100)]
Phrase = Annotated[str, _text(80), AfterValidator(_phrase)]
ShortList = Annotated[dict[Key, Short], Field(max_length=9)]
Currency = Annotated[str, _form(r"[A-Z]{3}", "a currency: three capital letters, as in USD")]
FiscalYear = Annotated[str, _form(r"FY[0-9]{2}", "a fiscal year; write it as FY26")]
Rate = Annotated[Decimal, BeforeValidator(_rate)]
Fact = Literal[
    "buyer",
    "last_meeting",
    "last_activity",
    "next_step",
    "close_date",
    "close_plan",
    "stage",
    "amount",
    "competitor",
]


class Table(BaseModel):
    """A table of the file: no key that is not known, and no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CalendarTable(Table):
    """How the store counts time."""

    timezone: Annotated[str, AfterValidator(_zone)]
    fiscal_start_month: Annotated[int, Field(ge=1, le=12)]
    week_start: Annotated[str, AfterValidator(_weekday)]
    grace_business_days: Annotated[int, Field(ge=0, le=20)]


class RegionTable(Table):
    """Whose public holidays count in a region, and what differs from them."""

    country: Annotated[str, _text(40, may_be_blank=True)] = ""
    subdivision: Annotated[str, _text(40, may_be_blank=True)] = ""
    extra: Annotated[list[date], Field(max_length=500)] = []
    worked: Annotated[list[date], Field(max_length=500)] = []


class HolidaysTable(Table):
    """The regions, and how many years around the day of adoption are looked up."""

    default_region: Short
    years_before: Annotated[int, Field(ge=0, le=10)]
    years_after: Annotated[int, Field(ge=1, le=10)]
    regions: Annotated[dict[Short, RegionTable], Field(min_length=1, max_length=50)]


class QuestionTable(Table):
    """One question of the inspection."""

    key: Key
    label: Short
    text: Long
    kind: Literal["yes_no", "risk", "within_business_days"]
    evidence: Annotated[str, _text(120, may_be_blank=True)] = ""
    business_days: Annotated[int, Field(ge=1, le=90)] | None = None
    facts: list[Fact] = []
    reasons: ShortList = {}


class StageTable(Table):
    """One stage; its place in the list is its rank."""

    key: StageKey
    name: Short
    buyer_action: Long
    exit_criteria: Annotated[list[Long], Field(max_length=12)] = []
    probability: Percent = Decimal(0)
    closed: Literal["won", "lost"] | None = None


class CategoryTable(Table):
    """What a forecast category claims."""

    meaning: Long
    confidence: Annotated[list[WholePercent], Field(min_length=2, max_length=2)]


class CategoriesTable(Table):
    """All forecast categories; the program knows these five."""

    closed: CategoryTable
    commit: CategoryTable
    best_case: CategoryTable
    pipeline: CategoryTable
    omitted: CategoryTable


class InspectionTable(Table):
    """How long a pass holds, and what is no answer."""

    pass_days: Annotated[int, Field(ge=1, le=92)]
    late_pass_days: Annotated[int, Field(ge=0, le=92)]
    late_period_days: Annotated[int, Field(ge=0, le=92)]
    amount_growth_percent: Annotated[int, Field(ge=1, le=1000)]
    risk_repeats: Annotated[int, Field(ge=0, le=52)]
    slips_need_plan: Annotated[int, Field(ge=0, le=20)]
    no_risk_phrases: Annotated[list[Phrase], Field(max_length=300)]


class ThresholdsTable(Table):
    """Figures at which something is flagged or asked about."""

    vanished_commit_percent: WholePercent
    early_commit_stage: StageKey
    over_claim_percent: WholePercent
    divergence_percent: WholePercent
    calibration_deals: Annotated[int, Field(ge=1, le=10_000)]
    age_factor_percent: Annotated[int, Field(ge=100, le=1000)]
    cycle_deals: Annotated[int, Field(ge=1, le=10_000)]
    silent_days: Annotated[int, Field(ge=1, le=366)]


class HygieneTable(Table):
    """What is found wanting in a deal's upkeep."""

    vague_next_steps: Annotated[list[Phrase], Field(max_length=300)]


class PolicyTables(Table):
    """The whole file."""

    name: Annotated[str, _text(80)]
    currency: Currency
    measure: Literal["ACV", "ARR", "TCV"]
    most_likely: Literal["pipeline", "best_case", "commit"]
    unknown_login: Literal["read", "refuse"]
    totals_above: Literal["hide", "show"]
    calendar: CalendarTable
    holidays: HolidaysTable
    questions: Annotated[list[QuestionTable], Field(min_length=1, max_length=12)]
    inspection: InspectionTable
    risk_kinds: ShortList
    stages: Annotated[list[StageTable], Field(min_length=3, max_length=20)]
    categories: CategoriesTable
    thresholds: ThresholdsTable
    coverage: Annotated[dict[Short, Annotated[list[Multiple], Field(min_length=2, max_length=2)]], Field(max_length=50)]
    loss_reasons: Annotated[ShortList, Field(min_length=1)]
    hygiene: HygieneTable
    plan_rates: Annotated[dict[FiscalYear, dict[Currency, Rate]], Field(max_length=50)] = {}


_TABLES: Mapping[tuple[str, ...], type[Table]] = {
    (): PolicyTables,
    ("calendar",): CalendarTable,
    ("holidays",): HolidaysTable,
    ("holidays", "regions", "*"): RegionTable,
    ("questions",): QuestionTable,
    ("inspection",): InspectionTable,
    ("stages",): StageTable,
    ("categories",): CategoriesTable,
    ("categories", "*"): CategoryTable,
    ("thresholds",): ThresholdsTable,
    ("hygiene",): HygieneTable,
}


def unknown_key(path: Path) -> str:
    """Say that the file has no such key, and which key was probably meant."""
    *around, key = path
    names = tuple(part for part in around if isinstance(part, str))
    table = _TABLES.get(names) or _TABLES[(*names[:-1], "*")]
    close = did_you_mean(key, table.model_fields)
    if not close:
        homes = list(_homes(str(key)))
        close = f"; it belongs {homes[0]}" if homes else ""
    return f"is not a key of the policy here{close}"


def _homes(key: str) -> Iterator[str]:
    for names, table in _TABLES.items():
        if key in table.model_fields:
            yield f"into [{'.'.join(names)}]" if names else "to the top of the file, above the first [table]"
