"""Which map a file is read by: the one that was named, else the one that was confirmed for its header, corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from salesops_tui.crm.deal_map import DealMap
from salesops_tui.domain.calendar import Moment
from salesops_tui.errors import BadInput, NotFound, Refused
from salesops_tui.services.context import Context
from salesops_tui.services.import_request import ImportRequest, moment_to_write
from salesops_tui.store import mappings, record

if TYPE_CHECKING:
    from salesops_tui.crm.source import SourceFile
    from salesops_tui.crm.table import Table

_TABLES = ("columns", "defaults", "formats")
_ODDS = "category_from_probability"
KEPT_ORDER = "day_first_if_unclear"
"""Where a mapping keeps the order of day and month that its file had told by itself."""


class Origin(NamedTuple):
    """A mapping that was confirmed once: by whom, when, for which source and dialect."""

    number: int
    by: str
    at: Moment
    source: str
    dialect: str

    def said(self, iso: str) -> str:
        """Return it in words."""
        return f"read as confirmed by {self.by} on {iso[:10]}"


class InForce(NamedTuple):
    """The map to read by, in the shape of a map file too, and where it was remembered from; None if it was not."""

    map: DealMap
    plain: Mapping[str, Any]
    origin: Origin | None


def with_mapping(
    request: ImportRequest,
    *,
    columns: Mapping[str, str] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
    owners: Mapping[str, str] | None = None,
    formats: Mapping[str, Any] | None = None,
    id_prefix: str | None = None,
) -> ImportRequest:
    """Return the request with corrections of how its file is read; earlier ones stay unless they are overwritten.

    Args:
        request: the one to correct.
        columns: by field, a column, a template such as `{Account} · {Product}`, or "" for none.
        values: by field (category, stage, status), what words mean, as keys.
        owners: what an owner's text means: a person's id.
        formats: as in a map file: date, day_first, decimal, currency, encoding.
        id_prefix: what goes in front of every id.
    """
    given: dict[str, Any] = {
        "columns": dict(columns or {}),
        "values": {**(values or {}), **({"owner": dict(owners)} if owners else {})},
        "formats": dict(formats or {}),
    }
    if id_prefix is not None:
        given["id_prefix"] = id_prefix
    if "category" in given["columns"]:
        given[_ODDS] = {}
    return replace(request, corrections=_completed(request.corrections, given))


def with_probability(request: ImportRequest, column: str, least: Mapping[str, int], out_of: int = 100) -> ImportRequest:
    """Return the request with categories that follow from a probability, whatever column there is for them.

    Args:
        request: the one to correct.
        column: of the probability; where it is blank, the deal is in Pipeline.
        least: by category (commit, best_case, pipeline), what it needs at least, in percent.
        out_of: what certainty is written as, 100 or 1.
    """
    given = {
        "columns": {"category": ""},
        "defaults": {"category": "pipeline"},
        _ODDS: {**least, "column": column, "out_of": out_of},
    }
    return replace(request, corrections=_completed(request.corrections, given))


def with_encoding(request: ImportRequest, now: str, codec: str) -> ImportRequest:
    """Return the request with another encoding of its text; what was said of columns and words stays said of them.

    Args:
        request: the one to correct.
        now: the encoding in which these columns and words were read.
        codec: the one to read them in.
    """
    from salesops_tui.crm.encodings import as_read_in

    said = request.corrections
    columns = {field: as_read_in(column, now, codec) for field, column in said.get("columns", {}).items()}
    values = {
        field: {as_read_in(word, now, codec): meant for word, meant in words.items()}
        for field, words in said.get("values", {}).items()
    }
    formats = {**said.get("formats", {}), "encoding": codec}
    return replace(request, corrections={**said, "columns": columns, "values": values, "formats": formats})


def fingerprint(header: Sequence[str]) -> str:
    """Return what stands for a header: its columns, in whatever order and case."""
    from hashlib import sha256

    return sha256("\n".join(sorted(name.casefold() for name in header)).encode()).hexdigest()


def _marks(guessed: Sequence[str], read: Sequence[str]) -> list[str]:
    """Return what a header is remembered by: as it was guessed at, and as it reads; rejects have it so."""
    return list(dict.fromkeys((fingerprint(guessed), fingerprint(read))))


def mapping_in_force(context: Context, request: ImportRequest, header: Sequence[str]) -> InForce:
    """Return the map by which a file with this header is read.

    Args:
        context: for the mappings that were confirmed.
        request: may name a map, and corrections.
        header: as it stands before the map has said how the text is encoded; a mapping is remembered by that.

    Raises:
        NotFound: there is no map file of that name.
        BadInput: the map is wrong.
    """
    plain: Mapping[str, Any] = {}
    origin = None
    if request.map is not None:
        from salesops_tui.crm.map_file import plain_map, read_map

        plain = plain_map(request.map)
        if not request.corrections:
            return InForce(read_map(request.map), plain, None)
    elif not request.forget_map:
        plain, origin = _remembered(context, request.source, header)
    if request.corrections:
        plain = _completed(plain, request.corrections)
        plain = {name: value for name, value in plain.items() if name != _ODDS or value}
    if not plain:
        return InForce(DealMap(), {}, None)
    from salesops_tui.crm.map_file import map_of_plain

    return InForce(map_of_plain(plain, "the mapping"), plain, origin)


def confirm(context: Context, request: ImportRequest) -> Origin:
    """Keep the way in which a file is read for all later files with this header; owners that were mapped too.

    Where the file's own dates tell which of their numbers is the month, that is kept for later ones that do not tell.

    Raises:
        Refused: the actor is no ops lead.
        NotFound: an owner was mapped to nobody.
        BadInput: the file or its map cannot be read.
    """
    from salesops_tui.crm.source import look_through
    from salesops_tui.crm.table import open_table
    from salesops_tui.services.owner_mapping import map_owner

    actor = context.as_ops("confirming a mapping")
    file = look_through(request.path, request.called)
    with open_table(file) as table:
        header = table.header.names
    found = mapping_in_force(context, request, header)
    plain = _without_owners(found.plain, request)
    with open_table(file.encoded(found.map.encoding)) as table:
        marks = _marks(header, table.header.names)
        dialect = _dialect(request, table.header.names)
        plain = _with_order(plain, _order_told(context, request, found, file, table))
    owners = request.corrections.get("values", {}).get("owner", {})
    with context.store.write() as conn:
        for text, person in owners.items():
            map_owner(context, text, person)
        for mark in marks:
            known = mappings.newest(conn, mark, request.source)
            if known is None or known.body != plain or known.dialect != dialect:
                change = context.change("mapping")
                mappings.add(conn, mark, request.source, dialect, plain, change)
                body = {"fingerprint": mark, "source": request.source, "dialect": dialect, "mapping": plain}
                record.write_record(conn, change, body)
                known = mappings.newest(conn, mark, request.source)
    assert known is not None, "just written"
    return Origin(known.id, actor.name, known.at, known.source, known.dialect)


def _order_told(
    context: Context, request: ImportRequest, found: InForce, file: SourceFile, table: Table
) -> bool | None:
    """Say whether a file's own dates have the day first; None where they do not tell, or the map says it."""
    from salesops_tui.crm.dialects import AUTO
    from salesops_tui.crm.reading import begin

    told = found.map
    dialect = found.origin.dialect if request.dialect == AUTO and found.origin else request.dialect
    today = context.calendar.day_of(moment_to_write(context, request.as_of))
    try:
        reading = begin(file.encoded(told.encoding), table, told, dialect, today)
    except BadInput:
        return None
    return None if reading.order_kept or told.day_first is not None else reading.map.day_first


