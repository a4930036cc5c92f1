"""Copies of the store, and a store from a copy."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from salesops_tui.cli.output import emit, format_option
from salesops_tui.cli.private_folder import private_folder
from salesops_tui.cli.session import Session
from salesops_tui.errors import WrongUsage


@click.command()
@click.argument("file")
@format_option
@click.pass_obj
def backup(session: Session, file: str, form: str) -> None:
    """Copy the store to FILE while it is in use (- for standard output); FILE is checked before it has its name."""
    from salesops_tui.services.backup import back_up

    context = session.open()
    if file != "-":
        _show(form, "backup", back_up(context, Path(file)), f"the store as of now is in {file}")
        return
    if sys.stdout.isatty():
        raise WrongUsage("a backup is no text for a terminal: salesops backup - > FILE")
    with private_folder() as folder:
        pages = back_up(context, folder / "backup.db").path.open("rb")
    with pages:  # it has no name any more, however slowly it is taken
        shutil.copyfileobj(pages, sys.stdout.buffer)
    sys.stdout.buffer.flush()


@click.command()
@click.argument("file")
@click.option("--head", default="", metavar="HASH", help="A head from minutes that the backup's record must have.")
@format_option
@click.pass_obj
def restore(session: Session, file: str, head: str, form: str) -> None:
    """Make the store anew from the backup FILE (- for standard input), where none is yet; --store says where."""
    from salesops_tui.services.backup import restore as make_anew

    if file != "-":
        _show(form, "store", make_anew(Path(file), session.path, head), f"{session.path} was made from {file}")
        return
    with private_folder() as folder:
        copy = folder / "backup.db"
        with copy.open("wb") as pages:
            shutil.copyfileobj(sys.stdin.buffer, pages)
        copied = make_anew(copy, session.path, head)
    _show(form, "store", copied, f"{session.path} was made from standard input")


def _show(form: str, what: str, copied: object, first: str) -> None:
    from salesops_tui.services.backup import Copied

    assert isinstance(copied, Copied)
    document = {what: str(copied.path), "bytes": copied.size, "rows": copied.rows, "head": copied.head}
    rows: list[tuple[str, str | int]] = [
        ("bytes", copied.size),
        ("rows of the record", copied.rows),
        ("head", copied.head),
    ]
    emit(form, document, ("", ""), rows, heading=[first])
