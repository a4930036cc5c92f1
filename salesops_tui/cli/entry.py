"""Where a process begins: `--version` is answered without loading what reads command lines."""

from __future__ import annotations

import sys

from salesops_tui import __version__


def main() -> None:
    """Run the command line and end the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        sys.exit(_version())
    from salesops_tui.cli.main import main as run

    run()


def _version() -> int:
    from salesops_tui.cli import streams

    streams.fill_closed()
    try:
        print(f"salesops {__version__}")
        problem = streams.flushed()
    except OSError as error:
        problem = streams.in_words(error)
    if problem:
        print(f"salesops: {problem}", file=sys.stderr)
    return 1 if problem else 0
