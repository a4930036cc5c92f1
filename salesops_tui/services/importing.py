"""Deals from a CRM's file into the store: read and checked without a lock, applied in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from salesops_tui.crm.dialects import AUTO
from salesops_tui.crm.history import recognise_history
from salesops_tui.crm.layout import Layout
from salesops_tui.crm.rejects import RejectsFile
from salesops_tui.crm.table import open_table
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
from salesops_tui.services.import_run import (
    Run,
    delivery_of,
    prepare,
    read_rows,
    refuse_if_older,
    start_reading,
)
from salesops_tui.services.import_steps import Steps
from salesops_tui.services.linking import look_alike_notice
from salesops_tui.store import import_log, imports, record
from salesops_tui.store.foresight import Foresight
from salesops_tui.store.imports import Delivery, Effect
from salesops_tui.store.imports_staging import Staging
from salesops_tui.store.ticking import ticking

__all__ = ["ImportReport", "ImportRequest", "NeedsConfirmation", "Notice", "import_deals"]


class Past(NamedTuple):
    """Histories that were read: what each will be laid by, and what will come of them."""

    foresight: Foresight
    lay: Sequence[Callable[[], ImportReport]]


_RECORDED = (
    "file", "sha256", "dialect", "full", "rows", "accepted", "rejected", "new", "changed", "unchanged", "removed",
)  # fmt: skip


def import_deals(context: Context, request: ImportRequest, progress: Progress | None = None) -> ImportReport:
    """Import a file of deals, for the moment that it describes.

    The same file for the same moment and source changes nothing. A file of which no row can be taken is no import:
    its rows are rejected, and nothing is recorded that would stand in the way of an older one. With `dry_run` nothing
    is written and the report says what would be.

    Raises:
        Refused: the actor is no ops lead, the moment is to come or older than the source's newest import, or
            `strict` and a row was rejected.
        NeedsConfirmation: a full file lacks too much of Commit, and `yes` was not given.
        BadInput: the file or its map cannot be taken in; nothing was written.
    """
    return import_with_history(context, request, (), progress)[0]


def import_with_history(
    context: Context, request: ImportRequest, histories: Sequence[Path], progress: Progress | None = None
) -> list[ImportReport]:
    """Import a file of deals and lay their histories before it, in one transaction; return a report for each file.

    Raises:
        SalesopsError: as for `import_deals`; also where a history cannot be laid. Nothing was written.
    """
    run = prepare(context, request, progress or silent)
    try:
        return _read_and_apply(run, histories)
    except KeyboardInterrupt:
        # It came too late: what is written is written, and there is nothing left to stop.
        done = _written(run)
        if not done:
            raise
        return done


def _read_and_apply(run: Run, histories: Sequence[Path]) -> list[ImportReport]:
    context, request = run.context, run.request
    with (
        open_table(run.file) as table,
        Staging(context.store) as staging,
        RejectsFile(
            *rejects_place(request.path, request.called), table.header.names, write=not request.dry_run
        ) as rejects,
    ):
        if recognise_history(table.header.names):
            from salesops_tui.services.importing_history import import_history

            if histories:
                raise WrongUsage(f"{request.called} is a history itself; FILE has the deals, --history their past")
            return [import_history(context, request, run.progress, run.file)]
        reading = start_reading(run, table)
        read_rows(run, table, reading, staging, rejects)
        rejects_file = rejects.keep()
        run.rejects_file = str(rejects_file) if rejects_file else None
        if request.strict and run.rejected:
            raise Refused(_about_strict(run))
        run.notices += rejected_notices(rejects.kinds)
        try:
            with _histories_read(run, histories, staging) as past:
                return _apply_all(run, reading.layout, past)
        except BaseException:
            if not _written(run):
                rejects.discard()
            raise


@contextmanager
def _histories_read(run: Run, histories: Sequence[Path], staging: Staging) -> Iterator[Past | None]:
    """Read histories while nothing is locked yet, and work out what comes of them."""
    if not histories:
        yield None
        return
    from salesops_tui.services.importing_history import NO_FRESH, Fresh, foresight_of, history_read

    context, request = run.context, replace(run.request, full=False, as_of=None, dialect=AUTO, seen="")
    # In a dry run the deals do not come in, so that there is nothing to lay a history before.
    fresh = NO_FRESH
    if not request.dry_run:
        fresh = Fresh(staging.numbers(), staging.currencies_other_than(context.policy.currency))
    with ExitStack() as stack:
        foresight = stack.enter_context(foresight_of(context, moment_to_write(context, run.request.as_of)))
        lay = []
        for number, path in enumerate(histories):
            asked = replace(request, path=path, name=str(path))
            read = history_read(context, asked, run.progress, foresight, fresh=fresh, number=number)
            lay.append(stack.enter_context(read))
        if not request.dry_run:
            foresight.foresee()
        yield Past(foresight, lay)


def _apply_all(run: Run, layout: Layout, past: Past | None) -> list[ImportReport]:
    if past and _nothing_taken(run):
        said = f"{'histories' if len(past.lay) > 1 else 'history'} left alone, since no row of its deals can be taken"
        run.notices.append(Notice("history_left_alone", said, len(past.lay)))
        past = None
    if past is None:
        return [_apply(run, layout)]
    if run.request.dry_run:
        return [_apply(run, layout), *(each() for each in past.lay)]
    with run.context.store.write():
        past.foresight.begin()
        run.laid = [_apply(run, layout), *(each() for each in past.lay)]
        past.foresight.write()
    return run.laid


def _written(run: Run) -> list[ImportReport]:
    """Return the reports of a run whose rows are in the store for good; none while they are not."""
    if run.written and import_log.has_change(run.context.store.conn, run.written[0]):
        return run.laid or [run.written[1]]
    return []


def silent(_done: int, _of: int, _what: str) -> None:
    """Show no progress."""


class Judgement(NamedTuple):
    """What the staged rows would do to the store.

    Attributes:
        nothing: there is nothing to write: the file was imported before, or no row of it can be taken.
        question: what a person has to be asked before they are written; "" for nothing.
    """

    report: ImportReport
    delivery: Delivery
    effect: Effect
    same_file: bool
    nothing: bool
    question: str


def judge(run: Run, layout: Layout) -> Judgement:
    """Compare the staged rows with the store, inside the transaction that may apply them.

    Raises:
        Refused: the source has a newer import.
    """
    conn = run.context.store.conn
    # Only now: of two imports of the present, the one that is written later is the later one.
    run.as_of = moment_to_write(run.context, run.request.as_of)
    delivery = delivery_of(run, layout)
    refuse_if_older(run.context, delivery.source, delivery.as_of)
    if imports.done_before(conn, delivery, run.file.sha256, read_by(run, layout)):
        run.notices.append(Notice("same_file", "this file was imported for this moment before; nothing changed", 1))
        effect = Effect(0, 0, run.rows - run.rejected, 0, 0, 0)
        return Judgement(run.report(layout, effect), delivery, effect, same_file=True, nothing=True, question="")
    mute = _says_nothing(run)
    # Of a file that cannot be read nothing is known, not even what it lacks.
    effect = imports.compare(conn, replace(delivery, full=False) if mute else delivery)
    run.notices += look_alike_notice(run.context, delivery)
    question = "" if run.request.yes else _about_vanishing(run, effect)
    if question and run.request.dry_run:
        run.notices.append(Notice("vanished_commit", question, effect.removed))
    return Judgement(run.report(layout, effect), delivery, effect, same_file=False, nothing=mute, question=question)


def _says_nothing(run: Run) -> bool:
    """Say that no row of a file can be taken, and note it; an empty file still speaks where it is all of its source."""
    if run.rows > run.rejected or (run.request.full and not run.rows):
        return False
    if _nothing_taken(run):
        said = "no row can be taken, so nothing is written and this is no import: an older file may still go in"
        run.notices.append(Notice("nothing_taken", said, 1))
    return True


def _nothing_taken(run: Run) -> bool:
    """Say whether a file has rows, and none of them can be taken."""
    return 0 < run.rows == run.rejected


def read_by(run: Run, layout: Layout) -> str:
    """Return what, beside the file itself, decides on what it says: the map and the files that the map joins."""
    return " ".join((run.map.sha256, *layout.joined))


def _apply(run: Run, layout: Layout) -> ImportReport:
    context = run.context
    steps = Steps(run.progress, run.rows)
    steps.begin("comparing")
    with (
        context.store.reading() if run.request.dry_run else context.store.write() as conn,
        ticking(conn, steps.tick),
    ):
        if not run.request.dry_run:
            close_lapsed_calls(context)
        judged = judge(run, layout)
        if run.request.dry_run or judged.nothing:
            return judged.report
        if judged.question:
            raise NeedsConfirmation(judged.question)
        delivery = judged.delivery
        change = context.change("import", valid_at=delivery.as_of)
        imports.apply(conn, delivery, change, context.policies, steps.begin)
        report = replace(judged.report, as_of=context.calendar.iso(delivery.as_of))
        number = imports.add_import(conn, change, delivery, report.as_plain(), read_by(run, layout))
        record.write_record(conn, change, _entry(number, delivery, report))
        run.written = (change, report)
    return report


def _entry(number: int, delivery: Delivery, report: ImportReport) -> dict[str, Any]:
    plain = report.as_plain()
    return {"import": number, "source": delivery.source, **{name: plain[name] for name in _RECORDED}}


def _about_vanishing(run: Run, effect: Effect) -> str:
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


def _about_strict(run: Run) -> str:
    where = f"; they are in {run.rejects_file}, with the reasons" if run.rejects_file else ""
    return f"{run.rejected} of {run.rows} rows were rejected, so nothing was written (--strict){where}"
