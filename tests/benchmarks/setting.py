"""What a run of the benchmarks is about: the program, its store, how often."""

import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Setting:
    """Attributes:
    program: the command that starts the program, without arguments.
    store: the store that it opens.
    finished: a text that only its finished first frame has.
    runs: how many cold starts of each, after one that is not counted.
    idle: for how many seconds it is left alone.
    keys: how many keys are measured in a run.
    columns: width of the terminal.
    rows: height of the terminal.
    """

    program: tuple[str, ...]
    store: Path
    finished: str
    runs: int = 9
    idle: float = 30.0
    keys: int = 30
    columns: int = 120
    rows: int = 40

    @property
    def opened(self) -> list[str]:
        """The command that opens the store on the screen."""
        return [*self.program, "--store", str(self.store)]


def installed() -> tuple[str, ...]:
    """The command as it is installed beside this interpreter: a version manager's shim costs more than the program."""
    script = Path(sys.executable).with_name("salesops")
    return (str(script),) if script.exists() else (sys.executable, "-m", "salesops_tui")


def command(text: str) -> tuple[str, ...]:
    """A command from one argument."""
    return tuple(shlex.split(text))


def build_demo(program: tuple[str, ...], store: Path) -> None:
    """Make the demo store, as large as it is by default."""
    subprocess.run([*program, "--store", str(store), "demo", "--build-only"], check=True, stdout=subprocess.DEVNULL)
