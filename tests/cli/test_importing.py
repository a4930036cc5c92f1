"""The commands that take files in: exit codes, one JSON document, one line for what goes wrong."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Salesops
from tests.company import Company

HEADER = "id,name,owner,amount,stage,category,close_date\n"
GOOD = "D1,Acme,lee,42000,6,commit,2026-12-11\n"
BAD = "D2,Acme,lee,x,6,commit,2026-12-11\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def written(folder: Path, text: str, name: str = "deals.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_done_is_0_and_rows_rejected_is_3(company: Company, salesops: Salesops, folder: Path) -> None:
    done = salesops("import", written(folder, HEADER + GOOD), "--format", "json")
    assert (done.code, done.json["new"], done.err) == (0, 1, "")
    some = salesops("import", written(folder, HEADER + GOOD + BAD), "--format", "json")
    assert (some.code, some.json["rejected"], some.json["unchanged"]) == (3, 1, 1)
    assert Path(some.json["rejects_file"]).exists()


def test_a_person_reads_what_was_done(company: Company, salesops: Salesops, folder: Path) -> None:
    said = salesops("import", written(folder, HEADER + GOOD + BAD + GOOD.replace("D1,Acme", "D3,[red]\x1b[31m")))
    assert "3 rows: 2 new, 0 changed, 0 unchanged, 0 removed, 1 rejected" in said.out
    assert "1 × rejected: amount is not a number" in said.out
    assert "deals.csv.rejects.csv" in said.out
    assert "\x1b" not in said.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["gone.csv"], 1, "there is no file gone.csv"),
        (["."], 1, ". is a folder"),
        (["{file}", "--as-of", "2099-01-01"], 1, "still to come"),
        (["{file}", "--as-of", "soonish"], 2, "not a moment"),
        (["{file}", "--dialect", "klingon"], 2, "there is no dialect"),
        (["{file}", "--strict"], 1, "1 of 2 rows were rejected"),
        (["{file}", "--map", "gone.toml"], 1, "there is no map gone.toml"),
        (["{file}", "--nonsense"], 2, "No such option"),
        ([], 2, "Missing argument"),
    ],
)
def test_what_is_refused_is_one_line(
    company: Company, salesops: Salesops, folder: Path, arguments: list[str], code: int, said: str
) -> None:
    file = written(folder, HEADER + GOOD + BAD)
    ended = salesops("import", *(a.format(file=file) for a in arguments))
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert company.store.conn.execute("SELECT count(*) FROM deal").fetchone() == (0,)


def test_much_of_commit_is_not_taken_away_unasked(company: Company, salesops: Salesops, folder: Path) -> None:
    salesops("import", written(folder, HEADER + GOOD + GOOD.replace("D1", "D2")))
    short = written(folder, HEADER + GOOD)
    refused = salesops("import", short, "--full")
    assert (refused.code, "--yes removes them" in refused.err) == (1, True)
    assert salesops("import", short, "--full", "--dry-run", "--format", "json").json["removed"] == 1
    assert salesops("import", short, "--full", "--yes", "--format", "json").json["removed"] == 1


@pytest.mark.parametrize(("answer", "removed"), [("y\n", True), ("n\n", False)])
def test_on_a_terminal_it_asks(
    company: Company, salesops: Salesops, folder: Path, monkeypatch: pytest.MonkeyPatch, answer: str, removed: bool
) -> None:
    salesops("import", written(folder, HEADER + GOOD + GOOD.replace("D1", "D2")))
    terminal = io.StringIO(answer)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    ended = salesops("import", written(folder, HEADER + GOOD), "--full")
    assert "Is it really the full file?" in ended.err
    assert ended.code == (0 if removed else 1)
    (count,) = company.store.conn.execute("SELECT count(*) FROM claim WHERE status = 3").fetchone()
    assert count == removed


def test_standard_input_is_a_file_too(company: Company, folder: Path) -> None:
    code = (
        "import sys; import salesops_tui.services.identity as i; i.login_name = lambda: 'olga';"
        "from salesops_tui.cli.main import run; sys.exit(run(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--store", str(company.path), "import", "-", "--format", "json"],
        input=(HEADER + GOOD + BAD).encode("utf-16"), capture_output=True, cwd=folder, check=False,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    report = json.loads(done.stdout)
    assert (report["file"], report["new"]) == ("-", 1)
    assert [p.name for p in folder.iterdir()] == ["stdin.rejects.csv"]


def test_people_and_quotas_go_in(company: Company, salesops: Salesops, folder: Path) -> None:
    people = written(folder, "id,name,manager\nkim,Kim Yu,dana\n,Nobody,\n", "people.csv")
    dry = salesops("import-people", people, "--dry-run", "--format", "json")
    assert (dry.code, dry.json["new"], dry.json["rejects_file"]) == (3, 1, None)
    done = salesops("import-people", people, "--format", "json")
    assert (done.code, done.json["new"], done.json["rejected"]) == (3, 1, 1)
    quotas = written(folder, "person,period,amount\nkim,FY26-Q4,200000\n", "quotas.csv")
    assert salesops("import-quotas", quotas, "--dry-run").code == 0
    done = salesops("import-quotas", quotas)
    assert (done.code, "1 rows: 1 new" in done.out) == (0, True)
    assert salesops("import-quotas", quotas, "--format", "json").json["unchanged"] == 1


@pytest.mark.parametrize("command", ["import", "import-people", "import-quotas"])
def test_every_form_prints_the_numbers(company: Company, salesops: Salesops, folder: Path, command: str) -> None:
    text = {
        "import": HEADER + GOOD,
        "import-people": "id,name\nkim,Kim\n",
        "import-quotas": "person,period,amount\nlee,FY26-Q4,1\n",
    }[command]
    file = written(folder, text)
    for form in ("table", "csv", "md", "json"):
        said = salesops(command, file, "--dry-run", "--format", form)
        assert said.code == 0
        assert "new" in said.out
    assert "new,1" in salesops(command, file, "--dry-run", "--format", "csv").out.splitlines()
