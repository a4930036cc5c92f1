"""A machine of its own for a test, as far as users, rules and terminals go: nothing of the real one is changed.

It is a private mount namespace in which /etc, /var and /usr/local/bin lie under an overlay that goes away with it, in
which /opt, /srv, /home and /run are empty, and whose terminals are given out as Debian does. It needs root, and a
kernel that lets root mount.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_OVERLAID = ("/etc", "/var", "/usr/local/bin")
_EMPTY = ("/opt", "/srv", "/home")
_NAMES = ("anna", "ben", "dana", "salesops", "sales")
_VENV = "/opt/salesops"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_MOUNTS = """\
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/sshd /run/line /run/under /run/python /run/packages /run/program
mount --bind {base} /run/python
mount --bind {packages} /run/packages
mount --bind {program} /run/program
for place in {overlaid}; do
    mkdir -p /run/under$place/upper /run/under$place/work
    mount -t overlay overlay -o lowerdir=$place,upperdir=/run/under$place/upper,workdir=/run/under$place/work $place
done
for place in {empty} {closed}; do mount -t tmpfs -o mode=755 tmpfs $place; done
{again}
mount -t devpts -o newinstance,gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount --bind /dev/pts/ptmx /dev/ptmx
sed -i -E '/^({names}):/d' /etc/passwd /etc/group /etc/shadow /etc/gshadow
rm -f /etc/nologin
find /etc/sudoers.d -type f -delete 2>/dev/null || true
echo ready
exec cat
"""

INSTALLED = f"""\
{{python}} -m venv --without-pip {_VENV}
packages=$(echo {_VENV}/lib/python3*/site-packages)
cp -r --preserve=timestamps /run/program $packages/salesops_tui
echo /run/packages > $packages/packages.pth
printf '#!{_VENV}/bin/python\\nfrom salesops_tui.cli.entry import main\\nmain()\\n' > {_VENV}/bin/salesops
chmod 0755 {_VENV}/bin/salesops
chown -R root:root {_VENV}
chmod -R go=rX {_VENV}
ln -s {_VENV}/bin/salesops /usr/local/bin/salesops
"""
"""What `pip install salesops-tui` into a new environment comes to, from this tree and without a network."""


class OwnMachine:
    """The namespace, held open by a process that ends with the test."""

    def __init__(self) -> None:
        self._holder = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-ec", _mounts()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert self._holder.stdout
        said = self._holder.stdout.readline()
        if said != "ready\n":
            self._holder.kill()
            said += self._holder.communicate()[0]
            pytest.skip(f"no mount namespace of our own here: {' '.join(said.split())[-300:]}")
        self._space = Path(f"/proc/{self._holder.pid}/ns/mnt").readlink()

    def within(self, user: str = "") -> list[str]:
        """Return what stands before a command that is to run there, as root or as a user of that machine."""
        there = ["nsenter", f"--mount=/proc/{self._holder.pid}/ns/mnt"]
        return [*there, "setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else there

    def seen(self, path: str) -> Path:
        """Return by which name a file of that machine is reached from here."""
        return Path(f"/proc/{self._holder.pid}/root{path}")

    def run(self, script: str) -> str:
        """Run lines of the shell there as root, as somebody who types them; return what they said."""
        done = subprocess.run(
            [*self.within(), "bash", "-euo", "pipefail", "-c", script],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            env={"PATH": _PATH, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout}"
        return done.stdout

    def installing(self) -> str:
        """Return the lines that install the program there."""
        python = f"{sys.base_prefix}/bin/python{sys.version_info.major}.{sys.version_info.minor}"
        return INSTALLED.format(python=shlex.quote(python))

    def add_user(self, name: str, *groups: str) -> int:
        """Make a user who can log in with a key; return their number."""
        self.run(
            f"useradd --create-home --password '*' --shell /bin/bash --groups {shlex.quote(','.join(groups))} {name}"
        )
        return int(self.run(f"id -u {name}"))

    def sessions_of(self, user: int) -> list[int]:
        """Return the processes of the program in which this user is at work, themselves or through sudo."""
        found = []
        for process in self._processes():
            with suppress(OSError):
                words = (process / "cmdline").read_bytes().split(b"\0")
                own = process.stat().st_uid == user
                through = b"SUDO_UID=%d" % user in (process / "environ").read_bytes().split(b"\0")
                if (own or through) and b"python" in words[0]:
                    found.append(int(process.name))
        return found

    def close(self) -> None:
        """End whatever still runs there, and with it the machine."""
        for process in self._processes():
            with suppress(OSError):
                os.kill(int(process.name), signal.SIGKILL)
        self._holder.communicate()

    def _processes(self) -> list[Path]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (process / "ns/mnt").readlink() == self._space:
                    found.append(process)
        return found


def _mounts() -> str:
    base = Path(sys.base_prefix)
    closed = _closed(base)
    hidden = any(base.is_relative_to(place) for place in (*_EMPTY, *closed))
    quoted = shlex.quote(str(base))
    return _MOUNTS.format(
        base=quoted,
        again=f"mkdir -p {quoted}; mount --bind /run/python {quoted}" if hidden else "",
        packages=shlex.quote(sysconfig.get_path("purelib")),
        program=shlex.quote(str(ROOT / "salesops_tui")),
        overlaid=" ".join(_OVERLAID),
        empty=" ".join(_EMPTY),
        closed=shlex.join(closed),
        names="|".join(_NAMES),
    )


def _closed(place: Path) -> list[str]:
    """Return the outermost folder on the way to a place that ordinary users may not pass; none where they may."""
    for folder in [*reversed(place.parents), place]:
        if not folder.stat().st_mode & 0o001:
            return [str(folder)]
    return []


def own_machine(*needed: str) -> OwnMachine:
    """Make one, in which these programs are needed too; skip, with the reason, where that cannot be done."""
    if os.geteuid() != 0:
        pytest.skip("a machine of its own needs root")
    wanted = ("unshare", "nsenter", "setpriv", "useradd", "bash", *needed)
    if missing := [name for name in wanted if not shutil.which(name, path=_PATH)]:
        pytest.skip(f"this needs {', '.join(missing)} (Debian: util-linux, passwd, bash, sudo)")
    if "sudo" in needed and "NoNewPrivs:\t1" in Path("/proc/self/status").read_text():
        pytest.skip("sudo gives no rights here: the tests run with no_new_privs")
    return OwnMachine()
