"""Commands around an import: what it understood, remembered maps, the list, taking it back, owners, links."""

import json
from pathlib import Path

import pytest

from salesops_tui.services import import_undo
from salesops_tui.services.context import Context
from salesops_tui.services.import_undo import ImportDone
from tests.cli.conftest import Said, Salesops
from tests.company import Company

HEADER = "id,name,owner,amount,stage,category,close_date,account\n"
GOOD = "D1,Acme,lee,42000,6,commit,2026-12-11,Acme Inc\n"
GERMAN = "Nr,Titel,Wer,Betrag,Stufe,Klasse,Datum\n"
MAP = """
[columns]
id = "Nr"
name = "Titel"
owner = "Wer"
amount = "Betrag"
stage = "Stufe"
category = "Klasse"
close_date = "Datum"
[values.category]
Zusage = "commit"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def written(folder: Path, text: str, name: str = "deals.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_dry_run_says_what_it_understood_as_json(salesops: Salesops, folder: Path) -> None:
    done = salesops(
        "import", written(folder, HEADER + GOOD + GOOD.replace("D1", "D2")), "--dry-run", "--format", "json"
    )
    assert (done.code, done.err) == (0, "")
    understood = done.json["understanding"]
    assert done.json["dry_run"]
    assert {c["field"]: c["column"] for c in understood["columns"]}["close_date"] == "close_date"
    assert {"field": "category", "word": "commit", "meaning": "commit", "count": 2, "by_map": False} in understood[
        "words"
    ]
    assert [d["id"] for d in understood["new"]] == ["D1", "D2"]
    assert understood["commit"][0] == {
        "period": None, "start": "0.00", "end": "84000.00", "residual": "0.00",
        "lines": [{"cause": "new", "amount": "84000.00", "deals": 2}],
    }  # fmt: skip
    assert salesops("deals", "--all", "--format", "json").json["deals"] == []


def test_and_as_lines(salesops: Salesops, folder: Path) -> None:
    text = HEADER + GOOD + "D2,Beta,Jo Doe,7,6,maybe,2026-12-11,\n" + "D3,Beta,Jo Doe,7,6,commit,2026-12-11,\n"
    done = salesops("import", written(folder, text), "--dry-run")
    assert done.code == 3
    for line in (
        "  owner ← owner (lee · Jo Doe)",
        "  2 × category 'commit' is commit",
        "  1 × category 'maybe' is nothing yet, so these rows are rejected",
        "  Jo Doe: 1 deal, 7.00 open",
        "New: 2",
        "  D1 · Acme · Lee Park · 42000.00 · Commit · 2026-12-11",
        "Commit, all periods: 0.00 → 42007.00 USD",
        "  new 42007.00 (2)",
        "rejected, line 3: column 'category': 'maybe' is no forecast category",
    ):
        assert line in done.out.splitlines(), line


def test_a_column_made_of_several_is_said_in_words(salesops: Salesops) -> None:
    view = Path(__file__).parents[2] / "fixtures" / "dynamics" / "view.csv"
    done = salesops("import", str(view), "--dry-run")
    assert "  close_date ← Actual Close Date, else Est. Close Date\n" in done.out
    assert "{" not in done.out


def test_columns_that_nobody_knows_are_shown_with_the_one_line_of_what_is_missing(
    salesops: Salesops, folder: Path
) -> None:
    done = salesops("import", written(folder, GERMAN + "D1,Acme,lee,1,6,Zusage,2026-12-11\n"), "--dry-run")
    assert done.code == 1
    assert "  kept as it is: Klasse (Zusage)" in done.out
    assert "no column for" in done.err
    assert done.err.count("\n") == 1


def test_a_map_is_remembered_once_and_forgotten(salesops: Salesops, folder: Path) -> None:
    file = written(folder, GERMAN + "D1,Acme,lee,1,6,Zusage,2026-12-11\n")
    map_file = written(folder, MAP, "map.toml")
    assert salesops("import", file, "--map", map_file).code == 0
    assert salesops("import", file).code == 1
    assert salesops("import", file, "--map", map_file, "--remember").code == 0
    again = salesops("import", file, "--format", "json")
    assert (again.code, again.json["unchanged"], again.json["mapping"]["by"]) == (0, 1, "Olga Ops")
    assert "read as confirmed by Olga Ops on " in salesops("import", file).out
    assert salesops("import", file, "--map", map_file, "--forget-map").code == 0
    assert salesops("import", file).code == 1


def test_a_file_of_which_no_row_was_taken_ends_with_3_and_is_no_import(salesops: Salesops, folder: Path) -> None:
    bad = written(folder, HEADER + GOOD.replace("42000", "x"))
    done = salesops("import", bad)
    assert done.code == 3
    assert "no row can be taken, so nothing is written and this is no import" in done.out
    assert f"the rejected rows, with reasons: {bad}.rejects.csv" in done.out
    assert salesops("imports", "--format", "json").json["imports"] == []
    older = written(folder, HEADER + GOOD, "older.csv")
    assert salesops("import", older, "--as-of", "2026-01-05").code == 0


def test_the_list_one_import_and_taking_it_back(salesops: Salesops, folder: Path) -> None:
    assert salesops("imports").err == "nothing was imported yet; 'salesops import FILE' takes a file of deals in\n"
    file = written(folder, HEADER + GOOD + "D2,Acme,lee,x,6,commit,2026-12-11,\n")
    assert salesops("import", file).code == 3
    (listed,) = salesops("imports", "--format", "json").json["imports"]
    assert {
        "import": 1,
        "file": file,
        "by": "Olga Ops",
        "new": 1,
        "rejected": 1,
        "undone_at": None,
    }.items() <= listed.items()
    shown = salesops("imports", "show", "1", "--format", "json").json
    assert shown["rejects"] == [
        {"line": 3, "reason": "column 'amount': 'x' is not a number", "row": "D2,Acme,lee,x,6,commit,2026-12-11,"}
    ]
    assert "1 new, 1 rejected" in salesops("imports").out
    undone = salesops("imports", "undo")
    assert (undone.code, undone.out.startswith(f"Undid: import 1 of {file} ")) == (0, True)
    assert salesops("deals", "--all", "--format", "json").json["deals"] == []
    assert salesops("deal", "D1").code == 1
    _one_line(salesops("imports", "undo"), "there is no import to take back")
    _one_line(salesops("imports", "show", "9"), "there is no import 9")
    assert salesops("imports", "show", "x").code == 2
    for form in ("csv", "md", "table", "json"):
        assert salesops("imports", "--format", form).code == 0


def test_of_two_who_take_the_newest_back_at_once_the_second_takes_nothing(
    salesops: Salesops, folder: Path, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = written(folder, HEADER + GOOD, "first.csv")
    second = written(folder, HEADER + GOOD.replace("42000", "7"), "second.csv")
    assert (salesops("import", first).code, salesops("import", second).code) == (0, 0)
    real = import_undo.newest_import

    def somebody_is_quicker(context: Context) -> ImportDone:
        newest = real(context)
        import_undo.undo_import(company.acting_as("olga"), newest.number)
        return newest

    monkeypatch.setattr(import_undo, "newest_import", somebody_is_quicker)
    undone = salesops("imports", "undo")
    named, refused = undone.err.splitlines()
    assert (undone.code, undone.out) == (1, "")
    assert named.startswith(f"taking back import 2 of {second}, by Olga Ops on ")
    assert "import 2 was taken back already, by Olga Ops on " in refused
    assert f"nothing more was undone, and the newest that stands is 1 ({first})" in refused
    stands = salesops("imports", "--format", "json").json["imports"]
    assert [(i["import"], i["undone_at"] is None) for i in stands] == [(2, False), (1, True)]


def test_owners_are_listed_and_mapped(salesops: Salesops, folder: Path) -> None:
    file = written(folder, HEADER + GOOD.replace("lee", "Jo Doe"))
    salesops("import", file)
    assert salesops("owners", "--format", "json").json == {
        "unknown": [{"text": "Jo Doe", "deals": 1, "amount": "42000.00", "closed": 0}], "mapped": [],
    }  # fmt: skip
    assert (
        salesops("owners", "map", "jo doe", "ana").out == "'jo doe' is Ana Diaz from now on; 1 deal was given to them\n"
    )
    assert salesops("deals", "--all", "--format", "json").json["deals"][0]["owner"] == "ana"
    assert salesops("owners", "--format", "json").json["mapped"][0]["person"] == "ana"
    _one_line(salesops("owners", "map", "x", "nobody"), "nobody here is called 'nobody'")


def test_deals_are_linked_and_unlinked(company: Company, salesops: Salesops, folder: Path) -> None:
    salesops("import", written(folder, HEADER + GOOD), "--as-of", company.time.date().isoformat())
    salesops("inspect", "D1", "--answer", "economic_buyer=no")
    report = salesops("import", written(folder, HEADER + GOOD.replace("D1", "N1")), "--format", "json").json
    assert "look_alike" in {w["code"] for w in report["warnings"]}
    assert [a["new"] for a in salesops("link", "--format", "json").json["look_alikes"]] == ["N1"]
    linked = salesops("link", "N1", "D1", "--as", "continuation", "--format", "json").json
    assert (linked["category_before"], linked["category_after"]) == ("commit", "best_case")
    assert "Before: a continuation of D1 (Acme), said by Olga Ops" in salesops("deal", "N1").out
    page = salesops("deal", "N1", "--format", "json").json
    assert page["links"]["earlier"]["id"] == "D1"
    assert salesops("unlink", "N1").out == "Undid: N1 is a continuation of D1; moved to Commit\n"
    assert salesops("link", "N1").code == 2
    _one_line(salesops("unlink", "N1"), "linked to no other deal")
    assert salesops("verify").code == 0


@pytest.mark.parametrize(
    "command", [("imports",), ("imports", "undo"), ("owners",), ("owners", "map", "x", "ana"), ("link",)]
)
def test_they_are_for_ops_leads(
    salesops: Salesops, folder: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    salesops("import", written(folder, HEADER + GOOD))
    monkeypatch.setattr("salesops_tui.services.identity.login_name", lambda: "dana")
    _one_line(salesops(*command), "for ops leads")


def _one_line(said: Said, what: str) -> None:
    assert said.code == 1
    assert what in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_json_is_one_document(salesops: Salesops, folder: Path) -> None:
    for command in (["imports"], ["owners"], ["link"], ["import", written(folder, HEADER + GOOD), "--dry-run"]):
        json.loads(salesops(*command, "--format", "json").out)
