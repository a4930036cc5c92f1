"""What a dry run prints: what the file was understood to say, and what its import would do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from salesops_tui.crm.layout import in_words
from salesops_tui.domain.calendar import iso_day
from salesops_tui.domain.money import decimal_string

if TYPE_CHECKING:
    from salesops_tui.services.import_understanding import CommitMove, DealSeen, Understanding

_SHOWN = 10
"""Lines of a list that a terminal shows; JSON has them all."""


def plain_understanding(found: Understanding, currency: str) -> dict[str, Any]:
    """Return it as JSON values; amounts are decimal strings of the store's currency."""

    def money(amount: int) -> str:
        return decimal_string(amount, currency)

    def deals(rows: Sequence[DealSeen]) -> list[dict[str, Any]]:
        return [_plain_deal(row, currency) for row in rows]

    return {
        "fingerprint": found.fingerprint,
        "missing": list(found.missing),
        "columns": [
            {"field": c.field, "column": c.column, "said_by": c.said_by, "samples": list(c.samples)}
            for c in found.columns
            if c.column is not None or c.required
        ],
        "left": [{"column": c.column, "samples": list(c.samples)} for c in found.left],
        "words": [
            {"field": w.field, "word": w.word, "meaning": w.meaning, "count": w.count, "by_map": w.by_map}
            for w in found.words
        ],
        "dates": [
            {"field": d.field, "column": d.column, "forms": {str(k): v for k, v in d.forms.items()},
             "ambiguous": d.ambiguous, "sample": d.sample, "decided": d.decided}
            for d in found.dates
        ],
        "owners": [{"text": o.text, "deals": o.deals, "amount": money(o.amount)} for o in found.owners],
        "new": deals(found.new),
        "changed": [
            {"before": _plain_deal(c.before, currency), "after": _plain_deal(c.after, currency),
             "differs": list(c.differs)}
            for c in found.changed
        ],
        "gone": deals(found.gone),
        "commit": [_plain_move(move, currency) for move in found.commit],
        **_plain_doubts(found, currency),
    }  # fmt: skip


def _plain_doubts(found: Understanding, currency: str) -> dict[str, Any]:
    return {
        "suspicious": [
            {"kind": s.kind, "message": s.words, "count": s.count,
             "rows": [{"line": r.line, "id": r.key, "name": r.name,
                       "amount": decimal_string(r.amount, currency), "what": r.what}
                      for r in s.rows]}
            for s in found.suspicious
        ],
        "look_alikes": [
            {"new": a.new.key, "line": a.new.line, "earlier": a.earlier.key, "as": a.kind, "capped": a.capped,
             "gone": a.gone, "why": a.why}
            for a in found.look_alikes
        ],
        "rejects": [{"line": r.line, "reason": r.reason, "row": r.row} for r in found.rejects],
        "question": found.question,
    }  # fmt: skip


def understanding_lines(found: Understanding, currency: str) -> list[str]:
    """Return it as lines for a terminal; of a history its report has said all."""
    if found.history:
        return []
    return [
        *_columns(found),
        *_words(found),
        *_dates(found),
        *_owners(found, currency),
        *_deals(found, currency),
        *_commit(found, currency),
        *_doubts(found),
    ]


def _columns(found: Understanding) -> Iterator[str]:
    yield "Columns"
    for column in found.columns:
        if column.column is not None:
            rule = f": {found.odds}" if column.field == "category" and found.odds else ""
            where = in_words(column.column, found.header)
            yield f"  {column.field} ← {where}{_samples(column.samples)}{rule}{_said(column.said_by)}"
        elif column.required and column.field in found.missing:
            yield f"  {column.field} ← no column yet"
    for left in found.left:
        yield f"  kept as it is: {left.column}{_samples(left.samples)}"


def _words(found: Understanding) -> Iterator[str]:
    if found.words:
        yield "Words"
    for word in found.words:
        meaning = "nothing yet, so these rows are rejected" if word.meaning is None else word.meaning
        by_stage = "left to the stage" if word.field == "status" and not word.meaning else meaning
        said = by_stage if word.meaning is not None else meaning
        yield f"  {word.count:,} × {word.field} '{word.word}' is {said}{', as mapped' if word.by_map else ''}"


