"""The command line: options before the command, commands that are imported only when they are run."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import click

from salesops_tui import __version__, wall
from salesops_tui.cli import streams
from salesops_tui.cli.lazy import LazyGroup
from salesops_tui.errors import SalesopsError

_COMMANDS = {
    "action": "actions:action",
    "actions": "actions:actions",
    "backup": "backup:backup",
    "call": "calls:call",
    "deal": "deals:deal",
    "deals": "deals:deals",
    "demo": "start:demo",
    "doctor": "start:doctor",
    "export": "export:export",
    "forecast": "forecast:forecast",
    "import": "importing:import_deals",
    "import-people": "importing:import_people",
    "import-quotas": "importing:import_quotas",
    "imports": "imports:imports",
    "init": "start:init",
    "inspect": "inspecting:inspect",
    "link": "links:link",
    "log": "log:log",
    "movement": "movement:movement",
    "owners": "imports:owners",
    "people": "people:people",
    "policy": "policy:policy",
    "restore": "backup:restore",
    "share": "start:share",
    "unlink": "links:unlink",
    "verify": "log:verify",
}

_LONGEST_LINE = 2_000


@click.group(
    cls=LazyGroup,
    places=_COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--store",
    type=click.Path(path_type=Path, readable=False),
    multiple=True,
    help="The store file; else $SALESOPS_STORE, else your own.",
)
@click.option("--read-only", is_flag=True, help="Write nothing, whoever you are.")
@click.option("--present", is_flag=True, help="For a shared screen: read-only, and follows another session's deal.")
@click.option("--follow", metavar="PERSON", help="With --present: whose session; by default your own other one.")
@click.option("--mask", multiple=True, type=click.Choice(["names", "amounts"]), help="With --present: not to be seen.")
@click.version_option(__version__, prog_name="salesops", message="%(prog)s %(version)s")
@click.pass_context
def salesops(ctx: click.Context, /, store: tuple[Path, ...], read_only: bool, **presenting: Any) -> None:
    """Inspect the deals in Commit, and see how Commit moves. Without a command: the screens."""
    from salesops_tui.cli.session import Session

    if len(store) > 1:
        raise click.UsageError("--store is named twice; name it once", ctx)
    ctx.obj = Session(store[0] if store else None, read_only or presenting["present"], **presenting)
    ctx.obj.check(ctx.invoked_subcommand)
    ctx.call_on_close(ctx.obj.close)
    if ctx.invoked_subcommand is None:
        from salesops_tui.cli.screens import open_screens

        open_screens(ctx.obj)


def main() -> None:
    """Run the command line and end the process: 0 done, 1 refused or failed, 2 wrong usage, 3 rows rejected."""
    streams.fill_closed()
    if wall.stands():
        if not sys.flags.isolated:
            sys.exit(_say("run through sudo, this needs 'python -I' before it: see docs/deploy.md", 1))
        wall.raise_wall()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # As ctrl+c: what was begun is taken back, and no file of ours stays behind. Not where somebody said nohup.
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    code = run(sys.argv[1:])
    if problem := streams.flushed():
        code = _say(problem, 1)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; whatever goes wrong is one line on standard error."""
    try:
        code = salesops.main(arguments, prog_name="salesops", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except SalesopsError as error:
        return _say(str(error), error.exit_code)
    except (click.exceptions.Exit, SystemExit) as leave:
        return _left(leave)
    except click.ClickException as error:
        usage = f" (see '{error.ctx.command_path} --help')" if isinstance(error, click.UsageError) and error.ctx else ""
        return _say(error.format_message() + usage, error.exit_code)
    except UnicodeEncodeError:
        return _say("the arguments or the file hold bytes that are no text (UTF-8)", 2)
    except (click.Abort, KeyboardInterrupt):
        return _say("stopped; nothing half-done was left", 1)
    except OSError as error:
        # A reader that has gone (`salesops deals | head`) is not an error of ours.
        problem = streams.in_words(error)
        return _say(problem, 1) if problem else 0
    except Exception as error:
        return _unexpected(error)


def _left(leave: click.exceptions.Exit | SystemExit) -> int:
    if isinstance(leave, click.exceptions.Exit):
        return leave.exit_code
    # So click ends where the reader has gone (`salesops deals | head`), with a wrapper around the output.
    if type(sys.stdout).__name__.endswith("PacifyFlushWrapper"):
        return 0
    raise leave


def _say(message: str, code: int) -> int:
    from salesops_tui.ui.present import plain

    if len(message) > _LONGEST_LINE:
        # What somebody typed may be as long as they like; the end of the line says what to do.
        message = f"{message[: _LONGEST_LINE // 2]} … {message[-_LONGEST_LINE // 2 :]}"
    streams.say(f"salesops: {plain(message)}")
    return code


def _unexpected(error: Exception) -> int:
    import tempfile
    import traceback

    what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    try:
        with tempfile.NamedTemporaryFile("w", prefix="salesops-", suffix=".txt", delete=False) as file:
            traceback.print_exception(error, file=file)
        where = f"; please report it with {file.name}"
    except OSError:
        where = "; please report it"
    return _say(f"something went wrong that should not ({what}){where}", 1)


if __name__ == "__main__":
    main()
