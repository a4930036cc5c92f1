"""Commands that begin: a store, the demo company, a look at what is wrong."""

from __future__ import annotations

from pathlib import Path

import click

from salesops_tui.cli.output import emit, format_option, warn
from salesops_tui.cli.session import Session
from salesops_tui.errors import WrongUsage

_AS_WIDE_AS_FITS = 0  # click's own width leaves no room for the time at 80 columns: each step then begins a new line


@click.command()
@click.option(
    "--policy", "policy_file", type=click.Path(path_type=Path, readable=False), help="The rulebook, a TOML file."
)
@click.option("--group", default="", help="A Unix group whose members share the store.")
@click.option("--service-account", "account", default="", metavar="LOGIN", help="It holds the store; others use sudo.")
@click.option("--ops", default="", metavar="LOGIN", help="The first ops lead, if that is not you.")
@click.pass_obj
def init(session: Session, policy_file: Path | None, group: str, account: str, ops: str) -> None:
    """Make an empty store; you become its ops lead."""
    from salesops_tui.services.starting import Sharing, init_store

    context = init_store(session.path, policy_file, Sharing(group, account, ops), session.clock)
    context.store.close()
    click.echo(f"made {session.path}; next: salesops import-people FILE, then salesops import FILE")


@click.command()
@click.option("--build-only", is_flag=True, help="Build the store, print its path, open no screen.")
@click.option("--scale", type=click.IntRange(1, 1_000_000), help="Make this many deals instead of the usual company.")
@click.pass_obj
def demo(session: Session, build_only: bool, scale: int | None) -> None:
    """Open the screens on a fresh demo company, made for today; you are its ops lead."""
    import sys

    from salesops_tui.paths import data_dir
    from salesops_tui.services.demo import build_demo

    path = session.named or data_dir() / "demo.db"
    quiet = not sys.stderr.isatty()
    label = "Building the demo company"
    with click.progressbar(length=100, label=label, file=sys.stderr, hidden=quiet, width=_AS_WIDE_AS_FITS) as bar:

        def progress(done: int, total: int, _what: str) -> None:
            bar.update(100 * done // max(total, 1) - bar.pos)

        build_demo(path, clock=session.clock, scale=scale, progress=progress)
    if build_only:
        click.echo(str(path))
        return
    from salesops_tui.cli.screens import open_screens

    session.named = path
    open_screens(session)


@click.command()
@click.option("--service-account", "account", metavar="LOGIN", help="It holds the store; others come through sudo.")
@click.option("--nobody", is_flag=True, help="No account holds it for others any more.")
@click.pass_obj
def share(session: Session, account: str | None, nobody: bool) -> None:
    """Say which account holds the store for others (docs/deploy.md); ops leads only."""
    from salesops_tui.services.starting import share_store

    if bool(account) == nobody:
        raise WrongUsage("name the account with --service-account LOGIN, or say --nobody")
    share_store(session.open(), account or "")
    click.echo(
        f"{account} holds the store for those who come through sudo" if account else "nobody holds it for others"
    )


@click.command()
@format_option
@click.pass_obj
def doctor(session: Session, form: str) -> None:
    """Say what is wrong with this store, its permissions and this terminal."""
    from salesops_tui.services.doctor import examine

    findings = examine(session.path)
    document = {"store": str(session.path), "findings": [finding.plain() for finding in findings]}
    emit(form, document, ("", "what", "found", "to do"), [(f.level, f.what, f.found, f.advice) for f in findings])
    if any(finding.level == "bad" for finding in findings):
        warn("salesops: something needs mending; the rows marked 'bad' say what to do")
        raise click.exceptions.Exit(1)
