"""Files that nobody thought of: any bytes end in an import or one clear line, any values come back."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesops_tui.crm.guard import guarded
from salesops_tui.domain.calendar import to_date
from salesops_tui.domain.money import decimal_string
from salesops_tui.errors import BadInput
from salesops_tui.services.importing import ImportRequest, import_deals
from tests.company import Company
from tests.crm.workbooks import sheet_xml, write_workbook
from tests.services.import_desk import GOOD, HEADER, Desk, deal


@given(
    st.binary(max_size=400)
    | st.text(max_size=200).map(str.encode)
    | st.text(max_size=100).map(lambda t: t.encode("utf-16", "replace"))
)
@settings(max_examples=60)
def test_any_bytes_are_an_import_or_one_clear_line(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    _any_bytes(tmp_path_factory, data)


@given(st.binary(max_size=100), st.integers(0, 200))
@settings(max_examples=60)
def test_a_good_file_with_bytes_put_in_is_an_import_or_one_clear_line(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, place: int
) -> None:
    good = (",".join(HEADER) + "\n" + ",".join(GOOD) + "\n" + ",".join(deal("D2")) + "\n").encode()
    _any_bytes(tmp_path_factory, good[:place] + data + good[place:])


@given(st.binary(min_size=1, max_size=20), st.floats(0, 1))
@settings(max_examples=15)
def test_a_damaged_workbook_is_an_import_or_one_clear_line(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, place: float
) -> None:
    path = write_workbook(tmp_path_factory.mktemp("book") / "deals.xlsx", sheet_xml([HEADER, GOOD, deal("D2")]))
    whole = path.read_bytes()
    at = int(len(whole) * place)
    _any_bytes(tmp_path_factory, whole[:at] + data + whole[at + len(data) :])


_SHARED: list[Company] = []


@pytest.fixture(scope="module", autouse=True)
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One company for all examples."""
    _SHARED.append(Company(tmp_path_factory.mktemp("store") / "store.db"))
    yield
    _SHARED.clear()


def _any_bytes(factory: pytest.TempPathFactory, data: bytes) -> None:
    path = factory.mktemp("bytes") / "deals.csv"
    path.write_bytes(data)
    company = _SHARED[0].later(seconds=1)
    try:
        report = import_deals(company.context, ImportRequest(path))
    except BadInput as error:
        said = str(error)
    else:
        said = str(path)
        assert report.rows == report.accepted + report.rejected
        assert report.accepted == report.new + report.changed + report.unchanged
    assert said.startswith(str(path))
    assert "\n" not in said


CELL = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=15)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": CELL.filter(str.strip), "next_step": CELL, "competitor": CELL, "Region": CELL,
                "amount": st.integers(0, 10**11), "category": st.sampled_from(["pipeline", "best_case", "commit"]),
                "close_date": st.dates(date(1990, 1, 1), date(2100, 12, 31)),
            }
        ),
        min_size=1, max_size=4,
    )
)  # fmt: skip
@settings(max_examples=40)
def test_values_come_back_as_they_went_in(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]) -> None:
    folder = tmp_path_factory.mktemp("values")
    company = Company(folder / "store.db")
    desk = Desk(company, folder)
    fields = ("name", "next_step", "competitor", "Region", "category", "close_date")
    header = ("id", "owner", "stage", "amount", *fields)
    lines = [
        (f"D{i}", "lee", "5", decimal_string(row["amount"], "USD"), *(guarded(str(row[f])) for f in fields))
        for i, row in enumerate(rows)
    ]
    assert desk.take(*lines, header=header).rejected == 0
    found = company.store.conn.execute(
        "SELECT x.name, x.next_step, x.competitor, json_extract(x.extra, '$.Region'), s.amount, s.rep_category,"
        " s.close_day FROM deal_state s JOIN detail x ON x.id = s.detail ORDER BY s.deal"
    ).fetchall()
    keys = ["omitted", "pipeline", "best_case", "commit"]
    assert [
        (name, step, competitor, region or "", amount, keys[category], to_date(day))
        for name, step, competitor, region, amount, category, day in found
    ] == [
        (
            r["name"].strip(), r["next_step"].strip(), r["competitor"].strip(), r["Region"], r["amount"], r["category"],
            r["close_date"],
        )
        for r in rows
    ]  # fmt: skip
    company.store.close()
