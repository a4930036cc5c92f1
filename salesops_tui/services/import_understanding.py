"""What an import understood, before it writes anything: all that a dry run prints and the screen shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from salesops_tui.crm.deals import DealReader
from salesops_tui.crm.dialects import DIALECTS, recognise
from salesops_tui.crm.fields import FIELDS, REQUIRED
from salesops_tui.crm.history import recognise_history
from salesops_tui.crm.reading import Reading
from salesops_tui.crm.rejects import RejectsFile
from salesops_tui.crm.table import open_table
from salesops_tui.domain.policy import Stage
from salesops_tui.errors import BadInput
from salesops_tui.services.context import Context
from salesops_tui.services.import_commit import CommitMove, commit_moves
from salesops_tui.services.import_findings import (
    ColumnUse,
    DateColumn,
    DealChange,
    DealSeen,
    LeftColumn,
    RejectedRow,
    SuspectRow,
    Suspicion,
    Understanding,
    UnknownOwner,
    WordUse,
)
from salesops_tui.services.import_mapping import confirm, fingerprint, forget, mapping_in_force, with_mapping
from salesops_tui.services.import_observing import DateForm, DateForms, Observer, sample_cells, words_of_map
from salesops_tui.services.import_request import (
    ImportReport,
    ImportRequest,
    Progress,
    rejected_notices,
    rejects_place,
)
from salesops_tui.services.import_run import Run, prepare, read_rows, start_reading
from salesops_tui.services.import_steps import Steps
from salesops_tui.services.importing import Judgement, judge, silent
from salesops_tui.services.linking import LookAlike, look_alikes_staged
from salesops_tui.store import imports_sight as sight
from salesops_tui.store.imports_staging import DETAIL_COLUMNS, Staging
from salesops_tui.store.ticking import ticking

__all__ = [
    "ColumnUse",
    "CommitMove",
    "DateColumn",
    "DealChange",
    "DealSeen",
    "LookAlike",
    "RejectedRow",
    "SuspectRow",
    "Suspicion",
    "Understanding",
    "UnknownOwner",
    "WordUse",
    "confirm",
    "forget",
    "understand",
    "with_mapping",
]

MOST_DEALS = 1_000
"""Deals, rows and owners that a list holds at most; the counts beside it are of all."""

_FAR = 25.0
"""Percentage points by which a probability may differ from the policy's before it deserves a look."""

FIELD_OF = {
    "rep_category": "category", "original": "amount", "close_day": "close_date", "created_day": "created_date",
    "next_step_day": "next_step_date", "last_meeting_day": "last_meeting_date", "owner_text": "owner",
    "last_activity_day": "last_activity_date", "close_confirmed": "close_date_confirmed",
    "requalified_day": "requalified_on", "extra": "other columns",
}  # fmt: skip
"""What a claim's or detail's column is called as a field, where the two differ."""

_SAMPLED_ROWS = 50
_PROBABILITIES = {"probability", "dealprobability", "closeprobability", "wahrscheinlichkeit"}
KINDS = {
    "created_after_close": "created after the close date",
    "open_past_close": "open with a close date in the past",
    "won_without_amount": "won without an amount",
    "closed_stage": "open in a closed stage",
    "probability": "a probability far from that of the stage",
    "owner_unknown": "an owner whom nobody here knows",
    "vanished_commit": "much of Commit is gone",
}


def understand(context: Context, request: ImportRequest, progress: Progress | None = None) -> Understanding:
    """Read a file as an import would, and return what it was understood to say; nothing is written.

    A file whose columns are not all known comes back with `missing` (or `problem`), to be corrected by
    `with_mapping` and understood again.

    Raises:
        Refused: the actor is no ops lead, or the moment is to come or older than the source's newest import.
        NotFound, BadInput: the file or the map cannot be read at all.
    """
    run = prepare(context, replace(request, dry_run=True), progress or silent)
    with open_table(run.file) as table:
        if recognise_history(table.header.names):
            return _history(context, request, run, table.header.names)
        run.mapped = mapping_in_force(context, run.request, run.header or table.header.names)
        try:
            reading = start_reading(run, table)
        except BadInput as error:
            problem = str(error)
        else:
            with (
                Staging(context.store) as staging,
                RejectsFile(*rejects_place(request.path, request.called), table.header.names, write=False) as rejects,
            ):
                observer = Observer(reading.layout)
                reader = read_rows(run, table, reading, staging, rejects, observer)
                kinds = tuple(rejects.kinds.most_common())
                run.notices += rejected_notices(rejects.kinds)
                steps = Steps(run.progress, run.rows)
                steps.begin("comparing")
                with context.store.reading() as conn, ticking(conn, steps.tick):
                    whole = _Sight(context, run, reading, table.header.names).whole(reader, observer, kinds)
                return whole._replace(request=request)
    return _unreadable(run, problem)._replace(request=request)


