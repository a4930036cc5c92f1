import json
from dataclasses import replace
from pathlib import Path

import pytest

from salesops_tui.crm.deal_map import DealMap, Join
from salesops_tui.crm.dialects import DIALECTS, recognise
from salesops_tui.crm.fields import FIELDS
from salesops_tui.crm.layout import Layout, in_words, lay_out
from salesops_tui.crm.source import SourceFile, look_through
from salesops_tui.crm.table import Header, Plain
from salesops_tui.errors import BadInput, SalesopsError

CANONICAL = ("id", "name", "owner", "amount", "stage", "category", "close_date")


def laid_out(tmp_path: Path, header: tuple[str, ...], deal_map: DealMap | None = None) -> Layout:
    return lay_out(Header(header, 1), recognise(header).dialect, deal_map or DealMap(), source(tmp_path))


def source(tmp_path: Path) -> SourceFile:
    path = tmp_path / "deals.csv"
    path.write_text("id\n")
    return look_through(path, "deals.csv")


def picked(layout: Layout, *cells: str) -> dict[str, str]:
    return dict(zip(FIELDS, layout.pick(list(cells)), strict=True))


def test_the_canonical_header_is_found_however_it_is_capitalised(tmp_path: Path) -> None:
    layout = laid_out(tmp_path, ("Close Date", "ID", "name", "Owner", "amount", "stage", "Category", "Region"))
    values = picked(layout, "2026-12-11", "D1", "Acme", "lee", "5", "6", "commit", "West")
    assert {k: v for k, v in values.items() if v} == {
        "id": "D1", "name": "Acme", "owner": "lee", "amount": "5", "stage": "6", "category": "commit",
        "close_date": "2026-12-11",
    }  # fmt: skip
    assert layout.columns["close_date"] == "Close Date"
    assert layout.columns["account"] is None
    assert layout.extra_columns == ("Region",)
    assert layout.delivered == set(CANONICAL)
    assert json.loads(layout.pick_extra(["x"] * 7 + ["West"])) == {"Region": "West"}
    assert json.loads(layout.pick_extra(["x"] * 7 + [""])) == {"Region": None}


def test_columns_templates_and_defaults_of_a_map(tmp_path: Path) -> None:
    deal_map = DealMap(
        columns={
            "id": "No", "name": "{Account}, {Product}!", "account": "account", "stage": "Phase", "category": "Phase",
            "close_date": "End",
        },
        defaults={"owner": "lee", "amount": "0", "type": "new"},
    )  # fmt: skip
    layout = laid_out(tmp_path, ("No", "Account", "Product", "Phase", "End", "Amount"), deal_map)
    values = picked(layout, "1", "Acme", "Core", "Bid", "2026-12-11", " ")
    assert values["name"] == "Acme, Core!"
    assert (values["account"], values["stage"], values["category"]) == ("Acme", "Bid", "Bid")
    assert (values["owner"], values["amount"], values["type"]) == ("lee", "0", "new")
    assert picked(layout, "1", "Acme", "Core", "Bid", "2026-12-11", "7")["amount"] == "7"
    assert layout.extra_columns == ("Product",)
    assert layout.columns["name"] == "{Account}, {Product}!"
    assert layout.columns["owner"] is None
    assert {"owner", "type"} <= layout.delivered


def test_a_column_may_stand_in_for_another_that_is_blank(tmp_path: Path) -> None:
    deal_map = DealMap(columns={"close_date": "{Won on|Expected}", "name": "{Title|Account} ({id})"})
    layout = laid_out(tmp_path, (*CANONICAL[:-1], "Won on", "Expected", "Title", "Account"), deal_map)
    rest = ("D1", "n", "lee", "5", "6", "commit")
    expected = Plain("46367")
    values = picked(layout, *rest, " ", expected, "", "Acme")
    assert (values["close_date"], values["name"]) == ("46367", "Acme (D1)")
    assert values["close_date"] is expected
    assert picked(layout, *rest, "2026-12-01", "2026-12-11", "T", "Acme")["close_date"] == "2026-12-01"
    assert layout.called("close_date") == "Won on or Expected"
    assert "Expected" in layout.extra_columns


def test_a_bar_may_be_part_of_a_columns_name(tmp_path: Path) -> None:
    layout = laid_out(tmp_path, (*CANONICAL, "A|B"), DealMap(columns={"account": "{A|B}"}))
    assert picked(layout, *CANONICAL, "Acme")["account"] == "Acme"


