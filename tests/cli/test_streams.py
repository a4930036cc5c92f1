"""Streams that cannot be written, files by standard input, options that contradict each other."""

import json
import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from salesops_tui.cli import standard_input
from salesops_tui.domain.inspection import LONGEST_TEXT
from salesops_tui.domain.policy_file import default_policy_text
from salesops_tui.errors import BadInput
from tests.cli.conftest import Salesops
from tests.company import Company
from tests.crm.workbooks import sheet_xml, write_workbook

ROOT = Path(__file__).parents[2]


def run(store: Path, redirection: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "salesops_tui", "--store", str(store), *arguments]
    shell = ["sh", "-c", f'exec "$@" {redirection}', "sh", *command]
    return subprocess.run(shell, cwd=ROOT, input=given, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def store(company: Company) -> Path:
    company.claim("D1")
    company.store.close()
    return company.path


@pytest.mark.parametrize(("redirection", "why"), [("> /dev/full", "No space left on device"), (">&-", "it is closed")])
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_an_output_that_cannot_be_written_is_one_line(store: Path, redirection: str, why: str, form: str) -> None:
    done = run(store, redirection, "people", "--format", form)
    assert (done.returncode, done.stderr) == (1, f"salesops: standard output cannot be written: {why}\n")


def test_a_reader_that_goes_away_is_no_error(store: Path) -> None:
    done = run(store, "| head -c 1", "policy", "show")
    assert done.stderr == ""


@pytest.mark.parametrize("arguments", [["forecast", "--format", "json"], ["forecast", "flow"], ["deals", "--all"]])
def test_a_reader_that_has_gone_is_none_of_the_stores_business(company: Company, arguments: list[str]) -> None:
    for number in range(80):
        company.claim(f"D{number}", stage="5")
    company.store.close()
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "salesops_tui", "--store", str(company.path), *arguments]
    with os.fdopen(write_end, "wb") as gone:
        done = subprocess.run(command, cwd=ROOT, stdout=gone, stderr=subprocess.PIPE, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_closed_streams_leave_the_store_as_it_was(store: Path) -> None:
    before = store.read_bytes()
    run(store, "<&- >&- 2>&-", "deals", "--all")
    assert store.read_bytes() == before


def test_a_policy_and_answers_come_by_standard_input(store: Path) -> None:
    assert "standard input: good" in run(store, "", "policy", "check", "-", given=default_policy_text()).stdout
    wrong = run(store, "", "policy", "check", "-", given="name = 5")
    assert (wrong.returncode, "standard input" in wrong.stderr) == (1, True)
    asked = run(store, "", "inspect", "--from", "-", given='{"deal": "D9"}\n')
    assert "line 1" in asked.stderr


def test_what_is_killed_while_it_builds_is_swept_away_the_next_time(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = [tmp_path / f".new.db.{gone.pid}{suffix}" for suffix in ("", "-wal", "-shm", "-lock")]
    others = [tmp_path / f".new.db.{os.getpid()}", tmp_path / ".new.db.notes", tmp_path / "new.db.1"]
    for file in left + others:
        file.touch()
    assert run(tmp_path / "new.db", "", "init").returncode == 0
    assert [file for file in left if file.exists()] == []
    assert [file for file in others if not file.exists()] == []


@pytest.mark.parametrize(
    "arguments",
    [["--store", "x.db", "people"], ["--present", "deals"], ["--mask", "names", "people"], ["--follow", "dana", "log"]],
)
def test_options_that_contradict_each_other_are_wrong_usage(salesops: Salesops, arguments: list[str]) -> None:
    assert salesops(*arguments).code == 2


@pytest.mark.parametrize("option", ["--evidence", "--risk", "--close-plan"])
def test_a_text_has_a_length(salesops: Salesops, company: Company, option: str) -> None:
    company.claim("D1")
    text = "x" * (LONGEST_TEXT + 1)
    value = f"economic_buyer={text}" if option == "--evidence" else text
    said = salesops("inspect", "D1", "--answer", "economic_buyer=yes", option, value, "--mitigation", "y")
    assert said.code in (1, 2)
    assert "characters" in said.err
    assert company.store.conn.execute("SELECT count(*) FROM answer").fetchone() == (0,)


def test_standard_input_without_an_end_fills_no_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(standard_input, "MOST_MEGABYTES", 1)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Path("/dev/zero").open(encoding="latin-1") as endless:
        monkeypatch.setattr("sys.stdin", endless)
        with pytest.raises(BadInput, match="more than 1 MB"), standard_input.on_disk(Path("-")):
            pass
    assert not list(tmp_path.iterdir())


def test_a_policy_without_an_end_is_refused_at_once(store: Path) -> None:
    done = run(store, "< /dev/zero", "policy", "check", "-")
    assert (done.returncode, done.stderr) == (1, "salesops: standard input holds more than 4 MB; bring it in parts\n")


def test_the_version_says_where_it_cannot_be_written() -> None:
    command = [sys.executable, "-m", "salesops_tui", "--version"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        "salesops: standard output cannot be written: No space left on device\n",
    )
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.startswith("salesops ")


@pytest.fixture
def mine(company: Company) -> Path:
    """The store, whoever runs the tests being its ops lead in other processes too."""
    company.claim("D1")
    with company.store.write() as conn:
        conn.execute("UPDATE person SET login = ? WHERE key = 'olga'", (pwd.getpwuid(os.geteuid()).pw_name,))
    company.store.close()
    return company.path


HEADER = ("id", "name", "owner", "amount", "stage", "category", "close_date")
ROW = ("N1", "New", "lee", "1000", "6", "commit", "2026-12-18")


@pytest.mark.parametrize("options", [["--dry-run"], [], ["--full", "--yes"]])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_copy_without_a_name_is_read_as_often_as_need_be(
    mine: Path, tmp_path: Path, kind: str, options: list[str]
) -> None:
    file = tmp_path / "given"
    if kind == "xlsx":
        write_workbook(file, sheet_xml([HEADER, ROW]))
    else:
        file.write_text("\n".join(map(",".join, (HEADER, ROW))), encoding="utf-16")  # looked at more than once
    done = run(mine, f"< {file}", "import", "-", "--format", "json", *options)
    assert done.returncode == 0, done.stderr
    assert (json.loads(done.stdout)["rows"], json.loads(done.stdout)["new"]) == (1, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere an open file has no name of its own")
@pytest.mark.parametrize("arguments", [["import", "-"], ["import-people", "-"], ["policy", "check", "-"]])
def test_what_was_given_is_nowhere_even_after_a_kill(mine: Path, tmp_path: Path, arguments: list[str]) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "salesops_tui", "--store", str(mine), *arguments],
        cwd=ROOT, stdin=subprocess.PIPE, env=os.environ | {"TMPDIR": str(folder)},
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(b"secret," * 500_000)
    process.stdin.flush()
    opened = [str(file.readlink()) for file in Path(f"/proc/{process.pid}/fd").iterdir()]
    assert any(str(folder) in file for file in opened), "it is copied"
    assert list(folder.iterdir()) == []
    process.kill()
    process.communicate()
    assert list(folder.iterdir()) == []


def test_where_open_files_have_no_names_the_copy_has_one_until_it_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(standard_input, "_NAMES_OF_OPEN_FILES", tmp_path / "none")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    given = tmp_path / "given.txt"
    given.write_text("what was given")
    with given.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        with standard_input.on_disk(Path("-")) as path:
            assert path.parent == tmp_path
            assert path.read_text() == "what was given"
    assert list(tmp_path.iterdir()) == [given]
