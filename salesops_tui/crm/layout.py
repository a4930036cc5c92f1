"""Where each field of a deal is found in the rows of one file."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from salesops_tui.crm.canonical_file import OTHER_COLUMNS, unpacked
from salesops_tui.crm.deal_map import DealMap, Join
from salesops_tui.crm.dialect import Dialect
from salesops_tui.crm.fields import FIELDS, REQUIRED, folded_column
from salesops_tui.crm.neighbours import look_around
from salesops_tui.crm.source import SourceFile, look_through
from salesops_tui.crm.table import Header, open_table
from salesops_tui.errors import BadInput

_PLACE = re.compile(r"\{([^{}]+)\}")
_LISTED = 30
_JOINED_CHARACTERS = 32 * 1024 * 1024

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class _Joined:
    """Another file's rows by key: `values` are those of the columns that the map uses."""

    sha256: str
    key: int
    values: Mapping[str, tuple[str, ...]]
    blank: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Template:
    """Text around cells: between two texts stands the first cell, of the places in question, that is not blank."""

    texts: tuple[str, ...]
    places: tuple[tuple[int, ...], ...]

    def fill(self, cells: Sequence[str]) -> str:
        """Return the text with the cells put in; a cell with nothing around it comes as it is."""
        chosen = [_first(cells, places) for places in self.places]
        if len(chosen) == 1 and not any(self.texts):
            return chosen[0]
        filled = [self.texts[0]]
        for cell, text in zip(chosen, self.texts[1:], strict=True):
            filled += (cell, text)
        return "".join(filled)


def _first(cells: Sequence[str], places: tuple[int, ...]) -> str:
    cell = ""
    for place in places:
        cell = cells[place]
        if cell and not cell.isspace():
            break
    return cell


@dataclass(frozen=True, slots=True)
class Layout:
    """A file's header understood.

    Attributes:
        dialect: whose words and habits the cells have.
        map: what is said of the file: by its map, then by the dialect.
        columns: by field, the column or template that it comes from; None where the file does not have it.
        delivered: fields that the file says something about, by a column or a default.
        extra_columns: columns that no field stands for; they are kept with the deal.
        joined: SHA-256 of the files that are joined.
        width: cells of a row.
        pick: from a row's cells to the texts of all `FIELDS`, in their order.
        pick_extra: from a row's cells to the extra columns as a JSON object; null for a blank cell.
        filled: fields in which `pick` had to put a default for the row that it was last given.
        said: what a person should know of it: a code, words, and how often.
    """

    dialect: Dialect
    map: DealMap
    columns: Mapping[str, str | None]
    delivered: frozenset[str]
    extra_columns: tuple[str, ...]
    joined: tuple[str, ...]
    width: int
    pick: Callable[[list[str]], tuple[str, ...]]
    pick_extra: Callable[[list[str]], str]
    filled: Counter[str]
    said: Sequence[tuple[str, str, int]] = ()

    def called(self, field: str) -> str:
        """Return what a field is called in this file, for messages."""
        column = self.columns[field] or field
        return _PLACE.sub(lambda place: " or ".join(_alternatives(place[1], ())), column)


def in_words(column: str, header: Container[str] = ()) -> str:
    """Return where a field comes from as people say it: `{Won on|Expected on}` is `Won on, else Expected on`.

    Args:
        column: a column's name, or a template.
        header: the file's columns; one may have a bar in its own name.
    """
    return _PLACE.sub(lambda place: ", else ".join(_alternatives(place[1], header)), column)


def lay_out(header: Header, dialect: Dialect, deal_map: DealMap, file: SourceFile) -> Layout:
    """Find every field of a deal in the header of a file.

    Files that the map joins are looked for beside the map, then beside the file.

    Raises:
        BadInput: a required field is nowhere, or the map names a column that the file does not have.
    """
    around = look_around(header.names, dialect, deal_map, file)
    wanted = deal_map.over({**_proposed(header, dialect, deal_map, file.name), **around.columns})
    wanted = replace(wanted, joins={**around.joins, **wanted.joins})
    wanted = _stage_for_category(_odds_for_category(wanted, deal_map, header))
    plan = _Plan(header, wanted, file, dialect)
    for field in FIELDS:
        plan.find(field)
    missing = [f for f in REQUIRED if f not in plan.columns and f not in plan.defaults]
    if missing:
        raise BadInput(_about_missing(missing, header, file.name, dialect))
    return replace(plan.layout(), said=around.said)


def _odds_for_category(wanted: DealMap, given: DealMap, header: Header) -> DealMap:
    """Let the probability speak for the category where the map says how; a category of the deal's own goes first."""
    if not given.odds or given.columns.get("category"):
        return wanted
    column = given.odds.column_in(header.names)
    if column is None:
        where = given.locate(("category_from_probability",))
        raise BadInput(f'{where}: say which column holds the probability: column = "…"')
    own = wanted.columns.get("category")
    return replace(wanted, columns={**wanted.columns, "category": f"{{{own}|{column}}}" if own else column})


