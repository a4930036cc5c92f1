"""A real sshd on loopback, started by a test on a free port, and the way in."""

import fcntl
import os
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")

SEPARATION = Path("/run/sshd")
"""The folder without which a server of root's does not start; Debian's service makes it."""
_OURS = 0o711
"""The mode by which one that these tests have made is told from Debian's."""
_OWN_RUN = ["unshare", "--mount", "--propagation", "private", "sh", "-ec"]
_OWN_RUN += ['mount -t tmpfs -o mode=755 tmpfs /run; mkdir /run/sshd; exec "$@"', "sh"]

HERE = bool(SSHD and shutil.which("ssh") and shutil.which("ssh-keygen"))
needs_sshd = pytest.mark.skipif(
    not HERE,
    reason="there is no sshd and ssh here (Debian: openssh-server, openssh-client)",
)

CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {there}/host
AuthorizedKeysFile {there}/user.pub
PidFile {there}/pid
AcceptEnv LANG LC_*
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
ClientAliveInterval 1
ClientAliveCountMax 2
PermitRootLogin yes
PrintMotd no
"""


class Server:
    """A server that lets whoever has the test's key in.

    Attributes:
        folder: the keys, on our side.
        log: what the server says.
    """

    def __init__(
        self, folder: Path, *, there: str = "", seen_as: Path | None = None, before: Sequence[str] = ()
    ) -> None:
        """Start one.

        Args:
            folder: a new folder of ours for the keys.
            there: the folder of the server's own files, by the name that it knows; `folder` by default.
            seen_as: by which name we reach that folder.
            before: what stands before the command, to have it run elsewhere or as somebody else.
        """
        self.folder = folder
        seen_as = seen_as or folder
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        if seen_as != folder:
            for name in ("host", "user.pub"):
                shutil.copy(folder / name, seen_as / name)
            owner = seen_as.stat()
            os.chown(seen_as / "host", owner.st_uid, owner.st_gid)
        (seen_as / "config").write_text(CONFIG.format(port=self.port, there=there or folder))
        self.log = seen_as / "log"
        assert SSHD
        command = [*before, SSHD, "-D", "-f", f"{there or folder}/config", "-E", f"{there or folder}/log"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def wait(self, user: str) -> None:
        """Wait until it takes connections, and see that it gives this user a terminal; skip where it does not.

        An ordinary user's server gives one where /dev/pts is mounted with `gid=5`, as Debian does.
        """
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2):
                break
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        tried = subprocess.run(
            self.command(user, "tty"), stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=30
        )
        if b"/dev/" not in tried.stdout:
            said = self.log.read_text().splitlines() if self.log.exists() else [f"it ended with {self.process.poll()}"]
            why = [line for line in said if "failed" in line or "fatal" in line] or said[-2:]
            pytest.skip(f"sshd gives no terminal here: {'; '.join(why)}")

    def command(self, user: str, there: str, *, terminal: bool = True) -> list[str]:
        """Return how to run a command of the shell there over the line."""
        options = {
            "BatchMode": "yes",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "LogLevel": "ERROR",
            "SendEnv": "LANG LC_*",
        }
        return [
            "ssh", "-tt" if terminal else "-T", "-F", "none", "-p", str(self.port), "-i", str(self.folder / "user"),
            *[f"-o{name}={value}" for name, value in options.items()], f"{user}@127.0.0.1", there,
        ]  # fmt: skip

    def run(self, user: str, there: str) -> tuple[int, str]:
        """Run a command of the shell there without a terminal; return its exit code and all that it said."""
        done = subprocess.run(
            self.command(user, there, terminal=False),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        return done.returncode, done.stdout

    def stop(self) -> None:
        """End it, once the sessions are over that it has to see off."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for _ in range(40):
            with suppress(OSError):
                if not children.read_text():
                    break
            time.sleep(0.05)
        self.process.terminate()
        self.process.wait(10)


def server_of_ours(folder: Path, stack: ExitStack) -> Server:
    """Start a server as whoever we are; it ends with the stack."""
    before = _room_for_separation(stack) if os.geteuid() == 0 else []
    server = Server(folder, before=before)
    stack.callback(server.stop)
    return server


def _room_for_separation(stack: ExitStack) -> list[str]:
    """Return what to put before a server of root's, so that it has the folder that it needs."""
    if SEPARATION.exists() and SEPARATION.stat().st_mode & 0o777 != _OURS:
        return []
    with suppress(OSError):
        if subprocess.run([*_OWN_RUN, "true"], capture_output=True, check=False).returncode == 0:
            return _OWN_RUN
    stack.enter_context(_made_for_all(SEPARATION))
    return []


@contextmanager
def _made_for_all(folder: Path) -> Iterator[None]:
    """Make the folder, unless another process of these tests has; the last of them takes it away."""
    handle = os.open(folder.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        folder.mkdir(mode=_OURS, exist_ok=True)
    except OSError as error:
        os.close(handle)
        pytest.skip(f"a server of root's needs {folder}, which cannot be made: {error.strerror}")
    try:
        yield
    finally:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if folder.stat().st_mode & 0o777 == _OURS:
                folder.rmdir()
        os.close(handle)


def quoted(*words: str) -> str:
    """Return words as the shell there reads them."""
    return shlex.join(words)
