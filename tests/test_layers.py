"""What a start pays for: fresh interpreters, and a look at what they have loaded.

The import contracts in pyproject.toml say which floor may import which; these tests say what really comes in.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

import salesops_tui

PACKAGE = Path(salesops_tui.__file__).parent

CALL = """
import json, sys
report, *arguments = sys.argv[1:]
sys.argv = ["salesops", *arguments]
from salesops_tui.cli.main import main
try:
    code = main()
except SystemExit as leaving:
    code = leaving.code
with open(report, "w") as file:
    json.dump({"code": code or 0, "modules": sorted(sys.modules)}, file)
"""


def modules_of(floor: str) -> list[str]:
    """Every module of a floor, the package itself first: an absent floor fails its tests by its own name."""
    found = sorted(path for path in (PACKAGE / floor).rglob("*.py") if path.name != "__init__.py")
    names = [".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in found]
    return [f"salesops_tui.{name}" for name in (floor, *names)]


def loaded_by(module: str) -> set[str]:
    code = f"import sys, json, {module}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def loaded_by_command(tmp_path: Path, *arguments: str) -> set[str]:
    report = tmp_path / "report.json"
    done = subprocess.run(
        [sys.executable, "-c", CALL, str(report), *arguments], capture_output=True, text=True, check=False
    )
    assert report.exists(), done.stderr
    outcome = json.loads(report.read_text())
    assert outcome["code"] == 0, done.stderr
    return set(outcome["modules"])


def those_in(modules: Iterable[str], *packages: str) -> set[str]:
    return {name for name in modules if name.partition(".")[0] in packages}


@pytest.mark.parametrize("module", modules_of("domain"))
def test_the_domain_is_pure(module: str) -> None:
    heavy = ["sqlite3", "_sqlite3", "sqlite_utils", "textual", "rich", "click", "holidays"]
    if not module.endswith("_file"):
        heavy.append("pydantic")
    assert those_in(loaded_by(module), *heavy) == set()


@pytest.mark.parametrize("module", modules_of("services"))
def test_services_know_no_terminal(module: str) -> None:
    assert those_in(loaded_by(module), "textual", "rich", "click") == set()


@pytest.mark.parametrize("module", ["salesops_tui", "salesops_tui.paths", "salesops_tui.errors", "salesops_tui.wall"])
def test_leaves_bring_in_nothing_of_the_project(module: str) -> None:
    loaded = loaded_by(module)
    assert those_in(loaded, "salesops_tui") == {"salesops_tui", module}
    heavy = ("platformdirs", "pydantic", "sqlite3", "sqlite_utils", "textual", "rich", "click")
    assert those_in(loaded, *heavy) == set()


def test_the_version_costs_little(tmp_path: Path) -> None:
    loaded = loaded_by_command(tmp_path, "--version")
    assert those_in(loaded, "textual", "rich", "sqlite_utils", "pydantic", "sqlite3", "platformdirs") == set()


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store for commands that only read."""
    folder = tmp_path_factory.mktemp("empty")
    loaded_by_command(folder, "--store", str(folder / "store.db"), "init")
    return folder / "store.db"


# Every command that only reads, with the arguments it cannot do without.
READING = [
    ["deals"],
    ["movement"],
    ["forecast"],
    ["forecast", "numbers"],
    ["forecast", "accuracy"],
    ["forecast", "yield"],
    ["forecast", "calibration"],
    ["forecast", "flow"],
    ["forecast", "weeks"],
    ["forecast", "judgments"],
    ["forecast", "closing-board"],
    ["forecast", "carry-over"],
    ["actions"],
    ["log"],
    ["people"],
    ["call", "list"],
    ["imports"],
]


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_reading_commands_cost_little(empty_store: Path, tmp_path: Path, command: list[str]) -> None:
    loaded = loaded_by_command(tmp_path, "--store", str(empty_store), *command, "--format", "json")
    assert those_in(loaded, "textual", "rich", "sqlite_utils", "pydantic", "holidays") == set()