def _stage_for_category(deal_map: DealMap) -> DealMap:
    """Let the stages speak for the categories where the map explains categories that no column holds."""
    stage = deal_map.columns.get("stage")
    if "category" in deal_map.columns or not stage or not deal_map.values.get("category"):
        return deal_map
    return deal_map.over({"category": stage})


def _proposed(header: Header, dialect: Dialect, deal_map: DealMap, name: str) -> Mapping[str, str]:
    found = dialect.columns(header.names)
    for field in found:
        alike = [n for n in header.names if folded_column(n) == field]
        if len(alike) > 1 and field not in deal_map.columns:
            raise BadInput(
                f"{name}, line {header.line}: the columns '{alike[0]}' and '{alike[1]}' both mean {field};"
                " rename one of them, or name the right one in a map"
            )
    return found


class _Plan:
    """Builds a layout: cells of the file, then of joined files, then templates, then constants."""

    def __init__(self, header: Header, deal_map: DealMap, file: SourceFile, dialect: Dialect) -> None:
        self.name = file.name
        self.beside = file.path.parent
        self.header = header
        self.map = deal_map
        self.dialect = dialect
        self.defaults = {**dialect.defaults, **deal_map.defaults}
        self.columns: dict[str, str] = {}
        self.slots: dict[str, int] = {}
        self.used: set[int] = set()
        self.joins: list[_Joined] = []
        self.templates: list[_Template] = []
        self.place_of = {column: i for i, column in enumerate(header.names)}
        self.place_folded = {column.casefold(): i for column, i in self.place_of.items()}
        self.width = len(header.names)
        self._join()

    def find(self, field: str) -> None:
        """Note where a field comes from."""
        text = self.map.columns.get(field, "")
        if not text:
            return
        if not _PLACE.search(text):
            self.slots[field] = self._place(text, field)
            self.used.add(self.slots[field])
        else:
            places = tuple(self._places(match[1], field) for match in _PLACE.finditer(text))
            self.templates.append(_Template(tuple(_PLACE.split(text)[::2]), places))
            self.slots[field] = -len(self.templates)
        self.columns[field] = text

    def layout(self) -> Layout:
        """Return the finished layout."""
        width = self.width
        extras = [(n, i) for n, i in self.place_of.items() if i not in self.used and i < len(self.header.names)]
        constants = list(dict.fromkeys(["", *self.defaults.values()]))
        after = width + len(self.templates)
        indexes, blanks = [], []
        for position, field in enumerate(FIELDS):
            default = self.defaults.get(field, "")
            slot = self.slots.get(field)
            if slot is None:
                indexes.append(after + constants.index(default))
                continue
            indexes.append(slot if slot >= 0 else width - slot - 1)
            if default:
                blanks.append((position, default))
        filled: Counter[str] = Counter()
        pick = _picker(self.joins, self.templates, constants, itemgetter(*indexes), _Blanks(blanks, filled))
        return Layout(
            dialect=self.dialect,
            map=self.map,
            columns={field: self.columns.get(field) for field in FIELDS},
            delivered=frozenset(self.columns) | frozenset(self.defaults),
            extra_columns=tuple(n for n, _ in extras),
            joined=tuple(join.sha256 for join in self.joins),
            width=len(self.header.names),
            pick=_without(self.dialect.blanks, pick),
            pick_extra=_extra_picker(extras),
            filled=filled,
        )

    def _places(self, text: str, field: str) -> tuple[int, ...]:
        return tuple(self._place(name, field) for name in _alternatives(text, self.place_of))

    def _place(self, column: str, field: str) -> int:
        place = self.place_of.get(column, self.place_folded.get(column.casefold()))
        if place is None:
            where = self.map.locate(("columns", field))
            raise BadInput(
                f"{where}: {field} is to come from the column '{column}', which {self.name} does not have;"
                f" it has {_listed(self.header.names)}"
            )
        return place

    def _join(self) -> None:
        for name, join in self.map.joins.items():
            needed = self._needed(name)
            if not needed:
                continue
            if join.key not in self.place_of:
                raise BadInput(
                    f"{self.map.locate(('join', name, 'key'))}: {self.name} has no column '{join.key}';"
                    f" it has {_listed(self.header.names)}"
                )
            beside = self.beside / join.path.name
            found = replace(join, path=beside) if beside.exists() and not join.path.exists() else join
            self.joins.append(_read_joined(found, self.place_of[join.key], needed, self.map, name))
            for column in needed:
                self.place_of[f"{name}.{column}"] = self.width
                self.width += 1

    def _needed(self, join: str) -> list[str]:
        """Return the columns of a joined file that the map speaks of."""
        found: dict[str, None] = {}
        for text in self.map.columns.values():
            for place in _PLACE.findall(text) or [text]:
                for column in _alternatives(place, self.place_of):
                    name, _, rest = column.partition(".")
                    if name == join and rest and column not in self.header.names:
                        found[rest] = None
        return list(found)


