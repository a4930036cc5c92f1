"""What came at once and is text, what was typed ahead and is commands."""

import pytest
from textual.events import Key

from salesops_tui.ui.driver import ReadTogether
from salesops_tui.ui.typeahead import looks_pasted

LETTERS = set("yndeas=*") | set(" 123456789")


@pytest.mark.parametrize(
    ("text", "pasted"),
    [
        ("", False),
        ("y", False),
        ("z", False),  # one key is a slip
        ("====", False),
        ("=" * 40, False),  # a key that is held down
        ("yyn2", False),
        ("yyyyyyyyyyyn", False),
        ("yyyyyyyyyyyyn", True),
        ("no", True),
        ("y, n", True),
        ("Ja", True),
    ],
)
def test_what_is_text(text: str, pasted: bool) -> None:
    assert looks_pasted(text, LETTERS) is pasted


def test_a_key_knows_what_came_in_the_same_read() -> None:
    parser = ReadTogether()
    first = [event.together for event in parser.feed("ab\r") if isinstance(event, Key)]  # type: ignore[attr-defined]
    second = [event.together for event in parser.feed("c") if isinstance(event, Key)]  # type: ignore[attr-defined]
    assert [one.text for one in first] == ["ab"] * 3
    assert second[0].text == "c"
    assert second[0].number != first[0].number


def test_the_rest_of_a_long_text_is_the_same_text(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [10.0]
    monkeypatch.setattr("salesops_tui.ui.driver.monotonic", lambda: now[0])
    parser = ReadTogether()

    def read(data: str) -> str:
        return next(event.together.text for event in parser.feed(data))  # type: ignore[attr-defined]

    assert read("abc") == "abc"
    now[0] += 0.01
    assert read("y") == "abcy"
    now[0] += 0.05
    assert read("y") == "y"
