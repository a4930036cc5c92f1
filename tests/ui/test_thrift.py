"""What is sent in few bytes shows the same as what was painted in many, cell by cell, on an emulated terminal."""

import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual._compositor import CompositorUpdate

from salesops_tui.ui.thrift import Thrift, change_of_style, is_sure, place
from salesops_tui.ui.widgets.columns import fit
from tests.benchmarks.terminal import Emulator, Program
from tests.ui.listing import WithPanel, some_deals
from tests.ui.snapshots import settled

WIDTH, HEIGHT, SLOT = 24, 8, 4
STYLES = ["", "1", "38;2;1;2;3;48;2;9;9;9", "1;38;2;1;2;3;48;2;9;9;9", "31;44", "7;31", "90;107", "38;5;200;4"]
WORDS = ["", "a", "ab", "abcd", "x b", "▸ y", "長い", "é", "e\u0301", "●●○○", "0", "1"]


@dataclass(frozen=True)
class Words:
    """Words side by side from a slot of a line on, each in its style."""

    y: int
    slot: int
    words: tuple[tuple[str, str], ...]

    def painted(self) -> str:
        words = "".join(
            f"\x1b[{style}m{fit(word, SLOT)}\x1b[0m" if style else fit(word, SLOT) for word, style in self.words
        )
        return place(self.y, self.slot * SLOT) + words


CURSOR = st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1))


