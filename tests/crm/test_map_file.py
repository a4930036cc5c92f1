from pathlib import Path

import pytest

from salesops_tui.crm.map_file import read_map
from salesops_tui.errors import BadInput, NotFound

WHOLE = """\
id_prefix = "eu-"

[columns]
id = "Deal ID"
name = "{Account} · {Product}"
account = "Accounts.Name"

[defaults]
owner = "unassigned"
amount = 0
close_date = 2026-12-31

[formats]
date = ["%m/%d/%y", "%d.%m.%Y"]
decimal = ","
day_first = true
currency = "eur"

[values.stage]
Won = "7"
"*" = 1

[values.owner]
"Park, L." = "lee"

[join.Accounts]
file = "sub/Account.csv"
key = "AccountId"
match = "Id"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_map_says_all_of_it(tmp_path: Path) -> None:
    found = read_map(written(tmp_path, WHOLE))
    assert found.columns == {"id": "Deal ID", "name": "{Account} · {Product}", "account": "Accounts.Name"}
    assert found.defaults == {"owner": "unassigned", "amount": "0", "close_date": "2026-12-31"}
    assert (found.date_formats, found.day_first) == (("%m/%d/%y", "%d.%m.%Y"), True)
    assert (found.decimal, found.currency, found.id_prefix) == (",", "EUR", "eu-")
    assert found.values["stage"] == {"Won": "7", "*": "1"}
    assert found.values["owner"] == {"Park, L.": "lee"}
    join = found.joins["Accounts"]
    assert (join.path, join.key, join.match) == (tmp_path / "sub/Account.csv", "AccountId", "Id")
    assert len(found.sha256) == 64


def test_an_empty_map_says_nothing(tmp_path: Path) -> None:
    found = read_map(written(tmp_path, "# nothing\n"))
    assert (found.columns, found.date_formats, found.day_first, found.decimal) == ({}, (), None, ".")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'id = "Deal ID"',
            'idd = "Deal ID"',
            "line 4: columns.idd: there is no field of that name; there are id, name",
        ),
        ("[formats]", "[format]", "line 13: format: there is no such key here"),
        ('decimal = ","', 'decimal = ";"', "line 15: formats.decimal: Input should be '.' or ','"),
        ('"%d.%m.%Y"]', '"d.m.y"]', "line 14: formats.date"),
        ("day_first = true", 'day_first = "yes"', "line 16: formats.day_first"),
        ('currency = "eur"', 'currency = "euro"', "line 17: formats.currency"),
        ("[values.stage]", "[values.stages]", "line 19: values.stages: there is no such key here"),
        ('match = "Id"', "", "line 26: join.Accounts: Field required"),
        ('id_prefix = "eu-"', "id_prefix = 5", "line 1: id_prefix: Input should be a valid string"),
        ('owner = "unassigned"', 'owner = ["a"]', "line 9: defaults.owner"),
        ("amount = 0", "amount = 1.5", None),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, said: str | None) -> None:
    path = written(tmp_path, WHOLE.replace(old, new))
    if said is None:
        assert read_map(path).defaults["amount"] == "1.5"
        return
    with pytest.raises(BadInput) as refused:
        read_map(path)
    assert str(refused.value).startswith(f"{path}, {said}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("form", ["%Q", "x", "%", "%d.%m.%Y %"])
def test_a_form_of_dates_must_be_one(tmp_path: Path, form: str) -> None:
    with pytest.raises(BadInput, match=r"line 2: formats\.date.*: (a form of dates|that is no form)"):
        read_map(written(tmp_path, f'[formats]\ndate = "{form}"\n'))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[columns\n", "not TOML"),
        (b"a = 1\na = 2\n", "not TOML"),
        (b'[columns]\nid = "caf\xe9"\n', "line 2: not UTF-8"),
        (b"x = " + b"[" * 5000, "nested"),
        (b"#" * (1 << 20) + b"\n", "too long for a map"),
    ],
)
def test_what_is_no_map_is_one_line(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "map.toml"
    path.write_bytes(data)
    with pytest.raises(BadInput, match=said):
        read_map(path)


def test_no_map_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no map"):
        read_map(tmp_path / "gone.toml")
    with pytest.raises(BadInput, match="cannot be read"):
        read_map(tmp_path)