def _with_order(plain: dict[str, Any], day_first: bool | None) -> dict[str, Any]:
    if day_first is None:
        return plain
    return {**plain, "formats": {**plain.get("formats", {}), KEPT_ORDER: day_first}}


def forget(context: Context, request: ImportRequest, header: Sequence[str] | None = None) -> None:
    """Let the mapping that was confirmed for this file's header be used no longer.

    Raises:
        Refused: the actor is no ops lead, or nothing was confirmed for this header.
    """
    context.as_ops("forgetting a mapping")
    marks = _marks_of_file(context, request) if header is None else [fingerprint(header)]
    with context.store.write() as conn:
        confirmed = {mark: mappings.newest(conn, mark, request.source) for mark in marks}
        found = {mark: known.id for mark, known in confirmed.items() if known is not None and known.body}
        if not found:
            raise Refused(f"no mapping was confirmed for the columns of {request.called}; there is nothing to forget")
        for mark, number in found.items():
            change = context.change("mapping")
            mappings.add(conn, mark, request.source, "", {}, change)
            record.write_record(conn, change, {"fingerprint": mark, "source": request.source, "forgotten": number})


def _marks_of_file(context: Context, request: ImportRequest) -> list[str]:
    from salesops_tui.crm.source import look_through
    from salesops_tui.crm.table import open_table

    file = look_through(request.path, request.called)
    with open_table(file) as table:
        header = table.header.names
    codec = _remembered(context, request.source, header)[0].get("formats", {}).get("encoding", "")
    with open_table(file.encoded(codec)) as table:
        return _marks(header, table.header.names)


