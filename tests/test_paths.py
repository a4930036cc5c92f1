"""Where things are on disk."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from salesops_tui import paths

TOP = Path(__file__).parent.parent


def test_the_variable_names_the_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SALESOPS_STORE", str(tmp_path / "west.db"))
    assert paths.default_store_path() == tmp_path / "west.db"


@pytest.mark.parametrize("unset", [None, ""])
def test_without_it_the_store_is_in_the_users_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, unset: str | None
) -> None:
    if unset is None:
        monkeypatch.delenv("SALESOPS_STORE", raising=False)
    else:
        monkeypatch.setenv("SALESOPS_STORE", unset)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    store = paths.default_store_path()
    assert store.parent == tmp_path / "salesops"
    assert not store.parent.exists()


def test_a_home_directory_is_resolved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SALESOPS_STORE", "~/west.db")
    assert paths.default_store_path() == tmp_path / "west.db"


def test_a_checkout_has_its_fixtures_at_the_top() -> None:
    assert paths.fixtures_dir() == TOP / "fixtures"


def test_a_wheel_carries_package_data_and_fixtures(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=TOP,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    found = subprocess.run(
        [sys.executable, "-c", "from salesops_tui import paths; print(paths.fixtures_dir())"],
        cwd=tmp_path / "site",
        check=True,
        capture_output=True,
        text=True,
    )
    shipped = tmp_path / "site" / "salesops_tui" / "_fixtures"
    assert Path(found.stdout.strip()) == shipped
    for ours, theirs in [(TOP / "fixtures", shipped), (TOP / "salesops_tui", shipped.parent)]:
        kept = [path for path in ours.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        assert kept
        assert [path for path in kept if not (theirs / path.relative_to(ours)).exists()] == []
