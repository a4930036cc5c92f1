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
from salesops_tui.store import history_replay, import_log, imports, record, tracks
from salesops_tui.store.history_replay import HistoryStaging, KnownDeal, Laid, PastClaim, Words
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
        late: rows from a deal's first claim on.
        unpriced: deals in a currency that has no plan rate.
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
    late: int = 0
    unpriced: Counter[str] = field(default_factory=Counter)
    notices: list[Notice] = field(default_factory=list)

    def counted(self, deals: Iterable[T], before: int, of: int) -> Iterator[T]:
        """Yield deals and show how far that has come: they are looked at first, then written."""
        for number, deal in enumerate(deals):
            if self.progress and number % _BATCH == 0:
                self.progress(before + number, 2 * of, "writing history")
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
    with Staging(context.store), history_read(context, request, progress, file) as lay:
        return lay()


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
    file: SourceFile | None = None,
    fresh: Fresh = NO_FRESH,
    number: int = 0,
) -> Iterator[Callable[[], ImportReport]]:
    """Read a file of history without a lock, and give the function that lays it, within a transaction or its own.

    Args:
        context: whose store it is.
        request: names the file.
        progress: told how far it is.
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
        try:
            yield lambda: _apply(run, waiting, dict(form.columns), told.sha256)
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


def _apply(run: _Run, waiting: HistoryStaging, columns: dict[str, str | None], read_by: str) -> ImportReport:
    context, request = run.context, run.request
    run.heard = True
    with context.store.reading() if request.dry_run else context.store.write() as conn:
        if not request.dry_run:
            close_lapsed_calls(context)
        waiting.settle()
        claims: list[PastClaim] = []
        for deal in run.counted(waiting.deals(KINDS), 0, waiting.spoken_of()):
            claims += _claims_before(run, deal)
            if len(claims) > _BATCH:
                waiting.lay(claims)
                claims.clear()
        waiting.lay(claims)
        laid = waiting.laid()
        _notice(run, laid)
        as_of = context.now() if laid.earliest is None else laid.earliest
        report = _report(run, columns, as_of)
        if request.dry_run or not laid.claims:
            return report
        run.change = change = context.change("import", valid_at=as_of)
        tracks.rebuild(conn, context.policies, run.counted(waiting.write(change), laid.deals, laid.deals))
        delivery = Delivery(request.source, as_of, False, frozenset())
        number = imports.add_import(conn, change, delivery, report.as_plain(), read_by, waiting.rejects.table)
        plain = report.as_plain()
        names = ("file", "sha256", "dialect", "rows", "accepted", "rejected", "changed", "unchanged")
        body = {"import": number, "source": request.source, **{name: plain[name] for name in names}}
        record.write_record(conn, change, body | {"claims": laid.claims, "deals": laid.deals})
    return report


def _claims_before(run: _Run, deal: KnownDeal) -> Iterator[PastClaim]:
    """Yield what a history adds to a deal, and count the rows."""
    policy = run.context.policy
    status_of = {stage.key: _CLOSED_AS.get(stage.closed, Status.OPEN) for stage in policy.stages}
    run.late += sum(words.at >= deal.past.first_at for words in deal.words)
    told = [word for words in deal.words for word in words.told]
    written = replay(deal.past, told, lambda stage: status_of.get(stage, Status.OPEN))
    bases = [_base(policy, facts) for _, facts in written]
    if None in bases:
        run.unpriced[deal.key] += 1
        return
    moments = {at for at, _ in written}
    run.changed += sum(words.at in moments for words in deal.words)
    for (at, facts), base in zip(written, bases, strict=True):
        assert base is not None
        yield PastClaim(deal.number, at, facts, base, status_of.get(facts.stage, Status.OPEN))


def _notice(run: _Run, laid: Laid) -> None:
    if laid.claims:
        said = f"claims laid before the first import of {laid.deals:,} deals"
        run.notices.append(Notice("history", said, laid.claims))
    if run.late:
        said = "rows from a deal's first import on, where the store has its own history, so left out"
        run.notices.append(Notice("after_first_claim", said, run.late))
    if run.unpriced:
        named = ", ".join(list(run.unpriced)[:_NAMED])
        said = f"deals in a currency without a plan rate for their year, so left out: {named}"
        run.notices.append(Notice("no_plan_rate", said, len(run.unpriced)))


def _base(policy: Policy, facts: Facts) -> int | None:
    """Return an amount in the policy's currency, None where the policy has no plan rate for it."""
    currency, original = facts.money
    if currency == policy.currency:
        return original
    year = policy.calendar.period_of(facts.close_day).name.partition("-")[0]
    rate = policy.plan_rates.get(year, {}).get(currency)
    return None if rate is None else convert(original, currency, policy.currency, rate)


def _report(run: _Run, columns: dict[str, str | None], as_of: Moment) -> ImportReport:
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
