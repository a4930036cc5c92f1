"""The bar of an import: it is drawn while others wait for the import's turn to end, so it must never wait itself."""

import os
import pty
import subprocess
import sys
import termios

DRAWS = """
import sys
from salesops_tui.cli.importing import _progress
with _progress() as progress:
    sys.stdin.readline()
    for done in range(0, 1000, 100):
        progress(done, 1000, "reading")
    print("went on", flush=True)
    sys.stdin.readline()
"""


def test_a_terminal_that_was_stopped_holds_no_import_up() -> None:
    """Somebody presses ctrl+S, or their line hangs, in the middle of an import; all who write wait for its turn."""
    master, terminal = pty.openpty()
    draws = subprocess.Popen(
        [sys.executable, "-c", DRAWS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=terminal, text=True
    )
    try:
        assert os.read(master, 4096), "the bar is there"
        termios.tcflow(terminal, termios.TCOOFF)
        assert draws.stdin
        draws.stdin.write("\n")
        draws.stdin.flush()
        assert _said(draws) == "went on\n"
        termios.tcflow(terminal, termios.TCOON)
        draws.communicate("\n", timeout=20)
    finally:
        draws.kill()
        draws.wait()
        os.close(terminal)
        os.close(master)


def _said(process: "subprocess.Popen[str]") -> str:
    from select import select

    assert process.stdout
    ready, _, _ = select([process.stdout], [], [], 20)
    return process.stdout.readline() if ready else ""