def test_a_field_can_be_left_out(tmp_path: Path) -> None:
    layout = laid_out(tmp_path, (*CANONICAL, "type"), DealMap(columns={"type": ""}))
    assert "type" not in layout.delivered
    assert layout.extra_columns == ("type",)


def test_missing_columns_are_named_with_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        laid_out(tmp_path, ("Id", "Deal", "Betrag", "stage", "category", "close_date"))
    said = str(refused.value)
    assert said.startswith("deals.csv, line 1: no column for name, owner, amount; the header has Id, Deal, Betrag")
    assert "--map" in said


def test_two_columns_for_one_field_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the columns 'Close Date' and 'close_date' both mean close_date"):
        laid_out(tmp_path, (*CANONICAL[:-1], "Close Date", "close_date"))
    chosen = DealMap(columns={"close_date": "Close Date"})
    assert laid_out(tmp_path, (*CANONICAL[:-1], "Close Date", "close_date"), chosen).extra_columns == ("close_date",)


@pytest.mark.parametrize("column", ["Nope", "{name} {Nope}"])
def test_a_column_that_the_file_does_not_have_is_named_with_the_maps_line(tmp_path: Path, column: str) -> None:
    deal_map = DealMap(columns={"type": column}, locate=lambda where: f"map.toml, line 3 {'.'.join(map(str, where))}")
    with pytest.raises(BadInput, match=r"^map\.toml, line 3 columns\.type: type is to come from the column 'Nope'"):
        laid_out(tmp_path, CANONICAL, deal_map)


def joined_map(path: Path) -> DealMap:
    return DealMap(columns={"account": "Account.Name"}, joins={"Account": Join(path, "AccountId", "Id")})


def test_another_file_is_joined(tmp_path: Path) -> None:
    (tmp_path / "Account.csv").write_text('Id,Industry,Name\nA1,x,"Acme, Inc."\nA2,y,Beta\nA1,z,again\n')
    layout = laid_out(tmp_path, (*CANONICAL, "AccountId"), joined_map(tmp_path / "Account.csv"))
    assert [picked(layout, *"1234567", key)["account"] for key in ("A1", " A2 ", "A3", "")] == [
        "Acme, Inc.", "Beta", "", "",
    ]  # fmt: skip
    assert layout.extra_columns == ("AccountId",)


def test_the_joined_file_may_stand_beside_the_deals(tmp_path: Path) -> None:
    (tmp_path / "Account.csv").write_text("Id,Name\nA1,Acme\n")
    layout = laid_out(tmp_path, (*CANONICAL, "AccountId"), joined_map(tmp_path / "elsewhere/Account.csv"))
    assert picked(layout, *"1234567", "A1")["account"] == "Acme"


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        (None, "AccountId", "there is no file"),
        ("Id,Title\nA1,x\n", "AccountId", "has no column 'Name'; it has Id, Title"),
        ("Key,Name\nA1,x\n", "AccountId", "has no column 'Id'"),
        ("Id,Name\nA1\n", "AccountId", r"Account\.csv, line 2: the row has 1 cells"),
        ("Id,Name\n", "Account", "has no column 'Account'"),
    ],
)
def test_a_join_that_does_not_work_says_why(tmp_path: Path, text: str | None, key: str, said: str) -> None:
    path = tmp_path / "Account.csv"
    if text is not None:
        path.write_text(text)
    deal_map = joined_map(path)
    deal_map = replace(deal_map, joins={"Account": Join(path, key, "Id")})
    with pytest.raises(SalesopsError, match=said):
        laid_out(tmp_path, (*CANONICAL, "AccountId"), deal_map)


def test_a_dialect_is_recognised_by_its_header() -> None:
    assert recognise(CANONICAL).dialect is DIALECTS["canonical"]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("Amount", "Amount"), ("{Won on|Expected on}", "Won on, else Expected on"),
        ("{Account} · {Product}", "Account · Product"), ("{A|B}", "A|B"), ("{A|C}!", "A, else C!"),
    ],
)  # fmt: skip
def test_where_a_field_comes_from_in_words(column: str, said: str) -> None:
    assert in_words(column, ("A|B", "A", "C")) == said


def test_messages_name_the_columns_of_a_template(tmp_path: Path) -> None:
    header = (*CANONICAL[:-1], "Won", "Due")
    told = DealMap(columns={"close_date": "{Won|Due}", "name": "{name}, {owner}"})
    layout = laid_out(tmp_path, header, told)
    assert (layout.called("close_date"), layout.called("name")) == ("Won or Due", "name, owner")
