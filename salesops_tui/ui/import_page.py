"""Imports as rows of a list, and one of them as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from salesops_tui.services.import_undo import ImportDone
from salesops_tui.store.import_log import Reject
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.widgets.board import Line, clip, spread
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Cell, Key, Row, RowSource, Section

IMPORTS = (
    Column("when", "When", 21, least=16),
    Column("by", "By", 13, least=8, rank=3),
    Column("file", "File", 20, least=12, flex=True),
    Column("source", "Source", 8, rank=5),
    Column("as_of", "As of", 21, least=16, rank=4),
    Column("did", "What it did", 32, least=22, rank=1),
    Column("sha256", "SHA-256", 12, rank=6),
    Column("state", "", 6, rank=2),
)
PAGE = (
    Column("label", "", 24, least=12),
    Column("text", "", 50, least=16, flex=True),
)
REJECTS = "rejects"


class ImportReader:
    """Reads the rows of imports that are looked at."""

    def __init__(self, desk: Desk, imports: Mapping[int, ImportDone]) -> None:
        self._desk, self._imports = desk, imports

    def fetch(self, numbers: Sequence[int]) -> Mapping[int, Row]:
        """Return the rows of some imports by their number."""
        return {number: self._row(self._imports[number]) for number in numbers}

    def _row(self, done: ImportDone) -> Row:
        desk = self._desk
        undone = done.undone_at is not None
        cells: tuple[Cell, ...] = (
            desk.moment(done.at),
            done.by,
            file_name(done),
            done.source,
            desk.moment(done.as_of),
            done.did,
            (done.sha256[:12], "muted"),
            ("undone", "warn") if undone else ("", ""),
        )
        return Row(cells, "muted" if undone else "")


def file_name(done: ImportDone) -> str:
    """Return what a file was called, without its folder."""
    return done.file.rstrip("/").rpartition("/")[2] or done.file


def import_in_words(desk: Desk, done: ImportDone) -> str:
    """Return what an import can be found by."""
    undone = "undone" if done.undone_at is not None else ""
    return f"{done.file} {done.by} {done.source} {desk.moment(done.at)} {done.dialect} {done.sha256} {undone}"


def page_head(desk: Desk, done: ImportDone, fresh: bool, width: int) -> Iterator[Line]:
    """Write which import this is, and what it did."""
    name = [(f" Import {done.number} ", "accent"), (file_name(done), "title")]
    yield spread(name, [(f"{desk.moment(done.at)} ", "label")], width)
    if done.undone_at is not None:
        yield clip([(f" Undone by {done.undone_by}, {desk.moment(done.undone_at)}", "warn")], width)
    else:
        undo = "  u takes it back as a whole" if done.undoable else ""
        yield clip([(f" {'Done: ' if fresh else ''}{done.did}", "good"), (undo, "muted")], width)


def page_source(desk: Desk, done: ImportDone, rejects: Sequence[Reject], rejects_file: str | None) -> RowSource[Key]:
    """Return an import's page as rows; the line of the rejects has the key `REJECTS`."""
    facts = [*_facts(desk, done)]
    rows: dict[Key, Row] = {f"fact:{label}": Row((label, text)) for label, text in facts}
    sections = [Section("facts", "", len(facts))]
    if rejects:
        where = f"; as they are in {rejects_file}, to be mended" if rejects_file else ""
        rows[REJECTS] = Row(
            (
                ("Not taken", "bad"),
                (f"{done.rejected:,} row{'' if done.rejected == 1 else 's'}: enter shows them{where}", "bad"),
            )
        )
        sections.append(Section("rejects", "Rows that could not be taken", 1))
    notices = _notices(done)
    for number, notice in enumerate(notices):
        rows[f"notice:{number}"] = Row(((f"{notice['count']:,} ×", "warn"), str(notice["message"])))
    if notices:
        sections.append(Section("notices", "Worth a look", len(notices)))
    return RowSource.of(rows, sections)


def whole_line(desk: Desk, done: ImportDone, key: str) -> tuple[str, str]:
    """Return what a line of the page says, in full."""
    kind, _, rest = key.partition(":")
    if kind == "notice":
        notice = _notices(done)[int(rest)]
        return f"{notice['count']:,} ×", str(notice["message"])
    return next((fact for fact in _facts(desk, done) if fact[0] == rest), ("", ""))


def _notices(done: ImportDone) -> list[Mapping[str, Any]]:
    return [notice for notice in done.warnings if notice["code"] != "rejected"]


def _facts(desk: Desk, done: ImportDone) -> Iterator[tuple[str, str]]:
    yield "File", done.file
    yield "SHA-256", done.sha256
    yield "By", done.by
    yield "Describes", desk.moment(done.as_of)
    yield "Source", f"{done.source}, {'all of it (full)' if done.full else 'a part of it'}"
    yield "Read as", done.dialect
    yield "Rows", f"{done.rows:,}: {done.accepted:,} taken, {done.rejected:,} not"
    counts = ((done.new, "new"), (done.changed, "changed"), (done.unchanged, "as they were"), (done.removed, "gone"))
    yield "Deals", ", ".join(f"{count:,} {words}" for count, words in counts if count) or "none"
