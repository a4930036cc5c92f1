"""Commands for what was imported: the list, one import with its rejected rows, taking the newest back; owners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from salesops_tui.cli.numbers import NUMBER
from salesops_tui.cli.output import emit, emit_json, emit_lines, format_option, warn

if TYPE_CHECKING:
    from salesops_tui.services.context import Context
    from salesops_tui.services.import_undo import ImportDone
    from salesops_tui.store.import_log import Reject

_SHOWN_OF_SHA = 12
_COUNTS = ("rows", "accepted", "rejected", "new", "changed", "unchanged", "removed")


@click.group("imports", invoke_without_command=True)
@click.option("--limit", type=NUMBER, help="So many at most, the newest.")
@format_option
@click.pass_context
def imports(ctx: click.Context, limit: int | None, form: str) -> None:
    """What was imported: who, when, which file, what it did."""
    if ctx.invoked_subcommand is not None:
        return
    from salesops_tui.services.import_undo import list_imports

    context = ctx.obj.open()
    found = list_imports(context, limit)
    rows = [_row(context, done) for done in found]
    if not rows and form in ("table", "md"):
        warn("nothing was imported yet; 'salesops import FILE' takes a file of deals in")
    columns = ("no.", "imported", "by", "file", "sha256", "source", "as of", "did", "undone")
    emit(form, {"imports": [_plain(context, done) for done in found]}, columns, rows)


@imports.command("show")
@click.argument("number", type=NUMBER)
@format_option
@click.pass_context
def show(ctx: click.Context, number: int, form: str) -> None:
    """Show one import: what it did, what was noticed, and the rows that it did not take."""
    from salesops_tui.services.import_undo import one_import

    context = ctx.obj.open()
    done, rejects = one_import(context, number)
    document = _plain(context, done) | {
        "warnings": [dict(w) for w in done.warnings],
        "rejects": [{"line": r.line, "reason": r.reason, "row": r.row} for r in rejects],
    }
    rows = [(r.line, r.reason, r.row) for r in rejects]
    emit(form, document, ("line", "reason", "row"), rows, heading=_heading(context, done, rejects))


@imports.command("undo")
@click.argument("number", type=NUMBER, required=False)
@format_option
@click.pass_context
def undo(ctx: click.Context, number: int | None, form: str) -> None:
    """Take the newest import back as a whole; the record keeps both. For ops leads."""
    from salesops_tui.services.import_undo import newest_import, undo_import

    context = ctx.obj.open()
    if number is None:
        newest = newest_import(context)
        number = newest.number
        when = _short(context, newest.at)
        warn(f"taking back import {number} of {newest.file}, by {newest.by} on {when} ({newest.did})")
    undone = undo_import(context, number)
    if form == "json":
        emit_json({"text": undone.text, "import": undone.number, "deals": undone.deals, "unknown": undone.unknown})
    else:
        emit_lines([undone.text])


@click.group("owners", invoke_without_command=True)
@format_option
@click.pass_context
def owners(ctx: click.Context, form: str) -> None:
    """Owners in files whom nobody here knows, with their deals, and what was said of them."""
    if ctx.invoked_subcommand is not None:
        return
    from salesops_tui.domain.money import decimal_string
    from salesops_tui.services import owner_mapping

    context = ctx.obj.open()
    unknown, known = owner_mapping.unknown_owners(context), owner_mapping.known_aliases(context)
    money = context.policy.currency
    document = {
        "unknown": [
            {"text": o.text, "deals": o.deals, "amount": decimal_string(o.amount, money), "closed": o.closed}
            for o in unknown
        ],
        "mapped": [
            {"text": a.text, "person": a.person.key, "person_name": a.person.name, "by": a.by, "at": iso(context, a.at)}
            for a in known
        ],
    }
    rows: list[Sequence[str | int | None]] = [
        (o.text, o.deals, decimal_string(o.amount, money), "unassigned") for o in unknown
    ]
    rows += [(a.text, None, None, f"{a.person.name} ({a.person.key}), said by {a.by}") for a in known]
    if not rows and form in ("table", "md"):
        warn("every owner is somebody here")
    emit(form, document, ("owner in files", "open deals", "amount", "is"), rows)


@owners.command("map")
@click.argument("text")
@click.argument("person")
@format_option
@click.pass_context
def map_owner(ctx: click.Context, text: str, person: str, form: str) -> None:
    """Say that TEXT in files means PERSON, for later files and for the deals that stand unassigned because of it."""
    from salesops_tui.services import owner_mapping

    mapped = owner_mapping.map_owner(ctx.obj.open(), text, person)
    if form == "json":
        emit_json({"text": mapped.text, "person": mapped.person.key, "deals": mapped.deals})
    else:
        given = "1 deal was" if mapped.deals == 1 else f"{mapped.deals:,} deals were"
        emit_lines([f"'{mapped.text}' is {mapped.person.name} from now on; {given} given to them"])


def iso(context: Context, moment: Any) -> str:
    """Return a moment with the store's offset."""
    return context.calendar.iso(moment)


def _plain(context: Context, done: ImportDone) -> dict[str, Any]:
    return {
        "import": done.number,
        "file": done.file,
        "sha256": done.sha256,
        "source": done.source,
        "dialect": done.dialect,
        "as_of": iso(context, done.as_of),
        "imported_at": iso(context, done.at),
        "by": done.by,
        "full": done.full,
        **{name: getattr(done, name) for name in _COUNTS},
        "undone_at": None if done.undone_at is None else iso(context, done.undone_at),
        "undone_by": done.undone_by,
    }


def _row(context: Context, done: ImportDone) -> Sequence[str | int | None]:
    undone = "" if done.undone_at is None else f"{_short(context, done.undone_at)} by {done.undone_by}"
    return (
        done.number, _short(context, done.at), done.by, done.file, done.sha256[:_SHOWN_OF_SHA], done.source,
        _short(context, done.as_of), done.did, undone,
    )  # fmt: skip


def _heading(context: Context, done: ImportDone, rejects: Sequence[Reject]) -> list[str]:
    lines = [
        f"import {done.number}: {done.file}",
        f"{'the whole' if done.full else 'a part'} of the source '{done.source}' as of {iso(context, done.as_of)}",
        f"by {done.by}, {iso(context, done.at)}, read as {done.dialect}, sha256 {done.sha256}",
        f"{done.rows:,} rows: {done.did}",
        *(f"  {w['count']:,} × {w['message']}" for w in done.warnings),
    ]
    if done.undone_at is not None:
        lines.append(f"undone {iso(context, done.undone_at)} by {done.undone_by}")
    if len(rejects) < done.rejected:
        lines.append(f"the first {len(rejects):,} of {done.rejected:,} rejected rows")
    return lines


def _short(context: Context, moment: Any) -> str:
    return iso(context, moment)[:16].replace("T", " ")
