"""The rejects file: the rows that were not taken, as they were, with their line and the reason in front.

It can be mended and imported in its turn; the two columns in front are then left out.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from filecmp import cmp
from pathlib import Path
from types import TracebackType
from typing import IO

from salesops_tui.crm.guard import guarded
from salesops_tui.crm.table import MAX_CELL
from salesops_tui.errors import BadInput

_TRIES = 1_000


class RejectsFile:
    """Collects rejected rows; the file appears, whole, when `keep` is called and there are any.

    It stands beside the imported file, in the current folder where that one cannot be written, else in the
    system's folder for temporary files. A file of that name stays as it is, since somebody may have mended it; where
    it holds just the same rows, it is the one.

    Attributes:
        kinds: how many rows were rejected, by kind of reason.
        path: where the file is; None until `keep` made one.
    """

    def __init__(self, beside: Path, stem: str, header: Sequence[str], *, write: bool = True) -> None:
        """Prepare for the rejects of a file called `stem` in the folder `beside`.

        Without `write` they are only counted.
        """
        self.kinds: Counter[str] = Counter()
        self.path: Path | None = None
        self._name = f"{stem}.rejects.csv"
        self._folders = (beside, Path(), Path(tempfile.gettempdir())) if write else ()
        self._header = header
        self._file: IO[str] | None = None
        self._write = csv.writer(io.StringIO()).writerow
        self._part: Path | None = None

    def __enter__(self) -> RejectsFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()
        if self._part:
            self._part.unlink(missing_ok=True)

    def add(self, line: int, kind: str, reason: str, cells: Sequence[str]) -> None:
        """Note a rejected row.

        Raises:
            BadInput: the file cannot be written (a full disk, say).
        """
        self.kinds[kind] += 1
        if not self._folders:
            return
        row = [str(line), reason, *(_bearable(cell) for cell in cells)]
        try:
            if self._file is None:
                self._file = self._begin()
                self._write = csv.writer(self._file).writerow
                self._write(["line", "reason", *map(guarded, self._header)])
            self._write(map(guarded, row))
        except OSError as error:
            raise BadInput(f"the rejected rows cannot be written down: {error.strerror or error}") from None

    def keep(self) -> Path | None:
        """Put the file in its place and return where that is; None if nothing was rejected."""
        if self._file is None or self._part is None:
            return None
        try:
            self._file.close()
            self.path = self._place(self._part)
        except OSError as error:
            raise BadInput(f"the rejected rows cannot be written down: {error.strerror or error}") from None
        self._part = None
        return self.path

    def discard(self) -> None:
        """Take the file away again: what it stands beside was not imported after all."""
        if self.path:
            self.path.unlink(missing_ok=True)

    def _begin(self) -> IO[str]:
        trouble: OSError | None = None
        for folder in self._folders:
            try:
                handle, name = tempfile.mkstemp(prefix=".rejects-", suffix=".part", dir=folder)
            except OSError as error:
                trouble = error
                continue
            self._part = Path(name)
            return os.fdopen(handle, "w", encoding="utf-8-sig", newline="", errors="replace")
        assert trouble is not None
        raise trouble

    def _place(self, part: Path) -> Path:
        """Put the finished file where its name is free, or leave it to the file that is the same already."""
        stem = self._name.removesuffix(".csv")
        for number in range(1, _TRIES):
            place = part.parent / (self._name if number == 1 else f"{stem}-{number}.csv")
            if _is_same(place, part):
                part.unlink()
                return place
            with suppress(FileExistsError):
                os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
                part.replace(place)
                return place
        raise FileExistsError(17, f"{self._name} and {_TRIES} more of that name exist")


def _is_same(place: Path, part: Path) -> bool:
    if place.is_symlink() or not place.is_file():
        return False
    try:
        return cmp(place, part, shallow=False)
    except OSError:
        return False


def _bearable(cell: str) -> str:
    return cell if len(cell) <= MAX_CELL else cell[:MAX_CELL] + "…"
