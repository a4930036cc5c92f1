"""What came at once and is text, what was typed ahead and is commands."""

import time

import pytest
from textual.app import ComposeResult
from textual.events import Key
from textual.widgets import Input

from salesops_tui.ui import typeahead
from salesops_tui.ui.driver import ReadTogether
from salesops_tui.ui.typeahead import TypeAhead, looks_pasted

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


class Line(Input):
    """A line that stands still for a while where it is left, as where the disk has to be waited for."""

    def on_key(self, event: Key) -> None:
        if event.key == "enter":
            time.sleep(self.app.stands_still)  # type: ignore[attr-defined]


class TwoLines(TypeAhead[None]):
    stands_still = 0.0

    def compose(self) -> ComposeResult:
        yield Line(id="risk")
        yield Input(id="mitigation")

    def on_input_submitted(self) -> None:
        self.query_one("#mitigation", Input).focus()


@pytest.mark.parametrize("seconds", [0, 0.3])
async def test_what_is_typed_behind_a_key_finds_what_it_has_done_however_long_that_took(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    monkeypatch.setattr(typeahead, "_LONGEST_WAIT", 0.1)
    app = TwoLines()
    app.stands_still = seconds
    async with app.run_test() as pilot:
        for key in ("l", "e", "g", "a", "l", "enter", "c", "a", "l", "l"):
            app.post_message(Key(key, key if len(key) == 1 else None))
        await pilot.pause(0.8)
        assert [line.value for line in app.query(Input)] == ["legal", "call"]
