"""To whom an action may be given: those whom the giver sees, and the managers above them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from salesops_tui.cli.main import run
from salesops_tui.domain.calendar import Day, to_day
from salesops_tui.domain.people import Role
from salesops_tui.errors import Refused
from salesops_tui.services.acting import add_action, list_actions
from salesops_tui.services.context import find_scope
from tests.company import Company


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """Olga leads; below her Dana (Lee, Ana) and Erik (Sam), and Vera, who leads the two of them and sells nothing."""
    company = Company(tmp_path / "store.db")
    company.hire("vera", "Vera Lund", Role.MANAGER, "olga")
    company.move("dana", "vera")
    company.claim("D1", owner="lee")
    yield company
    company.store.close()


def due(company: Company) -> Day:
    return Day(to_day(company.time.date()) + 3)


@pytest.mark.parametrize(
    ("giver", "owner"),
    [
        ("lee", "lee"), ("lee", "dana"), ("lee", "vera"), ("lee", "olga"),
        ("dana", "dana"), ("dana", "lee"), ("dana", "ana"), ("dana", "vera"),
        ("olga", "sam"), ("olga", "erik"),
    ],
)  # fmt: skip
def test_it_goes_to_those_below_to_oneself_and_to_the_managers_above(company: Company, giver: str, owner: str) -> None:
    context = company.acting_as(giver)
    number = add_action(context, "D1", company.people[owner], due(company), "call the CFO")
    listed = list_actions(company.context, find_scope(company.context, None, company.clock()))
    assert [(action["id"], action["owner"]) for action in listed] == [(number, owner)]
    context.store.close()


@pytest.mark.parametrize(
    ("giver", "owner"),
    [("lee", "ana"), ("lee", "sam"), ("lee", "erik"), ("dana", "erik"), ("dana", "sam"), ("vera", "erik")],
)
def test_it_goes_to_nobody_else(company: Company, giver: str, owner: str) -> None:
    context = company.acting_as(giver)
    before = company.store.conn.execute("SELECT count(*) FROM change").fetchone()
    with pytest.raises(Refused, match="to you, to those you lead or to the managers above you"):
        add_action(context, "D1", company.people[owner], due(company), "call the CFO")
    assert company.store.conn.execute("SELECT count(*) FROM change").fetchone() == before
    assert list_actions(company.context, find_scope(company.context, None, company.clock())) == []
    context.store.close()


def test_the_command_says_of_others_what_it_says_of_nobody(
    company: Company, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("salesops_tui.services.identity.login_name", lambda: "lee")

    def said(owner: str) -> tuple[int, str]:
        words = ["action", "add", "D1", "call", "--owner", owner, "--due", "2099-01-01"]
        code = run(["--store", str(company.path), *words])
        return code, "".join(capsys.readouterr()).replace(owner, "X")

    assert said("erik") == said("Sam Cole") == said("nobody of that name")
    assert "nobody here is called 'X'" in said("erik")[1]
    assert said("dana") == (0, "action 1 for X until 2099-01-01\n")
