"""What an import is asked to do, and what it reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from salesops_tui.domain.calendar import Moment
from salesops_tui.errors import Refused
from salesops_tui.services.context import Context

Progress = Callable[[int, int, str], None]
"""Called with how much is done, of how much, and what is being done; may raise to stop, which leaves nothing behind."""


class NeedsConfirmation(Refused):
    """A full import would take away more of Commit than a person should let go unasked; ask, then pass `yes`."""


class FileReplaced(Refused):
    """The file is another one than the one that a person looked at; it is to be looked at again."""


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """One import of deals.

    Attributes:
        as_of: the moment that the file describes, as people type it; None for now.
        map: a map file, or None.
        source: which part of the CRM this is; a deal belongs to the source that last delivered it.
        full: the file is the whole of its source, so what is missing has been removed.
        strict: one rejected row refuses the whole file.
        yes: go on where `NeedsConfirmation` would be raised.
        dialect: "auto", or the name of one.
        name: what the person called the file (`-` for standard input); by default its path.
        corrections: in the shape of a map file, what rules over the map and over what was remembered.
        forget_map: read the file as if no mapping had been confirmed for its header.
        seen: the SHA-256 of the file that a person looked at; no other is read. "" for whatever is there.
    """

    path: Path
    as_of: str | None = None
    map: Path | None = None
    source: str = "crm"
    full: bool = False
    dry_run: bool = False
    strict: bool = False
    yes: bool = False
    dialect: str = "auto"
    name: str = ""
    corrections: Mapping[str, Any] = field(default_factory=dict)
    forget_map: bool = False
    seen: str = ""

    @property
    def called(self) -> str:
        """What the file is called in messages and reports."""
        return self.name or str(self.path)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was taken and deserves a look, or a kind of reason for which rows were rejected."""

    code: str
    message: str
    count: int

    def as_plain(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"code": self.code, "message": self.message, "count": self.count}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import of deals did; the numbers are rows and deals.

    Attributes:
        as_of: ISO 8601 with the store's offset.
        dialect_reasons: why the file was taken for that dialect.
        mapping: the confirmed mapping by which it was read ("by", "at"); None where none was used.
        rejects_file: where the rejected rows are; None where there are none or nothing was to be written.
        columns: by field, the column (or template) that it was read from; None where the file has none.
        id_prefix: what the map put in front of every id.
    """

    file: str
    sha256: str
    dialect: str
    as_of: str
    full: bool
    dry_run: bool
    rows: int
    accepted: int
    rejected: int
    rejects_file: str | None
    new: int
    changed: int
    unchanged: int
    removed: int
    warnings: Sequence[Notice]
    columns: Mapping[str, str | None]
    dialect_reasons: Sequence[str] = ()
    mapping: Mapping[str, str] | None = None
    id_prefix: str = ""

    def as_plain(self) -> dict[str, Any]:
        """Return it as JSON values, in the order of the fields."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        lists = {"warnings": [w.as_plain() for w in self.warnings], "dialect_reasons": list(self.dialect_reasons)}
        return plain | lists | {"columns": dict(self.columns)}


def moment_to_write(context: Context, text: str | None) -> Moment:
    """Return the moment that `--as-of` names for something that is written: now for none, and for today's date.

    Raises:
        WrongUsage: it cannot be read.
        Refused: it is still to come.
    """
    now = context.now()
    if text is None:
        return now
    calendar = context.calendar
    moment = calendar.read_moment(text, now)
    if moment <= now:
        return moment
    if moment == calendar.end_of_day(calendar.day_of(now)):
        return now
    raise Refused(f"{text} is still to come; nothing can be written for a moment after {calendar.iso(now)}")


def rejects_place(path: Path, name: str) -> tuple[Path, str]:
    """Return the folder and the stem of the rejects file for a file; for standard input, the current folder."""
    return (Path(), "stdin") if name == "-" else (path.parent, path.name)


def rejected_notices(kinds: Mapping[str, int]) -> list[Notice]:
    """Return the reasons for rejects, the most frequent first."""
    ordered = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    return [Notice("rejected", kind, count) for kind, count in ordered]
