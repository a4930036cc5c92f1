"""The CRM's own history of its deals, laid before each deal's first claim here: in one transaction, and only once."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeVar

from salesops_tui.crm.deal_map import DealMap
from salesops_tui.crm.deals import Surroundings
from salesops_tui.crm.history import DEALS, KINDS, HistoryReader, map_of, no_history, recognise_history
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
from salesops_tui.errors import Refused, WrongUsage
from salesops_tui.services.calls import close_lapsed_calls
from salesops_tui.services.context import Context
from salesops_tui.services.import_mapping import mapping_in_force, mapping_of_deals
from salesops_tui.services.import_request import (
    ImportReport,
    ImportRequest,
    Notice,
    Progress,
    rejected_notices,
    rejects_place,
)
from salesops_tui.services.owner_mapping import owner_finder
from salesops_tui.store import history_replay, import_log, imports, record
from salesops_tui.store.foresight import Foresight
from salesops_tui.store.history_replay import Heard, HistoryStaging, KnownDeal, Laid, PastClaim, Pasts, Words
from salesops_tui.store.imports import Delivery
from salesops_tui.store.imports_staging import Staging
from salesops_tui.store.people import unassigned

T = TypeVar("T")

_BATCH = 1_000
_NAMED = 5
_STRANGERS = 10_000
_CLOSED_AS = {"won": Status.WON, "lost": Status.LOST}
_KEPT_OF_A_CELL = 1_000


@dataclass
class _Run:
    """One history on its way.

    Attributes:
        changed: rows of which claims come.
        heard: it was to be laid; else what is beside it was not taken either.
        change: under which they were written; 0 while they are not.
    """

    context: Context
    request: ImportRequest
    file: SourceFile
    kind: str
    progress: Progress | None
    rows: int = 0
    rejected: int = 0
    rejects_file: str | None = None
    changed: int = 0
    heard: bool = False
    change: int = 0
    notices: list[Notice] = field(default_factory=list)

    def counted(self, deals: Iterable[T], of: int) -> Iterator[T]:
        """Yield deals and show how far that has come."""
        for number, deal in enumerate(deals):
            if self.progress and number % _BATCH == 0:
                self.progress(number, of, "replaying")
            yield deal


def import_history(
    context: Context, request: ImportRequest, progress: Progress | None = None, file: SourceFile | None = None
) -> ImportReport:
    """Lay what a file of history says before the first claims of the deals that it speaks of.

    From a deal's first claim on the store has its own history, and the file is not heard. The same file once more
    changes nothing; a file of another kind adds to what was laid before.

    Raises:
        WrongUsage: `full` or `as_of` is given.
        Refused: the actor is no ops lead, or `strict` and a row was rejected.
        NotFound, BadInput: the file or its map cannot be read, or is no history; nothing was written.
    """
    context.as_ops("an import")
    context.forget_people()
    # The staging has no rows here; it gives the connection its room.
    with (
        Staging(context.store),
        foresight_of(context, context.now()) as foresight,
        history_read(context, request, progress, foresight, file) as lay,
    ):
        if request.dry_run:
            return lay()
        foresight.foresee()
        with context.store.write():
            foresight.begin()
            report = lay()
            foresight.write()
        return report


def foresight_of(context: Context, at: Moment) -> Foresight:
    """Return what holds histories that are laid together, beside a file of deals for the moment `at`."""
    return Foresight(context.store, context.policies, KINDS, at)


class Fresh(NamedTuple):
    """Deals that are on their way into the store together with their history.

    Attributes:
        numbers: in the staging, by id.
        currencies: of those that are not in the policy's, by id.
    """

    numbers: Mapping[str, int]
    currencies: Mapping[str, str]


NO_FRESH = Fresh({}, {})


@contextmanager
def history_read(
    context: Context,
    request: ImportRequest,
    progress: Progress | None,
    foresight: Foresight,
    file: SourceFile | None = None,
    fresh: Fresh = NO_FRESH,
    number: int = 0,
) -> Iterator[Callable[[], ImportReport]]:
    """Read a file of history without a lock, and give the function that lays it, within a transaction.

    Args:
        context: whose store it is.
        request: names the file.
        progress: told how far it is.
        foresight: of all that is laid together.
        file: the file, where it has been looked through.
        fresh: deals that will be in the store when it is laid.
        number: of several histories that are read at once, which one it is.

    Raises:
        WrongUsage, Refused, NotFound, BadInput: as `import_history` does.
    """
    if request.full or request.as_of:
        raise WrongUsage("--full and --as-of are for deals; each row of a history has its own moment")
    file = file or look_through(request.path, request.called)
    with (
        open_table(file) as table,
        HistoryStaging(context.store, number) as waiting,
        RejectsFile(
            *rejects_place(request.path, request.called), table.header.names, write=not request.dry_run
        ) as rejects,
    ):
        form = recognise_history(table.header.names)
        if form is None:
            raise no_history(request.called, table.header.names)
        run = _Run(context, request, file, form.kind, progress)
        told = _map(run, table)
        reading = begin(file, table, map_of(form, told, context.policy), DEALS, context.calendar.day_of(context.now()))
        reader = HistoryReader(form, reading.layout, _around(context, fresh), table.header.names)
        run.notices += [Notice(*said) for said in (*table.notices, *reading.notices)]
        known = {key: -staged for key, staged in fresh.numbers.items()}
        known |= history_replay.known_numbers(context.store.conn)
        _read(run, table, reading, reader, _Places(waiting, rejects, known))
        kept = rejects.keep()
        run.rejects_file = str(kept) if kept else None
        if request.strict and run.rejected:
            raise Refused(f"{run.rejected} of {run.rows} rows were rejected, so nothing was written (--strict)")
        run.notices += [Notice(*said) for said in reader.said()] + rejected_notices(rejects.kinds)
        with foresight.working(waiting):
            _work_out(run, waiting, foresight.pasts)
        try:
            yield lambda: _apply(run, waiting, foresight, dict(form.columns), told.sha256)
        except BaseException:
            if not (run.change and import_log.has_change(context.store.conn, run.change)):
                rejects.discard()
            raise
        if not run.heard:
            rejects.discard()


def _map(run: _Run, table: Table) -> DealMap:
    """Return the map of a history: its own, else the one that was confirmed for the deals."""
    context, request = run.context, run.request
    found = mapping_in_force(context, request, table.header.names)
    if not found.plain:
        found = mapping_of_deals(context, request, DEALS)
    if found.origin:
        run.notices.append(Notice("mapping", found.origin.said(context.calendar.iso(found.origin.at)), 1))
    return found.map


def expect_history(path: Path) -> None:
    """Make sure that a file is one of history.

    Raises:
        NotFound, BadInput: it cannot be read, or is none.
    """
    with open_table(look_through(path, str(path))) as table:
        if recognise_history(table.header.names) is None:
            raise no_history(str(path), table.header.names)


def _around(context: Context, fresh: Fresh) -> Surroundings:
    conn, policy = context.store.conn, context.policy
    return Surroundings(
        policy=policy,
        find_owner=owner_finder(context),
        unassigned=unassigned(conn).id,
        today=context.calendar.day_of(context.now()),
        currency_of={**imports.currencies_other_than(conn, policy.currency), **fresh.currencies},
    )


@dataclass(frozen=True, slots=True)
class _Places:
    """Where rows go: into the staging and the file of the rejects; `known` are the deals' numbers by id."""

    words: HistoryStaging
    file: RejectsFile
    known: Mapping[str, int]


