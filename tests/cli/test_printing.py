"""Nothing is printed while a command still holds its view of the store: whoever reads the pipe may take his time."""

import pytest

from salesops_tui.cli import output
from salesops_tui.store.connection import Store
from tests.cli.conftest import Salesops
from tests.company import Company

COMMANDS = [
    "movement", "movement --weeks 3", "forecast", "forecast --what-if kept", "forecast accuracy",
    "forecast accuracy --by-week", "forecast yield", "forecast calibration", "forecast flow", "forecast weeks",
    "forecast judgments", "forecast numbers", "forecast closing-board", "forecast carry-over", "deals --all",
    "deal D1", "actions", "call list", "call show", "log", "verify", "imports", "owners", "link",
    "export deals", "export crm-changes", "export movement", "export forecast", "policy show",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_lets_go_of_the_store_before_it_prints(
    command: str, company: Company, salesops: Salesops, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.claim("D1", amount=100)
    company.later(minutes=1).fail("D1")
    opened: list[Store] = []
    begin, write = Store.__init__, output._write

    def noted(self: Store, *args: object, **options: object) -> None:
        begin(self, *args, **options)  # type: ignore[arg-type]
        opened.append(self)

    printed = []

    def seen(text: str) -> None:
        printed.append([store.conn.in_transaction for store in opened])
        write(text)

    monkeypatch.setattr(Store, "__init__", noted)
    monkeypatch.setattr(output, "_write", seen)
    said = salesops(*command.split())
    assert said.code == 0, said.err
    assert not any(any(each) for each in printed)
