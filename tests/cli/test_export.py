"""`salesops export`: forms, files, and what is never written over."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Salesops
from tests.company import Company


@pytest.fixture(autouse=True)
def deals(company: Company) -> None:
    company.claim("D1", amount=100, close="2100-01-01")
    company.claim("D2", amount=50, close="2100-01-01", name="=cmd|x", account="\x1b[31mred")
    company.later(hours=1).fail("D1", by="dana")


def test_changes_come_as_csv_in_a_pipe(salesops: Salesops) -> None:
    said = salesops("export", "crm-changes")
    assert said.code == 0
    header, row = said.out.splitlines()
    assert header.startswith("id,name,account,owner,amount,currency,stage,category,")
    assert row.startswith("D1,")
    assert ",best_case," in row


def test_changes_are_reviewed_as_a_table_markdown_or_json(salesops: Salesops) -> None:
    assert "failed inspection: economic_buyer" in salesops("export", "crm-changes", "--format", "table").out
    assert "| D1 |" in salesops("export", "crm-changes", "--format", "md").out
    document = salesops("export", "crm-changes", "--format", "json").json
    assert (document["pending"], document["contested"]) == (1, 0)
    assert [(c["id"], c["from"], c["to"]) for c in document["changes"]] == [("D1", "commit", "best_case")]


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "md"])
@pytest.mark.parametrize("what", [("crm-changes",), ("deals", "--all"), ("movement",), ("minutes",), ("forecast",)])
def test_each_export_goes_into_a_file_of_each_form(
    salesops: Salesops, tmp_path: Path, what: tuple[str, ...], form: str
) -> None:
    path = tmp_path / f"out.{form}"
    said = salesops("export", *what, "--out", str(path))
    assert (said.code, said.out) == (0, ""), said.err
    assert f"written to {path}" in said.err
    assert path.stat().st_mode & 0o777 == 0o600
    content = path.read_bytes()
    assert content.startswith(b"PK") if form == "xlsx" else b"\x1b" not in content or form == "csv"
    if form == "json":
        json.loads(content)
    assert list(tmp_path.glob(".salesops-*")) == []


def test_nothing_is_written_over_unasked(salesops: Salesops, tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text("mine")
    said = salesops("export", "deals", "--all", "--out", str(path))
    assert said.code == 1
    assert "exists already, and nothing was written" in said.err
    assert path.read_text() == "mine"
    assert salesops("export", "deals", "--all", "--out", str(path), "--overwrite").code == 0
    assert path.read_text().startswith("id,name")


def test_links_devices_folders_and_the_store_are_left_alone(
    salesops: Salesops, company: Company, tmp_path: Path
) -> None:
    (tmp_path / "target.csv").write_text("mine")
    (tmp_path / "link.csv").symlink_to(tmp_path / "target.csv")
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nowhere.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    for name in ("link.csv", "dangling.csv", "pipe.csv", "folder.csv", "absent/deals.csv"):
        said = salesops("export", "deals", "--all", "--out", str(tmp_path / name), "--overwrite")
        assert said.code == 1, name
        assert len(said.err.splitlines()) == 1
    assert Path(f"{company.path}-wal").exists()
    for name in (company.path, f"{company.path}-lock", f"{company.path}-wal", f"{company.path}-shm"):
        said = salesops("export", "deals", "--format", "csv", "--out", str(name), "--overwrite")
        assert (said.code, "is the store itself" in said.err) == (1, True), name
    assert (tmp_path / "target.csv").read_text() == "mine"
    assert not (tmp_path / "nowhere.csv").exists()


def test_somebody_elses_file_is_left_alone(salesops: Salesops, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deals.csv"
    path.write_text("theirs")
    monkeypatch.setattr("salesops_tui.crm.new_file.os.geteuid", lambda: path.stat().st_uid + 1)
    said = salesops("export", "deals", "--all", "--out", str(path), "--overwrite")
    assert (said.code, "belongs to somebody else" in said.err) == (1, True)
    assert path.read_text() == "theirs"


def test_a_form_that_cannot_be_guessed_is_asked_for(salesops: Salesops, tmp_path: Path) -> None:
    said = salesops("export", "deals", "--out", str(tmp_path / "deals.txt"))
    assert (said.code, "--format" in said.err) == (2, True)
    assert salesops("export", "deals", "--all", "--period", "FY26-Q4").code == 2
    assert salesops("export", "crm-changes", "--dialect", "siebel").code == 2


def test_formulas_are_guarded_in_every_form(salesops: Salesops) -> None:
    assert ",'=cmd|x," in salesops("export", "deals", "--all").out
    assert "\x1b" not in salesops("export", "deals", "--all", "--format", "md").out
    assert "\x1b" not in salesops("export", "deals", "--all", "--format", "table").out


def test_the_forecast_leaves_with_the_figures_of_its_command(salesops: Salesops, company: Company) -> None:
    company.claim("D3", amount=70, close=company.time.date().isoformat(), stage="5")
    said = salesops("export", "forecast")
    rows = [line.split(",") for line in said.out.splitlines()]
    whole = dict(zip(rows[0], rows[1], strict=True))
    document = salesops("forecast", "--format", "json").json
    assert whole["person_name"] == "Everybody"
    for name in ("commit", "landing", "weighted", "best_case"):
        assert whole[name] == document[name]
    assert document["commit"] == "70.00"


def test_a_dash_is_standard_output(salesops: Salesops, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = salesops("export", "deals", "--all", "--format", "csv", "--out", "-")
    assert (said.code, said.out.split(",")[0].lstrip("\ufeff")) == (0, "id")
    assert not Path("-").exists()
