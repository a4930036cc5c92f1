"""The rulebook: shown, checked, adopted."""

from __future__ import annotations

from pathlib import Path

import click

from salesops_tui.cli.numbers import NUMBER
from salesops_tui.cli.output import emit_lines
from salesops_tui.cli.session import Session
from salesops_tui.cli.standard_input import called, on_disk

_MOST_MEGABYTES = 4
"""Of a policy on standard input; the default one has 10 KB."""


@click.group()
def policy() -> None:
    """The rulebook under which deals are inspected, a TOML file."""


@policy.command("show")
@click.option("--default", "default", is_flag=True, help="The default policy, to start one of your own from.")
@click.option("--version", "number", type=NUMBER, help="An earlier version.")
@click.pass_obj
def show(session: Session, default: bool, number: int | None) -> None:
    """Print the policy in force as TOML."""
    if default:
        from salesops_tui.domain.policy_file import default_policy_text

        click.echo(default_policy_text(), nl=False)
        return
    from salesops_tui.store.policies import newest_version, policy_source

    conn = session.open().store.conn
    click.echo(policy_source(conn, number or newest_version(conn)), nl=False)


@policy.command("check")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.pass_obj
def check(session: Session, file: Path) -> None:
    """Check a policy file; says each mistake with its line and key, and what adopting it would change."""
    from salesops_tui.services.starting import changes_of, read_policy_file

    with on_disk(file, most=_MOST_MEGABYTES) as path:
        checked, _ = read_policy_file(path, called=called(file))
        emit_lines([f"{called(file)}: good ({len(checked.questions)} questions, {len(checked.stages)} stages)"])
        if session.path.exists():
            emit_lines([f"  {line}" for line in changes_of(session.open(), path)])


@policy.command("adopt")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.pass_obj
def adopt(session: Session, file: Path) -> None:
    """Make a policy file the one in force, as a new version."""
    from salesops_tui.services.starting import adopt_policy

    with on_disk(file, lambda: session.open().as_ops("adopting a policy"), _MOST_MEGABYTES) as path:
        adopted = adopt_policy(session.open(), path, called(file))
    click.echo(f"adopted as version {adopted.version}; inspections that are open keep the one they began under")