def _dates(found: Understanding) -> Iterator[str]:
    for date in found.dates:
        ambiguous = f"{date.ambiguous:,} such as {date.sample} can be read in two ways; " if date.ambiguous else ""
        yield f"Dates in {in_words(date.column, found.header)}: {ambiguous}{date.decided}"


def _owners(found: Understanding, currency: str) -> Iterator[str]:
    if found.owners:
        yield "Owners whom nobody here knows ('salesops owners map TEXT PERSON' says who they are)"
    for owner in found.owners[:_SHOWN]:
        deals = "1 deal" if owner.deals == 1 else f"{owner.deals:,} deals"
        yield f"  {owner.text}: {deals}, {decimal_string(owner.amount, currency)} open"
    yield from _rest(len(found.owners))


def _deals(found: Understanding, currency: str) -> Iterator[str]:
    for title, count, rows in (("New", found.report.new, found.new), ("Gone", found.report.removed, found.gone)):
        if count:
            yield f"{title}: {count:,}"
        for deal in rows[:_SHOWN]:
            yield f"  {_deal(deal, currency)}"
        yield from _rest(count if rows else 0)
    if found.report.changed:
        yield f"Changed: {found.report.changed:,}"
    for change in found.changed[:_SHOWN]:
        yield f"  {_deal(change.after, currency)} · {', '.join(change.differs)}"
    yield from _rest(found.report.changed if found.changed else 0)


def _commit(found: Understanding, currency: str) -> Iterator[str]:
    for move in found.commit:
        start, end = (decimal_string(v, currency) for v in (move.start, move.end))
        yield f"Commit, {move.period or 'all periods'}: {start} → {end} {currency}"
        for line in move.lines:
            yield f"  {line.cause} {decimal_string(line.amount, currency)} ({line.deals:,})"


def _doubts(found: Understanding) -> Iterator[str]:
    for doubt in found.suspicious:
        yield f"{doubt.count:,} × {doubt.words}"
        for row in doubt.rows[:_SHOWN]:
            yield f"  line {row.line}: {row.key} · {row.name}{'' if row.what == doubt.words else f' · {row.what}'}"
        yield from _rest(doubt.count if doubt.rows else 0)
    for alike in found.look_alikes[:_SHOWN]:
        yield f"{alike.new.key} looks like a {alike.kind} of {alike.earlier.key}: {alike.why}"
    yield from _rest(len(found.look_alikes))
    for reject in found.rejects[:_SHOWN]:
        yield f"rejected, line {reject.line}: {reject.reason}"
    yield from _rest(found.report.rejected if found.rejects else 0)


def _rest(count: int) -> Iterator[str]:
    if count > _SHOWN:
        yield f"  and {count - _SHOWN:,} more"


def _samples(samples: Sequence[str]) -> str:
    return f" ({' · '.join(samples)})" if samples else ""


def _said(said_by: str) -> str:
    return {"map": ", by the map", "remembered": ", as confirmed", "you": ", as you said"}.get(said_by, "")


def _deal(deal: DealSeen, currency: str) -> str:
    what = f"{deal.key} · {deal.name} · {deal.owner_name}"
    return f"{what} · {decimal_string(deal.amount, currency)} · {deal.category.label} · {iso_day(deal.close_day)}"


def _plain_deal(deal: DealSeen, currency: str) -> dict[str, Any]:
    return {
        "line": deal.line or None, "id": deal.key, "name": deal.name, "account": deal.account, "owner": deal.owner,
        "owner_name": deal.owner_name, "stage": deal.stage, "category": deal.category.key,
        "amount": decimal_string(deal.amount, currency), "close_date": iso_day(deal.close_day),
        "status": deal.status.key,
    }  # fmt: skip


def _plain_move(move: CommitMove, currency: str) -> dict[str, Any]:
    return {
        "period": move.period or None,
        "start": decimal_string(move.start, currency),
        "end": decimal_string(move.end, currency),
        "residual": decimal_string(move.residual, currency),
        "lines": [
            {"cause": str(line.cause), "amount": decimal_string(line.amount, currency), "deals": line.deals}
            for line in move.lines
        ],
    }
