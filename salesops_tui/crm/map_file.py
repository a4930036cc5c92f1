"""The map that people write beside a CRM's export: a TOML file, every key of it checked."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from salesops_tui.crm.deal_map import DealMap, Join, Locate
from salesops_tui.crm.encodings import encoding_named
from salesops_tui.crm.fields import FIELDS
from salesops_tui.crm.odds import Odds
from salesops_tui.domain.deal import Category
from salesops_tui.domain.toml_lines import BeyondLimitsError, Lines
from salesops_tui.errors import BadInput, NotFound

_LONGEST = 1 << 20
_TRIAL_DAYS = (date(2026, 11, 16), date(2031, 7, 28))
_SAME_WEEKDAYS = 11
"""So many years after the trial days every date falls on the same day of the week, and in the same week."""


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | date) else value


def _known_field(name: str) -> str:
    if name not in FIELDS:
        raise ValueError(f"there is no field of that name; there are {', '.join(FIELDS)}")
    return name


def _works_as_date_format(form: str) -> str:
    if "%" not in form:
        raise ValueError("a form of dates is written as %m/%d/%Y")
    missing: set[str] = set()
    for day in _TRIAL_DAYS:
        try:
            missing |= _not_named(day, form)
        except (ValueError, re.error):
            raise ValueError("that is no form of dates; %d day, %m month, %b Nov, %Y year, %y short year") from None
    if missing:
        raise ValueError(f"that names no {' and no '.join(sorted(missing))}; a date is written as %m/%d/%Y")
    return form


def _not_named(day: date, form: str) -> set[str]:
    missing: set[str] = set()
    text = day.strftime(form)
    if text == day.replace(year=day.year + _SAME_WEEKDAYS).strftime(form):
        # A day and a month alone Python does not read for good: it warns from 3.13 on, and 3.15 may refuse.
        text, form = f"{text} {day.year}", f"{form} %Y"
        missing.add("year")
    read = datetime.strptime(text, form)  # noqa: DTZ007 - a day has no zone
    return missing | {part for part in ("day", "month", "year") if getattr(read, part) != getattr(day, part)}


Text = Annotated[str, BeforeValidator(_as_text), Field(max_length=10_000)]
FieldName = Annotated[str, BeforeValidator(_known_field)]
Encoding = Annotated[str, AfterValidator(encoding_named)]
DateFormat = Annotated[str, BeforeValidator(_works_as_date_format)]


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Formats(_Checked):
    date: DateFormat | list[DateFormat] = Field(default_factory=list)
    day_first: bool | None = None
    day_first_if_unclear: bool | None = None
    decimal: Literal[".", ","] = "."
    encoding: Encoding = ""
    currency: Annotated[str, Field(pattern="^([A-Za-z]{3})?$")] = ""


class _Values(_Checked):
    category: dict[str, Text] = Field(default_factory=dict)
    stage: dict[str, Text] = Field(default_factory=dict)
    status: dict[str, Text] = Field(default_factory=dict)
    owner: dict[str, Text] = Field(default_factory=dict)


class _Join(_Checked):
    file: Annotated[str, Field(min_length=1)]
    key: Annotated[str, Field(min_length=1)]
    match: Annotated[str, Field(min_length=1)]


_Percent = Annotated[int, Field(ge=0, le=100)]


class _Odds(_Checked):
    column: Text = ""
    out_of: Literal[1, 100] = 100
    commit: _Percent | None = None
    best_case: _Percent | None = None
    pipeline: _Percent | None = None

    @model_validator(mode="after")
    def _falls(self) -> _Odds:
        least = [percent for percent in (self.commit, self.best_case, self.pipeline) if percent is not None]
        if not least:
            raise ValueError("say what a category needs at least: commit = 90, best_case = 60")
        if any(higher <= lower for higher, lower in pairwise(least)):
            raise ValueError("commit has to need more than best_case, and best_case more than pipeline")
        return self

    def odds(self) -> Odds:
        """Return the rule; what is left is Omitted where Pipeline needs something, else Pipeline."""
        named = {
            Category.COMMIT: self.commit,
            Category.BEST_CASE: self.best_case,
            Category.PIPELINE: self.pipeline,
        }
        least = tuple((percent, category) for category, percent in named.items() if percent is not None)
        rest = Category.PIPELINE if self.pipeline is None else Category.OMITTED
        return Odds(least, rest, self.column, self.out_of)


class _MapFile(_Checked):
    id_prefix: Annotated[str, Field(max_length=50)] = ""
    columns: dict[FieldName, Text] = Field(default_factory=dict)
    defaults: dict[FieldName, Text] = Field(default_factory=dict)
    formats: _Formats = Field(default_factory=_Formats)
    values: _Values = Field(default_factory=_Values)
    join: dict[str, _Join] = Field(default_factory=dict)
    category_from_probability: _Odds | None = None


def read_map(path: Path) -> DealMap:
    """Read and check a map file. Paths of joined files are relative to it.

    Raises:
        NotFound: there is no such file.
        BadInput: it is no TOML, or a key is wrong; the message names the line and the key.
    """
    plain, lines, sha256 = _parsed(path)
    return _made(
        plain,
        path.parent,
        sha256,
        lambda where: f"{path}, line {lines.line_of(where)}",
        lambda error: _in_words(path, lines, error),
    )


def plain_map(path: Path) -> dict[str, Any]:
    """Return what a map file says as JSON values, with whole paths, for being kept or completed.

    Raises:
        NotFound: there is no such file.
        BadInput: it is no TOML, or a key is wrong.
    """
    read_map(path)
    plain, _, _ = _parsed(path)
    for join in plain.get("join", {}).values():
        join["file"] = str((path.parent / join["file"]).absolute())
    plain_json: dict[str, Any] = json.loads(json.dumps(plain, default=str))
    return plain_json


def map_of_plain(plain: Mapping[str, Any], called: str) -> DealMap:
    """Make a map of what `plain_map` gave, perhaps completed since.

    Args:
        plain: in the shape of a map file.
        called: what stands in messages in place of a file.

    Raises:
        BadInput: a key is wrong.
    """
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()
    return _made(plain, Path(), digest, lambda _where: called, lambda error: _about(called, error))


def _parsed(path: Path) -> tuple[dict[str, Any], Lines, str]:
    raw, text = _text_of(path)
    try:
        lines = Lines(text)
        return tomllib.loads(text, parse_float=str), lines, hashlib.sha256(raw).hexdigest()
    except BeyondLimitsError as error:
        raise BadInput(f"{path}, line {error.line}: {error}") from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise BadInput(f"{path}: not TOML: {error}") from None


def _made(
    plain: Mapping[str, Any],
    beside: Path,
    sha256: str,
    locate: Locate,
    in_words: Callable[[ValidationError], str],
) -> DealMap:
    try:
        checked = _MapFile.model_validate(plain)
    except ValidationError as error:
        raise BadInput(in_words(error)) from None
    formats, odds = checked.formats, checked.category_from_probability
    return DealMap(
        columns=checked.columns,
        defaults=checked.defaults,
        values={name: getattr(checked.values, name) for name in _Values.model_fields},
        odds=None if odds is None else odds.odds(),
        joins={name: Join(beside / j.file, j.key, j.match) for name, j in checked.join.items()},
        date_formats=(formats.date,) if isinstance(formats.date, str) else tuple(formats.date),
        day_first=formats.day_first,
        day_first_if_unclear=formats.day_first_if_unclear,
        decimal=formats.decimal,
        encoding=formats.encoding,
        currency=formats.currency.upper(),
        id_prefix=checked.id_prefix,
        sha256=sha256,
        locate=locate,
    )


def _text_of(path: Path) -> tuple[bytes, str]:
    try:
        with path.open("rb") as file:
            raw = file.read(_LONGEST + 1)
        if len(raw) > _LONGEST:
            raise BadInput(f"{path} is too long for a map")
        return raw, raw.decode("utf-8-sig").replace("\r\n", "\n")
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"there is no map {path}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadInput(f"{path}, line {line}: not UTF-8") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}") from None


def _about(called: str, error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    key = ".".join(str(part) for part in first["loc"] if part != "[key]")
    return f"{called}: {key or 'the map'}: {first['msg'].removeprefix('Value error, ')}"


def _written(lines: Lines, where: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return as much of a place as the file has: what is wrong may be missing, or one of two readings of a value."""
    where = tuple(part for part in where if part != "[key]")
    while where and not lines.has(where):
        where = where[:-1]
    return where


def _in_words(path: Path, lines: Lines, error: ValidationError) -> str:
    said = error.errors(include_url=False, include_context=False)
    first = said[0]
    where = _written(lines, first["loc"])
    what = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        where = first["loc"]
        what = "there is no such key here"
    key = ".".join(str(part) for part in where) or "the map"
    others = len({_written(lines, error["loc"]) for error in said}) - 1
    more = f" (and {others} more)" if others else ""
    return f"{path}, line {lines.line_of(where)}: {key}: {what}{more}"
