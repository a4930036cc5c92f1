"""What imports of people and quotas share: the rows as they are judged, the rejects file, the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from salesops_tui.crm.lookup import RejectedError
from salesops_tui.crm.rejects import RejectsFile
from salesops_tui.crm.table import Row
from salesops_tui.crm.whole_table import WholeTable
from salesops_tui.services.calls import close_lapsed_calls
from salesops_tui.services.context import Context
from salesops_tui.services.import_request import Notice, rejected_notices, rejects_place

T = TypeVar("T")


class _NothingToWriteError(Exception):
    """Leaves a transaction without a trace."""


@dataclass(frozen=True, slots=True)
class TableReport:
    """What an import of people or quotas did; the numbers are rows.

    Attributes:
        rejects_file: where the rejected rows are; None where there are none or nothing was to be written.
    """

    file: str
    rows: int
    accepted: int
    rejected: int
    rejects_file: str | None
    new: int
    changed: int
    unchanged: int
    warnings: Sequence[Notice]

    def as_plain(self) -> dict[str, Any]:
        """Return it as JSON values, in the order of the fields."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        return plain | {"warnings": [w.as_plain() for w in self.warnings]}


@dataclass
class Judged:
    """The rows of a file, and what became of them.

    Attributes:
        rejects: why a row cannot be taken, by line.
    """

    table: WholeTable
    rejects: dict[int, RejectedError] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    new: int = 0
    changed: int = 0
    unchanged: int = 0

    def __post_init__(self) -> None:
        self.notices += [Notice(*said) for said in self.table.notices]
        if self.table.ignored:
            said = f"columns that mean nothing here: {', '.join(self.table.ignored[:20])}"
            self.notices.append(Notice("columns_ignored", said, len(self.table.ignored)))
        if not self.table.rows:
            self.notices.append(Notice("no_rows", "the file has a header and no rows", 1))

    def read(self, reader: Callable[[Row], T]) -> dict[int, T]:
        """Return what a reader makes of the rows, by line; rows that it refuses are rejected."""
        found: dict[int, T] = {}
        for row in self.table.rows:
            if row.problem:
                self.rejects[row.line] = row.problem
                continue
            try:
                found[row.line] = reader(row)
            except RejectedError as error:
                self.rejects[row.line] = error
        return found

    def count(self, *, known: bool, differs: bool) -> None:
        """Count a row that was taken."""
        if not known:
            self.new += 1
        elif differs:
            self.changed += 1
        else:
            self.unchanged += 1

    def report(self, path: Path, *, dry_run: bool) -> TableReport:
        """Write the rejects file and return the report."""
        where, stem = rejects_place(path, self.table.name)
        with RejectsFile(where, stem, self.table.header, write=not dry_run) as file:
            for row in self.table.rows:
                error = self.rejects.get(row.line)
                if error:
                    file.add(row.line, error.kind, str(error), row.cells)
            kept = file.keep()
            notices = [*self.notices, *rejected_notices(file.kinds)]
        rows, rejected = len(self.table.rows), len(self.rejects)
        return TableReport(
            file=self.table.name,
            rows=rows,
            accepted=rows - rejected,
            rejected=rejected,
            rejects_file=str(kept) if kept else None,
            new=self.new,
            changed=self.changed,
            unchanged=self.unchanged,
            warnings=notices,
        )


@contextmanager
def tentatively(context: Context) -> Iterator[Callable[[], None]]:
    """Hold the store for writing, and give a function that takes everything back and leaves."""

    def take_back() -> None:
        raise _NothingToWriteError

    try:
        with context.store.write():
            close_lapsed_calls(context)
            yield take_back
    except _NothingToWriteError:
        pass
    finally:
        context.forget_people()
