"""A shared box for tests: a store that another account holds, and people who come through sudo as that account.

Sudo itself is not needed: what it does to a process (another user, `SUDO_UID`, an emptied environment) is done here,
and what it would keep out is let in, so that the program is met without its help. Where the tests run as root the
account even has the right to read every file of the machine, which only the wall then keeps from its callers.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from salesops_tui.domain.calendar import to_day
from salesops_tui.domain.people import Role
from salesops_tui.services.starting import share_store
from tests.company import Company

ROOT = Path(__file__).parents[2]
OPS, REP = 1, 2
"""Users of every Debian: daemon is an ops lead here, bin a rep."""
_NOBODY = 65534
_MAIN = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from salesops_tui.cli.main import main; main()"
_LONGEST = 60


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code and what it printed, both streams together."""

    code: int
    out: str


class Box:
    """The store of the account, and a way to run the program as somebody who comes through sudo."""

    def __init__(self, folder: Path, account: int) -> None:
        self.folder = folder
        self.account = account
        self.store = folder / "store.db"

    def command(self, *arguments: str, isolated: bool = True, store: bool = True) -> list[str]:
        """Return the command line that the wrapper would run."""
        named = ["--store", str(self.store)] if store else []
        python = [*_as_account(self.account), sys.executable, *(["-I"] if isolated else [])]
        return [*python, "-c", _MAIN, *named, *arguments]

    def environment(self, who: int | None, env: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return what such a process is given: what sudo says, and what a careless rule would let through."""
        through = {} if who is None else {"SUDO_UID": str(who)}
        return {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8"} | dict(env or {}) | through

    def run(
        self,
        *arguments: str,
        who: int | None = OPS,
        stdin: str | bytes = "",
        env: Mapping[str, str] | None = None,
        before: Callable[[], None] | None = None,
        **options: bool,
    ) -> Ended:
        """Run a command line for somebody; `before` is done in the process first, as their shell would."""
        done = subprocess.run(
            self.command(*arguments, **options),
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment(who, env),
            preexec_fn=before,
            cwd=self.folder,
            timeout=_LONGEST,
            check=False,
        )
        assert done.returncode >= 0, signal.Signals(-done.returncode)
        said = done.stdout.decode("utf-8", "replace")
        assert "Traceback" not in said, said
        return Ended(done.returncode, said)


def _as_account(account: int) -> Sequence[str]:
    if os.geteuid() != 0:
        return []
    reads_all = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return ["setpriv", f"--reuid={account}", f"--regid={account}", "--clear-groups", *reads_all]


@pytest.fixture
def box() -> Iterator[Box]:
    """A company whose store an account holds; a deal of the rep's, and one that they may not see."""
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("as root this needs setpriv (util-linux) to become somebody else")
    account = _NOBODY if os.geteuid() == 0 else os.geteuid()
    folder = Path(tempfile.mkdtemp(prefix="salesops-box-"))
    try:
        company = Company(folder / "store.db")
        for user, role, boss in ((OPS, Role.OPS, None), (REP, Role.REP, "dana")):
            company.hire(pwd.getpwuid(user).pw_name, f"User {user}", role, boss)
        close = company.time.date().fromordinal(to_day(company.time.date()) + 30).isoformat()
        company.claim("D1", owner=pwd.getpwuid(REP).pw_name, amount=1000, name="Sunrise", close=close)
        company.claim("F1", owner="sam", amount=987_654, name="Nightfall", close=close)
        share_store(company.context, pwd.getpwuid(account).pw_name)
        company.store.settle()
        company.store.close()
        for path in [folder, *folder.iterdir()]:
            os.chown(path, account, account if os.geteuid() == 0 else -1)
        folder.chmod(0o700)
        yield Box(folder, account)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