def spans(words: list[str]) -> st.SearchStrategy[Words]:
    return st.builds(
        lambda y, slot, words: Words(y, slot, tuple(words[: WIDTH // SLOT - slot])),
        st.integers(0, HEIGHT - 1),
        st.integers(0, WIDTH // SLOT - 1),
        st.lists(word(words), min_size=1, max_size=WIDTH // SLOT),
    )


def word(words: list[str]) -> st.SearchStrategy[tuple[str, str]]:
    return st.tuples(st.sampled_from(words), st.sampled_from(STYLES))


@st.composite
def scrolling(draw: st.DrawFn, words: list[str]) -> list[list[Words]]:
    """Frames of a list that is looked at further up or down each time, between other things that stay."""
    lines = draw(st.lists(st.lists(word(words), min_size=3, max_size=3), min_size=12, max_size=20))
    slot = draw(st.integers(0, 3))
    first, last = draw(st.sampled_from([(0, HEIGHT), (1, HEIGHT - 1), (2, HEIGHT)]))
    tops = draw(st.lists(st.integers(0, len(lines) - HEIGHT), min_size=2, max_size=5))
    return [
        [Words(y, slot, tuple(lines[top + y])) for y in range(first, last)] + draw(st.lists(spans(words), max_size=1))
        for top in tops
    ]


def frames_with(words: list[str]) -> st.SearchStrategy[list[list[Words]]]:
    few = st.lists(spans(words), min_size=1, max_size=4).map(lambda spans: [spans])
    all_known = st.just([[Words(y, 0, ((".", ""),) * (WIDTH // SLOT)) for y in range(HEIGHT)]])
    parts = st.lists(few | scrolling(words), max_size=4)
    return st.tuples(st.just([]) | all_known, parts).map(
        lambda drawn: [*drawn[0], *(frame for part in drawn[1] for frame in part)]
    )


def frame_of(spans: Sequence[Words], cursor: tuple[int, int]) -> str:
    """A frame as Textual writes it: from the top down, with a line feed after each line but the last."""
    spans = sorted(spans, key=lambda words: words.y)
    feeds = ["\n" if words.y < following.y else "" for words, following in pairwise(spans)]
    return "".join(words.painted() + feed for words, feed in zip(spans, [*feeds, ""], strict=True)) + place(*cursor)


def cells(screen: pyte.Screen) -> list[list[pyte.screens.Char]]:
    return [[screen.buffer[y][x] for x in range(WIDTH)] for y in range(HEIGHT)]


def terminal() -> tuple[pyte.Screen, pyte.Stream]:
    screen = pyte.Screen(WIDTH, HEIGHT)
    screen.set_mode(pyte.modes.LNM)  # the line discipline turns a line feed into two
    return screen, pyte.Stream(screen)


@given(frames_with(WORDS), CURSOR)
def test_it_shows_the_same(frames: list[list[Words]], cursor: tuple[int, int]) -> None:
    whole, painted = terminal()
    thrifty, stream = terminal()
    thrift = Thrift(WIDTH, HEIGHT)
    for frame in frames:
        data = frame_of(frame, cursor)
        painted.feed(data)
        sent = thrift.frame(data)
        assert sent is not None
        stream.feed(sent)
        assert cells(thrifty) == cells(whole)
        assert (thrifty.cursor.y, thrifty.cursor.x) == cursor
        assert thrifty.cursor.attrs == thrifty.default_char
        assert thrift.frame(data) == ""


@given(frames_with([word for word in WORDS if is_sure(word)]))
def test_where_widths_are_sure_it_never_sends_more(frames: list[list[Words]]) -> None:
    thrift = Thrift(WIDTH, HEIGHT)
    for frame in frames:
        data = frame_of(frame, (0, 0))
        sent = thrift.frame(data)
        assert sent is not None
        assert len(sent) <= len(data) + 4 * data.count("m")


def test_what_counts_as_sure_is_one_cell_wide_and_holds_the_symbols_of_the_program() -> None:
    sure = [letter for letter in map(chr, range(1, 0x10000)) if is_sure(letter)]
    assert {cell_len(letter) for letter in sure} == {1}
    assert not {letter for letter in sure if unicodedata.category(letter) in ("Cc", "Cf", "Mn")}
    assert set("▸▹▾▴●○✓✗⚑…·−⏎×│─█▓▒░▁▅") <= set(sure)


def list_of(top: int) -> str:
    rows = (f"\x1b[38;2;1;2;3mrow {chr(ord('a') + top + y) * 20}\x1b[0m" for y in range(HEIGHT))
    return "\n".join(place(y, 0) + row for y, row in enumerate(rows)) + place(0, 0)


@pytest.mark.parametrize(("before", "after"), [(5, 6), (5, 4), (5, 7), (5, 3)])
def test_lines_that_moved_are_not_sent_again(before: int, after: int) -> None:
    thrift = Thrift(WIDTH, HEIGHT)
    thrift.frame(list_of(before))
    sent = thrift.frame(list_of(after))
    assert sent is not None
    assert sent.count("row") == abs(after - before)


def test_only_what_changed_is_sent() -> None:
    thrift = Thrift(WIDTH, HEIGHT)
    thrift.frame(place(2, 4) + "\x1b[1mabcdefghij\x1b[0m" + place(0, 0))
    assert thrift.frame(place(2, 4) + "\x1b[1mabcdXfghij\x1b[0m" + place(0, 0)) == "\x1b[3;9H\x1b[1mX\x1b[m\x1b[1;1H"
    assert thrift.frame(place(2, 4) + "\x1b[1mabcdXfghij\x1b[0m" + place(1, 1)) == "\x1b[2;2H"


@pytest.mark.parametrize(
    "data",
    [
        "no place",
        place(0, 0) + "\x1b[2Jcleared" + place(0, 0),
        place(0, 0) + "\x1b]8;id=1;https://example.com\x1b\\link\x1b]8;;\x1b\\" + place(0, 0),
        place(0, 0) + "x" * (WIDTH + 1) + place(0, 0),
        place(HEIGHT, 0) + "below" + place(0, 0),
        place(0, 0) + "no cursor",
        place(0, 0) + "two\nlines" + place(0, 0),
    ],
)
def test_what_is_not_understood_is_left_alone(data: str) -> None:
    assert Thrift(WIDTH, HEIGHT).frame(data) is None


@given(st.lists(st.sampled_from(STYLES), min_size=1, max_size=6))
def test_styles_change_to_what_they_are_alone(styles: list[str]) -> None:
    whole, painted = terminal()
    thrifty, stream = terminal()
    before = ""
    for style in styles:
        painted.feed(f"\x1b[0;{style}mx" if style else "\x1b[0mx")
        stream.feed(change_of_style(before, style) + "x")
        before = style
    assert cells(thrifty) == cells(whole)


class Recorded(WithPanel):
    """A program whose frames are kept as they would be written."""

    def __init__(self) -> None:
        super().__init__(some_deals())
        self.frames: list[str] = []

    def _display(self, screen: Any, renderable: Any) -> None:
        if isinstance(renderable, CompositorUpdate):
            self.frames.append(renderable.render_segments(self.console) + place(0, 0))
        super()._display(screen, renderable)


KEYS = ["down", "pagedown", "pagedown", *["down"] * 9, "pageup", *["up"] * 9, "end", "up", "f", "down", "home", "space"]


@pytest.mark.parametrize("size", [(100, 30), (40, 10)])
async def test_a_program_looks_the_same_at_each_key(size: tuple[int, int]) -> None:
    app = Recorded()
    async with app.run_test(size=size) as pilot:
        for key in KEYS:
            await pilot.press(key)
        await settled(pilot)
    whole, thrifty = Emulator(*size), Emulator(*size)
    thrift = Thrift(*size)
    painted = sent = 0
    for frame in app.frames:
        less = thrift.frame(frame)
        assert less is not None
        # A terminal's line discipline turns a line feed into two characters.
        whole.feed(frame.replace("\n", "\r\n").encode())
        thrifty.feed(less.replace("\n", "\r\n").encode())
        assert thrifty.cells == whole.cells
        painted += len(frame)
        sent += len(less)
    assert sent < painted / 3


def wait_to_see(text: str, program: Program, emulator: Emulator) -> None:
    deadline = program.now + 30
    while text not in emulator.text and program.now < deadline:
        program.wait_any()
        while program.chunks:
            emulator.feed(program.chunks.pop(0).data)
    assert text in emulator.text


@pytest.mark.parametrize("choice", ["thrifty", "textual"])
def test_a_program_runs_on_a_terminal_with_either_driver(choice: str) -> None:
    emulator = Emulator(80, 20)
    command = [sys.executable, "-m", "tests.ui.listing"]
    environment = {"SALESOPS_DRIVER": choice, "PYTHONPATH": str(Path(__file__).parents[2])}
    with Program(command, columns=80, rows=20, env=environment) as program:
        for text, key in (("Deal 0", "end"), ("Deal 299", "up"), ("▸ Deal 298", "r")):
            wait_to_see(text, program, emulator)
            program.press(key)
        emulator.feed(b"\x1b[2J")  # as if somebody else had written on the terminal
        wait_to_see("▸ Deal 298", program, emulator)
        program.press("q")
        deadline = program.now + 30
        while program.running and program.now < deadline:
            program.wait_any()
        assert not program.running
        assert b"\x1b[?1049l" in b"".join(chunk.data for chunk in program.chunks)


def test_behind_letters_of_doubtful_width_the_place_is_said_again() -> None:
    thrift = Thrift(WIDTH, HEIGHT)
    painted = place(1, 0) + "a🚀b c\u0301d  42k" + place(0, 0)
    text = "\x1b[2;1Ha🚀b c\u0301d\x1b[2;10H42k"
    assert thrift.frame(painted) == "\x1b[2;1H" + " " * 12 + text + "\x1b[1;1H"
    # Whatever the terminal made of it, the line is written anew, not mended.
    sent = thrift.frame(place(1, 0) + "abcd e     x" + place(0, 0))
    assert sent == "\x1b[2;1H" + " " * 12 + "\x1b[2;1Habcd e\x1b[2;12Hx\x1b[1;1H"


class Wider(pyte.Screen):
    """A terminal that takes a cell more for a vowel sign than is reckoned here."""

    def draw(self, data: str) -> None:
        super().draw(data.replace("\u0940", "i"))


def test_a_word_that_takes_more_cells_loses_no_letter_and_shifts_no_column() -> None:
    screen = Wider(WIDTH, HEIGHT)
    stream = pyte.Stream(screen)
    thrift = Thrift(WIDTH, HEIGHT)
    for amount in ("42k", "58k"):
        sent = thrift.frame(place(0, 0) + f"\u0915\u0940\u0915\u0940    {amount}" + place(0, 0))
        assert sent is not None
        stream.feed(sent)
        assert screen.display[0].rstrip() == f"\u0915i\u0915i  {amount}"
