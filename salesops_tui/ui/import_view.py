"""What was understood of a file, as one list: what stands in the way first, then how it is read, then what it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from salesops_tui.crm.dialects import DIALECTS
from salesops_tui.crm.encodings import ENCODINGS
from salesops_tui.crm.layout import in_words
from salesops_tui.domain.deal import Category
from salesops_tui.services.import_understanding import (
    KINDS,
    ColumnUse,
    CommitMove,
    LookAlike,
    Understanding,
    WordUse,
)
from salesops_tui.ui import present
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.widgets.board import Line, clip, spread
from salesops_tui.ui.widgets.columns import Column
from salesops_tui.ui.widgets.source import Cell, Key, Row, RowSource, Section

LINES = (
    Column("what", "", 24, least=14),
    Column("means", "", 28, least=12, flex=True),
    Column("count", "", 7, least=5, rank=1, align="right"),
    Column("note", "", 20, least=10, rank=2, flex=True),
)
GO, COLUMN, LEFT, WORD, OWNER, DATE, DECIMAL = "go", "column", "left", "word", "owner", "date", "decimal"
ENCODING = "encoding"
DIALECT, NOTICE = "dialect", "notice"
EFFECT, CAUSE, SUSPECT, ALIKE, REJECT, WHOLE = "effect", "cause", "suspect", "alike", "reject", "whole"
"""What a line is about: the first part of its key, before the colon."""

_LABELS = {"id": "Id"}
_SAID_BY = {"you": "as you said", "remembered": "as confirmed before", "map": "as the map says", "dialect": ""}


def field_label(name: str) -> str:
    """Return what people call a field: `close_date` is `Close date`."""
    return _LABELS.get(name, name.replace("_", " ").capitalize())


class _Line(NamedTuple):
    """A line of the list. `problem` says that it stands in the way, or costs rows."""

    section: str
    key: str
    row: Row
    problem: bool = False


_SECTIONS = {
    "go": "",
    "change": "What it would do",
    "columns": "Columns",
    "words": "Words",
    "owners": "Owners whom nobody here knows",
    "forms": "The way in which it is written",
    "rejects": "Rows that cannot be taken",
    "suspects": "Worth a look",
    "alikes": "New, but like an earlier deal",
    "commit": "How Commit would move",
    "left": "Columns that are kept as they are",
}

_SAID_ELSEWHERE = {"encoding", "rejected", "owner_unknown", "vanished_commit", "look_alike", *KINDS}
"""Codes of notices that have lines of their own."""


class ImportView:
    """An understanding in lines.

    Attributes:
        problems: keys of the lines that need a decision, in their order.
    """

    def __init__(self, desk: Desk, found: Understanding, links: Mapping[str, str]) -> None:
        """Lay an understanding out; `links` says by a new deal's id as what it will be linked."""
        self.desk, self.found, self.links = desk, found, links
        lines = sorted(self._lines(), key=lambda line: list(_SECTIONS).index(line.section))
        self._rows: dict[Key, Row] = {line.key: line.row for line in lines}
        self.problems = [line.key for line in lines if line.problem]
        counts: dict[str, int] = {}
        for line in lines:
            counts[line.section] = counts.get(line.section, 0) + 1
        self._sections = [Section(key, _SECTIONS[key], count) for key, count in counts.items()]

    def source(self) -> RowSource[Key]:
        """Return the list."""
        return RowSource.of(self._rows, self._sections)

    @property
    def ready(self) -> bool:
        """Whether the file can be imported as it is understood."""
        return not self.found.missing and not self.found.problem

    @property
    def by_itself(self) -> bool:
        """Whether a column was recognised."""
        return any(use.said_by == "dialect" for use in self.found.columns)

    @property
    def speaks(self) -> bool:
        """Whether there is a row to be taken, or what the file lacks to be removed."""
        report = self.found.report
        return bool(report.accepted or report.removed)

    # ------------------------------------------------------------------ lines

    def _lines(self) -> Iterator[_Line]:
        yield self._go()
        yield from self._notices()
        if self.found.history:
            return
        yield from self._columns()
        if self.ready:
            yield from self._effects()
            yield from map(self._word, range(len(self.found.words)))
            yield from self._owners()
            yield from self._suspects()
            yield from self._alikes()
            yield from self._rejects()
            yield from self._commit()
        yield from self._forms()
        for left in self.found.left:
            cells = (left.column, ("kept with the deal", "muted"), "", (_samples(left.samples), "muted"))
            yield _Line("left", f"{LEFT}:{left.column}", Row(cells))

    def _go(self) -> _Line:
        found, report = self.found, self.found.report
        if found.missing:
            named = ", ".join(map(field_label, found.missing))
            return _Line("go", GO, Row((("Not ready yet", "bad"), (f"choose: {named}", "warn"), "", "")))
        if found.history:
            said = f"the CRM's history: {report.accepted:,} of {report.rows:,} rows"
            return _Line(
                "go",
                GO,
                Row((("Import", "accent"), (said, "strong"), "", ("before each deal's first claim", "muted"))),
            )
        if found.problem:
            return _Line(
                "go", GO, Row((("Cannot be read so", "bad"), (found.problem, "warn"), "", (found.problem, "warn")))
            )
        if not report.new + report.changed + report.removed:
            empty = "no row can be taken" if report.rows else "it has a header and no rows"
            said = "nothing in it is new" if report.accepted else empty
            return _Line("go", GO, Row((("Import", "muted"), (said, "muted"), "", "")))
        said = f"{report.accepted:,} of {report.rows:,} rows" if report.rejected else f"all {report.rows:,} rows"
        return _Line("go", GO, Row((("Import", "accent"), (said, "strong"), "", ("enter or i", "muted"))))

    def _columns(self) -> Iterator[_Line]:
        missing = set(self.found.missing)
        used = [use for use in self.found.columns if use.column or use.field in missing]
        for use in sorted(used, key=lambda use: use.field not in missing):
            yield _Line(
                "columns", f"{COLUMN}:{use.field}", self._column(use, use.field in missing), use.field in missing
            )

    def _column(self, use: ColumnUse, missing: bool) -> Row:
        if missing:
            return Row(((field_label(use.field), "bad"), ("which column? enter", "warn"), "", ("needed", "muted")))
        said = _SAID_BY.get(use.said_by, "")
        samples = self.found.odds if use.field == "category" and self.found.odds else _samples(use.samples)
        note = f"{samples}  ({said})" if said and samples else samples or said
        column = in_words(use.column or "", self.found.header)
        return Row((field_label(use.field), (column, "accent"), "", (note, "muted")))

    def _notices(self) -> Iterator[_Line]:
        for number, notice in enumerate(self.found.report.warnings):
            if notice.code not in _SAID_ELSEWHERE:
                count = f"{notice.count:,}" if notice.count > 1 else ""
                cells = (("Note", "muted"), (notice.message, "warn"), count, ("enter: all of it", "muted"))
                yield _Line("suspects", f"{NOTICE}:{number}", Row(cells))

    def _effects(self) -> Iterator[_Line]:
        report = self.found.report
        known = {
            "new": "new deals",
            "changed": "deals changed",
            "unchanged": "as they are",
            "removed": "gone from the CRM",
        }
        for name, words in known.items():
            count = getattr(report, name)
            if count:
                style = "warn" if name == "removed" else "muted" if name == "unchanged" else "strong"
                cells = (words.capitalize(), "", (f"{count:,}", style), "")
                yield _Line("change", f"{EFFECT}:{name}", Row(cells))
        if self.found.question:
            asks = (("Asks first", "warn"), ("much of Commit is gone", "warn"), "", (self.found.question, "warn"))
            yield _Line("change", f"{WHOLE}:question", Row(asks))

    def _word(self, number: int) -> _Line:
        use = self.found.words[number]
        unknown = use.meaning is None
        meaning: Cell = ("means what? enter", "warn") if unknown else (self._meaning(use), "accent")
        note = "rows rejected" if unknown else "by you or a map" if use.by_map else ""
        what = f"{field_label(use.field)}: {use.word or '(blank)'}"
        row = Row(((what, "bad") if unknown else what, meaning, f"{use.count:,}", (note, "muted")))
        return _Line("words", f"{WORD}:{number}", row, unknown)

    def _meaning(self, use: WordUse) -> str:
        if use.field == "category" and use.meaning:
            return Category.from_key(use.meaning).label
        stage = self.desk.policy.stage_by_key.get(use.meaning or "") if use.field == "stage" else None
        if stage:
            return f"{stage.key} {stage.name}"
        return use.meaning.capitalize() if use.meaning else "as the stage says"

    def _owners(self) -> Iterator[_Line]:
        for number, owner in enumerate(self.found.owners):
            note = f"{self.desk.amount(owner.amount)} open"
            cells = ((owner.text, "warn"), ("unassigned", "muted"), f"{owner.deals:,}", (note, "muted"))
            yield _Line("owners", f"{OWNER}:{number}", Row(cells))

    def _forms(self) -> Iterator[_Line]:
        report = self.found.report
        reasons = "; ".join(report.dialect_reasons)
        known = DIALECTS.get(report.dialect)
        by = (known.title if known and self.by_itself else "the columns that you say", "accent")
        yield _Line("forms", DIALECT, Row(("Read as", by, "", (reasons, "muted"))))
        if self.found.encoding:
            name = ENCODINGS[self.found.encoding]
            asked = ("where letters look wrong, enter chooses another", "muted")
            yield _Line("forms", ENCODING, Row(("Letters of", (name, "accent"), "", asked)))
        for use in self.found.dates:
            open_ = use.decided.startswith("not decided")
            what = (in_words(use.column, self.found.header), "bad" if open_ else "")
            order, _, why = use.decided.partition(":")
            note = (f"{why.strip() or use.decided}{f'; such as {use.sample}' if use.sample else ''}", "muted")
            means = ("which comes first? enter", "warn") if open_ else (order, "accent")
            cells = (what, means, f"{use.ambiguous:,}" if use.ambiguous else "", note)
            yield _Line("forms", f"{DATE}:{use.field}", Row(cells), open_)
        decimal = self.found.request.corrections.get("formats", {}).get("decimal")
        said = f"a '{decimal}', as you said" if decimal else "as the amounts show"
        yield _Line("forms", DECIMAL, Row(("Decimals come after", (said, "muted"), "", "")))

    def _suspects(self) -> Iterator[_Line]:
        for suspicion in self.found.suspicious:
            if suspicion.kind in ("owner_unknown", "vanished_commit"):
                continue
            cells = (("Look at", "muted"), (suspicion.words, "warn"), f"{suspicion.count:,}", "")
            yield _Line("suspects", f"{SUSPECT}:{suspicion.kind}", Row(cells))

    def _alikes(self) -> Iterator[_Line]:
        for number, alike in enumerate(self.found.look_alikes):
            kind = self.links.get(alike.new.key)
            means: Cell = (
                (f"will be its {kind}", "accent") if kind else (f"like {alike.earlier.key}; enter links", "warn")
            )
            cells = (_alike(alike), means, self.desk.amount(alike.new.amount), (alike.why, "muted"))
            yield _Line("alikes", f"{ALIKE}:{number}", Row(cells))

    def _rejects(self) -> Iterator[_Line]:
        for kind, count in self.found.reject_kinds:
            how = ("enter: all rows", "muted")
            cells = (("Rejected", "muted"), (kind, "bad"), (f"{count:,}", "bad"), how)
            yield _Line("rejects", f"{REJECT}:{kind}", Row(cells))

    def _commit(self) -> Iterator[_Line]:
        for move in self.found.commit:
            name = move.period.replace("-", " ") or "All periods"
            said = f"{self.desk.amount(move.start)} → {self.desk.amount(move.end)}"
            change = self.desk.amount(move.end - move.start, signed=True) if move.end != move.start else "="
            residual = "" if not move.residual else f"residual {self.desk.exact(move.residual)}"
            yield _Line("commit", f"{CAUSE}:{move.period}", Row(((name, "strong"), said, change, (residual, "bad"))))
            for line in move.lines:
                amount = self.desk.amount(line.amount, signed=True)
                deals = f"{line.deals:,} deal{'' if line.deals == 1 else 's'}"
                cells = (f"  {line.cause.value.replace('_', ' ')}", (deals, "muted"), amount, "")
                yield _Line("commit", f"{CAUSE}:{move.period}:{line.cause.value}", Row(cells))


