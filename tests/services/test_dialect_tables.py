"""Any table of values, written as a CRM writes it and taken in, stays the same; a word that goes out comes back."""

import csv
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from salesops_tui.crm.deal_map import DealMap
from salesops_tui.crm.dialects import DIALECTS, recognise
from salesops_tui.crm.vocabulary import category_reader
from salesops_tui.domain.deal import Category
from salesops_tui.services.importing import ImportRequest, import_deals
from tests.company import Company, test_policy
from tests.crm.workbooks import Value, sheet_xml, write_workbook
from tests.hostile import CORPUS
from tests.services.delivered import facts
from tests.services.test_dialect_files import EXPORTS, Export, each_export, written

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=12)
SAFE = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"), max_size=12)


def table(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    day = st.dates(date(1990, 1, 1), date(2100, 12, 31))
    row = {
        "name": text.filter(str.strip), "account": text, "loss": text, "note": text,
        "owner": st.sampled_from(["lee", "Ana Diaz", "sam@example.com"]), "amount": st.integers(0, 10**11),
        "stage": st.sampled_from(["0", "1", "2", "3", "4", "5", "6"]), "close": day, "created": day,
        "claim": st.sampled_from(["omitted", "pipeline", "best_case", "commit"]),
        "status": st.sampled_from(["open", "open", "won", "lost"]),
    }  # fmt: skip
    return st.lists(st.fixed_dictionaries(row), min_size=1, max_size=4)


COMPOSED = re.compile(r"closed|est|actual| time$|expected", re.IGNORECASE)
"""Columns of which several make a status, a close date or an amount."""

PEOPLE = {"lee": "lee", "Ana Diaz": "ana", "sam@example.com": "sam"}
ANCHOR = date(2026, 12, 31)
"""The close date of a row in front of all others, which says that the month comes first."""


def _hubspot(key: str, row: dict[str, Any]) -> dict[str, Value]:
    word = {"omitted": "Not forecasted", "pipeline": "PIPELINE", "best_case": "Best case", "commit": "COMMIT"}
    return {
        "Record ID": key, "Deal Name": row["name"], "Deal Stage": row["stage"], "Deal owner": row["owner"],
        "Amount": f"{row['amount'] // 100:,}.{row['amount'] % 100:02}", "Forecast category": word[row["claim"]],
        "Close Date": f"{row['close']} 14:30", "Create Date": f"{row['created']}",
        "Associated Company (Primary)": row["account"], "Closed Lost Reason": row["loss"],
        "Is Closed Won": str(row["status"] == "won").lower(), "Is closed lost": str(row["status"] == "lost").lower(),
        "Note": row["note"],
    }  # fmt: skip


def _american(day: date, time: str = "") -> str:
    return f"{day.month}/{day.day}/{day.year}{time}"


def _dynamics(key: str, row: dict[str, Any]) -> dict[str, Value]:
    word = {"omitted": "100000004", "pipeline": "100000001", "best_case": "Best case", "commit": "Committed"}
    open_ = row["status"] == "open"
    amount = f"${row['amount'] // 100:,}.{row['amount'] % 100:02}"
    return {
        "(Do Not Modify) Opportunity": key, "(Do Not Modify) Row Checksum": "+A/b==", "Topic": row["name"],
        "Potential Customer": row["account"], "Est. Close Date": _american(row["close"] if open_ else ANCHOR),
        "Actual Close Date": "" if open_ else _american(row["close"]), "Est. Revenue": amount if open_ else "$7.00",
        "Actual Revenue": "" if open_ else amount, "Forecast Category": word[row["claim"]],
        "Sales Stage": row["stage"], "Status": row["status"].title(), "Owner": row["owner"],
        "Created On": _american(row["created"], " 9:05"), "Loss reason": row["loss"], "Note": row["note"],
    }  # fmt: skip


def _pipedrive(key: str, row: dict[str, Any]) -> dict[str, Value]:
    chance = {"omitted": "9", "pipeline": "10", "best_case": "60", "commit": "90"}
    ended = {"won": "Deal - Won time", "lost": "Deal - Lost time", "open": ""}[row["status"]]
    return {
        "Deal - ID": key, "Deal - Title": row["name"], "Deal - Value": f"{row['amount'] / 100:.2f}",
        "Deal - Owner": row["owner"], "Deal - Stage": row["stage"], "Deal - Status": row["status"].title(),
        "Deal - Probability": chance[row["claim"]], "Deal - Lost reason": row["loss"],
        "Deal - Expected close date": f"{ANCHOR if ended else row['close']}", "Organization - Name": row["account"],
        "Deal - Deal created": f"{row['created']}", "Deal - Won time": "", "Deal - Lost time": "", "Note": row["note"],
        **({ended: f"{row['close']} 18:00:00"} if ended else {}),
    }  # fmt: skip


Writer = Callable[[str, dict[str, Any]], dict[str, Value]]
WRITERS: dict[str, tuple[Writer, str]] = {
    "hubspot": (_hubspot, ""),
    "dynamics": (_dynamics, ""),
    "pipedrive": (
        _pipedrive,
        "[category_from_probability]\ncommit = 90\nbest_case = 60\npipeline = 10\n",
    ),
}


def as_read(row: dict[str, Any]) -> dict[str, Any]:
    """What the store should hold of a row."""
    ended = {"won": ("7", "closed"), "lost": ("8", "omitted")}.get(row["status"])
    stage, claim = ended or (row["stage"], row["claim"])
    values = {
        "owner": PEOPLE[row["owner"]], "stage": stage, "rep_category": claim, "amount": row["amount"],
        "close_day": row["close"].isoformat(), "status": row["status"], "name": row["name"].strip(),
        "account": row["account"].strip(), "created_day": row["created"].isoformat(), "loss": row["loss"].strip(),
        "note": row["note"],
    }  # fmt: skip
    return {name: value for name, value in values.items() if value != ""}


def read_back(company: Company, path: Path, map_text: str) -> list[dict[str, Any]]:
    """What the store holds after the file, without the anchor, by the names of `as_read`."""
    if map_text:
        (path.parent / "map.toml").write_text(map_text)
    report = import_deals(company.context, ImportRequest(path, map=path.parent / "map.toml" if map_text else None))
    assert report.rejected == 0
    found = []
    for number in range(report.rows - 1):
        deal = facts(company)[f"9{number:05}"]
        deal |= {"loss": deal.get("loss_reason", ""), "note": deal.get("extra", {}).get("Note", "")}
        names = (
            "owner", "stage", "rep_category", "amount", "close_day", "status", "name", "account", "created_day",
            "loss", "note",
        )  # fmt: skip
        found.append({name: deal[name] for name in names if deal.get(name, "") != ""})
    return found


def lines(writer: Writer, rows: Sequence[dict[str, Any]]) -> list[dict[str, Value]]:
    anchor = {
        "name": "anchor", "account": "", "loss": "", "note": "", "owner": "lee", "amount": 1250, "stage": "1",
        "close": ANCHOR, "created": ANCHOR, "claim": "pipeline", "status": "open",
    }  # fmt: skip
    return [writer("800000", anchor), *(writer(f"9{number:05}", row) for number, row in enumerate(rows))]


@pytest.mark.parametrize("dialect", WRITERS)
@given(rows=table(TEXT))
@settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_any_table_in_a_text_file(
    tmp_path_factory: pytest.TempPathFactory, dialect: str, rows: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("table")
    company = Company(folder / "store.db")
    writer, map_text = WRITERS[dialect]
    whole = lines(writer, rows)
    with (folder / "deals.csv").open("w", newline="", encoding="utf-8-sig") as file:
        out = csv.writer(file, lineterminator="\r\n" if dialect == "dynamics" else "\n", quoting=csv.QUOTE_ALL)
        out.writerow(whole[0])
        # An apostrophe before a formula is ours to take away, so one that the CRM wrote there is doubled as ours is.
        out.writerows([_kept(value) for value in line.values()] for line in whole)
    assert read_back(company, folder / "deals.csv", map_text) == [as_read(row) for row in rows]
    company.store.close()


def _kept(value: Value) -> str:
    from salesops_tui.crm.guard import guarded

    text = str(value)
    return guarded(text) if text.startswith("'") else text


@pytest.mark.parametrize("dialect", WRITERS)
@given(rows=table(SAFE))
@settings(max_examples=6)
def test_any_table_in_a_workbook(
    tmp_path_factory: pytest.TempPathFactory, dialect: str, rows: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("book")
    company = Company(folder / "store.db")
    writer, map_text = WRITERS[dialect]
    whole = lines(writer, rows)
    sheet: list[list[Value]] = [list(whole[0])]
    sheet += [[_kept(value) if isinstance(value, str) else value for value in line.values()] for line in whole]
    path = write_workbook(folder / "deals.xlsx", sheet_xml(sheet))
    assert read_back(company, path, map_text) == [as_read(row) for row in rows]
    company.store.close()


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_word_for_a_category_that_goes_out_comes_back(dialect: str, category: Category) -> None:
    known = DIALECTS[dialect]
    assert known.changes is not None
    assert category_reader(test_policy(), DealMap(), known.words)(known.changes.words[category]) is category


@each_export
def test_the_dialect_is_known_by_its_header_alone(export: Export) -> None:
    found = recognise(list(export.rows()[0]))
    assert found.dialect.name == export.dialect
    assert found.clues.reasons


@each_export
def test_the_hostile_corpus_in_every_column_of_every_export(company: Company, tmp_path: Path, export: Export) -> None:
    sound = export.rows()
    texts = [text for text in CORPUS if not any(0xD800 <= ord(c) < 0xE000 for c in text)]
    for number, column in enumerate(sound[0]):
        rows = [sound[0] | {export.key: f"{number}-{n}"} | {column: text} for n, text in enumerate(texts)]
        path = written(tmp_path / f"deals{number}.csv", [*sound, *rows])
        company.later(seconds=5)
        report = import_deals(company.context, ImportRequest(path, map=_map_of(export), dialect=export.dialect))
        assert report.rows == len(sound) + len(texts)
        assert report.accepted >= len(sound)
        assert sum(w.count for w in report.warnings if w.code == "rejected") == report.rejected
        if column not in export.used and not COMPOSED.search(column):
            assert report.rejected <= 1  # a NUL


def _map_of(export: Export) -> Path | None:
    return Path(__file__).parents[2] / "fixtures" / export.map if export.map else None


assert {export.dialect for export in EXPORTS} == set(WRITERS)
