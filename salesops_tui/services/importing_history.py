"""The CRM's own history of its deals, laid before each deal's first claim here: in one transaction, and only once."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from salesops_tui.crm.deals import Surroundings
from salesops_tui.crm.history import KINDS, HistoryReader, Line, map_of, no_history, recognise_history
from salesops_tui.crm.lookup import RejectedError
from salesops_tui.crm.reading import Reading, begin
from salesops_tui.crm.rejects import RejectsFile
from salesops_tui.crm.source import SourceFile, look_through
from salesops_tui.crm.table import Row, Table, open_table
from salesops_tui.domain.calendar import Moment
from salesops_tui.domain.deal import Status
from salesops_tui.domain.money import convert
from salesops_tui.domain.policy import Policy
from salesops_tui.domain.replay import Facts, replay
from salesops_tui.errors import Refused
from salesops_tui.services.calls import close_lapsed_calls
from salesops_tui.services.context import Context
from salesops_tui.services.import_mapping import mapping_in_force
from salesops_tui.services.import_request import (
    ImportReport,
    ImportRequest,
    Notice,
    Progress,
    rejected_notices,
    rejects_place,
)
from salesops_tui.services.owner_mapping import owner_finder
from salesops_tui.store import history_replay, imports, record, tracks
from salesops_tui.store.history_replay import KnownDeal, PastClaim
from salesops_tui.store.imports import Delivery
from salesops_tui.store.imports_staging import Staging
from salesops_tui.store.people import unassigned

_BATCH = 1_000
_NAMED = 5
_CLOSED_AS = {"won": Status.WON, "lost": Status.LOST}
_KEPT_OF_A_CELL = 1_000


@dataclass
class _Run:
    """One history on its way. `lines` by the id of the deal."""

    context: Context
    request: ImportRequest
    file: SourceFile
    kind: str
    rows: int = 0
    rejected: int = 0
    rejects_file: str | None = None
    lines: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    notices: list[Notice] = field(default_factory=list)


class _Laid(NamedTuple):
    """What a history adds: claims, and in how many rows of the file they stand."""

    claims: list[PastClaim]
    rows: int


def import_history(
    context: Context, request: ImportRequest, progress: Progress | None = None, file: SourceFile | None = None
) -> ImportReport:
    """Lay what a file of history says before the first claims of the deals that it speaks of.

    From a deal's first claim on the store has its own history, and the file is not heard. The same file once more
    changes nothing; a file of another kind adds to what was laid before.

    Raises:
        Refused: the actor is no ops lead, or `strict` and a row was rejected.
        NotFound, BadInput: the file or its map cannot be read, or is no history; nothing was written.
    """
    context.as_ops("an import")
    context.forget_people()
    file = file or look_through(request.path, request.called)
    with (
        open_table(file) as table,
        Staging(context.store) as staging,
        RejectsFile(
            *rejects_place(request.path, request.called), table.header.names, write=not request.dry_run
        ) as rejects,
    ):
        form = recognise_history(table.header.names)
        if form is None:
            raise no_history(request.called, table.header.names)
        run = _Run(context, request, file, form.kind)
        told = mapping_in_force(context, request, table.header.names).map
        reading = begin(
            file, table, map_of(form, told, context.policy), "salesforce", context.calendar.day_of(context.now())
        )
        reader = HistoryReader(form, reading.layout, _around(context), table.header.names)
        run.notices += [Notice(*said) for said in (*table.notices, *reading.notices)]
        _read(run, table, reading, reader, staging, rejects, progress)
        kept = rejects.keep()
        run.rejects_file = str(kept) if kept else None
        if request.strict and run.rejected:
            raise Refused(f"{run.rejected} of {run.rows} rows were rejected, so nothing was written (--strict)")
        run.notices += [Notice(*said) for said in reader.said()] + rejected_notices(rejects.kinds)
        return _apply(run, dict(form.columns), told.sha256)


def expect_history(path: Path) -> None:
    """Make sure that a file is one of history.

    Raises:
        NotFound, BadInput: it cannot be read, or is none.
    """
    with open_table(look_through(path, str(path))) as table:
        if recognise_history(table.header.names) is None:
            raise no_history(str(path), table.header.names)


def _around(context: Context) -> Surroundings:
    conn, policy = context.store.conn, context.policy
    return Surroundings(
        policy=policy,
        find_owner=owner_finder(context),
        unassigned=unassigned(conn).id,
        today=context.calendar.day_of(context.now()),
        currency_of=imports.currencies_other_than(conn, policy.currency),
    )


def _read(
    run: _Run,
    table: Table,
    reading: Reading,
    reader: HistoryReader,
    staging: Staging,
    rejects: RejectsFile,
    progress: Progress | None,
) -> None:
    known = history_replay.known_keys(run.context.store.conn)
    strange: Counter[str] = Counter()
    kept: list[tuple[int, str, str]] = []
    for row in reading.rows:
        try:
            if row.problem:
                raise row.problem
            line = reader.read(row.cells)
        except RejectedError as error:
            if not reader.is_aside(row.cells):
                run.rows += 1
                run.rejected += 1
                rejects.add(row.line, error.kind, str(error), row.cells)
                kept.append((row.line, str(error), _as_csv(row)))
            continue
        run.rows += 1
        if line.key in known:
            run.lines[line.key].append(line)
        else:
            strange[line.key] += 1
        if progress and run.rows % _BATCH == 0:
            progress(*table.done(), "reading")
    staging.add_rejects(kept)
    if strange:
        named = ", ".join([*list(strange)[:_NAMED], *(["…"] if len(strange) > _NAMED else [])])
        said = f"rows of {len(strange):,} deals that the store does not have, so left out: {named}"
        run.notices.append(Notice("no_deal", said, strange.total()))


def _apply(run: _Run, columns: dict[str, str | None], read_by: str) -> ImportReport:
    context, request = run.context, run.request
    with context.store.reading() if request.dry_run else context.store.write() as conn:
        if not request.dry_run:
            close_lapsed_calls(context)
        laid = _laid(run, list(history_replay.known_deals(conn, run.lines, KINDS)))
        deals = {claim.deal for claim in laid.claims}
        if deals:
            said = f"claims laid before the first import of {len(deals):,} deals"
            run.notices.append(Notice("history", said, len(laid.claims)))
        as_of = min((claim.at for claim in laid.claims), default=context.now())
        report = _report(run, columns, laid, as_of)
        if request.dry_run or not laid.claims:
            return report
        change = context.change("import", valid_at=as_of)
        history_replay.write_claims(conn, change, laid.claims)
        tracks.rebuild(conn, context.policies, sorted(deals))
        delivery = Delivery(request.source, as_of, False, frozenset())
        number = imports.add_import(conn, change, delivery, report.as_plain(), read_by)
        plain = report.as_plain()
        names = ("file", "sha256", "dialect", "rows", "accepted", "rejected", "changed", "unchanged")
        body = {"import": number, "source": request.source, **{name: plain[name] for name in names}}
        record.write_record(conn, change, body | {"claims": len(laid.claims), "deals": len(deals)})
    return report


def _laid(run: _Run, deals: Sequence[KnownDeal]) -> _Laid:
    policy = run.context.policy
    stages = {stage.key: _CLOSED_AS.get(stage.closed, Status.OPEN) for stage in policy.stages}
    claims: list[PastClaim] = []
    rows = late = 0
    unpriced: Counter[str] = Counter()
    for deal in deals:
        lines = sorted(run.lines[deal.key], key=lambda line: (line.at, line.order))
        late += sum(line.at >= deal.past.first_at for line in lines)
        told = [word for line in lines for word in line.told]
        written = replay(deal.past, told, lambda stage: stages.get(stage, Status.OPEN))
        priced = [(at, facts, _base(policy, facts)) for at, facts in written]
        if any(base is None for _, _, base in priced):
            unpriced[deal.key] += 1
            continue
        claims += [
            PastClaim(deal.number, at, f, b, stages.get(f.stage, Status.OPEN)) for at, f, b in priced if b is not None
        ]
        moments = {at for at, _ in written}
        rows += sum(line.at in moments for line in lines)
    if late:
        said = "rows from a deal's first import on, where the store has its own history, so left out"
        run.notices.append(Notice("after_first_claim", said, late))
    if unpriced:
        said = (
            f"deals in a currency without a plan rate for their year, so left out: {', '.join(list(unpriced)[:_NAMED])}"
        )
        run.notices.append(Notice("no_plan_rate", said, len(unpriced)))
    return _Laid(claims, rows)


def _base(policy: Policy, facts: Facts) -> int | None:
    """Return an amount in the policy's currency, None where the policy has no plan rate for it."""
    currency, original = facts.money
    if currency == policy.currency:
        return original
    year = policy.calendar.period_of(facts.close_day).name.partition("-")[0]
    rate = policy.plan_rates.get(year, {}).get(currency)
    return None if rate is None else convert(original, currency, policy.currency, rate)


def _report(run: _Run, columns: dict[str, str | None], laid: _Laid, as_of: Moment) -> ImportReport:
    accepted = run.rows - run.rejected
    return ImportReport(
        file=run.request.called,
        sha256=run.file.sha256,
        dialect=run.kind,
        as_of=run.context.calendar.iso(as_of),
        full=False,
        dry_run=run.request.dry_run,
        rows=run.rows,
        accepted=accepted,
        rejected=run.rejected,
        rejects_file=run.rejects_file,
        new=0,
        changed=laid.rows,
        unchanged=accepted - laid.rows,
        removed=0,
        warnings=run.notices,
        columns=columns,
    )


def _as_csv(row: Row) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([cell[:_KEPT_OF_A_CELL] for cell in row.cells])
    return text.getvalue().removesuffix("\r\n")
