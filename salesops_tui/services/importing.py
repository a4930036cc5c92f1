"""Deals from a CRM's file into the store: read and checked without a lock, applied in one transaction."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from salesops_tui.crm.deal_map import DealMap
from salesops_tui.crm.deals import DealReader, Surroundings, detail_columns
from salesops_tui.crm.dialects import AUTO, DIALECTS
from salesops_tui.crm.layout import Layout
from salesops_tui.crm.lookup import RejectedError
from salesops_tui.crm.owners import person_finder
from salesops_tui.crm.reading import Reading, begin
from salesops_tui.crm.rejects import RejectsFile
from salesops_tui.crm.source import SourceFile, look_through
from salesops_tui.crm.table import Row, Table, open_table
from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.money import decimal_string
from salesops_tui.errors import Refused, WrongUsage
from salesops_tui.services.calls import close_lapsed_calls
from salesops_tui.services.context import Context
from salesops_tui.services.import_request import (
    ImportReport,
    ImportRequest,
    NeedsConfirmation,
    Notice,
    Progress,
    moment_to_write,
    rejected_notices,
    rejects_place,
)
from salesops_tui.store import imports, record
from salesops_tui.store.imports import Delivery, Effect
from salesops_tui.store.imports_staging import Staged, Staging, rejected_row
from salesops_tui.store.people import unassigned

__all__ = ["ImportReport", "ImportRequest", "NeedsConfirmation", "Notice", "import_deals"]

_BATCH = 1_000
_BATCH_CHARACTERS = 4_000_000
_KEPT_OF_A_CELL = 1_000
_STEPS = ("comparing", "writing deals", "writing claims", "writing details", "writing history", "writing the record")
_RECORDED = (
    "file", "sha256", "dialect", "full", "rows", "accepted", "rejected", "new", "changed", "unchanged", "removed",
)  # fmt: skip
_LONGEST_SOURCE = 60
_SUSPICIOUS = {
    "created_after_close": "created after their close date",
    "open_past_close": "open with a close date in the past",
    "won_without_amount": "won without an amount",
    "closed_stage": "open in a closed stage",
    "most_likely": "'Most Likely' was read as the policy says",
}
_NAMES_SHOWN = 10


def import_deals(context: Context, request: ImportRequest, progress: Progress | None = None) -> ImportReport:
    """Import a file of deals, for the moment that it describes.

    The same file for the same moment and source changes nothing. With `dry_run` nothing is written and the report
    says what would be.

    Raises:
        Refused: the actor is no ops lead, the moment is to come or older than the source's newest import, or
            `strict` and a row was rejected.
        NeedsConfirmation: a full file lacks too much of Commit, and `yes` was not given.
        BadInput: the file or its map cannot be taken in; nothing was written.
    """
    context.as_ops("an import")
    context.forget_people()
    run = _prepare(context, request, progress or _silent)
    with (
        open_table(run.file) as table,
        Staging(context.store) as staging,
        RejectsFile(
            *rejects_place(request.path, request.called), table.header.names, write=not request.dry_run
        ) as rejects,
    ):
        run.notices += [Notice(*said) for said in table.notices]
        reading = _begin(run, table)
        layout = reading.layout
        delivery = Delivery(
            request.source, run.as_of, request.full, detail_columns(layout.delivered, layout.extra_columns)
        )
        _read(run, table, reading, staging, rejects)
        rejects_file = rejects.keep()
        run.rejects_file = str(rejects_file) if rejects_file else None
        if request.strict and run.rejected:
            raise Refused(_about_strict(run))
        run.notices += rejected_notices(rejects.kinds)
        return _apply(run, delivery, layout)


def _silent(_done: int, _of: int, _what: str) -> None:
    pass


@dataclass
class _Run:
    """One import on its way."""

    context: Context
    request: ImportRequest
    progress: Progress
    as_of: Moment
    map: DealMap
    file: SourceFile
    reasons: tuple[str, ...] = ()
    rows: int = 0
    rejected: int = 0
    rejects_file: str | None = None
    notices: list[Notice] = field(default_factory=list)

    def report(self, layout: Layout, effect: Effect) -> ImportReport:
        """Return the report of what was done."""
        return ImportReport(
            file=self.request.called,
            sha256=self.file.sha256,
            dialect=layout.dialect.name,
            dialect_reasons=self.reasons,
            as_of=self.context.calendar.iso(self.as_of),
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
        )


def _prepare(context: Context, request: ImportRequest, progress: Progress) -> _Run:
    if request.dialect != AUTO and request.dialect not in DIALECTS:
        raise WrongUsage(f"there is no dialect '{request.dialect}'; there are {', '.join((AUTO, *DIALECTS))}")
    if not request.source.strip() or len(request.source) > _LONGEST_SOURCE:
        raise WrongUsage(f"a source needs a name of at most {_LONGEST_SOURCE} characters")
    as_of = moment_to_write(context, request.as_of)
    _refuse_if_older(context, request.source, as_of)
    deal_map = DealMap()
    if request.map is not None:
        from salesops_tui.crm.map_file import read_map

        deal_map = read_map(request.map)
    file = look_through(request.path, request.called)
    return _Run(context, request, progress, as_of, deal_map, file)


def _refuse_if_older(context: Context, source: str, as_of: Moment) -> None:
    newest = imports.newest_import(context.store.conn, source)
    if newest and as_of < newest[0]:
        iso = context.calendar.iso
        raise Refused(
            f"this file describes {iso(as_of)}, and '{newest[1]}' of the source '{source}' is newer ({iso(newest[0])});"
            " an older file cannot go under a newer one. Is --as-of right, or another --source meant?"
        )


def _begin(run: _Run, table: Table) -> Reading:
    reading = begin(run.file, table, run.map, run.request.dialect)
    run.map, run.reasons = reading.map, reading.reasons
    run.notices += [Notice(*said) for said in reading.notices]
    return reading


def _reader(run: _Run, layout: Layout) -> DealReader:
    context = run.context
    policy = context.policy
    find = person_finder(context.people.values())
    told = "currency" in layout.delivered or run.map.currency
    around = Surroundings(
        policy=policy,
        find_owner=lambda text: person.id if (person := find(text)) else None,
        unassigned=unassigned(context.store.conn).id,
        today=context.calendar.day_of(run.as_of),
        currency_of={} if told else imports.currencies_other_than(context.store.conn, policy.currency),
    )
    return DealReader(layout, run.map, around)


def _read(run: _Run, table: Table, reading: Reading, staging: Staging, rejects: RejectsFile) -> None:
    layout = reading.layout
    reader = _reader(run, layout)
    batch = _Batch(reader, table.header.names)
    for row in reading.rows:
        batch.take(row)
        if len(batch.rows) >= _BATCH or batch.size >= _BATCH_CHARACTERS:
            _flush(run, batch, staging, rejects)
            run.progress(*table.done(), "reading")
    _flush(run, batch, staging, rejects)
    run.progress(*table.done(), "reading")
    run.notices += _notices(reader.suspicious, reader.unknown_owners)
    run.notices += [Notice(*said) for said in reader.said()]
    if not run.rows:
        run.notices.append(Notice("no_rows", "the file has a header and no rows", 1))


class _Batch:
    """Some rows, read: those that can be taken, and those that cannot."""

    def __init__(self, reader: DealReader, header: Sequence[str]) -> None:
        self._reader = reader
        self._header = list(header)
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.size = 0
        self.rows: list[Row] = []
        self.staged: list[Staged] = []
        self.rejects: dict[int, RejectedError] = {}

    def take(self, row: Row) -> None:
        """Read one row."""
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
        if row.cells == self._header:
            error = RejectedError("the header once more", "the header once more")
        self.rejects[row.line] = error
        key = self._reader.key_of(row.cells)
        if key:
            self.staged.append(rejected_row(row.line, key))


def _flush(run: _Run, batch: _Batch, staging: Staging, rejects: RejectsFile) -> None:
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
    run.rows += len(batch.rows)
    run.rejected += len(refused)
    batch.clear()


def _apply(run: _Run, delivery: Delivery, layout: Layout) -> ImportReport:
    context = run.context
    # Beside the file itself, what decides on what it says: the map and the files that the map joins.
    read_by = " ".join((run.map.sha256, *layout.joined))
    step = _stepper(run)
    step("comparing")
    with context.store.reading() if run.request.dry_run else context.store.write() as conn:
        if not run.request.dry_run:
            close_lapsed_calls(context)
        _refuse_if_older(context, delivery.source, delivery.as_of)
        if imports.done_before(conn, delivery, run.file.sha256, read_by):
            run.notices.append(Notice("same_file", "this file was imported for this moment before; nothing changed", 1))
            return run.report(layout, Effect(0, 0, run.rows - run.rejected, 0, 0, 0))
        effect = imports.compare(conn, delivery)
        question = "" if run.request.yes else _about_vanishing(run, effect)
        if run.request.dry_run:
            run.notices += [Notice("vanished_commit", question, effect.removed)] if question else []
            return run.report(layout, effect)
        if question:
            raise NeedsConfirmation(question)
        change = context.change("import", valid_at=delivery.as_of)
        imports.apply(conn, delivery, change, context.policies, step)
        report = run.report(layout, effect)
        number = imports.add_import(conn, change, delivery, report.as_plain(), read_by)
        record.write_record(conn, change, _entry(number, delivery, report))
    return report


def _stepper(run: _Run) -> imports.Step:
    def step(name: str) -> None:
        run.progress(_STEPS.index(name), len(_STEPS), name)

    return step


def _entry(number: int, delivery: Delivery, report: ImportReport) -> dict[str, Any]:
    plain = report.as_plain()
    return {"import": number, "source": delivery.source, **{name: plain[name] for name in _RECORDED}}


def _about_vanishing(run: _Run, effect: Effect) -> str:
    """Say how much of Commit a full file takes away, "" where that is within the policy's limit."""
    policy = run.context.policy
    limit = policy.thresholds.vanished_commit_percent
    if effect.vanishing * 100 <= effect.commit * limit:
        return ""
    gone, whole = (decimal_string(v, policy.currency) for v in (effect.vanishing, effect.commit))
    percent = effect.vanishing * 100 // effect.commit
    return (
        f"{run.request.called} lacks {effect.removed} open deals of the source '{run.request.source}', with {gone} of"
        f" {whole} {policy.currency} in Commit ({percent} %, more than {limit} %). Is it really the full file?"
        " Nothing was written; --yes removes them"
    )


def _about_strict(run: _Run) -> str:
    where = f"; they are in {run.rejects_file}, with the reasons" if run.rejects_file else ""
    return f"{run.rejected} of {run.rows} rows were rejected, so nothing was written (--strict){where}"


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