class _Sight:
    """Puts an understanding together, from the rows that were read."""

    def __init__(self, context: Context, run: Run, reading: Reading, header: tuple[str, ...]) -> None:
        self._context = context
        self._run = run
        self._reading = reading
        self._header = header

    def whole(self, reader: DealReader, observer: Observer, kinds: tuple[tuple[str, int], ...]) -> Understanding:
        """Return the understanding."""
        run, layout = self._run, self._reading.layout
        with self._context.store.reading() as conn:
            judged = judge(run, layout)
            as_of, known = judged.delivery.as_of, not judged.same_file
            told = [name for name in DETAIL_COLUMNS if name in judged.delivery.details]
            changed = sight.changed_deals(conn, as_of, told, MOST_DEALS) if known else []
            return Understanding(
                request=run.request,
                report=judged.report,
                header=self._header,
                missing=(),
                problem="",
                origin=run.mapped.origin,
                fingerprint=fingerprint(run.header or self._header),
                encoding=run.file.codec if run.file.guessed else "",
                odds=run.map.odds.words if run.map.odds else "",
                columns=tuple(_column(run, layout.columns[name], name, observer.samples) for name in FIELDS),
                left=tuple(LeftColumn(name, observer.samples(name)) for name in layout.extra_columns),
                words=tuple(self._words(reader, observer)),
                dates=tuple(self._dates(observer)),
                owners=tuple(UnknownOwner(*row) for row in sight.unknown_owners(conn, MOST_DEALS)),
                new=tuple(map(self._deal, sight.new_deals(conn, MOST_DEALS))) if known else (),
                changed=tuple(map(self._change, changed)),
                gone=tuple(map(self._deal, sight.gone_deals(conn, as_of, MOST_DEALS))) if known else (),
                commit=commit_moves(self._context, as_of, nothing=not known),
                suspicious=tuple(self._suspicions(judged)),
                look_alikes=tuple(look_alikes_staged(self._context, judged.delivery)) if known else (),
                rejects=tuple(RejectedRow(*row) for row in sight.rejects(conn, MOST_DEALS)),
                reject_kinds=kinds,
                question=judged.question,
            )

    def _words(self, reader: DealReader, observer: Observer) -> Iterator[WordUse]:
        for name, counts in observer.words.items():
            mapped = words_of_map(self._run.map, name)
            for word, count in counts.most_common():
                text = " ".join(word.split())
                by_map = text.casefold() in mapped or ("*" in mapped and bool(text))
                yield WordUse(name, text, reader.meaning(name, word), count, by_map)

    def _dates(self, observer: Observer) -> Iterator[DateColumn]:
        columns = self._reading.layout.columns
        for name, forms in observer.dates().items():
            ambiguous = forms.counts.get(DateForm.AMBIGUOUS, 0)
            if ambiguous or DateForm.DAY_FIRST in forms.counts or DateForm.MONTH_FIRST in forms.counts:
                sample = forms.samples.get(DateForm.AMBIGUOUS, "")
                decided = _decided(self._run, forms, kept=self._reading.order_kept)
                yield DateColumn(name, columns[name] or name, forms.counts, ambiguous, sample, decided)

    def _deal(self, seen: sight.Seen) -> DealSeen:
        person = self._context.people.get(seen.owner)
        key, name = (person.key, person.name) if person else ("?", "?")
        return DealSeen(
            seen.line, seen.key, seen.name, seen.account, key, name, seen.stage, seen.category, seen.amount,
            seen.close_day, seen.status,
        )  # fmt: skip

    def _change(self, change: sight.Difference) -> DealChange:
        named = dict.fromkeys(FIELD_OF.get(name, name) for name in change.differs)
        return DealChange(self._deal(change.before), self._deal(change.after), tuple(named))

    def _suspicions(self, judged: Judgement) -> Iterator[Suspicion]:
        policy = self._context.policy
        closed = [stage.key for stage in policy.stages if stage.closed]
        values = {"today": self._context.calendar.day_of(judged.delivery.as_of), "closed": json.dumps(closed)}
        for code, count, rows in sight.suspects(self._context.store.conn, values, MOST_DEALS):
            yield Suspicion(code, KINDS[code], count, tuple(SuspectRow(*row, KINDS[code]) for row in rows))
        yield from self._probabilities()
        if judged.question:
            yield Suspicion("vanished_commit", judged.question, judged.effect.removed, ())

    def _probabilities(self) -> Iterator[Suspicion]:
        column = next((n for n in self._reading.layout.extra_columns if _is_probability(n)), None)
        if column is None:
            return
        stages = {stage.key: stage for stage in self._context.policy.stages}
        usual = {key: _usual(stage) for key, stage in stages.items() if stage.closed or stage.probability_bp}
        count, rows = sight.odd_probabilities(self._context.store.conn, column, usual, _FAR, MOST_DEALS)
        if count:
            said = tuple(
                SuspectRow(*row, f"'{raw}' at {stages[key].name}, where the policy says {usual[key]:.0f} %")
                for row, raw, key in rows
            )
            yield Suspicion("probability", KINDS["probability"], count, said)


