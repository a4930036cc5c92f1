"""One deal's page as the rows of a table in sections, long texts broken into as many rows as they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from salesops_tui.domain.money import minor_digits
from salesops_tui.services.biography import Biography
from salesops_tui.ui import present
from salesops_tui.ui.deal_history import Entry, action_entries, held_entries, turn_entries
from salesops_tui.ui.deal_standing import standing
from salesops_tui.ui.desk import Desk
from salesops_tui.ui.sheet_rows import deal_in_words
from salesops_tui.ui.walk_facts import facts_in_words, whole_amount
from salesops_tui.ui.widgets.board import Line, spread
from salesops_tui.ui.widgets.columns import Column, place, wrap
from salesops_tui.ui.widgets.source import Row, RowSource, Section

COLUMNS = (
    Column("when", "When", 21, least=13, rank=1, shorten=present.without_weekday),
    Column("what", "What", 46, least=16, flex=True),
    Column("source", "From", 24, least=14, rank=2),
)
_WHAT = 1


def head_lines(desk: Desk, story: Biography, width: int) -> Iterator[Line]:
    """Write which deal this is and how it stands."""
    deal = story.deal
    right = f"{whole_amount(desk, deal.amount)} · {deal.category.label} "
    yield spread([" ", (deal_in_words(deal.account, deal.name), "title")], [(right, "strong")], width)
    facts = [desk.person(deal.owner), f"closes {desk.day(deal.close_day)}", f"stage {deal.stage}", deal.key]
    claim = [] if deal.rep_category is deal.category else [f"the CRM says {deal.rep_category.label}"]
    yield spread([(" " + " · ".join([*facts, *claim]), "muted")], [""], width)
    for sentence in standing(desk, story):
        for line in wrap(sentence.text, width - 2):
            yield [" ", (line, sentence.style)]


def page(desk: Desk, story: Biography) -> list[tuple[str, str, list[Entry]]]:
    """Return the sections of the page: key, title and entries."""
    facts = [
        Entry(fact.label, fact.value, "", fact.style)
        for fact in facts_in_words(desk, story.deal, story.file, desk.policy)
    ]
    facts += [Entry(label, value) for label, value in _more_facts(desk, story) if value]
    actions, held = list(action_entries(desk, story)), list(held_entries(desk, story))
    turns = list(turn_entries(desk, story))
    sections = [
        ("facts", "What is on file", facts),
        ("actions", f"Actions  {len(actions)}", actions),
        ("held", f"Inspections  {len(story.held)}", held),
        ("history", f"History  {len(turns)}", turns),
        *_before(desk, story),
    ]
    return [section for section in sections if section[2]]


def _before(desk: Desk, story: Biography) -> Iterator[tuple[str, str, list[Entry]]]:
    """Yield what happened while the deal stood under other ids: its inspections there, then its changes."""
    for number, forebear in enumerate(story.forebears, 1):
        link = forebear.link
        how = "Continues" if link.kind == "continuation" else "Split off"
        said = Entry(desk.moment(link.at), f"{how} {deal_in_words(link.earlier.account, link.earlier.name)}", link.by)
        entries = [said, *held_entries(desk, forebear), *turn_entries(desk, forebear)]
        yield f"before{number}", f"Before, as {link.earlier.key}  {len(entries)}", entries


def _more_facts(desk: Desk, story: Biography) -> Iterator[tuple[str, str]]:
    detail, deal = story.file.detail, story.deal
    yield "Opened", "" if detail.created_day is None else desk.day(detail.created_day)
    yield "Owner", desk.person(deal.owner) if not detail.owner_text else f"{detail.owner_text} (nobody known here)"
    if deal.currency != desk.policy.currency:
        yield "In the CRM", present.exact_amount(deal.original, minor_digits(deal.currency), deal.currency)
    yield "Type", present.label_of(detail.type)
    yield "Segment", detail.segment
    yield "Term", f"{detail.term_months} months" if detail.term_months else ""
    yield "Lost for", detail.loss_reason
    for heir in story.heirs:
        yield "Goes on as" if heir.kind == "continuation" else "A part is", f"{heir.deal.key} · {heir.deal.name}"
    yield from detail.extra.items()


def source_of(sections: Iterable[tuple[str, str, list[Entry]]], width: int) -> RowSource[str]:
    """Return the page as a source for a table of this many cells."""
    places = {p.column: p.width for p in place(COLUMNS, max(0, width - 2), 2 if width >= 100 else 1)}
    rows: dict[str, Row] = {}
    found = []
    for key, title, entries in sections:
        own = dict(_rows(key, entries, places.get(_WHAT, 1)))
        rows |= own
        found.append(Section(key, title, len(own)))
    return RowSource.of(rows, found)


def _rows(section: str, entries: Iterable[Entry], width: int) -> Iterator[tuple[str, Row]]:
    for number, entry in enumerate(entries):
        for part, line in enumerate(wrap(entry.what, width)):
            beside = (entry.when, entry.source) if part == 0 else ("", "")
            cells = ((beside[0], "muted"), line, (beside[1], "muted"))
            yield f"{section}.{number}.{part}", Row(cells, entry.style)


def as_text(desk: Desk, story: Biography) -> str:
    """Return the whole page as plain text, for the clipboard or a file."""
    lines = [
        "".join(piece if isinstance(piece, str) else piece[0] for piece in line)
        for line in head_lines(desk, story, 100)
    ]
    for _, title, entries in page(desk, story):
        lines += ["", title]
        for entry in entries:
            lines.append("  " + "  ".join(part for part in (entry.when, entry.what, entry.source) if part))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def text_of(line: Line) -> str:
    """Return a line of a board without its styles."""
    return "".join(piece if isinstance(piece, str) else piece[0] for piece in line)
