import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from salesops_tui.cli.main import run
from tests.company import Company


@dataclass
class Said:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Salesops = Callable[..., Said]


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The small company, as of a minute ago, in which whoever runs the tests is Olga, the ops lead."""
    monkeypatch.setattr("salesops_tui.services.identity.login_name", lambda: "olga")
    company = Company(tmp_path / "store.db")
    company.time = datetime.now(UTC).replace(microsecond=0)
    company.later(days=-3)
    yield company
    company.store.close()


@pytest.fixture
def salesops(company: Company, capsys: pytest.CaptureFixture[str]) -> Salesops:
    """Run a command line on the company's store, in this process."""

    def call(*arguments: str) -> Said:
        capsys.readouterr()
        code = run(["--store", str(company.path), *arguments])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call
