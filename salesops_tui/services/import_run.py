"""One import on its way: its file read row by row into the staging, for whatever is done with the rows then."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from salesops_tui.crm.deal_map import DealMap
from salesops_tui.crm.deals import DealReader, Surroundings, detail_columns
from salesops_tui.crm.dialects import AUTO, DIALECTS
from salesops_tui.crm.encodings import ENCODINGS
from salesops_tui.crm.layout import Layout
from salesops_tui.crm.lookup import RejectedError
from salesops_tui.crm.reading import Reading, begin
from salesops_tui.crm.rejects import RejectsFile
from salesops_tui.crm.source import SourceFile, look_through
from salesops_tui.crm.table import CutOffError, Row, Table, open_table
from salesops_tui.domain.calendar import Moment
from salesops_tui.errors import BadInput, Refused, WrongUsage
from salesops_tui.services.context import Context
from salesops_tui.services.import_mapping import InForce, mapping_in_force
from salesops_tui.services.import_observing import Observer
from salesops_tui.services.import_request import (
    FileReplaced,
    ImportReport,
    ImportRequest,
    Notice,
    Progress,
    moment_to_write,
)
from salesops_tui.services.owner_mapping import owner_finder
from salesops_tui.store import imports
from salesops_tui.store.imports import Delivery, Effect
from salesops_tui.store.imports_staging import Staged, Staging, rejected_row
from salesops_tui.store.people import unassigned

_BATCH = 1_000
_BATCH_CHARACTERS = 4_000_000
_KEPT_OF_A_CELL = 1_000
_LONGEST_SOURCE = 60
_SUSPICIOUS = {
    "created_after_close": "created after their close date",
    "open_past_close": "open with a close date in the past",
    "won_without_amount": "won without an amount",
    "closed_stage": "open in a closed stage",
    "most_likely": "'Most Likely' was read as the policy says",
}
_NAMES_SHOWN = 10


@dataclass
class Run:
    """One import on its way.

    Attributes:
        as_of: the moment that the file describes; for a file of now, taken again once it is written.
        map: by which the rows are read.
        mapped: what was said of it by people, and from where it is remembered.
        written: the change that was made and its report, once all is done but the commit.
        laid: the reports of all files that were written together.
        header: as it stands before the map has said how the text is encoded; None where it says that itself.
    """

    context: Context
    request: ImportRequest
    progress: Progress
    as_of: Moment
    file: SourceFile
    map: DealMap = field(default_factory=DealMap)
    header: tuple[str, ...] | None = None
    mapped: InForce = field(default_factory=lambda: InForce(DealMap(), {}, None))
    reasons: tuple[str, ...] = ()
    rows: int = 0
    rejected: int = 0
    rejects_file: str | None = None
    notices: list[Notice] = field(default_factory=list)
    written: tuple[int, ImportReport] | None = None
    laid: list[ImportReport] = field(default_factory=list)

    def report(self, layout: Layout, effect: Effect) -> ImportReport:
        """Return the report of what was done."""
        iso = self.context.calendar.iso
        origin = self.mapped.origin
        return ImportReport(
            file=self.request.called,
            sha256=self.file.sha256,
            dialect=layout.dialect.name,
            dialect_reasons=self.reasons,
            mapping={"by": origin.by, "at": iso(origin.at)} if origin else None,
            as_of=iso(self.as_of),
            full=self.request.full,
            dry_run=self.request.dry_run,
            rows=self.rows,
            accepted=self.rows - self.rejected,
            rejected=self.rejected,
            rejects_file=self.rejects_file,
            new=effect.new,
            changed=effect.changed,
            unchanged=effect.unchanged,
            removed=effect.removed,
            warnings=self.notices,
            columns=layout.columns,
            id_prefix=layout.map.id_prefix,
        )


def prepare(context: Context, request: ImportRequest, progress: Progress) -> Run:
    """Look through the file of a request.

    Raises:
        WrongUsage: there is no such dialect, or the source has no name.
        Refused: the actor is no ops lead, or the moment is to come or older than the source's newest import.
        NotFound, BadInput: the file cannot be read.
        FileReplaced: it is not the one that was looked at.
    """
    context.as_ops("an import")
    context.forget_people()
    if request.dialect != AUTO and request.dialect not in DIALECTS:
        raise WrongUsage(f"there is no dialect '{request.dialect}'; there are {', '.join((AUTO, *DIALECTS))}")
    if not request.source.strip() or len(request.source) > _LONGEST_SOURCE:
        raise WrongUsage(f"a source needs a name of at most {_LONGEST_SOURCE} characters")
    as_of = moment_to_write(context, request.as_of)
    refuse_if_older(context, request.source, as_of)
    file = look_through(request.path, request.called, lambda done, of: progress(done, of, "looking through"))
    if request.seen not in ("", file.sha256):
        raise FileReplaced(f"{request.called} is no longer the file that you looked at; look at what it says now")
    run = Run(context, request, progress, as_of, file)
    if file.guessed:
        _choose_encoding(run)
    return run


def _choose_encoding(run: Run) -> None:
    with open_table(run.file) as table:
        run.header = table.header.names
    run.file = run.file.encoded(mapping_in_force(run.context, run.request, run.header).map.encoding)
    name = ENCODINGS[run.file.codec]
    said = f"the text does not say how it is encoded and was read as {run.file.codec}, {name}; is every letter right?"
    run.notices.append(Notice("encoding", said, 1))


def refuse_if_older(context: Context, source: str, as_of: Moment) -> None:
    """Refuse a file for a moment before that of its source's newest import.

    Raises:
        Refused: it is.
    """
    newest = imports.newest_import(context.store.conn, source)
    if newest and as_of < newest[0]:
        iso = context.calendar.iso
        raise Refused(
            f"this file describes {iso(as_of)}, and '{newest[1]}' of the source '{source}' is newer ({iso(newest[0])});"
            " an older file cannot go under a newer one. Is --as-of right, or another --source meant?"
        )


def start_reading(run: Run, table: Table) -> Reading:
    """Find out how the table of a run is to be read.

    Raises:
        NotFound, BadInput: by its map, or without one, it cannot be read.
    """
    run.mapped = mapping_in_force(run.context, run.request, run.header or table.header.names)
    origin = run.mapped.origin
    if origin:
        run.notices.append(Notice("mapping", origin.said(run.context.calendar.iso(origin.at)), 1))
    dialect = run.request.dialect
    if dialect == AUTO and origin and origin.dialect in DIALECTS:
        dialect = origin.dialect
    reading = begin(run.file, table, run.mapped.map, dialect, run.context.calendar.day_of(run.as_of))
    run.map, run.reasons = reading.map, reading.reasons
    run.notices += [Notice(*said) for said in reading.notices]
    return reading


def delivery_of(run: Run, layout: Layout) -> Delivery:
    """Return what the file of a run is."""
    details = detail_columns(layout.delivered, layout.extra_columns)
    return Delivery(run.request.source, run.as_of, run.request.full, details)


def read_rows(
    run: Run,
    table: Table,
    reading: Reading,
    staging: Staging,
    rejects: RejectsFile,
    observer: Observer | None = None,
) -> DealReader:
    """Read all rows of a table into the staging; return the reader, which knows what their words meant.

    Raises:
        BadInput: the file cannot be read any further, or ends within a row.
    """
    reader = _reader(run, reading.layout)
    batch = _Batch(reader, table.header.names)
    for row in reading.rows:
        try:
            batch.take(row)
        except CutOffError as error:
            raise BadInput(f"{run.request.called}, line {row.line}: {error}") from None
        if len(batch.rows) >= _BATCH or batch.size >= _BATCH_CHARACTERS:
            _flush(run, batch, staging, rejects, observer)
            run.progress(*table.done(), "reading")
    _flush(run, batch, staging, rejects, observer)
    run.progress(*table.done(), "reading")
    run.notices += [Notice(*said) for said in table.notices]
    run.notices += _notices(reader.suspicious, reader.unknown_owners)
    run.notices += [Notice(*said) for said in reader.said()]
    if not run.rows:
        run.notices.append(Notice("no_rows", "the file has a header and no rows", 1))
    return reader


def _reader(run: Run, layout: Layout) -> DealReader:
    context = run.context
    policy = context.policy
    told = "currency" in layout.delivered or run.map.currency
    around = Surroundings(
        policy=policy,
        find_owner=owner_finder(context),
        unassigned=unassigned(context.store.conn).id,
        today=context.calendar.day_of(run.as_of),
        currency_of={} if told else imports.currencies_other_than(context.store.conn, policy.currency),
    )
    return DealReader(layout, run.map, around)


class _Batch:
    """Some rows, read: those that can be taken, and those that cannot."""

    def __init__(self, reader: DealReader, header: Sequence[str]) -> None:
        self._reader = reader
        self.header = list(header)
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.size = 0
        self.rows: list[Row] = []
        self.staged: list[Staged] = []
        self.rejects: dict[int, RejectedError] = {}

    def take(self, row: Row) -> None:
        """Read one row.

        Raises:
            CutOffError: the file ends within it.
        """
        self.rows.append(row)
        line, cells, size, problem = row
        self.size += size
        if problem:
            self._reject(row, problem)
            return
        try:
            self.staged.append((line, 1, *self._reader.read(cells)))
        except RejectedError as error:
            # Without its traceback, which would hold on to the rows that it passed.
            self._reject(row, error.with_traceback(None))

    def _reject(self, row: Row, error: RejectedError) -> None:
        if self._reader.is_aside(row.cells):
            self.rows.pop()
            return
        if isinstance(error, CutOffError):
            raise error
        if row.cells == self.header:
            error = RejectedError("the header once more", "the header once more")
        self.rejects[row.line] = error
        key = self._reader.key_of(row.cells)
        if key:
            self.staged.append(rejected_row(row.line, key))


def _flush(run: Run, batch: _Batch, staging: Staging, rejects: RejectsFile, observer: Observer | None) -> None:
    for line, earlier in staging.add(batch.staged).items():
        batch.rejects[line] = RejectedError(
            "an id that stands there already", f"the id stands on line {earlier} already"
        )
    refused = batch.rejects
    kept: list[tuple[int, str, str]] = []
    for row in batch.rows if refused else ():
        error = refused.get(row.line)
        if error:
            rejects.add(row.line, error.kind, str(error), row.cells)
            kept.append((row.line, str(error), _as_csv(row.cells)))
    if kept:
        staging.add_rejects(kept)
    if observer:
        observer.look(batch.rows, batch.header)
    run.rows += len(batch.rows)
    run.rejected += len(refused)
    batch.clear()


def _notices(suspicious: Counter[str], owners: Counter[str]) -> list[Notice]:
    found = [Notice(code, _SUSPICIOUS[code], count) for code, count in sorted(suspicious.items())]
    if owners:
        named = [f"{name} ({count})" for name, count in owners.most_common(_NAMES_SHOWN + 1) if name][:_NAMES_SHOWN]
        more = " and others" if len(owners) > len(named) else ""
        said = f"owners whom nobody here knows, so the deals are unassigned: {', '.join(named)}{more}"
        found.append(Notice("owner_unknown", said, owners.total()))
    return found


def _as_csv(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([cell[:_KEPT_OF_A_CELL] for cell in cells])
    return text.getvalue().removesuffix("\r\n")
