from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.company import Company


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path / "store.db")
    yield company
    company.store.close()
