"""Deals with their past in one command, and a past alone."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Salesops

FIXTURES = Path(__file__).parents[2] / "fixtures" / "salesforce"


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURES, tmp_path / "crm"))


def test_deals_and_their_past_are_one_document(salesops: Salesops, crm: Path) -> None:
    files = (crm / "data_loader.csv", crm / "opportunity_history.csv", crm / "opportunity_field_history.csv")
    said = salesops("import", str(files[0]), "--history", str(files[1]), "--history", str(files[2]), "--format", "json")
    assert (said.code, said.err) == (3, "")
    assert (said.json["dialect"], said.json["new"], said.json["rejected"]) == ("salesforce", 6, 0)
    past = [(done["dialect"], done["changed"] > 0, done["rejected"]) for done in said.json["history"]]
    assert past == [("salesforce_history", True, 1), ("salesforce_field_history", True, 1)]


def test_a_past_alone_is_recognised(salesops: Salesops, crm: Path) -> None:
    assert salesops("import", str(crm / "report.csv")).code == 0
    said = salesops("import", str(crm / "opportunity_history.csv"))
    assert said.code == 3
    assert "12 rows: 0 new, " in said.out
    assert "read as salesforce_history" in said.out
    assert "claims laid before the first import of 3 deals" in said.out


def test_what_is_no_past_is_refused_before_anything_is_written(salesops: Salesops, crm: Path) -> None:
    said = salesops("import", str(crm / "report.csv"), "--history", str(crm / "api.csv"))
    assert said.code == 1
    assert "is no history" in said.err
    assert len(said.err.splitlines()) == 1
    assert salesops("deals", "--all", "--format", "json").json["deals"] == []
    assert salesops("import", str(crm / "report.csv"), "--history", str(crm / "gone.csv")).code == 1


def test_reasons_are_printed(salesops: Salesops, crm: Path) -> None:
    out = salesops("import", str(crm / "report.csv")).out
    assert "because the columns 'Opportunity ID', 'Opportunity Name'" in out
    assert "because '006Qk00000AbCdE' in the column 'Opportunity ID' is the id of a Salesforce opportunity" in out