def _alternatives(text: str, columns: Container[str]) -> list[str]:
    """Split `A|B`, which takes B where A is blank; a column may have the bar in its own name."""
    name = text.strip()
    return [name] if name in columns else [part.strip() for part in name.split("|")]


def _read_joined(join: Join, key: int, needed: list[str], deal_map: DealMap, name: str) -> _Joined:
    source = look_through(join.path, str(join.path))
    values: dict[str, tuple[str, ...]] = {}
    kept = 0
    with open_table(source) as table:
        places = {column: i for i, column in enumerate(table.header.names)}
        for column in (join.match, *needed):
            if column not in places:
                where = deal_map.locate(("join", name, "match") if column == join.match else ("columns",))
                raise BadInput(f"{where}: {join.path} has no column '{column}'; it has {_listed(table.header.names)}")
        for row in table.rows():
            if row.problem:
                raise BadInput(f"{join.path}, line {row.line}: {row.problem}")
            taken = tuple(row.cells[places[column]] for column in needed)
            values.setdefault(row.cells[places[join.match]].strip(), taken)
            kept += sum(map(len, taken)) + 200
            if kept > _JOINED_CHARACTERS:
                raise BadInput(f"{join.path} is too long to be joined")
    values.pop("", None)
    return _Joined(source.sha256, key, values, ("",) * len(needed))


@dataclass(frozen=True, slots=True)
class _Blanks:
    """What stands in for blank cells: by position among the fields; and for which it did the last time."""

    defaults: Sequence[tuple[int, str]]
    filled: Counter[str]

    def fill(self, found: tuple[str, ...]) -> tuple[str, ...]:
        """Return the fields with their defaults put in."""
        values = None
        if self.filled:
            self.filled.clear()
        for position, default in self.defaults:
            if not found[position] or found[position].isspace():
                values = values or list(found)
                values[position] = default
                self.filled[FIELDS[position]] += 1
        return tuple(values) if values else found


def _picker(
    joins: Sequence[_Joined],
    templates: Sequence[_Template],
    constants: list[str],
    getter: Callable[[list[str]], tuple[str, ...]],
    blanks: _Blanks,
) -> Callable[[list[str]], tuple[str, ...]]:
    def simple(cells: list[str]) -> tuple[str, ...]:
        return getter(cells + constants)

    def composed(cells: list[str]) -> tuple[str, ...]:
        cells = list(cells)
        for join in joins:
            cells += join.values.get(cells[join.key].strip(), join.blank)
        cells += [template.fill(cells) for template in templates]
        return blanks.fill(getter(cells + constants))

    if joins or templates:
        return composed
    return (lambda cells: blanks.fill(getter(cells + constants))) if blanks.defaults else simple


def _without(
    nothing: frozenset[str], pick: Callable[[list[str]], tuple[str, ...]]
) -> Callable[[list[str]], tuple[str, ...]]:
    """Take cells that only say that there is nothing for blank ones."""
    if not nothing:
        return pick

    def cleared(cells: list[str]) -> tuple[str, ...]:
        if nothing.isdisjoint(cells):
            return pick(cells)
        return pick(["" if cell in nothing else cell for cell in cells])

    return cleared


def _extra_picker(extras: Sequence[tuple[str, int]]) -> Callable[[list[str]], str]:
    """Return how to read the other columns: as a JSON object, in which null stands for a blank cell."""
    pairs = tuple(pair for pair in extras if pair[0] != OTHER_COLUMNS)
    packed = next((place for name, place in extras if name == OTHER_COLUMNS), None)

    def none(_cells: list[str]) -> str:
        return "{}"

    def pick(cells: list[str]) -> str:
        return _encode({name: cells[place] or None for name, place in pairs})

    def pick_packed(cells: list[str]) -> str:
        assert packed is not None
        return _encode({name: cells[place] or None for name, place in pairs} | unpacked(cells[packed]))

    if packed is not None:
        return pick_packed
    return pick if pairs else none


def _about_missing(missing: Sequence[str], header: Header, name: str, dialect: Dialect) -> str:
    advice = next((dialect.advice[field] for field in missing if field in dialect.advice), "")
    if len(header.names) == 1:
        advice = "Is that the title of a report? Export it once more with its details only, without what stands above"
    return (
        f"{name}, line {header.line}: no column for {', '.join(missing)}; the header has {_listed(header.names)}."
        f" {advice or 'A map can say which column is which (--map)'}"
    )


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "no columns"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(n if len(n) < 60 else n[:59] + "…" for n in names[:_LISTED]) + more
