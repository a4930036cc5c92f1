"""What an import says before it writes, how a person corrects it, and how that is remembered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from salesops_tui.errors import BadInput, NotFound, Refused
from salesops_tui.services.import_mapping import with_encoding
from salesops_tui.services.import_request import ImportRequest
from salesops_tui.services.import_understanding import Understanding, confirm, forget, understand, with_mapping
from salesops_tui.services.importing import import_deals
from salesops_tui.services.verifying import verify_store
from tests.company import Company
from tests.hostile import CORPUS
from tests.services.import_desk import GOOD, HEADER, Desk, deal

GERMAN = ("Nr", "Titel", "Wer", "Betrag", "Stufe", "Klasse", "Datum")
COLUMNS = dict(zip(HEADER, GERMAN, strict=True))


@pytest.fixture
def desk(company: Company, tmp_path: Path) -> Desk:
    folder = tmp_path / "files"
    folder.mkdir()
    return Desk(company, folder)


def look(desk: Desk, *rows: Any, header: Any = HEADER, **options: Any) -> Understanding:
    return understand(desk.company.context, ImportRequest(desk.file(*rows, header=header), **options))


def test_it_writes_nothing_and_reports_as_the_import_then_does(desk: Desk) -> None:
    desk.take(GOOD, deal("D2"), deal("D4"))
    desk.company.later(days=7)
    before = desk.tables()
    rows = (deal("D1", amount="43000"), deal("D2"), deal("D3"), deal("D5", category="maybe"))
    found = look(desk, *rows, full=True, yes=True)
    assert desk.tables() == before
    report = desk.take(*rows, full=True, yes=True)
    for name in ("rows", "accepted", "rejected", "new", "changed", "unchanged", "removed", "columns", "sha256"):
        assert getattr(found.report, name) == getattr(report, name), name
    assert not found.request.dry_run


def test_columns_with_samples_and_what_is_left(desk: Desk) -> None:
    found = look(desk, (*GOOD, "x"), (*deal("D2", owner="ana"), ""), header=(*HEADER, "Colour"))
    uses = {c.field: c for c in found.columns}
    assert (uses["owner"].column, uses["owner"].samples, uses["owner"].said_by) == ("owner", ("lee", "ana"), "dialect")
    assert uses["amount"].required
    assert (uses["account"].column, uses["account"].said_by) == (None, "")
    assert [(c.column, c.samples) for c in found.left] == [("Colour", ("x",))]


def test_every_word_with_its_meaning_and_count(desk: Desk) -> None:
    rows = [
        deal("D1"),
        deal("D2"),
        deal("D3", category="Best Case"),
        deal("D4", category="maybe"),
        deal("D5", stage="Q"),
    ]
    found = look(desk, *rows)
    words = {(w.field, w.word): (w.meaning, w.count) for w in found.words}
    assert words["category", "commit"] == ("commit", 3)
    assert words["category", "Best Case"] == ("best_case", 1)
    assert words["category", "maybe"] == (None, 1)
    assert words["stage", "6"] == ("6", 4)
    assert {(w.field, w.word) for w in found.unknown_words} == {("category", "maybe"), ("stage", "Q")}
    assert [(r.line, "maybe" in r.reason) for r in found.rejects] == [(5, True), (6, False)]
    assert dict(found.reject_kinds) == {
        "category is no forecast category": 1, "stage is no stage of the policy": 1,
    }  # fmt: skip


def test_new_changed_and_gone_deals_themselves(desk: Desk) -> None:
    desk.take(GOOD, deal("D2"), deal("D4", owner="ana"))
    desk.company.later(days=7)
    found = look(desk, deal("D1", amount="43000", stage="5"), deal("D2"), deal("D3", owner="ana"), full=True)
    assert [(d.key, d.line, d.owner, d.owner_name) for d in found.new] == [("D3", 4, "ana", "Ana Diaz")]
    ((before, after, differs),) = found.changed
    assert (before.amount, after.amount, differs) == (4_200_000, 4_300_000, ("stage", "amount"))
    assert [(d.key, d.line, d.amount) for d in found.gone] == [("D4", 0, 4_200_000)]


@pytest.mark.parametrize("full", [True, False])
def test_how_commit_would_move_is_how_it_moves(desk: Desk, full: bool) -> None:
    company = desk.company
    first = [deal(f"D{i}") for i in range(9)]
    desk.take(*first, deal("L", close_date="2027-02-01"))
    company.later(days=1).fail("D5")
    company.later(days=6)
    rows = [
        deal("D0"), deal("D1", amount="50000"), deal("D2", category="best_case"), deal("D3", close_date="2027-02-01"),
        deal("D4", stage="7", category="closed"), deal("D5", amount="1"), deal("D6", stage="8", category="omitted"),
        deal("N"), deal("P", category="pipeline"), deal("L", close_date="2026-12-01"),
    ]  # fmt: skip
    found = look(desk, *rows, full=full)
    ever, current = found.commit
    desk.take(*rows, full=full, yes=True)
    sums = company.store.conn.execute(
        "SELECT sum(amount), sum(iif(close_day BETWEEN ? AND ?, amount, 0)) FROM deal_state"
        " WHERE category = 3 AND valid_to = 9000000000000000000",
        (period := company.context.calendar.period_named("FY26-Q4")).start and (period.start, period.end),
    ).fetchone()
    assert (ever.end, current.end) == tuple(sums)
    assert (ever.residual, current.residual) == (0, 0)
    lines = {str(line.cause): (line.amount, line.deals) for line in current.lines}
    expected = {
        "increased": (800_000, 1), "new": (4_200_000, 1), "pulled_in": (4_200_000, 1), "downgraded": (-4_200_000, 1),
        "pushed_out": (-4_200_000, 1), "won": (-4_200_000, 1), "lost": (-4_200_000, 1),
        **({"removed": (-8_400_000, 2)} if full else {}),
    }  # fmt: skip
    assert lines == expected
    assert "pushed_out" not in {str(line.cause) for line in ever.lines}


def test_what_deserves_a_look(desk: Desk) -> None:
    header = (*HEADER, "created_date", "Probability (%)")
    rows = [
        (*deal("C", close_date="2026-11-30"), "2026-12-01", "85"),
        (*deal("P", close_date="2026-11-01"), "", "85"),
        (*deal("W", stage="7", category="closed", amount="0"), "", "100"),
        (*deal("O", owner="Jo Doe"), "", "80"),
        (*deal("X"), "", "10"),
    ]
    found = look(desk, *rows, header=header)
    kinds = {s.kind: [r.key for r in s.rows] for s in found.suspicious}
    assert kinds == {
        "created_after_close": ["C"], "open_past_close": ["P"], "won_without_amount": ["W"], "owner_unknown": ["O"],
        "probability": ["X"],
    }  # fmt: skip
    assert [(o.text, o.deals, o.amount) for o in found.owners] == [("Jo Doe", 1, 4_200_000)]
    odd = next(s for s in found.suspicious if s.kind == "probability").rows[0]
    assert "'10' at" in odd.what
    assert "85 %" in odd.what


def test_much_of_commit_that_vanishes_is_a_question_and_not_an_error(desk: Desk) -> None:
    desk.take(GOOD, deal("D2"))
    desk.company.later(days=1)
    found = look(desk, GOOD, full=True)
    assert "Is it really the full file?" in found.question
    assert found.suspicious[-1].kind == "vanished_commit"
    assert look(desk, GOOD, full=True, yes=True).question == ""


def test_ambiguous_dates_and_by_what_they_were_decided(desk: Desk) -> None:
    rows = [
        deal("D1", close_date="03/12/2026"),
        deal("D2", close_date="23/12/2026"),
        deal("D3", close_date="05/12/2026"),
    ]
    (dates,) = look(desk, *rows).dates
    assert (dates.field, dates.ambiguous, dates.sample) == ("close_date", 2, "03/12/2026")
    assert dates.decided == "the day stands first: 1 other, such as 23/12/2026, can be read in no other way"
    request = with_mapping(ImportRequest(desk.file(*rows[:1])), formats={"day_first": False})
    assert understand(desk.company.context, request).dates[0].decided == "the month stands first, as the map says"


def test_a_file_of_an_unknown_kind_is_mapped_column_by_column(desk: Desk) -> None:
    path = desk.file(GOOD, deal("D2", category="Zusage"), header=GERMAN)
    request = ImportRequest(path)
    found = understand(desk.company.context, request)
    assert set(found.missing) >= {"id", "name", "stage", "category", "close_date"}
    assert "no column for" in found.problem
    assert {c.column: c.samples for c in found.left if c.column == "Klasse"} == {"Klasse": ("commit", "Zusage")}
    for field, column in COLUMNS.items():
        request = with_mapping(request, columns={field: column})
    found = understand(desk.company.context, request)
    assert (found.missing, found.problem) == ((), "")
    assert {c.field: c.said_by for c in found.columns if c.column} == dict.fromkeys(HEADER, "you")
    assert [w.word for w in found.unknown_words] == ["Zusage"]
    request = with_mapping(request, values={"category": {"zusage": "commit"}})
    found = understand(desk.company.context, request)
    assert (found.unknown_words, found.report.accepted) == ((), 2)
    assert import_deals(desk.company.context, request).new == 2


def test_one_column_that_many_tools_have_makes_no_dialect(desk: Desk) -> None:
    found = look(desk, (*GOOD, "90"), header=(*GERMAN, "Probability"))
    assert found.report.dialect == "canonical"
    assert set(found.missing) == set(HEADER)


def test_a_confirmed_mapping_is_used_again_and_says_so(desk: Desk) -> None:
    path = desk.file(GOOD, header=GERMAN)
    request = with_mapping(ImportRequest(path), columns=COLUMNS, values={"category": {"commit": "best_case"}})
    origin = confirm(desk.company.context, request)
    assert (origin.by, origin.source) == ("Olga Ops", "crm")
    other = desk.file(deal("D2"), header=GERMAN, name="other.csv")
    found = understand(desk.company.context, ImportRequest(other))
    assert found.origin == origin
    assert {c.said_by for c in found.columns if c.column} == {"remembered"}
    report = import_deals(desk.company.context, ImportRequest(other))
    assert (report.new, desk.now()["D2"][-1]) == (1, 2)
    assert report.mapping == {"by": "Olga Ops", "at": "2026-11-09T08:00:00+00:00"}
    assert "read as confirmed by Olga Ops on 2026-11-09" in [w.message for w in report.warnings]
    assert verify_store(desk.company.context).problems == []


def test_confirming_the_same_again_writes_nothing(desk: Desk) -> None:
    request = with_mapping(ImportRequest(desk.file(GOOD, header=GERMAN)), columns=COLUMNS)
    first = confirm(desk.company.context, request)
    before = desk.tables()
    assert confirm(desk.company.context, request) == first
    assert desk.tables() == before


def test_a_map_file_and_corrections_rule_over_what_was_remembered(desk: Desk) -> None:
    path = desk.file(GOOD, header=GERMAN)
    confirm(desk.company.context, with_mapping(ImportRequest(path), columns=COLUMNS))
    text = (
        "[columns]\n" + "".join(f'{f} = "{c}"\n' for f, c in COLUMNS.items()) + '[values.category]\ncommit = "pipeline"'
    )
    (desk.folder / "map.toml").write_text(text)
    named = understand(desk.company.context, ImportRequest(path, map=desk.folder / "map.toml"))
    assert (named.origin, named.new[0].category) == (None, 1)
    corrected = with_mapping(ImportRequest(path), values={"category": {"COMMIT": "best_case"}})
    assert understand(desk.company.context, corrected).new[0].category == 2
    both = with_mapping(ImportRequest(path, map=desk.folder / "map.toml"), values={"category": {"Commit": "best_case"}})
    assert understand(desk.company.context, both).new[0].category == 2


def test_a_word_stands_once_in_a_mapping_however_it_was_written(desk: Desk) -> None:
    path = desk.file(GOOD)
    confirm(desk.company.context, with_mapping(ImportRequest(path), values={"category": {"commit": "pipeline"}}))
    corrected = with_mapping(ImportRequest(path), values={"category": {"COMMIT": "best_case"}})
    confirm(desk.company.context, corrected)
    assert understand(desk.company.context, ImportRequest(path)).new[0].category == 2


def dated(desk: Desk, *closes: str, name: str = "next.csv") -> Path:
    rows = [deal(f"D{number}", close_date=close) for number, close in enumerate(closes)]
    return desk.file(*rows, header=GERMAN, name=name)


@pytest.mark.parametrize(("told", "close"), [("23/12/2026", "2026-12-03"), ("12/23/2026", "2026-03-12")])
def test_a_confirmed_mapping_keeps_the_order_that_the_days_told(desk: Desk, told: str, close: str) -> None:
    context = desk.company.context
    confirm(context, with_mapping(ImportRequest(dated(desk, "03/12/2026", told)), columns=COLUMNS))
    unclear = ImportRequest(dated(desk, "03/12/2026"))
    (dates,) = understand(context, unclear).dates
    order = "the day" if told[0] == "2" else "the month"
    assert dates.decided == f"{order} stands first: as in the file that was confirmed"
    report = import_deals(context, unclear)
    assert (report.new, desk.now()["D0"][2]) == (1, close)
    (said,) = [w.message for w in report.warnings if w.code == "date_order"]
    assert said.startswith(f"dates were read with {order} first: 03/12/2026 on line 2 can be read in two ways")
    assert verify_store(context).problems == []


def test_a_file_that_tells_its_order_itself_is_read_by_that_and_not_by_the_one_kept(desk: Desk) -> None:
    context = desk.company.context
    confirm(context, with_mapping(ImportRequest(dated(desk, "23/12/2026")), columns=COLUMNS))
    other = ImportRequest(dated(desk, "03/12/2026", "12/23/2026"))
    assert understand(context, other).dates[0].decided.startswith("the month stands first: 1 other, such as")
    assert import_deals(context, other).rejected == 0
    assert desk.now()["D0"][2] == "2026-03-12"
    confirm(context, other)
    assert understand(context, ImportRequest(dated(desk, "03/12/2026"))).report.unchanged == 1


def test_an_order_is_kept_for_its_own_source_and_only_where_the_file_told_it(desk: Desk) -> None:
    context = desk.company.context
    unclear = ImportRequest(dated(desk, "03/12/2026"))
    confirm(context, with_mapping(unclear, columns=COLUMNS))
    assert understand(context, unclear).report.accepted == 0, "nothing was told, so nothing is kept"
    confirm(context, with_mapping(ImportRequest(dated(desk, "23/12/2026", name="told.csv")), columns=COLUMNS))
    assert understand(context, unclear).report.accepted == 1
    elsewhere = understand(context, ImportRequest(unclear.path, source="east"))
    assert (elsewhere.missing, elsewhere.report.accepted) == ((), 0)
    assert elsewhere.dates[0].decided.startswith("not decided")


def test_a_forgotten_mapping_is_used_no_longer(desk: Desk) -> None:
    request = ImportRequest(desk.file(GOOD, header=GERMAN))
    confirm(desk.company.context, with_mapping(request, columns=COLUMNS))
    assert understand(desk.company.context, ImportRequest(request.path, forget_map=True)).missing
    assert not understand(desk.company.context, request).missing
    forget(desk.company.context, request)
    assert understand(desk.company.context, request).missing
    with pytest.raises(Refused, match="nothing to forget"):
        forget(desk.company.context, request)
    assert verify_store(desk.company.context).problems == []


def test_another_sources_mapping_serves_unless_it_changes_ids(desk: Desk) -> None:
    request = ImportRequest(desk.file(GOOD, header=GERMAN), source="west")
    confirm(desk.company.context, with_mapping(request, columns=COLUMNS))
    assert not understand(desk.company.context, ImportRequest(request.path, source="east")).missing
    confirm(desk.company.context, with_mapping(request, columns=COLUMNS, id_prefix="W-"))
    assert understand(desk.company.context, request).new[0].key == "W-D1"
    assert understand(desk.company.context, ImportRequest(request.path, source="east")).new[0].key == "D1"


def test_a_mended_rejects_file_is_read_by_the_same_mapping(desk: Desk) -> None:
    path = desk.file(GOOD, deal("D2", amount="x"), header=GERMAN)
    request = with_mapping(ImportRequest(path), columns=COLUMNS)
    confirm(desk.company.context, request)
    report = import_deals(desk.company.context, ImportRequest(path))
    rejects = Path(report.rejects_file or "")
    rejects.write_text(rejects.read_text(encoding="utf-8-sig").replace(",x,", ",77,"), encoding="utf-8")
    mended = import_deals(desk.company.context, ImportRequest(rejects))
    assert (mended.new, mended.rejected, mended.rejects_file) == (1, 0, None)
    assert desk.now()["D2"][1] == 7_700
    again = import_deals(desk.company.context, ImportRequest(path))
    assert ",77," in rejects.read_text(encoding="utf-8")
    assert again.rejects_file == f"{path}.rejects-2.csv"


def test_owners_mapped_with_the_columns_are_mapped_for_good(desk: Desk) -> None:
    request = with_mapping(ImportRequest(desk.file(deal("D1", owner="J. Doe"))), owners={"J. Doe": "ana"})
    assert understand(desk.company.context, request).new[0].owner == "ana"
    confirm(desk.company.context, request)
    assert desk.take(deal("D7", owner="j. doe"), source="other").new == 1
    assert desk.now()["D7"][0] == "ana"
    with pytest.raises(NotFound, match="nobody here"):
        confirm(desk.company.context, with_mapping(request, owners={"X Y": "nobody"}))


def test_a_wrong_correction_is_one_line(desk: Desk) -> None:
    request = with_mapping(ImportRequest(desk.file(GOOD)), columns={"amount": "Nowhere"})
    assert "'Nowhere'" in understand(desk.company.context, request).problem
    request = with_mapping(ImportRequest(desk.file(GOOD)), columns={"colour": "amount"})
    with pytest.raises(BadInput, match=r"the mapping: columns\.colour: there is no field"):
        understand(desk.company.context, request)


def test_only_ops_leads_look_and_confirm(desk: Desk) -> None:
    request = ImportRequest(desk.file(GOOD))
    for deed in (understand, confirm, forget):
        with pytest.raises(Refused, match="for ops leads"):
            deed(desk.company.acting_as("dana"), request)


def test_hostile_text_is_only_text(desk: Desk) -> None:
    texts = [t for t in CORPUS if t.strip() and "\0" not in t and "\ud800" not in t]
    rows = [(*deal(f"D{i}", name=t, category=t, owner=t), t) for i, t in enumerate(texts)]
    found = look(desk, *rows, header=(*HEADER, "account"))
    assert found.report.rows == len(texts)
    request = with_mapping(found.request, values={"category": dict.fromkeys(texts, "commit")})
    confirm(desk.company.context, request)
    assert not understand(desk.company.context, ImportRequest(found.request.path)).unknown_words
    assert verify_store(desk.company.context).problems == []


CZECH = dict(zip(HEADER, ("Číslo", "Název", "Obchodník", "Částka", "Fáze", "Třída", "Uzavření"), strict=True))


def czech(desk: Desk, *rows: Any, codec: str = "cp1250", name: str = "obchody.csv") -> ImportRequest:
    lines = [";".join(row) for row in (tuple(CZECH.values()), *rows)]
    path = desk.folder / name
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(codec))
    return ImportRequest(path)


def test_an_encoding_that_a_file_does_not_say_is_said_and_remembered(desk: Desk) -> None:
    context = desk.company.context
    request = czech(desk, deal("D1", name="Šťastná"), deal("D2", close_date="někdy"))
    found = understand(context, request)
    assert (found.encoding, found.header[0]) == ("cp1252", "Èíslo")
    assert [notice.code for notice in found.report.warnings][:1] == ["encoding"]
    request = with_encoding(with_mapping(request, columns={"id": "Èíslo"}), "cp1252", "cp1250")
    request = with_mapping(request, columns=CZECH)
    assert request.corrections["columns"]["id"] == "Číslo"
    confirm(context, request)
    assert import_deals(context, request).accepted == 1
    desk.company.later(days=1)
    again = understand(context, czech(desk, deal("D3", name="Říha"), name="dalsi.csv"))
    assert (again.encoding, again.new[0].name, again.report.rejected) == ("cp1250", "Říha", 0)
    assert again.origin is not None
    mended = desk.folder / "obchody.csv.rejects.csv"
    mended.write_text(mended.read_text(encoding="utf-8-sig").replace("někdy", "2026-12-01"), encoding="utf-8-sig")
    assert import_deals(context, ImportRequest(mended)).new == 1
    forget(context, ImportRequest(desk.folder / "dalsi.csv"))
    assert understand(context, ImportRequest(desk.folder / "dalsi.csv")).origin is None
    assert understand(context, ImportRequest(mended)).origin is None
    assert not verify_store(context).problems


def test_a_file_that_says_how_it_is_encoded_is_asked_nothing(desk: Desk) -> None:
    context = desk.company.context
    for codec in ("utf-8", "utf-8-sig", "utf-16"):
        request = with_mapping(
            czech(desk, deal("D1", name="Říha"), codec=codec), columns=CZECH, formats={"encoding": "koi8-r"}
        )
        found = understand(context, request)
        assert (found.encoding, found.new[0].name) == ("", "Říha")


def test_a_wrong_encoding_in_a_map_is_one_line(desk: Desk) -> None:
    request = czech(desk, deal("D1", name="Říha"))
    with pytest.raises(BadInput, match="there is no encoding of that name here; there are cp1252"):
        understand(desk.company.context, with_mapping(request, formats={"encoding": "utf-7"}))
    with pytest.raises(BadInput, match="line 1: not valid EUC_JP"):
        understand(desk.company.context, with_mapping(request, formats={"encoding": "euc_jp"}))
