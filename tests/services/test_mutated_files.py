"""Good files with something done to them: each ends in an import or in one clear line, and never in half of one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from salesops_tui.errors import SalesopsError
from salesops_tui.services.importing import ImportRequest, import_deals
from salesops_tui.services.importing_people import import_people, import_quotas
from tests.company import Company

FIXTURES = Path(__file__).parents[2] / "fixtures"
DEALS = sorted(p for p in FIXTURES.glob("*/*.csv") if p.parent.name != "demo" and p.stem not in {"people", "quotas"})
MAPS = {"pipedrive": FIXTURES / "pipedrive/account.toml", "hubspot": FIXTURES / "hubspot/portal.toml"}
FOUND_ONCE = settings(max_examples=30, phases=[Phase.explicit, Phase.generate])

_SHARED: list[Company] = []


@pytest.fixture(scope="module", autouse=True)
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One company for all examples."""
    _SHARED.append(Company(tmp_path_factory.mktemp("store") / "store.db"))
    yield
    _SHARED.clear()


@st.composite
def damage(draw: st.DrawFn) -> tuple[str, float, bytes, float]:
    """What is done, where, with which bytes, and how far."""
    kind = draw(st.sampled_from(["put in", "put over", "take out", "cut off", "double", "recode", "exchange"]))
    bytes_ = draw(
        st.binary(min_size=1, max_size=12)
        | st.sampled_from(
            [
                b'"',
                b'""',
                b",",
                b";",
                b"\n",
                b"\r",
                b"\r\n",
                b"\0",
                b"\xef\xbb\xbf",
                b"\xff\xfe",
                b"\xe9",
                b"'",
                b"=",
                b"\x1a",
            ]
        )
    )
    return kind, draw(st.floats(0, 1)), bytes_, draw(st.floats(0, 1))


def damaged(data: bytes, how: tuple[str, float, bytes, float]) -> bytes:
    kind, place, bytes_, far = how
    at, to = sorted((int(len(data) * place), int(len(data) * far)))
    match kind:
        case "put in":
            return data[:at] + bytes_ + data[at:]
        case "put over":
            return data[:at] + bytes_ + data[at + len(bytes_) :]
        case "take out":
            return data[:at] + data[to:]
        case "cut off":
            return data[:at]
        case "double":
            return data[:to] + data[at:to] + data[to:]
        case "recode":
            return data[:at] + data[at:to].decode("utf-8", "replace").encode("utf-16-le") + data[to:]
        case _:
            return data.replace(b",", bytes_)


def company_of() -> Company:
    return _SHARED[0].later(seconds=1)


def one_line(error: SalesopsError, *places: Path) -> None:
    said = str(error)
    assert said.startswith(tuple(map(str, places)))
    assert "\n" not in said
    assert len(said) < 3_000


@pytest.mark.parametrize("fixture", DEALS, ids=lambda path: f"{path.parent.name}/{path.name}")
@given(how=damage())
@FOUND_ONCE
def test_a_damaged_file_of_deals(
    tmp_path_factory: pytest.TempPathFactory, fixture: Path, how: tuple[str, float, bytes, float]
) -> None:
    company = company_of()
    path = tmp_path_factory.mktemp("deals") / "deals.csv"
    path.write_bytes(damaged(fixture.read_bytes(), how))
    conn = company.store.conn
    before = conn.execute("SELECT count(*) FROM change").fetchone()
    try:
        report = import_deals(company.context, ImportRequest(path, map=MAPS.get(fixture.parent.name)))
    except SalesopsError as error:
        one_line(error, path, *MAPS.values())
        assert conn.execute("SELECT count(*) FROM change").fetchone() == before
    else:
        assert report.rows == report.accepted + report.rejected
        assert report.accepted == report.new + report.changed + report.unchanged
        assert sum(w.count for w in report.warnings if w.code == "rejected") == report.rejected


@pytest.mark.parametrize("kind", ["people", "quotas"])
@given(how=damage())
@FOUND_ONCE
def test_a_damaged_file_of_people_or_quotas(
    tmp_path_factory: pytest.TempPathFactory, kind: str, how: tuple[str, float, bytes, float]
) -> None:
    company = company_of()
    path = tmp_path_factory.mktemp("people") / f"{kind}.csv"
    path.write_bytes(damaged((FIXTURES / "canonical" / f"{kind}.csv").read_bytes(), how))
    take = import_people if kind == "people" else import_quotas
    try:
        report = take(company.context, path, dry_run=True)
    except SalesopsError as error:
        one_line(error, path)
    else:
        assert report.rows == report.accepted + report.rejected


@pytest.mark.parametrize("name", ["hubspot/portal.toml", "pipedrive/account.toml"])
@given(how=damage())
@FOUND_ONCE
def test_a_damaged_map(
    tmp_path_factory: pytest.TempPathFactory, name: str, how: tuple[str, float, bytes, float]
) -> None:
    company = company_of()
    path = tmp_path_factory.mktemp("map") / "map.toml"
    path.write_bytes(damaged((FIXTURES / name).read_bytes(), how))
    deals = FIXTURES / {"hubspot": "hubspot/deals_api.csv", "pipedrive": "pipedrive/deals.csv"}[name.partition("/")[0]]
    request = ImportRequest(deals, map=path, dry_run=True)
    try:
        report = import_deals(company.context, request)
    except SalesopsError as error:
        one_line(error, path, deals)
    else:
        assert report.rows == report.accepted + report.rejected