def _read(run: _Run, table: Table, reading: Reading, reader: HistoryReader, places: _Places) -> None:
    strange: Counter[str] = Counter()
    rejects: list[tuple[int, str, str]] = []
    words: list[Words] = []
    for row in reading.rows:
        try:
            if row.problem:
                raise row.problem
            line = reader.read(row.cells)
        except RejectedError as error:
            if not reader.is_aside(row.cells):
                run.rows += 1
                run.rejected += 1
                places.file.add(row.line, error.kind, str(error), row.cells)
                rejects.append((row.line, str(error), _as_csv(row)))
            continue
        run.rows += 1
        number = places.known.get(line.key)
        if number is None:
            strange[line.key if len(strange) < _STRANGERS else ""] += 1
        else:
            words.append(Words(number, line.at, line.order, line.told))
        if run.rows % _BATCH == 0:
            _flush(words, rejects, places)
            if run.progress:
                run.progress(*table.done(), "reading")
    _flush(words, rejects, places)
    if not run.rows:
        run.notices.append(Notice("no_rows", "the file has a header and no rows", 1))
    if strange:
        named = ", ".join([*[key for key in strange if key][:_NAMED], *(["…"] if len(strange) > _NAMED else [])])
        more = "more than " if "" in strange else ""
        said = f"rows of {more}{len(strange):,} deals that the store does not have, so left out: {named}"
        run.notices.append(Notice("no_deal", said, strange.total()))


def _flush(words: list[Words], rejects: list[tuple[int, str, str]], places: _Places) -> None:
    places.words.add(words)
    places.words.rejects.add(rejects)
    words.clear()
    rejects.clear()