def _alike(alike: LookAlike) -> str:
    return f"{alike.new.account} · {alike.new.name}" if alike.new.account else alike.new.name


def _samples(samples: Iterable[str]) -> str:
    return " · ".join(present.plain(sample) for sample in samples if sample)


# ----------------------------------------------------------------- above the list


def head_lines(desk: Desk, view: ImportView, dialect: str, width: int) -> Iterator[Line]:
    """Write what the file is and what it would do, in three lines."""
    found, report = view.found, view.found.report
    name = found.request.path.name
    yield spread(
        [(" Import ", "accent"), (name, "title")], [(f"{report.rows:,} rows ", "label")] if view.ready else [], width
    )
    whole = "all of its source (full)" if report.full else "a part of its source"
    as_of = f"as of {found.request.as_of or 'now'}"
    said_nothing = not any(use.column for use in found.columns)
    read = "Of no CRM that is known here" if said_nothing else f"Read as {dialect if view.by_itself else 'you say'}"
    if found.history:
        read = "Read as a history of deals"
    elif found.origin:
        said = found.origin.said(desk.context.calendar.iso(found.origin.at))
        read = said[:1].upper() + said[1:]
    yield clip([(f" {read} · {as_of} · source {found.request.source} · {whole}", "label")], width)
    yield clip(list(_sums(desk, view)), width)