def _dialect(request: ImportRequest, header: Sequence[str]) -> str:
    from salesops_tui.crm.dialects import AUTO, recognise

    return request.dialect if request.dialect != AUTO else recognise(header).dialect.name


def mapping_of_deals(context: Context, request: ImportRequest, dialect: str) -> InForce:
    """Return the map that was confirmed for a source's deals, for a file that tells of these deals in other columns."""
    known = None if request.forget_map else mappings.newest_of(context.store.conn, request.source, dialect)
    if known is None or not known.body:
        return InForce(DealMap(), {}, None)
    from salesops_tui.crm.map_file import map_of_plain

    return InForce(map_of_plain(known.body, "the mapping"), known.body, _origin(context, known))


def _remembered(context: Context, source: str, header: Sequence[str]) -> tuple[Mapping[str, Any], Origin | None]:
    known = mappings.newest(context.store.conn, fingerprint(header), source)
    if known is None or not known.body:
        return {}, None
    body = known.body
    if known.source != source and KEPT_ORDER in body.get("formats", {}):
        # Another region may have the same columns and write its dates in another order.
        body = {**body, "formats": {name: value for name, value in body["formats"].items() if name != KEPT_ORDER}}
    return body, _origin(context, known)


def _origin(context: Context, known: mappings.Confirmed) -> Origin:
    person = context.people.get(known.actor) if known.actor is not None else None
    return Origin(known.id, person.name if person else "?", known.at, known.source, known.dialect)


def _completed(plain: Mapping[str, Any], further: Mapping[str, Any]) -> dict[str, Any]:
    """Put one map over another, entry by entry."""
    whole = dict(plain)
    for name in _TABLES:
        if further.get(name):
            whole[name] = {**plain.get(name, {}), **further[name]}
    values = {field: dict(words) for field, words in plain.get("values", {}).items()}
    for field, words in further.get("values", {}).items():
        # A word stands once, however it is written: what is said later rules.
        folded = {_folded(word) for word in words}
        kept = {word: meant for word, meant in values.get(field, {}).items() if _folded(word) not in folded}
        values[field] = {**kept, **words}
    if values:
        whole["values"] = values
    if "id_prefix" in further:
        whole["id_prefix"] = further["id_prefix"]
    if _ODDS in further:
        whole[_ODDS] = further[_ODDS]
        if plain.get(_ODDS) and not further[_ODDS]:
            # What stood for a blank probability says nothing of a category's own column.
            whole["defaults"] = {name: text for name, text in whole.get("defaults", {}).items() if name != "category"}
    return whole


def _folded(word: str) -> str:
    return " ".join(word.split()).casefold()


def _without_owners(plain: Mapping[str, Any], request: ImportRequest) -> dict[str, Any]:
    """Leave out the owners that a person mapped: they are kept for all files, and not for this header alone."""
    corrected = {_folded(text) for text in request.corrections.get("values", {}).get("owner", {})}
    values = dict(plain.get("values", {}))
    owners = {text: who for text, who in values.pop("owner", {}).items() if _folded(text) not in corrected}
    if owners:
        values["owner"] = owners
    whole = {name: value for name, value in plain.items() if name != "values" and value not in ({}, "")}
    return {**whole, **({"values": values} if values else {})}


def person_named(context: Context, text: str) -> int:
    """Return the number of the person whom a text names.

    Raises:
        NotFound: nobody, or more than one.
    """
    from salesops_tui.services.context import find_person

    person = find_person(list(context.people.values()), text)
    if person.key == "unassigned":
        raise NotFound("'unassigned' stands for owners whom nobody knows; name a person")
    return person.id
