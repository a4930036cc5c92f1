"""The map that people write beside a CRM's export: a TOML file, every key of it checked."""

from __future__ import annotations

import hashlib
import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from salesops_tui.crm.deal_map import DealMap, Join
from salesops_tui.crm.fields import FIELDS
from salesops_tui.domain.toml_lines import BeyondLimitsError, Lines
from salesops_tui.errors import BadInput, NotFound

_LONGEST = 1 << 20
_TRIAL_DAYS = (datetime(2026, 11, 16), datetime(2031, 7, 28))  # noqa: DTZ001 - a day has no zone


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
            read = datetime.strptime(day.strftime(form), form)  # noqa: DTZ007 - a day has no zone
        except (ValueError, re.error):
            raise ValueError("that is no form of dates; %d day, %m month, %b Nov, %Y year, %y short year") from None
        missing |= {part for part in ("day", "month", "year") if getattr(read, part) != getattr(day, part)}
    if missing:
        raise ValueError(f"that names no {' and no '.join(sorted(missing))}; a date is written as %m/%d/%Y")
    return form


Text = Annotated[str, BeforeValidator(_as_text), Field(max_length=10_000)]
FieldName = Annotated[str, BeforeValidator(_known_field)]
DateFormat = Annotated[str, BeforeValidator(_works_as_date_format)]


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Formats(_Checked):
    date: DateFormat | list[DateFormat] = Field(default_factory=list)
    day_first: bool | None = None
    decimal: Literal[".", ","] = "."
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


class _MapFile(_Checked):
    id_prefix: Annotated[str, Field(max_length=50)] = ""
    columns: dict[FieldName, Text] = Field(default_factory=dict)
    defaults: dict[FieldName, Text] = Field(default_factory=dict)
    formats: _Formats = Field(default_factory=_Formats)
    values: _Values = Field(default_factory=_Values)
    join: dict[str, _Join] = Field(default_factory=dict)


def read_map(path: Path) -> DealMap:
    """Read and check a map file. Paths of joined files are relative to it.

    Raises:
        NotFound: there is no such file.
        BadInput: it is no TOML, or a key is wrong; the message names the line and the key.
    """
    raw, text = _text_of(path)
    try:
        lines = Lines(text)
        plain = tomllib.loads(text, parse_float=str)
    except BeyondLimitsError as error:
        raise BadInput(f"{path}, line {error.line}: {error}") from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise BadInput(f"{path}: not TOML: {error}") from None
    try:
        checked = _MapFile.model_validate(plain)
    except ValidationError as error:
        raise BadInput(_in_words(path, lines, error)) from None
    formats = checked.formats
    return DealMap(
        columns=checked.columns,
        defaults=checked.defaults,
        values={name: getattr(checked.values, name) for name in _Values.model_fields},
        joins={name: Join(path.parent / j.file, j.key, j.match) for name, j in checked.join.items()},
        date_formats=(formats.date,) if isinstance(formats.date, str) else tuple(formats.date),
        day_first=formats.day_first,
        decimal=formats.decimal,
        currency=formats.currency.upper(),
        id_prefix=checked.id_prefix,
        sha256=hashlib.sha256(raw).hexdigest(),
        locate=lambda where: f"{path}, line {lines.line_of(where)}",
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


def _in_words(path: Path, lines: Lines, error: ValidationError) -> str:
    said = error.errors(include_url=False, include_context=False)
    first = said[0]
    where = tuple(part for part in first["loc"] if part != "[key]")
    while where and not lines.has(where):
        where = where[:-1]
    what = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        where = first["loc"]
        what = "there is no such key here"
    key = ".".join(str(part) for part in where) or "the map"
    more = f" (and {len(said) - 1} more)" if len(said) > 1 else ""
    return f"{path}, line {lines.line_of(where)}: {key}: {what}{more}"