def _sums(desk: Desk, view: ImportView) -> Iterator[Cell]:
    found, report = view.found, view.found.report
    if found.history:
        yield f" History of deals: {report.accepted:,} rows, {report.rejected:,} rejected"
        return
    if not view.ready:
        yield (f" {len(view.problems)} to decide before it can be read: n goes there, enter changes it", "warn")
        return
    parts = (
        (report.new, "new"),
        (report.changed, "changed"),
        (report.unchanged, "as they are"),
        (report.removed, "gone"),
    )
    yield " " + ", ".join(f"{count:,} {words}" for count, words in parts if count)
    if report.rejected:
        yield (f"  {report.rejected:,} rejected", "bad")
    total: CommitMove | None = next(iter(found.commit), None)
    if total and total.end != total.start:
        change = total.end - total.start
        yield ("   Commit ", "label")
        yield (desk.amount(change, signed=True), "good" if change > 0 else "bad")
    if view.problems:
        yield (f"   {len(view.problems)} to decide (n)", "warn")


def progress_lines(far: tuple[int, int, str] | None, width: int) -> Iterator[Line]:
    """Write how far something is: a bar, and what is being done."""
    if far is None:
        return
    done, total, what = far
    room = max(4, min(30, width - 40))
    filled = min(room, room * done // max(total, 1))
    percent = f" {min(100, 100 * done // max(total, 1)):3d} %  "
    yield clip(
        [" ", ("█" * filled, "accent"), ("░" * (room - filled), "muted"), percent, what, ("  esc stops it", "muted")],
        width,
    )
