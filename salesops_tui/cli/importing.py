"""Commands that take files in: deals, people, quotas."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypedDict

import click

from salesops_tui.cli.output import emit, emit_json, emit_lines, format_option, warn
from salesops_tui.cli.standard_input import on_disk
from salesops_tui.wall import refuse_file

if TYPE_CHECKING:
    from typing import Unpack

    from salesops_tui.cli.session import Session
    from salesops_tui.services.import_request import ImportReport, ImportRequest, Notice, Progress
    from salesops_tui.services.importing_people import TableReport

_ROWS_REJECTED = 3
_STEPS = 1_000
_SHARES = {"looking through": (0, _STEPS // 10), "reading": (_STEPS // 10, _STEPS // 2)}
"""From where to where on the bar a step goes; all others are the second half."""
_LABEL = "writing the record"


class _Options(TypedDict):
    """Options of `import` that are called as what they ask for is."""

    as_of: str | None
    dialect: str
    source: str
    full: bool
    dry_run: bool
    strict: bool
    yes: bool
    forget_map: bool


@click.command("import")
@click.argument("file")
@click.option("--as-of", metavar="MOMENT", help="The moment that the file describes; a date means the end of that day.")
@click.option("--dialect", default="auto", show_default=True, help="The CRM's way of writing; auto looks for itself.")
@click.option(
    "--map",
    "map_file",
    type=click.Path(path_type=Path, readable=False),
    help="Which column is what, and what words mean.",
)
@click.option("--source", default="crm", show_default=True, help="Which part of the CRM this is.")
@click.option(
    "--history",
    "histories",
    multiple=True,
    type=click.Path(path_type=Path, readable=False),
    help="The CRM's own history of these deals, laid before their first import; a history alone goes in as FILE.",
)
@click.option("--full", is_flag=True, help="The file is the whole of its source: open deals not in it were removed.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would change.")
@click.option("--strict", is_flag=True, help="One rejected row refuses the whole file.")
@click.option("--yes", is_flag=True, help="Go on where a full file takes away much of Commit.")
@click.option("--remember", is_flag=True, help="Keep this map for all later files with these columns.")
@click.option("--forget-map", is_flag=True, help="Read it as if no map had been kept for these columns, and forget it.")
@format_option
@click.pass_context
def import_deals(
    ctx: click.Context,
    /,
    file: str,
    form: str,
    map_file: Path | None,
    histories: tuple[Path, ...],
    remember: bool,
    **options: Unpack[_Options],
) -> int:
    """Take in a file of deals (CSV or XLSX; - for standard input). Exit code 3: done, with rows rejected.

    With --dry-run it says what it understood: columns, words, dates, owners, and what would change.
    """
    from salesops_tui.services.import_request import ImportRequest

    for named in (*histories, *([map_file] if map_file else [])):
        refuse_file(named)
    with on_disk(Path(file), lambda: ctx.obj.open().as_ops("an import")) as path:
        request = ImportRequest(path, map=map_file, name=file, **options)
        if histories:
            return _import_with_past(ctx.obj, request, histories, form)
        if request.dry_run:
            return _understand(ctx.obj, request, form)
        report = _import(ctx.obj, request)
        _keep_map(ctx.obj, request, remember=remember)
    _show(form, report)
    return _ROWS_REJECTED if report.rejected else 0


def _understand(session: Session, request: ImportRequest, form: str) -> int:
    from salesops_tui.cli.understanding import plain_understanding, understanding_lines
    from salesops_tui.errors import BadInput, Refused
    from salesops_tui.services.import_understanding import understand

    context = session.open()
    with _progress() as progress:
        found = understand(context, request, progress)
    if request.strict and found.report.rejected:
        raise Refused(f"{found.report.rejected} of {found.report.rows} rows would be rejected (--strict)")
    if found.problem:
        if form == "table":
            emit_lines(understanding_lines(found, context.policy.currency))
        raise BadInput(found.problem)
    if form == "json":
        emit_json(found.report.as_plain() | {"understanding": plain_understanding(found, context.policy.currency)})
    else:
        _show(form, found.report)
        if form == "table":
            emit_lines(understanding_lines(found, context.policy.currency))
    return _ROWS_REJECTED if found.report.rejected else 0


def _keep_map(session: Session, request: ImportRequest, *, remember: bool) -> None:
    if request.forget_map and not remember:
        from salesops_tui.errors import Refused
        from salesops_tui.services.import_mapping import forget

        with suppress(Refused):
            forget(session.open(), request)
    elif remember:
        from salesops_tui.services.import_mapping import confirm

        confirm(session.open(), request)


def _import_with_past(session: Session, request: ImportRequest, histories: tuple[Path, ...], form: str) -> int:
    """Import deals with their history; whether the files are histories is looked at before anything is read."""
    from salesops_tui.services.importing_history import expect_history

    for path in histories:
        expect_history(path)
    report, *pasts = _import_all(session, request, histories)
    if form == "json":
        emit_json(report.as_plain() | {"history": [done.as_plain() for done in pasts]})
    else:
        for done in (report, *pasts):
            _show(form, done)
    return _ROWS_REJECTED if any(done.rejected for done in (report, *pasts)) else 0


@click.command("import-people")
@click.argument("file")
@click.option("--as-of", metavar="MOMENT", help="Since when people report so; by default from now on.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would change.")
@format_option
@click.pass_context
def import_people(ctx: click.Context, file: str, as_of: str | None, dry_run: bool, form: str) -> int:
    """Take in people and who reports to whom.

    Columns: id, name, email, login, manager, role, region, segment, from.
    """
    from salesops_tui.services import importing_people

    with on_disk(Path(file), lambda: ctx.obj.open().as_ops("importing people")) as path:
        report = importing_people.import_people(ctx.obj.open(), path, as_of, dry_run=dry_run, name=file)
    _show(form, report)
    return _ROWS_REJECTED if report.rejected else 0


@click.command("import-quotas")
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would change.")
@format_option
@click.pass_context
def import_quotas(ctx: click.Context, file: str, dry_run: bool, form: str) -> int:
    """Take in quotas. Columns: person, period (FY26-Q4), amount."""
    from salesops_tui.services import importing_people

    with on_disk(Path(file), lambda: ctx.obj.open().as_ops("importing quotas")) as path:
        report = importing_people.import_quotas(ctx.obj.open(), path, dry_run=dry_run, name=file)
    _show(form, report)
    return _ROWS_REJECTED if report.rejected else 0


def _import(session: Session, request: ImportRequest) -> ImportReport:
    return _import_all(session, request, ())[0]


def _import_all(session: Session, request: ImportRequest, histories: tuple[Path, ...]) -> list[ImportReport]:
    from salesops_tui.services.import_request import NeedsConfirmation
    from salesops_tui.services.importing import import_with_history

    context = session.open()
    with _progress() as progress:
        try:
            return import_with_history(context, request, histories, progress)
        except NeedsConfirmation as question:
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                raise
            said = str(question)
    warn(said)
    click.confirm("Remove them?", abort=True, err=True)
    with _progress() as progress:
        return import_with_history(context, replace(request, yes=True), histories, progress)


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """Show a bar on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=_STEPS, label=_LABEL, file=sys.stderr, width=0) as bar:
        shown = 0

        def progress(done: int, of: int, what: str) -> None:
            nonlocal shown
            begins, ends = _SHARES.get(what, (_STEPS // 2, _STEPS))
            share = begins + done * (ends - begins) // max(of, 1)
            if not _takes_more(sys.stderr):
                return  # it stands still (ctrl+S, a line that hangs), and others may be waiting for our turn to end
            bar.label = what.ljust(len(_LABEL))
            bar.update(max(0, share - shown))
            shown = max(shown, share)

        yield progress
        bar.label = "done".ljust(len(_LABEL))
        bar.update(_STEPS - shown)


def _takes_more(terminal: TextIO) -> bool:
    """Say whether a terminal would take a line now, without a wait."""
    from select import POLLOUT, poll

    try:
        number = terminal.fileno()
    except OSError:
        return True  # none of the system's: what is written to it stays within this process
    asked = poll()
    asked.register(number, POLLOUT)
    return bool(asked.poll(0))


def _show(form: str, report: ImportReport | TableReport) -> None:
    from salesops_tui.cli.rejected import handed_over

    report = handed_over(report)
    if form == "json":
        emit_json(report.as_plain())
        return
    done = report.as_plain()
    told = [f"{done[name]:,} {name}" for name in ("new", "changed", "unchanged", "removed", "rejected") if name in done]
    would = " (nothing was written)" if done.get("dry_run") else ""
    first = f"{report.file}: {report.rows:,} rows: {', '.join(told)}{would}"
    where = f"the rejected rows, with reasons: {report.rejects_file}" if report.rejects_file else ""
    if form in ("csv", "md"):
        numbers = [(name, value) for name, value in done.items() if type(value) is int]
        rows = [*numbers, *((f"{notice.code}: {notice.message}", notice.count) for notice in report.warnings)]
        emit(form, done, ("what", "rows"), rows, heading=[first], footing=[where])
        return
    lines = [first]
    if done.get("as_of"):
        lines.append(f"as of {done['as_of']}, read as {done['dialect']}")
        lines += [f"  because {reason}" for reason in done["dialect_reasons"] if done["dialect"] != "canonical"]
    lines += [_line(notice) for notice in report.warnings]
    emit_lines([*lines, where] if where else lines)


def _line(notice: Notice) -> str:
    start = "rejected: " if notice.code == "rejected" else ""
    return f"  {notice.count:,} × {start}{notice.message}"
