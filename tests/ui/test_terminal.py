"""Letters and colours that fit the terminal."""

import pytest
from textual.theme import BUILTIN_THEMES

from salesops_tui.ui.app import SalesopsApp
from salesops_tui.ui.terminal import needs_ascii
from salesops_tui.ui.themes import OWN_THEMES, chosen_theme
from tests.company import Company

XTERM = {"TERM": "xterm-256color", "LANG": "en_GB.UTF-8"}


@pytest.mark.parametrize(
    ("environment", "ascii_only"),
    [
        (XTERM, False),
        (XTERM | {"SALESOPS_ASCII": "1"}, True),
        (XTERM | {"SALESOPS_ASCII": ""}, False),
        (XTERM | {"SALESOPS_ASCII": "0", "LC_ALL": "C"}, False),
        (XTERM | {"LC_ALL": "C"}, True),
        (XTERM | {"LC_ALL": "de_DE.ISO-8859-1"}, True),
        (XTERM | {"LC_CTYPE": "de_DE.utf8"}, False),
        ({"TERM": "xterm", "LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),  # what Python makes of LANG=C
        ({"TERM": "xterm"}, False),
        ({"TERM": "linux", "LANG": "C.UTF-8"}, True),
    ],
)
def test_ascii_where_nothing_else_can_be_shown(environment: dict[str, str], ascii_only: bool) -> None:
    assert needs_ascii(environment) is ascii_only


@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        (XTERM, "salesops-dark"),
        (XTERM | {"COLORFGBG": "0;15"}, "salesops-light"),
        (XTERM | {"COLORFGBG": "15;0"}, "salesops-dark"),
        (XTERM | {"COLORFGBG": "15;default;0"}, "salesops-dark"),
        (XTERM | {"NO_COLOR": "1"}, "salesops-ansi"),
        ({"TERM": "xterm"}, "salesops-ansi"),
        ({"TERM": "screen", "TERM_PROGRAM": "tmux"}, "salesops-ansi"),
        ({"TERM": "xterm", "TERM_PROGRAM": "iTerm.app"}, "salesops-dark"),
        ({"TERM": "screen", "COLORFGBG": "0;7"}, "salesops-ansi"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "salesops-dark"),
        (XTERM | {"SALESOPS_THEME": "light"}, "salesops-light"),
        (XTERM | {"SALESOPS_THEME": "ansi-light"}, "ansi-light"),
        (XTERM | {"SALESOPS_THEME": "ansi"}, "salesops-ansi"),
        ({}, "salesops-ansi"),
    ],
)
def test_a_theme_that_fits(environment: dict[str, str], theme: str) -> None:
    assert chosen_theme(environment) == theme
    assert theme in OWN_THEMES or theme in BUILTIN_THEMES


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi", "light", "nord", "no such theme"])
async def test_the_sheet_stands_in_every_theme(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, theme: str, company: Company
) -> None:
    monkeypatch.setenv("SALESOPS_THEME", theme)
    app = SalesopsApp(company.context, ascii_only=False)
    async with app.run_test() as pilot:
        await pilot.press("slash", "escape", "p", "escape", "6", "question_mark")
        assert app.is_running


@pytest.fixture
def company(tmp_path: object) -> Company:
    company = Company(tmp_path / "store.db")  # type: ignore[operator]
    company.claim("D1")
    return company