def _work_out(run: _Run, waiting: HistoryStaging, pasts: Pasts, among: str = "") -> None:
    """Find out what claims come of the words on deals: of all, or of those in a temporary table."""
    policy = run.context.policy
    heard: list[Heard] = []
    claims: list[PastClaim] = []
    for deal in run.counted(waiting.deals(pasts, among), 0 if among else waiting.spoken_of()):
        come, added = _claims_before(policy, deal)
        heard.append(come)
        claims += added
        if len(claims) > _BATCH:
            waiting.lay(heard, claims)
            heard.clear()
            claims.clear()
    waiting.lay(heard, claims)


def _apply(
    run: _Run, waiting: HistoryStaging, foresight: Foresight, columns: dict[str, str | None], read_by: str
) -> ImportReport:
    context, request = run.context, run.request
    run.heard = True
    if request.dry_run:
        return _report(run, columns, _notice(run, waiting))
    with context.store.write() as conn:
        close_lapsed_calls(context)
        if run.progress:
            run.progress(1, 2, "writing history")
        foresight.settle()
        waiting.settle()
        _work_out(run, waiting, lambda deals: history_replay.claims_known(conn, deals, KINDS), "unforeseen")
        laid = _notice(run, waiting)
        report = _report(run, columns, laid)
        if laid.earliest is None:
            return report
        run.change = change = context.change("import", valid_at=laid.earliest)
        waiting.write(change)
        delivery, plain = Delivery(request.source, laid.earliest, False, frozenset()), report.as_plain()
        number = imports.add_import(conn, change, delivery, plain, read_by, waiting.rejects.table)
        names = ("file", "sha256", "dialect", "rows", "accepted", "rejected", "changed", "unchanged")
        body = {"import": number, "source": request.source, **{name: plain[name] for name in names}}
        record.write_record(conn, change, body | {"claims": laid.claims, "deals": laid.deals})
    return report


def _claims_before(policy: Policy, deal: KnownDeal) -> tuple[Heard, list[PastClaim]]:
    """Return what comes of the rows of a history on a deal: how many are heard, and the claims."""
    status_of = {stage.key: _CLOSED_AS.get(stage.closed, Status.OPEN) for stage in policy.stages}
    late = sum(words.at >= deal.past.first_at for words in deal.words)
    told = [word for words in deal.words for word in words.told]
    written = replay(deal.past, told, lambda stage: status_of.get(stage, Status.OPEN))
    last = deal.words[-1].at
    claims = []
    for at, facts in written:
        base = _base(policy, facts)
        if base is None:
            return Heard(deal.number, late, 0, deal.key, last), []
        claims.append(PastClaim(deal.number, at, facts, base, status_of.get(facts.stage, Status.OPEN)))
    moments = {at for at, _ in written}
    return Heard(deal.number, late, sum(words.at in moments for words in deal.words), "", last), claims


def _notice(run: _Run, waiting: HistoryStaging) -> Laid:
    """Note what comes of a history, and return it."""
    laid = waiting.laid()
    late, run.changed, unpriced = waiting.heard()
    if laid.claims:
        said = f"claims laid before the first import of {laid.deals:,} deals"
        run.notices.append(Notice("history", said, laid.claims))
    if late:
        said = "rows from a deal's first import on, where the store has its own history, so left out"
        run.notices.append(Notice("after_first_claim", said, late))
    if unpriced:
        named = ", ".join(unpriced[:_NAMED])
        said = f"deals in a currency without a plan rate for their year, so left out: {named}"
        run.notices.append(Notice("no_plan_rate", said, len(unpriced)))
    return laid


def _base(policy: Policy, facts: Facts) -> int | None:
    """Return an amount in the policy's currency, None where the policy has no plan rate for it."""
    currency, original = facts.money
    if currency == policy.currency:
        return original
    year = policy.calendar.period_of(facts.close_day).name.partition("-")[0]
    rate = policy.plan_rates.get(year, {}).get(currency)
    return None if rate is None else convert(original, currency, policy.currency, rate)


def _report(run: _Run, columns: dict[str, str | None], laid: Laid) -> ImportReport:
    accepted = run.rows - run.rejected
    return ImportReport(
        file=run.request.called,
        sha256=run.file.sha256,
        dialect=run.kind,
        as_of=run.context.calendar.iso(run.context.now() if laid.earliest is None else laid.earliest),
        full=False,
        dry_run=run.request.dry_run,
        rows=run.rows,
        accepted=accepted,
        rejected=run.rejected,
        rejects_file=run.rejects_file,
        new=0,
        changed=run.changed,
        unchanged=accepted - run.changed,
        removed=0,
        warnings=run.notices,
        columns=columns,
    )


def _as_csv(row: Row) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([cell[:_KEPT_OF_A_CELL] for cell in row.cells])
    return text.getvalue().removesuffix("\r\n")