def _history(context: Context, request: ImportRequest, run: Run, header: tuple[str, ...]) -> Understanding:
    """Return what can be said of a file that is the CRM's own history of deals: the report of its dry run."""
    from salesops_tui.services.importing_history import import_history

    report = import_history(context, run.request, run.progress, run.file)
    return Understanding(
        request=request,
        report=report,
        header=header,
        missing=(),
        problem="",
        origin=None,
        fingerprint=fingerprint(header),
        columns=(),
        left=(),
        history=True,
    )


def _unreadable(run: Run, problem: str) -> Understanding:
    """Return what can be said of a file whose rows cannot be read yet: its columns, with samples."""
    from itertools import islice

    with open_table(run.file) as table:
        header = table.header.names
        rows = [row.cells for row in islice(table.rows(), _SAMPLED_ROWS) if row.problem is None]
    samples: dict[str, dict[str, None]] = {}
    sample_cells(samples, header, rows)
    dialect = DIALECTS.get(run.request.dialect) or recognise(header, rows).dialect
    deal_map = run.mapped.map.over(dialect.columns(header))
    columns = {name: deal_map.columns.get(name) or None for name in FIELDS}
    given = {*deal_map.defaults, *dialect.defaults, *(name for name, column in columns.items() if column)}
    if columns["stage"] and deal_map.values.get("category"):
        given.add("category")
    used = {column for column in columns.values() if column}

    def texts(column: str) -> tuple[str, ...]:
        return tuple(samples.get(column, ()))

    return Understanding(
        request=run.request,
        report=_no_rows(run, dialect.name, columns),
        header=header,
        missing=tuple(name for name in REQUIRED if name not in given),
        problem=problem,
        origin=run.mapped.origin,
        fingerprint=fingerprint(run.header or header),
        encoding=run.file.codec if run.file.guessed else "",
        columns=tuple(_column(run, columns[name], name, texts) for name in FIELDS),
        left=tuple(LeftColumn(name, texts(name)) for name in header if name not in used),
    )


def _no_rows(run: Run, dialect: str, columns: Mapping[str, str | None]) -> ImportReport:
    return ImportReport(
        file=run.request.called, sha256=run.file.sha256, dialect=dialect, as_of=run.context.calendar.iso(run.as_of),
        full=run.request.full, dry_run=True, rows=0, accepted=0, rejected=0, rejects_file=None, new=0, changed=0,
        unchanged=0, removed=0, warnings=run.notices, columns=columns, dialect_reasons=run.reasons,
    )  # fmt: skip


def _column(run: Run, column: str | None, name: str, samples: Callable[[str], tuple[str, ...]]) -> ColumnUse:
    said_by = ""
    if name in run.request.corrections.get("columns", {}):
        said_by = "you"
    elif name in run.mapped.map.columns:
        said_by = "remembered" if run.mapped.origin else "map"
    elif column is not None:
        said_by = "dialect"
    return ColumnUse(name, column, name in REQUIRED, samples(column) if column else (), said_by)


def _decided(run: Run, forms: DateForms, *, kept: bool) -> str:
    """Say in words how dates that can be read in two ways are read, and by what that was decided."""
    given = run.mapped.map
    if given.date_formats:
        return f"read as {' or '.join(given.date_formats)}, as the map says"
    day_first = run.map.day_first
    if day_first is None:
        return "not decided: nothing else in the file tells; say whether the day stands first"
    order = "the day stands first" if day_first else "the month stands first"
    if given.day_first is not None:
        return f"{order}, as the map says"
    if kept:
        return f"{order}: as {'in the file that was confirmed' if run.mapped.origin else 'the map says of such files'}"
    form = DateForm.DAY_FIRST if day_first else DateForm.MONTH_FIRST
    count, sample = forms.counts.get(form, 0), forms.samples.get(form, "")
    others = f"{count:,} other{'' if count == 1 else 's'}, such as {sample}, can be read in no other way"
    return f"{order}: {others if count else 'by the rest of the file'}"


def _is_probability(column: str) -> bool:
    return "".join(c for c in column.casefold() if c.isalpha()) in _PROBABILITIES


def _usual(stage: Stage) -> float:
    return {"won": 100.0, "lost": 0.0}.get(stage.closed, stage.probability_bp / 100)
